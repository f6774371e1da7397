"""Two judgements of the same vendors, compared: what is new, gone, back, worse, and what merely goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model import Presence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model import Finding, Undecided

_SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What changed. Every finding stands in exactly one place, each place most severe first.

    ``new``: not there before; ``returned``: there before the last time, gone, and back; ``worse``: still there, more
    severe; ``persisting``: still there; ``gone``: no longer there; ``unknown``: there before, and not decided now.
    """

    new: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    returned: tuple[Finding, ...] = ()
    worse: tuple[Finding, ...] = ()
    persisting: tuple[Finding, ...] = ()
    unknown: tuple[Finding, ...] = ()


def digest(before: tuple[Finding, ...], after: tuple[Finding, ...], undecided: tuple[Undecided, ...] = ()) -> Digest:
    """Compare the findings of two runs, by fingerprint.

    Args:
        before: the earlier findings; those marked ``gone`` were not there.
        after: the later findings, likewise.
        undecided: what the later run could not decide. An earlier finding that it covers is ``unknown``, not gone.
    """
    earlier = {one.fingerprint: one for one in before if one.presence is not Presence.GONE}
    once = {one.fingerprint for one in before if one.presence is Presence.GONE}
    later = {one.fingerprint: one for one in after if one.presence is not Presence.GONE}
    back = {mark for mark, one in later.items() if mark in once or one.presence is Presence.RETURNED} - set(earlier)
    worse = {mark for mark in later if mark in earlier and _rank(later[mark]) < _rank(earlier[mark])}
    missing = [one for mark, one in earlier.items() if mark not in later]
    unknown = {one.fingerprint for one in missing if any(covers(question, one) for question in undecided)}
    return Digest(
        new=_ordered(one for mark, one in later.items() if mark not in earlier and mark not in back),
        gone=_ordered(one for one in missing if one.fingerprint not in unknown),
        returned=_ordered(later[mark] for mark in back),
        worse=_ordered(later[mark] for mark in worse),
        persisting=_ordered(one for mark, one in later.items() if mark in earlier and mark not in worse),
        unknown=_ordered(one for one in missing if one.fingerprint in unknown),
    )


def covers(question: Undecided, finding: Finding) -> bool:
    """Whether an open question is about a finding: same rule, vendor and site, and its subject or any."""
    return (question.rule, question.vendor, question.site) == (
        finding.rule,
        finding.vendor,
        finding.site,
    ) and question.subject in {None, finding.subject}


def _rank(finding: Finding) -> int:
    return _SEVERITIES.index(finding.severity)


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: (_rank(one), one.vendor, one.rule, one.site or "", one.subject)))

"""Why a verdict changed from one run to a later one: the site, its policy, the configuration, or the rules.

Found by judging again: the earlier run's evidence with today's rules and lists, then with the later run's
configuration, then with its policies as well. The first of these that gives the later run's answer names the cause;
where none does, it is what the visits saw. So a rule that was sharpened is never taken for a site that got worse.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from auditor.engine import judge_case
from auditor.model import Presence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.digest import Digest
    from auditor.model import CaseFile, Finding, Severity
    from auditor.observed import Knowledge


class Cause(StrEnum):
    """What changed."""

    RULES = "rules"
    CONFIGURATION = "configuration"
    POLICY = "policy"
    SITE = "site"


def causes(before: CaseFile, after: CaseFile, changed: Iterable[Finding], knowledge: Knowledge) -> dict[str, Cause]:
    """The cause of each change in the verdicts about one vendor, by fingerprint.

    Args:
        before: everything stored about the vendor in the earlier run.
        after: the same of the later run.
        changed: the findings that differ, as the later run says them; those that are ``gone`` are not there.
        knowledge: what is known today.
    """
    wanted = {one.fingerprint: None if one.presence is Presence.GONE else one.severity for one in changed}
    found: dict[str, Cause] = {}
    for cause, case in _stages(before, after) if wanted else ():
        answers: dict[str, Severity] = {one.fingerprint: one.severity for one in judge_case(case, knowledge)[0]}
        for mark, severity in wanted.items():
            if mark not in found and answers.get(mark) is severity:
                found[mark] = cause
    return {mark: found.get(mark, Cause.SITE) for mark in wanted}


def _stages(before: CaseFile, after: CaseFile) -> Iterator[tuple[Cause, CaseFile]]:
    """The earlier case, taking over one thing of the later after the other; what is the same is not judged twice."""
    yield Cause.RULES, before
    configured = replace(before, vendor=after.vendor)
    if configured.vendor != before.vendor:
        yield Cause.CONFIGURATION, configured
    if _texts(before) != _texts(after):
        yield Cause.POLICY, replace(configured, policies=after.policies)


def _texts(case: CaseFile) -> list[tuple[str | None, str | None, str, str | None]]:
    """What tells a vendor's policies apart: where they are, what they say, and whether they could be read."""
    return sorted((str(one.source), one.sha256, str(one.outcome), one.problem) for one in case.policies)


def changed_findings(found: Digest) -> tuple[Finding, ...]:
    """The findings of a digest whose change has a cause; what is gone is marked so."""
    gone = tuple(replace(one, presence=Presence.GONE) for one in found.gone)
    return (*found.new, *found.returned, *found.worse, *gone)

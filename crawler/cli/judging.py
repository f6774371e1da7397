"""Joins the rooms: stored evidence to the engine, its verdict back to the store, and what changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.causes import Cause, causes, changed_findings
from auditor.digest import Digest, digest
from auditor.engine import audit, rule_facts
from auditor.model import Presence, Severity, Status
from crawler.cli.findings_json import CHANGES
from crawler.cli.knowledge import knowledge
from crawler.cli.terminal import print_table, safe, say, severity_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.model import Finding
    from db.store import Store

SEVERITIES = tuple(Severity)
SURE = 0.7
"""What rests on shapes and rules of thumb has less confidence than this."""
_DISMISSED = frozenset({Status.ACCEPTED, Status.FALSE_POSITIVE})


def judge(store: Store, run: int) -> None:
    """Judge the stored evidence of a run with today's rules, vendor by vendor. No network, no browser."""
    store.save_rules(rule_facts())
    classifier = knowledge()
    for vendor in store.run_vendors(run):
        store.save_audit(audit(store.case_file(run, vendor.id), classifier))


def present(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that are not gone."""
    return tuple(finding for finding in findings if finding.presence is not Presence.GONE)


def previous_run(store: Store, run: int) -> int | None:
    """The run before ``run`` that had one of its vendors; ``None`` for a first one."""
    vendors = {vendor.id for vendor in store.run_vendors(run)}
    earlier = range(run - 1, 0, -1)
    return next((each for each in earlier if vendors & {vendor.id for vendor in store.run_vendors(each)}), None)


def changes(store: Store, before: int, after: int) -> Digest:
    """What changed from one run to a later one, among the vendors that both have.

    What the later run could not decide, since a site was down for example, is ``unknown`` and not gone.
    """
    common = {vendor.id for vendor in store.run_vendors(before)} & {vendor.id for vendor in store.run_vendors(after)}
    old, new = (
        tuple(finding for finding in present(store.findings(run=run)) if finding.vendor in common)
        for run in (before, after)
    )
    return digest(old, new, store.undecided(after))


def causes_of(store: Store, before: int, after: int, found: Digest) -> dict[str, Cause]:
    """Why the verdicts changed from one run to a later one, by fingerprint: see ``auditor.causes``."""
    by_vendor: dict[str, list[Finding]] = {}
    for finding in changed_findings(found):
        by_vendor.setdefault(finding.vendor, []).append(finding)
    why: dict[str, Cause] = {}
    for vendor, changed in by_vendor.items():
        why |= causes(store.case_file(before, vendor), store.case_file(after, vendor), changed, knowledge())
    return why


def judge_again(store: Store, run: int) -> Digest:
    """Judge a run that may have been judged before; what of its verdicts today's rules and lists have changed."""
    before = present(store.findings(run=run)) if store.is_judged(run) else None
    judge(store, run)
    after = present(store.findings(run=run))
    return digest(after if before is None else before, after, store.undecided(run))


def at_or_above(findings: Iterable[Finding], threshold: Severity) -> tuple[Finding, ...]:
    """The findings that are there, not dismissed by a person, and at least as severe as ``threshold``."""
    severe = SEVERITIES[: SEVERITIES.index(threshold) + 1]
    return tuple(
        finding for finding in present(findings) if finding.severity in severe and finding.status not in _DISMISSED
    )


def print_findings(findings: Iterable[Finding]) -> None:
    """A table of findings for people, most severe first."""
    rows = [
        (
            severity_text(each.severity),
            each.vendor,
            each.rule,
            _place(each),
            each.subject,
            safe(each.fact, 160),
            _state(each),
        )
        for each in findings
    ]
    print_table(("severity", "vendor", "rule", "site", "subject", "what was measured", "state"), rows)


def _place(finding: Finding) -> str:
    """The site without what all sites share."""
    return (finding.site or "-").removeprefix("https://").removesuffix("/")


def _state(finding: Finding) -> str:
    presence = finding.presence.value if finding.presence else ""
    status = "" if finding.status is Status.OPEN else finding.status.value
    hint = "hint" if finding.confidence < SURE else ""
    return ", ".join(filter(None, (presence, status, hint)))


def print_changes(found: Digest, why: Mapping[str, Cause]) -> None:
    """What changed and why, as a table on stdout."""
    rows = [
        (
            word,
            why[each.fingerprint].value if each.fingerprint in why else "-",
            severity_text(each.severity),
            each.vendor,
            each.rule,
            each.site,
            each.subject,
        )
        for word in CHANGES
        for each in getattr(found, word)
    ]
    if rows:
        print_table(("change", "cause", "severity", "vendor", "rule", "site", "subject"), rows)
    say(changes_line(found))


def changes_line(found: Digest) -> str:
    """What changed, in one line."""
    return ", ".join(f"{len(getattr(found, word))} {word}" for word in (*CHANGES, "persisting"))

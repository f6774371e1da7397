"""Findings as ``consent-audit/findings/1``, as CSV and as SARIF 2.1.0."""

from __future__ import annotations

import csv
import importlib.metadata
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.model import Presence, Severity, Status
from crawler.cli.terminal import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from auditor.causes import Cause
    from auditor.digest import Digest
    from auditor.model import EvidenceRef, Finding, QuotedDeclaration, RuleFacts, Run, Undecided
    from db.store import CoverageRow

SCHEMA = "consent-audit/findings/1"
CHANGES = ("new", "returned", "worse", "gone", "unknown")
"""The kinds of change between two runs, most alarming first."""
SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_ANNOTATIONS = {"error": "error", "warning": "warning", "note": "notice"}
_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_DATA, ":": "%3A", ",": "%2C"}
_SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
_BASELINE = {
    Presence.NEW: "new",
    Presence.RETURNED: "new",
    Presence.PERSISTING: "unchanged",
    Presence.GONE: "absent",
}
_COLUMNS = (
    *("fingerprint", "severity", "vendor", "site", "rule", "rule_version", "confidence", "subject", "phase", "title"),
    *("fact", "category_observed", "category_declared", "service", "quote", "quote_url", "presence", "status"),
    *("first_seen", "last_seen"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one listing of findings shows."""

    run: Run
    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...]
    coverage: tuple[CoverageRow, ...]


def listing_to_json(listing: Listing) -> dict[str, Any]:
    """The document of ``findings --format json``."""
    return {
        "schema": SCHEMA,
        "run": run_to_json(listing.run),
        "findings": [finding_to_json(finding) for finding in listing.findings],
        "undecided": [_undecided(each) for each in listing.undecided],
        "coverage": [_coverage(row) for row in listing.coverage],
    }


def run_to_json(run: Run) -> dict[str, Any]:
    """A run: when, how far, with which tool and browser, under which settings."""
    browser = run.browser
    return {
        "id": run.id,
        "started_at": _time(run.started_at),
        "finished_at": _time(run.finished_at),
        "status": run.status.value,
        "tool_version": run.tool_version,
        "browser": {
            "name": browser.name,
            "version": browser.version,
            "headless": browser.headless,
            "third_party_cookies": browser.third_party_cookies,
        }
        if browser
        else None,
        "planned": run.planned,
        "stored": run.stored,
        "resumed": run.resumed,
        "settings": dict(run.settings),
    }


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """One finding with every key of the contract."""
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "rule_version": finding.rule_version,
        "severity": finding.severity.value,
        "confidence": finding.confidence,
        "vendor": finding.vendor,
        "site": finding.site,
        "subject": finding.subject,
        "phase": finding.phase.value if finding.phase else None,
        "title": finding.title,
        "fact": finding.fact,
        "category_observed": finding.category_observed.value if finding.category_observed else None,
        "category_declared": finding.category_declared.value if finding.category_declared else None,
        "service": finding.service,
        "declaration": _declaration(finding.declaration),
        "evidence": [_evidence(each) for each in finding.evidence],
        "visits_hit": finding.visits_hit,
        "visits_total": finding.visits_total,
        "presence": finding.presence.value if finding.presence else None,
        "status": finding.status.value,
        "first_seen": _time(finding.first_seen),
        "last_seen": _time(finding.last_seen),
    }


def changes_to_json(found: Digest, why: Mapping[str, Cause]) -> dict[str, list[dict[str, Any]]]:
    """The findings of each kind of change, each with the ``cause`` of it; null where it is not known."""
    return {
        word: [
            {**finding_to_json(each), "cause": why[each.fingerprint].value if each.fingerprint in why else None}
            for each in getattr(found, word)
        ]
        for word in CHANGES
    }


def _declaration(quoted: QuotedDeclaration | None) -> dict[str, Any] | None:
    if quoted is None:
        return None
    return {
        "quote": quoted.quote,
        "start": quoted.start,
        "end": quoted.end,
        "url": quoted.url,
        "sha256": quoted.sha256,
    }


def _evidence(evidence: EvidenceRef) -> dict[str, Any]:
    return {
        "kind": evidence.kind,
        "visit": evidence.visit,
        "url": evidence.url,
        "at_ms": evidence.at_ms,
        "initiator": evidence.initiator,
        "artifact_sha256": evidence.artifact_sha256,
    }


def _undecided(each: Undecided) -> dict[str, Any]:
    answer = {"rule": each.rule, "vendor": each.vendor, "site": each.site, "reason": each.reason}
    return answer if each.subject is None else {**answer, "subject": each.subject}


def _coverage(row: CoverageRow) -> dict[str, Any]:
    return {
        "vendor": row.vendor,
        "site": row.site,
        "scenario": row.scenario.value,
        "repetition": row.repetition,
        "outcome": row.outcome.value,
        "choice": {"outcome": row.choice.outcome.value, "proven": row.choice.proven, "proof": list(row.choice.proof)},
    }


def findings_to_csv(findings: Iterable[Finding]) -> str:
    """CSV (RFC 4180) with a header line; cells that a spreadsheet would run as a formula begin with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for finding in findings:
        row = finding_to_json(finding)
        quoted = row.pop("declaration") or {}
        row |= {"quote": quoted.get("quote"), "quote_url": quoted.get("url")}
        writer.writerow([_cell(row[column]) for column in _COLUMNS])
    return out.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, int | float):
        return str(value)
    text = "" if value is None else str(value)
    shown = plain(text)
    return f"'{shown}" if text.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA) else shown


def findings_to_annotations(findings: Iterable[Finding]) -> str:
    """Workflow commands of GitHub Actions, one a line: what a person dismissed is left out.

    They are about no file of the repository, so they stand on the summary page of the job.
    """
    dismissed = (Status.ACCEPTED, Status.FALSE_POSITIVE)
    return "".join(_annotation(each) for each in findings if each.status not in dismissed)


def _annotation(finding: Finding) -> str:
    quoted = finding.declaration
    said = f' The policy says: "{quoted.quote}"' if quoted else ""
    title = _escaped(f"{finding.severity.value}: {finding.title} ({finding.vendor})", _IN_PROPERTY)
    message = _escaped(
        f"{finding.subject}: {finding.fact}{said} [{finding.rule}, {finding.fingerprint[:12]}]", _IN_DATA
    )
    return f"::{_ANNOTATIONS[_LEVELS[finding.severity]]} title={title}::{message}\n"


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    """As the workflow commands want it: what separates their parts, and line ends, as percent codes."""
    return "".join(escapes.get(char) or plain(char) for char in text)


def findings_to_sarif(findings: Sequence[Finding], rules: Iterable[RuleFacts]) -> dict[str, Any]:
    """A SARIF 2.1.0 log: rules with their explanations, a result for each finding, located at the site's URL.

    What people dismissed is carried as a suppression, what went away as ``baselineState: absent``.
    """
    facts = tuple(rules)
    places = {rule.id: index for index, rule in enumerate(facts)}
    driver = {
        "name": "consent-audit",
        "version": importlib.metadata.version("consent-audit"),
        "rules": [_sarif_rule(rule) for rule in facts],
    }
    results = [_sarif_result(finding, places) for finding in findings]
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _sarif_rule(rule: RuleFacts) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.explanation},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "security-severity": _SECURITY_SEVERITY[rule.severity],
            "tags": list(rule.legal_basis),
            "version": rule.version,
        },
    }


def _sarif_result(finding: Finding, places: dict[str, int]) -> dict[str, Any]:
    quoted = finding.declaration
    said = f' The policy says: "{plain(quoted.quote)}"' if quoted else ""
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{plain(finding.subject)}: {plain(finding.fact)}{said}"},
        "locations": [_sarif_location(finding)],
        "partialFingerprints": {"consentAudit/v1": finding.fingerprint},
        "properties": finding_to_json(finding),
    }
    if finding.rule in places:
        result["ruleIndex"] = places[finding.rule]
    if finding.presence is not None:
        result["baselineState"] = _BASELINE[finding.presence]
    if finding.status in (Status.ACCEPTED, Status.FALSE_POSITIVE):
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": finding.status.value}]
    return result


def _sarif_location(finding: Finding) -> dict[str, Any]:
    logical = {"name": finding.vendor, "fullyQualifiedName": f"{finding.vendor}/{plain(finding.subject)}"}
    where: dict[str, Any] = {"logicalLocations": [logical]}
    if finding.site is not None:
        where["physicalLocation"] = {"artifactLocation": {"uri": finding.site}}
    return where


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None

"""Findings as JSON, CSV and SARIF: the contract's keys, safe cells, valid levels."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.engine import rule_facts
from auditor.model import (
    BrowserFacts,
    Category,
    Choice,
    ChoiceOutcome,
    EvidenceRef,
    Finding,
    Outcome,
    Phase,
    Presence,
    QuotedDeclaration,
    Run,
    RunStatus,
    Scenario,
    Severity,
    Status,
    Undecided,
    Wanted,
)
from crawler.cli.findings import summary
from crawler.cli.findings_json import Listing, findings_to_csv, findings_to_sarif, listing_to_json
from crawler.cli.judging import at_or_above, present
from db.store import CoverageRow

WORDS = (
    "fingerprint rule rule_version severity confidence vendor site subject phase title fact category_observed "
    "category_declared service declaration evidence visits_hit visits_total presence status first_seen last_seen"
)
KEYS = WORDS.split()
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def a_finding(**changes: Any) -> Finding:
    everything: dict[str, Any] = {
        "fingerprint": "f" * 64,
        "rule": "before_choice",
        "rule_version": 1,
        "severity": Severity.CRITICAL,
        "confidence": 0.95,
        "vendor": "ooma",
        "site": "https://www.ooma.example/",
        "subject": "cookie:__adroll@d.adroll.com",
        "phase": Phase.BEFORE_CHOICE,
        "title": "Set before any choice",
        "fact": "__adroll was set before any choice.",
        "category_observed": Category.TARGETING,
        "service": "AdRoll",
        "declaration": QuotedDeclaration(quote="We use Category 1", start=3, end=20, url="https://x/", sha256="a" * 64),
        "evidence": (EvidenceRef(kind="cookie", visit=3, url="https://d.adroll.com/", at_ms=20),),
        "presence": Presence.NEW,
        "first_seen": NOW,
        "last_seen": NOW,
    }
    return Finding(**{**everything, **changes})


def a_listing(*findings: Finding) -> Listing:
    browser = BrowserFacts(name="c", version="1", headless=True, third_party_cookies="allowed")
    run = Run(
        id=4,
        started_at=NOW,
        finished_at=None,
        status=RunStatus.PARTIAL,
        tool_version="0.1.0",
        browser=browser,
        settings={"concurrency": 4},
        planned=3,
        stored=3,
    )
    row = CoverageRow(
        "ooma",
        "https://www.ooma.example/",
        Scenario.REJECT_ALL,
        Outcome.OK,
        Choice(wanted=Wanted.REJECT, outcome=ChoiceOutcome.DONE, proven=True, proof=("record",)),
    )
    undecided = (
        Undecided(rule="after_reject", vendor="ooma", site=None, subject=None, reason="no proven refusal"),
        Undecided(rule="undeclared_cookie", vendor="ooma", site="https://a/", subject="cookie:a@b", reason="unknown"),
    )
    return Listing(run=run, findings=findings, undecided=undecided, coverage=(row,))


def test_the_document_has_the_contracts_keys() -> None:
    document = listing_to_json(a_listing(a_finding(), a_finding(declaration=None, phase=None, site=None)))
    assert list(document) == ["schema", "run", "findings", "undecided", "coverage"]
    assert document["schema"] == "consent-audit/findings/1"
    assert [list(finding) for finding in document["findings"]] == [KEYS, KEYS]
    assert list(document["findings"][0]["declaration"]) == ["quote", "start", "end", "url", "sha256"]
    assert list(document["findings"][0]["evidence"][0]) == [
        *("kind", "visit", "url", "at_ms", "initiator", "artifact_sha256")
    ]
    assert document["findings"][1]["declaration"] is None
    assert document["undecided"] == [
        {"rule": "after_reject", "vendor": "ooma", "site": None, "reason": "no proven refusal"},
        {
            "rule": "undeclared_cookie",
            "vendor": "ooma",
            "site": "https://a/",
            "reason": "unknown",
            "subject": "cookie:a@b",
        },
    ]
    assert document["coverage"] == [
        {
            "vendor": "ooma",
            "site": "https://www.ooma.example/",
            "scenario": "reject_all",
            "repetition": 1,
            "outcome": "ok",
            "choice": {"outcome": "done", "proven": True, "proof": ["record"]},
        }
    ]
    json.dumps(document)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        (" =1", "' =1"),
        ("\x1b[31m=1", "[31m=1"),
        ("\u202e=1", "'=1"),
        ('a "b", c', 'a "b", c'),
        ("two\nlines", "twolines"),
        (None, ""),
    ],
)
def test_cells_are_no_formulas(value: str | None, cell: str) -> None:
    (row,) = csv.DictReader(io.StringIO(findings_to_csv([a_finding(service=value)])))
    assert row["service"] == cell


def test_csv_has_a_header_and_the_quote() -> None:
    text = findings_to_csv([a_finding(), a_finding(declaration=None)])
    assert text.count("\r\n") == 3
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["severity"], row["quote"], row["confidence"]) for row in rows] == [
        ("critical", "We use Category 1", "0.95"),
        ("critical", "", "0.95"),
    ]


def test_sarif() -> None:
    findings = (
        a_finding(),
        a_finding(severity=Severity.MEDIUM, presence=Presence.GONE, status=Status.ACCEPTED, site=None),
        a_finding(severity=Severity.INFO, presence=Presence.PERSISTING, rule="not_a_rule", declaration=None),
    )
    log = findings_to_sarif(findings, rule_facts())
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(rule.id for rule in rule_facts())
    one, two, three = run["results"]
    assert rules[one["ruleIndex"]]["id"] == "before_choice"
    assert (one["level"], two["level"], three["level"]) == ("error", "warning", "note")
    assert (one["baselineState"], two["baselineState"], three["baselineState"]) == ("new", "absent", "unchanged")
    assert one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "https://www.ooma.example/"
    assert "physicalLocation" not in two["locations"][0]
    assert two["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "accepted"}]
    assert "ruleIndex" not in three
    assert one["partialFingerprints"] == {"consentAudit/v1": "f" * 64}
    assert one["message"]["text"].endswith('The policy says: "We use Category 1"')


@pytest.mark.parametrize(
    ("threshold", "count"),
    [("critical", 1), ("high", 2), ("medium", 2), ("low", 3), ("info", 3)],
)
def test_the_threshold_counts_what_is_there_and_not_dismissed(threshold: str, count: int) -> None:
    findings = (
        a_finding(),
        a_finding(severity=Severity.HIGH, status=Status.ACKNOWLEDGED),
        a_finding(severity=Severity.LOW),
        a_finding(presence=Presence.GONE),
        a_finding(status=Status.ACCEPTED),
        a_finding(status=Status.FALSE_POSITIVE),
    )
    assert len(at_or_above(findings, Severity(threshold))) == count
    assert len(present(findings)) == 5


def test_the_summary_counts() -> None:
    listing = a_listing(a_finding(), a_finding(severity=Severity.LOW), a_finding(presence=Presence.GONE))
    assert summary(listing) == "run 4: 2 findings (1 critical, 1 low), 2 undecided, 0 of 1 visits without evidence"
    assert summary(a_listing()).startswith("run 4: 0 findings (none)")

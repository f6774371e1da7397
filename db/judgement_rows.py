"""Judgements as rows: rules, observed items, findings with their evidence, what was undecided, what was declared."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from auditor.model import (
    Category,
    Classification,
    EvidenceRef,
    Finding,
    ObservedItem,
    Party,
    Phase,
    Presence,
    QuotedDeclaration,
    RuleFacts,
    Scenario,
    Severity,
    Status,
    Undecided,
    Verdict,
)
from db.codec import (
    Row,
    optional_integer,
    optional_text,
    optional_time_from,
    optional_word,
    real,
    texts,
    texts_from,
    time_from_text,
)
from db.reduction import clean, clean_lines, integer, storable
from db.rows import optional_url

if TYPE_CHECKING:
    from collections.abc import Sequence


def _category(word: str | None) -> Category | None:
    return None if word is None else Category(word)


def rule_to_row(rule: RuleFacts) -> Row:
    """Row of ``rules``."""
    return {
        "id": clean(rule.id),
        "version": rule.version,
        "title": clean(rule.title),
        "severity": rule.severity.value,
        "legal_basis": texts(rule.legal_basis),
        "explanation": clean_lines(rule.explanation),
        "fires_on": clean_lines(rule.fires_on),
        "silent_on": clean_lines(rule.silent_on),
        "heuristic": int(rule.heuristic),
    }


def rule_from_row(row: Row) -> RuleFacts:
    """The rule of a row of ``rules``."""
    return RuleFacts(
        id=row["id"],
        version=row["version"],
        title=row["title"],
        severity=Severity(row["severity"]),
        legal_basis=texts_from(row["legal_basis"]),
        explanation=row["explanation"],
        fires_on=row["fires_on"],
        silent_on=row["silent_on"],
        heuristic=bool(row["heuristic"]),
    )


def quote_to_row(declaration: QuotedDeclaration | None) -> Row:
    """The quote columns; the words and the document's address stay as they are, so that they can be found again."""
    if declaration is None:
        return dict.fromkeys(("quote", "quote_start", "quote_end", "quote_url", "quote_sha256"))
    return {
        "quote": storable(declaration.quote),
        "quote_start": integer(declaration.start),
        "quote_end": integer(declaration.end),
        "quote_url": None if declaration.url is None else storable(declaration.url),
        "quote_sha256": optional_text(declaration.sha256),
    }


def quote_from_row(row: Row) -> QuotedDeclaration | None:
    """The quote of a row that has the quote columns."""
    if row["quote"] is None:
        return None
    return QuotedDeclaration(
        quote=row["quote"],
        start=row["quote_start"],
        end=row["quote_end"],
        url=row["quote_url"],
        sha256=row["quote_sha256"],
    )


def item_to_row(item: ObservedItem) -> Row:
    """Row of ``observed_items`` without audit, site and sightings."""
    known = item.classification
    return {
        "subject": clean(item.subject),
        "kind": clean(item.kind),
        "name": clean(item.name),
        "domain": clean(item.domain),
        "party": item.party.value,
        "category": optional_word(known.category),
        "also_declared_as": texts(known.also_declared_as),
        "service": optional_text(known.service),
        "entity": optional_text(known.entity),
        "layer": integer(known.layer),
        "confidence": real(known.confidence),
        "reason": clean(known.reason),
        "source": optional_text(known.source),
        "role": optional_text(known.role),
        "exempt": int(known.exempt),
        "lifetime_seconds": optional_integer(item.lifetime_seconds),
        "identifier": int(item.identifier),
        "declared_category": optional_word(item.declared_category),
        "declared_as": optional_text(item.declared_as),
        **quote_to_row(item.declaration),
    }


def item_from_row(row: Row, site: str, sightings: Sequence[tuple[str, str]]) -> ObservedItem:
    """The observed item of a row of ``observed_items``; ``sightings`` are (scenario, phase) words in order."""
    return ObservedItem(
        subject=row["subject"],
        site=site,
        kind=row["kind"],
        name=row["name"],
        domain=row["domain"],
        party=Party(row["party"]),
        classification=Classification(
            category=_category(row["category"]),
            also_declared_as=tuple(Category(word) for word in texts_from(row["also_declared_as"])),
            service=row["service"],
            entity=row["entity"],
            layer=row["layer"],
            confidence=row["confidence"],
            reason=row["reason"],
            source=row["source"],
            role=row["role"],
            exempt=bool(row["exempt"]),
        ),
        seen_in=tuple((Scenario(scenario), Phase(phase)) for scenario, phase in sightings),
        lifetime_seconds=row["lifetime_seconds"],
        identifier=bool(row["identifier"]),
        declared_category=_category(row["declared_category"]),
        declared_as=row["declared_as"],
        declaration=quote_from_row(row),
    )


def statement_to_row(finding: Finding) -> Row:
    """Row of ``statements``: what a finding says in one run, without finding and run."""
    return {
        "rule_version": finding.rule_version,
        "severity": finding.severity.value,
        "confidence": real(finding.confidence),
        "phase": optional_word(finding.phase),
        "title": clean(finding.title),
        "fact": clean_lines(finding.fact),
        "category_observed": optional_word(finding.category_observed),
        "category_declared": optional_word(finding.category_declared),
        "service": optional_text(finding.service),
        "visits_hit": integer(finding.visits_hit),
        "visits_total": integer(finding.visits_total),
        **quote_to_row(finding.declaration),
    }


def finding_from_row(row: Row, evidence: tuple[EvidenceRef, ...]) -> Finding:
    """The finding of a joined row of ``findings`` and ``statements``."""
    return Finding(
        fingerprint=row["fingerprint"],
        rule=row["rule_id"],
        rule_version=row["rule_version"],
        severity=Severity(row["severity"]),
        confidence=row["confidence"],
        vendor=row["vendor_id"],
        site=row["site"],
        subject=row["subject"],
        phase=None if row["phase"] is None else Phase(row["phase"]),
        title=row["title"],
        fact=row["fact"],
        category_observed=_category(row["category_observed"]),
        category_declared=_category(row["category_declared"]),
        service=row["service"],
        declaration=quote_from_row(row),
        evidence=evidence,
        visits_hit=row["visits_hit"],
        visits_total=row["visits_total"],
        presence=None if row["presence"] is None else Presence(row["presence"]),
        status=Status(row["status"]),
        first_seen=optional_time_from(row["first_seen"]),
        last_seen=optional_time_from(row["last_seen"]),
    )


def evidence_to_row(reference: EvidenceRef) -> Row:
    """Row of ``evidence`` without its statement. The address of a policy stays whole, others are reduced."""
    whole = reference.kind == "policy" and reference.url
    return {
        "kind": clean(reference.kind),
        "visit_id": reference.visit,
        "url": storable(reference.url) if whole and reference.url else optional_url(reference.url),
        "at_ms": optional_integer(reference.at_ms),
        "initiator": optional_url(reference.initiator),
        "artifact_sha256": optional_text(reference.artifact_sha256),
    }


def evidence_from_row(row: Row) -> EvidenceRef:
    """The reference of a row of ``evidence``."""
    return EvidenceRef(
        kind=row["kind"],
        visit=row["visit_id"],
        url=row["url"],
        at_ms=row["at_ms"],
        initiator=row["initiator"],
        artifact_sha256=row["artifact_sha256"],
    )


def undecided_to_row(undecided: Undecided) -> Row:
    """Row of ``undecided`` without its audit."""
    return {
        "rule_id": clean(undecided.rule),
        "site": None if undecided.site is None else storable(undecided.site),
        "subject": optional_text(undecided.subject),
        "reason": clean_lines(undecided.reason),
    }


def undecided_from_row(row: Row) -> Undecided:
    """The record of a row of ``undecided_rules``."""
    return Undecided(
        rule=row["rule"], vendor=row["vendor_id"], site=row["site"], subject=row["subject"], reason=row["reason"]
    )


def verdict_from_row(row: Row) -> Verdict:
    """The verdict of a row of ``finding_events``."""
    return Verdict(
        at=time_from_text(row["at"]),
        actor=row["actor"],
        status=Status(row["action"]),
        note=row["note"],
        until=None if row["until"] is None else date.fromisoformat(row["until"]),
    )

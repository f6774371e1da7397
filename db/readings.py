"""Writes what the policies of an audit declare, one row per statement with its first quote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.codec import optional_text, optional_word, real, texts
from db.reduction import clean, clean_lines, integer, storable
from db.write import insert, insert_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.model import Category, PolicyDeclaration, Quote
    from db.codec import Row
    from db.write import Dictionary


def insert_readings(
    dictionary: Dictionary, audit_id: int, declarations: Sequence[PolicyDeclaration], digests: Mapping[str, str]
) -> None:
    """Writes each declaration; ``digests`` maps its text to the artifact that holds it."""
    for declaration in declarations:
        row = {"audit_id": audit_id, "text_sha256": digests[declaration.text], **reading_to_row(declaration)}
        reading_id = insert(dictionary.database, "readings", row)
        rows = [{"reading_id": reading_id, **statement} for statement in statements(declaration)]
        for statement in rows:
            dictionary.replace(statement, "label", "scopes", "detail", "quote")
        insert_all(dictionary.database, "policy_statements", rows)


def reading_to_row(declaration: PolicyDeclaration) -> Row:
    """Row of ``readings`` without its audit and text."""
    document = declaration.document
    return {
        "document": clean(document.id),
        "url": None if document.url is None else storable(document.url),
        "file": optional_text(document.file),
        "sha256": clean(document.sha256),
        "kind": clean(document.kind),
        "language": clean(document.language),
        "disclosure_level": declaration.disclosure_level.value,
        "last_updated": None if declaration.last_updated is None else clean(declaration.last_updated.date),
        "silent_on": texts(declaration.silent_on),
        "notes": texts(declaration.notes),
    }


def statements(declaration: PolicyDeclaration) -> Iterable[Row]:
    """Rows of the view ``declarations``: everything that the policy says, in the order scope to contradiction."""
    for scope in declaration.scopes:
        yield _row(
            "scope", scope.name, scope.evidence, scopes=(scope.id,), detail=", ".join((scope.kind, *scope.hosts))
        )
    yield from _categorised(declaration)
    for technology in declaration.technologies:
        detail = "used" if technology.declared else "not used"
        yield _row("technology", technology.name, technology.evidence, detail=detail)
    for way in declaration.consent:
        detail = " · ".join(part for part in (way.mechanism, way.location, way.grants) if part)
        yield _row("consent", way.label or way.mechanism, way.evidence, scopes=way.scope_ids, detail=detail)
    for retention in declaration.retention:
        yield _row("retention", retention.subject, retention.evidence, detail=retention.duration.raw)
    for claim in declaration.claims:
        detail = " · ".join(part for part in (claim.strength, claim.subject_value) if part)
        yield _row(
            "claim", claim.type, claim.evidence, scopes=claim.scope_ids, detail=detail, confidence=claim.confidence
        )
    for contradiction in declaration.contradictions:
        yield _row("contradiction", contradiction.subject, contradiction.evidence, detail=contradiction.note)


def _categorised(declaration: PolicyDeclaration) -> Iterable[Row]:
    for category in declaration.categories:
        detail = " · ".join(part for part in (category.number, *category.purposes) if part)
        yield _row(
            "category",
            category.label,
            category.evidence,
            category=category.canonical,
            scopes=category.scope_ids,
            detail=detail,
            confidence=category.confidence,
        )
    for service in declaration.services:
        yield _row(
            "service",
            service.name,
            service.evidence,
            category=service.category,
            scopes=service.scope_ids,
            detail=service.role,
            confidence=service.confidence,
        )
    for cookie in declaration.cookies:
        detail = " · ".join(part for part in (cookie.provider, cookie.duration.raw, cookie.purpose) if part)
        yield _row(
            "cookie",
            cookie.name,
            cookie.evidence,
            category=cookie.category,
            scopes=cookie.scope_ids,
            detail=detail,
            confidence=cookie.confidence,
        )


def _row(
    kind: str,
    label: str,
    evidence: Sequence[Quote],
    *,
    category: Category | None = None,
    scopes: Sequence[str] = (),
    detail: str | None = None,
    confidence: float | None = None,
) -> Row:
    quote = evidence[0] if evidence else None
    return {
        "kind": kind,
        "label": clean(label),
        "category": optional_word(category),
        "scopes": texts(scopes),
        "detail": None if not detail else clean_lines(detail),
        "quote": None if quote is None else storable(quote.quote),
        "quote_start": None if quote is None else integer(quote.start),
        "quote_end": None if quote is None else integer(quote.end),
        "confidence": None if confidence is None else real(confidence),
    }

"""A declaration as JSON: ``policy-declaration/1``, key by key as in the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.model import (
        Claim,
        ConsentMechanism,
        DeclaredCategory,
        DeclaredCookie,
        DeclaredService,
        Duration,
        LastUpdated,
        PolicyDeclaration,
        Quote,
        Scope,
    )

SCHEMA = "policy-declaration/1"


def declaration_to_json(declaration: PolicyDeclaration) -> dict[str, Any]:
    """The JSON object of a declaration, valid against the schema; what cannot be known is null or left out."""
    return {
        "schema": SCHEMA,
        "document": _document(declaration),
        "last_updated": _last_updated(declaration.last_updated),
        "disclosure_level": declaration.disclosure_level.value,
        "scopes": [_scope(scope) for scope in declaration.scopes],
        "categories": [_category(category) for category in declaration.categories],
        "services": [_service(service) for service in declaration.services],
        "cookies": [_cookie(cookie) for cookie in declaration.cookies],
        "technologies": {
            t.name: {"declared": t.declared, "evidence": _quotes(t.evidence)} for t in declaration.technologies
        },
        "consent": [_consent(mechanism) for mechanism in declaration.consent],
        "retention": [
            {"subject": r.subject, "duration": duration_to_json(r.duration), "evidence": _quotes(r.evidence)}
            for r in declaration.retention
        ],
        "claims": [_claim(claim) for claim in declaration.claims],
        "contradictions": [
            {"kind": c.kind, "subject": c.subject, "note": c.note, "evidence": _quotes(c.evidence)}
            for c in declaration.contradictions
        ],
        "silent_on": list(declaration.silent_on),
        "notes": list(declaration.notes),
    }


def duration_to_json(duration: Duration) -> dict[str, Any]:
    """A duration with all its keys; seconds are integers."""
    return {
        "raw": duration.raw,
        "kind": duration.kind,
        "seconds": duration.seconds,
        "min_seconds": duration.min_seconds,
        "max_seconds": duration.max_seconds,
    }


def _quotes(quotes: tuple[Quote, ...]) -> list[dict[str, Any]]:
    return [{"quote": q.quote, "start": q.start, "end": q.end} for q in quotes]


def _document(declaration: PolicyDeclaration) -> dict[str, Any]:
    facts = declaration.document
    return {
        "id": facts.id,
        "vendor": facts.vendor,
        "kind": facts.kind,
        "language": facts.language,
        "url": facts.url,
        "file": facts.file,
        "encoding": facts.encoding,
        "sha256": facts.sha256,
        "text_basis": facts.text_basis,
        "text_length": facts.text_length,
    }


def _last_updated(updated: LastUpdated | None) -> dict[str, Any] | None:
    if updated is None:
        return None
    return {
        "date": updated.date,
        "precision": updated.precision,
        "raw": updated.raw,
        "evidence": _quotes(updated.evidence),
    }


def _scope(scope: Scope) -> dict[str, Any]:
    return {
        "id": scope.id,
        "kind": scope.kind,
        "name": scope.name,
        "hosts": list(scope.hosts),
        "default": scope.default,
        "evidence": _quotes(scope.evidence),
    }


def _category(category: DeclaredCategory) -> dict[str, Any]:
    return {
        "id": category.id,
        "canonical": category.canonical.value,
        "alternatives": [c.value for c in category.alternatives],
        "covers": [c.value for c in category.covers],
        "subtype": category.subtype,
        "label": category.label,
        "number": category.number,
        "heading": category.heading,
        "scope_ids": list(category.scope_ids),
        "in_use": category.in_use,
        "consent": category.consent,
        "party": category.party.value,
        "purposes": list(category.purposes),
        "basis": category.basis,
        "evidence": _quotes(category.evidence),
        "confidence": category.confidence,
    }


def _service(service: DeclaredService) -> dict[str, Any]:
    return {
        "name": service.name,
        "aliases": list(service.aliases),
        "domains": list(service.domains),
        "category": service.category.value if service.category else None,
        "alternatives": [c.value for c in service.alternatives],
        "category_label": service.category_label,
        "scope_ids": list(service.scope_ids),
        "party": service.party.value,
        "role": service.role,
        "evidence": _quotes(service.evidence),
        "confidence": service.confidence,
    }


def _cookie(cookie: DeclaredCookie) -> dict[str, Any]:
    return {
        "name": cookie.name,
        "aliases": list(cookie.aliases),
        "match": {"kind": cookie.match.kind, "pattern": cookie.match.pattern},
        "storage": cookie.storage,
        "host": cookie.host,
        "provider": cookie.provider,
        "service": cookie.service,
        "category": cookie.category.value if cookie.category else None,
        "alternatives": [c.value for c in cookie.alternatives],
        "category_label": cookie.category_label,
        "category_basis": cookie.category_basis,
        "purpose": cookie.purpose,
        "duration": duration_to_json(cookie.duration),
        "party": cookie.party.value,
        "scope_ids": list(cookie.scope_ids),
        "basis": cookie.basis,
        "evidence": _quotes(cookie.evidence),
        "confidence": cookie.confidence,
    }


def _consent(mechanism: ConsentMechanism) -> dict[str, Any]:
    return {
        "mechanism": mechanism.mechanism,
        "label": mechanism.label,
        "location": mechanism.location,
        "url": mechanism.url,
        "grants": mechanism.grants,
        "scope_ids": list(mechanism.scope_ids),
        "evidence": _quotes(mechanism.evidence),
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "type": claim.type,
        "subject": {"kind": claim.subject_kind, "value": claim.subject_value},
        "strength": claim.strength,
        "tests": list(claim.tests),
        "scope_ids": list(claim.scope_ids),
        "evidence": _quotes(claim.evidence),
        "confidence": claim.confidence,
    }

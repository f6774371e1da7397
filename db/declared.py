"""Declared cookies and services as JSON values, for what a consent platform declares about itself."""

from __future__ import annotations

from typing import Any

from auditor.model import Category, DeclaredCookie, DeclaredParty, DeclaredService, Duration, NameMatch, Quote
from db.codec import Row, optional_text, optional_word, real
from db.reduction import clean, storable


def _words(values: tuple[str, ...]) -> list[str]:
    return [clean(value) for value in values]


def quotes_to_json(quotes: tuple[Quote, ...]) -> list[Row]:
    """Quotes with their offsets in code points; their words stay as they are."""
    return [{"quote": storable(quote.quote), "start": quote.start, "end": quote.end} for quote in quotes]


def quotes_from_json(found: list[Row]) -> tuple[Quote, ...]:
    """The quotes of `quotes_to_json`."""
    return tuple(Quote(quote=quote["quote"], start=quote["start"], end=quote["end"]) for quote in found)


def _duration_to_json(duration: Duration) -> Row:
    return {
        "raw": optional_text(duration.raw),
        "kind": clean(duration.kind),
        "seconds": duration.seconds,
        "min_seconds": duration.min_seconds,
        "max_seconds": duration.max_seconds,
    }


def _duration_from_json(found: Row) -> Duration:
    return Duration(
        raw=found["raw"],
        kind=found["kind"],
        seconds=found["seconds"],
        min_seconds=found["min_seconds"],
        max_seconds=found["max_seconds"],
    )


def _category_from(word: str | None) -> Category | None:
    return None if word is None else Category(word)


def _categories_from(found: list[Any]) -> tuple[Category, ...]:
    return tuple(Category(word) for word in found)


def cookie_to_json(cookie: DeclaredCookie) -> Row:
    """A declared cookie as a JSON object, field by field."""
    return {
        "name": clean(cookie.name),
        "aliases": _words(cookie.aliases),
        "match": {"kind": clean(cookie.match.kind), "pattern": clean(cookie.match.pattern)},
        "storage": clean(cookie.storage),
        "host": optional_text(cookie.host),
        "provider": optional_text(cookie.provider),
        "service": optional_text(cookie.service),
        "category": optional_word(cookie.category),
        "alternatives": [category.value for category in cookie.alternatives],
        "category_label": optional_text(cookie.category_label),
        "category_basis": clean(cookie.category_basis),
        "purpose": optional_text(cookie.purpose),
        "duration": _duration_to_json(cookie.duration),
        "party": cookie.party.value,
        "scope_ids": _words(cookie.scope_ids),
        "basis": clean(cookie.basis),
        "evidence": quotes_to_json(cookie.evidence),
        "confidence": real(cookie.confidence),
    }


def cookie_from_json(found: Row) -> DeclaredCookie:
    """The declared cookie of `cookie_to_json`."""
    return DeclaredCookie(
        name=found["name"],
        aliases=tuple(found["aliases"]),
        match=NameMatch(kind=found["match"]["kind"], pattern=found["match"]["pattern"]),
        storage=found["storage"],
        host=found["host"],
        provider=found["provider"],
        service=found["service"],
        category=_category_from(found["category"]),
        alternatives=_categories_from(found["alternatives"]),
        category_label=found["category_label"],
        category_basis=found["category_basis"],
        purpose=found["purpose"],
        duration=_duration_from_json(found["duration"]),
        party=DeclaredParty(found["party"]),
        scope_ids=tuple(found["scope_ids"]),
        basis=found["basis"],
        evidence=quotes_from_json(found["evidence"]),
        confidence=found["confidence"],
    )


def service_to_json(service: DeclaredService) -> Row:
    """A declared service as a JSON object, field by field."""
    return {
        "name": clean(service.name),
        "aliases": _words(service.aliases),
        "domains": _words(service.domains),
        "category": optional_word(service.category),
        "alternatives": [category.value for category in service.alternatives],
        "category_label": optional_text(service.category_label),
        "scope_ids": _words(service.scope_ids),
        "party": service.party.value,
        "role": clean(service.role),
        "evidence": quotes_to_json(service.evidence),
        "confidence": real(service.confidence),
    }


def service_from_json(found: Row) -> DeclaredService:
    """The declared service of `service_to_json`."""
    return DeclaredService(
        name=found["name"],
        aliases=tuple(found["aliases"]),
        domains=tuple(found["domains"]),
        category=_category_from(found["category"]),
        alternatives=_categories_from(found["alternatives"]),
        category_label=found["category_label"],
        scope_ids=tuple(found["scope_ids"]),
        party=DeclaredParty(found["party"]),
        role=found["role"],
        evidence=quotes_from_json(found["evidence"]),
        confidence=found["confidence"],
    )

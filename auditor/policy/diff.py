"""What changed in meaning between two versions of a policy: what it now declares that it did not, and the reverse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.policy.durations import in_words
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditor.model import (
        Claim,
        ConsentMechanism,
        DeclaredCategory,
        DeclaredCookie,
        DeclaredService,
        PolicyDeclaration,
        Quote,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of meaning.

    ``kind``: ``added``, ``removed`` or ``changed``. ``what``: ``disclosure``, ``date``, ``scope``, ``category``,
    ``service``, ``cookie``, ``technology``, ``consent`` or ``claim``. ``before`` and ``after`` are the words for both
    states, None where there is none; the quotes stand in the older and the newer document.
    """

    kind: str
    what: str
    subject: str
    before: str | None = None
    after: str | None = None
    quote_before: Quote | None = None
    quote_after: Quote | None = None


@dataclass(frozen=True, slots=True)
class _Fact:
    """A declared item reduced to what may be compared."""

    subject: str
    state: str
    quote: Quote | None


def policy_diff(before: PolicyDeclaration, after: PolicyDeclaration) -> tuple[Change, ...]:
    """Every change of meaning from one declaration to another; two readings of the same text have none.

    Order: level, date, then by subject within scopes, categories, services, cookies, technologies, consent, claims.
    """
    changes = list(_overall(before, after))
    for what, facts in _SUBJECTS.items():
        changes.extend(_compare(what, facts(before), facts(after)))
    return tuple(changes)


def _overall(before: PolicyDeclaration, after: PolicyDeclaration) -> Iterator[Change]:
    if before.disclosure_level is not after.disclosure_level:
        yield Change(
            kind="changed",
            what="disclosure",
            subject="disclosure_level",
            before=before.disclosure_level.value,
            after=after.disclosure_level.value,
        )
    old = before.last_updated.date if before.last_updated else None
    new = after.last_updated.date if after.last_updated else None
    if old != new:
        yield Change(
            kind="changed" if old and new else "added" if new else "removed",
            what="date",
            subject="last_updated",
            before=old,
            after=new,
            quote_before=before.last_updated.evidence[0] if before.last_updated else None,
            quote_after=after.last_updated.evidence[0] if after.last_updated else None,
        )


def _compare(what: str, old: dict[str, _Fact], new: dict[str, _Fact]) -> Iterator[Change]:
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was is not None and now is not None and was.state == now.state:
            continue
        known = now or was
        assert known is not None, "a key comes from one side at least"
        yield Change(
            kind="changed" if was and now else "added" if now else "removed",
            what=what,
            subject=known.subject,
            before=was.state if was else None,
            after=now.state if now else None,
            quote_before=was.quote if was else None,
            quote_after=now.quote if now else None,
        )


# ------------------------------------------------------------------------------------------ subjects


def _indexed(facts: Iterable[tuple[str, str, str, tuple[Quote, ...]]]) -> dict[str, _Fact]:
    """Facts by key; several of one key are joined, so that order and repetition do not count."""
    grouped: dict[str, dict[str, _Fact]] = {}
    for key, subject, state, quotes in facts:
        grouped.setdefault(key, {})[state] = _Fact(subject, state, quotes[0] if quotes else None)
    joined = {}
    for key, states in grouped.items():
        first = next(iter(states.values()))
        joined[key] = _Fact(first.subject, "; ".join(sorted(states)), first.quote)
    return joined


def _scopes(declaration: PolicyDeclaration) -> dict[str, _Fact]:
    return _indexed((s.kind, s.kind, ", ".join(sorted(s.hosts)) or s.kind, s.evidence) for s in declaration.scopes)


def _scope_words(declaration: PolicyDeclaration, ids: tuple[str, ...]) -> str:
    kinds = {scope.id: scope.kind for scope in declaration.scopes}
    return ", ".join(sorted(kinds.get(identity, identity) for identity in ids))


def _categories(declaration: PolicyDeclaration) -> dict[str, _Fact]:
    return _indexed(_category(declaration, category) for category in declaration.categories)


def _category(declaration: PolicyDeclaration, category: DeclaredCategory) -> tuple[str, str, str, tuple[Quote, ...]]:
    name = category.canonical.value
    state = (
        f"on {_scope_words(declaration, category.scope_ids)}; in use: {category.in_use}; consent: {category.consent}"
    )
    return name, name, state, category.evidence


def _services(declaration: PolicyDeclaration) -> dict[str, _Fact]:
    return _indexed(_service(service) for service in declaration.services)


def _service(service: DeclaredService) -> tuple[str, str, str, tuple[Quote, ...]]:
    state = service.category.value if service.category else "no category"
    return fold(service.name), service.name, state, service.evidence


def _cookies(declaration: PolicyDeclaration) -> dict[str, _Fact]:
    return _indexed(_cookie(cookie) for cookie in declaration.cookies)


def _cookie(cookie: DeclaredCookie) -> tuple[str, str, str, tuple[Quote, ...]]:
    place = f"@{cookie.host}" if cookie.host else ""
    category = cookie.category.value if cookie.category else "no category"
    state = f"{category}, {in_words(cookie.duration)}, {cookie.storage}"
    return cookie.match.pattern + place, cookie.name + place, state, cookie.evidence


def _technologies(declaration: PolicyDeclaration) -> dict[str, _Fact]:
    return _indexed((t.name, t.name, "declared", t.evidence) for t in declaration.technologies if t.declared)


def _consent(declaration: PolicyDeclaration) -> dict[str, _Fact]:
    return _indexed(_mechanism(mechanism) for mechanism in declaration.consent)


def _mechanism(mechanism: ConsentMechanism) -> tuple[str, str, str, tuple[Quote, ...]]:
    where = f" in {mechanism.location}" if mechanism.location else ""
    return mechanism.mechanism, mechanism.mechanism, mechanism.grants + where, mechanism.evidence


def _claims(declaration: PolicyDeclaration) -> dict[str, _Fact]:
    return _indexed(_claim(claim) for claim in declaration.claims)


def _claim(claim: Claim) -> tuple[str, str, str, tuple[Quote, ...]]:
    about = f" ({claim.subject_value or claim.subject_kind})"
    return (
        f"{claim.type}/{claim.subject_kind}/{claim.subject_value}",
        claim.type + about,
        claim.strength,
        claim.evidence,
    )


_SUBJECTS: dict[str, Callable[[PolicyDeclaration], dict[str, _Fact]]] = {
    "scope": _scopes,
    "category": _categories,
    "service": _services,
    "cookie": _cookies,
    "technology": _technologies,
    "consent": _consent,
    "claim": _claims,
}

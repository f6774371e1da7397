"""What a policy is silent on: follows from the rest of a declaration (POLICY_SCHEMA, "silent_on")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import DeclaredParty, DisclosureLevel

if TYPE_CHECKING:
    from auditor.model import (
        DeclaredCategory,
        DeclaredCookie,
        DeclaredService,
        PolicyDeclaration,
        Retention,
    )

_PARTY_CLAIMS = {"third_party_sets", "first_party_only", "third_party_cookies_used", "first_party_minimal"}
_CENTRES = {"preference_centre", "account_settings", "chat_widget_control"}
_REFUSALS = ("reject", "accept_reject", "delete")


def silences(declaration: PolicyDeclaration) -> tuple[str, ...]:
    """The topics that a declaration says nothing about, in the schema's order."""
    technologies = {t.name for t in declaration.technologies if t.declared}
    mechanisms = {c.mechanism for c in declaration.consent}
    claims = {c.type for c in declaration.claims}
    quiet = {
        "cookies": "cookies" not in technologies,
        "categories": not declaration.categories,
        "cookie_names": not declaration.cookies,
        "durations": _no_durations(declaration.retention, declaration.cookies),
        "third_party_names": _no_third_parties(declaration.services, declaration.cookies),
        "party": _no_party(declaration.categories, declaration.cookies) and not claims & _PARTY_CLAIMS,
        "consent_before_setting": "consent_before_setting" not in claims,
        "consent_banner": "cookie_banner" not in mechanisms,
        "preference_centre": not mechanisms & _CENTRES,
        "opt_out": not any(c.grants in _REFUSALS for c in declaration.consent),
        "web_beacons": not technologies & {"web_beacons", "third_party_beacons"},
        "email_pixels": "email_pixels" not in technologies,
        "last_updated": declaration.last_updated is None,
        "scope_hosts": not any(scope.hosts for scope in declaration.scopes),
    }
    return tuple(topic for topic, silent in quiet.items() if silent)


def _no_durations(retention: tuple[Retention, ...], cookies: tuple[DeclaredCookie, ...]) -> bool:
    return not retention and all(cookie.duration.kind == "not_stated" for cookie in cookies)


def _no_third_parties(services: tuple[DeclaredService, ...], cookies: tuple[DeclaredCookie, ...]) -> bool:
    return not services and not any(c.provider or c.party is DeclaredParty.THIRD for c in cookies)


def _no_party(categories: tuple[DeclaredCategory, ...], cookies: tuple[DeclaredCookie, ...]) -> bool:
    parties = [category.party for category in categories] + [cookie.party for cookie in cookies]
    return all(party is DeclaredParty.NOT_STATED for party in parties)


def disclosure_level(
    *, mentioned: bool, used: bool, categories: tuple[DeclaredCategory, ...], cookies: tuple[DeclaredCookie, ...]
) -> DisclosureLevel:
    """How much the policy says. Categories that are only read from a list of purposes do not count."""
    if cookies:
        return DisclosureLevel.COOKIE_LIST
    if any(category.basis != "purpose_list" for category in categories):
        return DisclosureLevel.CATEGORIES
    if used:
        return DisclosureLevel.UNDIFFERENTIATED
    return DisclosureLevel.MENTION_ONLY if mentioned else DisclosureLevel.SILENT

"""How the consent records of known CMPs are written: one reader for each shape.

A reader takes the record without percent-encoding, at most ``consent_strings.MAX_RAW`` characters, and returns a
``Reading``, or None where the text is not of its shape. Readers never raise. Sources: see ``auditor.consent_strings``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from auditor.consent_reading import (
    MAX_ITEMS,
    MAX_KEY,
    Reading,
    accepted_list,
    by_ids,
    everything,
    flags_of,
    loose_flags,
    members,
    only,
    parsed,
    texts_of,
    unbase64,
    yes_no,
    yes_or_no,
)
from auditor.consent_words import NON_ESSENTIAL, category_of
from auditor.model import Category
from auditor.tcf import PURPOSE_CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterable

_ONETRUST_GROUPS = {
    "C0001": Category.STRICTLY_NECESSARY,
    "C0002": Category.PERFORMANCE,
    "C0003": Category.FUNCTIONAL,
    "C0004": Category.TARGETING,
    "C0005": Category.TARGETING,
    "1": Category.STRICTLY_NECESSARY,
    "2": Category.PERFORMANCE,
    "3": Category.FUNCTIONAL,
    "4": Category.TARGETING,
}
"""Usual ids of OneTrust's groups; C0005 is social media. A site may use its own ids, which stay items only."""

_DIDOMI_PURPOSES = {
    name: PURPOSE_CATEGORIES[number]
    for number, name in enumerate(
        (
            "cookies",
            "select_basic_ads",
            "create_ads_profile",
            "select_personalized_ads",
            "create_content_profile",
            "select_personalized_content",
            "measure_ad_performance",
            "measure_content_performance",
            "market_research",
            "improve_products",
            "use_limited_data_to_select_content",
        ),
        start=1,
    )
}
_IUBENDA_PURPOSES = {
    "1": Category.STRICTLY_NECESSARY,
    "2": Category.FUNCTIONAL,
    "3": Category.FUNCTIONAL,
    "4": Category.PERFORMANCE,
    "5": Category.TARGETING,
}
_HUBSPOT_GROUPS = {"1": Category.PERFORMANCE, "2": Category.TARGETING, "3": Category.FUNCTIONAL}
_TRUSTARC_LEVELS = ("required", "functional", "advertising")
_SHOPIFY = {"a": "analytics", "m": "marketing", "p": "preferences"}
_OWN_LEVELS = {
    "strict": Category.STRICTLY_NECESSARY,
    "thirdparty": Category.PERFORMANCE,
    "advanced": Category.TARGETING,
    "essential": Category.STRICTLY_NECESSARY,
    "settings": Category.FUNCTIONAL,
    "usage": Category.PERFORMANCE,
    "campaigns": Category.TARGETING,
}
"""Moove: ``strict``, ``thirdparty`` (analytics by default) and ``advanced``; GOV.UK: the rest."""
_COOKIEBOT_FLAG = re.compile(r"\b(necessary|preferences|statistics|marketing)\s*:\s*(true|false)")
_C15T = re.compile(r"(?:^|,)c\.(\w{1,40}):1(?=,|$)")
_COOKIEBOT_METHOD = re.compile(r"\bmethod\s*:\s*'(explicit|implied)'")
_TARTEAUCITRON = re.compile(r"!([^=!]{1,200})=(true|false|wait)")


def onetrust(raw: str) -> Reading | None:
    """``OptanonConsent``: a query string whose ``groups`` are ``id:0|1`` pairs; or ``,C0001,``, the active groups."""
    if raw.startswith(","):
        return _active_groups(raw)
    fields = dict(parse_qsl(raw, keep_blank_values=True))
    items = _numbered(fields.get("groups", ""))
    if not items:
        return None
    count = fields.get("interactionCount")
    return by_ids(items, _ONETRUST_GROUPS, answered=None if count is None else count != "0")


def _active_groups(raw: str) -> Reading | None:
    """OneTrust's interface: the groups that are active. Only necessary ones among them: everything else is refused."""
    groups = tuple(key for key in raw.split(",")[:MAX_ITEMS] if key and len(key) <= MAX_KEY)
    if not groups:
        return None
    only_necessary = all(_ONETRUST_GROUPS.get(key) is Category.STRICTLY_NECESSARY for key in groups)
    reading = by_ids(tuple((key, True) for key in groups), _ONETRUST_GROUPS, answered=True)
    return replace(reading, denied=NON_ESSENTIAL) if only_necessary else reading


def cookiebot(raw: str) -> Reading | None:
    """``CookieConsent``: a loose object; ``0`` nothing accepted, ``-1`` no consent asked in this region."""
    if raw in {"0", "-1"}:
        return everything(given=raw == "-1", answered=None)
    found = tuple((key, value == "true") for key, value in _COOKIEBOT_FLAG.findall(raw))[:MAX_ITEMS]
    method = _COOKIEBOT_METHOD.search(raw)
    return Reading(items=found, answered=method and method.group(1) == "explicit") if found else None


def flags(raw: str) -> Reading | None:
    """JSON object of purposes or services to true or false: klaro, Orejime, CookieFirst, Termly."""
    items = flags_of(parsed(raw))
    return Reading(items=items, answered=True) if items else None


def accepted(raw: str) -> Reading | None:
    """``cc_cookie`` (vanilla-cookieconsent) and ``CookieScriptConsent``: what was accepted, see ``accepted_list``."""
    return accepted_list(parsed(raw))


def osano(raw: str) -> Reading | None:
    """``cookieconsent_status``: allow, deny, or dismiss, which says only that the banner was closed."""
    if raw == "dismiss":
        return Reading(answered=True)
    return everything(given=raw == "allow", answered=True) if raw in {"allow", "deny"} else None


def tarteaucitron(raw: str) -> Reading | None:
    """``!service=true|false|wait``; ``wait`` is written before any choice."""
    found = _TARTEAUCITRON.findall(raw)[:MAX_ITEMS]
    if not found:
        return None
    answered = any(value != "wait" for _, value in found)
    return Reading(items=tuple((key, value == "true") for key, value in found if value != "wait"), answered=answered)


def cookieyes(raw: str) -> Reading | None:
    """``consentid:..,consent:yes,action:yes,necessary:yes,analytics:no,...``; ``action``: the visitor has chosen."""
    fields = dict(part.partition(":")[::2] for part in raw.split(",")[:MAX_ITEMS])
    items = tuple((key, fields[key] == "yes") for key in fields if category_of(key) and fields[key] in {"yes", "no"})
    answered = {"yes": True, "no": False, "": False}.get(fields.get("action", "?"))
    return Reading(items=items, answered=answered) if items else None


def per_category(raw: str) -> Reading | None:
    """One word for yes or no; or several records of one tool together, ``marketing=allow&statistics=deny``."""
    if "=" not in raw:
        return yes_no(raw)
    pairs = [(key, yes_or_no(value)) for key, value in parse_qsl(raw)[:MAX_ITEMS]]
    items = tuple((key, given) for key, given in pairs if given is not None)
    return Reading(items=items, answered=True) if items else None


def cookie_information(raw: str) -> Reading | None:
    """``CookieInformationConsent``: JSON with ``consents_approved`` and ``consents_denied``, ``cookie_cat_...``."""
    record = members(parsed(raw))
    items = tuple(
        (key.removeprefix("cookie_cat_"), given)
        for field, given in (("consents_approved", True), ("consents_denied", False))
        for key in texts_of(record.get(field))
    )
    return Reading(items=items, answered=True) if items else None


def trustarc(raw: str) -> Reading | None:
    """``notice_preferences`` (``2:``) and ``notice_gdpr_prefs`` (``0,1,2:``): levels; ``permit 1,2 functional``."""
    permit = re.match(r"permit ([1-3](?:,[1-3])*)\b", raw)
    levels = re.match(r"([0-2](?:,[0-2])*):", raw)
    if permit is None and levels is None:
        return None
    given = {int(level) - 1 for level in permit[1].split(",")} if permit else set()
    given |= set(range(max(map(int, levels[1].split(","))) + 1)) if levels else set()
    return Reading(items=tuple((key, level in given) for level, key in enumerate(_TRUSTARC_LEVELS)), answered=True)


def shopify(raw: str) -> Reading | None:
    """``_tracking_consent``: JSON with ``con.CMP`` by letter, 1 or 0 as text; ``_cmp_a``: ``purposes`` by letter."""
    record = members(parsed(raw))
    letters = members(members(record.get("con")).get("CMP")) or members(record.get("purposes"))
    answers = {"1": True, "0": False, True: True, False: False}
    items = tuple(
        (name, answers[value])
        for letter, name in _SHOPIFY.items()
        if isinstance(value := letters.get(letter), str | bool) and value in answers
    )
    return Reading(items=items) if items else None


def levels(raw: str) -> Reading | None:
    """JSON of a tool's own keys to ``"1"``/``"0"`` or true/false: Moove, GOV.UK's ``cookies_policy``."""
    items = loose_flags(members(parsed(raw)))
    return by_ids(items, _OWN_LEVELS, answered=True) if any(key in _OWN_LEVELS for key, _ in items) else None


def base64_flags(raw: str) -> Reading | None:
    """Base64 of JSON flags: ``CookieLawInfoConsent``."""
    return flags(unbase64(raw))


def agreed(raw: str) -> Reading | None:
    """Drupal's ``cookie-agreed``: 2 everything, 0 nothing, 1 for a notice that only informs."""
    return {"2": everything(given=True, answered=True), "0": everything(given=False, answered=True)}.get(raw)


def opt_out(raw: str) -> Reading | None:
    """``__hs_opt_out``: yes means that everything was refused."""
    given = yes_or_no(raw)
    return None if given is None else everything(given=not given, answered=True)


def borlabs(raw: str) -> Reading | None:
    """JSON with ``consents``: the accepted groups, each with its services."""
    consents = members(parsed(raw)).get("consents")
    return only(texts_of(consents)) if isinstance(consents, dict) else None


def usercentrics(raw: str) -> Reading | None:
    """``uc_settings`` (v2: the last action of the services' history) or ``ucData`` (v3: services by name)."""
    record = members(parsed(raw))
    services = members(record.get("consent")).get("services")
    if isinstance(services, dict):
        return Reading(items=_named(services.values()))
    return _by_history(record.get("services"))


def didomi(raw: str) -> Reading | None:
    """Base64 of JSON with ``purposes`` and ``vendors``, each ``enabled`` and ``disabled`` lists."""
    purposes = members(members(parsed(raw if raw.startswith("{") else unbase64(raw))).get("purposes"))
    items = tuple(
        (key, given)
        for field, given in (("enabled", True), ("disabled", False))
        for key in texts_of(purposes.get(field))
    )
    return by_ids(items, _DIDOMI_PURPOSES, answered=True) if items else None


def iubenda(raw: str) -> Reading | None:
    """JSON with ``purposes`` by number, or ``consent`` for all."""
    record = members(parsed(raw))
    items = flags_of(record.get("purposes"))
    if items:
        return by_ids(items, _IUBENDA_PURPOSES, answered=True)
    consent = record.get("consent")
    return everything(given=consent, answered=True) if isinstance(consent, bool) else None


def axeptio(raw: str) -> Reading | None:
    """JSON of services to true or false, with ``$$completed``: the visitor has chosen."""
    flags = dict(flags_of(parsed(raw)))
    completed = flags.get("$$completed")
    items = tuple((key, given) for key, given in flags.items() if not key.startswith("$$"))
    return Reading(items=items, answered=completed) if flags else None


def civic(raw: str) -> Reading | None:
    """``CookieControl``: JSON with ``optionalCookies`` by name: accepted or revoked."""
    record = members(parsed(raw))
    optional = record.get("optionalCookies")
    if not isinstance(optional, dict):
        return None
    items = tuple((key, optional[key] == "accepted") for key in texts_of(optional) if isinstance(optional[key], str))
    interacted = record.get("interactedWith")
    return Reading(items=items, answered=interacted if isinstance(interacted, bool) else None)


def hubspot(raw: str) -> Reading | None:
    """``__hs_cookie_cat_pref``: ``1:true_2:false_3:true`` for analytics, advertisement, functionality."""
    items = tuple((key, value == "true") for key, value in re.findall(r"([123]):(true|false)", raw)[:MAX_ITEMS])
    return by_ids(items, _HUBSPOT_GROUPS, answered=True) if items else None


def c15t(raw: str) -> Reading | None:
    """``c15t``: JSON with ``consents``; or, short, ``c.marketing:1`` for what was given only."""
    consents = flags_of(members(parsed(raw)).get("consents"))
    if consents:
        return Reading(items=consents, answered=True)
    given = tuple(_C15T.findall(raw)[:MAX_ITEMS])
    return only(given) if given else None


def _by_history(services: object) -> Reading | None:
    """The last action that Usercentrics noted for any service."""
    if not isinstance(services, list):
        return None
    entries = [
        entry
        for service in services[:MAX_ITEMS]
        if isinstance(service, dict)
        for entry in _list(service.get("history"))
    ]
    actions = {
        entry.get("action") for entry in entries if isinstance(entry, dict) and isinstance(entry.get("action"), str)
    }
    for action, given in (("onDenyAllServices", False), ("onAcceptAllServices", True)):
        if action in actions:
            return everything(given=given, answered=True)
    return Reading(answered="onUpdateServices" in actions)


def _named(services: Iterable[object]) -> tuple[tuple[str, bool], ...]:
    """Name and consent of Usercentrics' services; those without a name or an answer are left out."""
    named = [(service.get("name"), service.get("consent")) for service in services if isinstance(service, dict)]
    return tuple(
        (name[:MAX_KEY], given)
        for name, given in named[:MAX_ITEMS]
        if isinstance(name, str) and isinstance(given, bool)
    )


def _numbered(text: str) -> tuple[tuple[str, bool], ...]:
    pairs = (part.partition(":") for part in text.split(",")[:MAX_ITEMS])
    return tuple((key[:MAX_KEY], value == "1") for key, _, value in pairs if key and value in {"0", "1", "2"})


def _list(value: object) -> list[object]:
    return value[:MAX_ITEMS] if isinstance(value, list) else []

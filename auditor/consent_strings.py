"""Decodes consent records: what a CMP wrote down about the visitor's choice.

Each record is read into categories that it grants and denies. Sources, per kind: IAB TCF (``auditor.tcf``); OneTrust
cookie ``OptanonConsent`` (https://my.onetrust.com, UUID-2dc719a8); Cookiebot cookie ``CookieConsent``
(https://www.cookiebot.com/en/developer); klaro (https://github.com/klaro-org/klaro-js); vanilla-cookieconsent
(https://cookieconsent.orestbida.com); Osano's ``cookieconsent_status`` (https://github.com/osano/cookieconsent);
tarteaucitron (https://github.com/AmauriC/tarteaucitron.js); CookieYes (https://www.cookieyes.com/documentation);
Complianz (https://complianz.io/docs); WP Consent API (https://github.com/WordPress/wp-consent-level-api); Borlabs
Cookie (https://borlabs.io/docs); Usercentrics (https://docs.usercentrics.com); Didomi (https://developers.didomi.io);
Google consent mode and its ``gcs`` parameter (https://developers.google.com/tag-platform/security/guides/consent);
iubenda, Axeptio, Civic, Cookie-Script, CookieFirst, HubSpot: their developer documentation.

A record is untrusted text: decoding is bounded and never raises; what cannot be read has an ``error``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from auditor import consent_formats as formats
from auditor import consent_frameworks as frameworks
from auditor.consent_custom import custom
from auditor.consent_reading import Reading, yes_no
from auditor.consent_words import category_of, tracker_category
from auditor.model import Category

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_RAW = 65_536
"""Characters of a record that are read; longer ones are refused."""

KNOWN_RECORDS = {
    "euconsent-v2": "tcf",
    "eupubconsent-v2": "tcf",
    "IABTCF_TCString": "tcf",
    "OptanonConsent": "onetrust",
    "CookieConsent": "cookiebot",
    "klaro": "klaro",
    "eu-consent": "orejime",
    "orejime": "orejime",
    "cc_cookie": "cc_cookie",
    "cookieconsent_status": "cookieconsent",
    "tarteaucitron": "tarteaucitron",
    "cookieyes-consent": "cookieyes",
    "cky-consent": "cookieyes",
    "borlabs-cookie": "borlabs",
    "borlabs-cookie-consent": "borlabs",
    "uc_settings": "usercentrics",
    "ucData": "usercentrics",
    "didomi_token": "didomi",
    "CookieControl": "civic",
    "CookieScriptConsent": "cookie_script",
    "cookiefirst-consent": "cookiefirst",
    "axeptio_cookies": "axeptio",
    "TERMLY_COOKIE_CONSENT": "termly",
    "__hs_cookie_cat_pref": "hubspot",
    "__hs_opt_out": "hubspot_opt_out",
    "hasConsent": "yes_no",
    "cookie_notice_accepted": "yes_no",
    "usprivacy": "usprivacy",
    "IABGPP_HDR_GppString": "gpp",
    "FCCDCF": "tcf_inside",
    "CookieInformationConsent": "cookie_information",
    "notice_preferences": "trustarc",
    "notice_gdpr_prefs": "trustarc",
    "cmapi_cookie_privacy": "trustarc",
    "_tracking_consent": "shopify",
    "_cmp_a": "shopify",
    "moove_gdpr_popup": "moove",
    "cookies_policy": "govuk",
    "CookieLawInfoConsent": "cookielawinfo_all",
    "cookie-agreed": "drupal",
    "cookie-agreed-categories": "cc_list",
    "c15t": "c15t",
}
"""Cookie or storage name of a consent record -> its kind; see ``record_kind`` for names with a variable part."""

_RECORD_PREFIXES = (
    ("cmplz_", "complianz"),
    ("wp_consent_", "wp_consent"),
    ("cookielawinfo-checkbox-", "cookielawinfo"),
    ("_iub_cs-", "iubenda"),
    ("__cmpconsent", "tcf"),
)
_PER_CATEGORY = frozenset({"complianz", "wp_consent", "cookielawinfo"})
_FUNCTIONAL_IS_NECESSARY = frozenset({"complianz", "wp_consent"})
"""Records whose ``functional`` is what the visitor asked for: always allowed, whatever is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What a consent record says.

    ``granted`` and ``denied`` are in the order of ``Category``; a category of which only a part was granted is
    granted. ``answered``: the record says that the visitor has (or has not yet) chosen; None: it does not say.
    ``items`` are the record's own keys with what it says of each. ``locked`` are trackers that the CMP holds as
    required, which no click changes; they are neither in ``items`` nor in ``granted``. ``legitimate_interests`` are TCF
    purposes that the CMP claims without consent. ``error`` is set, and all else empty, where the record could not be
    read.
    """

    kind: str
    granted: tuple[Category, ...] = ()
    denied: tuple[Category, ...] = ()
    answered: bool | None = None
    items: tuple[tuple[str, bool], ...] = ()
    locked: tuple[tuple[str, Category], ...] = ()
    legitimate_interests: tuple[int, ...] = ()
    error: str | None = None
    listed: bool = False


def record_kind(name: str) -> str | None:
    """The kind, as ``decode`` takes it, of a consent record by its cookie or storage name; None if it is none.

    Records with one entry for each category carry the category in their name: their kind is ``complianz:marketing``.
    """
    exact = KNOWN_RECORDS.get(name)
    if exact:
        return exact
    for prefix, kind in _RECORD_PREFIXES:
        if name.startswith(prefix):
            rest = name.removeprefix(prefix)
            if kind not in _PER_CATEGORY:
                return kind
            return f"{kind}:{rest}" if category_of(rest) else None
    return None


def decode(kind: str, raw: str) -> Decoded:
    """Reads a consent record.

    Args:
        kind: a value of ``KNOWN_RECORDS`` or of ``record_kind``; ``consent_mode`` (JSON of a default or update
            command or of its settings), ``gcs`` (the request parameter), ``custom`` (a hand-made record, read where it
            is plain: JSON or lists of known words with yes or no).
        raw: the record as stored, percent-encoded or not.
    """
    family, _, subject = kind.partition(":")
    if len(raw) > MAX_RAW:
        return Decoded(kind=family, error="too long")
    reader = _READERS.get(family)
    if reader is None:
        return Decoded(kind=family, error="unknown kind of record")
    reading = reader(_plain(raw))
    if reading is None:
        return Decoded(kind=family, error="not readable as this kind of record")
    if subject:
        reading = Reading(items=tuple((subject, given) for _, given in reading.items))
    return _decoded(family, reading)


def restate(kind: str, raw: str) -> Decoded:
    """Reads what was kept of a consent record or of a consent tool's own interface, as ``decode``.

    An interface's answer is kept as JSON of its purposes with true or false, whatever its tool's record looks like.
    """
    decoded = decode(kind, raw)
    if decoded.error is None or not raw.startswith("{"):
        return decoded
    flags = formats.flags(raw)
    return decoded if flags is None else _decoded(kind, flags)


def _decoded(kind: str, reading: Reading) -> Decoded:
    required = {key: _required(key) for key, given in reading.items if given and kind == "usercentrics"}
    locked = ((name, tracker_category(name)) for name in required.values() if name)
    items = tuple((key, given) for key, given in reading.items if not required.get(key))
    granted = {one for key, given in items if given for one in _meanings(kind, key)} | set(reading.granted)
    denied = {one for key, given in items if not given for one in _meanings(kind, key)} | set(reading.denied)
    return Decoded(
        kind=kind,
        granted=_ordered(granted),
        denied=_ordered(denied - granted),
        answered=reading.answered,
        items=items,
        locked=tuple((name, category) for name, category in locked if category is not None),
        legitimate_interests=reading.legitimate_interests,
        listed=reading.listed,
    )


def _required(key: str) -> str | None:
    """The service that a key of Usercentrics' interface holds as required (``essential/AdRoll``); None of another."""
    group, _, service = key.partition("/")
    return service if category_of(group) is Category.STRICTLY_NECESSARY else None


def _meanings(kind: str, key: str) -> frozenset[Category | None]:
    """The categories that a record's key stands for; Usercentrics' interface says group and service, ``ads/AdRoll``."""
    group, _, service = key.partition("/")
    if kind == "usercentrics" and service:
        return frozenset({category_of(group), tracker_category(service)})
    if kind in _FUNCTIONAL_IS_NECESSARY and key == "functional":
        return frozenset({Category.STRICTLY_NECESSARY})
    return frozenset({category_of(key)})


def _ordered(categories: Iterable[Category | None]) -> tuple[Category, ...]:
    found = set(categories)
    return tuple(category for category in Category if category in found)


def _plain(raw: str) -> str:
    """The record without percent-encoding, which some libraries apply twice."""
    text = raw.strip().strip('"')
    for _ in range(2):
        if "%" not in text:
            break
        text = unquote(text)
    return text


_READERS: dict[str, Callable[[str], Reading | None]] = {
    "tcf": frameworks.tcf,
    "onetrust": formats.onetrust,
    "cookiebot": formats.cookiebot,
    "klaro": formats.flags,
    "orejime": formats.flags,
    "cookiefirst": formats.flags,
    "termly": formats.flags,
    "cc_cookie": formats.accepted,
    "cookie_script": formats.accepted,
    "cookieconsent": formats.osano,
    "tarteaucitron": formats.tarteaucitron,
    "cookieyes": formats.cookieyes,
    "complianz": formats.per_category,
    "wp_consent": formats.per_category,
    "cookielawinfo": formats.per_category,
    "cookielawinfo_all": formats.base64_flags,
    "cookie_information": formats.cookie_information,
    "trustarc": formats.trustarc,
    "shopify": formats.shopify,
    "moove": formats.levels,
    "govuk": formats.levels,
    "drupal": formats.agreed,
    "cc_list": custom,
    "c15t": formats.c15t,
    "tcf_inside": frameworks.tcf_inside,
    "gpp": frameworks.gpp,
    "gcd": frameworks.gcd,
    "yes_no": yes_no,
    "borlabs": formats.borlabs,
    "usercentrics": formats.usercentrics,
    "didomi": formats.didomi,
    "iubenda": formats.iubenda,
    "axeptio": formats.axeptio,
    "civic": formats.civic,
    "hubspot": formats.hubspot,
    "hubspot_opt_out": formats.opt_out,
    "usprivacy": frameworks.usprivacy,
    "consent_mode": frameworks.consent_mode,
    "gcs": frameworks.gcs,
    "custom": custom,
}

"""Layer 5: what a name, a lifetime and a party suggest where nobody knows an item. Guesses, labelled as such.

A name fits the naming of a product (``name_families.json``), or is read as words (``userLangPref`` is user, lang, pref)
in the languages in which sites name their cookies; the first row that holds one of them counts.

What works and what is needed to work cannot be told apart from outside, nor what measures and what targets: the
neighbour is always among ``also_declared_as``. Rules never rely on this layer (``auditor.observed.LAST_HARD_LAYER``),
it exempts nothing, and an item that says nothing of itself stays unknown. Measured by ``benchmarks/classify.py``.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from auditor.facts import family_facts
from auditor.model import Category, Classification

if TYPE_CHECKING:
    from auditor.facts import FamilyFact
    from auditor.known import Item

_N, _F, _P, _T = Category.STRICTLY_NECESSARY, Category.FUNCTIONAL, Category.PERFORMANCE, Category.TARGETING
_NEIGHBOUR = {_N: (_F,), _F: (_N,), _P: (_T,), _T: (_P,)}

_SESSION = "a session"
_APART = "telling visitors apart"
_LONGEST_SESSION_S = 30 * 86_400

_TELLING: tuple[tuple[str, Category, str], ...] = (
    (
        "a record of the visitor's choice",
        _N,
        r"consent\w*|\w+consent|einwilligung\w*|consentement|consentimiento|consenso|toestemming|gdpr|dsgvo|rgpd|lgpd|ccpa|tcf\w*|cmp"
        r"|optout|optin|opted|donottrack|dnt|cookiebar|cookiebanner|cookienotice|cookielaw|cookiehinweis|ckies"
        r"|cookies?(?:notify|accept(?:ed)?|declined?|rejected|allowed|agreed|enabled|preferences|settings|policy|choice|info"
        r"|message|confirm\w*|ok)"
        r"|(?:accept|allow|agree|hide|close)(?:ed)?cookies?|privacy(?:settings|preferences|policy|notice)",
    ),
    (
        "protection against forged requests",
        _N,
        r"\w*csrf\w*|\w*xsrf\w*|antiforgery|requestverification\w*|nonce|formkey|authenticity",
    ),
    (
        "protection against bots and fraud",
        _N,
        r"captcha|recaptcha|hcaptcha|turnstile|challenge|waf|ddos|antibot|bot|bots|fraud|incap|security",
    ),
    (
        "load balancing",
        _N,
        r"affinity|arraffinity\w*|sticky|stickiness|loadbalanc\w*|lb|alb|elb|balancer\w*|balanceid|routeid|serverid|bigip\w*"
        r"|haproxy|upstream|backend|srv|pool|node|instance|upgrade",
    ),
    (
        "a login",
        _N,
        r"auth|auth0|oauth\w*|oidc|openid|saml|sso|jwt|login|logged|loggedin|signin|logon|password|passwd|account|konto"
        r"|rememberme|member|membership|credentials?|access|refresh|permission\w*",
    ),
    (
        "a shopping basket",
        _N,
        r"cart|carts|basket|checkout|warenkorb|panier|carrito|carrello|winkelwagen|order|orders|quote|bag|payment|pay|voucher"
        r"|coupon",
    ),
    (
        _APART,
        _T,
        r"uid|uuid|guid|userid|useruuid|userguid|guestid|customerid|deviceid|clientid|visid|anonymousid|browserid|uniqueid"
        r"|personid|profileid|identityid|bcookie|cid|eid|xid",
    ),
    (
        "advertising",
        _T,
        r"ad|ads|adid|adserver|advert\w*|adv|advertising|remarketing|retarget\w*|marketing|dsp|ssp|rtb|dmp|bid|bids|bidder"
        r"|prebid|idsync|usersync|cookiesync|sync|pixel|pixels|gclid|fbclid|msclkid|ttclid|gcl|clickid|aff|affiliate|affid"
        r"|conversion|conversions|audience|audiences|demographic\w*|impression|impressions|creative|capping|frequency"
        r"|freq|retargeting|targeting|doubleclick|criteo|adroll|taboola|outbrain|tracking|tracker|trackid|track|trk|rtrgt"
        r"|promo|facebook|fb|fbp|fbc|tiktok|linkedin|pinterest|twitter|snapchat|uids|uuid2|tuid|tuuid|puid|suid|buid"
        r"|partner|partners|partnerid|match|matching|campaign\w*|utm\w*|referral|cm|rlas|click|clicks|tpc|3pc",
    ),
    (
        "measuring",
        _P,
        r"ga|gat|gid|gtm|gtag|analytic|analytics|stat|stats|statistic|statistics|statistik|metric|metrics|perf|performance"
        r"|rum|apm|visit|visits|visited|visitor|visitors|visitorid|visitante|besucher|visiteur|vid|pageview|pageviews|pv"
        r"|hit|hits|heatmap|replay|recording|ab|abtest\w*|abtesting|experiment|experiments|exp|variant|variation|split"
        r"|splittest|mvt|optimizely|vwo|monitor\w*|trace|traceid|telemetry|beacon|referrer|referer|landing|landingpage|entry"
        r"|firstvisit|lastvisit|returning|matomo|piwik|pk|amplitude|mixpanel|heap|mp|ajs|segment|hotjar|hj|clarity|survey"
        r"|surveys|feedback|nps|poll|quantum|sampling|sampled|sample|pages|engagement|bounce|log|logs|logger|sentry|datadog"
        r"|newrelic|dynatrace|ym|metrika|atid|atuserid|smetrics|omtr\w*|unique",
    ),
    (
        "the language, place or look that a visitor chose",
        _F,
        r"lang|langs|\w*language|sprache|langue|idioma|lingua|taal|\w*locale|i18n|culture|country|countrycode|land|pays|region|city"
        r"|geo|geoip|geolocation|location|\w*currency|currencies|waehrung|devise|moneda|valuta|\w*theme|dark|darkmode|skin|font"
        r"|fontsize|contrast|accessib\w*|layout|view|viewmode|grid|sort|sortby|timezone|tz|pref|prefs|preference"
        r"|preferences|setting|settings|config|configuration|units?|mode|display|color|colour",
    ),
    (
        "a convenience of the site",
        _F,
        r"recent|recently|viewed|lastviewed|history|favorites?|favourites?|wishlist|merkliste|compare|comparison|search"
        r"|filter|filters|popup|popups|modal|overlay|banner|dismiss\w*|closed|close|hide|hidden|seen|shown|notice|notices"
        r"|announcement|newsletter|subscribe\w*|chat|livechat|widget|messenger|messages?|player|volume|video|tooltip|tour"
        r"|welcome|onboarding|intro|tab|tabs|menu|nav|navigation|sidebar|collapsed?|scroll|mobile|desktop|webp|retina|screen"
        r"|viewport|resolution|form|forms|storage|cache|cached|redirect|return|returnurl|previous|lastpage|notification\w*"
        r"|push|prompt|alert|alerts|reminder|remind|install|app|device|browser|js|javascript|store|shop|website|customer"
        r"|user|username|userinfo|guest|test|testcookie|check|enabled|disabled|state|flash|loaded|loading|version|update"
        r"|updated|debug|feature|features|flag|flags|show",
    ),
    (_SESSION, _N, r"\w*sess|\w*session|\w*sessionid|sessions|\w*sessid|sid|ssid|connectsid|ses|cfid|cftoken|token"),
    (_APART, _T, r"did|tid|pid|mid|client|anonymous|anon|fingerprint|profile|profiles|identity|identifier|ident|idl"),
)
"""What, category, words: whole words in lower case. The order decides between several."""

_HARMLESS = re.compile(r"consent\w*|optout|csrf\w*|xsrf\w*|donottrack|dnt|gdpr|ccpa")

_TABLE = tuple((what, category, re.compile(words)) for what, category, words in _TELLING)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+[0-9]?|[0-9]+[a-z]*")
_WORDS = re.compile(r"[0-9A-Za-z]+")
_HASH = re.compile(r"[0-9a-f]{32}")
_JOINED = 3
_MAX_NAME = 96
_DAY_S = 86_400
_BUCKET = 2
_LONG_PREFIX = 7
_BY_NAME, _BY_CIRCUMSTANCE = 0.3, 0.15


def inferred(item: Item) -> Classification | None:
    """A guess about an item, of layer 5 and with a low confidence; None where it says nothing of itself."""
    if len(item.name) > _MAX_NAME:
        return None
    family = _family(item.name)
    if family is not None:
        reason = f"Inferred from the name only: it is named like an item of {family.product}."
        also = dict.fromkeys((*family.also_declared_as, *_NEIGHBOUR[family.category]))
        return _guess(reason, family.category, tuple(also), _BY_NAME)
    lives = item.lifetime_seconds
    for what, category in _by_words(item.name):
        if what == _SESSION and ((lives or 0) > _LONGEST_SESSION_S or item.http_only is False):
            continue
        reason = f"Inferred from the name only: it reads like {what}."
        return _guess(reason, category, _NEIGHBOUR[category], _BY_NAME)
    return _by_circumstance(item)


def inferred_harmless(name: str) -> Classification | None:
    """A guess that an item only records a refusal or protects a form; None where its name does not say so.

    Whoever it belongs to: even a tracker's own opt-out is no tracking.
    """
    if len(name) > _MAX_NAME or not any(map(_HARMLESS.fullmatch, _words(name))):
        return None
    reason = "Inferred from the name only: it reads like an opt-out, a consent or a token that protects a form."
    return _guess(reason, _N, _NEIGHBOUR[_N], _BY_NAME)


def _by_circumstance(item: Item) -> Classification | None:
    lives = item.lifetime_seconds
    if item.domain is not None and not item.own and lives is not None and lives > _DAY_S:
        reason = "Inferred: an unknown third party keeps it for more than a day."
        return _guess(reason, _T, _NEIGHBOUR[_T], _BY_CIRCUMSTANCE)
    if item.own and item.kind == "cookie" and lives is None and (item.http_only or _names_a_session(item)):
        reason = "Inferred: the site's own session cookie, closed to scripts or named by a hash."
        return _guess(reason, _N, _NEIGHBOUR[_N], _BY_CIRCUMSTANCE)
    return None


def _names_a_session(item: Item) -> bool:
    """Joomla and its kind name their session by a hash that differs from site to site."""
    return item.http_only is not False and _HASH.fullmatch(item.name) is not None


@lru_cache(maxsize=16_384)
def _family(name: str) -> FamilyFact | None:
    """The family whose naming fits best: the very name, else the longest literal beginning."""
    exact, globs = _families()
    if name in exact:
        return exact[name]
    rows = (row for key in (name[:_BUCKET], name[:1], "") for row in globs.get(key, ()))
    return next((row for row in rows if _fits(row, name)), None)


def _fits(row: FamilyFact, name: str) -> bool:
    """Whether a name matches, and not only by beginning with the same letters (``_gallery`` is no ``_ga*``)."""
    if row.regex is None or row.regex.fullmatch(name) is None:
        return False
    cut = len(row.prefix)
    return cut >= _LONG_PREFIX or not (row.prefix[-1:].islower() and name[cut : cut + 1].islower())


@cache
def _families() -> tuple[dict[str, FamilyFact], dict[str, list[FamilyFact]]]:
    exact: dict[str, FamilyFact] = {}
    globs: dict[str, list[FamilyFact]] = {}
    for row in family_facts():
        if row.regex is None:
            exact[row.pattern] = row
        else:
            globs.setdefault(row.prefix[:_BUCKET], []).append(row)
    return exact, globs


@lru_cache(maxsize=16_384)
def _by_words(name: str) -> tuple[tuple[str, Category], ...]:
    """What the telling rows say of the words of a name, in their order."""
    words = _words(name)
    return tuple((what, category) for what, category, pattern in _TABLE if any(map(pattern.fullmatch, words)))


def _words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, and neighbours joined (``cookie_banner`` is also ``cookiebanner``)."""
    runs = _WORDS.findall(name)
    single = [part.lower() for run in runs for part in _PARTS.findall(run)]
    joined = [
        "".join(single[start : start + length])
        for length in range(2, _JOINED + 1)
        for start in range(len(single) - length + 1)
    ]
    return tuple(dict.fromkeys((*(run.lower() for run in runs), *single, *joined)))


def _guess(reason: str, category: Category, also: tuple[Category, ...], confidence: float) -> Classification:
    return Classification(
        category=category,
        also_declared_as=also,
        layer=5,
        confidence=confidence,
        reason=reason,
        source="inferred",
    )

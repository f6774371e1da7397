"""What the words of a name suggest: ``userLangPref`` is user, lang, pref.

The words are those of the languages in which sites name their cookies and storage entries. They only ever lead to a
guess (``auditor.inference``).
"""

from __future__ import annotations

import re
from functools import lru_cache

from auditor.model import Category

_N, _F, _P, _T = Category.STRICTLY_NECESSARY, Category.FUNCTIONAL, Category.PERFORMANCE, Category.TARGETING

SESSION = "a session"
_APART = "telling visitors apart"
_FORGED = "protection against forged requests"
_LOGIN = "a login"
_BASKET = "a shopping basket"
_CHOSEN = "the language, place or look that a visitor chose"
WORKING = frozenset({SESSION, _FORGED, _LOGIN, _BASKET, _CHOSEN})


_TELLING: tuple[tuple[str, Category, str], ...] = (
    (
        "a record of the visitor's choice",
        _N,
        r"consent\w*|\w+consent|einwilligung\w*|consentement|consentimiento|consenso|consentimento|toestemming|samtykke\w*"
        r"|samtycke\w*|suostumus|souhlas\w*|suhlas\w*|zgod[ay]|hozzajarulas|consimtamant|soglasie|gdpr|dsgvo|rgpd|lgpd|ccpa|tcf\w*"
        r"|cmp|(?:gdpr|ccpa|cpra|vcdpa|regulation)applies|ciasteczka|informasjonskapsler|evasteet|cerez\w*"
        r"|optout|optin|opted|donottrack|dnt|cookiebar|cookiebanner|cookienotice|cookielaw|cookiehinweis|ckies"
        r"|cookies?(?:notify|accept(?:ed)?|declined?|rejected|allowed|agreed|enabled|preferences|settings|policy|choice|info"
        r"|message|confirm\w*|ok)"
        r"|(?:accept|allow|agree|hide|close)(?:ed)?\w{0,12}cookies?|privacy(?:settings|preferences|policy|notice)",
    ),
    (
        _FORGED,
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
        r"|haproxy|upstream|backend|srv|pool|node|instance|upgrade|bluegreen",
    ),
    (
        _LOGIN,
        _N,
        r"auth|auth0|oauth\w*|oidc|openid|saml|sso|jwt|login|logged|loggedin|signin|logon|password|passwd|account|konto"
        r"|rememberme|member|membership|credentials?|access|refresh|permission\w*",
    ),
    (
        _BASKET,
        _N,
        r"cart|carts|basket|checkout|warenkorb|panier|carrito|carrello|winkelwagen|order|orders|quote|bag|payment|pay|voucher"
        r"|coupon|koszyk\w*|varukorg|kundvagn|kundkorg|handlekurv|indkobskurv|kurv|ostoskori|kosik|kosar|sepet|carrinho|cesta|korzina"
        r"|kasse|caisse|kassa",
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
        r"|sponsor\w*|partnerid|match|matching|campaign\w*|utm\w*|referral|cm|rlas|click|clicks|tpc|3pc",
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
        _CHOSEN,
        _F,
        r"lang|langs|\w*language|sprache|langue|idioma|lingua|taal|jezyk|sprak|sprog|kieli|jazyk|nyelv|limba|yazyk|\w*locale|i18n|culture|country|\w*countrycode|iso"
        r"|isocode|\w*cityname|land|pays|region|city"
        r"|geo|geoip|geolocation|location|\w*currency|currencies|waehrung|devise|moneda|moeda|valuta|waluta|penznem|\w*theme|dark|darkmode|skin|font"
        r"|fontsize|contrast|accessib\w*|layout|view|viewmode|grid|sort|sortby|timezone|tz|pref|prefs|preference"
        r"|preferences|setting|settings|config|configuration|units?|mode|display|color|colour|personali[sz]\w*",
    ),
    (
        "a convenience of the site",
        _F,
        r"recent|recently|viewed|lastviewed|history|favorites?|favourites?|wishlist|merkliste|merkzettel|compare|comparison|search"
        r"|filter|filters|popup|popups|modal|overlay|banner|dismiss\w*|closed|close|hide|hidden|seen|shown|notice|notices"
        r"|announcement|newsletter|subscribe\w*|chat|livechat|widget|messenger|messages?|player|volume|video|tooltip|tour"
        r"|welcome|onboarding|intro|tab|tabs|menu|nav|navigation|sidebar|collapsed?|scroll|mobile|desktop|webp|retina|screen"
        r"|viewport|resolution|form|forms|storage|cache|cached|redirect|return|returnurl|previous|lastpage|notification\w*"
        r"|push|prompt|alert|alerts|reminder|remind|install|app|device|browser|js|javascript|store|shop|website|customer"
        r"|user|username|userinfo|guest|test|testcookie|check|enabled|disabled|state|selected|flash|loaded|loading|version|update"
        r"|updated|debug|feature|features|flag|flags|show|tutorial|dialogs?|smartbanner|perpage|pagesize|landcode|plugins?",
    ),
    (
        SESSION,
        _N,
        r"\w*sess|\w*session|php\w*s?es\w*id|j\w*sesion(?:id)?|\w*sessionid|sessions|\w*sessid|sid|ssid|connectsid|ses|cfid|cftoken|token",
    ),
    (_APART, _T, r"did|tid|pid|mid|client|anonymous|anon|fingerprint|profile|profiles|identity|identifier|ident|idl"),
    (
        "a check of the visitor's age, or of terms that were accepted",
        _N,
        r"age(?:gate\w*|check\w*|verif\w*|confirm\w*|passed)|over18|terms|acceptedterms|termsaccepted|disclaimer",
    ),
    (
        "load balancing",
        _N,
        r"route|routing|\w*route|jvmroute|servedby|cluster\w*|worker\w*|pod|shard|lbcookie|hostname|servername|nodeid|datacenter",
    ),
    (_LOGIN, _N, r"bearer|idtoken|mfa|2fa|otp|remember|keepme|verify|verified|verification|signature|secret|trusted"),
    (
        _BASKET,
        _N,
        r"discount|price\w*|tax|vat|giftcard|booking\w*|reservation|shipping\w*|delivery\w*|fulfil\w*",
    ),
    (
        "advertising",
        _T,
        r"gclsrc|gbraid|wbraid|dclid|zanpid|awc|clickref|subid|refid|keyword|adgroup|mktid|lead|leads|leadid|uid2|emailhash"
        r"|hashedemail|machineid|hwid|social|instagram|tapfiliate|invite|channel|cohort|persona|source|medium|trafficsource|partners?",
    ),
    (
        "measuring",
        _P,
        r"count|counts|pagecount|viewcount|depth|duration|timing|timings|uxid|ux|crash|exception|errors?|bucket\w*|rollout"
        r"|treatment|holdout|heat|rec|requestid|correlationid|adblock\w*",
    ),
    (
        _CHOSEN,
        _F,
        r"zip|zipcode|postcode|postal\w*|plz|lng|latitude|longitude|ctry|market|marketplace|sprachwahl|a11y|weather"
        r"|b2b|netto|brutto|loc|area|state|province|branch",
    ),
    (
        "a convenience of the site",
        _F,
        r"splash\w*|interstitial|exitintent|wish|rating|ratings|votes?|voted|helpful|bookmarks?|saved|favs?|likes?|comments?"
        r"|reply|shares?|shared|follow|step|wizard|draft|autosave|uploads?|downloads?|print|zoom|maps?|width|height|breakpoint"
        r"|platform|webview|touch|audio|podcast|autoplay|muted?|quality|subtitles?|captions?|playback\w*|watch|watched|resume"
        r"|lastwatched|products?|category|categories|breadcrumbs?|avatar|nickname|formdata"
        r"|company|tenant\w*|organi[sz]ation|workspace|project|team|roles?|groups?|toggles?|articles?|paywall\w*|meter"
        r"|metered|premium|subscription\w*|appointment|vehicle|model|environment|stage|build|release|request",
    ),
)
"""What, category, words: whole words in lower case. The order decides between several: vague words come last."""

_TABLE = tuple((what, category, re.compile(words)) for what, category, words in _TELLING)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+[0-9]?|[0-9]+[a-z]*")
_WORDS = re.compile(r"[0-9A-Za-z]+")
_JOINED = 3


@lru_cache(maxsize=16_384)
def by_words(name: str) -> tuple[tuple[str, Category], ...]:
    """What the telling rows say of the words of a name, in their order."""
    words = words_of(name)
    return tuple((what, category) for what, category, pattern in _TABLE if any(map(pattern.fullmatch, words)))


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, and neighbours joined (``cookie_banner`` is also ``cookiebanner``)."""
    runs = _WORDS.findall(name)
    single = [part.lower() for run in runs for part in _PARTS.findall(run)]
    joined = [
        "".join(single[start : start + length])
        for length in range(2, _JOINED + 1)
        for start in range(len(single) - length + 1)
    ]
    return tuple(dict.fromkeys((*(run.lower() for run in runs), *single, *joined)))

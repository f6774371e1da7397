"""undeclared_category, undeclared_service, undeclared_beacon, undeclared_cookie, policy_silent, policy_missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor import examples as x
from auditor.model import (
    Beacon,
    Category,
    CmpDeclaration,
    CookieEvent,
    DisclosureLevel,
    NameMatch,
    Outcome,
    Phase,
    Scenario,
    Severity,
    Site,
    StorageKind,
)
from auditor.readings import PolicyReading

NECESSARY, FUNCTIONAL = Category.STRICTLY_NECESSARY, Category.FUNCTIONAL
PERFORMANCE, TARGETING = Category.PERFORMANCE, Category.TARGETING
LEVEL = DisclosureLevel
ADROLL = x.cookie("__adroll", "d.adroll.com")
ADROLL_SCRIPT = x.request("https://s.adroll.com/j/roundtrip.js")
PIXEL = x.request("https://www.facebook.com/tr/?id=1", resource_type="image", beacon=Beacon.PIXEL)
COLLECT = x.request("https://www.google-analytics.com/g/collect", beacon=Beacon.SENDBEACON)
WHOLE_RULES = ["undeclared_category", "undeclared_service", "undeclared_beacon", "undeclared_cookie", "policy_silent"]


def categories(*declared, level=LEVEL.CATEGORIES, **facts):
    return x.declaration(level, categories=tuple(x.category(one) for one in declared), **facts)


def listing(*cookies, **facts):
    return x.declaration(LEVEL.COOKIE_LIST, cookies=tuple(cookies), **facts)


# ---------------------------------------------------------------------------------- undeclared_category

CATEGORY = {
    "advertising under 1 and 2": ("fires", categories(NECESSARY, PERFORMANCE), [ADROLL]),
    "advertising by requests only": ("fires", categories(NECESSARY, PERFORMANCE), [ADROLL_SCRIPT]),
    "measuring under 1": ("fires", categories(NECESSARY), [x.cookie("_ga")]),
    "a language choice under 1": ("fires", categories(NECESSARY), [x.cookie("pll_language")]),
    "storage of a tracker": ("fires", categories(NECESSARY), [x.storage("_hjSessionUser_1")]),
    "an unused category": (
        "fires",
        x.declaration(LEVEL.CATEGORIES, categories=(x.category(NECESSARY), x.category(TARGETING, in_use="no"))),
        [ADROLL],
    ),
    "after consent": ("fires", categories(NECESSARY), [x.cookie("_fbp", phase=Phase.AFTER_ACCEPT)]),
    "advertising under 2, 3 and 4": ("silent", categories(PERFORMANCE, FUNCTIONAL, TARGETING), [ADROLL, COLLECT]),
    "necessary under 2, 3 and 4": (
        "silent",
        categories(PERFORMANCE, FUNCTIONAL, TARGETING),
        [x.cookie("PHPSESSID"), x.cookie("__cf_bm"), x.cookie("OptanonConsent")],
    ),
    "unknown items": ("silent", categories(NECESSARY), [x.cookie("zq_visit"), x.cookie("theme")]),
    "an unknown host": ("silent", categories(NECESSARY), [x.request("https://zq.example/a.js")]),
    "carriers": (
        "silent",
        categories(NECESSARY),
        [x.request("https://www.googletagmanager.com/gtm.js?id=GTM-1"), x.request("https://fonts.googleapis.com/css")],
    ),
    "a defensible reading": ("silent", categories(NECESSARY, FUNCTIONAL), [x.cookie("bcookie", "linkedin.com")]),
    "routing, or functional": ("silent", categories(PERFORMANCE), [x.cookie("lidc", "linkedin.com")]),
    "a category that reaches further": (
        "silent",
        x.declaration(LEVEL.CATEGORIES, categories=(x.category(NECESSARY, covers=(NECESSARY, PERFORMANCE)),)),
        [x.cookie("_ga")],
    ),
    "an ambiguous label": (
        "silent",
        x.declaration(LEVEL.CATEGORIES, categories=(x.category(PERFORMANCE, alternatives=(TARGETING,)),)),
        [ADROLL],
    ),
    "a declared cookie of it": (
        "silent",
        categories(NECESSARY, level=LEVEL.COOKIE_LIST, cookies=(x.listed("_fbp", TARGETING),)),
        [ADROLL],
    ),
    "a declared service of it": (
        "silent",
        categories(NECESSARY, services=(x.service("AdRoll", TARGETING),)),
        [ADROLL],
    ),
    "no categories": ("silent", x.declaration(LEVEL.UNDIFFERENTIATED), [ADROLL]),
    "purposes without categories": ("silent", categories(PERFORMANCE, level=LEVEL.UNDIFFERENTIATED), [ADROLL]),
    "categories of another scope": (
        "silent",
        x.declaration(
            LEVEL.CATEGORIES,
            scopes=(
                x.scope("app", "app", hosts=("app.other.example",)),
                x.scope("site", hosts=("www.vendor.example",)),
            ),
            categories=(x.category(NECESSARY, "app"),),
        ),
        [ADROLL],
    ),
    "an unclassified category beside": ("undecided", categories(NECESSARY, Category.UNCLASSIFIED), [ADROLL]),
}


@pytest.mark.parametrize(("word", "policy", "seen"), CATEGORY.values(), ids=CATEGORY)
def test_undeclared_category(ask, word, policy, seen):
    assert ask("undeclared_category", x.visits(*seen), policy).word == word


def test_undeclared_category_counts_a_service_once(ask):
    seen = [ADROLL, x.cookie("__adroll_fpc"), x.cookie("__ar_v4"), ADROLL_SCRIPT]
    finding = ask("undeclared_category", x.visits(*seen), categories(NECESSARY, PERFORMANCE)).only
    assert finding.subject == "service:AdRoll"
    assert finding.service == "AdRoll"
    assert finding.severity is Severity.CRITICAL
    assert finding.category_observed is TARGETING
    assert finding.phase is None
    assert "declares strictly necessary and performance cookies" in finding.fact


@pytest.mark.parametrize(
    ("seen", "severity"),
    [
        (x.cookie("_fbp"), Severity.CRITICAL),
        (x.cookie("_ga"), Severity.HIGH),
        (x.cookie("pll_language"), Severity.MEDIUM),
    ],
)
def test_undeclared_category_severity(ask, seen, severity):
    assert ask("undeclared_category", x.visits(seen), categories(NECESSARY)).only.severity is severity


def two_scopes(**portal_facts):
    """A policy that binds categories 1 and 2 to a portal, and 2 to 4 to a website, in one sentence."""
    sentence = x.quote("We use Category 1 and 2 on the portal and Category 2, 3 and 4 on the website", 100)
    declared = (
        x.category(NECESSARY, "portal", evidence=(sentence, x.quote("Category 1", 300))),
        x.category(PERFORMANCE, "portal", "site", evidence=(sentence, x.quote("Category 2", 400))),
        x.category(FUNCTIONAL, "site", evidence=(sentence, x.quote("Category 3", 500))),
        x.category(TARGETING, "site", evidence=(sentence, x.quote("Category 4", 600))),
    )
    scopes = (
        x.scope("portal", "web_portal", default=False, **portal_facts),
        x.scope("site", hosts=("www.vendor.example",)),
    )
    return x.declaration(LEVEL.CATEGORIES, scopes=scopes, categories=declared)


@pytest.mark.parametrize(
    ("portal", "facts"),
    [
        (Site(url="https://office.vendor.example/", scope="web_portal"), {}),
        (Site(url="https://office.vendor.example/"), {"hosts": ("office.vendor.example",)}),
        (Site(url="https://office.vendor.example/", scope="website"), {"hosts": ("*.vendor.example",)}),
    ],
    ids=["by the configured scope", "by the host", "by the host, whatever is configured"],
)
def test_one_policy_two_sites(ask, portal, facts):
    vendor = x.vendor(Site(url=x.SITE), portal)
    seen = [*x.visits(ADROLL), *x.visits(ADROLL, site=portal.url)]
    if facts.get("hosts") == ("*.vendor.example",):
        seen = list(x.visits(ADROLL, site=portal.url))
        vendor = x.vendor(portal)
    finding = ask("undeclared_category", seen, two_scopes(**facts), of=vendor).only
    assert finding.site == portal.url
    assert finding.declaration.quote.startswith("We use Category 1 and 2 on the portal")
    assert finding.declaration.start == 100


def test_an_unbound_site_is_judged_by_all_scopes_together(ask):
    other = Site(url="https://shop.vendor.example/")
    seen = x.visits(ADROLL, x.cookie("PHPSESSID"), site=other.url)
    assert ask("undeclared_category", seen, two_scopes(), of=x.vendor(other)).word == "silent"


# ----------------------------------------------------------------------------------- undeclared_service

GA, HOTJAR = x.cookie("_ga"), x.cookie("_hjSessionUser_123")
META = x.cookie("_fbp")
SERVICE = {
    "nothing named": ("fires", x.declaration(), [GA]),
    "another one named": ("fires", x.declaration(services=(x.service("Google Analytics"),)), [HOTJAR]),
    "requests only": ("fires", x.declaration(), [ADROLL_SCRIPT]),
    "a look-alike named": ("fires", x.declaration(services=(x.service("Hotjump"),), text="Hotjump."), [HOTJAR]),
    "part of a word in the text": ("fires", x.declaration(text="Our Hotjars are sold in packs."), [HOTJAR]),
    "a platform mentioned for a login": (
        "fires",
        x.declaration(text="You may log in with Facebook, Google or Twitter. We use cookies."),
        [META],
    ),
    "a browser mentioned": ("fires", x.declaration(text="We use cookies. In Google Chrome, open the menu."), [GA]),
    "named": ("silent", x.declaration(services=(x.service("Hotjar"),)), [HOTJAR]),
    "named in another case": ("silent", x.declaration(services=(x.service("HOTJAR"),)), [HOTJAR]),
    "named with its company": ("silent", x.declaration(services=(x.service("Hotjar Ltd"),)), [HOTJAR]),
    "named by another name": ("silent", x.declaration(services=(x.service("Facebook Pixel"),)), [META]),
    "named by an alias": ("silent", x.declaration(services=(x.service("FB", aliases=("Facebook",)),)), [META]),
    "named by its owner": ("silent", x.declaration(services=(x.service("Google"),)), [GA]),
    "named by its domain": ("silent", x.declaration(services=(x.service("x", domains=("adroll.com",)),)), [ADROLL]),
    "named for another scope": (
        "silent",
        x.declaration(
            scopes=(x.scope(hosts=("www.vendor.example",)), x.scope("app", "app")),
            services=(x.service("Hotjar", scope_ids=("app",)),),
        ),
        [HOTJAR],
    ),
    "named in the text": ("silent", x.declaration(text="We use Google Analytics to count visits."), [GA]),
    "named in the text with a hyphen": ("silent", x.declaration(text="We use google-analytics for this."), [GA]),
    "named as a provider": ("silent", listing(x.listed("_ga", provider="Google LLC")), [GA]),
    "named as a provider's host": ("silent", listing(x.listed("__adroll", provider="adroll.com")), [ADROLL]),
    "named as a cookie's service": ("silent", listing(x.listed("_hj*", service="Hotjar")), [HOTJAR]),
    "a necessary service": ("silent", x.declaration(), [x.cookie("__cf_bm"), x.cookie("__stripe_mid")]),
    "carriers": ("silent", x.declaration(), [x.request("https://www.googletagmanager.com/gtm.js?id=GTM-1")]),
    "an unknown third party": ("silent", x.declaration(), [x.request("https://zq.example/pixel.gif")]),
    "a silent policy": ("silent", x.declaration(LEVEL.SILENT), [GA]),
    "a policy that only mentions cookies": ("silent", x.declaration(LEVEL.MENTION_ONLY), [GA]),
    "no policy": ("silent", x.reading(outcome=Outcome.HTTP_ERROR, http_status=404), [GA]),
}


@pytest.mark.parametrize(("word", "policy", "seen"), SERVICE.values(), ids=SERVICE)
def test_undeclared_service(ask, word, policy, seen):
    assert ask("undeclared_service", x.visits(*seen), policy).word == word


def test_undeclared_service_is_medium_where_others_are_named(ask):
    policy = x.declaration(services=(x.service("Google Analytics"),))
    finding = ask("undeclared_service", x.visits(HOTJAR, GA), policy).only
    assert (finding.subject, finding.severity) == ("service:Hotjar", Severity.MEDIUM)
    assert ask("undeclared_service", x.visits(HOTJAR), x.declaration()).only.severity is Severity.LOW


def test_a_service_counts_once_by_cookies_and_requests(ask):
    seen = [GA, x.cookie("_ga_AB12CD34EF"), x.cookie("_gid"), COLLECT]
    assert ask("undeclared_service", x.visits(*seen), x.declaration()).subjects == ["service:Google Analytics"]


def test_a_consent_tool_may_name_the_service(ask):
    declared = CmpDeclaration(cmp="onetrust", services=(x.service("Hotjar"),))
    seen = x.visits(HOTJAR, declared_by_cmp=declared)
    assert ask("undeclared_service", seen, x.declaration()).word == "silent"


def test_the_vendors_own_service_needs_no_name(ask):
    page = "https://www.hotjar.com/"
    seen = x.visits(x.cookie("_hjSessionUser_1", "hotjar.com", page=page), site=page)
    assert ask("undeclared_service", seen, x.declaration(), of=x.vendor(Site(url=page))).word == "silent"


# ------------------------------------------------------------------------------------ undeclared_beacon

BEACON = {
    "a pixel": ("fires", x.declaration(), [PIXEL]),
    "a background report": ("fires", x.declaration(), [COLLECT]),
    "cookies declared only": ("fires", x.declaration(technologies=(x.technology("cookies"),)), [PIXEL]),
    "pixels in e-mails declared": ("fires", x.declaration(technologies=(x.technology("email_pixels"),)), [PIXEL]),
    "similar technologies": ("fires", x.declaration(technologies=(x.technology("similar_technologies"),)), [PIXEL]),
    "beacons declared": ("silent", x.declaration(technologies=(x.technology("web_beacons"),)), [PIXEL]),
    "others' beacons declared": ("silent", x.declaration(technologies=(x.technology("third_party_beacons"),)), [PIXEL]),
    "scripts declared": ("silent", x.declaration(technologies=(x.technology("tracking_scripts"),)), [PIXEL]),
    "a pixel listed": ("silent", listing(x.listed("tr", storage="pixel")), [PIXEL]),
    "a request that is no beacon": ("silent", x.declaration(), [ADROLL_SCRIPT]),
    "the site's own beacon": (
        "silent",
        x.declaration(),
        [x.request("https://www.vendor.example/log", beacon=Beacon.SENDBEACON)],
    ),
    "an unknown pixel": (
        "silent",
        x.declaration(),
        [x.request("https://zq.example/1.gif", resource_type="image", beacon=Beacon.PIXEL)],
    ),
    "a consent tool's beacon": (
        "silent",
        x.declaration(),
        [x.request("https://consent.cookiebot.com/logconsent.ashx", beacon=Beacon.XHR)],
    ),
    "a silent policy": ("silent", x.declaration(LEVEL.SILENT), [PIXEL]),
    "no policy": ("silent", x.reading(outcome=Outcome.HTTP_ERROR, http_status=404), [PIXEL]),
}


@pytest.mark.parametrize(("word", "policy", "seen"), BEACON.values(), ids=BEACON)
def test_undeclared_beacon(ask, word, policy, seen):
    assert ask("undeclared_beacon", x.visits(*seen), policy).word == word


def test_undeclared_beacon_is_low_where_similar_technologies_are_named(ask):
    policy = x.declaration(technologies=(x.technology("similar_technologies"),))
    finding = ask("undeclared_beacon", x.visits(PIXEL), policy).only
    assert (finding.severity, finding.declaration.quote) == (Severity.LOW, "similar_technologies")
    assert ask("undeclared_beacon", x.visits(PIXEL), x.declaration()).only.severity is Severity.MEDIUM


# ------------------------------------------------------------------------------------ undeclared_cookie

LISTED = x.listed("_ga", PERFORMANCE)
COOKIE = {
    "a known tracker": ("fires", listing(LISTED), [META]),
    "an unknown cookie": ("fires", listing(LISTED), [x.cookie("zq_visit")]),
    "a necessary cookie": ("fires", listing(LISTED), [x.cookie("PHPSESSID")]),
    "a name in another case": ("fires", listing(LISTED), [x.cookie("_GA")]),
    "a look-alike": ("fires", listing(LISTED), [x.cookie("_gaming")]),
    "a prefix without a wildcard": ("fires", listing(x.listed("_ga")), [x.cookie("_ga_AB12CD34EF")]),
    "a wildcard that ends otherwise": ("fires", listing(x.listed("_hj*User")), [x.cookie("_hjSession_1")]),
    "a wildcard alone": ("fires", listing(x.listed("*")), [x.cookie("_fbp")]),
    "the same name declared for another host": (
        "fires",
        listing(x.listed("uid", host="criteo.com")),
        [x.cookie("uid", "adform.net")],
    ),
    "the same name of another provider": (
        "fires",
        listing(x.listed("uid", provider="Criteo")),
        [x.cookie("uid", "adform.net")],
    ),
    "listed for another scope": (
        "fires",
        x.declaration(
            LEVEL.COOKIE_LIST,
            scopes=(x.scope(hosts=("www.vendor.example",)), x.scope("shop", hosts=("shop.vendor.example",))),
            cookies=(x.listed("_ga", scope_ids=("site",)), x.listed("_fbp", scope_ids=("shop",))),
        ),
        [META],
    ),
    "after consent": ("fires", listing(LISTED), [x.cookie("_fbp", phase=Phase.AFTER_ACCEPT)]),
    "listed": ("silent", listing(LISTED), [GA]),
    "listed by wildcard": ("silent", listing(x.listed("_ga_*")), [x.cookie("_ga_AB12CD34EF")]),
    "listed by a wildcard in the middle": ("silent", listing(x.listed("_hj*_1")), [x.cookie("_hjSessionUser_1")]),
    "listed by two wildcards": ("silent", listing(x.listed("_pk_*.*")), [x.cookie("_pk_id.1.1fff")]),
    "listed with a placeholder": (
        "silent",
        listing(x.listed("_hjSession_{site_id}", match=NameMatch(kind="exact", pattern="_hjSession_{site_id}"))),
        [x.cookie("_hjSession_123")],
    ),
    "listed with a number sign": (
        "silent",
        listing(x.listed("_gat_UA-#", match=NameMatch(kind="exact", pattern="_gat_UA-#"))),
        [x.cookie("_gat_UA-12345-1")],
    ),
    "listed with letters for digits": (
        "silent",
        listing(x.listed("_gat_UA-XXXXXX-X", match=NameMatch(kind="glob", pattern="_gat_UA-*-X"))),
        [x.cookie("_gat_UA-12345-1")],
    ),
    "listed with letters that are meant": ("fires", listing(x.listed("MAX_X1")), [x.cookie("MAX_Y1")]),
    "listed by another reading": ("silent", listing(x.listed("ga", aliases=("_ga",))), [GA]),
    "listed by a wildcard alias": ("silent", listing(x.listed("ga", aliases=("_ga*",))), [x.cookie("_ga_1")]),
    "listed by its host": (
        "silent",
        listing(x.listed("*.linkedin.com", match=NameMatch(kind="host", pattern="*.linkedin.com"))),
        [x.cookie("bcookie", "linkedin.com"), x.cookie("lidc", "www.linkedin.com")],
    ),
    "listed for its host": ("silent", listing(x.listed("uid", host="www.criteo.com")), [x.cookie("uid", "criteo.com")]),
    "listed for the site": ("silent", listing(x.listed("zq", host="www.vendor.example")), [x.cookie("zq")]),
    "listed with a provider's address": (
        "silent",
        listing(x.listed("fr", provider="facebook.com")),
        [x.cookie("fr", "facebook.com")],
    ),
    "listed with an address of the same company": (
        "silent",
        listing(x.listed("IDE", provider="google-analytics.com")),
        [x.cookie("IDE", "doubleclick.net")],
    ),
    "listed with its company": (
        "silent",
        listing(x.listed("fr", provider="Meta Platforms Ireland Limited")),
        [x.cookie("fr", "facebook.com")],
    ),
    "own cookie with the vendor as provider": ("silent", listing(x.listed("_ga", provider="Vendor Ltd")), [GA]),
    "covered by its service": ("silent", listing(LISTED, services=(x.service("Meta Pixel"),)), [META]),
    "deleted only": ("silent", listing(LISTED), [x.cookie("_fbp", event=CookieEvent.DELETED)]),
    "storage under a list of cookies": ("silent", listing(LISTED), [x.storage("theme")]),
    "storage under a list with storage": ("fires", listing(x.listed("a", storage="local_storage")), [x.storage("b")]),
    "another storage than the listed kind": (
        "silent",
        listing(x.listed("a", storage="local_storage")),
        [x.storage("b", kind=StorageKind.SESSION)],
    ),
    "storage listed among cookies": (
        "silent",
        listing(x.listed("a", storage="local_storage"), x.listed("theme")),
        [x.storage("theme")],
    ),
    "cookies under a list of storage": ("silent", listing(x.listed("a", storage="local_storage")), [GA]),
    "pixels listed only": ("silent", listing(x.listed("tr", storage="pixel")), [GA]),
    "no list": ("silent", categories(NECESSARY), [META]),
    "no policy": ("silent", x.reading(outcome=Outcome.HTTP_ERROR, http_status=404), [META]),
}


@pytest.mark.parametrize(("word", "policy", "seen"), COOKIE.values(), ids=COOKIE)
def test_undeclared_cookie(ask, word, policy, seen):
    assert ask("undeclared_cookie", x.visits(*seen), policy).word == word


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("_ga",), "It does not match the one cookie that is listed for this site."),
        (("_ga", "_ga", "_gid"), "It matches none of the 2 cookies that are listed for this site."),
    ],
)
def test_a_list_is_counted_by_its_names(ask, names, said):
    policy = x.declaration(DisclosureLevel.COOKIE_LIST, cookies=tuple(map(x.listed, names)))
    assert ask("undeclared_cookie", x.visits(x.cookie("_fbp")), policy).only.fact.endswith(said)


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("_fbp", Severity.HIGH),
        ("pll_language", Severity.MEDIUM),
        ("zq_visit", Severity.MEDIUM),
        ("my_session_id", Severity.MEDIUM),
        ("PHPSESSID", Severity.LOW),
        ("OptanonConsent", Severity.LOW),
    ],
)
def test_undeclared_cookie_severity(ask, name, severity):
    assert ask("undeclared_cookie", x.visits(x.cookie(name)), listing(LISTED)).only.severity is severity


def test_a_consent_tools_list_counts_like_the_policys(ask):
    declared = CmpDeclaration(cmp="cookiebot", cookies=(x.listed("_fbp", TARGETING),))
    seen = x.visits(META, GA, declared_by_cmp=declared)
    assert ask("undeclared_cookie", seen, listing(LISTED)).word == "silent"
    assert ask("undeclared_cookie", seen, x.declaration()).subjects == ["cookie:_ga@vendor.example"]


# ---------------------------------------------------------------------------------------- policy_silent

SILENT = {
    "silent, with measuring": ("fires", LEVEL.SILENT, [GA]),
    "silent, with requests to a tracker": ("fires", LEVEL.SILENT, [ADROLL_SCRIPT]),
    "silent, with a language choice": ("fires", LEVEL.SILENT, [x.cookie("pll_language")]),
    "mentioned, with measuring": ("fires", LEVEL.MENTION_ONLY, [GA]),
    "silent, necessary only": ("silent", LEVEL.SILENT, [x.cookie("PHPSESSID"), x.cookie("__cf_bm")]),
    "silent, unknown only": ("silent", LEVEL.SILENT, [x.cookie("zq_visit")]),
    "silent, routing or functional": ("silent", LEVEL.SILENT, [x.cookie("lidc", "linkedin.com")]),
    "silent, a font": ("silent", LEVEL.SILENT, [x.request("https://fonts.googleapis.com/css")]),
    "undifferentiated": ("silent", LEVEL.UNDIFFERENTIATED, [GA]),
    "categories": ("silent", LEVEL.CATEGORIES, [GA]),
    "a list": ("silent", LEVEL.COOKIE_LIST, [GA]),
}


@pytest.mark.parametrize(("word", "level", "seen"), SILENT.values(), ids=SILENT)
def test_policy_silent(ask, word, level, seen):
    assert ask("policy_silent", x.visits(*seen), x.declaration(level)).word == word


def test_policy_silent_once_a_site_with_both_sides(ask):
    policy = x.declaration(LEVEL.MENTION_ONLY, technologies=(x.technology("cookies"),))
    finding = ask("policy_silent", x.visits(GA, META, ADROLL_SCRIPT), policy).only
    assert (finding.subject, finding.site, finding.severity) == ("policy", x.SITE, Severity.HIGH)
    assert finding.declaration.quote == "cookies"
    assert "AdRoll, Google Analytics and Meta Pixel" in finding.fact
    assert finding.evidence[0].kind == "policy"


def test_a_second_policy_that_speaks_is_enough(ask):
    policies = x.declaration(LEVEL.SILENT), categories(PERFORMANCE)
    assert ask("policy_silent", x.visits(GA), *policies).word == "silent"


def test_the_policy_of_another_site_does_not_speak_for_this_one(ask):
    sites = Site(url=x.SITE), Site(url="https://shop.other.example/")
    mine = x.declaration(LEVEL.SILENT, scopes=(x.scope(hosts=("www.vendor.example",)),))
    other = x.declaration(LEVEL.CATEGORIES, scopes=(x.scope(hosts=("shop.other.example",)),))
    seen = [*x.visits(GA), *x.visits(GA, site=sites[1].url)]
    assert [one.site for one in ask("policy_silent", seen, mine, other, of=x.vendor(*sites)).findings] == [x.SITE]


def test_a_cookie_policy_without_hosts_joins_the_one_that_names_the_site(ask):
    privacy = x.declaration(LEVEL.SILENT, scopes=(x.scope(hosts=("www.vendor.example",)),))
    assert ask("policy_silent", x.visits(GA), privacy, categories(PERFORMANCE)).word == "silent"


def test_what_a_policy_of_another_host_states_is_not_stated_of_a_site_that_has_its_own(ask):
    sites = Site(url=x.SITE), Site(url="https://portal.vendor.example/")
    own = categories(PERFORMANCE, scopes=(x.scope(hosts=("portal.vendor.example",)),))
    stated = x.declaration(LEVEL.UNDIFFERENTIATED, claims=(x.claim("category_unused", PERFORMANCE),))
    policies = x.reading(own, url="https://portal.vendor.example/cookies"), x.reading(stated, url=f"{x.SITE}privacy")
    seen = [*x.visits(GA), *x.visits(GA, site=sites[1].url)]
    found = ask("claim_contradicted", seen, *policies, of=x.vendor(*sites)).findings
    assert [one.site for one in found] == [x.SITE]


def test_what_a_policy_without_hosts_states_on_the_sites_own_host_is_stated_of_it(ask):
    named = categories(PERFORMANCE, scopes=(x.scope(hosts=("www.vendor.example",)),))
    stated = x.declaration(LEVEL.UNDIFFERENTIATED, claims=(x.claim("category_unused", PERFORMANCE),))
    policies = x.reading(named), x.reading(stated, url="https://vendor.example/privacy")
    assert [one.site for one in ask("claim_contradicted", x.visits(GA), *policies).findings] == [x.SITE]


# --------------------------------------------------------------------------------------- policy_missing

GONE = {"outcome": Outcome.HTTP_ERROR, "http_status": 404}
MISSING = {
    "not found": ("fires", [x.reading(**GONE)]),
    "gone": ("fires", [x.reading(outcome=Outcome.HTTP_ERROR, http_status=410)]),
    "searched for everywhere": (
        "fires",
        [x.reading(source=None, url=None, outcome=Outcome.HTTP_ERROR, tried=("https://www.vendor.example/privacy",))],
    ),
    "two not found": ("fires", [x.reading(**GONE), x.reading(source="https://b.example/", **GONE)]),
    "read": ("silent", [x.reading(x.declaration())]),
    "one read, one not found": ("silent", [x.reading(x.declaration()), x.reading(**GONE)]),
    "one read, one blocked": ("silent", [x.reading(x.declaration()), x.reading(outcome=Outcome.BLOCKED)]),
    "a silent policy": ("silent", [x.reading(x.declaration(LEVEL.SILENT))]),
    "blocked": ("undecided", [x.reading(outcome=Outcome.BLOCKED)]),
    "unreachable": ("undecided", [x.reading(outcome=Outcome.UNREACHABLE)]),
    "timed out": ("undecided", [x.reading(outcome=Outcome.TIMEOUT)]),
    "failed": ("undecided", [x.reading(outcome=Outcome.FAILED)]),
    "refused": ("undecided", [x.reading(outcome=Outcome.REFUSED, failure="robots")]),
    "a failing server": ("undecided", [x.reading(outcome=Outcome.HTTP_ERROR, http_status=503)]),
    "one not found, one timed out": ("undecided", [x.reading(**GONE), x.reading(outcome=Outcome.TIMEOUT)]),
    "too large": ("undecided", [x.reading(problem="too_large")]),
    "binary": ("undecided", [x.reading(problem="binary")]),
    "empty": ("undecided", [x.reading(problem="empty")]),
    "a login": ("undecided", [x.reading(problem="login")]),
}


@pytest.mark.parametrize(("word", "readings"), MISSING.values(), ids=MISSING)
def test_policy_missing(ask, word, readings):
    assert ask("policy_missing", x.visits(), *readings).word == word


def test_policy_missing_is_about_the_vendor(ask):
    reading = x.reading(tried=("https://www.vendor.example/legal", "https://www.vendor.example/cookies"), **GONE)
    finding = ask("policy_missing", x.visits(), reading).only
    assert (finding.site, finding.subject, finding.severity) == (None, "policy", Severity.HIGH)
    assert "https://www.vendor.example/legal" in finding.fact


def test_a_run_that_looked_for_no_policy_decides_nothing(knowledge):
    from auditor.engine import judge

    findings, undecided = judge(x.evidence(x.visits(GA), knowledge=knowledge))
    assert not {"policy_missing", "policy_silent", *WHOLE_RULES} & {one.rule for one in findings}
    assert {one.reason for one in undecided if one.rule == "policy_missing"} == {"no policy was looked for in this run"}


# -------------------------------------------------------------------------------- what cannot be read

UNREAD = {
    "blocked": x.reading(outcome=Outcome.BLOCKED, failure="a CAPTCHA"),
    "timed out": x.reading(outcome=Outcome.TIMEOUT),
    "too large": x.reading(problem="too_large"),
    "binary": x.reading(problem="binary"),
    "a login": x.reading(problem="login"),
    "empty": x.reading(problem="empty"),
    "another language": PolicyReading(x.document(), x.declaration(LEVEL.SILENT, language="fi"), "in Finnish"),
}


@pytest.mark.parametrize("reading", UNREAD.values(), ids=UNREAD)
@pytest.mark.parametrize("rule", WHOLE_RULES)
def test_nothing_is_missing_from_what_was_not_read(ask, rule, reading):
    seen = x.visits(GA, META, ADROLL, ADROLL_SCRIPT, PIXEL)
    assert ask(rule, seen, reading).word == "undecided"


@pytest.mark.parametrize("rule", WHOLE_RULES)
def test_nothing_is_missing_while_a_second_document_is_unread(ask, rule):
    read = categories(NECESSARY, level=LEVEL.COOKIE_LIST, cookies=(LISTED,))
    seen = x.visits(GA, META, ADROLL, ADROLL_SCRIPT, PIXEL)
    assert ask(rule, seen, read, UNREAD["timed out"]).word == "undecided"


@pytest.mark.parametrize("rule", WHOLE_RULES)
def test_presence_counts_where_a_visit_is_missing_and_silence_does_not(ask, rule):
    policy = categories(NECESSARY, level=LEVEL.COOKIE_LIST, cookies=(LISTED,))
    if rule == "policy_silent":
        policy = x.declaration(LEVEL.SILENT)
    seen = x.visit(Scenario.NO_CHOICE, META, PIXEL)
    blocked = x.visit(Scenario.ACCEPT_ALL, outcome=Outcome.BLOCKED)
    answers = ask(rule, [seen, blocked], policy)
    assert answers.word == "fires"
    assert answers.reasons == ["no good visit accept_all: blocked"]
    assert ask(rule, [replace(seen, cookies=(), requests=()), blocked], policy).word == "undecided"


@pytest.mark.parametrize(("cmp", "said"), [("klaro", ["declaration:_gid"]), ("tarteaucitron", [])])
def test_what_a_library_knows_of_a_service_is_no_list_of_this_site(ask, cmp, said):
    declared = CmpDeclaration(cmp=cmp, cookies=(x.listed("_ga", PERFORMANCE), x.listed("_gid", PERFORMANCE)))
    seen = x.visits(GA, declared_by_cmp=declared)
    assert ask("declared_not_observed", seen, x.declaration()).subjects == said

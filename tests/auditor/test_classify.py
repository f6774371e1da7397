"""What items are: each layer, and the look-alikes that must not be taken for something else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.classify import bundled, classifier
from auditor.filter_lists import FilterList
from auditor.model import Category, Classification

SITE = "https://www.ooma.example/"
N, P, F, T = Category.STRICTLY_NECESSARY, Category.PERFORMANCE, Category.FUNCTIONAL, Category.TARGETING
KNOW = bundled()

ITEMS = {
    # name, domain -> layer, category, service, exempt
    ("__adroll", "d.adroll.com"): (1, T, "AdRoll", False),
    ("__adroll", ".d.adroll.com"): (1, T, "AdRoll", False),
    ("__adroll_fpc", "ooma.example"): (2, T, "AdRoll", False),
    ("__ar_v4", "ooma.example"): (2, T, "AdRoll", False),
    ("receive-cookie-deprecation", "d.adroll.com"): (2, T, "AdRoll", False),
    ("receive-cookie-deprecation", "taboola.com"): (1, T, "Taboola", False),
    ("_ga", "ooma.example"): (2, P, "Google Analytics", False),
    ("_ga_K4V9A6X2HT", "ooma.example"): (2, P, "Google Analytics", False),
    ("_gid", "ooma.example"): (2, P, "Google Analytics", False),
    ("_gat", "ooma.example"): (2, P, "Google Analytics", False),
    ("_gat_gtag_UA_12345_1", "ooma.example"): (2, P, "Google Analytics", False),
    ("_gat_#", "ooma.example"): (2, P, "Google Analytics", False),
    ("_gat_size", "ooma.example"): (5, P, None, False),
    ("IDE", "www.youtube.com"): (2, T, "DoubleClick", False),
    ("IDE", "elsewhere.example"): (6, None, None, False),
    ("_dc_gtm_UA-12345-1", "ooma.example"): (2, P, "Google Analytics", False),
    ("_gcl_au", "ooma.example"): (2, T, "Google Ads", False),
    ("_fbp", "ooma.example"): (2, T, "Meta Pixel", False),
    ("fr", "facebook.com"): (1, T, "Meta Pixel", False),
    ("_hjSessionUser_2846193", "easymeeting.example"): (2, P, "Hotjar", False),
    ("_hjSession_2846193", "easymeeting.example"): (2, P, "Hotjar", False),
    ("hubspotutk", "ooma.example"): (2, T, "HubSpot", False),
    ("__hstc", "ooma.example"): (2, P, "HubSpot", False),
    ("__hssc", "ooma.example"): (2, P, "HubSpot", False),
    ("__hssrc", "ooma.example"): (2, P, "HubSpot", False),
    ("bcookie", "linkedin.com"): (1, T, "LinkedIn Insight Tag", False),
    ("lidc", "linkedin.com"): (1, F, "LinkedIn Insight Tag", False),
    ("li_gc", "linkedin.com"): (1, N, "LinkedIn Insight Tag", True),
    ("li_sugr", "linkedin.com"): (1, T, "LinkedIn Insight Tag", False),
    ("UserMatchHistory", "linkedin.com"): (1, T, "LinkedIn Insight Tag", False),
    ("AnalyticsSyncHistory", "linkedin.com"): (1, T, "LinkedIn Insight Tag", False),
    ("JSESSIONID", "bam.nr-data.net"): (1, P, "New Relic", False),
    ("id", "doubleclick.net"): (1, T, "DoubleClick", False),
    ("uid", "gum.criteo.com"): (1, T, "Criteo", False),
    ("i", "yandex.ru"): (1, P, "Yandex Metrica", False),
    ("i", "openx.net"): (1, T, "OpenX", False),
    ("ANID", "bing.com"): (1, T, "Microsoft Advertising", False),
    ("NID", "google.com"): (1, T, "Google account", False),
    ("NID", "www.google.fr"): (1, T, "Google account", False),
    ("SID", "google.co.uk"): (1, N, "Google account", False),
    ("tuuid", "360yield.com"): (1, T, "Improve Digital", False),
    ("tuuid", "ooma.example"): (5, T, None, False),
    ("mboxSession", "ooma.example"): (2, P, "Adobe Target", False),
    ("ab.storage.deviceId.0a1b", "ooma.example"): (2, T, "Braze", False),
    ("xtvrn", "ooma.example"): (2, P, "Piano Analytics", False),
    ("__cq_seg", "ooma.example"): (2, T, "Salesforce", False),
    ("loid", "reddit.com"): (1, T, "Reddit Pixel", False),
    ("loid", "ooma.example"): (6, None, None, False),
    ("theme", "reddit.com"): (1, F, "Reddit Pixel", False),
    ("lang", "cdn.syndication.twimg.com"): (1, F, "X Ads", False),
    ("td", "www.googletagmanager.com"): (1, P, "Google Tag Manager", False),
    ("t2_8f3k2_recentclicks3", "reddit.com"): (1, F, "Reddit Pixel", False),
    ("sliguid", "ooma.example"): (2, T, None, False),
    ("swym-pid", "ooma.example"): (2, F, None, False),
    ("om-gmc7mlm8fei83nwi8ymf", "ooma.example"): (5, F, None, False),
    ("omSeen-gmc7mlm8fei83nwi8ymf", "ooma.example"): (2, F, "OptinMonster", False),
    ("advanced_ads_pro_visitor_referrer", "ooma.example"): (2, T, None, False),
    ("dtCookievf961nxf", "ooma.example"): (2, P, "Dynatrace", False),
    ("rxvtvf961nxf", "ooma.example"): (2, P, "Dynatrace", False),
    ("NID_SES", "nid.naver.com"): (1, N, None, False),
    ("sajssdk_2015_cross_new_user", "ooma.example"): (2, P, None, False),
    # essential, whatever it is called
    ("force-proxy-stream", "ooma.example"): (2, N, "Salesforce", True),
    ("gdpr[consent_types]", "ooma.example"): (2, N, None, True),
    ("esctx-Ab3xY", "login.microsoftonline.com"): (1, N, "Microsoft", False),
    ("csrf_token", "www.reddit.com"): (1, N, "Reddit Pixel", True),
    (".Nop.Antiforgery", "ooma.example"): (2, N, None, True),
    ("store-country-code", "www.tiktok.com"): (1, N, "TikTok Pixel", False),
    ("acw_tc", "ooma.example"): (2, N, None, True),
    ("__uzma", "ooma.example"): (2, N, None, True),
    ("_pandectes_gdpr", "ooma.example"): (2, N, None, True),
    ("MoodleSession", "ooma.example"): (2, N, None, False),
    ("KEYCLOAK_SESSION", "ooma.example"): (2, N, None, False),
    ("_rp_uid", "ooma.example"): (2, N, "Adyen", True),
    ("__cf_bm", "hubspot.com"): (2, N, "Cloudflare", True),
    ("AWSALB", "ooma.example"): (2, N, "AWS load balancer", True),
    ("AWSALBCORS", "d.adroll.com"): (2, N, "AWS load balancer", True),
    ("BIGipServerpool_web", "ooma.example"): (2, N, "F5 BIG-IP", True),
    ("SERVERID", "ooma.example"): (2, N, None, True),
    ("XSRF-TOKEN", "ooma.example"): (2, N, None, True),
    ("csrftoken", "ooma.example"): (2, N, None, True),
    ("datadome", "ooma.example"): (2, N, "DataDome", True),
    ("_GRECAPTCHA", "www.google.com"): (2, N, "reCAPTCHA", True),
    ("OptanonConsent", "ooma.example"): (2, N, "OneTrust", True),
    ("tarteaucitron", "ooma.example"): (2, N, "tarteaucitron", True),
    ("euconsent-v2", "ooma.example"): (2, N, None, True),
    ("JSESSIONID", "office.ooma.example"): (2, N, None, False),
    ("PHPSESSID", "ooma.example"): (2, N, None, False),
    # the owner of the host
    ("something", "d.adroll.com"): (4, T, "AdRoll", False),
    ("something", "stats.g.doubleclick.net"): (4, T, "DoubleClick", False),
    ("something", "sync.mookie1.com"): (4, T, "Xaxis", False),
    ("something", "cdn.jwplayer.com"): (4, F, "JW Player", False),
    ("something", "acme.queue-it.net"): (4, N, None, True),
    ("PHPSESSID", "d.adroll.com"): (4, T, "AdRoll", False),
    ("something", "cdn.cookielaw.org"): (4, N, "OneTrust", True),
    # inferred: harmless, exempts nothing
    ("cookie_choice", "ooma.example"): (5, N, None, False),
    ("lang", "ooma.example"): (5, F, None, False),
    ("portal_session", "ooma.example"): (5, N, None, False),
    # look-alikes
    ("_gallery", "ooma.example"): (6, None, None, False),
    ("_gatsby", "ooma.example"): (6, None, None, False),
    ("_ga_disabled", "ooma.example"): (5, P, None, False),
    ("_GA", "ooma.example"): (5, P, None, False),
    ("sessionId", "ooma.example"): (5, N, None, False),
    ("_gadgets", "ooma.example"): (6, None, None, False),
    ("tinv", "ooma.example"): (6, None, None, False),
    ("optanonconsentx", "d1.ooma.example"): (6, None, None, False),
    ("fr", "ooma.example"): (6, None, None, False),
    ("id", "ooma.example"): (6, None, None, False),
    ("uid", "ooma.example"): (5, T, None, False),
    ("i", "ooma.example"): (6, None, None, False),
    ("ts", "ooma.example"): (6, None, None, False),
    ("m", "ooma.example"): (6, None, None, False),
    ("uuid", "ooma.example"): (5, T, None, False),
    ("player", "ooma.example"): (5, F, None, False),
    ("test_cookie", "ooma.example"): (5, F, None, False),
    ("PREF", "ooma.example"): (5, F, None, False),
    ("NID", "ooma.example"): (6, None, None, False),
    ("visitor_id", "ooma.example"): (5, T, None, False),
    ("prism_theme", "ooma.example"): (5, T, None, False),
    ("amp_plan", "ooma.example"): (5, P, None, False),
    ("hs", "ooma.example"): (5, N, None, False),
    ("theme", "ooma.example"): (5, F, None, False),
    ("rxvtvf961nxf1", "ooma.example"): (6, None, None, False),
    ("td", "ooma.example"): (6, None, None, False),
    ("login", "ooma.example"): (5, N, None, False),
    ("visit", "ooma.example"): (5, P, None, False),
    ("skin", "ooma.example"): (5, F, None, False),
    ("omSeenAll", "ooma.example"): (5, F, None, False),
    ("stk", "ooma.example"): (6, None, None, False),
    # a known company's host that serves many purposes says nothing by itself
    ("something", "www.linkedin.com"): (6, None, None, False),
    ("something", "facebook.com"): (6, None, None, False),
    ("something", "notadroll.com"): (6, None, None, False),
    ("something", "adroll.com.evil.example"): (6, None, None, False),
    ("", ""): (6, None, None, False),
}


@pytest.mark.parametrize(("item", "expected"), ITEMS.items(), ids=lambda value: "@".join(map(str, value[:2])))
def test_cookies(item: tuple[str, str], expected: tuple[int, Category | None, str | None, bool]) -> None:
    known = KNOW.cookie(item[0], item[1], site=SITE)
    assert (known.layer, known.category, known.service, known.exempt) == expected
    assert known.reason.endswith(".")
    assert (known.confidence == 0) == (known.layer == 6)
    assert (known.source is None) == (known.layer == 6)


STORAGE = {
    ("_gcl_ls", "local"): (2, T, "Google Ads"),
    ("_hjViewportId", "session"): (2, P, "Hotjar"),
    ("ajs_anonymous_id", "local"): (2, P, "Segment"),
    ("rc::c", "session"): (2, N, "reCAPTCHA"),
    ("klaro", "local"): (2, N, "klaro"),
    ("mp_0a1b2c3d4e5f_mixpanel", "local"): (2, P, "Mixpanel"),
    ("ph_phc_ab12_posthog", "local"): (2, P, "PostHog"),
    ("AMP_1a2b3c4d5e", "local"): (2, P, "Amplitude"),
    ("AMP_unsent_1a2b3c4d5e", "local"): (2, P, "Amplitude"),
    ("AMP_theme", "local"): (5, P, None),
    ("mp_theme", "local"): (5, P, None),
    ("_grecaptcha", "local"): (2, N, "reCAPTCHA"),
    ("RT", "local"): (6, None, None),
    ("_ga", "indexeddb"): (5, P, None),
    ("theme", "local"): (5, F, None),
}


@pytest.mark.parametrize(("item", "expected"), STORAGE.items(), ids=lambda value: ":".join(map(str, value[:2])))
def test_storage(item: tuple[str, str], expected: tuple[int, Category | None, str | None]) -> None:
    known = KNOW.cookie(item[0], "https://www.ooma.example", site=SITE, kind=item[1])
    assert (known.layer, known.category, known.service) == expected


def test_another_kind_of_storage_is_less_certain() -> None:
    assert KNOW.cookie("ajs_user_id", kind="local").confidence < KNOW.cookie("ajs_user_id").confidence


@pytest.mark.parametrize(
    "name", ["_ga_#", "_ga_*", "_ga_<container-id>", "_ga_XXXXXXXXXX", "_ga [x2]", "_hjSession_{site_id}"]
)
def test_names_as_policies_write_them(name: str) -> None:
    assert KNOW.cookie(name).category is P


def test_names_without_a_domain() -> None:
    assert KNOW.cookie("IDE").service == "DoubleClick"
    assert KNOW.cookie("fr").layer == 6
    assert KNOW.cookie("uid").layer == 5
    assert KNOW.cookie("JSESSIONID").category is N


def test_the_visited_site_is_no_third_party() -> None:
    """Who runs a tracker may be visited, too: its own hosts are its own."""
    own = KNOW.cookie("anything", "hubspot.com", site="https://www.hubspot.com/")
    assert (own.layer, own.category, own.entity) == (6, None, None)
    assert KNOW.cookie("anything", "hubspot.com", site=SITE).category is P
    request = KNOW.url("https://app.hubspot.com/x.js", site="https://www.hubspot.com/")
    assert (request.layer, request.category) == (6, None)
    assert KNOW.url("https://www.facebook.com/tr?id=1", site="https://www.facebook.com/").category is None


def test_a_session_that_lives_for_a_year_is_none() -> None:
    assert KNOW.cookie("portal_session", "ooma.example", site=SITE, lifetime_seconds=86_400).layer == 5
    assert KNOW.cookie("portal_session", "ooma.example", site=SITE, lifetime_seconds=31_536_000).layer == 6
    assert KNOW.cookie("portal_session", "ooma.example", site=SITE, http_only=False).layer == 6
    assert KNOW.cookie("portal_session", "elsewhere.example", site=SITE).layer == 5
    assert KNOW.cookie("session" + "x" * 80, "ooma.example", site=SITE).layer == 6


def test_a_third_party_name_elsewhere() -> None:
    """On the site itself it is the site's; on another host it is likely, but less than on its own."""
    assert KNOW.cookie("personalization_id", "ooma.example", site=SITE).layer == 5
    likely = KNOW.cookie("personalization_id", "proxy.example", site=SITE)
    assert (likely.layer, likely.category, likely.service) == (2, T, "X Ads")
    assert likely.confidence < 0.6
    assert "usually lives on twitter.com" in likely.reason
    assert KNOW.cookie("personalization_id").confidence > 0.8


def test_what_a_site_may_defend_is_said() -> None:
    assert N in KNOW.cookie("bcookie", "linkedin.com", site=SITE).also_declared_as
    assert N in KNOW.cookie("lidc", "linkedin.com", site=SITE).also_declared_as
    assert KNOW.cookie("_fbp", "ooma.example", site=SITE).also_declared_as == ()


URLS = {
    "https://www.googletagmanager.com/gtm.js?id=GTM-ABC12": (F, "Google Tag Manager", "tag_manager"),
    "https://www.googletagmanager.com/ns.html?id=GTM-ABC12": (F, "Google Tag Manager", "tag_manager"),
    "https://www.googletagmanager.com/gtag/js?id=G-ABC123": (P, "Google Analytics", "measurement"),
    "https://www.googletagmanager.com/gtag/js?l=dataLayer&id=UA-1-1": (P, "Google Analytics", "measurement"),
    "https://www.googletagmanager.com/gtag/js?id=AW-123": (T, "Google Ads", "measurement"),
    "https://www.googletagmanager.com/gtag/js?id=GT-123": (F, "Google Tag Manager", "tag_manager"),
    "https://www.googletagmanager.com/gtag/js?id=": (F, "Google Tag Manager", "tag_manager"),
    "https://www.google-analytics.com/analytics.js": (P, "Google Analytics", "collect"),
    "https://region1.google-analytics.com/g/collect?v=2&tid=G-1": (P, "Google Analytics", "collect"),
    "https://metrics.ooma.example/g/collect?v=&tid=&cid=": (P, "Google Analytics", "collect"),
    "https://www.google.co.uk/ads/ga-audiences?v=1": (T, "Google Ads", "ads"),
    "https://googleads.g.doubleclick.net/pagead/id": (T, "DoubleClick", "ads"),
    "https://d.adroll.com/cm/g/out": (T, "AdRoll", "ads"),
    "https://s.adroll.com/j/ABC/roundtrip.js": (T, "AdRoll", "ads"),
    "https://www.facebook.com/tr/?id=1&ev=PageView": (T, "Meta Pixel", "pixel"),
    "https://www.facebook.com/tr?id=": (T, "Meta Pixel", "pixel"),
    "https://connect.facebook.net/en_US/fbevents.js": (T, "Meta Pixel", "pixel"),
    "https://connect.facebook.net/nl_NL/sdk.js": (F, "Facebook", "social"),
    "https://px.ads.linkedin.com/collect?v=2": (T, "LinkedIn Insight Tag", "pixel"),
    "https://snap.licdn.com/li.lms-analytics/insight.min.js": (T, "LinkedIn Insight Tag", "ads"),
    "https://static.hotjar.com/c/hotjar-1.js": (P, "Hotjar", "session_replay"),
    "https://script.hotjar.com/modules.js": (P, "Hotjar", "session_replay"),
    "wss://ws.hotjar.com/api/v2": (P, "Hotjar", "session_replay"),
    "https://js.hs-scripts.com/1234.js": (P, "HubSpot", "analytics"),
    "https://track.hubspot.com/__ptq.gif?k=1": (P, "HubSpot", "collect"),
    "https://bat.bing.com/action/0?ti=1": (T, "Microsoft Advertising", "pixel"),
    "https://www.google.com/recaptcha/api.js": (N, "reCAPTCHA", "security"),
    "https://fonts.gstatic.com/s/a.woff2": (F, "Google Fonts", "font"),
    "https://www.youtube.com/embed/abc": (F, "YouTube", "video"),
    "https://cdn.cookielaw.org/scripttemplates/otSDKStub.js": (N, "OneTrust", "consent"),
    # hosts of several purposes, and strangers
    "https://www.facebook.com/acme": (None, None, "shared"),
    "https://www.facebook.com/travel": (None, None, "shared"),
    "https://www.linkedin.com/company/acme": (None, None, "shared"),
    "https://www.google.com/search?q=x": (None, None, "shared"),
    "https://cdn.unknown.example/a.js": (None, None, None),
    "https://facebook.com.evil.example/tr/": (None, None, None),
    "https://google.evil.example/ads/x": (None, None, None),
    "data:text/plain,x": (None, None, None),
    "": (None, None, None),
}


@pytest.mark.parametrize(("url", "expected"), URLS.items())
def test_urls(url: str, expected: tuple[Category | None, str | None, str | None]) -> None:
    known = KNOW.url(url, site=SITE)
    assert (known.category, known.service, known.role) == expected
    assert known.layer == (6 if known.category is None else 4)
    assert known.reason.endswith(".")


GUARDS = {
    "||forter.com^$third-party": "https://cdn3.forter.com/x/script.js",
    "||iovation.com^$third-party": "https://ci-mpsnare.iovation.com/snare.js",
    "||signifyd.com^$third-party": "https://cdn-scripts.signifyd.com/api/script-tag.js",
    "||beacon.riskified.com^": "https://beacon.riskified.com/?shop=vendor.example",
    "||sift.com^$third-party": "https://cdn.sift.com/s.js",
    "/fp/tags.js": "https://h.online-metrix.net/fp/tags.js",
    "/api/v2/collector": "https://collector-px1.px-cloud.net/api/v2/collector",
    "||inmobi.com^$third-party": "https://cmp.inmobi.com/choice/x/choice.js",
    "||privacymanager.io^$third-party": "https://gdpr.privacymanager.io/latest/gdpr.bundle.js",
}


def test_fraud_prevention_and_consent_tools_are_no_trackers_whatever_a_list_says() -> None:
    marked = classifier(filters=(FilterList("EasyPrivacy", "\n".join(GUARDS)),))
    for address in GUARDS.values():
        known = marked.url(address, site=SITE, resource_type="script")
        assert (known.category, known.exempt, known.source) == (N, True, "bundled table of hosts"), address


@pytest.mark.parametrize(
    ("rule", "address", "category"),
    [
        ("||adyen.com/checkoutanalytics/", "https://checkoutanalytics-live.adyen.com/checkoutanalytics/v2/x", N),
        ("||events.launchdarkly.com^$third-party", "https://events.launchdarkly.com/events/bulk/x", F),
        ("||widgets.trustedshops.com^$third-party", "https://widgets.trustedshops.com/js/x.js", F),
        ("||acsbapp.com^", "https://acsbapp.com/apps/app/dist/js/app.js", F),
    ],
)
def test_payment_and_what_a_page_embeds_are_no_trackers_either(rule: str, address: str, category: Category) -> None:
    marked = classifier(filters=(FilterList("EasyPrivacy", rule),))
    assert marked.url(address, site=SITE, resource_type="script").category is category


def test_every_layer_has_an_opinion() -> None:
    csv = "ID,Platform,Category,Cookie / Data Key name,Domain,Description,Retention period,Data Controller,User Privacy"
    database = f"{csv},Wildcard match\n1,Google Analytics,Analytics,_ga,,Counts visitors,2 years,Google,,0\n"
    said = {layer: known and known.category for layer, known in KNOW.opinions("_ga")}
    assert said == {1: None, 2: P, 4: None, 5: P}
    said = {layer: known and known.category for layer, known in KNOW.opinions("IDE", "doubleclick.net")}
    assert said == {1: T, 2: T, 4: T, 5: None}
    assert [layer for layer, _ in classifier(open_cookie_database=database).opinions("zq")] == [1, 2, 3, 4, 5]


def test_consent_and_security_hosts_are_exempt() -> None:
    assert KNOW.url("https://cdn.cookielaw.org/x.js", site=SITE).exempt
    assert KNOW.url("https://www.google.com/recaptcha/api.js", site=SITE).exempt
    assert not KNOW.url("https://d.adroll.com/x", site=SITE).exempt


def test_the_owner_of_a_host_is_said_even_where_its_purpose_is_not() -> None:
    assert KNOW.url("https://www.facebook.com/").entity == "Meta Platforms, Inc."
    assert KNOW.url("https://www.linkedin.com/", site=SITE).entity == "LinkedIn Corporation"


def test_a_font_only_renders() -> None:
    font = KNOW.url("https://static.hotjar.com/a.woff2", site=SITE, resource_type="font")
    assert (font.category, font.role, font.service) == (F, "font", "Hotjar")
    assert KNOW.url("https://static.hotjar.com/a.js", site=SITE, resource_type="script").category is P
    assert KNOW.url("https://static.hotjar.com/a.mp4", site=SITE, resource_type="media").category is P


def test_answers_are_constant() -> None:
    assert KNOW.cookie("_ga", "a.example", site=SITE) is KNOW.cookie("_ga", "b.example", site=SITE)
    assert bundled() is KNOW


def test_owners() -> None:
    assert KNOW.service_owner("Google Analytics") == "Google LLC"
    assert KNOW.service_owner("facebook pixel") == "Meta Platforms, Inc."
    assert KNOW.service_owner("GA4") == "Google LLC"
    assert KNOW.service_owner("Nobody") is None


def test_aliases() -> None:
    assert {"google analytics", "ga4", "universal analytics", "google analytics 4"} <= KNOW.aliases("Google Analytics")
    assert {"adroll", "nextroll"} <= KNOW.aliases("AdRoll")
    assert {"meta pixel", "facebook pixel", "facebook"} <= KNOW.aliases("Meta Pixel")
    assert {"linkedin insight tag", "linkedin", "linkedin insight"} <= KNOW.aliases("LinkedIn Insight Tag")
    assert "google" not in KNOW.aliases("Google Analytics")
    assert KNOW.aliases("universal analytics") == KNOW.aliases("Google Analytics")
    assert KNOW.aliases("Some Tool") == {"some tool"}


TEXTS = {
    "We use Google Analytics, Hotjar and HubSpot.": {"Google Analytics", "Hotjar", "HubSpot"},
    "google\nanalytics (GA4)": {"Google Analytics"},
    "The Facebook Pixel of Meta Platforms": {"Meta Pixel", "Facebook"},
    "AdRoll's cookies": {"AdRoll"},
    "data goes to NextRoll, Inc.": {"AdRoll", "RollWorks"},
    "We measure via Segment and Drift": {"Segment", "Drift"},
    "Segment | Twilio": {"Segment"},
    "YouTube-Videos von Google": {"YouTube"},
    "a hot jar of jam": set(),
    "Google is a company. Analytics tell us what works.": set(),
    "We rely on Google. Analytics help.": set(),
    "Segment your audience, drift along, branch out and heap up.": set(),
    "we segment visitors; sentry duty": set(),
    "see what is linked in the footer": set(),
    "metadata, metapixels and hotjars": set(),
    "turn off cookies": set(),
    "": set(),
}


@pytest.mark.parametrize(("text", "services"), TEXTS.items())
def test_services_named_in_a_text(text: str, services: set[str]) -> None:
    assert KNOW.names_in(text) == services


@given(st.text(), st.text() | st.none(), st.text() | st.none(), st.sampled_from(["cookie", "local", "cache", "?"]))
def test_hostile_items_never_raise(name: str, domain: str | None, site: str | None, kind: str) -> None:
    assert 1 <= KNOW.cookie(name, domain, site=site, kind=kind).layer <= 6


@given(st.text() | st.text().map("https://www.facebook.com/tr?".__add__), st.text() | st.none())
def test_hostile_urls_never_raise(url: str, site: str | None) -> None:
    assert 4 <= KNOW.url(url, site=site).layer <= 6
    KNOW.names_in(url)


def test_long_hostile_text_is_read_in_time() -> None:
    KNOW.cookie("mp_" + "_mixpane" * 100_000, "ooma.example", site=SITE)
    KNOW.cookie("_ga_" + "#" * 1_000_000)
    KNOW.cookie("_fbp" + " [x2]" * 100_000)
    KNOW.url("https://www.facebook.com/" + "v1/plugins" * 100_000)
    KNOW.names_in("Google " * 100_000 + "(" * 100_000)


LISTS = (
    FilterList("EasyPrivacy", "||zq-metrics.example^\n/zqpixel.gif?\n||zqown.example^$third-party"),
    FilterList("EasyList", "||zq-ads.example^"),
)
LISTED = classifier(filters=LISTS)


def test_lists_have_the_last_word_of_layer_4() -> None:
    pixel = LISTED.url("https://cdn.zq.example/zqpixel.gif?u=", site=SITE, resource_type="image")
    assert (pixel.layer, pixel.category, pixel.also_declared_as, pixel.role) == (4, P, (T,), "collect")
    assert pixel.reason == "EasyPrivacy marks it by the rule /zqpixel.gif?"
    assert LISTED.url("https://www.zq-ads.example/x", site=SITE).category is T
    assert LISTED.url("https://www.google-analytics.com/zqpixel.gif?u=", site=SITE).source != "EasyPrivacy"
    assert LISTED.url("https://www.ooma.example/zqpixel.gif?u=", site=SITE).layer == 6
    assert LISTED.url("https://www.zqown.example/", site="https://zqown.example/").layer == 6
    assert KNOW.url("https://www.zq-ads.example/x", site=SITE).layer == 6


def test_a_third_partys_cookie_is_known_by_the_url_that_set_it() -> None:
    def ask(**facts: Any) -> Classification:
        return LISTED.cookie("zz", "cdn.zq.example", site=SITE, **facts)

    assert ask(set_by="https://cdn.zq.example/zqpixel.gif?u=").reason.endswith("the rule /zqpixel.gif?")
    assert ask(set_by="https://cdn.zq.example/logo.png").layer == 6
    assert ask(set_by="https://other.example/zqpixel.gif?u=").layer == 6
    assert ask().layer == 6
    assert LISTED.cookie("zz", "ooma.example", site=SITE, set_by="https://www.ooma.example/zqpixel.gif?u=").layer == 6
    assert LISTED.cookie("zz", "eu.zq-metrics.example", site=SITE).category is P
    assert LISTED.cookie("zz", "facebook.com", site=SITE, set_by="https://www.facebook.com/tr?id=").category is T


def test_a_tracker_behind_the_sites_own_host() -> None:
    def ask(*aliases: str, url: str = "https://m.ooma.example/b/ss/") -> Classification:
        return LISTED.url(url, site=SITE, aliases=aliases)

    known = ask("ooma.sc.omtrdc.net")
    assert (known.layer, known.category, known.service) == (4, P, "Adobe Analytics")
    assert known.reason.startswith("CNAME m.ooma.example -> ooma.sc.omtrdc.net. ")
    assert ask("lb.ooma.example", "x.zq-ads.example").category is T
    assert ask("d111111abcdef8.cloudfront.net").category is None
    assert ask("unknown.example").category is None
    assert ask("lb.ooma.example").category is None
    assert ask().category is None
    assert LISTED.url("https://cdn.zq.example/x", site=SITE, aliases=("x.zq-ads.example",)).category is None


def test_what_protects_an_embedded_tracker_may_be_declared_with_it() -> None:
    assert P in KNOW.cookie("__cf_bm", "hubspot.com", site=SITE).also_declared_as
    assert not {P, T} & set(KNOW.cookie("__cf_bm", "ooma.example", site=SITE).also_declared_as)


@pytest.mark.parametrize("name", ["st_optout", "GA_OPT_OUT", "portalapi-csrf", "gdprConsent"])
def test_an_opt_out_or_token_of_a_tracker_is_no_tracking(name: str) -> None:
    for domain, service in (("sharethis.com", "ShareThis"), ("google-analytics.com", "Google Analytics")):
        known = KNOW.cookie(name, domain, site=SITE)
        assert (known.layer, known.category, known.service) == (5, N, service)
    assert KNOW.cookie("cmp_id", "sharethis.com", site=SITE).category is T


@pytest.mark.parametrize(
    ("written", "category", "service"),
    [
        ("_cs_#", P, "Contentsquare"), ("_hjxxxx", P, None), ("_gcl_*", T, "Google Ads"), ("_gclxxxx", T, "Google Ads"),
        ("_uets{id}", T, "Microsoft Advertising"), ("uaid{id}", None, None), ("s_#", None, None), ("_*", None, None),
    ],
)  # fmt: skip
def test_a_written_wildcard_stands_for_names_that_begin_so_and_are_all_one_service_s(
    written, category, service
) -> None:
    known = KNOW.cookie(written)
    assert (known.category, known.service) == (category, service)


def test_youtube_s_player_is_known_by_its_names_in_the_storage_of_the_site_that_embeds_it() -> None:
    known = KNOW.cookie("yt-remote-device-id", "www.ooma.example", site=SITE, kind="local")
    assert (known.layer, known.category, known.service) == (2, F, "YouTube")
    assert {P, T} <= set(known.also_declared_as)

"""Layer 5: guesses are labelled, low, never hard, and do not take look-alikes for a product's items."""

from __future__ import annotations

import pytest

from auditor import examples as x
from auditor.classify import bundled
from auditor.inventory import observed_items
from auditor.model import Category

N, F, P, T = Category.STRICTLY_NECESSARY, Category.FUNCTIONAL, Category.PERFORMANCE, Category.TARGETING
SITE = "https://www.vendor.example/"
KNOW = bundled()


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("acme_cookie_banner", N), ("acmeCookieConsent", N), ("ACME_DSGVO", N), ("einwilligung", N),
        ("acme-opt-out", N), ("nvcookieconsent", N), ("csrf7-s", N),
        ("acme_csrf", N), ("acmeXsrfToken", N), ("acme_login", N), ("acme-remember-me", N), ("acmeWarenkorb", N),
        ("acme_cart_count", N), ("acme_session", N), ("acmesessid", N), ("server_affinity", N),
        ("acme_lang", F), ("userLangPref", F), ("acme-currency", F), ("acme_theme", F), ("sprache", F), ("acme_tz", F),
        ("acmelanguage", F),
        ("varukorg_id", N), ("koszyk", N), ("acmeHandlekurv", N), ("samtykke", N), ("souhlas", N), ("gdprApplies", N),
        ("jezyk", F), ("acme_sprak", F), ("waluta", F), ("acme_kieli", F), ("itemsPerPage", F), ("acme_merkzettel", F),
        ("recently_seen_products", F), ("acme_popup_closed", F), ("newsletterModal", F), ("acme_chat_open", F),
        ("acme_analytics", P), ("acme_pageviews", P), ("acme_first_visit", P), ("acme-ab-test", P), ("acme_ga_hits", P),
        ("acme_ads", T), ("acme_retargeting", T), ("utm_acme", P), ("acme_gclid", T), ("acme_uid", T),
    ],
)  # fmt: skip
def test_names_are_read(name, category):
    known = KNOW.cookie(name, "vendor.example", site=SITE)
    assert (known.layer, known.category, known.source) == (5, category, "inferred")
    assert known.confidence <= 0.3
    assert known.reason.startswith("Inferred")
    assert not known.exempt
    assert known.service is None


@pytest.mark.parametrize(
    "name",
    [
        "_gallery",
        "_gatsby",
        "adelaide",
        "slang",
        "cartography",
        "i",
        "zq",
        "x1",
        "q" * 200,
        "",
        "badge",
        "themed2x",
        "kurve",
        "espresso",
        "cosmic",
        "limbada",
        "kassandra",
        "dilemma",
    ],
)
def test_what_only_sounds_alike_stays_unknown(name):
    known = KNOW.cookie(name, "vendor.example", site=SITE)
    assert (known.layer, known.category, known.confidence) == (6, None, 0.0)


def test_circumstances():
    far, own = {"domain": "zq.example", "site": SITE}, {"domain": "www.vendor.example", "site": SITE}
    assert KNOW.cookie("zq", **far, lifetime_seconds=31_536_000).category is T
    assert KNOW.cookie("zq", **far, lifetime_seconds=31_536_000).confidence == 0.15
    assert KNOW.cookie("zq", **far, lifetime_seconds=3600).category is None
    assert KNOW.cookie("zq", **far).category is None
    assert KNOW.cookie("zq", **own, lifetime_seconds=31_536_000).category is None
    assert KNOW.cookie("zq", **own, http_only=True).category is N
    assert KNOW.cookie("zq", **own, http_only=True, kind="local").category is None
    assert KNOW.cookie("zq", lifetime_seconds=31_536_000).category is None


def test_what_works_and_what_is_needed_cannot_be_told_apart_by_a_family():
    known = KNOW.cookie("cookie-state", "vendor.example", site=SITE)
    assert (known.layer, known.category, known.also_declared_as) == (5, N, (F,))


def test_a_session_named_by_a_hash():
    name, own = "5d41402abc4b2a76b9719d911017c592", {"domain": "www.vendor.example", "site": SITE}
    assert (KNOW.cookie(name, **own).layer, KNOW.cookie(name, **own).category) == (5, N)
    assert KNOW.cookie(name, **own, lifetime_seconds=31_536_000).category is None
    assert KNOW.cookie(name, **own, http_only=False).category is None
    assert KNOW.cookie(name, **own, kind="local").category is None
    assert KNOW.cookie(name[:31], **own).category is None
    assert KNOW.cookie(name, "zq.example", site=SITE).category is None


def test_a_session_that_scripts_read_or_that_lives_long_is_none():
    own = {"domain": "vendor.example", "site": SITE}
    assert KNOW.cookie("acme_session", **own).category is N
    assert KNOW.cookie("acme_session", **own, http_only=False).category is None
    assert KNOW.cookie("acme_session", **own, lifetime_seconds=31_536_000).category is None
    assert KNOW.cookie("acme_session_uid", **own, lifetime_seconds=31_536_000).category is T


def test_a_guess_is_no_knowledge_to_rules():
    (site,) = x.evidence([x.visit(x.Scenario.NO_CHOICE, x.cookie("acme_retargeting"))], knowledge=KNOW).sites
    (item,) = site.items
    assert item.classification.category is T
    assert (item.category, item.essential, item.non_essential, item.tracking) == (None, False, False, False)
    assert site.services == ()


def test_a_guess_that_accuses_is_not_published_as_a_category():
    seen = (x.cookie("acme_retargeting"), x.cookie("acme_csrf"), x.cookie("_ga"))
    published = observed_items(x.evidence([x.visit(x.Scenario.NO_CHOICE, *seen)], knowledge=KNOW))
    found = {item.name: (item.classification.category, item.classification.layer) for item in published}
    assert found == {"acme_retargeting": (None, 5), "acme_csrf": (N, 5), "_ga": (P, 2)}


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("age_verified", N), ("acme-mfa", N), ("acme_route", N), ("acmeShippingMethod", N), ("lead_id", T),
        ("traffic_source", T), ("page_count", P), ("acme_rollout", P), ("zipcode", F), ("countryCode", F),
        ("acmecountrycode", F), ("paywall_count", P), ("lastProduct", F), ("bookmarks", F), ("JSESIONID", N),
        ("PHPSSESID", N), ("ACME_ALLOW_FUNCTIONAL_COOKIES", N), ("acme_sponsored", T), ("acme_partner_session", N),
    ],
)  # fmt: skip
def test_vague_words_count_where_no_other_does(name, category):
    assert (KNOW.cookie(name, "vendor.example", site=SITE).layer, KNOW.cookie(name).category) == (5, category)


@pytest.mark.parametrize("name", ["nickel", "ratingen", "zipper", "routine", "leadership", "user_email", "price"[:3]])
def test_vague_words_are_whole_words(name):
    known = KNOW.cookie(name.replace("user_", ""), "vendor.example", site=SITE)
    assert (known.layer, known.category) == (6, None)


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("lp_session", N), ("lp_locale", F), ("dd_cart", N),
        ("lp_abc", P), ("li_sugrx", T), ("lp_visited", P), ("_ga_session", P), ("mp_tracking_session", P),
    ],
)  # fmt: skip
def test_an_abbreviation_that_a_tracker_shares_gives_way_to_what_the_name_says(name, category):
    assert KNOW.cookie(name, "vendor.example", site=SITE).category is category


def test_what_carries_the_name_of_the_visited_site_is_its_own():
    own = {"domain": "www.zqacme.example", "site": "https://zqacme.example/"}
    for name in ("zqacmefoo", "_zqacme", "x-zqacme-y", "ZQACME_2"):
        known = KNOW.cookie(name, **own)
        assert (known.layer, known.category, known.also_declared_as, known.confidence) == (5, F, (N,), 0.15)
        assert known.reason == "Inferred from the name only: it carries the name of the visited site."
    assert KNOW.cookie("zqacme_tracking", **own).category is T
    assert KNOW.cookie("foozqacmebar", **own).category is None
    assert KNOW.cookie("zqacmefoo", "zqacme.example", site=SITE).category is None, "another's"
    assert KNOW.cookie("zqacmefoo").category is None
    assert KNOW.cookie("zqx", "zqx.example", site="https://zqx.example/").category is None, "three letters are chance"


def test_whose_party_is_not_known_is_not_called_a_third_party():
    year = 31_536_000
    assert KNOW.cookie("zq", "zq.example", lifetime_seconds=year).category is None
    assert KNOW.cookie("zq", "zq.example", site=SITE, lifetime_seconds=year).category is T


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("persist:root", F), ("@@scroll|/", F), ("mmkv_9$a_store", F), ("pagead/1p-user-list/#", T), ("1/i/adsct", T),
        ("1.gif", N), ("collect", P), ("s_xxxx", P), ("TSxxxxxxxx", N), ("dnsDisplayed", N),
    ],
)  # fmt: skip
def test_names_as_declarations_and_frameworks_write_them(name, category):
    assert (KNOW.cookie(name).layer, KNOW.cookie(name).category) == (5, category)

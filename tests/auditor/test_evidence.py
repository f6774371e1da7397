"""How observations, visits and policies are arranged before any rule sees them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor import examples as x
from auditor.classify import bundled
from auditor.model import (
    Category,
    ChoiceOutcome,
    Classification,
    CookieEvent,
    DisclosureLevel,
    Outcome,
    Party,
    Phase,
    Scenario,
    Site,
    StorageKind,
)
from auditor.observed import Call, Service, exists
from auditor.readings import PolicyReading, why_unread

OTHER = "https://shop.vendor.example/"


def one_site(*visits, **facts):
    """The evidence of the one site."""
    (site,) = x.evidence(visits, *facts.pop("policies", ()), knowledge=bundled(), **facts).sites
    return site


# ------------------------------------------------------------------------------------------- observations


@pytest.mark.parametrize(
    ("facts", "there"),
    [
        ({}, True),
        ({"event": CookieEvent.CHANGED}, True),
        ({"event": CookieEvent.PRESENT}, True),
        ({"event": CookieEvent.PRESENT, "lifetime_seconds": 0}, True),
        ({"event": CookieEvent.DELETED}, False),
        ({"lifetime_seconds": 0}, False),
        ({"declared_lifetime_seconds": -5}, False),
        ({"declared_lifetime_seconds": 5, "lifetime_seconds": 0}, True),
        ({"event": CookieEvent.BLOCKED}, False),
        ({"event": CookieEvent.BLOCKED, "blocked_reasons": ("ThirdPartyPhaseout",)}, True),
        ({"event": CookieEvent.BLOCKED, "blocked_reasons": ("ThirdPartyBlockedInFirstPartySet",)}, True),
        ({"event": CookieEvent.BLOCKED, "blocked_reasons": ("UserPreferences",), "lifetime_seconds": 0}, False),
        ({"event": CookieEvent.BLOCKED, "blocked_reasons": ("SecureOnly",)}, False),
        ({"event": CookieEvent.BLOCKED, "blocked_reasons": ("UserPreferences", "SecureOnly")}, False),
    ],
)
def test_what_shows_that_a_cookie_was_there(facts, there):
    assert exists(x.cookie("a", **facts)) is there


def test_subjects():
    seen = [
        x.cookie("_ga"),
        x.storage("k"),
        x.storage("d", kind=StorageKind.INDEXEDDB, origin="https://a.example:8443"),
    ]
    site = one_site(x.visit(Scenario.NO_CHOICE, *seen))
    assert [item.subject for item in site.items] == [
        "cookie:_ga@vendor.example",
        "storage:indexeddb:d@https://a.example:8443",
        "storage:local:k@https://www.vendor.example",
    ]


def test_an_item_gathers_its_sightings_in_order():
    late, early = x.cookie("_ga", at_ms=900, event=CookieEvent.CHANGED), x.cookie("_ga", at_ms=100)
    site = one_site(x.visit(Scenario.REJECT_ALL, late, early), x.visit(Scenario.NO_CHOICE, x.cookie("_ga", at_ms=500)))
    (item,) = site.items
    assert [(s.visit.scenario, s.record.at_ms) for s in item.sightings] == [
        (Scenario.NO_CHOICE, 500),
        (Scenario.REJECT_ALL, 100),
        (Scenario.REJECT_ALL, 900),
    ]
    assert item.places() == ((Scenario.NO_CHOICE, Phase.BEFORE_CHOICE), (Scenario.REJECT_ALL, Phase.BEFORE_CHOICE))


def test_the_lifetime_is_the_longest_one_asked_for():
    seen = [
        x.cookie("_ga", declared_lifetime_seconds=10, lifetime_seconds=10),
        x.cookie("_ga", declared_lifetime_seconds=63_072_000, lifetime_seconds=34_560_000),
        x.cookie("_gid", lifetime_seconds=86_400),
        x.cookie("s", lifetime_seconds=None),
    ]
    lives = {item.name: item.lifetime_seconds() for item in one_site(x.visit(Scenario.NO_CHOICE, *seen)).items}
    assert lives == {"_ga": 63_072_000, "_gid": 86_400, "s": None}


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        ((), "a", True),
        (("a",), "a", False),
        (("a",), "b", True),
        (("a", "b"), "a", False),
    ],
)
def test_storage_is_written_when_new_or_changed(before, after, written):
    seen = [x.storage("k", value=value) for value in before] + [x.storage("k", value=after, phase=Phase.AFTER_REJECT)]
    (item,) = one_site(x.visit(Scenario.REJECT_ALL, *seen)).items
    assert [s.written for s in item.seen_in(Phase.AFTER_REJECT)] == [written]


def test_storage_of_another_visit_is_not_the_same_storage():
    first = x.visit(Scenario.NO_CHOICE, x.storage("k"))
    second = x.visit(Scenario.REJECT_ALL, x.storage("k", phase=Phase.AFTER_REJECT))
    (item,) = one_site(first, second).items
    assert [s.written for s in item.seen_in(Phase.AFTER_REJECT)] == [True]


def test_the_category_is_none_where_it_is_only_inferred():
    names = ["_ga", "theme", "zq", "__cf_bm"]
    seen = [x.cookie(name) for name in names]
    items = {item.name: item for item in one_site(x.visit(Scenario.NO_CHOICE, *seen)).items}
    assert {name: items[name].category for name in names} == {
        "_ga": Category.PERFORMANCE,
        "theme": None,
        "zq": None,
        "__cf_bm": Category.STRICTLY_NECESSARY,
    }
    assert {name for name in names if items[name].essential} == {"__cf_bm"}
    assert {name for name in names if items[name].non_essential} == {"_ga"}


def test_services_gather_items_and_calls():
    seen = [
        x.cookie("_ga"),
        x.request("https://www.google-analytics.com/g/collect"),
        x.request("https://d.adroll.com/p"),
        x.cookie("__adroll", "d.adroll.com"),
        x.request("https://www.googletagmanager.com/gtm.js?id=GTM-1"),
        x.cookie("__cf_bm"),
    ]
    services = one_site(x.visit(Scenario.NO_CHOICE, *seen)).services
    assert [(one.subject, len(one.items), len(one.calls)) for one in services] == [
        ("service:AdRoll", 1, 1),
        ("service:Google Analytics", 1, 1),
    ]
    assert services[0].hosts == {"d.adroll.com"}
    assert services[0].category is Category.TARGETING


# ------------------------------------------------------------------------------------------- visits


def test_only_good_visits_count():
    bad = x.visit(Scenario.NO_CHOICE, x.cookie("_ga"), outcome=Outcome.BLOCKED)
    site = one_site(bad, x.visit(Scenario.ACCEPT_ALL))
    assert (len(site.visits), len(site.good), site.items) == (2, 1, ())


def test_proven_visits():
    seen = [
        x.visit(Scenario.REJECT_ALL),
        x.visit(Scenario.REJECT_ALL, attempt=2, choice=x.choice(Scenario.REJECT_ALL, proven=False)),
        x.visit(Scenario.REJECT_ALL, attempt=3, choice=x.choice(Scenario.REJECT_ALL, ChoiceOutcome.FAILED)),
        x.visit(Scenario.REJECT_ALL, attempt=4, outcome=Outcome.TIMEOUT),
    ]
    site = one_site(*seen)
    assert [visit.attempt for visit in site.played(Scenario.REJECT_ALL)] == [1, 2, 3]
    assert [visit.attempt for visit in site.proven(Scenario.REJECT_ALL)] == [1]


def test_sites_keep_their_order_and_former_sites_come_last():
    vendor = x.vendor(Site(url=x.SITE), Site(url=OTHER))
    seen = [x.visit(site="https://old.vendor.example/"), x.visit(site=OTHER)]
    found = x.evidence(seen, knowledge=bundled(), of=vendor).sites
    assert [(site.url, len(site.visits)) for site in found] == [
        (x.SITE, 0),
        (OTHER, 1),
        ("https://old.vendor.example/", 1),
    ]


def test_parties_follow_the_page_that_was_reached():
    """A redirect to another domain: the crawler's parties stand, and the page's own host is no tracker."""
    page = "https://www.hotjar.com/"
    call = x.request("https://static.hotjar.com/c/hotjar-1.js", page=page)
    site = one_site(x.visit(Scenario.NO_CHOICE, call, final_url=page))
    assert call.party is Party.FIRST
    assert site.services == ()


def test_the_order_of_visits_does_not_matter():
    seen = [
        x.visit(Scenario.NO_CHOICE, x.cookie("_ga", at_ms=1), started_at=x.NOON + timedelta(seconds=1)),
        x.visit(Scenario.NO_CHOICE, x.cookie("_ga", at_ms=2)),
        x.visit(Scenario.REJECT_ALL, x.cookie("_ga", at_ms=3)),
    ]
    assert one_site(*seen) == one_site(*reversed(seen))


# ------------------------------------------------------------------------------------------- policies


@pytest.mark.parametrize(
    ("places", "opt_out_only"),
    [((), False), (("us",), True), (("US", "us-ca"), True), (("us", "eu"), False), (("uk",), False), (("usa",), False)],
)
def test_opt_out_law(places, opt_out_only):
    assert x.evidence([], knowledge=bundled(), of=x.vendor(jurisdictions=places)).opt_out_only is opt_out_only


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, None),
        ({"outcome": Outcome.HTTP_ERROR, "http_status": 404}, None),
        ({"outcome": Outcome.HTTP_ERROR, "http_status": None, "source": None}, None),
        ({"outcome": Outcome.HTTP_ERROR, "http_status": 500}, "was not read: http_error"),
        ({"outcome": Outcome.BLOCKED, "failure": "CAPTCHA"}, "was not read: blocked (CAPTCHA)"),
        ({"problem": "login"}, "was behind a login"),
        ({"problem": "too_large"}, "was too large to be read"),
        ({"problem": "odd"}, "was odd"),
    ],
)
def test_why_a_document_is_unread(facts, reason):
    found = why_unread(x.document(**facts))
    assert found == (None if reason is None else f"the policy at {x.SITE}privacy {reason}")


def test_a_reading_is_read_absent_or_unread():
    declared = x.reading(x.declaration())
    absent = x.reading(outcome=Outcome.HTTP_ERROR, http_status=404)
    unread = x.reading(outcome=Outcome.TIMEOUT)
    assert [one.absent for one in (declared, absent, unread)] == [False, True, False]
    evidence = x.evidence([], declared, absent, unread, knowledge=bundled())
    assert evidence.unread_policies == ("the policy at https://www.vendor.example/privacy was not read: timeout",)
    assert x.evidence([], declared, absent, knowledge=bundled()).unread_policies == ()
    assert x.evidence([], knowledge=bundled()).unread_policies == ("no policy was looked for in this run",)


def test_a_quote_keeps_its_document():
    first = x.reading(
        x.declaration(DisclosureLevel.CATEGORIES, categories=(x.category(Category.PERFORMANCE),)),
        url="https://www.vendor.example/cookies",
        sha256="a" * 64,
    )
    site = one_site(policies=(x.declaration(), first))
    quoted = site.declared.category_quote()
    assert (quoted.quote, quoted.url, quoted.sha256) == (
        "performance",
        "https://www.vendor.example/cookies",
        "a" * 64,
    )


def test_several_documents_are_one_declaration():
    privacy = x.declaration(services=(x.service("Hotjar"),))
    cookies = x.declaration(DisclosureLevel.COOKIE_LIST, cookies=(x.listed("_ga"),))
    declared = one_site(policies=(privacy, cookies)).declared
    assert declared.level is DisclosureLevel.COOKIE_LIST
    assert [one.record.name for one in declared.services] == ["Hotjar"]
    assert [one.record.name for one in declared.cookies] == ["_ga"]


def bound_levels(site, *policies):
    (found,) = x.evidence([], *policies, knowledge=bundled(), of=x.vendor(site)).sites
    return {one.declaration.disclosure_level.value for one in found.declared.readings}


def policy_for(level, *hosts, kind="website"):
    return x.declaration(DisclosureLevel(level), scopes=(x.scope(kind=kind, hosts=hosts),))


BOUND = {
    "by host": (Site(url=x.SITE), [("silent", x.SITE), ("categories", "b.example")], {"silent"}),
    "to all": (
        Site(url="https://c.example/"),
        [("silent", "a.example"), ("categories", "b.example")],
        {"silent", "categories"},
    ),
    "a policy without hosts joins": (Site(url=x.SITE), [("silent", x.SITE), ("categories",)], {"silent", "categories"}),
}


@pytest.mark.parametrize(("site", "policies", "levels"), BOUND.values(), ids=BOUND)
def test_policies_are_bound(site, policies, levels):
    made = [policy_for(level, *hosts) for level, *hosts in policies]
    assert bound_levels(site, *made) == levels


def test_policies_are_bound_by_scope():
    portal, website = policy_for("silent", kind="web_portal"), policy_for("categories", kind="website")
    assert bound_levels(Site(url="https://a.example/", scope="web_portal"), portal, website) == {"silent"}
    assert bound_levels(Site(url="https://a.example/", scope="website"), portal, website) == {"categories"}
    assert bound_levels(Site(url="https://a.example/", scope="app"), portal, website) == {"silent", "categories"}


def test_a_policy_of_another_kind_does_not_join_by_its_silence_about_hosts():
    named, app = policy_for("silent", "www.vendor.example"), policy_for("categories", kind="app")
    assert bound_levels(Site(url=x.SITE, scope="website"), named, app) == {"silent"}


def test_what_names_no_scope_is_about_all():
    policy = x.declaration(
        scopes=(x.scope(hosts=("www.vendor.example",)), x.scope("app", "app")),
        services=(x.service("A"), x.service("B", scope_ids=("app",)), x.service("C", scope_ids=("site",))),
    )
    declared = one_site(policies=(policy,)).declared
    assert [one.record.name for one in declared.services] == ["A", "C"]
    assert [one.record.name for one in declared.elsewhere] == ["A", "B", "C"]


def test_a_scope_id_that_the_policy_does_not_have_takes_nothing_away():
    policy = replace(x.declaration(services=(x.service("A", scope_ids=("x",)),)), scopes=())
    assert [one.record.name for one in one_site(policies=(policy,)).declared.services] == ["A"]


def test_a_reading_with_a_declaration_may_still_be_unread_as_a_whole():
    reading = PolicyReading(x.document(), x.declaration(), "written in Finnish")
    evidence = x.evidence([], reading, knowledge=bundled())
    assert evidence.unread_policies == ("written in Finnish",)
    assert evidence.sites[0].declared.level is DisclosureLevel.UNDIFFERENTIATED


def test_without_categories_there_is_no_passage_that_assigns_them():
    unused = x.declaration(DisclosureLevel.CATEGORIES, categories=(x.category(Category.PERFORMANCE, in_use="no"),))
    assert one_site(policies=(unused,)).declared.category_quote() is None


def test_a_tracker_without_a_name_is_called_by_none_and_meant_by_its_host():
    named = x.declaration(services=(x.service("Zq", domains=("zq.example",)), x.service("Other")))
    declared = one_site(policies=(named,)).declared
    nameless = Service("host:t.zq.example", None, None, (), ())
    assert declared.services_called(nameless) == ()
    assert [one.record.name for one in declared.services_meaning(called(nameless, "https://t.zq.example/p"))] == ["Zq"]
    assert declared.names(called(nameless, "https://t.zq.example/p"))
    assert not declared.names(called(nameless, "https://t.yq.example/p"))


def called(service, url):
    """A service with one call."""
    classification = Classification(category=Category.TARGETING, layer=4, confidence=0.8, reason="")
    return replace(service, calls=(Call(x.visit(), x.request(url), classification),))

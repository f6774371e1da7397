"""declared_necessary_is_tracker and wrong_category: what a thing is against the heading it stands under."""

from __future__ import annotations

import pytest

from auditor import examples as x
from auditor.model import Category, CmpDeclaration, DisclosureLevel, Outcome, Phase, Severity, Site

NECESSARY, FUNCTIONAL = Category.STRICTLY_NECESSARY, Category.FUNCTIONAL
PERFORMANCE, TARGETING = Category.PERFORMANCE, Category.TARGETING
NEITHER = (False, False)
IS_TRACKER = (True, False)
WRONG = (False, True)


def listing(*cookies, **facts):
    return x.declaration(DisclosureLevel.COOKIE_LIST, cookies=tuple(cookies), **facts)


def naming(*services):
    return x.declaration(services=tuple(services))


GA, META = x.cookie("_ga"), x.cookie("_fbp")
ADROLL = x.cookie("__adroll", "d.adroll.com")
GA_CALL = x.request("https://www.google-analytics.com/g/collect")
LABELS = {
    # a cookie by its own name
    "advertising as necessary": (IS_TRACKER, listing(x.listed("_fbp", NECESSARY)), [META]),
    "measuring as necessary": (IS_TRACKER, listing(x.listed("_ga", NECESSARY)), [GA]),
    "measuring as necessary by wildcard": (IS_TRACKER, listing(x.listed("_ga*", NECESSARY)), [GA]),
    "storage of measuring as necessary": (
        IS_TRACKER,
        listing(x.listed("_hjSessionUser_*", NECESSARY, storage="local_storage")),
        [x.storage("_hjSessionUser_1")],
    ),
    "after consent": (
        IS_TRACKER,
        listing(x.listed("_fbp", NECESSARY)),
        [x.cookie("_fbp", phase=Phase.AFTER_ACCEPT)],
    ),
    "advertising as functional": (WRONG, listing(x.listed("_fbp", FUNCTIONAL)), [META]),
    "advertising as performance": (WRONG, listing(x.listed("_fbp", PERFORMANCE)), [META]),
    "measuring as functional": (WRONG, listing(x.listed("_ga", FUNCTIONAL)), [GA]),
    "a language choice as necessary": (WRONG, listing(x.listed("pll_language", NECESSARY)), [x.cookie("pll_language")]),
    "rightly labelled": (NEITHER, listing(x.listed("_fbp", TARGETING)), [META]),
    "more than it is": (NEITHER, listing(x.listed("_ga", TARGETING)), [GA]),
    "necessary as targeting": (NEITHER, listing(x.listed("__cf_bm", TARGETING)), [x.cookie("__cf_bm")]),
    "bot protection as necessary": (NEITHER, listing(x.listed("__cf_bm", NECESSARY)), [x.cookie("__cf_bm")]),
    "a consent record as necessary": (
        NEITHER,
        listing(x.listed("OptanonConsent", NECESSARY)),
        [x.cookie("OptanonConsent")],
    ),
    "load balancing as functional": (NEITHER, listing(x.listed("AWSALB", FUNCTIONAL)), [x.cookie("AWSALB")]),
    "a defensible reading": (
        NEITHER,
        listing(x.listed("bcookie", NECESSARY), x.listed("lidc", NECESSARY)),
        [x.cookie("bcookie", "linkedin.com"), x.cookie("lidc", "linkedin.com")],
    ),
    "unknown": (NEITHER, listing(x.listed("zq", NECESSARY)), [x.cookie("zq")]),
    "only inferred": (NEITHER, listing(x.listed("theme", NECESSARY)), [x.cookie("theme")]),
    "known by the owner of its host only": (
        NEITHER,
        listing(x.listed("zq", NECESSARY)),
        [x.cookie("zq", "adroll.com")],
    ),
    "declared and never observed": (NEITHER, listing(x.listed("_fbp", NECESSARY)), [GA]),
    "unclassified": (NEITHER, listing(x.listed("_fbp", Category.UNCLASSIFIED)), [META]),
    "without a category": (NEITHER, listing(x.listed("_fbp")), [META]),
    "with an inferred category": (
        NEITHER,
        listing(x.listed("_fbp", NECESSARY, category_basis="inferred_from_purpose")),
        [META],
    ),
    "with an ambiguous label": (NEITHER, listing(x.listed("_fbp", FUNCTIONAL, alternatives=(TARGETING,))), [META]),
    "listed twice, once rightly": (
        NEITHER,
        listing(x.listed("_ga", NECESSARY), x.listed("_ga", PERFORMANCE)),
        [GA],
    ),
    "by name rightly, by wildcard wrongly": (
        NEITHER,
        listing(x.listed("_g*", NECESSARY), x.listed("_ga", PERFORMANCE)),
        [GA],
    ),
    "by name wrongly, by wildcard rightly": (
        IS_TRACKER,
        listing(x.listed("_g*", PERFORMANCE), x.listed("_ga", NECESSARY)),
        [GA],
    ),
    "the same name of another host": (
        NEITHER,
        listing(x.listed("uid", NECESSARY, host="www.vendor.example")),
        [x.cookie("uid", "adform.net")],
    ),
    # a service by its name
    "a measuring service as necessary": (IS_TRACKER, naming(x.service("Google Analytics", NECESSARY)), [GA, GA_CALL]),
    "by requests only": (IS_TRACKER, naming(x.service("Google Analytics", NECESSARY)), [GA_CALL]),
    "an advertising service as functional": (WRONG, naming(x.service("AdRoll", FUNCTIONAL)), [ADROLL]),
    "a service rightly labelled": (NEITHER, naming(x.service("Google Analytics", PERFORMANCE)), [GA, GA_CALL]),
    "a service without a category": (NEITHER, naming(x.service("Google Analytics")), [GA]),
    "the company, not the service": (NEITHER, naming(x.service("Google", NECESSARY)), [GA, GA_CALL]),
    "another service of the company": (NEITHER, naming(x.service("Google Maps", FUNCTIONAL)), [GA, GA_CALL]),
    "a service that is not there": (NEITHER, naming(x.service("Google Analytics", NECESSARY)), [META]),
}


@pytest.mark.parametrize(("expected", "policy", "seen"), LABELS.values(), ids=LABELS)
def test_labels(ask, expected, policy, seen):
    shown = x.visits(*seen)
    rules = "declared_necessary_is_tracker", "wrong_category"
    assert tuple(ask(rule, shown, policy).word == "fires" for rule in rules) == expected


def test_a_cookie_and_its_service_are_one_mistake(ask):
    policy = listing(x.listed("_ga", NECESSARY), services=(x.service("Google Analytics", NECESSARY),))
    answers = ask("declared_necessary_is_tracker", x.visits(GA, GA_CALL), policy)
    assert answers.subjects == ["cookie:_ga@vendor.example"]


def test_a_finding_quotes_the_heading(ask):
    policy = listing(x.listed("_fbp", FUNCTIONAL, evidence=(x.quote("_fbp | remembers you", 40),)))
    finding = ask("wrong_category", x.visits(META), policy).only
    assert (finding.category_observed, finding.category_declared) == (TARGETING, FUNCTIONAL)
    assert finding.declaration.quote == "_fbp | remembers you"
    assert finding.declaration.url == "https://www.vendor.example/privacy"
    assert finding.fact.startswith("The policy declares _fbp as functional. _fbp, known as targeting, was set")


@pytest.mark.parametrize(
    ("name", "said", "severity"),
    [
        ("_fbp", FUNCTIONAL, Severity.HIGH),
        ("_ga", FUNCTIONAL, Severity.HIGH),
        ("pll_language", NECESSARY, Severity.MEDIUM),
    ],
)
def test_wrong_category_severity(ask, name, said, severity):
    assert ask("wrong_category", x.visits(x.cookie(name)), listing(x.listed(name, said))).only.severity is severity


def test_the_consent_tools_label_is_judged_by_itself(ask):
    declared = CmpDeclaration(cmp="OneTrust", cookies=(x.listed("_fbp", NECESSARY, evidence=()),))
    seen = x.visits(META, declared_by_cmp=declared)
    finding = ask("declared_necessary_is_tracker", seen, listing(x.listed("_fbp", TARGETING))).only
    assert finding.severity is Severity.CRITICAL
    assert finding.declaration is None
    assert finding.fact.startswith("The consent tool (OneTrust) declares _fbp as strictly necessary.")


def test_a_label_of_another_scope_labels_nothing_here(ask):
    policy = listing(
        x.listed("_fbp", NECESSARY, scope_ids=("app",)),
        scopes=(x.scope(hosts=("www.vendor.example",)), x.scope("app", "app")),
    )
    assert ask("declared_necessary_is_tracker", x.visits(META), policy).word == "silent"


def test_a_label_counts_while_another_document_is_unread(ask):
    policy = listing(x.listed("_fbp", NECESSARY))
    answers = ask("declared_necessary_is_tracker", x.visits(META), policy, x.reading(outcome=Outcome.TIMEOUT))
    assert answers.subjects == ["cookie:_fbp@vendor.example"]
    assert answers.reasons == ["the policy at https://www.vendor.example/privacy was not read: timeout"]


def test_each_site_is_judged_by_itself(ask):
    sites = Site(url=x.SITE), Site(url="https://shop.vendor.example/")
    seen = [*x.visits(META), *x.visits(META, site=sites[1].url)]
    found = ask("wrong_category", seen, listing(x.listed("_fbp", FUNCTIONAL)), of=x.vendor(*sites)).findings
    assert [one.site for one in found] == ["https://shop.vendor.example/", x.SITE]

"""What must hold for any evidence at all, tried on random cases."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor import examples as x
from auditor.classify import bundled
from auditor.engine import judge
from auditor.model import (
    Beacon,
    Category,
    ChoiceOutcome,
    CookieEvent,
    DisclosureLevel,
    Outcome,
    Phase,
    PolicyDeclaration,
    Scenario,
    StorageKind,
)

FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = ["_ga", "_ga_AB12CD34EF", "_fbp", "__adroll", "__cf_bm", "OptanonConsent", "PHPSESSID", "zq", "theme", "lidc"]
DOMAINS = ["vendor.example", "d.adroll.com", "facebook.com", "linkedin.com", "zq.example"]
URLS = [
    "https://www.google-analytics.com/g/collect",
    "https://www.facebook.com/tr/",
    "https://d.adroll.com/p",
    "https://www.googletagmanager.com/gtm.js",
    "https://fonts.gstatic.com/a.woff2",
    "https://zq.example/a.js",
    "https://www.vendor.example/app.js",
]
SCENARIOS = (Scenario.NO_CHOICE, Scenario.ACCEPT_ALL, Scenario.REJECT_ALL)
PHASES = st.sampled_from(list(Phase))
COOKIES = st.builds(
    lambda name, domain, phase, event, life: x.cookie(
        name, domain, phase=phase, event=event, declared_lifetime_seconds=life
    ),
    st.sampled_from(NAMES),
    st.sampled_from(DOMAINS),
    PHASES,
    st.sampled_from(list(CookieEvent)),
    st.sampled_from([None, 0, 3600, 30 * x.DAY, 730 * x.DAY]),
)
STORAGE = st.builds(
    lambda key, kind, phase: x.storage(key, kind=kind, phase=phase),
    st.sampled_from(["_hjSessionUser_1", "uc_settings", "zq"]),
    st.sampled_from(list(StorageKind)),
    PHASES,
)
REQUESTS = st.builds(
    lambda url, phase, beacon: x.request(url, phase=phase, beacon=beacon),
    st.sampled_from(URLS),
    PHASES,
    st.sampled_from([None, Beacon.PIXEL, Beacon.SENDBEACON]),
)
SEEN = st.lists(st.one_of(COOKIES, STORAGE, REQUESTS), max_size=8)
LISTED = st.builds(
    lambda name, category, days: x.listed(name, category, duration=x.duration("fixed", days * x.DAY)),
    st.sampled_from([*NAMES, "_ga*", "z*"]),
    st.sampled_from([None, *Category]),
    st.integers(1, 800),
)
POLICIES = st.builds(
    lambda level, cookies, categories, services: x.declaration(
        level,
        cookies=tuple(cookies),
        categories=tuple(x.category(one) for one in categories),
        services=tuple(x.service(name) for name in services),
        claims=(x.claim("anonymous_data", Category.PERFORMANCE),),
    ),
    st.sampled_from(list(DisclosureLevel)),
    st.lists(LISTED, max_size=3),
    st.lists(st.sampled_from(list(Category)), max_size=3, unique=True),
    st.lists(st.sampled_from(["Google Analytics", "AdRoll", "Facebook", "Zq"]), max_size=2, unique=True),
)
CASES = st.tuples(SEEN, SEEN, SEEN, st.lists(POLICIES, max_size=2))


def visits(case):
    return [x.visit(scenario, *seen) for scenario, seen in zip(SCENARIOS, case[:3], strict=True)]


def answers(seen, policies):
    return judge(x.evidence(seen, *map(as_fetched, policies), knowledge=bundled()))


def as_fetched(declared):
    """A document has the hash of its own content: two that differ never share one."""
    if not isinstance(declared, PolicyDeclaration):
        return declared
    return x.reading(declared, sha256=hashlib.sha256(repr(declared).encode()).hexdigest())


def marks(findings):
    return {one.fingerprint for one in findings}


@FEW
@given(CASES)
def test_every_finding_is_whole(case):
    findings, undecided = answers(visits(case), case[3])
    assert len(marks(findings)) == len(findings)
    for one in findings:
        assert one.fact
        assert one.evidence
        assert one.site in {x.SITE, None}
        assert 0 < one.confidence <= 1
    for question in undecided:
        assert question.reason


@FEW
@given(CASES)
def test_bad_visits_prove_nothing(case):
    bad = [replace(visit, outcome=Outcome.BLOCKED) for visit in visits(case)]
    findings, undecided = answers(bad, case[3])
    assert not [one for one in findings if one.site is not None]
    assert {one.rule for one in undecided if one.site} >= {"before_choice", "after_reject", "undeclared_cookie"}


@FEW
@given(CASES)
def test_an_unproven_refusal_never_accuses(case):
    unproven = x.choice(Scenario.REJECT_ALL, ChoiceOutcome.DONE, proven=False)
    seen = [
        replace(visit, choice=unproven) if visit.scenario is Scenario.REJECT_ALL else visit for visit in visits(case)
    ]
    findings, _ = answers(seen, case[3])
    assert not [one for one in findings if one.phase is Phase.AFTER_REJECT]


@FEW
@given(CASES)
def test_essential_and_unknown_items_have_no_timing(case):
    findings, _ = answers(visits(case), case[3])
    timed = {one.subject for one in findings if one.rule in {"before_choice", "after_reject"}}
    harmless = (
        "cookie:__cf_bm",
        "cookie:OptanonConsent",
        "cookie:PHPSESSID@vendor",
        "cookie:zq@vendor",
        "cookie:theme@vendor",
    )
    assert not [subject for subject in timed if subject.startswith(harmless)]


@FEW
@given(CASES)
def test_a_further_unread_policy_only_takes_claims_of_absence_away(case):
    findings, _ = answers(visits(case), case[3])
    fewer, undecided = answers(visits(case), [*case[3], x.reading(outcome=Outcome.TIMEOUT)])
    assert marks(fewer) <= marks(findings)
    gone = {one.rule for one in findings if one.fingerprint not in marks(fewer)}
    assert gone <= {
        "undeclared_category",
        "undeclared_cookie",
        "undeclared_service",
        "undeclared_beacon",
        "undeclared_storage",
        "policy_silent",
    }
    assert gone <= {one.rule for one in undecided}


@FEW
@given(CASES)
def test_more_visits_take_no_presence_away(case):
    """A finding of timing that one visit proves stays when the others are seen as well."""
    alone = answers(visits(case)[:1], case[3])[0]
    together = answers(visits(case), case[3])[0]
    timing = {"before_choice", "tracker_before_choice"}
    assert marks(one for one in alone if one.rule in timing) <= marks(together)


@FEW
@given(CASES)
def test_judging_again_says_the_same(case):
    assert repr(answers(visits(case), case[3])) == repr(answers(visits(case)[::-1], case[3][::-1]))

"""before_choice, tracker_before_choice, after_reject, tracker_after_reject."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor import examples as x
from auditor.model import (
    Beacon,
    Category,
    ChoiceOutcome,
    CookieEvent,
    Coverage,
    DisclosureLevel,
    Outcome,
    Party,
    Phase,
    Scenario,
    SetBy,
    Severity,
    Site,
    StorageKind,
)

AFTER = Phase.AFTER_REJECT
ACCEPTED = Phase.AFTER_ACCEPT
GTM = "https://www.googletagmanager.com/gtm.js?id=GTM-ABC123"
COLLECT = "https://www.google-analytics.com/g/collect?v=2&tid=G-AB12CD34EF"
PIXEL = "https://www.facebook.com/tr/?id=1&ev=PageView"
BLOCKED = {"event": CookieEvent.BLOCKED, "in_jar": False}


def rejected(*seen, outcome=ChoiceOutcome.DONE, proven=True, **facts):
    return x.visit(Scenario.REJECT_ALL, *seen, choice=x.choice(Scenario.REJECT_ALL, outcome, proven=proven), **facts)


# ---------------------------------------------------------------------------------------- before_choice

BEFORE = {
    "analytics": ("fires", [x.cookie("_ga")]),
    "advertising of a third party": ("fires", [x.cookie("__adroll", "d.adroll.com")]),
    "rewritten": ("fires", [x.cookie("_ga", event=CookieEvent.CHANGED)]),
    "already in the jar": ("fires", [x.cookie("_ga", event=CookieEvent.PRESENT)]),
    "by script": ("fires", [x.cookie("_fbp", set_by=SetBy.SCRIPT)]),
    "a language choice": ("fires", [x.cookie("pll_language", value="en")]),
    "set and deleted again": (
        "fires",
        [x.cookie("_ga"), x.cookie("_ga", event=CookieEvent.DELETED, at_ms=900, in_jar=False)],
    ),
    "local storage": ("fires", [x.storage("_hjSessionUser_123")]),
    "blocked only since third-party cookies are": (
        "fires",
        [x.cookie("IDE", "doubleclick.net", blocked_reasons=("UserPreferences",), **BLOCKED)],
    ),
    "bot protection": ("silent", [x.cookie("__cf_bm")]),
    "bot protection of a third party": ("silent", [x.cookie("__cf_bm", "hubspot.com")]),
    "load balancing": ("silent", [x.cookie("AWSALB"), x.cookie("AWSALBCORS")]),
    "forged requests": ("silent", [x.cookie("__RequestVerificationToken"), x.cookie("XSRF-TOKEN")]),
    "a session": ("silent", [x.cookie("PHPSESSID"), x.cookie("ASP.NET_SessionId")]),
    "a consent record": ("silent", [x.cookie("OptanonConsent"), x.cookie("CookieConsent")]),
    "a waiting consent record": ("silent", [x.cookie("tarteaucitron", value="!gtag=wait")]),
    "a consent record in storage": ("silent", [x.storage("uc_settings")]),
    "payment fraud": ("silent", [x.cookie("__stripe_mid")]),
    "unknown": ("silent", [x.cookie("zq_visit")]),
    "unknown and shaped like an identifier": ("silent", [x.cookie("zq_visit", value="b1946ac92492d2347c6235b4")]),
    "only inferred from the name": ("silent", [x.cookie("theme"), x.cookie("my_session_id")]),
    "a look-alike in another case": ("silent", [x.cookie("_GA")]),
    "a look-alike with a suffix": ("silent", [x.cookie("_gaming")]),
    "a look-alike with a prefix": ("silent", [x.cookie("my_ga")]),
    "a short name that needs its domain": ("silent", [x.cookie("uid"), x.cookie("i"), x.cookie("IDE2")]),
    "deleted only": ("silent", [x.cookie("_ga", event=CookieEvent.DELETED, in_jar=False)]),
    "expires at once": ("silent", [x.cookie("_ga", declared_lifetime_seconds=0, lifetime_seconds=0)]),
    "expires in the past": ("silent", [x.cookie("_ga", declared_lifetime_seconds=-1, lifetime_seconds=None)]),
    "blocked: not secure": (
        "silent",
        [x.cookie("IDE", "doubleclick.net", blocked_reasons=("SameSiteNoneInsecure",), **BLOCKED)],
    ),
    "blocked: another domain": (
        "silent",
        [x.cookie("_fbp", "facebook.com", blocked_reasons=("InvalidDomain",), **BLOCKED)],
    ),
    "blocked for both reasons": (
        "silent",
        [x.cookie("IDE", "doubleclick.net", blocked_reasons=("UserPreferences", "SameSiteNoneInsecure"), **BLOCKED)],
    ),
    "blocked without a reason": ("silent", [x.cookie("IDE", "doubleclick.net", **BLOCKED)]),
    "after consent": ("silent", [x.cookie("_ga", phase=ACCEPTED)]),
    "after a refusal": ("silent", [x.cookie("_ga", phase=AFTER)]),
    "routing, or functional": ("undecided", [x.cookie("lidc", "linkedin.com")]),
}


@pytest.mark.parametrize(("word", "seen"), BEFORE.values(), ids=BEFORE)
def test_before_choice(ask, word, seen):
    assert ask("before_choice", x.visits(*seen)).word == word


SEVERITIES = {
    "targeting": (x.cookie("_fbp"), (), Severity.CRITICAL),
    "performance": (x.cookie("_ga"), (), Severity.HIGH),
    "functional": (x.cookie("pll_language"), (), Severity.MEDIUM),
    "targeting in the us": (x.cookie("_fbp"), ("us",), Severity.HIGH),
    "performance in california": (x.cookie("_ga"), ("US-CA",), Severity.MEDIUM),
    "functional in the us": (x.cookie("pll_language"), ("us",), Severity.LOW),
    "in the us and the eu": (x.cookie("_fbp"), ("us", "eu"), Severity.CRITICAL),
    "in the uk": (x.cookie("_fbp"), ("uk",), Severity.CRITICAL),
    "in russia": (x.cookie("_fbp"), ("ru",), Severity.CRITICAL),
}


@pytest.mark.parametrize(("seen", "places", "severity"), SEVERITIES.values(), ids=SEVERITIES)
def test_before_choice_severity(ask, seen, places, severity):
    vendor = x.vendor(jurisdictions=places)
    assert ask("before_choice", x.visits(seen), of=vendor).only.severity is severity


def test_before_choice_tells_what_was_measured(ask):
    finding = ask("before_choice", [x.visit(Scenario.NO_CHOICE, x.cookie("_ga", at_ms=412), id=7)]).only
    assert finding.subject == "cookie:_ga@vendor.example"
    assert finding.phase is Phase.BEFORE_CHOICE
    assert finding.category_observed is Category.PERFORMANCE
    assert finding.service == "Google Analytics"
    assert finding.fact == (
        "_ga (performance, Google Analytics) was set 412 ms into the visit (scenario no_choice) "
        "by https://vendor.example/, before any choice."
    )
    assert [(ref.kind, ref.visit, ref.at_ms) for ref in finding.evidence] == [("cookie", 7, 412)]


def test_before_choice_counts_an_item_once_in_all_scenarios(ask):
    assert ask("before_choice", x.visits(x.cookie("_ga"))).subjects == ["cookie:_ga@vendor.example"]


def test_before_choice_counts_what_only_one_scenario_saw(ask):
    seen = [x.visit(), rejected(x.cookie("_ga"))]
    assert ask("before_choice", seen).subjects == ["cookie:_ga@vendor.example"]


def test_before_choice_counts_the_same_name_on_two_domains_twice(ask):
    answers = ask("before_choice", x.visits(x.cookie("_ga"), x.cookie("_ga", "www.vendor.example")))
    assert answers.subjects == ["cookie:_ga@vendor.example", "cookie:_ga@www.vendor.example"]


def test_before_choice_doubts_what_is_declared_necessary_with_good_reason(ask):
    seen = x.visits(x.cookie("bcookie", "linkedin.com"))
    assert ask("before_choice", seen).word == "fires"
    policy = x.declaration(DisclosureLevel.COOKIE_LIST, cookies=(x.listed("bcookie", Category.STRICTLY_NECESSARY),))
    assert ask("before_choice", seen, policy).word == "undecided"


def test_before_choice_is_not_impressed_by_a_wrong_declaration(ask):
    policy = x.declaration(DisclosureLevel.COOKIE_LIST, cookies=(x.listed("_fbp", Category.STRICTLY_NECESSARY),))
    assert ask("before_choice", x.visits(x.cookie("_fbp")), policy).word == "fires"


@pytest.mark.parametrize(
    ("outcome", "failure", "reason"),
    [
        (Outcome.BLOCKED, "a bot wall", "blocked (a bot wall)"),
        (Outcome.TIMEOUT, None, "timeout"),
        (Outcome.CRASHED, None, "crashed"),
        (Outcome.UNREACHABLE, "DNS", "unreachable (DNS)"),
        (Outcome.REFUSED, "robots", "refused (robots)"),
        (Outcome.HTTP_ERROR, "503", "http_error (503)"),
        (Outcome.FAILED, None, "failed"),
    ],
)
def test_before_choice_believes_good_visits_only(ask, outcome, failure, reason):
    answers = ask("before_choice", x.visits(x.cookie("_ga"), outcome=outcome, failure=failure))
    assert answers.findings == ()
    assert answers.reasons == [f"no good visit no_choice: {reason}"]


def test_before_choice_is_undecided_without_its_visit(ask):
    assert ask("before_choice", [rejected()]).reasons == ["no visit no_choice in this run"]


def test_before_choice_keeps_a_match_of_another_visit_beside_its_doubt(ask):
    answers = ask("before_choice", [x.visit(outcome=Outcome.TIMEOUT), rejected(x.cookie("_ga"))])
    assert answers.subjects == ["cookie:_ga@vendor.example"]
    assert answers.reasons == ["no good visit no_choice: timeout"]


def test_a_second_attempt_that_succeeds_is_enough(ask):
    answers = ask("before_choice", [x.visit(outcome=Outcome.TIMEOUT), x.visit(attempt=2)])
    assert answers.word == "silent"


def test_a_failed_collector_is_not_silence(ask):
    coverage = Coverage(collectors={"cookies": "failed: no session", "storage": "ok"})
    answers = ask("before_choice", x.visits(coverage=coverage))
    assert answers.reasons == ["the collector of cookies in the visit no_choice: failed: no session"]


def test_a_partial_collector_may_be_silent(ask):
    coverage = Coverage(collectors={"cookies": "partial: one frame had gone"})
    assert ask("before_choice", x.visits(coverage=coverage)).word == "silent"


# -------------------------------------------------------------------------------- tracker_before_choice

CALLS = {
    "analytics": ("fires", [x.request(COLLECT, beacon=Beacon.SENDBEACON)]),
    "a pixel": ("fires", [x.request(PIXEL, resource_type="image", beacon=Beacon.PIXEL)]),
    "a script": ("fires", [x.request("https://static.hotjar.com/c/hotjar-1.js")]),
    "a web socket": ("fires", [x.request("wss://ws.hotjar.com/api", resource_type="websocket")]),
    "an advertising script": ("fires", [x.request("https://s.adroll.com/j/roundtrip.js")]),
    "a bare tag manager": ("silent", [x.request(GTM)]),
    "another bare tag manager": ("silent", [x.request("https://tags.tiqcdn.com/utag/x/main/prod/utag.js")]),
    "a font": ("silent", [x.request("https://fonts.googleapis.com/css2?family=Inter")]),
    "a font's file": ("silent", [x.request("https://fonts.gstatic.com/s/inter.woff2", resource_type="font")]),
    "content delivery": ("silent", [x.request("https://cdnjs.cloudflare.com/ajax/libs/jquery/3/jquery.min.js")]),
    "a consent tool": ("silent", [x.request("https://consent.cookiebot.com/uc.js")]),
    "a bot test": ("silent", [x.request("https://challenges.cloudflare.com/turnstile/v0/api.js")]),
    "a player": ("silent", [x.request("https://player.vimeo.com/video/1", resource_type="document")]),
    "payment": ("silent", [x.request("https://js.stripe.com/v3/")]),
    "chat": ("silent", [x.request("https://widget.intercom.io/widget/abc")]),
    "the site itself": ("silent", [x.request("https://www.vendor.example/collect?v=2")]),
    "a subdomain of the site": ("silent", [x.request("https://metrics.vendor.example/g/collect")]),
    "an unknown third party": ("silent", [x.request("https://static.zq-assets.example/app.js")]),
    "a look-alike host": ("silent", [x.request("https://www.google-analytics.com.evil.example/collect")]),
    "a look-alike domain": ("silent", [x.request("https://notgoogle-analytics.com/collect")]),
    "no host at all": ("silent", [x.request("data:image/gif;base64,R0lGOD")]),
    "after consent": ("silent", [x.request(COLLECT, phase=ACCEPTED)]),
    "after a refusal": ("silent", [x.request(COLLECT, phase=AFTER)]),
}


@pytest.mark.parametrize(("word", "seen"), CALLS.values(), ids=CALLS)
def test_tracker_before_choice(ask, word, seen):
    assert ask("tracker_before_choice", x.visits(*seen)).word == word


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("https://cdn.segment.com/a.js", "was written to the browser's storage 400 ms into the visit"),
        (None, "was in the browser's storage 400 ms into the visit"),
    ],
)
def test_storage_is_written_where_a_script_was_seen_to(ask, script, said):
    entry = replace(x.storage("ajs_anonymous_id"), initiator=script, at_ms=400)
    finding = ask("before_choice", [x.visit(Scenario.NO_CHOICE, entry)]).only
    assert finding.fact.startswith(f"localStorage ajs_anonymous_id (performance, Segment) {said}")


def test_tracker_before_choice_counts_a_service_once(ask):
    seen = [
        x.request(PIXEL, beacon=Beacon.PIXEL, resource_type="image", at_ms=900),
        x.request("https://connect.facebook.net/en_US/fbevents.js", at_ms=500),
    ]
    finding = ask("tracker_before_choice", [x.visit(Scenario.NO_CHOICE, *seen)]).only
    assert finding.subject == "service:Meta Pixel"
    assert finding.severity is Severity.HIGH
    assert finding.fact == (
        "Meta Pixel (targeting) was called before any choice: 2 requests (pixel and script) to connect.facebook.net "
        "and www.facebook.com, first 500 ms into the visit (scenario no_choice)."
    )


def test_tracker_before_choice_is_milder_for_measuring_and_in_the_us(ask):
    seen = x.visits(x.request(COLLECT), x.request(PIXEL))
    found = {one.subject: one.severity for one in ask("tracker_before_choice", seen).findings}
    assert found == {"service:Google Analytics": Severity.MEDIUM, "service:Meta Pixel": Severity.HIGH}
    in_us = ask("tracker_before_choice", seen, of=x.vendor(jurisdictions=("us",))).findings
    assert {one.subject: one.severity for one in in_us} == {
        "service:Google Analytics": Severity.LOW,
        "service:Meta Pixel": Severity.MEDIUM,
    }


def test_a_vendor_is_not_the_third_party_of_itself(ask):
    page = "https://www.hotjar.com/"
    vendor = x.vendor(Site(url=page))
    own = x.request("https://static.hotjar.com/c/hotjar-1.js", page=page)
    other_domain = x.request("https://vc.hotjar.io/sessions/1", page=page)
    assert other_domain.party is Party.THIRD
    seen = x.visits(own, other_domain, site=page)
    assert ask("tracker_before_choice", seen, of=vendor).word == "silent"


def test_another_site_of_the_vendor_is_not_a_third_party(ask):
    vendor = x.vendor(Site(url=x.SITE), Site(url="https://www.hubspot.com/"))
    seen = x.visits(x.request("https://track.hubspot.com/__ptq.gif"))
    answers = ask("tracker_before_choice", seen, of=vendor)
    assert answers.subjects == []


# ----------------------------------------------------------------------------------------- after_reject

SET = CookieEvent.SET
REJECTED = {
    "set": ("fires", [x.cookie("_fbp", phase=AFTER)]),
    "rewritten": ("fires", [x.cookie("_ga"), x.cookie("_ga", phase=AFTER, event=CookieEvent.CHANGED)]),
    "set and deleted again": (
        "fires",
        [x.cookie("_ga", phase=AFTER), x.cookie("_ga", phase=AFTER, event=CookieEvent.DELETED)],
    ),
    "set between refusal and reload": ("fires", [x.cookie("_ga", phase=AFTER, at_ms=4200, in_jar=False)]),
    "by nobody that was seen": ("fires", [x.cookie("_ga", phase=AFTER, set_by=SetBy.UNKNOWN, initiator=None)]),
    "stored": ("fires", [x.storage("_hjSessionUser_1", phase=AFTER)]),
    "stored anew": (
        "fires",
        [x.storage("_hjSessionUser_1", value="a"), x.storage("_hjSessionUser_1", phase=AFTER, value="b")],
    ),
    "still stored": ("silent", [x.storage("_hjSessionUser_1"), x.storage("_hjSessionUser_1", phase=AFTER)]),
    "still in the jar": ("silent", [x.cookie("_ga"), x.cookie("_ga", phase=AFTER, event=CookieEvent.PRESENT)]),
    "deleted on refusal": ("silent", [x.cookie("_ga"), x.cookie("_ga", phase=AFTER, event=CookieEvent.DELETED)]),
    "expired on refusal": (
        "silent",
        [x.cookie("_ga", phase=AFTER, event=CookieEvent.CHANGED, declared_lifetime_seconds=0)],
    ),
    "the record of the refusal": ("silent", [x.cookie("OptanonConsent", phase=AFTER)]),
    "bot protection": ("silent", [x.cookie("__cf_bm", phase=AFTER)]),
    "forged requests": ("silent", [x.cookie("XSRF-TOKEN", phase=AFTER)]),
    "unknown": ("silent", [x.cookie("zq_visit", phase=AFTER)]),
    "before the refusal only": ("silent", [x.cookie("_ga")]),
    "after consent only": ("silent", [x.cookie("_ga", phase=ACCEPTED)]),
    "blocked for its own faults": (
        "silent",
        [x.cookie("fr", "facebook.com", phase=AFTER, blocked_reasons=("SameSiteNoneInsecure",), **BLOCKED)],
    ),
    "routing, or functional": ("undecided", [x.cookie("lidc", "linkedin.com", phase=AFTER)]),
}


@pytest.mark.parametrize(("word", "seen"), REJECTED.values(), ids=REJECTED)
def test_after_reject(ask, word, seen):
    assert ask("after_reject", x.visits(*seen)).word == word


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (ChoiceOutcome.DONE, "it was made, and no independent sign confirms it"),
        (ChoiceOutcome.NO_BANNER, "no banner was found"),
        (ChoiceOutcome.NO_REJECT, "the banner had no way to refuse"),
        (ChoiceOutcome.FAILED, "it could not be made"),
    ],
)
@pytest.mark.parametrize("rule", ["after_reject", "tracker_after_reject"])
def test_an_unproven_refusal_accuses_nobody(ask, rule, outcome, reason):
    seen = [x.cookie("_fbp", phase=AFTER), x.request(PIXEL, phase=AFTER)]
    answers = ask(rule, [rejected(*seen, outcome=outcome, proven=False)])
    assert answers.word == "undecided"
    assert answers.reasons == [f"the choice of reject_all is not proven: {reason}"]


@pytest.mark.parametrize("rule", ["after_reject", "tracker_after_reject"])
def test_a_blocked_refusal_is_undecided(ask, rule):
    seen = [x.cookie("_fbp", phase=AFTER), x.request(PIXEL, phase=AFTER)]
    answers = ask(rule, [rejected(*seen, outcome=ChoiceOutcome.DONE)], x.declaration())
    assert answers.word == "fires"
    blocked = [replace(rejected(*seen), outcome=Outcome.BLOCKED, failure="a CAPTCHA")]
    assert ask(rule, blocked).reasons == ["no good visit reject_all: blocked (a CAPTCHA)"]


def test_a_proven_attempt_beside_an_unproven_one_counts(ask):
    seen = [rejected(x.cookie("_ga", phase=AFTER), proven=False), rejected(x.cookie("_fbp", phase=AFTER), attempt=2)]
    assert ask("after_reject", seen).subjects == ["cookie:_fbp@vendor.example"]


@pytest.mark.parametrize(
    ("name", "severity"),
    [("_fbp", Severity.CRITICAL), ("_ga", Severity.CRITICAL), ("pll_language", Severity.HIGH)],
)
def test_after_reject_severity_is_not_lowered_by_law(ask, name, severity):
    seen = x.visits(x.cookie(name, phase=AFTER))
    assert ask("after_reject", seen, of=x.vendor(jurisdictions=("us",))).only.severity is severity


def test_after_a_proven_withdrawal(ask):
    choice = x.choice(Scenario.WITHDRAW)
    seen = x.cookie("_ga", phase=Phase.AFTER_WITHDRAWAL, event=CookieEvent.CHANGED)
    answers = ask("after_reject", [rejected(), x.visit(Scenario.WITHDRAW, seen, choice=choice)])
    assert answers.only.phase is Phase.AFTER_WITHDRAWAL
    assert answers.reasons == []


def test_after_an_unproven_withdrawal(ask):
    choice = x.choice(Scenario.WITHDRAW, ChoiceOutcome.NO_CONTROL)
    seen = x.cookie("_ga", phase=Phase.AFTER_WITHDRAWAL)
    answers = ask("after_reject", [rejected(), x.visit(Scenario.WITHDRAW, seen, choice=choice)])
    assert answers.findings == ()
    assert answers.reasons == ["the choice of withdraw is not proven: no control to change the choice was found"]


def test_a_refusal_and_a_withdrawal_are_two_findings(ask):
    seen = [
        rejected(x.cookie("_ga", phase=AFTER)),
        x.visit(Scenario.WITHDRAW, x.cookie("_ga", phase=Phase.AFTER_WITHDRAWAL)),
    ]
    found = ask("after_reject", seen).findings
    assert {one.phase for one in found} == {AFTER, Phase.AFTER_WITHDRAWAL}
    assert len({one.fingerprint for one in found}) == 2


# --------------------------------------------------------------------------------- tracker_after_reject


@pytest.mark.parametrize(
    ("word", "seen"),
    [
        ("fires", x.request(PIXEL, phase=AFTER)),
        ("fires", x.request(COLLECT, phase=AFTER)),
        ("silent", x.request(PIXEL)),
        ("silent", x.request(PIXEL, phase=ACCEPTED)),
        ("silent", x.request(GTM, phase=AFTER)),
        ("silent", x.request("https://www.vendor.example/matomo.php?idsite=1", phase=AFTER)),
        ("silent", x.request("https://consent.cookiebot.com/logconsent.ashx", phase=AFTER)),
        ("silent", x.request("https://fonts.gstatic.com/s/inter.woff2", resource_type="font", phase=AFTER)),
    ],
)
def test_tracker_after_reject(ask, word, seen):
    assert ask("tracker_after_reject", x.visits(seen)).word == word


def test_tracker_after_reject_is_high_for_measuring_too(ask):
    finding = ask("tracker_after_reject", x.visits(x.request(COLLECT, phase=AFTER))).only
    assert (finding.severity, finding.subject) == (Severity.HIGH, "service:Google Analytics")


def test_indexed_databases_and_caches_are_items(ask):
    seen = x.visits(x.storage("_hjSessionUser_1", kind=StorageKind.SESSION, phase=AFTER))
    assert ask("after_reject", seen).subjects == ["storage:session:_hjSessionUser_1@https://www.vendor.example"]

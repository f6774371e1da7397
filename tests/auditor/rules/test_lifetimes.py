"""lifetime_exceeds_declared; contradictory_declaration where a sentence gives a cookie of a table another lifetime."""

from __future__ import annotations

import pytest

from auditor import examples as x
from auditor.model import CmpDeclaration, Contradiction, CookieEvent, DisclosureLevel, Severity

DAY = x.DAY
CLAMP = 400 * DAY


def policy(*durations, name="_ga", **facts):
    cookies = tuple(x.listed(name, duration=one, **facts) for one in durations)
    return x.declaration(DisclosureLevel.COOKIE_LIST, cookies=cookies)


def fixed(days):
    return x.duration("fixed", round(days * DAY))


def asking(seconds, stored=None, **facts):
    return x.cookie("_ga", declared_lifetime_seconds=seconds, lifetime_seconds=stored, **facts)


def stored(seconds):
    return x.cookie("_ga", lifetime_seconds=seconds)


LIFETIMES = {
    # longer than declared
    "a year for a month": ("fires", fixed(30), asking(365 * DAY, 365 * DAY)),
    "a year for a month, stored only": ("fires", fixed(30), stored(365 * DAY)),
    "two years for one, clamped": ("fires", fixed(365), asking(730 * DAY, CLAMP)),
    "the clamp for half a year": ("fires", fixed(180), stored(CLAMP)),
    "two days for an hour": ("fires", x.duration("fixed", 3600), asking(2 * DAY)),
    "longer than at most": ("fires", x.duration("max", 30 * DAY, max_seconds=30 * DAY), asking(60 * DAY)),
    "longer than less than": ("fires", x.duration("less_than", max_seconds=30 * DAY), asking(60 * DAY)),
    "longer than a range": ("fires", x.duration("range", min_seconds=DAY, max_seconds=30 * DAY), asking(60 * DAY)),
    "about a month, and two": ("fires", x.duration("approx", 30 * DAY), asking(60 * DAY)),
    "persistent for a session": ("fires", x.duration("session", 0), asking(30 * DAY)),
    "an hour for a session": ("fires", x.duration("session", 0), asking(3600)),
    "two days for a few seconds": ("fires", x.duration("few_seconds", max_seconds=DAY), asking(3 * DAY)),
    # as declared
    "as declared": ("silent", fixed(730), asking(730 * DAY, CLAMP)),
    "two years declared, the clamp stored": ("silent", fixed(730), stored(CLAMP)),
    "thirteen months declared, the clamp stored": ("silent", fixed(390), stored(CLAMP)),
    "a year declared, the clamp stored": ("silent", fixed(365), stored(CLAMP)),
    "shorter": ("silent", fixed(365), asking(30 * DAY)),
    "a tenth longer": ("silent", fixed(100), asking(110 * DAY)),
    "a day longer": ("silent", x.duration("fixed", 3600), asking(DAY)),
    "a day and an hour for an hour": ("silent", x.duration("fixed", 3600), asking(3600 + DAY)),
    "thirteen months by another count": ("silent", fixed(390), asking(396 * DAY)),
    "a session for a session": ("silent", x.duration("session", 0), asking(None)),
    "a session for a year": ("silent", fixed(365), asking(None)),
    "a minute for a few seconds": ("silent", x.duration("few_seconds"), asking(60)),
    "persistent": ("silent", x.duration("persistent"), asking(3650 * DAY)),
    "until deleted": ("silent", x.duration("until_deleted"), asking(3650 * DAY)),
    "until an event": ("silent", x.duration("until_event"), asking(3650 * DAY)),
    "not stated": ("silent", x.duration("not_stated"), asking(3650 * DAY)),
    "not understood": ("silent", x.duration("unknown"), asking(3650 * DAY)),
    "a number missing": ("silent", x.duration("fixed"), asking(3650 * DAY)),
}


@pytest.mark.parametrize(("word", "declared", "seen"), LIFETIMES.values(), ids=LIFETIMES)
def test_lifetime(ask, word, declared, seen):
    assert ask("lifetime_exceeds_declared", x.visits(seen), policy(declared)).word == word


def test_the_fact_gives_both_numbers(ask):
    finding = ask("lifetime_exceeds_declared", x.visits(asking(730 * DAY, CLAMP)), policy(fixed(30))).only
    assert finding.severity is Severity.MEDIUM
    assert finding.fact == (
        "_ga (performance, Google Analytics) was set to live for 730 days (63072000 seconds). "
        "The policy declares 30 days."
    )


def test_a_session_is_named_as_one(ask):
    finding = ask("lifetime_exceeds_declared", x.visits(asking(3600)), policy(x.duration("session", 0))).only
    assert finding.fact.endswith("was set to live for 1 hour (3600 seconds). The policy declares the session.")


def test_the_most_generous_declaration_counts(ask):
    seen = x.visits(asking(365 * DAY))
    assert ask("lifetime_exceeds_declared", seen, policy(fixed(30), fixed(365))).word == "silent"
    assert ask("lifetime_exceeds_declared", seen, policy(fixed(30), x.duration("persistent"))).word == "silent"
    assert ask("lifetime_exceeds_declared", seen, policy(fixed(30), x.duration("not_stated"))).word == "fires"


def test_the_longest_of_several_settings_counts(ask):
    seen = x.visits(asking(3600), asking(365 * DAY, event=CookieEvent.CHANGED))
    assert ask("lifetime_exceeds_declared", seen, policy(fixed(30))).word == "fires"


def test_a_cookie_of_an_undeclared_name_is_another_rules_business(ask):
    assert (
        ask("lifetime_exceeds_declared", x.visits(asking(365 * DAY)), policy(fixed(30), name="_gid")).word == "silent"
    )


def test_a_service_declares_no_lifetime_and_neither_do_the_projects_facts(ask):
    declared = x.declaration(services=(x.service("Google Analytics"),))
    assert ask("lifetime_exceeds_declared", x.visits(asking(3650 * DAY)), declared).word == "silent"


def test_storage_has_no_lifetime(ask):
    declared = policy(x.duration("session", 0), name="_hjSessionUser_1")
    assert ask("lifetime_exceeds_declared", x.visits(x.storage("_hjSessionUser_1")), declared).word == "silent"


def test_an_unknown_cookie_may_outlive_its_declaration(ask):
    seen = x.visits(x.cookie("zq", declared_lifetime_seconds=365 * DAY))
    assert ask("lifetime_exceeds_declared", seen, policy(fixed(1), name="zq")).word == "fires"


def test_a_consent_tools_lifetime_counts(ask):
    declared = CmpDeclaration(cmp="cookiebot", cookies=(x.listed("_ga", duration=fixed(30), evidence=()),))
    seen = x.visits(asking(365 * DAY), declared_by_cmp=declared)
    finding = ask("lifetime_exceeds_declared", seen).only
    assert finding.fact.endswith("The consent tool (cookiebot) declares 30 days.")


def test_the_same_name_for_another_host_declares_nothing_here(ask):
    declared = policy(fixed(1), name="uid", host="criteo.com")
    seen = x.visits(x.cookie("uid", "adform.net", declared_lifetime_seconds=365 * DAY))
    assert ask("lifetime_exceeds_declared", seen, declared).word == "silent"


@pytest.mark.parametrize(
    ("name", "said", "subjects"),
    [
        ("_ga", "The cookie _ga expires after 2 years.", ["declaration:_ga"]),
        ("_gid", "The cookie _gid expires after 2 years.", []),  # of a cookie that is not declared for the site
        ("_ga", "_ga", []),  # rows are compared by the rule itself, with more leniency
    ],
)
def test_a_lifetime_in_a_sentence_contradicts_the_row(ask, name, said, subjects):
    told = Contradiction(
        kind="cookie_duration_conflict", subject=name, note="another lifetime", evidence=(x.quote("_ga"), x.quote(said))
    )
    declared = x.declaration(
        DisclosureLevel.COOKIE_LIST, cookies=(x.listed("_ga", duration=fixed(390)),), contradictions=(told,)
    )
    assert ask("contradictory_declaration", x.visits(), declared).subjects == subjects

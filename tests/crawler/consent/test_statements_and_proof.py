"""What records say about a choice, and what is proof of it."""

from __future__ import annotations

import json

import pytest

from auditor.consent_strings import decode
from auditor.model import Category, Phase, Wanted
from crawler.consent.proof import Before, changed, weigh
from crawler.consent.statements import Statement, recorded, to_signals

ALL = json.dumps({"ga": True, "adroll": True})
NONE = json.dumps({"ga": False, "adroll": False})
MIXED = json.dumps({"ga": True, "adroll": False})


def klaro(raw: str) -> Statement:
    return Statement(source="record", kind="klaro", raw=raw, decoded=decode("klaro", raw))


@pytest.mark.parametrize(
    ("raw", "wanted", "agrees"),
    [
        (ALL, Wanted.ACCEPT, True),
        (ALL, Wanted.REJECT, False),
        (NONE, Wanted.REJECT, True),
        (NONE, Wanted.ACCEPT, False),
        (MIXED, Wanted.REJECT, False),
        (MIXED, Wanted.ACCEPT, None),
        (json.dumps({"some-thing": False}), Wanted.REJECT, True),
        (json.dumps({"some-thing": True}), Wanted.REJECT, None),
        (json.dumps({"functional": True, "marketing": False}), Wanted.REJECT, True),
        ("{broken", Wanted.REJECT, None),
    ],
)
def test_whether_a_record_says_what_was_chosen(raw, wanted, agrees):
    assert klaro(raw).agrees(wanted) is agrees


def test_a_waiting_record_says_nothing():
    record = recorded({("cookie", "tarteaucitron"): "!adroll=wait!gtag=wait"})
    assert [s.agrees(Wanted.REJECT) for s in record] == [None]


def test_a_record_and_staying_away_prove():
    proven, signs = weigh(Wanted.REJECT, Before(), {("cookie", "klaro"): NONE}, [], away=True)
    assert (proven, signs) == (True, ("banner_gone", "stays_away", "record:klaro", "record_changed"))


def test_a_banner_that_comes_back_leaves_it_unproven():
    assert weigh(Wanted.REJECT, Before(), {("cookie", "klaro"): NONE}, [], away=False)[0] is False


def test_a_contradicting_record_leaves_it_unproven():
    proven, signs = weigh(Wanted.REJECT, Before(), {("cookie", "klaro"): ALL}, [], away=True)
    assert (proven, signs) == (False, ("banner_gone", "stays_away", "record_changed", "contradicted:klaro"))


@pytest.mark.parametrize(
    ("record", "locked", "proven"),
    [(MIXED, ["ga"], True), (MIXED, [], False), (MIXED, ["adroll"], False), (ALL, ["ga"], False)],
)
def test_what_the_tool_locks_on_leaves_a_refusal_proven(record, locked, proven):
    claim = Statement(source="api", kind="klaro", raw=record, decoded=decode("klaro", record), locked=frozenset(locked))
    signs = weigh(Wanted.REJECT, Before(), {("cookie", "klaro"): record}, [claim], away=True)
    kept = "record:klaro" if proven else "contradicted:klaro"
    assert (signs[0], kept in signs[1]) == (proven, True)
    assert Category.PERFORMANCE in klaro(record).decoded.granted  # The record stays what it is.


def test_a_record_that_was_there_before_is_no_sign():
    before = Before(stored={("cookie", "klaro"): NONE})
    proven, signs = weigh(Wanted.REJECT, before, {("cookie", "klaro"): NONE}, [], away=True)
    assert (proven, signs) == (False, ("banner_gone", "stays_away"))


@pytest.mark.parametrize(
    ("away", "at_once", "proven"),
    [(True, False, True), (False, True, True), (False, False, False)],  # asked, refused, and asked again: not heard
)
def test_a_forgotten_consent_proves_where_the_site_does_not_ask_again(away, at_once, proven):
    before = Before(stored={("cookie", "site_cookies"): "accepted"})
    weighed = weigh(Wanted.WITHDRAW, before, {}, [], away=away, at_once=at_once)
    assert (weighed[0], "record_removed" in weighed[1]) == (proven, True)


def test_an_unknown_record_proves_by_having_changed():
    proven, signs = weigh(Wanted.ACCEPT, Before(), {("cookie", "hide_bar"): "1"}, [], away=True)
    assert (proven, signs) == (True, ("banner_gone", "stays_away", "record_changed"))


@pytest.mark.parametrize(
    ("after", "is_change"),
    [
        ({("cookie", "cb"): "1"}, True),
        ({("local", "cookie-banner"): '{"answered":true,"id":"8b1cbbd0-6b1f-4f0e-9a84-3f0a1b2c3d4e"}'}, True),
        (
            {("cookie", "kakor"): "%7B%22analytics%22%3Afalse%2C%22marketing%22%3Afalse%2C%22nodvandiga%22%3Atrue%7D"},
            True,
        ),
        (
            {
                (
                    "cookie",
                    "sizes",
                ): "%7B%22width%22%3A1280%2C%22height%22%3A800%2C%22orientation%22%3A%22wide%22%2C%22x%22%3A1%7D"
            },
            False,
        ),
        ({("cookie", "ss_cookieAllowed"): "1"}, True),
        ({("cookie", "site_choix"): "%7B%22date%22%3A%222026-11-30%22%7D"}, True),
        (
            {("cookie", "csy"): '{"necessaires":true,"reseaux_sociaux":false,"date":"2026-11-30","version":"2.14"}'},
            True,
        ),
        (
            {("cookie", "csy"): '{"necessaires":true,"chambres_communes":false,"date":"2026-11-30","version":"2"}'},
            False,
        ),
        (
            {
                (
                    "local",
                    "TERMLY_API_CACHE",
                ): '{"TERMLY_COOKIE_CONSENT":{"value":{"essential":true}},"createdAt":"2026-11-02"}'
            },
            True,
        ),
        ({("session", "consent"): "yes"}, False),
        ({("cookie", "_ga"): "GA1.1.1823456789.1763790000"}, False),
        ({}, False),
    ],
)
def test_what_can_be_the_record_of_a_choice(after, is_change):
    assert changed({}, after) is is_change


def test_a_bare_yes_is_an_answer_and_no_choice():
    assert recorded({("cookie", "cookie_banner_seen"): "1", ("cookie", "cookie_consent"): "true"}) == []


def test_signals_are_observations_without_doubles():
    signals = to_signals([klaro(NONE), klaro(NONE)], Phase.AFTER_REJECT)
    assert [(s.kind, s.phase, s.granted, s.denied) for s in signals] == [
        ("klaro", Phase.AFTER_REJECT, (), (Category.PERFORMANCE, Category.TARGETING)),
    ]

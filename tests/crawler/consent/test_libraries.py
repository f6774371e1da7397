"""Real libraries: the CMP by its name, its records and what it declares."""

from __future__ import annotations

import pytest

from auditor.consent_strings import restate
from auditor.model import Category, Wanted

pytestmark = pytest.mark.browser


def test_klaro_is_named_read_and_proven_by_its_record(player):
    played = player.play("lib_klaro.html?nl", Wanted.REJECT)
    assert (played.banner.cmp, played.banner.language) == ("Klaro", "nl")
    assert set(played.choice.proof) >= {"stays_away", "record:klaro", "api:klaro"}
    signal = next(s for s in played.signals if s.kind == "klaro" and "prefs" in s.raw)
    assert (signal.granted, set(signal.denied)) == ((), {Category.PERFORMANCE, Category.TARGETING})


@pytest.mark.parametrize("page", ["lib_klaro_locked.html?en&modal", "lib_klaro_locked.html?fr&modal"])
def test_what_klaro_locks_on_is_necessary_only_where_its_purpose_may_be(player, page):
    """The mark behind a name ("always required", "toujours requis") says that it is locked, not what it is for."""
    switches = player.play(page, Wanted.REJECT).known.switches
    locked = {one.label.split("(")[0].strip(): one.essential for one in switches if one.locked}
    assert locked.pop("Google Analytics") is locked.pop("Analytics") is False
    assert len(locked) == 2
    assert set(locked.values()) == {True}


def test_a_refusal_is_proven_although_klaro_keeps_what_it_has_locked(player):
    played = player.play("lib_klaro_locked.html?en&modal", Wanted.REJECT)
    assert played.result() == ["done", ["ga=true,adroll=false"], True]
    assert set(played.choice.proof) >= {"stays_away", "record:klaro", "api:klaro"}
    record = next(s for s in played.signals if s.kind == "klaro" and "basket" in s.raw)
    assert (record.granted, record.denied) == ((Category.PERFORMANCE,), (Category.TARGETING,))


def test_klaro_declares_its_services(player):
    declared = player.play("lib_klaro.html?en", Wanted.ACCEPT).declaration
    assert declared.cmp == "Klaro"
    assert {(s.name, s.category) for s in declared.services} == {
        ("Preferences", Category.STRICTLY_NECESSARY),
        ("Google Analytics", Category.PERFORMANCE),
        ("AdRoll", Category.TARGETING),
    }
    assert [(c.name, c.match.kind, c.host, c.category) for c in declared.cookies if c.service == "AdRoll"] == [
        ("__adroll", "exact", None, Category.TARGETING),
        ("__ar*", "glob", "localhost", Category.TARGETING),
    ]


def test_vanilla_cookieconsent_is_named_and_declares_its_table(player):
    played = player.play("lib_vanilla.html?en", Wanted.ACCEPT)
    assert played.banner.cmp == "vanilla-cookieconsent"
    assert "record:cc_cookie" in played.choice.proof
    cookie = played.declaration.cookies[1]
    assert (cookie.name, cookie.host, cookie.category) == ("_ga", "google.com", Category.PERFORMANCE)
    assert (cookie.duration.kind, cookie.duration.seconds) == ("fixed", 2 * 365 * 86400)


def test_objects_of_tools_that_are_no_library(player):
    old, new = player.play_all([(f"cmp_objects.html?{version}", Wanted.REJECT, False) for version in (2, 3)])
    assert "api:cookiehub" in old.choice.proof
    assert [(s.name, s.category_label, s.category) for s in old.declaration.services] == [
        ("borlabs-cookie", "essential", Category.STRICTLY_NECESSARY),
        ("Facebook Pixel", "marketing", Category.TARGETING),
    ]
    assert (new.declaration.cmp, [(s.name, s.category) for s in new.declaration.services]) == (
        "Borlabs Cookie",
        [("Google Analytics", Category.PERFORMANCE), ("maps", Category.FUNCTIONAL)],
    )


def test_usercentrics_declares_services_and_says_what_it_holds_as_required(player):
    full, base = player.play_all(
        [(f"usercentrics_like.html?{how}", Wanted.REJECT, False) for how in ("promise", "never")]
    )
    for played in (full, base):
        assert (played.banner.cmp, played.choice.proven) == ("Usercentrics", True)
        assert set(played.choice.proof) >= {"record:usercentrics", "api:usercentrics"}
        assert [(one.name, one.category) for one in played.declaration.services] == [
            ("LinkedIn Insight Tag", Category.STRICTLY_NECESSARY),
            ("Hotjar", Category.FUNCTIONAL),
            ("Segment", Category.PERFORMANCE),
        ]
    assert [(one.name, one.service, one.duration.seconds) for one in full.declaration.cookies] == [
        ("_hjSession_*", "Hotjar", 1800)
    ]
    assert base.declaration.cookies == ()
    said = [restate(one.kind, one.raw) for one in full.signals]
    assert [one.locked for one in said if one.locked] == [(("LinkedIn Insight Tag", Category.TARGETING),)]
    assert not any(one.granted for one in said)


def test_without_npm_the_heuristic_works_alone_and_the_record_says_so(player, monkeypatch, tmp_path):
    monkeypatch.setenv("CONSENT_AUDIT_ASSETS", str(tmp_path))
    played = player.play("settings_deny_all.html", Wanted.REJECT)
    assert played.result() == ["done", ["reject"], True]
    assert played.failures["rules"] == "npm package @duckduckgo/autoconsent is not installed: heuristic alone"

"""New, persisting, gone, returned: across runs, out of order, and when nothing was looked at."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import model as m
from db.presence import Looked, Sight, presences, turns

SEEN, ABSENT, NOT_LOOKED = Sight.SEEN, Sight.ABSENT, Sight.NOT_LOOKED
NEW, PERSISTING, GONE, RETURNED = m.Presence.NEW, m.Presence.PERSISTING, m.Presence.GONE, m.Presence.RETURNED


@pytest.mark.parametrize(
    ("sights", "expected"),
    [
        ([], ()),
        ([ABSENT, NOT_LOOKED], (None, None)),
        ([SEEN], (NEW,)),
        ([SEEN, SEEN, ABSENT, ABSENT, SEEN, SEEN], (NEW, PERSISTING, GONE, GONE, RETURNED, PERSISTING)),
        ([SEEN, NOT_LOOKED, SEEN], (NEW, PERSISTING, PERSISTING)),
        ([SEEN, ABSENT, NOT_LOOKED, SEEN], (NEW, GONE, GONE, RETURNED)),
    ],
)
def test_the_life_of_a_finding(sights, expected):
    assert presences(sights) == expected


@given(st.lists(st.sampled_from(Sight)))
def test_nothing_is_gone_that_was_not_looked_for(sights):
    for each, state, (place, turn) in zip(sights, presences(sights), enumerate(presences(sights)), strict=True):
        assert (state is NEW) == (each is SEEN and SEEN not in sights[:place])
        if each is NOT_LOOKED:
            assert turn is not NEW
    for place, state in turns(presences(sights)):
        assert sights[place] is (ABSENT if state is GONE else SEEN)


@pytest.mark.parametrize(
    ("undecided", "site", "noticed"),
    [
        ((), "a", True),
        ((), "b", False),
        ((), None, True),
        ((("rule", None, None),), "a", False),
        ((("rule", "b", None),), "a", True),
        ((("rule", "b", None),), None, False),
        ((("rule", "a", "other"),), "a", True),
        ((("rule", "a", "subject"),), "a", False),
        ((("else", "a", "subject"),), "a", True),
    ],
)
def test_when_an_absence_would_have_been_noticed(undecided, site, noticed):
    looked = Looked(run=1, sites=frozenset({"a"}), undecided=undecided)
    assert looked.at("rule", site, "subject") is noticed


def test_a_vendor_level_finding_needs_any_good_visit():
    assert not Looked(run=1, sites=frozenset(), undecided=()).at("rule", None, "policy")


@pytest.fixture
def run_of(store, records):
    """Audits a new run that saw these subjects; returns the run."""

    def audit_run(*subjects: str, run: int | None = None, undecided: tuple[m.Undecided, ...] = (), sites=None) -> int:
        run = run or records.start(store)
        findings = tuple(records.finding(subject=subject) for subject in subjects)
        changes = {} if sites is None else {"sites_seen": sites}
        store.save_audit(records.audit(run, findings=findings, undecided=undecided, **changes))
        return run

    return audit_run


def events(store) -> list[tuple[str, int]]:
    with sqlite3.connect(store.path) as connection:
        return connection.execute("SELECT action, run_id FROM finding_events ORDER BY id").fetchall()


def test_across_runs(store, run_of):
    first = run_of("service:A")
    assert store.findings()[0].presence is NEW
    second = run_of("service:A")
    assert store.findings()[0].presence is PERSISTING
    third = run_of()
    assert store.findings()[0].presence is GONE
    assert [each.presence for each in store.findings(run=third)] == [GONE]
    fourth = run_of("service:A")
    (found,) = store.findings()
    assert found.presence is RETURNED
    assert found.first_seen == store.run(first).started_at
    assert found.last_seen == store.run(fourth).started_at
    assert [store.findings(run=run)[0].presence for run in (first, second, fourth)] == [NEW, PERSISTING, RETURNED]
    assert events(store) == [("new", first), ("gone", third), ("returned", fourth)]


def test_what_was_not_looked_at_is_never_gone(store, run_of, records):
    run_of("service:A")
    blocked = run_of(sites=())
    assert store.findings()[0].presence is PERSISTING
    assert store.findings(run=blocked) == ()
    covered = m.Undecided(
        rule="undeclared_category", vendor="vendor", site=records.SITE.url, subject="service:A", reason="CAPTCHA"
    )
    run_of(undecided=(covered,))
    assert store.findings()[0].presence is PERSISTING


def test_judging_an_old_run_again_is_as_good_as_judging_in_order(store, run_of):
    first, second = run_of("service:A"), run_of("service:A", "service:B")
    run_of("service:A", "service:B", run=first)
    states = {found.subject: found.presence for found in store.findings()}
    assert states == {"service:A": PERSISTING, "service:B": PERSISTING}
    run_of("service:B", run=first)
    states = {found.subject: found.presence for found in store.findings(run=second)}
    assert states == {"service:A": NEW, "service:B": PERSISTING}


def test_a_finding_that_today_s_rules_do_not_make_is_withdrawn(store, run_of):
    run = run_of("service:A", "service:B")
    run_of("service:A", run=run)
    assert [found.subject for found in store.findings(run=run)] == ["service:A"]
    assert {found.subject: found.presence for found in store.findings()} == {"service:A": NEW, "service:B": GONE}
    run_of("service:A", "service:B", run=run)
    assert {found.presence for found in store.findings()} == {NEW}
    assert events(store) == [("new", run), ("new", run), ("gone", run), ("new", run)]


def test_the_history_cannot_be_changed(store, run_of):
    run_of("service:A")
    with sqlite3.connect(store.path) as connection:
        for statement in ("UPDATE finding_events SET actor = 'x'", "DELETE FROM finding_events"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)


def test_people_decide_about_findings(store, run_of):
    run = run_of("service:A")
    (found,) = store.findings()
    store.triage(found.fingerprint, m.Status.ACKNOWLEDGED, actor="ann", note="asked the vendor")
    assert store.findings()[0].status is m.Status.ACKNOWLEDGED
    run_of("service:A")
    assert store.findings(status=m.Status.ACKNOWLEDGED)[0].presence is PERSISTING
    assert store.findings(run=run)[0].status is m.Status.ACKNOWLEDGED
    today = store.run(run).started_at.date()
    store.triage(found.fingerprint, m.Status.ACCEPTED, actor="ann", until=today + timedelta(days=30))
    assert store.findings()[0].status is m.Status.ACCEPTED
    store.triage(found.fingerprint, m.Status.ACCEPTED, actor="ann", until=today - timedelta(days=30))
    assert store.findings()[0].status is m.Status.OPEN
    assert store.findings(status=m.Status.OPEN)[0].fingerprint == found.fingerprint


@pytest.mark.parametrize(
    ("fingerprint", "status", "actor", "until"),
    [
        ("nothing", m.Status.FIXED, "ann", None),
        (None, m.Status.FIXED, " ", None),
        (None, m.Status.ACCEPTED, "ann", None),
        (None, m.Status.FIXED, "ann", date(2030, 1, 1)),
    ],
)
def test_half_a_verdict_is_refused(store, run_of, fingerprint, status, actor, until):
    run_of("service:A")
    with pytest.raises(m.StoreError):
        store.triage(fingerprint or store.findings()[0].fingerprint, status, actor=actor, until=until)
    assert store.findings()[0].status is m.Status.OPEN

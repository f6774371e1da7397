"""The store: runs, visits, policies, audits."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from auditor import model as m
from db.store import Store


def test_a_run_is_planned_stored_and_finished(store, records):
    run = records.start(store)
    assert store.latest_run() == store.unfinished_run() == run
    assert store.remaining(run) == records.PLAN
    assert store.run_vendors(run) == (records.VENDOR,)
    made = records.visit()
    visit_id = store.save_visit(run, made, records.artifacts(made))
    assert store.remaining(run) == records.PLAN[1:]
    assert (store.run(run).planned, store.run(run).stored, store.run(run).status) == (3, 1, m.RunStatus.RUNNING)
    store.finish_run(run, m.RunStatus.PARTIAL)
    assert store.unfinished_run() is None
    ended = store.run(run)
    assert ended.status is m.RunStatus.PARTIAL
    assert ended.finished_at is not None
    assert ended.browser == records.BROWSER
    assert ended.settings == {"concurrency": 4}
    case = store.case_file(run, "vendor")
    assert [found.id for found in case.visits] == [visit_id]
    assert store.check() == ()


def test_a_planned_visit_is_stored_once(store, records):
    run = records.start(store)
    made = records.visit()
    store.save_visit(run, made, records.artifacts(made))
    with pytest.raises(m.StoreError, match="already has its visit"):
        store.save_visit(run, made, records.artifacts(made))
    with pytest.raises(m.StoreError, match="did not plan"):
        store.save_visit(run, replace(made, scenario=m.Scenario.GPC), ())
    assert store.run(run).stored == 1


def test_what_is_not_there_is_said_so(store, records):
    run = records.start(store)
    with pytest.raises(m.StoreError, match="there is no run 7"):
        store.run(7)
    with pytest.raises(m.StoreError, match="there is no run 7"):
        store.finish_run(7, m.RunStatus.COMPLETE)
    with pytest.raises(m.StoreError, match="there is no run 7"):
        store.save_audit(records.audit(7))
    with pytest.raises(m.StoreError, match="has no vendor nobody"):
        store.case_file(run, "nobody")
    with pytest.raises(m.StoreError, match="does not fit what is stored"):
        store.save_policy(run, records.policy(vendor="nobody"))


def test_a_visit_comes_back_as_it_was(store, records):
    run = records.start(store)
    made = records.visit(m.Scenario.REJECT_ALL)
    store.save_visit(run, made, records.artifacts(made))
    (found,) = store.case_file(run, "vendor").visits
    assert found.banner == made.banner
    assert found.choice == made.choice
    assert found.consent_signals == made.consent_signals
    assert found.controls == made.controls
    assert found.coverage == made.coverage
    assert found.screenshots == made.screenshots
    assert found.recordings == made.recordings
    assert found.api_calls == made.api_calls
    assert found.browser == made.browser
    first = found.cookies[0]
    assert first.initiator == "https://d.adroll.com/cm/index/out?advertisable="
    assert first.initiator_chain == made.cookies[0].initiator_chain
    assert first.declared_lifetime_seconds == 63_072_000
    assert first.value.raw is None
    assert first.value.hash != made.cookies[0].value.hash
    assert found.requests[0].url == "https://d.adroll.com/cm/index/out?advertisable=&e="


def test_findings_come_back_with_their_life(store, records):
    run = records.fill(store)
    known = records.audit(run)
    found = store.findings()
    assert [each.rule for each in found] == ["before_choice", "undeclared_category"]
    assert {each.presence for each in found} == {m.Presence.NEW}
    assert found[1].declaration == known.findings[0].declaration
    assert found[0].first_seen == found[0].last_seen == store.run(run).started_at
    assert found == store.findings(run=run)
    assert store.findings(rule="before_choice") == found[:1]
    assert store.findings(status=m.Status.FIXED) == ()
    assert store.undecided(run) == known.undecided
    assert store.items(run, "vendor") == known.items
    assert [tuple(row)[:4] for row in store.coverage(run)] == [
        ("vendor", records.SITE.url, planned.scenario, m.Outcome.OK) for planned in records.PLAN
    ]
    assert store.check() == ()


def test_saving_an_audit_twice_changes_nothing(filled):
    def dump() -> list[str]:
        with sqlite3.connect(filled.path) as connection:
            return [line for line in connection.iterdump() if '"audits"' not in line]

    before = dump()
    with Store(filled.path) as store:
        case = store.case_file(filled.run, "vendor")
        assert case.policies[0].content is not None
        audit = m.Audit(
            vendor="vendor",
            run=filled.run,
            sites_seen=(case.vendor.sites[0].url,),
            findings=store.findings(run=filled.run),
            undecided=store.undecided(filled.run),
            items=store.items(filled.run, "vendor"),
            declarations=(),
        )
        store.save_audit(audit)
        found = store.findings()
        store.save_audit(audit)
        assert store.findings() == found
    assert [line for line in before if "finding_events" in line] == [
        line for line in dump() if "finding_events" in line
    ]

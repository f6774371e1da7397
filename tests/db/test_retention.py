"""Pruning forgets what nothing points at, and nothing else."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from auditor import model as m
from db.store import Store


@pytest.fixture
def path(tmp_path, records):
    """Three runs; the finding ``before_choice`` was last seen in the first, ``undeclared_category`` in all."""
    path = tmp_path / "audit.db"
    with Store(path) as store:
        records.fill(store)
        for number in (2, 3):
            run = records.start(store)
            for planned in records.PLAN:
                made = replace(records.visit(planned.scenario), title=f"run {number}")
                store.save_visit(run, made, records.artifacts(made))
            store.save_policy(run, records.policy())
            store.finish_run(run, m.RunStatus.COMPLETE)
            store.save_audit(records.audit(run, findings=records.audit(run).findings[:1], undecided=()))
    return path


def counted(path, query: str) -> int:
    with sqlite3.connect(path) as connection:
        return connection.execute(query).fetchone()[0]


OLD = "(SELECT id FROM visits WHERE run_id = 1)"


def test_old_evidence_goes_and_what_findings_point_at_stays(path):
    before = counted(path, f"SELECT count(*) FROM cookie_observations WHERE visit_id IN {OLD}")
    with Store(path) as store:
        runs, removed = store.prune(2)
        assert runs == [1]
        assert removed.rows > before
        findings = store.findings()
        assert store.verify().problems == ()
        assert store.check() == ()
    gone = next(each for each in findings if each.presence is m.Presence.GONE)
    assert [reference.kind for reference in gone.evidence] == ["cookie", "screenshot"]
    (pointed,) = [reference for reference in gone.evidence if reference.kind == "cookie"]
    left = counted(path, f"SELECT count(*) FROM cookie_observations WHERE visit_id IN {OLD}")
    same = f"visit_id = {pointed.visit} AND at_ms = {pointed.at_ms}"
    assert 0 < left == counted(path, f"SELECT count(*) FROM cookie_observations WHERE {same}") < before
    assert counted(path, f"SELECT count(*) FROM screenshots WHERE visit_id = {pointed.visit}") > 0
    assert (
        counted(path, f"SELECT count(*) FROM screenshots WHERE visit_id IN {OLD} AND visit_id <> {pointed.visit}") == 0
    )
    assert counted(path, f"SELECT count(*) FROM requests WHERE visit_id IN {OLD}") == 0
    assert counted(path, "SELECT count(*) FROM visits WHERE run_id = 1") == 3
    assert counted(path, "SELECT count(*) FROM policies WHERE run_id = 1") == 1
    assert counted(path, "SELECT count(*) FROM consent_matrix WHERE run_id = 1") > 0


def test_younger_runs_are_untouched(path):
    later = "SELECT count(*) FROM cookie_sightings WHERE run_id > 1"
    before = counted(path, later)
    with Store(path) as store:
        store.prune(2)
        assert len(store.case_file(3, "vendor").visits) == 3
    assert counted(path, later) == before > 0


def test_pruning_twice_removes_nothing_more(path):
    with Store(path) as store:
        store.prune(1)
        seals = store.verify().seals
        assert store.prune(1)[0] == []
        assert store.verify().seals == seals


def test_nothing_to_prune(path):
    with Store(path) as store:
        before = store.verify()
        runs, removed = store.prune(3)
        assert (runs, removed.rows, removed.artifacts) == ([], 0, ())
        assert store.verify() == before


def test_a_vendor_that_left_keeps_its_last_runs(path, records):
    """A run is old only when it is old for every vendor in it."""
    other = replace(records.VENDOR, id="other", name="Other")
    with Store(path) as store:
        for _ in range(3):
            run = records.start(store, (other,), ())
            store.finish_run(run, m.RunStatus.COMPLETE)
        assert store.prune(3)[0] == []
        assert store.prune(2)[0] == [1, 4]


def test_unused_artifacts_leave_the_disk_and_used_ones_stay(path):
    folder = path.with_name("audit-artifacts")
    before = {file.name for file in folder.rglob("?" * 64)}
    with Store(path) as store:
        removed = store.prune(1)[1]
        assert store.check() == ()
    after = {file.name for file in folder.rglob("?" * 64)}
    assert before - after == set(removed.artifacts)
    assert after == {row for (row,) in sqlite3.connect(path).execute("SELECT sha256 FROM artifacts")}


def test_space_is_given_back(path):
    with Store(path) as store:
        store.prune(1)
        before = counted(path, "SELECT page_count FROM pragma_page_count")
        store.compact()
        assert counted(path, "SELECT page_count FROM pragma_page_count") < before
        assert store.verify().problems == ()


def test_a_tampered_remainder_is_found(path):
    with Store(path) as store:
        store.prune(1)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE cookie_observations SET at_ms = at_ms + 1 WHERE id = 1")
    with Store(path) as store:
        assert store.verify().problems[0].startswith("run 1: its evidence was changed after it was sealed")

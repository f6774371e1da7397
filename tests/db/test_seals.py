"""Seals: one changed byte anywhere is found, what may change does not break them."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import replace

import pytest

from auditor import model as m
from db import seals
from db.store import Store

# Written by people or by other programs' schedule, or only derived: no seal of a run can cover them.
SCHEDULE = frozenset({"schedules", "scheduled_crawls"})
OUTBOX = frozenset({"notices", "messages", "message_notices", "message_targets", "tickets", "outbox_places"})
UNSEALED = frozenset({"vendors", "rules", "_sqlite_migrations"}) | SCHEDULE | OUTBOX
# Sealed through the views that resolve them.
RESOLVED = frozenset({"hosts", "texts", "cookies", "storage_items", "endpoints"})


@pytest.fixture
def path(filled):
    with Store(filled.path) as store:
        finding = store.findings()[0]
        store.triage(finding.fingerprint, m.Status.ACKNOWLEDGED, actor="ada", note="asked the vendor")
        until = dt.date(2027, 1, 31)
        store.triage(finding.fingerprint, m.Status.ACCEPTED, actor="ada", note="until the new site", until=until)
    return filled.path


def verified(path) -> seals.Verification:
    with Store(path) as store:
        return store.verify()


def tables(path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def test_nothing_is_wrong_with_what_was_stored(path):
    found = verified(path)
    assert found.problems == ()
    assert found.unsealed == ()
    assert found.seals == 5
    assert len(found.head) == 64


def test_every_table_is_accounted_for(store):
    known = {*seals.evidence_sources(store._database), *seals.JUDGED, *seals.DERIVED, *UNSEALED, *RESOLVED}
    known |= {*seals.OBSERVATION_VIEWS.values(), *seals.JUDGEMENT_VIEWS.values(), *seals.KINDS}
    assert {name for name in tables(store.path) if not name.startswith(("sqlite_", "search"))} <= known


def cells(path) -> list[tuple[str, str]]:
    """Every column that a seal covers, with rows in it."""
    with sqlite3.connect(path) as connection:
        names = [
            name
            for name in tables(path)
            if not name.startswith(("sqlite_", "search"))
            and name not in UNSEALED | {"consent_matrix", "run_vendor_summary"}
        ]
        return [
            (name, row[1])
            for name in names
            for row in connection.execute(f'PRAGMA table_info("{name}")').fetchall()
            if connection.execute(f'SELECT count("{row[1]}") FROM "{name}"').fetchone()[0]
        ]


# Computed from all runs of a vendor, or from the last verdict: `verify` compares the verdict, `db check` the rest.
COMPUTED = {
    "findings": {"severity", "presence", "first_run_id", "last_run_id", "first_seen", "last_seen", "times_seen"},
    "finding_statements": {"presence"},
    "sites": {"scope"},
}


def test_one_changed_value_is_found_wherever_it_is(path):
    """Every column of every table: the smallest change that the schema lets pass, with its triggers taken away."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    missed = []
    changed = 0
    for table, column in cells(path):
        if column in COMPUTED.get(table, ()):
            continue
        connection.execute("BEGIN")
        where = f'rowid = (SELECT rowid FROM "{table}" WHERE "{column}" IS NOT NULL ORDER BY rowid DESC LIMIT 1)'
        if "WITHOUT ROWID" in connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]:
            where = f'"{column}" = (SELECT max("{column}") FROM "{table}")'
        kind = connection.execute(f'SELECT typeof("{column}") FROM "{table}" WHERE {where}').fetchone()[0]
        better = {"text": f"\"{column}\" || ' '", "blob": "zeroblob(16)"}.get(kind, f'"{column}" + 1')
        connection.execute(f'UPDATE OR REPLACE "{table}" SET "{column}" = {better} WHERE {where}')
        found = seals.verify(Reading(connection))
        if not found.problems:
            missed.append((table, column))
        changed += 1
        connection.execute("ROLLBACK")
    assert missed == []
    assert changed > 150
    assert seals.verify(Reading(connection)).problems == ()
    connection.close()


class Reading:
    """What `verify` needs of sqlite-utils' database, on a connection with an open transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.execute = connection.execute


@pytest.mark.parametrize(
    "table",
    [
        *("cookie_observations", "requests", "screenshots", "policies", "item_observations", "finding_statements"),
        "evidence_references",
    ],
)
def test_removed_rows_are_counted(path, table):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    key = "statement_id" if table == "evidence_references" else "id"
    connection.execute(f"DELETE FROM {table} WHERE {key} = (SELECT max({key}) FROM {table})")
    connection.commit()
    connection.close()
    (problem, *_) = verified(path).problems
    assert "are missing" in problem or "is missing" in problem or "row" in problem


def test_a_removed_seal_breaks_the_chain(path):
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER seals_no_delete")
    connection.execute("DELETE FROM seals WHERE id = 2")
    connection.commit()
    connection.close()
    assert verified(path).problems[0] == "seal 2 is missing"


def test_a_run_whose_seals_were_cut_off_is_found(path, records):
    with Store(path) as store:
        run = records.start(store)
        store.finish_run(run, m.RunStatus.PARTIAL)
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER seals_no_delete")
    connection.execute("DELETE FROM seals WHERE run_id = ?", [run])
    connection.commit()
    connection.close()
    assert verified(path).problems == (f"run {run} lost its seal",)


def test_seals_are_append_only(path):
    connection = sqlite3.connect(path)
    for attempt in ("UPDATE seals SET digest = digest", "DELETE FROM seals"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(attempt)
    connection.close()


def test_judging_again_seals_again(path, records):
    with Store(path) as store:
        run = store.latest_run()
        known = records.audit(run)
        milder = tuple(replace(each, severity=m.Severity.LOW) for each in known.findings)
        store.save_audit(replace(known, findings=milder))
        assert store.verify().problems == ()
        store.save_audit(replace(known, findings=()))
        assert store.verify().problems == ()


def test_a_later_run_leaves_earlier_seals_alone(path, records):
    """Presence, last sight and scope change with later runs; what was stored does not."""
    with Store(path) as store:
        moved = replace(records.VENDOR, sites=(replace(records.SITE, scope="website"),), name="Renamed")
        run = records.start(store, (moved,))
        made = records.visit()
        store.save_visit(run, made, records.artifacts(made))
        store.finish_run(run, m.RunStatus.PARTIAL)
        store.save_audit(records.audit(run, findings=()))
        assert store.verify().problems == ()


def test_an_unfinished_run_is_not_sealed(path, records):
    with Store(path) as store:
        before = store.verify()
        records.start(store)
        assert store.verify() == before

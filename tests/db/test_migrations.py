"""A database of an older version is brought to the present schema with everything in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlite_utils import Database

from db.migrations import migrate, migrations
from db.seals import seal_evidence
from db.store import Store

NAMES = tuple(migration.name for migration in migrations.pending(Database(memory=True)))


def schema(path) -> set[tuple[str, str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"))


@pytest.mark.parametrize("applied", range(1, len(NAMES)))
def test_every_older_schema_becomes_the_present_one(tmp_path, applied):
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    with closing(sqlite3.connect(old)) as connection:
        database = Database(connection)
        migrations.apply(database, stop_before=NAMES[applied])
        assert len(migrations.applied(database)) == applied
        connection.execute(
            "INSERT INTO runs (started_at, status, trigger, tool_version, settings, planned)"
            " VALUES ('2026-01-02T03:04:05.000000+00:00', 'running', 'manual', '0.1.0', '{}', 3)"
        )
        connection.commit()
    for path in (old, new):
        with closing(sqlite3.connect(path)) as connection:
            migrate(Database(connection))
    assert {name for _, name, _ in schema(old)} == {name for _, name, _ in schema(new)}
    with Store(old) as store:
        assert store.run(1).planned == 3
        assert store.run(1).knowledge == {}
        assert store.check() == ()


def test_rows_survive_the_copy(tmp_path):
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        database = Database(connection)
        migrations.apply(database, stop_before="repetitions")
        connection.executescript(
            """
            INSERT INTO runs (id, started_at, status, trigger, tool_version, settings, planned)
              VALUES (1, '2026-01-02T03:04:05.000000+00:00', 'running', 'manual', '0.1.0', '{}', 1);
            INSERT INTO vendors (id, name, jurisdictions) VALUES ('a', 'A', '[]');
            INSERT INTO sites (id, vendor_id, url) VALUES (1, 'a', 'https://a.example/');
            INSERT INTO visits (id, run_id, site_id, scenario, attempt, requested_url, outcome, started_at, duration_ms,
                pages, wanted, choice, proven, proof, clicks, collectors, not_observable)
              VALUES (7, 1, 1, 'no_choice', 1, 'https://a.example/', 'ok', '2026-01-02T03:04:06.000000+00:00', 5, '[]',
                'none', 'none', 0, '[]', '[]', '{}', '[]');
            INSERT INTO planned_visits (run_id, position, site_id, scenario, visit_id) VALUES (1, 0, 1, 'no_choice', 7);
            INSERT INTO api_calls (visit_id, api, count, phase) VALUES (7, 'canvas.fillText', 2, 'before_choice');
            """
        )
        migrate(database)
        assert connection.execute("SELECT id, repetition FROM visits").fetchall() == [(7, 1)]
        assert connection.execute("SELECT visit_id, repetition FROM planned_visits").fetchall() == [(7, 1)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            connection.execute(
                "INSERT INTO planned_visits (run_id, position, site_id, scenario) VALUES (1, 1, 1, 'no_choice')"
            )
        connection.execute(
            "INSERT INTO planned_visits (run_id, position, site_id, scenario, repetition)"
            " VALUES (1, 1, 1, 'no_choice', 2)"
        )


def test_wide_rows_become_narrow_and_their_seals_stay_valid(filled, tmp_path):
    """The views have the columns of the former tables: what they show is put into a database of that schema."""
    with Store(filled.path) as store, store._writing() as database:
        # Observations were counted through all visits then.
        for table in OBSERVED:
            database.execute(f"UPDATE {table} SET id = visit_id * 1000 + id")
        seal_evidence(database, filled.run, datetime.now(UTC))
    old = tmp_path / "old.db"
    shown = ("cookie_sightings", "storage_sightings", "request_sightings", "observed_items", "evidence", "declarations")
    shown += ("banners", "statements", "item_sightings")
    with closing(sqlite3.connect(old, isolation_level=None)) as connection:
        migrations.apply(Database(connection), stop_before="narrow_observations")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("ATTACH ? AS new", [str(filled.path)])
        wanted = {name: sorted(map(repr, connection.execute(f"SELECT * FROM new.{name}"))) for name in shown}
        query = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlite%' ORDER BY name"
        tables = [name for (name,) in connection.execute(query).fetchall() if not name.startswith("search")]
        # Observations last: they point at the others.
        for table in sorted(tables, key=lambda name: name in OBSERVED):
            columns = {row[1]: f"n.{row[1]}" for row in connection.execute(f"PRAGMA main.table_info({table})")}
            source, joined = f"new.{table}", ""
            if table in OBSERVED:
                source, joined, computed = OBSERVED[table]
                columns |= computed
            connection.execute(
                f"INSERT INTO main.{table} ({', '.join(columns)})"
                f" SELECT {', '.join(columns.values())} FROM {source} n{joined}"
            )
        connection.execute("DETACH new")
        migrate(Database(connection))
        assert {name: sorted(map(repr, connection.execute(f"SELECT * FROM {name}"))) for name in shown} == wanted
        assert all(wanted.values())
    with Store(old) as store:
        assert store.verify().problems == ()


def text(column: str) -> str:
    return f"(SELECT id FROM main.texts WHERE text IS n.{column})"


OBSERVED = {
    "cookie_observations": (
        "new.cookie_sightings",
        " JOIN new.sites s ON s.url = n.site JOIN main.cookies c ON c.site_id = s.id AND c.name = n.name"
        " AND c.domain = n.domain AND c.path = n.path",
        {"cookie_id": "c.id"}
        | {f"{name}_id": text(name) for name in ("initiator", "initiator_chain", "sent_to", "blocked_reasons")},
    ),
    "storage_observations": (
        "new.storage_sightings",
        " JOIN main.storage_items c ON c.key = n.key AND c.origin = n.origin AND c.kind = n.kind",
        {"item_id": "c.id", "initiator_id": text("initiator")},
    ),
    "requests": (
        "new.request_sightings",
        " JOIN main.endpoints e ON e.url = n.url AND e.method = n.method AND e.resource_type = n.resource_type",
        {"endpoint_id": "e.id"}
        | {f"{name}_id": text(name) for name in ("initiator", "initiator_chain", "beacon_reason")}
        | {f"{name}_id": text(name) for name in ("sets_cookies", "sent_cookies")},
    ),
}


def test_what_was_judged_before_can_be_searched(filled):
    """An older database has no index: it is filled when the schema is renewed."""
    with closing(sqlite3.connect(filled.path)) as connection:
        connection.execute("DROP TABLE search")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'search'")
        connection.commit()
    with Store(filled.path) as store:
        assert store.check() == ()
    with closing(sqlite3.connect(filled.path)) as connection:
        found = connection.execute("SELECT count(*) FROM search WHERE search MATCH 'adroll'").fetchone()
    assert found[0] > 0

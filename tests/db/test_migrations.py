"""A database of an older version is brought to the present schema with everything in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from db.migrations import migrate, migrations
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

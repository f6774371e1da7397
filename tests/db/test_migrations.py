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

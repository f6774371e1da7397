"""Forgetting old evidence: what no finding points at is deleted, what one points at stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from db.seals import evidence_tables, seal_audit, seal_evidence, seal_pruning, tables

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from sqlite_utils import Database

_POINTED = {"cookie_observations": "cookie", "storage_observations": "storage", "requests": "request"}
_SHOWN = frozenset({"banner_observations", "screenshots"})
"""What a finding's page shows of the visits that its evidence names: kept whole for those."""
_JUDGED = ("DELETE FROM item_observations WHERE audit_id IN (SELECT id FROM audits WHERE run_id = ?)",)
_IN_FORCE = (
    "SELECT e.visit_id, e.kind, e.at_ms FROM evidence e JOIN statements t ON t.id = e.statement_id"
    " JOIN findings f ON f.id = t.finding_id WHERE t.run_id IN (f.first_run_id, f.last_run_id)"
)
_UNUSED = (
    "DELETE FROM cookie_kinds WHERE id NOT IN (SELECT kind_id FROM cookie_observations)",
    "DELETE FROM storage_kinds WHERE id NOT IN (SELECT kind_id FROM storage_observations)",
    "DELETE FROM request_kinds WHERE id NOT IN (SELECT kind_id FROM requests)",
    "DELETE FROM banner_kinds WHERE id NOT IN (SELECT kind_id FROM banner_observations)",
    "DELETE FROM item_kinds WHERE id NOT IN (SELECT kind_id FROM item_observations)",
    "DELETE FROM cookies WHERE id NOT IN (SELECT cookie_id FROM cookie_kinds)",
    "DELETE FROM storage_items WHERE id NOT IN (SELECT item_id FROM storage_kinds)",
    "DELETE FROM endpoints WHERE id NOT IN (SELECT endpoint_id FROM request_kinds)",
    "DELETE FROM hosts WHERE id NOT IN (SELECT host_id FROM endpoints)",
)


class Pruned(NamedTuple):
    """What pruning removed: rows, and digests of artifacts that nothing refers to any more."""

    rows: int
    artifacts: tuple[str, ...]


def old_runs(database: Database, keep: int) -> list[int]:
    """Ended runs with evidence that are not among the last ``keep`` of any of their vendors, oldest first."""
    query = (
        "SELECT r.id FROM runs r WHERE r.finished_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM run_vendors m"
        " WHERE m.run_id = r.id AND (SELECT count(*) FROM run_vendors later WHERE later.vendor_id = m.vendor_id"
        " AND later.run_id > r.id) < ?)"
        " AND coalesce((SELECT kind FROM seals s WHERE s.run_id = r.id AND s.kind IN ('pruned')"
        " ORDER BY s.id DESC LIMIT 1), '') <> 'pruned' ORDER BY r.id"
    )
    return [int(row[0]) for row in database.execute(query, [keep]).fetchall()]


def prune_run(database: Database, run_id: int, now: datetime) -> int:
    """Deletes a run's observations that no finding's first or last statement points at, and seals what is left.

    Inside the caller's transaction. Returns the number of deleted rows.
    """
    removed = 0
    for table in evidence_tables(database):
        removed += database.execute(_deletion(table), [run_id]).rowcount
    for statement in _JUDGED:
        removed += database.execute(statement, [run_id]).rowcount
    seal_pruning(database, run_id, removed, now)
    seal_evidence(database, run_id, now)
    for (vendor,) in database.execute("SELECT vendor_id FROM audits WHERE run_id = ? ORDER BY id", [run_id]).fetchall():
        seal_audit(database, run_id, str(vendor), now)
    return removed


def _deletion(table: str) -> str:
    whole = f"DELETE FROM {table} WHERE visit_id IN (SELECT id FROM visits WHERE run_id = ?)"  # noqa: S608 - names are ours
    pointed = f"SELECT 1 FROM ({_IN_FORCE}) p WHERE p.visit_id = {table}.visit_id"  # noqa: S608
    if table in _SHOWN:
        return f"{whole} AND NOT EXISTS ({pointed})"
    kind = _POINTED.get(table)
    if kind is None:
        return whole
    return f"{whole} AND NOT EXISTS ({pointed} AND p.kind = '{kind}' AND p.at_ms IS {table}.at_ms)"


def sweep(database: Database) -> Pruned:
    """Deletes identities and texts that nothing uses any more, and names artifacts that nothing refers to."""
    removed = sum(database.execute(statement).rowcount for statement in _UNUSED)
    removed += database.execute(unused_texts(database)).rowcount
    named = " UNION ".join(
        f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608
        for table, column in _references(database, "artifacts")
    )
    named += " UNION SELECT text FROM texts WHERE id IN (SELECT artifact_id FROM evidence_references)"
    loose = f"SELECT sha256 FROM artifacts WHERE sha256 NOT IN ({named})"  # noqa: S608
    artifacts = tuple(str(row[0]) for row in database.execute(loose).fetchall())
    database.execute(f"DELETE FROM artifacts WHERE sha256 NOT IN ({named})")  # noqa: S608
    return Pruned(removed, artifacts)


def unused_texts(database: Database | sqlite3.Connection) -> str:
    """The statement that deletes the texts that nothing points at."""
    used = " UNION ".join(
        f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608
        for table, column in _references(database, "texts")
    )
    return f"DELETE FROM texts WHERE id NOT IN ({used})"  # noqa: S608


def _references(database: Database | sqlite3.Connection, target: str) -> list[tuple[str, str]]:
    """(table, column) of every foreign key that points at ``target``."""
    return [
        (name, str(row[3]))
        for name in tables(database)
        for row in database.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()
        if row[2] == target
    ]

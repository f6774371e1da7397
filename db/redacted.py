"""A copy of the database for readers outside: without people, pictures, hashes of values and the crawl's set-up."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from auditor.model import StoreError
from db.connection import check_readable, translated
from db.retention import unused_texts

if TYPE_CHECKING:
    from pathlib import Path

_TRIGGERS = ("finding_events_no_update", "finding_events_no_delete", "seals_no_update", "seals_no_delete")
_SETTINGS = (
    *("concurrency", "repeat", "scenarios", "pages_per_site", "settle_ms", "settle_max_ms", "visit_timeout_s"),
    *("locale", "timezone", "screenshots", "har", "robots", "ignore_certificate_errors"),
)
"""Settings that say how it was measured; the others (addresses, paths, reasons) are of the installation."""
_REDACTIONS = (
    "UPDATE vendors SET owner = NULL",
    "UPDATE run_vendors SET configuration = json_remove(configuration, '$.owner', '$.policies')",
    "UPDATE finding_events SET actor = 'somebody' WHERE actor <> 'auditor'",
    "UPDATE finding_events SET note = NULL",
    "UPDATE cookie_observations SET value_hash = x''",
    "UPDATE storage_observations SET value_hash = x''",
    "UPDATE runs SET settings = (SELECT json_group_object(key, json(CASE WHEN type IN ('true', 'false') THEN type"  # noqa: S608
    " ELSE json_quote(value) END)) FROM json_each(runs.settings) WHERE"
    f" key IN ({', '.join(repr(key) for key in _SETTINGS)}))",
    "UPDATE policies SET source = url, sha256 = NULL WHERE url IS NULL OR url NOT LIKE 'http%'",
    "UPDATE readings SET file = NULL",
    "UPDATE evidence_references SET artifact_id = NULL",
    "DELETE FROM screenshots",
    "DELETE FROM recordings",
    "DELETE FROM seals",
    "DELETE FROM message_notices",
    "DELETE FROM messages",
    "DELETE FROM message_targets",
    "DELETE FROM tickets",
    "DELETE FROM notices",
    "DELETE FROM outbox_places",
    "DELETE FROM scheduled_crawls",
    "DELETE FROM schedules",
)


def export_redacted(path: Path, target: Path) -> int:
    """Write the redacted copy to ``target``, which must not exist yet; returns its size in bytes.

    Left out: owners, who decided and their notes, pictures and fetched documents (no artifact folder goes with it),
    hashes of values, local files and addresses of the crawl's set-up, the schedule, messages, and the seals, which the
    changes would break.
    Raises StoreError where the database cannot be read or the copy cannot be written.
    """
    check_readable(path)
    if target.exists():
        message = f"{target} exists already: give another name, or remove it first"
        raise StoreError(message)
    try:
        with translated(target), closing(sqlite3.connect(target, isolation_level=None)) as copy:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source:
                source.backup(copy)
            _redact(copy)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target.stat().st_size


def _redact(copy: sqlite3.Connection) -> None:
    copy.execute("PRAGMA foreign_keys = OFF")
    copy.execute("PRAGMA journal_mode = DELETE").fetchall()
    kept = [
        (name, copy.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", [name]).fetchone()[0])
        for name in _TRIGGERS
    ]
    copy.execute("BEGIN")
    for name, _ in kept:
        copy.execute(f"DROP TRIGGER {name}")
    for statement in _REDACTIONS:
        copy.execute(statement)
    _unlist(copy)
    copy.execute(unused_texts(copy))
    for _, trigger in kept:
        copy.execute(trigger)
    copy.execute("COMMIT")
    # What was overwritten must not stay in free pages.
    copy.execute("VACUUM")


def _unlist(copy: sqlite3.Connection) -> None:
    """Drop every artifact but the texts in which quotes count: they are published policies anyway."""
    names = [row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    for table in names:
        for key in copy.execute(f'PRAGMA foreign_key_list("{table}")').fetchall():
            nullable = not next(
                row[3] for row in copy.execute(f'PRAGMA table_info("{table}")').fetchall() if row[1] == key[3]
            )
            if key[2] == "artifacts" and nullable:
                copy.execute(f'UPDATE "{table}" SET "{key[3]}" = NULL')  # noqa: S608 - names are ours
    copy.execute("DELETE FROM artifacts WHERE sha256 NOT IN (SELECT text_sha256 FROM readings)")

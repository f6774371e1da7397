"""Notices: one row for each change of a finding that somebody is to be told, with what was known when it changed.

Changes of presence are taken from the append-only history of findings, from where the last call ended, so that each
is noted once however often and by whomever this is called. What people dismissed is no news; that it is gone is none
either.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from auditor.model import Severity
from db.codec import dump, time_to_text
from db.write import insert

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlite_utils import Database

    from db.codec import Row

EVIDENCE_SHOWN = 3
_PLACE = "finding_events"
_SEVERITIES = tuple(Severity)


class Change(StrEnum):
    """What became of a finding; ``lapsed``: its acceptance ended, and it is still there."""

    NEW = "new"
    RETURNED = "returned"
    WORSE = "worse"
    GONE = "gone"
    LAPSED = "lapsed"


_FINDING = (
    "SELECT f.*, s.url AS site, v.owner, v.name AS vendor_name, t.id AS statement_id, t.title, t.fact, t.phase,"
    " t.confidence, t.quote, t.quote_url, t.service FROM findings f JOIN vendors v ON v.id = f.vendor_id"
    " LEFT JOIN sites s ON s.id = f.site_id JOIN statements t ON t.finding_id = f.id AND t.run_id = f.last_run_id"
)


def collect_notices(database: Database, now: datetime) -> int:
    """Notes what changed since the last call; inside the caller's transaction. Returns how many changes that were.

    The first call ever notes what is open at that time as new, and not what happened before.
    """
    last = int(database.execute("SELECT coalesce(max(id), 0) FROM finding_events").fetchone()[0])
    found = database.execute("SELECT place FROM outbox_places WHERE name = ?", [_PLACE]).fetchone()
    today = now.date().isoformat()
    changes = _present(database) if found is None else _events(database, int(found[0]), last)
    count = sum(_note(database, row, key, change, today, now) for row, key, change in changes)
    if found is not None:
        count += sum(_note(database, row, key, change, today, now) for row, key, change in _worse(database))
    count += sum(_note(database, row, key, change, today, now) for row, key, change in _lapsed(database, today))
    query = "INSERT INTO outbox_places VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET place = excluded.place"
    database.execute(query, [_PLACE, last])
    return count


def _rows(database: Database, condition: str, parameters: list[object]) -> list[Row]:
    query = f"{_FINDING} WHERE {condition} ORDER BY f.id"
    return [dict(row) for row in database.execute(query, parameters).fetchall()]


def _present(database: Database) -> Iterator[tuple[Row, str, Change]]:
    for row in _rows(database, "f.presence <> 'gone'", []):
        yield row, f"first:{row['fingerprint']}", Change.NEW


def _events(database: Database, after: int, last: int) -> Iterator[tuple[Row, str, Change]]:
    query = (
        "SELECT id, finding_id, action FROM finding_events WHERE id > ? AND id <= ?"
        " AND action IN ('new', 'returned', 'gone') ORDER BY id"
    )
    for event, finding, action in database.execute(query, [after, last]).fetchall():
        for row in _rows(database, "f.id = ?", [finding]):
            yield row, f"event:{event}", Change(action)


def _worse(database: Database) -> Iterator[tuple[Row, str, Change]]:
    """Findings that are more severe than when they were last told about."""
    condition = (
        "f.presence <> 'gone' AND f.severity <> (SELECT n.severity FROM notices n WHERE n.finding_id = f.id"
        " ORDER BY n.id DESC LIMIT 1)"
    )
    for row in _rows(database, condition, []):
        query = "SELECT id, severity FROM notices WHERE finding_id = ? ORDER BY id DESC LIMIT 1"
        notice, before = database.execute(query, [row["id"]]).fetchone()
        if _SEVERITIES.index(Severity(row["severity"])) < _SEVERITIES.index(Severity(before)):
            yield row, f"worse:{row['fingerprint']}:{notice}", Change.WORSE


def _lapsed(database: Database, today: str) -> Iterator[tuple[Row, str, Change]]:
    """Findings whose acceptance ended before today, which nobody was told of yet."""
    condition = "f.presence <> 'gone' AND f.status = 'accepted' AND f.accepted_until < ?"
    for row in _rows(database, condition, [today]):
        key = f"lapsed:{row['fingerprint']}:{row['accepted_until']}"
        if database.execute('SELECT 1 FROM notices WHERE "key" = ?', [key]).fetchone() is None:
            yield row, key, Change.LAPSED


def _note(database: Database, row: Row, key: str, change: Change, today: str, now: datetime) -> int:
    if is_dismissed(row, today):
        return 0
    notice = {
        "key": key,
        "finding_id": row["id"],
        "vendor_id": row["vendor_id"],
        "owner": row["owner"],
        "at": time_to_text(now),
        "change": change.value,
        "severity": row["severity"],
        "payload": dump(snapshot(database, row)),
    }
    insert(database, "notices", notice)
    return 1


def is_dismissed(row: Row, today: str) -> bool:
    """Whether people decided that a finding is none, or accepted it until today or later."""
    if row["status"] == "accepted":
        return str(row["accepted_until"]) >= today
    return bool(row["status"] == "false_positive")


def snapshot(database: Database, row: Row) -> Row:
    """What a message says about a finding, from a row of `_FINDING`."""
    query = "SELECT kind, url, at_ms, initiator FROM evidence WHERE statement_id = ? ORDER BY position LIMIT ?"
    shown = database.execute(query, [row["statement_id"], EVIDENCE_SHOWN]).fetchall()
    names = ("fingerprint", "severity", "confidence", "subject", "site", "phase", "title", "fact", "service")
    return {
        **{name: row[name] for name in names},
        "rule": row["rule_id"],
        "vendor": row["vendor_id"],
        "vendor_name": row["vendor_name"],
        "quote": row["quote"],
        "quote_url": row["quote_url"],
        "first_seen": row["first_seen"],
        "accepted_until": row["accepted_until"],
        "evidence": [dict(each) for each in shown],
    }


def finding_rows(database: Database) -> list[Row]:
    """Every finding as the messages see it."""
    return _rows(database, "1", [])

"""Writes audits: observed items, findings with their presence, and what was undecided."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from auditor.model import Presence
from db.codec import dump, load, time_to_text
from db.judgement_rows import evidence_to_row, item_to_row, statement_to_row, undecided_to_row
from db.presence import Looked, presences, sight, turns
from db.readings import insert_readings
from db.reduction import clean, storable
from db.write import insert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlite_utils import Database

    from auditor.model import Audit, Finding
    from db.codec import Row

_CLEARED = (
    "DELETE FROM item_sightings WHERE item_id IN (SELECT id FROM observed_items WHERE audit_id = ?)",
    "DELETE FROM observed_items WHERE audit_id = ?",
    "DELETE FROM declarations WHERE reading_id IN (SELECT id FROM readings WHERE audit_id = ?)",
    "DELETE FROM readings WHERE audit_id = ?",
    "DELETE FROM undecided WHERE audit_id = ?",
)
AUDITOR = "auditor"


def site_id(database: Database, vendor: str, url: str) -> int:
    """The id of a vendor's site, which is added when it is new."""
    found = database.execute("SELECT id FROM sites WHERE vendor_id = ? AND url = ?", [vendor, storable(url)]).fetchone()
    return int(found[0]) if found else insert(database, "sites", {"vendor_id": vendor, "url": storable(url)})


def write_audit(database: Database, audit: Audit, texts: Mapping[str, str], now: datetime) -> None:
    """Replaces the audit of this vendor in this run; ``texts`` maps a policy's text to its artifact's digest.

    Findings keep their identity, first sight and human status; presence is computed anew over all runs of the vendor.
    """
    audit_id = _head(database, audit, now)
    _insert_items(database, audit, audit_id)
    insert_readings(database, audit_id, audit.declarations, texts)
    for undecided in audit.undecided:
        insert(database, "undecided", {"audit_id": audit_id, **undecided_to_row(undecided)})
    _withdraw(database, audit)
    new = [finding_id for finding in audit.findings if (finding_id := _insert_finding(database, audit, finding))]
    refresh_presence(database, audit, now, frozenset(new))


def _head(database: Database, audit: Audit, now: datetime) -> int:
    row = {
        "run_id": audit.run,
        "vendor_id": audit.vendor,
        "audited_at": time_to_text(now),
        "sites_seen": dump([storable(site) for site in audit.sites_seen]),
    }
    query = "SELECT id FROM audits WHERE run_id = ? AND vendor_id = ?"
    found = database.execute(query, [audit.run, audit.vendor]).fetchone()
    if found is None:
        return insert(database, "audits", row)
    for statement in _CLEARED:
        database.execute(statement, [found[0]])
    update = "UPDATE audits SET audited_at = ?, sites_seen = ? WHERE id = ?"
    database.execute(update, [row["audited_at"], row["sites_seen"], found[0]])
    return int(found[0])


def _insert_items(database: Database, audit: Audit, audit_id: int) -> None:
    for item in audit.items:
        owner = {"audit_id": audit_id, "site_id": site_id(database, audit.vendor, item.site)}
        item_id = insert(database, "observed_items", {**owner, **item_to_row(item)})
        for position, (scenario, phase) in enumerate(item.seen_in):
            place = {"item_id": item_id, "position": position, "scenario": scenario.value, "phase": phase.value}
            insert(database, "item_sightings", place)


def _withdraw(database: Database, audit: Audit) -> None:
    """Marks what an earlier judgement of the same run said; what is said again is written over it."""
    query = (
        "UPDATE statements SET withdrawn = 1, presence = NULL WHERE run_id = ?"
        " AND finding_id IN (SELECT id FROM findings WHERE vendor_id = ?)"
    )
    database.execute(query, [audit.run, audit.vendor])


def _insert_finding(database: Database, audit: Audit, finding: Finding) -> int | None:
    """Writes what a finding says in this run. Returns its id if it was never seen before."""
    found = database.execute("SELECT id FROM findings WHERE fingerprint = ?", [finding.fingerprint]).fetchone()
    finding_id = int(found[0]) if found else _insert_identity(database, audit, finding)
    row = {"finding_id": finding_id, "run_id": audit.run, "withdrawn": 0, **statement_to_row(finding)}
    statement_id = _upsert_statement(database, row)
    for position, reference in enumerate(finding.evidence):
        place = {"statement_id": statement_id, "position": position}
        insert(database, "evidence", {**place, **evidence_to_row(reference)})
    return None if found else finding_id


def _insert_identity(database: Database, audit: Audit, finding: Finding) -> int:
    started = database.execute("SELECT started_at FROM runs WHERE id = ?", [audit.run]).fetchone()[0]
    row = {
        "fingerprint": clean(finding.fingerprint),
        "rule_id": clean(finding.rule),
        "vendor_id": audit.vendor,
        "site_id": None if finding.site is None else site_id(database, audit.vendor, finding.site),
        "subject": clean(finding.subject),
        "severity": finding.severity.value,
        "presence": Presence.NEW.value,
        "first_run_id": audit.run,
        "last_run_id": audit.run,
        "first_seen": started,
        "last_seen": started,
        "times_seen": 1,
    }
    return insert(database, "findings", row)


def _upsert_statement(database: Database, row: Row) -> int:
    query = "SELECT id FROM statements WHERE finding_id = ? AND run_id = ?"
    found = database.execute(query, [row["finding_id"], row["run_id"]]).fetchone()
    if found is None:
        return insert(database, "statements", row)
    changes = ", ".join(f"{column} = ?" for column in row)
    database.execute(f"UPDATE statements SET {changes} WHERE id = ?", [*row.values(), found[0]])  # noqa: S608 - names are ours
    database.execute("DELETE FROM evidence WHERE statement_id = ?", [found[0]])
    return int(found[0])


def refresh_presence(database: Database, audit: Audit, now: datetime, new: frozenset[int]) -> None:
    """Computes the presence of every finding of the vendor from all its audits and records what changed."""
    history = _history(database, audit.vendor)
    runs = [looked.run for looked, _ in history]
    started = {looked.run: at for looked, at in history}
    seen = _seen(database, audit.vendor)
    database.execute(
        "DELETE FROM disappearances WHERE finding_id IN (SELECT id FROM findings WHERE vendor_id = ?)", [audit.vendor]
    )
    query = (
        "SELECT f.id, f.rule_id, f.subject, f.presence, s.url AS site FROM findings f"
        " LEFT JOIN sites s ON s.id = f.site_id WHERE f.vendor_id = ?"
    )
    for row in database.execute(query, [audit.vendor]).fetchall():
        hits = seen[row["id"]]
        sights = [
            sight(looked, seen=looked.run in hits, rule=row["rule_id"], site=row["site"], subject=row["subject"])
            for looked, _ in history
        ]
        states = presences(sights)
        _update_statements(database, row["id"], hits, zip(runs, states, strict=True))
        insert_gone(database, row["id"], [runs[place] for place, state in turns(states) if state is Presence.GONE])
        # A finding that every judgement has withdrawn was never seen by today's rules: it is gone.
        state = (states[-1] if states else None) or Presence.GONE
        _update_finding(database, row["id"], state, [(run, started[run]) for run in runs if run in hits])
        _record(database, row, state, audit, now, is_new=row["id"] in new)


def _history(database: Database, vendor: str) -> list[tuple[Looked, str]]:
    """What each audit of the vendor was able to decide, oldest run first, with the time its run began."""
    undecided = defaultdict(list)
    query = (
        "SELECT a.run_id, u.rule_id, u.site, u.subject FROM undecided u JOIN audits a ON a.id = u.audit_id"
        " WHERE a.vendor_id = ?"
    )
    for run, rule, site, subject in database.execute(query, [vendor]).fetchall():
        undecided[run].append((rule, site, subject))
    query = (
        "SELECT a.run_id, r.started_at, a.sites_seen FROM audits a JOIN runs r ON r.id = a.run_id"
        " WHERE a.vendor_id = ? ORDER BY a.run_id"
    )
    return [
        (Looked(run=run, sites=frozenset(load(sites)), undecided=tuple(undecided[run])), started)
        for run, started, sites in database.execute(query, [vendor]).fetchall()
    ]


def _seen(database: Database, vendor: str) -> dict[int, set[int]]:
    query = (
        "SELECT t.finding_id, t.run_id FROM statements t JOIN findings f ON f.id = t.finding_id"
        " WHERE f.vendor_id = ? AND t.withdrawn = 0"
    )
    seen: dict[int, set[int]] = defaultdict(set)
    for finding_id, run in database.execute(query, [vendor]).fetchall():
        seen[finding_id].add(run)
    return seen


def _update_statements(
    database: Database, finding_id: int, hits: set[int], states: Iterable[tuple[int, Presence | None]]
) -> None:
    for run, state in states:
        if run in hits and state is not None:
            query = "UPDATE statements SET presence = ? WHERE finding_id = ? AND run_id = ?"
            database.execute(query, [state.value, finding_id, run])


def insert_gone(database: Database, finding_id: int, runs: Iterable[int]) -> None:
    """Records the runs in which a finding was first noticed to be gone."""
    for run in runs:
        insert(database, "disappearances", {"run_id": run, "finding_id": finding_id})


def _update_finding(database: Database, finding_id: int, state: Presence, hits: Sequence[tuple[int, str]]) -> None:
    database.execute("UPDATE findings SET presence = ? WHERE id = ?", [state.value, finding_id])
    if not hits:
        return
    (first_run, first_seen), (last_run, last_seen) = hits[0], hits[-1]
    query = (
        "UPDATE findings SET first_run_id = ?, last_run_id = ?, first_seen = ?, last_seen = ?, times_seen = ?,"
        " severity = (SELECT severity FROM statements WHERE finding_id = findings.id AND run_id = ?) WHERE id = ?"
    )
    database.execute(query, [first_run, last_run, first_seen, last_seen, len(hits), last_run, finding_id])


def _record(database: Database, row: Row, state: Presence, audit: Audit, now: datetime, *, is_new: bool) -> None:
    """Appends to the history what an auditor's verdict changed; that something persists is not news."""
    before = None if is_new else Presence(row["presence"])
    if state is before or (state is Presence.PERSISTING and before is not Presence.GONE):
        return
    event = {"finding_id": row["id"], "at": time_to_text(now), "run_id": audit.run, "actor": AUDITOR}
    insert(database, "finding_events", {**event, "action": state.value})

"""The history of findings: their presence over all runs, and the events that changed it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from auditor.model import Presence
from db.codec import load, time_to_text
from db.presence import Looked, presences, sight, turns
from db.write import insert_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlite_utils import Database

    from auditor.model import Audit
    from db.codec import Row

AUDITOR = "auditor"
_FINDINGS = (
    "SELECT f.id, f.rule_id AS rule, f.subject, f.presence, s.url AS site FROM findings f"
    " LEFT JOIN sites s ON s.id = f.site_id WHERE f.vendor_id = ? ORDER BY f.id"
)
_SET_STATEMENT = "UPDATE finding_statements SET presence = :state WHERE finding_id = :id AND run_id = :run"
_SET_PRESENCE = "UPDATE findings SET presence = :state WHERE id = :id AND presence <> :state"
# Indexes are written anew for every row that is touched, changed or not: a row that says so already is left alone.
_SET_SIGHTS = (
    "UPDATE findings SET first_run_id = :first, last_run_id = :last, first_seen = :first_seen, last_seen = :last_seen,"
    " times_seen = :times, severity = :severity WHERE id = :id"
    " AND (first_run_id, last_run_id, first_seen, last_seen, times_seen, severity)"
    " IS NOT (:first, :last, :first_seen, :last_seen, :times, :severity)"
)


class _Look(NamedTuple):
    """One audit of the vendor: when its run began and what it was able to decide."""

    started: str
    looked: Looked


class _Life(NamedTuple):
    """A finding over all audits of its vendor: the severity in each run that saw it, the presence after each run.

    ``before`` is the presence that is stored, None for a finding that was never seen before.
    """

    id: int
    before: Presence | None
    hits: Mapping[int, str]
    states: dict[int, Presence | None]

    @property
    def state(self) -> Presence:
        """The presence now. What every judgement has withdrawn was never seen by today's rules: it is gone."""
        return next(reversed(self.states.values()), None) or Presence.GONE

    @property
    def is_news(self) -> bool:
        """Whether the auditor's verdict changed; that something persists is not news."""
        if self.state is self.before:
            return False
        return self.state is not Presence.PERSISTING or self.before is Presence.GONE


def refresh_presence(database: Database, audit: Audit, now: datetime, new: frozenset[int]) -> None:
    """Computes the presence of every finding of the vendor from all its audits and records what changed.

    ``new``: the ids of the findings that this audit saw for the first time ever.
    """
    history = _history(database, audit.vendor)
    lives = tuple(_lives(database, audit.vendor, history, new))
    write = database.conn.executemany
    write(_SET_STATEMENT, [row for life in lives for row in _statements(life)])
    database.execute(
        "DELETE FROM disappearances WHERE finding_id IN (SELECT id FROM findings WHERE vendor_id = ?)", [audit.vendor]
    )
    insert_all(database, "disappearances", [row for life in lives for row in _disappearances(life)])
    write(_SET_PRESENCE, [{"id": life.id, "state": life.state.value} for life in lives])
    write(_SET_SIGHTS, [_sights(life, history) for life in lives if life.hits])
    said = {"at": time_to_text(now), "run_id": audit.run, "actor": AUDITOR}
    events = [{"finding_id": life.id, **said, "action": life.state.value} for life in lives if life.is_news]
    insert_all(database, "finding_events", events)


def _history(database: Database, vendor: str) -> dict[int, _Look]:
    """What each audit of the vendor was able to decide, by its run, oldest first."""
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
    return {
        run: _Look(started, Looked(run=run, sites=frozenset(load(sites)), undecided=tuple(undecided[run])))
        for run, started, sites in database.execute(query, [vendor]).fetchall()
    }


def _lives(database: Database, vendor: str, history: Mapping[int, _Look], new: frozenset[int]) -> Iterator[_Life]:
    seen = _seen(database, vendor)
    for row in database.execute(_FINDINGS, [vendor]).fetchall():
        hits = {run: severity for run, severity in seen[row["id"]].items() if run in history}
        about = {name: row[name] for name in ("rule", "site", "subject")}
        sights = [sight(look.looked, seen=run in hits, **about) for run, look in history.items()]
        states = dict(zip(history, presences(sights), strict=True))
        yield _Life(row["id"], None if row["id"] in new else Presence(row["presence"]), hits, states)


def _seen(database: Database, vendor: str) -> dict[int, dict[int, str]]:
    """For each finding of the vendor the runs that saw it, oldest first, with the severity that each said."""
    query = (
        "SELECT t.finding_id, t.run_id, t.severity FROM finding_statements t JOIN findings f ON f.id = t.finding_id"
        " WHERE f.vendor_id = ? AND t.withdrawn = 0 ORDER BY t.run_id"
    )
    seen: dict[int, dict[int, str]] = defaultdict(dict)
    for finding_id, run, severity in database.execute(query, [vendor]).fetchall():
        seen[finding_id][run] = severity
    return seen


def _statements(life: _Life) -> Iterator[Row]:
    for run, state in life.states.items():
        if run in life.hits and state is not None:
            yield {"state": state.value, "id": life.id, "run": run}


def _disappearances(life: _Life) -> Iterator[Row]:
    """The runs in which a finding was first noticed to be gone."""
    runs = tuple(life.states)
    for place, state in turns(tuple(life.states.values())):
        if state is Presence.GONE:
            yield {"run_id": runs[place], "finding_id": life.id}


def _sights(life: _Life, history: Mapping[int, _Look]) -> Row:
    """When a finding was seen first and last, how often, and how severe it was at last."""
    runs = list(life.hits)
    first, last = runs[0], runs[-1]
    return {
        "id": life.id,
        "first": first,
        "last": last,
        "first_seen": history[first].started,
        "last_seen": history[last].started,
        "times": len(runs),
        "severity": life.hits[last],
    }

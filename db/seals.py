"""Seals: digests over everything that a run stored, chained so that none can be exchanged unseen.

Each seal names the tables or views and columns that it covers, so that columns which later versions add do not break
it. Views are used for observations: they resolve what is stored once for many rows, and a changed text breaks the seal
of every run that used it. A seal's ``chain`` is the SHA-256 of the seal before it and of its own fields. What a chain
cannot show is that its end was cut off: `head` is what to write down elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from db.codec import dump, load, time_to_text
from db.write import insert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from sqlite_utils import Database

GENESIS = "0" * 64
EVIDENCE, AUDIT, EVENTS, PRUNED = "evidence", "audit", "events", "pruned"

OBSERVATION_VIEWS = {
    "cookie_sightings": "cookie_observations",
    "storage_sightings": "storage_observations",
    "request_sightings": "requests",
    "banners": "banner_observations",
}
JUDGED = frozenset(
    {"audits", "observed_items", "item_sightings", "readings", "declarations", "undecided", "statements", "evidence"}
)
KINDS = frozenset({"cookie_kinds", "storage_kinds", "request_kinds", "banner_kinds", "item_kinds"})
"""What many rows have in common; covered by the views that resolve it."""
JUDGEMENT_VIEWS = {
    "observed_items": "item_observations",
    "item_sightings": "item_observations",
    "declarations": "policy_statements",
    "statements": "finding_statements",
    "evidence": "evidence_references",
}
"""Judgements that are sealed through a view, with the table that holds their rows."""
DERIVED = frozenset({"consent_matrix", "run_vendor_summary", "disappearances", "findings", "finding_events", "seals"})
"""Written anew from what is sealed, covered by the seals of events, or the seals themselves."""
_OWNED = {
    "cookies": "k.cookie_id FROM cookie_observations o JOIN cookie_kinds k",
    "storage_items": "k.item_id FROM storage_observations o JOIN storage_kinds k",
}
_MUTABLE = {"statements": {"presence"}}
"""Presence is computed over all runs, so that judging another run may change it."""

_OF_AUDIT = {
    "audits": "SELECT {c} FROM audits t WHERE t.run_id = :run AND t.vendor_id = :vendor ORDER BY t.id",
    "observed_items": "SELECT {c} FROM observed_items t JOIN audits a ON a.id = t.audit_id WHERE {a} ORDER BY t.id",
    "item_sightings": (
        "SELECT {c} FROM item_sightings t JOIN observed_items i ON i.id = t.item_id JOIN audits a ON a.id = i.audit_id"
        " WHERE {a} ORDER BY t.item_id, t.position"
    ),
    "readings": "SELECT {c} FROM readings t JOIN audits a ON a.id = t.audit_id WHERE {a} ORDER BY t.id",
    "declarations": (
        "SELECT {c} FROM declarations t JOIN readings g ON g.id = t.reading_id JOIN audits a ON a.id = g.audit_id"
        " WHERE {a} ORDER BY t.id"
    ),
    "undecided": "SELECT {c} FROM undecided t JOIN audits a ON a.id = t.audit_id WHERE {a} ORDER BY t.id",
    "statements": ("SELECT {c} FROM findings f CROSS JOIN statements t ON t.finding_id = f.id WHERE {f} ORDER BY t.id"),
    "evidence": (
        # CROSS JOIN: by the vendor's findings, not by all statements of the run.
        "SELECT {c} FROM findings f CROSS JOIN statements s ON s.finding_id = f.id"
        " CROSS JOIN evidence t ON t.statement_id = s.id WHERE {s} ORDER BY t.statement_id, t.position"
    ),
    "findings": (
        "SELECT {c} FROM findings t WHERE t.id IN (SELECT f.id FROM findings f CROSS JOIN statements s"
        " ON s.finding_id = f.id WHERE {s}) ORDER BY t.id"
    ),
}
_IDENTITY = ("id", "fingerprint", "rule_id", "vendor_id", "site_id", "subject")
_WHERE = {
    "a": "a.run_id = :run AND a.vendor_id = :vendor",
    "f": "t.run_id = :run AND f.vendor_id = :vendor",
    "s": "s.run_id = :run AND f.vendor_id = :vendor",
}


class Sealed(NamedTuple):
    """Digest and number of the rows that a seal covers."""

    digest: str
    rows: int


class Seal(NamedTuple):
    """A seal as others may keep it."""

    id: int
    kind: str
    run_id: int
    digest: str
    chain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What `verify` found: what is wrong, what was never sealed, how many seals there are, and the chain's end."""

    problems: tuple[str, ...]
    unsealed: tuple[str, ...]
    seals: int
    head: str


def columns(database: Database, name: str) -> list[str]:
    """The columns of a table or view, in order."""
    return [str(row[1]) for row in database.execute(f'PRAGMA table_info("{name}")').fetchall()]


def tables(database: Database | sqlite3.Connection) -> list[str]:
    """The names of all tables, sorted."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    return [str(row[0]) for row in database.execute(query).fetchall()]


def evidence_sources(database: Database) -> dict[str, list[str]]:
    """The tables and views whose rows belong to one run, with their columns: all but judgements and derived ones."""
    apart = JUDGED | DERIVED | {*OBSERVATION_VIEWS.values(), *JUDGEMENT_VIEWS.values()}
    found = {"runs": columns(database, "runs"), "sites": ["id", "vendor_id", "url"]}
    # Their names and domains are covered by the views; these do not show which site they are kept for.
    found |= {name: ["id", "site_id"] for name in _OWNED}
    for name in (*tables(database), *OBSERVATION_VIEWS):
        if name not in apart and {"run_id", "visit_id"} & set(of := columns(database, name)):
            found[name] = of
    for name in ("artifacts", "browsers"):
        found[name] = columns(database, name)
    return found


def audit_sources(database: Database) -> dict[str, list[str]]:
    """The tables that hold the judgement of one vendor in one run, with their columns."""
    found = {
        name: [column for column in columns(database, name) if column not in _MUTABLE.get(name, ())]
        for name in sorted(JUDGED)
    }
    return {**found, "findings": list(_IDENTITY)}


def _evidence_query(database: Database, name: str, wanted: Iterable[str]) -> str:
    chosen = ", ".join(f't."{column}"' for column in wanted)
    select = f"SELECT {chosen} FROM {name} t"  # noqa: S608 - names are ours
    if name in _OWNED:
        used = f"SELECT {_OWNED[name]} ON k.id = o.kind_id JOIN visits v ON v.id = o.visit_id WHERE v.run_id = :run"
        return f"{select} WHERE t.id IN ({used}) ORDER BY t.id"
    special = {
        "runs": "WHERE t.id = :run",
        "sites": "WHERE t.id IN (SELECT site_id FROM planned_visits WHERE run_id = :run) ORDER BY t.id",
        "browsers": "WHERE t.id IN (SELECT browser_id FROM visits WHERE run_id = :run"
        " UNION SELECT browser_id FROM runs WHERE id = :run) ORDER BY t.id",
    }
    if name in special:
        return f"{select} {special[name]}"
    if name == "artifacts":
        return f"{select} WHERE t.sha256 IN ({_artifacts_of(database)}) ORDER BY t.sha256"
    order = ", ".join(f't."{column}"' for column in _key(database, name))
    if "run_id" in columns(database, name):
        return f"{select} WHERE t.run_id = :run ORDER BY {order}"
    return f"{select} JOIN visits v ON v.id = t.visit_id WHERE v.run_id = :run ORDER BY {order}"


def _artifacts_of(database: Database) -> str:
    """A query for the digests of the artifacts that a run's visits and policies refer to."""
    parts = ["SELECT sha256 FROM policies WHERE run_id = :run"]
    for name, of in evidence_tables(database).items():
        if "sha256" in of and "visit_id" in of:
            parts.append(f"SELECT p.sha256 FROM {name} p JOIN visits v ON v.id = p.visit_id WHERE v.run_id = :run")  # noqa: S608
    return " UNION ".join(parts)


def evidence_tables(database: Database) -> dict[str, list[str]]:
    """The tables with a ``visit_id`` that hold evidence, with their columns; observations by their own tables."""
    apart = JUDGED | DERIVED | set(JUDGEMENT_VIEWS.values())
    found = {name: columns(database, name) for name in tables(database) if name not in apart}
    return {name: of for name, of in found.items() if "visit_id" in of and name != "planned_visits"}


def _key(database: Database, name: str) -> list[str]:
    rows = database.execute(f'PRAGMA table_info("{name}")').fetchall()
    key = [str(row[1]) for row in sorted(rows, key=lambda row: row[5]) if row[5]]
    # Views have none: observations are counted within their visits.
    return key or [name for name in ("visit_id", "id") if name in {row[1] for row in rows}]


def _digest(parts: Iterable[tuple[str, Iterable[Iterable[object]]]]) -> Sealed:
    total, count = hashlib.sha256(), 0
    written = json.JSONEncoder(separators=(",", ":")).encode
    for name, rows in parts:
        total.update(f"\x1d{name}\x1e".encode())
        for row in rows:
            total.update(f"{written(tuple(row))}\x1e".encode())
            count += 1
    return Sealed(total.hexdigest(), count)


def evidence_digest(database: Database, run_id: int, sources: Mapping[str, list[str]]) -> Sealed:
    """Digest of what a run's visits and policies stored. Raises ``sqlite3.Error`` where a source is gone."""
    return _digest(
        (f"{name}({','.join(of)})", database.execute(_evidence_query(database, name, of), {"run": run_id}))
        for name, of in sorted(sources.items())
    )


def audit_digest(database: Database, run_id: int, vendor: str, sources: Mapping[str, list[str]]) -> Sealed:
    """Digest of the judgement of one vendor in one run."""
    place = {"run": run_id, "vendor": vendor}

    def query(name: str, of: list[str]) -> str:
        return _OF_AUDIT[name].format(c=", ".join(f't."{column}"' for column in of), **_WHERE)

    return _digest(
        (f"{name}({','.join(of)})", database.execute(query(name, of), place)) for name, of in sorted(sources.items())
    )


def events_digest(database: Database, first: int, last: int, of: list[str]) -> Sealed:
    """Digest of the events of findings from ``first`` to ``last``, both inclusive."""
    chosen = ", ".join(f'"{column}"' for column in of)
    query = f"SELECT {chosen} FROM finding_events WHERE id BETWEEN ? AND ? ORDER BY id"  # noqa: S608
    return _digest([("finding_events", database.execute(query, [first, last]))])


# ---------------------------------------------------------------------------------------- writing


def seal_evidence(database: Database, run_id: int, now: datetime) -> None:
    """Seals what a run's visits and policies stored; inside the caller's transaction."""
    sources = evidence_sources(database)
    sealed = evidence_digest(database, run_id, sources)
    _append(database, now, kind=EVIDENCE, run_id=run_id, sources=dump(sources), rows=sealed.rows, digest=sealed.digest)


def seal_audit(database: Database, run_id: int, vendor: str, now: datetime) -> None:
    """Seals the judgement of one vendor in one run; inside the caller's transaction."""
    sources = audit_sources(database)
    sealed = audit_digest(database, run_id, vendor, sources)
    kept = {"run_id": run_id, "vendor_id": vendor, "sources": dump(sources)}
    _append(database, now, kind=AUDIT, rows=sealed.rows, digest=sealed.digest, **kept)


def seal_events(database: Database, now: datetime) -> None:
    """Seals the events of findings that are not sealed yet; inside the caller's transaction."""
    before = database.execute("SELECT coalesce(max(last_event), 0) FROM seals").fetchone()[0]
    last = database.execute("SELECT coalesce(max(id), 0) FROM finding_events").fetchone()[0]
    if last <= before:
        return
    of = columns(database, "finding_events")
    sealed = events_digest(database, before + 1, last, of)
    kept = {"first_event": before + 1, "last_event": last, "sources": dump({"finding_events": of})}
    _append(database, now, kind=EVENTS, rows=sealed.rows, digest=sealed.digest, **kept)


def seal_pruning(database: Database, run_id: int, removed: int, now: datetime) -> None:
    """Records that ``removed`` rows of a run were deleted on purpose; what is left is to be sealed again."""
    _append(database, now, kind=PRUNED, run_id=run_id, sources="{}", rows=removed, digest=GENESIS)


def seals_of(database: Database, vendor: str) -> list[Seal]:
    """The seals of a vendor's runs and judgements, oldest first."""
    query = (
        "SELECT id, kind, run_id, digest, chain FROM seals WHERE vendor_id = :vendor OR (vendor_id IS NULL"
        " AND run_id IN (SELECT run_id FROM run_vendors WHERE vendor_id = :vendor)) ORDER BY id"
    )
    return [Seal(*row) for row in database.execute(query, {"vendor": vendor}).fetchall()]


def head(database: Database) -> str:
    """The end of the chain: what to write down outside, so that a cut-off end can be noticed."""
    found = database.execute("SELECT chain FROM seals ORDER BY id DESC LIMIT 1").fetchone()
    return GENESIS if found is None else str(found[0])


def _append(database: Database, now: datetime, **fields: object) -> None:
    row = {
        "run_id": None,
        "vendor_id": None,
        "first_event": None,
        "last_event": None,
        **fields,
        "at": time_to_text(now),
    }
    insert(database, "seals", {**row, "chain": _chain(head(database), row)})


def _chain(before: str, row: Mapping[str, object]) -> str:
    fields = ("at", "kind", "run_id", "vendor_id", "first_event", "last_event", "sources", "rows", "digest")
    return hashlib.sha256(json.dumps([before, *(row[name] for name in fields)]).encode()).hexdigest()


# -------------------------------------------------------------------------------------- verifying


def verify(database: Database) -> Verification:
    """Recomputes every seal that is in force and the chain through all of them."""
    names = columns(database, "seals")
    rows = [
        dict(zip(names, row, strict=True)) for row in database.execute("SELECT * FROM seals ORDER BY id").fetchall()
    ]
    problems = (*_broken_chain(rows), *(problem for row in _in_force(rows) if (problem := _broken(database, row))))
    return Verification(
        problems=(*problems, *_lost(database, rows), *_inconsistent(database)),
        unsealed=tuple(_unsealed(database, rows)),
        seals=len(rows),
        head=str(rows[-1]["chain"]) if rows else GENESIS,
    )


def _broken_chain(rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    before = GENESIS
    for place, row in enumerate(rows, 1):
        if row["id"] != place:
            yield f"seal {place} is missing"
            return
        if row["chain"] != _chain(before, row):
            yield f"seal {place} was changed after it was made, or one before it was removed"
            return
        before = str(row["chain"])


def _in_force(rows: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """The latest seal of each run, of each judgement, and every seal of events."""
    latest: dict[object, Mapping[str, object]] = {}
    for row in rows:
        if row["kind"] != PRUNED:
            latest[row["kind"], row["run_id"], row["vendor_id"], row["first_event"]] = row
    return list(latest.values())


def _broken(database: Database, row: Mapping[str, object]) -> str | None:
    try:
        return _differs(database, row)
    except sqlite3.Error as error:
        return f"what was sealed at {row['at']} for run {row['run_id']} cannot be read any more: {error}"


def _differs(database: Database, row: Mapping[str, object]) -> str | None:
    sources = load(str(row["sources"]))
    run, vendor = row["run_id"], row["vendor_id"]
    if row["kind"] == EVIDENCE:
        what, found = f"run {run}: its evidence", evidence_digest(database, _number(run), sources)
    elif row["kind"] == AUDIT:
        what = f"run {run}: the judgement of {vendor}"
        found = audit_digest(database, _number(run), str(vendor), sources)
    else:
        first, last = _number(row["first_event"]), _number(row["last_event"])
        what = f"history of findings, entries {first} to {last}:"
        found = events_digest(database, first, last, sources["finding_events"])
    if found == (row["digest"], row["rows"]):
        return None
    lost = _number(row["rows"]) - found.rows
    how = f"{abs(lost)} rows are {'missing' if lost > 0 else 'too many'}" if lost else "a row"
    return f"{what} was changed after it was sealed at {row['at']} ({how}{' differs' if not lost else ''})"


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value


def _lost(database: Database, rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Runs that ended after the first seal was made and have none."""
    sealed = {row["run_id"] for row in rows if row["kind"] == EVIDENCE}
    if not sealed:
        return
    first = min(_number(run) for run in sealed)
    query = "SELECT id FROM runs WHERE finished_at IS NOT NULL AND id > ? ORDER BY id"
    yield from (
        f"run {run} lost its seal" for (run,) in database.execute(query, [first]).fetchall() if run not in sealed
    )


def _unsealed(database: Database, rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    sealed = [_number(row["run_id"]) for row in rows if row["kind"] == EVIDENCE]
    query = "SELECT id FROM runs WHERE finished_at IS NOT NULL AND id < ? ORDER BY id"
    for (run,) in database.execute(query, [min(sealed, default=2**62)]).fetchall():
        yield f"run {run} was made by a version that did not seal"


_VERDICT = """
SELECT f.fingerprint FROM findings f WHERE
  f.status <> coalesce((SELECT e.action FROM finding_events e WHERE e.finding_id = f.id AND e.action IN
    ('open', 'acknowledged', 'accepted', 'fixed', 'false_positive') ORDER BY e.id DESC LIMIT 1), 'open')
  OR (f.status = 'accepted' AND f.accepted_until IS NOT (SELECT e.until FROM finding_events e
    WHERE e.finding_id = f.id AND e.action = 'accepted' ORDER BY e.id DESC LIMIT 1))
"""


def _inconsistent(database: Database) -> Iterator[str]:
    """Findings whose verdict in force is not the last one of their history."""
    for (fingerprint,) in database.execute(_VERDICT).fetchall():
        yield f"finding {str(fingerprint)[:16]}: its status is not the last verdict of its history"

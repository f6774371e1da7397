"""What the pages about runs read: how a run went, and what changed between two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.codec import load
from db.site.queries import LIST_LIMIT, SEVERITIES, by_reason, by_rule, first, select, trend

if TYPE_CHECKING:
    import sqlite3

    from db.site.queries import Row

CHANGES = ("new", "returned", "worse", "gone", "unknown")


def runs(connection: sqlite3.Connection) -> list[Row]:
    """The last hundred runs with what each found, latest first."""
    return trend(connection, limit=100)[::-1]


def unfinished(connection: sqlite3.Connection) -> list[Row]:
    """Runs that have no counts yet, since they go on or were interrupted; latest first."""
    query = (
        "SELECT * FROM runs WHERE NOT EXISTS (SELECT 1 FROM run_vendor_summary m WHERE m.run_id = runs.id)"
        " ORDER BY id DESC LIMIT 20"
    )
    return select(connection, query)


def run(connection: sqlite3.Connection, run_id: int) -> Row | None:
    """Everything on a run's page, None for an unknown run."""
    head = first(connection, "SELECT * FROM runs WHERE id = ?", [run_id])
    if head is None:
        return None
    vendors = (
        "SELECT m.*, v.name FROM run_vendor_summary m JOIN vendors v ON v.id = m.vendor_id WHERE m.run_id = ?"
        " ORDER BY m.visits_ok = m.planned, v.name"
    )
    coverage = (
        "SELECT c.*, n.name AS vendor FROM visit_coverage c JOIN vendors n ON n.id = c.vendor_id WHERE c.run_id = ?"
        " ORDER BY c.outcome = 'ok', c.choice IN ('none', 'done'), n.name, c.site, c.id LIMIT ?"
    )
    undecided = "SELECT * FROM undecided_rules WHERE run_id = ? ORDER BY vendor_id, rule, site, subject LIMIT ?"
    return {
        **head,
        "settings": load(head["settings"]),
        "browser": first(connection, "SELECT * FROM browsers WHERE id = ?", [head["browser_id"]]),
        "vendors": select(connection, vendors, [run_id]),
        "coverage": select(connection, coverage, [run_id, LIST_LIMIT]),
        "undecided": by_reason(select(connection, undecided, [run_id, LIST_LIMIT])),
        "undecided_total": select(
            connection, "SELECT coalesce(sum(undecided), 0) AS n FROM run_vendor_summary WHERE run_id = ?", [run_id]
        )[0]["n"],
        "previous": neighbour(connection, run_id, "<", "max"),
        "next": neighbour(connection, run_id, ">", "min"),
    }


def neighbour(connection: sqlite3.Connection, run_id: int, side: str, nearest: str) -> int | None:
    """The run before (``<``, ``max``) or after (``>``, ``min``) a run."""
    found = select(connection, f"SELECT {nearest}(id) AS id FROM runs WHERE id {side} ?", [run_id])[0]["id"]  # noqa: S608 - words are ours
    return None if found is None else int(found)


_SAID = (
    "SELECT t.finding_id, t.severity, t.title, t.fact, t.quote, f.fingerprint, f.rule_id AS rule, f.vendor_id,"
    " v.name AS vendor, s.url AS site, f.subject, f.first_run_id, st.status FROM finding_statements c"
    " LEFT JOIN finding_statements o ON o.finding_id = c.finding_id AND o.run_id = ? AND o.withdrawn = 0"
    " CROSS JOIN statements t ON t.id = c.id JOIN findings f ON f.id = c.finding_id"
    " JOIN finding_states st ON st.id = f.id JOIN vendors v ON v.id = f.vendor_id"
    " LEFT JOIN sites s ON s.id = f.site_id WHERE c.run_id = ? AND c.withdrawn = 0"
    " AND (o.id IS NULL OR o.severity <> c.severity)"
)
"""What a run said that another did not, or with another severity."""
_BOTH = (
    "SELECT count(*) AS findings FROM finding_statements c JOIN finding_statements o ON o.finding_id = c.finding_id"
    " AND o.run_id = ? AND o.withdrawn = 0 WHERE c.run_id = ? AND c.withdrawn = 0"
)


def diff(connection: sqlite3.Connection, before: int, after: int) -> Row | None:
    """What changed from one run to a later one, findings under their rules; None where a run is unknown.

    A finding of the earlier run that the later one did not see is gone where an audit noticed its absence in between;
    else it is unknown: its site or choice could not be judged.
    """
    ends = [first(connection, "SELECT * FROM runs WHERE id = ?", [each]) for each in (before, after)]
    if None in ends:
        return None
    earlier = {row["finding_id"]: row for row in select(connection, _SAID, [after, before])}
    later = {row["finding_id"]: row for row in select(connection, _SAID, [before, after])}
    noticed = {
        row["finding_id"]
        for row in select(
            connection, "SELECT finding_id FROM disappearances WHERE run_id > ? AND run_id <= ?", [before, after]
        )
    }
    found: dict[str, list[Row]] = {change: [] for change in CHANGES}
    for key, row in later.items():
        change = _came(row, earlier.get(key), before)
        if change:
            found[change].append({**row, "presence": change if change != "worse" else "persisting"})
    for key, row in earlier.items():
        if key not in later:
            found["gone" if key in noticed else "unknown"].append({**row, "presence": "persisting"})
    ordered = {change: sorted(rows, key=_order) for change, rows in found.items()}
    return {
        "before": ends[0],
        "after": ends[1],
        "changes": {change: by_rule(rows) for change, rows in ordered.items()},
        "counts": {change: len(rows) for change, rows in ordered.items()},
        "same": select(connection, _BOTH, [before, after])[0]["findings"] - len(found["worse"]),
    }


def _came(row: Row, was: Row | None, before: int) -> str | None:
    if was is None:
        return "new" if row["first_run_id"] > before else "returned"
    return "worse" if SEVERITIES.index(row["severity"]) < SEVERITIES.index(was["severity"]) else None


def _order(row: Row) -> tuple[int, str, str, str, str]:
    return SEVERITIES.index(row["severity"]), row["rule"], row["vendor"], row["site"] or "", row["subject"]

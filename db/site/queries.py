"""What the pages read. Every function takes a read connection and returns plain rows; none reads a raw fact table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from db.codec import load
from db.views import IS_OPEN

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

Row = dict[str, Any]
SEVERITIES = ("critical", "high", "medium", "low", "info")
LIST_LIMIT = 200
SHOWN = 20


def select(
    connection: sqlite3.Connection, query: str, parameters: Sequence[object] | Mapping[str, object] = ()
) -> list[Row]:
    """The rows of a query."""
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def first(connection: sqlite3.Connection, query: str, parameters: Sequence[object] = ()) -> Row | None:
    """The first row of a query, None when there is none."""
    found = select(connection, query, parameters)
    return found[0] if found else None


def open_findings(connection: sqlite3.Connection, counts: Iterable[Row], *, is_new: bool) -> list[Row]:
    """The worst open findings: those that appeared or came back in their vendor's last run, or the others.

    ``counts`` (see `open_counts`) tell which severities and rules they have, so that the rest is not sorted.
    """
    of: dict[tuple[int, str], int] = {}
    for row in counts:
        number = row["news"] if is_new else row["findings"] - row["news"]
        key = (SEVERITIES.index(row["severity"]), row["rule_id"])
        of[key] = of.get(key, 0) + number
    wanted: list[object] = []
    found = 0
    for rank, rule in sorted(key for key, number in of.items() if number):
        wanted += (SEVERITIES[rank], rule)
        found += of[rank, rule]
        if found >= SHOWN:
            break
    # Chosen first, and only then joined with what they say.
    query = (
        f"WITH wanted (severity, rule) AS (VALUES {', '.join(['(?, ?)'] * (len(wanted) // 2)) or '(NULL, NULL)'})"  # noqa: S608 - marks only
        " SELECT m.fingerprint, m.rule, m.title, m.severity, m.subject, m.presence, m.status, m.vendor_id, m.vendor,"
        "  m.site, m.fact, m.quote FROM (SELECT f.fingerprint, f.severity_rank, f.rule_id, v.name, f.site, f.subject"
        "  FROM wanted w CROSS JOIN finding_states f ON f.rule_id = w.rule AND f.severity = w.severity"
        "  JOIN vendors v ON v.id = f.vendor_id WHERE f.is_open AND (f.presence IN ('new', 'returned')) = ?"
        "  ORDER BY f.severity_rank, f.rule_id, v.name, f.site, f.subject LIMIT ?) c"
        " CROSS JOIN mismatches m ON m.fingerprint = c.fingerprint"
        " ORDER BY c.severity_rank, c.rule_id, c.name, c.site, c.subject"
    )
    return select(connection, query, [*wanted, is_new, SHOWN])


def by_rule(findings: Sequence[Row], totals: Mapping[str, int] | None = None) -> list[Row]:
    """Findings under their rules, in the order in which the rules first appear.

    ``totals``: how many each rule has where ``findings`` are only the first of them.
    """
    groups: dict[str, Row] = {}
    for row in findings:
        total = None if totals is None else totals[row["rule"]]
        head = {"rule": row["rule"], "title": row["title"], "severity": row["severity"], "total": total, "rows": []}
        groups.setdefault(row["rule"], head)["rows"].append(row)
    return list(groups.values())


def open_counts(connection: sqlite3.Connection, vendor: str | None = None) -> list[Row]:
    """How many findings are open, and how many of them are news, by vendor, rule and severity; of one vendor or all."""
    one = "f.vendor_id = ? AND " if vendor is not None else ""
    query = (
        "SELECT vendor_id, rule_id, severity, count(*) AS findings, sum(presence IN ('new', 'returned')) AS news"  # noqa: S608 - words are ours
        f" FROM findings f WHERE {one}{IS_OPEN} GROUP BY vendor_id, rule_id, severity"
    )
    return select(connection, query, [] if vendor is None else [vendor])


def by_severity(counts: Iterable[Row]) -> dict[str, int]:
    """How many findings are open, by severity, all five present."""
    found = dict.fromkeys(SEVERITIES, 0)
    for row in counts:
        found[row["severity"]] += row["findings"]
    return found


def vendor_heads(connection: sqlite3.Connection, counts: Sequence[Row], vendor: str | None = None) -> list[Row]:
    """What the view ``vendor_status`` has of all vendors or one, by name, from the counts of open findings at hand."""
    query = (
        "SELECT v.id, v.name, v.owner, v.cadence, m.run_id AS last_run_id, r.started_at AS last_run_at,"
        " r.status AS last_run_status, m.visits, m.visits_ok, m.planned, m.undecided, m.audited FROM vendors v"
        " LEFT JOIN run_vendor_summary m ON m.vendor_id = v.id"
        "  AND m.run_id = (SELECT max(run_id) FROM run_vendor_summary WHERE vendor_id = v.id)"
        " LEFT JOIN runs r ON r.id = m.run_id WHERE ? IS NULL OR v.id = ? ORDER BY v.name"
    )
    of: dict[str, list[Row]] = {}
    for row in counts:
        of.setdefault(row["vendor_id"], []).append(row)
    return [
        {**row, **by_severity(of.get(row["id"], ())), "new": sum(each["news"] for each in of.get(row["id"], ()))}
        for row in select(connection, query, [vendor, vendor])
    ]


def by_rules(connection: sqlite3.Connection, counts: Iterable[Row]) -> list[Row]:
    """Rules with open findings, the worst first: title, worst severity, number of findings and of vendors."""
    titles = {row["id"]: row["title"] for row in select(connection, "SELECT id, title FROM rules")}
    of: dict[str, list[Row]] = {}
    for row in counts:
        of.setdefault(row["rule_id"], []).append(row)
    found = [
        {
            "rule_id": rule,
            "title": titles.get(rule, rule),
            "findings": sum(row["findings"] for row in rows),
            "vendors": len({row["vendor_id"] for row in rows}),
            "severity": min((row["severity"] for row in rows), key=SEVERITIES.index),
        }
        for rule, rows in of.items()
    ]
    return sorted(found, key=lambda row: (SEVERITIES.index(row["severity"]), -row["findings"], row["rule_id"]))


def _worst_first(row: Row) -> tuple[object, ...]:
    return (*(-row[severity] for severity in SEVERITIES), row["visits_ok"] or 0, row["name"])


def _totals(counts: Iterable[Row]) -> tuple[dict[str, int], dict[str, int]]:
    """How many open findings of each rule are news, and how many are older."""
    news: dict[str, int] = {}
    older: dict[str, int] = {}
    for row in counts:
        news[row["rule_id"]] = news.get(row["rule_id"], 0) + row["news"]
        older[row["rule_id"]] = older.get(row["rule_id"], 0) + row["findings"] - row["news"]
    return news, older


def dashboard(connection: sqlite3.Connection) -> Row:
    """Everything on the front page."""
    counts = open_counts(connection)
    vendors = sorted(vendor_heads(connection, counts), key=_worst_first)
    news, older = _totals(counts)
    return {
        "affected": len({row["vendor_id"] for row in counts}),
        "run": first(connection, "SELECT * FROM runs ORDER BY id DESC LIMIT 1"),
        "open": by_severity(counts),
        "gone": select(connection, "SELECT count(*) AS gone FROM findings WHERE presence = 'gone'")[0]["gone"],
        "news": by_rule(open_findings(connection, counts, is_new=True), news),
        "older": by_rule(open_findings(connection, counts, is_new=False), older),
        "shown": SHOWN,
        "new_total": sum(news.values()),
        "older_total": sum(older.values()),
        "vendors": vendors,
        "seen": any(row["visits_ok"] for row in vendors),
        "rules": by_rules(connection, counts),
        "trend": trend(connection),
        "not_seen": not_seen(connection),
        "not_seen_total": sum((row["visits"] or 0) - (row["visits_ok"] or 0) for row in vendors),
    }


def trend(connection: sqlite3.Connection, vendor: str | None = None, *, limit: int = 12) -> list[Row]:
    """Findings seen in each of the last ``limit`` runs, oldest first; of one vendor or of all."""
    query = (
        "SELECT m.run_id, r.started_at, r.status, sum(m.critical) AS critical, sum(m.high) AS high,"
        " sum(m.medium) AS medium, sum(m.low) AS low, sum(m.info) AS info, sum(m.new) AS new,"
        " sum(m.returned) AS returned, sum(m.gone) AS gone, sum(m.visits) AS visits, sum(m.visits_ok) AS visits_ok,"
        " sum(m.planned) AS planned, sum(m.undecided) AS undecided, min(m.audited) AS audited"
        " FROM run_vendor_summary m JOIN runs r ON r.id = m.run_id WHERE ? IS NULL OR m.vendor_id = ?"
        " GROUP BY m.run_id ORDER BY m.run_id DESC LIMIT ?"
    )
    return select(connection, query, [vendor, vendor, limit])[::-1]


def not_seen(connection: sqlite3.Connection) -> list[Row]:
    """The first visits of the vendors' last runs that brought no evidence."""
    query = (
        "SELECT c.*, n.name AS vendor FROM vendors n CROSS JOIN sites s ON s.vendor_id = n.id"
        " CROSS JOIN visits v ON v.site_id = s.id AND v.outcome <> 'ok'"
        "  AND v.run_id = (SELECT max(run_id) FROM run_vendor_summary WHERE vendor_id = n.id)"
        " CROSS JOIN visit_coverage c ON c.id = v.id ORDER BY n.name, c.site, c.id LIMIT ?"
    )
    return select(connection, query, [SHOWN])


def vendor_head(connection: sqlite3.Connection, vendor_id: str) -> Row | None:
    """The vendor's open findings and its last run in numbers, None for an unknown vendor."""
    found = vendor_heads(connection, open_counts(connection, vendor_id), vendor_id)
    return found[0] if found else None


def by_reason(undecided: Sequence[Row]) -> list[Row]:
    """Undecided answers under their reason and site, since one failed visit leaves many rules without an answer."""
    groups: dict[tuple[str, str], Row] = {}
    for row in undecided:
        head = {"site": row["site"], "reason": row["reason"], "rows": []}
        groups.setdefault((row["site"] or "", row["reason"]), head)["rows"].append(row)
    return list(groups.values())


def rules(connection: sqlite3.Connection) -> list[Row]:
    """The catalogue of rules with how many findings of each are open."""
    query = (
        "SELECT r.*, (SELECT count(*) FROM finding_states f WHERE f.rule_id = r.id AND f.is_open) AS open_findings"
        " FROM rules r ORDER BY r.id"
    )
    return [{**row, "legal_basis": load(row["legal_basis"])} for row in select(connection, query)]


def artifact(connection: sqlite3.Connection, sha256: str) -> Row | None:
    """The stored facts of an artifact, None when the database knows none of that digest."""
    return first(connection, "SELECT * FROM artifacts WHERE sha256 = ?", [sha256])

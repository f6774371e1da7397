"""What the pages about one service or one cookie read: the same thing across vendors, in each vendor's last audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.search import match
from db.site.queries import LIST_LIMIT, by_rule, select

if TYPE_CHECKING:
    import sqlite3

    from db.site.queries import Row

FOUND_LIMIT = 60
_LATEST = (
    "WITH latest AS (SELECT a.id, a.vendor_id, a.run_id FROM audits a JOIN"
    " (SELECT vendor_id, max(run_id) AS run_id FROM audits GROUP BY vendor_id) m"
    " ON m.vendor_id = a.vendor_id AND m.run_id = a.run_id)"
)
_SEEN_IN = (
    "(SELECT group_concat(DISTINCT g.scenario || ':' || g.phase)"
    " FROM item_sightings g WHERE g.item_id = i.id) AS seen_in"
)
_ITEM = (
    "l.vendor_id, v.name AS vendor, l.run_id, s.url AS site, i.id AS item_id, i.kind, i.name, i.domain, i.party,"
    " i.category, i.service, i.entity, i.exempt, i.identifier, i.lifetime_seconds, i.reason, i.layer, i.confidence,"
    f" i.declared_category, i.declared_as, i.quote, {_SEEN_IN}"
)
_JOINED = (
    "FROM latest l CROSS JOIN observed_items i ON i.audit_id = l.id JOIN sites s ON s.id = i.site_id"
    " JOIN vendors v ON v.id = l.vendor_id"
)


def services(connection: sqlite3.Connection) -> list[Row]:
    """Every service seen in the vendors' last audits, those on most vendors first."""
    query = (
        f"{_LATEST} SELECT i.service, min(i.entity) AS entity, count(DISTINCT l.vendor_id) AS vendors,"  # noqa: S608 - names are ours
        " group_concat(DISTINCT i.category) AS categories,"
        " count(DISTINCT CASE WHEN i.declared_category IS NULL AND i.quote IS NULL THEN l.vendor_id END) AS undeclared,"
        " count(DISTINCT CASE WHEN EXISTS (SELECT 1 FROM item_sightings g WHERE g.item_id = i.id"
        "  AND g.phase = 'before_choice') THEN l.vendor_id END) AS early"
        " FROM latest l CROSS JOIN observed_items i ON i.audit_id = l.id WHERE i.service IS NOT NULL"
        " GROUP BY i.service ORDER BY vendors DESC, i.service"
    )
    return select(connection, query)


def service(connection: sqlite3.Connection, name: str) -> Row | None:
    """One service: on which vendors it was seen, when, and how each declares it; None where nobody has it."""
    items = select(
        connection,
        f"{_LATEST} SELECT {_ITEM} {_JOINED} WHERE i.service = ? ORDER BY v.name, s.url, i.kind, i.name LIMIT ?",
        [name, LIST_LIMIT * 5],
    )
    declared = select(
        connection,
        f"{_LATEST} SELECT l.vendor_id, v.name AS vendor, d.category, d.quote, g.url, g.sha256"  # noqa: S608 - names are ours
        " FROM latest l JOIN readings g ON g.audit_id = l.id"
        " JOIN declarations d ON d.reading_id = g.id AND d.kind = 'service' JOIN vendors v ON v.id = l.vendor_id"
        " WHERE d.label = ? ORDER BY v.name, d.id LIMIT ?",
        [name, LIST_LIMIT],
    )
    if not items and not declared:
        return None
    findings = select(
        connection,
        "SELECT * FROM mismatches WHERE service = ? AND is_open ORDER BY severity_rank, rule, vendor, site LIMIT ?",
        [name, LIST_LIMIT],
    )
    seen = {row["vendor_id"] for row in items}
    return {
        "name": name,
        "entity": next((row["entity"] for row in items if row["entity"]), None),
        "vendors": by_vendor(items),
        "declared_only": [row for row in declared if row["vendor_id"] not in seen],
        "findings": by_rule(findings),
    }


def cookie(connection: sqlite3.Connection, name: str) -> Row | None:
    """One cookie or storage key by its name: where it was seen and what each vendor says; None where nobody has it."""
    items = select(
        connection,
        f"{_LATEST} SELECT {_ITEM} {_JOINED} WHERE i.name = ? AND i.kind <> 'request'"
        " ORDER BY v.name, s.url, i.domain LIMIT ?",
        [name, LIST_LIMIT * 5],
    )
    if not items:
        return None
    return {
        "name": name,
        "vendors": by_vendor(items),
        "known_as": list(dict.fromkeys((row["category"], row["service"], row["reason"]) for row in items)),
    }


def by_vendor(items: list[Row]) -> list[Row]:
    """Items under their vendors, with the phases of each as pairs of scenario and phase."""
    groups: dict[str, Row] = {}
    for row in items:
        head = {"vendor_id": row["vendor_id"], "vendor": row["vendor"], "run_id": row["run_id"], "items": []}
        phases = list(dict.fromkeys(pair.partition(":")[2] for pair in (row["seen_in"] or "").split(",") if pair))
        groups.setdefault(row["vendor_id"], head)["items"].append({**row, "phases": phases})
    return list(groups.values())


MARKS = ("\x02", "\x03")
"""Around what matched; control characters never stand in stored text."""


def found(connection: sqlite3.Connection, words: str) -> list[Row]:
    """What the words are found in, best first, with the matching stretch of its text in pieces."""
    query = match(words)
    if query is None:
        return []
    rows = select(
        connection,
        "SELECT s.kind, s.vendor_id, v.name AS vendor, s.place, s.title, snippet(search, 4, ?, ?, '…', 28) AS stretch"
        " FROM search s JOIN vendors v ON v.id = s.vendor_id WHERE search MATCH ? ORDER BY rank LIMIT ?",
        [*MARKS, query, FOUND_LIMIT],
    )
    return [{**row, "pieces": pieces(row["stretch"])} for row in rows]


def pieces(stretch: str) -> list[tuple[str, bool]]:
    """(text, whether it matched) of a stretch in which ``MARKS`` stand."""
    cut = []
    for part in stretch.split(MARKS[0]):
        matched, mark, rest = part.partition(MARKS[1])
        cut += [(matched, True), (rest, False)] if mark else [(part, False)]
    return [(text, matched) for text, matched in cut if text]

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
        " SELECT m.* FROM (SELECT f.fingerprint, f.severity_rank, f.rule_id, v.name, f.site, f.subject"
        "  FROM wanted w CROSS JOIN finding_states f ON f.rule_id = w.rule AND f.severity = w.severity"
        "  JOIN vendors v ON v.id = f.vendor_id WHERE f.is_open AND (f.presence IN ('new', 'returned')) = ?"
        "  ORDER BY f.severity_rank, f.rule_id, v.name, f.site, f.subject LIMIT ?) c"
        " CROSS JOIN mismatches m ON m.fingerprint = c.fingerprint"
        " ORDER BY c.severity_rank, c.rule_id, c.name, c.site, c.subject"
    )
    return select(connection, query, [*wanted, is_new, SHOWN])


def by_rule(findings: Sequence[Row]) -> list[Row]:
    """Findings under their rules, in the order in which the rules first appear."""
    groups: dict[str, Row] = {}
    for row in findings:
        head = {"rule": row["rule"], "title": row["title"], "severity": row["severity"], "rows": []}
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


def dashboard(connection: sqlite3.Connection) -> Row:
    """Everything on the front page."""
    counts = open_counts(connection)
    vendors = sorted(vendor_heads(connection, counts), key=_worst_first)
    return {
        "affected": len({row["vendor_id"] for row in counts}),
        "run": first(connection, "SELECT * FROM runs ORDER BY id DESC LIMIT 1"),
        "open": by_severity(counts),
        "gone": select(connection, "SELECT count(*) AS gone FROM findings WHERE presence = 'gone'")[0]["gone"],
        "news": by_rule(open_findings(connection, counts, is_new=True)),
        "older": by_rule(open_findings(connection, counts, is_new=False)),
        "shown": SHOWN,
        "new_total": sum(row["new"] for row in vendors),
        "vendors": vendors,
        "rules": by_rules(connection, counts),
        "trend": trend(connection),
        "not_seen": not_seen(connection),
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
    """Visits of each vendor's last run that brought no evidence."""
    query = (
        "SELECT c.*, n.name AS vendor FROM vendors n CROSS JOIN sites s ON s.vendor_id = n.id"
        " CROSS JOIN visits v ON v.site_id = s.id AND v.outcome <> 'ok'"
        "  AND v.run_id = (SELECT max(run_id) FROM run_vendor_summary WHERE vendor_id = n.id)"
        " CROSS JOIN visit_coverage c ON c.id = v.id ORDER BY n.name, c.site, c.id LIMIT 100"
    )
    return select(connection, query)


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


def finding(connection: sqlite3.Connection, fingerprint: str) -> Row | None:
    """Everything on a finding's page, None for an unknown finding."""
    head = first(
        connection,
        "SELECT f.*, v.name AS vendor, t.id AS statement_id, t.title, t.fact, t.phase, t.service, t.category_observed,"
        " t.category_declared, t.quote, t.quote_start, t.quote_end, t.quote_url, t.quote_sha256, t.confidence,"
        " t.rule_version, t.withdrawn FROM finding_states f JOIN vendors v ON v.id = f.vendor_id JOIN statements t"
        " ON t.finding_id = f.id AND t.run_id = f.last_run_id WHERE f.fingerprint = ?",
        [fingerprint],
    )
    if head is None:
        return None
    rule = first(connection, "SELECT * FROM rules WHERE id = ?", [head["rule_id"]])
    if rule is not None:
        rule["legal_basis"] = load(rule["legal_basis"])
    evidence = select(
        connection, "SELECT * FROM evidence WHERE statement_id = ? ORDER BY position LIMIT 100", [head["statement_id"]]
    )
    shown = [{**reference, **resolved(connection, reference)} for reference in evidence]
    runs = (
        "SELECT t.*, r.started_at FROM statements t JOIN runs r ON r.id = t.run_id WHERE t.finding_id = ?"
        " ORDER BY t.run_id DESC LIMIT 20"
    )
    events = "SELECT * FROM finding_events WHERE finding_id = ? ORDER BY id DESC LIMIT 50"
    audits = "SELECT count(*) AS audits FROM audits WHERE vendor_id = ? AND run_id >= ?"
    return {
        **head,
        "rule": rule,
        "evidence": shown,
        "screenshots": finding_screenshots(connection, shown, head["phase"]),
        "recordings": finding_recordings(connection, shown),
        "runs": select(connection, runs, [head["id"]]),
        "events": select(connection, events, [head["id"]]),
        "audits": select(connection, audits, [head["vendor_id"], head["first_run_id"]])[0]["audits"],
        "text_sha256": quoted_text(connection, head["quote_sha256"]),
    }


_SIGHTINGS = {
    "cookie": ("cookie_sightings", "initiator"),
    "storage": ("storage_sightings", "initiator"),
    "request": ("request_sightings", "url"),
}


def resolved(connection: sqlite3.Connection, reference: Row) -> Row:
    """What a reference points at: its visit, and the observation with the same time and address in it."""
    found: Row = {"visit": None, "sighting": None}
    if reference["visit_id"] is None:
        return found
    found["visit"] = first(connection, "SELECT * FROM visit_coverage WHERE id = ?", [reference["visit_id"]])
    if reference["kind"] not in _SIGHTINGS:
        return found
    view, column = _SIGHTINGS[reference["kind"]]
    query = f"SELECT * FROM {view} WHERE visit_id = ? AND at_ms IS ? ORDER BY {column} IS NOT ?, id LIMIT 1"  # noqa: S608 - names are ours
    sighting = first(connection, query, [reference["visit_id"], reference["at_ms"], reference["url"]])
    if sighting is not None:
        for name in ("initiator_chain", "sent_to", "blocked_reasons", "sets_cookies", "sent_cookies"):
            sighting[name] = load(sighting.get(name) or "[]")
    return {**found, "sighting": sighting}


def finding_screenshots(connection: sqlite3.Connection, evidence: Sequence[Row], phase: str | None) -> list[Row]:
    """The pictures that the evidence names, else those of its visits in the finding's phase; at most four."""
    query = (
        "SELECT p.*, v.scenario, v.started_at FROM screenshots p JOIN visits v ON v.id = p.visit_id"
        " WHERE p.visit_id = ? ORDER BY p.id"
    )
    visits = dict.fromkeys(reference["visit_id"] for reference in evidence if reference["visit_id"] is not None)
    shots = [shot for visit in list(visits)[:10] for shot in select(connection, query, [visit])]
    named = {reference["artifact_sha256"] for reference in evidence if reference["kind"] == "screenshot"}
    chosen = [shot for shot in shots if shot["sha256"] in named]
    shown = [shot for shot in shots if shot["kind"] != "full" and phase in (None, shot["phase"])]
    return (chosen or shown)[:4]


def finding_recordings(connection: sqlite3.Connection, evidence: Sequence[Row]) -> list[Row]:
    """The HTTP Archives of the visits that the evidence names; at most ten."""
    visits = dict.fromkeys(reference["visit_id"] for reference in evidence if reference["visit_id"] is not None)
    query = "SELECT * FROM recordings WHERE visit_id = ? ORDER BY id"
    return [kept for visit in list(visits)[:10] for kept in select(connection, query, [visit])]


def quoted_text(connection: sqlite3.Connection, document: str | None) -> str | None:
    """The digest of the text in which a document's quotes count, None when the document was never read."""
    found = first(connection, "SELECT text_sha256 FROM readings WHERE sha256 IS ? ORDER BY id DESC LIMIT 1", [document])
    return None if found is None or document is None else str(found["text_sha256"])


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

"""What the pages read. Every function takes a read connection and returns plain rows; none reads a raw fact table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from db.codec import load

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

Row = dict[str, Any]
SEVERITIES = ("critical", "high", "medium", "low", "info")
ITEM_LIMIT = 500
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


def open_findings(connection: sqlite3.Connection, *, is_new: bool) -> list[Row]:
    """The worst open findings: those that appeared or came back in their vendor's last run, or the others."""
    query = (
        "SELECT * FROM mismatches WHERE is_open AND (presence IN ('new', 'returned')) = ?"
        " ORDER BY severity_rank, rule, vendor, site, subject LIMIT ?"
    )
    return select(connection, query, [is_new, SHOWN])


def by_rule(findings: Sequence[Row]) -> list[Row]:
    """Findings under their rules, in the order in which the rules first appear."""
    groups: dict[str, Row] = {}
    for row in findings:
        head = {"rule": row["rule"], "title": row["title"], "severity": row["severity"], "rows": []}
        groups.setdefault(row["rule"], head)["rows"].append(row)
    return list(groups.values())


def open_by_severity(connection: sqlite3.Connection) -> dict[str, int]:
    """How many findings are open, by severity, all five present."""
    query = "SELECT severity, count(*) AS findings FROM finding_states WHERE is_open GROUP BY severity"
    found = {row["severity"]: row["findings"] for row in select(connection, query)}
    return {severity: found.get(severity, 0) for severity in SEVERITIES}


def dashboard(connection: sqlite3.Connection) -> Row:
    """Everything on the front page."""
    counted = (
        "SELECT f.rule_id, coalesce(r.title, f.rule_id) AS title, count(*) AS findings,"
        " count(DISTINCT f.vendor_id) AS vendors, min(f.severity_rank) AS rank"
        " FROM finding_states f LEFT JOIN rules r ON r.id = f.rule_id WHERE f.is_open"
        " GROUP BY f.rule_id ORDER BY rank, findings DESC"
    )
    ranked = (
        "SELECT * FROM vendor_status ORDER BY critical DESC, high DESC, medium DESC, low DESC, info DESC,"
        " coalesce(visits_ok, 0), name"
    )
    vendors = select(connection, ranked)
    return {
        "affected": sum(any(row[severity] for severity in SEVERITIES) for row in vendors),
        "run": first(connection, "SELECT * FROM runs ORDER BY id DESC LIMIT 1"),
        "open": open_by_severity(connection),
        "gone": select(connection, "SELECT count(*) AS gone FROM findings WHERE presence = 'gone'")[0]["gone"],
        "news": by_rule(open_findings(connection, is_new=True)),
        "older": by_rule(open_findings(connection, is_new=False)),
        "shown": SHOWN,
        "new_total": sum(row["new"] for row in vendors),
        "vendors": vendors,
        "rules": [{**row, "severity": SEVERITIES[row["rank"] - 1]} for row in select(connection, counted)],
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
        "SELECT c.*, s.name AS vendor FROM vendor_status s"
        " JOIN visits v ON v.run_id = s.last_run_id AND v.outcome <> 'ok'"
        " JOIN visit_coverage c ON c.id = v.id AND c.vendor_id = s.id ORDER BY s.name, c.site, c.id LIMIT 100"
    )
    return select(connection, query)


def vendor(connection: sqlite3.Connection, vendor_id: str) -> Row | None:
    """Everything on a vendor's page, None for an unknown vendor."""
    head = first(connection, "SELECT * FROM vendor_status WHERE id = ?", [vendor_id])
    if head is None:
        return None
    run = head["last_run_id"]
    more = first(connection, "SELECT jurisdictions FROM vendors WHERE id = ?", [vendor_id]) or {"jurisdictions": "[]"}
    readings = vendor_readings(connection, run, vendor_id)
    items = (
        "SELECT * FROM declared_vs_observed WHERE run_id = ? AND vendor_id = ? ORDER BY site, CASE category"
        " WHEN 'targeting' THEN 1 WHEN 'performance' THEN 2 WHEN 'functional' THEN 3 WHEN 'unclassified' THEN 4"
        " WHEN 'strictly_necessary' THEN 6 ELSE 5 END, service, kind, name LIMIT ?"
    )
    findings = "SELECT * FROM mismatches WHERE vendor_id = ? ORDER BY severity_rank, rule, site, subject"
    undecided = "SELECT * FROM undecided_rules WHERE run_id = ? AND vendor_id = ? ORDER BY rule, site, subject LIMIT ?"
    return {
        **head,
        "questions": head["undecided"],
        "jurisdictions": load(more["jurisdictions"]),
        **lives(select(connection, findings, [vendor_id])),
        "sites": vendor_sites(connection, run, vendor_id),
        "items": select(connection, items, [run, vendor_id, ITEM_LIMIT]),
        "readings": readings,
        "policies": select(
            connection, "SELECT * FROM policies WHERE run_id = ? AND vendor_id = ? ORDER BY id", [run, vendor_id]
        ),
        "versions": policy_versions(connection, vendor_id),
        "undecided": by_reason(select(connection, undecided, [run, vendor_id, LIST_LIMIT])),
        "history": trend(connection, vendor_id)[::-1],
    }


def by_reason(undecided: Sequence[Row]) -> list[Row]:
    """Undecided answers under their reason and site, since one failed visit leaves many rules without an answer."""
    groups: dict[tuple[str, str], Row] = {}
    for row in undecided:
        head = {"site": row["site"], "reason": row["reason"], "rows": []}
        groups.setdefault((row["site"] or "", row["reason"]), head)["rows"].append(row)
    return list(groups.values())


def lives(findings: Sequence[Row]) -> Row:
    """Findings under their rules: open ones, those that people have settled, and those that are gone."""
    present = [row for row in findings if row["presence"] != "gone"]
    return {
        "open": by_rule([row for row in present if row["is_open"]]),
        "settled": by_rule([row for row in present if not row["is_open"]]),
        "gone": by_rule([row for row in findings if row["presence"] == "gone"]),
    }


def vendor_sites(connection: sqlite3.Connection, run: int | None, vendor_id: str) -> list[Row]:
    """The vendor's sites in a run: visits with banner facts and screenshots, and the counts of the matrix."""
    visits = select(
        connection,
        "SELECT c.*, v.proof, v.method, v.clicks, v.title, v.final_url, b.text AS banner_text, b.language"
        " FROM visit_coverage c JOIN visits v ON v.id = c.id LEFT JOIN banners b ON b.visit_id = c.id"
        " WHERE c.run_id = ? AND c.vendor_id = ? ORDER BY c.site, CASE c.scenario WHEN 'no_choice' THEN 1"
        " WHEN 'reject_all' THEN 2 WHEN 'accept_all' THEN 3 WHEN 'withdraw' THEN 4 ELSE 5 END",
        [run, vendor_id],
    )
    shots = select(
        connection,
        "SELECT p.* FROM screenshots p JOIN visits v ON v.id = p.visit_id JOIN sites s ON s.id = v.site_id"
        " WHERE v.run_id = ? AND s.vendor_id = ? ORDER BY p.id",
        [run, vendor_id],
    )
    counts = select(
        connection,
        "SELECT m.*, s.url AS site FROM consent_matrix m JOIN sites s ON s.id = m.site_id"
        " WHERE m.run_id = ? AND m.vendor_id = ?",
        [run, vendor_id],
    )
    names = list(dict.fromkeys(visit["site"] for visit in visits))
    return [
        {
            "url": name,
            "visits": [
                {**visit, "screenshots": [shot for shot in shots if shot["visit_id"] == visit["id"]]}
                for visit in visits
                if visit["site"] == name
            ],
            "counts": [row for row in counts if row["site"] == name],
        }
        for name in names
    ]


def vendor_readings(connection: sqlite3.Connection, run: int | None, vendor_id: str) -> list[Row]:
    """What the vendor's policies declare, as read in a run's audit."""
    query = (
        "SELECT g.* FROM readings g JOIN audits a ON a.id = g.audit_id WHERE a.run_id = ? AND a.vendor_id = ?"
        " ORDER BY g.id"
    )
    declared = "SELECT * FROM declarations WHERE reading_id = ? ORDER BY id LIMIT ?"
    return [
        {
            **row,
            "silent_on": load(row["silent_on"]),
            "declarations": [
                {**declaration, "scopes": load(declaration["scopes"])}
                for declaration in select(connection, declared, [row["id"], LIST_LIMIT])
            ],
        }
        for row in select(connection, query, [run, vendor_id])
    ]


def policy_versions(connection: sqlite3.Connection, vendor_id: str) -> list[Row]:
    """The different texts seen at each address, latest first.

    ``was_read``: the document has a page; ``earlier``: the digest of the version before it, where both have one.
    """
    query = (
        "WITH seen AS (SELECT url, sha256, content_type, min(fetched_at) AS first_seen, max(fetched_at) AS last_seen,"
        " count(*) AS times, EXISTS (SELECT 1 FROM readings g WHERE g.sha256 = policies.sha256) AS was_read"
        " FROM policies WHERE vendor_id = ? AND sha256 IS NOT NULL GROUP BY url, sha256)"
        " SELECT *, CASE WHEN was_read THEN lag(CASE WHEN was_read THEN sha256 END)"
        " OVER (PARTITION BY url ORDER BY last_seen) END AS earlier FROM seen ORDER BY last_seen DESC LIMIT 20"
    )
    return select(connection, query, [vendor_id])


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

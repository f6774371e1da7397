"""What a vendor's page reads: its last run site by site, what its policies declare, and what changed over its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.codec import load
from db.site.queries import LIST_LIMIT, by_reason, by_rule, first, select, trend, vendor_head

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from db.site.queries import Row

ITEM_LIMIT = 500
PHASES = ("before_choice", "after_reject", "after_accept", "after_withdrawal")


def vendor(connection: sqlite3.Connection, vendor_id: str) -> Row | None:
    """Everything on a vendor's page, None for an unknown vendor."""
    head = vendor_head(connection, vendor_id)
    if head is None:
        return None
    run = head["last_run_id"]
    more = first(connection, "SELECT jurisdictions FROM vendors WHERE id = ?", [vendor_id]) or {"jurisdictions": "[]"}
    history = trend(connection, vendor_id)
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
        "items": [
            {**row, "phases": [phase for phase in PHASES if row[phase]]}
            for row in select(connection, items, [run, vendor_id, ITEM_LIMIT])
        ],
        "readings": readings,
        "policies": select(
            connection, "SELECT * FROM policies WHERE run_id = ? AND vendor_id = ? ORDER BY id", [run, vendor_id]
        ),
        "versions": policy_versions(connection, vendor_id),
        "timeline": timeline(connection, vendor_id, history),
        "undecided": by_reason(select(connection, undecided, [run, vendor_id, LIST_LIMIT])),
        "history": history[::-1],
    }


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
        "SELECT c.*, v.proof, v.method, v.clicks, v.title, v.final_url, k.language,"
        " k.covers, k.scroll_locked, k.pay_option, (SELECT text FROM texts WHERE id = k.switches_id) AS switches,"
        " (SELECT text FROM texts WHERE id = k.prominence_id) AS prominence,"
        " (SELECT text FROM texts WHERE id = k.text_id) AS banner_text"
        " FROM visit_coverage c JOIN visits v ON v.id = c.id LEFT JOIN banner_observations b ON b.visit_id = c.id"
        " LEFT JOIN banner_kinds k ON k.id = b.kind_id"
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
    recordings = select(
        connection,
        "SELECT r.* FROM recordings r JOIN visits v ON v.id = r.visit_id JOIN sites s ON s.id = v.site_id"
        " WHERE v.run_id = ? AND s.vendor_id = ? ORDER BY r.id",
        [run, vendor_id],
    )
    calls = select(
        connection,
        "SELECT s.url AS site, c.api, c.phase, c.script, sum(c.count) AS calls FROM sites s JOIN visits v"
        " ON v.site_id = s.id JOIN api_calls c ON c.visit_id = v.id WHERE v.run_id = ? AND s.vendor_id = ?"
        " GROUP BY s.url, c.api, c.phase, c.script ORDER BY s.url, calls DESC, c.api LIMIT ?",
        [run, vendor_id, LIST_LIMIT],
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
                {
                    **visit,
                    "switches": load(visit["switches"] or "[]"),
                    "prominence": load(visit["prominence"] or "null"),
                    "screenshots": [shot for shot in shots if shot["visit_id"] == visit["id"]],
                    "recordings": [kept for kept in recordings if kept["visit_id"] == visit["id"]],
                }
                for visit in visits
                if visit["site"] == name
            ],
            "counts": [row for row in counts if row["site"] == name],
            "calls": [row for row in calls if row["site"] == name],
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


def timeline(connection: sqlite3.Connection, vendor_id: str, runs: Sequence[Row]) -> list[Row]:
    """The runs of `trend`, oldest first, each with what changed in it: texts of policies, consent platforms, findings.

    ``platforms`` are those that a run with evidence saw, None where it saw none; ``new_platforms`` is set where they
    are others than in the run before. ``texts`` are the digests of policy texts that were never seen before.
    """
    first_run = runs[0]["run_id"] if runs else 0
    platforms = select(
        connection,
        "SELECT v.run_id, group_concat(DISTINCT coalesce(k.cmp, 'unknown platform')) AS names FROM sites s"
        " CROSS JOIN visits v ON v.site_id = s.id AND v.run_id >= ? LEFT JOIN banner_observations b"
        " ON b.visit_id = v.id LEFT JOIN banner_kinds k ON k.id = b.kind_id"
        " WHERE s.vendor_id = ? AND v.outcome = 'ok' AND b.visit_id IS NOT NULL GROUP BY v.run_id",
        [first_run, vendor_id],
    )
    texts = select(
        connection,
        "SELECT min(run_id) AS run_id, sha256 FROM policies WHERE vendor_id = ? AND sha256 IS NOT NULL"
        " GROUP BY url, sha256",
        [vendor_id],
    )
    seen = {row["run_id"]: ", ".join(sorted(row["names"].split(","))) for row in platforms}
    found = []
    before = None
    for run in runs:
        names = (seen.get(run["run_id"]) or "no banner") if run["visits_ok"] else None
        changed = names is not None and before is not None and names != before
        before = names or before
        new = [row["sha256"] for row in texts if row["run_id"] == run["run_id"]]
        found.append({**run, "platforms": names, "new_platforms": changed, "texts": new})
    return found

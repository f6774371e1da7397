"""SQL views: the flat records that `db.rows` reads, and the tables that people read.

Everything here is derived; dropping a view loses nothing. Every view has one sentence of description, which the
published metadata repeats. What is computed is cast: a filter of a page compares with text, which equals a number only
where the column is said to be one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view: ``select`` is its SQL, ``description`` one sentence for readers."""

    name: str
    description: str
    select: str


VIEWS = (
    View(
        name="mismatches",
        description="One row, one claim, two pieces of evidence: what was measured beside what the vendor declared.",
        select="""
SELECT f.fingerprint, f.severity, v.name AS vendor, t.title, f.subject, t.fact, t.quote, f.site, t.phase, t.service,
  t.category_observed, t.category_declared, f.presence, f.status, f.is_open, f.first_seen, f.last_seen, f.times_seen,
  f.rule_id AS rule, f.vendor_id, t.confidence, t.quote_url, t.quote_start, t.quote_end, t.run_id, f.severity_rank,
  t.rule_version, CAST(coalesce(r.heuristic, 0) AS INTEGER) AS heuristic,
  CAST((SELECT min(i.layer) FROM audits a JOIN observed_items i ON i.audit_id = a.id
    WHERE a.run_id = t.run_id AND a.vendor_id = f.vendor_id
    AND (i.subject = f.subject OR (f.subject LIKE 'service:%' AND i.service = t.service))) AS INTEGER) AS layer
FROM finding_states f JOIN vendors v ON v.id = f.vendor_id LEFT JOIN rules r ON r.id = f.rule_id
  JOIN statements t ON t.finding_id = f.id AND t.run_id = f.last_run_id""",
    ),
    View(
        name="vendor_status",
        description="One row per vendor: open findings by severity, and how its last run went.",
        select="""
SELECT v.id, v.name, v.owner, v.cadence, r.id AS last_run_id, r.started_at AS last_run_at, r.status AS last_run_status,
  m.visits, m.visits_ok, m.planned, m.undecided, m.audited, CAST(coalesce(f.critical, 0) AS INTEGER) AS critical,
  CAST(coalesce(f.high, 0) AS INTEGER) AS high, CAST(coalesce(f.medium, 0) AS INTEGER) AS medium,
  CAST(coalesce(f.low, 0) AS INTEGER) AS low, CAST(coalesce(f.info, 0) AS INTEGER) AS info,
  CAST(coalesce(f.new, 0) AS INTEGER) AS new
FROM vendors v LEFT JOIN (SELECT vendor_id, max(run_id) AS run_id FROM run_vendor_summary GROUP BY vendor_id) l
    ON l.vendor_id = v.id
  LEFT JOIN runs r ON r.id = l.run_id
  LEFT JOIN run_vendor_summary m ON m.run_id = l.run_id AND m.vendor_id = v.id
  LEFT JOIN (SELECT vendor_id, sum(severity = 'critical') AS critical, sum(severity = 'high') AS high,
      sum(severity = 'medium') AS medium, sum(severity = 'low') AS low, sum(severity = 'info') AS info,
      sum(presence IN ('new', 'returned')) AS new
    FROM finding_states WHERE is_open GROUP BY vendor_id) f ON f.vendor_id = v.id""",
    ),
    View(
        name="declared_vs_observed",
        description="Every observed item of every audit beside how the vendor's policy declares it.",
        select="""
SELECT a.run_id, a.vendor_id, s.url AS site, i.id AS item_id, i.subject, i.kind, i.name, i.domain, i.party, i.category,
  i.service, i.entity, i.confidence, i.reason, i.exempt, i.identifier, i.lifetime_seconds, i.declared_category,
  i.declared_as, i.quote, i.quote_start, i.quote_end, i.quote_url, i.quote_sha256,
  CAST(EXISTS (SELECT 1 FROM item_sightings g WHERE g.item_id = i.id AND g.phase = 'before_choice')
    AS INTEGER) AS before_choice,
  CAST(EXISTS (SELECT 1 FROM item_sightings g WHERE g.item_id = i.id AND g.phase = 'after_accept')
    AS INTEGER) AS after_accept,
  CAST(EXISTS (SELECT 1 FROM item_sightings g WHERE g.item_id = i.id AND g.phase = 'after_reject')
    AS INTEGER) AS after_reject,
  CAST(EXISTS (SELECT 1 FROM item_sightings g WHERE g.item_id = i.id AND g.phase = 'after_withdrawal')
    AS INTEGER) AS after_withdrawal
FROM observed_items i JOIN audits a ON a.id = i.audit_id JOIN sites s ON s.id = i.site_id""",
    ),
    View(
        name="undecided_rules",
        description="What a rule could not decide, and why: no finding there does not mean that nothing was there.",
        select="""
SELECT u.id, a.run_id, a.vendor_id, u.rule_id AS rule, u.site, u.subject, u.reason
FROM undecided u JOIN audits a ON a.id = u.audit_id""",
    ),
    View(
        name="visit_coverage",
        description="Every stored visit with its outcome, the choice that was made and whether it was proven.",
        select="""
SELECT v.id, v.run_id, s.vendor_id, s.url AS site, v.scenario, v.outcome, v.failure, v.choice, v.proven, v.http_status,
  v.started_at, v.duration_ms, v.attempt, b.cmp, b.layers, b.accept_clicks, b.reject_clicks, b.pre_ticked, b.wall
FROM visits v JOIN sites s ON s.id = v.site_id LEFT JOIN banners b ON b.visit_id = v.id""",
    ),
    View(
        name="finding_states",
        description="Every finding with the verdict in force: an acceptance counts only until its date.",
        select="""
SELECT f.id, f.fingerprint, f.rule_id, f.vendor_id, s.url AS site, f.subject, f.severity,
  CAST(CASE f.severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 WHEN 'low' THEN 4 ELSE 5 END
    AS INTEGER) AS severity_rank, f.presence,
  CASE WHEN f.status = 'accepted' AND f.accepted_until < date('now') THEN 'open' ELSE f.status END AS status,
  f.accepted_until, f.first_run_id, f.last_run_id, f.first_seen, f.last_seen, f.times_seen,
  CAST(f.presence <> 'gone' AND (f.status IN ('open', 'acknowledged')
    OR (f.status = 'accepted' AND f.accepted_until < date('now'))) AS INTEGER) AS is_open
FROM findings f LEFT JOIN sites s ON s.id = f.site_id""",
    ),
    View(
        name="cookie_sightings",
        description="Every write or sighting of a cookie in one phase of a visit, as the browser reported it.",
        select="""
SELECT o.id, o.visit_id, v.run_id, s.vendor_id, s.url AS site, v.scenario, c.name, c.domain, c.path, o.party, o.phase,
  o.event, o.set_by, o.host_only, o.secure, o.http_only, o.same_site, o.partition_key, o.lifetime_seconds,
  o.declared_lifetime_seconds, o.expires, o.at_ms, o.in_jar, i.text AS initiator, chain.text AS initiator_chain,
  sent.text AS sent_to, blocked.text AS blocked_reasons, o.value_length, o.value_hash, o.value_entropy, o.identifier
FROM cookie_observations o JOIN cookies c ON c.id = o.cookie_id JOIN visits v ON v.id = o.visit_id
  JOIN sites s ON s.id = v.site_id LEFT JOIN texts i ON i.id = o.initiator_id
  LEFT JOIN texts chain ON chain.id = o.initiator_chain_id LEFT JOIN texts sent ON sent.id = o.sent_to_id
  LEFT JOIN texts blocked ON blocked.id = o.blocked_reasons_id""",
    ),
    View(
        name="storage_sightings",
        description="Every key of browser storage (local, session, IndexedDB, Cache API) in one phase of a visit.",
        select="""
SELECT o.id, o.visit_id, v.run_id, s.vendor_id, s.url AS site, v.scenario, k.kind, k.origin, k."key", o.party, o.phase,
  o.at_ms, i.text AS initiator, o.value_length, o.value_hash, o.value_entropy, o.identifier
FROM storage_observations o JOIN storage_items k ON k.id = o.item_id JOIN visits v ON v.id = o.visit_id
  JOIN sites s ON s.id = v.site_id LEFT JOIN texts i ON i.id = o.initiator_id""",
    ),
    View(
        name="request_sightings",
        description="Every request that reached the wire in one phase of a visit; URLs keep parameter names only.",
        select="""
SELECT r.id, r.visit_id, v.run_id, s.vendor_id, s.url AS site, v.scenario, h.host, e.method, e.url, e.resource_type,
  r.party, r.phase, r.at_ms, r.status, r.beacon, why.text AS beacon_reason, i.text AS initiator,
  chain.text AS initiator_chain, sets.text AS sets_cookies, sent.text AS sent_cookies, r.from_service_worker
FROM requests r JOIN endpoints e ON e.id = r.endpoint_id JOIN hosts h ON h.id = e.host_id
  JOIN visits v ON v.id = r.visit_id JOIN sites s ON s.id = v.site_id LEFT JOIN texts why ON why.id = r.beacon_reason_id
  LEFT JOIN texts i ON i.id = r.initiator_id LEFT JOIN texts chain ON chain.id = r.initiator_chain_id
  LEFT JOIN texts sets ON sets.id = r.sets_cookies_id LEFT JOIN texts sent ON sent.id = r.sent_cookies_id""",
    ),
)


def create_views(database: Database) -> None:
    """Creates the views that are missing or differ, in one transaction; writes nothing when all are right."""
    wanted = {view.name: f"CREATE VIEW {view.name} AS{view.select}" for view in VIEWS}
    rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'").fetchall()
    present = {str(name): str(sql) for name, sql in rows}
    stale = {name: sql for name, sql in wanted.items() if present.get(name) != sql}
    if not stale:
        return
    with database.atomic():
        for name, sql in stale.items():
            database.execute(f"DROP VIEW IF EXISTS {name}")
            database.execute(sql)

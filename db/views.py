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


IS_OPEN = """f.presence <> 'gone' AND (f.status IN ('open', 'acknowledged')
    OR (f.status = 'accepted' AND f.accepted_until < date('now')))"""
"""Whether a row ``f`` of ``findings`` is open: there, and not settled by people; acceptances count until their date."""


def _time(microseconds: str) -> str:
    """SQL for the ISO text of a time in microseconds since 1970; before 1970 the fraction counts forward, too."""
    fraction = f"(({microseconds} % 1000000 + 1000000) % 1000000)"
    return (
        f"strftime('%Y-%m-%dT%H:%M:%S', ({microseconds} - {fraction}) / 1000000, 'unixepoch')"
        f" || printf('.%06d+00:00', {fraction})"
    )


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
SELECT a.run_id, a.vendor_id, s.url AS site, o.id AS item_id, i.subject, i.kind, i.name, i.domain, i.party, i.category,
  i.service, i.entity, i.confidence, i.reason, i.exempt, o.identifier, o.lifetime_seconds, i.declared_category,
  i.declared_as, q.text AS quote, i.quote_start, i.quote_end, u.text AS quote_url, d.text AS quote_sha256,
  CAST(instr(t.text, '"before_choice"') > 0 AS INTEGER) AS before_choice,
  CAST(instr(t.text, '"after_accept"') > 0 AS INTEGER) AS after_accept,
  CAST(instr(t.text, '"after_reject"') > 0 AS INTEGER) AS after_reject,
  CAST(instr(t.text, '"after_withdrawal"') > 0 AS INTEGER) AS after_withdrawal
FROM item_observations o JOIN item_kinds i ON i.id = o.kind_id JOIN audits a ON a.id = o.audit_id
  JOIN sites s ON s.id = o.site_id JOIN texts t ON t.id = o.seen_in_id LEFT JOIN texts q ON q.id = i.quote_id
  LEFT JOIN texts u ON u.id = i.quote_url_id LEFT JOIN texts d ON d.id = i.quote_sha256_id""",
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
FROM visits v JOIN sites s ON s.id = v.site_id LEFT JOIN banner_observations o ON o.visit_id = v.id
  LEFT JOIN banner_kinds b ON b.id = o.kind_id""",
    ),
    View(
        name="finding_states",
        description="Every finding with the verdict in force: an acceptance counts only until its date.",
        select=f"""
SELECT f.id, f.fingerprint, f.rule_id, f.vendor_id, s.url AS site, f.subject, f.severity,
  CAST(CASE f.severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 WHEN 'low' THEN 4 ELSE 5 END
    AS INTEGER) AS severity_rank, f.presence,
  CASE WHEN f.status = 'accepted' AND f.accepted_until < date('now') THEN 'open' ELSE f.status END AS status,
  f.accepted_until, f.first_run_id, f.last_run_id, f.first_seen, f.last_seen, f.times_seen,
  CAST({IS_OPEN} AS INTEGER) AS is_open
FROM findings f LEFT JOIN sites s ON s.id = f.site_id""",  # noqa: S608 - words are ours
    ),
    View(
        name="finding_history",
        description="Every finding's life: first and last seen, how often it was seen, went away and returned.",
        select="""
SELECT f.fingerprint, f.vendor_id, f.rule_id AS rule, f.site, f.subject, f.severity, f.presence, f.status, f.first_seen,
  f.last_seen, f.times_seen, coalesce(e.times_gone, 0) AS times_gone, coalesce(e.times_returned, 0) AS times_returned,
  e.last_gone_at, e.last_returned_at
FROM finding_states f LEFT JOIN (SELECT finding_id, sum(action = 'gone') AS times_gone,
    sum(action = 'returned') AS times_returned, max(CASE WHEN action = 'gone' THEN at END) AS last_gone_at,
    max(CASE WHEN action = 'returned' THEN at END) AS last_returned_at
  FROM finding_events GROUP BY finding_id) e ON e.finding_id = f.id""",
    ),
    View(
        name="vendor_timeline",
        description="A vendor's runs, versions of policies, and changes of consent platform and findings.",
        select="""
SELECT m.vendor_id, r.started_at AS at, 'run' AS kind, r.status AS change, NULL AS what, r.id AS run_id,
  NULL AS fingerprint, NULL AS sha256
FROM run_vendors m JOIN runs r ON r.id = m.run_id
UNION ALL
SELECT vendor_id, fetched_at, 'policy', CASE WHEN before IS NULL THEN 'first' ELSE 'changed' END, place, run_id, NULL,
  sha256
FROM (SELECT vendor_id, fetched_at, coalesce(url, source) AS place, run_id, sha256, lag(sha256) OVER
    (PARTITION BY vendor_id, coalesce(source, url) ORDER BY run_id) AS before
  FROM policies WHERE sha256 IS NOT NULL) WHERE sha256 IS NOT before
UNION ALL
SELECT vendor_id, at, 'cmp', CASE WHEN is_first THEN 'first' ELSE 'changed' END, cmp, run_id, NULL, NULL
FROM (SELECT vendor_id, at, cmp, run_id, row_number() OVER (PARTITION BY vendor_id, site_id ORDER BY run_id) = 1
    AS is_first, lag(cmp) OVER (PARTITION BY vendor_id, site_id ORDER BY run_id) AS before
  FROM (SELECT s.vendor_id, v.site_id, v.run_id, min(v.started_at) AS at, max(b.cmp) AS cmp
    FROM visits v JOIN sites s ON s.id = v.site_id LEFT JOIN banner_observations o ON o.visit_id = v.id
      LEFT JOIN banner_kinds b ON b.id = o.kind_id
    WHERE v.outcome = 'ok' GROUP BY s.vendor_id, v.site_id, v.run_id))
WHERE cmp IS NOT before OR (is_first AND cmp IS NOT NULL)
UNION ALL
SELECT f.vendor_id, e.at, 'finding', e.action, f.subject, e.run_id, f.fingerprint, NULL
FROM finding_events e JOIN findings f ON f.id = e.finding_id WHERE e.action IN ('new', 'returned', 'gone')""",
    ),
    View(
        name="cookie_sightings",
        description="Every write or sighting of a cookie in one phase of a visit, as the browser reported it.",
        select=f"""
SELECT o.id, o.visit_id, v.run_id, s.vendor_id, s.url AS site, v.scenario, c.name, c.domain, c.path, k.party, k.phase,
  k.event, k.set_by, k.host_only, k.secure, k.http_only, k.same_site, k.partition_key, o.lifetime_seconds,
  o.declared_lifetime_seconds, {_time("o.expires_us")} AS expires, o.at_ms, k.in_jar, i.text AS initiator,
  chain.text AS initiator_chain, sent.text AS sent_to, blocked.text AS blocked_reasons, o.value_length,
  lower(hex(o.value_hash)) AS value_hash, o.value_entropy, k.identifier
FROM cookie_observations o JOIN cookie_kinds k ON k.id = o.kind_id JOIN cookies c ON c.id = k.cookie_id
  JOIN visits v ON v.id = o.visit_id JOIN sites s ON s.id = v.site_id LEFT JOIN texts i ON i.id = k.initiator_id
  LEFT JOIN texts chain ON chain.id = k.initiator_chain_id LEFT JOIN texts sent ON sent.id = k.sent_to_id
  LEFT JOIN texts blocked ON blocked.id = k.blocked_reasons_id""",  # noqa: S608 - names are ours
    ),
    View(
        name="storage_sightings",
        description="Every key of browser storage (local, session, IndexedDB, Cache API) in one phase of a visit.",
        select="""
SELECT o.id, o.visit_id, v.run_id, s.vendor_id, s.url AS site, v.scenario, n.kind, n.origin, n."key", k.party, k.phase,
  o.at_ms, i.text AS initiator, o.value_length, lower(hex(o.value_hash)) AS value_hash, o.value_entropy, k.identifier
FROM storage_observations o JOIN storage_kinds k ON k.id = o.kind_id JOIN storage_items n ON n.id = k.item_id
  JOIN visits v ON v.id = o.visit_id JOIN sites s ON s.id = v.site_id LEFT JOIN texts i ON i.id = k.initiator_id""",
    ),
    View(
        name="request_sightings",
        description="Every request that reached the wire in one phase of a visit; URLs keep parameter names only.",
        select="""
SELECT r.id, r.visit_id, v.run_id, s.vendor_id, s.url AS site, v.scenario, h.host, e.method, e.url, e.resource_type,
  k.party, k.phase, r.at_ms, k.status, k.beacon, why.text AS beacon_reason, i.text AS initiator,
  chain.text AS initiator_chain, sets.text AS sets_cookies, sent.text AS sent_cookies, k.from_service_worker
FROM requests r JOIN request_kinds k ON k.id = r.kind_id JOIN endpoints e ON e.id = k.endpoint_id
  JOIN hosts h ON h.id = e.host_id JOIN visits v ON v.id = r.visit_id JOIN sites s ON s.id = v.site_id
  LEFT JOIN texts why ON why.id = k.beacon_reason_id LEFT JOIN texts i ON i.id = k.initiator_id
  LEFT JOIN texts chain ON chain.id = k.initiator_chain_id LEFT JOIN texts sets ON sets.id = k.sets_cookies_id
  LEFT JOIN texts sent ON sent.id = k.sent_cookies_id""",
    ),
    View(
        name="banners",
        description="The consent banner of a visit.",
        select="""
SELECT o.visit_id, k.detected_by, k.cmp, k.layers, k.accept_clicks, k.reject_clicks, k.pre_ticked, k.wall, t.text,
  k.language, k.box, k.covers, k.scroll_locked, k.pay_option, w.text AS switches, p.text AS prominence
FROM banner_observations o JOIN banner_kinds k ON k.id = o.kind_id JOIN texts t ON t.id = k.text_id
  JOIN texts w ON w.id = k.switches_id LEFT JOIN texts p ON p.id = k.prominence_id""",
    ),
    View(
        name="observed_items",
        description="What an audit observed on a site: a cookie, a storage key or a contacted host, and what it is.",
        select="""
SELECT o.id, o.audit_id, o.site_id, k.subject, k.kind, k.name, k.domain, k.party, k.category, k.also_declared_as,
  k.service, k.entity, k.layer, k.confidence, k.reason, k.source, k.role, k.exempt, o.lifetime_seconds, o.identifier,
  k.declared_category, k.declared_as, q.text AS quote, k.quote_start, k.quote_end, u.text AS quote_url,
  d.text AS quote_sha256
FROM item_observations o JOIN item_kinds k ON k.id = o.kind_id LEFT JOIN texts q ON q.id = k.quote_id
  LEFT JOIN texts u ON u.id = k.quote_url_id LEFT JOIN texts d ON d.id = k.quote_sha256_id""",
    ),
    View(
        name="item_sightings",
        description="In which scenarios and phases an observed item was seen.",
        select="""
SELECT o.id AS item_id, j."key" AS position, json_extract(j.value, '$[0]') AS scenario,
  json_extract(j.value, '$[1]') AS phase
FROM item_observations o JOIN texts t ON t.id = o.seen_in_id, json_each(t.text) j""",
    ),
    View(
        name="statements",
        description="What a finding said in one run.",
        select="""
SELECT o.id, o.finding_id, o.run_id, o.withdrawn, o.presence, o.rule_version, o.severity, o.confidence, o.phase,
  t.text AS title, o.fact, o.category_observed, o.category_declared, o.service, q.text AS quote, o.quote_start,
  o.quote_end, u.text AS quote_url, d.text AS quote_sha256, o.visits_hit, o.visits_total
FROM finding_statements o JOIN texts t ON t.id = o.title_id LEFT JOIN texts q ON q.id = o.quote_id
  LEFT JOIN texts u ON u.id = o.quote_url_id LEFT JOIN texts d ON d.id = o.quote_sha256_id""",
    ),
    View(
        name="evidence",
        description="What a statement rests on: the observations, pictures and passages that it names.",
        select="""
SELECT o.statement_id, o.position, o.kind, o.visit_id, u.text AS url, o.at_ms, i.text AS initiator,
  d.text AS artifact_sha256
FROM evidence_references o LEFT JOIN texts u ON u.id = o.url_id LEFT JOIN texts i ON i.id = o.initiator_id
  LEFT JOIN texts d ON d.id = o.artifact_id""",
    ),
    View(
        name="declarations",
        description="What a policy declares, one row for each statement with its first quote.",
        select="""
SELECT o.id, o.reading_id, o.kind, l.text AS label, o.category, s.text AS scopes, d.text AS detail, q.text AS quote,
  o.quote_start, o.quote_end, o.confidence
FROM policy_statements o JOIN texts l ON l.id = o.label_id JOIN texts s ON s.id = o.scopes_id
  LEFT JOIN texts d ON d.id = o.detail_id LEFT JOIN texts q ON q.id = o.quote_id""",
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

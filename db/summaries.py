"""Roll-ups that pages read instead of the big tables; written anew each time, so that writing twice changes nothing.

``CROSS JOIN`` tells SQLite to begin with the vendor's rows: by itself it reads those of all vendors of the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_MATRIX = """
INSERT INTO consent_matrix
SELECT a.run_id, a.vendor_id, i.site_id, coalesce(i.category, 'unknown'), g.scenario, g.phase,
  count(DISTINCT CASE WHEN i.kind = 'cookie' THEN i.id END),
  count(DISTINCT CASE WHEN i.kind IN ('local', 'session', 'indexeddb', 'cache') THEN i.id END),
  count(DISTINCT CASE WHEN i.kind = 'request' THEN i.id END),
  count(DISTINCT CASE WHEN NOT i.exempt AND (i.category IN ('targeting', 'performance')
    OR (i.category = 'functional' AND i.kind <> 'request')) THEN i.id END),
  count(DISTINCT CASE WHEN i.identifier THEN i.id END), count(DISTINCT CASE WHEN i.party = 'third' THEN i.id END)
FROM audits a JOIN observed_items i ON i.audit_id = a.id JOIN item_sightings g ON g.item_id = i.id
WHERE a.run_id = ? AND a.vendor_id = ?
GROUP BY i.site_id, coalesce(i.category, 'unknown'), g.scenario, g.phase
"""

_SUMMARY = """
INSERT OR REPLACE INTO run_vendor_summary
SELECT :run, :vendor,
  (SELECT count(*) FROM planned_visits p JOIN sites s ON s.id = p.site_id
    WHERE p.run_id = :run AND s.vendor_id = :vendor),
  (SELECT count(*) FROM sites s CROSS JOIN visits v ON v.site_id = s.id AND v.run_id = :run
    WHERE s.vendor_id = :vendor),
  (SELECT count(*) FROM sites s CROSS JOIN visits v ON v.site_id = s.id AND v.run_id = :run
    WHERE s.vendor_id = :vendor AND v.outcome = 'ok'),
  (SELECT count(*) FROM undecided u JOIN audits a ON a.id = u.audit_id
    WHERE a.run_id = :run AND a.vendor_id = :vendor),
  coalesce(sum(t.severity = 'critical'), 0), coalesce(sum(t.severity = 'high'), 0),
  coalesce(sum(t.severity = 'medium'), 0), coalesce(sum(t.severity = 'low'), 0),
  coalesce(sum(t.severity = 'info'), 0), coalesce(sum(t.presence = 'new'), 0),
  coalesce(sum(t.presence = 'returned'), 0),
  (SELECT count(*) FROM findings f CROSS JOIN disappearances d ON d.finding_id = f.id AND d.run_id = :run
    WHERE f.vendor_id = :vendor),
  EXISTS (SELECT 1 FROM audits a WHERE a.run_id = :run AND a.vendor_id = :vendor)
FROM findings f CROSS JOIN statements t ON t.finding_id = f.id AND t.run_id = :run
WHERE f.vendor_id = :vendor AND t.withdrawn = 0
"""


def refresh_matrix(database: Database, run_id: int, vendor: str) -> None:
    """Counts observed items by site, category, scenario and phase."""
    database.execute("DELETE FROM consent_matrix WHERE run_id = ? AND vendor_id = ?", [run_id, vendor])
    database.execute(_MATRIX, [run_id, vendor])


def refresh_summaries(database: Database, vendor: str, *, first_run: int) -> None:
    """Counts visits and findings of the vendor in every run from ``first_run`` on."""
    query = "SELECT run_id FROM run_vendors WHERE vendor_id = ? AND run_id >= ?"
    for (run_id,) in database.execute(query, [vendor, first_run]).fetchall():
        database.execute(_SUMMARY, {"run": run_id, "vendor": vendor})

"""The full-text index over what people look for: findings, cookies and storage keys, statements of policies.

Derived from the last audit of each vendor and written anew with each; SQLite's FTS5 keeps it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

MAX_TERMS = 8
_TERM = re.compile(r"\w[\w.@-]*")
_LATEST = "SELECT id FROM audits WHERE vendor_id = ? ORDER BY run_id DESC LIMIT 1"
_FILL = (
    # Found by the index, since a condition on the column alone reads every row of all vendors.
    "DELETE FROM search WHERE rowid IN (SELECT rowid FROM search WHERE search MATCH"
    " 'vendor_id : \"' || :vendor || '\"' AND vendor_id = :vendor)",
    "INSERT INTO search (kind, vendor_id, place, title, body)"
    " SELECT 'finding', m.vendor_id, m.fingerprint, m.title, m.subject || char(10) || m.fact || char(10)"
    " || coalesce(m.quote, '') || char(10) || coalesce(m.service, '') || ' ' || coalesce(m.site, '')"
    " FROM mismatches m WHERE m.vendor_id = :vendor AND m.presence <> 'gone'",
    "INSERT INTO search (kind, vendor_id, place, title, body)"
    " SELECT 'item', :vendor, i.name, i.name, group_concat(DISTINCT i.domain || ' ' || coalesce(i.service, '') || ' '"
    " || coalesce(i.entity, '') || ' ' || coalesce(i.category, 'unknown')) FROM observed_items i"
    " WHERE i.audit_id = :audit AND i.kind <> 'request' GROUP BY i.name",
    "INSERT INTO search (kind, vendor_id, place, title, body)"
    " SELECT 'statement', :vendor, g.sha256, d.kind || ': ' || d.label, d.quote FROM declarations d"
    " JOIN readings g ON g.id = d.reading_id WHERE g.audit_id = :audit AND d.quote IS NOT NULL",
)


def index_vendor(database: Database, vendor: str) -> None:
    """Writes what can be found of a vendor anew; inside the caller's transaction."""
    audit = database.execute(_LATEST, [vendor]).fetchone()
    for statement in _FILL:
        database.execute(statement, {"vendor": vendor, "audit": audit and audit[0]})


def match(words: str) -> str | None:
    """The FTS5 query for what a person typed: all words, the last one also as a beginning; None for no words.

    Every word is quoted, so that nothing typed is an operator of the query language.
    """
    terms = _TERM.findall(words[:500])[:MAX_TERMS]
    if not terms:
        return None
    return " ".join(f'"{term}"' for term in terms) + "*"

"""Writes audits: observed items, findings with their presence, and what was undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.codec import dump, time_to_text
from db.history import refresh_presence
from db.judgement_rows import item_to_row, undecided_to_row
from db.readings import insert_readings
from db.reduction import storable
from db.sites import site_ids
from db.statements import write_findings
from db.write import Dictionary, insert, insert_all

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlite_utils import Database

    from auditor.model import Audit
    from db.codec import Row

_CLEARED = (
    "DELETE FROM item_observations WHERE audit_id = ?",
    "DELETE FROM policy_statements WHERE reading_id IN (SELECT id FROM readings WHERE audit_id = ?)",
    "DELETE FROM readings WHERE audit_id = ?",
    "DELETE FROM undecided WHERE audit_id = ?",
)


def write_audit(database: Database, audit: Audit, texts: Mapping[str, str], now: datetime) -> None:
    """Replaces the audit of this vendor in this run; ``texts`` maps a policy's text to its artifact's digest.

    Findings keep their identity, first sight and human status; presence is computed anew over all runs of the vendor.
    """
    audit_id = _head(database, audit, now)
    dictionary = Dictionary(database)
    _insert_items(dictionary, audit, audit_id)
    insert_readings(dictionary, audit_id, audit.declarations, texts)
    undecided = [{"audit_id": audit_id, **undecided_to_row(one)} for one in audit.undecided]
    insert_all(database, "undecided", undecided)
    refresh_presence(database, audit, now, write_findings(dictionary, audit))


def _head(database: Database, audit: Audit, now: datetime) -> int:
    row = {
        "run_id": audit.run,
        "vendor_id": audit.vendor,
        "audited_at": time_to_text(now),
        "sites_seen": dump([storable(site) for site in audit.sites_seen]),
    }
    query = "SELECT id FROM audits WHERE run_id = ? AND vendor_id = ?"
    found = database.execute(query, [audit.run, audit.vendor]).fetchone()
    if found is None:
        return insert(database, "audits", row)
    for statement in _CLEARED:
        database.execute(statement, [found[0]])
    update = "UPDATE audits SET audited_at = ?, sites_seen = ? WHERE id = ?"
    database.execute(update, [row["audited_at"], row["sites_seen"], found[0]])
    return int(found[0])


def _insert_items(dictionary: Dictionary, audit: Audit, audit_id: int) -> None:
    sites = site_ids(dictionary.database, audit.vendor, (item.site for item in audit.items))
    rows: list[Row] = []
    for item in audit.items:
        row = item_to_row(item)
        own = {name: row.pop(name) for name in ("lifetime_seconds", "identifier")}
        dictionary.replace(row, "quote", "quote_url", "quote_sha256")
        seen_in = dictionary.text(dump([[scenario.value, phase.value] for scenario, phase in item.seen_in]))
        kind = {"kind_id": dictionary.id("item_kinds", row), "seen_in_id": seen_in}
        rows.append({"audit_id": audit_id, "site_id": sites[item.site], **own, **kind})
    insert_all(dictionary.database, "item_observations", rows)

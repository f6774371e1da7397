"""Reads records back: the queries behind the methods of `db.store.Store`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.model import CaseFile, PlannedVisit, Scenario, Status, StoreError
from db import banner_rows, rows
from db.judgement_rows import evidence_from_row, finding_from_row, item_from_row, undecided_from_row, verdict_from_row
from db.visit_rows import browser_from_row, policy_from_row, run_from_row, vendor_from_json, visit_from_row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlite_utils import Database

    from auditor.model import (
        Banner,
        BrowserFacts,
        EvidenceRef,
        Finding,
        ObservedItem,
        PolicyDocument,
        Run,
        Undecided,
        Vendor,
        Verdict,
        Visit,
    )
    from db.artifacts import Artifacts
    from db.codec import Row

_RANK = "CASE t.severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 WHEN 'low' THEN 4 ELSE 5 END"

_FINDING = (
    "t.*, t.id AS statement_id, f.fingerprint, f.rule_id, f.vendor_id, f.site, f.subject, f.status, f.first_seen,"
    " f.last_seen"
)

# How each field of a visit is read: the table or view, and the record of a row.
_PARTS: dict[str, tuple[str, Callable[[Row], Any]]] = {
    "consent_signals": ("consent_signals", rows.signal_from_row),
    "cookies": ("cookie_sightings", rows.cookie_from_row),
    "storage": ("storage_sightings", rows.storage_from_row),
    "requests": ("request_sightings", rows.request_from_row),
    "shared_identifiers": ("shared_identifiers", rows.shared_identifier_from_row),
    "aliases": ("host_aliases", rows.alias_from_row),
    "api_calls": ("api_calls", rows.api_call_from_row),
    "controls": ("controls", rows.control_from_row),
    "screenshots": ("screenshots", rows.screenshot_from_row),
    "recordings": ("recordings", rows.recording_from_row),
}


def select(database: Database, query: str, parameters: Sequence[object] = ()) -> list[Row]:
    """The rows of a query as mappings."""
    return [dict(row) for row in database.execute(query, parameters).fetchall()]


def number(database: Database, query: str, parameters: Sequence[object] = ()) -> int | None:
    """The one number of a query, None for NULL."""
    found = database.execute(query, parameters).fetchone()[0]
    return None if found is None else int(found)


def _browser(database: Database, browser_id: int | None) -> BrowserFacts | None:
    if browser_id is None:
        return None
    return browser_from_row(select(database, "SELECT * FROM browsers WHERE id = ?", [browser_id])[0])


def run(database: Database, run_id: int) -> Run:
    """The run. Raises StoreError when there is no such run."""
    found = select(database, "SELECT * FROM runs WHERE id = ?", [run_id])
    if not found:
        message = f"there is no run {run_id}"
        raise StoreError(message)
    return run_from_row(found[0], _browser(database, found[0]["browser_id"]))


def run_vendors(database: Database, run_id: int) -> tuple[Vendor, ...]:
    """The vendors of a run as they were configured then."""
    query = "SELECT configuration FROM run_vendors WHERE run_id = ? ORDER BY position"
    return tuple(vendor_from_json(row["configuration"]) for row in select(database, query, [run_id]))


def _run_vendor(database: Database, run_id: int, vendor_id: str) -> Vendor:
    query = "SELECT configuration FROM run_vendors WHERE run_id = ? AND vendor_id = ?"
    found = select(database, query, [run_id, vendor_id])
    if not found:
        message = f"run {run_id} has no vendor {vendor_id}"
        raise StoreError(message)
    return vendor_from_json(found[0]["configuration"])


def remaining(database: Database, run_id: int) -> tuple[PlannedVisit, ...]:
    """The planned visits that are not stored yet."""
    query = (
        "SELECT s.vendor_id, s.url, p.scenario, p.repetition FROM planned_visits p JOIN sites s ON s.id = p.site_id"
        " WHERE p.run_id = ? AND p.visit_id IS NULL ORDER BY p.position"
    )
    return tuple(
        PlannedVisit(
            vendor=row["vendor_id"], site=row["url"], scenario=Scenario(row["scenario"]), repetition=row["repetition"]
        )
        for row in select(database, query, [run_id])
    )


def coverage(database: Database, run_id: int, vendor_id: str | None = None) -> list[Row]:
    """Rows of ``visits`` with vendor and site, of all vendors or of one, in the order of the plan."""
    query = (
        "SELECT v.*, s.vendor_id, s.url AS site FROM planned_visits p JOIN visits v ON v.id = p.visit_id"
        " JOIN sites s ON s.id = v.site_id WHERE p.run_id = ? AND s.vendor_id = ifnull(?, s.vendor_id)"
        " ORDER BY p.position"
    )
    return select(database, query, [run_id, vendor_id])


def case_file(database: Database, artifacts: Artifacts, run_id: int, vendor_id: str) -> CaseFile:
    """Everything stored about one vendor in one run."""
    vendor = _run_vendor(database, run_id, vendor_id)
    visits = tuple(_visit(database, row) for row in coverage(database, run_id, vendor_id))
    found = policies(database, artifacts, run_id, vendor_id)
    return CaseFile(run=run(database, run_id), vendor=vendor, visits=visits, policies=found)


def _visit(database: Database, row: Row) -> Visit:
    parts = {
        name: tuple(build(part) for part in _part(database, table, row["id"]))
        for name, (table, build) in _PARTS.items()
    }
    head = {**row, "vendor": row["vendor_id"], "browser": _browser(database, row["browser_id"])}
    return visit_from_row(head, parts, _banner(database, row["id"]))


def _part(database: Database, table: str, visit_id: int) -> list[Row]:
    return select(database, f"SELECT * FROM {table} WHERE visit_id = ? ORDER BY id", [visit_id])  # noqa: S608 - names are ours


def _banner(database: Database, visit_id: int) -> Banner | None:
    found = select(database, "SELECT * FROM banners WHERE visit_id = ?", [visit_id])
    return banner_rows.banner_from_row(found[0]) if found else None


def policies(database: Database, artifacts: Artifacts, run_id: int, vendor: str) -> tuple[PolicyDocument, ...]:
    """The policies of a vendor in a run with their bytes."""
    query = "SELECT * FROM policies WHERE run_id = ? AND vendor_id = ? ORDER BY id"
    return tuple(
        policy_from_row(row, None if row["sha256"] is None else artifacts.read(row["sha256"]))
        for row in select(database, query, [run_id, vendor])
    )


def findings(database: Database, *, run: int | None, wanted: Mapping[str, object]) -> tuple[Finding, ...]:
    """Findings of the latest state or of one run; ``wanted`` narrows by columns of ``finding_states``."""
    conditions = {column: str(value) for column, value in wanted.items() if value is not None}
    narrowed = "".join(f" AND f.{column} = ?" for column in conditions)
    if run is None:
        chosen = "t.run_id = f.last_run_id"
        presence = "f.presence"
        parameters: list[object] = []
    else:
        chosen = (
            "((t.run_id = ? AND t.withdrawn = 0) OR (t.run_id = (SELECT max(run_id) FROM statements"
            " WHERE finding_id = f.id AND run_id < ? AND withdrawn = 0) AND f.id IN (SELECT finding_id FROM"
            " disappearances WHERE run_id = ?)))"
        )
        presence = "CASE WHEN t.run_id = ? THEN t.presence ELSE 'gone' END"
        parameters = [run, run, run, run]
    query = (
        f"SELECT {_FINDING}, {presence} AS presence_then"  # noqa: S608 - names are ours
        f" FROM finding_states f JOIN statements t ON t.finding_id = f.id WHERE {chosen}{narrowed}"
        f" ORDER BY {_RANK}, f.vendor_id, f.rule_id, f.site, f.subject, f.fingerprint"
    )
    found = select(database, query, [*parameters, *conditions.values()])
    return tuple(
        finding_from_row({**row, "presence": row["presence_then"]}, _evidence(database, row["statement_id"]))
        for row in found
    )


def _evidence(database: Database, statement_id: int) -> tuple[EvidenceRef, ...]:
    query = "SELECT * FROM evidence WHERE statement_id = ? ORDER BY position"
    return tuple(evidence_from_row(row) for row in select(database, query, [statement_id]))


def undecided(database: Database, run_id: int) -> tuple[Undecided, ...]:
    """What the rules could not decide in a run."""
    query = "SELECT * FROM undecided_rules WHERE run_id = ? ORDER BY vendor_id, id"
    return tuple(undecided_from_row(row) for row in select(database, query, [run_id]))


def verdicts(database: Database) -> dict[str, tuple[Verdict, ...]]:
    """What people decided about each finding, by its fingerprint, oldest first."""
    query = (
        "SELECT f.fingerprint, e.at, e.actor, e.action, e.note, e.until FROM finding_events e"
        " JOIN findings f ON f.id = e.finding_id ORDER BY e.id"
    )
    words = {status.value for status in Status}
    given: dict[str, list[Verdict]] = {}
    for row in select(database, query):
        if row["action"] in words:
            given.setdefault(row["fingerprint"], []).append(verdict_from_row(row))
    return {fingerprint: tuple(found) for fingerprint, found in given.items()}


def items(database: Database, run_id: int, vendor: str) -> tuple[ObservedItem, ...]:
    """The observed items of a vendor's audit of a run."""
    query = (
        "SELECT i.*, s.url AS site FROM observed_items i JOIN audits a ON a.id = i.audit_id"
        " JOIN sites s ON s.id = i.site_id WHERE a.run_id = ? AND a.vendor_id = ? ORDER BY i.id"
    )
    sightings = "SELECT scenario, phase FROM item_sightings WHERE item_id = ? ORDER BY position"
    found = []
    for row in select(database, query, [run_id, vendor]):
        seen = [(place["scenario"], place["phase"]) for place in select(database, sightings, [row["id"]])]
        found.append(item_from_row(row, row["site"], seen))
    return tuple(found)

"""Writes findings: their identity, and what each says in one run with its evidence.

Everything about a vendor is asked for once and written in bulk: a run has tens of thousands of findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Presence
from db.judgement_rows import evidence_to_row, statement_to_row
from db.reduction import clean
from db.sites import site_ids
from db.write import insert, insert_all

if TYPE_CHECKING:
    from sqlite_utils import Database

    from auditor.model import Audit, EvidenceRef, Finding
    from db.codec import Row
    from db.write import Dictionary

_IDENTITIES = "SELECT fingerprint, id FROM findings WHERE vendor_id = ?"
_STATEMENTS = (
    "SELECT f.id, t.id FROM findings f CROSS JOIN finding_statements t ON t.finding_id = f.id"
    " WHERE f.vendor_id = ? AND t.run_id = ?"
)


def write_findings(dictionary: Dictionary, audit: Audit) -> frozenset[int]:
    """Writes what the findings of an audit say in its run, in place of what an earlier audit of it said.

    Findings keep their identity. Returns the ids of those that were never seen before. Presence is left to
    ``db.history``.
    """
    database = dictionary.database
    _withdraw(database, audit)
    known = dict(database.execute(_IDENTITIES, [audit.vendor]).fetchall())
    identities = _new_identities(database, audit, frozenset(known))
    ids = known | {fingerprint: insert(database, "findings", row) for fingerprint, row in identities.items()}
    said = dict(database.execute(_STATEMENTS, [audit.vendor, audit.run]).fetchall())
    evidence: list[Row] = []
    for finding in audit.findings:
        finding_id = ids[finding.fingerprint]
        row = {"finding_id": finding_id, "run_id": audit.run, "withdrawn": 0, **statement_to_row(finding)}
        dictionary.replace(row, "title", "quote", "quote_url", "quote_sha256")
        statement_id = _write_statement(database, row, said.get(finding_id))
        evidence += (
            {"statement_id": statement_id, "position": position, **_pointed(dictionary, reference)}
            for position, reference in enumerate(finding.evidence)
        )
    insert_all(database, "evidence_references", evidence)
    return frozenset(ids[fingerprint] for fingerprint in identities)


def _pointed(dictionary: Dictionary, reference: EvidenceRef) -> Row:
    row = evidence_to_row(reference)
    row["artifact_id"] = dictionary.text(row.pop("artifact_sha256"))
    dictionary.replace(row, "url", "initiator")
    return row


def _withdraw(database: Database, audit: Audit) -> None:
    """Marks what an earlier judgement of the same run said; what is said again is written over it."""
    query = (
        "UPDATE finding_statements SET withdrawn = 1, presence = NULL WHERE run_id = ?"
        " AND finding_id IN (SELECT id FROM findings WHERE vendor_id = ?)"
    )
    database.execute(query, [audit.run, audit.vendor])


def _new_identities(database: Database, audit: Audit, known: frozenset[str]) -> dict[str, Row]:
    """The rows of the findings whose fingerprints are not known."""
    new = [finding for finding in audit.findings if finding.fingerprint not in known]
    started = database.execute("SELECT started_at FROM runs WHERE id = ?", [audit.run]).fetchone()[0]
    sites = site_ids(database, audit.vendor, (finding.site for finding in new if finding.site is not None))
    return {finding.fingerprint: _identity(audit, finding, sites.get(finding.site or ""), started) for finding in new}


def _identity(audit: Audit, finding: Finding, site: int | None, started: str) -> Row:
    return {
        "fingerprint": clean(finding.fingerprint),
        "rule_id": clean(finding.rule),
        "vendor_id": audit.vendor,
        "site_id": site,
        "subject": clean(finding.subject),
        "severity": finding.severity.value,
        "presence": Presence.NEW.value,
        "first_run_id": audit.run,
        "last_run_id": audit.run,
        "first_seen": started,
        "last_seen": started,
        "times_seen": 1,
    }


def _write_statement(database: Database, row: Row, statement_id: int | None) -> int:
    """Inserts what a finding says in a run, or writes it over ``statement_id``; returns its id."""
    if statement_id is None:
        return insert(database, "finding_statements", row)
    changes = ", ".join(f"{column} = ?" for column in row)
    database.execute(f"UPDATE finding_statements SET {changes} WHERE id = ?", [*row.values(), statement_id])  # noqa: S608 - names are ours
    database.execute("DELETE FROM evidence_references WHERE statement_id = ?", [statement_id])
    return statement_id

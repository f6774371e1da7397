"""What the page of one finding reads: both sides of it, what its evidence points at, its life and its decisions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from db.codec import load
from db.site.queries import first, select

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from db.site.queries import Row

EVIDENCE_LIMIT = 100
PICTURES = 4
_LISTS = ("initiator_chain", "sent_to", "blocked_reasons", "sets_cookies", "sent_cookies")
_NAMED = {
    "cookie": ("cookie_sightings", "name", "'cookie:' || name || '@' || domain"),
    "storage": ("storage_sightings", "key", "'storage:' || kind || ':' || key || '@' || origin"),
}
"""Kinds of reference to an item: the view that they point into, the item's name, the subject of a finding about it."""


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
    evidence = "SELECT * FROM evidence WHERE statement_id = ? ORDER BY position LIMIT ?"
    shown = resolved(connection, head, select(connection, evidence, [head["statement_id"], EVIDENCE_LIMIT]))
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
        "screenshots": screenshots(connection, shown, head["phase"]),
        "recordings": recordings(connection, shown),
        "runs": select(connection, runs, [head["id"]]),
        "events": select(connection, events, [head["id"]]),
        "audits": select(connection, audits, [head["vendor_id"], head["first_run_id"]])[0]["audits"],
        "text_sha256": quoted_text(connection, head["quote_sha256"]),
    }


def resolved(connection: sqlite3.Connection, about: Row, references: Iterable[Row]) -> list[Row]:
    """References with what each points at: its ``visit``, and the observation, ``sighting``, or None.

    A reference has a time and an initiator, and no name. Many cookies share both (all that are there when a phase ends
    do): then it is the one that the finding ``about`` is named after, else one that its fact names, each once first. An
    observation that the finding does not name is never shown as its evidence.
    """
    taken: set[tuple[str, int, int]] = set()
    found = []
    for reference in references:
        shown: Row = {**reference, "visit": None, "sighting": None}
        if reference["visit_id"] is not None:
            shown["visit"] = first(connection, "SELECT * FROM visit_coverage WHERE id = ?", [reference["visit_id"]])
            shown["sighting"] = _sighting(connection, about, reference, taken)
        found.append(shown)
    _link_chains(connection, [row for row in found if row["sighting"]])
    return found


def _link_chains(connection: sqlite3.Connection, found: Sequence[Row]) -> None:
    """Gives each sighting its ``chain``: the addresses from what caused it to the page, each with its own request.

    The request of an address is the last one that began before what it caused; None where none was seen, as for a
    script in the page itself.
    """
    for visit in {row["visit_id"] for row in found}:
        sightings = [row["sighting"] for row in found if row["visit_id"] == visit]
        wanted = sorted({address for sighting in sightings for address in sighting["initiator_chain"]})
        query = (
            "SELECT url, method, resource_type, status, at_ms FROM request_sightings WHERE visit_id = ?"  # noqa: S608 - marks only
            f" AND url IN ({', '.join('?' * len(wanted))}) ORDER BY at_ms"
        )
        made = select(connection, query, [visit, *wanted]) if wanted else []
        for sighting in sightings:
            before = {row["url"]: row for row in made if row["at_ms"] <= (sighting["at_ms"] or 0)}
            sighting["chain"] = [{"url": url, "request": before.get(url)} for url in sighting["initiator_chain"]]


def _sighting(
    connection: sqlite3.Connection, about: Row, reference: Row, taken: set[tuple[str, int, int]]
) -> Row | None:
    kind = reference["kind"]
    at = [reference["visit_id"], reference["at_ms"], reference["initiator"]]
    if kind == "request":
        query = (
            "SELECT * FROM request_sightings WHERE visit_id = ? AND at_ms IS ? AND url IS ? ORDER BY initiator IS NOT ?"
        )
        chosen = first(connection, f"{query}, id LIMIT 1", [*at[:2], reference["url"], at[2]])
    elif kind in _NAMED:
        view, name, subject = _NAMED[kind]
        query = (
            f"SELECT *, {name} AS called, {subject} AS subject FROM {view}"  # noqa: S608 - names are ours
            " WHERE visit_id = ? AND at_ms IS ? AND initiator IS ? ORDER BY id"
        )
        rows = sorted(select(connection, query, at), key=lambda row: (kind, row["visit_id"], row["id"]) in taken)
        chosen = _meant(about, rows)
    else:
        chosen = None
    if chosen is None:
        return None
    taken.add((kind, chosen["visit_id"], chosen["id"]))
    return {**chosen, **{name: load(chosen.get(name) or "[]") for name in _LISTS}}


def _meant(about: Row, candidates: Sequence[Row]) -> Row | None:
    """Which observation a finding means; None where nothing tells them apart."""
    if about["subject"].startswith(("cookie:", "storage:")):
        return next((row for row in candidates if row["subject"] == about["subject"]), None)
    for row in candidates:
        if re.search(rf"(?<![\w-]){re.escape(row['called'])}(?![\w-])", about["fact"]):
            return row
    return candidates[0] if len({row["subject"] for row in candidates}) == 1 else None


def screenshots(connection: sqlite3.Connection, evidence: Sequence[Row], phase: str | None) -> list[Row]:
    """The pictures that the evidence names, else those of its visits in the finding's phase; at most ``PICTURES``.

    Pages that look the same are one artifact: of several with the digest that a reference names, the one of the
    finding's phase is meant.
    """
    query = (
        "SELECT p.*, v.scenario, v.started_at FROM screenshots p JOIN visits v ON v.id = p.visit_id"
        " WHERE p.visit_id = ? ORDER BY p.id"
    )
    shots = [shot for visit in _visits(evidence)[:10] for shot in select(connection, query, [visit])]
    named = {(each["visit_id"], each["artifact_sha256"]): None for each in evidence if each["kind"] == "screenshot"}
    chosen: dict[tuple[int, str], Row] = {}
    for shot in sorted(shots, key=lambda each: (each["phase"] != phase, each["kind"] == "banner")):
        if (shot["visit_id"], shot["sha256"]) in named:
            chosen.setdefault((shot["visit_id"], shot["sha256"]), shot)
    shown = [shot for shot in shots if shot["kind"] != "full" and phase in (None, shot["phase"])]
    return ([chosen[key] for key in named if key in chosen] or shown)[:PICTURES]


def recordings(connection: sqlite3.Connection, evidence: Sequence[Row]) -> list[Row]:
    """The HTTP Archives of the visits that the evidence names; at most ten."""
    query = "SELECT * FROM recordings WHERE visit_id = ? ORDER BY id"
    return [kept for visit in _visits(evidence)[:10] for kept in select(connection, query, [visit])]


def _visits(evidence: Iterable[Row]) -> list[int]:
    return list(dict.fromkeys(each["visit_id"] for each in evidence if each["visit_id"] is not None))


def quoted_text(connection: sqlite3.Connection, document: str | None) -> str | None:
    """The digest of the text in which a document's quotes count, None when the document was never read."""
    found = first(connection, "SELECT text_sha256 FROM readings WHERE sha256 IS ? ORDER BY id DESC LIMIT 1", [document])
    return None if found is None or document is None else str(found["text_sha256"])

"""Writes flat rows into their normalised tables, inside the transaction of the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlite_utils import Database

    from auditor.model import Visit
    from db.codec import Row

from db import banner_rows, rows
from db.codec import optional_microseconds
from db.visit_rows import browser_to_row

_COOKIE_IDENTITY = ("name", "domain", "path")
_STORAGE_IDENTITY = ("kind", "origin", "key")
_COOKIE_KIND = (
    *("cookie_id", "party", "phase", "event", "set_by", "host_only", "secure", "http_only", "same_site"),
    *("partition_key", "in_jar", "identifier", "initiator_id", "initiator_chain_id", "sent_to_id"),
    "blocked_reasons_id",
)
_STORAGE_KIND = ("item_id", "party", "phase", "identifier", "initiator_id")
_REQUEST_KIND = (
    *("endpoint_id", "party", "phase", "status", "beacon", "beacon_reason_id", "initiator_id", "initiator_chain_id"),
    *("sets_cookies_id", "sent_cookies_id", "from_service_worker"),
)


def insert(database: Database, table: str, row: Mapping[str, object]) -> int:
    """Inserts one row and returns its id."""
    columns = ", ".join(f'"{column}"' for column in row)
    marks = ", ".join("?" * len(row))
    cursor = database.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(row.values()))  # noqa: S608 - names are ours
    return int(cursor.lastrowid or 0)


def insert_all(database: Database, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Inserts rows that all have the columns of the first one, in their order."""
    if not rows:
        return
    columns = ", ".join(f'"{column}"' for column in rows[0])
    marks = ", ".join(f":{column}" for column in rows[0])
    database.conn.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608 - names are ours


class Dictionary:
    """Ids of things that are stored once. Lives as long as one transaction: a rolled back id must not be remembered."""

    def __init__(self, database: Database) -> None:
        """``database`` has a transaction open."""
        self.database = database
        self._known: dict[tuple[str, tuple[object, ...]], int] = {}

    def id(self, table: str, row: Mapping[str, object]) -> int:
        """The id of the row of ``table`` with exactly these values, which is added when it is new."""
        key = (table, tuple(row.values()))
        if key not in self._known:
            condition = " AND ".join(f'"{column}" IS ?' for column in row)
            query = f"SELECT id FROM {table} WHERE {condition}"  # noqa: S608 - names are ours
            found = self.database.execute(query, list(row.values())).fetchone()
            self._known[key] = int(found[0]) if found else insert(self.database, table, row)
        return self._known[key]

    def text(self, text: str | None) -> int | None:
        """The id of a text, absence kept."""
        return None if text is None else self.id("texts", {"text": text})

    def replace(self, row: Row, *names: str) -> None:
        """Replaces the texts under ``names`` by ids under ``names_id``."""
        for name in names:
            row[f"{name}_id"] = self.text(row.pop(name))

    def identity(self, table: str, row: Row, names: Iterable[str], **owner: int) -> int:
        """Takes the identity columns out of ``row`` and returns the id of the row of ``table`` that holds them."""
        return self.id(table, {**owner, **{name: row.pop(name) for name in names}})


def insert_visit(database: Database, visit: Visit, head: Row, key: bytes) -> int:
    """Writes a visit with everything in it; ``head`` is its row of ``visits``. Returns the visit's id."""
    dictionary = Dictionary(database)
    head["browser_id"] = None if visit.browser is None else dictionary.id("browsers", browser_to_row(visit.browser))
    visit_id = insert(database, "visits", head)
    if visit.banner is not None:
        row = banner_rows.banner_to_row(visit.banner)
        dictionary.replace(row, "text", "switches", "prominence")
        kind = dictionary.id("banner_kinds", row)
        insert(database, "banner_observations", {"visit_id": visit_id, "kind_id": kind})
    for table, found in _parts(visit):
        insert(database, table, {"visit_id": visit_id, **found})
    site_id: int = head["site_id"]
    for place, cookie in enumerate(visit.cookies, 1):
        row = rows.cookie_to_row(cookie, key)
        row["cookie_id"] = dictionary.identity("cookies", row, _COOKIE_IDENTITY, site_id=site_id)
        dictionary.replace(row, "initiator", "initiator_chain", "sent_to", "blocked_reasons")
        row["kind_id"] = dictionary.identity("cookie_kinds", row, _COOKIE_KIND)
        row["expires_us"] = optional_microseconds(row.pop("expires"))
        row["value_hash"] = bytes.fromhex(row["value_hash"])
        insert(database, "cookie_observations", {"visit_id": visit_id, "id": place, **row})
    for place, item in enumerate(visit.storage, 1):
        row = rows.storage_to_row(item, key)
        row["item_id"] = dictionary.identity("storage_items", row, _STORAGE_IDENTITY, site_id=site_id)
        dictionary.replace(row, "initiator")
        row["kind_id"] = dictionary.identity("storage_kinds", row, _STORAGE_KIND)
        row["value_hash"] = bytes.fromhex(row["value_hash"])
        insert(database, "storage_observations", {"visit_id": visit_id, "id": place, **row})
    for place, request in enumerate(visit.requests, 1):
        row = rows.request_to_row(request)
        host_id = dictionary.id("hosts", {"host": row.pop("host")})
        row["endpoint_id"] = dictionary.identity("endpoints", row, ("method", "url", "resource_type"), host_id=host_id)
        dictionary.replace(row, "initiator", "initiator_chain", "beacon_reason", "sets_cookies", "sent_cookies")
        row["kind_id"] = dictionary.identity("request_kinds", row, _REQUEST_KIND)
        insert(database, "requests", {"visit_id": visit_id, "id": place, **row})
    return visit_id


def _parts(visit: Visit) -> Iterable[tuple[str, Row]]:
    yield from (("consent_signals", rows.signal_to_row(signal)) for signal in visit.consent_signals)
    yield from (("api_calls", rows.api_call_to_row(call)) for call in visit.api_calls)
    yield from (("shared_identifiers", rows.shared_identifier_to_row(shared)) for shared in visit.shared_identifiers)
    yield from (("host_aliases", rows.alias_to_row(alias)) for alias in visit.aliases)
    yield from (("controls", rows.control_to_row(control)) for control in visit.controls)
    yield from (("screenshots", rows.screenshot_to_row(screenshot)) for screenshot in visit.screenshots)
    yield from (("recordings", rows.recording_to_row(recording)) for recording in visit.recordings)

"""The migration to narrow observations: what many rows have in common is stored once, as a kind that they point at.

A crawl sees the same cookies, requests and policies every time; what differs are times and values. Views under the
former names give the former rows, so that seals over them stay valid. Observations lie in the order of their visits, so
that a visit's are found without an index. Requests are too many for an index by kind: their kind is no foreign key,
which would need one; `db.checks` looks after it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

_TABLES = """
CREATE TABLE cookie_kinds (
  id INTEGER PRIMARY KEY, cookie_id INTEGER NOT NULL REFERENCES cookies (id),
  party TEXT NOT NULL CHECK (party IN ('first', 'third')),
  phase TEXT NOT NULL CHECK (phase IN ('before_choice', 'after_accept', 'after_reject', 'after_withdrawal')),
  event TEXT NOT NULL CHECK (event IN ('set', 'changed', 'deleted', 'blocked', 'present')),
  set_by TEXT NOT NULL CHECK (set_by IN ('http', 'script', 'unknown')),
  host_only INTEGER NOT NULL, secure INTEGER NOT NULL, http_only INTEGER NOT NULL, same_site TEXT, partition_key TEXT,
  in_jar INTEGER NOT NULL, identifier INTEGER NOT NULL, initiator_id INTEGER REFERENCES texts (id),
  initiator_chain_id INTEGER REFERENCES texts (id), sent_to_id INTEGER REFERENCES texts (id),
  blocked_reasons_id INTEGER REFERENCES texts (id)
) STRICT;
CREATE INDEX cookie_kinds_by_cookie ON cookie_kinds (cookie_id);
CREATE TABLE cookie_observations_new (
  visit_id INTEGER NOT NULL REFERENCES visits (id), id INTEGER NOT NULL,
  kind_id INTEGER NOT NULL REFERENCES cookie_kinds (id), lifetime_seconds INTEGER, declared_lifetime_seconds INTEGER,
  expires_us INTEGER, at_ms INTEGER NOT NULL, value_length INTEGER NOT NULL, value_hash BLOB NOT NULL,
  value_entropy REAL NOT NULL,
  PRIMARY KEY (visit_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE storage_kinds (
  id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES storage_items (id),
  party TEXT NOT NULL CHECK (party IN ('first', 'third')),
  phase TEXT NOT NULL CHECK (phase IN ('before_choice', 'after_accept', 'after_reject', 'after_withdrawal')),
  identifier INTEGER NOT NULL, initiator_id INTEGER REFERENCES texts (id)
) STRICT;
CREATE INDEX storage_kinds_by_item ON storage_kinds (item_id);
CREATE TABLE storage_observations_new (
  visit_id INTEGER NOT NULL REFERENCES visits (id), id INTEGER NOT NULL,
  kind_id INTEGER NOT NULL REFERENCES storage_kinds (id), at_ms INTEGER, value_length INTEGER NOT NULL,
  value_hash BLOB NOT NULL, value_entropy REAL NOT NULL,
  PRIMARY KEY (visit_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE request_kinds (
  id INTEGER PRIMARY KEY, endpoint_id INTEGER NOT NULL REFERENCES endpoints (id),
  party TEXT NOT NULL CHECK (party IN ('first', 'third')),
  phase TEXT NOT NULL CHECK (phase IN ('before_choice', 'after_accept', 'after_reject', 'after_withdrawal')),
  status INTEGER, beacon TEXT, beacon_reason_id INTEGER REFERENCES texts (id),
  initiator_id INTEGER REFERENCES texts (id), initiator_chain_id INTEGER REFERENCES texts (id),
  sets_cookies_id INTEGER REFERENCES texts (id), sent_cookies_id INTEGER REFERENCES texts (id),
  from_service_worker INTEGER NOT NULL
) STRICT;
CREATE INDEX request_kinds_by_endpoint ON request_kinds (endpoint_id);
CREATE TABLE requests_new (
  visit_id INTEGER NOT NULL REFERENCES visits (id), id INTEGER NOT NULL,
  kind_id INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  PRIMARY KEY (visit_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE banner_kinds (
  id INTEGER PRIMARY KEY, text_id INTEGER NOT NULL REFERENCES texts (id),
  detected_by TEXT NOT NULL CHECK (json_valid(detected_by)), cmp TEXT, layers INTEGER NOT NULL, accept_clicks INTEGER,
  reject_clicks INTEGER, pre_ticked INTEGER NOT NULL, wall INTEGER NOT NULL, language TEXT,
  box TEXT CHECK (box IS NULL OR json_valid(box)), covers REAL NOT NULL, scroll_locked INTEGER NOT NULL,
  pay_option INTEGER NOT NULL, switches_id INTEGER NOT NULL REFERENCES texts (id),
  prominence_id INTEGER REFERENCES texts (id)
) STRICT;
CREATE INDEX banner_kinds_by_text ON banner_kinds (text_id);
CREATE TABLE banner_observations (
  visit_id INTEGER PRIMARY KEY REFERENCES visits (id), kind_id INTEGER NOT NULL REFERENCES banner_kinds (id)
) STRICT;
CREATE TABLE item_kinds (
  id INTEGER PRIMARY KEY, subject TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, domain TEXT NOT NULL,
  party TEXT NOT NULL, category TEXT, also_declared_as TEXT NOT NULL CHECK (json_valid(also_declared_as)),
  service TEXT, entity TEXT, layer INTEGER NOT NULL, confidence REAL NOT NULL, reason TEXT NOT NULL, source TEXT,
  role TEXT, exempt INTEGER NOT NULL, declared_category TEXT, declared_as TEXT,
  quote_id INTEGER REFERENCES texts (id), quote_start INTEGER, quote_end INTEGER,
  quote_url_id INTEGER REFERENCES texts (id), quote_sha256_id INTEGER REFERENCES texts (id)
) STRICT;
CREATE INDEX item_kinds_by_subject ON item_kinds (subject);
CREATE INDEX item_kinds_by_name ON item_kinds (name);
CREATE INDEX item_kinds_by_service ON item_kinds (service) WHERE service IS NOT NULL;
CREATE TABLE item_observations (
  id INTEGER PRIMARY KEY, audit_id INTEGER NOT NULL REFERENCES audits (id),
  site_id INTEGER NOT NULL REFERENCES sites (id), kind_id INTEGER NOT NULL REFERENCES item_kinds (id),
  lifetime_seconds INTEGER, identifier INTEGER NOT NULL, seen_in_id INTEGER NOT NULL REFERENCES texts (id)
) STRICT;
CREATE TABLE finding_statements (
  id INTEGER PRIMARY KEY, finding_id INTEGER NOT NULL REFERENCES findings (id),
  run_id INTEGER NOT NULL REFERENCES runs (id), withdrawn INTEGER NOT NULL DEFAULT 0,
  presence TEXT CHECK (presence IN ('new', 'persisting', 'returned')), rule_version INTEGER NOT NULL,
  severity TEXT NOT NULL, confidence REAL NOT NULL, phase TEXT, title_id INTEGER NOT NULL REFERENCES texts (id),
  fact TEXT NOT NULL, category_observed TEXT, category_declared TEXT, service TEXT,
  quote_id INTEGER REFERENCES texts (id), quote_start INTEGER, quote_end INTEGER,
  quote_url_id INTEGER REFERENCES texts (id), quote_sha256_id INTEGER REFERENCES texts (id),
  visits_hit INTEGER NOT NULL DEFAULT 1, visits_total INTEGER NOT NULL DEFAULT 1, UNIQUE (finding_id, run_id)
) STRICT;
CREATE TABLE evidence_references (
  statement_id INTEGER NOT NULL REFERENCES finding_statements (id), position INTEGER NOT NULL, kind TEXT NOT NULL,
  visit_id INTEGER REFERENCES visits (id), url_id INTEGER REFERENCES texts (id), at_ms INTEGER,
  initiator_id INTEGER REFERENCES texts (id), artifact_id INTEGER REFERENCES texts (id),
  PRIMARY KEY (statement_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE policy_statements (
  id INTEGER PRIMARY KEY, reading_id INTEGER NOT NULL REFERENCES readings (id), kind TEXT NOT NULL CHECK (kind IN
    ('scope', 'category', 'service', 'cookie', 'technology', 'consent', 'retention', 'claim', 'contradiction')),
  label_id INTEGER NOT NULL REFERENCES texts (id), category TEXT, scopes_id INTEGER NOT NULL REFERENCES texts (id),
  detail_id INTEGER REFERENCES texts (id), quote_id INTEGER REFERENCES texts (id), quote_start INTEGER,
  quote_end INTEGER, confidence REAL
) STRICT;
"""

_INDEXES = """
CREATE INDEX cookie_observations_by_kind ON cookie_observations (kind_id);
CREATE INDEX storage_observations_by_kind ON storage_observations (kind_id);
CREATE INDEX banner_observations_by_kind ON banner_observations (kind_id);
CREATE INDEX item_observations_by_audit ON item_observations (audit_id, site_id);
CREATE INDEX item_observations_by_kind ON item_observations (kind_id);
CREATE INDEX finding_statements_by_run ON finding_statements (run_id, finding_id);
CREATE INDEX evidence_references_by_visit ON evidence_references (visit_id);
CREATE INDEX policy_statements_by_reading ON policy_statements (reading_id, kind);
DROP INDEX findings_by_vendor;
CREATE INDEX findings_by_vendor ON findings (vendor_id, rule_id, severity, presence, status, accepted_until);
DROP INDEX consent_matrix_by_vendor;
DROP INDEX consent_matrix_by_site;
"""

_SEEN_IN = (
    "(SELECT json_group_array(json(pair)) FROM (SELECT json_array(g.scenario, g.phase) AS pair FROM item_sightings g"
    " WHERE g.item_id = o.id ORDER BY g.position))"
)
_EXPIRES = "strftime('%s', substr(o.expires, 1, 19)) * 1000000 + substr(o.expires, 21, 6)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """Rows of ``old`` go to ``new``; ``kinds`` takes the columns that it has of them, ``texts`` become numbers."""

    old: str
    new: str
    kinds: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    computed: Mapping[str, str] = field(default_factory=dict)

    def value(self, column: str) -> str:
        """The SQL for a column of the new tables, from a row ``o`` of the old one."""
        if column in self.texts:
            return f"(SELECT t.id FROM texts t WHERE t.text = {self.texts[column]})"  # noqa: S608 - names are ours
        return self.computed.get(column, f'o."{column}"')


def _texts(*names: str) -> dict[str, str]:
    return {f"{name}_id": f"o.{name}" for name in names}


_QUOTE = ("quote", "quote_url", "quote_sha256")
_HASH = {"value_hash": "from_hex(o.value_hash)"}
_MOVES = (
    _Move(
        old="cookie_observations",
        new="cookie_observations_new",
        kinds="cookie_kinds",
        computed={"expires_us": _EXPIRES, **_HASH},
    ),
    _Move(old="storage_observations", new="storage_observations_new", kinds="storage_kinds", computed=_HASH),
    _Move(old="requests", new="requests_new", kinds="request_kinds"),
    _Move(
        old="banners",
        new="banner_observations",
        kinds="banner_kinds",
        texts=_texts("text", "switches", "prominence"),
    ),
    _Move(
        old="observed_items",
        new="item_observations",
        kinds="item_kinds",
        texts={**_texts(*_QUOTE), "seen_in_id": _SEEN_IN},
    ),
    _Move(old="statements", new="finding_statements", texts=_texts("title", *_QUOTE)),
    _Move(
        old="evidence",
        new="evidence_references",
        texts={**_texts("url", "initiator"), "artifact_id": "o.artifact_sha256"},
    ),
    _Move(old="declarations", new="policy_statements", texts=_texts("label", "scopes", "detail", "quote")),
)


def narrow(database: Database) -> None:
    """Moves all observations and judgements into the narrow tables; inside a migration, foreign keys off."""
    database.conn.create_function("from_hex", 1, bytes.fromhex)
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        database.execute(f'DROP VIEW "{name}"')
    database.executescript(_TABLES)
    for move in _MOVES:
        _move(database, move)
    for name in ("item_sightings", *(move.old for move in _MOVES)):
        database.execute(f"DROP TABLE {name}")
    for move in _MOVES:
        if move.new == f"{move.old}_new":
            database.execute(f"ALTER TABLE {move.new} RENAME TO {move.old}")
    database.executescript(_INDEXES)


def _move(database: Database, move: _Move) -> None:
    for text in move.texts.values():
        query = f"INSERT OR IGNORE INTO texts (text) SELECT {text} AS text FROM {move.old} o"  # noqa: S608 - names are ours
        database.execute(f"{query} WHERE {text} IS NOT NULL")
    join = ""
    if move.kinds is not None:
        shared = {column: move.value(column) for column in _columns(database, move.kinds) if column != "id"}
        database.execute(
            f"INSERT INTO {move.kinds} ({', '.join(shared)}) SELECT DISTINCT {', '.join(shared.values())}"  # noqa: S608
            f" FROM {move.old} o"
        )
        join = f" JOIN {move.kinds} k ON " + " AND ".join(f"k.{column} IS {value}" for column, value in shared.items())
    wanted = {column: move.value(column) for column in _columns(database, move.new)}
    if move.kinds is not None:
        wanted["kind_id"] = "k.id"
    database.execute(
        f"INSERT INTO {move.new} ({', '.join(wanted)}) SELECT {', '.join(wanted.values())} FROM {move.old} o{join}"  # noqa: S608
    )


def _columns(database: Database, table: str) -> list[str]:
    return [str(row[1]) for row in database.execute(f'PRAGMA table_info("{table}")').fetchall()]

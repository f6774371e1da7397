"""The schema of the database, as an append-only list of migrations.

A migration that was ever released is never changed: what comes later is added below it. Facts are normalised: the
identity of a cookie (site, name, domain, path), the shape of an endpoint (method, URL with parameter names only) and
long strings are stored once, and observations point at them; `db.narrowing` has their present tables. Every table is
STRICT. JSON texts hold only lists and mappings that no query filters by.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from db.narrowing import narrow
from db.search import index_vendor
from db.views import create_views

APPLICATION_ID = 0x436F4175  # "CoAu": marks the file as this program's

migrations = Migrations("consent-audit")

_REGISTER = """
CREATE TABLE rules (
  id TEXT PRIMARY KEY, version INTEGER NOT NULL, title TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('critical', 'high', 'medium', 'low', 'info')),
  legal_basis TEXT NOT NULL CHECK (json_valid(legal_basis)), explanation TEXT NOT NULL,
  fires_on TEXT NOT NULL, silent_on TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE vendors (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, owner TEXT, cadence TEXT,
  jurisdictions TEXT NOT NULL CHECK (json_valid(jurisdictions))
) STRICT, WITHOUT ROWID;

CREATE TABLE sites (
  id INTEGER PRIMARY KEY, vendor_id TEXT NOT NULL REFERENCES vendors (id), url TEXT NOT NULL, scope TEXT,
  UNIQUE (vendor_id, url)
) STRICT;

CREATE TABLE artifacts (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64), mime TEXT NOT NULL, bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE browsers (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, headless INTEGER NOT NULL,
  third_party_cookies TEXT NOT NULL, user_agent TEXT NOT NULL, flags TEXT NOT NULL CHECK (json_valid(flags)),
  UNIQUE (name, version, headless, third_party_cookies, user_agent, flags)
) STRICT;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY, started_at TEXT NOT NULL, finished_at TEXT,
  status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'partial', 'failed')),
  "trigger" TEXT NOT NULL, tool_version TEXT NOT NULL, browser_id INTEGER REFERENCES browsers (id),
  settings TEXT NOT NULL CHECK (json_valid(settings)), planned INTEGER NOT NULL, stored INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE run_vendors (
  run_id INTEGER NOT NULL REFERENCES runs (id), vendor_id TEXT NOT NULL REFERENCES vendors (id),
  position INTEGER NOT NULL, configuration TEXT NOT NULL CHECK (json_valid(configuration)),
  PRIMARY KEY (run_id, vendor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_vendors_by_vendor ON run_vendors (vendor_id, run_id);
"""

_VISITS = """
CREATE TABLE visits (
  id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES runs (id),
  site_id INTEGER NOT NULL REFERENCES sites (id),
  scenario TEXT NOT NULL CHECK (scenario IN ('no_choice', 'accept_all', 'reject_all', 'withdraw', 'gpc')),
  attempt INTEGER NOT NULL, requested_url TEXT NOT NULL, final_url TEXT,
  outcome TEXT NOT NULL CHECK (outcome IN
    ('ok', 'blocked', 'timeout', 'unreachable', 'http_error', 'crashed', 'refused', 'failed')),
  failure TEXT, title TEXT, http_status INTEGER, started_at TEXT NOT NULL, duration_ms INTEGER NOT NULL,
  browser_id INTEGER REFERENCES browsers (id), pages TEXT NOT NULL CHECK (json_valid(pages)),
  wanted TEXT NOT NULL CHECK (wanted IN ('none', 'accept', 'reject', 'withdraw')),
  choice TEXT NOT NULL CHECK (choice IN
    ('none', 'done', 'no_banner', 'no_accept', 'no_reject', 'no_control', 'failed')),
  proven INTEGER NOT NULL, proof TEXT NOT NULL CHECK (json_valid(proof)), method TEXT,
  clicks TEXT NOT NULL CHECK (json_valid(clicks)),
  declared_by_cmp TEXT CHECK (declared_by_cmp IS NULL OR json_valid(declared_by_cmp)),
  collectors TEXT NOT NULL CHECK (json_valid(collectors)),
  not_observable TEXT NOT NULL CHECK (json_valid(not_observable)),
  UNIQUE (run_id, site_id, scenario)
) STRICT;
CREATE INDEX visits_by_site ON visits (site_id, run_id);
CREATE INDEX visits_not_ok ON visits (run_id) WHERE outcome <> 'ok';

CREATE TABLE planned_visits (
  run_id INTEGER NOT NULL REFERENCES runs (id), position INTEGER NOT NULL,
  site_id INTEGER NOT NULL REFERENCES sites (id), scenario TEXT NOT NULL,
  visit_id INTEGER REFERENCES visits (id),
  PRIMARY KEY (run_id, position), UNIQUE (run_id, site_id, scenario)
) STRICT, WITHOUT ROWID;
CREATE INDEX planned_visits_by_site ON planned_visits (site_id);
CREATE INDEX planned_visits_by_visit ON planned_visits (visit_id);

CREATE TABLE banners (
  visit_id INTEGER PRIMARY KEY REFERENCES visits (id), detected_by TEXT NOT NULL CHECK (json_valid(detected_by)),
  cmp TEXT, layers INTEGER NOT NULL, accept_clicks INTEGER, reject_clicks INTEGER, pre_ticked INTEGER NOT NULL,
  wall INTEGER NOT NULL, text TEXT NOT NULL, language TEXT, box TEXT CHECK (box IS NULL OR json_valid(box))
) STRICT;

CREATE TABLE consent_signals (
  id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visits (id), kind TEXT NOT NULL, phase TEXT NOT NULL,
  raw TEXT NOT NULL, granted TEXT NOT NULL CHECK (json_valid(granted)), denied TEXT NOT NULL CHECK (json_valid(denied))
) STRICT;
CREATE INDEX consent_signals_by_visit ON consent_signals (visit_id);

CREATE TABLE api_calls (
  id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visits (id), api TEXT NOT NULL, script TEXT,
  count INTEGER NOT NULL, phase TEXT NOT NULL
) STRICT;
CREATE INDEX api_calls_by_visit ON api_calls (visit_id);

CREATE TABLE controls (
  id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visits (id), text TEXT NOT NULL, url TEXT,
  location TEXT NOT NULL, page TEXT NOT NULL, phase TEXT NOT NULL
) STRICT;
CREATE INDEX controls_by_visit ON controls (visit_id);

CREATE TABLE screenshots (
  id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visits (id), phase TEXT NOT NULL, page TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES artifacts (sha256)
) STRICT;
CREATE INDEX screenshots_by_visit ON screenshots (visit_id);
CREATE INDEX screenshots_by_artifact ON screenshots (sha256);

CREATE TABLE policies (
  id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES runs (id),
  vendor_id TEXT NOT NULL REFERENCES vendors (id), source TEXT, url TEXT, found_by TEXT NOT NULL,
  fetched_at TEXT NOT NULL, outcome TEXT NOT NULL, failure TEXT, problem TEXT, http_status INTEGER,
  content_type TEXT, sha256 TEXT REFERENCES artifacts (sha256), digest TEXT,
  tried TEXT NOT NULL CHECK (json_valid(tried))
) STRICT;
CREATE INDEX policies_by_run ON policies (run_id, vendor_id);
CREATE INDEX policies_by_vendor ON policies (vendor_id, run_id);
CREATE INDEX policies_by_artifact ON policies (sha256);
"""

_OBSERVATIONS = """
CREATE TABLE hosts (id INTEGER PRIMARY KEY, host TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE cookies (
  id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL REFERENCES sites (id), name TEXT NOT NULL,
  domain TEXT NOT NULL, path TEXT NOT NULL, UNIQUE (site_id, name, domain, path)
) STRICT;
CREATE INDEX cookies_by_name ON cookies (name);

CREATE TABLE cookie_observations (
  id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visits (id),
  cookie_id INTEGER NOT NULL REFERENCES cookies (id),
  party TEXT NOT NULL CHECK (party IN ('first', 'third')),
  phase TEXT NOT NULL CHECK (phase IN ('before_choice', 'after_accept', 'after_reject', 'after_withdrawal')),
  event TEXT NOT NULL CHECK (event IN ('set', 'changed', 'deleted', 'blocked', 'present')),
  set_by TEXT NOT NULL CHECK (set_by IN ('http', 'script', 'unknown')),
  host_only INTEGER NOT NULL, secure INTEGER NOT NULL, http_only INTEGER NOT NULL, same_site TEXT, partition_key TEXT,
  lifetime_seconds INTEGER, declared_lifetime_seconds INTEGER, expires TEXT, at_ms INTEGER NOT NULL,
  in_jar INTEGER NOT NULL, initiator_id INTEGER REFERENCES texts (id),
  initiator_chain_id INTEGER REFERENCES texts (id), sent_to_id INTEGER REFERENCES texts (id),
  blocked_reasons_id INTEGER REFERENCES texts (id),
  value_length INTEGER NOT NULL, value_hash TEXT NOT NULL, value_entropy REAL NOT NULL, identifier INTEGER NOT NULL
) STRICT;
CREATE INDEX cookie_observations_by_visit ON cookie_observations (visit_id);
CREATE INDEX cookie_observations_by_cookie ON cookie_observations (cookie_id);

CREATE TABLE storage_items (
  id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL REFERENCES sites (id),
  kind TEXT NOT NULL CHECK (kind IN ('local', 'session', 'indexeddb', 'cache')), origin TEXT NOT NULL,
  "key" TEXT NOT NULL, UNIQUE (site_id, kind, origin, "key")
) STRICT;

CREATE TABLE storage_observations (
  id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visits (id),
  item_id INTEGER NOT NULL REFERENCES storage_items (id), party TEXT NOT NULL CHECK (party IN ('first', 'third')),
  phase TEXT NOT NULL CHECK (phase IN ('before_choice', 'after_accept', 'after_reject', 'after_withdrawal')),
  at_ms INTEGER, initiator_id INTEGER REFERENCES texts (id),
  value_length INTEGER NOT NULL, value_hash TEXT NOT NULL, value_entropy REAL NOT NULL, identifier INTEGER NOT NULL
) STRICT;
CREATE INDEX storage_observations_by_visit ON storage_observations (visit_id);
CREATE INDEX storage_observations_by_item ON storage_observations (item_id);

CREATE TABLE endpoints (
  id INTEGER PRIMARY KEY, host_id INTEGER NOT NULL REFERENCES hosts (id), method TEXT NOT NULL, url TEXT NOT NULL,
  resource_type TEXT NOT NULL, UNIQUE (host_id, method, url, resource_type)
) STRICT;

CREATE TABLE requests (
  id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visits (id),
  endpoint_id INTEGER NOT NULL REFERENCES endpoints (id), party TEXT NOT NULL CHECK (party IN ('first', 'third')),
  phase TEXT NOT NULL CHECK (phase IN ('before_choice', 'after_accept', 'after_reject', 'after_withdrawal')),
  at_ms INTEGER NOT NULL, status INTEGER, beacon TEXT, beacon_reason_id INTEGER REFERENCES texts (id),
  initiator_id INTEGER REFERENCES texts (id), initiator_chain_id INTEGER REFERENCES texts (id),
  sets_cookies_id INTEGER REFERENCES texts (id), sent_cookies_id INTEGER REFERENCES texts (id),
  from_service_worker INTEGER NOT NULL
) STRICT;
CREATE INDEX requests_by_visit ON requests (visit_id);
CREATE INDEX requests_by_endpoint ON requests (endpoint_id);
"""

_JUDGEMENTS = """
CREATE TABLE audits (
  id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES runs (id),
  vendor_id TEXT NOT NULL REFERENCES vendors (id), audited_at TEXT NOT NULL,
  sites_seen TEXT NOT NULL CHECK (json_valid(sites_seen)), UNIQUE (vendor_id, run_id)
) STRICT;
CREATE INDEX audits_by_run ON audits (run_id);

CREATE TABLE observed_items (
  id INTEGER PRIMARY KEY, audit_id INTEGER NOT NULL REFERENCES audits (id),
  site_id INTEGER NOT NULL REFERENCES sites (id), subject TEXT NOT NULL,
  kind TEXT NOT NULL, name TEXT NOT NULL, domain TEXT NOT NULL, party TEXT NOT NULL, category TEXT,
  also_declared_as TEXT NOT NULL CHECK (json_valid(also_declared_as)), service TEXT, entity TEXT,
  layer INTEGER NOT NULL, confidence REAL NOT NULL, reason TEXT NOT NULL, source TEXT, role TEXT,
  exempt INTEGER NOT NULL, lifetime_seconds INTEGER, identifier INTEGER NOT NULL, declared_category TEXT,
  declared_as TEXT, quote TEXT, quote_start INTEGER, quote_end INTEGER, quote_url TEXT, quote_sha256 TEXT
) STRICT;
CREATE INDEX observed_items_by_audit ON observed_items (audit_id, site_id);
CREATE INDEX observed_items_by_name ON observed_items (name);

CREATE TABLE item_sightings (
  item_id INTEGER NOT NULL REFERENCES observed_items (id), position INTEGER NOT NULL, scenario TEXT NOT NULL,
  phase TEXT NOT NULL, PRIMARY KEY (item_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE readings (
  id INTEGER PRIMARY KEY, audit_id INTEGER NOT NULL REFERENCES audits (id), document TEXT NOT NULL, url TEXT,
  file TEXT, sha256 TEXT NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL, disclosure_level TEXT NOT NULL,
  last_updated TEXT, text_sha256 TEXT NOT NULL REFERENCES artifacts (sha256),
  silent_on TEXT NOT NULL CHECK (json_valid(silent_on)), notes TEXT NOT NULL CHECK (json_valid(notes))
) STRICT;
CREATE INDEX readings_by_audit ON readings (audit_id);
CREATE INDEX readings_by_text ON readings (text_sha256);

CREATE TABLE declarations (
  id INTEGER PRIMARY KEY, reading_id INTEGER NOT NULL REFERENCES readings (id), kind TEXT NOT NULL CHECK (kind IN
    ('scope', 'category', 'service', 'cookie', 'technology', 'consent', 'retention', 'claim', 'contradiction')),
  label TEXT NOT NULL, category TEXT, scopes TEXT NOT NULL CHECK (json_valid(scopes)), detail TEXT,
  quote TEXT, quote_start INTEGER, quote_end INTEGER, confidence REAL
) STRICT;
CREATE INDEX declarations_by_reading ON declarations (reading_id, kind);

CREATE TABLE undecided (
  id INTEGER PRIMARY KEY, audit_id INTEGER NOT NULL REFERENCES audits (id), rule_id TEXT NOT NULL,
  site TEXT, subject TEXT, reason TEXT NOT NULL
) STRICT;
CREATE INDEX undecided_by_audit ON undecided (audit_id);

CREATE TABLE findings (
  id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, rule_id TEXT NOT NULL,
  vendor_id TEXT NOT NULL REFERENCES vendors (id), site_id INTEGER REFERENCES sites (id), subject TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('critical', 'high', 'medium', 'low', 'info')),
  presence TEXT NOT NULL CHECK (presence IN ('new', 'persisting', 'gone', 'returned')),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN
    ('open', 'acknowledged', 'accepted', 'fixed', 'false_positive')),
  accepted_until TEXT, first_run_id INTEGER NOT NULL REFERENCES runs (id),
  last_run_id INTEGER NOT NULL REFERENCES runs (id), first_seen TEXT NOT NULL, last_seen TEXT NOT NULL,
  times_seen INTEGER NOT NULL
) STRICT;
CREATE INDEX findings_by_vendor ON findings (vendor_id, presence, status);
CREATE INDEX findings_by_rule ON findings (rule_id);
CREATE INDEX findings_by_site ON findings (site_id);
CREATE INDEX findings_by_last_run ON findings (last_run_id);
CREATE INDEX findings_by_first_run ON findings (first_run_id);

CREATE TABLE statements (
  id INTEGER PRIMARY KEY, finding_id INTEGER NOT NULL REFERENCES findings (id),
  run_id INTEGER NOT NULL REFERENCES runs (id), withdrawn INTEGER NOT NULL DEFAULT 0,
  presence TEXT CHECK (presence IN ('new', 'persisting', 'returned')), rule_version INTEGER NOT NULL,
  severity TEXT NOT NULL, confidence REAL NOT NULL, phase TEXT, title TEXT NOT NULL, fact TEXT NOT NULL,
  category_observed TEXT, category_declared TEXT, service TEXT,
  quote TEXT, quote_start INTEGER, quote_end INTEGER, quote_url TEXT, quote_sha256 TEXT,
  UNIQUE (finding_id, run_id)
) STRICT;
CREATE INDEX statements_by_run ON statements (run_id, finding_id);

CREATE TABLE disappearances (
  run_id INTEGER NOT NULL REFERENCES runs (id), finding_id INTEGER NOT NULL REFERENCES findings (id),
  PRIMARY KEY (run_id, finding_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX disappearances_by_finding ON disappearances (finding_id);

CREATE TABLE evidence (
  statement_id INTEGER NOT NULL REFERENCES statements (id), position INTEGER NOT NULL, kind TEXT NOT NULL,
  visit_id INTEGER REFERENCES visits (id), url TEXT, at_ms INTEGER, initiator TEXT, artifact_sha256 TEXT,
  PRIMARY KEY (statement_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_by_visit ON evidence (visit_id);

CREATE TABLE finding_events (
  id INTEGER PRIMARY KEY, finding_id INTEGER NOT NULL REFERENCES findings (id), at TEXT NOT NULL,
  run_id INTEGER REFERENCES runs (id), actor TEXT NOT NULL CHECK (actor <> ''),
  action TEXT NOT NULL CHECK (action IN ('new', 'persisting', 'gone', 'returned',
    'open', 'acknowledged', 'accepted', 'fixed', 'false_positive')),
  note TEXT, until TEXT
) STRICT;
CREATE INDEX finding_events_by_finding ON finding_events (finding_id, id);
CREATE INDEX finding_events_by_run ON finding_events (run_id);
CREATE TRIGGER finding_events_no_update BEFORE UPDATE ON finding_events
  BEGIN SELECT RAISE (ABORT, 'finding_events is append-only'); END;
CREATE TRIGGER finding_events_no_delete BEFORE DELETE ON finding_events
  BEGIN SELECT RAISE (ABORT, 'finding_events is append-only'); END;
"""

_SUMMARIES = """
CREATE TABLE consent_matrix (
  run_id INTEGER NOT NULL REFERENCES runs (id), vendor_id TEXT NOT NULL REFERENCES vendors (id),
  site_id INTEGER NOT NULL REFERENCES sites (id), category TEXT NOT NULL, scenario TEXT NOT NULL,
  phase TEXT NOT NULL, cookies INTEGER NOT NULL, storage INTEGER NOT NULL, hosts INTEGER NOT NULL,
  needing_consent INTEGER NOT NULL, identifiers INTEGER NOT NULL, third_party INTEGER NOT NULL,
  PRIMARY KEY (run_id, vendor_id, site_id, category, scenario, phase)
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_matrix_by_vendor ON consent_matrix (vendor_id, run_id);
CREATE INDEX consent_matrix_by_site ON consent_matrix (site_id);

CREATE TABLE run_vendor_summary (
  run_id INTEGER NOT NULL REFERENCES runs (id), vendor_id TEXT NOT NULL REFERENCES vendors (id),
  planned INTEGER NOT NULL, visits INTEGER NOT NULL, visits_ok INTEGER NOT NULL, undecided INTEGER NOT NULL,
  critical INTEGER NOT NULL, high INTEGER NOT NULL, medium INTEGER NOT NULL, low INTEGER NOT NULL,
  info INTEGER NOT NULL, new INTEGER NOT NULL, returned INTEGER NOT NULL, gone INTEGER NOT NULL,
  audited INTEGER NOT NULL, PRIMARY KEY (run_id, vendor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_vendor_summary_by_vendor ON run_vendor_summary (vendor_id, run_id);
"""


@migrations(name="m0001_first_schema")
def m0001_first_schema(database: Database) -> None:
    """Tables of the first release."""
    for script in (_REGISTER, _VISITS, _OBSERVATIONS, _JUDGEMENTS, _SUMMARIES):
        database.executescript(script)
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")


_SHARED_IDENTIFIERS = """
CREATE TABLE shared_identifiers (
  id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visits (id), item_kind TEXT NOT NULL,
  item_name TEXT NOT NULL, item_place TEXT NOT NULL,
  spelling TEXT NOT NULL CHECK (spelling IN ('plain', 'url_encoded', 'base64', 'md5', 'sha1', 'sha256')),
  whole INTEGER NOT NULL,
  found_in TEXT NOT NULL CHECK (found_in IN ('path', 'query', 'fragment', 'body', 'header')), parameter TEXT,
  url TEXT NOT NULL, host TEXT NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('before_choice', 'after_accept', 'after_reject', 'after_withdrawal')),
  at_ms INTEGER NOT NULL, initiator TEXT
) STRICT;
CREATE INDEX shared_identifiers_by_visit ON shared_identifiers (visit_id);

CREATE TABLE host_aliases (
  id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visits (id), host TEXT NOT NULL,
  chain TEXT NOT NULL CHECK (json_valid(chain))
) STRICT;
CREATE INDEX host_aliases_by_visit ON host_aliases (visit_id);

ALTER TABLE runs ADD COLUMN knowledge TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(knowledge));
"""


@migrations(name="shared_identifiers_and_aliases")
def shared_identifiers_and_aliases(database: Database) -> None:
    """Identifiers seen in other parties' requests, CNAME chains, and what a run's items were to be judged by."""
    database.executescript(_SHARED_IDENTIFIERS)


_BANNER_LOOKS = """
ALTER TABLE banners ADD COLUMN covers REAL NOT NULL DEFAULT 0;
ALTER TABLE banners ADD COLUMN scroll_locked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE banners ADD COLUMN pay_option INTEGER NOT NULL DEFAULT 0;
ALTER TABLE banners ADD COLUMN switches TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(switches));
ALTER TABLE banners ADD COLUMN prominence TEXT CHECK (prominence IS NULL OR json_valid(prominence));
"""


@migrations(name="banner_looks")
def banner_looks(database: Database) -> None:
    """How much of the page a banner takes, its switches, and how its controls look."""
    database.executescript(_BANNER_LOOKS)


_SEALS = """
CREATE TABLE seals (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('evidence', 'audit', 'events', 'pruned')),
  run_id INTEGER REFERENCES runs (id), vendor_id TEXT REFERENCES vendors (id),
  first_event INTEGER, last_event INTEGER, sources TEXT NOT NULL CHECK (json_valid(sources)),
  "rows" INTEGER NOT NULL, digest TEXT NOT NULL CHECK (length(digest) = 64),
  chain TEXT NOT NULL CHECK (length(chain) = 64)
) STRICT;
CREATE INDEX seals_by_run ON seals (run_id, vendor_id);
CREATE TRIGGER seals_no_update BEFORE UPDATE ON seals
  BEGIN SELECT RAISE (ABORT, 'seals is append-only'); END;
CREATE TRIGGER seals_no_delete BEFORE DELETE ON seals
  BEGIN SELECT RAISE (ABORT, 'seals is append-only'); END;
"""


@migrations(name="seals")
def seals(database: Database) -> None:
    """Digests over everything that a run stored, chained."""
    database.executescript(_SEALS)


_COMMENTS = """
CREATE TABLE finding_events_new (
  id INTEGER PRIMARY KEY, finding_id INTEGER NOT NULL REFERENCES findings (id), at TEXT NOT NULL,
  run_id INTEGER REFERENCES runs (id), actor TEXT NOT NULL CHECK (actor <> ''),
  action TEXT NOT NULL CHECK (action IN ('new', 'persisting', 'gone', 'returned',
    'open', 'acknowledged', 'accepted', 'fixed', 'false_positive', 'comment')),
  note TEXT, until TEXT
) STRICT;
INSERT INTO finding_events_new SELECT id, finding_id, at, run_id, actor, action, note, until FROM finding_events;
DROP TABLE finding_events;
ALTER TABLE finding_events_new RENAME TO finding_events;
CREATE INDEX finding_events_by_finding ON finding_events (finding_id, id);
CREATE INDEX finding_events_by_run ON finding_events (run_id);
CREATE TRIGGER finding_events_no_update BEFORE UPDATE ON finding_events
  BEGIN SELECT RAISE (ABORT, 'finding_events is append-only'); END;
CREATE TRIGGER finding_events_no_delete BEFORE DELETE ON finding_events
  BEGIN SELECT RAISE (ABORT, 'finding_events is append-only'); END;
"""


@migrations(name="comments")
def comments(database: Database) -> None:
    """People may say something about a finding without deciding; SQLite changes a CHECK only with a new table."""
    database.executescript(_COMMENTS)


@migrations(name="repetitions")
def repetitions(database: Database) -> None:
    """A run may visit a site several times in one scenario; findings say how often they were seen.

    SQLite changes a UNIQUE only with a new table: both are copied with all columns, indexes and triggers they have.
    """
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        database.execute(f'DROP VIEW "{name}"')
    for table in ("visits", "planned_visits"):
        _repeatable(database, table)
    database.execute("ALTER TABLE statements ADD COLUMN visits_hit INTEGER NOT NULL DEFAULT 1")
    database.execute("ALTER TABLE statements ADD COLUMN visits_total INTEGER NOT NULL DEFAULT 1")


def _repeatable(database: Database, table: str) -> None:
    """Copies a table of visits into one whose identity holds the number of the repetition."""
    query = "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type = 'table' DESC"
    (_, made), *others = database.execute(query, [table]).fetchall()
    names = ", ".join(f'"{row[1]}"' for row in database.execute(f'PRAGMA table_info("{table}")').fetchall())
    identity = "UNIQUE (run_id, site_id, scenario"
    wanted = made.replace(f"TABLE {table} ", f"TABLE {table}_new ", 1).replace(identity, f"{identity}, repetition", 1)
    wanted = wanted.replace("scenario TEXT", "repetition INTEGER NOT NULL DEFAULT 1, scenario TEXT", 1)
    database.execute(wanted)
    database.execute(f"INSERT INTO {table}_new ({names}) SELECT {names} FROM {table}")  # noqa: S608 - names are ours
    database.execute(f"DROP TABLE {table}")
    database.execute(f"ALTER TABLE {table}_new RENAME TO {table}")
    for _, sql in others:
        database.execute(sql)


_EVIDENCE_FILES = """
ALTER TABLE screenshots ADD COLUMN kind TEXT NOT NULL DEFAULT 'viewport'
  CHECK (kind IN ('viewport', 'full', 'banner'));
CREATE TABLE recordings (
  id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visits (id),
  kind TEXT NOT NULL CHECK (kind IN ('har')), sha256 TEXT NOT NULL REFERENCES artifacts (sha256)
) STRICT;
CREATE INDEX recordings_by_visit ON recordings (visit_id);
CREATE INDEX recordings_by_artifact ON recordings (sha256);
"""


@migrations(name="evidence_files")
def evidence_files(database: Database) -> None:
    """Pictures of several kinds, and HTTP Archives of visits."""
    database.executescript(_EVIDENCE_FILES)


@migrations(name="search")
def search(database: Database) -> None:
    """The full-text index; the underscore belongs to names of cookies."""
    database.execute(
        "CREATE VIRTUAL TABLE search USING fts5(kind UNINDEXED, vendor_id, place UNINDEXED, title, body,"
        " tokenize = \"unicode61 remove_diacritics 2 tokenchars '_'\")"
    )


@migrations(name="heuristic_rules")
def heuristic_rules(database: Database) -> None:
    """Which rules give hints only."""
    database.execute("ALTER TABLE rules ADD COLUMN heuristic INTEGER NOT NULL DEFAULT 0 CHECK (heuristic IN (0, 1))")


@migrations(name="narrow_observations")
def narrow_observations(database: Database) -> None:
    """What observations and judgements have in common is stored once."""
    narrow(database)


_SCHEDULE = """
CREATE TABLE schedules (
  vendor_id TEXT PRIMARY KEY, cadence TEXT, period_seconds INTEGER, due_at TEXT,
  lease_owner TEXT, lease_until TEXT, lease_due_at TEXT, lease_run_id INTEGER REFERENCES runs (id),
  lease_takeovers INTEGER NOT NULL DEFAULT 0, started_at TEXT, ended_at TEXT,
  ended TEXT CHECK (ended IN ('ok', 'partial', 'failed', 'error')), failures INTEGER NOT NULL DEFAULT 0,
  paused_at TEXT, paused_by TEXT, removed_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX schedules_by_run ON schedules (lease_run_id);

CREATE TABLE scheduled_crawls (
  id INTEGER PRIMARY KEY, vendor_id TEXT NOT NULL REFERENCES schedules (vendor_id), due_at TEXT NOT NULL,
  started_at TEXT NOT NULL, ended_at TEXT NOT NULL,
  ended TEXT NOT NULL CHECK (ended IN ('ok', 'partial', 'failed', 'error')),
  crawl_run_id INTEGER REFERENCES runs (id), takeovers INTEGER NOT NULL
) STRICT;
CREATE INDEX scheduled_crawls_by_vendor ON scheduled_crawls (vendor_id, due_at);
CREATE INDEX scheduled_crawls_by_run ON scheduled_crawls (crawl_run_id);

ALTER TABLE runs ADD COLUMN resumed INTEGER NOT NULL DEFAULT 0;
"""


@migrations(name="schedule")
def schedule(database: Database) -> None:
    """When vendors are due, who crawls them, and how due crawls ended; how often a run was gone on with.

    A vendor is scheduled before its first run knows it: ``schedules`` does not refer to ``vendors``.
    """
    database.executescript(_SCHEDULE)


_OUTBOX = """
CREATE TABLE notices (
  id INTEGER PRIMARY KEY, "key" TEXT NOT NULL UNIQUE, finding_id INTEGER NOT NULL REFERENCES findings (id),
  vendor_id TEXT NOT NULL, owner TEXT, at TEXT NOT NULL,
  change TEXT NOT NULL CHECK (change IN ('new', 'returned', 'worse', 'gone', 'lapsed')),
  severity TEXT NOT NULL, payload TEXT NOT NULL CHECK (json_valid(payload))
) STRICT;
CREATE INDEX notices_by_finding ON notices (finding_id, id);
CREATE INDEX notices_by_time ON notices (at);

CREATE TABLE messages (
  id INTEGER PRIMARY KEY, "key" TEXT NOT NULL UNIQUE, target TEXT NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (json_valid(payload)), created_at TEXT NOT NULL, not_before TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0, sender TEXT, sending_until TEXT, sent_at TEXT, last_error TEXT
) STRICT;
CREATE INDEX messages_to_send ON messages (target, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX messages_by_target ON messages (target, kind, created_at);

CREATE TABLE message_notices (
  target TEXT NOT NULL, notice_id INTEGER NOT NULL REFERENCES notices (id),
  message_id INTEGER NOT NULL REFERENCES messages (id), PRIMARY KEY (target, notice_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_notices_by_message ON message_notices (message_id);
CREATE INDEX message_notices_by_notice ON message_notices (notice_id);

CREATE TABLE message_targets (
  target TEXT PRIMARY KEY, since TEXT NOT NULL, first_notice INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
  target TEXT NOT NULL, finding_id INTEGER NOT NULL REFERENCES findings (id), is_open INTEGER NOT NULL,
  times INTEGER NOT NULL, PRIMARY KEY (target, finding_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_finding ON tickets (finding_id);

CREATE TABLE outbox_places (name TEXT PRIMARY KEY, place INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""


@migrations(name="outbox")
def outbox(database: Database) -> None:
    """What is to be told, the messages that tell it, and which tickets are open elsewhere."""
    database.executescript(_OUTBOX)


def migrate(database: Database) -> None:
    """Brings the database to the present schema and renews its views; each migration is one transaction.

    Raises ``sqlite3.Error`` where the file cannot be written; then the migration at hand left nothing behind.
    """
    pending = bool(migrations.pending(database))
    if pending:
        # A table that others refer to can only be copied while nobody checks that; a pragma is none in a transaction.
        database.execute("PRAGMA foreign_keys = OFF")
        try:
            migrations.apply(database)
        finally:
            database.execute("PRAGMA foreign_keys = ON")
    create_views(database)
    if pending:
        _index(database)


def _index(database: Database) -> None:
    """Fills the full-text index, which is derived: what a migration changed may be found otherwise now."""
    vendors = database.execute("SELECT DISTINCT vendor_id FROM audits").fetchall()
    with database.atomic():
        for (vendor,) in vendors:
            index_vendor(database, str(vendor))


def unknown_migrations(database: Database) -> tuple[str, ...]:
    """Names of applied migrations that this version does not know: the database is newer than the program."""
    known = {migration.name for migration in migrations.pending(Database(memory=True, execute_plugins=False))}
    return tuple(migration.name for migration in migrations.applied(database) if migration.name not in known)

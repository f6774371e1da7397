"""The copy for readers outside holds nothing that is not for them, and still serves."""

from __future__ import annotations

import json
import sqlite3

import httpx
import pytest

from auditor import model as m
from db.redacted import export_redacted
from db.store import Store


@pytest.fixture
def copy(filled, tmp_path):
    with Store(filled.path) as store:
        finding = store.findings()[0].fingerprint
        store.triage(finding, m.Status.ACKNOWLEDGED, actor="ada-lovelace", note="a private remark")
    target = tmp_path / "outside.db"
    size = export_redacted(filled.path, target)
    assert size == target.stat().st_size
    return target


def test_nothing_private_is_in_the_file(copy, filled, records):
    with sqlite3.connect(filled.path) as connection:
        hashes = [row[0] for row in connection.execute("SELECT DISTINCT value_hash FROM cookie_observations")]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert hashes
    source, content = filled.path.read_bytes(), copy.read_bytes()
    for private in (b"ada-lovelace", b"a private remark", records.VENDOR.owner.encode(), *hashes):
        assert private in source
        assert private not in content


def test_every_table_was_looked_at(store):
    """A new table or column makes this fail: decide what of it readers outside may see, then count it here."""
    with sqlite3.connect(store.path) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        found = {
            name: len(connection.execute(f'PRAGMA table_info("{name}")').fetchall())
            for (name,) in names
            if not name.startswith(("sqlite_", "_sqlite", "search"))
        }
    assert found == LOOKED_AT


LOOKED_AT = {
    "api_calls": 6,
    "artifacts": 3,
    "audits": 5,
    "banner_kinds": 16,
    "banner_observations": 2,
    "browsers": 7,
    "consent_matrix": 12,
    "consent_signals": 7,
    "controls": 7,
    "cookie_kinds": 17,
    "cookie_observations": 10,
    "cookies": 5,
    "disappearances": 2,
    "endpoints": 5,
    "evidence_references": 8,
    "finding_events": 8,
    "finding_statements": 21,
    "findings": 15,
    "host_aliases": 4,
    "hosts": 2,
    "item_kinds": 23,
    "item_observations": 7,
    "message_notices": 3,
    "message_targets": 3,
    "messages": 14,
    "notices": 9,
    "outbox_places": 2,
    "planned_visits": 6,
    "policies": 15,
    "policy_statements": 11,
    "readings": 13,
    "recordings": 4,
    "request_kinds": 12,
    "requests": 4,
    "rules": 9,
    "run_vendor_summary": 15,
    "run_vendors": 4,
    "runs": 12,
    "scheduled_crawls": 8,
    "schedules": 16,
    "screenshots": 6,
    "seals": 11,
    "shared_identifiers": 14,
    "sites": 4,
    "storage_items": 5,
    "storage_kinds": 6,
    "storage_observations": 7,
    "texts": 2,
    "tickets": 4,
    "undecided": 6,
    "vendors": 5,
    "visits": 25,
}


def test_settings_of_the_installation_stay_inside(filled, records, tmp_path):
    settings = {
        "concurrency": 4,
        "robots": "obey",
        "scenarios": ["no_choice"],
        "har": True,
        "locale": "en-GB",
        "browser": "/opt/secret-place",
        "resolve": {"*": "10.9.8.7"},
        "proxy": "http://inside",
        "new_key": "x",
    }
    with Store(filled.path) as store:
        store.start_run((records.VENDOR,), (), tool_version="1", browser=None, settings=settings)
    target = tmp_path / "outside.db"
    export_redacted(filled.path, target)
    with sqlite3.connect(target) as connection:
        kept = json.loads(connection.execute("SELECT settings FROM runs ORDER BY id DESC").fetchone()[0])
    assert kept == {key: settings[key] for key in ("concurrency", "robots", "scenarios", "har", "locale")}
    assert b"secret-place" not in target.read_bytes()


def test_findings_and_facts_are_those_of_the_source(copy, filled):
    query = "SELECT fingerprint, fact, quote, status FROM mismatches ORDER BY fingerprint"
    with sqlite3.connect(copy) as outside, sqlite3.connect(filled.path) as inside:
        assert outside.execute(query).fetchall() == inside.execute(query).fetchall() != []
        counted = "SELECT count(*) FROM cookie_sightings"
        assert outside.execute(counted).fetchone() == inside.execute(counted).fetchone()
        assert outside.execute("PRAGMA foreign_key_check").fetchall() == []
        assert outside.execute("SELECT actor FROM finding_events WHERE action = 'acknowledged'").fetchone() == (
            "somebody",
        )


def test_the_source_is_untouched(copy, filled):
    with Store(filled.path) as store:
        assert store.verify().problems == ()
        assert store.check() == ()


def test_it_is_served(copy, records):
    with records.serving(copy) as address, httpx.Client(base_url=address) as client:
        for path in ("/", "/vendors/vendor", "/runs/1", "/services", "/search?q=adroll", f"/policies/{records.DIGEST}"):
            assert client.get(path).status_code == 200, path


def test_nothing_is_written_over(copy, filled):
    with pytest.raises(m.StoreError, match="exists already"):
        export_redacted(filled.path, copy)


def test_a_copy_that_cannot_be_written(filled, tmp_path):
    with pytest.raises(m.StoreError, match="cannot be opened or made"):
        export_redacted(filled.path, tmp_path / "none" / "x.db")

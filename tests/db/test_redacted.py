"""The copy for readers outside holds nothing that is not for them, and still serves."""

from __future__ import annotations

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
    for private in ("ada-lovelace", "a private remark", records.VENDOR.owner, *hashes):
        assert private.encode() in source
        assert private.encode() not in content


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

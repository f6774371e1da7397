"""Full disks, wrong files, newer schemas, killed processes, changed artifacts, secrets that must not be stored."""

from __future__ import annotations

import dataclasses
import signal
import sqlite3
import stat
import subprocess
import sys

import pytest

from auditor import examples
from auditor import model as m
from db.store import Store


@pytest.fixture
def with_one_visit(store, records):
    run = records.start(store)
    made = records.visit()
    store.save_visit(run, made, records.artifacts(made))
    return run


def big(records):
    """A visit whose rows need many pages of the database."""
    cookies = tuple(records.cookie(name=f"{number:04d}" * 500) for number in range(200))
    return records.visit(m.Scenario.ACCEPT_ALL, cookies=cookies)


def test_a_full_database_loses_nothing(store, records, with_one_visit):
    pages = store._database.execute("PRAGMA page_count").fetchone()[0]
    store._database.execute(f"PRAGMA max_page_count = {pages + 5}").fetchall()
    made = big(records)
    with pytest.raises(m.StoreError, match=r"disk is full.*--resume"):
        store.save_visit(with_one_visit, made, records.artifacts(made))
    assert len(store.case_file(with_one_visit, "vendor").visits) == 1
    assert store.remaining(with_one_visit) == records.PLAN[1:]
    store._database.execute("PRAGMA max_page_count = 1000000").fetchall()
    store.save_visit(with_one_visit, made, records.artifacts(made))
    assert store.check() == ()


SCRIPT = """
import resource, sys
from pathlib import Path
from auditor.model import Artifact, PolicyDocument, Outcome, StoreError
from datetime import UTC, datetime
from db.store import Store
import hashlib
path, kind = Path(sys.argv[1]), sys.argv[2]
with Store(path) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    content = b"x" * (400_000 if kind == "artifact" else 10)
    tried = () if kind == "artifact" else tuple(f"https://a.example/{i}/" + "word/" * 1000 for i in range(200))
    document = PolicyDocument(vendor="vendor", source=None, url=None, found_by="link", fetched_at=datetime.now(UTC),
        outcome=Outcome.OK, content=content, tried=tried)
    try:
        store.save_policy(1, document)
    except StoreError as error:
        print(error)
"""


@pytest.mark.parametrize("kind", ["artifact", "database"])
def test_a_full_disk_is_a_clear_error(store, records, with_one_visit, project, kind):
    said = subprocess.run(
        [sys.executable, "-c", SCRIPT, store.path, kind], cwd=project, capture_output=True, text=True, check=True
    )
    assert "Free space" in said.stdout
    assert "--resume" in said.stdout
    assert store.policies_of(with_one_visit, "vendor") == ()
    assert len(store.case_file(with_one_visit, "vendor").visits) == 1
    assert [path for path in store.artifacts.folder.rglob("*") if path.name.startswith(".new")] == []
    assert store.check() == ()


def test_a_read_only_database_is_a_clear_error(store, records, with_one_visit):
    store._database.execute("PRAGMA query_only = ON")
    with pytest.raises(m.StoreError, match="read-only"):
        store.save_policy(with_one_visit, records.policy())
    assert len(store.case_file(with_one_visit, "vendor").visits) == 1


def test_files_that_are_no_database_of_ours(tmp_path):
    text = tmp_path / "notes.db"
    text.write_text("these are notes, " * 100)
    with pytest.raises(m.StoreError, match="not a SQLite database"):
        Store(text)
    assert text.read_text() == "these are notes, " * 100
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (id INTEGER)")
    with pytest.raises(m.StoreError, match="belongs to another program"):
        Store(other)
    below = text / "audit.db"
    with pytest.raises(m.StoreError, match="cannot be opened or made"):
        Store(below)
    with pytest.raises(m.StoreError, match="crawl first"):
        Store(tmp_path / "none.db", create=False)
    assert not (tmp_path / "none.db").exists()


def test_a_newer_schema_is_refused_and_left_alone(filled):
    with sqlite3.connect(filled.path) as connection:
        later = ("consent-audit", "m0999_later", "")
        connection.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)", later)
    before = filled.path.read_bytes()
    with pytest.raises(m.StoreError, match=r"newer version of consent-audit \(it has m0999_later\)"):
        Store(filled.path)
    assert filled.path.read_bytes() == before


def test_views_of_an_older_version_are_renewed(filled):
    with sqlite3.connect(filled.path) as connection:
        connection.execute("DROP VIEW mismatches")
        connection.execute("CREATE VIEW mismatches AS SELECT 1 AS one")
        connection.execute("CREATE VIEW my_own AS SELECT 2 AS two")
    with Store(filled.path):
        pass
    with sqlite3.connect(filled.path) as connection:
        assert connection.execute("SELECT count(*) FROM mismatches WHERE vendor_id = 'vendor'").fetchone() == (2,)
        assert connection.execute("SELECT two FROM my_own").fetchone() == (2,)


KILLED = """
import sys
from pathlib import Path
from db.store import Store
import importlib.util
spec = importlib.util.spec_from_file_location("records", sys.argv[2])
records = importlib.util.module_from_spec(spec)
sys.modules["records"] = records
spec.loader.exec_module(records)
from dataclasses import replace
sites = [f"https://s{i}.vendor.example/" for i in range(2000)]
plan = tuple(replace(records.PLAN[0], site=site) for site in sites)
with Store(Path(sys.argv[1])) as store:
    run = records.start(store, plan=plan)
    print("started", flush=True)
    for planned in plan:
        made = records.visit(site=planned.site, cookies=tuple(records.cookie(name=f"c{i}") for i in range(60)))
        store.save_visit(run, made, records.artifacts(made))
        print(planned.site, flush=True)
"""


def test_a_killed_process_leaves_whole_visits_only(tmp_path, project):
    path = tmp_path / "audit.db"
    command = [sys.executable, "-c", KILLED, path, project / "tests/db/conftest.py"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(8):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        told = 7 + len(process.stdout.read().splitlines())
    with Store(path) as store:
        run = store.unfinished_run()
        visits = store.case_file(run, "vendor").visits
        assert told <= len(visits) <= told + 1
        assert {len(visit.cookies) for visit in visits} == {60}
        assert {len(visit.requests) for visit in visits} == {2}
        assert len(store.remaining(run)) == 2000 - len(visits)
        assert store.run(run).stored == len(visits)
        assert store.check() == ()


def test_a_changed_artifact_is_noticed(filled):
    with Store(filled.path) as store:
        shot = store.case_file(filled.run, "vendor").visits[0].screenshots[0].sha256
        path = store.artifacts.path(shot)
        good = path.read_bytes()
        path.write_bytes(good[:-1] + b"!")
        with pytest.raises(m.StoreError, match="was changed"):
            store.artifacts.read(shot)
        assert store.check() == (f"artifact {shot} was changed after it was stored: restore {path} from a backup",)
        store.artifacts.write(good)
        assert store.check() == ()
        path.unlink()
        assert store.check() == (f"artifact {shot} is missing: restore {path} from a backup",)


@pytest.mark.parametrize("digest", ["../../../etc/passwd", "A" * 64, "a" * 63, ""])
def test_an_artifact_is_addressed_by_its_digest_only(store, digest):
    with pytest.raises(m.StoreError, match="not a SHA-256 digest"):
        store.artifacts.read(digest)


def test_an_artifact_that_is_not_what_it_says_is_refused(store, records):
    run = records.start(store)
    wrong = m.Artifact(sha256="0" * 64, mime="image/png", content=b"other")
    with pytest.raises(m.StoreError, match="does not have that digest"):
        store.save_visit(run, records.visit(), [wrong])
    assert store.remaining(run) == records.PLAN


def test_damage_is_reported(filled):
    with sqlite3.connect(filled.path) as connection:
        connection.execute("DELETE FROM vendors")
        connection.execute("UPDATE runs SET stored = 7")
        connection.execute("DROP VIEW mismatches")
    with Store(filled.path) as store:
        filled.path.with_suffix(".key").chmod(0o644)
        said = store.check()
    assert "1 runs whose number of stored visits is wrong" in said
    assert any(each.startswith("broken reference: ") for each in said)
    assert any(each.endswith("chmod 600 it") for each in said)


def test_missing_parts_of_the_schema_are_reported(store):
    store._database.execute("DROP VIEW mismatches")
    store._database.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0001_first_schema'")
    assert store.check() == ("migration m0001_first_schema was not applied", "view mismatches is missing")


def test_damaged_pages_are_reported(filled):
    with sqlite3.connect(filled.path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        index = "SELECT rootpage FROM sqlite_master WHERE name = 'cookie_observations_by_kind'"
        (page,), (size,) = (connection.execute(query).fetchone() for query in (index, "PRAGMA page_size"))
    with filled.path.open("r+b") as file:
        file.seek((page - 1) * size + 8)
        file.write(b"\xff" * 64)
    with Store(filled.path) as store:
        assert any(said.startswith("damaged: ") for said in store.check())


def test_a_key_that_cannot_be_kept_is_a_clear_error(store, records):
    run = records.start(store)
    store.path.with_suffix(".key").mkdir()
    with pytest.raises(m.StoreError, match=r"cannot keep the key .*: Is a directory"):
        store.save_visit(run, records.visit(), records.artifacts(records.visit()))
    assert store.remaining(run) == records.PLAN


def test_artifacts_that_cannot_be_written_are_a_clear_error(store, records):
    run = records.start(store)
    store.artifacts.folder.write_text("a file stands where the folder belongs")
    with pytest.raises(m.StoreError, match=r"cannot write .*: Not a directory.*--resume"):
        store.save_policy(run, records.policy())
    assert store.policies_of(run, "vendor") == ()


def test_a_broken_write_leaves_no_half_artifact(store, monkeypatch):
    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("db.artifacts.os.fsync", fail)
    with pytest.raises(m.StoreError, match="No space left on device"):
        store.artifacts.write(b"evidence")
    assert [path for path in store.artifacts.folder.rglob("*") if path.is_file()] == []


def test_the_key_is_private_and_stays(store, records, with_one_visit):
    key = store.path.with_suffix(".key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    first = store.case_file(with_one_visit, "vendor").visits[0].cookies[0].value.hash
    made = records.visit(m.Scenario.ACCEPT_ALL)
    store.save_visit(with_one_visit, made, records.artifacts(made))
    assert store.case_file(with_one_visit, "vendor").visits[1].cookies[0].value.hash == first
    key.write_bytes(b"short")
    made = records.visit(m.Scenario.REJECT_ALL)
    with pytest.raises(m.StoreError, match=r"key .* is damaged"):
        store.save_visit(with_one_visit, made, records.artifacts(made))


CANARY = "CANARY7f3a9b2c41d8e6f0"


def test_raw_values_are_nowhere(store, records):
    run = records.start(store)
    raw = records.value(CANARY)
    url = f"https://u:{CANARY}@t.example/{CANARY}/p;sid={CANARY}?uid={CANARY}&{CANARY}#{CANARY}"
    made = records.visit(
        final_url=url,
        pages=(url,),
        cookies=(records.cookie(value=raw, initiator=url, initiator_chain=(url,), path=f"/{CANARY}"),),
        storage=(dataclasses.replace(records.visit().storage[0], value=raw, initiator=url),),
        requests=(records.request(url=url, initiator=url, initiator_chain=(url, url)),),
        api_calls=(m.ApiCall(api="x", script=url, count=1, phase=m.Phase.BEFORE_CHOICE),),
        controls=(dataclasses.replace(records.visit().controls[0], url=url, page=url),),
        shared_identifiers=(examples.shared("uid", "t.example", url, initiator=url),),
        screenshots=tuple(dataclasses.replace(shot, page=url) for shot in records.visit().screenshots),
    )
    store.save_visit(run, made, records.artifacts(made))
    reference = m.EvidenceRef(kind="request", url=url, initiator=url)
    store.save_audit(records.audit(run, findings=(records.finding(evidence=(reference,)),)))
    store.close()
    for path in store.path.parent.rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            assert CANARY.encode() not in kept
            assert raw.hash.encode() not in kept
            assert bytes.fromhex(raw.hash)[:16] not in kept

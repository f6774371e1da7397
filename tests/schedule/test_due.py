"""Crawling what is due: once each, whoever dies; failing, paused, removed and renamed vendors; leases that are lost."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from auditor import model as m
from crawler.schedule import lease as leases
from crawler.schedule.due import MOST_TAKEOVERS, crawl_due
from crawler.schedule.lease import Heartbeat, is_gone, new_owner
from crawler.schedule.plan import plan_of
from db import schedule
from db.schedule import LEASE, Ended
from db.store import Store


@pytest.fixture
def acme(sim):
    return sim.vendor("acme")


@pytest.fixture
def crawler(sim, store, acme):
    return sim.Crawler(store, {"acme": acme}, lambda name: (sim.finding(name, 1),))


def never(_: str) -> bool:
    return False


def due(store, config, crawler, clock, gone=never, **options):
    return crawl_due(store, config, crawler, clock, gone=gone, **options)


def log(store) -> list[tuple]:
    with closing(sqlite3.connect(store.path)) as database:
        return database.execute("SELECT vendor_id, ended, crawl_run_id, takeovers FROM scheduled_crawls").fetchall()


def test_a_due_vendor_is_crawled_once(sim, store, acme, crawler, clock):
    config = sim.config(acme)
    crawl = due(store, config, crawler, clock)
    assert (crawl.run, crawl.ends, crawl.resumed) == (1, {"acme": Ended.OK}, False)
    assert due(store, config, crawler, clock) is None
    row = store.schedules.all()["acme"]
    assert (row.failures, row.lease_owner, row.ended) == (0, None, Ended.OK)
    clock.now = row.due_at
    assert due(store, config, crawler, clock).run == 2
    assert log(store) == [("acme", "ok", 1, 0), ("acme", "ok", 2, 0)]


def test_downtime_is_made_up_for_once(sim, store, acme, crawler, clock):
    config = sim.config(acme)
    due(store, config, crawler, clock)
    clock.passes(days=100)
    assert due(store, config, crawler, clock) is not None
    assert due(store, config, crawler, clock) is None
    assert store.schedules.all()["acme"].due_at > clock.now


def test_a_vendor_that_is_down_is_tried_later_and_later_and_keeps_its_findings(sim, store, acme, crawler, clock):
    config = sim.config(acme)
    due(store, config, crawler, clock)
    crawler.sees = lambda _: None
    clock.passes(days=9)
    delays = []
    for failures in range(1, 6):
        assert due(store, config, crawler, clock).ends == {"acme": Ended.FAILED}
        row = store.schedules.all()["acme"]
        assert row.failures == failures
        delays.append(row.due_at - clock.now)
        clock.now = row.due_at
    assert delays == [timedelta(hours=hours) for hours in (1, 2, 4, 8, 16)]
    (finding,) = store.findings()
    assert (finding.presence, finding.status) == (m.Presence.PERSISTING, m.Status.OPEN)
    assert [store.run(run).status for run in (1, 2)] == [m.RunStatus.COMPLETE, m.RunStatus.FAILED]
    crawler.sees = lambda _: ()
    assert due(store, config, crawler, clock).ends == {"acme": Ended.OK}
    assert store.schedules.all()["acme"].failures == 0
    assert store.findings()[0].presence is m.Presence.GONE


def test_a_run_that_was_left_is_gone_on_with_when_its_lease_is_over(sim, store, acme, crawler, clock):
    config = sim.config(acme)
    crawler._visit = lambda _: (_ for _ in ()).throw(sim.Killed)
    with pytest.raises(sim.Killed):
        due(store, config, crawler, clock)
    del crawler._visit
    assert due(store, config, crawler, clock) is None
    clock.now += LEASE
    crawl = due(store, config, crawler, clock)
    assert (crawl.run, crawl.resumed, crawl.ends) == (1, True, {"acme": Ended.OK})
    assert log(store) == [("acme", "ok", 1, 1)]
    assert due(store, config, crawler, clock) is None


def test_a_run_that_was_left_yesterday_is_given_up_and_begun_anew(sim, store, acme, crawler, clock):
    crawler._visit = lambda _: (_ for _ in ()).throw(sim.Killed)
    with pytest.raises(sim.Killed):
        due(store, sim.config(acme), crawler, clock)
    del crawler._visit
    clock.passes(days=1)
    assert due(store, sim.config(acme), crawler, clock).run == 2
    assert [store.run(run).status for run in (1, 2)] == [m.RunStatus.FAILED, m.RunStatus.COMPLETE]


def test_a_crawl_that_kills_every_process_ends_as_an_error(sim, store, acme, crawler, clock):
    crawler._visit = lambda _: (_ for _ in ()).throw(sim.Killed)
    for _ in range(MOST_TAKEOVERS + 1):
        with pytest.raises(sim.Killed):
            due(store, sim.config(acme), crawler, clock)
        clock.now += LEASE
    assert due(store, sim.config(acme), crawler, clock).ends == {"acme": Ended.ERROR}
    assert store.run(1).status is m.RunStatus.FAILED
    row = store.schedules.all()["acme"]
    assert (row.failures, row.due_at) == (1, clock.now + timedelta(hours=1))


def test_judging_that_kills_every_process_ends_as_an_error(sim, store, acme, crawler, clock):
    def crawled(vendors, *, resume, lease):
        if resume is None:
            crawler(vendors, resume=None, lease=lease)
        raise sim.Killed

    for _ in range(MOST_TAKEOVERS + 1):
        with pytest.raises(sim.Killed):
            due(store, sim.config(acme), crawled, clock)
        clock.now += LEASE
    assert due(store, sim.config(acme), crawled, clock).ends == {"acme": Ended.ERROR}
    assert store.run(1).status is m.RunStatus.COMPLETE
    assert store.schedules.all()["acme"].due_at == clock.now + timedelta(hours=1)


def test_an_error_before_the_run_began_waits_like_a_failure(sim, store, acme, clock):
    def broken(vendors, *, resume, lease):
        raise m.BrowserError("no browser works")

    with pytest.raises(m.BrowserError):
        due(store, sim.config(acme), broken, clock)
    row = store.schedules.all()["acme"]
    assert (row.ended, row.due_at) == (Ended.ERROR, clock.now + timedelta(hours=1))
    assert due(store, sim.config(acme), broken, clock) is None


def test_an_interrupted_crawl_is_gone_on_with_at_once(sim, store, acme, crawler, clock):
    def interrupted(vendors, *, resume, lease):
        crawler._begin(vendors, lease.owner)

    assert due(store, sim.config(acme), interrupted, clock).ends == {}
    crawl = due(store, sim.config(acme), crawler, clock)
    assert (crawl.run, crawl.resumed) == (1, True)


def test_paused_vendors_are_not_crawled_and_catch_up_once(sim, store, acme, crawler, clock):
    config = sim.config(acme)
    due(store, config, crawler, clock)
    store.schedules.pause(["acme"], by="ada", now=clock.now)
    clock.passes(days=60)
    assert due(store, config, crawler, clock) is None
    assert store.health() == []
    store.schedules.resume(["acme"])
    assert store.health() == ["acme: the last run ended 60 days ago, which is more than 1.5 times its cadence of 7d"]
    assert due(store, config, crawler, clock) is not None
    assert due(store, config, crawler, clock) is None
    with pytest.raises(m.StoreError, match="nobody is not scheduled"):
        store.schedules.pause(["nobody"], by="ada", now=clock.now)


def test_a_removed_vendor_is_left_alone_and_a_renamed_one_is_new(sim, store, acme, crawler, clock):
    due(store, sim.config(acme), crawler, clock)
    clock.passes(days=30)
    renamed = sim.vendor("acme-telecom")
    crawler.vendors["acme-telecom"] = renamed
    assert due(store, sim.config(renamed), crawler, clock).ends == {"acme-telecom": Ended.OK}
    assert store.schedules.all()["acme"].removed_at == clock.now
    assert store.schedules.all()["acme"].due_at is None
    assert store.health() == []
    assert {(each.vendor, each.presence) for each in store.findings()} == {
        ("acme", m.Presence.NEW),
        ("acme-telecom", m.Presence.NEW),
    }
    # Back in the file: it goes on with its history.
    assert due(store, sim.config(acme, renamed), crawler, clock).ends == {"acme": Ended.OK}
    assert store.schedules.all()["acme"].removed_at is None
    assert store.findings(vendor="acme")[0].presence is m.Presence.PERSISTING


def test_crawls_of_people_and_of_the_schedule_keep_off_each_other(sim, store, acme, crawler, clock):
    store.schedules.hold("somebody", ["acme"], clock.now, is_gone=never)
    assert due(store, sim.config(acme), crawler, clock) is None
    with pytest.raises(m.StoreError, match="acme is being crawled by somebody: wait until it is done"):
        store.schedules.hold("another", ["acme"], clock.now, is_gone=never)
    store.schedules.release("somebody")
    assert due(store, sim.config(acme), crawler, clock) is not None
    assert store.schedules.all()["acme"].lease_owner is None


def test_a_lost_lease_stops_the_work_and_nothing_is_recorded_twice(sim, store, acme, crawler, clock):
    def suspended(vendors, *, resume, lease):
        run = crawler._begin(vendors, lease.owner)
        clock.now += LEASE * 2
        assert due(store, sim.config(acme), crawler, clock).run == run
        return run

    with pytest.raises(m.StoreError, match="the lease on acme was lost to nobody"):
        due(store, sim.config(acme), suspended, clock)
    assert log(store) == [("acme", "ok", 1, 1)]


def test_the_heart_beats_and_notices_a_loss(store, clock):
    store.schedules.hold("me", ["acme"], clock.now, is_gone=never)
    lost = threading.Event()
    with Heartbeat(store, "me", clock, every_s=0.01) as beat:
        beat.on_lost = lost.set
        clock.passes(minutes=4)
        while store.schedules.all()["acme"].lease_until != clock.now + LEASE:
            time.sleep(0.005)
        store.schedules.release("me")
        assert lost.wait(30)
    assert beat.lost


def test_a_lease_of_a_wrong_clock_is_none(store, clock):
    clock.passes(days=4000)
    store.schedules.hold("future", ["acme"], clock.now, is_gone=never)
    clock.passes(days=-4000)
    store.schedules.hold("me", ["acme"], clock.now, is_gone=never)
    assert store.schedules.all()["acme"].lease_owner == "me"


def test_only_dead_processes_of_this_machine_are_gone(monkeypatch):
    assert not is_gone(new_owner())
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert is_gone(f"{leases._place()}/{child.pid}/ab")
    assert not is_gone(f"elsewhere/pid:[1]/{child.pid}/ab")
    assert not is_gone("nonsense")
    monkeypatch.setattr(os, "kill", lambda *_: (_ for _ in ()).throw(PermissionError))
    assert not is_gone(f"{leases._place()}/{child.pid}/ab")


def test_the_plan_is_synced_without_removing_where_it_is_not_whole(sim, store, acme, clock):
    other = sim.vendor("other", None)
    for vendors in ((acme,), (other,)):
        plan = plan_of(sim.config(*vendors))
        store.schedules.sync(lambda known, plan=plan: plan.places(known, clock.now), clock.now, whole=False)
    rows = store.schedules.all()
    assert (rows["acme"].due_at, rows["other"].due_at) == (clock.now, None)
    assert rows["acme"].removed_at is None


def _works(path: str, seconds: float, number: int) -> None:
    """A process of its own that crawls what is due, as fast as it can: every round is an hour."""
    sim = _parts()
    schedule.LEASE = timedelta(hours=20)  # In the time of this clock.
    vendors = {f"v{each}": sim.vendor(f"v{each}", "12h") for each in range(6)}
    config = sim.config(*vendors.values())
    clock = sim.Clock()
    began = time.monotonic()
    with Store(Path(path), clock=clock) as store:
        crawler = sim.Crawler(store, vendors, lambda name: (sim.finding(name, 1),))
        while time.monotonic() - began < seconds:
            # Both processes have the same time, which runs 3,600 times as fast.
            clock.now = sim.START + (time.time() - float(os.environ["BEGAN"])) * timedelta(hours=1)
            crawl_due(store, config, crawler, clock, limit=2, gone=never)


def _parts():
    import importlib.util

    spec = importlib.util.spec_from_file_location("sim_parts", Path(__file__).with_name("conftest.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules["sim_parts"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.timeout(900)
def test_two_processes_with_one_database(tmp_path, monkeypatch, long_tests):
    """No lock error, no vendor crawled by both, nothing done twice; ten minutes with --long."""
    path, seconds = tmp_path / "audit.db", 600.0 if long_tests else 6.0
    Store(path).close()
    monkeypatch.setenv("BEGAN", str(time.time()))
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_works, args=(str(path), seconds, number)) for number in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    with closing(sqlite3.connect(path)) as database:
        log = database.execute(
            "SELECT vendor_id, due_at, started_at, ended_at, ended, takeovers FROM scheduled_crawls ORDER BY id"
        ).fetchall()
        assert database.execute("SELECT count(*) FROM runs WHERE status <> 'complete'").fetchone() == (0,)
        owners = database.execute("SELECT count(*) FROM run_vendors").fetchone()[0]
    assert len(log) >= 6
    assert len({(vendor, at) for vendor, at, *_ in log}) == len(log) == owners
    assert {(ended, takeovers) for *_, ended, takeovers in log} == {("ok", 0)}
    for vendor in {row[0] for row in log}:
        own = [row for row in log if row[0] == vendor]
        assert all(before[3] <= after[2] for before, after in pairwise(own))

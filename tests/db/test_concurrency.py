"""Writers and readers at the same time: nobody is told that the database is locked, nothing is lost."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from db.store import Store


def plan_for(records, name: str):
    site = replace(records.SITE, url=f"https://{name}.example/")
    vendor = replace(records.VENDOR, id=name, sites=(site,))
    return vendor, tuple(replace(planned, vendor=name, site=site.url) for planned in records.PLAN)


def crawl(store: Store, records, name: str) -> int:
    vendor, plan = plan_for(records, name)
    run = records.start(store, (vendor,), plan)
    for planned in plan:
        made = replace(records.visit(planned.scenario), vendor=name, site=planned.site)
        store.save_visit(run, made, records.artifacts(made))
    return run


def test_one_store_from_several_threads(store, records):
    with ThreadPoolExecutor(4) as threads:
        runs = list(threads.map(lambda number: crawl(store, records, f"v{number}"), range(8)))
    assert sorted(runs) == list(range(1, 9))
    assert [store.run(run).stored for run in runs] == [3] * 8
    assert store.check() == ()


def test_several_stores_and_readers_on_one_file(tmp_path, records):
    path = tmp_path / "audit.db"
    Store(path).close()
    done = threading.Event()

    def write(number: int) -> int:
        with Store(path) as store:
            return crawl(store, records, f"v{number}")

    def read() -> int:
        rounds = 0
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        while not done.is_set():
            halves = connection.execute(
                "SELECT count(*) FROM visits v WHERE (SELECT count(*) FROM requests WHERE visit_id = v.id) <> 2"
            ).fetchone()
            assert halves == (0,)
            rounds += 1
        connection.close()
        return rounds

    with ThreadPoolExecutor(6) as threads:
        readers = [threads.submit(read) for _ in range(2)]
        runs = [future.result() for future in [threads.submit(write, number) for number in range(4)]]
        done.set()
        assert all(reader.result() > 0 for reader in readers)
    with Store(path) as store:
        assert {store.run(run).stored for run in runs} == {3}
        assert store.check() == ()

"""Who is late, who fails, what cannot be delivered: by vendor, also before the first run and while paused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from db import health
from db.schedule import Place

NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)


def late(store, now: datetime) -> list[str]:
    with closing(sqlite3.connect(store.path)) as connection:
        return health.reasons(connection, now)


def put(store, vendor: str, due_at: datetime | None, cadence: str | None = "7d") -> None:
    period = None if cadence is None else timedelta(days=7)
    place = Place(vendor=vendor, cadence=cadence, period=period, due_at=due_at)
    store.schedules.sync(lambda _: [place], NOW, whole=False)


def test_a_scheduled_vendor_that_was_never_visited_is_late_after_half_its_cadence(store):
    put(store, "new", NOW)
    assert late(store, NOW + timedelta(days=3)) == []
    assert late(store, NOW + timedelta(days=4)) == ["new: no run ever ended"]
    store.schedules.pause(["new"], by="ada", now=NOW)
    assert late(store, NOW + timedelta(days=4)) == []


def test_a_vendor_without_cadence_is_not_late_before_it_was_visited(store):
    put(store, "by-hand", None, cadence=None)
    assert late(store, NOW) == ["no vendor was ever visited"]


def test_the_cadence_of_a_cron_line_is_its_longest_gap(store, records):
    run = records.start(store)
    store.finish_run(run, records.m.RunStatus.COMPLETE)
    put(store, "vendor", NOW, cadence="0 3 * * mon")
    ended = store.run(run).finished_at
    assert late(store, ended + timedelta(days=10)) == []
    (reason,) = late(store, ended + timedelta(days=11))
    assert reason == ("vendor: the last run ended 11 days ago, which is more than 1.5 times its cadence of 0 3 * * mon")

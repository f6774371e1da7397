"""The schedule in the database: when each vendor is due, who crawls it, and how its due crawls ended.

A lease says that a process crawls a vendor. It is taken and given back in single transactions, must be renewed, and
ends by itself. Times are given by the caller; what is due when is the caller's to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from auditor.model import StoreError
from db.codec import optional_text, optional_time, optional_time_from, time_from_text, time_to_text
from db.reduction import clean
from db.write import insert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlite_utils import Database

    from db.codec import Row

    Opened = Callable[[], AbstractContextManager[Database]]

LEASE = timedelta(minutes=5)
NONSENSE = timedelta(days=1)
"""A lease that ends later than this was written while a clock was wrong."""
BY_SCHEDULE = "schedule"
"""The ``trigger`` of runs that the schedule began."""


class Ended(StrEnum):
    """How a due crawl of a vendor ended: all visits, some, none of them brought evidence, or it could not be done."""

    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    ERROR = "error"


BAD_ENDS = frozenset({Ended.FAILED, Ended.ERROR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One vendor's place in the schedule.

    ``due_at``: None where it has no cadence or left the configuration. ``failures``: due crawls in a row without any
    evidence. ``lease_due_at``: the due time that the lease is for; None for a crawl that a person began.
    """

    vendor: str
    cadence: str | None = None
    period: timedelta | None = None
    due_at: datetime | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None
    lease_due_at: datetime | None = None
    lease_run: int | None = None
    lease_takeovers: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    ended: Ended | None = None
    failures: int = 0
    paused_at: datetime | None = None
    paused_by: str | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a configuration says of a vendor: its cadence, the longest time between two crawls, and when it is due."""

    vendor: str
    cadence: str | None
    period: timedelta | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Vendors that ``owner`` is to crawl, with the times they were due.

    ``run``: the run in which somebody else began to, and did not finish; ``takeovers``: how often that happened.
    """

    owner: str
    due: Mapping[str, datetime]
    run: int | None = None
    takeovers: int = 0


class Schedules:
    """The tables ``schedules`` and ``scheduled_crawls``; every method is one transaction."""

    def __init__(self, reading: Opened, writing: Opened) -> None:
        self._reading = reading
        self._writing = writing

    def all(self) -> dict[str, Schedule]:
        """Every vendor that was ever scheduled, by id."""
        with self._reading() as database:
            return _all(database)

    def sync(self, decide: Callable[[Mapping[str, Schedule]], Iterable[Place]], now: datetime, *, whole: bool) -> None:
        """Puts a configuration into force.

        Args:
            decide: what the configuration says, given what is in force.
            now: the present time.
            whole: the configuration is all there is: vendors that it does not name have been removed.
        """
        with self._writing() as database:
            places = list(decide(_all(database)))
            for place in places:
                row = {
                    "vendor_id": place.vendor,
                    "cadence": optional_text(place.cadence),
                    "period_seconds": None if place.period is None else int(place.period.total_seconds()),
                    "due_at": optional_time(place.due_at),
                    "removed_at": None,
                }
                _upsert(database, row)
            if whole:
                _remove_others(database, {place.vendor for place in places}, now)

    def claim(self, owner: str, now: datetime, *, limit: int, is_gone: Callable[[str], bool]) -> Claim | None:
        """Takes leases: of one unfinished run whose process is gone, else of what is due. None: nothing to do.

        ``is_gone`` says of an owner that it certainly no longer lives, so that its leases need not run out.
        """
        with self._writing() as database:
            rows = _all(database)
            free = {name for name, row in rows.items() if _is_free(row, now, is_gone)}
            left = [row for row in rows.values() if row.vendor in free and row.lease_due_at is not None]
            resumed = _unfinished(left)
            if resumed:
                _lease(database, owner, resumed, now, takeover=True)
                due = {row.vendor: row.lease_due_at for row in resumed if row.lease_due_at is not None}
                most = max(row.lease_takeovers for row in resumed) + 1
                return Claim(owner=owner, due=due, run=resumed[0].lease_run, takeovers=most)
            waiting = sorted(
                (row for row in rows.values() if row.vendor in free and _is_due(row, now)),
                key=lambda row: (row.due_at, row.vendor),
            )[:limit]
            _lease(database, owner, waiting, now, takeover=False)
            due = {row.vendor: row.due_at for row in waiting if row.due_at is not None}
            return Claim(owner=owner, due=due) if due else None

    def hold(self, owner: str, vendors: Sequence[str], now: datetime, *, is_gone: Callable[[str], bool]) -> None:
        """Takes leases for a crawl that a person began. StoreError, and none is taken, where another crawl has one."""
        with self._writing() as database:
            rows = _all(database)
            for vendor in vendors:
                row = rows.get(vendor)
                if row is not None and not _is_free(row, now, is_gone):
                    message = f"{vendor} is being crawled by {row.lease_owner}: wait until it is done"
                    raise StoreError(message)
            for vendor in vendors:
                lease = {"lease_owner": clean(owner), "lease_until": time_to_text(now + LEASE)}
                nothing = {"lease_due_at": None, "lease_run_id": None, "lease_takeovers": 0}
                _upsert(database, {"vendor_id": vendor, **lease, **nothing})

    def renew(self, owner: str, now: datetime) -> bool:
        """Prolongs the leases of ``owner``; False where it has none any more: then it must stop."""
        with self._writing() as database:
            query = "UPDATE schedules SET lease_until = ? WHERE lease_owner = ?"
            return database.execute(query, [time_to_text(now + LEASE), owner]).rowcount > 0

    def release(self, owner: str) -> None:
        """Gives leases back without a result."""
        with self._writing() as database:
            database.execute(f"UPDATE schedules SET {_NO_LEASE} WHERE lease_owner = ?", [owner])  # noqa: S608 - ours

    def leave(self, owner: str, now: datetime) -> bool:
        """Lets a run that was begun be taken over at once; False, and nothing is done, where none was begun."""
        with self._writing() as database:
            query = "UPDATE schedules SET lease_until = ? WHERE lease_owner = ? AND lease_run_id IS NOT NULL"
            return database.execute(query, [time_to_text(now), owner]).rowcount > 0

    def forget_run(self, owner: str) -> None:
        """Lets go of the run that was taken over: its vendors are crawled anew under the same leases."""
        with self._writing() as database:
            database.execute("UPDATE schedules SET lease_run_id = NULL WHERE lease_owner = ?", [owner])

    def finish(
        self,
        claim: Claim,
        ends: Mapping[str, Ended],
        now: datetime,
        next_due: Callable[[Schedule, Ended, int], datetime | None],
    ) -> None:
        """Records how claimed crawls ended, when they are due again, and gives the leases back.

        ``next_due`` is given the vendor's place, how it ended, and the failures in a row with this one. StoreError
        where a lease was lost: somebody else does the work, and nothing of it is recorded here.
        """
        with self._writing() as database:
            rows = _all(database)
            for vendor, ended in ends.items():
                row = rows[vendor]
                if row.lease_owner != claim.owner:
                    message = f"the lease on {vendor} was lost to {row.lease_owner or 'nobody'}: nothing was recorded"
                    raise StoreError(message)
                failures = row.failures + 1 if ended in BAD_ENDS else 0
                due = None if row.removed_at or row.cadence is None else next_due(row, ended, failures)
                _log(database, claim, row, ended, now)
                database.execute(_ENDED, [optional_time(due), failures, ended.value, time_to_text(now), vendor])

    def pause(self, vendors: Sequence[str], *, by: str, now: datetime) -> None:
        """Stops crawling vendors by schedule. StoreError for one that is not scheduled."""
        self._pause(vendors, time_to_text(now), clean(by))

    def resume(self, vendors: Sequence[str]) -> None:
        """Takes up crawling again; what came due meanwhile is done once. StoreError as in :meth:`pause`."""
        self._pause(vendors, None, None)

    def _pause(self, vendors: Sequence[str], at: str | None, by: str | None) -> None:
        with self._writing() as database:
            for vendor in vendors:
                query = "UPDATE schedules SET paused_at = ?, paused_by = ? WHERE vendor_id = ?"
                if not database.execute(query, [at, by, vendor]).rowcount:
                    message = f"{clean(vendor, 80)} is not scheduled; `consent-audit schedule list` shows who is"
                    raise StoreError(message)


_NO_LEASE = "lease_owner = NULL, lease_until = NULL, lease_due_at = NULL, lease_run_id = NULL, lease_takeovers = 0"

_ENDED = f"UPDATE schedules SET due_at = ?, failures = ?, ended = ?, ended_at = ?, {_NO_LEASE} WHERE vendor_id = ?"  # noqa: S608 - ours


def attach_run(database: Database, owner: str, run_id: int) -> None:
    """Notes in the caller's transaction, which begins the run, that the leases of ``owner`` are for it."""
    database.execute("UPDATE schedules SET lease_run_id = ? WHERE lease_owner = ?", [run_id, owner])


def _all(database: Database) -> dict[str, Schedule]:
    found = database.execute("SELECT * FROM schedules ORDER BY vendor_id").fetchall()
    return {row["vendor_id"]: _from_row(dict(row)) for row in found}


def _from_row(row: Row) -> Schedule:
    return Schedule(
        vendor=row["vendor_id"],
        cadence=row["cadence"],
        period=None if row["period_seconds"] is None else timedelta(seconds=row["period_seconds"]),
        due_at=optional_time_from(row["due_at"]),
        lease_owner=row["lease_owner"],
        lease_until=optional_time_from(row["lease_until"]),
        lease_due_at=optional_time_from(row["lease_due_at"]),
        lease_run=row["lease_run_id"],
        lease_takeovers=row["lease_takeovers"],
        started_at=optional_time_from(row["started_at"]),
        ended_at=optional_time_from(row["ended_at"]),
        ended=None if row["ended"] is None else Ended(row["ended"]),
        failures=row["failures"],
        paused_at=optional_time_from(row["paused_at"]),
        paused_by=row["paused_by"],
        removed_at=optional_time_from(row["removed_at"]),
    )


def _upsert(database: Database, row: Row) -> None:
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    changes = ", ".join(f"{column} = excluded.{column}" for column in row if column != "vendor_id")
    query = f"INSERT INTO schedules ({columns}) VALUES ({marks}) ON CONFLICT (vendor_id) DO UPDATE SET {changes}"  # noqa: S608 - names are ours
    database.execute(query, list(row.values()))


def _remove_others(database: Database, kept: set[str], now: datetime) -> None:
    for name, row in _all(database).items():
        if name not in kept and row.removed_at is None:
            query = "UPDATE schedules SET removed_at = ?, due_at = NULL WHERE vendor_id = ?"
            database.execute(query, [time_to_text(now), name])


def _is_free(row: Schedule, now: datetime, is_gone: Callable[[str], bool]) -> bool:
    if row.lease_owner is None or row.lease_until is None:
        return True
    return not now < row.lease_until < now + NONSENSE or is_gone(row.lease_owner)


def _is_due(row: Schedule, now: datetime) -> bool:
    wanted = row.paused_at is None and row.removed_at is None
    return wanted and row.due_at is not None and row.due_at <= now


def _unfinished(left: Sequence[Schedule]) -> list[Schedule]:
    """The leases of the oldest run that somebody left behind."""
    runs = [row.lease_run for row in left if row.lease_run is not None]
    return [row for row in left if row.lease_run == min(runs)] if runs else []


def _lease(database: Database, owner: str, rows: Iterable[Schedule], now: datetime, *, takeover: bool) -> None:
    for row in rows:
        due = row.lease_due_at if takeover else row.due_at
        assert due is not None
        query = (
            "UPDATE schedules SET lease_owner = ?, lease_until = ?, lease_due_at = ?, lease_takeovers = ?,"
            " started_at = ?, lease_run_id = ? WHERE vendor_id = ?"
        )
        count = row.lease_takeovers + 1 if takeover else 0
        run = row.lease_run if takeover else None
        values = [clean(owner), time_to_text(now + LEASE), time_to_text(due), count, time_to_text(now), run, row.vendor]
        database.execute(query, values)


def _log(database: Database, claim: Claim, row: Schedule, ended: Ended, now: datetime) -> None:
    entry = {
        "vendor_id": row.vendor,
        "due_at": time_to_text(claim.due[row.vendor]),
        "started_at": optional_time(row.started_at),
        "ended_at": time_to_text(now),
        "ended": ended.value,
        "crawl_run_id": row.lease_run,
        "takeovers": row.lease_takeovers,
    }
    insert(database, "scheduled_crawls", entry)


def crawls(database: Database) -> list[tuple[str, datetime, datetime, Ended, int | None]]:
    """Every ended due crawl, oldest first: vendor, when it was due, when it began, how it ended, its run."""
    query = "SELECT vendor_id, due_at, started_at, ended, crawl_run_id FROM scheduled_crawls ORDER BY id"
    return [
        (row[0], time_from_text(row[1]), time_from_text(row[2]), Ended(row[3]), row[4])
        for row in database.execute(query).fetchall()
    ]

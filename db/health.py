"""Whether every vendor was looked at lately, and whether messages get out: what a monitor, and the operator, ask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from db.codec import optional_time_from

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

GRACE = 1.5
MANY_FAILURES = 3
_CADENCE = re.compile(r"([0-9]{1,6})([mhdw])")
_MINUTES = {"m": 1, "h": 60, "d": 1_440, "w": 10_080}


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorState:
    """How a vendor is looked after.

    ``ended_at``: when it was last looked at, with or without evidence; ``good_at``: when a due crawl last brought some;
    ``due_at``: None: never.
    """

    vendor: str
    owner: str | None
    cadence: str | None
    period: timedelta | None
    ended_at: datetime | None
    good_at: datetime | None
    due_at: datetime | None
    failures: int
    paused_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A vendor that should have been looked at: ``since`` is its last run, or when it was due for the first time."""

    vendor: str
    owner: str | None
    reason: str
    since: datetime | None


def period_of(text: str | None) -> timedelta | None:
    """The time of a cadence such as ``7d``, ``12h``, ``30m`` or ``2w``; None where there is none or it is not one."""
    found = _CADENCE.fullmatch(text or "")
    return None if found is None else timedelta(minutes=int(found[1]) * _MINUTES[found[2]])


_STATES = """
SELECT v.id, v.owner, coalesce(s.cadence, v.cadence), s.period_seconds,
  nullif(max(coalesce(max(r.finished_at), ''), coalesce(CASE WHEN s.ended <> 'error' THEN s.ended_at END, '')), ''),
  (SELECT max(c.ended_at) FROM scheduled_crawls c WHERE c.vendor_id = v.id AND c.ended IN ('ok', 'partial')), s.due_at,
  coalesce(s.failures, 0), s.paused_at
FROM vendors v LEFT JOIN schedules s ON s.vendor_id = v.id LEFT JOIN run_vendors m ON m.vendor_id = v.id
  LEFT JOIN runs r ON r.id = m.run_id AND r.status IN ('complete', 'partial')
WHERE s.removed_at IS NULL GROUP BY v.id
UNION ALL
SELECT s.vendor_id, NULL, s.cadence, s.period_seconds, NULL, NULL, s.due_at, s.failures, s.paused_at FROM schedules s
WHERE s.removed_at IS NULL AND s.cadence IS NOT NULL AND s.vendor_id NOT IN (SELECT id FROM vendors)
ORDER BY 1
"""


def vendor_states(connection: sqlite3.Connection) -> list[VendorState]:
    """Every vendor that was visited or is scheduled, but those that left the configuration."""
    return [_state(*row) for row in connection.execute(_STATES).fetchall()]


def _state(  # noqa: PLR0913 - the columns of one query
    vendor: str,
    owner: str | None,
    cadence: str | None,
    seconds: int | None,
    ended_at: str | None,
    good_at: str | None,
    due_at: str | None,
    failures: int,
    paused_at: str | None,
) -> VendorState:
    return VendorState(
        vendor=vendor,
        owner=owner,
        cadence=cadence,
        period=period_of(cadence) if seconds is None else timedelta(seconds=seconds),
        ended_at=optional_time_from(ended_at),
        good_at=optional_time_from(good_at),
        due_at=optional_time_from(due_at),
        failures=failures,
        paused_at=optional_time_from(paused_at),
    )


def late_vendors(connection: sqlite3.Connection, now: datetime) -> list[Late]:
    """The vendors whose last run is older than 1.5 times their cadence; paused ones are not late.

    A vendor without a cadence needs only to have been visited at all. One that is scheduled and was never visited is
    late when it has been due for half its cadence.
    """
    return [found for state in vendor_states(connection) if (found := late(state, now)) is not None]


def late(state: VendorState, now: datetime) -> Late | None:
    """Why a vendor is late; None where it is not."""
    if state.paused_at is not None:
        return None
    if state.ended_at is None:
        waits = state.due_at and state.period and now - state.due_at < state.period * (GRACE - 1)
        reason = f"{state.vendor}: no run ever ended"
        return None if waits else Late(vendor=state.vendor, owner=state.owner, reason=reason, since=state.due_at)
    age = now - state.ended_at
    if state.period is None or age < state.period * GRACE:
        return None
    reason = (
        f"{state.vendor}: the last run ended {age.days} days ago, which is more than 1.5 times its cadence of"
        f" {state.cadence}"
    )
    return Late(vendor=state.vendor, owner=state.owner, reason=reason, since=state.ended_at)


def failing_vendors(connection: sqlite3.Connection) -> list[VendorState]:
    """The vendors whose last due crawls, three or more in a row, brought no evidence at all."""
    return [state for state in vendor_states(connection) if state.failures >= MANY_FAILURES and not state.paused_at]


def reasons(connection: sqlite3.Connection, now: datetime) -> list[str]:
    """Why the installation is not healthy; empty when it is."""
    if not vendor_states(connection):
        return ["no vendor was ever visited"]
    return list(_reasons(connection, now))


def _reasons(connection: sqlite3.Connection, now: datetime) -> Iterator[str]:
    yield from (found.reason for found in late_vendors(connection, now))
    for state in failing_vendors(connection):
        yield f"{state.vendor}: the last {state.failures} due crawls brought no evidence"
    given_up = connection.execute("SELECT count(*) FROM messages WHERE state = 'failed'").fetchone()[0]
    if given_up:
        yield f"{given_up} messages could not be delivered: `consent-audit notify --retry-failed` tries them again"

"""Whether every vendor was looked at lately: what a monitor asks for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from db.site.queries import select

if TYPE_CHECKING:
    import sqlite3

GRACE = 1.5
_CADENCE = re.compile(r"([0-9]{1,6})([mhdw])")
_MINUTES = {"m": 1, "h": 60, "d": 1_440, "w": 10_080}


def cadence(text: str | None) -> timedelta | None:
    """The time of a cadence such as ``7d``, ``12h``, ``30m`` or ``2w``; None where there is none or it is not one."""
    found = _CADENCE.fullmatch(text or "")
    return None if found is None else timedelta(minutes=int(found[1]) * _MINUTES[found[2]])


def reasons(connection: sqlite3.Connection, now: datetime) -> list[str]:
    """Why the installation is not healthy; empty when it is.

    Every vendor's last run that ended must be younger than 1.5 times the vendor's cadence. A vendor without a cadence
    needs only to have been visited at all.
    """
    query = (
        "SELECT v.id, v.cadence, max(r.finished_at) AS finished_at FROM vendors v"
        " LEFT JOIN run_vendors m ON m.vendor_id = v.id"
        " LEFT JOIN runs r ON r.id = m.run_id AND r.status IN ('complete', 'partial') GROUP BY v.id ORDER BY v.id"
    )
    vendors = select(connection, query)
    if not vendors:
        return ["no vendor was ever visited"]
    found = (_reason(row["id"], row["cadence"], row["finished_at"], now) for row in vendors)
    return [reason for reason in found if reason is not None]


def _reason(vendor: str, every: str | None, finished_at: str | None, now: datetime) -> str | None:
    if finished_at is None:
        return f"{vendor}: no run ever ended"
    allowed = cadence(every)
    age = now - datetime.fromisoformat(finished_at)
    if allowed is None or age < allowed * GRACE:
        return None
    return f"{vendor}: the last run ended {age.days} days ago, which is more than 1.5 times its cadence of {every}"

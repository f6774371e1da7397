"""Cadences: how often a vendor is crawled, and the next time after a given one. Pure; every time is aware.

``12h``, ``7d`` and ``2w`` are fixed spans of real time, so daylight saving does not touch them: their due times are a
grid that begins at a point of the span which the vendor's id decides, so that vendors spread evenly and the same file
gives the same times on every machine. A cron line is read in the schedule's time zone, as Debian's cron reads it: what
falls into the hour that is left out in spring is due right after it, what falls into the hour that comes twice in
autumn is due once. Cron times are moved by up to five minutes, decided by the vendor's id as well.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

CRON_JITTER = timedelta(minutes=5)
NICKNAMES = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *"}
SHORTEST_GAP = 0.25
"""At least this part of a period lies between two regular crawls, so that the first one is not followed by another."""
_EVERY = re.compile(r"([1-9][0-9]{0,3})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """A cadence of one vendor: ``every`` or ``cron``, in ``zone``; ``shift`` is the vendor's own part of the span."""

    zone: ZoneInfo
    shift: timedelta
    every: timedelta | None = None
    cron: str | None = None

    def after(self, moment: datetime) -> datetime:
        """The first due time later than ``moment``, in UTC."""
        if self.every is not None:
            passed = (moment - _EPOCH - self.shift) // self.every
            return _EPOCH + self.shift + (passed + 1) * self.every
        assert self.cron is not None
        local = (moment - self.shift).astimezone(self.zone)
        return next(CronSim(self.cron, local)).astimezone(UTC) + self.shift

    def period(self, moment: datetime) -> timedelta:
        """The longest time between two of the due times that follow ``moment``."""
        if self.every is not None:
            return self.every
        longest, last = timedelta(0), self.after(moment)
        for _ in range(_LOOKED_AT):
            following = self.after(last)
            longest, last = max(longest, following - last), following
        return longest

    def following(self, crawled: datetime) -> datetime:
        """The next due time of a vendor that was crawled at ``crawled``: what was missed before it is not made up."""
        gap = self.every * SHORTEST_GAP if self.every is not None else timedelta(0)
        return self.after(crawled + gap)


def cadence_of(text: str, *, vendor: str, zone: ZoneInfo) -> Cadence:
    """The cadence of a vendor from the text in vendors.toml.

    Raises:
        ValueError: it is none, or a cron line that never comes true (such as 31 February).
    """
    found = _EVERY.fullmatch(text)
    if found is not None:
        every = timedelta(hours=int(found[1]) * _HOURS[found[2]])
        return Cadence(zone=zone, shift=_share(vendor, every), every=every)
    line = NICKNAMES.get(text, text)
    check_cron(line)
    return Cadence(zone=zone, shift=_share(vendor, CRON_JITTER), cron=line)


def check_cron(line: str) -> None:
    """Raises ValueError for a line that is no cron line of five fields, or never comes true."""
    try:
        if len(line.split()) != 5:
            raise ValueError("is not a cron line of five fields")
        next(CronSim(line, _EPOCH))
    except (CronSimError, StopIteration):
        raise ValueError("is a cron line that never comes true") from None


def _share(vendor: str, whole: timedelta) -> timedelta:
    """The vendor's own part of a span, in whole seconds; evenly spread over vendors."""
    number = int.from_bytes(hashlib.sha256(vendor.encode()).digest()[:8], "big")
    return timedelta(seconds=number % max(1, int(whole.total_seconds())))

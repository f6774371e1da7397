"""What a configuration means for the schedule: who is due when, and when again after a crawl. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crawler.schedule.cadence import SHORTEST_GAP, cadence_of
from db.schedule import BAD_ENDS, Ended, Place, Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from auditor.model import Vendor
    from crawler.config import Config
    from crawler.schedule.cadence import Cadence

FIRST_RETRY = timedelta(hours=1)
"""After the first failure; twice as long after each further one, but never longer than the cadence."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The cadences of a configuration's vendors. A vendor without one is never due by itself."""

    cadences: Mapping[str, Cadence | None]
    texts: Mapping[str, str | None]

    def places(self, known: Mapping[str, Schedule], now: datetime) -> Iterator[Place]:
        """What is to be in force now, given what is.

        New vendors are due at once. A changed cadence counts from the last crawl. What is already planned stays,
        unless it lies further ahead than the cadence ever is: then a clock was wrong when it was planned.
        """
        for vendor, cadence in self.cadences.items():
            row = known.get(vendor)
            period = None if cadence is None else self._period(row, vendor, cadence, now)
            due = None if cadence is None or period is None else self._due(row, vendor, cadence, period, now)
            yield Place(vendor=vendor, cadence=self.texts[vendor], period=period, due_at=due)

    def _period(self, row: Schedule | None, vendor: str, cadence: Cadence, now: datetime) -> timedelta:
        """The cadence's longest span; of a cadence that is in force already it is known."""
        if row is not None and row.period is not None and row.cadence == self.texts[vendor]:
            return row.period
        return cadence.period(now)

    def _due(
        self, row: Schedule | None, vendor: str, cadence: Cadence, period: timedelta, now: datetime
    ) -> datetime | None:
        if row is None or row.started_at is None or row.ended is None:
            return now if row is None or row.due_at is None else row.due_at
        latest = now + period * (1 + SHORTEST_GAP) + timedelta(hours=1)
        same = row.cadence == self.texts[vendor] and row.removed_at is None
        if same and row.due_at is not None and row.due_at <= latest:
            return row.due_at
        return cadence.following(min(row.started_at, now))

    def next_due(self, now: datetime) -> Callable[[Schedule, Ended, int], datetime | None]:
        """When a crawl that ends now is due again: by its cadence, and after a failure sooner."""

        def decide(row: Schedule, ended: Ended, failures: int) -> datetime | None:
            cadence = self.cadences.get(row.vendor)
            if cadence is None:
                return None
            regular = cadence.following(row.started_at or now)
            if regular <= now:
                regular = cadence.after(now)
            return min(regular, now + retry_delay(failures)) if ended in BAD_ENDS else regular

        return decide


def retry_delay(failures: int) -> timedelta:
    """The time until a vendor that failed so often in a row is tried again."""
    return FIRST_RETRY * (1 << min(failures - 1, 12))


def plan_of(config: Config) -> Plan:
    """The plan of a configuration."""
    zone = ZoneInfo(config.schedule.timezone)
    cadences = {vendor.id: _cadence(vendor, zone) for vendor in config.vendors}
    return Plan(cadences, {vendor.id: _text(vendor.cadence, cadences[vendor.id]) for vendor in config.vendors})


def _cadence(vendor: Vendor, zone: ZoneInfo) -> Cadence | None:
    return None if vendor.cadence is None else cadence_of(vendor.cadence, vendor=vendor.id, zone=zone)


def _text(text: str | None, cadence: Cadence | None) -> str | None:
    """A cadence in words, with the zone where it decides: another zone is another cadence."""
    if cadence is None or cadence.every is not None or cadence.zone.key == "UTC":
        return text
    return f"{text} ({cadence.zone.key})"

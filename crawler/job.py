"""What one crawl works with, shared by the Scrapy components that carry it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from scrapy import Spider

from auditor.model import PlannedVisit

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from scrapy.crawler import Crawler

    from auditor.model import Vendor, Visit
    from crawler.config import Config
    from crawler.player import Player, PolicyTask
    from crawler.visit import VisitTask
    from db.store import Store

TASK = "consent_audit_task"
"""The key of ``Request.meta`` that holds a VisitTask or a PolicyTask."""


class Watcher(Protocol):
    """Who is told how a crawl gets on: a progress bar, or nobody."""

    def planned(self, run: int, visits: int, stored: int) -> None:
        """A run of so many visits begins, or goes on with some of them stored."""

    def began(self, task: VisitTask | PolicyTask) -> None:
        """A task is being done."""

    def ended(self, task: VisitTask | PolicyTask) -> None:
        """A task is done, well or not."""

    def stored(self, visit: Visit) -> None:
        """A visit is in the database."""


@dataclass(slots=True, kw_only=True)
class Job:
    """A run of the store, what is left of its plan, and what went wrong.

    ``visits`` are the planned visits that are not stored; ``problems`` are sentences for the person at the terminal;
    ``stopped`` says why the crawl ended before its plan did.
    """

    run: int
    config: Config
    vendors: tuple[Vendor, ...]
    visits: tuple[PlannedVisit, ...]
    store: Store
    player: Player
    watcher: Watcher
    problems: list[str] = field(default_factory=list)
    stopped: str | None = None
    under_way: set[asyncio.Future[Any]] = field(default_factory=set)
    on_stop: Callable[[], object] = lambda: None

    def stop(self, reason: str) -> None:
        """End the crawl now. Tasks under way are dropped: they are not stored, so a resumed run plays them again."""
        if self.stopped is None:
            self.stopped = reason
            self.on_stop()
            for work in tuple(self.under_way):
                work.cancel()


class JobSpider(Spider):
    """A spider that carries a job, for the handler and the pipeline to find."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job


def job_of(crawler: Crawler) -> Job:
    """The job of a Scrapy crawler whose spider exists already."""
    assert isinstance(crawler.spider, JobSpider)
    return crawler.spider.job


def plan(vendors: tuple[Vendor, ...], config: Config) -> tuple[PlannedVisit, ...]:
    """All visits of a run: scenario by scenario, so that neighbours in the queue are different sites.

    A repetition begins when all scenarios were played once: what changes by the minute has time to.
    """
    return tuple(
        PlannedVisit(vendor=vendor.id, site=site.url, scenario=scenario, repetition=repetition)
        for repetition in range(1, config.crawl.repeat + 1)
        for scenario in config.crawl.scenarios
        for vendor in vendors
        for site in vendor.sites
    )

"""One crawl from its plan to a finished run: Scrapy schedules, the player plays, the store keeps."""

from __future__ import annotations

import asyncio
import importlib.metadata
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import AsyncCrawlerRunner

from auditor.model import Outcome, RunStatus
from crawler.job import Job, plan
from crawler.knowledge_facts import knowledge_facts
from crawler.player import opened
from crawler.settings import scrapy_settings
from crawler.spider import VisitSpider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from auditor.model import Vendor
    from crawler.config import Config
    from crawler.job import Watcher
    from crawler.player import Player
    from db.store import Store

LARGE_LAG_MS = 1000.0
INTERRUPTED = "interrupted"
LEASE_LOST = "another process has taken the crawl over"


class Lease(Protocol):
    """The right to crawl the vendors of a run: ``on_lost`` is called, from any thread, when it is lost."""

    owner: str
    on_lost: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """How a crawl ended.

    ``status`` is ``running`` where the run can be resumed: ``stopped`` then says why it ended early. ``problems`` are
    what went wrong besides visits with a bad outcome; ``worst_lag_ms`` how busy the machine was.
    """

    run: int
    status: RunStatus
    stopped: str | None
    problems: tuple[str, ...]
    worst_lag_ms: float


async def crawl(
    store: Store,
    config: Config,
    watcher: Watcher,
    *,
    browser: str | None = None,
    resume: int | None = None,
    trigger: str = "manual",
    lease: Lease | None = None,
) -> Crawled:
    """Play every planned visit of a new or resumed run, fetch its policies, store everything.

    Args:
        store: where to; the run's plan is in it, so what is stored is never played again.
        config: settings and, for a new run, vendors; a resumed run keeps the vendors that it began with.
        watcher: is told about progress.
        browser: the executable or mode that was asked for, if any.
        resume: the run to go on with.
        trigger: who began the run, for the record.
        lease: on the vendors of a new run; the crawl stops when it is lost.

    Raises:
        BrowserError: no browser works; nothing was stored.
        StoreError: the run cannot be begun or finished.
    """
    async with opened(config, browser) as player:
        vendors = config.vendors if resume is None else store.run_vendors(resume)
        run = resume if resume is not None else _begin(store, vendors, config, player, trigger, lease)
        job = Job(
            run=run,
            config=config,
            vendors=vendors,
            visits=store.remaining(run),
            store=store,
            player=player,
            watcher=watcher,
        )
        if resume is not None:
            store.resume_run(run)
        if lease is not None:
            loop = asyncio.get_running_loop()
            lease.on_lost = lambda: loop.call_soon_threadsafe(job.stop, LEASE_LOST)
        watcher.planned(run, store.run(run).planned, store.run(run).planned - len(job.visits))
        await _carry(job)
        status = _finish(job)
        return Crawled(
            run=run,
            status=status,
            stopped=job.stopped,
            problems=tuple(job.problems),
            worst_lag_ms=player.load.worst_ms,
        )


def _begin(
    store: Store, vendors: tuple[Vendor, ...], config: Config, player: Player, trigger: str, lease: Lease | None
) -> int:
    return store.start_run(
        vendors,
        plan(vendors, config),
        tool_version=importlib.metadata.version("consent-audit"),
        browser=player.browsers.facts,
        settings=settings_in_force(config),
        trigger=trigger,
        knowledge=knowledge_facts(),
        lease_owner=None if lease is None else lease.owner,
    )


def settings_in_force(config: Config) -> dict[str, object]:
    """The [crawl] and [network] values by key, as a run records them; a proxy without its user name and password."""
    crawl, network = config.crawl, config.network
    proxy = urlsplit(network.proxy) if network.proxy else None
    return {
        "concurrency": crawl.concurrency,
        "repeat": crawl.repeat,
        "scenarios": [scenario.value for scenario in crawl.scenarios],
        "pages_per_site": crawl.pages_per_site,
        "settle_ms": crawl.settle_ms,
        "settle_max_ms": crawl.settle_max_ms,
        "visit_timeout_s": crawl.visit_timeout_s,
        "locale": crawl.locale,
        "timezone": crawl.timezone,
        "browser": crawl.browser,
        "screenshots": crawl.screenshots,
        "har": crawl.har,
        "robots": crawl.robots,
        "robots_reason": crawl.robots_reason,
        "resolve": dict(network.resolve),
        "ignore_certificate_errors": network.ignore_certificate_errors,
        "allow_private_addresses": network.allow_private_addresses,
        "proxy": f"{proxy.scheme}://{proxy.hostname}:{proxy.port or ''}" if proxy else None,
        "dns": network.dns,
    }


async def _carry(job: Job) -> None:
    """Let Scrapy carry the job; returns when it is done or stopped."""
    runner = AsyncCrawlerRunner(scrapy_settings(job.config.crawl))
    crawler = runner.create_crawler(VisitSpider)
    stops: list[asyncio.Task[None]] = []
    job.on_stop = lambda: stops.append(asyncio.ensure_future(crawler.stop_async()))
    listeners = _listen(crawler, job)
    with _interruptible(job):
        await runner.crawl(crawler, job=job)
    await asyncio.gather(*stops)
    del listeners


def _listen(crawler: Crawler, job: Job) -> tuple[object, ...]:
    """Turn what Scrapy would only log into problems; the listeners live as long as the returned references."""

    def failed(failure: Failure) -> None:
        job.problems.append(f"unexpected: {type(failure.value).__name__}: {failure.value}"[:500])

    def closed(reason: str) -> None:
        if reason != "finished" and job.stopped is None:
            job.problems.append(f"the crawl ended early: {reason}")

    crawler.signals.connect(failed, signals.item_error)
    crawler.signals.connect(failed, signals.spider_error)
    crawler.signals.connect(closed, signals.spider_closed)
    return failed, closed


@contextmanager
def _interruptible(job: Job) -> Iterator[None]:
    """Inside the ``with`` a first Ctrl-C or SIGTERM stops the job cleanly; a second one is Python's own.

    Who had them before has them again afterwards: a loop of crawls must not die of one between two of them.
    """
    loop = asyncio.get_running_loop()
    watched = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in watched}

    def unwatch() -> None:
        for number in watched:
            loop.remove_signal_handler(number)

    def interrupt() -> None:
        unwatch()
        job.stop(INTERRUPTED)

    for number in watched:
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        unwatch()
        for number, handler in before.items():
            signal.signal(number, handler)


def _finish(job: Job) -> RunStatus:
    """Record how the run ended; a run that was stopped or could not be stored whole stays open, to be resumed."""
    missing = len(job.store.remaining(job.run)) if job.stopped is None else 0
    if missing:
        job.problems.append(f"{missing} planned visits were not stored")
    if job.stopped is not None or job.problems:
        return RunStatus.RUNNING
    good = [row.outcome is Outcome.OK for row in job.store.coverage(job.run)]
    status = RunStatus.COMPLETE if all(good) else RunStatus.PARTIAL if any(good) else RunStatus.FAILED
    job.store.finish_run(job.run, status)
    return status

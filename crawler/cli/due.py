"""One round of the schedule: crawl what is due, then tell. ``crawl --due`` is one, ``schedule run`` many."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.model import RunStatus, Severity
from crawler.cli.logs import log
from crawler.cli.main_job import conclude, run_crawl
from crawler.cli.telling import tell
from crawler.cli.terminal import say
from crawler.cli.verb import DONE
from crawler.crawl import INTERRUPTED, Crawled
from crawler.schedule.due import crawl_due
from crawler.schedule.lease import Heartbeat, is_gone, new_owner
from db.schedule import BY_SCHEDULE
from db.store import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from crawler.config import Config
    from crawler.crawl import Lease
    from crawler.waivers import Waiver
    from db.store import Store


@dataclass(slots=True, kw_only=True)
class DueJob:
    """Crawls and judges what was claimed: what `crawler.schedule.due` is given. ``code`` is the last exit code."""

    store: Store
    config: Config
    browser: str | None
    debug: bool
    waivers: Sequence[Waiver] | None = None
    fail_on: Severity | None = None
    form: str = "table"
    code: int = DONE
    interrupted: bool = False

    def __call__(self, vendors: tuple[str, ...], *, resume: int | None, lease: Heartbeat) -> int | None:
        """As `CrawlJob` says."""
        log("crawl_began", vendors=list(vendors), resumed_run=resume)
        crawled = self._crawled(vendors, resume, lease)
        self.interrupted = crawled.stopped == INTERRUPTED
        self.code = conclude(self.store, crawled, self.fail_on, self.waivers, self.form)
        log("crawl_ended", run=crawled.run, status=crawled.status.value, vendors=list(vendors))
        return None if crawled.status is RunStatus.RUNNING else crawled.run

    def _crawled(self, vendors: tuple[str, ...], resume: int | None, lease: Lease) -> Crawled:
        ended = None if resume is None else self.store.run(resume)
        if ended is not None and ended.status is not RunStatus.RUNNING:
            return Crawled(run=ended.id, status=ended.status, stopped=None, problems=(), worst_lag_ms=0.0)
        chosen = tuple(vendor for vendor in self.config.vendors if vendor.id in vendors)
        narrowed = replace(self.config, vendors=chosen)
        return run_crawl(
            self.store, narrowed, self.browser, resume=resume, debug=self.debug, trigger=BY_SCHEDULE, lease=lease
        )


def one_round(job: DueJob, now: Callable[[], datetime] = utc_now) -> bool:
    """Crawl one batch of what is due, and tell what changed; whether there was something to crawl."""
    crawl = crawl_due(job.store, job.config, job, now)
    if crawl is None:
        say(_nothing(job.store))
    else:
        for vendor, ended in crawl.ends.items():
            log("due_crawl_ended", vendor=vendor, ended=ended.value, run=crawl.run)
    tell(job.store, job.config, now)
    return crawl is not None


def _nothing(store: Store) -> str:
    due = [row for row in store.schedules.all().values() if row.due_at is not None and row.paused_at is None]
    if not due:
        return "nothing is due: no vendor has a cadence"
    following = min(due, key=lambda row: (row.due_at, row.vendor))
    return f"nothing is due; next is {following.vendor} at {following.due_at:%Y-%m-%d %H:%M} UTC"


@contextmanager
def held(store: Store, vendors: Sequence[str], now: Callable[[], datetime] = utc_now) -> Iterator[Heartbeat]:
    """The lease of a crawl that a person began: nobody else crawls these vendors meanwhile. StoreError: somebody is."""
    owner = new_owner()
    store.schedules.hold(owner, vendors, now(), is_gone=is_gone)
    try:
        with Heartbeat(store, owner, now) as lease:
            yield lease
    finally:
        store.schedules.release(owner)


def unfinished(store: Store) -> int | None:
    """The run that ``--resume`` goes on with; says so where there is none."""
    run = store.unfinished_run()
    if run is None:
        say("there is no unfinished run to resume")
    return run

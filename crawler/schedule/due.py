"""Crawls what is due: claims it, has it crawled, records how it ended. The crawl itself is given by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from auditor.model import Outcome, RunStatus
from crawler.schedule.lease import Heartbeat, is_gone, new_owner
from crawler.schedule.plan import plan_of
from db.schedule import Ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crawler.config import Config
    from db.schedule import Claim
    from db.store import Store

BATCH = 50
MOST_TAKEOVERS = 3
"""A crawl that so many processes did not survive is recorded as an error, and tried again later like one."""
RESUMED_WITHIN = timedelta(hours=12)
"""An unfinished run that is older is given up: its visits would be of two different days."""


class CrawlJob(Protocol):
    """Crawls vendors and judges what was found."""

    def __call__(self, vendors: tuple[str, ...], *, resume: int | None, lease: Heartbeat) -> int | None:
        """Begin a run of ``vendors`` under ``lease``, or go on with the run ``resume``, and judge it.

        Returns the run when it ended and was judged; None where it was interrupted. A run that ended already is only
        judged. Stops when ``lease`` is lost.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """What one call did: the run and how each vendor's crawl ended; no ends where it was interrupted."""

    run: int | None
    ends: dict[str, Ended]
    resumed: bool = False


def crawl_due(
    store: Store,
    config: Config,
    job: CrawlJob,
    now: Callable[[], datetime],
    *,
    owner: str | None = None,
    limit: int = BATCH,
    gone: Callable[[str], bool] = is_gone,
) -> Crawl | None:
    """Crawl what is due, or what another process began and left unfinished; once. None: there is nothing to do.

    Args:
        store: holds the schedule.
        config: the whole configuration: a vendor that it does not name has been removed.
        job: does the crawl.
        now: the clock.
        owner: the name of the leases; by default a new one of this process.
        limit: at most so many vendors in one run.
        gone: says of an owner that it certainly no longer lives.

    Raises:
        StoreError: the lease was lost meanwhile; another process records the crawl.
    """
    plan = plan_of(config)
    store.schedules.sync(lambda known: plan.places(known, now()), now(), whole=True)
    claim = store.schedules.claim(owner or new_owner(), now(), limit=limit, is_gone=gone)
    if claim is None:
        return None
    resumed = _resumable(store, claim, now())
    with Heartbeat(store, claim.owner, now) as lease:
        try:
            worn_out = claim.takeovers > MOST_TAKEOVERS and resumed is None
            run = None if worn_out else job(tuple(claim.due), resume=resumed, lease=lease)
        except Exception:
            if not store.schedules.leave(claim.owner, now()):
                store.schedules.finish(claim, dict.fromkeys(claim.due, Ended.ERROR), now(), plan.next_due(now()))
            raise
        if run is None and not worn_out:
            store.schedules.leave(claim.owner, now())
            return Crawl(run=None, ends={})
        ends = _ends(store, claim, run)
        store.schedules.finish(claim, ends, now(), plan.next_due(now()))
    return Crawl(run=run, ends=ends, resumed=resumed is not None)


def _resumable(store: Store, claim: Claim, now: datetime) -> int | None:
    """The run to go on with. One that is too old to be crawled on, or has ended too many processes, is given up.

    A run that has ended is only to be judged, which it can be at any age.
    """
    if claim.run is None:
        return None
    run = store.run(claim.run)
    crawling = run.status is RunStatus.RUNNING
    if claim.takeovers <= MOST_TAKEOVERS and not (crawling and now - run.started_at > RESUMED_WITHIN):
        return claim.run
    if crawling:
        store.finish_run(claim.run, RunStatus.FAILED)
        store.schedules.forget_run(claim.owner)
    return None


def _ends(store: Store, claim: Claim, run: int | None) -> dict[str, Ended]:
    """How the crawl of each claimed vendor ended, by its visits."""
    if run is None:
        return dict.fromkeys(claim.due, Ended.ERROR)
    outcomes: dict[str, list[Outcome]] = {vendor: [] for vendor in claim.due}
    for row in store.coverage(run):
        outcomes.setdefault(row.vendor, []).append(row.outcome)
    return {vendor: _end(outcomes[vendor]) for vendor in claim.due}


def _end(outcomes: list[Outcome]) -> Ended:
    good = sum(outcome is Outcome.OK for outcome in outcomes)
    if not good:
        return Ended.FAILED
    return Ended.OK if good == len(outcomes) else Ended.PARTIAL

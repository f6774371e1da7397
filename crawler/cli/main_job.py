"""The main job behind ``crawl`` and ``demo``: run it with a progress bar, judge it, say what came of it."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from auditor.model import Outcome, RunStatus, Scenario, Severity
from crawler.cli.findings import listing_of, print_listing, summary
from crawler.cli.judging import at_or_above, causes_of, changes, judge, present, previous_run, print_changes
from crawler.cli.knowledge import knowledge
from crawler.cli.progress import CrawlProgress
from crawler.cli.terminal import print_table, say
from crawler.cli.verb import DONE, FINDINGS, INCOMPLETE, INTERRUPTED, UNEXPECTED
from crawler.cli.waiving import apply_waivers
from crawler.crawl import INTERRUPTED as STOPPED_BY_PERSON
from crawler.crawl import LARGE_LAG_MS, Crawled, Lease
from crawler.crawl import crawl as play_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.model import Run
    from crawler.cli.findings_json import Listing
    from crawler.config import Config
    from crawler.waivers import Waiver
    from db.store import Store

_KEPT_ON_RESUME = ("pages_per_site", "settle_ms", "settle_max_ms", "visit_timeout_s", "locale", "timezone")


def narrowed(
    config: Config, wanted: tuple[str, ...], scenarios: tuple[str, ...], concurrency: int | None, repeat: int = 1
) -> Config:
    """The configuration with what the command line says instead of the file.

    Raises:
        click.UsageError: a vendor is named that the file does not have.
    """
    unknown = sorted(set(wanted) - {vendor.id for vendor in config.vendors})
    if unknown:
        known = ", ".join(vendor.id for vendor in config.vendors)
        raise click.UsageError(f"no vendor {', '.join(unknown)} in the configuration; it has {known}")
    crawl = replace(
        config.crawl,
        scenarios=tuple(map(Scenario, dict.fromkeys(scenarios))) or config.crawl.scenarios,
        concurrency=concurrency or config.crawl.concurrency,
        repeat=repeat,
    )
    vendors = tuple(vendor for vendor in config.vendors if not wanted or vendor.id in wanted)
    return replace(config, crawl=crawl, vendors=vendors)


def run_crawl(
    store: Store,
    config: Config,
    browser: str | None,
    *,
    resume: int | None,
    debug: bool,
    trigger: str = "manual",
    lease: Lease | None = None,
) -> Crawled:
    """Crawl, with progress on stderr; ``resume``: go on with that run instead of beginning one."""
    _set_logs(debug=debug)
    knowledge()  # A list that cannot be read is told now, and not when everything has been visited.
    if resume is not None:
        config = as_begun(config, store.run(resume))
    with CrawlProgress() as progress:
        playing = play_all(store, config, progress, browser=browser, resume=resume, trigger=trigger, lease=lease)
        crawled = asyncio.run(playing)
    if crawled.worst_lag_ms > LARGE_LAG_MS:
        say(f"this machine was busy: up to {crawled.worst_lag_ms / 1000:.1f} s of lag; a lower concurrency is safer")
    return crawled


def _set_logs(*, debug: bool) -> None:
    """What Scrapy and we log is for developers: errors reach the user as problems and outcomes.

    Scrapy's scraper prints whole items, which here are pages of evidence: never below INFO.
    """
    if debug:
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    for name in ("scrapy", "twisted", "crawler", "httpx", "httpcore", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG if debug else logging.CRITICAL)
    logging.getLogger("scrapy.core.scraper").setLevel(logging.INFO if debug else logging.CRITICAL)


def as_begun(config: Config, run: Run) -> Config:
    """The configuration under which a resumed run goes on: what was measured how stays as it was when the run began.

    Concurrency and [network] are today's: they say what this machine can do and where things are.
    """
    kept = {key: run.settings[key] for key in _KEPT_ON_RESUME if key in run.settings}
    scenarios = tuple(Scenario(name) for name in run.settings.get("scenarios", config.crawl.scenarios))
    return replace(config, crawl=replace(config.crawl, scenarios=scenarios, **kept))


def conclude(
    store: Store,
    crawled: Crawled,
    fail_on: Severity | None,
    waivers: Sequence[Waiver] | None = None,
    form: str = "table",
) -> int:
    """Judge a crawl, apply waivers, print its findings and what changed since the last run; the exit code.

    ``form``: see `crawler.cli.forms`; a ``table`` is a summary only.
    """
    for problem in crawled.problems:
        say(f"error: {problem}")
    if crawled.status is RunStatus.RUNNING:
        why = crawled.stopped or "has problems"
        say(f"run {crawled.run} is not finished ({why}): `consent-audit crawl --resume` goes on where it stopped")
        return INTERRUPTED if crawled.stopped == STOPPED_BY_PERSON else UNEXPECTED
    judge(store, crawled.run)
    apply_waivers(store, waivers)
    listing = listing_of(store, run=crawled.run)
    if form == "table":
        _print_summary(listing)
    else:
        print_listing(listing, form)
    say(summary(listing))
    before = previous_run(store, crawled.run)
    if before is not None:
        say(f"changes since run {before}:")
        found = changes(store, before, crawled.run)
        print_changes(found, causes_of(store, before, crawled.run, found))
    if fail_on is not None and at_or_above(listing.findings, fail_on):
        return FINDINGS
    return DONE if crawled.status is RunStatus.COMPLETE else INCOMPLETE


def _print_summary(listing: Listing) -> None:
    """A line for each vendor, then the run as a whole."""
    found = Counter((each.vendor, each.severity) for each in present(listing.findings))
    undecided = Counter(each.vendor for each in listing.undecided)
    bad = Counter(row.vendor for row in listing.coverage if row.outcome is not Outcome.OK)
    vendors = dict.fromkeys(row.vendor for row in listing.coverage)
    rows = [
        (vendor, *(found[vendor, level] or "" for level in Severity), undecided[vendor] or "", bad[vendor] or "")
        for vendor in vendors
    ]
    print_table(("vendor", *(level.value for level in Severity), "undecided", "visits without evidence"), rows)

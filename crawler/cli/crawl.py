"""``crawl``: the main job, from a plan to findings and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.model import Scenario, Severity
from crawler.cli.due import DueJob, held, one_round, unfinished
from crawler.cli.findings import format_option
from crawler.cli.logs import log_option
from crawler.cli.main_job import conclude, narrowed, run_crawl
from crawler.cli.verb import (
    DONE,
    Verb,
    browser_option,
    db_option,
    debugging,
    json_option,
    settings_from,
    vendors_option,
)
from crawler.config import load_config
from crawler.waivers import load_waivers
from db.store import Store

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Verb)
@click.option("--vendor", "wanted", metavar="ID", multiple=True, help="Only this vendor; may be repeated.")
@click.option(
    "--scenario",
    "scenarios",
    type=click.Choice([scenario.value for scenario in Scenario]),
    multiple=True,
    help="May be repeated.",
)
@click.option(
    "--repeat",
    type=click.IntRange(1, 20),
    default=1,
    metavar="N",
    help="Play every scenario N times, and say how often.",
)
@click.option("--concurrency", type=click.IntRange(1, 64), help="Visits at a time, instead of the file's.")
@click.option("--due", is_flag=True, help="What the schedule says, then tell what changed; for cron or a timer.")
@click.option("--resume", is_flag=True, help="Finish the run that was interrupted, with its vendors and scenarios.")
@click.option(
    "--fail-on", type=click.Choice([level.value for level in Severity]), help="Exit 10 from this severity on."
)
@format_option
@json_option
@log_option
@browser_option
@vendors_option
@db_option
@click.pass_context
def crawl(  # noqa: PLR0913 - one parameter for each option of the contract
    ctx: click.Context,
    *,
    wanted: tuple[str, ...],
    scenarios: tuple[str, ...],
    repeat: int,
    concurrency: int | None,
    due: bool,
    resume: bool,
    fail_on: str | None,
    form: str,
    as_json: bool,
    browser: str | None,
    vendors: Path,
    db: Path,
) -> None:
    """Visit the vendors, store, judge.

    Ends with a summary, or the run's findings in the form that is asked for, and what changed since the last run.

    Exit codes: 0 done, 1 unexpected failure, 3 invalid configuration, 4 some visits incomplete, 10 findings at or
    above --fail-on, 130 interrupted (--resume goes on).
    """
    form = "json" if as_json else form
    severity = Severity(fail_on) if fail_on else None
    if due:
        if wanted or scenarios or resume or repeat != 1:
            raise click.UsageError("--due takes neither --vendor, --scenario, --repeat nor --resume")
        config = narrowed(load_config(vendors), (), (), concurrency)
        waivers = load_waivers(vendors)
        with Store(db) as store:
            job = DueJob(
                store=store,
                config=config,
                browser=browser,
                debug=debugging(ctx),
                waivers=waivers,
                fail_on=severity,
                form=form,
            )
            one_round(job)
        ctx.exit(job.code)
    config = settings_from(vendors) if resume else load_config(vendors)
    config = narrowed(config, () if resume else wanted, scenarios, concurrency, repeat)
    waivers = load_waivers(vendors)
    with Store(db) as store:
        run = unfinished(store) if resume else None
        if resume and run is None:
            ctx.exit(DONE)
        crawled_vendors = config.vendors if run is None else store.run_vendors(run)
        with held(store, [vendor.id for vendor in crawled_vendors]) as lease:
            crawled = run_crawl(store, config, browser, resume=run, debug=debugging(ctx), lease=lease)
            code = conclude(store, crawled, severity, waivers, form)
    ctx.exit(code)

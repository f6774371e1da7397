"""``crawl`` and ``demo``: the main job, from a plan to findings and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.model import Scenario, Severity
from crawler.cli.findings import listing_of
from crawler.cli.judging import present, print_findings
from crawler.cli.main_job import conclude, narrowed, run_crawl
from crawler.cli.serve import first_free, host_option, port_option, serve_until_interrupted
from crawler.cli.terminal import say
from crawler.cli.verb import DONE, INCOMPLETE, Verb, browser_option, db_option, debugging, settings_from, vendors_option
from crawler.config import load_config
from crawler.demo.web import DemoWeb
from crawler.waivers import load_waivers
from db.store import Store

if TYPE_CHECKING:
    from pathlib import Path

_LATER = "--due is not in this version yet: name vendors with --vendor, or crawl all"


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
@click.option("--due", is_flag=True, hidden=True)
@click.option("--resume", is_flag=True, help="Finish the run that was interrupted, with its vendors and scenarios.")
@click.option(
    "--fail-on", type=click.Choice([level.value for level in Severity]), help="Exit 10 from this severity on."
)
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
    browser: str | None,
    vendors: Path,
    db: Path,
) -> None:
    """Visit the vendors, store, judge.

    Ends with a summary and what changed since the last run.

    Exit codes: 0 done, 1 unexpected failure, 3 invalid configuration, 4 some visits incomplete, 10 findings at or
    above --fail-on, 130 interrupted (--resume goes on).
    """
    if due:
        raise click.UsageError(_LATER)
    config = settings_from(vendors) if resume else load_config(vendors)
    config = narrowed(config, () if resume else wanted, scenarios, concurrency, repeat)
    waivers = load_waivers(vendors)
    with Store(db) as store:
        crawled = run_crawl(store, config, browser, resume=resume, debug=debugging(ctx))
        code = DONE if crawled is None else conclude(store, crawled, Severity(fail_on) if fail_on else None, waivers)
    ctx.exit(code)


@click.command(cls=Verb)
@click.option("--serve/--no-serve", "then_serve", default=True, help="Keep serving the results until Ctrl-C.")
@host_option
@port_option
@browser_option
@db_option
@click.pass_context
def demo(ctx: click.Context, *, then_serve: bool, host: str, port: int, browser: str | None, db: Path) -> None:
    """Run the main job on the built-in vendor web.

    That web never leaves this machine. Ends with what was found and, without --no-serve, with the published pages.
    One of its vendors is dead and one turns robots away on purpose, so visits without evidence are no reason for
    exit code 4 here.
    """
    code = _crawl_demo(db, browser, debug=debugging(ctx))
    if code not in (DONE, INCOMPLETE):
        ctx.exit(code)
    if then_serve:
        serve_until_interrupted(db, host, first_free(host, port))


def _crawl_demo(db: Path, browser: str | None, *, debug: bool) -> int:
    with Store(db) as store, DemoWeb() as web:
        for vendor, why in web.left_out.items():
            say(f"the demo vendor {vendor} is left out: {why}")
        crawled = run_crawl(store, web.config(), browser, resume=False, debug=debug)
        assert crawled is not None, "only a resumed run can have nothing to do"
        code = conclude(store, crawled, None)
        if code in (DONE, INCOMPLETE):
            print_findings(present(listing_of(store, run=crawled.run).findings))
        return code

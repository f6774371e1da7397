"""``demo``: the main job on the built-in vendor web, then its published pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.findings import listing_of
from crawler.cli.judging import present, print_findings
from crawler.cli.main_job import conclude, run_crawl
from crawler.cli.serve import first_free, host_option, port_option, serve_until_interrupted
from crawler.cli.terminal import say
from crawler.cli.verb import DONE, INCOMPLETE, Verb, browser_option, db_option, debugging
from crawler.demo.web import DemoWeb
from db.store import Store

if TYPE_CHECKING:
    from pathlib import Path


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
        crawled = run_crawl(store, web.config(), browser, resume=None, debug=debug)
        code = conclude(store, crawled, None)
        if code in (DONE, INCOMPLETE):
            print_findings(present(listing_of(store, run=crawled.run).findings))
        return code

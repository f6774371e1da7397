"""``audit``: today's rules on stored evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.findings import latest, listing_of, summary
from crawler.cli.findings_json import listing_to_json
from crawler.cli.judging import judge, present, print_findings
from crawler.cli.terminal import print_json, say
from crawler.cli.verb import Verb, db_option, json_option
from db.store import Store

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Verb)
@click.option("--run", type=click.IntRange(min=1), metavar="N", help="The run to judge, else the latest.")
@json_option
@db_option
def audit(run: int | None, as_json: bool, db: Path) -> None:
    """Judge stored evidence again.

    With today's rules; nobody is visited.
    """
    with Store(db, create=False) as store:
        chosen = run if run is not None else latest(store)
        judge(store, chosen)
        listing = listing_of(store, run=chosen)
    if as_json:
        print_json(listing_to_json(listing))
    else:
        print_findings(present(listing.findings))
        say(summary(listing))

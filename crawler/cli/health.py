"""``health``: whether the audit goes on, for monitors without HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.terminal import print_json, print_text, say
from crawler.cli.verb import DONE, UNEXPECTED, Verb, db_option, json_option
from db.store import Store

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Verb)
@json_option
@db_option
@click.pass_context
def health(ctx: click.Context, as_json: bool, db: Path) -> None:
    """Say whether every vendor was looked at lately.

    The same answer as /-/healthz of the published site: every vendor's last run is younger than 1.5 times its cadence,
    none fails again and again, and no message was given up. Exit code 1, with the reasons, where that is not so.
    """
    with Store(db, create=False) as store:
        reasons = store.health()
    if as_json:
        print_json({"status": "unhealthy" if reasons else "ok", "reasons": reasons})
    for reason in () if as_json else reasons:
        print_text(reason)
    say(f"{len(reasons)} reasons to look after it" if reasons else "healthy")
    ctx.exit(UNEXPECTED if reasons else DONE)

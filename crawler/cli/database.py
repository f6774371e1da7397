"""``db``: the database itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.terminal import print_json, print_text, say
from crawler.cli.verb import DONE, UNEXPECTED, Verb, db_option, json_option
from db.store import Store

if TYPE_CHECKING:
    from pathlib import Path


class DbGroup(click.Group):
    """A group whose commands are verbs like the others."""

    command_class = Verb


@click.group(cls=DbGroup)
def db() -> None:
    """Look after the database."""


@db.command()
@json_option
@db_option
@click.pass_context
def check(ctx: click.Context, as_json: bool, db: Path) -> None:
    """Check structure, references, schema and every hash.

    Exit code 1 where something is wrong.
    """
    with Store(db, create=False) as store:
        problems = store.check()
    if as_json:
        print_json({"database": str(db), "problems": list(problems)})
    for problem in () if as_json else problems:
        print_text(problem)
    say(f"{db}: {len(problems)} problems" if problems else f"{db}: no problems")
    ctx.exit(UNEXPECTED if problems else DONE)

"""``db``: the database itself."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.pack import check_pack
from crawler.cli.terminal import print_json, print_text, say
from crawler.cli.verb import DONE, UNEXPECTED, Verb, db_option, json_option
from db.redacted import export_redacted
from db.store import Store


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


@db.command()
@click.option(
    "--pack", type=click.Path(dir_okay=False, path_type=Path), metavar="F", help="Check an evidence pack too."
)
@json_option
@db_option
@click.pass_context
def verify(ctx: click.Context, pack: Path | None, as_json: bool, db: Path) -> None:
    """Recompute every seal: was anything changed after it was stored?

    Covers the rows of every run and judgement, the history of findings and all artifacts; with --pack also the files of
    an evidence pack and whether its seals are those of the database. The chain's end is printed: noted down elsewhere,
    it shows later that nothing was cut off. Exit code 1 where something was changed.
    """
    with Store(db, create=False) as store:
        found = store.verify()
        packed = () if pack is None else check_pack(pack, store)
        problems = (*found.problems, *store.check(), *packed)
    if as_json:
        print_json(
            {
                "database": str(db),
                "problems": list(problems),
                "unsealed": list(found.unsealed),
                "seals": found.seals,
                "head": found.head,
            }
        )
    for line in () if as_json else (*problems, *found.unsealed):
        print_text(line)
    say(
        f"{db}: {len(problems)} problems"
        if problems
        else f"{db}: {found.seals} seals hold, the chain ends {found.head}"
    )
    ctx.exit(UNEXPECTED if problems else DONE)


@db.command()
@click.option(
    "--keep", type=click.IntRange(min=1), required=True, metavar="N", help="Keep the last N runs of a vendor."
)
@click.option("--vacuum", is_flag=True, help="Give the space back to the disk afterwards.")
@json_option
@db_option
def prune(keep: int, vacuum: bool, as_json: bool, db: Path) -> None:
    """Forget the evidence of old runs.

    What findings point at stays, with its pictures; so do findings, their history, policies and the counts of every
    run. The runs are sealed again, and that they were pruned is part of the chain.
    """
    with Store(db, create=False) as store:
        runs, removed = store.prune(keep)
        if vacuum:
            store.compact()
    if as_json:
        print_json({"database": str(db), "runs": runs, "rows": removed.rows, "artifacts": len(removed.artifacts)})
    say(f"{db}: {len(runs)} runs pruned, {removed.rows} rows and {len(removed.artifacts)} artifacts removed")


@db.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--redacted", is_flag=True, required=True, help="Confirm that this is the copy for readers outside.")
@db_option
def export(target: Path, redacted: bool, db: Path) -> None:  # noqa: ARG001 - required, so that nobody expects a backup
    """Write a copy for publication outside.

    Without owners, who decided and their notes, pictures, fetched documents, hashes of values, and how the crawl was
    set up. `serve --db FILE` publishes it.
    """
    say(f"{target}: {export_redacted(db, target)} bytes")

"""``lists``: download, import and show the lists that do not come with the program."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from auditor.lists import ListError
from crawler.cli.terminal import print_json, print_table, say
from crawler.cli.verb import UNEXPECTED, Verb, json_option
from crawler.list_update import update as fetch
from crawler.lists import KINDS, MAX_BYTES, Listed, folder, in_force, keep, kind_of, recognised
from crawler.lists import decoded as text_from

_NAMES = ", ".join(kind.id for kind in KINDS)


@click.group()
def lists() -> None:
    """Lists of cookies, hosts and trackers that do not come with the program.

    They make answers fuller and are never needed. They are kept outside of the program: lists status says where.
    """


@lists.command(cls=Verb)
@click.argument("kinds", nargs=-1, metavar="[LIST]...")
@click.option("--address", multiple=True, metavar="LIST=URL", help="Another address of a list, such as a mirror.")
def update(kinds: tuple[str, ...], address: tuple[str, ...]) -> None:
    """Download the lists from their public addresses, those that changed."""
    addresses = _addresses(address)
    failed = False
    for kind in [kind_of(name) for name in kinds] or KINDS:
        try:
            listed, new = fetch(kind, addresses.get(kind.id))
        except ListError as error:
            say(f"error: {error}")
            failed = True
        else:
            say(f"{kind.name}: {'fetched' if new else 'unchanged'}, {listed.entries:,} entries")
    if failed:
        click.get_current_context().exit(UNEXPECTED)


@lists.command(name="import", cls=Verb)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", metavar="LIST", help=f"What it is, else recognised by its content: {_NAMES}.")
def import_(file: Path, kind: str | None) -> None:
    """Take a local copy of a list."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ListError(f"{file} is larger than {MAX_BYTES:,} bytes.")
        content = file.read_bytes()
    except OSError as error:
        raise ListError(f"{file} cannot be read: {error.strerror}.") from error
    which = kind_of(kind) if kind else recognised(text_from(content), file.name)
    listed = keep(content, which, str(file.resolve()))
    say(f"{which.name}: {listed.entries:,} entries, sha256 {listed.sha256}")


@lists.command(cls=Verb)
@json_option
def status(as_json: bool) -> None:
    """Show the lists in force: source, date, licence, hash, entries."""
    found = in_force()
    if as_json:
        missing = [kind.id for kind in KINDS if kind.id not in found]
        print_json(
            {"folder": str(folder()), "lists": [asdict(listed) for listed in found.values()], "missing": missing}
        )
        return
    header = ("list", "entries", "date", "licence", "sha256", "source")
    print_table(header, [_row(kind.id, found.get(kind.id)) for kind in KINDS])
    say(f"kept in {folder()}")


def _row(kind: str, listed: Listed | None) -> tuple[object, ...]:
    if listed is None:
        return kind, "-", "-", kind_of(kind).licence, "-", "not there; lists update fetches it"
    return kind, listed.entries, listed.at, listed.licence, listed.sha256, listed.source


def _addresses(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if any(not url.startswith(("http://", "https://")) for _, _, url in pairs):
        raise click.UsageError("--address needs LIST=URL, an http or https URL")
    return {kind_of(name).id: url for name, _, url in pairs}

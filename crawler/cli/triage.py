"""``triage``: a person's verdict about a finding."""

from __future__ import annotations

import getpass
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from auditor.model import Status, StoreError
from crawler.cli.terminal import say
from crawler.cli.verb import Verb, db_option
from db.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.model import Finding

_PREFIX = re.compile(r"[0-9a-fA-F]{8,64}")


@click.command(cls=Verb)
@click.argument("fingerprint")
@click.argument("status", type=click.Choice([status.value for status in Status]))
@click.option("--until", type=click.DateTime(formats=["%Y-%m-%d"]), metavar="DATE", help="The last day of `accepted`.")
@click.option("--note", metavar="T", help="Why.")
@click.option("--by", "actor", metavar="NAME", help="Who decides, else the user of this machine.")
@db_option
def triage(
    fingerprint: str, status: str, until: datetime | None, note: str | None, actor: str | None, db: Path
) -> None:
    """Record what people decide about a finding.

    STATUS is open, acknowledged, accepted (until a date), fixed or false_positive. The first eight characters of a
    fingerprint are enough where only one finding has them. What is accepted is open again after its date.
    """
    decided = Status(status)
    if (until is not None) != (decided is Status.ACCEPTED):
        raise click.UsageError("`accepted` needs --until DATE, and nothing else has one")
    day = until.date() if until else None
    with Store(db, create=False) as store:
        finding = _found(store, fingerprint)
        store.triage(finding.fingerprint, decided, actor=actor or _user(), note=note, until=day)
    ends = f" until {day}" if day else ""
    say(f"{finding.rule} {finding.subject} ({finding.vendor}): {decided.value}{ends}")
    if day is not None and day < datetime.now(UTC).date():
        say(f"{day} is past: the finding counts as open")


def _found(store: Store, prefix: str) -> Finding:
    """The one finding whose fingerprint begins so."""
    if not _PREFIX.fullmatch(prefix):
        raise click.UsageError(
            "a fingerprint is at least eight characters of 0-9 and a-f; `findings --json` shows them"
        )
    found = [finding for finding in store.findings() if finding.fingerprint.startswith(prefix.lower())]
    if not found:
        raise StoreError(f"there is no finding {prefix}; `consent-audit findings --json` lists them")
    if len(found) > 1:
        raise StoreError(f"{len(found)} findings begin with {prefix}: give more of it")
    return found[0]


def _user() -> str:
    """Who is at the terminal; a process without a user is named as what it is."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "command line"

"""``schedule``: who is due when, and what starts the crawls."""

from __future__ import annotations

import getpass
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.model import ConsentAuditError
from crawler.cli.due import DueJob, one_round
from crawler.cli.logs import log, log_option
from crawler.cli.terminal import print_json, print_table, print_text, say
from crawler.cli.verb import (
    Verb,
    browser_option,
    db_option,
    debugging,
    json_option,
    vendors_option,
)
from crawler.config import load_config
from crawler.schedule.plan import plan_of
from crawler.schedule.units import Job, cron_line, systemd_units
from crawler.waivers import load_waivers
from db.store import Store, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from crawler.config import Config
    from db.schedule import Schedule


class ScheduleGroup(click.Group):
    """A group whose commands are verbs like the others."""

    command_class = Verb


@click.group(cls=ScheduleGroup)
def schedule() -> None:
    """Crawl vendors by their cadence."""


@schedule.command("list")
@json_option
@vendors_option
@db_option
def list_(as_json: bool, vendors: Path, db: Path) -> None:
    """Show when every vendor is due, and how its last due crawl ended."""
    config = load_config(vendors)
    with Store(db) as store:
        _sync(store, config)
        rows = tuple(store.schedules.all().values())
    if as_json:
        print_json({"schedule": [_to_json(row) for row in rows]})
        return
    shown = [
        (row.vendor, row.cadence, _at(row.due_at), _at(row.ended_at), row.ended, row.failures or "", _state(row))
        for row in rows
    ]
    print_table(("vendor", "cadence", "next", "last", "ended", "failures", "state"), shown)


def _sync(store: Store, config: Config) -> None:
    plan = plan_of(config)
    store.schedules.sync(lambda known: plan.places(known, utc_now()), utc_now(), whole=False)


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _state(row: Schedule) -> str:
    if row.removed_at is not None:
        return "not in the configuration"
    if row.paused_at is not None:
        return f"paused by {row.paused_by} on {row.paused_at:%Y-%m-%d}"
    if row.lease_owner is not None:
        return f"being crawled by {row.lease_owner}"
    return "due" if row.due_at is not None and row.due_at <= utc_now() else ""


def _to_json(row: Schedule) -> dict[str, Any]:
    times = ("due_at", "started_at", "ended_at", "paused_at", "removed_at", "lease_until")
    return {
        "vendor": row.vendor,
        "cadence": row.cadence,
        **{name: moment.isoformat() if (moment := getattr(row, name)) else None for name in times},
        "ended": row.ended.value if row.ended else None,
        "failures": row.failures,
        "paused_by": row.paused_by,
        "lease_owner": row.lease_owner,
        "state": _state(row),
    }


@schedule.command()
@click.argument("vendor", nargs=-1, required=True)
@vendors_option
@db_option
def pause(vendor: tuple[str, ...], vendors: Path, db: Path) -> None:
    """Stop crawling vendors by schedule.

    A paused vendor is not late, and messages name it as paused. What runs already is finished.
    """
    with Store(db) as store:
        _sync(store, load_config(vendors))
        store.schedules.pause(vendor, by=getpass.getuser(), now=utc_now())


@schedule.command()
@click.argument("vendor", nargs=-1, required=True)
@db_option
def resume(vendor: tuple[str, ...], db: Path) -> None:
    """Crawl paused vendors again; what came due meanwhile is done once."""
    with Store(db, create=False) as store:
        store.schedules.resume(vendor)


@schedule.command()
@click.option("--every", type=click.IntRange(1, 3600), default=60, show_default=True, help="Seconds between rounds.")
@click.option("--concurrency", type=click.IntRange(1, 64), help="Visits at a time, instead of the file's.")
@log_option
@browser_option
@vendors_option
@db_option
@click.pass_context
def run(ctx: click.Context, every: int, concurrency: int | None, browser: str | None, vendors: Path, db: Path) -> None:
    """Crawl what is due and tell what changed, until Ctrl-C or SIGTERM.

    For containers. The configuration is read again for every round; while it is invalid, the last valid one counts.
    """
    from crawler.cli.main_job import narrowed  # noqa: PLC0415 - here to keep `schedule list` quick

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())  # While a crawl runs it has handlers of its own.
    with Store(db) as store:
        for config in _rounds(vendors, every, ended):
            job = DueJob(
                store=store, config=narrowed(config, (), (), concurrency), browser=browser, debug=debugging(ctx)
            )
            _one(job, vendors, ended)
            if job.interrupted:
                return


def _one(job: DueJob, vendors: Path, ended: threading.Event) -> None:
    """A round, and more at once while there is something to crawl; what fails is said, and is no end of the loop."""
    try:
        job.waivers = load_waivers(vendors)
        while not ended.is_set() and one_round(job) and not job.interrupted:
            pass
    except ConsentAuditError as error:
        say(f"error: {error}")
        log("round_failed", error=str(error))


def _rounds(path: Path, every: int, ended: threading.Event) -> Iterator[Config]:
    """The configuration at the beginning of each round, until the process is told to end."""
    config = load_config(path)
    while not ended.is_set():
        try:
            config = load_config(path)
        except ConsentAuditError as error:
            say(f"the configuration is invalid, the last valid one counts: {error}")
        yield config
        ended.wait(every)
    say("ended")


@schedule.command()
@click.option("--systemd", "form", flag_value="systemd", default=True, help="A service and its timer (the default).")
@click.option("--cron", "form", flag_value="cron", help="A line for crontab.")
@click.option("--every", type=click.IntRange(1, 59), default=5, show_default=True, help="Minutes between rounds.")
@click.option(
    "--write",
    "folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    metavar="DIR",
    help="Write the files into this folder instead of printing them.",
)
@vendors_option
@db_option
def install(form: str, every: int, folder: Path | None, vendors: Path, db: Path) -> None:
    """Print or write what starts `crawl --due` regularly.

    Nothing is installed by itself: what to do with it is said on stderr.
    """
    command = [str(_program()), "crawl", "--due", "--log-json"]
    paths = ["--vendors", str(vendors.absolute()), "--db", str(db.absolute())]
    job = Job(command=(*command, *paths), folder=str(vendors.absolute().parent), minutes=every)
    files = systemd_units(job) if form == "systemd" else {"consent-audit.cron": cron_line(job)}
    for name, content in files.items():
        if folder is not None:
            (folder / name).write_text(content, encoding="utf-8")
            say(f"wrote {folder / name}")
        else:
            print_text(f"# {name}") if form == "systemd" else None
            for line in content.splitlines():
                print_text(line)
    say(_NEXT[form])


_NEXT = {
    "systemd": "put both into ~/.config/systemd/user (or /etc/systemd/system), then:"
    " systemctl --user enable --now consent-audit.timer",
    "cron": "add the line with `crontab -e`",
}


def _program() -> Path:
    """The installed command, else what was started."""
    beside = Path(sys.executable).parent / "consent-audit"
    return beside if beside.is_file() else Path(sys.argv[0]).absolute()

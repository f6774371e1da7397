"""``doctor``: what is here, and what is lost without what is not."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from auditor.model import BrowserError, BrowserFacts, StoreError
from crawler.assets import asset
from crawler.browser import Browsers, find_browser
from crawler.cli.terminal import print_json, print_table
from crawler.cli.verb import DONE, UNEXPECTED, Verb, browser_option, db_option, json_option
from crawler.config import NetworkConfig
from crawler.network import AddressGuard
from db.store import Store

if TYPE_CHECKING:
    from pathlib import Path

_ASSETS = (
    ("@duckduckgo/autoconsent/dist/autoconsent.playwright.js", "banners are found and answered by wording only"),
    ("vanilla-cookieconsent/dist/cookieconsent.umd.js", "the demo has one vendor less"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at. ``loss`` says what does not work without it; empty where it is there."""

    name: str
    found: str
    loss: str = ""
    needed: bool = False


@click.command(cls=Verb)
@json_option
@browser_option
@db_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool, browser: str | None, db: Path) -> None:
    """Look at what is here and what is not.

    Says what is lost without what is missing; exit code 1 where the program cannot work.
    """
    checks = (_python(), *_browser(browser), *map(_asset, _ASSETS), _database(db), _package("datasette"))
    if as_json:
        print_json({"checks": [{**_row(check), "needed": check.needed} for check in checks]})
    else:
        print_table(("check", "state", "found", "lost without it"), [tuple(_row(check).values()) for check in checks])
    ctx.exit(UNEXPECTED if any(check.loss and check.needed for check in checks) else DONE)


def _row(check: Check) -> dict[str, str]:
    state = "ok" if not check.loss else "missing"
    return {"check": check.name, "state": state, "found": check.found, "lost": check.loss}


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check(name="Python", found=f"{version}, {sys.executable}", needed=True)


def _browser(explicit: str | None) -> tuple[Check, ...]:
    """The browser, how it was found, and whether it stores third-party cookies, proven on a loopback pair of pages."""
    try:
        choice = find_browser(explicit)
        facts = asyncio.run(_facts(explicit))
    except BrowserError as error:
        return (Check(name="browser", found=str(error), loss="nothing can be visited", needed=True),)
    blocked = facts.third_party_cookies != "allowed"
    loss = "visits see fewer cookies than people do, and rules that need the jar stay undecided" if blocked else ""
    return (
        Check(name="browser", found=f"{facts.name} {facts.version}, {choice.path} ({choice.source})", needed=True),
        Check(name="third-party cookies", found=facts.third_party_cookies, loss=loss),
    )


async def _facts(explicit: str | None) -> BrowserFacts:
    async with AddressGuard(NetworkConfig()) as guard, Browsers(guard, find_browser(explicit)) as browsers:
        return browsers.facts


def _asset(wanted: tuple[str, str]) -> Check:
    path, loss = wanted
    found = asset(path)
    name = path.partition("/dist/")[0]
    return Check(name=name, found=str(found or "not there; npm ci brings it"), loss="" if found else loss)


def _database(path: Path) -> Check:
    """Whether the database can be opened; one that is not there yet, whether its folder can be written to."""
    loss = "nothing can be stored"
    if not path.exists():
        folder = path.absolute().parent
        writable = folder.is_dir() and os.access(folder, os.W_OK)
        words = f"{path} is not there yet; its folder can{'' if writable else 'not'} be written to"
        return Check(name="database", found=words, loss="" if writable else loss, needed=True)
    try:
        with Store(path, create=False) as store:
            return Check(name="database", found=f"{path}, latest run {store.latest_run() or 'none'}", needed=True)
    except StoreError as error:
        return Check(name="database", found=str(error), loss=loss, needed=True)


def _package(name: str) -> Check:
    return Check(name=name, found=importlib.metadata.version(name), needed=True)

"""``report``: what to show a vendor, as a page, a PDF and a pack of evidence."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.model import StoreError
from crawler.cli.findings import latest, listing_of
from crawler.cli.pack import pack
from crawler.cli.terminal import say
from crawler.cli.verb import Verb, browser_option, db_option
from db.site.report import vendor_report
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=Verb)
@click.argument("vendor")
@click.option("--html", type=_FILE, metavar="F", help="Write one HTML file that stands alone.")
@click.option("--pdf", type=_FILE, metavar="F", help="Write a PDF, printed by the browser.")
@click.option("--zip", "zip_", type=_FILE, metavar="F", help="Write report, findings, pictures, policies and manifest.")
@browser_option
@db_option
def report(vendor: str, html: Path | None, pdf: Path | None, zip_: Path | None, browser: str | None, db: Path) -> None:
    """Write a vendor's evidence pack.

    Findings with both sides, quotes in their context, requests, pictures and hashes. Without --html, --pdf or --zip the
    page is written to VENDOR.html. `db verify --pack F` checks a pack later.
    """
    made = vendor_report(db, vendor)
    if html is None and pdf is None and zip_ is None:
        html = Path(f"{vendor}.html")
    if html is not None:
        _write(html, lambda: made.html.encode("utf-8", "replace"))
    if pdf is not None:
        from crawler.print_page import to_pdf  # noqa: PLC0415 - Playwright is loaded where a PDF is wanted

        _write(pdf, lambda: asyncio.run(to_pdf(made.html, browser)))
    if zip_ is not None:
        with Store(db, create=False) as store:
            listing = listing_of(store, run=latest(store, vendor), vendor=vendor)
            _write(zip_, lambda: pack(store, listing, vendor, made.html, made.artifacts))


def _write(path: Path, content: Callable[[], bytes]) -> None:
    made = content()
    try:
        path.write_bytes(made)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror or error}") from error
    say(f"{path}: {len(made)} bytes")

"""What the published site costs on a large database: processor time of every page, the file's size, pruning.

    python benchmarks/publishing.py [--visits 100000] [--db FILE]

The database is made by `support.database` (two minutes for 100,000 visits) unless ``--db`` names one that is there.
Time is the processor time of the whole process for one request, the median of several after the first.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

import httpx
from support.database import generate
from support.evidence import SCENARIOS, SITES

from auditor.model import StoreError
from db.connection import check_readable
from db.site import framework
from db.site.serve import build_app, metadata
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

VENDORS = 100
ROUNDS = 5
OWN_MS, QUESTION_MS, ANY_MS = 25, 15, 100
FILE_MB, PRUNE_S, KEPT = 650, 1.0, 10


class Page(NamedTuple):
    """An address and the processor time that it may take."""

    name: str
    address: str
    goal_ms: int


def pages(path: Path) -> Iterator[Page]:
    """Every kind of page, with the largest examples that the database has."""
    with closing(sqlite3.connect(path)) as connection:

        def one(query: str) -> str:
            return str(connection.execute(query).fetchone()[0])

        worst = one("SELECT vendor_id FROM findings GROUP BY vendor_id ORDER BY count(*) DESC LIMIT 1")
        finding = one(
            "SELECT fingerprint FROM mismatches WHERE is_open ORDER BY severity_rank, times_seen DESC LIMIT 1"
        )
        run = int(one("SELECT max(id) FROM runs"))
        site = one(f"SELECT url FROM sites WHERE vendor_id = '{worst}' LIMIT 1")
        service = one(
            "SELECT service FROM item_kinds WHERE service IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )
        cookie = one("SELECT name FROM item_kinds WHERE kind = 'cookie' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
        read = connection.execute("SELECT DISTINCT sha256 FROM readings ORDER BY id DESC LIMIT 2").fetchall()
        views = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    asked = {"vendor_id": worst, "run_id": run, "service": service, "name": cookie, "site": site}
    asked |= {"category": "targeting", "scenario": "accept_all", "phase": "after_accept"}
    yield Page("dashboard", "/", OWN_MS)
    yield Page("vendor", f"/vendors/{worst}", OWN_MS)
    yield Page("finding", f"/findings/{finding}", OWN_MS)
    described = metadata()["databases"]["consent-audit"]
    for name in described["queries"]:
        yield Page(f"question {name}", f"/{path.stem}/{name}.json?{urlencode(asked)}", QUESTION_MS)
        yield Page(f"question {name}, page", f"/{path.stem}/{name}?{urlencode(asked)}", ANY_MS)
    for name, address in (
        ("rules", "/rules"),
        ("services", "/services"),
        ("service", f"/services?{urlencode({'name': service})}"),
        ("cookie", f"/cookies?{urlencode({'name': cookie})}"),
        ("search", f"/search?{urlencode({'q': service})}"),
        ("runs", "/runs"),
        ("run", f"/runs/{run}"),
        ("difference of runs", f"/runs/{run - 1}/{run}"),
        ("policy", f"/policies/{read[0][0]}"),
        ("policy versions", f"/policies/{read[-1][0]}/{read[0][0]}"),
        ("feed", "/feed.atom"),
        ("badge", f"/vendors/{worst}/badge.svg"),
        ("workbook", f"/vendors/{worst}/findings.xlsx"),
        ("health", "/-/healthz"),
        ("data", f"/{path.stem}"),
    ):
        yield Page(name, address, ANY_MS)
    for name in described["tables"]:
        yield Page(f"{'view' if name in views else 'table'} {name}", f"/{path.stem}/{name}", ANY_MS)


async def measure(path: Path, wanted: list[Page]) -> dict[str, tuple[int, float]]:
    """Status and processor time in milliseconds of each page."""
    app = framework.application(build_app(path))
    found = {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://site") as client:
        for page in wanted:
            status = (await client.get(page.address)).status_code
            times = []
            for _ in range(ROUNDS):
                start = time.process_time()
                await client.get(page.address)
                times.append((time.process_time() - start) * 1000)
            found[page.name] = status, statistics.median(times)
    return found


def prune(path: Path) -> tuple[int, int, float, float]:
    """Runs and rows that were removed; seconds and processor seconds for each run, the sweep included."""
    with Store(path) as store:
        start, used = time.perf_counter(), time.process_time()
        runs, removed = store.prune(KEPT)
        took, used = time.perf_counter() - start, time.process_time() - used
    return len(runs), removed.rows, took / max(1, len(runs)), used / max(1, len(runs))


def report(path: Path) -> int:
    """Print the table; how many goals were missed."""
    wanted = list(pages(path))
    found = asyncio.run(measure(path, wanted))
    missed = 0
    print(f"{'page':<44}{'status':>7}{'CPU ms':>9}{'goal':>6}")
    for page in wanted:
        status, took = found[page.name]
        late = took > page.goal_ms or status not in (200, 503 if page.name == "health" else 200)
        missed += late
        print(f"{page.name:<44}{status:>7}{took:>9.1f}{page.goal_ms:>6}{'  MISSED' if late else ''}")
    size = path.stat().st_size / 1e6
    runs, rows, seconds, used = prune(path)
    print(f"file                {size:10.0f} MB    goal: {FILE_MB}")
    print(f"pruning             {seconds:10.2f} s for each of {runs} runs, {rows:,} rows    goal: {PRUNE_S}")
    print(f"  processor time    {used:10.2f} s")
    return missed + (size > FILE_MB) + (seconds > PRUNE_S)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=100_000)
    parser.add_argument("--db", type=Path, help="measure this database; it is pruned")
    given = parser.parse_args()
    if given.db is not None:
        try:
            check_readable(given.db)
        except StoreError as error:
            parser.error(str(error))
        print(f"goals missed: {report(given.db)}")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "consent-audit.db"
        vendors = min(VENDORS, max(1, given.visits // 100))
        start = time.perf_counter()
        generate(path, vendors=vendors, runs=max(1, given.visits // (vendors * SITES * len(SCENARIOS))))
        print(f"made in {time.perf_counter() - start:.0f} s")
        print(f"goals missed: {report(path)}")


if __name__ == "__main__":
    main()

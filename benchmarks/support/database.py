"""Makes a large database: a few runs are written and judged by the program, the others are copies of their rows.

What is copied is read from the schema: every table that leads to a run by its foreign keys, with its numbers shifted.
Identities (cookies, endpoints, findings) stay as they are, as they would for sites that do not change. Indexes stay
in place, so that they are as full as a crawl leaves them. Seals of copies are rows like others, but do not verify.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from support import evidence

from auditor import examples
from auditor.model import PlannedVisit, RunStatus, Scenario
from crawler.cli.judging import judge
from db.codec import time_from_text, time_to_text
from db.seals import columns, tables
from db.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

WRITTEN = 2
"""Runs that the program itself writes."""
_APART = frozenset(
    {"findings", "finding_events", "schedules", "scheduled_crawls", "notices", "message_notices", "tickets"}
)
"""Lead to runs, but are kept once for all of them."""


def generate(path: Path, *, vendors: int, runs: int) -> None:
    """Writes ``path``: each run visits both sites of every vendor in all five scenarios.

    Copies are made of all ``WRITTEN`` runs at once: an odd number of ``runs`` is rounded up.
    """
    with Store(path) as store:
        made = [_write(store, vendors, number) for number in range(min(runs, WRITTEN))]
        if runs <= WRITTEN:
            return
        with store._writing() as database:  # noqa: SLF001 - not for the program
            _copy(database, runs, len(made))
            _settle(database)
        store._database.execute("ANALYZE")  # noqa: SLF001


def _write(store: Store, number: int, run_number: int) -> int:
    found = evidence.vendors(number)
    planned = [
        PlannedVisit(vendor=of.id, site=site.url, scenario=scenario)
        for of in found
        for site in of.sites
        for scenario in evidence.SCENARIOS
    ]
    browser = examples.visit(Scenario.NO_CHOICE).browser
    run = store.start_run(found, planned, tool_version="0", browser=browser, settings={})
    for place, of in enumerate(found):
        for site in of.sites:
            used = evidence.stack(random.Random(site.url))  # the same in every run
            source = random.Random(f"{site.url} {run_number}")
            for scenario in evidence.SCENARIOS:
                down = place % 17 == 11 and run_number % 2
                made = (
                    evidence.failed(of, site.url, scenario)
                    if down
                    else evidence.visit(of, site.url, scenario, used, source)
                )
                store.save_visit(run, made, evidence.artifacts(made))
        # Every tenth vendor's policy differs from run to run.
        store.save_policy(run, evidence.policy(of, random.Random(f"{of.id} {run_number if place % 10 == 3 else 0}")))
    store.finish_run(run, RunStatus.COMPLETE)
    judge(store, run)
    return run


def _of_runs(database: Database) -> dict[str, dict[str, str]]:
    """Tables that belong to runs, each with its columns that point at such a table."""
    keys = {
        name: {str(row[3]): str(row[2]) for row in database.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()}
        for name in tables(database)
        if name not in _APART
    }
    found = {"runs"}
    while more := {name for name, of in keys.items() if found & set(of.values())} - found:
        found |= more
    return {name: {column: at for column, at in keys[name].items() if at in found} for name in found}


def _key(database: Database, table: str) -> list[str]:
    return [str(row[1]) for row in database.execute(f'PRAGMA table_info("{table}")').fetchall() if row[5]]


def _copy(database: Database, runs: int, written: int) -> None:
    database.execute("PRAGMA defer_foreign_keys = ON")
    of_runs = _of_runs(database)
    numbered = {name for name in of_runs if _key(database, name) == ["id"]}
    spans = {name: database.execute(f"SELECT coalesce(max(id), 0) FROM {name}").fetchone()[0] for name in numbered}
    for number in range(1, -(-runs // written)):
        for name, keys in sorted(of_runs.items()):
            shifted = {column: number * spans[at] for column, at in keys.items()}
            if name in numbered:
                shifted["id"] = number * spans[name]
            wanted = ", ".join(
                f'"{column}" + {shifted[column]}' if column in shifted else f'"{column}"'
                for column in columns(database, name)
            )
            first = "id" if name in numbered else next(iter(keys))
            limit = spans[name] if name in numbered else spans[keys[first]]
            where = f'"{first}" <= {limit}'
            if "run_id" in keys:
                where += f" AND run_id <= {written}"
            database.execute(f"INSERT INTO {name} SELECT {wanted} FROM {name} WHERE {where}")


def _settle(database: Database) -> None:
    """Moves copied runs in time and brings findings to the last run; some were decided by people."""
    rows = database.execute("SELECT id, started_at, finished_at FROM runs ORDER BY id").fetchall()
    last = rows[-1]["id"]
    for row in rows:
        back = timedelta(days=last - row["id"])
        moved = [time_to_text(time_from_text(row[name]) - back) for name in ("started_at", "finished_at")]
        database.execute("UPDATE runs SET started_at = ?, finished_at = ? WHERE id = ?", [*moved, row["id"]])
    database.execute(
        "UPDATE findings SET last_run_id = (SELECT max(run_id) FROM statements WHERE finding_id = findings.id),"
        " times_seen = (SELECT count(*) FROM statements WHERE finding_id = findings.id)"
    )
    database.execute("UPDATE findings SET first_seen = (SELECT started_at FROM runs WHERE id = first_run_id)")
    database.execute(
        "UPDATE findings SET presence = CASE WHEN last_run_id < ? THEN 'gone' ELSE 'persisting' END", [last]
    )
    database.execute("UPDATE findings SET presence = 'new' WHERE id % 97 = 5 AND presence = 'persisting'")
    database.execute("UPDATE findings SET status = 'acknowledged' WHERE id % 11 = 3")

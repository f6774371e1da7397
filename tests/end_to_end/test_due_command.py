"""`crawl --due`, `schedule run` and the gate with the real crawl, on a page that changes."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PIXEL = "<img src='http://d.adroll.com/pixel/ABC/DEF?pv=1' width=1 height=1>"
HEAD = """
[crawl]
settle_ms = 300
settle_max_ms = 1500
pages_per_site = 1
scenarios = ["no_choice"]
[[vendor]]
id = "shop"
name = "Shop"
cadence = "7d"
[[vendor.site]]
url = "http://shop.example/"
[[vendor.policy]]
url = "http://shop.example/privacy"
"""


def rows(database: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_due_crawls_from_the_first_to_a_killed_one(
    pages: Any, call: Callable[..., Any], start: Callable[..., Any], tmp_path: Path
) -> None:
    pages.put("shop.example/", f"<title>Shop</title><p>hello</p>{PIXEL}")
    pages.put("shop.example/privacy", "We use cookies that are strictly necessary only.")
    vendors, database = tmp_path / "vendors.toml", tmp_path / "a.db"
    vendors.write_text(HEAD + pages.network(), encoding="utf-8")
    options = ("--vendors", vendors, "--db", database)
    gate = call("crawl", "--due", "--fail-on", "high", "--format", "github", *options)
    assert gate.returncode == 10, gate.stderr
    lines = gate.stdout.splitlines()
    assert lines
    assert all(line.startswith(("::error title=", "::warning title=", "::notice title=")) for line in lines)
    assert any("tracker_before_choice" in line for line in lines)
    again = call("crawl", "--due", *options)
    assert (again.returncode, again.stdout) == (0, "")
    assert "nothing is due; next is shop at 2" in again.stderr
    assert call("health", "--db", database).returncode == 0

    # Killed in the middle of its second due crawl, the loop of a new process goes on with that run.
    connection = sqlite3.connect(database)
    connection.execute("UPDATE schedules SET due_at = '2026-01-01T00:00:00.000000+00:00'")
    connection.commit()
    connection.close()
    loop = ("schedule", "run", "--every", "1", *options)
    killed = start(*loop)
    wait_for(killed, database, "SELECT count(*) FROM runs", 2)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    second = start(*loop)
    wait_for(second, database, "SELECT count(*) FROM scheduled_crawls", 2)
    os.killpg(second.pid, signal.SIGTERM)
    _, said = second.communicate(timeout=60)
    assert second.returncode == 0, said
    assert rows(database, 'SELECT id, status, "trigger", resumed FROM runs') == [
        (1, "complete", "schedule", 0),
        (2, "complete", "schedule", 1),
    ]
    assert rows(database, "SELECT crawl_run_id, ended, takeovers FROM scheduled_crawls") == [(1, "ok", 0), (2, "ok", 1)]
    assert rows(database, "SELECT run_id, count(*) FROM visits GROUP BY run_id") == [(1, 1), (2, 1)]
    listed = json.loads(call("schedule", "list", "--json", *options).stdout)["schedule"]
    assert [(row["vendor"], row["ended"], row["state"]) for row in listed] == [("shop", "ok", "")]


def wait_for(process: subprocess.Popen[str], database: Path, query: str, number: int) -> None:
    """Until a count is reached."""
    while rows(database, query)[0][0] < number:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)

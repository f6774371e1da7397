"""`crawl` from outside: exit codes, kills and interruptions, changes between runs, and input of every bad kind."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from typing import TYPE_CHECKING, Any

import pytest

from crawler.demo.web import DemoWeb

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Call = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = [pytest.mark.browser, pytest.mark.early, pytest.mark.timeout(400)]
QUICK = "[crawl]\nsettle_ms = 300\nsettle_max_ms = 1500\npages_per_site = 1\n"
ADROLL = "<img src='http://d.adroll.com/pixel/ABC/DEF?pv=1' width=1 height=1>"


def vendor(name: str, url: str, policy: str | None = None) -> str:
    said = f"[[vendor.policy]]\n{policy}\n" if policy else ""
    return f'[[vendor]]\nid = "{name}"\nname = "{name}"\n[[vendor.site]]\nurl = "{url}"\n{said}'


def write(folder: Path, *parts: str) -> Path:
    path = folder / "vendors.toml"
    path.write_text("".join(parts), encoding="utf-8")
    return path


def rows(database: Path, query: str) -> list[Any]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def wait_for_visits(database: Path, process: subprocess.Popen[str], count: int) -> None:
    """Until so many visits are stored."""
    while True:
        assert process.poll() is None, process.communicate()
        try:
            if rows(database, "SELECT count(*) FROM visits")[0][0] >= count:
                return
        except sqlite3.Error:
            pass  # The database or its tables are not there yet.
        time.sleep(0.05)


@pytest.fixture(scope="module")
def demo_web() -> Iterator[DemoWeb]:
    """The demo's web, served by the test."""
    with DemoWeb() as web:
        yield web


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)], ids=["kill", "interrupt"])
def test_an_interrupted_run_is_finished_without_losing_or_repeating_a_visit(
    number: signal.Signals, code: int, start: Callable[..., Any], call: Call, demo_web: DemoWeb, tmp_path: Path
) -> None:
    database = tmp_path / "a.db"
    vendors = write(tmp_path, demo_web.vendors_toml())
    process = start("crawl", "--vendors", vendors, "--db", database, "--vendor", "ooma")
    wait_for_visits(database, process, 2)
    # To the whole group, as a terminal does.
    os.killpg(process.pid, number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    if code == 130:
        assert "run 1 is not finished (interrupted): `consent-audit crawl --resume` goes on where it stopped" in said
    query = "SELECT id, site_id, scenario, started_at FROM visits ORDER BY id"
    before = rows(database, query)
    assert 2 <= len(before) < 10
    assert rows(database, "SELECT status, planned FROM runs") == [("running", 10)]
    assert call("db", "check", "--db", database).returncode == 0

    resumed = call("crawl", "--resume", "--vendors", vendors, "--db", database)
    assert resumed.returncode == 0, resumed.stderr
    assert f"10 visits planned, {len(before)} of them stored already" in resumed.stderr
    after = rows(database, query)
    assert after[: len(before)] == before
    assert len(after) == len({(site, scenario) for _, site, scenario, _ in after}) == 10
    assert rows(database, "SELECT status, planned, stored FROM runs") == [("complete", 10, 10)]
    findings = json.loads(call("findings", "--format", "json", "--db", database).stdout)["findings"]
    planted = demo_web.expected("ooma")
    assert {(each["rule"], each["site"], each["subject"]) for each in findings if each["severity"] != "info"} == {
        (each["rule"], each["site"], each["subject"]) for each in planted
    }
    assert "no unfinished run" in call("crawl", "--resume", "--vendors", vendors, "--db", database).stderr


def test_runs_and_their_differences(call: Call, pages: Any, tmp_path: Path) -> None:
    url = pages.put("www.a.example/", f"<p>Hello</p>{ADROLL}")
    pages.put("d.adroll.com/pixel/ABC/DEF", b"GIF89a", kind="image/gif")
    (tmp_path / "policy.txt").write_text("We use cookies of a partner. " * 5, encoding="utf-8")
    database = tmp_path / "a.db"
    vendors = write(tmp_path, QUICK, pages.network(), vendor("a", url, 'file = "policy.txt"'))
    arguments = ("crawl", "--vendors", vendors, "--db", database, "--scenario", "no_choice")

    first = call(*arguments, "--vendor", "a", "--fail-on", "high", "--json")
    assert first.returncode == 10, first.stderr
    document = json.loads(first.stdout)
    assert document == json.loads(call("findings", "--format", "json", "--db", database).stdout)
    (tracker,) = (each for each in document["findings"] if each["rule"] == "tracker_before_choice")
    assert (tracker["service"], tracker["presence"], tracker["severity"]) == ("AdRoll", "new", "high")
    second = call(*arguments, "--fail-on", "critical", "--format", "sarif")
    assert second.returncode == 0
    (sarif,) = json.loads(second.stdout)["runs"]
    shown = {result["partialFingerprints"]["consentAudit/v1"] for result in sarif["results"]}
    assert shown == {each["fingerprint"] for each in document["findings"]}
    assert call("diff", "--db", database).stderr.startswith("0 new, 0 returned, 0 worse, 0 gone")

    pages.put("www.a.example/", "<p>Hello</p>")
    cleaned = call(*arguments, "--fail-on", "high")
    assert cleaned.returncode == 0, cleaned.stderr
    assert "changes since run 2:" in cleaned.stderr
    assert "gone" in cleaned.stdout
    listed = json.loads(call("findings", "--format", "json", "--db", database).stdout)["findings"]
    assert {each["fingerprint"]: each["presence"] for each in listed}[tracker["fingerprint"]] == "gone"

    pages.put("www.a.example/", f"<p>Hello</p>{ADROLL}")
    assert call(*arguments).returncode == 0
    listed = json.loads(call("findings", "--format", "json", "--db", database).stdout)["findings"]
    assert {each["fingerprint"]: each["presence"] for each in listed}[tracker["fingerprint"]] == "returned"
    changed = json.loads(call("diff", "--json", "--db", database).stdout)
    assert changed["schema"] == "consent-audit/diff/1"
    assert (changed["before"]["id"], changed["after"]["id"]) == (3, 4)
    assert tracker["fingerprint"] in {each["fingerprint"] for each in changed["returned"] + changed["new"]}
    between = json.loads(call("diff", "2", "3", "--json", "--db", database).stdout)
    assert tracker["fingerprint"] in {each["fingerprint"] for each in between["gone"]}


def test_unreachable_vendors_are_recorded_and_bad_policies_are_what_they_are(
    call: Call, pages: Any, tmp_path: Path
) -> None:
    bad = {
        "binary": (bytes(range(256)) * 100, "binary"),
        "empty": (b"", "empty"),
        "login": (b"<form><input type=password></form>Sign in", "login"),
        "large": (b"x" * 20_000_000, "too_large"),
    }
    parts = [QUICK, pages.network(), vendor("down", "http://down.example/")]
    for name, (body, _) in bad.items():
        (tmp_path / f"{name}.txt").write_bytes(body)
        pages.put(f"{name}.example/", "<p>Hello</p>")
        parts.append(vendor(name, f"http://{name}.example/", f'file = "{name}.txt"'))
    pages.put("large.example/policy", bad["large"][0], kind="text/plain")
    parts.append('[[vendor.policy]]\nurl = "http://large.example/policy"\n')
    database = tmp_path / "a.db"
    arguments = ("crawl", "--vendors", write(tmp_path, *parts), "--db", database, "--scenario", "no_choice")
    result = call(*arguments)
    assert result.returncode == 4, result.stderr
    assert "down no_choice http://down.example/: unreachable" in result.stderr
    outcomes = dict(rows(database, "SELECT s.vendor_id, v.outcome FROM visits v JOIN sites s ON s.id = v.site_id"))
    assert outcomes == {"down": "unreachable"} | dict.fromkeys(bad, "ok")
    problems = dict(rows(database, "SELECT vendor_id, problem FROM policies WHERE problem IS NOT NULL"))
    assert problems == {name: problem for name, (_, problem) in bad.items()}
    assert call("db", "check", "--db", database).returncode == 0
    document = json.loads(call("findings", "--format", "json", "--db", database).stdout)
    assert {each["vendor"] for each in document["findings"]} <= set(bad)
    assert "down" in {each["vendor"] for each in document["undecided"]}


def test_a_database_in_a_folder_that_is_not_there(call: Call, pages: Any, tmp_path: Path) -> None:
    vendors = write(tmp_path, QUICK, pages.network(), vendor("a", pages.put("www.a.example/", "x")))
    result = call("crawl", "--vendors", vendors, "--db", tmp_path / "gone" / "a.db")
    assert (result.returncode, result.stdout) == (1, "")
    assert "cannot be opened" in result.stderr
    assert pages.asked == []


def test_a_browser_that_is_none(call: Call, pages: Any, tmp_path: Path) -> None:
    vendors = write(tmp_path, QUICK, pages.network(), vendor("a", pages.put("www.a.example/", "x")))
    result = call("crawl", "--vendors", vendors, "--db", tmp_path / "a.db", "--browser", "/bin/false")
    assert result.returncode == 1
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr


def test_hostile_names_reach_neither_terminal_nor_reports(call: Call, pages: Any, tmp_path: Path) -> None:
    script = "<script>document.cookie = '=cmd|x\\u202e\\u009b31m[red]a=1; max-age=99999999'</script>"
    url = pages.put("www.a.example/", f"<title>\x1b[2J\u202ebad</title><p>Hello</p>{script}{ADROLL}")
    (tmp_path / "policy.txt").write_text("Cookies we use: sid, a session cookie.", encoding="utf-8")
    database = tmp_path / "a.db"
    vendors = write(tmp_path, QUICK, pages.network(), vendor("a", url, 'file = "policy.txt"'))
    shown = [call("crawl", "--vendors", vendors, "--db", database, "--scenario", "no_choice")]
    shown += [call("findings", "--format", form, "--db", database) for form in ("table", "json", "csv", "sarif")]
    shown.append(call("visit", url, "--vendors", vendors))
    for result in shown:
        assert result.returncode == 0, result.stderr
        for char in "\x1b\u202e\x9b":
            assert char not in result.stdout + result.stderr


def test_every_scenario_is_played_as_often_as_asked(call: Call, pages: Any, tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    pages.put("www.acme.example/", f"<title>Acme</title><h1>Acme</h1>{ADROLL}")
    pages.put("d.adroll.com/pixel/ABC/DEF", b"GIF89a", kind="image/gif")
    vendors = write(tmp_path, QUICK, pages.network(), vendor("acme", "http://www.acme.example/"))
    result = call("crawl", "--vendors", vendors, "--db", database, "--scenario", "no_choice", "--repeat", "2")
    assert result.returncode == 0, result.stderr
    document = json.loads(call("findings", "--json", "--db", database).stdout)
    assert [(row["scenario"], row["repetition"]) for row in document["coverage"]] == [
        ("no_choice", 1),
        ("no_choice", 2),
    ]
    (finding,) = (each for each in document["findings"] if each["rule"] == "tracker_before_choice")
    assert (finding["visits_hit"], finding["visits_total"]) == (2, 2)
    assert finding["fact"].endswith("Seen in 2 of 2 repetitions.")

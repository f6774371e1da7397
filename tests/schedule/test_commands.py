"""`schedule`, `notify` and `health` as they are typed."""

from __future__ import annotations

import configparser
import json
import shlex
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from crawler.cli import cli
from crawler.schedule.due import crawl_due
from crawler.schedule.units import Job, cron_line, systemd_units
from db.store import Store, utc_now

if TYPE_CHECKING:
    from pathlib import Path

VENDORS = """
[notify]
from = "audit@customer.example"
smtp = "127.0.0.1:1"
smtp_security = "none"

[[vendor]]
id = "acme"
name = "Acme"
owner = "ada@customer.example"
cadence = "7d"
[[vendor.site]]
url = "https://acme.example/"

[[vendor]]
id = "by-hand"
name = "By Hand"
[[vendor.site]]
url = "https://by-hand.example/"
"""


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vendors.toml").write_text(VENDORS, encoding="utf-8")
    return tmp_path


def run(*arguments: str, code: int = 0):
    result = CliRunner().invoke(cli, list(arguments))
    assert result.exit_code == code, (result.output, result.exception)
    return result


def listed() -> dict[str, dict]:
    return {row["vendor"]: row for row in json.loads(run("schedule", "list", "--json").stdout)["schedule"]}


def test_the_list_shows_who_is_due(place):
    rows = listed()
    assert (rows["acme"]["cadence"], rows["acme"]["state"], rows["acme"]["ended"]) == ("7d", "due", None)
    assert (rows["by-hand"]["due_at"], rows["by-hand"]["state"]) == (None, "")
    assert "acme" in run("schedule", "list").stdout


def test_pause_and_resume(place):
    run("schedule", "pause", "acme")
    assert listed()["acme"]["state"].startswith("paused by ")
    assert "nothing is due: no vendor has a cadence" in run("crawl", "--due").stderr
    run("schedule", "resume", "acme")
    assert listed()["acme"]["state"] == "due"
    assert "error: nobody is not scheduled" in run("schedule", "pause", "nobody", code=1).stderr


def crawled(place, sim, *findings) -> None:
    with Store(place / "consent-audit.db") as store:
        acme = sim.vendor("acme")
        crawler = sim.Crawler(store, {"acme": acme}, lambda _: findings)
        crawl_due(store, sim.config(acme), crawler, utc_now)


def test_notify_and_its_dry_run(place, sim):
    crawled(place, sim, sim.finding("acme", 1))
    result = run("notify", "--dry-run", "--json")
    (message,) = json.loads(result.stdout)["messages"]
    assert (message["target"], message["kind"]) == ("mail:ada@customer.example", "digest")
    assert 'The policy says: "We use <no> trackers."' in message["text"]
    assert "To mail:ada@customer.example (digest)" in run("notify", "--dry-run").stdout
    # Nothing was stored by that; the server is not there, so the message waits.
    failed = run("notify", "--json", code=1)
    assert json.loads(failed.stdout)["waiting"] == 1
    assert "not sent: 127.0.0.1: ConnectionRefusedError" in failed.stderr
    assert json.loads(run("notify", "--json").stdout) == {"sent": 0, "problems": [], "waiting": 1}


def test_notify_needs_somebody_to_tell(place):
    (place / "vendors.toml").write_text(VENDORS.partition("[[vendor]]")[1] + VENDORS.partition("[[vendor]]")[2])
    with Store(place / "consent-audit.db"):
        pass
    assert "has no [notify] table" in run("notify", code=2).stderr


def test_health(place, sim):
    with Store(place / "consent-audit.db"):
        pass
    assert json.loads(run("health", "--json", code=1).stdout) == {
        "status": "unhealthy",
        "reasons": ["no vendor was ever visited"],
    }
    crawled(place, sim)
    assert json.loads(run("health", "--json").stdout) == {"status": "ok", "reasons": []}


def test_structured_logs_are_json_lines(place):
    run("schedule", "pause", "acme")
    said = run("crawl", "--due", "--log-json").stderr.splitlines()
    assert [(json.loads(line)["event"], json.loads(line)["text"]) for line in said] == [
        ("message", "nothing is due: no vendor has a cadence")
    ]
    # The next command of the process talks to people again.
    assert run("crawl", "--due").stderr.startswith("nothing is due")


def test_install_prints_and_writes_units(place):
    said = run("schedule", "install", "--systemd", "--every", "10")
    assert "OnCalendar=*:0/10" in said.stdout
    assert "systemctl --user enable --now consent-audit.timer" in said.stderr
    run("schedule", "install", "--write", str(place))
    service = configparser.RawConfigParser(strict=False)
    service.optionxform = str
    service.read(place / "consent-audit.service")
    command = shlex.split(service["Service"]["ExecStart"])
    paths = ["--vendors", str(place / "vendors.toml"), "--db", str(place / "consent-audit.db")]
    assert command[1:] == ["crawl", "--due", "--log-json", *paths]
    assert service["Service"]["WorkingDirectory"] == str(place)
    timer = configparser.RawConfigParser()
    timer.read(place / "consent-audit.timer")
    assert timer["Install"]["WantedBy"] == "timers.target"


def test_names_with_spaces_and_percent_signs_survive_both():
    job = Job(command=("/opt/my audit/consent-audit", "crawl", "50%"), folder="/srv/a b", minutes=5)
    assert r"50\%" in cron_line(job)
    assert "cd '/srv/a b' && '/opt/my audit/consent-audit' crawl" in cron_line(job)
    assert 'ExecStart="/opt/my audit/consent-audit" crawl 50%%' in systemd_units(job)["consent-audit.service"]


def test_due_takes_no_vendor(place):
    assert "--due takes neither" in run("crawl", "--due", "--vendor", "acme", code=2).stderr

"""Finding, proving, recycling and losing browsers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
from pathlib import Path

import playwright
import pytest

from auditor.model import BrowserError, Outcome, Scenario, Site
from crawler.browser import RECYCLE_ABOVE_BYTES, Browsers, find_browser
from crawler.config import CrawlConfig
from crawler.launch import BrowserChoice
from crawler.processes import resident_bytes
from crawler.visit import VisitTask, play


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_order_of_finding(tmp_path, monkeypatch):
    flag, variable = executable(tmp_path / "flag" / "chrome"), executable(tmp_path / "variable" / "headless_shell")
    system = executable(tmp_path / "bin" / "chromium")
    own = tmp_path / "cache"
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(own))
    monkeypatch.setenv("CONSENT_AUDIT_BROWSER", str(variable))
    assert find_browser(str(flag)) == BrowserChoice(path=str(flag), headless_shell=False, source="--browser")
    assert find_browser(None) == BrowserChoice(path=str(variable), headless_shell=True, source="$CONSENT_AUDIT_BROWSER")
    monkeypatch.delenv("CONSENT_AUDIT_BROWSER")
    assert find_browser(None) == BrowserChoice(path=str(system), headless_shell=False, source="system")
    shell = executable(tmp_path / "bin" / "chromium-headless-shell")
    assert find_browser(None).path == str(shell)
    system.unlink()
    shell.unlink()
    with pytest.raises(BrowserError, match="apt-get install chromium-headless-shell"):
        find_browser(None)
    with pytest.raises(BrowserError, match="no program"):
        find_browser(str(tmp_path / "nothing"))


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A headless shell and a full Chromium of the system, and both of Playwright; nothing else can be found."""
    listed = json.loads((Path(playwright.__file__).parent / "driver" / "package" / "browsers.json").read_text())
    revisions = {entry["name"]: entry["revision"] for entry in listed["browsers"]}
    own = tmp_path / "cache"
    found = {
        ("playwright", "headless-shell"): own
        / f"chromium_headless_shell-{revisions['chromium-headless-shell']}/chrome-linux/headless_shell",
        ("playwright", "headed-like"): own / f"chromium-{revisions['chromium']}/chrome-linux/chrome",
        ("system", "headless-shell"): tmp_path / "bin" / "chromium-headless-shell",
        ("system", "headed-like"): tmp_path / "bin" / "chromium",
    }
    for path in found.values():
        executable(path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(own))
    monkeypatch.delenv("CONSENT_AUDIT_BROWSER", raising=False)
    return found


def test_a_mode_finds_its_kind_wherever_it_is_asked_for(installed, monkeypatch):
    def found(explicit=None, configured="auto"):
        choice = find_browser(explicit, configured)
        assert choice.path == str(installed[choice.source, choice.mode])
        return choice.source, choice.mode

    assert found() == found("headless-shell") == found("playwright") == ("playwright", "headless-shell")
    assert found("headed-like") == found(configured="headed-like") == ("playwright", "headed-like")
    installed["playwright", "headed-like"].unlink()
    assert found("headed-like") == ("system", "headed-like")
    monkeypatch.setenv("CONSENT_AUDIT_BROWSER", "headed-like")
    assert found() == found(configured="headless-shell") == ("system", "headed-like")
    assert found("auto") == found("headless-shell") == ("playwright", "headless-shell")


@pytest.mark.parametrize(
    ("mode", "gone", "words"),
    [
        ("headed-like", ("headed-like",), "no full Chromium found.*apt-get install chromium'"),
        ("headless-shell", ("headless-shell",), "no headless shell found.*apt-get install chromium-headless-shell'"),
        ("playwright", ("playwright",), "no browser of Playwright found"),
    ],
)
def test_what_is_wanted_and_not_there_is_not_replaced(installed, mode, gone, words):
    for kind, path in installed.items():
        if set(gone) & set(kind):
            path.unlink()
    with pytest.raises(BrowserError, match=words):
        find_browser(mode)


def test_a_path_of_the_configuration(installed, tmp_path):
    path = str(installed["system", "headed-like"])
    assert find_browser(None, path) == BrowserChoice(path=path, headless_shell=False, source="[crawl] browser")
    with pytest.raises(BrowserError, match=r"\[crawl\] browser names .*nothing, which is no program"):
        find_browser(None, str(tmp_path / "nothing"))


def test_a_program_that_is_no_browser(run, guard, tmp_path):
    choice = BrowserChoice(path=str(executable(tmp_path / "fake")), headless_shell=False, source="--browser")

    async def go():
        async with Browsers(guard, choice):
            pass

    with pytest.raises(BrowserError, match="does not start"):
        run(go())


@pytest.mark.browser
def test_facts_are_proven(browsers):
    facts = browsers.facts
    assert facts.third_party_cookies == "allowed"
    assert facts.headless
    assert facts.version[0].isdigit()
    assert "Headless" not in facts.user_agent
    assert "--disable-quic" in facts.flags


def task(url):
    crawl = CrawlConfig(settle_ms=300, settle_max_ms=2000, pages_per_site=1, visit_timeout_s=30)
    return VisitTask(
        vendor="tested",
        site=Site(url=url),
        scenario=Scenario.NO_CHOICE,
        attempt=1,
        crawl=crawl,
        ignore_certificate_errors=True,
    )


@pytest.mark.browser
def test_a_killed_browser_costs_only_its_visits(run, web, guard):
    url = web.serve("www.first.com/", "<p>hello", "a=1")

    async def go():
        async with Browsers(guard, find_browser(None)) as browsers:
            visit = asyncio.create_task(play(task(url), browsers, guard))
            while not web.asked("www.first.com"):  # noqa: ASYNC110 (the server is a thread)
                await asyncio.sleep(0.02)
            browsers.current.kill()
            lost = (await visit).visit
            again = (await play(task(url), browsers, guard)).visit
            return lost, again

    lost, again = run(go())
    assert (lost.outcome, lost.cookies) == (Outcome.CRASHED, ())
    assert (again.outcome, [c.name for c in again.cookies]) == (Outcome.OK, ["a"])


@pytest.mark.browser
def test_recycling_does_not_interrupt(run, web, guard):
    url = web.serve("www.first.com/", "<p>hello", "a=1")

    async def go():
        async with Browsers(guard, find_browser(None), recycle_after=2) as browsers:
            first = browsers.current
            found = await asyncio.gather(*(play(task(url), browsers, guard) for _ in range(5)))
            return [r.visit.outcome for r in found], first.dead, browsers.current is first

    outcomes, first_ended, still_first = run(go())
    assert outcomes == [Outcome.OK] * 5
    assert (first_ended, still_first) == (True, False)


@pytest.mark.browser
def test_a_browser_that_grew_is_replaced_and_its_visits_go_on(run, web, guard):
    url = web.serve("www.first.com/", "<p>hello", "a=1")

    async def go():
        async with Browsers(guard, find_browser(None), recycle_above_bytes=1) as browsers:
            first = browsers.current
            under_way = asyncio.create_task(play(task(url), browsers, guard))
            while not web.asked("www.first.com"):  # noqa: ASYNC110 (the server is a thread)
                await asyncio.sleep(0.02)
            await browsers.check()
            later = (await play(task(url), browsers, guard)).visit
            return (await under_way).visit.outcome, later.outcome, first.dead, browsers.current is first

    assert run(go()) == (Outcome.OK, Outcome.OK, True, False)


@pytest.mark.browser
def test_memory_is_that_of_the_whole_tree(browsers):
    whole, alone = resident_bytes(browsers.current.pid), 0
    for line in Path(f"/proc/{browsers.current.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            alone = int(line.split()[1]) * 1024
    assert 20_000_000 < alone < whole < RECYCLE_ABOVE_BYTES
    assert resident_bytes(999_999_999) == 0


@pytest.mark.browser
def test_full_chromium_stores_what_others_set(run, web, guard, monkeypatch):
    monkeypatch.delenv("CONSENT_AUDIT_BROWSER", raising=False)
    try:
        choice = find_browser("headed-like")
    except BrowserError as error:
        pytest.skip(f"no full Chromium here: {error}")
    url = web.serve("www.first.com/", "<img src='https://t.tracker.net/p.gif'>", "a=1")
    web.serve("t.tracker.net/p.gif", b"GIF89a", "t=1; SameSite=None; Secure", kind="image/gif")

    async def go():
        async with Browsers(guard, choice) as browsers:
            return (await play(task(url), browsers, guard)).visit

    found = run(go())
    assert (found.outcome, found.browser.third_party_cookies) == (Outcome.OK, "allowed")
    assert (found.browser.name, found.browser.headless) == ("chromium", True)
    assert {(c.name, c.party.value, c.in_jar) for c in found.cookies} == {("a", "first", True), ("t", "third", True)}
    assert "Headless" not in web.asked("www.first.com")[0].headers["user-agent"]


@pytest.mark.browser
def test_the_watchdog_looks_by_itself(run, guard, monkeypatch):
    monkeypatch.setattr("crawler.launch.PING_TIMEOUT_S", 1.0)
    monkeypatch.setattr("crawler.browser._WATCH_S", 0.1)

    async def go():
        async with Browsers(guard, find_browser(None)) as browsers:
            stuck = browsers.current
            os.killpg(os.getpgid(stuck.pid), signal.SIGSTOP)
            async with asyncio.timeout(20):
                while not stuck.dead:  # noqa: ASYNC110 (nothing tells of it but the next visit)
                    await asyncio.sleep(0.05)
            async with browsers.context(CrawlConfig()) as context:
                return await (await context.new_page()).evaluate("1 + 1")

    assert run(go()) == 2


@pytest.mark.browser
def test_a_browser_that_stops_answering_is_killed(run, guard, monkeypatch):
    monkeypatch.setattr("crawler.launch.PING_TIMEOUT_S", 1.0)

    async def go():
        async with Browsers(guard, find_browser(None)) as browsers:
            stuck = browsers.current
            os.killpg(os.getpgid(stuck.pid), signal.SIGSTOP)
            await browsers.check()
            async with browsers.context(CrawlConfig()) as context:
                page = await context.new_page()
                return stuck.dead, await page.evaluate("1 + 1")

    assert run(go()) == (True, 2)


@pytest.mark.browser
def test_no_profile_stays_behind(run, guard):
    temporary = Path(tempfile.gettempdir())
    left = temporary / f"consent-audit-profile-999999999-{os.getpid()}"
    left.mkdir()
    own = f"consent-audit-profile-{os.getpid()}-*"
    before = set(temporary.glob(own))

    async def go():
        async with Browsers(guard, find_browser(None)) as browsers:
            browsers.current.kill()
            async with browsers.context(CrawlConfig()):
                pass

    run(go())
    assert not left.exists()
    assert set(temporary.glob(own)) == before


WORKER = "self.addEventListener('install', (event) => event.waitUntil(fetch('/by-worker')))"


@pytest.mark.browser
def test_service_workers_behind_a_certificate_that_nobody_signed(run, web, guard):
    """Their scripts are asked for by the browser itself, which knows nothing of what a context may ignore."""
    url = web.serve("www.first.com/", "<p>hello<script>navigator.serviceWorker.register('/worker.js')</script>")
    web.serve("www.first.com/worker.js", WORKER, kind="text/javascript")
    web.serve("www.first.com/by-worker", "1", "worked=1", kind="text/plain")

    async def go(*, lenient):
        async with Browsers(guard, find_browser(None), ignore_certificate_errors=lenient) as browsers:
            flag = "--ignore-certificate-errors" in browsers.facts.flags
            return flag, [c.name for c in (await play(task(url), browsers, guard)).visit.cookies]

    assert run(go(lenient=True)) == (True, ["worked"])
    assert run(go(lenient=False)) == (False, [])

"""Finding, proving, recycling and losing browsers."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest

from auditor.model import BrowserError, Outcome, Scenario, Site
from crawler.browser import Browsers, find_browser
from crawler.config import CrawlConfig
from crawler.launch import BrowserChoice
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
def test_a_browser_that_stops_answering_is_killed(run, guard, monkeypatch):
    import os
    import signal

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
    left = Path(tempfile.gettempdir()) / "consent-audit-profile-999999999-stale"
    left.mkdir()
    before = set(Path(tempfile.gettempdir()).glob("consent-audit-profile-*")) - {left}

    async def go():
        async with Browsers(guard, find_browser(None)) as browsers:
            browsers.current.kill()
            async with browsers.context(CrawlConfig()):
                pass

    run(go())
    assert set(Path(tempfile.gettempdir()).glob("consent-audit-profile-*")) <= before

"""How long a choice with its proof takes beyond the observation windows, and a page without a banner in all.

    python benchmarks/consent.py [--rounds 3] [--browser PATH]

A small web on loopback, one page at a time. What finding, choosing and proving take is measured beside the observation
windows, which pass before each. A page without a banner is a whole visit with the default windows. Prints medians.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from auditor.model import ChoiceOutcome, Scenario, Site, Wanted
from crawler.browser import find_browser
from crawler.config import Config, NetworkConfig
from crawler.consent.actor import ConsentActor
from crawler.launch import FLAGS
from crawler.player import opened
from crawler.visit import VisitTask

if TYPE_CHECKING:
    from playwright.async_api import Browser

_TOP = "<!doctype html><html lang='en'><title>Phones</title><body><main><h1>Phones</h1><p>For teams.</p></main>"
_SCRIPT = """<script>
const gone = () => document.getElementById("b").remove();
const keep = (value) => { document.cookie = "choice=" + value + ";path=/;max-age=9999"; gone(); };
if (/choice=/.test(document.cookie)) gone();
</script>"""
_BANNER = (
    "<div id='b' style='position:fixed;bottom:0;background:#eee'><p>We use cookies for statistics and adverts.</p>"
)
_ACCEPT = "<button onclick='keep(\"all\")'>Accept all</button>"
CHOICES = {
    "one layer": f"{_TOP}{_BANNER}{_ACCEPT}<button onclick='keep(\"none\")'>Reject all</button></div>{_SCRIPT}",
    "two layers": f"{_TOP}{_BANNER}{_ACCEPT}<button onclick='more.hidden=false'>Settings</button><div id='more' hidden>"
    "<label><input type=checkbox checked> Statistics</label><label><input type=checkbox> Adverts</label>"
    f"<button onclick='keep(\"some\")'>Save choices</button></div></div>{_SCRIPT}",
    "acknowledge": f"{_TOP}{_BANNER}<button onclick='keep(\"ok\")'>OK</button></div>{_SCRIPT}",
}
EMPTY = {
    "no script": _TOP,
    "a script that says nothing of consent": f"{_TOP}<script>window.started = Date.now();</script>",
    "a script that mentions consent": f"{_TOP}<script>window.consent = null;</script>",
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        pages = {**CHOICES, **EMPTY}
        page = dict(enumerate(pages.values())).get(int(self.path.strip("/")) if self.path.strip("/").isdigit() else -1)
        body = (page or "").encode()
        self.send_response(200 if page else 404)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


async def choice_seconds(browser: Browser, url: str, wanted: Wanted) -> float | None:
    """What choosing and proving take, loading aside; ``None`` where the page does not offer the choice."""
    context = await browser.new_context()
    page = await context.new_page()
    actor = ConsentActor()
    await page.goto(url, wait_until="load")
    await page.wait_for_timeout(3000)  # the observation window: a banner is looked for after it
    started = time.monotonic()
    await actor.find(page)
    choice = await actor.choose(page, wanted)
    spent = time.monotonic() - started
    await page.reload(wait_until="load")
    await page.wait_for_timeout(3000)
    started = time.monotonic()
    choice = await actor.prove(page, choice)
    spent += time.monotonic() - started
    await context.close()
    return spent if choice.outcome is ChoiceOutcome.DONE and choice.proven else None


async def choices(address: str, executable: str, rounds: int) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        for number, name in enumerate(CHOICES):
            for wanted in (Wanted.ACCEPT, Wanted.REJECT):
                times = [await choice_seconds(browser, f"{address}/{number}", wanted) for _ in range(rounds)]
                made = [seconds for seconds in times if seconds is not None]
                said = f"{statistics.median(made):.1f} s, proven {len(made)} of {rounds}" if made else "not offered"
                print(f"choice with proof, {name}, {wanted.value}: {said}")
        await browser.close()


async def pages_without_banner(address: str, executable: str, rounds: int) -> None:
    config = Config(network=NetworkConfig(allow_private_addresses=True))
    crawl = replace(config.crawl, pages_per_site=1)
    async with opened(replace(config, crawl=crawl), executable) as player:
        for number, name in enumerate(EMPTY, start=len(CHOICES)):
            times = []
            for _ in range(rounds):
                site = Site(url=f"{address}/{number}")
                task = VisitTask(
                    vendor="benchmark",
                    site=site,
                    scenario=Scenario.REJECT_ALL,
                    attempt=1,
                    crawl=crawl,
                    ignore_certificate_errors=False,
                )
                visit = (await player.visit(task)).visit
                assert visit.choice.outcome is ChoiceOutcome.NO_BANNER, visit.choice
                times.append(visit.duration_ms / 1000)
            print(f"page without a banner, {name}: {statistics.median(times):.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--browser", default=None)
    arguments = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address, executable = f"http://127.0.0.1:{server.server_port}", find_browser(arguments.browser).path
    asyncio.run(choices(address, executable, arguments.rounds))
    asyncio.run(pages_without_banner(address, executable, arguments.rounds))
    server.shutdown()


if __name__ == "__main__":
    main()

"""What a visit costs, how many audits a machine does, and whether memory stays.

    python benchmarks/capture.py [--part cpu] [--part throughput] [--part memory] [--quick] [--browser PATH]

``cpu``: processor time of an instrumented visit against a bare Playwright visit of the same pages with the same waits,
in pairs that alternate: on pages of median weight (``support.median_web``), and on the demo's, which weigh next to
nothing, so that the ratio is that of a visit's fixed costs; then what each part of the instrumentation adds to the
former.
``throughput``: full audits of three scenarios a minute by concurrency, on two cores, with the peak of memory.
``memory``: memory over visits without recycling. The web is served by a process of its own that is not
counted. Processor time is that of this process and all below it: a busy machine makes it noisier, not longer.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from playwright.async_api import async_playwright
from support.median_web import SITES as MEDIAN_SITES
from support.median_web import MedianWeb
from support.processes import BROWSER, DRIVER, GRAPHICS, KINDS, NETWORK, PYTHON, RENDERERS, tree

from auditor.model import Outcome, Phase, Scenario, Site
from crawler.browser import VIEWPORT, Browsers, find_browser
from crawler.collectors.har import Shown
from crawler.collectors.recorder import Recorder
from crawler.collectors.timeline import Timeline
from crawler.config import Config, CrawlConfig, NetworkConfig
from crawler.consent.actor import ConsentActor
from crawler.demo.web import DemoWeb
from crawler.fetch import Fetcher
from crawler.identity import override
from crawler.network import AddressGuard
from crawler.player import Player
from crawler.touch import touch
from crawler.visit import VisitTask, play

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator

    from playwright.async_api import Browser, BrowserContext, Page

    from auditor.model import Visit

T = TypeVar("T")

SITES = tuple(
    f"https://www.{name}.example/"
    for name in ("ooma", "ozmo", "brightline", "lantern", "pinewood", "redfern", "harbour")
)
WEBS = {"median": MEDIAN_SITES, "demo": SITES}
AUDIT = (Scenario.NO_CHOICE, Scenario.ACCEPT_ALL, Scenario.REJECT_ALL)
STAGES = (
    "bare",
    "behind the guard",
    "+ collectors",
    "+ stores, controls, picture",
    "+ looks for a banner",
    "+ the visitor's hand",
    "the product",
)


# ------------------------------------------------------------------------------------------ measuring


@contextmanager
def served(web: str) -> Iterator[tuple[int, int]]:
    """A web of ``WEBS`` in a process of its own: (its port, its process id)."""
    command = [sys.executable, __file__, "--serve", web]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline()), process.pid
        process.stdin.close()


def serve(name: str) -> None:
    with DemoWeb() if name == "demo" else MedianWeb() as web:
        print(web.port, flush=True)
        sys.stdin.read()


def network(port: int) -> NetworkConfig:
    return NetworkConfig(resolve={"*": f"127.0.0.1:{port}"}, ignore_certificate_errors=True)


def task(url: str, scenario: Scenario, crawl: CrawlConfig) -> VisitTask:
    return VisitTask(
        vendor="bench", site=Site(url=url), scenario=scenario, attempt=1, crawl=crawl, ignore_certificate_errors=True
    )


# ------------------------------------------------------------------------------------------------ cpu


@dataclass(frozen=True)
class Walk:
    """Pages and how long each is stayed on, taken from an instrumented visit."""

    pages: tuple[str, ...]
    seconds: float


async def bare(context: BrowserContext, walk: Walk) -> None:
    page = await context.new_page()
    for url in walk.pages:
        until = time.monotonic() + walk.seconds
        await page.goto(url, wait_until="load")
        await asyncio.sleep(max(until - time.monotonic(), 0))


async def staged(browsers: Browsers, crawl: CrawlConfig, walk: Walk, stage: int) -> None:
    """A visit with the first parts of the instrumentation only."""
    async with browsers.context(crawl, ignore_certificate_errors=True) as context:
        if stage < STAGES.index("+ collectors"):
            await bare(context, walk)
            return
        timeline = Timeline()
        timeline.begin(Phase.BEFORE_CHOICE)
        recorder = Recorder(timeline, override(browsers.facts.version, crawl.locale))
        actor = ConsentActor(recorder.session_of)
        recorder.attach(context)
        page = await context.new_page()
        await recorder.listen(context, page)
        for url in walk.pages:
            until = time.monotonic() + walk.seconds
            await page.goto(url, wait_until="load")
            if stage >= STAGES.index("+ looks for a banner"):
                await actor.find(page)
                await actor.declaration(page)
                await actor.signals(page, Phase.BEFORE_CHOICE)
            if stage >= STAGES.index("+ stores, controls, picture"):
                await recorder.observe(context, page, Phase.BEFORE_CHOICE)
            if stage >= STAGES.index("+ the visitor's hand"):
                await touch(page, partial(evaluated, recorder, page))
            await asyncio.sleep(max(until - time.monotonic(), 0))
        shown = Shown(pages=walk.pages, title="", browser=browsers.facts)
        await recorder.drain(page.url, keep_raw=False, shown=shown)


async def evaluated(recorder: Recorder, page: Page, expression: str) -> object:
    tap = recorder.tap_of(page)
    assert tap is not None, "the page is listened to"
    return await tap.evaluate((await tap.frames())[0]["id"], expression, awaited=True)


class Meter:
    """Runs visits one after another and keeps the processor seconds of each kind of visit, by kind of process."""

    def __init__(self, web_pid: int) -> None:
        self._web_pid = web_pid
        self._spent: defaultdict[str, list[Counter[str]]] = defaultdict(list)

    async def of(self, name: str, work: Coroutine[Any, Any, T]) -> T:
        """Result of ``work``, whose seconds are kept under ``name``."""
        before = tree(self._web_pid).cpu_s
        result = await work
        await asyncio.sleep(0.3)  # what a closed context still does
        after = tree(self._web_pid).cpu_s
        after.subtract(before)
        self._spent[name].append(after)
        return result

    def seconds(self, name: str) -> list[float]:
        """Processor seconds of the visits of a name; the first one only warmed the browser up."""
        return [sum(spent.values()) for spent in self._spent[name][1:]]

    def by_kind(self, name: str) -> str:
        """Median seconds of each kind of process."""
        kinds = ((kind, statistics.median(spent[kind] for spent in self._spent[name][1:])) for kind in KINDS)
        return ", ".join(f"{kind} {seconds:.2f}" for kind, seconds in kinds)


@asynccontextmanager
async def bare_browser(port: int, path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        rules = f"--host-resolver-rules=MAP * 127.0.0.1:{port}"
        browser = await playwright.chromium.launch(executable_path=path, args=[rules])
        yield browser
        await browser.close()


async def bare_visit(browser: Browser, walk: Walk) -> None:
    viewport: Any = {"width": VIEWPORT[0], "height": VIEWPORT[1]}
    context = await browser.new_context(viewport=viewport, ignore_https_errors=True)
    await bare(context, walk)
    await context.close()


def walk_of(visit: Visit) -> Walk:
    assert visit.outcome is Outcome.OK, visit.failure
    return Walk(pages=visit.pages, seconds=visit.duration_ms / 1000 / len(visit.pages))


def told(name: str, ratios: list[float]) -> str:
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else (ratios[0],) * 3
    return f"  {name:34} median ratio {middle:.3f} (quartiles {low:.3f} to {high:.3f}, {len(ratios)} pairs)"


def both_webs(args: argparse.Namespace) -> None:
    """The part ``cpu`` on both webs."""
    for web in WEBS:
        with served(web) as (port, web_pid):
            asyncio.run(cpu(web, port, web_pid, args))


async def cpu(web: str, port: int, web_pid: int, args: argparse.Namespace) -> None:
    crawl = CrawlConfig(pages_per_site=2, settle_ms=args.settle_ms, settle_max_ms=args.settle_ms * 4)
    choice = find_browser(args.browser)
    print(f"cpu, {web} web: {choice.path}, settle {args.settle_ms} ms, processor seconds of a visit")
    async with (
        AddressGuard(network(port)) as guard,
        Browsers(guard, choice, recycle_after=100_000) as browsers,
        bare_browser(port, choice.path) as plain,
    ):
        for scenarios in ((Scenario.NO_CHOICE,), AUDIT):
            await paired(WEBS[web], Meter(web_pid), browsers, guard, plain, crawl, scenarios, args.pairs)
        if web == "median":
            await parts(WEBS[web], Meter(web_pid), browsers, guard, plain, crawl, args.pairs)


async def paired(
    urls: tuple[str, ...],
    meter: Meter,
    browsers: Browsers,
    guard: AddressGuard,
    plain: Browser,
    crawl: CrawlConfig,
    scenarios: tuple[Scenario, ...],
    pairs: int,
) -> None:
    """Instrumented and bare in turns. The first pair only warms both browsers up."""
    for number in range(pairs + 1):
        url = urls[number % len(urls)]
        walks = []
        for scenario in scenarios:
            result = await meter.of(f"with {scenario}", play(task(url, scenario, crawl), browsers, guard))
            walks.append(walk_of(result.visit))
        for scenario, walk in zip(scenarios, walks, strict=True):
            await meter.of(f"bare {scenario}", bare_visit(plain, walk))
    with_s = [sum(row) for row in zip(*(meter.seconds(f"with {scenario}") for scenario in scenarios), strict=True)]
    bare_s = [sum(row) for row in zip(*(meter.seconds(f"bare {scenario}") for scenario in scenarios), strict=True)]
    name = "no_choice" if len(scenarios) == 1 else "an audit of three scenarios"
    print(told(name, [a / b for a, b in zip(with_s, bare_s, strict=True)]))
    print(f"  {'':34} {statistics.median(with_s):.2f} s against {statistics.median(bare_s):.2f} s")


async def parts(
    urls: tuple[str, ...],
    meter: Meter,
    browsers: Browsers,
    guard: AddressGuard,
    plain: Browser,
    crawl: CrawlConfig,
    pairs: int,
) -> None:
    """What each part adds to a visit without a choice."""
    for number in range(pairs + 1):
        url = urls[number % len(urls)]
        result = await meter.of(STAGES[-1], play(task(url, Scenario.NO_CHOICE, crawl), browsers, guard))
        walk = walk_of(result.visit)
        await meter.of(STAGES[0], bare_visit(plain, walk))
        for stage in range(1, len(STAGES) - 1):
            await meter.of(STAGES[stage], staged(browsers, crawl, walk, stage))
    base = statistics.median(meter.seconds(STAGES[0]))
    print("  parts, each with those before it")
    for name in STAGES:
        seconds = statistics.median(meter.seconds(name))
        print(f"    {name:28} {seconds:.2f} s, {seconds / base:.3f} of bare ({meter.by_kind(name)})")


# ----------------------------------------------------------------------------------------- throughput


async def throughput(port: int, web_pid: int, args: argparse.Namespace) -> None:
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(usual)[:2]))
    print(f"throughput: audits of {len(AUDIT)} scenarios on {len(os.sched_getaffinity(0))} cores")
    for concurrency in args.concurrency:
        await audits(port, web_pid, concurrency, args)
    os.sched_setaffinity(0, usual)


async def audits(port: int, web_pid: int, concurrency: int, args: argparse.Namespace) -> None:
    """As many audits as keep the gate full for most of the time."""
    crawl = CrawlConfig(
        concurrency=concurrency, pages_per_site=2, settle_ms=args.settle_ms, settle_max_ms=args.settle_ms * 4
    )
    config = Config(crawl=crawl, network=network(port))
    count = max(args.audits, concurrency * args.rounds)
    async with (
        AddressGuard(config.network) as guard,
        Fetcher(guard, config.network, crawl) as fetcher,
        Browsers(guard, find_browser(args.browser)) as browsers,
    ):
        player = Player(config, guard, browsers, fetcher)
        async with player.load:
            memory_seen = [0]
            watcher = asyncio.create_task(watch_memory(web_pid, memory_seen))
            before, began = tree(web_pid).cpu_s.total(), time.monotonic()
            work = [
                player.visit(task(SITES[number % len(SITES)], scenario, crawl))
                for scenario in AUDIT
                for number in range(count)
            ]
            results = await asyncio.gather(*work)
            seconds = time.monotonic() - began
            spent = tree(web_pid).cpu_s.total() - before
            watcher.cancel()
    bad = sum(result.visit.outcome is not Outcome.OK for result in results)
    chosen = sum(result.visit.choice.proven for result in results)
    print(
        f"  concurrency {concurrency:2}: {count * 60 / seconds:5.1f} audits a minute,"
        f" {len(results) * 60 / seconds:5.1f} visits a minute, peak {max(memory_seen) / 1e6:5.0f} MB,"
        f" {spent / len(results):.2f} CPU s a visit, lag up to {player.load.worst_ms:.0f} ms,"
        f" {bad} not ok, {chosen} of {count * 2} choices proven",
        flush=True,
    )


async def watch_memory(web_pid: int, seen: list[int]) -> None:
    """Notes the resident memory of the tree until it is cancelled."""
    while True:
        seen.append(tree(web_pid).resident.total())
        await asyncio.sleep(0.5)


# --------------------------------------------------------------------------------------------- memory


async def memory(port: int, web_pid: int, args: argparse.Namespace) -> None:
    """Memory after every sixth of the visits, with nothing open and without recycling."""
    crawl = CrawlConfig(pages_per_site=2, settle_ms=200, settle_max_ms=2_000)
    step = max(args.visits // 6, 1)
    print(f"memory: resident megabytes without pages of files over {args.visits} visits in one browser")
    async with (
        AddressGuard(network(port)) as guard,
        Browsers(guard, find_browser(args.browser), recycle_after=100_000, recycle_above_bytes=1 << 50) as browsers,
    ):
        base = None
        for done in range(step, args.visits + 1, step):
            bad = await visits(browsers, guard, crawl, step)
            gc.collect()
            await asyncio.sleep(2)
            now = tree(web_pid).own()
            base = base or now
            print(
                f"  after {done:4} visits ({bad} not ok): Python {now[PYTHON] / 1e6:4.0f}, driver"
                f" {now[DRIVER] / 1e6:4.0f}, browser {_browser(now) / 1e6:4.0f}, together"
                f" {now.total() / base.total() - 1:+.1%} since the first {step}",
                flush=True,
            )


def _browser(memory: Counter[str]) -> int:
    return sum(memory[kind] for kind in (BROWSER, RENDERERS, GRAPHICS, NETWORK))


async def visits(browsers: Browsers, guard: AddressGuard, crawl: CrawlConfig, count: int) -> int:
    """Play visits of all sites and scenarios, four at a time; how many did not end ``ok``."""
    gate = asyncio.Semaphore(4)

    async def one(number: int) -> bool:
        async with gate:
            scenario = AUDIT[number % len(AUDIT)]
            result = await play(task(SITES[number % len(SITES)], scenario, crawl), browsers, guard)
            return result.visit.outcome is Outcome.OK

    return (await asyncio.gather(*(one(number) for number in range(count)))).count(False)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--part", action="append", choices=("cpu", "throughput", "memory"))
    reader.add_argument("--quick", action="store_true", help="few pairs, audits and visits: whether it runs at all")
    reader.add_argument("--browser", help="executable of the browser")
    reader.add_argument("--settle-ms", type=int, default=2_000)
    reader.add_argument("--pairs", type=int, default=14)
    reader.add_argument(
        "--audits", type=int, default=7, help="audits at each concurrency, if that is not less than --rounds of all"
    )
    reader.add_argument("--rounds", type=int, default=3, help="audits for each place of a concurrency")
    reader.add_argument("--concurrency", type=int, nargs="+", default=[1, 2, 4, 8, 12])
    reader.add_argument("--visits", type=int, default=300)
    reader.add_argument("--serve", choices=tuple(WEBS), help=argparse.SUPPRESS)
    args = reader.parse_args()
    if args.serve:
        serve(args.serve)
        return
    if args.quick:
        args.pairs, args.audits, args.rounds, args.visits, args.concurrency = 3, 2, 1, 24, args.concurrency[:2]
    for name in args.part or ("cpu", "throughput", "memory"):
        if name == "cpu":
            both_webs(args)
            continue
        with served("demo") as (port, web_pid):
            asyncio.run({"throughput": throughput, "memory": memory}[name](port, web_pid, args))


if __name__ == "__main__":
    main()

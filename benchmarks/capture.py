"""What a visit costs, how many audits a machine does, and whether memory stays.

    python benchmarks/capture.py [--part cpu] [--part parts] [--part throughput] [--part memory] [--quick]
                                 [--web median] [--web demo] [--scenario no_choice] [--scenario audit] [--browser PATH]

``cpu``: processor time against a bare Playwright visit of the same pages with the same waits, in rounds that alternate:
of the capture (guard, collectors, and each page's stores, controls and picture), and of the whole visit, which also
looks for a banner, moves the mouse, scrolls and chooses; the latter against a bare visit with the same acts as well
(``support.walks``). On pages of median weight (``support.median_web``), and on the demo's, which weigh next to nothing,
so that the ratio is that of a visit's fixed costs. ``parts``: what each part adds on pages of median weight.
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
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from support.median_web import SITES as MEDIAN_SITES
from support.median_web import MedianWeb
from support.processes import BROWSER, DRIVER, GRAPHICS, NETWORK, PYTHON, RENDERERS, tree
from support.walks import CAPTURE, STAGES, Meter, acted, bare, bare_browser, plain_visit, staged, walk_of

from auditor.model import Outcome, Scenario, Site
from crawler.browser import Browsers, find_browser
from crawler.config import Config, CrawlConfig, NetworkConfig
from crawler.demo.web import DemoWeb
from crawler.fetch import Fetcher
from crawler.network import AddressGuard
from crawler.player import Player
from crawler.visit import VisitTask, play

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

    from playwright.async_api import Browser

SITES = tuple(
    f"https://www.{name}.example/"
    for name in ("ooma", "ozmo", "brightline", "lantern", "pinewood", "redfern", "harbour")
)
WEBS = {"median": MEDIAN_SITES, "demo": SITES}
AUDIT = (Scenario.NO_CHOICE, Scenario.ACCEPT_ALL, Scenario.REJECT_ALL)
SCENARIOS = {"no_choice": (Scenario.NO_CHOICE,), "audit": AUDIT}
WAYS = ("whole", "capture", "bare", "acted")
_WIDTH = 58


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


def crawl_of(args: argparse.Namespace) -> CrawlConfig:
    return CrawlConfig(pages_per_site=2, settle_ms=args.settle_ms, settle_max_ms=args.settle_ms * 4)


@asynccontextmanager
async def browsers_of(port: int, args: argparse.Namespace) -> AsyncIterator[tuple[AddressGuard, Browsers, Browser]]:
    """The product's browser behind its guard, and a plain one of Playwright."""
    choice = find_browser(args.browser)
    async with (
        AddressGuard(network(port)) as guard,
        Browsers(guard, choice, recycle_after=100_000) as browsers,
        bare_browser(port, choice.path) as plain,
    ):
        yield guard, browsers, plain


async def cpu(web: str, port: int, web_pid: int, args: argparse.Namespace) -> None:
    print(f"cpu, {web} web: settle {args.settle_ms} ms, processor seconds of a visit", flush=True)
    async with browsers_of(port, args) as (guard, browsers, plain):
        for name in args.scenario or SCENARIOS:
            await paired(name, WEBS[web], Meter(web_pid), (guard, browsers, plain), args)


async def paired(
    name: str,
    urls: tuple[str, ...],
    meter: Meter,
    parties: tuple[AddressGuard, Browsers, Browser],
    args: argparse.Namespace,
) -> None:
    """The whole visit, the capture, bare and acted in turns. The first round only warms both browsers up."""
    guard, browsers, plain = parties
    scenarios = SCENARIOS[name]
    for number in range(args.pairs + 1):
        walks = []
        for scenario in scenarios:
            work = play(task(urls[number % len(urls)], scenario, crawl_of(args)), browsers, guard)
            walks.append(walk_of((await meter.of(f"{scenario} whole", work)).visit))
        for scenario, walk in zip(scenarios, walks, strict=True):
            await meter.of(f"{scenario} bare", plain_visit(plain, bare, walk))
        for scenario, walk in zip(scenarios, walks, strict=True):
            await meter.of(f"{scenario} capture", staged(browsers, crawl_of(args), walk, CAPTURE))
        for scenario, walk in zip(scenarios, walks, strict=True):
            await meter.of(f"{scenario} acted", plain_visit(plain, acted, walk))
    ways = {way: meter.together([f"{scenario} {way}" for scenario in scenarios]) for way in WAYS}
    for way, base, what in (
        ("capture", "bare", "capture against a bare visit"),
        ("whole", "bare", "whole visit against a bare one"),
        ("whole", "acted", "whole visit against a bare one with its acts"),
    ):
        print(told(f"{name}: {what}", [a / b for a, b in zip(ways[way], ways[base], strict=True)]))
    medians = (f"{way} {statistics.median(seconds):.2f} s" for way, seconds in ways.items())
    print(f"  {'':{_WIDTH}} {', '.join(medians)}", flush=True)


def told(name: str, ratios: list[float]) -> str:
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else (ratios[0],) * 3
    return f"  {name:{_WIDTH}} median ratio {middle:.3f} (quartiles {low:.3f} to {high:.3f}, {len(ratios)} pairs)"


async def parts(web: str, port: int, web_pid: int, args: argparse.Namespace) -> None:
    """What each part adds to a visit without a choice."""
    urls, meter = WEBS[web], Meter(web_pid)
    print(f"parts, {web} web: settle {args.settle_ms} ms, each with those before it", flush=True)
    async with browsers_of(port, args) as (guard, browsers, plain):
        for number in range(args.pairs + 1):
            visit = play(task(urls[number % len(urls)], Scenario.NO_CHOICE, crawl_of(args)), browsers, guard)
            walk = walk_of((await meter.of(STAGES[-1], visit)).visit)
            await meter.of(STAGES[0], plain_visit(plain, bare, walk))
            for stage in STAGES[1:-1]:
                await meter.of(stage, staged(browsers, crawl_of(args), walk, stage))
    base = statistics.median(meter.together([STAGES[0]]))
    for name in STAGES:
        seconds = statistics.median(meter.together([name]))
        print(f"    {name:28} {seconds:.2f} s, {seconds / base:.3f} of bare ({meter.by_kind(name)})")


# ----------------------------------------------------------------------------------------- throughput


async def throughput(_web: str, port: int, web_pid: int, args: argparse.Namespace) -> None:
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


async def memory(_web: str, port: int, web_pid: int, args: argparse.Namespace) -> None:
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
    reader.add_argument("--part", action="append", choices=tuple(PARTS))
    reader.add_argument("--web", action="append", choices=tuple(WEBS), help="the part cpu on this one")
    reader.add_argument("--scenario", action="append", choices=tuple(SCENARIOS), help="the part cpu with this one")
    reader.add_argument("--quick", action="store_true", help="few pairs, audits and visits: whether it runs at all")
    reader.add_argument("--browser", help="executable of the browser")
    reader.add_argument("--settle-ms", type=int, default=2_000)
    reader.add_argument("--pairs", type=int, default=12)
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
    for name in args.part or PARTS:
        work, webs = PARTS[name]
        for web in args.web if name == "cpu" and args.web else webs:
            with served(web) as (port, web_pid):
                asyncio.run(work(web, port, web_pid, args))


PARTS: dict[str, tuple[Callable[[str, int, int, argparse.Namespace], Coroutine[Any, Any, None]], tuple[str, ...]]] = {
    "cpu": (cpu, tuple(WEBS)),
    "parts": (parts, ("median",)),
    "throughput": (throughput, ("demo",)),
    "memory": (memory, ("demo",)),
}


if __name__ == "__main__":
    main()

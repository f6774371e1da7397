"""The visits that an instrumented one is compared with: of the same pages with the same waits, and ever more of it.

``bare`` only goes to the pages. ``acted`` also does what the visitor does and any script in his place would do: it
moves the mouse and scrolls, presses the banner's control, loads again, takes a picture of each observation and reads
the jar at the end. It listens to nothing and looks for nothing.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter, defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from playwright.async_api import async_playwright
from support.processes import KINDS, tree

from auditor.model import ChoiceOutcome, Outcome, Phase, Scenario
from crawler.browser import VIEWPORT
from crawler.collectors.har import Shown
from crawler.collectors.recorder import Recorder
from crawler.collectors.screenshots import QUALITY
from crawler.collectors.timeline import Timeline
from crawler.consent.actor import ConsentActor
from crawler.identity import override
from crawler.touch import touch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

    from playwright.async_api import Browser, BrowserContext, Page

    from auditor.model import Visit
    from crawler.browser import Browsers
    from crawler.config import CrawlConfig

T = TypeVar("T")

STAGES = (
    "bare",
    "behind the guard",
    "+ collectors",
    "+ stores, controls, picture",
    "+ looks for a banner",
    "+ the visitor's hand",
    "the product",
)
CAPTURE = STAGES[3]
"""All that records: what comes after it is what a visitor does, and what finds out what there is to do."""


@dataclass(frozen=True)
class Walk:
    """Pages and how long each is stayed on, and the control that was pressed, taken from an instrumented visit."""

    pages: tuple[str, ...]
    seconds: float
    pressed: str | None
    touched_before_choice: bool


def walk_of(visit: Visit) -> Walk:
    """The walk of a visit that went well."""
    assert visit.outcome is Outcome.OK, visit.failure
    chosen = visit.choice.outcome is ChoiceOutcome.DONE
    return Walk(
        pages=visit.pages,
        seconds=visit.duration_ms / 1000 / len(visit.pages),
        pressed=visit.choice.clicks[0] if chosen else None,
        touched_before_choice=visit.banner is None or visit.scenario is Scenario.NO_CHOICE,
    )


async def bare(context: BrowserContext, walk: Walk) -> None:
    """Go to the pages."""
    page = await context.new_page()
    for url in walk.pages:
        until = time.monotonic() + walk.seconds
        await page.goto(url, wait_until="load")
        await asyncio.sleep(max(until - time.monotonic(), 0))


async def acted(context: BrowserContext, walk: Walk) -> None:
    """Go to the pages and do on them what the visitor does."""
    page = await context.new_page()
    for number, url in enumerate(walk.pages):
        until = time.monotonic() + walk.seconds
        if number == 1 and walk.pressed:
            await page.reload(wait_until="load")
        else:
            await page.goto(url, wait_until="load")
        await _pictured(page)
        if number == 0 and walk.pressed:
            if walk.touched_before_choice:
                await touch(page, page.evaluate)
            await (
                page.get_by_role("button", name=walk.pressed, exact=True)
                .or_(page.get_by_role("link", name=walk.pressed, exact=True))
                .first.click()
            )
            await _pictured(page)
        if not (number == 1 and walk.pressed):
            await touch(page, page.evaluate)
        await asyncio.sleep(max(until - time.monotonic(), 0))
    await context.cookies()


async def _pictured(page: Page) -> None:
    await page.screenshot(type="jpeg", quality=QUALITY)


async def staged(browsers: Browsers, crawl: CrawlConfig, walk: Walk, name: str) -> None:
    """A visit with the first parts of the instrumentation only, up to that of ``STAGES``."""
    stage = STAGES.index(name)
    async with browsers.context(crawl, ignore_certificate_errors=True) as context:
        if stage < STAGES.index("+ collectors"):
            await bare(context, walk)
            return
        timeline = Timeline()
        timeline.begin(Phase.BEFORE_CHOICE)
        recorder = Recorder(timeline, override(browsers.facts.version, crawl.locale))
        actor = ConsentActor(recorder.session_of, recorder.scripts_in)
        recorder.attach(context, browsers.devtools(context))
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
                await touch(page, partial(_evaluated, recorder, page))
            await asyncio.sleep(max(until - time.monotonic(), 0))
        shown = Shown(pages=walk.pages, title="", browser=browsers.facts)
        await recorder.drain(page.url, keep_raw=False, shown=shown)


async def _evaluated(recorder: Recorder, page: Page, expression: str) -> object:
    tap = recorder.tap_of(page)
    assert tap is not None, "the page is listened to"
    return await tap.evaluate((await tap.frames())[0]["id"], expression, awaited=True)


@asynccontextmanager
async def bare_browser(port: int, path: str) -> AsyncIterator[Browser]:
    """A browser as Playwright launches it, for the web on that port."""
    async with async_playwright() as playwright:
        rules = f"--host-resolver-rules=MAP * 127.0.0.1:{port}"
        browser = await playwright.chromium.launch(executable_path=path, args=[rules])
        yield browser
        await browser.close()


async def plain_visit(browser: Browser, way: Callable[[BrowserContext, Walk], Awaitable[None]], walk: Walk) -> None:
    """A visit in a fresh context of a plain browser."""
    viewport: Any = {"width": VIEWPORT[0], "height": VIEWPORT[1]}
    context = await browser.new_context(viewport=viewport, ignore_https_errors=True)
    await way(context, walk)
    await context.close()


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

    def together(self, names: list[str]) -> list[float]:
        """Processor seconds of the visits of some names, added up by round; the first only warmed the browser up."""
        rounds = zip(*(self._spent[name][1:] for name in names), strict=True)
        return [sum(spent.total() for spent in row) for row in rounds]

    def by_kind(self, name: str) -> str:
        """Median seconds of each kind of process."""
        kinds = ((kind, statistics.median(spent[kind] for spent in self._spent[name][1:])) for kind in KINDS)
        return ", ".join(f"{kind} {seconds:.2f}" for kind, seconds in kinds)

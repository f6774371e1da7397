"""The script of a visit: one scenario played on one site, from a fresh context to a record.

A visit is a function of plain values: it knows no database and no scheduler. Whatever a site does ends in an outcome,
never in an exception.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin

from playwright.async_api import Error as PlaywrightError

from auditor.model import (
    Banner,
    BrowserError,
    Choice,
    ChoiceOutcome,
    CmpDeclaration,
    ConsentSignal,
    Outcome,
    Phase,
    Scenario,
    Visit,
    VisitError,
    Wanted,
)
from crawler.collectors.recorder import Recorder
from crawler.collectors.timeline import Timeline, now_ms
from crawler.consent.actor import ConsentActor
from crawler.identity import override
from crawler.launch import bounded
from crawler.page_driver import PageClosedError, PageDriver
from crawler.pages import pages_to_visit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from playwright.async_api import BrowserContext

    from auditor.model import Artifact, Site
    from crawler.browser import Browsers
    from crawler.config import CrawlConfig
    from crawler.network import AddressGuard

    Allows = Callable[[str], Awaitable[bool]]

T = TypeVar("T")

WANTED = {
    Scenario.NO_CHOICE: Wanted.NONE,
    Scenario.ACCEPT_ALL: Wanted.ACCEPT,
    Scenario.REJECT_ALL: Wanted.REJECT,
}
AFTER = {Wanted.ACCEPT: Phase.AFTER_ACCEPT, Wanted.REJECT: Phase.AFTER_REJECT}
_ACTOR_TIMEOUT_S = 40.0
_ROUNDS = 8
"""How often pages are chosen anew because robots.txt closes some of those that were chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTask:
    """What to visit and how. ``keep_raw`` keeps cookie and storage values, which only a person may ask for."""

    vendor: str
    site: Site
    scenario: Scenario
    attempt: int
    crawl: CrawlConfig
    ignore_certificate_errors: bool
    keep_raw: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitResult:
    """The record of a visit and the artifacts that it refers to."""

    visit: Visit
    artifacts: tuple[Artifact, ...] = ()


async def play(task: VisitTask, browsers: Browsers, guard: AddressGuard, allows: Allows | None = None) -> VisitResult:
    """Play a scenario in a fresh context, within ``visit_timeout_s`` and the time that closing takes.

    ``allows`` says whether a page that the visit finds by itself may be asked for (robots.txt); without it all may.
    Never raises for what a site or a browser does: the outcome says it, and evidence of a visit that did not end
    ``ok`` is not kept. ValueError for a scenario that cannot be played.
    """
    if task.scenario not in WANTED:
        raise ValueError(f"no visit plays the scenario {task.scenario}")
    playing = _Playing(task, browsers, guard, allows or _everything)
    limit = asyncio.timeout(task.crawl.visit_timeout_s)
    try:
        async with (
            limit,
            browsers.context(task.crawl, ignore_certificate_errors=task.ignore_certificate_errors) as context,
        ):
            return await playing.through(context)
    except (VisitError, TimeoutError, PlaywrightError, BrowserError) as error:
        outcome, failure = await playing.lost(error, late=limit.expired())
        return playing.ended(outcome, failure)


async def _everything(_: str) -> bool:
    return True


@dataclass(slots=True)
class _Playing:
    """The state of one visit under way."""

    task: VisitTask
    browsers: Browsers
    guard: AddressGuard
    allows: Allows
    timeline: Timeline = field(default_factory=Timeline)
    actor: ConsentActor = field(default_factory=ConsentActor)
    pages: list[str] = field(default_factory=list)
    banner: Banner | None = None
    choice: Choice = field(default_factory=lambda: Choice(wanted=Wanted.NONE, outcome=ChoiceOutcome.NONE))
    signals: dict[tuple[str, Phase, str], ConsentSignal] = field(default_factory=dict)
    declaration: CmpDeclaration | None = None
    final_url: str | None = None
    title: str | None = None
    status: int | None = None
    recorder: Recorder = field(init=False)
    context: BrowserContext = field(init=False)
    driver: PageDriver = field(init=False)

    def __post_init__(self) -> None:
        identity = override(self.browsers.facts.version, self.task.crawl.locale)
        self.recorder = Recorder(self.timeline, identity)

    async def through(self, context: BrowserContext) -> VisitResult:
        """Attach, go home and observe it untouched; then look at more pages, or choose and look again."""
        self.context = context
        self.driver = PageDriver(context, self.recorder, self.task.crawl, self.guard)
        try:
            self.recorder.attach(context)
            await self._ask("attach", self.actor.attach(context), None)
            await self.driver.start()
            self.timeline.begin(Phase.BEFORE_CHOICE)
            await self._home()
            next_pages = await self._next_pages()
            if self.task.scenario is Scenario.NO_CHOICE:
                await self._look_around(next_pages)
            else:
                await self._choose(WANTED[self.task.scenario], next_pages)
            return await self._result()
        finally:
            await self.driver.end()

    async def _home(self) -> None:
        document = await self.driver.open(self.task.site.url)
        self.status = document.status if document else None
        self.final_url = self.driver.page.url
        self.title = await self.driver.title()
        self.pages.append(self.final_url)
        self.banner = await self._ask("find", self.actor.find(self.driver.page), None)
        self.declaration = await self._ask("declaration", self.actor.declaration(self.driver.page), None)
        await self._observe(Phase.BEFORE_CHOICE)
        # A banner that is there is chosen from untouched: some take a scroll for an answer. The scenario without a
        # choice is the one that touches every page before any choice.
        if self.banner is None or self.task.scenario is Scenario.NO_CHOICE:
            await self.driver.touch()
        if self.banner is None:
            self.banner = await self._ask("find", self.actor.find(self.driver.page), None)

    async def _look_around(self, next_pages: tuple[str, ...]) -> None:
        """The other pages of the site, before any choice."""
        await self.driver.leave()
        for url in next_pages:
            if await self._visited(url):
                await self._observe(Phase.BEFORE_CHOICE)
                await self.driver.touch()
                await self.driver.leave()

    async def _choose(self, wanted: Wanted, next_pages: tuple[str, ...]) -> None:
        """Choose, observe; reload, prove, observe; one next page, observe. Without a choice the visit ends here."""
        await self.recorder.read_stores(self.context, self.driver.page)
        phase, asked_at = AFTER[wanted], now_ms()
        failed = Choice(wanted=wanted, outcome=ChoiceOutcome.FAILED)
        self.choice = await self._ask("choose", self.actor.choose(self.driver.page, wanted), failed)
        if self.choice.outcome is not ChoiceOutcome.DONE:
            self.timeline.cut(asked_at)
            return
        clicks = [at for at in self.recorder.clicks_ms if at >= asked_at]
        self.timeline.begin(phase, max(clicks, default=asked_at))
        await self.driver.settle(self.task.crawl.settle_ms, self.task.crawl.settle_max_ms)
        await self._observe(phase)
        await self.driver.touch()
        await self.driver.reload()
        self.pages.append(self.driver.page.url)
        self.choice = await self._ask("prove", self.actor.prove(self.driver.page, self.choice), self.choice)
        await self._observe(phase)
        await self.driver.leave()
        for url in next_pages[:1]:
            if await self._visited(url):
                await self._observe(phase)
                await self.driver.touch()
                await self.driver.leave()

    async def _next_pages(self) -> tuple[str, ...]:
        home = self.final_url or self.task.site.url
        configured = [urljoin(self.task.site.url, page) for page in self.task.site.pages]
        links = await self.driver.links()
        closed: set[str] = set()
        for _ in range(_ROUNDS):
            chosen = pages_to_visit(links, home, self.task.crawl.pages_per_site - 1, configured, closed)
            refused = {url for url in chosen if not await self.allows(url)}
            if refused <= closed:
                break
            closed |= refused
        return tuple(url for url in chosen if url not in closed)

    async def _visited(self, url: str) -> bool:
        """Whether a further page could be loaded; that it could not is a gap in the coverage, not the visit's end."""
        try:
            await self.driver.open(url)
        except VisitError as error:
            if error.outcome is Outcome.CRASHED:
                raise
            self.recorder.note("pages", f"{url[:120]}: {error}")
            return False
        self.pages.append(self.driver.page.url)
        return True

    async def _observe(self, phase: Phase) -> None:
        await self.recorder.observe(self.context, self.driver.page, phase)
        for signal in await self._ask("signals", self.actor.signals(self.driver.page, phase), ()):
            self.signals[signal.kind, signal.phase, signal.raw] = signal

    async def _ask(self, what: str, work: Coroutine[Any, Any, T], otherwise: T) -> T:
        """An answer of the actor, or ``otherwise``: its failure is recorded and does not end the visit."""
        try:
            return await bounded(work, _ACTOR_TIMEOUT_S)
        except TimeoutError:
            self.recorder.note("consent", f"{what}: no answer within {_ACTOR_TIMEOUT_S:.0f} s")
        except PlaywrightError as error:
            self.driver.page  # noqa: B018 (raises when the page is gone)
            self.recorder.note("consent", f"{what}: {(str(error).strip().splitlines() or ['failed'])[0][:200]}")
        return otherwise

    async def _result(self) -> VisitResult:
        assert self.final_url is not None, "home has been visited"
        for name, problem in self.actor.failures.items():
            self.recorder.note("consent", f"{name}: {problem}")
        seen = await self.recorder.drain(self.final_url, keep_raw=self.task.keep_raw)
        visit = self._visit(
            outcome=Outcome.OK,
            final_url=self.final_url,
            title=self.title,
            http_status=self.status,
            pages=tuple(self.pages),
            # After a choice the actor knows more of the banner than could be seen before.
            banner=self.actor.banner or self.banner,
            choice=self.choice,
            consent_signals=tuple(self.signals.values()),
            declared_by_cmp=self.declaration,
            cookies=seen.cookies,
            storage=seen.storage,
            requests=seen.requests,
            shared_identifiers=seen.shared_identifiers,
            controls=seen.controls,
            screenshots=seen.screenshots,
            coverage=seen.coverage,
        )
        return VisitResult(visit=visit, artifacts=seen.artifacts)

    async def lost(self, error: Exception, *, late: bool) -> tuple[Outcome, str]:
        """Outcome and reason of a visit that an error ended. ``late``: its time was over."""
        if isinstance(error, PageClosedError) and await self.driver.browser_is_gone():
            return Outcome.CRASHED, "the browser is gone"
        if isinstance(error, VisitError):
            return error.outcome, str(error)
        if isinstance(error, TimeoutError):
            if late:
                return Outcome.TIMEOUT, f"not finished within {self.task.crawl.visit_timeout_s} s"
            return Outcome.CRASHED, "the browser does not answer"
        return Outcome.CRASHED, (str(error).strip().splitlines() or ["the browser is gone"])[0][:300]

    def ended(self, outcome: Outcome, failure: str) -> VisitResult:
        """The record of a visit without evidence."""
        wanted = WANTED[self.task.scenario]
        nothing = ChoiceOutcome.NONE if wanted is Wanted.NONE else ChoiceOutcome.FAILED
        visit = self._visit(
            outcome=outcome,
            failure=failure,
            final_url=self.final_url,
            http_status=self.status,
            choice=Choice(wanted=wanted, outcome=nothing),
        )
        return VisitResult(visit=visit)

    def _visit(self, **found: Any) -> Visit:  # noqa: ANN401 (the fields of Visit)
        return Visit(
            vendor=self.task.vendor,
            site=self.task.site.url,
            scenario=self.task.scenario,
            attempt=self.task.attempt,
            requested_url=self.task.site.url,
            started_at=self.timeline.started_at,
            duration_ms=self.timeline.since_start(now_ms()),
            browser=self.browsers.facts,
            **found,
        )

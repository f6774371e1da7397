"""The script of a visit: one scenario played on one site, from a fresh context to a record.

A visit is a function of plain values: it knows no database and no scheduler. Whatever a site does ends in an outcome,
never in an exception.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin

from playwright.async_api import Error as PlaywrightError

from auditor.domains import host_of
from auditor.model import (
    Banner,
    BrowserError,
    Choice,
    ChoiceOutcome,
    CmpDeclaration,
    ConsentSignal,
    Coverage,
    Outcome,
    Phase,
    Scenario,
    Visit,
    VisitError,
    Wanted,
)
from crawler import gpc, ways
from crawler.collectors.har import Shown
from crawler.collectors.recorder import Recorder
from crawler.collectors.timeline import Timeline, now_ms
from crawler.consent.actor import ConsentActor
from crawler.consent.declarations import read_responses
from crawler.consent.google import google_signals
from crawler.gpc import Signal
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
    Scenario.WITHDRAW: Wanted.WITHDRAW,
    Scenario.GPC: Wanted.NONE,
}
AFTER = {
    Wanted.ACCEPT: Phase.AFTER_ACCEPT,
    Wanted.REJECT: Phase.AFTER_REJECT,
    Wanted.WITHDRAW: Phase.AFTER_WITHDRAWAL,
}
_ACTOR_TIMEOUT_S = 40.0
_ROUNDS = 8
"""How often pages are chosen anew because robots.txt closes some of those that were chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTask:
    """What to visit and how. ``keep_raw`` keeps cookie and storage values, which only a person may ask for.

    ``others`` are the hosts of the vendor's other sites, whose pages are seen in visits of their own.
    """

    vendor: str
    site: Site
    scenario: Scenario
    attempt: int
    crawl: CrawlConfig
    ignore_certificate_errors: bool
    repetition: int = 1
    keep_raw: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitResult:
    """The record of a visit and the artifacts that it refers to."""

    visit: Visit
    artifacts: tuple[Artifact, ...] = ()


async def play(task: VisitTask, browsers: Browsers, guard: AddressGuard, allows: Allows | None = None) -> VisitResult:
    """Play a scenario in a fresh context, within ``visit_timeout_s`` and the time that closing takes.

    ``allows`` says whether a page that the visit finds by itself may be asked for (robots.txt); without it all may.
    Never raises for what a site or a browser does: the outcome says it, and evidence of a visit that did not end
    ``ok`` is not kept.
    """
    limit = asyncio.timeout(task.crawl.visit_timeout_s)
    playing = _Playing(task, browsers, guard, allows or _everything, limit)
    try:
        async with (
            limit,
            browsers.context(
                task.crawl,
                ignore_certificate_errors=task.ignore_certificate_errors,
                with_gpc=task.scenario is Scenario.GPC,
            ) as context,
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
    limit: asyncio.Timeout
    timeline: Timeline = field(default_factory=Timeline)
    pages: list[str] = field(default_factory=list)
    banner: Banner | None = None
    choice: Choice = field(default_factory=lambda: Choice(wanted=Wanted.NONE, outcome=ChoiceOutcome.NONE))
    signals: dict[tuple[str, Phase, str], ConsentSignal] = field(default_factory=dict)
    declaration: CmpDeclaration | None = None
    gpc: Signal = field(default_factory=Signal)
    final_url: str | None = None
    title: str | None = None
    status: int | None = None
    recorder: Recorder = field(init=False)
    actor: ConsentActor = field(init=False)
    context: BrowserContext = field(init=False)
    driver: PageDriver = field(init=False)

    def __post_init__(self) -> None:
        identity = override(self.browsers.facts.version, self.task.crawl.locale)
        crawl = self.task.crawl
        self.recorder = Recorder(self.timeline, identity, full_pages=crawl.screenshots == "full", archive=crawl.har)
        self.actor = ConsentActor(self.recorder.session_of, self.recorder.scripts_in)

    async def through(self, context: BrowserContext) -> VisitResult:
        """Attach, go home and observe it untouched; then look at more pages, or choose and look again."""
        self.context = context
        self.driver = PageDriver(context, self.recorder, self.task.crawl, self.guard, self.actor.confirms)
        try:
            self.recorder.attach(context, self.browsers.devtools(context))
            await self.ask("attach", self.actor.attach(context), None)
            await self.driver.start()
            self.timeline.begin(Phase.BEFORE_CHOICE)
            await self._home()
            next_pages = await self._next_pages()
            wanted = WANTED[self.task.scenario]
            if wanted is Wanted.NONE:
                await self._look_around(next_pages)
            elif wanted is Wanted.WITHDRAW:
                await self._withdraw(next_pages)
            else:
                await self._choose(wanted, next_pages)
            return await self._result()
        finally:
            await self.driver.end()

    async def _home(self) -> None:
        document = await self.driver.open(self.task.site.url)
        self.status = document.status if document else None
        self.final_url = self.driver.page.url
        self.title = await self.driver.title()
        self.pages.append(self.final_url)
        self.banner = await self.ask("find", self.actor.find(self.driver.page, patient=False), None)
        self.declaration = await self._declaration()
        await self.observe(Phase.BEFORE_CHOICE)
        await self._picture_banner()
        # A banner that is there is chosen from untouched: some take a scroll for an answer. The scenario without a
        # choice is the one that touches every page before any choice.
        if self.banner is None or WANTED[self.task.scenario] is Wanted.NONE:
            await self.driver.touch()
        if self.banner is None:
            await self._late_banner()

    async def _late_banner(self) -> None:
        """Watch for a banner that comes late, or because the page was touched, as long as one may come."""
        self.banner = await self.ask("find", self.actor.find(self.driver.page), None)
        if self.banner is not None:
            self.declaration = await self._declaration() or self.declaration
            await self.observe(Phase.BEFORE_CHOICE)
            await self._picture_banner()

    async def _picture_banner(self) -> None:
        if self.banner is not None and self.banner.box is not None:
            await self.recorder.picture_banner(self.driver.page, Phase.BEFORE_CHOICE, self.banner.box)

    async def _declaration(self) -> CmpDeclaration | None:
        """What the CMP declares: by its own objects in the page, else by the answers that the page has got."""
        found = await self.ask("declaration", self.actor.declaration(self.driver.page), None)
        if found is not None and found.cookies:
            return found
        answered = await self.ask("declaration", read_responses(self.recorder.bodies(self.driver.page)), None)
        return answered or found

    async def _look_around(self, next_pages: tuple[str, ...]) -> None:
        """The other pages of the site, before any choice."""
        await self.driver.leave()
        for url in next_pages:
            if await self.visited(url):
                await self.observe(Phase.BEFORE_CHOICE)
                await self.driver.touch()
                await self.driver.leave()
        if self.task.scenario is Scenario.NO_CHOICE:
            await self._read_settings()

    async def _read_settings(self) -> None:
        """At the very end: what is switched on behind the banner. What this causes is no part of the observation."""
        if self.banner is None or self.banner.shows_switches or not self.actor.has_settings:
            return
        self.timeline.cut(now_ms())
        if await self.driver.glance(self.pages[0]):
            await self.ask("settings", self.actor.read_settings(self.driver.page), None)

    async def _choose(self, wanted: Wanted, next_pages: tuple[str, ...]) -> None:
        """Choose, observe; reload, prove, observe; one next page, observe. Without a choice the visit ends here."""
        if await self._chosen(wanted, AFTER[wanted]):
            await self._go_on(next_pages[:1], AFTER[wanted])

    async def _go_on(self, next_pages: tuple[str, ...], phase: Phase) -> None:
        """Leave the page for further ones, and observe those."""
        await self.driver.leave()
        for url in next_pages:
            if await self.visited(url):
                await self.observe(phase)
                await self.driver.touch()
                await self.driver.leave()

    async def _chosen(self, wanted: Wanted, phase: Phase) -> bool:
        """Choose, observe, load again, prove and observe; whether the choice could be made."""
        await self.recorder.read_stores(self.context, self.driver.page)
        asked_at, home = now_ms(), self.driver.page.url
        failed = Choice(wanted=wanted, outcome=ChoiceOutcome.FAILED)
        self.choice = await self.ask("choose", self.actor.choose(self.driver.page, wanted), failed)
        link = self.actor.link
        if link is not None and await ways.opened_settings(self, link.url):
            await self.recorder.read_stores(self.context, self.driver.page)
            asked_at = now_ms()
            self.choice = await self.ask("choose", self.actor.choose_there(self.driver.page, wanted, link), failed)
        await self._follow(phase, asked_at, home if link is not None else None)
        return self.choice.outcome is ChoiceOutcome.DONE

    async def _follow(self, phase: Phase, asked_at: float, home: str | None = None) -> None:
        """What follows a choice that was asked for at a moment: the new phase, or none where it was not made.

        ``home``: where the banner stood, if the choice was made on another page.
        """
        if self.choice.outcome is not ChoiceOutcome.DONE:
            self.timeline.cut(asked_at)
            return
        clicks = [at for at in self.recorder.clicks_ms if at >= asked_at]
        self.timeline.begin(phase, max(clicks, default=asked_at))
        await self.driver.settle(self.task.crawl.settle_ms, self.task.crawl.settle_max_ms)
        await self.observe(phase)
        await self.driver.touch()
        if not await self._loaded_again(home):
            return
        self.choice = await self.ask("prove", self.actor.prove(self.driver.page, self.choice), self.choice)
        await self.observe(phase)

    async def _loaded_again(self, home: str | None) -> bool:
        """Load the page again, or go back to the one that the choice is about; whether it came."""
        if home is not None and self.driver.page.url != home:
            await self.driver.leave()
            return await self.visited(home)
        await self.driver.reload()
        self.pages.append(self.driver.page.url)
        return True

    async def _withdraw(self, next_pages: tuple[str, ...]) -> None:
        """Accept and observe as usual, then find the way back and refuse, and observe as usual."""
        accepted = await self._chosen(Wanted.ACCEPT, Phase.AFTER_ACCEPT)
        if not accepted:
            self.choice = replace(self.choice, wanted=Wanted.WITHDRAW)
            return
        if not self.choice.proven:
            self.recorder.note("consent", "accept: no independent sign confirms the consent that is withdrawn")
        await self.recorder.read_stores(self.context, self.driver.page)
        asked_at = now_ms()
        home = self.driver.page.url
        self.choice = await ways.way_back(self)
        if self.choice.outcome is ChoiceOutcome.NO_CONTROL:
            await self.driver.leave()
            return  # Nothing was tried: all that was seen is what follows the consent.
        await self._follow(Phase.AFTER_WITHDRAWAL, asked_at)
        further = next_pages[:1] if self.driver.page.url == home else (home,)
        await self._go_on(further if self.choice.outcome is ChoiceOutcome.DONE else (), Phase.AFTER_WITHDRAWAL)

    async def _next_pages(self) -> tuple[str, ...]:
        home = self.final_url or self.task.site.url
        configured = [urljoin(self.task.site.url, page) for page in self.task.site.pages]
        links = [link for link in await self.driver.links() if host_of(link[0]) not in self.task.others]
        closed: set[str] = set()
        for _ in range(_ROUNDS):
            chosen = pages_to_visit(links, home, self.task.crawl.pages_per_site - 1, configured, closed)
            refused = {url for url in chosen if not await self.allows(url)}
            if refused <= closed:
                break
            closed |= refused
        return tuple(url for url in chosen if url not in closed)

    async def visited(self, url: str) -> bool:
        """Go to a further page; whether it could be loaded. That it could not is a gap in the coverage, not the end.

        It gets half of the time that the visit still has: one that never answers must not cost what others showed.
        """
        seconds = self._seconds_left() / 2
        try:
            await bounded(self.driver.open(url), seconds)
        except TimeoutError:
            if self.limit.expired():
                raise
            self.recorder.note("pages", f"{url[:120]}: not loaded within {seconds:.0f} s", partly=True)
            return False
        except VisitError as error:
            if error.outcome is Outcome.CRASHED:
                raise
            self.recorder.note("pages", f"{url[:120]}: {error}", partly=True)
            return False
        self.pages.append(self.driver.page.url)
        return True

    def _seconds_left(self) -> float:
        end = self.limit.when()
        assert end is not None, "a visit has a limit"
        return end - asyncio.get_running_loop().time()

    async def observe(self, phase: Phase) -> None:
        """What the page shows and states now."""
        await self.recorder.observe(self.context, self.driver.page, phase)
        if self.task.scenario is Scenario.GPC:
            await self.gpc.read(self.driver.page)
        for signal in await self.ask("signals", self.actor.signals(self.driver.page, phase), ()):
            key = signal.kind, signal.phase, signal.raw
            self.signals.pop(key, None)  # In the order in which they were last seen: the latest is what counts.
            self.signals[key] = signal

    async def ask(self, what: str, work: Coroutine[Any, Any, T], otherwise: T) -> T:
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
        seen = await self.recorder.drain(self.final_url, keep_raw=self.task.keep_raw, shown=self._shown())
        visit = self._visit(
            outcome=Outcome.OK,
            final_url=self.final_url,
            title=self.title,
            http_status=self.status,
            pages=tuple(self.pages),
            # After a choice the actor knows more of the banner than could be seen before.
            banner=self.actor.banner or self.banner,
            choice=self.choice,
            consent_signals=(*self.signals.values(), *google_signals(seen.requests)),
            declared_by_cmp=self.declaration,
            cookies=seen.cookies,
            storage=seen.storage,
            requests=seen.requests,
            shared_identifiers=seen.shared_identifiers,
            api_calls=seen.api_calls,
            controls=seen.controls,
            screenshots=seen.screenshots,
            recordings=seen.recordings,
            coverage=self._coverage(seen.coverage),
        )
        return VisitResult(visit=visit, artifacts=seen.artifacts)

    def _coverage(self, coverage: Coverage) -> Coverage:
        """The coverage of the collectors, and of the signal where the scenario gives one."""
        if self.task.scenario is not Scenario.GPC:
            return coverage
        signal = self.gpc.coverage(self.recorder.log.hops, native=self.browsers.native_gpc)
        return Coverage(
            collectors={**coverage.collectors, gpc.NAME: signal},
            not_observable=(*coverage.not_observable, gpc.NOT_OBSERVABLE),
        )

    def _shown(self) -> Shown:
        return Shown(pages=tuple(self.pages), title=self.title or "", browser=self.browsers.facts)

    async def lost(self, error: Exception, *, late: bool) -> tuple[Outcome, str]:
        """Outcome and reason of a visit that an error ended. ``late``: its time was over."""
        # A page that does not answer may be the first sign that its browser has ended.
        silent = isinstance(error, VisitError) and error.outcome is Outcome.TIMEOUT
        if (silent or isinstance(error, PageClosedError)) and await self.driver.browser_is_gone():
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
            repetition=self.task.repetition,
            attempt=self.task.attempt,
            requested_url=self.task.site.url,
            started_at=self.timeline.started_at,
            duration_ms=self.timeline.since_start(now_ms()),
            browser=self.browsers.facts,
            **found,
        )

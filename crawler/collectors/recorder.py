"""All collectors of one visit together: attached before the first page, read at every step, drained at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from playwright.async_api import Error as PlaywrightError

from auditor.model import Coverage, Recording, RecordingKind
from crawler.collectors import answers, api_calls, controls, cookies, har, requests, screenshots, storage
from crawler.collectors.bodies import BodyHashes
from crawler.collectors.hops import NetworkLog
from crawler.collectors.sharing import shared_identifiers
from crawler.collectors.sockets import Sockets
from crawler.collectors.tap import Taps
from crawler.collectors.timeline import now_ms
from crawler.collectors.unseen import Unseen
from crawler.collectors.workers import WorkerRequests

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from playwright.async_api import BrowserContext, Page

    from auditor.model import (
        ApiCall,
        Artifact,
        Control,
        Cookie,
        Phase,
        Request,
        Screenshot,
        SharedIdentifier,
        StorageItem,
    )
    from crawler.collectors.har import Shown
    from crawler.collectors.hops import Hop
    from crawler.collectors.tap import Report, Tap
    from crawler.collectors.timeline import Timeline
    from crawler.devtools import DevTools
    from crawler.page_session import PageSession

T = TypeVar("T", "Cookie", "StorageItem")

_TOLD_BY_HOOK = {
    "cookie": (cookies.NAME, "by the jar alone"),
    "storeset": (cookies.NAME, "by the jar alone"),
    "storedelete": (cookies.NAME, "by the jar alone"),
    "storage": (storage.NAME, "without their authors"),
    "sendbeacon": (requests.NAME, "without the function that sent them"),
    "keepalive": (requests.NAME, "without the function that sent them"),
}
"""Collector of each kind of report of the hook, and how what is not reported is known all the same."""
NOT_OBSERVABLE = (
    "script API calls in workers",
    "private file systems and storage buckets of origins",
    "names of windows and entries of their history",
)
_MAX_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """What the collectors hand over at the end of a visit."""

    cookies: tuple[Cookie, ...]
    storage: tuple[StorageItem, ...]
    requests: tuple[Request, ...]
    shared_identifiers: tuple[SharedIdentifier, ...]
    api_calls: tuple[ApiCall, ...]
    controls: tuple[Control, ...]
    screenshots: tuple[Screenshot, ...]
    recordings: tuple[Recording, ...]
    artifacts: tuple[Artifact, ...]
    coverage: Coverage


class Recorder:
    """The collectors of one visit; a new object for every visit.

    ``identity`` as ``Taps`` takes it; ``full_pages``: whole pages are pictured too; ``archive``: an HTTP Archive is
    kept too. A collector that fails does not end the visit: what happened goes into the coverage.
    """

    def __init__(
        self, timeline: Timeline, identity: dict[str, Any], *, full_pages: bool = False, archive: bool = False
    ) -> None:
        self.timeline = timeline
        self.clicks_ms: list[float] = []
        self.taps = Taps(identity, keep_bodies=archive)
        self.log = NetworkLog(self.taps)
        self._sockets = Sockets(self.taps, self.log)
        self._bodies = BodyHashes(self.taps) if archive else None
        self._workers = WorkerRequests(self.taps)
        self._unseen = Unseen(self.taps)
        self._cookies = cookies.CookieCollector(self.taps, self.log)
        self._requests = requests.RequestCollector(self.taps, self.log)
        self._storage = storage.StorageCollector(self.taps, self.log.frames)
        self._api_calls = api_calls.ApiCallCollector(self.taps, self.log.frames)
        self._controls = controls.ControlCollector()
        self._screenshots = screenshots.ScreenshotCollector(full=full_pages)
        self._problems: dict[str, list[str]] = {}
        self._successes: set[str] = set()
        self._touches: list[str] = []
        self.taps.on_report("clicks", self._clicked)
        self.taps.on_report("unheard", self._unheard)

    def attach(self, context: BrowserContext, devtools: DevTools) -> None:
        """Listen to a context. Its pages are listened to one by one: ``listen``."""
        self.taps.listen_over(devtools, self._workers.ready)
        self._workers.attach(context)

    async def listen(self, context: BrowserContext, page: Page) -> bool:
        """Listen to a page, before its first navigation where possible; whether that succeeded."""
        return await self.taps.attach(context, page)

    async def listen_to_window(self, context: BrowserContext, window: Page) -> bool:
        """``listen`` to a window that a page has opened, which may have asked for something already."""
        await self._workers.catch_up(window)
        return await self.listen(context, window)

    def tap_of(self, page: Page) -> Tap | None:
        """The session of a page."""
        return next((tap for tap in self.taps.all if tap.page is page), None)

    def session_of(self, page: Page) -> PageSession | None:
        """The CDP session of a page; ``None`` where there is none."""
        tap = self.tap_of(page)
        return tap.session if tap is not None else None

    def bodies(self, page: Page) -> dict[str, Callable[[], Awaitable[str]]]:
        """How to get the body of each URL that a page was answered with; empty where the browser keeps it no longer."""
        tap = self.tap_of(page)
        return answers.bodies(self.log, tap) if tap is not None else {}

    def scripts_in(self, page: Page, frame: str) -> dict[str, Callable[[], Awaitable[str | None]]] | None:
        """How to get the text of each script of a page's frame; ``None`` where the page was not listened to."""
        tap = self.tap_of(page)
        return answers.scripts_in(self.log, tap, frame) if tap is not None else None

    @property
    def quiet_ms(self) -> float:
        """Milliseconds since anything was requested, answered or written; 0 while something is loading."""
        if self.log.loading:
            return 0.0
        listeners = (self.log, self._workers, self._cookies, self._storage)
        return now_ms() - max(listener.last_active_ms for listener in listeners)

    async def observe(self, context: BrowserContext, page: Page, phase: Phase) -> None:
        """What a person would see now: stores, controls and a picture."""
        tap = self.tap_of(page)
        await self.read_stores(context, page)
        if tap is not None:
            await self._try(controls.NAME, self._controls.snapshot(tap, phase, page.url))
            await self._try(screenshots.NAME, self._screenshots.snapshot(tap, phase, page.url))

    async def picture_banner(self, page: Page, phase: Phase, box: tuple[float, float, float, float]) -> None:
        """The consent banner alone, where it is in sight."""
        tap = self.tap_of(page)
        if tap is not None:
            await self._try(screenshots.NAME, self._screenshots.banner(tap, phase, page.url, box))

    async def read_stores(self, context: BrowserContext, page: Page) -> None:
        """The jar and all storage, and the small images while their page can still be asked."""
        await self._try(cookies.NAME, self._cookies.snapshot(context))
        tap = self.tap_of(page)
        if tap is not None:
            await self._try(api_calls.NAME, self._api_calls.ask(tap))
            await self._try(storage.NAME, self._storage.snapshot(tap))
            await self._try(requests.NAME, self._requests.probe_images())

    async def read_storage(self, page: Page) -> None:
        """The storage of a window, which may be of other origins than the page's; none where it is gone already."""
        tap = self.tap_of(page)
        if tap is None or page.is_closed():
            return
        try:
            await self._storage.snapshot(tap)
        except TimeoutError:
            self.note("popups", "a window did not tell what it stored")
        except PlaywrightError:
            return  # It closed itself.

    def refused(self, url: str) -> None:
        """A download was refused, of which the browser may tell nothing else."""
        self._unseen.refused(url)

    async def read_farewell(self, context: BrowserContext) -> None:
        """All that is left to read once a page has been left: the jar, and the images that it asked for at its end."""
        await self._try(cookies.NAME, self._cookies.snapshot(context))
        await self._try(requests.NAME, self._requests.probe_images())

    async def read_unannounced(self) -> None:
        """Ask now for the answers to requests that no session announced: their window is about to be closed."""
        await self.taps.catch_up()
        await self._try(requests.NAME, self._workers.read(self.log.hops))

    def note(self, collector: str, problem: str, *, partly: bool = False) -> None:
        """Record that a collector missed something; ``partly``: what it is about was observed all the same."""
        problems = self._problems.setdefault(collector, [])
        if len(problems) < _MAX_PROBLEMS:
            problems.append(problem)
        if partly:
            self._successes.add(collector)

    def touched(self) -> str:
        """The visitor's hand goes to work now; gives the name under which the coverage tells of it."""
        name = f"touch at {self.timeline.since_start(now_ms())} ms"
        self._touches.append(name)
        return name

    async def drain(self, page_url: str, *, keep_raw: bool, shown: Shown) -> Observations:
        """Everything that was observed. ``page_url``: the visit's final URL, which decides what is third-party."""
        await self.taps.catch_up()
        orphans = self.log.settle()
        unannounced = await self._workers.hops(self.log.hops, orphans)
        self.log.lineage.learn(unannounced)
        hops = (*self.log.hops, *unannounced)
        found, unseen, refused = self._cookies.drain(self.timeline, hops, page_url)
        stored = self._storage.drain(self.timeline, self.log.lineage, page_url)
        shared = shared_identifiers(found, stored, hops, self.timeline, page_url)
        shots, artifacts = self._screenshots.drain()
        archive = await self._archive(hops, shown)
        return Observations(
            cookies=found if keep_raw else _without_values(found),
            storage=stored if keep_raw else _without_values(stored),
            shared_identifiers=shared,
            requests=self._requests.drain(self.timeline, hops, page_url, refused),
            api_calls=self._api_calls.drain(self.timeline, self.log.lineage),
            controls=self._controls.drain(),
            screenshots=shots,
            recordings=tuple(Recording(kind=RecordingKind.HAR, sha256=kept.sha256) for kept in archive),
            artifacts=(*artifacts, *archive),
            coverage=Coverage(
                collectors=self._coverage(), not_observable=(*NOT_OBSERVABLE, *self._unseen.words(hops), *unseen)
            ),
        )

    async def _archive(self, hops: tuple[Hop, ...], shown: Shown) -> tuple[Artifact, ...]:
        if self._bodies is None:
            return ()
        digests = await self._bodies.drain()
        return (har.artifact(hops, digests, self.timeline, shown),)

    def _coverage(self) -> dict[str, str]:
        for name, dropped in (
            (cookies.NAME, self._cookies.dropped),
            (requests.NAME, self.log.dropped + self._workers.dropped + self._requests.dropped),
            (storage.NAME, self._storage.dropped),
            (api_calls.NAME, self._api_calls.dropped),
        ):
            if dropped:
                self.note(name, f"{dropped} beyond the limit were not kept or looked at")
        for name, problem in self.taps.failures.items():
            affected = (cookies.NAME, requests.NAME, storage.NAME, api_calls.NAME) if name == "tap" else (name,)
            for collector in affected:
                self.note(collector, problem)
        known = (cookies.NAME, requests.NAME, storage.NAME, api_calls.NAME, controls.NAME, screenshots.NAME)
        return {name: self._word(name) for name in dict.fromkeys((*known, *self._problems, *self._touches))}

    def _word(self, name: str) -> str:
        problems = self._problems.get(name)
        if not problems:
            return "ok"
        kind = "partial" if name in self._successes else "failed"
        return f"{kind}: {'; '.join(dict.fromkeys(problems))}"[:500]

    async def _try(self, name: str, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except TimeoutError:
            self.note(name, "the page did not answer in time")
        except (PlaywrightError, KeyError, ValueError) as error:
            self.note(name, (str(error).strip().splitlines() or [repr(error)])[0][:200])
        else:
            self._successes.add(name)

    def _clicked(self, report: Report) -> None:
        if report.kind == "click":
            self.clicks_ms.append(report.at_ms)

    def _unheard(self, report: Report) -> None:
        """A document did one thing so often that the hook tells no more of it."""
        if report.kind == "unheard" and report.details[0] in _TOLD_BY_HOOK:
            kind, most = report.details[:2]
            collector, known = _TOLD_BY_HOOK[kind]
            self.note(collector, f"beyond {most} of one document ({kind}) known {known}", partly=True)


def _without_values(records: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(replace(record, value=replace(record.value, raw=None)) for record in records)

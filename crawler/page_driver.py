"""One page under the visitor's hand: go, wait until it is quiet, look, touch it once, and say goodbye to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from auditor.model import Outcome, VisitError
from crawler import look
from crawler.collectors.timeline import now_ms
from crawler.failures import failed_navigation, http_error
from crawler.launch import bounded
from crawler.touch import touch
from crawler.walls import Wall, refusal, wall
from crawler.windows import Windows

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from playwright.async_api import BrowserContext, Dialog, Page

    from crawler.collectors.hops import Hop
    from crawler.collectors.recorder import Recorder
    from crawler.collectors.tap import Tap
    from crawler.config import CrawlConfig
    from crawler.network import AddressGuard

NAVIGATION_TIMEOUT_S = 30.0
LOAD_TIMEOUT_S = 15.0
CHALLENGE_TIMEOUT_S = 12.0
"""How long a challenge that may let a browser in is waited for, beyond the window of observation."""
QUIET_MS = 1000.0
AFTERMATH_MS = 500
AFTERMATH_MAX_MS = 2500
MAX_DOCUMENTS = 20
"""Documents of one navigation beyond which it leads nowhere: as many as the browser follows redirects by HTTP."""
MAX_DOCUMENT_BYTES = 100_000_000
"""A document that is larger, unpacked, is none to look at: it would fill the machine's memory."""
_POLL_S = 0.1
_LOOK_AGAIN_S = 1.0
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_SILENT = "the page does not answer: an endless script or dialog"


class PageClosedError(VisitError):
    """The page is closed: by itself, or with its browser."""

    def __init__(self) -> None:
        super().__init__(Outcome.FAILED, "the page closed itself")


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A page as it stands: its document's request and what is in the way."""

    document: Hop | None
    wall: Wall | None


class PageDriver:
    """Drives the page of one visit; a new object for every visit. Raises VisitError for what the site does."""

    def __init__(
        self,
        context: BrowserContext,
        recorder: Recorder,
        crawl: CrawlConfig,
        guard: AddressGuard,
        confirms: Callable[[Dialog], bool],
    ) -> None:
        self._context = context
        self._recorder = recorder
        self._crawl = crawl
        self._guard = guard
        self._windows = Windows(context, recorder, confirms)
        self._page: Page | None = None
        self._crashed = False
        self._frame = ""
        self._went_ms = now_ms()

    @property
    def page(self) -> Page:
        """The page. VisitError when it crashed or closed itself."""
        assert self._page is not None, "the driver has been started"
        if self._crashed:
            raise VisitError(Outcome.CRASHED, "the page crashed")
        if self._page.is_closed():
            raise PageClosedError
        return self._page

    @property
    def tap(self) -> Tap:
        """The page's session."""
        tap = self._recorder.tap_of(self.page)
        assert tap is not None, "a page is listened to before it is used"
        return tap

    async def start(self) -> None:
        """Open the page and listen to it before anything is loaded."""
        page = self._page = await bounded(self._context.new_page(), LOAD_TIMEOUT_S)
        self._windows.watch()
        page.on("crash", self._on_crash)
        self._windows.mind(page)
        if not await self._recorder.listen(self._context, page):
            raise VisitError(Outcome.CRASHED, "the browser gave no session for the page")
        self._frame = str((await self.tap.frames())[0]["id"])

    async def open(self, url: str) -> Hop | None:
        """Go to a URL and wait until it is quiet; the document's hop. VisitError when it is no page to look at."""
        return await self._navigate(
            url, lambda page: page.goto(url, wait_until="commit", timeout=_ms(NAVIGATION_TIMEOUT_S))
        )

    async def glance(self, url: str) -> bool:
        """Load a page once more without observing it; whether it came."""
        try:
            await bounded(self.page.goto(url, wait_until="load", timeout=_ms(LOAD_TIMEOUT_S)), LOAD_TIMEOUT_S)
        except (TimeoutError, PlaywrightError):
            return False
        return True

    async def reload(self) -> Hop | None:
        """Load the page again, as ``open``. The page is left by that: what it sends then is heard as in ``leave``."""
        await self._recorder.read_stores(self._context, self.page)
        await self._windows.close_popups()
        return await self._navigate(
            self.page.url, lambda page: page.reload(wait_until="commit", timeout=_ms(NAVIGATION_TIMEOUT_S))
        )

    async def _navigate(self, url: str, go: Callable[[Page], Coroutine[Any, Any, object]]) -> Hop | None:
        page = self.page
        self._recorder.log.frames.visitor_goes()
        self._went_ms = now_ms()
        self._recorder.timeline.resume(self._went_ms)
        try:
            await self._watched(bounded(go(page), NAVIGATION_TIMEOUT_S + _POLL_S * 20))
            await self._watched(
                page.wait_for_load_state("domcontentloaded", timeout=_ms(NAVIGATION_TIMEOUT_S)), standing=True
            )
        except TimeoutError:
            raise VisitError(Outcome.CRASHED, "the browser does not answer") from None
        except PlaywrightError as error:
            raise await self._explained(str(error), url) from None
        first = await self._loaded()
        await self.settle(self._crawl.settle_ms, self._crawl.settle_max_ms)
        return await self._judged(first)

    async def _explained(self, message: str, url: str) -> VisitError:
        """An error page without a body looks like a network error to Playwright; the log knows its status."""
        if self._crashed:
            return VisitError(Outcome.CRASHED, "the page crashed")
        asked = await self._document(answered=False)
        if "ERR_HTTP_RESPONSE_CODE_FAILURE" in message and asked is not None and asked.status is not None:
            return http_error(asked.status)
        # After redirects the address that failed is the last one asked for.
        return failed_navigation(message, asked.url if asked is not None else url, self._guard)

    async def _loaded(self) -> _View:
        """Wait for the load event, then the first look: a challenge may be gone before the window ends."""
        try:
            await self._watched(self.page.wait_for_load_state("load", timeout=_ms(LOAD_TIMEOUT_S)), standing=True)
        except PlaywrightError:
            self._recorder.note("page", f"still loading after {LOAD_TIMEOUT_S:.0f} s", partly=True)
        return await self._view()

    async def settle(self, least_ms: float, most_ms: float, quiet_ms: float = QUIET_MS) -> None:
        """Wait ``least_ms``, longer until nothing was requested or written for ``quiet_ms``, at most ``most_ms``."""
        start = now_ms()
        while (passed := now_ms() - start) < most_ms:
            if passed >= least_ms and self._recorder.quiet_ms >= quiet_ms:
                break
            await asyncio.sleep(_POLL_S)
            self.page  # noqa: B018 (raises when the page is gone)
            self._arrives()

    async def _watched(self, work: Coroutine[Any, Any, object], *, standing: bool = False) -> None:
        """Wait for a step of a navigation as long as it may still arrive somewhere.

        ``standing``: a document that is complete will do, though no event said so: a page that leads to a download or
        to no content while it loads never gets one.
        """
        task, asked_ms = asyncio.ensure_future(work), now_ms()
        try:
            while not (await asyncio.wait({task}, timeout=_POLL_S))[0]:
                self._arrives()
                if standing and now_ms() - asked_ms > _ms(_LOOK_AGAIN_S):
                    if await self._is_complete():
                        return
                    asked_ms = now_ms()
            await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _is_complete(self) -> bool:
        if any(_broken(hop) for hop in self._recorder.log.documents(self._frame, self._went_ms)[-1:]):
            return True
        try:
            return bool(await self.tap.evaluate(self._frame, "document.readyState") == "complete")
        except (TimeoutError, PlaywrightError):
            return False

    def _arrives(self) -> None:
        """VisitError when the page leads from document to document, or goes on, without end."""
        documents = self._recorder.log.documents(self._frame, self._went_ms)
        if len(documents) > MAX_DOCUMENTS:
            raise VisitError(Outcome.FAILED, "leads from document to document without end")
        if documents and documents[-1].body_bytes > MAX_DOCUMENT_BYTES:
            raise VisitError(Outcome.FAILED, f"a document of more than {MAX_DOCUMENT_BYTES // 1_000_000} MB")

    # --------------------------------------------------------------------------------- what it shows

    async def _judged(self, first: _View) -> Hop | None:
        """The loaded document, if it is a page that lets visitors in; a challenge that may do so is waited for."""
        last = await self._view()
        if last.wall is not None and last.wall.waits:
            first, last = last, await self._let_in(last)
        if last.wall is not None:
            self._recorder.timeline.exclude(self._stood_ms(last))
            # One that loads itself again may stand half loaded at the end, and show nothing yet.
            known = next((view.wall for view in (last, first) if view.wall is not None and view.wall.known), last.wall)
            raise VisitError(Outcome.BLOCKED, known.name)
        document = last.document
        self._note_challenge(first, document)
        if document is not None:
            if document.status is not None and document.status >= 400:
                raise http_error(document.status)
            if _broken(document):
                raise VisitError(Outcome.UNREACHABLE, f"broke off inside the page: {document.error}"[:200])
            if document.mime and document.mime not in _PAGE_TYPES:
                raise VisitError(Outcome.FAILED, f"answered with {document.mime[:80]}, not a page")
        return document

    async def _let_in(self, before: _View) -> _View:
        """Wait until another document stands, or the same one shows something else."""
        end, view = now_ms() + _ms(CHALLENGE_TIMEOUT_S), before
        while view.wall is not None and now_ms() < end:
            await asyncio.sleep(_LOOK_AGAIN_S)
            view = await self._view()
            if view.wall is None or view.document is not before.document:
                await self._loaded()
                await self.settle(self._crawl.settle_ms, self._crawl.settle_max_ms)
                view = await self._view()
        return view

    def _note_challenge(self, first: _View, document: Hop | None) -> None:
        """A challenge stood before the page: what came until the page was asked for is not the site's."""
        seen = first if first.wall is not None and first.document is not document else self._answered_before(document)
        if document is None or seen is None or seen.wall is None:
            return
        began = self._stood_ms(seen)
        self._recorder.timeline.exclude(began, document.first.at_ms)
        seconds = max(document.first.at_ms - began, 0) / 1000
        words = f"{seen.wall.name} for {seconds:.0f} s before {document.url[:120]}: what it stored is not the site's"
        self._recorder.note("challenge", words, partly=True)

    def _answered_before(self, document: Hop | None) -> _View | None:
        """A document of this navigation that was gone before it could be looked at, but whose answer was a refusal."""
        for hop in self._recorder.log.documents(self._frame, self._went_ms):
            if hop is not document and hop.status is not None and hop.status >= 400:
                return _View(document=hop, wall=refusal(hop.status))
        return None

    def _stood_ms(self, view: _View) -> float:
        """Since when a document has been asked for in this navigation."""
        return max(view.document.first.at_ms if view.document is not None else 0.0, self._went_ms)

    async def _view(self) -> _View:
        document = await self._document()
        return _View(document=document, wall=wall(await look.shown(self._asked, document)))

    async def _document(self, *, answered: bool = True) -> Hop | None:
        """The request of the document that stands, or else of the one that was asked for last."""
        await self._recorder.taps.catch_up()  # Playwright may have told of a document before its events are here.
        try:
            frames = await self.tap.frames()
        except (TimeoutError, PlaywrightError) as error:
            await self._heard_of_end(error)
            raise VisitError(Outcome.TIMEOUT, _SILENT) from None
        loader = str(frames[0].get("loaderId", "")) if answered else None
        return self._recorder.log.document_of(str(frames[0]["id"]), loader)

    async def _heard_of_end(self, error: Exception) -> None:
        """VisitError when the page crashed or is gone, of which Playwright may be told after our own session."""
        for _ in range(10):
            self.page  # noqa: B018 (raises when the page is gone)
            if isinstance(error, TimeoutError):
                return
            await asyncio.sleep(_POLL_S)

    async def title(self) -> str | None:
        """The document's title; ``None`` for none."""
        return await look.title(self._asked)

    async def links(self) -> tuple[tuple[str, str], ...]:
        """(URL, text) of the main frame's links, in order."""
        return await look.links(self._asked)

    async def _asked(self, expression: str, *, awaited: bool = False) -> object:
        try:
            answer: object = await self.tap.evaluate(self._frame, expression, awaited=awaited)
        except TimeoutError:
            self.page  # noqa: B018 (raises when the page is gone)
            raise VisitError(Outcome.TIMEOUT, _SILENT) from None
        except PlaywrightError:
            self.page  # noqa: B018 (as above)
            return None  # It navigates just now.
        return answer

    # ------------------------------------------------------------------------------- the visitor's hand

    async def touch(self) -> None:
        """One movement of the mouse and one scroll, as any visitor's hand makes them; then wait for what it causes."""
        name = self._recorder.touched()
        try:
            await touch(self.page, partial(self._asked, awaited=True))
        except (TimeoutError, PlaywrightError):
            self._recorder.note(name, "the page took no mouse events")
        await self.settle(AFTERMATH_MS, AFTERMATH_MAX_MS, AFTERMATH_MS)

    async def leave(self) -> None:
        """Go away as visitors do, to an empty page; wait for what is sent then, and close what popped up."""
        await self._recorder.read_stores(self._context, self.page)
        await self._windows.go_blank(self.page, "page end")
        await self.settle(AFTERMATH_MS, AFTERMATH_MAX_MS, AFTERMATH_MS)
        await self._recorder.read_farewell(self._context)
        await self._windows.close_popups()

    # ------------------------------------------------------------------------------------------- its end

    def _on_crash(self, _page: Page) -> None:
        self._crashed = True

    async def browser_is_gone(self) -> bool:
        """Whether a closed page went with its browser, whose own end becomes known a moment later."""
        for _ in range(10):
            browser = self._context.browser
            if browser is None or not browser.is_connected():
                return True
            await asyncio.sleep(_POLL_S)
        return False

    async def end(self) -> None:
        """Stop what still runs beside the visit."""
        await self._windows.end()


def _broken(document: Hop) -> bool:
    """Whether a document's answer ended too early. What a page stops by itself is not broken."""
    return document.error is not None and "ERR_" in document.error and "ERR_ABORTED" not in document.error


def _ms(seconds: float) -> float:
    return seconds * 1000

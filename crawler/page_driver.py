"""One page under the visitor's hand: go, wait until it is quiet, look, touch it once, and say goodbye to it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from auditor.model import Outcome, VisitError
from crawler.collectors.timeline import now_ms
from crawler.failures import failed_navigation
from crawler.launch import bounded
from crawler.walls import BLOCKING_STATUS, Shown, wall

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from playwright.async_api import BrowserContext, Dialog, Download, Page

    from crawler.collectors.hops import Hop
    from crawler.collectors.recorder import Recorder
    from crawler.collectors.tap import Tap
    from crawler.config import CrawlConfig
    from crawler.network import AddressGuard

NAVIGATION_TIMEOUT_S = 30.0
LOAD_TIMEOUT_S = 15.0
TOUCH_TIMEOUT_S = 3.0
LEAVE_TIMEOUT_S = 5.0
QUIET_MS = 1000.0
AFTERMATH_MS = 500
AFTERMATH_MAX_MS = 2500
MAX_POPUPS = 5
_POLL_S = 0.1
_MAX_DIALOGS = 200
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_MAX_TITLE = 500
_LOOK = """(() => ({
  title: String(document.title).slice(0, 500),
  text: document.body ? document.body.innerText.slice(0, 4000) : '',
  markup: document.documentElement.outerHTML.slice(0, 200000),
}))()"""
_LINKS = """(() => Array.from(document.links).slice(0, 2000).map(
  (link) => [String(link.href).slice(0, 2048), String(link.innerText || link.title || '').trim().slice(0, 120)]))()"""


class PageClosedError(VisitError):
    """The page is closed: by itself, or with its browser."""

    def __init__(self) -> None:
        super().__init__(Outcome.FAILED, "the page closed itself")


class PageDriver:
    """Drives the page of one visit; a new object for every visit. Raises VisitError for what the site does."""

    def __init__(self, context: BrowserContext, recorder: Recorder, crawl: CrawlConfig, guard: AddressGuard) -> None:
        self._context = context
        self._recorder = recorder
        self._crawl = crawl
        self._guard = guard
        self._page: Page | None = None
        self._crashed = False
        self._popups: list[Page] = []
        self._dialogs = 0
        self._background: set[asyncio.Task[None]] = set()

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
        self._context.on("page", self._popped_up)
        page.on("crash", self._on_crash)
        self._mind(page)
        if not await self._recorder.listen(self._context, page):
            raise VisitError(Outcome.CRASHED, "the browser gave no session for the page")

    async def open(self, url: str) -> Hop | None:
        """Go to a URL and wait until it is quiet; the document's hop. VisitError when it is no page to look at."""
        return await self._navigate(
            url, lambda page: page.goto(url, wait_until="commit", timeout=_ms(NAVIGATION_TIMEOUT_S))
        )

    async def reload(self) -> Hop | None:
        """Load the page again, as ``open``. The page is left by that: what it sends then is heard as in ``leave``."""
        await self._recorder.read_stores(self._context, self.page)
        await self.close_popups()
        return await self._navigate(
            self.page.url, lambda page: page.reload(wait_until="commit", timeout=_ms(NAVIGATION_TIMEOUT_S))
        )

    async def _navigate(self, url: str, go: Callable[[Page], Coroutine[Any, Any, object]]) -> Hop | None:
        page = self.page
        self._recorder.log.frames.visitor_goes()
        try:
            await bounded(go(page), NAVIGATION_TIMEOUT_S + _POLL_S * 20)
            await page.wait_for_load_state("domcontentloaded", timeout=_ms(NAVIGATION_TIMEOUT_S))
        except TimeoutError:
            raise VisitError(Outcome.CRASHED, "the browser does not answer") from None
        except PlaywrightError as error:
            raise await self._explained(str(error), url) from None
        await self._wait_for_load(page)
        await self.settle(self._crawl.settle_ms, self._crawl.settle_max_ms)
        return await self._judged()

    async def _explained(self, message: str, url: str) -> VisitError:
        """An error page without a body looks like a network error to Playwright; the log knows its status."""
        if self._crashed:
            return VisitError(Outcome.CRASHED, "the page crashed")
        asked = await self._document(answered=False)
        if "ERR_HTTP_RESPONSE_CODE_FAILURE" in message and asked is not None and asked.status is not None:
            return _http_error(asked.status)
        # After redirects the address that failed is the last one asked for.
        return failed_navigation(message, asked.url if asked is not None else url, self._guard)

    async def _wait_for_load(self, page: Page) -> None:
        try:
            await page.wait_for_load_state("load", timeout=_ms(LOAD_TIMEOUT_S))
        except PlaywrightError:
            self._recorder.note("page", f"still loading after {LOAD_TIMEOUT_S:.0f} s")

    async def settle(self, least_ms: float, most_ms: float, quiet_ms: float = QUIET_MS) -> None:
        """Wait ``least_ms``, longer until nothing was requested or written for ``quiet_ms``, at most ``most_ms``."""
        start = now_ms()
        while (passed := now_ms() - start) < most_ms:
            if passed >= least_ms and self._recorder.quiet_ms >= quiet_ms:
                break
            await asyncio.sleep(_POLL_S)
            self.page  # noqa: B018 (raises when the page is gone)

    async def _judged(self) -> Hop | None:
        """The loaded document, if it is a page that lets visitors in."""
        document = await self._document()
        shown = await self._look(document)
        blocked = wall(shown)
        if blocked:
            raise VisitError(Outcome.BLOCKED, blocked)
        if document is not None:
            if document.status is not None and document.status >= 400:
                raise _http_error(document.status)
            if document.mime and document.mime not in _PAGE_TYPES:
                raise VisitError(Outcome.FAILED, f"answered with {document.mime[:80]}, not a page")
        return document

    async def _document(self, *, answered: bool = True) -> Hop | None:
        try:
            frames = await self.tap.frames()
        except (TimeoutError, PlaywrightError):
            raise VisitError(Outcome.TIMEOUT, "the page does not answer: an endless script or dialog") from None
        return self._recorder.log.document_of(str(frames[0]["id"]), answered=answered)

    async def _look(self, document: Hop | None) -> Shown:
        seen = await self._asked(_LOOK)
        parts = seen if isinstance(seen, dict) else {}
        return Shown(
            status=document.status if document else None,
            headers=document.response_headers if document else {},
            title=str(parts.get("title", "")),
            text=str(parts.get("text", "")),
            markup=str(parts.get("markup", "")),
        )

    async def title(self) -> str | None:
        """The document's title; ``None`` for none."""
        answer = await self._asked("document.title")
        return str(answer).strip()[:_MAX_TITLE] or None if isinstance(answer, str) else None

    async def links(self) -> tuple[tuple[str, str], ...]:
        """(URL, text) of the main frame's anchors, in order."""
        rows = await self._asked(_LINKS)
        pairs = (row for row in rows if isinstance(row, list) and len(row) == 2) if isinstance(rows, list) else ()
        return tuple((str(url), str(text)) for url, text in pairs)

    async def _asked(self, expression: str) -> object:
        try:
            main = (await self.tap.frames())[0]
            answer: object = await self.tap.evaluate(str(main["id"]), expression)
        except TimeoutError:
            self.page  # noqa: B018 (raises when the page is gone)
            raise VisitError(Outcome.TIMEOUT, "the page does not answer: an endless script or dialog") from None
        except PlaywrightError:
            self.page  # noqa: B018 (as above)
            return None  # It navigates just now.
        return answer

    async def touch(self) -> None:
        """One scroll and one movement of the mouse, as any visitor's hand makes them; then wait for what it causes."""
        page = self.page
        try:
            await bounded(page.mouse.move(420, 330, steps=4), TOUCH_TIMEOUT_S)
            await bounded(page.mouse.wheel(0, 700), TOUCH_TIMEOUT_S)
        except (TimeoutError, PlaywrightError):
            self._recorder.note("touch", "the page took no mouse events")
        await self.settle(AFTERMATH_MS, AFTERMATH_MAX_MS, AFTERMATH_MS)

    async def leave(self) -> None:
        """Go away as visitors do, to an empty page; wait for what is sent then, and close what popped up."""
        await self._recorder.read_stores(self._context, self.page)
        await self._go_blank(self.page, "page end")
        await self.settle(AFTERMATH_MS, AFTERMATH_MAX_MS, AFTERMATH_MS)
        await self._recorder.read_stores(self._context, self.page)
        await self.close_popups()

    async def _go_blank(self, page: Page, what: str) -> None:
        """A page that is closed is torn down before its ``unload``; one that is navigated is not."""
        try:
            await bounded(page.goto("about:blank", wait_until="commit"), LEAVE_TIMEOUT_S)
        except (TimeoutError, PlaywrightError):
            self._recorder.note(what, "a page could not be left")

    async def close_popups(self) -> None:
        """Close windows that the page opened; they were listened to until now."""
        if self._popups:
            await self._recorder.read_unannounced()
        for popup in self._popups:
            if not popup.is_closed():
                await self._go_blank(popup, "popups")
                await self._close(popup)
        self._popups.clear()

    def _popped_up(self, popup: Page) -> None:
        self._mind(popup)
        if len(self._popups) >= MAX_POPUPS:
            self._recorder.note("popups", f"more than {MAX_POPUPS} windows were opened; the rest was closed unseen")
            self._spawn(self._close(popup))
        else:
            self._popups.append(popup)
            self._spawn(self._listen(popup))

    async def _listen(self, popup: Page) -> None:
        await self._recorder.listen(self._context, popup)

    async def _close(self, page: Page) -> None:
        try:
            await bounded(page.close(), TOUCH_TIMEOUT_S)
        except (TimeoutError, PlaywrightError):
            self._recorder.note("popups", "a window did not close")

    def _mind(self, page: Page) -> None:
        page.on("dialog", lambda dialog: self._spawn(self._answer(dialog)))
        page.on("download", lambda download: self._spawn(_cancel(download)))

    async def _answer(self, dialog: Dialog) -> None:
        """Nobody confirms anything, but nobody is kept on a page either. An endless loop is left to hang."""
        self._dialogs += 1
        if self._dialogs > _MAX_DIALOGS:
            return
        try:
            await (dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss())
        except PlaywrightError:
            return  # Its page is gone.

    def _on_crash(self, _page: Page) -> None:
        self._crashed = True

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

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
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)


async def _cancel(download: Download) -> None:
    try:
        await download.cancel()
    except PlaywrightError:
        return  # It ended by itself.


def _http_error(status: int) -> VisitError:
    outcome = Outcome.BLOCKED if status in BLOCKING_STATUS else Outcome.HTTP_ERROR
    return VisitError(outcome, f"answered with status {status}")


def _ms(seconds: float) -> float:
    return seconds * 1000

"""What a page opens without being asked: windows, dialogs and downloads.

Nothing is kept, and nothing is confirmed but what belongs to a choice that is being made (``confirms``).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from crawler.launch import bounded

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from playwright.async_api import BrowserContext, Dialog, Download, Page

    from crawler.collectors.recorder import Recorder

MAX_POPUPS = 5
MAX_REFUSED = 10
"""Windows closed unseen, after which no page of the visit may open more."""
_NO_OPEN = "void Object.defineProperty(window, 'open', { value: () => null })"
MAX_DIALOGS = 1_000
"""A page that asks more often is left hanging in its dialog: it does nothing else."""
LEAVE_TIMEOUT_S = 5.0
_CLOSE_TIMEOUT_S = 3.0


class Windows:
    """Minds the windows of one visit; a new object for every visit."""

    def __init__(self, context: BrowserContext, recorder: Recorder, confirms: Callable[[Dialog], bool]) -> None:
        self._context = context
        self._confirms = confirms
        self._recorder = recorder
        self._popups: list[Page] = []
        self._dialogs = 0
        self._refused = 0
        self._background: set[asyncio.Task[None]] = set()

    def mind(self, page: Page) -> None:
        """Answer a page's dialogs and refuse its downloads."""
        page.on("dialog", lambda dialog: self._spawn(self._answer(dialog)))
        page.on("download", self._refuse)

    def watch(self) -> None:
        """From now on listen to the windows that open, or close them where there are too many."""
        self._context.on("page", self._popped_up)

    def _popped_up(self, popup: Page) -> None:
        self.mind(popup)
        if len(self._popups) < MAX_POPUPS:
            self._popups.append(popup)
            self._spawn(self._listen(popup))
            return
        if not self._refused:
            self._recorder.note("popups", f"more than {MAX_POPUPS} windows were opened; the rest was closed unseen")
        self._refused += 1
        if self._refused == MAX_REFUSED:
            self._spawn(self._forbid())
        self._spawn(self._close(popup))

    async def _forbid(self) -> None:
        """Take ``open`` away from pages that do not stop, as visitors' browsers do from the first window on."""
        frames = [frame for page in self._context.pages for frame in page.frames[:MAX_REFUSED]]
        calls = (bounded(frame.evaluate(_NO_OPEN), _CLOSE_TIMEOUT_S) for frame in frames)
        await asyncio.gather(*calls, return_exceptions=True)

    async def close_popups(self) -> None:
        """Close windows that pages opened; they were listened to until now."""
        waiting, self._popups = self._popups, []
        if waiting:
            await self._recorder.read_unannounced()
            await asyncio.gather(*map(self._recorder.read_storage, waiting))
        for popup in waiting:
            if not popup.is_closed():
                await self.go_blank(popup, "popups")
                await self._close(popup)

    async def go_blank(self, page: Page, what: str) -> None:
        """Leave a page; one that is closed is torn down before its ``unload``, one that is navigated is not."""
        try:
            await bounded(page.goto("about:blank", wait_until="commit"), LEAVE_TIMEOUT_S)
        except (TimeoutError, PlaywrightError):
            self._recorder.note(what, "a page could not be left")

    def _refuse(self, download: Download) -> None:
        self._recorder.refused(download.url)
        self._spawn(_cancel(download))

    async def _listen(self, popup: Page) -> None:
        await self._recorder.listen_to_window(self._context, popup)

    async def _close(self, page: Page) -> None:
        try:
            await bounded(page.close(), _CLOSE_TIMEOUT_S)
        except (TimeoutError, PlaywrightError):
            self._recorder.note("popups", "a window did not close")

    async def _answer(self, dialog: Dialog) -> None:
        self._dialogs += 1
        if self._dialogs > MAX_DIALOGS:
            return
        try:
            confirmed = dialog.type == "beforeunload" or self._confirms(dialog)
            await (dialog.accept() if confirmed else dialog.dismiss())
        except PlaywrightError:
            return  # Its page is gone.

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

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

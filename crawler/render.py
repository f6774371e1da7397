"""A policy page as a browser shows it: for policies that a script writes or an embedded frame holds."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError

from auditor.model import BrowserError, Outcome
from crawler.documents import letters
from crawler.fetch import MAX_BYTES, Fetched
from crawler.launch import bounded

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page

    from crawler.browser import Browsers
    from crawler.config import CrawlConfig, NetworkConfig

_GOTO_S = 30.0
_SETTLE_STEP_MS = 500
_SETTLE_STEPS = 12
_READ_S = 10.0
_OPEN_S = 15.0
_FRAMES = 10
_OPEN = resources.files("crawler").joinpath("policy_page.js").read_text("utf-8")
_HTML = "text/html; charset=utf-8"


class Renderer:
    """Loads single pages in fresh contexts of the crawl's browsers."""

    def __init__(self, browsers: Browsers, crawl: CrawlConfig, network: NetworkConfig) -> None:
        self._browsers = browsers
        self._crawl = crawl
        self._lenient = network.ignore_certificate_errors

    async def __call__(self, url: str) -> Fetched:
        """The DOM of a page once its text stopped growing, as UTF-8 HTML; of a frame where that holds more text.

        Parts that are closed, behind tabs, in shadow roots, or loaded by scrolling are in it, too.

        Never raises for what the page or the browser does: the outcome says it.
        """
        try:
            async with self._browsers.context(self._crawl, ignore_certificate_errors=self._lenient) as context:
                return await self._load(await bounded(context.new_page(), _READ_S), url)
        except TimeoutError:
            return Fetched(url=url, outcome=Outcome.TIMEOUT, failure="the browser did not load the page in time")
        except (PlaywrightError, BrowserError) as error:
            return Fetched(url=url, outcome=Outcome.FAILED, failure=str(error)[:300])

    async def _load(self, page: Page, url: str) -> Fetched:
        response = await bounded(page.goto(url, wait_until="load", timeout=_GOTO_S * 1000), _GOTO_S + 5)
        status = response.status if response is not None else None
        if status is not None and status >= 400:
            return Fetched(url=page.url, outcome=Outcome.HTTP_ERROR, failure=f"answered {status}", status=status)
        best = max(await self._settled(page), await _opened(page), key=_letters)
        if len(best) > MAX_BYTES:
            return Fetched(url=page.url, outcome=Outcome.OK, status=status, content_type=_HTML, too_large=True)
        return Fetched(url=page.url, outcome=Outcome.OK, status=status, content_type=_HTML, content=best)

    async def _settled(self, page: Page) -> bytes:
        """The fullest frame's content, once two looks half a second apart show the same amount of text."""
        best, seen = b"", -1
        for _ in range(_SETTLE_STEPS):
            best = max([await _content(frame) for frame in page.frames[:_FRAMES]], key=_letters)
            count = _letters(best)
            if count == seen:
                break
            seen = count
            await page.wait_for_timeout(_SETTLE_STEP_MS)
        return best


async def _opened(page: Page) -> bytes:
    """The fullest frame, closed parts opened and shadow roots in place; empty where the page does not let us."""
    found = [await _opened_frame(frame) for frame in page.frames[:_FRAMES]]
    return max(found, key=_letters)


async def _opened_frame(frame: Frame) -> bytes:
    settings = {"limit": MAX_BYTES, "clicks": 80, "pause": 60, "steps": 20}
    try:
        text = await bounded(frame.evaluate(_OPEN, settings), _OPEN_S)
    except (PlaywrightError, TimeoutError):
        return b""
    return text.encode("utf-8", "replace") if isinstance(text, str) else b""


async def _content(frame: Frame) -> bytes:
    return (await bounded(frame.content(), _READ_S)).encode("utf-8", "replace")


def _letters(content: bytes) -> int:
    return letters(content[:MAX_BYTES], _HTML)

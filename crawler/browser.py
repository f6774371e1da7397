"""Finds, proves, recycles and watches browsers."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import playwright
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import async_playwright

from auditor.model import BrowserError, BrowserFacts
from crawler import gpc
from crawler.cookie_proof import third_party_cookies
from crawler.identity import user_agent
from crawler.launch import FLAGS, LENIENT, BrowserChoice, LaunchedBrowser, bounded, launch
from crawler.modes import AUTO, HEADED_LIKE, HEADLESS_SHELL, MODES, PLAYWRIGHT
from crawler.processes import has_sandbox, resident_bytes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import TracebackType

    from playwright.async_api import BrowserContext, Playwright

    from crawler.config import CrawlConfig
    from crawler.devtools import DevTools
    from crawler.network import AddressGuard

VARIABLE = "CONSENT_AUDIT_BROWSER"
RECYCLE_AFTER = 250
"""Contexts that one browser serves (measured: 0.035 MB of growth a visit)."""
RECYCLE_ABOVE_BYTES = 4_000_000_000
"""Resident memory, shared pages counted in every process, above which a browser gets no new contexts."""
VIEWPORT = (1366, 768)
_CONTEXT_TIMEOUT_S = 15.0
_WATCH_S = 15.0
_SYSTEM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_PLAYWRIGHT_NAMES = {
    "chromium_headless_shell": ("chrome-headless-shell", "headless_shell"),
    "chromium": ("chrome", "Chromium", "Google Chrome for Testing"),
}
_WHAT = {
    AUTO: "browser",
    HEADLESS_SHELL: "headless shell",
    HEADED_LIKE: "full Chromium",
    PLAYWRIGHT: "browser of Playwright",
}
_HELP = (
    "no {what} found: run '.venv/bin/python -m playwright install --with-deps {package}' or 'sudo apt-get install "
    f"{{package}}', or name one with --browser or ${VARIABLE}"
)


def find_browser(explicit: str | None, configured: str = AUTO) -> BrowserChoice:
    """The browser to use: ``explicit``, $CONSENT_AUDIT_BROWSER, ``configured``, Playwright's own, then the system's.

    Each may be a path or a mode (``crawler.modes``). Without any, the headless shell goes before full Chromium: it
    stores third-party cookies by default and costs a quarter. BrowserError says what to run when there is none of what
    is wanted, or that the named one does not exist.
    """
    wishes = ((explicit, "--browser"), (os.environ.get(VARIABLE), f"${VARIABLE}"), (configured, "[crawl] browser"))
    wanted, source = next(((wish, source) for wish, source in wishes if wish), (AUTO, ""))
    if wanted not in MODES:
        return _named(wanted, source)
    for choice in _found():
        if wanted in (AUTO, choice.mode, choice.source):
            return choice
    package = "chromium" if wanted == HEADED_LIKE else "chromium-headless-shell"
    raise BrowserError(_HELP.format(what=_WHAT[wanted], package=package))


def _found() -> Iterator[BrowserChoice]:
    """What is installed, in order of preference."""
    for path in _playwright_browsers():
        yield _choice(path, PLAYWRIGHT)
    for path in filter(None, map(shutil.which, _SYSTEM_NAMES)):
        yield _choice(path, "system")


def _named(name: str, source: str) -> BrowserChoice:
    found = shutil.which(str(Path(name).expanduser()))
    if found is None:
        raise BrowserError(f"{source} names {name}, which is no program that can be run")
    return _choice(found, source)


def _choice(path: str, source: str) -> BrowserChoice:
    shell = any(
        name in Path(path).resolve().name or name in Path(path).name for name in ("headless-shell", "headless_shell")
    )
    return BrowserChoice(path=path, headless_shell=shell, source=source)


def _playwright_browsers() -> Iterator[str]:
    """Executables that ``playwright install`` downloaded for the installed Playwright, headless shell first."""
    listed = json.loads((Path(playwright.__file__).parent / "driver" / "package" / "browsers.json").read_text())
    revisions = {entry["name"].replace("-", "_"): entry["revision"] for entry in listed["browsers"]}
    caches = {"darwin": "Library/Caches/ms-playwright"}
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / caches.get(sys.platform, ".cache/ms-playwright")
    for product, names in _PLAYWRIGHT_NAMES.items():
        folder = Path(cache) / f"{product}-{revisions.get(product)}"
        yield from (
            str(path)
            for name in names
            for path in sorted(folder.rglob(name))
            if os.access(path, os.X_OK) and path.is_file()
        )


class Browsers:
    """The browsers of a crawl; an async context manager.

    Entering launches the first browser behind ``guard`` and proves what it stores (BrowserError when that fails);
    ``facts`` are then known. ``context`` lends fresh contexts. A browser that served ``recycle_after`` contexts or
    holds more than ``recycle_above_bytes`` gets no new ones and is closed when its last is returned; one that does not
    answer is killed, which ends only the visits that were running in it. ``ignore_certificate_errors``: for service
    workers too, which no context can be told of.
    """

    def __init__(
        self,
        guard: AddressGuard,
        choice: BrowserChoice,
        *,
        recycle_after: int = RECYCLE_AFTER,
        recycle_above_bytes: int = RECYCLE_ABOVE_BYTES,
        ignore_certificate_errors: bool = False,
    ) -> None:
        self.choice = choice
        self._more = LENIENT if ignore_certificate_errors else ()
        self._guard = guard
        self._recycle_after = recycle_after
        self._recycle_above_bytes = recycle_above_bytes
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._newest: dict[bool, LaunchedBrowser] = {}
        self._native_gpc: bool | None = None
        self._all: set[LaunchedBrowser] = set()
        self._watcher: asyncio.Task[None] | None = None
        self._facts: BrowserFacts | None = None

    @property
    def facts(self) -> BrowserFacts:
        """Name, version, mode, flags and user agent, and whether third-party cookies are stored."""
        assert self._facts is not None, "the browsers have not been entered"
        return self._facts

    @property
    def current(self) -> LaunchedBrowser:
        """The browser that gets the next context, unless it is worn or gone by then."""
        assert self._newest, "the browsers have not been entered"
        return self._newest[False]

    @property
    def native_gpc(self) -> bool:
        """Whether the Global Privacy Control signal comes from the browser itself: known after its first context."""
        return bool(self._native_gpc)

    def devtools(self, context: BrowserContext) -> DevTools:
        """The crawler's own connection to the browser that lent a context."""
        return next(launched.devtools for launched in self._all if launched.browser is context.browser)

    async def check(self) -> None:
        """Kill browsers that do not answer, wear out those that grew too large; the watchdog does it all the time."""
        for launched in tuple(self._all):
            await self._end_if_silent(launched)
            if await asyncio.to_thread(resident_bytes, launched.pid) > self._recycle_above_bytes:
                launched.worn = True

    async def __aenter__(self) -> Browsers:
        """Launch and prove; BrowserError when there is nothing to work with."""
        self._playwright = await async_playwright().start()
        try:
            launched = await self._usable()
            cookies = await third_party_cookies(launched.browser, self._guard)
            self._facts = self._describe(launched.browser.version, cookies)
        except BaseException:
            await self._shut()
            raise
        self._watcher = asyncio.get_running_loop().create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close everything, by force where needed."""
        if self._watcher is not None:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
        await self._shut()

    @asynccontextmanager
    async def context(
        self, crawl: CrawlConfig, *, ignore_certificate_errors: bool = False, with_gpc: bool = False
    ) -> AsyncIterator[BrowserContext]:
        """Lend a fresh context: nothing stored, the crawl's language and time zone, a normal user agent.

        ``with_gpc``: with the Global Privacy Control signal, from a browser of its own. Playwright's errors and
        TimeoutError pass through to the visit; closing never raises and never hangs.
        """
        launched = await self._usable(with_gpc=with_gpc)
        launched.open += 1
        launched.served += 1
        context: BrowserContext | None = None
        try:
            context = await bounded(
                launched.browser.new_context(
                    locale=crawl.locale,
                    timezone_id=crawl.timezone,
                    user_agent=self._facts.user_agent if self._facts else None,
                    viewport={"width": VIEWPORT[0], "height": VIEWPORT[1]},
                    ignore_https_errors=ignore_certificate_errors,
                    accept_downloads=False,
                    **(gpc.context_options(native=self.native_gpc) if with_gpc else {}),
                ),
                _CONTEXT_TIMEOUT_S,
            )
            script = gpc.page_script(native=self.native_gpc) if with_gpc else None
            if script is not None:
                await bounded(context.add_init_script(script), _CONTEXT_TIMEOUT_S)
            yield context
        finally:
            await self._give_back(launched, context)

    async def _give_back(self, launched: LaunchedBrowser, context: BrowserContext | None) -> None:
        try:
            if context is not None and not launched.dead:
                await bounded(context.close(), _CONTEXT_TIMEOUT_S)
        except TimeoutError:
            await self._end_if_silent(launched)
        except PlaywrightError:
            pass  # The context is gone already: that was the aim.
        finally:
            launched.open -= 1
        if launched.open == 0 and launched not in self._newest.values():
            await self._retire(launched)

    async def _usable(self, *, with_gpc: bool = False) -> LaunchedBrowser:
        """The current browser of a kind, or a new one where it is dead or worn."""
        async with self._starting:
            current = self._newest.get(with_gpc)
            if current is not None and current.fit and current.served < self._recycle_after:
                return current
            assert self._playwright is not None, "the browsers have not been entered"
            more = (*self._more, *(gpc.FLAGS if with_gpc else ()))
            launched = await launch(self._playwright, self.choice, self._guard.url, sandbox=has_sandbox(), more=more)
            self._newest[with_gpc] = launched
            self._all.add(launched)
            if with_gpc and self._native_gpc is None:
                self._native_gpc = await gpc.is_native(launched.browser, self._guard)
            if current is not None and current.open == 0:
                await self._retire(current)
            return launched

    async def _retire(self, launched: LaunchedBrowser) -> None:
        self._all.discard(launched)
        await launched.close()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_S)
            await self.check()

    async def _end_if_silent(self, launched: LaunchedBrowser) -> None:
        if not launched.dead and not await launched.answers():
            launched.kill()

    async def _shut(self) -> None:
        for launched in tuple(self._all):
            await self._retire(launched)
        self._newest.clear()
        if self._playwright is not None:
            with suppress(TimeoutError, PlaywrightError):
                await bounded(self._playwright.stop(), _CONTEXT_TIMEOUT_S)

    def _describe(self, version: str, cookies: str) -> BrowserFacts:
        return BrowserFacts(
            name="chromium-headless-shell" if self.choice.headless_shell else "chromium",
            version=version,
            headless=True,
            third_party_cookies=cookies,
            user_agent=user_agent(version),
            flags=(*FLAGS, *self._more),
        )

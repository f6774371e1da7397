"""One launched browser: its flags, its profile folder, its process, and its end.

The profile is ours and not Playwright's, so that third-party cookies can be switched on by preference (full Chromium
blocks them otherwise) and so that a folder left behind by a kill can be told and removed later. Visits never use the
profile itself but fresh contexts beside it.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from playwright.async_api import Error as PlaywrightError

from auditor.model import BrowserError
from crawler.devtools import FLAG as DEVTOOLS_FLAG
from crawler.devtools import DevTools, connect
from crawler.modes import HEADED_LIKE, HEADLESS_SHELL

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from playwright.async_api import Browser, BrowserContext, CDPSession, Playwright

T = TypeVar("T")

LAUNCH_TIMEOUT_S = 30.0
CLOSE_TIMEOUT_S = 10.0
PING_TIMEOUT_S = 25.0
"""Long, since the driver may be busy with a page that floods it: the browser's other visits are not to die of that."""
_PROFILE_PREFIX = "consent-audit-profile-"

FLAGS = (
    # Some banners and trackers stay away from what looks automated (measured: vanilla-cookieconsent, PostHog).
    "--disable-blink-features=AutomationControlled",
    # Everything goes through the address guard: no QUIC, no UDP of WebRTC, no name lookups by the browser.
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    # The browser's own traffic is not the site's.
    "--disable-domain-reliability",
    "--disable-component-update",
    # A page is drawn by the processor in squares of 256 pixels, each of which goes through all that is to be drawn.
    # Measured: strips as wide as the window save 4 % of a visit's processor time. No page can tell.
    "--default-tile-width=1408",
    "--default-tile-height=512",
    # One renderer and one frame for a page and what it leads to: only so a session still hears what a document sends
    # and writes while it is being unloaded (measured: otherwise nothing of a pagehide arrives, not even cookies).
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process,Translate,OptimizationHints,MediaRouter,PaintHolding,"
    "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,ThirdPartyStoragePartitioning,DestroyProfileOnBrowserClose,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,AvoidCorsURLLoaderRestartOnRedirect,NetworkTimeServiceQuerying,AimEnabled,"
    "PreconnectToSearch,WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,PrivacySandboxSettings4,"
    "LocalNetworkAccessChecks,LensOverlay,RenderDocument,DefaultSiteInstanceGroups",
)

LENIENT = ("--ignore-certificate-errors",)
"""What a context is told of certificates holds for its pages; scripts of service workers are refused all the same."""

UNWANTED = (
    "--enable-unsafe-swiftshader",
    # Visitors have the protection: without it a page that pushes states in a loop stops the whole browser.
    "--disable-ipc-flooding-protection",
)
"""Flags that Playwright sets and we do not want."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserChoice:
    """A browser that was found: its executable, whether it is a headless shell, and where it was found."""

    path: str
    headless_shell: bool
    source: str

    @property
    def mode(self) -> str:
        """How it works: ``headless-shell``, or ``headed-like`` (full Chromium in its new headless mode)."""
        return HEADLESS_SHELL if self.headless_shell else HEADED_LIKE


async def bounded(work: Coroutine[object, object, T], seconds: float) -> T:
    """The result of ``work``, or TimeoutError after ``seconds``: a call on a dead browser may never come back."""
    async with asyncio.timeout(seconds):
        return await work


async def heard_within(work: Coroutine[object, object, T], seconds: float) -> T:
    """Like ``bounded``, for what Playwright goes on asking for when nobody waits any more, as it does for headers.

    The work is not cancelled: what comes of it too late is heard and dropped. Else its failure, when the page goes,
    would be one that nobody has taken, which Python prints.
    """
    asking = asyncio.ensure_future(work)
    asking.add_done_callback(lambda done: done.cancelled() or done.exception())
    done, _ = await asyncio.wait({asking}, timeout=seconds)
    if not done:
        raise TimeoutError
    return asking.result()


class LaunchedBrowser:
    """A running browser with its counters of contexts served and open; a ``worn`` one gets no more.

    Made by ``launch``.
    """

    def __init__(
        self,
        *,
        browser: Browser,
        keeper: BrowserContext,
        session: CDPSession,
        devtools: DevTools,
        pid: int,
        profile: Path,
    ) -> None:
        self.browser = browser
        self.devtools = devtools
        self.pid = pid
        self.served = 0
        self.open = 0
        self.dead = False
        self.worn = False
        self._keeper = keeper
        self._session = session
        self._profile = profile

    @property
    def fit(self) -> bool:
        """Whether the browser is there and may take a context."""
        return not self.dead and not self.worn and self.browser.is_connected()

    async def answers(self) -> bool:
        """Whether the browser still reacts within ``PING_TIMEOUT_S`` seconds."""
        if self.dead or not self.browser.is_connected():
            return False
        try:
            await bounded(self._session.send("Browser.getVersion"), PING_TIMEOUT_S)
        except (TimeoutError, PlaywrightError):
            return False
        return True

    def kill(self) -> None:
        """End the process at once; contexts still open fail with Playwright's "target closed"."""
        self.dead = True
        _kill(self.pid)

    async def close(self) -> None:
        """Close in order, by force where that takes too long, and remove the profile folder."""
        await self.devtools.close()
        if not self.dead:
            try:
                await bounded(self._keeper.close(), CLOSE_TIMEOUT_S)
            except (TimeoutError, PlaywrightError):
                self.kill()
        self.dead = True
        await asyncio.to_thread(_remove, self._profile, self.pid)


async def launch(
    playwright: Playwright, choice: BrowserChoice, proxy: str, *, sandbox: bool, more: tuple[str, ...] = ()
) -> LaunchedBrowser:
    """Start ``choice`` behind the proxy, with ``more`` flags. BrowserError when it does not start."""
    profile = await asyncio.to_thread(_new_profile)
    try:
        keeper = await bounded(
            playwright.chromium.launch_persistent_context(
                profile,
                executable_path=choice.path,
                headless=True,
                chromium_sandbox=sandbox,
                proxy={"server": proxy, "bypass": "<-loopback>"},
                args=[*FLAGS, DEVTOOLS_FLAG, *more],
                ignore_default_args=list(UNWANTED),
                timeout=LAUNCH_TIMEOUT_S * 1000,
            ),
            LAUNCH_TIMEOUT_S + CLOSE_TIMEOUT_S,
        )
        browser = keeper.browser
        assert browser is not None, "a persistent Chromium context has a browser"
        session = await bounded(browser.new_browser_cdp_session(), PING_TIMEOUT_S)
        pid = await bounded(_pid(session), PING_TIMEOUT_S)
        devtools = await _devtools(keeper, profile)
    except (TimeoutError, PlaywrightError, BrowserError) as error:
        await asyncio.to_thread(shutil.rmtree, profile, ignore_errors=True)
        first = str(error).strip().splitlines()[0] if str(error).strip() else "no answer"
        raise BrowserError(f"{choice.path} does not start: {first}") from error
    return LaunchedBrowser(browser=browser, keeper=keeper, session=session, devtools=devtools, pid=pid, profile=profile)


async def _devtools(keeper: BrowserContext, profile: Path) -> DevTools:
    try:
        return await connect(profile)
    except BrowserError:
        with suppress(TimeoutError, PlaywrightError):
            await bounded(keeper.close(), CLOSE_TIMEOUT_S)
        raise


async def _pid(session: CDPSession) -> int:
    answer = await session.send("SystemInfo.getProcessInfo")
    return next(int(process["id"]) for process in answer["processInfo"] if process["type"] == "browser")


def _remove(profile: Path, pid: int) -> None:
    """Remove a profile folder once its browser has ended; what it still writes would make the folder anew."""
    for _ in range(40):
        if not _alive(pid):
            break
        time.sleep(0.05)
    shutil.rmtree(profile, ignore_errors=True)


def _kill(pid: int) -> None:
    """End a browser with its children: Playwright starts it in a process group of its own, some behind a wrapper."""
    with suppress(ProcessLookupError, PermissionError):
        group = os.getpgid(pid)
        if group == os.getpgid(0):
            os.kill(pid, signal.SIGKILL)
        else:
            os.killpg(group, signal.SIGKILL)


def _new_profile() -> Path:
    """A profile folder that allows third-party cookies; folders of processes that are gone are removed on the way."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PROFILE_PREFIX}*"):
        owner = folder.name.removeprefix(_PROFILE_PREFIX).partition("-")[0]
        if owner.isdigit() and not _alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
    profile = Path(tempfile.mkdtemp(prefix=f"{_PROFILE_PREFIX}{os.getpid()}-"))
    preferences = profile / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps({"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}))
    return profile


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

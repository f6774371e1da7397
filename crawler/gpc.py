"""Global Privacy Control, the signal of the scenario ``gpc``: ``Sec-GPC: 1`` and ``navigator.globalPrivacyControl``.

https://w3c.github.io/gpc/. A browser that has the signal built in gives it by itself, everywhere: in pages, frames and
all kinds of workers. That is proven on a loopback page when its first such context is made. Any other browser gets the
header from Playwright and the property by a script in every frame; its workers then know the header only.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from playwright.async_api import Error as PlaywrightError

from crawler.launch import bounded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from playwright.async_api import Browser, Page

    from crawler.collectors.hops import Hop
    from crawler.network import AddressGuard

NAME = "gpc"
HEADER = "sec-gpc"
# One list of features replaces another: those of Playwright's own are repeated.
FLAGS = (
    "--enable-features=GlobalPrivacyControl,GlobalPrivacyControlForce,CDPScreenshotNewSurface,"
    "SkipListAccountsWithoutGaiaCookies",
)
NOT_OBSERVABLE = "the GPC signal of WebSocket handshakes and CORS preflights, on which browsers send none"
_PROPERTY = (
    "if (navigator.globalPrivacyControl !== true) Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', "
    "{ configurable: true, enumerable: true, get: () => true });"
)
_PLACES = frozenset({"page", "frame", "worker", "shared", "service"})
_PROOF_S = 20.0
"""How long a step of the proof may take: on a busy machine a first service worker needs many seconds to begin."""
_FRAME_S = 2.0
_MAX_FRAMES = 200
_UNCOUNTED = frozenset({"Preflight", "WebSocket"})
_TELL = "fetch('/tell?{}=' + navigator.globalPrivacyControl)"
_PAGE = (
    "<!doctype html><title>gpc</title><iframe src='/frame'></iframe><script>" + _TELL.format("page") + ";"
    "new Worker('/worker'); new SharedWorker('/shared'); navigator.serviceWorker.register('/service');</script>"
)


def context_options(*, native: bool) -> dict[str, Any]:
    """What a context needs for the signal: nothing where the browser has it built in."""
    return {} if native else {"extra_http_headers": {"Sec-GPC": "1"}}


def page_script(*, native: bool) -> str | None:
    """The script that every document needs for the signal; None where the browser has it built in."""
    return None if native else _PROPERTY


async def is_native(browser: Browser, guard: AddressGuard) -> bool:
    """Whether the browser gives the whole signal by itself, in pages, frames and all kinds of workers."""
    told: dict[str, tuple[str, str]] = {}
    complete = asyncio.Event()
    async with _server(told, complete) as port:
        with guard.exempt(port):
            try:
                context = await bounded(browser.new_context(), _PROOF_S)
                try:
                    page = await bounded(context.new_page(), _PROOF_S)
                    await bounded(page.goto(f"http://127.0.0.1:{port}/", wait_until="load"), _PROOF_S)
                    if told.get("page") == ("true", "1"):
                        await bounded(complete.wait(), _PROOF_S)
                finally:
                    await bounded(context.close(), _PROOF_S)
            except (TimeoutError, PlaywrightError):
                return False
    return all(told.get(place) == ("true", "1") for place in _PLACES)


@asynccontextmanager
async def _server(told: dict[str, tuple[str, str]], complete: asyncio.Event) -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, UnicodeDecodeError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
            path = head[0].split(" ")[1]
            fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
            for place, value in parse_qsl(urlsplit(path).query):
                told[place] = (value, fields.get(HEADER, ""))
            if told.keys() >= _PLACES:
                complete.set()
            writer.write(_response(path))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _response(path: str) -> bytes:
    place = path.strip("/")
    kind = "text/html" if path in {"/", "/frame"} else "text/javascript"
    body = {"/": _PAGE, "/frame": f"<!doctype html><script>{_TELL.format('frame')}</script>"}.get(path)
    if body is None:
        body = _TELL.format(place) if place in _PLACES else ""
    content = body.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    return head.encode() + content


class Signal:
    """What was seen of the signal in one visit; a new object for every visit."""

    def __init__(self) -> None:
        self._asked = 0
        self._skipped = 0
        self._silent: list[str] = []

    async def read(self, page: Page) -> None:
        """Ask the documents of a page whether they see the signal."""
        self._skipped += max(0, len(page.frames) - _MAX_FRAMES)
        for frame in page.frames[:_MAX_FRAMES]:
            try:
                value = await bounded(frame.evaluate("() => navigator.globalPrivacyControl"), _FRAME_S)
            except (TimeoutError, PlaywrightError):
                continue  # It navigates, or a script of it never ends.
            self._asked += 1
            if value is not True:
                self._silent.append(frame.url)

    def coverage(self, hops: Iterable[Hop], *, native: bool) -> str:
        """``ok``, or in what the signal was lacking: of requests on the wire and of documents."""
        headers = [_value(hop) for hop in hops if hop.kind not in _UNCOUNTED and hop.on_wire and _headers(hop)]
        without = sum(1 for value in headers if value != "1")
        problems = []
        if without:
            problems.append(f"{without} of {len(headers)} requests went without Sec-GPC: 1")
        if self._silent:
            problems.append(f"{len(self._silent)} of {self._asked} looks into documents found no signal")
        if self._skipped:
            problems.append(f"{self._skipped} documents beyond the limit were not asked")
        if not native:
            problems.append("workers have no navigator.globalPrivacyControl")
        if not problems and headers and self._asked:
            return "ok"
        nothing = without == len(headers) or not self._asked
        return f"{'failed' if nothing else 'partial'}: {'; '.join(problems) or 'nothing could be asked'}"


def _headers(hop: Hop) -> dict[str, Any]:
    found = (hop.sent or {}).get("headers")
    return found if isinstance(found, dict) else {}


def _value(hop: Hop) -> str | None:
    return next((str(value) for name, value in _headers(hop).items() if name.lower() == HEADER), None)

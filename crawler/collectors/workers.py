"""Requests of workers and service workers, which no page's session announces.

Playwright tells of them at the context. What the pages' sessions announced too is subtracted by method and URL; what
is left was made by a worker, or by a window before it was listened to. The wire details of workers reach the page's
session without a URL and are joined by host, in order.

Being told of every request costs a tenth of a visit, and most visits have neither workers nor windows. So Playwright is
listened to from the first of either on: a worker is held by the browser until that is so, the registration of a service
worker by the hook, and what a window asked for earlier is kept by Playwright.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError

from auditor.domains import host_of
from crawler.collectors.hops import NAME, Hop
from crawler.collectors.initiators import MAX_CHAIN, distinct
from crawler.collectors.setcookie import names_in
from crawler.collectors.timeline import now_ms
from crawler.collectors.wire import lower_headers
from crawler.launch import bounded, heard_within

_T = TypeVar("_T", bound=Hashable)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.async_api import BrowserContext, Page, Request, Response

    from crawler.collectors.tap import Report, Taps

MAX_REQUESTS = 5_000
_ANSWER_TIMEOUT_S = 1.0
_NOWHERE = "https://nowhere.invalid/"
_KEPT = "net::ERR_FAILED"
_KINDS = {"fetch": "Fetch", "xhr": "XHR", "script": "Script", "ping": "Ping", "image": "Image"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """A request with the moment and the document that it was heard in; ``window``: the one that made it unheard."""

    at_ms: float
    request: Request
    document: str
    window: Page | None = None


class WorkerRequests:
    """Hears a context's requests once there is a need; a new object for every visit."""

    def __init__(self, taps: Taps) -> None:
        self._taps = taps
        self._telling: set[asyncio.Task[None]] = set()
        self._heard: list[_Heard] = []
        self._context: BrowserContext | None = None
        self._read: dict[int, Hop] = {}
        self._began_ms = 0.0
        self._ready: asyncio.Task[int] | None = None
        self.dropped = 0
        self.last_active_ms = 0.0
        taps.on("Page.windowOpen", NAME, lambda *_: self._opened())
        taps.on_report(NAME, self._reported)

    def attach(self, context: BrowserContext) -> None:
        """The context that may be listened to."""
        self._context = context

    async def ready(self) -> None:
        """Listen: when this returns, nothing that is asked for from now on is missed."""
        await asyncio.shield(self._listening())

    def _listening(self) -> asyncio.Task[int]:
        if self._ready is None:
            assert self._context is not None, "workers and windows are those of a context"
            self._context.on("request", self._request)
            self._ready = asyncio.get_running_loop().create_task(self._begin(self._context))
        return self._ready

    def _opened(self) -> None:
        """A page opens a window."""
        self._listening()

    def _reported(self, report: Report) -> None:
        """A page registers a service worker, and waits with it."""
        if report.kind == "register":
            task = asyncio.get_running_loop().create_task(self._let_register(report.frame))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _let_register(self, frame: str) -> None:
        await self.ready()
        go = f"void document.dispatchEvent(new Event('{self._taps.secret}:listening'))"
        for tap in self._taps.all:
            with suppress(TimeoutError, PlaywrightError):  # It is a frame of another page, or gone.
                await tap.evaluate(frame, go)

    async def _begin(self, context: BrowserContext) -> int:
        """How many requests were heard before the beginning of what is heard whole.

        Playwright's answer comes after all that the browser had told it before it was asked; pages' sessions had told
        all of that earlier.
        """
        await self._taps.catch_up()
        self._began_ms = now_ms()
        with suppress(PlaywrightError):  # The context is gone, and with it what may be heard.
            await context.cookies(_NOWHERE)
        return len(self._heard)

    async def catch_up(self, window: Page) -> None:
        """Take what a window had asked for before this was listening."""
        self._listening()
        try:
            asked = await bounded(window.requests(), _ANSWER_TIMEOUT_S)
        except (TimeoutError, PlaywrightError):
            return  # It is gone, or does not answer: what it asks for from now on is heard.
        heard = {heard.request for heard in self._heard}
        for request in asked:
            if request not in heard:
                self._keep(request, window)

    def _request(self, request: Request) -> None:
        self._keep(request, None)

    def _keep(self, request: Request, window: Page | None) -> None:
        self.last_active_ms = now_ms()
        if len(self._heard) >= MAX_REQUESTS:
            self.dropped += 1
            return
        document = self._document(request)
        self._heard.append(_Heard(at_ms=self.last_active_ms, request=request, document=document, window=window))

    def _document(self, request: Request) -> str:
        """The page that asked, now: it may be another one later. For a service worker a document of its origin."""
        worker = request.service_worker
        try:
            if worker is None:
                return request.frame.url
            assert self._context is not None, "requests are heard of a context"
            origin = worker.url.split("/", 3)[:3]
            shown = (frame.url for page in self._context.pages for frame in page.frames)
            return next((url for url in shown if url.split("/", 3)[:3] == origin), "")
        except PlaywrightError:
            return request.headers.get("referer", "")

    async def read(self, announced: Iterable[Hop]) -> None:
        """Ask for the answers so far: once their window is closed they cannot be asked for."""
        for number, heard in self._unannounced(announced):
            if number not in self._read and heard.request.service_worker is None:
                self._read[number] = await _hop(heard, [])

    async def hops(self, announced: Iterable[Hop], orphans: tuple[dict[str, Any], ...]) -> tuple[Hop, ...]:
        """The requests that no page's session announced. ``orphans``: wire details without a request."""
        waiting = list(orphans)
        unannounced = self._unannounced(announced)
        # All are waited for at once: a page may have hundreds that nobody answers.
        answered = await asyncio.gather(*(_is_answered(heard.request) for _, heard in unannounced))
        found = [
            self._read.get(number) or await _hop(heard, waiting, _ANSWER_TIMEOUT_S if known else 0)
            for (number, heard), known in zip(unannounced, answered, strict=True)
        ]
        for (_, heard), hop in zip(unannounced, found, strict=True):
            _take_unreadable(hop, heard.request, waiting)
        return tuple(found)

    def _unannounced(self, announced: Iterable[Hop]) -> tuple[tuple[int, _Heard], ...]:
        """What was heard and not announced, with its place among all that was heard.

        What was announced before the listening began can only be what was heard while it began.
        """
        left = _Announced()
        for hop in announced:
            left.add(hop, early=hop.at_ms < self._began_ms)
        began = self._ready.result() if self._ready is not None and self._ready.done() else 0
        found = []
        for number, heard in enumerate(self._heard):
            # Pages' sessions never announce what a service worker asks for, even where it passes on what a page did.
            own = heard.request.service_worker is None
            if own and left.take(heard, early=number < began):
                continue
            if heard.request.url.startswith(("http:", "https:")):
                found.append((number, heard))
        return tuple(found)


class _Announced:
    """Counts what pages' sessions announced: since the listening began, and by each page in all the time.

    What was heard while it began may have been announced before: by its own page, which a window that has just been
    opened is not.
    """

    def __init__(self) -> None:
        self._late: Counter[tuple[str, str]] = Counter()
        self._early: Counter[tuple[Page, str, str]] = Counter()
        self._windows: Counter[tuple[Page, str, str]] = Counter()

    def add(self, hop: Hop, *, early: bool) -> None:
        if not early:
            self._late[hop.method, hop.url] += 1
        if hop.tap is not None:
            self._windows[hop.tap.page, hop.method, hop.url] += 1
            self._early[hop.tap.page, hop.method, hop.url] += early

    def take(self, heard: _Heard, *, early: bool) -> bool:
        """Whether a request is one of those that are left, which then is one less."""
        method, url = heard.request.method, heard.request.url
        if heard.window is not None:
            return _took(self._windows, (heard.window, method, url))
        page = _page_of(heard.request) if early else None
        return _took(self._late, (method, url)) or (page is not None and _took(self._early, (page, method, url)))


def _page_of(request: Request) -> Page | None:
    """The page that a request was made in; None for the document of a window that is not there yet."""
    try:
        return request.frame.page
    except PlaywrightError:
        return None


def _took(counter: Counter[_T], key: _T) -> bool:
    there = counter[key] > 0
    counter[key] -= there
    return there


async def _is_answered(request: Request) -> bool:
    try:
        await bounded(request.response(), _ANSWER_TIMEOUT_S)
    except (TimeoutError, PlaywrightError):
        return False
    return True


async def _hop(heard: _Heard, orphans: list[dict[str, Any]], patience_s: float = _ANSWER_TIMEOUT_S) -> Hop:
    request = heard.request
    hop = Hop(
        request_id="",
        url=request.url,
        method=request.method,
        kind=_KINDS.get(request.resource_type, request.resource_type.capitalize()),
        document=heard.document,
        frame=None,
        at_ms=heard.at_ms,
        monotonic=0.0,
        headers=request.headers,
        causes=_causes(request, heard.document),
        tap=None,
        by_service_worker=request.service_worker is not None,
    )
    try:
        response = await bounded(request.response(), patience_s)
        if response is not None and not response.from_service_worker:
            await _take(hop, request, response, orphans)
    except (TimeoutError, PlaywrightError):
        hop.error = "no answer"
        if request.failure is None and request.is_navigation_request():
            hop.sent = {}  # A window that closed itself; its document had been asked for.
    return hop


async def _take(hop: Hop, request: Request, response: Response, orphans: list[dict[str, Any]]) -> None:
    """Status, headers and cookies: from the wire where the page's session heard it, else as Playwright tells."""
    hop.status = response.status
    hop.response_headers = response.headers
    hop.finished = True
    pairs = await heard_within(response.headers_array(), _ANSWER_TIMEOUT_S)
    lines = [pair["value"] for pair in pairs if pair["name"].lower() == "set-cookie"]
    header = (await heard_within(request.all_headers(), _ANSWER_TIMEOUT_S)).get("cookie", "")
    wires = [found for found in orphans if _belongs(found, hop, response)]
    # Requests of one worker can be alike in all but what they set and sent.
    wire = next((found for found in wires if _cookies_of(found) == (lines, header)), next(iter(wires), None))
    if wire is not None:
        orphans.remove(wire)
        hop.sent, hop.got = wire["sent"], wire["got"]
        hop.causes = _with_referrer(hop, lower_headers(wire["sent"]).get("referer", ""))
        return
    hop.got = {"headers": {"set-cookie": "\n".join(lines)}, "heard_ms": hop.at_ms}
    hop.sent = {"cookie_names": names_in(header)}


def _take_unreadable(hop: Hop, request: Request, orphans: list[dict[str, Any]]) -> None:
    """What was asked for and answered, but kept from the worker (CORS): Playwright tells of no answer."""
    if hop.sent is None and request.failure == _KEPT:
        wire = next((found for found in orphans if _is_asked_by(found, hop)), None)
        if wire is not None:
            orphans.remove(wire)
            hop.sent, hop.got, hop.status = wire["sent"], wire["got"], wire["got"].get("statusCode")
            hop.response_headers = lower_headers(wire["got"])


def _cookies_of(wire: dict[str, Any]) -> tuple[list[str], str]:
    lines = lower_headers(wire["got"]).get("set-cookie", "")
    return lines.split("\n") if lines else [], lower_headers(wire["sent"]).get("cookie", "")


def _with_referrer(hop: Hop, referrer: str) -> tuple[str, ...]:
    """The script of a worker, which only the wire tells; to other origins it is cut down and says nothing."""
    whole = referrer.startswith("http") and urlsplit(referrer).path not in ("", "/") and referrer != hop.url
    return distinct((referrer, *hop.causes)) if whole else hop.causes


def _belongs(wire: dict[str, Any], hop: Hop, response: Response) -> bool:
    """Whether wire details are those of a request: the same host and path as far as told, the same answer."""
    told = lower_headers(wire["got"])
    same_answer = all(told.get(name) == value for name, value in response.headers.items() if name != "set-cookie")
    return same_answer and _is_asked_by(wire, hop)


def _is_asked_by(wire: dict[str, Any], hop: Hop) -> bool:
    asked = lower_headers(wire["sent"])
    host, path = asked.get(":authority") or asked.get("host") or "", asked.get(":path", "")
    same_host = host_of(f"https://{host}/") == host_of(hop.url)
    # Referer and service-worker headers tell requests to one host apart; cookies are not in Playwright's copy.
    telling = ("referer", "service-worker", "content-type", "sec-fetch-dest")
    same_request = all(asked.get(name) == hop.headers.get(name) for name in telling if name in hop.headers)
    return same_host and same_request and hop.url.partition("#")[0].endswith(path)


def _causes(request: Request, document: str) -> tuple[str, ...]:
    worker, referrer = request.service_worker, request.headers.get("referer", "")
    own = worker.url if worker is not None and worker.url != request.url else referrer
    redirects: list[str] = []
    before = request.redirected_from
    while before is not None and len(redirects) < MAX_CHAIN:
        redirects.append(before.url)
        before = before.redirected_from
    return distinct(url for url in (*redirects, own, document) if url.startswith("http") and url != request.url)

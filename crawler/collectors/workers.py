"""Requests of workers and service workers, which no page's session announces.

Playwright tells of them at the context. What the pages' sessions announced too is subtracted by method and URL; what
is left was made by a worker. Its wire details reach the page's session without a URL and are joined by host, in order.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from auditor.domains import host_of
from crawler.collectors.hops import Hop
from crawler.collectors.initiators import distinct
from crawler.collectors.timeline import now_ms
from crawler.launch import bounded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.async_api import BrowserContext, Request, Response

MAX_REQUESTS = 5_000
_ANSWER_TIMEOUT_S = 1.0
_KINDS = {"fetch": "Fetch", "xhr": "XHR", "script": "Script", "ping": "Ping", "image": "Image"}


class WorkerRequests:
    """Hears a context's requests; a new object for every visit."""

    def __init__(self) -> None:
        self._heard: list[tuple[float, Request]] = []
        self.dropped = 0

    def attach(self, context: BrowserContext) -> None:
        """Listen before the first navigation."""
        context.on("request", self._request)

    def _request(self, request: Request) -> None:
        if len(self._heard) >= MAX_REQUESTS:
            self.dropped += 1
        else:
            self._heard.append((now_ms(), request))

    async def hops(self, announced: Iterable[Hop], orphans: tuple[dict[str, Any], ...]) -> tuple[Hop, ...]:
        """The requests that only workers can have made. ``orphans``: wire details without a request."""
        known = Counter((hop.method, hop.url) for hop in announced)
        waiting = list(orphans)
        found = []
        for at_ms, request in self._heard:
            pair = (request.method, request.url)
            if known[pair] > 0:
                known[pair] -= 1
            elif request.url.startswith(("http:", "https:")):
                found.append(await _hop(at_ms, request, waiting))
        return tuple(found)


async def _hop(at_ms: float, request: Request, orphans: list[dict[str, Any]]) -> Hop:
    hop = Hop(
        request_id="",
        url=request.url,
        method=request.method,
        kind=_KINDS.get(request.resource_type, request.resource_type.capitalize()),
        document=_document(request),
        frame=None,
        at_ms=at_ms,
        monotonic=0.0,
        headers=request.headers,
        causes=_causes(request),
        tap=None,
        by_service_worker=request.service_worker is not None,
    )
    try:
        response = await bounded(request.response(), _ANSWER_TIMEOUT_S)
        if response is not None and not response.from_service_worker:
            await _take(hop, request, response, orphans)
    except (TimeoutError, PlaywrightError):
        hop.error = "no answer"
    return hop


async def _take(hop: Hop, request: Request, response: Response, orphans: list[dict[str, Any]]) -> None:
    """Status, headers and cookies: from the wire where the page's session heard it, else as Playwright tells."""
    hop.status = response.status
    hop.finished = True
    wire = next((found for found in orphans if _belongs(found, hop, response)), None)
    if wire is not None:
        orphans.remove(wire)
        hop.sent, hop.got = wire["sent"], wire["got"]
        return
    pairs = await bounded(response.headers_array(), _ANSWER_TIMEOUT_S)
    lines = "\n".join(pair["value"] for pair in pairs if pair["name"].lower() == "set-cookie")
    hop.got = {"headers": {"set-cookie": lines}, "heard_ms": hop.at_ms}
    header = (await bounded(request.all_headers(), _ANSWER_TIMEOUT_S)).get("cookie", "")
    hop.sent = {"cookie_names": [pair.partition("=")[0].strip() for pair in header.split(";") if pair.strip()]}


def _belongs(wire: dict[str, Any], hop: Hop, response: Response) -> bool:
    """Whether wire details are those of a request: the same host and path as far as told, the same answer."""
    asked = {name.lower(): str(value) for name, value in wire["sent"].get("headers", {}).items()}
    told = {name.lower(): str(value) for name, value in wire["got"].get("headers", {}).items()}
    host, path = asked.get(":authority") or asked.get("host") or "", asked.get(":path", "")
    same_host = host_of(f"https://{host}/") == host_of(hop.url)
    # Referer and service-worker headers tell requests to one host apart; cookies are not in Playwright's copy.
    telling = ("referer", "service-worker", "content-type", "sec-fetch-dest")
    same_request = all(asked.get(name) == hop.headers.get(name) for name in telling if name in hop.headers)
    same_answer = all(told.get(name) == value for name, value in response.headers.items() if name != "set-cookie")
    return same_host and same_request and same_answer and hop.url.partition("#")[0].endswith(path)


def _document(request: Request) -> str:
    worker = request.service_worker
    if worker is not None:
        return worker.url
    try:
        return request.frame.url
    except PlaywrightError:
        return request.headers.get("referer", "")


def _causes(request: Request) -> tuple[str, ...]:
    worker = request.service_worker
    own = worker.url if worker is not None else request.headers.get("referer", "")
    return distinct(url for url in (own, _document(request)) if url.startswith("http"))

"""The network log of a visit: every hop of every request that its pages made, as the browser told it.

A request with redirects is several hops with one CDP request id. What really went over the wire (cookies sent, set and
blocked) comes in events of its own: see ``wire``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawler.collectors import announced, wire
from crawler.collectors.frames import Frames
from crawler.collectors.initiators import MAX_CHAIN, Lineage, from_cdp, from_stack
from crawler.collectors.journeys import Journeys
from crawler.collectors.sharing import MAX_BODY
from crawler.collectors.timeline import now_ms

if TYPE_CHECKING:
    from crawler.collectors.tap import Report, Tap, Taps

NAME = "requests"
MAX_HOPS = 20_000
MAX_LATER = 500
WORKER_STARTS_MS = 4_000
MAX_ADDRESS = 65_536
_MAX_BODIES = 20_000_000
_UNREADABLE = "not to be read by the page (CORS)"
_ENDLESS = frozenset({"EventSource", "WebSocket", "Media", "Ping", "Prefetch"})


@dataclass(slots=True, kw_only=True)
class Hop:
    """One request on its way; times in milliseconds since 1970, ``monotonic`` in the browser's seconds."""

    request_id: str
    url: str
    method: str
    kind: str
    document: str
    frame: str | None
    at_ms: float
    monotonic: float
    headers: dict[str, str]
    causes: tuple[str, ...]
    tap: Tap | None
    before: Hop | None = None
    asked_for: str | None = None
    deferred: bool = False
    asked_again: bool = False
    has_extra: bool | None = None
    sent: dict[str, Any] | None = None
    got: dict[str, Any] | None = None
    status: int | None = None
    mime: str = ""
    response_headers: dict[str, str] = field(default_factory=dict)
    response_ms: float | None = None
    ended_ms: float | None = None
    protocol: str = ""
    from_service_worker: bool = False
    from_cache: bool = False
    body_bytes: int = 0
    finished: bool = False
    error: str | None = None
    abandoned: bool = False
    by_service_worker: bool = False
    probed: bool = False
    fragment: str = ""
    body: str = ""

    @property
    def on_wire(self) -> bool:
        """Whether the request reached the network: cache, service worker and refusals before it do not count."""
        return self.sent is not None or self.got is not None or (self.deferred and self.error in (None, _UNREADABLE))

    @property
    def endless(self) -> bool:
        """Whether its end may never come, or is told to nobody: of a worker's script, and of what is sent later.

        A worker gets time to start all the same.
        """
        if self.kind == "Script" and self.document == self.url:
            return now_ms() - self.at_ms > WORKER_STARTS_MS
        return self.kind in _ENDLESS or self.deferred

    @property
    def first(self) -> Hop:
        """The request that redirects made this one of."""
        hop = self
        while hop.before is not None:
            hop = hop.before
        return hop

    @property
    def hops_before(self) -> tuple[str, ...]:
        """URLs of the redirects that led here, nearest first."""
        urls: list[str] = []
        hop = self.before
        while hop is not None and len(urls) < MAX_CHAIN:
            urls.append(hop.url)
            hop = hop.before
        return tuple(urls)


class NetworkLog:
    """Collects hops; ``settle`` pairs them with their wire details. A new object for every visit."""

    def __init__(self, taps: Taps) -> None:
        self.hops: list[Hop] = []
        self.dropped = 0
        self._documents: list[Hop] = []
        self.last_active_ms = now_ms()
        self.frames = Frames(taps)
        self._journeys = Journeys(taps, self.frames)
        self.lineage = Lineage(self.frames.asked_as)
        self._body_room = _MAX_BODIES
        self._told: dict[str, dict[str, tuple[str, ...]]] = {"later": {}, "image": {}}
        self._open: dict[tuple[Tap, str], Hop] = {}
        self._all_of: dict[tuple[Tap | None, str], list[Hop]] = {}
        self._sent: dict[tuple[Tap | None, str], list[dict[str, Any]]] = {}
        self._got: dict[tuple[Tap | None, str], list[dict[str, Any]]] = {}
        for event, handler in (
            ("Network.requestWillBeSent", self._request),
            ("Network.requestWillBeSentExtraInfo", self._request_extra),
            ("Network.responseReceived", self._response),
            ("Network.responseReceivedExtraInfo", self._response_extra),
            ("Network.dataReceived", self._data),
            ("Network.loadingFinished", self._finished),
            ("Network.loadingFailed", self._failed),
        ):
            taps.on(event, NAME, handler)
        taps.on_report(NAME, self._reported)

    @property
    def loading(self) -> int:
        """Requests under way that may be expected to end."""
        return sum(1 for hop in self._open.values() if not hop.endless)

    def add(self, hop: Hop) -> bool:
        """Add a request that was heard elsewhere; whether there was room."""
        self.last_active_ms = now_ms()
        if len(self.hops) >= MAX_HOPS:
            self.dropped += 1
            return False
        self.hops.append(hop)
        return True

    def settle(self) -> tuple[dict[str, Any], ...]:
        """Give every hop its wire details; returns those of requests that no page announced (workers)."""
        for hop in self.hops:
            if hop.asked_for is not None:
                hop.causes = next((asked.causes for asked in self._all_of.get((hop.tap, hop.asked_for), ())), ())
        for key, hops in self._all_of.items():
            again = wire.pair(hops, self._sent.get(key, []), self._got.get(key, []), whole=not self.dropped)
            self.hops.extend(again)
        self.lineage.learn(self.hops)
        return wire.orphans(self._sent, self._got, self._all_of)

    def document_of(self, frame: str, loader: str | None) -> Hop | None:
        """The request that a frame's document came from; ``loader`` is what CDP names it by.

        The last one that was answered where the loader is not known; the last one asked for where none is given.
        """
        found = [hop for hop in reversed(self._documents) if hop.frame == frame]
        if loader is None:
            return next(iter(found), None)
        answered = [hop for hop in found if hop.status is not None]
        return next((hop for hop in answered if hop.request_id == loader), next(iter(answered), None))

    def documents(self, frame: str, since_ms: float) -> tuple[Hop, ...]:
        """The documents that a frame asked for since a moment, each by its last hop."""
        found = {hop.first.request_id: hop for hop in self._documents if hop.frame == frame}
        return tuple(hop for hop in found.values() if hop.first.at_ms >= since_ms)

    def _request(self, tap: Tap, event: dict[str, Any]) -> None:
        self.last_active_ms = now_ms()
        key = (tap, str(event["requestId"]))
        before = self._open.pop(key, None)
        redirect = event.get("redirectResponse")
        if before is not None and redirect is not None:
            _answer(before, redirect, event["wallTime"] * 1000, event.get("redirectHasExtraInfo"))
        if len(self.hops) >= MAX_HOPS:
            self.dropped += 1
            return
        request = event["request"]
        headers = wire.lower_headers(request)
        hop = Hop(
            request_id=key[1],
            url=str(request["url"])[:MAX_ADDRESS],
            method=str(request["method"]),
            kind=announced.kind(event, headers),
            document=str(event.get("documentURL", "")),
            frame=event.get("frameId"),
            at_ms=event["wallTime"] * 1000,
            monotonic=event["timestamp"],
            headers=headers,
            causes=before.causes if before is not None else self._causes(tap, event),
            tap=tap,
            before=before if redirect is not None else None,
            fragment=str(request.get("urlFragment", "")).removeprefix("#")[:MAX_ADDRESS],
            body=self._body(request),
            asked_for=announced.asked_for(event),
            deferred=announced.deferred(event),
        )
        self._open[key] = hop
        self._all_of.setdefault(key, []).append(hop)
        self.hops.append(hop)
        if hop.kind == "Document":
            self._documents.append(hop)

    def _body(self, request: dict[str, Any]) -> str:
        """The beginning of what a request sends, while there is room for it."""
        body = str(request.get("postData", ""))[: min(MAX_BODY, self._body_room)]
        self._body_room -= len(body)
        return body

    def _causes(self, tap: Tap, event: dict[str, Any]) -> tuple[str, ...]:
        initiator = event.get("initiator", {})
        if initiator.get("type") == "preflight":
            return ()  # It names the request that it is made for, which is announced later: see ``settle``.
        url, document = event["request"]["url"], str(event.get("documentURL", ""))
        scripts, frame = from_cdp(initiator), str(event.get("frameId"))
        told = self._told["image"].pop(url, None) if event.get("type") == "Image" else None
        if event.get("type") == "Document" and url == document:
            if initiator.get("type") == "script" and url.startswith(("blob:", "data:")):
                self.frames.led(frame, scripts)
            around = self.frames.behind_new(frame, scripts, url)
            causes = self._journeys.behind(frame, url) or around
        elif scripts and announced.deferred(event):
            causes = self._told["later"].get(url) or (self.frames.standing_at(scripts[0], tap.url),)
        elif told and not initiator.get("stack"):
            causes = told
        elif url == document and scripts and announced.is_its_own_document(event):
            causes = scripts
        else:
            if initiator.get("type") == "parser":  # For what a header of a frame's document asks, it names the page.
                scripts = tuple(url for url in scripts if not self.frames.is_shown_elsewhere(url, document))
            causes = self.frames.behind(frame, scripts, document)
        return tuple(cause for cause in causes if cause.startswith("http"))

    def _reported(self, report: Report) -> None:
        """What the browser sends without a script: for ``fetchLater`` by itself, images after promises of its own."""
        told = self._told.get(report.kind)
        if told is not None and len(told) < MAX_LATER:
            chain = self.frames.behind(report.frame, from_stack(report.stack), report.url)
            told.setdefault(report.details[0].partition("#")[0], chain)

    def _request_extra(self, tap: Tap, event: dict[str, Any]) -> None:
        self._sent.setdefault((tap, str(event["requestId"])), []).append(event)

    def _response_extra(self, tap: Tap, event: dict[str, Any]) -> None:
        event["heard_ms"] = now_ms()
        self._got.setdefault((tap, str(event["requestId"])), []).append(event)

    def _response(self, tap: Tap, event: dict[str, Any]) -> None:
        hop = self._open.get((tap, str(event["requestId"])))
        if hop is not None:
            at_ms = hop.at_ms + (event["timestamp"] - hop.monotonic) * 1000
            _answer(hop, event["response"], at_ms, event.get("hasExtraInfo"))

    def _data(self, tap: Tap, event: dict[str, Any]) -> None:
        hop = self._open.get((tap, str(event["requestId"])))
        if hop is not None:
            hop.body_bytes += int(event.get("dataLength", 0))

    def _finished(self, tap: Tap, event: dict[str, Any]) -> None:
        self.last_active_ms = now_ms()
        hop = self._open.pop((tap, str(event["requestId"])), None)
        if hop is not None:
            hop.finished = True
            hop.ended_ms = hop.at_ms + (event["timestamp"] - hop.monotonic) * 1000

    def _failed(self, tap: Tap, event: dict[str, Any]) -> None:
        hop = self._open.pop((tap, str(event["requestId"])), None)
        if hop is not None:
            unreadable = _UNREADABLE if event.get("corsErrorStatus") else ""
            hop.error = str(unreadable or event.get("errorText") or event.get("blockedReason") or "failed")
            hop.abandoned = hop.error == "net::ERR_ABORTED" and not event.get("blockedReason")


def _answer(hop: Hop, response: dict[str, Any], at_ms: float, has_extra: object) -> None:
    hop.status = int(response["status"])
    hop.mime = str(response.get("mimeType", ""))
    hop.response_headers = wire.lower_headers(response)
    hop.response_ms = _moment(hop, response, at_ms)
    hop.protocol = str(response.get("protocol") or "")
    hop.from_service_worker = bool(response.get("fromServiceWorker"))
    hop.from_cache = bool(response.get("fromDiskCache") or response.get("fromPrefetchCache"))
    if has_extra is not None:
        hop.has_extra = bool(has_extra)


def _moment(hop: Hop, response: dict[str, Any], heard_ms: float) -> float:
    """When the answer's headers were there, and with them its cookies: the page, told later, may act at once."""
    timing: dict[str, float] = response.get("timing") or {}
    if not timing:
        return heard_ms
    told = hop.at_ms + (timing["requestTime"] - hop.monotonic) * 1000 + timing["receiveHeadersEnd"]
    return min(heard_ms, max(hop.at_ms, told))

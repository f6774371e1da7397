"""Every request that reached the wire, with its author, its cookies and whether it is a beacon."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError

from auditor.domains import host_of, party
from auditor.model import Beacon, Request
from crawler.collectors.beacons import MAX_PROBED_BYTES, beacon_of, image_size
from crawler.collectors.cookies import sent_cookies, set_cookie_lines
from crawler.collectors.setcookie import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.collectors.cookies import Refused
    from crawler.collectors.hops import Hop, NetworkLog
    from crawler.collectors.tap import Report, Taps
    from crawler.collectors.timeline import Timeline

NAME = "requests"
MAX_PROBES = 200
_MAX_CALLED = 2_000
_SCHEMES = ("http:", "https:", "ws:", "wss:")


class RequestCollector:
    """Makes records of the network log; a new object for every visit."""

    def __init__(self, taps: Taps, log: NetworkLog) -> None:
        self._log = log
        self._kept_alive: set[str] = set()
        self._beaconed: set[str] = set()
        self.dropped = 0
        self._sizes: dict[int, tuple[int, int]] = {}
        self._probed = 0
        self._refused: Refused = frozenset()
        taps.on_report(NAME, self._reported)

    def _reported(self, report: Report) -> None:
        called = {"keepalive": self._kept_alive, "sendbeacon": self._beaconed}.get(report.kind)
        if called is None:
            return
        if len(called) < _MAX_CALLED:
            called.add(report.details[0].partition("#")[0])
        else:
            self.dropped += 1

    async def probe_images(self) -> None:
        """Read the dimensions of small images while their page is alive; at most ``MAX_PROBES`` a visit."""
        for hop in self._log.hops:
            if self._probed >= MAX_PROBES:
                return
            if _worth_probing(hop) and id(hop) not in self._sizes:
                self._probed += 1
                hop.probed = True
                size = await _size(hop)
                if size is not None:
                    self._sizes[id(hop)] = size

    def drain(self, timeline: Timeline, hops: Iterable[Hop], page_url: str, refused: Refused) -> tuple[Request, ...]:
        """Records in order of time. ``page_url``: the visit's final URL; ``refused``: cookies that were not stored."""
        hops = tuple(hops)
        self._refused = refused
        if self._probed >= MAX_PROBES:
            self.dropped += sum(map(_worth_probing, hops))
        beacons = self._beacons(hops)
        found = (self._record(hop, timeline, page_url, beacons.get(id(hop))) for hop in hops)
        return tuple(sorted((record for record in found if record is not None), key=lambda record: record.at_ms))

    def _beacons(self, hops: tuple[Hop, ...]) -> dict[int, tuple[Beacon, str]]:
        """(kind, reason) by hop. What leads to a pixel by redirects reports as the pixel does."""
        found: dict[int, tuple[Beacon, str]] = {}
        for hop in reversed(hops):
            beacon = beacon_of(hop, self._beaconed, self._kept_alive, self._sizes.get(id(hop)))
            if beacon is not None:
                found[id(hop)] = beacon
            seen = found.get(id(hop))
            if seen is not None and seen[0] is Beacon.PIXEL and hop.before is not None:
                found[id(hop.before)] = (Beacon.PIXEL, "a redirect to " + seen[1].removeprefix("a redirect to "))
        return found

    def _record(self, hop: Hop, timeline: Timeline, page_url: str, beacon: tuple[Beacon, str] | None) -> Request | None:
        phase, host = timeline.phase_of(hop.at_ms), host_of(hop.url)
        if phase is None or host is None or not self._on_wire(hop) or not hop.url.startswith(_SCHEMES):
            return None
        causes = self._log.lineage.authors(hop.causes)
        chain = self._log.lineage.to_page(hop.causes, after=hop.hops_before)
        return Request(
            url=hop.url,
            host=host,
            method=hop.method,
            resource_type=hop.kind.lower(),
            party=party(host, page_url),
            phase=phase,
            at_ms=timeline.since_start(hop.at_ms),
            initiator=causes[0] if causes else None,
            initiator_chain=chain,
            status=hop.status,
            beacon=beacon[0] if beacon else None,
            beacon_reason=beacon[1] if beacon else None,
            sets_cookies=tuple(dict.fromkeys(n for n in _set_names(hop) if (id(hop), n) not in self._refused)),
            sent_cookies=tuple(dict.fromkeys(_sent_names(hop))),
            from_service_worker=hop.by_service_worker,
        )

    def _on_wire(self, hop: Hop) -> bool:
        """What outlives its document is sent all the same, but its wire details are lost with a frame.

        A page that does not read what a worker or the cache answered abandons it too: that was not sent.
        """
        outlives = hop.kind == "Ping" or hop.first.url.partition("#")[0] in self._kept_alive
        unsent = hop.from_service_worker or hop.from_cache
        return hop.on_wire or (outlives and hop.abandoned and not unsent)


def _worth_probing(hop: Hop) -> bool:
    small = 0 < hop.body_bytes <= MAX_PROBED_BYTES
    return hop.kind == "Image" and hop.finished and small and not hop.probed and hop.tap is not None


async def _size(hop: Hop) -> tuple[int, int] | None:
    assert hop.tap is not None
    try:
        answer = await hop.tap.send("Network.getResponseBody", {"requestId": hop.request_id})
        body = str(answer.get("body", ""))
        return image_size(base64.b64decode(body) if answer.get("base64Encoded") else body.encode())
    except (TimeoutError, PlaywrightError, ValueError):
        return None  # The page is gone or the body was dropped: the size in bytes still tells.


def _set_names(hop: Hop) -> Iterator[str]:
    for line, reasons in set_cookie_lines(hop.got or {}):
        if not reasons:
            yield name_of(line)


def _sent_names(hop: Hop) -> Iterator[str]:
    yield from (str(cookie.get("name", "")) for cookie in sent_cookies(hop))
    yield from (hop.sent or {}).get("cookie_names", ())

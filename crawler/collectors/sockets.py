"""WebSockets of a visit's pages as hops: their handshake is a request with cookies and an answer that may set some."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crawler.collectors.hops import MAX_ADDRESS, NAME, Hop
from crawler.collectors.initiators import distinct, from_cdp
from crawler.collectors.setcookie import names_in
from crawler.collectors.timeline import now_ms

if TYPE_CHECKING:
    from crawler.collectors.hops import NetworkLog
    from crawler.collectors.tap import Tap, Taps

_STATUS = re.compile(r"response code: (\d{3})")


class Sockets:
    """Adds the WebSockets of pages to the network log; a new object for every visit.

    Those of workers are announced to no page's session.
    """

    def __init__(self, taps: Taps, log: NetworkLog) -> None:
        self._log = log
        self._open: dict[tuple[Tap, str], Hop] = {}
        for event, handler in (
            ("Network.webSocketCreated", self._created),
            ("Network.webSocketWillSendHandshakeRequest", self._asked),
            ("Network.webSocketHandshakeResponseReceived", self._answered),
            ("Network.webSocketFrameError", self._failed),
            ("Network.webSocketClosed", self._closed),
        ):
            taps.on(event, NAME, handler)

    def _created(self, tap: Tap, event: dict[str, Any]) -> None:
        hop = Hop(
            request_id=str(event["requestId"]),
            url=str(event["url"])[:MAX_ADDRESS],
            method="GET",
            kind="WebSocket",
            document=tap.url,
            frame=None,
            at_ms=now_ms(),
            monotonic=0.0,
            headers={},
            causes=distinct((*from_cdp(event.get("initiator", {})), tap.url)),
            tap=tap,
        )
        if self._log.add(hop):
            self._open[tap, hop.request_id] = hop

    def _asked(self, tap: Tap, event: dict[str, Any]) -> None:
        """Only now the handshake is on the wire."""
        hop = self._open.get((tap, str(event["requestId"])))
        if hop is not None:
            headers = event["request"].get("headers", {})
            line = next((str(value) for name, value in headers.items() if name.lower() == "cookie"), "")
            hop.sent = {"headers": headers, "cookie_names": names_in(line)}

    def _answered(self, tap: Tap, event: dict[str, Any]) -> None:
        hop = self._open.get((tap, str(event["requestId"])))
        if hop is not None:
            hop.status = int(event["response"]["status"])
            hop.response_ms = now_ms()
            hop.got = {"headers": event["response"].get("headers", {})}

    def _failed(self, tap: Tap, event: dict[str, Any]) -> None:
        hop = self._open.pop((tap, str(event["requestId"])), None)
        if hop is not None:
            hop.error = str(event.get("errorMessage") or "failed")
            refused = _STATUS.search(hop.error)
            hop.status = hop.status or (int(refused.group(1)) if refused else None)

    def _closed(self, tap: Tap, event: dict[str, Any]) -> None:
        self._open.pop((tap, str(event["requestId"])), None)

"""The bodies of what a page was answered, asked from the browser's copy.

``Network.getResponseBody`` reads what is there. ``Page.getResourceContent`` is no substitute: before its first answer
Chromium loads the style sheets and the manifest of all frames anew where it was not to keep them
(``InspectorResourceContentLoader``), which is a request that the page never made.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from crawler.collectors.hops import Hop, NetworkLog
    from crawler.collectors.tap import Tap


def bodies(log: NetworkLog, tap: Tap) -> dict[str, Callable[[], Awaitable[str]]]:
    """How to get the body of each URL that a page was answered with; empty where the browser keeps it no longer."""
    ended = [hop for hop in log.hops if hop.tap is tap and hop.finished and hop.status == HTTPStatus.OK]
    return {hop.url: partial(_body, tap, hop) for hop in ended}


def scripts_in(log: NetworkLog, tap: Tap, frame: str) -> dict[str, Callable[[], Awaitable[str | None]]]:
    """How to get the text of each script that the present document of a page's frame loads.

    ``None`` is what becomes of one that is under way or that the browser keeps no longer. Scripts of workers are
    their own documents' and are left out.
    """
    document = log.document_of(frame, None)
    since = document.first.at_ms if document is not None else 0.0
    loaded = [hop for hop in log.hops if hop.tap is tap and hop.frame == frame and hop.at_ms >= since]
    own = [hop for hop in loaded if hop.kind == "Script" and hop.document != hop.url and hop.error is None]
    return {hop.url: partial(_text, tap, hop) for hop in own if hop.status in (None, HTTPStatus.OK)}


async def _body(tap: Tap, hop: Hop) -> str:
    return await _text(tap, hop) or ""


async def _text(tap: Tap, hop: Hop) -> str | None:
    if not hop.finished:
        return None
    try:
        answer = await tap.send("Network.getResponseBody", {"requestId": hop.request_id})
    except (TimeoutError, PlaywrightError):
        return None
    return None if answer.get("base64Encoded") else str(answer.get("body", ""))

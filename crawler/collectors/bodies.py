"""Digests of response bodies, for the HTTP Archive: the bodies themselves are other people's and are not kept."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from crawler.launch import bounded

if TYPE_CHECKING:
    from crawler.collectors.tap import Tap, Taps

NAME = "har"
MAX_BODIES = 3_000
_AT_ONCE = 4
_DRAIN_TIMEOUT_S = 5.0


class BodyHashes:
    """Asks for every body when it has arrived; a new object for every visit."""

    def __init__(self, taps: Taps) -> None:
        self._found: dict[tuple[Tap, str], tuple[int, str]] = {}
        self._asked: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._room = MAX_BODIES
        taps.on("Network.loadingFinished", NAME, self._finished)

    def _finished(self, tap: Tap, event: dict[str, Any]) -> None:
        if self._room <= 0:
            return
        self._room -= 1
        task = asyncio.get_running_loop().create_task(self._read(tap, str(event["requestId"])))
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)

    async def _read(self, tap: Tap, request_id: str) -> None:
        async with self._turn:
            try:
                answer = await tap.send("Network.getResponseBody", {"requestId": request_id})
            except (TimeoutError, PlaywrightError):
                return  # The browser no longer has it: too large, or its page has gone.
        text = str(answer["body"])
        body = base64.b64decode(text) if answer.get("base64Encoded") else text.encode("utf-8", "surrogatepass")
        self._found[tap, request_id] = (len(body), hashlib.sha256(body).hexdigest())

    async def drain(self) -> dict[tuple[Tap, str], tuple[int, str]]:
        """(bytes, SHA-256) of the decoded bodies by session and request id."""
        try:
            await bounded(_all(self._asked), _DRAIN_TIMEOUT_S)
        except TimeoutError:
            for task in tuple(self._asked):
                task.cancel()
        return self._found


async def _all(tasks: set[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)

"""How busy this process is, and a gate that lets fewer visits in while it is too busy.

Oversubscription changes findings: clicks time out and jars come out short (measured above some six visits a core).
The event loop's lag shows it first.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SAMPLE_S = 0.25
HIGH_MS = 400.0
LOW_MS = 80.0
_WINDOW = 20
"""Samples that one decision looks at: five seconds."""


class Gate:
    """Admits at most ``limit`` holders at a time; the limit may change between 1 and ``most`` while it is used."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = most
        self.held = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """Wait for a place and hold it inside the ``async with``."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.held < self.limit)
            self.held += 1
        try:
            yield
        finally:
            self.held -= 1
            await self._tell()

    async def resize(self, limit: int) -> None:
        """Change the limit; holders beyond a smaller one stay until they are done."""
        self.limit = max(1, min(self.most, limit))
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class LoadMeter:
    """Samples the event loop's lag while entered and steers a gate by it.

    ``worst_ms`` is the largest lag seen, ``narrowed`` how often the gate was made smaller.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._lags: list[float] = []
        self._task: asyncio.Task[None] | None = None
        self.worst_ms = 0.0
        self.narrowed = 0

    async def __aenter__(self) -> LoadMeter:
        """Begin sampling."""
        self._task = asyncio.create_task(self._sample())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop sampling."""
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _sample(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(SAMPLE_S)
            await self.note((loop.time() - before - SAMPLE_S) * 1000)

    async def note(self, lag_ms: float) -> None:
        """Take one sample; after every five seconds' worth decide whether the gate fits."""
        self.worst_ms = max(self.worst_ms, lag_ms)
        self._lags.append(lag_ms)
        if len(self._lags) < _WINDOW:
            return
        typical = sorted(self._lags)[_WINDOW * 3 // 4]
        self._lags.clear()
        if typical > HIGH_MS and self._gate.limit > 1:
            self.narrowed += 1
            await self._gate.resize(self._gate.limit - 1)
        elif typical < LOW_MS and self._gate.limit < self._gate.most:
            await self._gate.resize(self._gate.limit + 1)

"""Calls of the functions that fingerprinting and session replay are made of, by script (see ``api_hook.js``)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError

from auditor.model import ApiCall
from crawler.collectors.initiators import named

if TYPE_CHECKING:
    from auditor.model import Phase
    from crawler.collectors.frames import Frames
    from crawler.collectors.initiators import Lineage
    from crawler.collectors.tap import Report, Tap, Taps
    from crawler.collectors.timeline import Timeline

NAME = "api_calls"
MAX_COUNTS = 20_000
_MAX_ASKED_FRAMES = 200


class ApiCallCollector:
    """Adds up what the hooks count; a new object for every visit."""

    def __init__(self, taps: Taps, frames: Frames) -> None:
        self._frames = frames
        self._counts: list[tuple[float, str, tuple[str, ...], int]] = []
        self._secret = taps.secret
        self.dropped = 0
        taps.on_report(NAME, self._reported)

    def _reported(self, report: Report) -> None:
        if report.kind != "api":
            return
        entries, document, missed, _ = report.details
        self.dropped += int(missed)
        for entry in entries.split("\x1e") if entries else ():
            api, script, count = entry.split("\x1d")
            if len(self._counts) >= MAX_COUNTS:
                self.dropped += int(count)
            else:
                chain = self._frames.behind(report.frame, named(script), document)
                self._counts.append((report.at_ms, api, chain, int(count)))

    async def ask(self, tap: Tap) -> None:
        """Have every frame of a page tell what it counted until now.

        TimeoutError or Playwright's Error when the page does not answer; a frame that is going away tells by itself.
        """
        frames = await tap.frames()
        self.dropped += max(0, len(frames) - _MAX_ASKED_FRAMES)
        for frame in frames[:_MAX_ASKED_FRAMES]:
            try:
                await tap.evaluate(str(frame["id"]), f"void document.dispatchEvent(new Event('{self._secret}:flush'))")
            except PlaywrightError as error:
                if "closed" in str(error) or "crashed" in str(error):
                    raise

    def drain(self, timeline: Timeline, lineage: Lineage) -> tuple[ApiCall, ...]:
        """One record per function, script and phase, in order of the first call."""
        total: Counter[tuple[str, str, Phase]] = Counter()
        for at_ms, api, chain, count in sorted(self._counts, key=lambda counted: counted[0]):
            phase = timeline.phase_of(at_ms)
            if phase is not None:
                total[api, next(iter(lineage.authors(chain)), ""), phase] += count
        return tuple(
            ApiCall(api=api, script=script or None, count=count, phase=phase)
            for (api, script, phase), count in total.items()
        )

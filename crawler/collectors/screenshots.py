"""Pictures of what the visitor saw, as JPEG and addressed by content: the viewport, the whole page, the banner."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from auditor.model import Artifact, Picture, Screenshot

if TYPE_CHECKING:
    from auditor.model import Phase
    from crawler.collectors.tap import Tap

NAME = "screenshots"
QUALITY = 60
MAX_HEIGHT = 16_000
"""Pixels of a whole page that are pictured; pages without end are longer, and so is nothing that browsers can draw."""
_LEAST_SIDE = 4


class ScreenshotCollector:
    """Takes pictures; a new object for every visit. ``full``: of whole pages too, which costs much more."""

    def __init__(self, *, full: bool = False) -> None:
        self._full = full
        self._shots: list[Screenshot] = []
        self._artifacts: dict[str, Artifact] = {}

    async def snapshot(self, tap: Tap, phase: Phase, page_url: str) -> None:
        """Picture a page's viewport. TimeoutError or Playwright's Error when the page does not answer."""
        await self._take(tap, phase, page_url, Picture.VIEWPORT, {})
        if self._full:
            size = (await tap.send("Page.getLayoutMetrics"))["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], MAX_HEIGHT), "scale": 1}
            await self._take(tap, phase, page_url, Picture.FULL, {"clip": clip, "captureBeyondViewport": True})

    async def banner(self, tap: Tap, phase: Phase, page_url: str, box: tuple[float, float, float, float]) -> None:
        """Picture a part of the viewport: x, y, width, height in CSS pixels. Nothing where no part of it is in sight.

        TimeoutError or Playwright's Error when the page does not answer.
        """
        view = (await tap.send("Page.getLayoutMetrics"))["cssVisualViewport"]
        left, top = max(box[0], 0), max(box[1], 0)
        width = min(box[0] + box[2], view["clientWidth"]) - left
        height = min(box[1] + box[3], view["clientHeight"]) - top
        if min(width, height) < _LEAST_SIDE:
            return
        clip = {"x": view["pageX"] + left, "y": view["pageY"] + top, "width": width, "height": height, "scale": 1}
        await self._take(tap, phase, page_url, Picture.BANNER, {"clip": clip})

    async def _take(self, tap: Tap, phase: Phase, page_url: str, kind: Picture, parameters: dict[str, Any]) -> None:
        answer = await tap.send(
            "Page.captureScreenshot", {"format": "jpeg", "quality": QUALITY, "optimizeForSpeed": True, **parameters}
        )
        content = base64.b64decode(answer["data"])
        digest = hashlib.sha256(content).hexdigest()
        self._artifacts[digest] = Artifact(sha256=digest, mime="image/jpeg", content=content)
        self._shots.append(Screenshot(phase=phase, page=page_url, sha256=digest, kind=kind))

    def drain(self) -> tuple[tuple[Screenshot, ...], tuple[Artifact, ...]]:
        """(records, artifacts), in the order in which they were taken."""
        return tuple(self._shots), tuple(self._artifacts.values())

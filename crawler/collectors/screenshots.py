"""Pictures of what the visitor saw: the viewport as JPEG, addressed by content."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from auditor.model import Artifact, Screenshot

if TYPE_CHECKING:
    from auditor.model import Phase
    from crawler.collectors.tap import Tap

NAME = "screenshots"
QUALITY = 60


class ScreenshotCollector:
    """Takes pictures; a new object for every visit."""

    def __init__(self) -> None:
        self._shots: list[Screenshot] = []
        self._artifacts: dict[str, Artifact] = {}

    async def snapshot(self, tap: Tap, phase: Phase, page_url: str) -> None:
        """Picture a page's viewport. TimeoutError or Playwright's Error when the page does not answer."""
        answer = await tap.send(
            "Page.captureScreenshot", {"format": "jpeg", "quality": QUALITY, "optimizeForSpeed": True}
        )
        content = base64.b64decode(answer["data"])
        digest = hashlib.sha256(content).hexdigest()
        self._artifacts[digest] = Artifact(sha256=digest, mime="image/jpeg", content=content)
        self._shots.append(Screenshot(phase=phase, page=page_url, sha256=digest))

    def drain(self) -> tuple[tuple[Screenshot, ...], tuple[Artifact, ...]]:
        """(records, artifacts), in the order in which they were taken."""
        return tuple(self._shots), tuple(self._artifacts.values())

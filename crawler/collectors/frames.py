"""Which document stands in which frame, and where a new one comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.collectors.initiators import MAX_CHAIN

if TYPE_CHECKING:
    from crawler.collectors.tap import Tap, Taps

NAME = "requests"
MAX_FRAMES = 20_000


class Frames:
    """Follows the frames of a visit's pages; a new object for every visit."""

    def __init__(self, taps: Taps) -> None:
        self._parents: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._stands_in: dict[str, str] = {}
        self._wished = False
        taps.on("Page.frameAttached", NAME, self._attached)

    def _attached(self, _tap: Tap, event: dict[str, Any]) -> None:
        if len(self._parents) < MAX_FRAMES:
            self._parents[str(event["frameId"])] = str(event["parentFrameId"])

    def visitor_goes(self) -> None:
        """The next document of a page itself is the visitor's wish: nothing on the page before it caused it."""
        self._wished = True

    def shows(self, frame: str, url: str) -> None:
        """A frame's document was answered."""
        if frame in self._shown or len(self._shown) < MAX_FRAMES:
            self._shown[frame] = url

    def source_of(self, frame: str, url: str) -> str:
        """The document that a frame's next one, ``url``, comes from: that around the frame, or the one before it."""
        if frame not in self._parents:
            wished, self._wished = self._wished, False
            return "" if wished else self._shown.get(frame, "")
        around = frame
        for _ in range(MAX_CHAIN):
            around = self._parents.get(around, "")
            if around in self._shown:
                self._stands_in[url] = self._shown[around]
                return self._shown[around]
        return ""

    def around(self, frame: str) -> str:
        """The document around a frame whose own has no address (``srcdoc``, ``about:blank``); empty where none is."""
        for _ in range(MAX_CHAIN):
            frame = self._parents.get(frame, "")
            if self._shown.get(frame, "").startswith("http"):
                return self._shown[frame]
        return ""

    def above(self, document: str) -> tuple[str, ...]:
        """The documents that a document stood in, nearest first."""
        found: list[str] = []
        around = self._stands_in.get(document.partition("#")[0])
        while around and around not in found and len(found) < MAX_CHAIN:
            found.append(around)
            around = self._stands_in.get(around)
        return tuple(found)

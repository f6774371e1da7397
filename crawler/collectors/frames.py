"""Which document stands in which frame, and where a new one comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.collectors.initiators import MAX_CHAIN, distinct, from_cdp, without_fragment

if TYPE_CHECKING:
    from crawler.collectors.tap import Tap, Taps

NAME = "requests"
MAX_FRAMES = 20_000


class Frames:
    """Follows the frames of a visit's pages; a new object for every visit."""

    def __init__(self, taps: Taps) -> None:
        self._parents: dict[str, str] = {}
        self._made_by: dict[str, tuple[str, ...]] = {}
        self._shown: dict[str, str] = {}
        self._stands_in: dict[str, str] = {}
        self.asked_as: dict[str, str] = {}
        self._wished = False
        taps.on("Page.frameAttached", NAME, self._attached)
        taps.on("Page.frameNavigated", NAME, self._navigated)
        taps.on("Page.navigatedWithinDocument", NAME, self._renamed)

    def _attached(self, _tap: Tap, event: dict[str, Any]) -> None:
        if len(self._parents) < MAX_FRAMES:
            frame = str(event["frameId"])
            self._parents[frame] = str(event["parentFrameId"])
            scripts = from_cdp({"stack": event.get("stack")})
            if scripts:
                self._made_by[frame] = scripts

    def led(self, frame: str, scripts: tuple[str, ...]) -> None:
        """Scripts send a frame to a document without an address (``blob:``, ``data:``): that is theirs from now on."""
        if scripts and (frame in self._made_by or len(self._made_by) < MAX_FRAMES):
            self._made_by[frame] = scripts

    def shown_in(self, frame: str) -> tuple[str, ...]:
        """The document that a frame shows, where it has an address."""
        return (self._shown[frame],) if self._has_address(frame) else ()

    def visitor_goes(self) -> None:
        """The next document of a page itself is the visitor's wish: nothing on the page before it caused it."""
        self._wished = True

    def _navigated(self, _tap: Tap, event: dict[str, Any]) -> None:
        """Only now a frame shows its new document: what is answered may also be a download, or nothing."""
        frame = str(event["frame"]["id"])
        if frame in self._shown or len(self._shown) < MAX_FRAMES:
            self._shown[frame] = str(event["frame"]["url"])

    def _renamed(self, _tap: Tap, event: dict[str, Any]) -> None:
        """A document gives itself an address that nobody was asked for (``history.pushState``): see ``asked_as``."""
        frame = str(event["frameId"])
        if self._has_address(frame) and len(self.asked_as) < MAX_FRAMES:
            self.asked_as.setdefault(without_fragment(str(event["url"])), without_fragment(self._shown[frame]))

    def is_shown_elsewhere(self, url: str, document: str) -> bool:
        """Whether ``url`` is the document of a frame, and not ``document``."""
        return url != document and url in self._shown.values()

    def source_of(self, frame: str, url: str) -> str:
        """The document that a frame's next one, ``url``, comes from: that around the frame, or the one before it."""
        if frame not in self._parents:
            wished, self._wished = self._wished, False
            return self._shown[frame] if self._has_address(frame) and not wished else ""
        around = frame
        for _ in range(MAX_CHAIN):
            around = self._parents.get(around, "")
            if self._has_address(around):
                self._stands_in[url] = self._shown[around]
                return self._shown[around]
        return ""

    def behind(self, frame: str, scripts: tuple[str, ...], document: str) -> tuple[str, ...]:
        """Who caused what happens in a frame, nearest first: ``scripts``, then ``document``, the frame's own.

        A document without an address of its own (``srcdoc``, ``javascript:``, ``blob:``, ``data:``) is nobody: what it
        does by itself was written by the scripts that put the frame there, else by the document around it.
        """
        around = self.around(frame)
        if not around or self._has_address(frame):
            return distinct((*scripts, document))
        own = tuple(url for url in scripts if url.startswith("http"))
        return distinct((*(own or self._makers(frame)), around))

    def behind_new(self, frame: str, scripts: tuple[str, ...], url: str) -> tuple[str, ...]:
        """Who had a frame's next document, ``url``, loaded, nearest first."""
        return self.behind(self._parents.get(frame, ""), scripts, self.source_of(frame, url))

    def standing_at(self, origin: str, page: str) -> str:
        """The page, or the one document of ``origin`` (with its slash) where the page is not of it, else the origin."""
        found = {url for url in (page, *self._shown.values()) if url.startswith(origin)}
        return page if page in found else next(iter(found)) if len(found) == 1 else origin

    def _has_address(self, frame: str) -> bool:
        return self._shown.get(frame, "").startswith("http")

    def _makers(self, frame: str) -> tuple[str, ...]:
        for _ in range(MAX_CHAIN):
            if frame in self._made_by or self._has_address(frame):
                break
            frame = self._parents.get(frame, "")
        return () if self._has_address(frame) else self._made_by.get(frame, ())

    def around(self, frame: str) -> str:
        """The document around a frame whose own has no address (``srcdoc``, ``about:blank``); empty where none is."""
        for _ in range(MAX_CHAIN):
            frame = self._parents.get(frame, "")
            if self._has_address(frame):
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

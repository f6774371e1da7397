"""The one CDP session of a page: its frames, and a JavaScript world of our own in each of them.

Both are asked for once and kept until the browser tells of a change: every further question to a page costs its own
processor time and the browser's. Events and answers of a session keep their order, so that what is kept is as true as
a fresh answer. Chrome DevTools Protocol, domains Page and Runtime.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.launch import bounded

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import CDPSession

    from crawler.devtools import DevToolsSession

CALL_TIMEOUT_S = 5.0
WORLD = "consent-audit"
_CHANGES = (
    "Page.frameAttached",
    "Page.frameDetached",
    "Page.frameNavigated",
    "Page.navigatedWithinDocument",
    "Page.documentOpened",
)


class PageSession:
    """Follows a page's frames and worlds from the moment on that ``Page`` and ``Runtime`` are enabled on the session.

    Every call raises TimeoutError or Playwright's Error when the page does not answer. ``url`` is the address of the
    page's document, empty until it has gone somewhere.
    """

    def __init__(self, session: CDPSession | DevToolsSession) -> None:
        self._session = session
        self._tree: dict[str, Any] | None = None
        self._worlds: dict[str, int] = {}
        self._serials: dict[str, int] = {}
        self._made = 0
        self._main: dict[str, int] = {}
        self._frames: dict[int, str] = {}
        self._main_frame = ""
        self.url = ""
        for event in _CHANGES:
            self.on(event, self._changed)
        self.on("Page.frameNavigated", self._navigated)
        self.on("Page.navigatedWithinDocument", self._moved_on)
        self.on("Runtime.executionContextCreated", self._context_made)
        self.on("Runtime.executionContextDestroyed", self._context_gone)
        self.on("Runtime.executionContextsCleared", self._contexts_cleared)

    def on(self, event: str, handler: Callable[[dict[str, Any]], None]) -> None:
        """Call ``handler(parameters)`` for every CDP event of that name."""
        self._session.on(event, handler)

    async def send(self, method: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        """A CDP call of at most 5 seconds."""
        answer: dict[str, Any] = await bounded(self._session.send(method, parameters or {}), CALL_TIMEOUT_S)
        return answer

    async def tree(self) -> dict[str, Any]:
        """The page's frames as CDP's ``FrameTree``: ``frame`` and ``childFrames``."""
        tree = self._tree
        if tree is None:
            tree = self._tree = (await self.send("Page.getFrameTree"))["frameTree"]
        return tree

    async def world(self, frame: str) -> int:
        """The number of our isolated world in a frame, made where there is none: it shares nothing but the document."""
        world = self._worlds.get(frame)
        if world is None:
            made = await self.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": WORLD})
            world = self._worlds[frame] = int(made["executionContextId"])
            self._made += 1
            self._serials[frame] = self._made
        return world

    def serial(self, frame: str) -> int:
        """Which of all worlds made so far is the frame's: unique, while its number counts anew in every process."""
        return self._serials.get(frame, 0)

    def main_world(self, frame: str) -> int | None:
        """The number of the page's own world in a frame."""
        return self._main.get(frame)

    def frame_of(self, world: int) -> str:
        """The frame that a page's own world belongs to; empty where none is known by that number."""
        return self._frames.get(world, "")

    def _changed(self, _event: dict[str, Any]) -> None:
        self._tree = None

    def _navigated(self, event: dict[str, Any]) -> None:
        frame = event["frame"]
        if not frame.get("parentId"):
            self._main_frame, self.url = str(frame["id"]), f"{frame['url']}{frame.get('urlFragment', '')}"

    def _moved_on(self, event: dict[str, Any]) -> None:
        if event["frameId"] == self._main_frame:
            self.url = str(event["url"])

    def _context_made(self, event: dict[str, Any]) -> None:
        facts = event["context"].get("auxData", {})
        if facts.get("isDefault"):
            frame, world = str(facts["frameId"]), int(event["context"]["id"])
            self._main[frame] = world
            self._frames[world] = frame

    def _context_gone(self, event: dict[str, Any]) -> None:
        self._frames.pop(event["executionContextId"], None)
        for known in (self._worlds, self._main):
            for frame in [frame for frame, world in known.items() if world == event["executionContextId"]]:
                del known[frame]

    def _contexts_cleared(self, _event: dict[str, Any]) -> None:
        self._worlds.clear()
        self._main.clear()
        self._frames.clear()

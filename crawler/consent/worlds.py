"""Isolated worlds: our scripts beside the page's, in every frame, without the page noticing.

An isolated world shares the document with the page and no JavaScript object: the page sees no global of ours, and what
it redefines (``Array.prototype``, ``JSON``, ``addEventListener``) does not reach us. Chrome DevTools Protocol,
domains Page, Runtime, DOM, DOMSnapshot and Input. Closed shadow roots are read through DOMSnapshot, so that
``attachShadow`` stays as the page knows it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from crawler.consent.cmp_table import consent_elements
from crawler.consent.wording import topic_words
from crawler.page_session import PageSession

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page

Json = Any
"""Whatever JSON can hold; what comes back from a page is checked where it is read."""
MAX_FRAMES = 25
MAX_CLOSED = 200


class WorldError(Exception):
    """A frame went away, or a call into it failed or took too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Our isolated world in one frame. ``owner`` holds the frame element's facts (None: the page itself).

    ``context`` is the protocol's number of it, which another process may give to another world; ``serial`` is unique in
    its session. ``dx``, ``dy`` move the frame's own pixels into the page's viewport where the frame has a renderer of
    its own.
    """

    session: PageSession
    frame: str
    context: int
    serial: int
    url: str
    owner: dict[str, Any] | None
    dx: float = 0.0
    dy: float = 0.0

    async def send(self, method: str, **params: Json) -> dict[str, Any]:
        """Send one protocol command; WorldError when the frame is gone or does not answer in 5 seconds."""
        try:
            return await self.session.send(method, params)
        except (PlaywrightError, TimeoutError) as error:
            raise WorldError(f"{method}: {error}") from error

    async def call(self, function: str, *arguments: Json) -> Json:
        """Call a JavaScript function in this world with JSON arguments; its JSON result (promises are awaited)."""
        return _value(
            await self.send(
                "Runtime.callFunctionOn",
                functionDeclaration=function,
                executionContextId=self.context,
                arguments=[{"value": a} for a in arguments],
                returnByValue=True,
                awaitPromise=True,
            )
        )

    async def handle(self, element: int) -> str:
        """The protocol's object id of an element that the eyes know by number; WorldError when it is gone."""
        answer = await self.send(
            "Runtime.callFunctionOn",
            functionDeclaration="(id) => consentEyes.element(id)",
            executionContextId=self.context,
            arguments=[{"value": element}],
        )
        handle = answer.get("result", {}).get("objectId")
        if not isinstance(handle, str):
            raise WorldError("the element is gone")
        return handle

    async def call_with_node(self, function: str, backend_node: int, *arguments: Json) -> Json:
        """Call a function with a node (known by its backend id) as the first argument."""
        node = await self.send("DOM.resolveNode", backendNodeId=backend_node, executionContextId=self.context)
        return _value(
            await self.send(
                "Runtime.callFunctionOn",
                functionDeclaration=function,
                executionContextId=self.context,
                arguments=[{"objectId": node["object"]["objectId"]}, *({"value": a} for a in arguments)],
                returnByValue=True,
            )
        )


def _value(answer: dict[str, Any]) -> Json:
    if "exceptionDetails" in answer:
        details = answer["exceptionDetails"]
        text = details.get("exception", {}).get("description") or details.get("text", "")
        raise WorldError(str(text)[:300])
    return answer.get("result", {}).get("value")


def script(name: str) -> str:
    """The text of one of this package's page scripts."""
    return resources.files("crawler.consent").joinpath(name).read_text("utf-8")


class Worlds:
    """All isolated worlds of one page. ``session``: an enabled one that is there already; else one is opened."""

    def __init__(self, page: Page, session: PageSession | None = None) -> None:
        tools = ",".join(consent_elements())
        self.page = page
        self._session = session
        self._outside: dict[int, PageSession] = {}
        self._eyes = f"{script('eyes.js')}\nconsentEyes.about({json.dumps(topic_words())}, {json.dumps(tools)})"
        self._seeing: set[tuple[int, int]] = set()
        self._adopted: set[tuple[str, int]] = set()

    async def session(self) -> PageSession:
        """The page's protocol session. WorldError when the page is gone."""
        if self._session is None:
            try:
                self._session = await self._opened(self.page)
            except (PlaywrightError, TimeoutError) as error:
                raise WorldError(str(error)) from error
        return self._session

    async def _opened(self, whose: Page | Frame) -> PageSession:
        session = PageSession(await self.page.context.new_cdp_session(whose))
        await session.send("Page.enable")
        await session.send("Runtime.enable")
        return session

    async def in_page(self, world: World, function: str, *arguments: Json) -> Json:
        """Call a function in the page's own world: it may be lied to, so that what it says is only ever a claim."""
        context = world.session.main_world(world.frame)
        if context is None:
            raise WorldError("the frame has no document")
        return _value(
            await world.send(
                "Runtime.callFunctionOn",
                functionDeclaration=function,
                executionContextId=context,
                arguments=[{"value": a} for a in arguments],
                returnByValue=True,
                awaitPromise=True,
            )
        )

    async def all(self) -> list[World]:
        """The worlds of all frames, the page's own first; frames that vanish meanwhile are left out."""
        session = await self.session()
        worlds = await self._below(session, owner=None)
        if not worlds:
            raise WorldError("the page has no document")
        for frame in self.page.frames[1:MAX_FRAMES]:
            outside = await self._session_of(frame)
            if outside is not None:
                worlds.extend(await self._outside_worlds(outside, frame))
        return worlds

    async def top(self) -> World:
        """The world of the page's own document."""
        return (await self._below(await self.session(), owner=None, only_top=True))[0]

    async def _below(
        self,
        session: PageSession,
        *,
        owner: dict[str, Any] | None,
        only_top: bool = False,
        shift: tuple[float, float] = (0, 0),
    ) -> list[World]:
        try:
            tree = await session.tree()
        except (PlaywrightError, TimeoutError) as error:
            raise WorldError(str(error)) from error
        worlds: list[World] = []
        queue: list[tuple[dict[str, Any], World | None]] = [(tree, None)]
        while queue and len(worlds) < MAX_FRAMES:
            node, parent = queue.pop(0)
            try:
                world = await self._world(session, node["frame"], parent, owner if parent is None else None, shift)
            except WorldError:
                if parent is None:
                    raise
                continue
            worlds.append(world)
            if not only_top:
                queue.extend((child, world) for child in node.get("childFrames", []))
        return worlds

    async def _world(
        self,
        session: PageSession,
        frame: dict[str, Any],
        parent: World | None,
        owner: dict[str, Any] | None,
        shift: tuple[float, float],
    ) -> World:
        try:
            context = await session.world(frame["id"])
        except (PlaywrightError, TimeoutError) as error:
            raise WorldError(str(error)) from error
        if parent is not None:
            element = await parent.send("DOM.getFrameOwner", frameId=frame["id"])
            owner = await parent.call_with_node("(e) => consentEyes.frame(e)", element["backendNodeId"])
        world = World(
            session=session,
            frame=frame["id"],
            context=context,
            serial=session.serial(frame["id"]),
            url=frame["url"],
            owner=owner,
            dx=shift[0],
            dy=shift[1],
        )
        if (id(session), world.serial) not in self._seeing:
            _value(await world.send("Runtime.evaluate", expression=self._eyes, contextId=context))
            self._seeing.add((id(session), world.serial))
        return world

    async def _session_of(self, frame: Frame) -> PageSession | None:
        key = id(frame)
        if key not in self._outside:
            try:
                self._outside[key] = await self._opened(frame)
            except (PlaywrightError, TimeoutError):  # the frame has no renderer of its own: it is in the page's session
                return None
        return self._outside[key]

    async def _outside_worlds(self, session: PageSession, frame: Frame) -> list[World]:
        try:
            element = await frame.frame_element()
            box = await element.bounding_box()
            if box is None:
                return []
            facts = {
                "shown": box["width"] >= 3 and box["height"] >= 3,
                "overlay": True,
                "hints": " ".join([await element.get_attribute(n) or "" for n in ("id", "name", "class", "title")])[
                    :200
                ],
                "box": [box["x"], box["y"], box["width"], box["height"]],
            }
            return await self._below(session, owner=facts, shift=(box["x"], box["y"]))
        except (PlaywrightError, WorldError):
            return []

    async def open_closed_roots(self, world: World) -> int:
        """Make the closed shadow roots of a session's documents known to their worlds; the number of new ones."""
        snapshot = await world.send("DOMSnapshot.captureSnapshot", computedStyles=[])
        strings = snapshot["strings"]
        found = 0
        for document in snapshot["documents"]:
            frame = strings[document["frameId"]] if document.get("frameId", -1) >= 0 else ""
            nodes = [n for n in _first_nodes(document["nodes"], strings) if (frame, n) not in self._adopted]
            if not nodes or found > MAX_CLOSED:
                continue
            target = await self._same_session_world(world, frame)
            for node in nodes[:MAX_CLOSED]:
                await target.call_with_node("(node) => consentEyes.adopt(node)", node)
                self._adopted.add((frame, node))
                found += 1
        return found

    async def _same_session_world(self, world: World, frame: str) -> World:
        if world.frame == frame:
            return world
        try:
            context = await world.session.world(frame)
        except (PlaywrightError, TimeoutError) as error:
            raise WorldError(str(error)) from error
        serial = world.session.serial(frame)
        return World(session=world.session, frame=frame, context=context, serial=serial, url="", owner=None)


def _first_nodes(nodes: dict[str, Any], strings: list[str]) -> list[int]:
    """One node (backend id) inside every closed shadow root of a DOMSnapshot document."""
    kinds = nodes.get("shadowRootType", {"index": [], "value": []})
    closed = {i for i, v in zip(kinds["index"], kinds["value"], strict=True) if strings[v] == "closed"}
    parents = nodes["parentIndex"]
    first: dict[int, int] = {}
    for index in sorted(closed):
        first.setdefault(parents[index], nodes["backendNodeId"][index])
    return list(first.values())

"""Pressing things as a visitor does: with the mouse, at the place where the thing is, if nothing else lies over it."""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from crawler.consent.worlds import WorldError

if TYPE_CHECKING:
    from playwright.async_api import Page

    from crawler.consent.dialogs import Dialogs
    from crawler.consent.worlds import World

STILL_SECONDS = 1.2
CLICK_SECONDS = 5.0


class Hand:
    """Presses elements of one page."""

    def __init__(self, page: Page, dialogs: Dialogs) -> None:
        self._page = page
        self._dialogs = dialogs

    async def press(self, world: World, element: int, *, trusted: bool = True) -> bool:
        """Press an element; True when by a real mouse click. WorldError when it is gone."""
        point = await self._point(world, element) if trusted else None
        with self._dialogs.pressing():
            if point is not None:
                await self._click(world, element, point)
            elif not await world.call("(id) => consentEyes.press(id)", element):
                raise WorldError("the element is gone")
        return point is not None

    async def _click(self, world: World, element: int, point: tuple[float, float]) -> None:
        """Click at a place; what the page has moved there meanwhile does not hear of it."""
        await world.call("(id) => consentEyes.only(id)", element)
        try:
            async with asyncio.timeout(CLICK_SECONDS):
                await self._page.mouse.click(point[0] + world.dx, point[1] + world.dy)
        except (PlaywrightError, TimeoutError) as error:
            raise WorldError(f"click: {error}") from error
        finally:
            with suppress(WorldError):  # the click may have led to another document
                await world.call("() => consentEyes.only(null)")

    async def _point(self, world: World, element: int) -> tuple[float, float] | None:
        """Where to click, in pixels of the frame's root; None when the element is covered or has no place."""
        try:
            handle = await world.handle(element)
            await world.send("DOM.scrollIntoViewIfNeeded", objectId=handle)
            quad = await self._resting_quad(world, handle)
            if quad is None:
                return None
            x, y = sum(quad[0::2]) / 4, sum(quad[1::2]) / 4
            hit = await world.send("DOM.getNodeForLocation", x=math.floor(x), y=math.floor(y))
            if hit.get("frameId", world.frame) != world.frame:
                return None
            covers = await world.call_with_node(
                "(node, id) => consentEyes.covers(id, node)", hit["backendNodeId"], element
            )
        except WorldError:
            return None
        return (x, y) if covers else None

    async def _resting_quad(self, world: World, handle: str) -> list[float] | None:
        before: list[float] | None = None
        loop = asyncio.get_running_loop()
        end = loop.time() + STILL_SECONDS
        while True:
            quad = _largest((await world.send("DOM.getContentQuads", objectId=handle))["quads"])
            if quad is None or quad == before or loop.time() > end:
                return quad
            before = quad
            await asyncio.sleep(0.08)


def _largest(quads: list[Any]) -> list[float] | None:
    sized = [[float(n) for n in q] for q in quads]
    sized = [q for q in sized if abs(q[2] - q[0]) * abs(q[5] - q[1]) > 4 or abs(q[4] - q[0]) * abs(q[5] - q[1]) > 4]
    return max(sized, key=lambda q: abs(q[4] - q[0]) * abs(q[5] - q[1]), default=None)

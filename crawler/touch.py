"""The visitor's hand: one movement of the mouse and one scroll through the page, as any reader makes them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from crawler.launch import bounded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

TIMEOUT_S = 5.0
STEP_PX = 600
MIN_STEPS = 2
"""Also where the page itself is not longer than the window: something inside it may be."""
MAX_STEPS = 12
"""Pages without end are read for about ten windows."""
_LEFT = """(() => {
  const top = Object.getOwnPropertyDescriptor(Document.prototype, 'scrollingElement').get.call(document);
  return top ? top.scrollHeight - top.clientHeight : 0 })()"""
# The browser scrolls first and tells the page in its next frame: only then has the page been at the last place, and
# what watches what comes into sight looks at the end of that frame.
_BACK = """void requestAnimationFrame(() => requestAnimationFrame(() => scrollTo({ top: 0, behavior: 'instant' })))"""


async def touch(page: Page, ask: Callable[[str], Awaitable[object]]) -> None:
    """Move the mouse, scroll to the end and jump back to the top. ``ask`` evaluates in a world of our own.

    The jump is two frames away when this returns. TimeoutError or Playwright's Error when the page takes no events.
    """
    await bounded(page.mouse.move(420, 330, steps=4), TIMEOUT_S)
    left = await ask(_LEFT)
    steps = math.ceil(left / STEP_PX) if isinstance(left, (int, float)) and math.isfinite(left) else 0
    await bounded(_scroll(page, max(MIN_STEPS, min(steps, MAX_STEPS))), TIMEOUT_S)
    await ask(_BACK)


async def _scroll(page: Page, steps: int) -> None:
    for _ in range(steps):
        await page.mouse.wheel(0, STEP_PX)

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
WHEEL_STEPS = 2
"""Turned in any case: where the page itself is not longer than the window, something inside it may be."""
MAX_STEPS = 12
"""Pages without end are read for about ten windows."""
_LEFT = """(() => {
  const top = Object.getOwnPropertyDescriptor(Document.prototype, 'scrollingElement').get.call(document);
  return top ? top.scrollHeight - top.clientHeight : 0 })()"""
# The browser turns a page by itself and tells it in its next frame; what watches what comes into sight looks at the
# end of a frame. So every place gets one, and the last one another before the jump back. A page that is held in its
# place (a banner may do that) did not follow the wheel: it stays where it is, as for any visitor.
_ON = """(async (steps, px) => {
  const until = performance.now() + 3000;
  const frame = () => new Promise((done) => { requestAnimationFrame(done); setTimeout(done, 250) });
  const go = (top) => scrollTo({ top, behavior: 'instant' });
  await frame();
  await frame();
  for (let left = scrollY > 0 ? steps : 0; left > 0 && performance.now() < until; left -= 1) {
    go(scrollY + px);
    await frame();
  }
  await frame();
  go(0);
})"""


async def touch(page: Page, ask: Callable[[str], Awaitable[object]]) -> None:
    """Move the mouse, scroll to the end and jump back to the top. ``ask`` evaluates in a world of our own and waits.

    The wheel begins; the rest of a long page is scrolled from that world, which costs the browser half. TimeoutError
    or Playwright's Error when the page takes no events.
    """
    await bounded(page.mouse.move(420, 330, steps=4), TIMEOUT_S)
    left = await ask(_LEFT)
    await bounded(_wheel(page), TIMEOUT_S)
    steps = math.ceil(left / STEP_PX) if isinstance(left, (int, float)) and math.isfinite(left) else 0
    await ask(f"{_ON}({max(0, min(steps, MAX_STEPS) - WHEEL_STEPS)}, {STEP_PX})")


async def _wheel(page: Page) -> None:
    for _ in range(WHEEL_STEPS):
        await page.mouse.wheel(0, STEP_PX)

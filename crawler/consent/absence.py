"""Whether a banner stays away after the page was loaded again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.consent.heuristic import Heuristic

MARGIN_MS = 1200.0
MAX_MS = 8000.0
FLASHES = 2
"""Some libraries flash their banner before they read their record: so many looks may see it."""


async def stays_away(eyes: Heuristic, seen_age_ms: float) -> bool:
    """Watch for the banner until the page is older than it was when the banner was first seen (``seen_age_ms``)."""
    until = min(seen_age_ms + MARGIN_MS, MAX_MS)
    clock = asyncio.get_running_loop()
    end = clock.time() + MAX_MS / 1000
    seen = 0
    while True:
        look = await eyes.look()
        seen = seen + 1 if look.banners else 0
        if seen > FLASHES:
            return False
        if look.ready and look.age_ms >= until and not seen:
            return True
        if clock.time() > end:
            return look.ready and not seen
        await asyncio.sleep(0.25)

"""What the settings behind a banner show before anybody has chosen: opened, read, and left as they are.

A refusal on the first layer never gets there. It is for the end of a visit that makes no choice: what opening the
settings causes is no longer observed, and no control inside them is pressed.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.consent.labels import Side
from crawler.consent.seen import pre_ticked, signature, switches_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model import BannerSwitch
    from crawler.consent.hand import Hand
    from crawler.consent.heuristic import Heuristic
    from crawler.consent.seen import Button, Seen, Signature

LAYER = 2
BANNER_SECONDS = 8.0
MARGIN_MS = 1000.0
OPEN_SECONDS = 4.0
CLEAR = 0.5
_STILL = 2
"""So many looks in a row must show the same: switches may be drawn before they are set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLayer:
    """The switches of the second layer, and how many purposes that are not necessary were on."""

    switches: tuple[BannerSwitch, ...]
    pre_ticked: int


async def read_second_layer(eyes: Heuristic, hand: Hand, seen_age_ms: float) -> SecondLayer | None:
    """Open the settings of the banner and read their switches; None where there are none.

    The banner is waited for until the page is as old as when it was first seen (``seen_age_ms``), and a little more.
    WorldError when the page goes away.
    """
    look = await eyes.look()
    until = asyncio.get_running_loop().time() + BANNER_SECONDS
    while not look.banners and look.age_ms < seen_age_ms + MARGIN_MS and asyncio.get_running_loop().time() < until:
        await asyncio.sleep(0.25)
        look = await eyes.look()
    way = next(((seen, button) for seen in look.banners if (button := _settings(seen)) is not None), None)
    if way is None:
        return None
    seen, button = way
    await eyes.expect_layer()
    await hand.press(seen.world, button.id)
    layer = await _opened(eyes, {signature(banner) for banner in look.banners})
    if layer is None:
        return None
    return SecondLayer(switches=switches_of(layer, LAYER), pre_ticked=pre_ticked(layer))


def leads_to_settings(found: Iterable[Seen]) -> bool:
    """Whether one of these banners has a control that opens settings which are not in sight."""
    return any(_settings(seen) is not None for seen in found)


def _settings(seen: Seen) -> Button | None:
    """The control that opens the settings of a banner that shows no switches of its own."""
    buttons = [b for b in seen.having(Side.SETTINGS) if b.reading.strength >= CLEAR and b.kind != "weak"]
    return buttons[0] if buttons and not any(t.in_sight for t in seen.toggles) else None


async def _opened(eyes: Heuristic, before: set[Signature]) -> Seen | None:
    """The new layer with the most switches, when it has shown them in the same positions for two looks."""
    clock = asyncio.get_running_loop()
    end = clock.time() + OPEN_SECONDS
    shown: list[tuple[object, ...]] = []
    while clock.time() < end:
        await asyncio.sleep(0.25)
        found = [seen for seen in (await eyes.look()).banners if seen.toggles and signature(seen) not in before]
        layer = max(found, key=lambda seen: len(seen.toggles), default=None)
        if layer is None:
            continue
        shown.append(tuple((toggle.label, toggle.on) for toggle in layer.toggles))
        if len(shown) >= _STILL and shown[-1] == shown[-_STILL]:
            return layer
    return None

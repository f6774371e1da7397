"""How the controls of a banner look, as the browser renders them (``looks.js``): facts, no judgement."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from auditor.model import ControlLook, Prominence
from crawler.consent.labels import Side
from crawler.consent.worlds import WorldError, script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.consent.seen import Button, Seen


async def prominence(found: Sequence[Seen]) -> Prominence:
    """The looks of the controls of a first layer that accept and refuse most directly."""
    accept = await _first(found, Side.ACCEPT, Side.ACKNOWLEDGE)
    reject = await _first(found, Side.REJECT, Side.OPT_OUT)
    together = accept is not None and reject is not None
    return Prominence(accept=accept, reject=reject, distance=_distance(accept, reject) if together else None)


def deeper(facts: Prominence | None, side: Side, look: ControlLook | None) -> Prominence | None:
    """The same facts with a control of a deeper layer, where the first layer had none of its side."""
    if facts is None or look is None:
        return facts
    if side is Side.ACCEPT:
        return facts if facts.accept else replace(facts, accept=look)
    return facts if facts.reject else replace(facts, reject=look)


async def look_at(seen: Seen, button: Button, layer: int) -> ControlLook | None:
    """How one control looks; ``None`` when it is gone."""
    try:
        if not await seen.world.call("() => Boolean(globalThis.consentLooks)"):
            await seen.world.send("Runtime.evaluate", expression=script("looks.js"), contextId=seen.world.context)
        facts = await seen.world.call("(id) => consentLooks.look(id)", button.id)
    except WorldError:
        return None
    return _record(facts, seen, button, layer) if facts else None


async def _first(found: Sequence[Seen], *sides: Side) -> ControlLook | None:
    for seen in found:
        buttons = seen.having(*sides)
        if buttons:
            return await look_at(seen, buttons[0], 1)
    return None


def _record(facts: dict[str, Any], seen: Seen, button: Button, layer: int) -> ControlLook:
    owner = (seen.world.owner or {}).get("box") or (0, 0)
    x, y, width, height = (float(side) for side in facts["box"])
    return ControlLook(
        text=button.text,
        element=str(facts["element"])[:40],
        layer=layer,
        box=(x + float(owner[0]), y + float(owner[1]), width, height),
        font_px=float(facts["font_px"]),
        font_weight=int(facts["font_weight"]),
        contrast=_ratio(facts["contrast"]),
        fill=_ratio(facts["fill"]),
        bordered=bool(facts["bordered"]),
        underlined=bool(facts["underlined"]),
    )


def _ratio(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else min(max(float(value), 1.0), 21.0)


def _distance(one: ControlLook | None, two: ControlLook | None) -> float | None:
    if one is None or two is None:
        return None
    (ax, ay, aw, ah), (bx, by, bw, bh) = one.box, two.box
    return round(math.hypot(ax + aw / 2 - bx - bw / 2, ay + ah / 2 - by - bh / 2), 1)

"""What a look tells about a banner, as the visit's record holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Banner, Wanted
from crawler.consent.operate import pre_ticked
from crawler.consent.wording import Side

if TYPE_CHECKING:
    from crawler.consent.heuristic import Look
    from crawler.consent.seen import Seen
    from crawler.consent.worlds import Worlds

COVERED = 0.8
"""Share of the viewport from which the page counts as covered."""


def plain(look: Look, wanted: Wanted) -> bool:
    """Whether the choice is a clearly named button of the first layer: then it is pressed as a visitor would."""
    side = Side.ACCEPT if wanted is Wanted.ACCEPT else Side.REJECT
    return any(b.reading.strength >= 0.7 and b.kind != "weak" for s in look.banners for b in s.having(side))


def other_side(look: Look, wanted: Wanted) -> dict[str, list[int]]:
    """The elements that a rule must not press, by frame."""
    sides = {Side.REJECT, Side.OPT_OUT} if wanted is Wanted.ACCEPT else {Side.ACCEPT, Side.PAY}
    barred: dict[str, list[int]] = {}
    for seen in look.banners:
        barred.setdefault(seen.world.frame, []).extend(b.id for b in seen.buttons if b.side in sides)
    return barred


async def covers(worlds: Worlds) -> bool:
    """Whether the page is covered by a layer, or locked against scrolling."""
    cover = await (await worlds.top()).call("() => consentEyes.covering()")
    return bool(float(cover["share"]) >= COVERED or cover["locked"])


def banner_of(found: tuple[Seen, ...], rule: str | None, cmp_name: str | None, *, wall: bool) -> Banner:
    """The record of a banner. ``rule`` sees one too; ``wall``: the page is covered or locked."""
    by = tuple(name for name, is_so in (("rules", rule), ("cmp", cmp_name), ("heuristic", found)) if is_so)
    if not found:
        return Banner(
            detected_by=by, cmp=cmp_name, layers=1, accept_clicks=None, reject_clicks=None, pre_ticked=0, wall=wall,
            text="", language=None, box=None,
        )  # fmt: skip
    seen = found[0]
    accept = seen.has(Side.ACCEPT, Side.ACKNOWLEDGE)
    return Banner(
        detected_by=by,
        cmp=cmp_name,
        layers=1,
        accept_clicks=1 if accept else None,
        reject_clicks=1 if seen.has(Side.REJECT) else None,
        pre_ticked=pre_ticked(seen),
        wall=wall and not seen.has(Side.DISMISS),
        text=seen.text[:2000],
        language=seen.language,
        box=_page_box(seen),
    )


def _page_box(seen: Seen) -> tuple[float, float, float, float]:
    x, y, w, h = seen.box
    owner = (seen.world.owner or {}).get("box") or (0, 0, 0, 0)
    return (x + float(owner[0]), y + float(owner[1]), w, h)

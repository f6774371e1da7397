"""What a look tells about a banner, as the visit's record holds it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.model import Banner, ChoiceOutcome, Wanted
from crawler.consent.labels import Side
from crawler.consent.looks import deeper
from crawler.consent.seen import pre_ticked, switches_of

if TYPE_CHECKING:
    from auditor.model import Prominence
    from crawler.consent.attempt import Attempt
    from crawler.consent.heuristic import Look
    from crawler.consent.seen import Seen
    from crawler.consent.worlds import Worlds

COVERED = 0.8
"""Share of the viewport from which the page counts as covered."""


def other_side(look: Look, wanted: Wanted) -> dict[str, list[int]]:
    """The elements that a rule must not press, by frame."""
    sides = {Side.REJECT, Side.OPT_OUT} if wanted is Wanted.ACCEPT else {Side.ACCEPT, Side.PAY}
    barred: dict[str, list[int]] = {}
    for seen in look.banners:
        barred.setdefault(seen.world.frame, []).extend(b.id for b in seen.buttons if b.side in sides)
    return barred


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What a banner leaves of the page: the share of the viewport that layers cover, and whether it scrolls."""

    share: float
    locked: bool
    viewport: tuple[float, float]

    @property
    def wall(self) -> bool:
        """Whether the page is covered by a layer, or locked against scrolling."""
        return self.share >= COVERED or self.locked


async def cover_of(worlds: Worlds) -> Cover:
    """How much of the page can still be reached."""
    cover = await (await worlds.top()).call("() => consentEyes.covering()")
    width, height = (float(side) for side in cover["viewport"])
    return Cover(share=float(cover["share"]), locked=bool(cover["locked"]), viewport=(width, height))


def banner_of(
    found: tuple[Seen, ...], rule: str | None, cmp_name: str | None, cover: Cover, looks: Prominence | None
) -> Banner:
    """The record of a banner on its first layer. ``rule`` sees one too."""
    by = tuple(name for name, is_so in (("rules", rule), ("cmp", cmp_name), ("heuristic", found)) if is_so)
    if not found:
        return Banner(
            detected_by=by, cmp=cmp_name, layers=1, accept_clicks=None, reject_clicks=None, pre_ticked=0,
            wall=cover.wall, text="", language=None, box=None, covers=cover.share, scroll_locked=cover.locked,
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
        wall=cover.wall and not seen.has(Side.DISMISS),
        text=seen.text[:2000],
        language=seen.language,
        box=_page_box(seen),
        covers=max(cover.share, _share(_page_box(seen), cover.viewport)),
        scroll_locked=cover.locked,
        pay_option=any(b.side is Side.PAY for s in found for b in s.buttons) and accept,
        switches=switches_of(seen, 1),
        prominence=looks,
    )


def learned(banner: Banner | None, attempt: Attempt, wanted: Wanted, dialogs: int) -> Banner | None:
    """The record of a banner with what an attempt at a choice has shown; ``dialogs`` is how many were answered."""
    if banner is None:
        return None
    done = attempt.outcome is ChoiceOutcome.DONE
    side = Side.ACCEPT if wanted is Wanted.ACCEPT else Side.REJECT
    clicks = len(attempt.clicks) + dialogs if done else None
    return replace(
        banner,
        layers=max(banner.layers, attempt.layers),
        pre_ticked=max(banner.pre_ticked, attempt.pre_ticked),
        switches=banner.switches + tuple(attempt.switches),
        prominence=deeper(banner.prominence, side, attempt.look),
        accept_clicks=clicks if wanted is Wanted.ACCEPT and done else banner.accept_clicks,
        reject_clicks=clicks if wanted is not Wanted.ACCEPT and done else banner.reject_clicks,
    )


def _share(box: tuple[float, float, float, float], viewport: tuple[float, float]) -> float:
    """The share of the viewport that a box takes."""
    x, y, w, h = box
    width = max(0.0, min(x + w, viewport[0]) - max(x, 0.0))
    height = max(0.0, min(y + h, viewport[1]) - max(y, 0.0))
    return round(width * height / max(viewport[0] * viewport[1], 1.0), 3)


def _page_box(seen: Seen) -> tuple[float, float, float, float]:
    x, y, w, h = seen.box
    owner = (seen.world.owner or {}).get("box") or (0, 0, 0, 0)
    return (x + float(owner[0]), y + float(owner[1]), w, h)

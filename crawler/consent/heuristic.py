"""The multilingual heuristic's eyes: one look at all frames and shadow roots of a page, and the banners in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.consent.asks import banners
from crawler.consent.seen import Seen, read_group
from crawler.consent.worlds import World, WorldError

if TYPE_CHECKING:
    from crawler.consent.worlds import Worlds


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at the page: its banners, the page's age in milliseconds, and whether everything was seen.

    ``others`` are other parts of the page (a footer, say) with controls whose words are about consent.
    """

    banners: tuple[Seen, ...]
    others: tuple[Seen, ...]
    age_ms: float
    ready: bool
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """The last answer of a frame: its number, and what was read in it."""

    number: int
    world: World
    groups: tuple[Seen, ...]


class Heuristic:
    """Sees the banners of one page."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds
        self._hosts: dict[str, int] = {}
        self._told: dict[int, _Told] = {}

    async def look(self) -> Look:
        """Look at all frames once; a page between two documents shows nothing (``complete`` False)."""
        found: list[Seen] = []
        age, ready, complete = 0.0, False, True
        try:
            worlds = await self._worlds.all()
        except WorldError:
            return Look(banners=(), others=(), age_ms=0, ready=False, complete=False)
        for number, world in enumerate(worlds):
            if number > 0 and not (world.owner or {}).get("shown"):
                continue
            try:
                scan = await self._scan(world)
            except WorldError:
                complete = False
                continue
            found.extend(self._groups(world, scan))
            complete = complete and not scan["truncated"]
            if number == 0:
                age, ready = float(scan["age"]), bool(scan.get("ready"))
        asking = tuple(banners(found))
        others = tuple(s for s in found if s not in asking)
        return Look(banners=asking, others=others, age_ms=age, ready=ready, complete=complete)

    async def _scan(self, world: World) -> dict[str, Any]:
        scan = await self._answer(world)
        if scan["hosts"] > 0 and self._hosts.get(world.frame) != scan["hosts"]:
            self._hosts[world.frame] = scan["hosts"]
            if await self._worlds.open_closed_roots(world):
                scan = await self._answer(world)
        return scan

    async def _answer(self, world: World) -> dict[str, Any]:
        told = self._told.get(world.context)
        known = told.number if told is not None and told.world == world else None
        scan: dict[str, Any] = await world.call("(known) => consentEyes.scan(known)", known)
        return scan

    def _groups(self, world: World, scan: dict[str, Any]) -> tuple[Seen, ...]:
        """The groups of an answer; those of the last one where nothing has changed since."""
        if scan["groups"] is not None:
            groups = tuple(read_group(world, raw) for raw in scan["groups"])
            self._told[world.context] = _Told(number=int(scan.get("telling", 0)), world=world, groups=groups)
        return self._told[world.context].groups

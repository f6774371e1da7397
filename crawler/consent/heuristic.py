"""The multilingual heuristic's eyes: one look at all frames and shadow roots of a page, and the banners in it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.consent.asks import banners, is_layer
from crawler.consent.seen import Seen, read_group
from crawler.consent.worlds import World, WorldError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.consent.worlds import Worlds
    from crawler.page_session import PageSession


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


Key = tuple[str, int, int]
"""What tells one part of a page from another: frame, its document's world, number of the element."""
LAYER_SECONDS = 6.0
"""How long the layer that was asked for may take to open."""


class _Layers:
    """Settings that open because they were asked for; they may speak of anything."""

    def __init__(self) -> None:
        self.expected = False
        self._known: set[tuple[Key, tuple[str, ...]]] = set()
        self._documents: set[tuple[str, int]] = set()
        self._until = 0.0
        self._opened: set[Key] = set()

    def expect(self, found: Iterable[Seen], documents: Iterable[World]) -> None:
        """From now on what shows up in these documents, or has other controls than when it was found, is asked for."""
        self._known = {_state(seen) for seen in found}
        self._documents = {(world.frame, world.serial) for world in documents}
        self.wait()

    def wait(self) -> None:
        """It is asked for now: it may take ``LAYER_SECONDS`` from here."""
        self._until = asyncio.get_running_loop().time() + LAYER_SECONDS

    def among(self, found: list[Seen]) -> list[Seen]:
        """The layers that opened, as they are seen now."""
        if asyncio.get_running_loop().time() < self._until:
            fresh = (s for s in found if _key(s)[:2] in self._documents and _state(s) not in self._known)
            self._opened |= {_key(seen) for seen in fresh if is_layer(seen)}
        return [seen for seen in found if _key(seen) in self._opened]


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
        self._told: dict[str, _Told] = {}
        self._layers = _Layers()
        self._looked_at: list[World] = []
        self._searched: set[PageSession] = set()

    async def expect_layer(self) -> None:
        """Called before settings are opened: what opens then is their layer, whatever it speaks of."""
        self._layers.expected = True
        look = await self.look()
        self._layers.expect((*look.banners, *look.others), self._looked_at)

    def layer_asked(self) -> None:
        """Called once the settings' control has been pressed: pressing it may take long where the page is busy."""
        self._layers.wait()

    async def look(self) -> Look:
        """Look at all frames once; a page between two documents shows nothing (``complete`` False)."""
        found: list[Seen] = []
        self._looked_at = []
        self._searched.clear()
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
            self._looked_at.append(world)
            found.extend(self._groups(world, scan))
            complete = complete and not scan["truncated"]
            if number == 0:
                age, ready = float(scan["age"]), bool(scan.get("ready"))
        asking = tuple(banners(found, self._layers.among(found)))
        others = tuple(s for s in found if s not in asking)
        return Look(banners=asking, others=others, age_ms=age, ready=ready, complete=complete)

    async def _scan(self, world: World) -> dict[str, Any]:
        scan = await self._answer(world)
        # One question finds the closed roots of all frames of a session, of which a page may have thousands.
        fresh = world.session not in self._searched
        if fresh and scan["hosts"] > 0 and self._hosts.get(world.frame) != scan["hosts"]:
            self._searched.add(world.session)
            self._hosts[world.frame] = scan["hosts"]
            if await self._worlds.open_closed_roots(world):
                scan = await self._answer(world)
        return scan

    async def _answer(self, world: World) -> dict[str, Any]:
        told = self._told.get(world.frame)
        known = told.number if told is not None and told.world == world else None
        look = "(known, wide) => consentEyes.scan(known, wide)"
        scan: dict[str, Any] = await world.call(look, known, self._layers.expected)
        return scan

    def _groups(self, world: World, scan: dict[str, Any]) -> tuple[Seen, ...]:
        """The groups of an answer; those of the last one where nothing has changed since."""
        if scan["groups"] is not None:
            groups = tuple(read_group(world, raw) for raw in scan["groups"])
            self._told[world.frame] = _Told(number=int(scan.get("telling", 0)), world=world, groups=groups)
        return self._told[world.frame].groups


def _state(seen: Seen) -> tuple[Key, tuple[str, ...]]:
    """A part of a page and the labels of its controls: a frame, say, shows one layer after the other in its body."""
    return _key(seen), tuple(button.text for button in seen.buttons)


def _key(seen: Seen) -> Key:
    return (seen.world.frame, seen.world.serial, seen.id)

"""The multilingual heuristic: looks at all frames, and makes a choice step by step.

Each step is decided by ``decide`` on fresh eyes, done by the hand, and followed by another look: a choice counts as
made only when no banner with a choice is left.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from auditor.model import ChoiceOutcome, Wanted
from crawler.consent.decide import Act, Step, decide, free_toggles
from crawler.consent.hand import Hand
from crawler.consent.seen import Seen, banners, read_group
from crawler.consent.wording import Side, topic_words
from crawler.consent.worlds import World, WorldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Page

    from crawler.consent.seen import Toggle
    from crawler.consent.worlds import Worlds

GONE_SECONDS = 4.0
OPEN_SECONDS = 4.0
MAX_STEPS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at the page: its banners, the page's age in milliseconds, and whether everything was seen."""

    banners: tuple[Seen, ...]
    age_ms: float
    ready: bool
    complete: bool


@dataclass(slots=True, kw_only=True)
class Attempt:
    """What an attempt at a choice did. ``layers`` counts the layers seen, ``presses`` the clicks a visitor needs."""

    outcome: ChoiceOutcome
    method: str = "heuristic"
    clicks: list[str] = field(default_factory=list)
    presses: int = 0
    layers: int = 1
    pre_ticked: int = 0
    synthetic: bool = False
    reason: str = ""


class Heuristic:
    """Sees and operates banners of one page. ``before_press`` is called before the first state-changing press."""

    def __init__(self, page: Page, worlds: Worlds) -> None:
        self._worlds = worlds
        self._page = page
        self._hand = Hand(page)
        self._hosts: dict[str, int] = {}

    async def look(self) -> Look:
        """Look at all frames once; a page between two documents shows nothing (``complete`` False)."""
        found: list[Seen] = []
        age, ready, complete = 0.0, False, True
        try:
            worlds = await self._worlds.all()
        except WorldError:
            return Look(banners=(), age_ms=0, ready=False, complete=False)
        for number, world in enumerate(worlds):
            if number > 0 and not (world.owner or {}).get("shown"):
                continue
            try:
                scan = await self._scan(world)
            except WorldError:
                complete = False
                continue
            found.extend(read_group(world, raw) for raw in scan["groups"])
            complete = complete and not scan["truncated"]
            if number == 0:
                age, ready = float(scan["age"]), bool(scan.get("ready"))
        return Look(banners=tuple(banners(found)), age_ms=age, ready=ready, complete=complete)

    async def _scan(self, world: World) -> dict[str, Any]:
        scan = await world.call("(words) => consentEyes.scan(words)", topic_words())
        if scan["hosts"] > 0 and self._hosts.get(world.frame) != scan["hosts"]:
            self._hosts[world.frame] = scan["hosts"]
            if await self._worlds.open_closed_roots(world):
                scan = await world.call("(words) => consentEyes.scan(words)", topic_words())
        result: dict[str, Any] = scan
        return result

    async def choose(self, wanted: Wanted) -> Attempt:
        """Make the choice on every banner that is there; see ``Attempt``. Never presses a doubtful control."""
        attempt = Attempt(outcome=ChoiceOutcome.NO_BANNER)
        opened: set[str] = set()
        retried: set[str] = set()
        for _ in range(MAX_STEPS):
            look = await self._settled_look()
            if not look.banners:
                if attempt.presses:
                    attempt.outcome = ChoiceOutcome.DONE
                return attempt
            seen = _answerable(look.banners, wanted)
            if attempt.presses == 0 and attempt.layers == 1:
                attempt.pre_ticked = pre_ticked(seen)
            step = decide(seen, wanted, layer=attempt.layers, opened=frozenset(opened))
            if not await self._take(step, seen, look, attempt, opened, retried, wanted):
                return attempt
        attempt.outcome, attempt.reason = ChoiceOutcome.FAILED, "too many steps"
        return attempt

    async def _settled_look(self) -> Look:
        for _ in range(20):
            look = await self.look()
            if look.ready or look.banners:
                return look
            await asyncio.sleep(0.2)
        return look

    async def _take(
        self,
        step: Step,
        seen: Seen,
        look: Look,
        attempt: Attempt,
        opened: set[str],
        retried: set[str],
        wanted: Wanted,
    ) -> bool:
        """Do one step; False when the attempt is over (its outcome is set then)."""
        try:
            if step.act is Act.OPEN and step.button is not None:
                return await self._open(step, seen, attempt, opened)
            if step.act in {Act.PRESS, Act.TOGGLE} and step.button is not None:
                return await self._press(step, seen, attempt, retried)
        except WorldError as error:
            attempt.reason = str(error)[:200]
            await asyncio.sleep(0.3)
            return True
        missing = ChoiceOutcome.NO_ACCEPT if wanted is Wanted.ACCEPT else ChoiceOutcome.NO_REJECT
        readable = step.act is Act.NONE and look.complete and attempt.presses == 0
        attempt.outcome = missing if readable else ChoiceOutcome.FAILED
        attempt.reason = step.reason or attempt.reason
        return False

    async def _open(self, step: Step, seen: Seen, attempt: Attempt, opened: set[str]) -> bool:
        assert step.button is not None
        button = step.button
        opened.add(button.text)
        before = _signature((seen,))
        await self._hand.press(seen.world, button.id)
        changed = await self._wait(OPEN_SECONDS, lambda look: _signature(look.banners) not in {before, ()})
        if step.reason != "inform" or changed:
            attempt.clicks.append(button.text)
        if changed:
            attempt.layers += 1
            now = await self.look()
            if now.banners:
                attempt.pre_ticked = max(attempt.pre_ticked, *(pre_ticked(s) for s in now.banners))
        return True

    async def _press(self, step: Step, seen: Seen, attempt: Attempt, retried: set[str]) -> bool:
        assert step.button is not None
        button = step.button
        again = button.text in retried
        if len(attempt.clicks) > 40 or (again and f"{button.text}\0" in retried):
            attempt.outcome, attempt.reason = ChoiceOutcome.FAILED, f"{button.text!r} has no effect"
            return False
        retried.add(f"{button.text}\0" if again else button.text)
        for toggle in step.toggles:
            if not await self._turn(seen, toggle, to=True if toggle.kind == "radio" else step.to):
                attempt.outcome, attempt.reason = (
                    ChoiceOutcome.FAILED,
                    f"the switch {toggle.label[:60]!r} does not move",
                )
                return False
            attempt.clicks.append(toggle.label[:120])
        if step.toggles and await self._still_wrong(seen, to=step.to):
            return True
        trusted = await self._hand.press(seen.world, button.id, trusted=not again)
        attempt.synthetic = attempt.synthetic or not trusted
        attempt.method = step.method
        attempt.presses += 1
        if not again:
            attempt.clicks.append(button.text)
        await self._wait(GONE_SECONDS, lambda look: not look.banners or _moved_on(seen, look))
        return True

    async def _still_wrong(self, seen: Seen, *, to: bool) -> bool:
        """Whether switches that were out of sight are not yet where they should be."""
        for toggle in free_toggles(seen):
            state = await seen.world.call("(id) => consentEyes.state(id)", toggle.id)
            if state is not None and toggle.kind == "check" and state["on"] is not to and not state["disabled"]:
                return True
        return False

    async def _turn(self, seen: Seen, toggle: Toggle, *, to: bool) -> bool:
        label = await seen.world.call("(id) => consentEyes.labelFor(id)", toggle.id)
        for element, trusted in ((toggle.id, True), (label, True), (toggle.id, False)):
            state = await seen.world.call("(id) => consentEyes.state(id)", toggle.id)
            if state is None or state["on"] is to:
                return state is not None
            if element is None or (trusted and element == toggle.id and not toggle.visible):
                continue
            await self._hand.press(seen.world, element, trusted=trusted)
            await asyncio.sleep(0.08)
        state = await seen.world.call("(id) => consentEyes.state(id)", toggle.id)
        return state is not None and state["on"] is to

    async def _wait(self, seconds: float, enough: Callable[[Look], bool]) -> bool:
        """Look until it is enough, twice in a row, for at most so many seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        held = 0
        while loop.time() < end:
            await asyncio.sleep(0.15)
            look = await self.look()
            held = held + 1 if look.ready and enough(look) else 0
            if held >= 2:
                return True
        return False


def _answerable(found: tuple[Seen, ...], wanted: Wanted) -> Seen:
    """The banner on which the wanted choice can be made most directly; the first where none stands out."""
    side = Side.ACCEPT if wanted is Wanted.ACCEPT else Side.REJECT
    return next((s for s in found if s.dialog and s.has(side)), next((s for s in found if s.has(side)), found[0]))


def _signature(found: tuple[Seen, ...]) -> tuple[tuple[str, tuple[str, ...], int], ...]:
    return tuple((s.world.frame, tuple(b.text for b in s.buttons), len(s.toggles)) for s in found)


def _moved_on(seen: Seen, look: Look) -> bool:
    """Whether the pressed banner is gone although others are there, or shows other controls than before."""
    return _signature((seen,))[0] not in _signature(look.banners)


def pre_ticked(seen: Seen) -> int:
    """How many non-essential switches are on."""
    return sum(1 for t in seen.toggles if t.kind == "check" and t.on and not t.essential)

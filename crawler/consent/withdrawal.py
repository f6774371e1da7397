"""Withdrawing a consent that was given: the settings are opened again, and everything is refused in them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model import Choice, ChoiceOutcome, Wanted
from crawler.consent import reopen
from crawler.consent.forms import settings_form
from crawler.consent.hand import Hand
from crawler.consent.labels import Side
from crawler.consent.operate import Operation
from crawler.consent.worlds import WorldError

if TYPE_CHECKING:
    from playwright.async_api import Page

    from crawler.consent.attempt import Attempt
    from crawler.consent.dialogs import Dialogs
    from crawler.consent.heuristic import Heuristic, Look
    from crawler.consent.reopen import Way
    from crawler.consent.seen import Seen
    from crawler.consent.worlds import Worlds

MAX_TRIES = 3
OPEN_SECONDS = 5.0
_READY_LOOKS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The choice as made on one page, and the pages of its links about the choice."""

    choice: Choice
    pages: tuple[str, ...]


def withdrew_at_once(choice: Choice) -> bool:
    """Whether one control withdrew the consent by itself: nothing opened in which to refuse."""
    place, _, operated = (choice.method or "").partition(":")
    alone = len(choice.clicks) == 1 and operated in {"", "opt_out"}
    return choice.wanted is Wanted.WITHDRAW and bool(place) and alone


class Withdrawal:
    """One attempt on one page; ``reason`` says why it failed, where it did."""

    def __init__(self, page: Page, worlds: Worlds, eyes: Heuristic, dialogs: Dialogs) -> None:
        self._page = page
        self._worlds = worlds
        self._eyes = eyes
        self._hand = Hand(page, dialogs)
        self.reason = ""

    async def by_control(self, *, elsewhere: bool = False) -> Withdrawn:
        """Through what the page shows: a form of settings, or a control that opens them or withdraws by itself.

        ``elsewhere``: the page is on another host than the one where consent was given. A banner that is there by
        itself asks for that host's own consent, and knows nothing of the one that is to be withdrawn.
        """
        look = await self._settled()
        if look.banners and elsewhere:
            return Withdrawn(choice=Choice(wanted=Wanted.WITHDRAW, outcome=ChoiceOutcome.NO_CONTROL), pages=())
        if look.banners:
            return Withdrawn(choice=self._choice(await self._operation().run(), "banner", ()), pages=())
        form = await self._form()
        if form is not None:
            return Withdrawn(choice=self._choice(await self._operation().fill(form), "form", ()), pages=())
        found = await reopen.ways(self._worlds)
        for way in found.controls[:MAX_TRIES]:
            choice = await self._through(way)
            if choice is not None:
                return Withdrawn(choice=choice, pages=found.pages)
        complete = found.complete and look.complete and look.ready
        outcome = ChoiceOutcome.FAILED if found.controls or not complete else ChoiceOutcome.NO_CONTROL
        if outcome is ChoiceOutcome.FAILED:
            texts = ", ".join(repr(way.text[:40]) for way in found.controls[:MAX_TRIES])
            self.reason = f"{texts} opened nothing" if texts else "not all of the page could be looked at"
        return Withdrawn(choice=Choice(wanted=Wanted.WITHDRAW, outcome=outcome), pages=found.pages)

    async def by_api(self) -> Withdrawn:
        """Through the function of the page's CMP; ``no_control`` where there is none or it shows nothing."""
        nothing = Choice(wanted=Wanted.WITHDRAW, outcome=ChoiceOutcome.NO_CONTROL)
        if not await reopen.by_api(self._worlds) or not await self._opened():
            return Withdrawn(choice=nothing, pages=())
        return Withdrawn(choice=self._choice(await self._operation().run(), "api", ()), pages=())

    async def _through(self, way: Way) -> Choice | None:
        """Press one control and refuse in what it opens; None where it opens nothing."""
        await self._eyes.expect_layer()
        try:
            await self._hand.press(way.world, way.id)
        except WorldError:
            return None
        if await self._opened():
            look = await self._eyes.look()
            form = None if look.banners else await self._form()
            operation = self._operation()
            attempt = await (operation.fill(form) if form is not None else operation.run())
            return self._choice(attempt, way.place, (way.text,))
        if way.side not in {Side.REJECT, Side.OPT_OUT}:
            return None
        # The control withdrew by itself, if it did anything: the proof will tell.
        method = f"{way.place}:opt_out" if way.side is Side.OPT_OUT else way.place
        return Choice(wanted=Wanted.WITHDRAW, outcome=ChoiceOutcome.DONE, method=method, clicks=(way.text,))

    def _choice(self, attempt: Attempt, way: str, before: tuple[str, ...]) -> Choice:
        outcome = attempt.outcome
        if outcome not in {ChoiceOutcome.DONE, ChoiceOutcome.NO_REJECT}:
            outcome, self.reason = ChoiceOutcome.FAILED, attempt.reason or "the settings went away by themselves"
        clicks = tuple(text for text in (*before, *attempt.clicks) if text)
        return Choice(wanted=Wanted.WITHDRAW, outcome=outcome, method=f"{way}:{attempt.method}", clicks=clicks)

    def _operation(self) -> Operation:
        return Operation(self._eyes, self._hand, Wanted.WITHDRAW)

    async def _form(self) -> Seen | None:
        return await settings_form(self._worlds, Wanted.WITHDRAW)

    async def _settled(self) -> Look:
        look = await self._eyes.look()
        for _ in range(_READY_LOOKS):
            if look.ready or look.banners:
                break
            await asyncio.sleep(0.2)
            look = await self._eyes.look()
        return look

    async def _opened(self) -> bool:
        """Whether something that asks appears within some seconds, twice in a row."""
        clock = asyncio.get_running_loop()
        end = clock.time() + OPEN_SECONDS
        held = 0
        while clock.time() < end:
            await asyncio.sleep(0.15)
            look = await self._eyes.look()
            held = held + 1 if look.ready and (look.banners or await self._form()) else 0
            if held >= 2:
                return True
        return False

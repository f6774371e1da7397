"""The choice on a page of settings that a banner leads to: the site has them there, and not behind the banner."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from auditor.model import ChoiceOutcome, Wanted
from crawler.consent.attempt import Attempt
from crawler.consent.decide import CLEAR
from crawler.consent.forms import purposes_of, settings_form
from crawler.consent.labels import Side
from crawler.consent.operate import Operation
from crawler.consent.seen import pre_ticked, switches_of

if TYPE_CHECKING:
    from crawler.consent.attempt import SettingsLink
    from crawler.consent.hand import Hand
    from crawler.consent.heuristic import Heuristic, Look
    from crawler.consent.seen import Seen
    from crawler.consent.worlds import Worlds

READY_SECONDS = 5.0
"""How long the settings may take to be drawn."""
_STILL = 2
"""So many looks in a row must show them: they may be drawn before they listen."""


async def choose_there(worlds: Worlds, eyes: Heuristic, hand: Hand, wanted: Wanted, link: SettingsLink) -> Attempt:
    """Make the choice on the page that is open, where ``link`` led; failed where it offers none that is understood.

    A banner that makes the choice by one control comes first, then the form of settings, then what else asks. The
    clicks begin with those that lead to the page.
    """
    operation = Operation(eyes, hand, wanted, link)
    banners, form = await _shown(worlds, eyes, wanted)
    if form is not None and not any(_is_direct(seen, wanted) for seen in _besides(banners, form)):
        attempt = await operation.fill(form)
        known = purposes_of(form)
        attempt.switches, attempt.pre_ticked = list(switches_of(known, link.layer)), pre_ticked(known)
    elif banners:
        attempt = await operation.run()
    else:
        attempt = Attempt(outcome=ChoiceOutcome.FAILED, reason="the page of settings offers none")
    if attempt.outcome is not ChoiceOutcome.DONE and not attempt.stays:
        attempt.fail(attempt.reason or "the page of settings offers no such choice")
    attempt.method = f"page:{attempt.method}"
    attempt.clicks[:0] = link.clicks
    return attempt


async def _shown(worlds: Worlds, eyes: Heuristic, wanted: Wanted) -> tuple[tuple[Seen, ...], Seen | None]:
    """The page's banners and its form of settings, as soon as one of them makes the choice, or when time is up."""
    clock = asyncio.get_running_loop()
    end = clock.time() + READY_SECONDS
    held = 0
    while True:
        look: Look = await eyes.look()
        form = await settings_form(worlds, wanted) if look.ready else None
        held = held + 1 if form is not None or any(_is_direct(seen, wanted) for seen in look.banners) else 0
        if held >= _STILL or clock.time() > end:
            return look.banners, form
        await asyncio.sleep(0.2)


def _is_direct(seen: Seen, wanted: Wanted) -> bool:
    """Whether one control of a banner makes the choice."""
    side = Side.ACCEPT if wanted is Wanted.ACCEPT else Side.REJECT
    return any(button.reading.strength >= CLEAR for button in seen.having(side))


def _besides(banners: tuple[Seen, ...], form: Seen) -> list[Seen]:
    """The banners that are not the form itself, which may look like one."""
    switches = {toggle.id for toggle in form.toggles}
    return [s for s in banners if s.world != form.world or not switches & {toggle.id for toggle in s.toggles}]

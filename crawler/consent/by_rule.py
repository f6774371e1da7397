"""A choice that a rule makes which knows the banner: waited for, and believed only if the banner is gone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import Wanted
from crawler.consent import rules
from crawler.consent.facts import other_side
from crawler.consent.labels import Side, read_label

if TYPE_CHECKING:
    from crawler.consent.dialogs import Dialogs
    from crawler.consent.heuristic import Heuristic
    from crawler.consent.rules import RuleResult, Rules

LEAD_SECONDS = 1.2
"""How long a rule may take to see the banner after the heuristic has seen it."""
_GONE_LOOKS = 20


async def by_rule(eyes: Heuristic, driver: Rules, dialogs: Dialogs, wanted: Wanted) -> RuleResult | None:
    """Let a rule make the choice; ``ok`` only if the banner is gone. None where no rule knows the banner."""
    look = await eyes.look()
    await _recognised(driver)
    with dialogs.pressing():
        result = await driver.choose(wanted, other_side(look, wanted)) if driver.popup else None
    return replace(result, ok=result.ok and await _is_gone(eyes)) if result else None


def pressed_other_side(result: RuleResult, wanted: Wanted, language: str) -> bool:
    """Whether a rule pressed what makes the opposite choice."""
    wrong = Side.REJECT if wanted is Wanted.ACCEPT else Side.ACCEPT
    return any(read_label(text, language).side is wrong for text in result.clicks)


async def _recognised(driver: Rules) -> None:
    """Give the rules a moment to recognise what the heuristic sees."""
    clock = asyncio.get_running_loop()
    end = clock.time() + LEAD_SECONDS
    while rules.available() and clock.time() < end:
        if driver.popup:
            return
        await asyncio.sleep(0.1)


async def _is_gone(eyes: Heuristic) -> bool:
    for _ in range(_GONE_LOOKS):
        look = await eyes.look()
        if look.ready and not look.banners:
            return True
        await asyncio.sleep(0.15)
    return False

"""Makes a choice step by step: each step is decided on fresh eyes, done by the hand, and followed by another look.

A choice counts as made only when no banner that asks is left.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from auditor.model import ChoiceOutcome, Wanted
from crawler.consent.attempt import Attempt, SettingsLink
from crawler.consent.decide import Act, Memory, Step, decide, free_toggles
from crawler.consent.labels import Side
from crawler.consent.looks import look_at
from crawler.consent.opt_out import opens_choices, opt_out_of
from crawler.consent.seen import CHOOSING, Signature, pre_ticked, signature, switches_of
from crawler.consent.worlds import WorldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.consent.hand import Hand
    from crawler.consent.heuristic import Heuristic, Look
    from crawler.consent.seen import Button, Seen, Toggle

GONE_SECONDS = 4.0
OPEN_SECONDS = 6.0
OPEN_TRIES = 2
"""A banner may be drawn before it listens; to ask for its settings again is no choice."""
OPT_OUT_SECONDS = 2.0
ENABLE_SECONDS = 8.0
SECOND_LOOK_SECONDS = 1.5
"""How long a banner must stay as it is before it is said to offer no choice: a layer may still be opening."""
MAX_SECOND_LOOKS = 3
TURN_SECONDS = 0.08
MAX_STEPS = 24
MAX_CLICKS = 60


class Operation:
    """One attempt at one choice on one page; ``link`` is what led there, where the page holds a banner's settings."""

    def __init__(self, eyes: Heuristic, hand: Hand, wanted: Wanted, link: SettingsLink | None = None) -> None:
        self._eyes = eyes
        self._hand = hand
        self._wanted = wanted
        self._memory = Memory(layer=link.layer if link is not None else 1)
        self._handled: set[Signature] = set()
        self._times: dict[str, int] = {}
        self._noted = {1}
        self._waited = False
        self._second_looks = 0
        self.attempt = Attempt(outcome=ChoiceOutcome.NO_BANNER, layers=self._memory.layer)

    async def run(self) -> Attempt:
        """Make the choice on every banner that is there. Never presses a doubtful control."""
        for _ in range(MAX_STEPS):
            look = await self._settled_look()
            asking = self._asking(look)
            if not asking:
                if await self._opts_out(look):
                    continue
                if self.attempt.presses:
                    self.attempt.outcome = ChoiceOutcome.DONE
                elif self.attempt.clicks:
                    self.attempt.fail("the banner is gone since its settings were opened")
                return self.attempt
            seen, step = self._next(asking)
            self._handled.add(signature(seen))
            await self._note(seen)
            try:
                if not await self._take(step, seen, look):
                    return self.attempt
            except WorldError as error:  # the page went on to another document: look again
                self.attempt.reason = str(error)[:200]
                await asyncio.sleep(0.3)
        self.attempt.fail("too many steps")
        return self.attempt

    async def fill(self, form: Seen) -> Attempt:
        """Answer a form that stays on its page, such as a page of cookie settings: once, and without seeing it go."""
        await self._note(form)
        step = decide(form, self._wanted, self._memory)
        if step.act is not Act.PRESS or step.button is None:
            self.attempt.fail(step.reason or "the settings offer no refusal that is understood")
            return self.attempt
        try:
            if await self._bring(step, form) is True:
                for one in (*step.also, step.button):
                    await self._hand.press(form.world, one.id)
                    self.attempt.clicks.append(one.text)
                    self.attempt.presses += 1
                self.attempt.outcome, self.attempt.method = ChoiceOutcome.DONE, step.method
            elif not self.attempt.reason:
                self.attempt.fail("the settings changed while they were filled in")
        except WorldError as error:
            self.attempt.fail(str(error)[:200])
        return self.attempt

    async def _opts_out(self, look: Look) -> bool:
        """Without a refusal in any banner, a "do not sell or share" control is the one of its page: press it once."""
        found = opt_out_of(look)
        if self._wanted is not Wanted.REJECT or self.attempt.presses or found is None:
            return False
        seen, button = found
        shown = {signature(banner) for banner in look.banners}
        if opens_choices(button):
            await self._eyes.expect_layer()
        await self._hand.press(seen.world, button.id)
        self._eyes.layer_asked()
        self.attempt.presses, self.attempt.method = 1, "opt_out"
        self.attempt.clicks.append(button.text)
        await self._wait(OPT_OUT_SECONDS, lambda later: any(signature(s) not in shown for s in later.banners))
        return True

    async def _note(self, seen: Seen) -> None:
        """Keep what an untouched layer shows: its switches, and the control of the wanted choice."""
        if self.attempt.presses or self._times:
            return
        self.attempt.pre_ticked = max(self.attempt.pre_ticked, pre_ticked(seen))
        if self._memory.layer in self._noted:
            return
        self._noted.add(self._memory.layer)
        self.attempt.switches.extend(switches_of(seen, self._memory.layer))
        buttons = seen.having(Side.ACCEPT if self._wanted is Wanted.ACCEPT else Side.REJECT)
        if buttons and self.attempt.look is None:
            self.attempt.look = await look_at(seen, buttons[0], self._memory.layer)

    async def _settled_look(self) -> Look:
        look = await self._eyes.look()
        for _ in range(25):
            if look.ready or look.banners:
                break
            await asyncio.sleep(0.2)
            look = await self._eyes.look()
        return look

    def _asking(self, look: Look) -> tuple[Seen, ...]:
        """The banners that still ask: with a choice, or handled before and not reacting.

        What a page says afterwards ("you have rejected cookies, hide this message") asks nothing.
        """
        if not self.attempt.presses:
            return look.banners
        return tuple(s for s in look.banners if signature(s) in self._handled or s.has(*CHOOSING, Side.SETTINGS))

    def _next(self, found: tuple[Seen, ...]) -> tuple[Seen, Step]:
        """The banner on which the wanted choice can be made most directly, and the step to do there.

        An open dialog comes before what it covers, a control that chooses before one that opens another layer. That
        nothing can be chosen is only the answer where every banner was understood.
        """
        side = Side.ACCEPT if self._wanted is Wanted.ACCEPT else Side.REJECT
        ordered = sorted(found, key=lambda s: (not s.has(side), not s.dialog))
        steps = [(seen, decide(seen, self._wanted, self._memory)) for seen in ordered]
        for act in (Act.PRESS, Act.OPEN, Act.UNREADABLE, Act.LEAVE):
            for seen, step in steps:
                if step.act is act:
                    return seen, step
        return steps[0]

    async def _take(self, step: Step, seen: Seen, look: Look) -> bool:
        """Do one step; False when the attempt is over (its outcome is set then)."""
        if step.act is Act.OPEN and step.button is not None:
            await self._open(step.button, seen, inform=step.method == "inform")
            return True
        if step.act is Act.PRESS and step.button is not None:
            return await self._answer(step, step.button, seen)
        if (not self._waited and await self._enabled()) or await self._still_changes(look):
            return True
        if step.act is Act.NONE and await self._opts_out(look):
            return True
        if self.attempt.method == "opt_out" and step.act is Act.NONE:
            self.attempt.outcome = ChoiceOutcome.DONE  # what still asks is a notice that offers no refusal
            return False
        missing = ChoiceOutcome.NO_ACCEPT if self._wanted is Wanted.ACCEPT else ChoiceOutcome.NO_REJECT
        readable = look.complete and not self.attempt.presses and not self.attempt.unreadable
        self.attempt.outcome = missing if readable and step.act is Act.NONE else ChoiceOutcome.FAILED
        self.attempt.reason = step.reason or self.attempt.reason
        if readable and step.act is Act.LEAVE and step.button is not None:
            clicks = (*self.attempt.clicks, step.button.text)
            self.attempt.link = SettingsLink(url=step.button.url, clicks=clicks, layer=self._memory.layer + 1)
        return False

    async def _still_changes(self, look: Look) -> bool:
        """Whether other controls show up when the banners are looked at a little longer; asked a few times at most."""
        if self._second_looks >= MAX_SECOND_LOOKS:
            return False
        self._second_looks += 1
        shown = {signature(seen) for seen in look.banners}
        return await self._wait(SECOND_LOOK_SECONDS, lambda later: {signature(seen) for seen in later.banners} != shown)

    async def _enabled(self) -> bool:
        """Whether a control that still was disabled can be used by now; waited for once."""
        self._waited = True
        look = await self._eyes.look()
        if not any(b.disabled and b.side in CHOOSING for s in look.banners for b in s.buttons):
            return False
        side = Side.ACCEPT if self._wanted is Wanted.ACCEPT else Side.REJECT
        return await self._wait(ENABLE_SECONDS, lambda later: any(s.has(side, Side.SAVE) for s in later.banners))

    async def _open(self, button: Button, seen: Seen, *, inform: bool) -> None:
        self._memory.opened.add(button.text)
        await self._eyes.expect_layer()
        before = {signature(seen), *(signature(s) for s in (await self._eyes.look()).banners)}
        changed = False
        for _ in range(1 if inform else OPEN_TRIES):
            await self._hand.press(seen.world, button.id)
            self._eyes.layer_asked()
            changed = await self._wait(OPEN_SECONDS, lambda look: any(signature(s) not in before for s in look.banners))
            if changed:
                break
        if changed or not inform:
            self.attempt.clicks.append(button.text)
        if changed:
            self.attempt.layers += 1
            self._memory.layer += 1
        elif not inform:
            self.attempt.unreadable, self.attempt.reason = True, f"{button.text!r} opens nothing"

    async def _answer(self, step: Step, button: Button, seen: Seen) -> bool:
        """Bring the switches where they should be, press the button, wait for the banner to go or to change."""
        times = self._times.get(button.text, 0)
        if times >= 2 or len(self.attempt.clicks) > MAX_CLICKS:
            self.attempt.fail(f"{button.text!r} has no effect")
            self.attempt.stays = True
            return False
        brought = await self._bring(step, seen)
        if brought is not True:
            return brought is None
        for one in (*step.also, button):
            self._times[one.text] = times + 1
            await self._hand.press(seen.world, one.id, trusted=times == 0)
            self.attempt.presses += 1
            if not times:
                self.attempt.clicks.append(one.text)
        only_sale = self.attempt.method == "opt_out" and step.method == "toggles"
        self.attempt.method = "opt_out:toggles" if only_sale else step.method
        moved = await self._wait(GONE_SECONDS, lambda look: signature(seen) not in {signature(s) for s in look.banners})
        if not moved:
            await self._remember(seen, (*step.also, button))
        return True

    async def _bring(self, step: Step, seen: Seen) -> bool | None:
        """Bring the switches to their position: True when they are there, None when it takes another look."""
        for toggle in step.toggles:
            moved = await self._turn(seen, toggle, to=True if toggle.kind == "radio" else step.to)
            if moved is False:
                self.attempt.fail(f"the switch {toggle.label[:60]!r} does not move")
                return False
            self.attempt.clicks.append(toggle.label[:120])
            if moved is None:  # the page drew the layer anew
                return None
        if step.toggles and await self._still_wrong(seen, to=step.to):
            return None
        self._memory.unticked = self._memory.unticked or (step.method == "toggles" and not step.to)
        return True

    async def _remember(self, seen: Seen, pressed: tuple[Button, ...]) -> None:
        """The banner is still there: remember what was answered, and whether the control shows it."""
        for button in pressed:
            self._memory.answered.add(button.text)
            state = await seen.world.call("(id) => consentEyes.state(id)", button.id)
            if state is not None and state["on"] is True and not state["by_class"]:
                self._memory.confirmed.add(button.text)

    async def _still_wrong(self, seen: Seen, *, to: bool) -> bool:
        """Whether a switch went back, or another one moved with it."""
        for toggle in free_toggles(seen):
            state = await seen.world.call("(id) => consentEyes.state(id)", toggle.id)
            if state is not None and toggle.kind == "check" and state["on"] is not to and not state["disabled"]:
                return True
        return False

    async def _turn(self, seen: Seen, toggle: Toggle, *, to: bool) -> bool | None:
        """Bring one switch to a position: whether it is there now, None when the page replaced it meanwhile."""
        label = await seen.world.call("(id) => consentEyes.labelFor(id)", toggle.id)
        ways = ((toggle.id, toggle.visible), (label, label is not None), (toggle.id, False))
        for element, trusted in ways:
            state = await seen.world.call("(id) => consentEyes.state(id)", toggle.id)
            if state is None or state["on"] is to:
                return None if state is None else True
            if element is None or (element == toggle.id and not trusted and (element, trusted) != ways[2]):
                continue
            await self._hand.press(seen.world, element, trusted=trusted)
            await asyncio.sleep(TURN_SECONDS)
        state = await seen.world.call("(id) => consentEyes.state(id)", toggle.id)
        return None if state is None else state["on"] is to

    async def _wait(self, seconds: float, enough: Callable[[Look], bool]) -> bool:
        """Look until it is enough, twice in a row, for at most so many seconds."""
        clock = asyncio.get_running_loop()
        end = clock.time() + seconds
        held = 0
        while clock.time() < end:
            await asyncio.sleep(0.15)
            look = await self._eyes.look()
            held = held + 1 if look.ready and enough(look) else 0
            if held >= 2:
                return True
        return False

"""The consent actor of one visit: sees the banner, makes the choice, proves it, reads what the CMP states."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from playwright.async_api import Error as PlaywrightError

from auditor.model import Banner, Choice, ChoiceOutcome, Wanted
from crawler.consent import patience, rules
from crawler.consent.absence import stays_away
from crawler.consent.by_rule import by_rule, pressed_other_side
from crawler.consent.cmp import name_cmp
from crawler.consent.declarations import read_declaration
from crawler.consent.dialogs import Dialogs
from crawler.consent.facts import banner_of, cover_of, learned
from crawler.consent.hand import Hand
from crawler.consent.heuristic import Heuristic
from crawler.consent.looks import prominence
from crawler.consent.operate import Operation
from crawler.consent.opt_out import opt_out_of
from crawler.consent.proof import Before, changed, origin_of, weigh
from crawler.consent.rules import RuleResult, Rules
from crawler.consent.second_layer import leads_to_settings, read_second_layer
from crawler.consent.settings_page import choose_there
from crawler.consent.statements import claimed, recorded, stored, to_signals
from crawler.consent.withdrawal import Withdrawal, Withdrawn, withdrew_at_once
from crawler.consent.worlds import WorldError, Worlds

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import BrowserContext, Dialog, Page

    from auditor.model import CmpDeclaration, ConsentSignal, Phase
    from crawler.consent.attempt import Attempt, SettingsLink
    from crawler.consent.heuristic import Look
    from crawler.page_session import PageSession

T = TypeVar("T")

RULE_ONLY_LOOKS = 6


def _no_session(_: Page) -> PageSession | None:
    return None


def _nobody_heard(_: Page, _frame: str) -> None:
    return None


class ConsentActor:
    """A new object for every visit. ``session_of``: the session that a page has already; without one it gets an own.

    ``scripts_in``: the scripts that a page was answered, see ``patience``.

    ``failures`` says what could not be done and why, by part: ``rules``, ``find``, ``choose``, ``prove``. ``banner`` is
    what is known of the banner by now; after ``choose`` it knows more layers and clicks than ``find`` could see.
    ``has_settings``: the banner has a control that opens settings which are not in sight. ``link``: the choice could
    not be made on the page that was tried last, and its settings are where this leads.
    """

    def __init__(
        self,
        session_of: Callable[[Page], PageSession | None] = _no_session,
        scripts_in: patience.ScriptsIn = _nobody_heard,
    ) -> None:
        self._session_of = session_of
        self._scripts_in = scripts_in
        self.failures: dict[str, str] = {}
        self.banner: Banner | None = None
        self.has_settings = False
        self.link: SettingsLink | None = None
        self._dialogs = Dialogs()
        self._pages: dict[int, tuple[Worlds, Heuristic, Rules]] = {}
        self._before = Before()
        self._seen_age_ms = 0.0
        self._stays = False
        self._searched: set[int] = set()

    def confirms(self, dialog: Dialog) -> bool:
        """Whether a browser dialog belongs to the choice that is being made and is to be confirmed."""
        return self._dialogs.confirms(dialog)

    async def attach(self, context: BrowserContext) -> None:
        """Called once before the first page. Nothing is put into the page: worlds are made when first needed."""
        del context
        if not rules.available():
            self.failures["rules"] = "npm package @duckduckgo/autoconsent is not installed: heuristic alone"

    def _of(self, page: Page) -> tuple[Worlds, Heuristic, Rules]:
        if id(page) not in self._pages:
            worlds = Worlds(page, self._session_of(page))
            self._pages[id(page)] = (worlds, Heuristic(worlds), Rules(worlds))
        return self._pages[id(page)]

    # ------------------------------------------------------------------------------------------ find

    async def find(self, page: Page, *, patient: bool = True) -> Banner | None:
        """Look for a banner without touching the page.

        Returns as soon as one is seen; without one, waits as long as one may still come: up to 10.5 s of the page's
        life where something on it speaks of consent, less elsewhere (``patience``). Asked again, after a touch, it
        gives the page the time that a banner takes to fade in. Not ``patient``: only whether one is there by now.
        """
        return await self._guarded("find", self._find(page, patient=patient), None)

    async def _find(self, page: Page, *, patient: bool) -> Banner | None:
        worlds, eyes, driver = self._of(page)
        clock = asyncio.get_running_loop()
        started = clock.time()
        limit_ms = 0.0
        again = id(page) in self._searched
        if patient:
            self._searched.add(id(page))
        while True:
            look = await eyes.look()
            if look.banners or driver.popup:
                return await self._found(page, worlds, eyes, driver, look)
            # Asked again at its end: scripts may have come meanwhile.
            if patient and look.ready and look.age_ms >= limit_ms:
                limit_ms = await patience.limit_ms(worlds, self._scripts_in, named=bool(driver.detected))
            waited = clock.time() - started
            least = patience.AGAIN_SECONDS if again and limit_ms > patience.ORDINARY_MS else patience.MIN_SECONDS
            done = look.ready and look.age_ms >= limit_ms and waited >= least
            if done or waited > patience.MAX_SECONDS:
                return None
            await self._start(driver)
            await asyncio.sleep(patience.pause_seconds(waited))

    async def _start(self, driver: Rules) -> None:
        try:
            await driver.start()
        except WorldError as error:
            self.failures["rules"] = str(error)[:200]

    async def _found(self, page: Page, worlds: Worlds, eyes: Heuristic, driver: Rules, look: Look) -> Banner:
        self._seen_age_ms = self._seen_age_ms or look.age_ms
        await self._start(driver)
        for _ in range(RULE_ONLY_LOOKS):  # a rule sees what is still fading in
            if look.banners:
                break
            await asyncio.sleep(0.3)
            look = await eyes.look()
        entries = await stored(page, worlds)
        cmp_name = await name_cmp(worlds, {name for _, name in entries})
        cover = await cover_of(worlds)
        looks = await prominence(look.banners) if look.banners else None
        self.has_settings = leads_to_settings(look.banners)
        self.banner = banner_of(look.banners, driver.popup, cmp_name, cover, looks)
        return self.banner

    # ---------------------------------------------------------------------------------------- choose

    async def choose(self, page: Page, wanted: Wanted) -> Choice:
        """Make the choice; ``proven`` is still False. Never presses a doubtful control: then the outcome is failed.

        It is failed too where the settings have a page of their own: ``link`` tells then where that is.
        """
        self.link = None
        failed = Choice(wanted=wanted, outcome=ChoiceOutcome.FAILED)
        if wanted is Wanted.NONE:
            return Choice(wanted=wanted, outcome=ChoiceOutcome.NONE)
        return await self._guarded("choose", self._choose(page, wanted), failed)

    async def _choose(self, page: Page, wanted: Wanted) -> Choice:
        _, eyes, driver = self._of(page)
        self._before = await self._records(page)
        self._dialogs.begin(wanted, self.banner.language if self.banner else None)
        operation = Operation(eyes, Hand(page, self._dialogs), wanted)
        look = await eyes.look()
        if not look.banners and not driver.popup and opt_out_of(look) is None:
            return Choice(wanted=wanted, outcome=ChoiceOutcome.NO_BANNER)
        attempt = await operation.run()
        await self._learn(page, attempt, wanted)
        unread = attempt.outcome in {ChoiceOutcome.FAILED, ChoiceOutcome.NO_BANNER} and not attempt.presses
        result = await self._by_rule(eyes, driver, wanted) if unread else None
        if result is None or not result.ok:
            self.link = attempt.link if result is None else None  # what a rule has done is not known
            return self._as_answered(self._chosen(attempt, wanted, result))
        texts = tuple(text for text in result.clicks if text)
        done = Choice(wanted=wanted, outcome=ChoiceOutcome.DONE, method=f"rules:{result.rule}", clicks=texts)
        return self._as_answered(done)

    async def choose_there(self, page: Page, wanted: Wanted, link: SettingsLink) -> Choice:
        """Make the choice on the page that ``link`` led to from the banner; otherwise as ``choose``."""
        failed = Choice(wanted=wanted, outcome=ChoiceOutcome.FAILED)
        return await self._guarded("choose", self._choose_there(page, wanted, link), failed)

    async def _choose_there(self, page: Page, wanted: Wanted, link: SettingsLink) -> Choice:
        worlds, eyes, _ = self._of(page)
        self._before = self._before.until(await self._records(page))
        self.failures.pop("choose", None)
        self._dialogs.begin(wanted, self.banner.language if self.banner else None)
        attempt = await choose_there(worlds, eyes, Hand(page, self._dialogs), wanted, link)
        await self._learn(page, attempt, wanted)
        self._stays = True  # that the banner is gone is seen on the next page
        return self._as_answered(self._chosen(attempt, wanted, None))

    async def _records(self, page: Page) -> Before:
        """The site's records and claims as they are now."""
        worlds, _, _ = self._of(page)
        return Before(
            stored=await stored(page, worlds), claims=tuple(await claimed(worlds)), origin=origin_of(page.url)
        )

    async def _learn(self, page: Page, attempt: Attempt, wanted: Wanted) -> None:
        """Keep what an attempt has shown of the banner. It is made too where it is recorded and the banner stays."""
        self._stays = attempt.stays and await self._is_recorded(page, wanted)
        if self._stays:  # such a banner is gone once the page is loaded again
            attempt.outcome = ChoiceOutcome.DONE
        self.banner = learned(self.banner, attempt, wanted, len(self._dialogs.answered))

    async def _is_recorded(self, page: Page, wanted: Wanted) -> bool:
        """Whether the site keeps a new record since the choice was tried, and none that says otherwise."""
        after = await stored(page, self._of(page)[0])
        return changed(self._before.stored, after) and all(s.agrees(wanted) is not False for s in recorded(after))

    def _as_answered(self, choice: Choice) -> Choice:
        """A choice with the dialogs that were answered for it; failed where one could not be answered."""
        if self._dialogs.doubt and choice.outcome is ChoiceOutcome.DONE:
            self.failures["choose"] = self._dialogs.doubt
            return replace(choice, outcome=ChoiceOutcome.FAILED, proven=False)
        return replace(choice, clicks=(*choice.clicks, *self._dialogs.take()))

    async def _by_rule(self, eyes: Heuristic, driver: Rules, wanted: Wanted) -> RuleResult | None:
        await self._start(driver)
        result = await by_rule(eyes, driver, self._dialogs, wanted)
        language = self.banner.language if self.banner and self.banner.language else "en"
        if result is not None and pressed_other_side(result, wanted, language):
            self.failures["choose"] = f"rule {result.rule} pressed the other side"
            return replace(result, ok=False)
        return result

    async def withdraw(self, page: Page, *, by_api: bool = False, elsewhere: bool = False) -> Withdrawn:
        """Open the settings again and refuse; ``proven`` is still False.

        Uses the page's controls for it, or with ``by_api`` the CMP's own function, which no visitor can call.
        ``elsewhere``: the page is on another host than the one where consent was given.
        ``no_control``: the whole page was looked at and has none; ``pages`` are where its links about the choice lead.
        """
        nothing = Withdrawn(choice=Choice(wanted=Wanted.WITHDRAW, outcome=ChoiceOutcome.FAILED), pages=())
        return await self._guarded("withdraw", self._withdraw(page, by_api=by_api, elsewhere=elsewhere), nothing)

    async def _withdraw(self, page: Page, *, by_api: bool, elsewhere: bool) -> Withdrawn:
        worlds, eyes, _ = self._of(page)
        self._before = await self._records(page)
        self._stays = False
        self._dialogs.begin(Wanted.WITHDRAW, self.banner.language if self.banner else None)
        withdrawal = Withdrawal(page, worlds, eyes, self._dialogs)
        withdrawn = await (withdrawal.by_api() if by_api else withdrawal.by_control(elsewhere=elsewhere))
        if withdrawal.reason:
            self.failures["withdraw"] = withdrawal.reason
        return replace(withdrawn, choice=self._as_answered(withdrawn.choice))

    async def read_settings(self, page: Page) -> None:
        """Open the settings of an unanswered banner and learn what is switched on in them; nothing is chosen.

        Only for the end of a visit: the settings stay open. Not where a choice is on record already.
        """
        await self._guarded("settings", self._read_settings(page), None)

    async def _read_settings(self, page: Page) -> None:
        worlds, eyes, _ = self._of(page)
        if self.banner is None or self.banner.shows_switches:
            return
        statements = recorded(await stored(page, worlds))
        if any(said.decoded.answered or said.agrees(Wanted.ACCEPT) for said in statements):
            return
        self._dialogs.begin(Wanted.NONE, None)
        layer = await read_second_layer(eyes, Hand(page, self._dialogs), self._seen_age_ms)
        if layer is not None:
            self.banner = replace(self.banner, layers=2, switches=layer.switches, pre_ticked=layer.pre_ticked)

    def _chosen(self, attempt: Attempt, wanted: Wanted, result: RuleResult | None) -> Choice:
        outcome = attempt.outcome
        if outcome is ChoiceOutcome.NO_BANNER and result is not None:
            outcome = ChoiceOutcome.FAILED
        if attempt.reason and outcome is ChoiceOutcome.FAILED:
            self.failures["choose"] = attempt.reason
        pressed = result is not None and bool(result.clicks)
        if pressed and outcome in {ChoiceOutcome.NO_REJECT, ChoiceOutcome.NO_ACCEPT}:
            outcome = ChoiceOutcome.FAILED
        return Choice(wanted=wanted, outcome=outcome, method=attempt.method, clicks=tuple(attempt.clicks))

    # ----------------------------------------------------------------------------------------- prove

    async def prove(self, page: Page, choice: Choice) -> Choice:
        """Prove a choice after the reload: the banner stays away and the site's record says so."""
        if choice.outcome is not ChoiceOutcome.DONE:
            return choice
        return await self._guarded("prove", self._prove(page, choice), choice)

    async def _prove(self, page: Page, choice: Choice) -> Choice:
        worlds, eyes, _ = self._of(page)
        away = await stays_away(eyes, self._seen_age_ms)
        after = await stored(page, worlds)
        claims = await claimed(worlds)
        gone, at_once = not self._stays, withdrew_at_once(choice)
        proven, signs = weigh(choice.wanted, self._before, after, claims, away=away, gone=gone, at_once=at_once)
        # What a rule pressed was not read: the record itself must say so.
        if (choice.method or "").startswith("rules:"):
            proven = proven and any(sign.startswith(("record:", "api:")) for sign in signs)
        if not away:
            self.failures["prove"] = "the banner came back after the reload"
        return self._as_answered(replace(choice, proven=proven, proof=signs))

    # ---------------------------------------------------------------------------- signals, declaration

    async def signals(self, page: Page, phase: Phase) -> tuple[ConsentSignal, ...]:
        """The consent records and claims of the page as they are now."""
        worlds, _, _ = self._of(page)
        entries = await stored(page, worlds)
        return to_signals([*recorded(entries), *await claimed(worlds)], phase)

    async def declaration(self, page: Page) -> CmpDeclaration | None:
        """What the page's CMP declares about cookies and services; None where no CMP of a known shape is there."""
        worlds, _, _ = self._of(page)
        return await self._guarded("declaration", read_declaration(worlds), None)

    async def _guarded(self, part: str, work: Awaitable[T], otherwise: T) -> T:
        try:
            return await work
        except (WorldError, PlaywrightError) as error:
            self.failures[part] = (str(error).strip().splitlines() or ["the page is gone"])[0][:200]
            return otherwise

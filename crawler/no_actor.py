"""Stands in while there is no consent actor: finds nothing, chooses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Choice, ChoiceOutcome, Wanted

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

    from auditor.model import Banner, CmpDeclaration, ConsentSignal, Phase


class ConsentActor:
    """Finds nothing, chooses nothing."""

    def __init__(self) -> None:
        self.failures: dict[str, str] = {}

    async def attach(self, context: BrowserContext) -> None:
        """Do nothing."""

    async def find(self, page: Page) -> Banner | None:
        """Find nothing."""

    async def choose(self, page: Page, wanted: Wanted) -> Choice:
        """Choose nothing."""
        return Choice(wanted=wanted, outcome=ChoiceOutcome.NO_BANNER)

    async def prove(self, page: Page, choice: Choice) -> Choice:
        """Prove nothing."""
        return choice

    async def signals(self, page: Page, phase: Phase) -> tuple[ConsentSignal, ...]:
        """No signals."""
        return ()

    async def declaration(self, page: Page) -> CmpDeclaration | None:
        """No declaration."""

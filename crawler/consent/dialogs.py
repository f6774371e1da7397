"""Browser dialogs that a page opens while a choice is being made.

A dialog that belongs to our own click is answered so that the choice stands: "Reject all cookies?" is confirmed after a
refusal, "Accept all cookies instead?" is not. Where its words leave a doubt it is dismissed, and ``doubt`` says so:
then nobody knows what the page has recorded, and the choice must not be held against it. All other dialogs are none of
ours, and are dismissed.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from auditor.model import Wanted
from crawler.consent.questions import Meaning, meaning_of_ok

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import Dialog

AFTERMATH_SECONDS = 2.0
"""How long after a press a dialog whose words are about consent still belongs to it."""
MAX_QUOTE = 100


class Dialogs:
    """Judges the dialogs of one visit.

    ``answered`` are those of the choice, as clicks in words; ``doubt`` is why one could not be answered.
    """

    def __init__(self) -> None:
        self.answered: list[str] = []
        self.doubt = ""
        self._wanted = Wanted.NONE
        self._language = "en"
        self._pressing = 0
        self._pressed_at = -AFTERMATH_SECONDS

    def begin(self, wanted: Wanted, language: str | None) -> None:
        """From now on presses are for this choice, on a banner in this language."""
        self.answered, self.doubt = [], ""
        self._wanted, self._language = wanted, language or "en"

    @contextmanager
    def pressing(self) -> Iterator[None]:
        """While a control is being pressed: a dialog that opens meanwhile is its doing."""
        self._pressing += 1
        try:
            yield
        finally:
            self._pressing -= 1
            self._pressed_at = asyncio.get_running_loop().time()

    def take(self) -> tuple[str, ...]:
        """The dialogs that were answered since the last time, as clicks in words."""
        taken, self.answered = tuple(self.answered), []
        return taken

    def confirms(self, dialog: Dialog) -> bool:
        """Whether a dialog is to be confirmed rather than dismissed."""
        if self._wanted is Wanted.NONE or dialog.type not in {"confirm", "prompt"}:
            return False
        meaning = meaning_of_ok(dialog.message, self._language) if dialog.type == "confirm" else Meaning.DOUBT
        if not self._is_ours(meaning):
            return False
        quote = " ".join(dialog.message.split())[:MAX_QUOTE]
        if meaning is Meaning.DOUBT:
            self.doubt = f"the page asked back in words that leave a doubt: {quote!r}"
            return False
        agrees = Meaning.ACCEPT if self._wanted is Wanted.ACCEPT else Meaning.REJECT
        confirmed = meaning in {agrees, Meaning.NEUTRAL}
        self.answered.append(f"{'OK' if confirmed else 'Cancel'}: {quote}")
        return confirmed

    def _is_ours(self, meaning: Meaning) -> bool:
        late = asyncio.get_running_loop().time() - self._pressed_at
        return bool(self._pressing) or (meaning is not Meaning.NEUTRAL and late < AFTERMATH_SECONDS)

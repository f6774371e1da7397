"""Which browser dialogs belong to a choice that is being made."""

import asyncio
from types import SimpleNamespace

import pytest

from auditor.model import Wanted
from crawler.consent.dialogs import Dialogs

SURVEY = "Would you like to take part in our survey?"
OURS = "Are you sure you want to accept all cookies?"


def answers(message):
    """What a dialog is answered before a choice, while its control is pressed, and right after that."""

    async def asked():
        dialogs = Dialogs()
        dialog = SimpleNamespace(type="confirm", message=message)
        before = dialogs.confirms(dialog)
        dialogs.begin(Wanted.ACCEPT, "en")
        unpressed = dialogs.confirms(dialog)
        with dialogs.pressing():
            pressed = dialogs.confirms(dialog)
        return before, unpressed, pressed, dialogs.confirms(dialog)

    return asyncio.run(asked())


@pytest.mark.parametrize(
    ("message", "confirmed"), [(SURVEY, (False, False, True, False)), (OURS, (False, False, True, True))]
)
def test_only_words_about_consent_still_belong_to_a_press_that_is_over(message, confirmed):
    assert answers(message) == confirmed

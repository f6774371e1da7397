"""Withdrawing: the banner is opened again through a control of the page, and refused."""

from __future__ import annotations

import pytest

from auditor.model import ChoiceOutcome, Wanted

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("page", "truth"),
    [
        ("withdrawable.html", ["accept", "reject"]),
        ("lib_klaro.html?de&link", ["ga=true,adroll=true", "ga=false,adroll=false"]),
    ],
)
def test_a_given_consent_is_withdrawn_and_proven(player, page, truth):
    played = player.withdraw(page)
    assert (played.choice.wanted, played.result()) == (Wanted.WITHDRAW, ["done", truth, True])


@pytest.mark.parametrize(
    ("page", "truth"), [("plain.html", ["accept"]), ("lib_klaro.html?de", ["ga=true,adroll=true"])]
)
def test_without_a_control_there_is_nothing_to_withdraw_with(player, page, truth):
    """A consent tool whose settings only a program can open again, as Klaro's here, is no control."""
    played = player.withdraw(page)
    assert (played.choice.outcome, played.choice.proven, played.truth) == (ChoiceOutcome.NO_CONTROL, False, truth)

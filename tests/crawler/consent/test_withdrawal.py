"""Withdrawing: the banner is opened again through a control of the page or by the CMP, and refused."""

from __future__ import annotations

import pytest

from auditor.model import ChoiceOutcome, Wanted

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("page", "truth"),
    [
        ("withdrawable.html", ["accept", "reject"]),
        ("lib_klaro.html?de", ["ga=true,adroll=true", "ga=false,adroll=false"]),
        ("lib_klaro.html?de&link", ["ga=true,adroll=true", "ga=false,adroll=false"]),
    ],
)
def test_a_given_consent_is_withdrawn_and_proven(player, page, truth):
    played = player.withdraw(page)
    assert (played.choice.wanted, played.result()) == (Wanted.WITHDRAW, ["done", truth, True])


def test_what_only_a_program_can_open_is_told_from_a_control(player):
    played = [player.withdraw(f"lib_klaro.html?de{how}").choice.method for how in ("", "&link")]
    assert [method.partition(":")[0] for method in played] == ["api", "footer"]


def test_without_a_control_there_is_nothing_to_withdraw_with(player):
    played = player.withdraw("plain.html")
    assert (played.choice.outcome, played.truth) == (ChoiceOutcome.NO_CONTROL, ["accept"])

"""Pages that only look as if a choice was registered: what is proven, what is kept, and what the rule says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.classify import bundled
from auditor.examples import evidence, visit
from auditor.model import Match, Phase, Scenario, Wanted
from auditor.rules import choice_recorded_wrong

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

GONE, AWAY, CHANGED = "banner_gone", "stays_away", "record_changed"
CASES = {
    # (case, choice): (outcome, proven, signs, what `choice_recorded_wrong` says)
    ("hides_only", "reject"): ("done", False, (GONE,), "silent"),
    ("hides_for_the_session", "reject"): ("done", False, (GONE, AWAY), "silent"),
    ("hides_for_the_session", "accept"): ("done", False, (GONE, AWAY), "silent"),
    ("records_the_opposite", "reject"): ("done", False, (GONE, AWAY, CHANGED, "contradicted:custom"), "fires"),
    ("records_the_opposite", "accept"): ("done", False, (GONE, AWAY, CHANGED, "contradicted:custom"), "fires"),
    ("records_what_was_chosen", "reject"): ("done", True, (GONE, AWAY, "record:custom", CHANGED), "silent"),
    ("records_what_was_chosen", "accept"): ("done", True, (GONE, AWAY, "record:custom", CHANGED), "silent"),
    ("keeps_what_it_recorded_on_load", "reject"): (
        "done", False, (GONE, AWAY, CHANGED, "contradicted:custom"), "fires",
    ),
    ("stale_tc_string", "reject"): ("done", False, (GONE, AWAY, CHANGED, "contradicted:tcf"), "fires"),
    ("keeps_functional", "reject"): ("done", True, (GONE, AWAY, "record:custom", CHANGED), "undecided"),
    ("default_of_google_only", "reject"): ("done", False, (GONE, AWAY), "silent"),
    ("granted_default_of_google", "reject"): ("done", False, (GONE, AWAY), "silent"),
    ("google_is_told_the_opposite", "reject"): (
        "done", False, (GONE, AWAY, CHANGED, "contradicted:consent_mode"), "fires",
    ),
    ("counts_visits", "reject"): ("done", False, (GONE, AWAY), "silent"),
    ("marks_the_visitor", "reject"): ("done", False, (GONE, AWAY), "silent"),
    ("comes_back", "reject"): ("done", False, (GONE, "record:custom", CHANGED), "silent"),
    ("goes_on_scroll", "reject"): ("no_banner", False, (), "silent"),
}  # fmt: skip
DOUBTED = ("native_confirm_doubt.html?0", Wanted.REJECT, False)
SIDES = {
    "accept": (Wanted.ACCEPT, Scenario.ACCEPT_ALL, Phase.AFTER_ACCEPT),
    "reject": (Wanted.REJECT, Scenario.REJECT_ALL, Phase.AFTER_REJECT),
}


def says(played, side):
    """What the rule says of a played choice."""
    _, scenario, phase = SIDES[side]
    signals = tuple(replace(signal, phase=phase) for signal in played.signals)
    case = evidence([visit(scenario, choice=played.choice, consent_signals=signals)], knowledge=bundled())
    answers = choice_recorded_wrong.check(case)
    return ("fires" if isinstance(answers[0], Match) else "undecided") if answers else "silent"


def test_what_only_looks_like_a_choice_proves_nothing(player):
    tasks = [(f"looks_chosen.html?{name}", SIDES[side][0], name == "goes_on_scroll") for name, side in CASES]
    *played, doubted = player.play_all([*tasks, DOUBTED])
    found = {
        case: (one.choice.outcome.value, one.choice.proven, one.choice.proof, says(one, case[1]))
        for case, one in zip(CASES, played, strict=True)
    }
    assert found == CASES
    # The page's record contradicts the click, but what was answered to its question is in doubt.
    assert (doubted.choice.outcome.value, doubted.choice.proof, says(doubted, "reject")) == ("failed", (), "silent")
    assert [signal.raw for signal in doubted.signals] == ["accept"]

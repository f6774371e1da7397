"""What changed between runs, from evidence in a real store: a site that was down proves nothing gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditor import examples
from auditor.model import (
    BrowserFacts,
    Choice,
    ChoiceOutcome,
    Outcome,
    PlannedVisit,
    RunStatus,
    Scenario,
    Vendor,
    Visit,
    Wanted,
)
from crawler.cli.judging import changes, judge
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VENDOR: Vendor = examples.vendor()
BROWSER = BrowserFacts(name="b", version="1", headless=True, third_party_cookies="allowed")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "audit.db") as opened:
        yield opened


def run(store: Store, *visits: Visit) -> int:
    planned = [PlannedVisit(vendor=VENDOR.id, site=visit.site, scenario=visit.scenario) for visit in visits]
    number = store.start_run([VENDOR], planned, tool_version="0", browser=BROWSER, settings={})
    for visit in visits:
        store.save_visit(number, visit, ())
    store.finish_run(number, RunStatus.COMPLETE)
    judge(store, number)
    return number


def visit(*seen: object, outcome: Outcome = Outcome.OK) -> Visit:
    choice = Choice(wanted=Wanted.NONE, outcome=ChoiceOutcome.NONE)
    return examples.visit(Scenario.NO_CHOICE, *seen, choice=choice, outcome=outcome)


def test_a_site_that_was_down_has_nothing_new_and_nothing_gone(store: Store) -> None:
    first = run(store, visit(examples.cookie("_ga")))
    second = run(store, visit(outcome=Outcome.UNREACHABLE))
    found = changes(store, first, second)
    assert (found.new, found.gone, found.returned, found.worse) == ((), (), (), ())
    assert {each.rule for each in found.unknown} >= {"before_choice"}


def test_what_a_good_visit_no_longer_shows_is_gone(store: Store) -> None:
    first = run(store, visit(examples.cookie("_ga")))
    second = run(store, visit())
    found = changes(store, first, second)
    assert "before_choice" in {each.rule for each in found.gone}
    assert "before_choice" not in {each.rule for each in found.unknown}

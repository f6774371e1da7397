"""How long a cookie is said to stay, in the words of many hands."""

from __future__ import annotations

import pytest

from auditor.policy.durations import find_durations, read_duration

DAY = 86_400


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1y", 365),
        ("2y", 730),
        ("13 mo.", 390),
        ("half a year", 182.5),
        ("one and a half years", 547.5),
        ("a year", 365),
        ("ein halbes Jahr", 182.5),
        ("anderthalb Jahre", 547.5),
        ("een half jaar", 182.5),
        ("anderhalf jaar", 547.5),
        ("pół roku", 182.5),
        ("90 j", 90),
    ],
)
def test_short_units_and_halves(text, days):
    duration = read_duration(text)
    assert duration.seconds == round(days * DAY)


@pytest.mark.parametrize("text", ["1 J.", "2 j", "5 J"])
def test_few_years_or_few_days_are_not_guessed(text):
    duration = read_duration(text)
    assert (duration.kind, duration.seconds) == ("unknown", None)


def test_a_french_document_has_days():
    assert read_duration("1 j", language="fr").seconds == DAY
    assert read_duration("1 j", language="de").kind == "unknown"


def test_a_spanish_and_is_no_year():
    assert find_durations("entre 1 y 2 cookies") == []
    assert read_duration("1 y 2 años").seconds in (None, 2 * 365 * DAY)


@pytest.mark.parametrize(
    "text",
    ["Duration of your visit", "Bis zum Schließen des Browsers", "Ende der Browser-Sitzung", "Fermeture du navigateur"],
)
def test_the_end_of_a_visit_is_that_of_the_session(text):
    assert read_duration(text).kind == "session"

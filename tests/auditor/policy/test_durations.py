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


@pytest.mark.parametrize("text", ["sessieduur", "Sessieduur", "Session duration", "durata sessione", "istunnon kesto"])
def test_the_length_of_the_session_in_one_word_is_the_session(text):
    assert read_duration(text).kind == "session"


@pytest.mark.parametrize(
    "text", ["kijkduur video", "while the video is playing", "durée de la vidéo", "tot je uitlogt", "bis zur Abmeldung"]
)
def test_a_lifetime_that_ends_with_something_the_visitor_does(text):
    duration = read_duration(text)
    assert (duration.kind, duration.seconds) == ("until_event", None)


def test_a_session_that_an_event_may_end_is_the_session():
    assert read_duration("Session or until you log out").kind == "session"


@pytest.mark.parametrize("text", ["2 years after you log out", "30 minuten na kijkduur", "3 Tage, bis zur Abmeldung"])
def test_an_amount_counts_more_than_an_event(text):
    assert read_duration(text).kind != "until_event"


@pytest.mark.parametrize(
    "text",
    [
        "Vaihtelee (2 vuotta / istunto)",
        "2 years / session",
        "Session to 2 years",
        "session or 2 years",
        "istunto - 2 vuotta",
        "sesión a 2 años",
    ],
)
def test_the_session_and_an_amount_are_a_range(text):
    duration = read_duration(text)
    assert (duration.kind, duration.min_seconds, duration.max_seconds) == ("range", 0, 2 * 365 * DAY)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30 minutes after the session", 1800),
        ("30 minutes of session inactivity", 1800),
        ("30 minutes a session", 1800),
        ("2 years (not a session cookie)", 2 * 365 * DAY),
        ("Session cookie; at most 2 years", 2 * 365 * DAY),
    ],
)
def test_the_session_beside_an_amount_is_no_range(text, seconds):
    duration = read_duration(text)
    assert (duration.kind != "range", duration.seconds) == (True, seconds)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Infini", "persistent"),
        ("unendlich", "persistent"),
        ("indefinido", "persistent"),
        ("Valable jusqu'à  son renouvellement par l'OS", "until_event"),
        ("Until it is reset in the phone", "until_event"),
        ("jusqu'à 13 mois", "max"),
        ("until 13 months", "fixed"),
        ("renewed", "unknown"),
    ],
)
def test_without_an_end_and_until_something_happens(text, kind):
    assert read_duration(text).kind == kind

"""Stored values in words."""

from __future__ import annotations

import pytest

from db.site import text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "session"),
        (0, "expired"),
        (-5, "expired"),
        (1, "1 second"),
        (90, "2 minutes"),
        (3_600, "1 hour"),
        (86_400, "1 day"),
        (34_560_000, "400 days"),
        (63_072_000, "2 years"),
        (78_840_000, "2.5 years"),
        (10**15, "31709792 years"),
    ],
)
def test_durations(seconds, said):
    assert text.duration(seconds).replace(",", "") == said


def test_times():
    stored = "2026-11-02T06:05:04.000000+00:00"
    assert (text.moment(stored), text.day(stored)) == ("2 Nov 2026, 06:05 UTC", "2 Nov 2026")
    assert (text.moment(None), text.day(None)) == ("never", "never")
    assert text.offset(1840) == "1.84 s after the visit began"
    assert text.offset(None) == "at an unknown time"


def test_words():
    assert text.word("strictly_necessary") == "strictly necessary"
    assert text.word("after_reject") == "after refusing"
    assert text.word("http_error") == "http error"
    assert text.word(None) == "unknown"
    assert text.mark("critical") == "◆"
    assert text.mark("else") == "○"
    assert (text.count(1, "visit"), text.count(1200, "visit")) == ("1 visit", "1,200 visits")


@pytest.mark.parametrize(
    ("address", "is_link"),
    [
        ("https://a.example/x?y=1", True),
        ("http://a.example", True),
        ("javascript:alert(1)", False),
        ("https://a.example/<b>", False),
        ("https://a.example/ javascript:", False),
        ('https://a.example/"onclick=', False),
        ("//a.example", False),
        ("", False),
        (None, False),
    ],
)
def test_what_may_be_a_link(address, is_link):
    assert text.is_web_address(address) is is_link


def test_quotes_in_context():
    document = "one two three four five six seven"
    assert text.in_context(document, "four", 14, 18, around=8) == ("… three ", "four", " five …", True)
    assert text.in_context(document, "four", 0, 4, around=100) == ("one two three ", "four", " five six seven", True)
    assert text.in_context(document, "eight", 0, 5) == ("", "eight", "", False)


def test_paragraphs():
    assert text.paragraphs("One\ntwo.\n\n  Three ``four``\nfive.\n\n\n") == [["One two."], ["Three ", "four", " five."]]
    assert text.paragraphs("") == []


def test_hidden_characters_show():
    assert text.visible("a\u202eb\x00\nc\ud800") == "a\\u202eb\\u0000\nc\\ud800"

"""Texts with an empty line behind every line."""

from __future__ import annotations

from auditor.policy.line_spacing import single_spaced
from auditor.policy.plain import Line

PARTS = (
    "We use cookies on this website, and\n\nour partners do so, too, where\n\nyou have agreed to it. You may\n\n"
    "refuse them in your browser.\n\n\n"
)


def lines(text):
    found, start = [], 0
    for raw in text.splitlines(keepends=True):
        found.append(Line(start, raw.rstrip("\n")))
        start += len(raw)
    return found


def test_empty_lines_that_break_sentences_end_no_paragraph(read):
    declaration = read("Cookie policy\n\n\n" + PARTS * 6)
    quotes = [one.quote for control in declaration.consent for one in control.evidence]
    assert quotes[0] == "You may\n\nrefuse them in your browser."


def test_two_empty_lines_still_part_paragraphs():
    kept = single_spaced(lines(PARTS * 6))
    assert [line.text for line in kept[:7]] == [
        *PARTS.split("\n\n")[:3],
        "refuse them in your browser.",
        "",
        "",
        kept[0].text,
    ]


def test_a_few_broken_sentences_change_nothing():
    few = lines(PARTS * 2 + "A paragraph.\n\nAnother one.\n\n" * 30)
    assert single_spaced(few) is few


def test_lines_that_go_on_at_once_are_not_double_spaced():
    mixed = lines(PARTS * 6 + "A line that\ngoes on and\non.\n" * 6)
    assert single_spaced(mixed) is mixed


def test_paragraphs_with_small_first_letters_after_a_mark_stay():
    items = lines("we use:\n\ncookies;\n\npixels;\n\n" * 20)
    assert single_spaced(items) is items

"""Lifetimes of categories: in tables ("Analytics cookies | 2 years") and in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Retention
from auditor.policy.blocks import Block
from auditor.policy.category_rows import row_label
from auditor.policy.cookies import is_cookie_table
from auditor.policy.durations import find_durations, read_duration
from auditor.policy.prose import labels_beside_cookies
from auditor.policy.prose_names import prose_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import Category
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading

BEFORE = 25
UNTOLD = ("unknown", "not_stated")


def category_lifetimes(reading: Reading) -> Iterator[Retention]:
    """The lifetime of each row of a table of categories that has a column of lifetimes and names no cookies."""
    for place, grid in reading.grids:
        if not grid.has("duration") or is_cookie_table(reading, place, grid):
            continue
        if not reading.about_cookies(place) and place not in reading.cookie_places:
            continue  # a table of how long kinds of data are kept
        unit = grid.unit("duration")
        for row in grid.records():
            category, cell = row_label(reading, row), row.cells.get("duration")
            if category is None or cell is None or not cell.text:
                continue
            duration = read_duration(cell.text, unit, reading.words.language)
            if duration.kind not in UNTOLD:
                yield Retention(subject=category.value, duration=duration, evidence=(row.view.quote(),))


def told_lifetime(reading: Reading, categories: Categories, sentence: Sentence) -> Retention | None:
    """The one lifetime that a sentence gives the cookies of one category, by its label or that of its item."""
    folded = sentence.view.folded
    spans = find_durations(folded)
    if len(spans) != 1 or reading.denials.hypothetical(sentence) or sentence.place in reading.definition_places:
        return None
    if not reading.words.cues("lasts").first(folded) or prose_names(reading, sentence.place):
        return None
    category = _category(reading, categories, sentence)
    if category is None:
        return None
    start, end = spans[0]
    duration = read_duration(sentence.view.text[max(0, start - BEFORE) : end], language=reading.words.language)
    if duration.kind in UNTOLD:
        return None
    return Retention(subject=category.value, duration=duration, evidence=(sentence.view.quote(),))


def _category(reading: Reading, categories: Categories, sentence: Sentence) -> Category | None:
    """The category that a sentence names, else the one that its item names before it."""
    named = set(labels_beside_cookies(reading, sentence.view.folded))
    block = reading.document.elements[sentence.place]
    if not named and isinstance(block, Block) and block.kind == "item":
        before = (one for one in reading.sentences_at(sentence.place) if one.view.start < sentence.view.start)
        named = {category for one in before for category in labels_beside_cookies(reading, one.view.folded)}
    declared = {one.canonical for one in categories.declared}
    return named.pop() if len(named) == 1 and named <= declared else None

"""Tables of companies: those that set cookies here, beside their domains, or the companies of each category.

A table without a column of cookies' names tells who sets cookies where the policy's words above it say so ("These
companies use cookies on our site:"), or where it names the category of each row. A table of processors, of offices or
of contacts does neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy.blocks import Block
from auditor.policy.sections import UNRANKED

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.tables import Grid, Row

LINES = 4
MAX_DENIAL = 400
OTHERS = ("companies", "partners", "third_cookies")


def is_company_table(reading: Reading, place: int, grid: Grid) -> bool:
    """Does a table name the companies of each category, or those that the words above it say set cookies here?"""
    if not grid.has("provider") or grid.has("name") or grid.has("duration"):
        return False
    if any(at in reading.definition_places for at, _ in _lines_above(reading, place)):
        return False
    labelled = grid.has("category") and any(has_category(reading, row) for row in grid.records())
    return (labelled and reading.about_cookies(place)) or _tells_who_sets(reading, place)


def has_category(reading: Reading, row: Row) -> bool:
    """Does a row name a category of cookies?"""
    cell = row.cells.get("category")
    return cell is not None and reading.labels.read(cell.folded) is not None


def is_denied(reading: Reading, place: int) -> bool:
    """Do the heading above a table, or the last sentence before it, say that what follows is not used?"""
    lines = _lines_above(reading, place)
    if any(at in reading.denials.places for at, _ in lines):
        return True
    last = reading.sentences_at(lines[-1][0])[-1:] if lines else []
    folded = [sentence.view.folded for sentence in last]
    folded += [heading.view.folded for heading in reading.headings(place)[:1]]
    words = reading.words
    return any(
        words.cues("denies").first(text) is not None and words.cues("contrast").first(text) is None
        for text in folded
        if len(text) <= MAX_DENIAL
    )


def _tells_who_sets(reading: Reading, place: int) -> bool:
    """Does a line above a table say that companies use cookies?"""
    words = reading.words
    lines = (block.view.folded for _, block in _lines_above(reading, place))
    return any(
        words.cues("cookies_in_use").first(folded) is not None
        and any(words.cues(name).first(folded) is not None for name in OTHERS)
        for folded in lines
    )


def _lines_above(reading: Reading, place: int) -> list[tuple[int, Block]]:
    """The lines between a table and the heading or table above it, in order."""
    found: list[tuple[int, Block]] = []
    for at in range(place - 1, max(-1, place - 1 - LINES), -1):
        element = reading.document.elements[at]
        if not isinstance(element, Block) or (element.kind == "heading" and element.level < UNRANKED):
            break
        found.append((at, element))
    return found[::-1]

"""Tables of categories: one row a category, its description beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy.blocks import Sentence, split_sentences
from auditor.policy.cookies import is_cookie_table
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import Category, DeclaredCategory
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.labels import Label
    from auditor.policy.tables import Grid, Row
    from auditor.policy.view import View

MAX_RESIDUE = 2


def row_label(reading: Reading, row: Row) -> Category | None:
    """The category that a row's own cell names, None where it names none."""
    cell = row.cells.get("category")
    label = reading.labels.read(cell.folded) if cell and cell.text else None
    return label.category if label and label.residue <= MAX_RESIDUE else None


def title_labels(reading: Reading, grid: Grid) -> Iterator[tuple[View, Label]]:
    """The first row of one cell of a cookie table for each category of which such a row is just the label."""
    seen: set[Category] = set()
    for title in grid.titles():
        label = reading.labels.read(title.folded)
        if label is not None and not label.residue and label.category not in seen:
            seen.add(label.category)
            yield title, label


def category_rows(reading: Reading, categories: Categories) -> Iterator[tuple[Sentence, DeclaredCategory]]:
    """The sentences in the rows of category tables, each with the category of its row."""
    for place, grid in reading.grids:
        if is_cookie_table(reading, place, grid):
            continue
        for row in grid.records():
            canonical = row_label(reading, row)
            fitting = [c for c in categories.declared if c.canonical is canonical or canonical in c.covers]
            if canonical is None or not fitting:
                continue
            name = row.cells["category"].folded
            declared = next((c for c in fitting if fold(c.label) == name), fitting[0])
            cells = [view for role, view in row.cells.items() if role != "category"]
            for view in (*cells, *row.others):
                for part in split_sentences(view):
                    yield Sentence(part, place), declared

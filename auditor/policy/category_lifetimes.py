"""Lifetimes that tables of categories give ("Analytics cookies | count visits | 2 years")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Retention
from auditor.policy.category_rows import row_label
from auditor.policy.cookies import is_cookie_table
from auditor.policy.durations import read_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.context import Reading

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

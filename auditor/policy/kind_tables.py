"""Tables without headings that explain kinds of cookies, one a row ("Analytical cookies | They count visits")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy.durations import read_duration
from auditor.policy.tables import Column, Grid, Row, category_label, cell_party

if TYPE_CHECKING:
    from auditor.policy.blocks import Table
    from auditor.policy.context import Reading
    from auditor.policy.view import View

MAX_KIND = 60
MIN_KINDS = 2


def read_kinds(reading: Reading, table: Table, grid: Grid) -> Grid:
    """The grid of a table; that of a table of kinds where it is one, even if its first row looks like headings.

    A kind may also be one by owner or lifetime ("Session cookies"), so long as two or more name categories.
    """
    x = None if grid.has("category") else _kinds_at(reading, table)
    if x is None or (grid.heading and not _is_known_kind(reading, table.rows[0][x].view)):
        return grid
    last = len(table.rows[0]) - 1
    rows = tuple(
        Row({"category": row[x].view, "purpose": row[last].view}, view)
        for row, view in zip(table.rows, table.views, strict=True)
    )
    return Grid({x: Column("category"), last: Column("purpose")}, rows, ())


def _kinds_at(reading: Reading, table: Table) -> int | None:
    """The column, not the last one, whose cells are all kinds of cookies."""
    for x in range(len(table.rows[0]) - 1):
        cells = [row[x].view for row in table.rows]
        if all(_is_kind(reading, cell) for cell in cells):
            labels = (category_label(reading, cell) for cell in cells)
            named = {label.category for label in labels if label is not None and not label.residue}
            return x if len(named) >= MIN_KINDS else None
    return None


def _is_kind(reading: Reading, cell: View) -> bool:
    """Is a cell a few words that name cookies and no sentence about them?"""
    return len(cell.text) <= MAX_KIND and reading.mentions_cookies(cell) and cell.text[-1:] not in (".", ":", "?", "!")


def _is_known_kind(reading: Reading, cell: View) -> bool:
    """Is a cell a kind by purpose, owner or lifetime, rather than a heading such as "Name of the cookie"?"""
    label = category_label(reading, cell)
    named = label is not None and not label.residue
    return named or cell_party(reading, cell) is not None or read_duration(cell.text).kind != "unknown"

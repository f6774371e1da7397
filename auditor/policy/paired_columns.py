"""Tables with two things in one column ("Name / Provider" above "_ga / Google"), as tables with a column for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.blocks import Cell, Table
from auditor.policy.tables import heading_role

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.view import View

PAIR = 2
PARTNERS = ("provider", "host", "purpose", "duration")
_SLASH = re.compile(r"\s+/\s+")


def split_pairs(reading: Reading, table: Table) -> Table:
    """The table with its paired column, if it has one, as two; the second is empty where a cell is no pair.

    The same table where no column is paired.
    """
    x = next((x for x in range(len(table.rows[0])) if _is_paired(reading, table, x)), None)
    if x is None:
        return table
    rows = tuple((*row[:x], *_halves(row[x]), *row[x + 1 :]) for row in table.rows)
    return Table(rows, table.views)


def _is_paired(reading: Reading, table: Table, x: int) -> bool:
    """Does a heading name a cookie and something of it, and are most cells below two texts around a slash?"""
    halves = _split(table.rows[0][x].view)
    if len(halves) != PAIR or len(table.rows) < PAIR:
        return False
    first, second = (heading_role(reading, half) for half in halves)
    if first != "name" or second not in PARTNERS:
        return False
    counts = [len(_split(row[x].view)) for row in table.rows[1:]]
    return max(counts) == PAIR and counts.count(PAIR) * 2 >= len(counts)


def _split(view: View) -> list[View]:
    """The texts of a cell between slashes with space on both sides."""
    ends = [(match.start(), match.end()) for match in _SLASH.finditer(view.text)]
    starts = [0, *(end for _, end in ends)]
    return [view.part(a, b) for a, b in zip(starts, [*(start for start, _ in ends), len(view.text)], strict=True)]


def _halves(cell: Cell) -> tuple[Cell, Cell]:
    """The cells of both columns."""
    first, *rest = _split(cell.view)
    second = rest[0] if rest else cell.view.part(len(cell.view.text), len(cell.view.text))
    return Cell(first, cell.header), Cell(second, cell.header)

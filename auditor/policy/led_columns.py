"""Tables with labels and their descriptions in one column ("Analytics cookies: These cookies count ..."), as two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.blocks import Cell, Table

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.view import View

MIN_LED = 2
_LEAD = re.compile(r"[*_]{0,2}([^:.!?]{3,60}?)[*_]{0,2}\s*:[*_]{0,2}\s+(?=\S)")


def split_led(reading: Reading, table: Table) -> Table:
    """The table with the column of its led labels, if it has one, as two; the same table where it has none."""
    x = next((x for x in range(len(table.rows[0])) if _is_led(reading, table, x)), None)
    if x is None:
        return table
    rows = tuple((*row[:x], *_halves(reading, row[x]), *row[x + 1 :]) for row in table.rows)
    return Table(rows, table.views)


def _is_led(reading: Reading, table: Table, x: int) -> bool:
    """Do all cells of a column but its heading begin with the label of a category, two or more of them?"""
    cells = [row[x] for row in table.rows if row[x].view.text]
    led = [cell for cell in cells if _end(reading, cell.view)]
    return len(led) >= MIN_LED and (len(led) == len(cells) or (len(led) == len(cells) - 1 and cells[0] is not led[0]))


def _end(reading: Reading, view: View) -> int:
    """Where the label that leads a cell ends, before its colon; 0 where none does."""
    found = _LEAD.match(view.text)
    label = reading.labels.read(view.folded[found.start(1) : found.end(1)]) if found else None
    return found.end(1) if found and label is not None and not label.residue else 0


def _halves(reading: Reading, cell: Cell) -> tuple[Cell, Cell]:
    """The label of a cell and what is said of it; a cell without a label stays whole, and the second one is empty."""
    text = cell.view.text
    end = _end(reading, cell.view)
    rest = len(text) - len(text[end:].lstrip(" :*_")) if end else len(text)
    return Cell(cell.view.part(0, end or len(text)), cell.header), Cell(cell.view.part(rest, len(text)), cell.header)

"""Tables of a text whose headings stand in one line, tabs between them, and whose cells stand below, one a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.blocks import Cell, Table
from auditor.policy.durations import read_duration
from auditor.policy.view import View

if TYPE_CHECKING:
    from auditor.policy.plain import Line, Reader

MIN_COLUMNS, MAX_COLUMNS, MAX_HEADING = 3, 8, 40
MIN_ROWS = 2
MAX_WORDS = 6  # of a lifetime
MAX_SURPLUS = 6
"""How many lines more than columns a row may have: a description goes on, or has a link below it."""
_MARKED = re.compile(r"\s*(?:#{1,6}\s|\||[-*+•]\s|```)")


def stacked_table(reader: Reader, lines: list[Line], at: int) -> int:
    """Adds the table whose line of headings is at a place; returns the line behind it, 0 where there is none.

    Two rows at least must have a lifetime in one column. What shows the end of a row of more lines than columns is its
    lifetime, too, so that it must be in the last column there.
    """
    headings = _headings(lines[at])
    below = _below(lines, at + 1) if headings else []
    rows = max((_even(below, len(headings)), _uneven(below, len(headings))), key=len) if below else []
    if len(rows) < MIN_ROWS:
        return 0
    reader.flush()
    wide = _widest(rows, len(headings))
    table = [[(line, line) for line in headings], *(_cells(row, len(headings), wide) for row in rows)]
    reader.elements.append(
        Table(
            tuple(
                tuple(Cell(reader.view(a.start, b.end), header=y == 0) for a, b in row) for y, row in enumerate(table)
            ),
            tuple(_whole(reader, row[0][0].start, row[-1][1].end) for row in table),
        )
    )
    last = rows[-1][-1].start
    return next(n for n, line in enumerate(lines[at:], at) if line.start == last) + 1


def _whole(reader: Reader, start: int, end: int) -> View:
    return View(reader.origin, reader.origin.text[start:end], start)


def _headings(line: Line) -> list[Line]:
    """The cells of a line of short headings with tabs between them; none where that is no such line."""
    cells, start = [], line.start
    for text in line.text.split("\t"):
        if text.strip():
            cells.append(type(line)(start + len(text) - len(text.lstrip()), text.strip()))
        start += len(text) + 1
    short = all(len(cell.text) <= MAX_HEADING and cell.text[-1] not in ".:;," for cell in cells)
    return cells if MIN_COLUMNS <= len(cells) <= MAX_COLUMNS and short else []


def _below(lines: list[Line], at: int) -> list[Line]:
    """The lines from a place on that may be cells, up to a heading, an item or another line with tabs."""
    found = []
    for line in lines[at:]:
        if "\t" in line.text or _MARKED.match(line.text):
            break
        if line.text.strip():
            found.append(line)
    return found


def _even(below: list[Line], width: int) -> list[list[Line]]:
    """The rows of as many lines as there are columns that have a lifetime in the same column."""
    rows = [below[at : at + width] for at in range(0, len(below) - width + 1, width)]
    counts = [next((n for n, row in enumerate(rows) if not _is_lifetime(row[x].text)), len(rows)) for x in range(width)]
    return rows[: max(counts, default=0)]


def _uneven(below: list[Line], width: int) -> list[list[Line]]:
    """The rows that end with a lifetime each and have at least as many lines as there are columns."""
    rows: list[list[Line]] = []
    at = 0
    while at < len(below):
        ends = range(at + width, min(len(below), at + width + MAX_SURPLUS) + 1)
        end = next((end for end in ends if _is_lifetime(below[end - 1].text)), 0)
        if not end:
            break
        rows.append(below[at:end])
        at = end
    return rows


def _is_lifetime(text: str) -> bool:
    """Is a line a lifetime and little else ("2 years", "Session")?"""
    return len(text.split()) <= MAX_WORDS and read_duration(text).kind not in ("unknown", "not_stated")


def _widest(rows: list[list[Line]], width: int) -> int:
    """The column of the longest texts, to which the lines belong that a row has beyond one a column."""
    return max(range(width - 1), key=lambda x: sum(len(row[x].text) for row in rows))


def _cells(row: list[Line], width: int, wide: int) -> list[tuple[Line, Line]]:
    """The first and the last line of each cell of a row."""
    surplus = len(row) - width
    ends = [x + (surplus if x >= wide else 0) for x in range(width)]
    return [(row[end - surplus if x == wide else end], row[end]) for x, end in enumerate(ends)]

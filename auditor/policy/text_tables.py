"""Tables of text and Markdown files: cells between bars, between tabs, or in columns of spaces; HTML tables in them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from auditor.policy.blocks import Cell, Table
from auditor.policy.embedded import table_rows
from auditor.policy.view import Origin, View

if TYPE_CHECKING:
    from auditor.policy.plain import Line, Reader

ITEM = re.compile(r"\s*(?:[•●▪◦‣∙·○■□➢✓]\s*|[*+\-–—]\s+)")
DELIMITER = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?")
_COUNTER = re.compile(r"\s*(?:\(?\w{1,3}[.)]|[*+•\-–])\t")  # "1.", then a tab: a list
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_APART = re.compile(r"(?<=\S) {2,40}(?=\S)")
MIN_ROWS = 2
MIN_LINES, MIN_COLUMNS, MAX_SPACED = 3, 3, 80


def pipe_table(reader: Reader, lines: list[Line], at: int, *, bare: bool) -> int:
    """A table of cells between bars; the outer bars may be missing (``bare``) where a line of dashes follows."""
    rows: list[tuple[Cell, ...]] = []
    views: list[View] = []
    before_delimiter = 0
    while at < len(lines) and (lines[at].text.lstrip().startswith("|") or (bare and "|" in lines[at].text)):
        line = lines[at]
        at += 1
        if DELIMITER.match(line.text):
            before_delimiter = len(rows)
            continue
        cells = tuple(Cell(cell) for cell in _pipe_cells(reader, line))
        if any(cell.view.text for cell in cells):
            rows.append(cells)
            views.append(View(reader.origin, line.text, line.start).part(0, len(line.text)))
    marked = [
        tuple(Cell(c.view, header=True) for c in row) if n < before_delimiter else row for n, row in enumerate(rows)
    ]
    if marked:
        reader.elements.append(Table(square(marked, reader.origin), tuple(views)))
    return at


def html_table(reader: Reader, lines: list[Line], at: int, end: int) -> int:
    """An HTML table inside Markdown, up to the offset of its end."""
    reader.flush()
    rows, views = [], []
    for cells in table_rows(reader.origin.text, lines[at].start, end):
        row = tuple(Cell(reader.view(start, stop), header=header) for start, stop, header in cells)
        if any(cell.view.text for cell in row):
            rows.append(row)
            whole = reader.origin.text[cells[0][0] : cells[-1][1]]
            views.append(View(reader.origin, whole, cells[0][0]).part(0, len(whole)))
    if rows:
        reader.elements.append(Table(square(rows, reader.origin), tuple(views)))
    while at < len(lines) and lines[at].start < end:
        at += 1
    return at


def _pipe_cells(reader: Reader, line: Line) -> list[View]:
    edges = [match.start() for match in _CELL_EDGE.finditer(line.text)]
    if not line.text.lstrip().startswith("|"):
        edges.insert(0, -1)
    if not line.text.rstrip().endswith("|"):
        edges.append(len(line.text))
    return [reader.view(line.start + left + 1, line.start + right) for left, right in pairwise(edges)]


def tab_table(reader: Reader, lines: list[Line], at: int) -> int:
    """Two or more lines with tabs between words are a table, as wide as the first; short rows are filled."""
    count = lines[at].text.strip(" ").count("\t")
    end = at
    while end < len(lines) and 0 < lines[end].text.strip().count("\t") <= count:
        end += 1
    if end - at < MIN_ROWS or all(_COUNTER.match(line.text) for line in lines[at:end]):
        return 0
    _add_lines(reader, lines[at:end], re.compile(r"\t"))
    return end


def spaced_table(reader: Reader, lines: list[Line], at: int) -> int:
    """Three or more lines whose words stand in as many columns, two spaces or more apart, are a table."""
    width = _columns(lines[at].text)
    end = at
    while end < len(lines) and width >= MIN_COLUMNS and _columns(lines[end].text) == width:
        end += 1
    if end - at < MIN_LINES:
        return 0
    _add_lines(reader, lines[at:end], _APART)
    return end


def _columns(text: str) -> int:
    """How many stretches of words stand apart in a line; 0 in a line of prose."""
    pieces = _APART.split(text.strip())
    return len(pieces) if all(len(piece) <= MAX_SPACED for piece in pieces) and not ITEM.match(text) else 0


def _add_lines(reader: Reader, lines: list[Line], apart: re.Pattern[str]) -> None:
    """Lines as the rows of a table, cells separated by a pattern."""
    reader.flush()
    rows, views = [], []
    for line in lines:
        whole = line.text.strip(" ")
        first = line.start + line.text.index(whole)
        edges = [match.span() for match in apart.finditer(whole)]
        starts, stops = [0, *(stop for _, stop in edges)], [*(start for start, _ in edges), len(whole)]
        rows.append(tuple(Cell(reader.view(first + a, first + b)) for a, b in zip(starts, stops, strict=True)))
        views.append(View(reader.origin, line.text, line.start).part(0, len(line.text)))
    reader.elements.append(Table(square(rows, reader.origin), tuple(views)))


def square(rows: list[tuple[Cell, ...]], origin: Origin) -> tuple[tuple[Cell, ...], ...]:
    """Rows of equal length: short ones are filled with empty cells."""
    width = max(len(row) for row in rows)
    empty = Cell(View(origin, ""))
    return tuple(row + (empty,) * (width - len(row)) for row in rows)

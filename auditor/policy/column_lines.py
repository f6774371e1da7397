"""Tables printed one cell a line: the headings of the columns first ("Name", "Purpose", "Duration"), then the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy.blocks import Block, Cell, Table
from auditor.policy.cells import looks_like_cookie, split_names
from auditor.policy.tables import heading_role, is_heading, read_grid
from auditor.policy.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.context import Reading
    from auditor.policy.tables import Grid

MIN_COLUMNS, MAX_COLUMNS = 3, 7
MAX_HEADING, MAX_NAME = 40, 80
NAME_WITHIN = 2  # a provider may come first


def read_column_lines(reading: Reading) -> list[tuple[tuple[int, ...], Grid]]:
    """Every such table with the places of its lines, headings included."""
    out: list[tuple[tuple[int, ...], Grid]] = []
    at = 0
    while at < len(reading.document.elements):
        if rows := _lines(reading, at):
            rows = max(rows, _lines(reading, at + 1), key=len)  # "List of cookies" may stand above "Name"
            out.append((tuple(range(rows[0].start, rows[-1].stop)), read_grid(reading, _table(reading, rows))))
            at = rows[-1].stop
        else:
            at += 1
    return out


def _lines(reading: Reading, at: int) -> list[range]:
    """The places of the headings that begin at a place, and of each row below them; none where that is no table."""
    width, named = _headings(reading, at)
    rows = list(_rows(reading, at + width, width, named)) if width else []
    return [range(at, at + width), *rows] if rows else []


def _table(reading: Reading, rows: list[range]) -> Table:
    """The lines at some places as the rows of a table; a row with a line too few lacks what stands before its end."""
    views = [[_block(reading, at) for at in row] for row in rows]
    origin = reading.document.origin
    whole = tuple(View(origin, origin.text[row[0].start : row[-1].end], row[0].start) for row in views)
    width = len(rows[0])
    filled = [[*row[:-1], *[View(origin, "")] * (width - len(row)), row[-1]] for row in views]
    return Table(tuple(tuple(Cell(view, header=y == 0) for view in row) for y, row in enumerate(filled)), whole)


def _block(reading: Reading, at: int) -> View:
    """The text of a block; an empty one where there is a table, or nothing."""
    element = next(iter(reading.document.elements[at : at + 1]), None)
    if not isinstance(element, Block):
        return View(reading.document.origin, "")
    return element.view.part(0, len(element.view.text.rstrip(" |")))  # a bar may be left of the cell's edge


def _headings(reading: Reading, at: int) -> tuple[int, int]:
    """How many headings of columns begin at a place, and which is the name's; 0 where there are too few."""
    count = sure = 0
    names: list[int] = []
    for place in range(at, min(len(reading.document.elements), at + MAX_COLUMNS)):
        view = _block(reading, place)
        role = heading_role(reading, view) if view.text and len(view.text) <= MAX_HEADING else None
        again = role == "name" and bool(names)
        if role is None or again or view.text.rstrip()[-1:] in (".", ":") or looks_like_cookie(view.text.strip()):
            break
        names.extend([count] if role == "name" else [])
        count += 1
        sure += is_heading(reading, view.folded.rstrip(" :"))
    told = count >= MIN_COLUMNS and sure * 2 >= count
    return (count, names[0]) if told and names and names[0] < NAME_WITHIN else (0, 0)


def _rows(reading: Reading, at: int, width: int, named: int) -> Iterator[range]:
    """The places of the rows from a place on: each holds a name of one word at its place, the first one a clear one."""
    sure = False
    while _is_name(reading, at + named, sure=sure):
        sure = named == 0
        row = range(at, at + (_width(reading, at, width) if named == 0 else width))
        if len(row) < MIN_COLUMNS - 1 or not all(_block(reading, place).text for place in row):
            return
        yield row
        at = row.stop


def _is_name(reading: Reading, at: int, *, sure: bool) -> bool:
    """Does a line hold the names of cookies, or one word where names are expected (``sure``)?"""
    view = _block(reading, at)
    text = view.text.strip()
    named = bool(text) and all(looks_like_cookie(piece.text) for piece in split_names(view))
    word = sure and " " not in text and text[-1:] not in (".", ":")
    return 0 < len(text) <= MAX_NAME and (named or word)


def _width(reading: Reading, at: int, width: int) -> int:
    """How many lines a row has: as many as there are columns, one fewer where the next clear name comes earlier."""
    early = at + width - 1
    short = width > MIN_COLUMNS and looks_like_cookie(_block(reading, early).text.strip())
    return width - 1 if short and not _is_name(reading, at + width, sure=False) else width

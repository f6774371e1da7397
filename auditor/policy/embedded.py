"""HTML tables inside Markdown files: converters keep tables as HTML that Markdown cannot write."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CELLS = 60
_BEGINS = re.compile(r"\s*(?:<[a-zA-Z][^<>]{0,200}>\s*){0,3}<table[\s>]", re.IGNORECASE)
_CLOSES = re.compile(r"</table\s*>", re.IGNORECASE)
_ROW = re.compile(r"<tr(?:\s[^<>]{0,300})?>", re.IGNORECASE)
_CELL = re.compile(r"<t([dh])(?:\s[^<>]{0,300})?>", re.IGNORECASE)
_CLOSED = re.compile(r"\s*</t(?:[dhr]|head|body|foot)\s*>", re.IGNORECASE)


def table_ends(text: str) -> list[int]:
    """Where the HTML tables of a text end, in order."""
    return [match.end() for match in _CLOSES.finditer(text)]


def table_span(line: str, start: int, ends: list[int]) -> int | None:
    """Where the HTML table ends that a line beginning at an offset opens; None where it opens none."""
    if _BEGINS.match(line) is None:
        return None
    at = bisect_right(ends, start)
    return ends[at] if at < len(ends) else None


def table_rows(text: str, start: int, end: int) -> Iterator[list[tuple[int, int, bool]]]:
    """The rows of a table between two offsets: of each cell its beginning, its end, and whether it is a heading."""
    rows = [match.end() for match in _ROW.finditer(text, start, end)]
    for at, following in zip(rows, [*rows[1:], end], strict=True):
        cells = list(_CELL.finditer(text, at, following))[:MAX_CELLS]
        ends = [cell.start() for cell in cells[1:]] + [following]
        if cells:
            yield [
                (cell.end(), _without_closing(text, cell.end(), stop), cell[1] in "hH")
                for cell, stop in zip(cells, ends, strict=True)
            ]


def _without_closing(text: str, start: int, stop: int) -> int:
    """The end of a cell's content: its first closing tag."""
    found = _CLOSED.search(text, start, stop)
    return found.start() if found else stop

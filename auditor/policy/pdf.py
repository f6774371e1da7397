"""Text out of a PDF as Markdown: headings, items, bold lead-ins and tables keep their shape.

A PDF has glyphs at places and ruled lines; what belongs together is told by where it stands (``pdfplumber``). Lines
become paragraphs where the next one goes on (``pdf_lines``); what stands in a grid of ruled lines becomes a table.
"""

from __future__ import annotations

import io
import logging
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model import PolicyError
from auditor.policy.pdf_lines import Line, cell_text, is_in, lines_of, paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pdfplumber.page import Page
    from pdfplumber.table import Table as Grid

    from auditor.policy.pdf_lines import Box, Word

MAX_PAGES = 200
MAX_UNPACKED = 20 * 1024 * 1024
_MAX_RULES = 20_000
_MAX_CROSSINGS = 4000
"""Ruled lines on a page, and places where they may cross: more are a drawing, whose cells take too long to find."""
_MAX_ALL_CROSSINGS = 100_000
"""On all pages together."""
_HEADING_SIZES = 4
_LARGER = 1.1
_MAX_TITLE = 120

_NEAR = 2.0
"""Points within which ruled lines meet."""
_STUMP = 4.0
"""The end of a ruled line drawn as a thin box is no line across it."""


@dataclass
class Table:
    """A table, row by row. ``begins`` or ``ends`` within a row: the rest of that row is on another page."""

    rows: list[list[str]]
    begins_within: bool = False
    ends_within: bool = False

    def take(self, rest: Table) -> None:
        """Add the rows of the next page, without a header that is told again."""
        rows = rest.rows
        if self.ends_within and rest.begins_within:
            pairs = zip(self.rows[-1], rows[0], strict=True)
            self.rows[-1] = [" ".join(filter(None, pair)) for pair in pairs]
            rows = rows[1:]
        elif rows[0] == self.rows[0]:
            rows = rows[1:]
        self.rows += rows
        self.ends_within = rest.ends_within


def pdf_markdown(content: bytes) -> str:
    """The text of a PDF; at most MAX_PAGES pages.

    Raises PolicyError ``binary`` for a broken or encrypted file, ``too_large`` for one that unpacks to more than
    MAX_UNPACKED, ``empty`` for one without text (scans).
    """
    import pdfplumber  # noqa: PLC0415  large; few policies are PDF

    for library in ("pdfminer", "pypdf"):
        logging.getLogger(library).setLevel(logging.ERROR)
    try:
        unpacked = _unpacked(content)
        if unpacked <= MAX_UNPACKED:
            with pdfplumber.open(io.BytesIO(content)) as document:
                pages = list(_all_parts(document.pages[:MAX_PAGES]))
    except Exception as error:  # (both libraries fail on broken files in any way)
        raise PolicyError("binary", f"the PDF cannot be read: {type(error).__name__}") from error
    if unpacked > MAX_UNPACKED:
        raise PolicyError("too_large", "the PDF unpacks to more than is read")
    text = "\n\n".join(_written(_joined(pages))).encode("utf-8", "replace").decode("utf-8")
    if not text.strip():
        raise PolicyError("empty", "the PDF has no text (a scan?)")
    return text + "\n"


def _unpacked(content: bytes) -> int:
    """Bytes that a PDF unpacks to, without pictures, which nobody unpacks; counted no further than MAX_UNPACKED.

    ``pypdf`` stops at limits, which the library that reads the page does not have.
    """
    from pypdf import PdfReader  # noqa: PLC0415  large; few policies are PDF
    from pypdf.errors import LimitReachedError  # noqa: PLC0415
    from pypdf.generic import StreamObject  # noqa: PLC0415

    reader = PdfReader(io.BytesIO(content))
    total = 0
    for number in {*reader.xref_objStm, *(number for table in reader.xref.values() for number in table)}:
        found = reader.get_object(number)
        if not isinstance(found, StreamObject) or found.get("/Subtype") == "/Image":
            continue
        try:
            total += len(found.get_data())
        except LimitReachedError:
            return MAX_UNPACKED + 1
        if total > MAX_UNPACKED:
            break
    return total


def _all_parts(pages: Iterable[Page]) -> Iterator[list[Line | Table]]:
    crossings = 0
    for page in pages:
        here = _crossings(page)
        drawn = here > _MAX_CROSSINGS or crossings + here > _MAX_ALL_CROSSINGS
        crossings += 0 if drawn else here
        yield _parts(page, ruled=not drawn)
        page.close()


def _crossings(page: Page) -> int:
    """At how many places the ruled lines of a page may cross."""
    if len(page.edges) > _MAX_RULES:
        return _MAX_CROSSINGS + 1
    across = {round(edge["top"] / _NEAR) for edge in page.edges if edge["orientation"] == "h"}
    down = {round(edge["x0"] / _NEAR) for edge in page.edges if edge["orientation"] == "v"}
    return len(across) * len(down)


def _parts(page: Page, *, ruled: bool) -> list[Line | Table]:
    """Lines and tables of a page, in the order of its content; a table stands where its first word does."""
    words = page.extract_words(use_text_flow=True, extra_attrs=["size", "fontname"])
    tables = _tables(page, words) if ruled else {}
    boxes = tuple(tables)
    parts: list[Line | Table] = []
    free: list[Word] = []
    for word in words:
        box = next((box for box in boxes if is_in(word, box)), None)
        if box is None:
            free.append(word)
        elif box in tables:
            parts += [*lines_of(free), tables.pop(box)]
            free = []
    return [*parts, *lines_of(free)]


def _tables(page: Page, words: Sequence[Word]) -> dict[Box, Table]:
    """The tables of a page by the box they stand in: grids of ruled lines, of which the page's end may cut one."""
    cuts = _cuts(page)
    grids = page.find_tables({"explicit_horizontal_lines": cuts})
    return {grid.bbox: _table(grid, words, cuts) for grid in grids if len(grid.columns) > 1}


def _cuts(page: Page) -> list[float]:
    """Heights at which vertical lines end and no horizontal one closes what is between them."""
    across = sorted(edge["top"] for edge in page.edges if edge["orientation"] == "h" and edge["width"] > _STUMP)
    down = [edge for edge in page.edges if edge["orientation"] == "v"]
    ends = {round(height, 1) for edge in down for height in (edge["top"], edge["bottom"])}
    return sorted(height for height in ends if not _is_near(height, across))


def _is_near(height: float, heights: Sequence[float]) -> bool:
    at = bisect_left(heights, height - _NEAR)
    return at < len(heights) and heights[at] <= height + _NEAR


def _table(grid: Grid, words: Sequence[Word], cuts: Sequence[float]) -> Table:
    """The cells of a grid; one that a neighbour reaches into is empty."""
    inside = [word for word in words if is_in(word, grid.bbox)]
    rows = []
    for row in grid.rows:
        own = [word for word in inside if is_in(word, row.bbox)]
        cells = [
            "" if cell is None else cell_text([word for word in own if is_in(word, cell)], cell) for cell in row.cells
        ]
        rows.append(cells)
    return Table(
        [row for row in rows if any(row)] or rows[:1],
        begins_within=_is_near(grid.bbox[1], cuts),
        ends_within=_is_near(grid.bbox[3], cuts),
    )


def _joined(pages: Iterable[list[Line | Table]]) -> list[Line | Table]:
    """The parts of all pages, a table that goes on over the end of a page in one."""
    joined: list[Line | Table] = []
    for page in pages:
        last, first = joined[-1] if joined else None, page[0] if page else None
        if isinstance(last, Table) and isinstance(first, Table) and len(last.rows[0]) == len(first.rows[0]):
            last.take(first)
            joined += page[1:]
        else:
            joined += page
    return joined


def _written(parts: Sequence[Line | Table]) -> Iterator[str]:
    """Markdown, a string for each paragraph, heading, item and table."""
    lines = [part for part in parts if isinstance(part, Line)]
    body = _usual_size(lines)
    levels = _levels(lines, body)
    free: list[Line] = []
    for part in parts:
        if isinstance(part, Line):
            free.append(part)
            continue
        yield from _paragraphs(free, levels)
        free = []
        yield "\n".join(_markdown(part.rows))
    yield from _paragraphs(free, levels)


def _paragraphs(lines: Sequence[Line], levels: dict[float, int]) -> Iterator[str]:
    for text, first in paragraphs(lines):
        level = levels.get(first.size)
        titled = level is not None and len(text) <= _MAX_TITLE
        yield f"{'#' * level} {text.replace('**', '')}" if titled and level else text


def _usual_size(lines: Iterable[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def _levels(lines: Iterable[Line], body: float) -> dict[float, int]:
    """The level of headings of each size: the largest first."""
    larger = sorted({line.size for line in lines if line.size > body * _LARGER}, reverse=True)
    return {size: min(level, _HEADING_SIZES) for level, size in enumerate(larger, start=1)}


def _markdown(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for at, row in enumerate(rows):
        yield "| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |"
        if at == 0:
            yield "|" + " --- |" * len(row)

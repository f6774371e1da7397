"""HTML pages: the marks of the markup to headings, items and tables over the page's text."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from auditor.policy.blocks import Block, Cell, Link, Table
from auditor.policy.bold_leads import led_parts
from auditor.policy.heading_ranks import ranked
from auditor.policy.markup import Mark, html_text
from auditor.policy.plain import colon_lead, looks_like_heading
from auditor.policy.text_tables import square
from auditor.policy.view import Origin, View

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SPAN = 50
BULLETS = "•●▪◦‣∙·○■□➢✓-– "
_CHROME = ("nav", "footer")
_CODES = ("code", "kbd", "samp", "tt")
_MOST_OF_BANNER = 1_500
"""Characters of a bar about cookies; where there are more, it is a text about them."""


def read_html(markup: str) -> tuple[Origin, list[Block | Table], list[Link], list[tuple[int, int]]]:
    """Blocks, tables, links and stretches of code of a page."""
    text, marks = html_text(markup)
    origin = Origin(text)
    tables = list(_tables(origin, marks))
    lines = _LineReader(origin, marks)
    elements: list[Block | Table] = []
    at = 0
    for start, end, table in tables:
        elements.extend(lines.blocks(at, start))
        elements.append(table)
        at = max(at, end)
    elements.extend(lines.blocks(at, len(text)))
    links = [Link(m.start, m.end, m.attributes["href"]) for m in marks if m.name == "a" and m.attributes.get("href")]
    return origin, elements, links, [(m.start, m.end) for m in marks if m.name in _CODES]


def _is_aside(mark: Mark, origin: Origin) -> bool:
    """Is it a dialog or a bar beside the page's own text: a consent banner, say, which is no part of the policy?"""
    length = mark.end - mark.start
    short = mark.name == "dialog" or (mark.name == "banner" and length < _MOST_OF_BANNER)
    return short and 2 * length < len(origin.text)


class _LineReader:
    """Turns the lines of the text into blocks, with what the marks say about each."""

    def __init__(self, origin: Origin, marks: list[Mark]) -> None:
        self.origin = origin
        self.headings = ranked(marks)
        self.items = {m.start: m for m in marks if m.name in ("li", "dt", "dd") and m.end > m.start}
        self.bold_marks = sorted((m for m in marks if m.name in ("b", "strong") and m.end > m.start), key=_start)
        self.bold = {m.start: m for m in self.bold_marks}
        self.chrome = [(m.start, m.end) for m in marks if m.name in _CHROME or _is_aside(m, origin)]

    def blocks(self, start: int, end: int) -> Iterator[Block]:
        """The blocks of the lines between two offsets."""
        at = start
        while at < end:
            stop = self.origin.text.find("\n", at, end)
            stop = end if stop < 0 else stop
            view = View(self.origin, self.origin.text[at:stop], at).part(0, stop - at)
            if view.text.strip(BULLETS):
                yield from map(self._block, self._parts(view))
            at = stop + 1

    def _parts(self, view: View) -> list[View]:
        """A line; its parts where each of them has a bold lead-in."""
        if view.start not in self.bold or view.start in self.items or view.start in self.headings:
            return [view]
        marks = self.bold_marks[self._bold_at(view.start) : self._bold_at(view.end)]
        bolds = [(mark.start, mark.end) for mark in marks]
        parts = led_parts(self.origin.text, view.start, view.end, bolds)
        return [view.part(start - view.start, end - view.start) for start, end in parts]

    def _bold_at(self, offset: int) -> int:
        return bisect_left(self.bold_marks, offset, key=_start)

    def _block(self, view: View) -> Block:
        start, end = view.start, view.end
        chrome = any(a <= start < b for a, b in self.chrome)
        kind = "item" if start in self.items or view.text[0] in BULLETS else "text"
        mark, rank = self.headings.get(start, (None, 0))
        if mark is not None and mark.end >= end:
            body, number = numbered(view)
            return Block("heading", body, rank, number, chrome=chrome)
        view = view.part(len(view.text) - len(view.text.lstrip(BULLETS)), len(view.text)) if kind == "item" else view
        body, number = numbered(view)
        bold = self.bold.get(start) or self.bold.get(body.start)
        if bold and kind != "item" and bold.end >= end - 1 and len(view.text) <= 120:
            return Block("heading", body, 7, number, chrome=chrome)
        if looks_like_heading(body.text, number, kind):
            return Block("heading", body, 8, number, chrome=chrome)
        lead = View(self.origin, self.origin.text[bold.start : bold.end], bold.start) if bold else colon_lead(body)
        return Block(kind, view, number=number, lead=lead, chrome=chrome)


def _start(mark: Mark) -> int:
    return mark.start


def numbered(view: View) -> tuple[View, str | None]:
    """A line without its printed number, and that number."""
    digits = len(view.text) - len(view.text.lstrip("0123456789."))
    number = view.text[:digits].rstrip(".")
    if not number or len(number) > 8 or not view.text[digits:].startswith((" ", ")")) or not number[0].isdigit():
        return view, None
    if "." not in view.text[:digits] and not view.text[digits:].startswith(")"):
        return view, None
    body = view.part(digits + 1, len(view.text))
    return (body, number) if body.text else (view, None)


def _tables(origin: Origin, marks: list[Mark]) -> Iterator[tuple[int, int, Table]]:
    """Data tables: innermost, at least two rows and two columns."""
    holders = {id(_table_of(m.parent)) for m in marks if m.name == "table" and _table_of(m.parent)}
    by_table: dict[int, list[Mark]] = {}
    for mark in marks:
        if mark.name == "tr" and (table := _table_of(mark)):
            by_table.setdefault(id(table), []).append(mark)
    cells: dict[int, list[Mark]] = {}
    for mark in marks:
        if mark.name in ("td", "th") and (row := _ancestor(mark.parent, "tr")):
            cells.setdefault(id(row), []).append(mark)
    for mark in marks:
        if mark.name != "table" or id(mark) in holders:
            continue
        rows = [cells.get(id(row), []) for row in by_table.get(id(mark), [])]
        if len(rows) >= 2 and max(len(row) for row in rows) >= 2:
            yield mark.start, mark.end, _grid(origin, rows, by_table[id(mark)])


def _table_of(mark: Mark | None) -> Mark | None:
    return _ancestor(mark, "table")


def _ancestor(mark: Mark | None, name: str) -> Mark | None:
    while mark is not None and mark.name != name:
        mark = mark.parent
    return mark


def _grid(origin: Origin, rows: list[list[Mark]], marks: list[Mark]) -> Table:
    """Cells in a rectangular grid, spans expanded."""
    held: dict[tuple[int, int], Cell] = {}
    for y, row in enumerate(rows):
        x = 0
        for mark in row:
            while (y, x) in held:
                x += 1
            cell = Cell(_view(origin, mark), mark.name == "th")
            wide, high = _span(mark, "colspan"), _span(mark, "rowspan")
            for dy in range(min(high, len(rows) - y)):
                for dx in range(wide):
                    held.setdefault((y + dy, x + dx), cell)
            x += wide
    width = max(x for _, x in held) + 1
    empty = Cell(View(origin, ""))
    grid = [tuple(held.get((y, x), empty) for x in range(width)) for y in range(len(rows))]
    return Table(square(grid, origin), tuple(_view(origin, mark) for mark in marks))


def _span(mark: Mark, name: str) -> int:
    value = mark.attributes.get(name, "")
    return max(1, min(MAX_SPAN, int(value))) if value.isascii() and value.isdigit() and len(value) < 5 else 1


def _view(origin: Origin, mark: Mark) -> View:
    return View(origin, origin.text[mark.start : mark.end], mark.start).part(0, max(0, mark.end - mark.start))

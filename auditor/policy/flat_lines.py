"""The rows of a table whose cells run together: which lines below its headings begin one, and which go on with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.policy.blocks import NO_LEVEL, Block
from auditor.policy.cells import looks_like_cookie
from auditor.policy.flat_cells import lifetime, names_end, owner_behind
from auditor.policy.flat_headings import joined
from auditor.policy.view import View

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.flat_headings import Headings

MAX_LINES = 20
"""Of a row."""
MAX_BEHIND, MAX_CELL = 3, 60
"""What may follow the lifetime of a row in other blocks, before the next row: so many lines, of so many letters."""
MIN_PART, WRAPPED = 3, 14
"""A word with a hyphen, and a name of so many letters, may go on in the next line."""
_FILLED = re.compile(r"[^\n]*\S[^\n]*")
_HYPHEN = re.compile(r"-\s*\n\s*(?=\S)")
_REST = re.compile(r"[a-z][\w\-]*(?=\s*\(|$)")
_SENTENCE = re.compile(r"[:;]$|(?<!\b[A-Z])(?<!\b[A-Z]\w)(?<!\b[A-Z]\w\w)\.$")  # "Ltd." ends none


@dataclass
class _Line:
    """A line of a block at a place; ``view`` may hold two where a name is broken."""

    place: int
    view: View


@dataclass
class _Open:
    """A row being gathered.

    ``told`` is how many of its lines reach up to its lifetime, ``alone`` whether that has a line of its own.
    """

    lines: list[_Line] = field(default_factory=list)
    told: int = 0
    alone: bool = False


def rows_below(reading: Reading, place: int, headings: Headings, rest: View) -> list[tuple[tuple[int, ...], View]]:
    """The rows below the headings at a place, each with its places; ``rest`` is what their own block goes on with."""
    lines = [_Line(place, line) for line in _cut(rest)]
    lines += _lines(reading, place + headings.blocks)
    gatherer = _Gatherer(headings)
    for at, line in enumerate(lines):
        if not gatherer.take(line, [one.view.text for one in lines[at + 1 : at + 3]]):
            break
    gatherer.end(last=True)
    return [_row(one) for one in gatherer.rows]


def _lines(reading: Reading, at: int) -> list[_Line]:
    """The lines of the blocks from a place on, up to a marked heading or a table."""
    found: list[_Line] = []
    for place, element in enumerate(reading.document.elements[at:], at):
        if not isinstance(element, Block) or element.level != NO_LEVEL:
            break
        found.extend(_Line(place, line) for line in _cut(element.view))
    return found


def _cut(view: View) -> list[View]:
    return [view.part(*match.span()) for match in _FILLED.finditer(view.text)]


class _Gatherer:
    """Gathers rows line by line."""

    def __init__(self, headings: Headings) -> None:
        self.rows: list[_Open] = []
        self._headings = headings
        self._owners: set[str] = set()

    def take(self, line: _Line, following: list[str]) -> bool:
        """Takes the next line in; False where the table ends before it."""
        row = self.rows[-1] if self.rows else None
        if row is not None and self._glue(row, line, following):
            return True
        broken = row is not None and row.lines and is_broken(row.lines[-1].view.text, line.view.text)
        if self._begins(line.view.text, following) and not broken:
            self.end()
            row = _Open([line])
            self.rows.append(row)
        elif row is None or not self._goes_on(row, line):
            return False
        else:
            row.lines.append(line)
        self._tell(row)
        return True

    def _begins(self, text: str, following: list[str]) -> bool:
        """Does a line begin with technical names; or with a word and an owner who is known from another row?"""
        if names_end(text):
            return True
        word, _, behind = text.partition(" ")
        owner = owner_behind(behind or next(iter(following), "")) if self._headings.owned else None
        return owner is not None and owner in self._owners and (bool(behind) or looks_plain(word))

    def _glue(self, row: _Open, line: _Line, following: list[str]) -> bool:
        """Does a line go on with the name that the line before ends in the midst of ("anonymous_visi", "tor_id")?"""
        before = row.lines[-1].view
        rest = _REST.match(line.view.text)
        alone = len(row.lines) == 1 and len(before.text) >= WRAPPED and names_end(before.text) == len(before.text)
        if not (self._headings.owned and alone and rest):
            return False
        behind = line.view.text[rest.end() :].strip() or next(iter(following), "")
        if not behind.startswith("("):
            return False
        row.lines[-1].view = joined([before, line.view], "")
        self._tell(row)
        return True

    def _goes_on(self, row: _Open, line: _Line) -> bool:
        if len(row.lines) >= MAX_LINES:
            return False
        if not row.told or line.place == row.lines[-1].place:
            return True
        few = len(row.lines) - row.told < MAX_BEHIND
        return few and len(line.view.text) <= MAX_CELL and not _SENTENCE.search(line.view.text)

    def _tell(self, row: _Open) -> None:
        """Notes the lifetime of a row where its last line brings it, and the owner where its lines name him."""
        line, beside = row.lines[-1].view, row.lines[-1].place == row.lines[0].place
        short = len(line.text) <= MAX_CELL and not _SENTENCE.search(line.text)
        timed = lifetime(line, self._headings.roles) if short or beside else None
        alone = timed is not None and not line.text[: timed[0]].strip()
        if timed is not None and (alone or not row.alone) and (alone or beside or not row.told):
            row.told, row.alone = len(row.lines), alone
        whole = "\n".join(one.view.text for one in row.lines[:2])
        end = names_end(whole) or len(whole.split(maxsplit=1)[0])
        if self._headings.owned and (owner := owner_behind(whole[end:].lstrip())):
            self._owners.add(owner)

    def end(self, *, last: bool = False) -> None:
        """Drops what is no part of the row: behind its lifetime, and other blocks where no row tells that they are."""
        if not self.rows:
            return
        row = self.rows[-1]
        kept = row.told
        if not row.told and not last:
            kept = len(row.lines)
        elif self._headings.roles[-1] != "duration" or not row.told:
            while kept < len(row.lines) and row.lines[kept].place == row.lines[max(0, kept - 1)].place:
                kept += 1
        row.lines = row.lines[:kept]


def looks_plain(word: str) -> bool:
    """Is a word one that may name a cookie, in small letters?"""
    return word.isalnum() and word.islower()


def _row(row: _Open) -> tuple[tuple[int, ...], View]:
    """The places and the text of a row."""
    return tuple(dict.fromkeys(line.place for line in row.lines)), _whole([line.view for line in row.lines])


def _whole(parts: list[View]) -> View:
    """Texts one below the other as one, words whole again that a hyphen breaks at the end of a line."""
    view = joined(parts)
    kept, start = [], 0
    for match in _HYPHEN.finditer(view.text):
        if is_broken(view.text[: match.start() + 1], view.text[match.end() :]):
            kept.append((start, match.start()))
            start = match.end()
    kept.append((start, len(view.text)))
    places = tuple(view.place(at) for a, b in kept for at in range(a, b))
    return View(view.origin, "".join(view.text[a:b] for a, b in kept), view.start, places)


def is_broken(before: str, after: str) -> bool:
    """Does a text end in a word that the next line goes on with? "_ab-" ends a name where no name is left below it."""
    words, line = before.split()[-1:], after.partition("\n")[0].split()
    if not words or not line or len(words[0]) < MIN_PART or words[0][-1] != "-":
        return False
    if not (line[0][0].islower() or line[0][0].isdigit()):
        return False
    return not looks_like_cookie(words[0][:-1]) or looks_like_cookie(line[0]) or len(line) == 1

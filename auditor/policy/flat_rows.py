"""Tables whose cells run together, as in text of a PDF: "Name Purpose Duration", then "_ga Tells visitors ...".

A row may go on in the blocks below it, and a word in the next line behind a hyphen.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from auditor.policy.blocks import NO_LEVEL, Block
from auditor.policy.cells import looks_like_cookie
from auditor.policy.flat_cells import flat_cells, lifetime, names_end
from auditor.policy.tables import Column, Grid, Row, heading_role, is_heading
from auditor.policy.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.context import Reading

MIN_COLUMNS, MAX_WORDS, MAX_SPAN, MAX_LINE = 3, 12, 4, 120
MIN_PAIRS = 2
MAX_PARTS = 6
"""In how many blocks a row may go on."""
_KEY = re.compile(r"^(?P<key>[a-z][\w.\-]{1,60}) (?=[^\W\d_a-z])", re.MULTILINE)
_LINE_END = re.compile(r"\n\s*")
_WORD = re.compile(r"\S+")
_SENTENCE = re.compile(r"[:;]$|(?<!\b[A-Z])(?<!\b[A-Z]\w)(?<!\b[A-Z]\w\w)\.$")  # "Ltd." ends none
_BREAK = re.compile(r"-\s*\n\s*(?=\S)")


def read_flat_rows(reading: Reading) -> list[tuple[tuple[int, ...], Grid]]:
    """Every such table with the places of its lines, that of the headings included."""
    out: list[tuple[tuple[int, ...], Grid]] = []
    for place, block in reading.document.blocks():
        first = block.view.text.partition("\n")[0]
        headings = _headings(reading, block.view.part(0, len(first))) if len(first) <= MAX_LINE else {}
        roles = list(headings)
        if roles == ["name", "purpose"] and (pairs := _pairs(block.view.part(len(first), len(block.view.text)))):
            out.append(((place,), Grid(_columns(roles), pairs, tuple(headings.values()))))
        if len(roles) < MIN_COLUMNS or roles[0] != "name" or "duration" not in roles:
            continue
        if rows := list(_below(reading, place, len(first), roles)):
            places = tuple(dict.fromkeys((place, *(at for taken, _ in rows for at in taken))))
            out.append((places, Grid(_columns(roles), tuple(_row(reading, line, roles) for _, line in rows), ())))
    return out


def _columns(roles: list[str]) -> dict[int, Column]:
    return {x: Column(role) for x, role in enumerate(roles)}


def _pairs(view: View) -> tuple[Row, ...]:
    """The rows of lines that begin with keys ("themeMode Keeps the colours"), most of which are no plain words."""
    found = list(_KEY.finditer(view.text))
    plain = sum(match["key"].isalpha() and match["key"].islower() for match in found)
    if len(found) < MIN_PAIRS or found[0].start() or plain * 2 >= len(found):
        return ()
    starts = [match.start() for match in found]
    lines = [view.part(start, end) for start, end in pairwise([*starts, len(view.text)])]
    cells = ((line, len(match["key"])) for line, match in zip(lines, found, strict=True))
    return tuple(
        Row({"name": line.part(0, end), "purpose": line.part(end, len(line.text))}, line) for line, end in cells
    )


def _below(reading: Reading, at: int, start: int, roles: list[str]) -> Iterator[tuple[tuple[int, ...], View]]:
    """The rows behind the headings that end at an offset of a block, each with its places."""
    elements = reading.document.elements
    while at < len(elements) and isinstance(element := elements[at], Block):
        view = element.view.part(start, len(element.view.text))
        if view.text:
            if not names_end(view.text):
                return
            *whole, last = _lines(view)
            yield from (((at,), joined([line])) for line in whole)
            rest = _rest(reading, at, last, roles)
            yield tuple(range(at, at + 1 + len(rest))), joined([last, *rest])
            at += len(rest)
        at, start = at + 1, 0


def _lines(view: View) -> list[View]:
    """A text cut before each of its lines that begins with names; lines that go on stay with the one before."""
    ends = (match for match in _LINE_END.finditer(view.text) if names_end(view.text, match.end()))
    starts = [match.end() for match in ends if not _is_broken(view.text[: match.start()], view.text[match.end() :])]
    return [view.part(start, end) for start, end in pairwise([0, *starts, len(view.text)])]


def _rest(reading: Reading, at: int, line: View, roles: list[str]) -> list[View]:
    """The texts of the blocks behind a place in which a row goes on: the rest of a word, and all up to its lifetime."""
    parts: list[View] = []
    told = lifetime(line, roles) is not None
    kept = 0
    for element in reading.document.elements[at + 1 : at + 1 + MAX_PARTS]:
        if not isinstance(element, Block) or element.level != NO_LEVEL or element.kind == "item":
            break
        goes_on = _is_broken([line, *parts][-1].text, element.view.text)
        if not goes_on and (told or names_end(element.view.text)):
            break
        parts.append(element.view)
        short = len(element.view.text) <= MAX_LINE and _SENTENCE.search(element.view.text) is None
        told = told or (short and lifetime(element.view, roles) is not None)
        kept = len(parts) if told or goes_on else kept
    return parts[:kept]


def joined(parts: list[View]) -> View:
    """Texts one below the other as one, words whole again that a hyphen breaks at the end of a line."""
    text = "\n".join(part.text for part in parts)
    offsets: list[int] = []
    for part in parts:
        offsets.extend(map(part.place, range(len(part.text))))
        offsets.append(part.end)
    kept, start = [], 0
    for match in _BREAK.finditer(text):
        if _is_broken(text[: match.start() + 1], text[match.end() :]):
            kept.append((start, match.start()))
            start = match.end()
    kept.append((start, len(text)))
    places = tuple(place for a, b in kept for place in offsets[a:b])
    return View(parts[0].origin, "".join(text[a:b] for a, b in kept), parts[0].start, places)


def _is_broken(before: str, after: str) -> bool:
    """Does a text end in a word that the next line goes on with? "_ab-" ends a name where no name is left below it."""
    words, line = before.split()[-1:], after.partition("\n")[0].split()
    if not words or not line or len(words[0]) < MIN_COLUMNS or words[0][-1] != "-":
        return False
    if not (line[0][0].islower() or line[0][0].isdigit()):
        return False
    return not looks_like_cookie(words[0][:-1]) or looks_like_cookie(line[0]) or len(line) == 1


def _headings(reading: Reading, line: View) -> dict[str, View]:
    """The headings of columns of which a line is made, by role; none where it holds anything else."""
    words = list(_WORD.finditer(line.text))
    if not 1 < len(words) <= MAX_WORDS or line.text.rstrip()[-1] in ".:;":
        return {}
    found: dict[str, View] = {}
    at = 0
    while at < len(words):
        spans = (line.part(words[at].start(), words[end].end()) for end in _ends(at, len(words)))
        heading = next((view for view in spans if is_heading(reading, view.folded)), None)
        role = heading_role(reading, heading) if heading is not None else None
        if heading is None or role is None or role in found:
            return {}
        found[role] = heading
        at += len(heading.text.split())
    return found


def _ends(at: int, count: int) -> range:
    """Where a heading that begins at a word may end, the longest first."""
    return range(min(at + MAX_SPAN, count) - 1, at - 1, -1)


def _row(reading: Reading, line: View, roles: list[str]) -> Row:
    """What stands in a line that begins with technical names."""
    end = names_end(line.text)
    return Row({"name": line.part(0, end), **flat_cells(reading, line, end, roles)}, line)

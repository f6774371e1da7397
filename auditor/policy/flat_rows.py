"""Tables whose cells run together, as in text of a PDF: "Name Purpose Duration", then "_ga Tells visitors ..."."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.blocks import Block
from auditor.policy.cells import looks_like_cookie
from auditor.policy.durations import find_durations, read_duration
from auditor.policy.tables import Column, Grid, Row, heading_role, is_heading

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.view import View

MIN_COLUMNS, MAX_WORDS, MAX_SPAN, MAX_LINE = 3, 12, 4, 120
LABEL_WORDS = 3
_LINE_END = re.compile(r"\n\s*")
_WORD = re.compile(r"\S+")
_NAMES = re.compile(r"[^\s,]{2,80}(?:,\s+[^\s,]{2,80}){0,12}(?=\s|$)")
_OUTRIGHT = re.compile(r"^[._]|\w_\w|^[A-Z]{3,}(?:ID|SESS\w*)$")


def read_flat_rows(reading: Reading) -> list[tuple[tuple[int, ...], Grid]]:
    """Every such table with the places of its lines, that of the headings included."""
    out = []
    for place, block in reading.document.blocks():
        first = block.view.text.partition("\n")[0]
        roles = _roles(reading, block.view.part(0, len(first))) if len(first) <= MAX_LINE else []
        if not roles:
            continue
        below = [(place, line) for line in _lines(block.view)[1:]] or _below(reading, place + 1)
        rows = [(at, _row(reading, line, roles)) for at, line in below]
        if rows:
            places = tuple(dict.fromkeys((place, *(at for at, _ in rows))))
            columns = {x: Column(role) for x, role in enumerate(roles)}
            out.append((places, Grid(columns, tuple(row for _, row in rows), ())))
    return out


def _lines(view: View) -> list[View]:
    """A text cut before each of its lines that begins with names; lines that go on stay with the one before."""
    starts = [0, *(match.end() for match in _LINE_END.finditer(view.text) if _names(view.text, match.end()))]
    return [view.part(start, end) for start, end in pairwise([*starts, len(view.text)])]


def _names(text: str, start: int = 0) -> int:
    """Where the technical names that begin at an offset of a text end; 0 where there are none."""
    match = _NAMES.match(text, start)
    names = re.split(r",\s+", match[0]) if match else []
    sure = all(looks_like_cookie(name) for name in names) and any(map(_OUTRIGHT.search, names))
    return match.end() if match is not None and sure else 0


def _below(reading: Reading, at: int) -> list[tuple[int, View]]:
    """The lines from a place on that begin with technical names, each with its place."""
    out: list[tuple[int, View]] = []
    for place, element in enumerate(reading.document.elements[at:], at):
        if not isinstance(element, Block) or not _names(element.view.text):
            break
        out.extend((place, line) for line in _lines(element.view))
    return out


def _roles(reading: Reading, line: View) -> list[str]:
    """The roles of the columns that a line names, if it names nothing else; the name's first, a lifetime among them."""
    words = list(_WORD.finditer(line.text))
    if not MIN_COLUMNS <= len(words) <= MAX_WORDS or line.text.rstrip()[-1] in ".:;":
        return []
    roles: list[str] = []
    at = 0
    while at < len(words):
        spans = (line.part(words[at].start(), words[end].end()) for end in _ends(at, len(words)))
        found = next((view for view in spans if is_heading(reading, view.folded)), None)
        role = heading_role(reading, found) if found is not None else None
        if found is None or role is None or role in roles:
            return []
        roles.append(role)
        at += len(found.text.split())
    return roles if len(roles) >= MIN_COLUMNS and roles[0] == "name" and "duration" in roles else []


def _ends(at: int, count: int) -> range:
    """Where a heading that begins at a word may end, the longest first."""
    return range(min(at + MAX_SPAN, count) - 1, at - 1, -1)


def _row(reading: Reading, line: View, roles: list[str]) -> Row:
    """What stands in a line that begins with technical names."""
    end = _names(line.text)
    return Row({"name": line.part(0, end), **_cells(reading, line, end, roles)}, line)


def _cells(reading: Reading, view: View, start: int, roles: list[str]) -> dict[str, View]:
    """The cells behind the names: a lifetime at the edge that its column has, a category's label, else the purpose."""
    rest = view.part(start, len(view.text.rstrip(" .")))
    cells: dict[str, View] = {}
    timed = _lifetime(rest, last=roles[-1] == "duration")
    if timed is not None:
        begin, end = timed
        cells["duration"] = rest.part(begin, end)
        rest = rest.part(0, begin) if roles[-1] == "duration" else rest.part(end, len(rest.text))
    if "category" in roles and (label := _label(reading, rest)):
        cells["category"] = rest.part(0, label)
        rest = rest.part(label, len(rest.text))
    if "purpose" in roles and rest.text.strip():
        cells["purpose"] = rest
    return cells


def _lifetime(rest: View, *, last: bool) -> tuple[int, int] | None:
    """Where a lifetime ends a text, or begins it; a word such as "Session" is one, too."""
    spans = find_durations(rest.folded)
    if last and spans and not rest.folded[spans[-1][1] :].strip(" .)"):
        return spans[-1]
    if not last and spans and not rest.folded[: spans[0][0]].strip():
        return spans[0]
    words = list(_WORD.finditer(rest.text))
    edge = words[-1:] if last else words[:1]
    return edge[0].span() if edge and read_duration(edge[0][0]).kind in ("session", "persistent") else None


def _label(reading: Reading, rest: View) -> int:
    """Where the label of a category that begins a text ends; 0 where there is none."""
    words = list(_WORD.finditer(rest.text))[:LABEL_WORDS]
    for word in reversed(words):
        label = reading.labels.read(rest.folded[words[0].start() : word.end()])
        if label is not None and not label.residue and label.category is not Category.UNCLASSIFIED:
            return word.end()
    return 0

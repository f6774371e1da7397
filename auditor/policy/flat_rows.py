"""Tables whose cells run together, as in text of a PDF: "Name Purpose Duration", then "_ga Tells visitors ..."."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from auditor.policy.flat_cells import flat_cells, names_end
from auditor.policy.flat_headings import headings_at
from auditor.policy.flat_lines import rows_below
from auditor.policy.tables import Column, Grid, Row

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.flat_headings import Headings
    from auditor.policy.view import View

MIN_COLUMNS, MIN_PAIRS = 3, 2
_KEY = re.compile(r"^(?P<key>[a-z][\w.\-]{1,60}) (?=[^\W\d_a-z])", re.MULTILINE)


def read_flat_rows(reading: Reading) -> list[tuple[tuple[int, ...], Grid]]:
    """Every such table with the places of its lines, that of the headings included."""
    out: list[tuple[tuple[int, ...], Grid]] = []
    for place, _ in reading.document.blocks():
        headings, rest = headings_at(reading, place)
        roles = headings.roles
        if roles == ["name", "purpose"] and (pairs := _pairs(rest)):
            out.append(((place,), Grid(_columns(roles), pairs, tuple(headings.columns.values()))))
        if len(roles) < MIN_COLUMNS or roles[0] != "name" or "duration" not in roles:
            continue
        if rows := rows_below(reading, place, headings, rest):
            above = range(place, place + headings.blocks)
            places = tuple(dict.fromkeys((*above, *(at for taken, _ in rows for at in taken))))
            grid = Grid(_columns(roles), tuple(_row(reading, line, headings) for _, line in rows), ())
            out.append((places, grid))
    return out


def _columns(roles: list[str]) -> dict[int, Column]:
    return {x: Column(role) for x, role in enumerate(roles)}


def _row(reading: Reading, line: View, headings: Headings) -> Row:
    """What stands in a line that begins with technical names."""
    end = names_end(line.text) or len(line.text.split(maxsplit=1)[0])
    return Row({"name": line.part(0, end), **flat_cells(reading, line, end, headings)}, line)


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

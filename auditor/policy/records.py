"""Records printed as lines: "Name: _ga", "Provider: Google", "Expiry: 2 years", one cookie after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.policy.blocks import Block
from auditor.policy.tables import Column, Grid, Row, heading_role, looks_like_cookie
from auditor.policy.view import View

if TYPE_CHECKING:
    from auditor.policy.context import Reading

MAX_LABEL = 60
MIN_ROLES = 2
_LABELLED = re.compile(r"([^:\n]{2,60}):\s*(?=\S)")


@dataclass
class _Record:
    """One record being gathered: cells by role and the places of its lines."""

    cells: dict[str, View] = field(default_factory=dict)
    places: list[int] = field(default_factory=list)


def read_records(reading: Reading) -> list[tuple[tuple[int, ...], Grid]]:
    """Every record that names a cookie and says two things of it, as a grid of one row, with its places."""
    records: list[_Record] = []
    open_record: _Record | None = None
    for place, block in reading.document.blocks():
        role, value = _labelled(reading, block)
        if role is None:
            open_record = _begun_by_name(place, block)
        elif open_record is None or role in open_record.cells:
            open_record = _Record({role: value}, [place])
        else:
            open_record.cells[role] = value
            open_record.places.append(place)
        if open_record is not None and (not records or records[-1] is not open_record):
            records.append(open_record)
    return [(tuple(r.places), _grid(reading, r)) for r in records if "name" in r.cells and len(r.cells) > MIN_ROLES]


def _labelled(reading: Reading, block: Block) -> tuple[str | None, View]:
    """The role that a line's label names, and its value."""
    match = _LABELLED.match(block.view.text)
    if not match:
        return None, block.view
    role = heading_role(reading, block.view.part(0, match.end(1)))
    return role, block.view.part(match.end(), len(block.view.text))


def _begun_by_name(place: int, block: Block) -> _Record | None:
    """A record whose first line is nothing but the cookie's name."""
    name = block.view.text.strip()
    return _Record({"name": block.view}, [place]) if looks_like_cookie(name) else None


def _grid(reading: Reading, record: _Record) -> Grid:
    elements = [reading.document.elements[place] for place in record.places]
    views = [element.view for element in elements if isinstance(element, Block)]
    start, end = views[0].start, views[-1].end
    whole = View(reading.document.origin, reading.document.origin.text[start:end], start)
    columns = {x: Column(role) for x, role in enumerate(record.cells)}
    return Grid(columns, (Row(record.cells, whole),), ())

"""Records printed as lines: "Name: _ga", "Provider: Google", "Expiry: 2 years", one cookie after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.policy.blocks import Block
from auditor.policy.cells import looks_like_cookie
from auditor.policy.durations import find_durations, lasts_session
from auditor.policy.name_lines import LIST_LEAD, is_marked
from auditor.policy.tables import Column, Grid, Row, heading_role, is_heading
from auditor.policy.view import View

if TYPE_CHECKING:
    from auditor.policy.context import Reading

MAX_ALONE = 25
MIN_ROLES = 2
MAX_NAME_WORDS = 8
UNRANKED = 8
_OUTRIGHT = re.compile(r"^[._]|\w_\w")
_NAME_LED = re.compile(r"([\w.\-*]{3,60})\s+[-–—]\s+(?=\S)")
_MORE = re.compile(r"[.;,|]?\s+([^\W\d_][^:.;,|]{2,30}):\s+(?=\S)")
_LABELLED = re.compile(r"((?:[^:.\n]|\.(?! )){2,60}):\s*(?=\S)")


@dataclass
class _Record:
    """One record being gathered: cells and their labels by role, and the places of its lines."""

    cells: dict[str, View] = field(default_factory=dict)
    labels: dict[str, View] = field(default_factory=dict)
    places: list[int] = field(default_factory=list)
    bare: bool = False

    @property
    def described(self) -> bool:
        """Is it a name in a line of its own, and text below it that is no label's?"""
        return self.bare and "purpose" in self.cells and not self.labels

    @property
    def tells(self) -> bool:
        """Are two things said of the name, or its lifetime; or its purpose where a label calls it a name?"""
        named = "duration" in self.labels or ("name" in self.labels and "purpose" in self.cells)
        return len(self.cells) > MIN_ROLES or named

    @property
    def begins_with_name(self) -> bool:
        """Is the name the first thing that a label tells?"""
        return next(iter(self.labels), None) == "name"

    def add(self, place: int, role: str, label: View, value: View) -> None:
        """Takes the line at a place in."""
        self.cells[role], self.labels[role] = value, label
        self.places.append(place)


def read_records(reading: Reading) -> list[tuple[tuple[int, ...], Grid]]:
    """Every record that names a cookie and says two things of it, as a grid of one row, with its places."""
    taken = {place for places, _ in (*reading.column_lines, *reading.flat_rows) for place in places}
    gatherer = _Gatherer(reading)
    for place, block in reading.document.blocks():
        if place not in taken:
            gatherer.take(place, block)
    described = [record for record in gatherer.records if record.described]
    listed = described if len(described) > 1 else []
    found = (r for r in gatherer.records if "name" in r.cells and (r.tells or r in listed))
    return [(tuple(record.places), _grid(reading, record)) for record in found]


class _Gatherer:
    """Gathers records line by line; a label may also stand in a line of its own, above its value."""

    def __init__(self, reading: Reading) -> None:
        self.records: list[_Record] = []
        self._reading = reading
        self._open: _Record | None = None
        self._above: tuple[int, str, View] | None = None

    def take(self, place: int, block: Block) -> None:
        """Takes the next line in."""
        above, self._above = self._above, self._alone(place, block)
        if self._above is not None:
            return
        if above is not None and self._answers(above[1], block):
            self._add(place, above[1], above[2], block.view)
            return
        if (
            above is not None
            and self._open is not None
            and "name" in self._open.labels
            and above[1] in self._open.cells
        ):
            self._open.places.append(place)  # a second provider, say: it belongs to the record, and adds nothing
            return
        if pairs := _labelled(self._reading, block):
            for role, label, value in pairs:
                self._add(place, role, label, value)
            return
        begun = _begun_by_name(place, block)
        if begun is None and self._describes(block):
            self._describe(place, block)
            return
        self._open = begun
        if begun is not None:
            begun.bare = begun.bare and place in self._reading.cookie_places
            self.records.append(begun)

    def _describes(self, block: Block) -> bool:
        """Is a line text that may describe the name above it, or a lifetime below such text?"""
        if self._open is None or not self._open.bare or self._open.labels or " " not in block.view.text:
            return False
        timed = bool(find_durations(block.view.folded)) or lasts_session(block.view.folded)
        return block.kind == "text" or (block.level > UNRANKED and timed and "purpose" in self._open.cells)

    def _describe(self, place: int, block: Block) -> None:
        """Takes a line in as (more of) the description of the name above it."""
        if self._open is not None and place == self._open.places[-1] + 1:
            known = self._open.cells.get("purpose", block.view)
            origin = block.view.origin
            whole = View(origin, origin.text[known.start : block.view.end], known.start)
            self._open.cells["purpose"] = block.view if known is block.view else whole
            self._open.places.append(place)

    def _add(self, place: int, role: str, label: View, value: View) -> None:
        if self._open is not None and role in self._open.cells and role != "name" and self._open.begins_with_name:
            return  # a service beside its provider, say: the next record has another name
        if self._open is None or (role in self._open.cells and (role != "purpose" or role in self._open.labels)):
            self._open = _Record()
            self.records.append(self._open)
        self._open.add(place, role, label, value)

    def _alone(self, place: int, block: Block) -> tuple[int, str, View] | None:
        """The place, role and view of a line that is nothing but a label ("Name", "Expiration")."""
        folded = block.view.folded.rstrip(" :")
        if len(folded) > MAX_ALONE or not is_heading(self._reading, folded):
            return None
        role = heading_role(self._reading, block.view)
        return (place, role, block.view) if role else None

    def _answers(self, role: str, block: Block) -> bool:
        """Is a line the value of the label above it: a name of one word, or more about a cookie that has a name?"""
        if block.kind == "heading" and block.level < UNRANKED:
            return False
        if role == "name":
            return len(block.view.text.split()) == 1
        return self._open is not None and "name" in self._open.labels and role not in self._open.cells


def _labelled(reading: Reading, block: Block) -> list[tuple[str, View, View]]:
    """(role, label, value) of a line's label, and of those that follow ("Purpose: sign in. Duration: session")."""
    match = _LABELLED.match(block.view.text)
    label = block.view.part(0, match.end(1)) if match else None
    role = heading_role(reading, label) if label else None
    if match is None or label is None or role is None or _is_marked_name(reading, block):
        return []
    if role == "name" and len(block.view.text[match.end() :].split()) > MAX_NAME_WORDS:
        return []  # "Session cookie: it lets the site ..."
    out, at = [], match.end()
    for more in _MORE.finditer(block.view.text, at):
        following = block.view.part(more.start(1), more.end(1))
        if is_heading(reading, following.folded):
            out.append((role, label, block.view.part(at, more.start())))
            role, label, at = heading_role(reading, following) or role, following, more.end()
    return [*out, (role, label, block.view.part(at, len(block.view.text)))]


def _is_marked_name(reading: Reading, block: Block) -> bool:
    """Does a line begin with a name and how it is stored ("shop_lang (cookie): ..."), which is no label?"""
    lead = LIST_LEAD.match(block.view.text)
    return lead is not None and is_marked(reading, block.view, lead.end(1))


def _begun_by_name(place: int, block: Block) -> _Record | None:
    """A record whose first line is the cookie's name, alone or as a heading that also says what it is for."""
    name = block.view.text.strip()
    if looks_like_cookie(name):
        return _Record({"name": block.view}, {}, [place], bare=_OUTRIGHT.search(name) is not None)
    led = _NAME_LED.match(name) if block.kind == "heading" else None
    if led is None or not looks_like_cookie(led[1]):
        return None
    cells = {"name": block.view.part(0, led.end(1)), "purpose": block.view.part(led.end(), len(name))}
    return _Record(cells, {}, [place])


def _grid(reading: Reading, record: _Record) -> Grid:
    elements = [reading.document.elements[place] for place in record.places]
    views = [element.view for element in elements if isinstance(element, Block)]
    start, end = views[0].start, views[-1].end
    whole = View(reading.document.origin, reading.document.origin.text[start:end], start)
    columns = {x: Column(role) for x, role in enumerate(record.cells)}
    heading = tuple(record.labels.values()) if "name" in record.labels else ()
    return Grid(columns, (Row(record.cells, whole),), heading)

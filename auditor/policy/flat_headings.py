"""Lines of text that are nothing but the headings of a table's columns ("Name Purpose Duration")."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from auditor.policy.blocks import NO_LEVEL, Block
from auditor.policy.tables import heading_role, is_heading
from auditor.policy.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.context import Reading

MAX_WORDS, MAX_SPAN, MAX_LINE, MAX_BLOCKS = 12, 4, 120, 4
MAX_ARTICLE = 3
OWNERS = ("provider", "host")
_WORD = re.compile(r"\S+")


@dataclass
class Headings:
    """The headings of columns by role, in order, and how many blocks hold them.

    ``owned``: the column of names is headed as one of providers, too ("Cookie and provider").
    """

    columns: dict[str, View] = field(default_factory=dict)
    owned: bool = False
    blocks: int = 1

    @property
    def roles(self) -> list[str]:
        """What the columns hold."""
        return list(self.columns)


def headings_at(reading: Reading, place: int) -> tuple[Headings, View]:
    """The headings that begin at a block, and what follows them in it: its first line, or it and the blocks below."""
    element = reading.document.elements[place]
    if not isinstance(element, Block):
        return Headings(), View(reading.document.origin, "")
    first = len(element.view.text.partition("\n")[0])
    found = _headings(reading, element.view.part(0, first)) if first <= MAX_LINE else Headings()
    if found.columns or not _may_begin(reading, element):
        return found, element.view.part(first, len(element.view.text))
    views = [block.view for block in islice(_short_blocks(reading, place), MAX_BLOCKS)]
    for count in range(len(views), 0, -1):
        found = _headings(reading, joined(views[:count]))
        if found.columns:
            found.blocks = count
            break
    return found, View(reading.document.origin, "")


def joined(views: list[View], between: str = "\n") -> View:
    """Texts one below the other as one, or with another character, or none, between them."""
    text = between.join(view.text for view in views)
    places: list[int] = []
    for view in views:
        places.extend(map(view.place, range(len(view.text))))
        places.extend([view.end] * len(between))
    return View(views[0].origin, text, views[0].start, tuple(places[: len(text)]))


def _may_begin(reading: Reading, block: Block) -> bool:
    return len(block.view.text) <= MAX_LINE and heading_role(reading, block.view) == "name"


def _short_blocks(reading: Reading, place: int) -> Iterator[Block]:
    """The short blocks from a place on that no mark makes headings."""
    for element in reading.document.elements[place:]:
        if not isinstance(element, Block) or element.level != NO_LEVEL or len(element.view.text) > MAX_LINE:
            return
        yield element


def _headings(reading: Reading, line: View) -> Headings:
    """The headings of which a line is made; none where it holds anything else."""
    words = list(_WORD.finditer(line.text))
    none = Headings()
    if not 1 < len(words) <= MAX_WORDS or line.text.rstrip()[-1] in ".:;":
        return none
    found = Headings()
    joiners = frozenset(reading.words.values("joiner"))
    at = 0
    while at < len(words):
        beside = bool(found.columns) and line.folded[slice(*words[at].span())] in joiners
        at += beside
        if beside and at < len(words) and len(words[at][0]) <= MAX_ARTICLE:
            at += 1  # "and the provider"
        spans = (line.part(words[at].start(), words[end].end()) for end in _ends(at, len(words)))
        heading = next((view for view in spans if is_heading(reading, view.folded)), None)
        role = heading_role(reading, heading) if heading is not None else None
        if heading is None or role is None or role in found.columns:
            return none
        if beside:
            found.owned = found.owned or (found.roles[-1] == "name" and role in OWNERS)
        else:
            found.columns[role] = heading
        at += len(heading.text.split())
    return found


def _ends(at: int, count: int) -> range:
    """Where a heading that begins at a word may end, the longest first."""
    return range(min(at + MAX_SPAN, count) - 1, at - 1, -1)

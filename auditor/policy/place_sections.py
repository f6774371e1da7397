"""Headings and lead-ins that give each scope a part of the document: "Cookies on our website", "In the portal:"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.assignments import merged_scopes, tells_apart
from auditor.policy.bindings import Bound
from auditor.policy.blocks import NO_LEVEL, Block, Table
from auditor.policy.hosts import brand
from auditor.policy.places import find_places, words_of
from auditor.policy.prose import runs_in_use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import Scope
    from auditor.policy.context import Reading
    from auditor.policy.places import PlaceWords
    from auditor.policy.view import View

MAX_WORDS = 14
MAX_LENGTH = 160
MAX_PLACES = 400
_NUMBER = re.compile(r"^\W*(?:[a-z]|[ivx]{1,4})[.)]\s")  # "A. Our website"


@dataclass(frozen=True)
class PlaceSection:
    """The part of a document about some scopes, and the categories that are named there."""

    scopes: tuple[Scope, ...]
    places: tuple[int, ...]
    bound: tuple[Bound, ...]


def place_sections(reading: Reading, words: PlaceWords, brands: frozenset[str]) -> list[PlaceSection]:
    """The parts about scopes; none unless at least two parts name categories and tell scopes apart."""
    openers = {
        at: scopes for at, block in reading.document.blocks() if (scopes := _opened(reading, words, brands, at, block))
    }
    openers |= {at: _with_hosts(reading, words, brands, openers, at) for at in openers} if len(openers) > 1 else {}
    sections = [_section(reading, openers, at) for at in openers] if len(openers) > 1 else []
    sections = [section for section in sections if section.bound]
    return sections if sections and tells_apart(s for one in sections for s in one.scopes) else []


def _opened(reading: Reading, words: PlaceWords, brands: frozenset[str], at: int, block: Block) -> tuple[Scope, ...]:
    """The scopes that a heading or lead-in is about, where it says nothing else."""
    if block.kind == "item" or len(block.view.text) > MAX_LENGTH or at not in reading.cookie_places:
        return ()
    if not (block.kind == "heading" or _leads(reading, at)):
        return ()
    places = find_places(words, block.view, brands)
    if not places or any(place.foreign for place in places) or reading.labels.find(block.view.folded):
        return ()
    rest = list(block.view.folded)
    for place in places:
        rest[place.start : place.end] = " " * (place.end - place.start)
    return tuple(merged_scopes(p.scope(block.view) for p in places)) if _plain(reading, words, "".join(rest)) else ()


def _with_hosts(
    reading: Reading, words: PlaceWords, brands: frozenset[str], openers: dict[int, tuple[Scope, ...]], at: int
) -> tuple[Scope, ...]:
    """The scopes of a heading; a single one without hosts has those that its part names it by ("our portal, x.com")."""
    scopes = openers[at]
    if len(scopes) != 1 or scopes[0].hosts:
        return scopes
    below = (reading.document.elements[place] for place in _extent(reading, openers, at))
    told = (p for one in below if isinstance(one, Block) for p in find_places(words, one.view, brands))
    named = (p for p in told if p.noun and p.kind == scopes[0].kind and not p.foreign)
    hosts = dict.fromkeys(host for place in named for host in place.hosts if brand(host) in brands)
    return (replace(scopes[0], hosts=tuple(hosts)),)


def _plain(reading: Reading, words: PlaceWords, rest: str) -> bool:
    """Is there nothing but cookie words and the words that stand around places?"""
    for cookie in reversed(reading.labels.cookie.all(rest)):
        rest = rest[: cookie.start] + " " + rest[cookie.end :]
    found = words_of(_NUMBER.sub("", rest))
    return len(found) <= MAX_WORDS and all(word in words.links | words.joiners or "cookie" in word for word in found)


def _leads(reading: Reading, at: int) -> bool:
    """Does a paragraph introduce the list or table after it?"""
    elements = reading.document.elements
    block, after = elements[at], elements[at + 1] if at + 1 < len(elements) else None
    listed = isinstance(after, Table) or (isinstance(after, Block) and after.kind == "item")
    return isinstance(block, Block) and block.view.text.rstrip().endswith(":") and listed


def _section(reading: Reading, openers: dict[int, tuple[Scope, ...]], at: int) -> PlaceSection:
    places = tuple(_extent(reading, openers, at))
    found: dict[Category, Bound] = {}
    for category, view in (pair for place in places for pair in _named(reading, place)):
        found.setdefault(category, Bound(openers[at][0], frozenset(), frozenset({category}), view.quote(), local=True))
    bound = tuple(
        Bound(scope, one.numbers, one.categories, one.quote, local=True)
        for one in found.values()
        for scope in openers[at]
    )
    return PlaceSection(openers[at], places, bound)


def _extent(reading: Reading, openers: dict[int, tuple[Scope, ...]], at: int) -> Iterator[int]:
    """The places that a heading governs; of a lead-in only its list or table."""
    elements = reading.document.elements
    opener = elements[at]
    listing = _leads(reading, at)
    for place in range(at + 1, min(len(elements), at + MAX_PLACES)):
        element = elements[place]
        if isinstance(element, Block):
            if place in openers and not _is_deeper(element, opener):
                return
            if listing and element.kind != "item":
                return
            if element.kind == "heading" and not (_is_deeper(element, opener) or _is_part(reading, element)):
                return
        yield place


def _is_deeper(block: Block, opener: Block | Table) -> bool:
    return isinstance(opener, Block) and opener.kind == "heading" and block.level > opener.level


def _is_part(reading: Reading, block: Block) -> bool:
    """Does a heading without rank continue a section: an introduction, or a category's label?"""
    if block.level < NO_LEVEL:
        return False
    label = reading.labels.read(block.view.folded)
    return block.view.text.rstrip().endswith(":") or (label is not None and label.residue == 0)


def _named(reading: Reading, place: int) -> Iterator[tuple[Category, View]]:
    """The categories that an element names, with their words."""
    element = reading.document.elements[place]
    if isinstance(element, Table):
        for row, view in zip(element.rows, element.views, strict=True):
            yield from ((category, view) for cell in row for category in _label(reading, cell.view))
        return
    yield from ((category, element.view) for category in _label(reading, element.lead or element.view))
    for run in runs_in_use(reading, element.view.folded, reading.opening(place)):
        yield from ((word.category, element.view) for word in run)


def _label(reading: Reading, view: View) -> tuple[Category, ...]:
    """The categories of a view that is a label and nothing else."""
    label = reading.labels.read(view.folded) if len(view.text) < MAX_LENGTH else None
    if label is None or label.residue or label.category is Category.UNCLASSIFIED:
        return ()
    return (label.category,)

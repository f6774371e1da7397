"""Lines and items that begin with the names of cookies: what stands beside and above them tells plain words apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.blocks import Block
from auditor.policy.cells import looks_like_cookie
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.context import Reading
    from auditor.policy.view import View

BESIDE = 5
_NAME = r"(?:[^\s,:;()–—]|(?<=[a-z\d]):(?=[a-z])){2,80}"  # "shop:last-seen", a key of storage
LIST_LEAD = re.compile(rf"({_NAME}(?:,\s+{_NAME}){{0,12}})\s*(?:[:(–—]|\s-\s|$)")
_HUMPED = re.compile(r"[a-z]{2,40}(?:[A-Z][a-z]{1,40}){1,6}")  # "userPreferences", but not "macOS" or "iPhone"
_HUMPS = re.compile(r"[A-Za-z][a-z]{1,40}(?:[A-Z][a-z]{1,40}){1,6}")
_REMARK = re.compile(r"\s*\(([^()]{3,40})\)")
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_.:][A-Za-z0-9]+){0,8}")
_HYPHENED = re.compile(r"[a-z]+(?:-[a-z0-9]+)+")


def among_cookies(reading: Reading, place: int) -> bool:
    """Does an item stand beside items that are introduced by the names of cookies?"""
    leads = (item.lead.text.strip() for item in _items_beside(reading, place) if item.lead is not None)
    return any(looks_like_cookie(lead) for lead in leads)


def beside_names(reading: Reading, place: int) -> bool:
    """Does an item stand beside items that begin with the names of cookies?"""
    leads = (LIST_LEAD.match(item.view.text) for item in _items_beside(reading, place))
    return any(is_outright(lead[1]) for lead in leads if lead is not None)


def humped_in_a_row(reading: Reading, place: int, name: str) -> bool:
    """Is a name such as "userPreferences" that of an item right beside another one that begins with such a name?"""
    if not _HUMPED.fullmatch(name):
        return False
    return any(_HUMPED.fullmatch(other) or is_outright(other) for other in _names_beside(reading, place))


def explained(reading: Reading, block: Block, end: int) -> bool:
    """Does a line begin with a word of several humps, set off, and go on "This cookie ..."?"""
    behind = block.view.folded[end:].lstrip(" :*_-")
    found = reading.words.cues("this_cookie").first(behind)
    told = block.lead is not None and found is not None and not found.start
    return told and _HUMPS.fullmatch(block.view.text[:end].strip(" *_`")) is not None


def begins_explained(reading: Reading, block: Block) -> bool:
    """Does a line begin with a name that `explained` tells to be a cookie's?"""
    match = LIST_LEAD.match(block.view.text) if block.lead is not None else None
    return match is not None and explained(reading, block, match.end(1))


def is_marked(reading: Reading, view: View, end: int) -> bool:
    """Does a remark right behind a name say how it is stored ("shop-theme (local storage): ...")?"""
    remark = _REMARK.match(view.text, end)
    if remark is None or not _PLAIN_NAME.fullmatch(view.text[:end].strip(" *_`")):
        return False
    inside = fold(remark[1])
    kinds = reading.words.keys("storage_cell")
    return reading.labels.cookie.whole(inside) or any(
        reading.words.cues("storage_cell", kind).first(inside) is not None for kind in kinds
    )


def is_outright(text: str) -> bool:
    """Is a word a technical name, and not one of capital letters alone ("NOTE", "VAT")?"""
    return looks_like_cookie(text) and not text.isalpha()


def alone_below_opening(reading: Reading, place: int) -> bool:
    """Is a line nothing but an outright name, below a line about cookies that ends with a colon?"""
    elements = reading.document.elements
    at = place
    while at and isinstance(one := elements[at], Block) and _is_name(one):
        at -= 1
    opening = elements[at]
    if at == place or not isinstance(opening, Block) or not opening.view.text.rstrip().endswith(":"):
        return False
    return reading.mentions_cookies(opening.view) or reading.about_cookies(place)


def _is_name(block: Block) -> bool:
    name = block.view.text.strip()
    return block.kind == "text" and "_" in name and looks_like_cookie(name)


def in_a_row(reading: Reading, place: int) -> bool:
    """Is the line right before or after a line one that begins with the name of a cookie, too?"""
    return any(is_outright(name) for name in _names_beside(reading, place))


def _names_beside(reading: Reading, place: int) -> list[str]:
    """What the lines right before and after a line begin with, if that is one word before a dash or colon."""
    beside = reading.document.elements[max(0, place - 1) : place + 2 : 2] if place else ()
    leads = (LIST_LEAD.match(block.view.text) for block in beside if isinstance(block, Block))
    return [lead[1] for lead in leads if lead is not None and lead.end() > lead.end(1)]


def in_an_opened_row(reading: Reading, place: int, name: str) -> bool:
    """Is a name such as "session-id" one of lines of such names, below a line about cookies with a colon at its end?"""
    if not _HYPHENED.fullmatch(name) or not any(_HYPHENED.fullmatch(other) for other in _names_beside(reading, place)):
        return False
    if any(reading.words.cues("party_cell", party).first(fold(name)) for party in ("first", "third")):
        return False
    elements = reading.document.elements
    at = place
    while at and isinstance(block := elements[at], Block) and (lead := LIST_LEAD.match(block.view.text)):
        if not _HYPHENED.fullmatch(lead[1]):
            break
        at -= 1
    opening = elements[at]
    return isinstance(opening, Block) and opening.view.text.endswith(":") and reading.mentions_cookies(opening.view)


def _items_beside(reading: Reading, place: int) -> Iterator[Block]:
    """The items near a place, and the lines with a lead."""
    for at in range(max(0, place - BESIDE), min(len(reading.document.elements), place + BESIDE + 1)):
        element = reading.document.elements[at]
        if at != place and isinstance(element, Block) and (element.kind == "item" or element.lead is not None):
            yield element


def under_label(reading: Reading, place: int, name: str) -> bool:
    """Does a name like "shop-session" stand under the heading of a category of cookies?"""
    above = reading.headings(place)[:1]
    label = reading.labels.read(above[0].view.folded) if above else None
    technical = "-" in name.strip("-") and name.islower() and reading.labels.read(fold(name)) is None
    return technical and label is not None and label.cookie_word and not label.residue


def under_kits(reading: Reading, place: int) -> bool:
    """Does a place stand below a heading about the development kits of an app, whose items are their products?"""
    cues = reading.words.cues("technologies", "sdk", "cues")
    for heading in reading.headings(place):
        if reading.mentions_cookies(heading.view):
            return False
        if cues.first(heading.view.folded):
            return True
    return False

"""Proper names of places: "our customer portal Example Desk", "Example Desk (our app)", "My Account"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.places import WORD, place_words
from auditor.policy.service_names import find_services
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.context import Reading
    from auditor.policy.view import View

KINDS = ("web_portal", "app")
MAX_NAME = 60
_NAME = r"[A-ZÀ-Þ][\w'’&-]{0,30}(?:\s[A-ZÀ-Þ0-9][\w'’&-]{0,30}){0,2}"
_AFTER = re.compile(rf"\s[\"“„«»'’]?(?P<name>{_NAME})[\"”“»«'’]?(?=\s*[).,;:]|\s*$)")
_BEFORE = re.compile(rf"(?:^|\s)[\"“„«»'’]?(?P<name>{_NAME})[\"”“»«'’]?\s\((?:[^\W\d_]{{2,12}}\s){{0,2}}$")


def read_place_names(reading: Reading) -> dict[str, str]:
    """The folded names that the document gives to portals and apps, with the kind of each."""
    words = place_words(reading.words.language)
    found: dict[str, str] = {}
    for _, block in reading.document.blocks():
        for kind in KINDS:
            for noun in words.nouns[kind].all(block.view.folded):
                found.update((name, kind) for name in _named(reading, block.view, noun.start, noun.end))
    return found


def _named(reading: Reading, view: View, start: int, end: int) -> Iterator[str]:
    """The names right behind or before a noun, without kinds of cookies, services and words that are no names."""
    floor = max(0, start - MAX_NAME)
    matches = (_AFTER.match(view.text, end), _BEFORE.search(view.text[floor:start]))
    for match, base in zip(matches, (0, floor), strict=True):
        if match is None:
            continue
        name = view.part(base + match.start("name"), base + match.end("name"))
        ordinary = name.folded in reading.small_words
        if not (ordinary or reading.mentions_cookies(name) or reading.labels.find(name.folded) or find_services(name)):
            yield name.folded


def places_named(reading: Reading, view: View) -> set[str]:
    """The kinds of the places whose proper names a text begins with, or has behind a preposition ("in My Account")."""
    prepositions = place_words(reading.words.language).prepositions
    return {
        kind
        for start, kind in (*_known(reading, view.folded), *_possessive(reading, view))
        if not (before := WORD.findall(view.folded[:start])) or before[-1] in prepositions
    }


def _known(reading: Reading, folded: str) -> Iterator[tuple[int, str]]:
    for name, kind in reading.place_names.items():
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", folded):
            yield match.start(), kind


def _possessive(reading: Reading, view: View) -> Iterator[tuple[int, str]]:
    """Where names such as "My Account" begin: no policy calls a place its own reader's otherwise."""
    mine = place_words(reading.words.language).mine
    for match in re.finditer(r"(?<!\w)([A-ZÀ-Þ]\w{1,5})(?=\s[A-ZÀ-Þ]\w)", view.text):
        if fold(match[1]) in mine:
            yield match.start(), "web_portal"

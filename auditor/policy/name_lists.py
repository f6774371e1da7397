"""Rows and lists of company names, told by the known ones among them: the others are services, too.

A row stands in a sentence ("Outbrain, Acme Media, Teads and Criteo"), a list in items, each with what the service does
("Acme, Beta (iOS only): these are used to sign you in"). A name that no list of services knows counts only among
neighbours that are known, and where all of them look like names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from auditor.model import TRACKING, DeclaredParty, DeclaredService
from auditor.policy.cells import looks_like_cookie
from auditor.policy.prose import labels_said_of_cookies
from auditor.policy.purposes import purposes, sentence_purpose
from auditor.policy.service_entries import heading_purpose, is_owner
from auditor.policy.service_names import find_services
from auditor.policy.view import Origin, View, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import Category
    from auditor.policy.blocks import Block, Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.service_names import KnownService

MANY = 2
SHARE = 5  # of so many names one must be known
ROW = 4
MAX_MARKS = 12  # places of a sentence where a row may begin
MAX_NAME = 40
MAX_WORDS = 4
_REMARK = re.compile(r"\s*\([^()]{0,60}\)")
_SET_OFF = re.compile(r"\s*:\s|\s*:$|\s[-–—]\s")
_NO_NAME = re.compile(r"[:;!?@|\"“”„«»<>=]|\.\s|\.$|^\d+$|https?")
_STARTS = re.compile(r"[:(]\s*")
_ENDS = re.compile(r"[;:()]|\.(?=\s|$)|\s[-–—]\s")


@dataclass(frozen=True)
class Named:
    """One name of a list or row: its words, the service where it is known, other words for it, and where it stands.

    ``told`` is what its own item says of it, or what its sentence says before the row.
    """

    name: str
    service: KnownService | None
    aliases: tuple[str, ...]
    view: View
    place: int
    told: str = ""


def named_services(reading: Reading, categories: Categories, scopes: Scopes) -> Iterator[DeclaredService]:
    """The services of lists and rows in text about cookies, with the category of what they stand under."""
    for one in (*_in_lists(reading), *_in_rows(reading)):
        governing = categories.governing.get(one.place)
        usual = one.service.category if one.service and one.service.category in TRACKING else None
        told = governing.canonical if governing else _told(reading, one)
        yield DeclaredService(
            name=one.service.name if one.service else one.name,
            aliases=one.aliases,
            domains=one.service.domains if one.service else (),
            category=told or usual,
            category_label=governing.label if governing else None,
            scope_ids=governing.scope_ids if governing else scopes.at(one.place),
            party=DeclaredParty.THIRD,
            role="list",
            evidence=(one.view.quote(),),
            confidence=0.75,
        )


def _told(reading: Reading, one: Named) -> Category | None:
    """The category that the item of a name speaks for, else the introduction of its list, else the heading above."""
    usual = one.service.category if one.service else None
    for text in (one.told, reading.opening(one.place)):
        if usual is not None and purposes(reading, text).get(usual):
            return usual
        if told := next(iter(labels_said_of_cookies(reading, text)), None) or sentence_purpose(reading, text):
            return told
    return heading_purpose(reading, one.place)


# ------------------------------------------------------------------------------------------------ lists


def list_places(reading: Reading) -> frozenset[int]:
    """The items of the lists of services, which name no cookies."""
    return frozenset(place for items in _lists(reading) if _are_services(reading, items) for place, _ in items)


def _in_lists(reading: Reading) -> Iterator[Named]:
    """The names that lead the items of lists of services."""
    for place, block in reading.document.blocks():
        if place in reading.service_list_places:
            names, told = _leading(reading, block)
            yield from (one for text in names for one in _read(reading, text, block.view, place, told))


def _lists(reading: Reading) -> Iterator[list[tuple[int, Block]]]:
    """Runs of items that an introduction about services or cookies opens, which denies and advises on nothing."""
    barred = reading.denials.places | reading.definition_places
    for is_item, run in groupby(reading.document.blocks(), key=lambda pair: pair[1].kind == "item"):
        items = list(run)
        place = items[0][0]
        if is_item and place not in barred and _is_opened(reading, place):
            yield items


def _is_opened(reading: Reading, place: int) -> bool:
    """Do the lines above a list speak of cookies, of the tools of an app, or of those who serve them?"""
    opening = reading.opening(place)
    above = " ".join([opening, *(heading.view.folded for heading in reading.headings(place)[:1])])
    tools = reading.words.cues("technologies", "sdk", "cues").first(above) is not None
    others = ("partners", "third_cookies", "recipient_list", "service_heading")
    served = reading.labels.cookie.first(above) is not None or any(
        reading.words.cues(name).first(above) for name in others
    )
    return (tools or (served and place in reading.cookie_places)) and not _advises(reading, opening)


def _advises(reading: Reading, opening: str) -> bool:
    """Does an introduction end with how to refuse or to delete something, or with other sites?"""
    last = opening.rstrip(" :*_").rpartition(". ")[2]
    refuses = any(reading.words.cues("concepts", name).first(last) for name in ("disable", "browser"))
    return refuses or any(reading.words.cues(name).first(last) for name in ("browsers", "not_service"))


def _leading(reading: Reading, block: Block) -> tuple[list[str], str]:
    """The names that an item begins with, and the folded text behind them; no names where it begins otherwise."""
    bare = _REMARK.sub("", block.view.text).strip(" *_")
    head, *rest = _SET_OFF.split(bare, maxsplit=1)
    told = fold("".join(rest))
    names = [] if told.startswith("http") else _split(reading, head)  # where to read or to refuse
    return (names, told) if all(looks_like_name(reading, name) for name in names) else ([], told)


def _split(reading: Reading, text: str) -> list[str]:
    """The parts of an enumeration."""
    parts = re.split(rf",\s+(?:(?:{_joiners(reading)})\s+)?|\s+(?:{_joiners(reading)}|&)\s+", text, flags=re.IGNORECASE)
    return [part.strip(" *_") for part in parts if part.strip(" *_")]


def _joiners(reading: Reading) -> str:
    return "|".join(re.escape(word) for word in reading.words.values("joiner"))


def _are_services(reading: Reading, items: list[tuple[int, Block]]) -> bool:
    """Do all items of a list begin with names, of which enough are known services and none is a cookie's ("IDE")?"""
    led = [_leading(reading, block)[0] for _, block in items]
    names = [name for found in led for name in found]
    unknown = [name for name in names if known_service(name) is None]
    known = len(names) - len(unknown)
    cookies = any(looks_like_cookie(name) and (name.isupper() or not name.isalpha()) for name in unknown)
    return all(led) and not cookies and known >= MANY and known * SHARE >= len(names)


# ------------------------------------------------------------------------------------------------- rows


def _in_rows(reading: Reading) -> Iterator[Named]:
    """The names of rows in sentences about cookies in use."""
    for sentence in reading.cookie_sentences:
        if len(find_services(sentence.view)) < MANY or sentence.place in reading.record_places:
            continue
        if reading.denials.hypothetical(sentence) or sentence.place in reading.definition_places:
            continue
        for start, end in _rows(reading, sentence):
            if not reading.denials.reaches(sentence, start, end):
                told = sentence.view.folded[:start]
                for text in _split(reading, sentence.view.text[start:end]):
                    yield from _read(reading, text, sentence.view, sentence.place, told)


def _rows(reading: Reading, sentence: Sentence) -> Iterator[tuple[int, int]]:
    """Where four or more names stand in a row, behind a colon or a word such as "like", enough of them known."""
    text = sentence.view.text
    starts = [mark.end() for mark in _STARTS.finditer(text)]
    starts += [found.end for found in reading.words.cues("such_as").all(sentence.view.folded)]
    starts += [found.end for found in reading.words.cues("named_by").all(sentence.view.folded)]
    done = 0
    for start in sorted(starts)[:MAX_MARKS]:
        stop = _ENDS.search(text, start)
        end = stop.start() if stop else len(text)
        names = _split(reading, text[start:end])
        if start < done or len(names) < ROW or not all(looks_like_name(reading, name) for name in names):
            continue
        known = [service for name in names if (service := known_service(name))]
        if len(known) >= MANY and len(known) * SHARE >= len(names) and any(k.category in TRACKING for k in known):
            done = end
            yield start, end


# ------------------------------------------------------------------------------------------------ names


def looks_like_name(reading: Reading, text: str) -> bool:
    """Is a stretch of text a name: short, every word of it with a capital letter, no label, browser or advice?

    Words that the document also writes small ("Session", "Contact") are no name.
    """
    bare = text.strip(" /")
    words = bare.split()
    if not 0 < len(words) <= MAX_WORDS or len(bare) > MAX_NAME or _NO_NAME.search(bare):
        return False
    if known_service(bare) is not None:
        return True
    if not all(any(char.isupper() or char.isdigit() for char in word) for word in words):
        return False
    folded = fold(bare)
    other = any(reading.words.cues(name).first(folded) for name in ("link_text", "browsers", "partners", "cookie"))
    if other or reading.small_words.issuperset(folded.split()):
        return False
    return not reading.labels.find(folded) and sentence_purpose(reading, folded) is None


@lru_cache(maxsize=4096)
def _service(text: str) -> KnownService | None:
    mentions = find_services(View(Origin(text), text))
    return next((one.service for one in mentions if len(one.words) * 2 > len(text)), None)


def known_service(text: str) -> KnownService | None:
    """The service that a text is the name of, or one of whose names before and behind a stroke it is."""
    found = (_service(part) for part in (text, *text.split("/")) if part)
    return next((service for service in found if service is not None), None)


def _read(reading: Reading, text: str, view: View, place: int, told: str = "") -> Iterator[Named]:
    """The service that a name of a list names; the vendor is none."""
    parts = [part.strip() for part in text.split("/") if part.strip()]
    service = known_service(text)
    name = service.name if service else parts[0]
    aliases = tuple(dict.fromkeys(alias for alias in (text.strip(" /"), *parts) if alias != name))
    if not is_owner(reading, name):
        yield Named(name, service, aliases, view, place, told)

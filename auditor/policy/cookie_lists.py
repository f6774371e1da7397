"""Cookies named in list items and sentences, outside tables."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import Category, DeclaredCookie, Duration
from auditor.policy.blocks import Block
from auditor.policy.cookie_names import clean_name, name_match
from auditor.policy.durations import NOT_STATED, find_durations, is_vague, read_duration
from auditor.policy.purposes import sentence_purpose
from auditor.policy.service_names import find_services
from auditor.policy.tables import looks_like_cookie
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.view import View

BESIDE = 5
_PROSE_NAME = re.compile(r"(?<![\w/.@\-])_{1,2}[A-Za-z][\w\-*.]{1,60}")
_LETTER = re.compile(r"[A-Za-z]{2}")
_CALL = re.compile(
    r"[/(){}<>=$]|\.(?:js|css|html?|php)$|^(?:https?|about|chrome|edge|opera):|^(?:G|UA|GTM|AW|DC)-\w+", re.IGNORECASE
)
_LIST_LEAD = re.compile(r"([^\s,:;()–—]{2,80}(?:,\s+[^\s,:;()–—]{2,80}){0,12})\s*(?:[:(–—]|\s-\s|$)")


def in_lists(reading: Reading, categories: Categories, scopes: Scopes) -> list[DeclaredCookie]:
    """Items that begin with technical names ("_ga - used to ..., expires after 2 years")."""
    out: list[DeclaredCookie] = []
    for place, block in reading.document.blocks():
        if place not in reading.cookie_places or block.kind == "heading" or place in reading.record_places:
            continue
        names = item_names(reading, place, block)
        out.extend(_listed(reading, categories, scopes, place, block.view, name) for name in names)
    return out


def item_names(reading: Reading, place: int, block: Block) -> list[str]:
    """The technical names that an item begins with; none where it is no item about cookies."""
    if block.kind == "item" and (code := _code_name(reading, block)):
        return [code]
    match = _LIST_LEAD.match(block.view.text)
    if not match:
        return []
    names = [clean_name(part) for part in re.split(r",\s+", match[1])]
    if not all(any(char.isalpha() for char in name) for name in names):
        return []  # "01" numbers an item
    sure = not all(name.isalpha() for name in names) or reading.mentions_cookies(block.view)
    if sure and all(looks_like_cookie(name) for name in names):
        return names if block.kind == "item" or block.lead is not None else []
    bold = block.lead is not None and block.lead.text.strip() == match[1] and block.kind == "item"
    if not bold or len(names) != 1:
        return []
    return names if _among_cookies(reading, place) or _under_label(reading, place, names[0]) else []


def in_prose(reading: Reading, categories: Categories, scopes: Scopes, known: set[str]) -> list[DeclaredCookie]:
    """Names such as ``_ga`` in sentences about cookies, each once."""
    out: list[DeclaredCookie] = []
    for sentence in reading.cookie_sentences:
        if not reading.mentions_storage(sentence.view) or reading.denials.hypothetical(sentence):
            continue
        for name in _names_in(reading, sentence):
            if fold(name) not in known:
                known.add(fold(name))
                out.append(
                    replace(_listed(reading, categories, scopes, sentence.place, sentence.view, name), basis="prose")
                )
    return out


def _code_name(reading: Reading, block: Block) -> str | None:
    """The technical name, set as code, that an item begins with."""
    found = reading.codes(block.view)[:1]
    if not found or found[0][0] != block.view.start:
        return None
    name = clean_name(block.view.origin.text[slice(*found[0])])
    return None if not name or " " in name or _CALL.search(name) or _is_storage(reading, name) else name


def _names_in(reading: Reading, sentence: Sentence) -> list[str]:
    """Names with a leading underscore, and technical names that are set as code."""
    view = sentence.view
    names = [match.group().rstrip(".") for match in _PROSE_NAME.finditer(view.text)]
    for start, end in reading.codes(view):
        name = clean_name(view.origin.text[start:end])
        technical = looks_like_cookie(name) and _LETTER.search(name) and not _CALL.search(name)
        if technical and not _is_storage(reading, name):
            names.append(name)
    return list(dict.fromkeys(names))


def _is_storage(reading: Reading, name: str) -> bool:
    """Is a word the kind of storage, not an entry in it?"""
    kinds = ("local_storage", "session_storage")
    return any(reading.words.cues("technologies", kind, "cues").first(fold(name)) for kind in kinds)


def _among_cookies(reading: Reading, place: int) -> bool:
    """Does an item stand beside items that name cookies?"""
    for at in range(place - BESIDE, place + BESIDE + 1):
        if at != place and 0 <= at < len(reading.document.elements):
            other = reading.document.elements[at]
            lead = other.lead if isinstance(other, Block) and other.kind == "item" else None
            if lead is not None and looks_like_cookie(lead.text.strip()):
                return True
    return False


def _under_label(reading: Reading, place: int, name: str) -> bool:
    """Does a name like "shop-session" stand under the heading of a category of cookies?"""
    above = reading.headings(place)[:1]
    label = reading.labels.read(above[0].view.folded) if above else None
    technical = "-" in name.strip("-") and name.islower() and reading.labels.read(fold(name)) is None
    return technical and label is not None and label.cookie_word and not label.residue


def _listed(
    reading: Reading, categories: Categories, scopes: Scopes, place: int, view: View, name: str
) -> DeclaredCookie:
    governing = categories.governing.get(place)
    only = categories.declared[0] if governing is None and len(categories.declared) == 1 else governing
    services = find_services(view)
    above = None if only else _headed(reading, place)
    purpose = None if only or above else sentence_purpose(reading, view.folded)
    return DeclaredCookie(
        name=name,
        match=name_match(name),
        storage=_prose_storage(reading, view),
        provider=services[0].words if services else None,
        category=only.canonical if only else above[0] if above else purpose,
        category_label=only.label if only else above[1] if above else None,
        category_basis="stated" if only or above else "inferred_from_purpose" if purpose else "none",
        purpose=view.text[:1000],
        duration=duration_in_prose(view),
        scope_ids=only.scope_ids if only else scopes.at(place),
        basis="list",
        evidence=(view.quote(),),
        confidence=0.85,
    )


def _headed(reading: Reading, place: int) -> tuple[Category, str | None] | None:
    """The category that the heading above names beside a service ("Google Maps - Marketing"), and its words."""
    for heading in reading.headings(place)[:1]:
        if label := reading.labels.read(heading.view.folded):
            known = label.category is not Category.UNCLASSIFIED
            return label.category, heading.view.text if known else None
    return None


def duration_in_prose(view: View) -> Duration:
    """The lifetime that a description gives; kind ``not_stated`` where it gives none."""
    spans = find_durations(view.folded)
    if spans:
        start, end = spans[0]
        return read_duration(view.text[max(0, start - 12) : end])
    if is_vague(view.folded):
        return Duration(raw=view.text[:200], kind="approx")
    found = read_duration(view.text)
    return found if found.kind in ("session", "until_deleted", "approx") else NOT_STATED


def _prose_storage(reading: Reading, view: View) -> str:
    for storage in ("local_storage", "session_storage"):
        if reading.words.cues("storage_cell", storage).first(view.folded):
            return storage
    return "cookie"

"""Cookies named in list items and sentences, outside tables."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from auditor.model import Category, DeclaredCookie, Duration
from auditor.policy.blocks import Block
from auditor.policy.cells import looks_like_cookie
from auditor.policy.cookie_names import clean_name, name_match
from auditor.policy.durations import NOT_STATED, find_durations, is_vague, lasts_session, read_duration
from auditor.policy.name_lines import (
    LIST_LEAD,
    alone_below_opening,
    among_cookies,
    beside_names,
    in_a_row,
    in_an_opened_row,
    under_label,
)
from auditor.policy.name_runs import names_in_row
from auditor.policy.prose import labels_beside_cookies
from auditor.policy.purposes import sentence_purpose
from auditor.policy.service_names import find_services, is_service_name
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.service_names import Mention
    from auditor.policy.view import View

MAX_OPENING = 300
_PROSE_NAME = re.compile(r"(?<![\w/.@\-])_{1,2}[A-Za-z][\w\-*.]{1,60}")
_OPEN = ("[", "<", "{")  # the name goes on in a placeholder
_QUOTED = re.compile(r"(?<!\w\()[\"'“”„‘’«»`(]([A-Za-z][\w.\-*]{2,60})[\"'“”‘’«»`)]")
_BEFORE_COOKIE = re.compile(r"(?<![\w.\-/])([A-Za-z][\w.*]{2,60})[ -][Cc]ookies?(?!\w)")  # "the PHPSESSID cookie"
_BEHIND_COOKIE = re.compile(r"(?<!\w)[Cc]ookies? ([A-Za-z][\w.\-*]{2,60})")
_ASIDE = re.compile(r"\(([\w.\-*]{2,60}(?:,\s+[\w.\-*]{2,60}){0,12})\)")
_OUTRIGHT = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9*]|^[A-Z]{4,}ID$|^\w{2,}SESS[A-Z]*$")  # "(HTML5)" is a word
_WORD = r"(?<![\w./@\-])[a-z_][\w.\-*]{2,60}(?![\w/@])"
_UNLIKE_WORDS = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9*]|-[a-z]?\d|[a-z]{3}[A-Z]")
_NO_BRAND = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9*]|-[a-z]?\d")
_AFTER = re.compile(r"\b[Cc]ookies?\s+(?=[\w.\-*]*[a-z]_)([a-z][\w.\-*]{2,60})(?![\w/@])")  # "the cookie shop_id"
_RUN = re.compile(r"[^\s,]{2,80}(?:,\s+[^\s,]{2,80}){1,12}")
_LETTER = re.compile(r"[A-Za-z]{2}")
_CALL = re.compile(
    r"[/(){}<>=$]|\.(?:js|css|html?|php)$|^(?:https?|about|chrome|edge|opera):|^(?:G|UA|GTM|AW|DC)-\w+", re.IGNORECASE
)


def in_lists(reading: Reading, categories: Categories, scopes: Scopes) -> list[DeclaredCookie]:
    """Items that begin with technical names ("_ga - used to ..., expires after 2 years")."""
    out: list[DeclaredCookie] = []
    for place, block in reading.document.blocks():
        if block.kind == "heading" or place in reading.record_places:
            continue
        if place not in reading.cookie_places and not _is_labelled_item(reading, place, block):
            continue
        names = item_names(reading, place, block)
        found = [_listed(reading, categories, scopes, place, block.view, name) for name in names]
        each = durations_in(block.view) if len(found) > 1 else []
        if len(each) == len(found):
            found = [replace(cookie, duration=duration) for cookie, duration in zip(found, each, strict=True)]
        out.extend(found)
    out.extend(_in_rows(reading, categories, scopes, {cookie.name for cookie in out}))
    return out


def _in_rows(reading: Reading, categories: Categories, scopes: Scopes, known: set[str]) -> Iterator[DeclaredCookie]:
    """The names of rows behind a colon, where they stand below a category or in a sentence about cookies."""
    for sentence in reading.cookie_sentences:
        governed = sentence.place in categories.governing
        if sentence.place in reading.record_places or not (governed or reading.mentions_cookies(sentence.view)):
            continue
        for name, duration in names_in_row(reading, sentence):
            if name not in known and _names_entry(reading, name):
                found = _listed(reading, categories, scopes, sentence.place, sentence.view, name)
                yield replace(found, duration=duration)


def _is_labelled_item(reading: Reading, place: int, block: Block) -> bool:
    """Is it an item that begins with an outright name, under a heading that is a category's label ("Essential")?"""
    lead = LIST_LEAD.match(block.view.text) if block.kind == "item" else None
    if lead is None or not _OUTRIGHT.search(lead[1]):
        return False
    above = reading.headings(place)[:1]
    label = reading.labels.read(above[0].view.folded) if above else None
    return label is not None and label.category is not Category.UNCLASSIFIED and not label.residue


def item_names(reading: Reading, place: int, block: Block) -> list[str]:
    """The technical names that an item begins with; none where it is no item about cookies."""
    if block.kind == "item" and (code := _code_name(reading, block)):
        return [code]
    if block.kind == "item" and (run := _technical_run(block.view.text)):
        return run
    if alone_below_opening(reading, place):
        return [clean_name(block.view.text)]
    match = LIST_LEAD.match(block.view.text)
    return _led_names(reading, place, block, match) if match else []


def _led_names(reading: Reading, place: int, block: Block, match: re.Match[str]) -> list[str]:
    """The names before a dash, colon or parenthesis, if they are names."""
    lead = block.view.part(0, match.end(1))
    names = [clean_name(part) for part in re.split(r",\s+", lead.text)]
    told = is_service_name(lead) or _is_storage(reading, lead.text.strip(" *_"))
    if told or not all(any(char.isalpha() for char in name) for name in names):
        return []  # "01" numbers an item
    sure = not all(name.isalpha() for name in names) or reading.mentions_cookies(block.view)
    if len(names) == 1 and in_an_opened_row(reading, place, names[0]):
        return names
    if sure and all(looks_like_cookie(name) for name in names):
        return names if block.kind == "item" or block.lead is not None or in_a_row(reading, place) else []
    entry = block.kind == "item" or (block.lead is not None and block.lead.text == match[1])
    if not entry or len(names) != 1:
        return []
    name = names[0]
    if (name.isupper() or name.islower()) and match.end() > match.end(1) and beside_names(reading, place):
        return names
    bold = block.kind == "item" and block.lead is not None and block.lead.text.strip() == match[1]
    bold = bold and not name.istitle()
    return names if bold and (among_cookies(reading, place) or under_label(reading, place, name)) else []


def _technical_run(text: str) -> list[str]:
    """Two or more technical names that a text begins with, whatever follows ("a_id, b_id and the like are ...")."""
    match = _RUN.match(text)
    names = [clean_name(part) for part in re.split(r",\s+", match[0])] if match else []
    return names if len(names) > 1 and all(looks_like_cookie(name) for name in names) else []


def in_prose(reading: Reading, categories: Categories, scopes: Scopes, known: set[str]) -> list[DeclaredCookie]:
    """Names such as ``_ga`` in sentences about cookies, each once."""
    out: list[DeclaredCookie] = []
    in_storage = cache(partial(_in_storage, reading))
    for sentence in reading.cookie_sentences:
        governed = sentence.place in categories.near and sentence.place not in reading.record_places
        stored = governed or reading.mentions_storage(sentence.view) or bool(_runs(reading, sentence.view.text))
        keyed = not stored and in_storage(sentence.place)
        if not (stored or keyed) or reading.denials.hypothetical(sentence):
            continue
        for name in _coded(reading, sentence.view) if keyed else _names_in(reading, sentence, governed=governed):
            if fold(name) not in known:
                known.add(fold(name))
                found = _listed(reading, categories, scopes, sentence.place, sentence.view, name)
                element = reading.document.elements[sentence.place]
                view = element.view if isinstance(element, Block) else sentence.view
                if keyed:
                    found = replace(found, storage=_prose_storage(reading, view))
                if found.duration is NOT_STATED and prose_names(reading, sentence.place) == [name]:
                    found = replace(found, duration=duration_in_prose(view))
                out.append(replace(found, basis="prose"))
    return out


def prose_names(reading: Reading, place: int) -> list[str]:
    """The technical names in the sentences of a block, each once."""
    if place not in reading.names_of_blocks:
        named = (name for sentence in reading.sentences_at(place) for name in _names_in(reading, sentence))
        reading.names_of_blocks[place] = list(dict.fromkeys(named))
    return reading.names_of_blocks[place]


def _code_name(reading: Reading, block: Block) -> str | None:
    """The technical name, set as code, that an item begins with."""
    found = reading.codes(block.view)[:1]
    if not found or found[0][0] != block.view.start:
        return None
    name = clean_name(block.view.origin.text[slice(*found[0])])
    return name if name and " " not in name and _names_entry(reading, name.strip("*")) else None


def _names_in(reading: Reading, sentence: Sentence, *, governed: bool = False) -> list[str]:
    """Names with a leading underscore, and technical names that are set as code.

    ``governed``: the sentence describes a category, so that what stands in parentheses may be its cookies.
    """
    view = sentence.view
    found = (
        match for match in _PROSE_NAME.finditer(view.text) if view.text[match.end() : match.end() + 1] not in _OPEN
    )
    names = [match.group().rstrip(".") for match in found]
    if reading.mentions_cookies(view):
        patterns = (_QUOTED, _BEFORE_COOKIE, _BEHIND_COOKIE)
        quoted = (match[1].rstrip(".") for pattern in patterns for match in pattern.finditer(view.text))
        names += [name for name in quoted if _OUTRIGHT.search(name) and _names_entry(reading, name)]
    if governed or reading.mentions_cookies(view):
        names += _in_asides(view.text)
    if reading.mentions_cookies(view):
        names += [match[1].rstrip(".") for match in _AFTER.finditer(view.text)]
    return list(dict.fromkeys([*names, *_runs(reading, view.text), *_coded(reading, view)]))


def _runs(reading: Reading, text: str) -> list[str]:
    """Two or more words in a row that can be nothing but technical names ("consent-v2, consentId and consentDate")."""
    if not _NO_BRAND.search(text):
        return []
    joiners = "|".join(re.escape(word) for word in reading.words.values("joiner"))
    names = []
    for run in re.finditer(rf"{_WORD}(?:(?:,\s+|,?\s+(?:{joiners})\s+){_WORD})+", text):
        found = [word[0].rstrip(".") for word in re.finditer(_WORD, run[0]) if word[0] not in joiners.split("|")]
        if all(_UNLIKE_WORDS.search(name) for name in found) and any(_NO_BRAND.search(name) for name in found):
            names += [name for name in found if _names_entry(reading, name)]
    return names


def _coded(reading: Reading, view: View) -> list[str]:
    """The technical names that are set as code."""
    names = [clean_name(view.origin.text[start:end]) for start, end in reading.codes(view)]
    return [n for n in names if looks_like_cookie(n) and _LETTER.search(n) and _names_entry(reading, n)]


def _in_storage(reading: Reading, place: int) -> bool:
    """Does a block speak of the storage of the browser, so that what it sets as code may be a key there?"""
    element = reading.document.elements[place]
    kinds = ("local_storage", "session_storage")
    cues = [reading.words.cues("technologies", kind, "cues") for kind in kinds]
    return isinstance(element, Block) and any(one.first(element.view.folded) for one in cues)


def _in_asides(text: str) -> list[str]:
    """The names of cookies that each stand in parentheses behind what they are for ("balancing (BIGipServer*)").

    Where all parentheses of a sentence hold single words, two of them outright names, a plain word is a name too.
    """
    asides = [re.split(r",\s+", found[1]) for found in _ASIDE.finditer(text)]
    names = [name.rstrip(".") for aside in asides for name in aside]
    outright = [name for name in names if _OUTRIGHT.search(name) or (name.endswith("*") and _LETTER.match(name))]
    telling = len(outright) > 1 and text.count("(") == len(asides)
    return [name for name in names if name in outright or (telling and name.islower() and _LETTER.match(name))]


def _names_entry(reading: Reading, name: str) -> bool:
    """Is a technical word neither a call nor a kind of storage?"""
    return not _CALL.search(name) and not _is_storage(reading, name)


def _is_storage(reading: Reading, name: str) -> bool:
    """Is a word the kind of storage, not an entry in it?"""
    kinds = ("local_storage", "session_storage")
    return any(reading.words.cues("technologies", kind, "cues").first(fold(name)) for kind in kinds)


def _listed(
    reading: Reading, categories: Categories, scopes: Scopes, place: int, view: View, name: str
) -> DeclaredCookie:
    governing = categories.governing.get(place)
    only = governing or categories.sole_at(place)
    services = find_services(view)
    above = None if only else _headed(reading, place)
    purpose = None if only or above else sentence_purpose(reading, view.folded)
    return DeclaredCookie(
        name=name,
        match=name_match(name),
        storage=_prose_storage(reading, view),
        provider=_provider(services, view, name),
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


def _provider(services: list[Mention], view: View, name: str) -> str | None:
    """The service that stands right before a name; the first of those that a text names where none does."""
    at = view.text.find(name)
    before = [mention for mention in services if mention.end <= at]
    return (before[-1] if before else services[0]).words if services else None


def _headed(reading: Reading, place: int) -> tuple[Category, str | None] | None:
    """The category that an item's introduction or the heading above it names ("Maps - Marketing"), and its words."""
    element = reading.document.elements[place]
    if isinstance(element, Block) and element.kind == "item":
        opening = reading.opening(place)
        short = opening.endswith(":") and len(opening) < MAX_OPENING
        named = set(labels_beside_cookies(reading, opening)) if short else set()
        if len(named) == 1:
            return named.pop(), None
    for heading in reading.headings(place)[:1]:
        if label := reading.labels.read(heading.view.folded):
            known = label.category is not Category.UNCLASSIFIED
            return label.category, heading.view.text if known else None
    return None


def durations_in(view: View) -> list[Duration]:
    """Every amount of time that a text gives, one after the other ("2 years / 24 hours")."""
    return [read_duration(view.text[start:end]) for start, end in find_durations(view.folded)]


def duration_in_prose(view: View) -> Duration:
    """The lifetime that a description gives; kind ``not_stated`` where it gives none."""
    spans = find_durations(view.folded)
    if spans:
        start, end = spans[0]
        return read_duration(view.text[max(0, start - 12) : end])
    if is_vague(view.folded):
        return Duration(raw=view.text[:200], kind="approx")
    found = read_duration(view.text)
    if found.kind == "session" and not lasts_session(view.folded):
        return NOT_STATED
    return found if found.kind in ("session", "until_deleted", "approx") else NOT_STATED


def _prose_storage(reading: Reading, view: View) -> str:
    for storage in ("local_storage", "session_storage"):
        if reading.words.cues("storage_cell", storage).first(view.folded):
            return storage
    return "cookie"

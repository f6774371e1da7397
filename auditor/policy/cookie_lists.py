"""Cookies named in list items and sentences, outside tables."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category, DeclaredCookie, Duration
from auditor.policy.blocks import Block
from auditor.policy.cells import looks_like_cookie
from auditor.policy.cookie_names import clean_name, name_match
from auditor.policy.durations import NOT_STATED, find_durations, is_vague, lasts_session, read_duration, stated_at
from auditor.policy.name_lines import (
    LIST_LEAD,
    alone_below_opening,
    among_cookies,
    beside_names,
    explained,
    humped_in_a_row,
    in_a_row,
    in_an_opened_row,
    is_marked,
    is_outright,
    under_kits,
    under_label,
)
from auditor.policy.name_runs import names_in_row
from auditor.policy.prose import label_runs, labels_beside_cookies
from auditor.policy.prose_names import OUTRIGHT, coded, in_storage, is_storage, names_entry, names_in, prose_names, runs
from auditor.policy.purposes import cookie_purpose
from auditor.policy.service_names import find_services, is_service_name
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import DeclaredCategory
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.service_names import Mention
    from auditor.policy.view import View

MAX_OPENING = 300
BEFORE = 12
ARTICLE = 6
_BEFORE_KIND = " :;,.*_`\"'()[]-\N{EN DASH}\N{EM DASH}"
_RUN = re.compile(r"[^\s,]{2,80}(?:,\s+[^\s,]{2,80}){1,12}")


def in_lists(reading: Reading, categories: Categories, scopes: Scopes) -> list[DeclaredCookie]:
    """Items that begin with technical names ("_ga - used to ..., expires after 2 years")."""
    out: list[DeclaredCookie] = []
    for place, block in reading.document.blocks():
        if block.kind == "heading" or place in reading.record_places:
            continue
        if place not in reading.cookie_places and not _is_labelled_item(reading, place, block):
            continue
        names = item_names(reading, place, block)
        if under_kits(reading, place):
            names = [name for name in names if OUTRIGHT.search(name)]
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
            if name not in known and names_entry(reading, name):
                found = _listed(reading, categories, scopes, sentence.place, sentence.view, name)
                yield replace(found, duration=duration)


def _is_labelled_item(reading: Reading, place: int, block: Block) -> bool:
    """Is it an item that begins with an outright name, under a heading that is a category's label ("Essential")?"""
    lead = LIST_LEAD.match(block.view.text) if block.kind == "item" else None
    if lead is None or not OUTRIGHT.search(lead[1]):
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
    told = is_service_name(lead) or is_storage(reading, lead.text.strip(" *_"))
    if told or place in reading.service_list_places or not all(any(char.isalpha() for char in name) for name in names):
        return []  # "01" numbers an item
    sure = not all(name.isalpha() for name in names) or reading.mentions_cookies(block.view)
    if len(names) == 1 and (
        in_an_opened_row(reading, place, names[0])
        or (block.kind == "item" and is_marked(reading, block.view, match.end(1)))
        or (block.kind == "item" and humped_in_a_row(reading, place, names[0]))
        or explained(reading, block, match.end(1))
    ):
        return names
    if sure and all(looks_like_cookie(name) for name in names):
        led = block.lead is not None and any(is_outright(name) for name in names)  # "NOTE: without cookies ..."
        return names if block.kind == "item" or led or in_a_row(reading, place) else []
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
    speaks_of_storage = cache(partial(in_storage, reading))
    for sentence in reading.cookie_sentences:
        governed = sentence.place in categories.near and sentence.place not in reading.record_places
        governed = sentence.place in categories.near and sentence.place not in reading.record_places
        stored = governed or reading.mentions_storage(sentence.view) or bool(runs(reading, sentence.view.text))
        keyed = not stored and speaks_of_storage(sentence.place)
        if not (stored or keyed) or reading.denials.hypothetical(sentence):
            continue
        names = coded(reading, sentence.view) if keyed else names_in(reading, sentence, governed=governed)
        each = _lifetimes(sentence.view, names)
        for name in names:
            if fold(name) not in known:
                known.add(fold(name))
                found = _listed(reading, categories, scopes, sentence.place, sentence.view, name)
                element = reading.document.elements[sentence.place]
                view = element.view if isinstance(element, Block) else sentence.view
                if keyed:
                    found = replace(found, storage=_prose_storage(reading, view))
                if found.duration is NOT_STATED and prose_names(reading, sentence.place) == [name]:
                    found = replace(found, duration=duration_in_prose(view))
                if name in each:
                    found = replace(found, duration=each[name])
                out.append(replace(found, basis="prose"))
    return out


def _code_name(reading: Reading, block: Block) -> str | None:
    """The technical name, set as code, that an item begins with."""
    found = reading.codes(block.view)[:1]
    if not found or found[0][0] != block.view.start:
        return None
    name = clean_name(block.view.origin.text[slice(*found[0])])
    return name if name and " " not in name and names_entry(reading, name.strip("*")) else None


def _listed(
    reading: Reading, categories: Categories, scopes: Scopes, place: int, view: View, name: str
) -> DeclaredCookie:
    governing = classifying(reading, categories.governing.get(place))
    own = None if governing else _own_label(reading, view, name)
    only = governing or (None if own else _sole(reading, categories, place))
    services = find_services(view)
    above = None if only else own or _headed(reading, place)
    purpose = None if only or above else _purpose(reading, view, name)
    return DeclaredCookie(
        name=name,
        match=name_match(name),
        storage=_prose_storage(reading, view),
        provider=_provider(services, view, name),
        category=only.canonical if only else above[0] if above else purpose,
        category_label=only.label if only else above[1] if above else None,
        category_basis="stated" if only or above else "inferred_from_purpose" if purpose else "none",
        purpose=view.text[:1000],
        duration=duration_in_prose(_without_name(view, name)),
        scope_ids=only.scope_ids if only else scopes.at(place),
        basis="list",
        evidence=(view.quote(),),
        confidence=0.85,
    )


def classifying(reading: Reading, governing: DeclaredCategory | None) -> DeclaredCategory | None:
    """The category that governs a place; None where its title only tells whose cookies they are."""
    whose = governing is not None and reading.labels.is_of_others(fold(governing.label))
    return None if whose else governing


def _without_name(view: View, name: str) -> View:
    """A text without the name that it begins with: "session" is no lifetime there."""
    return view.part(len(name), len(view.text)) if view.text.startswith(name) else view


def _sole(reading: Reading, categories: Categories, place: int) -> DeclaredCategory | None:
    """The only category of the policy, where it is not what another item of a list says of itself alone."""
    only = categories.sole_at(place)
    if only is None or only.basis != "prose":
        return only
    sentences = reading.document.sentences
    at = bisect_right(sentences, only.evidence[0].start, key=lambda sentence: sentence.view.start) - 1
    told = reading.document.elements[sentences[at].place] if at >= 0 else None
    elsewhere = isinstance(told, Block) and told.kind == "item" and sentences[at].place != place
    return None if elsewhere else only


def _purpose(reading: Reading, view: View, name: str) -> Category | None:
    """The category that a description speaks for; words inside the name itself tell nothing more than it does."""
    told = cookie_purpose(reading, view.folded.replace(fold(name), " ", 1)) or cookie_purpose(reading, view.folded)
    usual = (one.service.category for one in find_services(view) if one.service.category in TRACKING)
    return told or next(usual, None)


def _own_label(reading: Reading, view: View, name: str) -> tuple[Category, str | None] | None:
    """The category that an entry itself gives a name: in brackets, or as the kind of cookie that it is."""
    if bracketed := _bracketed(reading, view, name):
        return bracketed
    head = fold(view.text.partition(name)[2].partition(".")[0]).lstrip(_BEFORE_KIND)
    first = next(iter(label_runs(reading, head)), [])
    named = {word.category for word in first} if first and first[0].start <= ARTICLE else set()
    return (named.pop(), None) if len(named) == 1 and not find_services(view) else None


def _bracketed(reading: Reading, view: View, name: str) -> tuple[Category, str] | None:
    """The category in brackets right behind a name ("id (functional, optional) - ..."), and its words."""
    bracket = re.compile(rf"{re.escape(name)}[\"'`*_]{{0,3}}\s?\((?P<label>[^,;()]{{3,40}})").search(view.text)
    label = reading.labels.read(fold(bracket["label"])) if bracket else None
    if bracket is None or label is None or label.residue or label.category is Category.UNCLASSIFIED:
        return None
    return label.category, bracket["label"]


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


def _lifetimes(view: View, names: list[str]) -> dict[str, Duration]:
    """The lifetime of each name, where a sentence gives as many as it names ("a (1 year) and b (30 days)")."""
    lives, text = durations_in(view), view.text.replace("\\", "")
    return dict(zip(sorted(names, key=text.find), lives, strict=True)) if len(names) == len(lives) > 1 else {}


def duration_in_prose(view: View) -> Duration:
    """The lifetime that a description gives; kind ``not_stated`` where it gives none."""
    spans = find_durations(view.folded)
    if spans:
        start, end = spans[0]
        return stated_at(view.text, start, end, BEFORE)
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

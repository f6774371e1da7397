"""Headings and lead-ins that name a category, and the stretch of the document that each governs."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.blocks import Block, Table
from auditor.policy.labels import Label
from auditor.policy.leads import (
    badged,
    begins_with_label,
    is_sentence,
    is_status,
    lead_of,
    needed_activities,
    quoted,
    run_in,
    titles,
)
from auditor.policy.name_lines import begins_explained, is_outright
from auditor.policy.prose import label_runs
from auditor.policy.section import Section
from auditor.policy.section_joins import merged, parts
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.policy.context import Reading
    from auditor.policy.view import View

MAX_LABEL_WORDS = 9
MAX_HEADING_WORDS = 14
MAX_BODY = 12
MIN_COMMON = 3
MANY = 2
BOLD = 7  # the level of a bold line
UNRANKED = 8
_REMARK = re.compile(r"\s*\([^()]{0,80}\)\s*$")
_NUMBER = re.compile(r"\s*(\d{1,2}(?:\.\d{1,2}){0,3})(?:[.)]|\s+[-–—])?\s+(?=\D)")


def find_sections(reading: Reading) -> list[Section]:
    """Headings and lead-ins that are category labels, with what they govern."""
    denied = reading.denials.places
    barred = denied | {place for places, _ in reading.column_lines for place in places}
    blocks = ((place, block) for place, block in reading.document.blocks() if place not in barred)
    found = [found for place, block in blocks if (found := _candidate(reading, place, block))]
    found = sorted([*found, *_begun(reading, found, barred)], key=lambda section: section.place)
    found = sorted([*found, *_of_others(reading, found)], key=lambda section: section.place)
    found = merged(reading, sorted([*found, *_introduced(reading, found)], key=lambda section: section.place))
    kept = _without_common_tables(reading, [section for section in found if _about_cookies(reading, section, found)])
    return [part for section in kept for part in parts(reading, section)]


def _of_others(reading: Reading, found: list[Section]) -> Iterator[Section]:
    """A heading "Third-party cookies" beside headings of categories: of those cookies the policy tells no category."""
    titled = {section.place: section for section in found}
    above: list[int] = []  # the headings before, nearest last
    for place, block in reading.document.blocks():
        if block.kind != "heading":
            continue
        peer = next((at for at in reversed(above) if _level(reading, at) <= block.level), None)
        above.append(place)
        if peer not in titled or place in titled or not says_only_others(reading, block.view):
            continue
        number = block.number or _number(block.view)
        body = tuple(_body(reading, place, block))
        denied = any(_denies(reading, s.view) for at in body[:1] for s in reading.sentences_at(at))
        if _parent(number) == _parent(titled[peer].label.number) and body and not denied:
            label = Label(Category.UNCLASSIFIED, (Category.UNCLASSIFIED,), None, number, 0, cookie_word=True)
            yield Section(label, block.view, place, body, "heading")


def says_only_others(reading: Reading, view: View) -> bool:
    """Does a heading say nothing but "third-party cookies", at most with a remark in parentheses?"""
    return reading.labels.is_of_others(_REMARK.sub("", view.folded))


def _denies(reading: Reading, view: View) -> bool:
    """Are cookies denied in a sentence?"""
    cookies = reading.labels.cookie.all(view.folded)
    no = any(reading.denials.in_clause(view.folded, cookie.start, cookie.end) for cookie in cookies)
    return no or any(reading.denials.none_of(view.folded, word.start) for word in reading.labels.find(view.folded))


def _level(reading: Reading, place: int) -> int:
    element = reading.document.elements[place]
    return element.level if isinstance(element, Block) else 0


def _number(phrase: View) -> str | None:
    found = _NUMBER.match(phrase.text)
    return found[1] if found else None


def _parent(number: str | None) -> str | None:
    """The number of the section that a numbered one is part of ("2" of "2.5"); None where there is no number."""
    return number.rpartition(".")[0] if number else None


def _begun(reading: Reading, found: list[Section], barred: frozenset[int] | set[int]) -> Iterator[Section]:
    """Blocks that begin with a label ("Technical ones keep ..."), where their neighbours are or begin with labels."""
    titled = {section.place: section.label.category for section in found}
    begun: dict[int, tuple[Label, View]] = {}
    for place, block in reading.document.blocks():
        if place in titled or place in barred or block.kind == "heading" or place in reading.record_places:
            continue
        if (phrase := begins_with_label(reading, block)) and (label := reading.labels.read(phrase.folded)):
            begun[place] = (label, phrase)
    for place, (label, phrase) in begun.items():
        beside = [titled.get(at) or (begun[at][0].category if at in begun else None) for at in (place - 1, place + 1)]
        element = reading.document.elements[place]
        item = isinstance(element, Block) and element.kind == "item"
        apart = label.cookie_word and len(found) < MANY and not any(place in section.places for section in found)
        if any(other not in (None, label.category) for other in beside) and (apart or item):
            yield Section(label, phrase, place, (), "heading")


def _introduced(reading: Reading, found: list[Section]) -> Iterator[Section]:
    """Tables of cookies right below a paragraph that names one category ("Tracking cookies help us to ...")."""
    governed = {place for section in found for place in (section.place, *section.places)}
    elements = reading.document.elements
    for place, grid in reading.grids:
        above = elements[place - 1] if place else None
        if place in governed or not isinstance(elements[place], Table) or not isinstance(above, Block):
            continue
        if above.kind == "heading" or grid.has("category") or not grid.has("name"):
            continue
        runs = label_runs(reading, above.view.folded)
        named = {word.category for run in runs for word in run}
        if len(named) == 1 and not reading.denials.in_clause(above.view.folded, runs[0][0].start, runs[0][-1].end):
            phrase = _with_cookie_word(reading, above.view, runs[0][0].start, runs[0][-1].end)
            if label := reading.labels.read(phrase.folded):
                yield Section(label, phrase, place - 1, (place,), "heading")


def _with_cookie_word(reading: Reading, view: View, start: int, end: int) -> View:
    """The words of a label and the cookie word beside them."""
    for cookie in reading.labels.cookie.all(view.folded):
        if -1 <= cookie.start - end <= 1 or -1 <= start - cookie.end <= 1:
            return view.part(min(start, cookie.start), max(end, cookie.end))
    return view.part(start, end)


def _without_common_tables(reading: Reading, sections: list[Section]) -> list[Section]:
    """Sections where only the last of three or more has tables: those tables list the cookies of all of them."""
    holding = [s for s in sections if any(isinstance(reading.document.elements[at], Table) for at in s.places)]
    kinds = [element.kind for s in sections if isinstance(element := reading.document.elements[s.place], Block)]
    peers = kinds.count(kinds[-1]) if kinds else 0  # of a heading those are headings
    if peers < MIN_COMMON or len(holding) != 1 or holding[0] is not sections[-1]:
        return sections
    last = sections[-1]
    first = next(at for at in last.places if isinstance(reading.document.elements[at], Table))
    return [*sections[:-1], replace(last, places=tuple(at for at in last.places if at < first))]


def _candidate(reading: Reading, place: int, block: Block) -> Section | None:
    named = block.kind == "heading" or titles(reading, place, block)
    set_off = badged(reading, block) or (block.view if named else block.lead)
    title = None if set_off else run_in(reading, block)
    needed = needed_activities(reading, block)
    phrase = needed or set_off or title or quoted(reading, block) or lead_of(block)
    if phrase is None or len(phrase.text.split()) > MAX_HEADING_WORDS:
        return None
    label = reading.labels.read(phrase.folded)
    if needed is not None and label is not None:
        label = replace(label, residue=0)
    sure = block.kind == "heading" and (block.level < BOLD or (label is not None and label.cookie_word))
    if len(phrase.text.split()) > (MAX_HEADING_WORDS if sure else MAX_LABEL_WORDS):
        return None
    spare = label is not None and label.cookie_word and len(phrase.text.split()) > 3 and not is_sentence(block, phrase)
    if label is None or (label.residue > int(spare) and not (named and _subtitled(reading, phrase))):
        return None
    first = reading.labels.find(phrase.folded)[0].start
    if reading.denials.none_of(phrase.folded, first) or _of_cookies_too(reading, phrase, first):
        return None
    if block.kind == "heading" and reading.words.cues("concepts", "policy").first(phrase.folded):
        return None  # "Advertising and cookie policy"
    number = block.number or (_number(phrase) if block.kind == "heading" else None)
    if label.number is None and number:
        label = replace(label, number=number)
    body = _tables_below(reading, place) if title else _body(reading, place, block)
    return Section(label, phrase, place, tuple(body), "heading")


def _subtitled(reading: Reading, phrase: View) -> bool:
    """Is a heading a label of cookies before a colon, with what they are there for ("Analytics cookies: surveys")?"""
    before, colon, after = phrase.folded.partition(":")
    label = reading.labels.read(before) if colon and after.strip() else None
    if label is None or label.residue or not label.cookie_word:
        return False
    return not reading.labels.find(after) and not reading.words.cues("none_used").first(after)


def _of_cookies_too(reading: Reading, phrase: View, first: int) -> bool:
    """Does a title name cookies and something else ("Cookies & analytics"), rather than cookies for it?"""
    cookie = reading.labels.cookie.first(phrase.folded)
    between = phrase.folded[cookie.end : first].strip() if cookie and not phrase.folded[: cookie.start].strip() else ""
    return between in ("&", "+", *(fold(word) for word in reading.words.values("joiner")))


def _tables_below(reading: Reading, place: int) -> Iterator[int]:
    """The places of the tables and records right below a block."""
    following = enumerate(reading.document.elements[place + 1 :], place + 1)
    tables = takewhile(lambda pair: isinstance(pair[1], Table) or pair[0] in reading.record_places, following)
    yield from (at for at, _ in tables)


def _body(reading: Reading, place: int, block: Block) -> list[int]:
    """The places that a label governs: up to the next heading of its rank, or the next lead-in for a lead-in."""
    places = []
    elements = reading.document.elements
    listing = block.kind == "heading" and _is_intro(elements, place, block)
    opens = block.view.text.rstrip().endswith(":")  # "Essential: ... These include:", then names set off
    ends: Callable[[Block, Block], bool] = _ends
    if block.kind != "heading" and badged(reading, block):
        ends = partial(_ends_badged, reading)
    elif titles(reading, place, block):
        ends = _lists
    for at in range(place + 1, min(len(elements), place + 1 + 10 * MAX_BODY)):
        element = elements[at]
        transparent = isinstance(element, Block) and (
            is_status(reading, element)
            or _is_intro(elements, at, element, lines=True)
            or at in reading.record_places
            or (opens and begins_explained(reading, element))
        )
        if isinstance(element, Block) and not transparent and ends(block, element):
            break
        if listing and isinstance(element, Block) and element.kind != "item":
            break  # a line "... for:" without rank introduces its list, and nothing after it
        places.append(at)
    return places


def _goes_on_small(block: Block) -> bool:
    """Does a line go on in small letters, or with the name of a cookie?"""
    return block.kind == "text" and not block.view.text[:1].isupper()


def _is_intro(elements: tuple[Block | Table, ...], at: int, block: Block, *, lines: bool = False) -> bool:
    """Is a line without rank the introduction of the list that follows it, or (``lines``) of lines in small letters?"""
    following = elements[at + 1] if at + 1 < len(elements) else None
    listed = isinstance(following, Block) and (following.kind == "item" or (lines and _goes_on_small(following)))
    return listed and block.level >= UNRANKED and block.view.text.endswith(":")


def _ends_badged(reading: Reading, _: Block, block: Block) -> bool:
    """Does a block end what a line with a badge governs? Any heading does, and the next line with one."""
    return block.kind == "heading" or badged(reading, block) is not None


def _lists(_: Block, block: Block) -> bool:
    """Does a block end what an item that is a title governs? Whatever is no paragraph does."""
    return block.kind != "text"


def _ends(label: Block, block: Block) -> bool:
    """Does a block end what a label governs? A lead-in governs plain list items only."""
    if label.kind == "heading":
        return block.kind == "heading" and block.level <= label.level
    lead = lead_of(block) if block.kind == "item" else None
    named = lead is not None and is_outright(lead.text.strip(" `*:\N{EN DASH}\N{EM DASH}"))  # "_ga - counts visits"
    return block.kind != "item" or (lead is not None and not named) or block.number is not None


def _about_cookies(reading: Reading, section: Section, others: list[Section]) -> bool:
    """A label is one of cookies if it or its text says so, or if it stands among labels under a cookie heading."""
    elements = reading.document.elements
    if any(at in reading.record_places for at in section.places):
        return True
    vague = reading.words.cues("rest_label").first(section.phrase.folded) is not None
    if section.label.category is Category.UNCLASSIFIED and (vague or reading.kind != "cookie_policy"):
        tables = any(isinstance(elements[at], Table) for at in section.places)
        return tables or reading.words.cues("party_third").first(section.phrase.folded) is not None
    listed = reading.kind == "cookie_policy" and _under_categories(reading, section.place)
    if listed or section.label.cookie_word or _is_introduced(reading, elements, section.place):
        return True
    texts = [elements[at] for at in (section.place, *section.places[:2])]
    if any(isinstance(block, Block) and reading.mentions_storage(block.view) for block in texts):
        return True
    at = bisect_left(others, section.place, key=lambda other: other.place)
    beside = [*others[max(0, at - 1) : at], *others[at + 1 : at + 2]]
    if not any(abs(other.place - section.place) <= 4 * MAX_BODY for other in beside):
        return False
    under = any(reading.mentions_cookies(heading.view) for heading in reading.headings(section.place))
    return under or reading.kind == "cookie_policy"


def _under_categories(reading: Reading, place: int) -> bool:
    """Is the heading above a label nothing but "Categories" or "Types"?"""
    words = {fold(word) for word in reading.words.values("category_word")}
    return any(heading.view.folded.strip(" :") in words for heading in reading.headings(place)[:1])


def _is_introduced(reading: Reading, elements: tuple[Block | Table, ...], place: int) -> bool:
    """Does a line about the cookies in use, with a colon at its end, stand right above a label that begins a line?

    A heading governs more than the list that such a line opens.
    """
    label, above = elements[place], elements[place - 1] if place else None
    if isinstance(label, Block) and label.kind == "heading":
        return False
    if not isinstance(above, Block) or not above.view.text.rstrip(" *_").endswith(":"):
        return False
    return reading.words.cues("cookies_in_use").first(above.view.folded) is not None

"""Headings and lead-ins that name a category, and the stretch of the document that each governs."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.blocks import Block, Table
from auditor.policy.prose import label_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.labels import Label
    from auditor.policy.view import View

MAX_LABEL_WORDS = 9
MAX_HEADING_WORDS = 14
MAX_SENTENCE_WORDS = 6
MAX_BODY = 12
MAX_STATUS = 40
MAX_BADGED = 70
MIN_COMMON = 3
BOLD = 7  # the level of a bold line
UNRANKED = 8
_SENTENCE_ENDS = (".", ":", "!", "?")
_ARTICLE = re.compile(r"^(?:the|our|i|gli|le|la|les|los|las|die|der|de|het|os|as|nos|nuestras)\s+(?=\w)", re.IGNORECASE)
_SENTENCE_LEAD = re.compile(r"([^.:;!?]{4,60})\.\s+\S")
_DASH_LEAD = re.compile(r"(.{2,70}?)\s+[-–—]\s+\S")


@dataclass(frozen=True)
class Section:
    """A stretch of the document that one category's label governs: its own block and the places after it."""

    label: Label
    phrase: View
    place: int
    places: tuple[int, ...]
    basis: str

    def description(self, reading: Reading) -> list[Sentence]:
        """The sentences that describe the category, the label's own block included."""
        return [s for place in self._all for s in reading.sentences_at(place)]

    @property
    def _all(self) -> tuple[int, ...]:
        return (self.place, *self.places)


def find_sections(reading: Reading) -> list[Section]:
    """Headings and lead-ins that are category labels, with what they govern."""
    denied = reading.denials.places
    blocks = ((place, block) for place, block in reading.document.blocks() if place not in denied)
    found = [found for place, block in blocks if (found := _candidate(reading, place, block))]
    found = sorted([*found, *_introduced(reading, found)], key=lambda section: section.place)
    return _without_common_tables(reading, [section for section in found if _about_cookies(reading, section, found)])


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
    if len(sections) < MIN_COMMON or len(holding) != 1 or holding[0] is not sections[-1]:
        return sections
    last = sections[-1]
    first = next(at for at in last.places if isinstance(reading.document.elements[at], Table))
    return [*sections[:-1], replace(last, places=tuple(at for at in last.places if at < first))]


def _candidate(reading: Reading, place: int, block: Block) -> Section | None:
    named = block.kind == "heading" or _titles(reading, place, block)
    phrase = _badged(reading, block) or (block.view if named else lead_of(block))
    longest = MAX_HEADING_WORDS if block.kind == "heading" and block.level < BOLD else MAX_LABEL_WORDS
    if phrase is None or len(phrase.text.split()) > longest:
        return None
    label = reading.labels.read(phrase.folded)
    spare = label is not None and label.cookie_word and len(phrase.text.split()) > 3 and not _is_sentence(block, phrase)
    if label is None or label.residue > int(spare):
        return None
    if reading.denials.none_of(phrase.folded, reading.labels.find(phrase.folded)[0].start):
        return None
    if label.number is None and block.number:
        label = replace(label, number=block.number)
    return Section(label, phrase, place, tuple(_body(reading, place, block)), "heading")


def _is_sentence(block: Block, phrase: View) -> bool:
    """Is a lead a whole first sentence ("Essential cookies are set automatically.") rather than set off by a mark?"""
    return block.lead is None and block.view.text[len(phrase.text) :].startswith(".")


def _badged(reading: Reading, block: Block) -> View | None:
    """The words before the state of a switch in a short line ("Marketing  Needs consent")."""
    text, folded = block.view.text, block.view.folded
    if block.kind == "item" or len(text) > MAX_BADGED or text.rstrip()[-1:] in _SENTENCE_ENDS:
        return None
    ends = (found for name in ("status", "badge") for found in reading.words.cues(name).all(folded))
    state = next((found for found in ends if found.start and not folded[found.end :].strip(" )")), None)
    return block.view.part(0, state.start) if state else None


def _titles(reading: Reading, place: int, block: Block) -> bool:
    """Is an item no more than the title of the paragraph below it ("- Analytics cookies", then what they are)?"""
    elements = reading.document.elements
    following = elements[place + 1] if place + 1 < len(elements) else None
    described = isinstance(following, Block) and following.kind == "text"
    if block.kind != "item" or not described or reading.has_link(block.view):
        return False  # a link is a line of a table of contents
    return block.view.text[-1:] not in (".", ":", ";", ",")


def lead_of(block: Block) -> View | None:
    """The words that introduce a block: bold, before a colon or dash, or a first sentence of a few words."""
    if block.lead is not None:
        return block.lead
    found = [match for lead in (_DASH_LEAD, _SENTENCE_LEAD) if (match := lead.match(block.view.text))]
    match = min(found, key=lambda match: match.end(1), default=None)
    if match is None or (match.re is _SENTENCE_LEAD and len(match[1].split()) > MAX_SENTENCE_WORDS):
        return None
    return block.view.part(0, match.end(1))


def _body(reading: Reading, place: int, block: Block) -> list[int]:
    """The places that a label governs: up to the next heading of its rank, or the next lead-in for a lead-in."""
    places = []
    elements = reading.document.elements
    listing = block.kind == "heading" and _is_intro(elements, place, block)
    ends: Callable[[Block, Block], bool] = _ends
    if block.kind != "heading" and _badged(reading, block):
        ends = _heads
    elif _titles(reading, place, block):
        ends = _lists
    for at in range(place + 1, min(len(elements), place + 1 + 10 * MAX_BODY)):
        element = elements[at]
        transparent = isinstance(element, Block) and (_is_status(reading, element) or _is_intro(elements, at, element))
        if isinstance(element, Block) and not transparent and ends(block, element):
            break
        if listing and isinstance(element, Block) and element.kind != "item":
            break  # a line "... for:" without rank introduces its list, and nothing after it
        places.append(at)
    return places


def _is_status(reading: Reading, block: Block) -> bool:
    """Is a short line the state of a switch ("Always active") rather than a heading?"""
    badged = _badged(reading, block)
    if badged is not None and reading.labels.find(badged.folded):
        return False
    return len(block.view.text) < MAX_STATUS and reading.words.cues("status").first(block.view.folded) is not None


def _is_intro(elements: tuple[Block | Table, ...], at: int, block: Block) -> bool:
    """Is a line without rank the introduction of the list that follows it?"""
    following = elements[at + 1] if at + 1 < len(elements) else None
    listed = isinstance(following, Block) and following.kind == "item"
    return listed and block.level >= UNRANKED and block.view.text.endswith(":")


def _heads(_: Block, block: Block) -> bool:
    """Does a block end what a line with a badge governs? Any heading does."""
    return block.kind == "heading"


def _lists(_: Block, block: Block) -> bool:
    """Does a block end what an item that is a title governs? Whatever is no paragraph does."""
    return block.kind != "text"


def _ends(label: Block, block: Block) -> bool:
    """Does a block end what a label governs? A lead-in governs plain list items only."""
    if label.kind == "heading":
        return block.kind == "heading" and block.level <= label.level
    return block.kind != "item" or block.lead is not None or block.number is not None


def _about_cookies(reading: Reading, section: Section, others: list[Section]) -> bool:
    """A label is one of cookies if it or its text says so, or if it stands among labels under a cookie heading."""
    elements = reading.document.elements
    if any(at in reading.record_places for at in section.places):
        return True
    vague = reading.words.cues("rest_label").first(section.phrase.folded) is not None
    if section.label.category is Category.UNCLASSIFIED and (vague or reading.kind != "cookie_policy"):
        tables = any(isinstance(elements[at], Table) for at in section.places)
        return tables or reading.words.cues("party_third").first(section.phrase.folded) is not None
    if section.label.cookie_word or _is_introduced(reading, elements, section.place):
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


def label_text(phrase: str) -> str:
    """A label as a policy prints it, without "Category 1:" and closing punctuation."""
    text = re.sub(r"^\s*(?:[^\W\d_]+\s+)?\d{1,2}(?:\.\d{1,2})*\s*[:.)\-–]\s*", "", phrase)
    text = re.sub(r"\s*[(\[]?\d{1,4}[)\]]?\s*$", "", text)
    return _ARTICLE.sub("", text.strip(" \t.:;–-*")) or phrase.strip()

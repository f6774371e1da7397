"""The categories of cookies that a policy declares, from headings, lead-ins, tables, lists and prose."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from auditor.model import Category, DeclaredCategory, DeclaredParty, Quote
from auditor.policy.blocks import Block
from auditor.policy.labels import ICC_NUMBERS, Label
from auditor.policy.view import View, fold

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.cues import Found
    from auditor.policy.labels import LabelWord
    from auditor.policy.scopes import Scopes

MAX_LABEL_WORDS = 9
MAX_BODY = 12
CONFIDENCE = {"heading": 0.95, "list": 0.9, "table": 0.95, "prose": 0.75, "purpose_list": 0.6}
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
        return [s for s in reading.document.sentences if s.place in self._all]

    @property
    def _all(self) -> tuple[int, ...]:
        return (self.place, *self.places)


@dataclass
class _Draft:
    """A category being put together."""

    category: Category
    label: str
    basis: str
    evidence: list[Quote]
    covers: tuple[Category, ...] = ()
    subtype: str | None = None
    number: str | None = None
    heading: str | None = None
    sections: list[Section] = field(default_factory=list)


@dataclass(frozen=True)
class Categories:
    """The declared categories and, per place of the document, the category that governs it."""

    declared: tuple[DeclaredCategory, ...]
    governing: dict[int, DeclaredCategory]


def read_categories(reading: Reading, scopes: Scopes) -> Categories:
    """Every category that the policy declares, in the order of the document."""
    sections = find_sections(reading)
    drafts = _from_sections(reading, sections)
    _add_prose(reading, drafts)
    _add_numbers(scopes, drafts)
    declared = [_finish(reading, scopes, draft, f"c{n}") for n, draft in enumerate(drafts, 1)]
    governing: dict[int, DeclaredCategory] = {}
    for draft, category in zip(drafts, declared, strict=True):
        for section in draft.sections:
            governing.update(dict.fromkeys((section.place, *section.places), category))
    return Categories(tuple(declared), governing)


# ----------------------------------------------------------------------------------------- sections


def find_sections(reading: Reading) -> list[Section]:
    """Headings and lead-ins that are category labels, with what they govern."""
    found = [found for place, block in reading.document.blocks() if (found := _candidate(reading, place, block))]
    return [section for section in found if _about_cookies(reading, section, found)]


def _candidate(reading: Reading, place: int, block: Block) -> Section | None:
    phrase = block.view if block.kind == "heading" else lead_of(block)
    if phrase is None or len(phrase.text.split()) > MAX_LABEL_WORDS:
        return None
    label = reading.labels.read(phrase.folded)
    if label is None or label.residue > (1 if label.cookie_word and len(phrase.text.split()) > 3 else 0):
        return None
    if label.number is None and block.number:
        label = replace(label, number=block.number)
    return Section(label, phrase, place, tuple(_body(reading, place, block)), "heading")


def lead_of(block: Block) -> View | None:
    """The words that introduce a block: bold, before a colon, or before a dash."""
    if block.lead is not None:
        return block.lead
    match = _DASH_LEAD.match(block.view.text)
    return block.view.part(0, match.end(1)) if match else None


def _body(reading: Reading, place: int, block: Block) -> list[int]:
    """The places that a label governs: up to the next heading of its rank, or the next lead-in for a lead-in."""
    places = []
    elements = reading.document.elements
    for at in range(place + 1, min(len(elements), place + 1 + 10 * MAX_BODY)):
        element = elements[at]
        if isinstance(element, Block):
            if element.kind == "heading" and (block.kind != "heading" or element.level <= block.level):
                break
            if block.kind != "heading" and (element.lead is not None or element.kind != "item"):
                break
        places.append(at)
    return places


def _about_cookies(reading: Reading, section: Section, others: list[Section]) -> bool:
    """A label is one of cookies if it or its text says so, or if it stands among labels under a cookie heading."""
    if section.label.cookie_word:
        return True
    elements = reading.document.elements
    texts = [elements[at] for at in (section.place, *section.places[:2])]
    if any(isinstance(block, Block) and reading.mentions_cookies(block.view) for block in texts):
        return True
    siblings = [s for s in others if s is not section and abs(s.place - section.place) <= 4 * MAX_BODY]
    under = any(reading.mentions_cookies(heading.view) for heading in reading.headings(section.place))
    return bool(siblings) and (under or reading.kind == "cookie_policy")


# ------------------------------------------------------------------------------------------- drafts


def _from_sections(reading: Reading, sections: list[Section]) -> list[_Draft]:
    drafts: dict[str, _Draft] = {}
    for section in sections:
        name = label_text(section.phrase.text)
        key = fold(name)
        if key not in drafts:
            drafts[key] = _Draft(
                section.label.category, name, section.basis, [], section.label.covers, section.label.subtype,
                section.label.number, _heading(reading, section),
            )  # fmt: skip
        drafts[key].sections.append(section)
        drafts[key].evidence.extend(_section_quotes(reading, section))
    return list(drafts.values())


def label_text(phrase: str) -> str:
    """A label as a policy prints it, without "Category 1:" and closing punctuation."""
    text = re.sub(r"^\s*(?:[^\W\d_]+\s+)?\d{1,2}(?:\.\d{1,2})*\s*[:.)\-–]\s*", "", phrase)
    return text.strip(" \t.:;–-*") or phrase.strip()


def _heading(reading: Reading, section: Section) -> str | None:
    block = reading.document.elements[section.place]
    if isinstance(block, Block) and block.kind == "heading":
        return block.view.text
    above = reading.headings(section.place)
    return above[0].view.text if above else None


def _section_quotes(reading: Reading, section: Section) -> list[Quote]:
    sentences = section.description(reading)
    own = [s for s in sentences if s.place == section.place]
    if own and own[0].view.text == section.phrase.text:
        return [own[0].view.quote(), *(s.view.quote() for s in sentences[1:2])]
    quotes = [own[0].view.quote()] if own else [section.phrase.quote()]
    if own and len(own[0].view.text) <= len(section.phrase.text) + 2:
        quotes.extend(s.view.quote() for s in sentences[1:2])
    return quotes


def _add_prose(reading: Reading, drafts: list[_Draft]) -> None:
    """Categories that only a sentence names ("we use functional, analytical and tracking cookies")."""
    have = {draft.category for draft in drafts}
    for sentence in reading.cookie_sentences:
        for category, label in named_in_prose(reading, sentence.view):
            if category in have:
                continue
            have.add(category)
            heading = reading.headings(sentence.place)
            drafts.append(
                _Draft(
                    category, label, "prose", [sentence.view.quote()], (category,),
                    heading=heading[0].view.text if heading else None,
                )
            )  # fmt: skip


def named_in_prose(reading: Reading, view: View) -> list[tuple[Category, str]]:
    """(category, label) of the label words that belong to a cookie word in a sentence that speaks of use."""
    folded = view.folded
    words = reading.words
    if not words.cues("use").first(folded) or words.cues("conditional_label").first(folded):
        return []
    if words.cues("unused").first(folded):
        return []
    out: list[tuple[Category, str]] = []
    for chain in _chains(reading, folded):
        out.extend((word.category, view.text[word.start : word.end]) for word in chain)
    return out


def _chains(reading: Reading, folded: str) -> list[list[LabelWord]]:
    """Runs of label words joined by commas and conjunctions that touch a cookie word."""
    found = reading.labels.find(folded)
    cookies = reading.labels.cookie.all(folded)
    joiners = "|".join(re.escape(fold(word)) for word in reading.words.values("joiner"))
    link = re.compile(rf"[\s,/&\-]*(?:(?:{joiners})[\s,/&\-]+)?")
    runs: list[list[LabelWord]] = []
    for word in found:
        if runs and link.fullmatch(_without_cookies(folded, runs[-1][-1].end, word.start, cookies)):
            runs[-1].append(word)
        else:
            runs.append([word])
    return [run for run in runs if _touches(folded, run[0].start, run[-1].end, cookies)]


def _without_cookies(folded: str, start: int, end: int, cookies: list[Found]) -> str:
    text = folded[start:end]
    for cookie in cookies:
        if start <= cookie.start and cookie.end <= end:
            text = text.replace(folded[cookie.start : cookie.end], " ", 1)
    return text


def _touches(folded: str, start: int, end: int, cookies: list[Found]) -> bool:
    for cookie in cookies:
        if start <= cookie.start < end:
            return True
        if cookie.start >= end and re.fullmatch(r"[\s\-\"']{0,3}", folded[end : cookie.start]):
            return True
        if cookie.end <= start and re.fullmatch(r"[\s\-\"':]{1,3}", folded[cookie.end : start]):
            return True
    return False


def _add_numbers(scopes: Scopes, drafts: list[_Draft]) -> None:
    """Numbers that are bound to a scope but described nowhere are the ICC UK categories."""
    have = {draft.number for draft in drafts}
    for binding in scopes.bindings:
        for number in sorted(binding.numbers - have, key=int):
            if category := ICC_NUMBERS.get(number):
                drafts.append(_Draft(category, number, "prose", [], (category,), number=number))
                have.add(number)


# ------------------------------------------------------------------------------------------- finish


def _finish(reading: Reading, scopes: Scopes, draft: _Draft, identity: str) -> DeclaredCategory:
    described = " ".join(s.view.folded for section in draft.sections for s in section.description(reading))
    text = fold(draft.label) + ". " + described + " ".join(fold(quote.quote) for quote in draft.evidence)
    category, covers = necessity(reading, draft.category, draft.covers or (draft.category,), text)
    words = reading.words
    in_use = "no" if draft.sections and words.cues("unused_category").first(described) else "yes"
    evidence = dict.fromkeys((*scopes.quotes_of_number(draft.number), *draft.evidence))
    return DeclaredCategory(
        id=identity,
        canonical=category,
        covers=covers,
        subtype=draft.subtype,
        label=draft.label,
        number=draft.number,
        heading=draft.heading,
        scope_ids=scopes.of_number(draft.number),
        in_use=in_use,
        consent=_consent(reading, text),
        party=_party(reading, draft, text),
        purposes=tuple(c.value for c in covers if c is not category),
        basis=draft.basis,
        evidence=tuple(evidence),
        confidence=CONFIDENCE[draft.basis],
    )


def necessity(
    reading: Reading, category: Category, covers: tuple[Category, ...], text: str
) -> tuple[Category, tuple[Category, ...]]:
    """A "functional" label whose description says that the site cannot do without is strictly necessary."""
    if category is Category.FUNCTIONAL and reading.words.cues("necessity").first(text):
        if reading.words.cues("necessity_override").first(text):
            return Category.STRICTLY_NECESSARY, tuple(dict.fromkeys((Category.STRICTLY_NECESSARY, *covers)))
        return category, tuple(dict.fromkeys((*covers, Category.STRICTLY_NECESSARY)))
    return category, covers


def _consent(reading: Reading, text: str) -> str:
    for answer in ("not_required", "required", "opt_out"):
        if reading.words.cues("category_consent", answer).first(text):
            return answer
    return "not_stated"


def _party(reading: Reading, draft: _Draft, text: str) -> DeclaredParty:
    words = reading.words
    heading = fold(draft.heading or "")
    if words.cues("party_both").first(text):
        return DeclaredParty.BOTH
    third = words.cues("party_third").first(text) is not None
    first = words.cues("party_first").first(heading + " " + text) is not None
    if third and first:
        return DeclaredParty.BOTH
    if third:
        return DeclaredParty.THIRD
    return DeclaredParty.FIRST if first else DeclaredParty.NOT_STATED

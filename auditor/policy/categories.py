"""The categories of cookies that a policy declares, from headings, lead-ins, tables, lists and prose."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category, DeclaredCategory, DeclaredParty, Quote
from auditor.policy.blocks import Block
from auditor.policy.category_drafts import Draft, told_apart
from auditor.policy.category_purposes import from_leads, from_purposes, from_sentences, from_services
from auditor.policy.category_rows import MAX_RESIDUE, title_labels
from auditor.policy.category_traits import consent_of, leading, necessity, party_of
from auditor.policy.cookies import is_cookie_table
from auditor.policy.labels import ICC_NUMBERS
from auditor.policy.leads import label_text
from auditor.policy.led_purposes import from_led
from auditor.policy.others_purposes import with_others
from auditor.policy.prose import named_in_prose
from auditor.policy.sections import BOLD, find_sections
from auditor.policy.service_names import find_services
from auditor.policy.unused import says_unused
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.blocks import Table
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.section import Section
    from auditor.policy.tables import Grid, Row
    from auditor.policy.view import View

MAX_ROW_QUOTE = 600
NEAR = 4
MANY = 2
CONFIDENCE = {"heading": 0.95, "list": 0.9, "table": 0.95, "prose": 0.75, "purpose_list": 0.6}


@dataclass(frozen=True)
class Categories:
    """The declared categories and, per place of the document, the category that governs it.

    ``near`` are the governed places that directly follow a label: all that is said there is about its category.
    ``apart`` are places under headings of something else, which the only category of a policy may not reach.
    """

    declared: tuple[DeclaredCategory, ...]
    governing: dict[int, DeclaredCategory]
    near: frozenset[int] = frozenset()
    apart: frozenset[int] = frozenset()

    def sole_at(self, place: int) -> DeclaredCategory | None:
        """The only category, where it may be that of a place: named above it, or in a sentence."""
        one = self.declared[0] if len(self.declared) == 1 else None
        if one is None or one.basis == "purpose_list" or place in self.apart:
            return None
        return one if place > min(self.governing, default=-1) else None


def read_categories(reading: Reading, scopes: Scopes) -> Categories:
    """Every category that the policy declares, in the order of the document."""
    sections = _specific(reading, find_sections(reading))
    drafts = _from_sections(reading, scopes, sections)
    _add_tables(reading, scopes, drafts)
    _add_prose(reading, scopes, drafts)
    _add_bound(reading, scopes, drafts)
    have = {category for draft in drafts for category in (draft.category, *draft.covers)}
    drafts.extend(
        draft for draft in from_leads(reading, scopes, _leads(reading, sections)) if draft.category not in have
    )
    drafts.extend(from_led(reading, scopes, {section.place for draft in drafts for section in draft.sections}))
    if all(draft.basis == "prose" for draft in drafts):
        have = {draft.category for draft in drafts}
        drafts.extend(draft for draft in from_purposes(reading, scopes) if draft.category not in have)
    if all(draft.category is Category.STRICTLY_NECESSARY for draft in drafts):
        drafts.extend(from_sentences(reading, scopes) if not drafts else ())
        have = {draft.category for draft in drafts}
        drafts.extend(draft for draft in from_services(reading, scopes) if draft.category not in have)
    drafts = with_others(reading, scopes, drafts)
    declared = [_finish(reading, scopes, draft, f"c{n}") for n, draft in enumerate(drafts, 1)]
    governing: dict[int, DeclaredCategory] = {}
    near: set[int] = set()
    for draft, category in zip(drafts, declared, strict=True):
        for section in draft.sections:
            governing.update(dict.fromkeys((section.place, *section.places), category))
            near.update(_near(reading, section))
    apart = _apart(reading, governing) if [one.canonical for one in declared] == [Category.STRICTLY_NECESSARY] else ()
    return Categories(tuple(declared), governing, frozenset(near), frozenset(apart))


def _apart(reading: Reading, governing: dict[int, DeclaredCategory]) -> Iterator[int]:
    """The places whose heading follows what is governed, and does not speak of cookies: they may well hold others."""
    last = max(governing, default=len(reading.ancestry))
    for place, chain in enumerate(reading.ancestry):
        nearest = next(iter(chain), -1)
        element = reading.document.elements[nearest] if nearest > last else None
        if isinstance(element, Block) and not reading.mentions_cookies(element.view):
            yield place


def _leads(reading: Reading, sections: list[Section]) -> list[int]:
    """The places of labels that introduce a line of text, rather than stand above some."""
    return [section.place for section in sections if not _is_heading(reading.document.elements[section.place])]


def _without_purposes(reading: Reading, sections: list[Section]) -> list[Section]:
    """Sections without the items of a list of purposes, where headings name the categories of cookies."""
    elements = reading.document.elements
    headed = [s for s in sections if s.label.cookie_word and _is_heading(elements[s.place])]
    if len(headed) < MANY:
        return sections
    return [s for s in sections if s.label.cookie_word or not _is_item(elements[s.place])]


def _is_item(element: Block | Table) -> bool:
    return isinstance(element, Block) and element.kind == "item"


def _near(reading: Reading, section: Section) -> tuple[int, ...]:
    """The places that directly follow a label: after a heading all before the next one, after a lead-in a few."""
    elements = reading.document.elements
    label = elements[section.place]
    if not (isinstance(label, Block) and label.kind == "heading"):
        return (section.place, *section.places[:NEAR])
    following = takewhile(lambda at: not _is_ranked(elements[at]) or _is_field(label, elements[at]), section.places)
    return (section.place, *following)


def _is_heading(element: Block | Table) -> bool:
    return isinstance(element, Block) and element.kind == "heading"


def _is_ranked(element: Block | Table) -> bool:
    return isinstance(element, Block) and element.kind == "heading" and element.level < BOLD


def _is_field(label: Block, element: Block | Table) -> bool:
    """Is a heading one of the parts of what a label governs ("Legal basis:")?"""
    return isinstance(element, Block) and element.level > label.level and element.view.text.rstrip().endswith(":")


def _specific(reading: Reading, sections: list[Section]) -> list[Section]:
    """Sections without those that only explain which types of cookies there are, where the policy says its own."""
    general = reading.definition_places
    own = [section for section in _without_purposes(reading, sections) if section.place not in general]
    if own or not sections:
        return own
    named = (named_in_prose(reading, s) for s in reading.cookie_sentences if s.place not in general)
    return [] if any(named) else sections


def _from_sections(reading: Reading, scopes: Scopes, sections: list[Section]) -> list[Draft]:
    drafts: dict[tuple[str, tuple[str, ...]], Draft] = {}
    for section in sections:
        name = label_text(section.phrase.text)
        ids = scopes.at(section.place)
        key = (fold(name), ids)
        if key not in drafts:
            label = section.label
            drafts[key] = Draft(
                label.category, name, section.basis, [], ids, label.covers, label.subtype, label.number,
                _heading(reading, section),
            )  # fmt: skip
        drafts[key].sections.append(section)
        drafts[key].evidence.extend(_section_quotes(reading, section))
    return list(drafts.values())


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


def _add_prose(reading: Reading, scopes: Scopes, drafts: list[Draft]) -> None:
    """Categories that only a sentence names ("we use functional, analytical and tracking cookies")."""
    have = {(category, draft.scope_ids) for draft in drafts for category in (draft.category, *draft.covers)}
    governed = {place for draft in drafts for section in draft.sections for place in section.places}
    headed = tuple(drafts)
    for sentence in reading.cookie_sentences:
        if sentence.place in governed or sentence.place in reading.definition_places:
            continue
        ids = scopes.at(sentence.place)
        have |= {(category, ids) for category in told_apart(headed, ids)}
        heading = reading.headings(sentence.place)
        above = heading[0].view.text if heading else None
        for category, label in named_in_prose(reading, sentence):
            if (category, ids) not in have:
                have.add((category, ids))
                drafts.append(Draft(category, label, "prose", [sentence.view.quote()], ids, (category,), heading=above))


def _titled(reading: Reading, grid: Grid, ids: tuple[str, ...]) -> Iterator[Draft]:
    """The categories that rows of one cell name."""
    for title, label in title_labels(reading, grid):
        yield Draft(label.category, title.text, "table", [title.quote()], ids, label.covers)


def _add_tables(reading: Reading, scopes: Scopes, drafts: list[Draft]) -> None:
    """Categories that only the cells of tables name."""
    have = {(draft.category, draft.scope_ids) for draft in drafts}
    governed = {place for draft in drafts for section in draft.sections for place in section.places}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    bound = {binding.quote for binding in scopes.bindings if len(binding.categories) > 1}
    for place, grid in reading.grids:
        if place in governed or (drafts and _explains(reading, place, grid)):
            continue
        ids = scopes.at(place)
        listing = is_cookie_table(reading, place, grid)
        spare = 0 if listing else MAX_RESIDUE
        named = _titled(reading, grid, ids) if listing else ()
        titled = [draft for draft in named if (draft.category, ids) not in have]
        have |= {(draft.category, ids) for draft in titled}
        drafts.extend(titled)
        for row in grid.records():
            cell = row.cells.get("category")
            label = reading.labels.read(cell.folded) if cell else None
            if cell is None or label is None or (label.category, ids) in have:
                continue
            if label.residue > (0 if label.category is Category.UNCLASSIFIED else spare):
                continue  # "Other similar technologies" is no category
            if row.view.quote() in bound:
                continue  # a list of the categories of one place
            key = (cell.folded if spare else label.category.value, ids)
            if key in seen:
                continue
            seen.add(key)
            drafts.append(
                Draft(label.category, cell.text, "table", [_row_quote(row, cell)], ids, label.covers, label.subtype)
            )


def _explains(reading: Reading, place: int, grid: Grid) -> bool:
    """Does a table without headings stand under one that asks which cookies there are, not which are used?"""
    asked = (reading.words.cues("definition_heading").first(one.view.folded) for one in reading.headings(place)[:1])
    return not grid.heading and any(asked)


def _row_quote(row: Row, cell: View) -> Quote:
    whole = row.view
    return whole.quote() if whole.end - whole.start <= MAX_ROW_QUOTE else cell.quote()


def _is_of_a_service(draft: Draft) -> bool:
    """Does a label name a service of somebody else ("Analytics cookies (Google Analytics)")?"""
    named = (m for section in draft.sections for m in find_services(section.phrase))
    return any(mention.service.category in TRACKING for mention in named)


def _add_bound(reading: Reading, scopes: Scopes, drafts: list[Draft]) -> None:
    """Categories that are bound to a scope but described nowhere; bare numbers are the ICC UK categories."""
    have = {draft.number for draft in drafts}
    for binding in scopes.bindings:
        for number in sorted(binding.numbers - have, key=int):
            if category := ICC_NUMBERS.get(number):
                drafts.append(Draft(category, number, "prose", [], (), (category,), number=number))
                have.add(number)
        for category in sorted(binding.categories):
            if not any(category in {d.category, *d.covers} and binding.allows(d.scope_ids) for d in drafts):
                label = _bound_label(reading, category, binding.quote.quote)
                drafts.append(Draft(category, label, "list", [binding.quote], (binding.scope_id,), (category,)))


def _bound_label(reading: Reading, category: Category, quote: str) -> str:
    """The words of a quote that name a category."""
    found = (word for word in reading.labels.find(fold(quote)) if word.category is category)
    return next((quote[word.start : word.end] for word in found), category.value)


def _says_none(reading: Reading, draft: Draft) -> bool:
    """Does the description of a label begin with "None."?"""
    sentences = (s for section in draft.sections for s in section.description(reading) if s.place != section.place)
    first = next(sentences, None)
    return first is not None and reading.words.cues("none_used").whole(first.view.folded.strip(" ."))


def _finish(reading: Reading, scopes: Scopes, draft: Draft, identity: str) -> DeclaredCategory:
    described = " ".join(s.view.folded for section in draft.sections for s in section.description(reading))
    text = fold(draft.label) + ". " + described + " ".join(fold(quote.quote) for quote in draft.evidence)
    first = leading(reading, draft.category, draft.label, described)
    category, covers = necessity(reading, first, draft.covers or (first,), text)
    party = party_of(reading, draft.heading, text)
    if party is DeclaredParty.NOT_STATED and _is_of_a_service(draft):
        party = DeclaredParty.THIRD
    unused = says_unused(reading, described) or _says_none(reading, draft)
    in_use = "no" if draft.sections and unused else "yes"
    evidence = dict.fromkeys((*scopes.binding_quotes(draft.number, draft.category), *draft.evidence))
    return DeclaredCategory(
        id=identity,
        canonical=category,
        covers=covers,
        subtype=draft.subtype,
        label=draft.label,
        number=draft.number,
        heading=draft.heading,
        scope_ids=scopes.bound_to(draft.number, draft.category) or draft.scope_ids or (scopes.default,),
        in_use=in_use,
        consent=consent_of(reading, text),
        party=party,
        purposes=tuple(c.value for c in covers if c is not category),
        basis=draft.basis,
        evidence=tuple(evidence),
        confidence=CONFIDENCE[draft.basis],
    )

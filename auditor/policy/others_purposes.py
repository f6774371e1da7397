"""What the cookies of others are for, as the entries below a heading such as "Third-party cookies" tell it."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category
from auditor.policy.blocks import Block
from auditor.policy.category_drafts import Draft
from auditor.policy.category_purposes import short_label
from auditor.policy.prose import labels_said_of_cookies
from auditor.policy.purposes import purposes, sentence_purpose
from auditor.policy.sections import says_only_others
from auditor.policy.service_names import find_services, without_services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes


def with_others(reading: Reading, scopes: Scopes, drafts: list[Draft]) -> list[Draft]:
    """The categories with those that entries about the cookies of others tell and no label names.

    The heading above such entries is no category of unknown purpose then.
    """
    told = {place: list(_entries(reading, place)) for place in _headings(reading)}
    telling = {place for place, entries in told.items() if entries}
    kept = [one for one in drafts if not any(section.place in telling for section in one.sections)]
    have = {category for one in kept for category in (one.category, *one.covers)}
    for category, sentence in (entry for entries in told.values() for entry in entries):
        if category not in have:
            have.add(category)
            label, ids = short_label(sentence.view.text), scopes.at(sentence.place)
            kept.append(Draft(category, label, "purpose_list", [sentence.view.quote()], ids, (category,)))
    return kept


def _headings(reading: Reading) -> Iterator[int]:
    """The places of headings that say nothing but whose cookies stand below them."""
    for place, block in reading.document.blocks():
        told = place not in reading.definition_places | reading.denials.places
        if told and block.kind == "heading" and says_only_others(reading, block.view):
            yield place


def _entries(reading: Reading, heading: int) -> Iterator[tuple[Category, Sentence]]:
    """The items below a heading that tell what cookies measure or advertise, each with its category."""
    following = enumerate(reading.document.elements[heading + 1 :], heading + 1)
    for place, block in takewhile(lambda pair: not _is_heading(pair[1]), following):
        if not isinstance(block, Block) or block.kind != "item":
            continue
        for sentence in reading.sentences_at(place)[:1]:
            category = _purpose(reading, sentence, block)
            if category is not None and not reading.denials.hypothetical(sentence):
                yield category, sentence


def _is_heading(element: object) -> bool:
    return isinstance(element, Block) and element.kind == "heading"


def _purpose(reading: Reading, sentence: Sentence, block: Block) -> Category | None:
    """What an item says that cookies are for: a label of theirs, the use of its tracker, else its own words."""
    folded = block.view.folded
    if reading.words.cues("use").first(folded) is None or reading.words.cues("denies").first(sentence.view.folded):
        return None
    bare = without_services(block.view)
    labelled = [category for category in labels_said_of_cookies(reading, bare) if category in TRACKING]
    if labelled:
        return labelled[0]
    counts = purposes(reading, bare)
    usual = (mention.service.category for mention in find_services(sentence.view))
    used = next((category for category in usual if category in TRACKING and counts[category]), None)
    told = used or sentence_purpose(reading, bare)
    return told if told in TRACKING else None

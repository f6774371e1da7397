"""Categories of a policy that names none: from lists of purposes, sentences about the use of cookies, and trackers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category
from auditor.policy.blocks import Block
from auditor.policy.category_drafts import Draft
from auditor.policy.leads import lead_of
from auditor.policy.purposes import sentence_purpose, used_for
from auditor.policy.service_names import find_services

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes


MAX_LABEL = 80
_CLAUSE = re.compile(r"[.,;:(]")


def from_purposes(reading: Reading, scopes: Scopes) -> list[Draft]:
    """Purposes that a list gives for cookies in general, where the policy names no categories at all."""
    drafts: list[Draft] = []
    listing = False
    for place, block in reading.document.blocks():
        if block.kind != "item":
            listing = opens_purposes(reading, place, block)
            continue
        category = sentence_purpose(reading, block.view.folded) if listing else None
        if category is not None:
            label = short_label(block.view.text)
            quotes, ids = [block.view.quote()], scopes.at(place)
            drafts.append(Draft(category, label, "purpose_list", quotes, ids, (category,), number=block.number))
    return drafts


def short_label(text: str) -> str:
    """An item as a label: the whole of a short one, of others the first clause, in whole words."""
    whole = text.strip(" .;")
    if len(whole) <= MAX_LABEL and not _CLAUSE.search(whole.replace(",", " ")):
        return whole
    clause = _CLAUSE.split(text, maxsplit=1)[0].strip()
    return clause if len(clause) <= MAX_LABEL else clause[: MAX_LABEL + 1].rpartition(" ")[0]


def opens_purposes(reading: Reading, place: int, block: Block) -> bool:
    """Does a heading or an introduction open a list of what cookies are used for?"""
    folded = block.view.folded
    if block.kind == "heading" and reading.words.cues("purpose_heading").first(folded) is not None:
        return place not in reading.definition_places
    if reading.words.cues("purpose_intro").first(folded) is None:
        return False
    bare = folded.rstrip(" :")
    ends = (found.end == len(bare) for found in reading.words.cues("purpose_preposition").all(bare))
    return folded.rstrip().endswith(":") or any(ends)  # "We use cookies to", then the items


def from_sentences(reading: Reading, scopes: Scopes) -> Iterator[Draft]:
    """Purposes that sentences give ("we use cookies to measure our traffic and to adapt advertisements")."""
    have: set[Category] = set()
    for sentence in reading.cookie_sentences:
        if sentence.place in reading.definition_places or reading.denials.hypothetical(sentence):
            continue
        if reading.words.cues("most_sites").first(sentence.view.folded):
            continue  # "Most websites use cookies to ..."
        for category, label in used_for(reading, sentence):
            if category not in have:
                have.add(category)
                yield Draft(category, label[:80], "purpose_list", [sentence.view.quote()], scopes.at(sentence.place))


def from_services(reading: Reading, scopes: Scopes) -> Iterator[Draft]:
    """What the trackers that set cookies are for, where nothing else tells a category ("cookies from Matomo")."""
    have: set[Category] = set()
    used = {place for place, block in reading.document.blocks() if _tells_use(reading, block)}
    used -= reading.definition_places
    for sentence in reading.cookie_sentences:
        if (
            sentence.place not in used
            or sentence.place in reading.definition_places
            or reading.denials.hypothetical(sentence)
        ):
            continue
        for mention in find_services(sentence.view):
            category = mention.service.category if mention.service.category in TRACKING else None
            denied = reading.denials.reaches(sentence, mention.start, mention.end)
            if category is not None and category not in have and not denied:
                have.add(category)
                yield Draft(category, mention.words, "purpose_list", [sentence.view.quote()], scopes.at(sentence.place))


def _tells_use(reading: Reading, block: Block) -> bool:
    """Does a block speak of the use of cookies?"""
    folded = block.view.folded
    return bool(reading.words.cues("use").first(folded) and reading.labels.cookie.first(folded))


def from_leads(reading: Reading, scopes: Scopes, places: Iterable[int]) -> Iterator[Draft]:
    """The trackers that a list gives beside its categories ("Necessary - ...", then "Matomo - ..."), one a category.

    ``places`` are those of labels that introduce a line; the lines right below them, up to a heading, are looked at.
    """
    elements = reading.document.elements
    have: set[Category] = set()
    for place in places:
        for at in range(place + 1, len(elements)):
            block = elements[at]
            if not isinstance(block, Block) or block.kind == "heading":
                break
            lead = lead_of(block)
            if lead is None:
                break
            bare = lead.text.split("(")[0].strip()
            named = [m for m in find_services(lead) if m.service.category in TRACKING and m.words == bare]
            for mention in named:
                if mention.service.category is not None and mention.service.category not in have:
                    have.add(mention.service.category)
                    yield Draft(mention.service.category, bare, "list", [block.view.quote()], scopes.at(at))

"""Sentences that stand in a list, or in the line that an introduction opens; headings that are names of services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy.blocks import Block
from auditor.policy.sections import UNRANKED
from auditor.policy.service_names import find_services

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.service_names import Mention
    from auditor.policy.view import View


def is_entry(reading: Reading, sentence: Sentence) -> bool:
    """Does a sentence stand in a list, or in the line that an introduction of cookies opens?"""
    block = reading.document.elements[sentence.place]
    return (isinstance(block, Block) and block.kind == "item") or is_listed(reading, sentence)


def is_listed(reading: Reading, sentence: Sentence) -> bool:
    """Does a sentence follow an introduction that speaks of cookies ("These parties set cookies:")?"""
    elements = reading.document.elements
    at = sentence.place
    while at > 0 and _is_item(elements[at]):
        at -= 1
    before = elements[at if at < sentence.place else at - 1] if at else None
    if not isinstance(before, Block) or (before.kind == "heading" and before.level < UNRANKED):
        return False
    return _opens(before.view) and not _opens(sentence.view) and reading.mentions_cookies(before.view)


def services_of_heading(reading: Reading, place: int) -> list[Mention]:
    """The services that the nearest heading above a place consists of; none where it says more than names."""
    heading = next(iter(reading.headings(place)), None)
    if heading is None:
        return []
    mentions = [mention for mention in find_services(heading.view) if mention.service.category is not None]
    named = sum(len(mention.words) for mention in mentions)
    return mentions if named * 2 >= len(heading.view.text) else []


def _opens(view: View) -> bool:
    return view.text.rstrip().endswith(":")


def _is_item(element: object) -> bool:
    return isinstance(element, Block) and element.kind == "item"

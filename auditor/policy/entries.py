"""Sentences that stand in a list, or in the line that an introduction opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy.blocks import Block
from auditor.policy.sections import UNRANKED

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
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


def _opens(view: View) -> bool:
    return view.text.rstrip().endswith(":")


def _is_item(element: object) -> bool:
    return isinstance(element, Block) and element.kind == "item"

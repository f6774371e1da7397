"""Headings, lines and items that are little more than the name of a service, and what stands below them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.blocks import Block
from auditor.policy.leads import lead_of
from auditor.policy.service_names import Mention, find_services, is_service_name
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading

_REMARK = re.compile(r"\s*\([^()]{0,200}\)")


def below_name(reading: Reading, sentence: Sentence, mention: Mention) -> list[str]:
    """The text right below a line that is little more than the name of a service."""
    elements = reading.document.elements
    block, below = elements[sentence.place], next(iter(elements[sentence.place + 1 : sentence.place + 2]), None)
    alone = isinstance(block, Block) and len(mention.words) * 2 >= len(block.view.text)
    if not alone or not isinstance(below, Block) or below.kind == "heading":
        return []
    name = fold(mention.service.name)
    others = (one for one in find_services(below.view) if not name.startswith(fold(one.service.name)))
    return [] if any(others) else [below.view.folded]  # the next line may be about the next service


def heads_entry(reading: Reading, sentence: Sentence, mention: Mention) -> bool:
    """Is a service all that leads an item, below a heading about the cookies or the tools of others?"""
    block = reading.document.elements[sentence.place]
    if not (isinstance(block, Block) and block.kind == "item") or sentence.view.start != block.view.start:
        return False
    lead = lead_of(block)
    above = [heading.view.folded for heading in reading.headings(sentence.place)[:1]]
    others = ("third_cookies", "recipient_list", "service_heading")
    named = lead is not None and lead.text.strip(" *") == mention.words
    return named and any(reading.words.cues(name).first(folded) for folded in above for name in others)


def is_named_heading(reading: Reading, sentence: Sentence) -> bool:
    """Is a sentence a heading that is no more than the name of a service, and at most whose it is ("X (X Ltd)")?"""
    block = reading.document.elements[sentence.place]
    if not isinstance(block, Block) or block.kind != "heading":
        return False
    return is_service_name(block.view.part(0, len(_REMARK.sub("", block.view.text).rstrip())))


def heads_its_use(reading: Reading, sentence: Sentence, mention: Mention) -> bool:
    """Is a heading little more than the name of a service, and does the text below it speak of use?"""
    elements = reading.document.elements
    block, below = elements[sentence.place], next(iter(elements[sentence.place + 1 : sentence.place + 2]), None)
    if not (isinstance(block, Block) and block.kind == "heading" and isinstance(below, Block) and below.kind == "text"):
        return False
    if len(mention.words) * 2 < len(block.view.text) or reading.words.cues("denies").first(below.view.folded):
        return False
    return reading.words.cues("use").first(below.view.folded) is not None

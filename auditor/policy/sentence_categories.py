"""The category of a sentence: its section's, or the one that a paragraph with a lead-in has turned to."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from auditor.policy.blocks import Block
from auditor.policy.leads import begins_with_label
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.model import DeclaredCategory
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.labels import Label

MAX_BACK = 12


def governing_category(reading: Reading, categories: Categories, sentence: Sentence) -> DeclaredCategory | None:
    """The category that governs a sentence.

    In a paragraph that begins with its label ("**Necessary cookies** keep ...") a later sentence that begins with
    another one ("Statistics cookies help us ...") speaks of that: None where the policy declares no such category.
    """
    governing = categories.governing.get(sentence.place)
    block = reading.document.elements[sentence.place]
    if governing is None or not isinstance(block, Block) or block.kind == "heading":
        return governing
    if not block.view.folded.lstrip(" *_").startswith(fold(governing.label)):
        return governing
    label = _turned_to(reading, sentence)
    if label is None or label.category in (governing.canonical, *governing.covers):
        return governing
    alike = (one for one in categories.declared if one.canonical is label.category)
    return next((one for one in alike if one.scope_ids == governing.scope_ids), None)


def _turned_to(reading: Reading, sentence: Sentence) -> Label | None:
    """The label with which the nearest sentence before or at one of its block begins."""
    beside = reading.sentences_at(sentence.place)
    end = bisect_right(beside, sentence.view.start, key=lambda one: one.view.start)
    labels = (_begun(reading, one) for one in reversed(beside[max(0, end - MAX_BACK) : end]))
    return next((label for label in labels if label is not None), None)


def _begun(reading: Reading, sentence: Sentence) -> Label | None:
    phrase = begins_with_label(reading, Block("text", sentence.view))
    label = reading.labels.read(phrase.folded) if phrase is not None else None
    return label if label is not None and label.cookie_word else None

"""Which category the words for a purpose speak for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading

OPTIONAL = (Category.FUNCTIONAL, Category.PERFORMANCE, Category.TARGETING)


def purposes(reading: Reading, folded: str) -> dict[Category, int]:
    """How many purpose words of each category a text has."""
    order = (Category.PERFORMANCE, Category.TARGETING, Category.FUNCTIONAL, Category.STRICTLY_NECESSARY)
    return {category: len(reading.words.cues("purposes", category.value).all(folded)) for category in order}


def sentence_purpose(reading: Reading, folded: str) -> Category | None:
    """The category that a text's purpose words speak for: the one with most of them."""
    counts = purposes(reading, folded)
    best = max(counts, key=lambda category: counts[category])
    return best if counts[best] else None


def used_for(reading: Reading, sentence: Sentence) -> list[tuple[Category, str]]:
    """The categories that a sentence about the use of cookies gives as purposes, with their words.

    "To improve" alone is no category.
    What cookies must do to work is no category of its own here: words such as "consent" stand in any sentence.
    """
    folded = sentence.view.folded
    used = reading.words.cues("cookies_in_use").first(folded)
    if used is None or reading.denials.in_clause(folded, used.end, used.end):
        return []
    prepositions = reading.words.cues("purpose_preposition")
    purpose, before = prepositions.first(folded[used.end :]), prepositions.first(folded[: used.start])
    if before is not None and not folded[: before.start].strip():  # "For measuring our visits we use cookies"
        start, rest = before.end, folded[before.end : used.start]
    elif purpose is not None:
        start, rest = used.end + purpose.end, folded[used.end + purpose.end :]
    else:
        return []
    for vague in reversed(reading.words.cues("improvement").all(rest)):
        rest = rest[: vague.start] + " " * (vague.end - vague.start) + rest[vague.end :]
    joiners = "|".join(re.escape(fold(word)) for word in reading.words.values("joiner"))
    out, at = [], 0
    for end in re.finditer(rf"[,;:()]\s|\s(?:{joiners})\s|$", rest):
        category = sentence_purpose(reading, rest[at : end.start()])
        if category in OPTIONAL:
            out.append((category, sentence.view.text[start + at : start + end.start()].strip(" .")))
        at = end.end()
    return out

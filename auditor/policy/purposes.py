"""Which category the words for a purpose speak for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Category

if TYPE_CHECKING:
    from auditor.policy.context import Reading


def purposes(reading: Reading, folded: str) -> dict[Category, int]:
    """How many purpose words of each category a text has."""
    order = (Category.PERFORMANCE, Category.TARGETING, Category.FUNCTIONAL, Category.STRICTLY_NECESSARY)
    return {category: len(reading.words.cues("purposes", category.value).all(folded)) for category in order}


def sentence_purpose(reading: Reading, folded: str) -> Category | None:
    """The category that a text's purpose words speak for: the one with most of them."""
    counts = purposes(reading, folded)
    best = max(counts, key=lambda category: counts[category])
    return best if counts[best] else None

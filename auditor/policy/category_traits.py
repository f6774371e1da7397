"""What the description of a category says of it: that the site needs it, its consent, whose cookies they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category, DeclaredParty
from auditor.policy.purposes import purposes
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.policy.context import Reading


GIVEN = 70
MAX_BETWEEN = 3  # words between "shared with" and "third parties"


def necessity(
    reading: Reading, category: Category, covers: tuple[Category, ...], text: str
) -> tuple[Category, tuple[Category, ...]]:
    """A "functional" label whose description says that the site cannot do without is strictly necessary."""
    if category is Category.FUNCTIONAL and reading.words.cues("necessity").first(text):
        if reading.words.cues("necessity_override").first(text):
            return Category.STRICTLY_NECESSARY, tuple(dict.fromkeys((Category.STRICTLY_NECESSARY, *covers)))
        return category, tuple(dict.fromkeys((*covers, Category.STRICTLY_NECESSARY)))
    return category, covers


def leading(reading: Reading, category: Category, words: str, described: str) -> Category:
    """The category of a label whose words name advertising and measuring: what its description speaks of more."""
    label = reading.labels.read(fold(words))
    if label is None or not set(label.covers) >= TRACKING or category not in TRACKING:
        return category
    counts = purposes(reading, described)
    return max((category, *TRACKING), key=lambda one: counts[one])


def consent_of(reading: Reading, text: str) -> str:
    """``not_required``, ``required``, ``opt_out`` or ``not_stated``, as a description says."""
    for answer in ("not_required", "required", "opt_out"):
        if reading.words.cues("category_consent", answer).first(text):
            return answer
    return "not_stated"


def _of_third(reading: Reading, text: str) -> bool:
    """Does a description name third parties otherwise than as those who are given what was collected?"""
    told = 0  # up to where a sentence has said who is given the data
    for found in reading.words.cues("party_third").all(text):
        if found.start < told:
            continue  # "... to third parties, or where those third parties process it"
        before = text[max(0, found.start - GIVEN) : found.start]
        clause = before[max(before.rfind(mark) for mark in ".;:") + 1 :]
        given = reading.words.cues("given_to").all(clause)
        if not given or len(clause[given[-1].end :].split()) > MAX_BETWEEN:
            return True
        told = text.find(". ", found.end) % (len(text) + 1)
    return False


def party_of(reading: Reading, heading: str | None, text: str) -> DeclaredParty:
    """Whose cookies a description, or the heading above it, says they are."""
    words = reading.words
    above = fold(heading or "")
    if words.cues("party_both").first(text):
        return DeclaredParty.BOTH
    third = _of_third(reading, text)
    first = words.cues("party_first").first(above + " " + text) is not None
    if third and first:
        return DeclaredParty.BOTH
    if third:
        return DeclaredParty.THIRD
    return DeclaredParty.FIRST if first else DeclaredParty.NOT_STATED

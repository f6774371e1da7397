"""Sentences whose statement holds under a condition, or for a time, only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.policy.context import Reading

OPENING = 30
REFUSING = ("you_refuse", "click_no", "give_no_consent", "without_consent", "until_consent")


def conditional(reading: Reading, folded: str) -> bool:
    """Does a sentence begin with a condition or a time ("Without your consent, ..."), at most a "but" before it?"""
    turn = reading.words.cues("concepts", "turn").first(folded[:OPENING])
    if turn is not None and not folded[: turn.start].strip():
        folded = folded[turn.end :].lstrip(" ,")
    opening = folded[:OPENING].lstrip()
    told = (("contrast",), ("concepts", "condition"), ("concepts", "inverted"), ("concepts", "meanwhile"))
    firsts = (reading.words.cues(*path).first(opening) for path in told)
    return any(found is not None and not found.start for found in firsts)


def if_refused(reading: Reading, folded: str) -> bool:
    """Does a sentence begin with the case that the visitor refuses, or has not consented?"""
    return conditional(reading, folded) and any(reading.words.cues("concepts", name).first(folded) for name in REFUSING)

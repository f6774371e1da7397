"""The parts of paragraphs with several bold lead-ins ("**Necessary cookies** keep ... **Statistics cookies** ...")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy.blocks import begins_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_WORDS = 6


def led_parts(text: str, start: int, end: int, bolds: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of a paragraph between two offsets, each with its own bold lead-in; the whole where it has but one.

    ``bolds`` are the bold stretches in order. A lead-in begins a sentence, is short, and words follow it: bold words in
    the middle of a sentence only stress something, and a bold sentence is no lead-in.
    """
    inside = ((a, b) for a, b in bolds if start <= a and b <= end)
    opening = [(a, b) for a, b in inside if a == start or begins_sentence(text, a)]
    if not opening or opening[0][0] != start:
        return [(start, end)]
    stops = [a for a, _ in opening[1:]] + [end]
    starts = [a for (a, b), stop in zip(opening, stops, strict=True) if _leads(text[a:b], text[b:stop])]
    if not starts or starts[0] != start:
        return [(start, end)]
    return list(zip(starts, [*starts[1:], end], strict=True))


def _leads(bold: str, after: str) -> bool:
    return len(bold.split()) <= MAX_WORDS and any(char.isalnum() for char in after)

"""Clauses that are statements of their own ("Although these cookies follow you on websites, they do not know you")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.blocks import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.context import Reading

FEWEST_WORDS = 4
_COMMA = re.compile(r",\s+")


def clauses(reading: Reading, sentence: Sentence) -> Iterator[Sentence]:
    """The two clauses of a sentence that begins by conceding something, since each denies for itself; else itself."""
    view = sentence.view
    begins = reading.words.cues("concepts", "although").first(view.folded)
    if begins is not None and begins.start == 0:
        for comma in _COMMA.finditer(view.folded):
            sides = (view.part(0, comma.start()), view.part(comma.end(), len(view.text)))
            if all(len(side.folded.split()) >= FEWEST_WORDS for side in sides):
                yield from (Sentence(side, sentence.place) for side in sides)
                return
    yield sentence

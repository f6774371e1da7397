"""What a policy says is not used, or only might be used one day: neither is declared.

A denial reaches from its words to the end of its clause; an introduction or heading that denies ("We do not use:",
"What we do not use") reaches over the list or section that it opens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.blocks import Block, Document, Sentence
    from auditor.policy.wording import Wording

BEFORE = 200
AFTER = 70
NEXT_TO = 30
MAX_HEADING = 90
_STOP = re.compile(r"[;:!?](?=\s|$)|(?<=\w{5})\.(?=\s|$)")  # a point after a short word abbreviates it
_CLOSED = re.compile(r"(?:\s+(?:\w{2,3}\s+)?(?:cookies?|kakor))?\s*(?:[.,;:!?)]|$)")


@dataclass(frozen=True)
class Denials:
    """Where a document denies.

    ``places`` are blocks that an introduction or heading denies as a whole; ``futures`` are the beginnings of sentences
    about what might be one day.
    """

    words: Wording
    places: frozenset[int]
    futures: frozenset[int]

    def reaches(self, sentence: Sentence, start: int, end: int) -> bool:
        """Is a stretch of a sentence said not to be used?"""
        return sentence.place in self.places or self.in_clause(sentence.view.folded, start, end)

    def in_clause(self, folded: str, start: int, end: int) -> bool:
        """Is there a denial in the clause of a stretch, before it or right after it?"""
        return self.denied_before(folded, start) or self._after(folded, end)

    def denied_before(self, folded: str, at: int) -> bool:
        """Is what begins at an offset denied by words before it ("no advertising cookies")?"""
        return self.none_of(folded, at) or self._before(folded, at)

    def none_of(self, folded: str, at: int) -> bool:
        """Does a word such as "no" stand right before an offset?"""
        before = folded[max(0, at - NEXT_TO) : at].rstrip(" -")
        found = self.words.cues("none_of").all(before)
        return bool(found) and found[-1].end == len(before)

    def hypothetical(self, sentence: Sentence) -> bool:
        """Does a sentence, or one before it in its block, speak of what might be one day?"""
        return sentence.view.start in self.futures

    def _before(self, folded: str, at: int) -> bool:
        """A denial that reaches to an offset: no end of the clause, contrast or other use between them."""
        reach = folded[max(0, at - BEFORE) : at]
        return any(self._continues(reach[found.end :]) for found in self.words.cues("denies").all(reach))

    def _after(self, folded: str, at: int) -> bool:
        """A denial that follows and ends the clause ("... is not used."), not one of a purpose ("not used for ...")."""
        reach = folded[at : at + AFTER]
        found = self.words.cues("denies").first(reach)
        if found is None or "," in reach[: found.start]:
            return False
        return self._closed(reach[found.end :]) and self._continues(reach[: found.start])

    def _closed(self, rest: str) -> bool:
        """Does the clause end, at most after words that limit nothing ("by us", "on this website")?"""
        tail = self.words.cues("idle_tail").first(rest)
        if tail is not None and not rest[: tail.start].strip():
            rest = rest[tail.end :]
        return _CLOSED.match(rest) is not None

    def _continues(self, between: str) -> bool:
        if _STOP.search(between):
            return False
        return not any(self.words.cues(key).first(between) for key in ("contrast", "use"))


def read_denials(document: Document, words: Wording) -> Denials:
    """The denials of a document."""
    return Denials(words, frozenset(_denied_places(document, words)), frozenset(_futures(document, words)))


def _futures(document: Document, words: Wording) -> Iterator[int]:
    """Where the sentences about what might be one day begin: the first of a block and all after it."""
    cues = words.cues("future")
    place = -1
    for sentence in document.sentences:
        if sentence.place == place or cues.first(sentence.view.folded):
            place = sentence.place
            yield sentence.view.start


def _denied_places(document: Document, words: Wording) -> Iterator[int]:
    """Items after an introduction that denies, and all below a heading that does."""
    listed = False
    under: int | None = None
    for place, block in document.blocks():
        if block.kind == "heading" and (under is None or block.level <= under):
            told = block.view.text.rstrip().endswith(".")  # a sentence in bold, which denies for itself alone
            under = block.level if not told and _denies(words, block, MAX_HEADING) else None
        if block.kind == "item" and (listed or block.lead is None):
            if listed:
                yield place
        else:
            listed = block.view.text.rstrip().endswith(":") and (
                _denies(words, block, BEFORE) or _only_one_day(words, block)
            )
        if under is not None:
            yield place


def _only_one_day(words: Wording, block: Block) -> bool:
    """Is it a list of what is not used today ("We use none of them, but might one day:")?"""
    folded = block.view.folded
    both = (words.cues(key).first(folded) for key in ("denies", "one_day"))
    return len(folded) <= BEFORE and all(both)


def _denies(words: Wording, block: Block, longest: int) -> bool:
    folded = block.view.folded
    if len(folded) > longest or words.cues("contrast").first(folded):
        return False
    return words.cues("denies").first(folded) is not None

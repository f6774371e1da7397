"""Statements recognised by their parts: who says which thing of what, in any order and any of many words.

A frame (``auditor/knowledge/policy/frames.json``) names the word classes that must meet in one clause, and whether
their verb is denied; the classes themselves are in the wording file of each language (``concepts``). So one frame reads
"We never sell your data", "Your data will not be sold" and "Wir verkaufen Ihre Daten nicht".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from auditor.policy.cues import Found
from auditor.policy.wording import load

if TYPE_CHECKING:
    from auditor.policy.wording import Wording

REACH = 110
NEGATION_BEFORE = 60
NEGATION_AFTER = 75
LISTED = 28
MOST = 24  # words of one class that are looked at in a sentence; the pairs of them are what takes time
MASK = "phrases"
_BREAK = re.compile(r"[;!?](?=\s|$)|(?<=\w{5})\.(?=\s|$)")  # a point after a short word abbreviates it
_CLAUSE_COMMA = re.compile(r",\s")


@dataclass(frozen=True, slots=True)
class Frame:
    """What must stand in one clause.

    ``parts`` are word classes, the verb first; ``denied`` says whether the verb must be denied (None: either);
    ``absent`` are classes that no part of the sentence may have, ``before`` those that may not precede the verb. With
    ``alone`` a denial behind an "and" is none of the verb ("are anonymous and not linked to you").
    """

    parts: tuple[str, ...]
    denied: bool | None = False
    absent: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    reach: int = REACH
    alone: bool = False


@dataclass(frozen=True)
class Statement:
    """One sentence, searched for each word class at most once."""

    words: Wording
    folded: str
    _spans: dict[str, list[Found]] = field(default_factory=dict)

    def spans(self, concept: str) -> list[Found]:
        """Where words of a class stand, in order; not as part of what only looks like a denial ("not necessary")."""
        if concept not in self._spans:
            found = self.words.cues("concepts", concept).all(self.folded)
            if found and concept != MASK:
                found = [span for span in found if not _covered(span, self.spans(MASK))]
            self._spans[concept] = found[:MOST]
        return self._spans[concept]

    def find(self, wanted: Frame) -> Found | None:
        """The stretch of the first clause that has all parts of a frame, None where there is none."""
        if not all(self.spans(part) for part in wanted.parts) or any(self.spans(name) for name in wanted.absent):
            return None
        for head in self.spans(wanted.parts[0]):
            found = self._around(head, wanted)
            if found is None or wanted.denied not in (None, self.denied(head, alone=wanted.alone)):
                continue
            if not any(self._precedes(name, head) for name in wanted.before):
                return found
        return None

    def _precedes(self, concept: str, head: Found) -> bool:
        """Does a word of a class stand before a verb?"""
        return any(span.start < head.start for span in self.spans(concept))

    def _around(self, head: Found, wanted: Frame) -> Found | None:
        low, high = self._clause(head)
        start, end = head.start, head.end
        for part in wanted.parts[1:]:
            near = [
                (_distance(span, head), span)
                for span in self.spans(part)
                if low <= span.start and span.end <= high and _distance(span, head) <= wanted.reach
            ]
            if not near:
                return None
            _, span = min(near, key=lambda pair: pair[0])
            start, end = min(start, span.start), max(end, span.end)
        return Found(start, end)

    def _clause(self, head: Found) -> tuple[int, int]:
        """The stretch around a verb up to the next contrast or end of sentence on each side."""
        low = max((end for _, end in self._stops if end <= head.start), default=0)
        high = min((start for start, _ in self._stops if start >= head.end), default=len(self.folded))
        return low, high

    @cached_property
    def _stops(self) -> list[tuple[int, int]]:
        ends = [match.span() for match in islice(_BREAK.finditer(self.folded), MOST)]
        return ends + [(span.start, span.end) for span in self.spans("but")]

    def denied(self, head: Found, *, alone: bool = False) -> bool:
        """Is a verb denied: by a word before it in its clause, or by one after it ("verkaufen wir nicht")?

        With ``alone`` what follows an "and" denies something else.
        """
        low, high = self._clause(head)
        if any(
            low < span.end
            and span.start < head.end
            and head.start - span.end <= NEGATION_BEFORE
            and self._joined(span.end, head.start)
            for span in self.spans("negation")
        ):
            return True
        return any(
            head.end <= span.start < high
            and span.start - head.end <= NEGATION_AFTER
            and not _CLAUSE_COMMA.search(self.folded, head.end, span.start)
            and not (alone and self.words.cues("joiner").first(self.folded[head.end : span.start]))
            for span in self.spans("negation_after")
        )

    def _joined(self, start: int, end: int) -> bool:
        """Does no new clause begin between a negation and a verb? A short list may ("not sell, rent or trade")."""
        commas = list(_CLAUSE_COMMA.finditer(self.folded, start, max(start, end)))
        return not commas or end - start <= LISTED


def _distance(one: Found, other: Found) -> int:
    return max(0, one.start - other.end, other.start - one.end)


def _covered(span: Found, masks: list[Found]) -> bool:
    """Does a word begin within a phrase that only looks like a denial, and is it not all of that phrase?"""
    return any(mask.start <= span.start < mask.end and span != mask for mask in masks)


@lru_cache(maxsize=1)
def frames() -> tuple[tuple[dict[str, Any], Frame], ...]:
    """Each entry of the data file (type, context, subject, tests) with its frame."""
    return tuple((entry, _frame(entry)) for entry in load("frames")["frames"])


def _frame(entry: dict[str, Any]) -> Frame:
    return Frame(
        tuple(entry["parts"]), entry.get("denied", False), tuple(entry.get("absent", ())),
        tuple(entry.get("before", ())), entry.get("reach", REACH), entry.get("alone", False),
    )  # fmt: skip


@lru_cache(maxsize=1)
def vetoes() -> dict[str, tuple[Frame, ...]]:
    """Per type of claim what a sentence may not say beside it ("not ... without consent" is no "without consent")."""
    return {kind: tuple(map(_frame, entries)) for kind, entries in load("frames")["vetoes"].items()}


@lru_cache(maxsize=1)
def _announcements() -> dict[str, tuple[Frame, ...]]:
    return {what: tuple(map(_frame, entries)) for what, entries in load("frames")["announcements"].items()}


def announces(statement: Statement, what: str) -> bool:
    """Does a sentence announce what shall follow: a list of cookies, names of third parties, a date?"""
    return any(statement.find(frame) is not None for frame in _announcements()[what])

"""The small language in which wording is written down, and its compiler.

A cue describes a stretch of one sentence in folded text (lower case, no accents, plain quotes and dashes):

- words stand for themselves, one space for any run of spaces or hyphens;
- ``|`` separates alternatives, ``{a|b}`` groups them inside a phrase, ``{a|b|}`` may also be absent;
- ``*`` stands for the rest of a word;
- `` ~ `` is a gap of up to 60 characters, `` ~~ `` of up to 160.

Every repetition is bounded, so matching is linear in the sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

GAPS = {"~": 60, "~~": 160}
_TOKEN = re.compile(r"\s+(~~|~)\s+|([{}|*])|(\s+)|([^\s{}|*]+)")
_SPACE = r"[\s\-]{1,4}"
_EDGE = r"(?!\w)"
_SYMBOLS = {"{": "(?:", "}": ")", "|": "|", "*": r"\w{0,30}"}


def compile_cue(cue: str) -> re.Pattern[str]:
    """The pattern of one cue. Raises ValueError where braces do not match."""
    return re.compile(rf"(?<!\w)(?:{body(cue)})(?!\w)", re.DOTALL)


def body(cue: str) -> str:
    """The regular expression of a cue without its outer word edges."""
    out: list[str] = []
    depth = 0
    optional_space = False
    for match in _TOKEN.finditer(fold(cue).strip()):
        gap, symbol, space, word = match[1], match[2], match[3], match[4]
        depth += {"{": 1, "}": -1}.get(symbol, 0)
        if depth < 0:
            break
        closes_optional = symbol == "}" and out[-1] == "|"
        if space:
            out.append(rf"(?:{_SPACE})?" if optional_space else _SPACE)
        elif gap:
            out.append(rf"{'' if optional_space else _EDGE}.{{0,{GAPS[gap]}}}?(?<!\w)")
        else:
            out.append(_SYMBOLS[symbol] if symbol else re.escape(word))
        optional_space = closes_optional
    if depth:
        raise ValueError(f"unbalanced braces: {cue}")
    return "".join(out)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a cue matched in a view's folded text."""

    start: int
    end: int


class Cues:
    """Several cues that mean the same thing."""

    __slots__ = ("_patterns",)

    def __init__(self, cues: Iterable[str]) -> None:
        self._patterns = tuple(compiled(cue) for cue in cues)

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def first(self, folded: str) -> Found | None:
        """The leftmost match of the first cue that matches."""
        for pattern in self._patterns:
            if match := pattern.search(folded):
                return Found(match.start(), match.end())
        return None

    def all(self, folded: str) -> list[Found]:
        """Every match of every cue, in order of place, overlapping ones dropped."""
        spans = sorted(
            ((m.start(), m.end()) for pattern in self._patterns for m in pattern.finditer(folded)),
            key=lambda span: (span[0], -span[1]),
        )
        kept: list[Found] = []
        for start, end in spans:
            if not kept or start >= kept[-1].end:
                kept.append(Found(start, end))
        return kept


@lru_cache(maxsize=8192)
def compiled(cue: str) -> re.Pattern[str]:
    """The pattern of a cue, compiled once."""
    return compile_cue(cue)

"""The small language in which wording is written down, and its compiler.

A cue describes a stretch of one sentence in folded text (lower case, no accents, plain quotes and dashes):

- words stand for themselves, one space for any run of spaces, hyphens or quotation marks ("the 'cookies'");
- ``|`` separates alternatives, ``{a|b}`` groups them inside a phrase, ``{a|b|}`` may also be absent;
- ``*`` stands for the rest of a word;
- `` ~ `` is a gap of up to 60 characters, `` ~~ `` of up to 160.

Every repetition is bounded, so matching is linear in the sentence. Most sentences lack a word that a cue needs; that
is looked up first, and the regular expression is compiled only when it is needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GAPS = {"~": 60, "~~": 160}
_TOKEN = re.compile(r"\s+(~~|~)\s+|([{}|*])|(\s+)|([^\s{}|*]+)")
_OPTIONAL_END = re.compile(r"(?:\s\{[^{}]*\|\})+$")  # what may be absent at the end changes no match
_SPACE = r"[\s\-\"]{1,4}"
_EDGE = r"(?!\w)"
_SYMBOLS = {"{": "(?:", "}": ")", "|": "|", "*": r"\w{0,30}"}
_MAX_NEEDS = 3


def compile_cue(cue: str) -> re.Pattern[str]:
    """The pattern of one cue. Raises ValueError where braces do not match."""
    return re.compile(rf"(?<!\w)(?:{body(cue)})(?!\w)", re.DOTALL)


def body(cue: str) -> str:
    """The regular expression of a cue without its outer word edges."""
    out: list[str] = []
    depth = 0
    optional_space = False
    for match in _TOKEN.finditer(_OPTIONAL_END.sub("", fold(cue).strip())):
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


def needs(cue: str) -> tuple[tuple[str, ...], ...]:
    """What a text must contain for a cue to match: of each group, one of its strings. May be empty."""
    tokens = [(m[2] or "", m[4] or "") for m in _TOKEN.finditer(fold(cue).strip())]
    groups, _ = _sequence(tokens, 0)
    sure = [group for group in groups if group and all(group)]
    return tuple(sorted(sure, key=lambda group: (len(group), -min(map(len, group))))[:_MAX_NEEDS])


def _sequence(tokens: list[tuple[str, str]], at: int) -> tuple[list[tuple[str, ...]], int]:
    """The needs of a sequence up to its closing brace; alternatives are merged into one group."""
    branches: list[list[tuple[str, ...]]] = [[]]
    while at < len(tokens):
        symbol, word = tokens[at]
        at += 1
        if symbol == "{":
            inner, at = _sequence(tokens, at)
            branches[-1].extend(inner)
        elif symbol == "}":
            break
        elif symbol == "|":
            branches.append([])
        elif word:
            branches[-1].append((word,))
    if len(branches) == 1:
        return branches[0], at
    best = [max(branch, key=lambda group: min(map(len, group)), default=("",)) for branch in branches]
    return [tuple(dict.fromkeys(text for group in best for text in group))], at


class Cue:
    """One cue, compiled when a text contains what it needs."""

    __slots__ = ("_pattern", "needs", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.needs = needs(text)
        self._pattern: re.Pattern[str] | None = None

    def may_match(self, folded: str) -> bool:
        """Does a text contain the words that the cue cannot do without?"""
        for group in self.needs:
            for text in group:
                if text in folded:
                    break
            else:
                return False
        return True

    @property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern."""
        if self._pattern is None:
            self._pattern = compile_cue(self.text)
        return self._pattern

    def search(self, folded: str) -> Found | None:
        """The leftmost match."""
        if not self.may_match(folded):
            return None
        match = self.pattern.search(folded)
        return Found(match.start(), match.end()) if match else None


@dataclass(frozen=True, slots=True)
class Found:
    """Where a cue matched in a view's folded text."""

    start: int
    end: int


class Cues:
    """Several cues that mean the same thing."""

    __slots__ = ("_cues", "_whole")

    def __init__(self, cues: Iterable[str]) -> None:
        self._cues = tuple(cue(text) for text in cues)
        self._whole: re.Pattern[str] | None = None

    def __bool__(self) -> bool:
        return bool(self._cues)

    def __iter__(self) -> Iterator[Cue]:
        return iter(self._cues)

    def first(self, folded: str) -> Found | None:
        """The leftmost match of the first cue that matches."""
        for one in self._cues:
            for group in one.needs:  # spelled out: most calls of the reader end here
                for text in group:
                    if text in folded:
                        break
                else:
                    break
            else:
                if match := one.pattern.search(folded):
                    return Found(match.start(), match.end())
        return None

    def whole(self, folded: str) -> bool:
        """Is a text one match of a cue from end to end?"""
        if self._whole is None:
            bodies = "|".join(body(one.text) for one in self._cues)
            self._whole = re.compile(rf"(?:{bodies})", re.DOTALL)
        return bool(self._cues) and self._whole.fullmatch(folded) is not None

    def all(self, folded: str) -> list[Found]:
        """Every match of every cue, in order of place, overlapping ones dropped."""
        spans: list[tuple[int, int]] = []
        for one in self._cues:
            for group in one.needs:  # spelled out, as in `first`
                for text in group:
                    if text in folded:
                        break
                else:
                    break
            else:
                spans.extend(match.span() for match in one.pattern.finditer(folded))
        kept: list[Found] = []
        if not spans:
            return kept
        for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            if not kept or start >= kept[-1].end:
                kept.append(Found(start, end))
        return kept


@lru_cache(maxsize=16384)
def cue(text: str) -> Cue:
    """The cue of a text, made once."""
    return Cue(text)

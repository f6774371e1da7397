"""Category labels: which words of a heading, cell or sentence name which canonical category."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.cues import body
from auditor.policy.view import fold
from auditor.policy.wording import wording

if TYPE_CHECKING:
    from auditor.policy.cues import Found
    from auditor.policy.wording import Wording

ICC_NUMBERS = {
    "1": Category.STRICTLY_NECESSARY,
    "2": Category.PERFORMANCE,
    "3": Category.FUNCTIONAL,
    "4": Category.TARGETING,
}  # ICC UK Cookie Guide, 2012
_NUMBER = r"(?P<number>\d{1,2}(?:\.\d{1,2})?)"
_WORD = re.compile(r"[^\W\d_]+")
_LETTERED = re.compile(r"\(?([a-h]|[ivx]{1,4})[.)]\s+(?=\w)")
_REMARK = re.compile(r"\s*\([^()]{0,80}\)\s*$")
_BESIDE = re.compile(r"\s*(?:[&+/,]|\s(?:and|und|et|e|ed|y|en|i|oraz|och|og|ja|a)\s)")
_ONETRUST_ID = re.compile(r"\(?\bc000\d\)?:?")


@dataclass(frozen=True, slots=True)
class LabelWord:
    """A stretch of folded text that names a category."""

    category: Category
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Label:
    """A phrase read as a category label. ``residue`` counts words that are neither label nor filler."""

    category: Category
    covers: tuple[Category, ...]
    subtype: str | None
    number: str | None
    residue: int
    cookie_word: bool


class Labels:
    """Finds label words in folded text of one wording."""

    def __init__(self, words: Wording) -> None:
        self._words = words
        phrases: dict[str, Category] = {}
        for category in Category:
            for cue in words.values("labels", category.value):
                phrases.setdefault(fold(cue), category)
        ordered = sorted(phrases, key=lambda cue: (-len(cue), cue))
        self._categories = [phrases[cue] for cue in ordered]
        tail = r"(?=\W|$|s?-?(?:cookie|kaka|kakor|evaste|zweck))"
        self._finder = re.compile(rf"(?<!\w)(?:{'|'.join(f'({body(cue)})' for cue in ordered)}){tail}", re.DOTALL)
        self._subtypes = {name: words.cues("subtypes", name) for name in words.keys("subtypes")}
        numbers = "|".join(re.escape(fold(word)) for word in words.values("category_word"))
        self._number = re.compile(
            rf"\s*(?:(?:{numbers})\s+{_NUMBER}|{_NUMBER.replace('number', 'bare')})\s*[:.)\-]*\s*"
        )
        self._filler = frozenset(fold(word) for word in words.values("filler"))
        self.cookie = words.cues("cookie")
        self._not_labels = words.cues("not_labels")
        self._parties = tuple(words.cues("party_cell", party) for party in words.keys("party_cell"))
        self._last: tuple[str, list[LabelWord]] = ("", [])

    def find(self, folded: str) -> list[LabelWord]:
        """Every label word, in order; longer phrases win; phrases that only look like labels are left out."""
        if self._last[0] != folded:
            self._last = (folded, self._find(folded))
        return self._last[1]

    def _find(self, folded: str) -> list[LabelWord]:
        matches = list(self._finder.finditer(folded))
        barred = [(b.start, b.end) for b in self._not_labels.all(folded)] if matches else []
        found = []
        for match in matches:
            if any(a < match.end() and match.start() < b for a, b in barred):
                continue
            found.append(LabelWord(self._categories[(match.lastindex or 1) - 1], match.start(), match.end()))
        return found

    @lru_cache(maxsize=16_384)  # noqa: B019 - one finder a language, kept by `labels`; cells say the same words again
    def read(self, folded: str) -> Label | None:
        """A whole phrase (heading, lead-in, cell) as a label, or None where no label word is in it.

        Remarks in parentheses after a label ("(if applicable)") are no part of it.
        """
        number, body = self._numbered(folded)
        if self._is_topic(body):
            return None
        bare = _REMARK.sub("", body)
        body = bare if self.find(bare) else body
        found = self.find(body)
        if not found:
            return None
        rest = list(body)
        for word in found:
            rest[word.start : word.end] = " " * (word.end - word.start)
        bare = _ONETRUST_ID.sub(" ", "".join(rest))
        for party in chain.from_iterable(cues.all(bare) for cues in self._parties):
            bare = bare[: party.start] + " " * (party.end - party.start) + bare[party.end :]
        cookies = self.cookie.all(bare)
        for cookie in reversed(cookies):
            bare = bare[: cookie.start] + " " + bare[cookie.end :]
        residue = sum(word not in self._filler for word in _WORD.findall(bare))
        covers = tuple(dict.fromkeys(word.category for word in found))
        return Label(_main(covers), covers, self.subtype(body), number, residue, bool(cookies) or "cookie" in body)

    def _is_topic(self, body: str) -> bool:
        """Does a phrase set cookies beside something else ("Cookies and tracking")? It is no kind of cookies."""
        first = self.cookie.first(body)
        if first is None or _BESIDE.match(body, first.end) is None:
            return False
        return first.start == 0 or not self.find(body[: first.start])  # "Our use of cookies and tracking"

    def is_of_others(self, folded: str) -> bool:
        """Does a phrase say nothing but "third-party cookies"?"""
        return self._is_of(folded, "third")

    def whose(self, folded: str) -> str | None:
        """``first`` or ``third`` where a phrase says nothing but "our own cookies" or "third-party cookies"."""
        return next((party for party in ("third", "first") if self._is_of(folded, party)), None)

    def _is_of(self, folded: str, party: str) -> bool:
        _, bare = self._numbered(folded)
        owners, cookies = self._words.cues("party_cell", party).all(bare), self.cookie.all(bare)
        if not owners or not cookies:
            return False
        for found in sorted([*owners, *cookies], key=_backwards):
            bare = bare[: found.start] + " " * (found.end - found.start) + bare[found.end :]
        return all(word in self._filler for word in _WORD.findall(bare))

    def _numbered(self, folded: str) -> tuple[str | None, str]:
        if lettered := _LETTERED.match(folded):
            return lettered[1], folded[lettered.end() :]
        match = self._number.match(folded)
        if not match or match.end() == len(folded):
            return None, folded
        return match["number"], folded[match.end() :]

    def subtype(self, folded: str) -> str | None:
        """What a label says beside its category ("social_media")."""
        return next((name for name, cues in self._subtypes.items() if cues.first(folded)), None)


def _backwards(found: Found) -> int:
    return -found.start


def _main(covers: tuple[Category, ...]) -> Category:
    """The canonical category of a label that names several: the first one, but never a vague one beside a clear one."""
    clear = [category for category in covers if category is not Category.UNCLASSIFIED]
    if set(clear) == {Category.FUNCTIONAL, Category.STRICTLY_NECESSARY}:
        return Category.STRICTLY_NECESSARY  # "Functional or strictly necessary cookies"
    return clear[0] if clear else covers[0]


@lru_cache(maxsize=32)
def labels(language: str) -> Labels:
    """The label finder of a language."""
    return Labels(wording(language))

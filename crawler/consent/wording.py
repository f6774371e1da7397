"""The vocabulary of consent in 30 languages.

``wording/*.json`` holds one file per language: concepts (accept, reject, all, necessary, without ...) and the words
for them. A pattern is one or more words; ``*`` at a word's end stands for any ending. Texts and patterns are folded the
same way: lower case, no accents, punctuation as space. The longest pattern that covers a stretch of text wins, so that
"hyväksymättä" (without accepting) is not read as "hyväksy" (accept). What the concepts add up to: ``labels``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_APART = re.compile(r"[^\w]+")
_EAST_ASIAN = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u1100-\u11ff]+)")


def fold(text: str) -> str:
    """Lower case without accents and punctuation, words separated by single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    plain = _EAST_ASIAN.sub(r" \1 ", plain)  # written without spaces, around words of other scripts too
    return _APART.sub(" ", plain.replace("×", " x ").replace("✕", " x ").replace("✖", " x ")).replace("_", " ").strip()


class _Pattern(NamedTuple):
    """One or more words: ``begin`` is how every match begins, ``weight`` the letters that are given."""

    begin: str
    regex: re.Pattern[str]
    weight: int

    def matches(self, folded: str) -> Iterator[re.Match[str]]:
        """All matches in a folded text; most patterns are told by their beginning not to be in it."""
        return self.regex.finditer(folded) if self.begin in folded else iter(())


def _pattern(words: str) -> _Pattern:
    given = [fold(word) for word in words.split()]
    parts = [
        part + (r"\w{0,20}" if word.endswith("*") else "") for part, word in zip(given, words.split(), strict=True)
    ]
    return _Pattern(given[0], re.compile(r"\b" + " ".join(parts) + r"\b"), sum(map(len, given)))


class Language:
    """The wording of one language, compiled."""

    def __init__(self, data: Mapping[str, str | list[str]]) -> None:
        self.code = str(data["language"])
        self._patterns = {
            concept: [_pattern(w) for w in words] for concept, words in data.items() if isinstance(words, list)
        }

    def spans(self, folded: str, concepts: Iterable[str]) -> list[tuple[int, int, int, str]]:
        """All matches as (start, end, literal length, concept), without those that a longer literal overlaps."""
        found = [
            (m.start(), m.end(), pattern.weight, concept)
            for concept in concepts
            for pattern in self._patterns.get(concept, ())
            for m in pattern.matches(folded)
        ]
        return [
            a for a in found if not any(b[2] > a[2] and b[0] < a[1] and a[0] < b[1] and b[3] != a[3] for b in found)
        ]

    def concepts(self, folded: str) -> tuple[frozenset[str], tuple[str, ...]]:
        """The concepts of a folded label, and its words that no concept explains."""
        spans = self.spans(folded, BUTTON_CONCEPTS)
        explained = {i for start, end, _, _ in spans for i in range(start, end)}
        stop = {i for m in self.spans(folded, ("stop", "topic")) for i in range(m[0], m[1])}
        words = re.finditer(r"\w+", folded)
        unexplained = tuple(m.group() for m in words if m.start() not in explained and m.start() not in stop)
        names = {concept for _, _, _, concept in spans}
        if self.count(folded, "topic"):
            names.add("topic")
        return frozenset(names), unexplained

    def stateless(self, folded: str) -> str:
        """A switch's label without the words that tell its position: "Analytics disabled"."""
        for pattern in (*self._patterns.get("off", ()), *self._patterns.get("on", ())):
            folded = pattern.regex.sub(" ", folded)
        return " ".join(folded.split())

    def ascending(self, folded: str) -> bool:
        """Whether a text names what is necessary before what is optional, as the ends of a slider do."""
        at = {
            c: [a[0] for a in self.spans(folded, ("necessary", "optional")) if a[3] == c]
            for c in ("necessary", "optional")
        }
        return bool(at["necessary"] and at["optional"]) and min(at["necessary"]) < min(at["optional"])

    def position(self, folded: str) -> bool | None:
        """Whether a label that tells nothing but a position says "on"; ``None`` for any other label."""
        return not self.count(folded, "off") if folded and not self.stateless(folded) else None

    def count(self, folded: str, concept: str) -> int:
        """How many different words of a concept a folded text contains."""
        return len({m.group()[:8] for pattern in self._patterns.get(concept, ()) for m in pattern.matches(folded)})

    def mentions(self, folded: str, concept: str) -> int:
        """How often a folded text mentions a concept."""
        return sum(1 for pattern in self._patterns.get(concept, ()) for _ in pattern.matches(folded))


BUTTON_CONCEPTS = (
    "accept", "consent", "reject", "all", "necessary", "optional", "only", "use", "settings", "save", "selection",
    "proceed", "without", "negation", "yes", "no", "acknowledge", "close", "more", "sell", "pay", "other",
)  # fmt: skip


TURNING = ("reject", "necessary", "only", "without", "negation", "no", "selection", "save", "settings")
"""Concepts that, in any language, make a label mean something else than its other words say."""


@cache
def _data() -> tuple[dict[str, Any], ...]:
    folder = resources.files("crawler.consent").joinpath("wording")
    read = [json.loads(f.read_text("utf-8")) for f in folder.iterdir() if f.name.endswith(".json")]
    return tuple(sorted(read, key=lambda data: str(data["language"])))


@cache
def languages() -> dict[str, Language]:
    """All bundled languages by code."""
    return {str(data["language"]): Language(data) for data in _data()}


@cache
def topic_words() -> str:
    """Source of a JavaScript regular expression (folded text, no anchors) that touches the subject of consent."""
    words: set[str] = set()
    for data in _data():
        words.update(fold(w) for w in (*data["topic"], *data["weak"], *data["sell"]) if len(fold(w)) > 3)
    return "|".join(re.escape(w).replace("\\ ", " ") for w in sorted(words))


@cache
def subject_words() -> tuple[str, ...]:
    """The words of all languages that name the subject itself, as they are written; "cookie" is not among them."""
    words = {str(w).rstrip("*") for data in _data() for w in data["topic"]}
    return tuple(sorted(w for w in words if len(w) > 4 and not w.startswith("cookie")))


@cache
def _turning_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """Words of any language that turn a label's meaning around: whole words, and beginnings of words."""
    whole: set[str] = set()
    begun: set[str] = set()
    for data in _data():
        for words in (w for concept in TURNING for w in data[concept] if " " not in w):
            (begun if words.endswith("*") else whole).add(fold(words))
    return frozenset(whole), tuple(w for w in begun if len(w) > 3)


@cache
def denials() -> frozenset[str]:
    """Words that begin a denial in any language."""
    words = (w for data in _data() for w in (*data["negation"], *data["no"]) if not w.endswith("*"))
    return frozenset(fold(w).split()[0] for w in words)


@cache
def turns_around(word: str) -> bool:
    """Whether a folded word turns a label's meaning around in any language."""
    whole, begun = _turning_words()
    return word in whole or word.startswith(begun)


def guess_language(text: str, labels: Iterable[str], hint: str) -> str:
    """The language of a banner by its words; ``hint`` (an HTML ``lang``) decides between equals."""
    folded = fold(text[:3000])
    marks = [fold(label) for label in labels]
    best, best_score = "en", 0.0
    for code, language in languages().items():
        score = min(language.count(folded, "stop"), 14) + 2.0 * min(language.count(folded, "weak"), 3)
        score += 1.5 * language.count(folded, "topic")
        score += sum(_label_score(language, mark) for mark in marks[:12])
        score += 3.0 if _code(hint) == code else 0.0
        if score > best_score:
            best, best_score = code, score
    return best


@lru_cache(maxsize=256)
def foreign(text: str) -> bool:
    """Whether a text is in none of the bundled languages: it has next to none of their commonest words."""
    folded = fold(text[:3000])
    return all(language.count(folded, "stop") <= 1 for language in languages().values())


def _label_score(language: Language, mark: str) -> float:
    concepts, unexplained = language.concepts(mark)
    told = concepts - {"topic"}
    return 2.0 if told and not unexplained else 0.5 * len(told) / (1 + len(unexplained))


def _code(hint: str) -> str:
    code = hint.casefold().replace("_", "-").split("-")[0]
    return {"nb": "no", "nn": "no", "sh": "hr", "sr": "hr", "bs": "hr"}.get(code, code)

"""What the words on a button mean, in 28 languages.

``wording/*.json`` holds one file per language: concepts (accept, reject, all, necessary, without ...) and the words
for them. A pattern is one or more words; ``*`` at a word's end stands for any ending. Texts and patterns are folded the
same way: lower case, no accents, punctuation as space. The longest pattern that covers a stretch of text wins, so that
"hyväksymättä" (without accepting) is not read as "hyväksy" (accept). What the concepts add up to is a ``Side``; where
they contradict each other it is ``DOUBT``, and a doubtful button is never clicked.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_LABEL = 110
_APART = re.compile(r"[^\w]+")
_EAST_ASIAN = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u1100-\u11ff]+)")


class Side(StrEnum):
    """What pressing a control does to the visitor's choice."""

    ACCEPT = "accept"
    REJECT = "reject"
    SETTINGS = "settings"
    SAVE = "save"
    ACKNOWLEDGE = "acknowledge"
    DISMISS = "dismiss"
    OPT_OUT = "opt_out"
    PAY = "pay"
    INFORM = "inform"
    DOUBT = "doubt"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A label as read: its side, how clear it is (0 to 1), the concepts found and the language they were read in."""

    side: Side
    strength: float
    concepts: frozenset[str]
    language: str


def fold(text: str) -> str:
    """Lower case without accents and punctuation, words separated by single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    plain = _EAST_ASIAN.sub(r" \1 ", plain)  # written without spaces, around words of other scripts too
    return _APART.sub(" ", plain.replace("×", " x ").replace("✕", " x ").replace("✖", " x ")).replace("_", " ").strip()


def _pattern(words: str) -> tuple[str, int]:
    parts = [fold(word) + (r"\w{0,20}" if word.endswith("*") else "") for word in words.split()]
    return r"\b" + " ".join(parts) + r"\b", sum(len(fold(word)) for word in words.split())


class Language:
    """The wording of one language, compiled."""

    def __init__(self, data: Mapping[str, str | list[str]]) -> None:
        self.code = str(data["language"])
        self._patterns: dict[str, list[tuple[re.Pattern[str], int]]] = {}
        for concept, words in data.items():
            if isinstance(words, list):
                self._patterns[concept] = [(re.compile(p), weight) for p, weight in map(_pattern, words)]

    def spans(self, folded: str, concepts: Iterable[str]) -> list[tuple[int, int, int, str]]:
        """All matches as (start, end, literal length, concept), without those that a longer literal overlaps."""
        found = [
            (m.start(), m.end(), weight, concept)
            for concept in concepts
            for pattern, weight in self._patterns.get(concept, ())
            for m in pattern.finditer(folded)
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
        for pattern, _ in (*self._patterns.get("off", ()), *self._patterns.get("on", ())):
            folded = pattern.sub(" ", folded)
        return " ".join(folded.split())

    def ascending(self, folded: str) -> bool:
        """Whether a text names what is necessary before what is optional, as the ends of a slider do."""
        at = {
            c: [a[0] for a in self.spans(folded, ("necessary", "optional")) if a[3] == c]
            for c in ("necessary", "optional")
        }
        return bool(at["necessary"] and at["optional"]) and min(at["necessary"]) < min(at["optional"])

    def position(self, folded: str) -> Side | None:
        """The side of a radio button whose whole label tells a position: "On", "Disabled"."""
        if folded and not self.stateless(folded):
            return Side.REJECT if self.count(folded, "off") else Side.ACCEPT
        return None

    def count(self, folded: str, concept: str) -> int:
        """How many different words of a concept a folded text contains."""
        return len({m.group()[:8] for pattern, _ in self._patterns.get(concept, ()) for m in pattern.finditer(folded)})

    def mentions(self, folded: str, concept: str) -> int:
        """How often a folded text mentions a concept."""
        return sum(1 for pattern, _ in self._patterns.get(concept, ()) for _ in pattern.finditer(folded))


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


def read_label(text: str, language: str) -> Reading:
    """Read a control's label in a language, in English where that says nothing. Never raises."""
    folded = fold(text)
    if not folded or len(folded) > MAX_LABEL:
        return Reading(side=Side.UNKNOWN, strength=0.0, concepts=frozenset(), language=language)
    first = _read(text, folded, language)
    if first.side is not Side.UNKNOWN or language == "en":
        return first
    second = _read(text, folded, "en")
    return second if second.side is not Side.UNKNOWN else first


def _read(text: str, folded: str, code: str) -> Reading:
    language = languages().get(code) or languages()["en"]
    concepts, unexplained = language.concepts(folded)
    side, strength = _side(concepts)
    if "?" in text and side in {Side.ACCEPT, Side.REJECT}:
        side = Side.DOUBT
    vague = "consent" in concepts and "accept" not in concepts and bool(unexplained)
    strange = vague or len(unexplained) > (3 if "topic" in concepts else 2) or any(map(_turns_around, unexplained))
    if strange and side in {Side.ACCEPT, Side.REJECT, Side.SAVE}:
        side = Side.DOUBT
    start = folded.split(maxsplit=1)[0]
    denied = start in _denials() and (start in unexplained or start == "no")
    if side is Side.ACCEPT and denied and not concepts & {"negation", "no", "yes"}:
        side = Side.DOUBT  # "no" of another language: the language may be guessed wrong
    return Reading(side=side, strength=strength - 0.1 * len(unexplained), concepts=concepts, language=language.code)


def read_switch(text: str, language: str, *, radio: bool) -> Reading:
    """Read a switch's label; words that tell its position, often there for screen readers, say nothing about it.

    A radio button may consist of such a word: "Off" is then what choosing it means.
    """
    folded, english = fold(text), languages()["en"]
    words = languages().get(language, english)
    side = words.position(folded) or english.position(folded)
    if side is not None:
        return Reading(side=side if radio else Side.UNKNOWN, strength=0.8, concepts=frozenset(), language=language)
    return read_label(english.stateless(words.stateless(folded)) or text, language)


def only_adds_names(label: str, longer: str, language: str) -> bool:
    """Whether a longer label says the same and names what it is about: "Deny" and "Deny Google Analytics"."""
    short, full = fold(label), fold(longer)
    if not short or not full.startswith(short + " "):
        return False
    rest = full[len(short) :].strip()
    codes = {language, "en"} & set(languages())
    turning = any(set(TURNING) & languages()[code].concepts(rest)[0] for code in codes)
    return not turning and not any(map(_turns_around, rest.split()))


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
def _denials() -> frozenset[str]:
    """Words that begin a denial in any language."""
    words = (w for data in _data() for w in (*data["negation"], *data["no"]) if not w.endswith("*"))
    return frozenset(fold(w).split()[0] for w in words)


@cache
def _turns_around(word: str) -> bool:
    whole, begun = _turning_words()
    return word in whole or word.startswith(begun)


def _side(found: frozenset[str]) -> tuple[Side, float]:
    if "sell" in found and ("negation" in found or "reject" in found or "no" in found):
        return Side.OPT_OUT, 0.9
    if "pay" in found:
        return Side.PAY, 0.8
    if "other" in found:
        return Side.UNKNOWN, 0.0
    for step in (_without, _settings, _saving, _refusing, _agreeing):
        answer = step(found)
        if answer is not None:
            return answer
    return _plain(found)


def _without(found: frozenset[str]) -> tuple[Side, float] | None:
    if "without" not in found:
        return None
    if "reject" in found:
        return (Side.REJECT, 0.8) if "proceed" in found else (Side.DOUBT, 0.0)
    if found & {"accept", "consent", "topic", "optional"}:
        return Side.REJECT, 0.95
    return Side.DOUBT, 0.0


def _settings(found: frozenset[str]) -> tuple[Side, float] | None:
    if "settings" not in found:
        return None
    if "save" in found:
        return Side.SAVE, 0.9
    if "accept" in found:
        return Side.DOUBT, 0.0
    if "reject" in found and "all" in found:
        return Side.DOUBT, 0.0
    return Side.SETTINGS, 0.8


def _saving(found: frozenset[str]) -> tuple[Side, float] | None:
    if "save" in found:
        return _save(found)
    if "selection" not in found:
        return None
    if "reject" in found or "negation" in found:
        return Side.DOUBT, 0.0
    if found & {"accept", "proceed", "use", "consent"}:
        return (Side.DOUBT, 0.0) if "all" in found else (Side.SAVE, 0.9)
    return Side.SETTINGS, 0.5


def _save(found: frozenset[str]) -> tuple[Side, float]:
    if "reject" in found:
        return (Side.DOUBT, 0.0) if "accept" in found else (Side.REJECT, 0.8)
    if "accept" in found and "all" in found:
        return Side.ACCEPT, 0.8
    if "all" in found and not found & {"settings", "selection"}:
        return Side.DOUBT, 0.0
    if "necessary" in found and "optional" not in found:
        return Side.REJECT, 0.7
    return (Side.DOUBT, 0.0) if "negation" in found else (Side.SAVE, 0.9)


def _refusing(found: frozenset[str]) -> tuple[Side, float] | None:
    if "reject" not in found:
        return None
    if "accept" in found:
        return Side.DOUBT, 0.0
    if "yes" in found:  # "Yes, reject all", asked whether one is sure
        return (Side.DOUBT, 0.0) if found & {"consent", "negation", "no"} else (Side.REJECT, 0.7)
    if "negation" in found and not found & {"optional", "necessary"}:
        return Side.DOUBT, 0.0
    return Side.REJECT, 1.0 if "all" in found else 0.9


def _agreeing(found: frozenset[str]) -> tuple[Side, float] | None:
    if "accept" in found or "consent" in found:
        return _agree(found)
    if "necessary" in found and found & {"only", "proceed", "use", "yes"} and "optional" not in found:
        return (Side.DOUBT, 0.0) if "negation" in found else (Side.REJECT, 0.9)
    return None


def _agree(found: frozenset[str]) -> tuple[Side, float]:
    if "optional" in found and not found & {"negation", "no", "only", "necessary"}:
        return Side.ACCEPT, 0.7
    if "negation" in found or "no" in found:
        return (Side.DOUBT, 0.0) if "yes" in found or "necessary" in found else (Side.REJECT, 0.9)
    if "necessary" in found:
        return (Side.DOUBT, 0.0) if "all" in found or "optional" in found else (Side.REJECT, 0.9)
    if "only" in found:
        return Side.DOUBT, 0.0
    if "accept" not in found:
        return (Side.INFORM, 0.3) if "more" in found else (Side.ACCEPT, 0.5)
    return Side.ACCEPT, 1.0 if "all" in found else 0.9


def _plain(found: frozenset[str]) -> tuple[Side, float]:
    if "yes" in found:
        return (Side.DOUBT, 0.0) if "no" in found or "negation" in found else (Side.ACCEPT, 0.5)
    if "no" in found or "negation" in found:
        return (Side.REJECT, 0.4) if "no" in found and "more" not in found else (Side.UNKNOWN, 0.0)
    for concept, side in (
        ("close", Side.DISMISS),
        ("acknowledge", Side.ACKNOWLEDGE),
        ("proceed", Side.ACKNOWLEDGE),
        ("more", Side.INFORM),
    ):
        if concept in found:
            return side, 0.6
    return (Side.INFORM, 0.3) if "topic" in found else (Side.UNKNOWN, 0.0)


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

"""What a browser dialog asks, and what answering "OK" would mean: pure functions on its words.

Pages ask back with ``confirm()``: "Reject all cookies?", "Accept all cookies instead?", "Are you sure?". The words are
those of ``wording``. Unlike a button, a sentence may name both sides; only what it plainly asks counts.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.consent.wording import BUTTON_CONCEPTS, Language, fold, guess_language, languages

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_MESSAGE = 1000
_SENTENCE = re.compile(r"[^.!?;\u037e\n]+[.!?;\u037e\n]*")
_GREEK_ASKS = ("?", ";", "\u037e")
_CLAUSE = re.compile(r"[,:()\u2013\u2014]| - ")
_OK = re.compile(r"\bok\b")
_DENIES = frozenset({"negation", "no"})
_FOREIGN_TO_CONSENT = frozenset({"pay", "other", "sell"})
_NAMES_COOKIES = frozenset({"topic", "use", "optional"})
_ABOUT_THE_CHOICE = frozenset({"settings", "save", "selection", "close"})


class Meaning(StrEnum):
    """What "OK" means to the visitor's choice."""

    ACCEPT = "accept"
    REJECT = "reject"
    NEUTRAL = "neutral"
    DOUBT = "doubt"


def meaning_of_ok(message: str, hint: str) -> Meaning:
    """What pressing "OK" in a dialog with this message means. ``hint``: the banner's language. Never raises."""
    text = message[:MAX_MESSAGE]
    language = languages()[guess_language(text, (), hint)]
    told = _by_instruction(fold(text), language)
    if told is not None:
        return told
    sentences = [s.strip() for s in _SENTENCE.findall(text) if s.strip()]
    questions = [s for s in sentences if s.endswith(_GREEK_ASKS if language.code == "el" else "?")]
    asked = _together(_asked(clause, language) for s in questions for clause in _clauses(s))
    said = _together(_stated(clause, language) for s in sentences if s not in questions for clause in _clauses(s))
    if not questions:
        return said
    return asked if asked is not Meaning.NEUTRAL else said


def _clauses(sentence: str) -> list[str]:
    return [folded for clause in _CLAUSE.split(sentence) if (folded := fold(clause))]


def _together(meanings: Iterable[Meaning]) -> Meaning:
    """What parts mean as a whole: neutral ones add nothing, and what differs is a doubt."""
    told = set(meanings) - {Meaning.NEUTRAL}
    return told.pop() if len(told) == 1 else Meaning.DOUBT if told else Meaning.NEUTRAL


def _concepts(folded: str, language: Language) -> frozenset[str]:
    found = {concept for *_, concept in language.spans(folded, (*BUTTON_CONCEPTS, "certain"))}
    return frozenset(found | ({"topic"} if language.count(folded, "topic") else set()))


def _asked(folded: str, language: Language) -> Meaning:
    """The meaning of "yes" to a question."""
    found = _concepts(folded, language)
    first = _concepts(" ".join(folded.split()[:3]), language)
    if found & _DENIES and ("certain" not in found or first & _DENIES):
        # "Do you not want to accept?", "Don't you want cookies?": what "yes" says depends on the language.
        sided = found & {"accept", "consent", "reject", "without", "necessary", "topic"}
        return Meaning.DOUBT if sided else Meaning.NEUTRAL
    side = _side(found)
    vague = side is Meaning.NEUTRAL and found & _NAMES_COOKIES and not found & _ABOUT_THE_CHOICE
    return Meaning.DOUBT if vague else side


def _stated(folded: str, language: Language) -> Meaning:
    """What a statement says is about to be done, or to be so."""
    return _side(_concepts(folded, language))


def _side(found: frozenset[str]) -> Meaning:
    agrees = bool(found & {"accept", "consent"})
    if found & _FOREIGN_TO_CONSENT:
        return Meaning.DOUBT
    if "without" in found:
        plain = "reject" not in found and not found & _DENIES
        return Meaning.REJECT if plain and found & {"accept", "consent", "topic", "optional"} else Meaning.DOUBT
    if "reject" in found:
        return Meaning.DOUBT if agrees or found & _DENIES else Meaning.REJECT
    if agrees and found & _DENIES:
        return Meaning.DOUBT if "necessary" in found else Meaning.REJECT
    if "necessary" in found and (agrees or found & {"only", "proceed", "use"}):
        return Meaning.DOUBT if found & (_DENIES | {"optional"}) or "all" in found else Meaning.REJECT
    return Meaning.ACCEPT if agrees else Meaning.NEUTRAL


def _by_instruction(folded: str, language: Language) -> Meaning | None:
    """The meaning where the words name the two buttons: "OK to accept, Cancel to reject". None where they do not."""
    marks = [(m.start(), m.end(), True) for m in _OK.finditer(folded)]
    marks += [(start, end, False) for start, end, *_ in language.spans(folded, ("close",))]
    marks.sort()
    if not any(is_ok for *_, is_ok in marks):
        return None
    ends = [*(start for start, *_ in marks[1:]), len(folded)]
    begins = [0, *(end for _, end, _ in marks[:-1])]
    after = [(ok, folded[end:until]) for (_, end, ok), until in zip(marks, ends, strict=True)]
    before = [(ok, folded[since:start]) for (start, _, ok), since in zip(marks, begins, strict=True)]
    if len(marks) == 1:
        return _stated(folded, language)
    readings = {_opposed(parts, language) for parts in (after, before)} - {None}
    return readings.pop() if len(readings) == 1 else Meaning.DOUBT


def _opposed(parts: list[tuple[bool, str]], language: Language) -> Meaning | None:
    """The meaning of OK where its words and those of the other button are of opposite sides; None otherwise."""
    ok = _together(_stated(text, language) for is_ok, text in parts if is_ok)
    other = _together(_stated(text, language) for is_ok, text in parts if not is_ok)
    return ok if {ok, other} == {Meaning.ACCEPT, Meaning.REJECT} else None

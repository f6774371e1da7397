"""What the words on a control mean: which side of the choice it is on.

The concepts that are found in a label (``wording``) add up to a ``Side``; where they contradict each other it is
``DOUBT``, and a doubtful button is never clicked. A refusal that costs money is the side that pays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from crawler.consent.prices import costs, without_prices
from crawler.consent.wording import TURNING, Language, denials, fold, languages, turns_around

MAX_LABEL = 110


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


def read_label(text: str, language: str) -> Reading:
    """Read a control's label in a language, in English where that says nothing. Never raises."""
    free = without_prices(text)
    folded = fold(free)
    if not folded or len(folded) > MAX_LABEL:
        return Reading(side=Side.UNKNOWN, strength=0.0, concepts=frozenset(), language=language)
    reading = _in_either(free, folded, language)
    if reading.side in {Side.REJECT, Side.DOUBT} and costs(text):
        return replace(reading, side=Side.PAY)
    return reading


def _in_either(text: str, folded: str, language: str) -> Reading:
    first = _read(text, folded, language)
    if first.side is not Side.UNKNOWN or language == "en":
        return first
    second = _read(text, folded, "en")
    return second if second.side is not Side.UNKNOWN else first


def _read(text: str, folded: str, code: str) -> Reading:
    language = languages().get(code) or languages()["en"]
    concepts, unexplained = language.concepts(folded)
    side, strength = _side(concepts)
    rest = _after_no(text, language)
    if side is Side.DOUBT and rest is not None and _side(rest)[0] is Side.REJECT:
        side, strength = Side.REJECT, 0.9
    if "?" in text and side in {Side.ACCEPT, Side.REJECT}:
        side = Side.DOUBT
    vague = "consent" in concepts and "accept" not in concepts and bool(unexplained)
    strange = vague or len(unexplained) > (3 if "topic" in concepts else 2) or any(map(turns_around, unexplained))
    if strange and side in {Side.ACCEPT, Side.REJECT, Side.SAVE}:
        side = Side.DOUBT
    if side is Side.REJECT and unexplained and concepts <= {"use", "negation", "topic", "optional"}:
        side = Side.DOUBT  # "Why we do not use cookies"
    start = folded.split(maxsplit=1)[0]
    if side is Side.REJECT and concepts <= {"no", "topic"} and start in unexplained:
        side = Side.DOUBT  # a denial begins with its "no"
    denied = start in denials() and (start in unexplained or start == "no")
    if side is Side.ACCEPT and denied and not concepts & {"negation", "no", "yes"}:
        side = Side.DOUBT  # "no" of another language: the language may be guessed wrong
    return Reading(side=side, strength=strength - 0.1 * len(unexplained), concepts=concepts, language=language.code)


def _after_no(text: str, language: Language) -> frozenset[str] | None:
    """The concepts of what follows a "No," in the language; None where a label begins otherwise or is not explained."""
    first, comma, rest = text.partition(",")
    if not comma or not fold(first) or "no" not in language.concepts(fold(first))[0] or " " in fold(first):
        return None
    found, unexplained = language.concepts(fold(rest))
    return None if unexplained else found


def read_switch(text: str, language: str, *, radio: bool) -> Reading:
    """Read a switch's label; words that tell its position, often there for screen readers, say nothing about it.

    A radio button may consist of such a word: "Off" is then what choosing it means.
    """
    folded, english = fold(text), languages()["en"]
    words = languages().get(language, english)
    is_on = words.position(folded)
    is_on = english.position(folded) if is_on is None else is_on
    if is_on is not None:
        side = Side.ACCEPT if is_on else Side.REJECT
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
    return not turning and not any(map(turns_around, rest.split()))


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
    if "save" in found:  # "Select all and confirm" is no saving of what is set
        return (Side.DOUBT, 0.0) if "all" in found else (Side.SAVE, 0.9)
    if "close" in found and not found & {"accept", "reject", "all"}:
        return Side.DISMISS, 0.5
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
    unused = found & {"use", "negation"} == {"use", "negation"} and found & {"topic", "optional"}
    if unused and not found & {"necessary", "all", "only", "yes", "save", "selection"}:
        return Side.REJECT, 0.8  # "Do not use analytics cookies"
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

"""How stored values are put into words. Everything here returns text; escaping for HTML stays with the templates."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from auditor.model import Category, Phase, Presence, Scenario, Severity, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
_UNITS = (("year", 31_536_000), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))

WORDS: dict[str, str] = {
    Category.STRICTLY_NECESSARY: "strictly necessary",
    Scenario.NO_CHOICE: "no choice",
    Scenario.ACCEPT_ALL: "accept all",
    Scenario.REJECT_ALL: "reject all",
    Scenario.GPC: "Global Privacy Control",
    Phase.BEFORE_CHOICE: "before any choice",
    Phase.AFTER_ACCEPT: "after accepting",
    Phase.AFTER_REJECT: "after refusing",
    Phase.AFTER_WITHDRAWAL: "after withdrawing",
    Presence.NEW: "new",
    Presence.PERSISTING: "still there",
    Presence.GONE: "gone",
    Presence.RETURNED: "back again",
    Status.FALSE_POSITIVE: "false positive",
}
_OUR_WORDS = frozenset({"technology", "consent", "claim"})
"""Kinds of statement whose labels and details are of `policy-declaration/1`; the others name things."""
MARKS: dict[str, str] = {
    Severity.CRITICAL: "◆",
    Severity.HIGH: "▲",
    Severity.MEDIUM: "■",
    Severity.LOW: "●",
    Severity.INFO: "○",
}


class Context(NamedTuple):
    """A quote with the words around it; ``exact`` is False when the text no longer has it at its offsets."""

    before: str
    quote: str
    after: str
    exact: bool


def visible(text: str) -> str:
    """The text with control and bidirectional characters as escapes, so that it shows in the order it is stored."""
    if text.isprintable():
        return text
    return _HIDDEN.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def word(value: str | None) -> str:
    """An enumeration's value for people; an absent one is ``unknown``."""
    if value is None:
        return "unknown"
    return WORDS.get(value) or value.replace("_", " ")


def mark(severity: str) -> str:
    """The shape of a severity, for those who do not see its colour."""
    return MARKS.get(severity, "○")


def duration(seconds: int | None) -> str:
    """A lifetime in its largest whole unit: ``session``, ``400 days``, ``2 years``."""
    if seconds is None:
        return "session"
    if seconds <= 0:
        return "expired"
    for name, size in _UNITS:
        count = seconds / size
        if count >= (2 if name == "year" else 1):
            shown = f"{count:.1f}".removesuffix(".0") if name == "year" else f"{round(count):,}"
            return f"{shown} {name}{'' if shown == '1' else 's'}"
    return f"{seconds} seconds"


def moment(text: str | None) -> str:
    """A stored time as ``22 Nov 2026, 06:00 UTC``."""
    return "never" if text is None else f"{datetime.fromisoformat(text):%-d %b %Y, %H:%M} UTC"


def day(text: str | None) -> str:
    """The day of a stored time; a vendor's own date that names no day, as it is."""
    if text is None:
        return "never"
    try:
        return f"{datetime.fromisoformat(text):%-d %b %Y}"
    except ValueError:
        return text


def offset(at_ms: int | None) -> str:
    """Time since the visit began, in seconds."""
    return "at an unknown time" if at_ms is None else f"{at_ms / 1000:.2f} s after the visit began"


def count(number: int, noun: str) -> str:
    """A number with its noun in the right form."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def is_web_address(text: str | None) -> bool:
    """Whether a stored address may be made a link."""
    return bool(text) and re.match(r"https?://[^\s\"'<>\\]+$", str(text)) is not None


def said(statement: Mapping[str, Any], part: str) -> str:
    """The label or detail of a policy's statement: our own words in words, the vendor's names as they are."""
    value = str(statement[part] or "")
    return word(value) if statement["kind"] in _OUR_WORDS else value


def is_same(category: str | None, label: str) -> bool:
    """Whether a label says no more than its category."""
    return category is not None and word(category) == word(label).casefold()


def paragraphs(text: str) -> list[list[str]]:
    """The paragraphs of an explanation, line ends folded; in each, every second part stood in double backticks."""
    blocks = (" ".join(block.split()) for block in re.split(r"\n[ \t]*\n", text))
    return [block.split("``") for block in blocks if block]


def in_context(text: str, quote: str, start: int, end: int, around: int = 320) -> Context:
    """The quote with ``around`` code points on either side, cut at word ends."""
    if text[start:end] != quote:
        start = text.find(quote)
        if start < 0:
            return Context("", quote, "", exact=False)
        end = start + len(quote)
    before, after = text[max(0, start - around) : start], text[end : end + around]
    if start > around:
        before = "… " + before.partition(" ")[2]
    if end + around < len(text):
        after = after.rpartition(" ")[0] + " …"
    return Context(before, quote, after, exact=True)


def finalized(value: object) -> object:
    """What a template prints: plain text with hidden characters shown, anything else as it is."""
    return visible(value) if type(value) is str else value


FILTERS = {
    "counted": count,
    "day": day,
    "duration": duration,
    "is_same": is_same,
    "is_web_address": is_web_address,
    "mark": mark,
    "moment": moment,
    "offset": offset,
    "paragraphs": paragraphs,
    "said": said,
    "word": word,
}
"""What the templates call."""

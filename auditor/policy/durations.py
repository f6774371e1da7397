"""Durations in words: "2 years", "13 mois", "Sitzung", "up to 24 months", "bis zur Löschung"."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from auditor.model import Duration
from auditor.policy.view import fold
from auditor.policy.wording import load

if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_STATED = Duration(raw=None, kind="not_stated")
MAX_LENGTH = 400
DAY = 86_400
_UNITS = (("year", 365 * DAY), ("month", 30 * DAY), ("week", 7 * DAY), ("day", DAY), ("hour", 3600), ("minute", 60))
_KIND_WORDS = {"approx": "about ", "max": "at most ", "less_than": "less than "}
_OPENS = re.compile(r"(?:^|[(\[,;:|.–—/]|\s-)\s*$")
_CLOSES = re.compile(r"\s*(?:$|[)\],;:|.–—/]|-\s)")
_EMPTY = re.compile(r"[\s\-/.?*]*|n/?a\.?|not (?:applicable|specified)|unknown")
_ADDS = {"", ",", "and", "et", "und", "en", "y", "e", "i"}
_FEW_YEARS = 5
"""Up to so many "j" may be a Frenchman's days or a German's years: then they are not understood."""
_CLOCK = re.compile(r"^\s*(?:(\d{1,5})\s*(?:d|days?)[, ]+)?(\d{1,2}):(\d{2}):(\d{2})\s*$")


class Grammar:
    """Unit names and set phrases of all languages as patterns over folded text."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.seconds = {
            fold(name): data["unit_seconds"][unit]
            for units in data["units"].values()
            for unit, names in units.items()
            for name in names
        }
        self.numerals = {fold(name): value for words in data["numerals"].values() for name, value in words.items()}
        names = _any(self.seconds)
        words = _any(self.numerals)
        figure = r"(?P<figure>\d{1,6}(?:[.,]\d{1,3})?)"
        word = rf"(?P<word>(?:{words})(?:\s*\((?P<spelt>\d{{1,4}})\))?)[\s\-]+(?=\w{{2}})"
        self.amount = re.compile(rf"(?<![\w.])(?:{figure}[\s\-]*|{word})\(?(?P<unit>{names})\.?\)?(?!\w)")
        self.vague = re.compile(rf"(?<!\w)(?:{_any(data['vague'])})\s+(?:{names})(?!\w)")
        self.unit = re.compile(rf"(?<!\w)(?:{names})(?!\w)")
        self.figure = re.compile(r"(?<![\w.])(\d{1,6}(?:[.,]\d{1,3})?)(?![\w.])")
        self.phrases = [
            (kind, re.compile(rf"(?<!\w)(?:{_any(data[kind])})(?!\w)"))
            for kind in ("few_seconds", "until_deleted", "session", "until_event", "persistent")
        ]
        self.less = re.compile(rf"(?:{_any(data['less_words'])})\s*$")
        self.max = re.compile(rf"(?:^|\W)(?:{_any(data['max_words'])})\s*$")
        self.approx = re.compile(rf"(?:^|\W|^~)(?:{_any(data['approx_words'])})\s*$")
        self.range = re.compile(rf"^\s*(?:{_any(data['range_words'])})\s*$")
        self.alternative = re.compile(rf"\s*(?:{_any(data['alternative_words'])})\s*")


_PART_OF_WORD = re.compile(r"^\w*\W\s*")


def _any(phrases: Iterable[str]) -> str:
    folded = {fold(phrase) for phrase in phrases}
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in sorted(folded, key=lambda p: (-len(p), p)))


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """The duration grammar, compiled once."""
    return Grammar(load("durations"))


def header_unit(folded: str) -> int | None:
    """Seconds of the unit that a column heading gives to bare numbers ("Lifespan (days)")."""
    match = grammar().unit.search(folded)
    return grammar().seconds[re.sub(r"\s+", " ", match.group())] if match and len(match.group()) > 1 else None


def read_duration(text: str, unit: int | None = None, language: str | None = None) -> Duration:
    """The duration that a cell or phrase gives; ``unit`` (seconds) is for bare numbers.

    ``language`` is that of the document, where it is known: "1 j" is a day in French only.

    Kind ``not_stated`` for an empty text, ``unknown`` for a text that is not understood.
    """
    raw = text.strip()[:MAX_LENGTH]
    folded = fold(raw)
    if _EMPTY.fullmatch(folded):
        return Duration(raw=raw or None, kind="not_stated")
    if clock := _CLOCK.match(folded):
        days, hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return Duration(raw=raw, kind="fixed", seconds=days * DAY + hours * 3600 + minutes * 60 + seconds)
    found = _amounts(folded, unit, language)
    for kind, pattern in grammar().phrases:
        if pattern.search(folded) and (not found or kind == "few_seconds"):
            return _phrase(raw, kind)
    if found:
        return _from_session(raw, folded, found) or _measured(raw, folded, found)
    return Duration(raw=raw, kind="approx" if is_vague(folded) else "unknown")


def find_durations(folded: str) -> list[tuple[int, int]]:
    """Stretches of a sentence that give an amount of time."""
    return [(match.start(), match.end()) for match in _stated(folded)]


def stated_at(text: str, start: int, end: int, before: int) -> Duration:
    """The duration that stands at a stretch of a text, with at most so many characters of whole words before it."""
    return read_duration(
        _PART_OF_WORD.sub("", text[max(0, start - before - 1) : end]) if start > before else text[:end]
    )


def is_stretch(folded: str) -> bool:
    """Do words make one stretch of two amounts ("30 minutes to 1 year")? A dash may as well part two lifetimes."""
    found = _amounts(folded, None, None)
    gap = folded[found[0][2] : found[1][1]].strip() if len(found) == 2 else ""
    return gap.isalpha() and grammar().range.match(gap) is not None


def is_vague(folded: str) -> bool:
    """Does a text give a lifetime without a number ("a few minutes")?"""
    return grammar().vague.search(folded) is not None


def lasts_session(folded: str) -> bool:
    """Does a description say that something lasts for the session, not merely that it is about one?

    A single word for it counts where it stands alone, between marks ("user id (session)").
    """
    found = dict(grammar().phrases)["session"].finditer(folded)
    return any(
        re.search(r"[\s-]", m.group()) or (_OPENS.search(folded[: m.start()]) and _CLOSES.match(folded, m.end()))
        for m in found
    )


def _phrase(raw: str, kind: str) -> Duration:
    if kind == "few_seconds":
        return Duration(raw=raw, kind=kind, min_seconds=0, max_seconds=DAY)
    return Duration(raw=raw, kind=kind, seconds=0 if kind == "session" else None)


def _amounts(folded: str, unit: int | None, language: str | None) -> list[tuple[int, int, int]]:
    """(seconds, start, end) of every amount."""
    rules = grammar()
    found = []
    for match in _stated(folded, language):
        name = re.sub(r"\s+", " ", match["unit"])
        found.append((_seconds(match, rules.seconds[name]), match.start(), match.end()))
    if not found and unit:
        found.extend(
            (round(float(match[1].replace(",", ".")) * unit), match.start(), match.end())
            for match in rules.figure.finditer(folded)
        )
    return found


def _stated(folded: str, language: str | None = None) -> list[re.Match[str]]:
    """Every amount whose unit is plain: not "1 y 2" of a Spanish text, nor "1 j"."""
    return [match for match in grammar().amount.finditer(folded) if _is_plain(match, language)]


def _is_plain(match: re.Match[str], language: str | None) -> bool:
    if match["unit"] in ("y", "w"):
        return match["figure"] is not None and match.end("figure") == match.start("unit")
    if match["unit"] == "j" and language == "fr":
        return True
    return match["unit"] != "j" or match["figure"] is None or float(match["figure"].replace(",", ".")) > _FEW_YEARS


def _seconds(match: re.Match[str], unit: int) -> int:
    if match["figure"]:
        return round(float(match["figure"].replace(",", ".")) * unit)
    word = re.sub(r"\s+", " ", re.split(r"\s*\(", match["word"])[0])
    return round((int(match["spelt"]) if match["spelt"] else grammar().numerals[word]) * unit)


def _measured(raw: str, folded: str, found: list[tuple[int, int, int]]) -> Duration:
    rules = grammar()
    seconds, start, end = found[0]
    before = folded[:start]
    if len(found) > 1:
        if rules.range.match(folded[end : found[1][1]]):
            return Duration(raw=raw, kind="range", min_seconds=seconds, max_seconds=found[1][0])
        seconds += _rest(folded, found)
    if match := re.search(r"(\d{1,4})\s*(?:-|to|a|bis|tot|do|till|til)\s*$", before):
        low = round(int(match[1]) * seconds / max(1, _figure(folded[start:end])))
        return Duration(raw=raw, kind="range", min_seconds=low, max_seconds=seconds)
    if rules.less.search(before):
        return Duration(raw=raw, kind="less_than", min_seconds=0, max_seconds=seconds)
    if rules.max.search(before) or rules.max.search(rules.approx.sub("", before)):  # "up to about 14 months"
        return Duration(raw=raw, kind="max", seconds=seconds, min_seconds=0, max_seconds=seconds)
    kind = "approx" if rules.approx.search(before) else "fixed"
    return Duration(raw=raw, kind=kind, seconds=seconds)


def choices(duration: Duration) -> tuple[int, ...]:
    """The lifetimes in seconds that a declaration leaves to choose from; none where it is a stretch or no number.

    "2 years / session" is the one or the other, "session to 2 years" any lifetime between them.
    """
    if duration.seconds is not None:
        return (duration.seconds,)
    folded = fold(duration.raw or "")
    found = _amounts(folded, None, None)
    if duration.kind != "range" or len(found) != 1 or duration.max_seconds is None:
        return ()
    session = dict(grammar().phrases)["session"].search(folded)
    gap = _between(session, found[0]) if session else None
    joined = gap is not None and grammar().alternative.fullmatch(folded[slice(*gap)])
    return (0, duration.max_seconds) if joined else ()


def _between(session: re.Match[str], amount: tuple[int, int, int]) -> tuple[int, int]:
    """The stretch between the words for the session and an amount (seconds, start, end), whichever comes first."""
    _, start, end = amount
    return (session.end(), start) if session.end() <= start else (end, session.start())


def _from_session(raw: str, folded: str, found: list[tuple[int, int, int]]) -> Duration | None:
    """The range of a text that gives the session and one amount as alternatives ("2 years / session"), else None."""
    rules = grammar()
    session = dict(rules.phrases)["session"].search(folded)
    if session is None or len(found) != 1:
        return None
    seconds, start, _ = found[0]
    gap = folded[slice(*_between(session, found[0]))]
    if not (rules.alternative.fullmatch(gap) or (session.end() <= start and rules.range.match(gap))):
        return None  # "2 hours a session" goes from nothing to nothing
    return Duration(raw=raw, kind="range", min_seconds=0, max_seconds=seconds)


def _rest(folded: str, found: list[tuple[int, int, int]]) -> int:
    """The seconds that smaller units add to the first amount ("1 year 11 months 29 days")."""
    total = 0
    for (larger, _, end), (smaller, start, _) in pairwise(found):
        if folded[end:start].strip() not in _ADDS or smaller >= larger:
            break
        total += smaller
    return total


def _figure(folded: str) -> float:
    match = re.match(r"\d+(?:[.,]\d+)?", folded)
    return float(match.group().replace(",", ".")) if match else 1


def in_words(duration: Duration) -> str:
    """A lifetime for people: "2 years", "at most 13 months", "session", "not stated"; the same for equal lifetimes."""
    seconds = duration.seconds if duration.seconds is not None else duration.max_seconds
    if duration.kind == "session" or seconds is None:
        return duration.kind.replace("_", " ")
    if duration.kind == "range" and duration.min_seconds is not None:
        return f"{_in_units(duration.min_seconds)} to {_in_units(seconds)}"
    return _KIND_WORDS.get(duration.kind, "") + _in_units(seconds)


def _in_units(seconds: int) -> str:
    for unit, size in _UNITS:
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"

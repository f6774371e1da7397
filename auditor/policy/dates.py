"""The date that a policy gives itself."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

from auditor.model import LastUpdated
from auditor.policy.cues import Cues
from auditor.policy.view import fold
from auditor.policy.wording import languages, load, wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.policy.context import Reading
    from auditor.policy.view import Origin, View
    from auditor.policy.wording import Wording

NEAR = 40
_NEXT = re.compile(
    r"\b(?:next|nachste|volgende|prochaine?|proxima|prossima|nastepna|nasta|naeste|neste|seuraava|dalsi)\b"
)
_AFTER = re.compile(r"[\s.)\]*_|]*(?:\[/\w\]\s*)?")  # what may stand behind a date that ends its line
MAX_VIEW = 400
OPENING = 16
MAX_LINE = 60
HEAD = 8
HEAD_LINE = 80
_HEAD = re.compile(r"---\r?\n.{0,3000}?\n---", re.DOTALL)
_HEAD_DATE = re.compile(
    r"^(?:date|effective(?:_?-?date)?|updated|modified|last_?-?(?:updated|modified|revised|change)\w{0,5})\s*:\s*(?P<value>[^\n]{4,60})",
    re.IGNORECASE | re.MULTILINE,
)
_CLOCK = re.compile(r"\d[ T]\d{1,2}:\d\d")
_ISO = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})(?!\d)")
_NUMERIC = re.compile(
    r"(?<!\d)(?P<first>\d{1,2})\s?[./-]\s?(?P<second>\d{1,2})\s?[./-]\s?(?P<year>(?:19|20)\d\d)(?!\d)"
)
_SHORT = re.compile(r"(?<!\d)(?P<month>\d{1,2})[./](?P<year>20\d\d)(?!\d)")


def read_last_updated(reading: Reading) -> LastUpdated | None:
    """The date beside words such as "last updated"; None where there is none. Numeric dates are day first."""
    blocks = (block.view for _, block in reading.document.blocks() if len(block.view.text) <= MAX_VIEW)
    long = (s.view for s in reading.document.sentences if len(s.view.text) <= MAX_VIEW)
    own = _beside(reading, chain(blocks, long), reading.words.cues("updated"))
    told = own or _front_matter(reading.document.origin) or _below_title(reading)
    return told or _beside(reading, _head_lines(reading), _any_language())


def _beside(reading: Reading, views: Iterable[View], cues: Cues) -> LastUpdated | None:
    """The first date that stands beside one of the cues."""
    for view in views:
        for found in cues.all(view.folded):
            if result := _date(reading, view, found.start, found.end):
                return result
    return None


def _below_title(reading: Reading) -> LastUpdated | None:
    """The date that ends the line right below the title of the policy ("By Jo - 18/08/2020")."""
    blocks = [block.view for _, block in reading.document.blocks()][:OPENING]
    for title, line in pairwise(blocks):
        found = _dates(reading, line.folded) if len(line.text) <= MAX_LINE and _is_title(reading, title) else []
        if not found or _NEXT.search(line.folded) or _AFTER.fullmatch(line.folded[found[0][0].end() :]) is None:
            continue  # a sentence that goes on, or a second date
        return LastUpdated(date=found[0][1], precision=found[0][2], raw=line.text, evidence=(line.quote(),))
    return None


def _is_title(reading: Reading, view: View) -> bool:
    """Is a short line the title of a policy?"""
    kinds = (reading.words.cues("policy_kinds", kind) for kind in ("cookie_policy", "privacy_policy"))
    ends = view.text.rstrip()[-1:] in ".:;,?"
    return len(view.text) <= MAX_LINE and not ends and any(cues.first(view.folded) for cues in kinds)


def _head_lines(reading: Reading) -> Iterable[View]:
    """The short lines that a document begins with: templates leave them in another language than the text."""
    return (block.view for _, block in islice(reading.document.blocks(), HEAD) if len(block.view.text) <= HEAD_LINE)


@lru_cache(maxsize=1)
def _any_language() -> Cues:
    return Cues(dict.fromkeys(cue for language in languages() for cue in load(language)["updated"]))


def _front_matter(origin: Origin) -> LastUpdated | None:
    """The date in the header of a Markdown file ("date: 2024-05-01")."""
    head = _HEAD.match(origin.text)
    line = _HEAD_DATE.search(origin.text, head.start(), head.end()) if head else None
    if line is None:
        return None
    found = _dates_in(wording("en"), fold(line["value"]))
    if not found or _CLOCK.search(line["value"]):  # a time of day orders the pages of a site
        return None
    quote = origin.quote(line.start(), line.end())
    return LastUpdated(date=found[0][1], precision=found[0][2], raw=quote.quote, evidence=(quote,))


def _date(reading: Reading, view: View, start: int, after: int) -> LastUpdated | None:
    folded = view.folded
    window = folded[after : after + NEAR + 20]
    for match, date, precision in _dates(reading, window):
        if match.start() <= NEAR and re.fullmatch(r"[^.]{0,40}", window[: match.start()]):
            quote = view.part(start, after + match.end())
            return LastUpdated(date=date, precision=precision, raw=quote.text, evidence=(quote.quote(),))
    return None


def _dates(reading: Reading, window: str) -> list[tuple[re.Match[str], str, str]]:
    return _dates_in(reading.words, window)


def _dates_in(words: Wording, window: str) -> list[tuple[re.Match[str], str, str]]:
    months = _months(words.language)
    out: list[tuple[re.Match[str], str, str]] = []
    for match in months[0].finditer(window):
        month = months[1][match["month"] or match["month3"]]
        day = match["day"] or match["day2"] or match["day3"]
        date = f"{match['year'] or match['year3']}-{month:02}" + (f"-{int(day):02}" if day else "")
        if _valid(month, int(day) if day else 1):
            out.append((match, date, "day" if day else "month"))
    for pattern in (_ISO, _NUMERIC, _SHORT):
        out.extend((match, *found) for match in pattern.finditer(window) if (found := _numeric(match)))
    return sorted(out, key=lambda item: item[0].start())


def _numeric(match: re.Match[str]) -> tuple[str, str] | None:
    parts = match.groupdict()
    if "first" in parts:
        day, month = int(parts["first"]), int(parts["second"])
        if month > 12 >= day:
            day, month = month, day
    else:
        day, month = int(parts.get("day") or 1), int(parts["month"])
    if not _valid(month, day):
        return None
    whole = "day" in parts or "first" in parts
    return f"{parts['year']}-{month:02}" + (f"-{day:02}" if whole else ""), "day" if whole else "month"


def _valid(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


@lru_cache(maxsize=32)
def _months(language: str) -> tuple[re.Pattern[str], dict[str, int]]:
    names: dict[str, int] = {}
    for data in wording(language).files:
        for number, spellings in enumerate(data.get("months", ()), 1):
            for name in spellings.split("|"):
                names.setdefault(fold(name), number)
    any_month = "|".join(re.escape(name) for name in sorted(names, key=lambda n: (-len(n), n)))
    pattern = re.compile(
        rf"(?:(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|°)?\s+(?:of\s+|de\s+)?)?(?<!\w)(?P<month>{any_month})\.?"
        rf"(?:\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?,?\s+(?:de\s+)?(?P<year>(?:19|20)\d\d)(?!\d)"
        rf"|(?<!\d)(?P<year3>(?:19|20)\d\d)\s(?P<month3>{any_month})\.?\s(?P<day3>\d{{1,2}})(?!\w)"
    )
    return pattern, names

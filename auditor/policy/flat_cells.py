"""The cells of a row that runs together in a line: names first, then what the columns hold in their order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.cells import looks_like_cookie
from auditor.policy.durations import find_durations, read_duration

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.flat_headings import Headings
    from auditor.policy.view import View

LABEL_WORDS = 3
BEHIND_WORDS = 5
_WORD = re.compile(r"\S+")
_NAMES = re.compile(r"[^\s,]{2,80}(?:,\s+[^\s,]{2,80}){0,12}(?=\s|$)")
_OWNER = re.compile(r"\((?P<owner>[^()\n]{2,40})(?:\)|\n|$)|\((?P<word>[A-Z][\w.]+)(?=\s)")
_OUTRIGHT = re.compile(r"^[._]|\w_\w|^[A-Z]{3,}(?:ID|SESS\w*)$")


def names_end(text: str, start: int = 0) -> int:
    """Where the technical names that begin at an offset of a text end; 0 where there are none."""
    match = _NAMES.match(text, start)
    names = re.split(r",\s+", match[0]) if match else []
    sure = all(looks_like_cookie(name) for name in names) and any(map(_OUTRIGHT.search, names))
    return match.end() if match is not None and sure else 0


def owner_behind(text: str) -> str | None:
    """The owner in parentheses that a text begins with; the second one may be missing at the end of a line."""
    match = _OWNER.match(text)
    return (match["owner"] or match["word"]) if match else None


def flat_cells(reading: Reading, view: View, start: int, headings: Headings) -> dict[str, View]:
    """The cells behind the names: a lifetime where its column is, a category's label, else the purpose.

    Behind a lifetime in the last column but one stands what the last one holds.
    """
    roles = headings.roles
    rest = view.part(start, len(view.text))
    cells: dict[str, View] = {}
    if headings.owned and (owner := _OWNER.match(rest.text)):
        cells["provider"] = rest.part(*owner.span("owner" if owner["owner"] else "word"))
        rest = rest.part(owner.end(), len(rest.text))
    timed = lifetime(rest, roles)
    if timed is not None:
        begin, end = timed
        cells["duration"] = rest.part(begin, end)
        behind = rest.part(end, len(rest.text))
        if roles[1] == "duration":
            rest = behind
        else:
            rest = rest.part(0, begin)
            cells.update({roles[-1]: behind} if behind.text else {})
    if "category" in roles and (label := _label(reading, rest)):
        cells["category"] = rest.part(0, label)
        rest = rest.part(label, len(rest.text))
    if "purpose" in roles and "purpose" not in cells and rest.text.strip():
        cells["purpose"] = rest
    return cells


def lifetime(rest: View, roles: list[str]) -> tuple[int, int] | None:
    """Where a text gives a lifetime: at the end, at the beginning, or before the last cell, as its column is.

    A word such as "Session" is one, too.
    """
    spans = find_durations(rest.folded)
    words = [match.span() for match in _WORD.finditer(rest.text)]
    single = [span for span in words if read_duration(rest.text[slice(*span)]).kind in ("session", "persistent")]
    if roles[-1] == "duration":
        at_end = (span for span in (*spans[-1:], *single[-1:]) if not rest.folded[span[1] :].strip(" .)"))
        return next(at_end, None)
    if roles[1] == "duration":
        at_start = (span for span in (*spans[:1], *single[:1]) if not rest.folded[: span[0]].strip())
        return next(at_start, None)
    inside = max((*spans, *single), default=None) if roles[-2] == "duration" else None
    behind = rest.text[inside[1] :].split() if inside else []
    return inside if 0 < len(behind) <= BEHIND_WORDS else None


def _label(reading: Reading, rest: View) -> int:
    """Where the label of a category that begins a text ends; 0 where there is none."""
    words = list(_WORD.finditer(rest.text))[:LABEL_WORDS]
    for word in reversed(words):
        label = reading.labels.read(rest.folded[words[0].start() : word.end()])
        if label is not None and not label.residue and label.category is not Category.UNCLASSIFIED:
            return word.end()
    return 0

"""Words at places become lines, and lines become paragraphs and items.

A line ends a paragraph where the first word of the next one would still have fitted on it; where the next one begins
with a mark of an item, stands further away than lines of one paragraph do, or is set in another size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Word = dict[str, Any]
    """As ``pdfplumber`` gives them: text, x0, x1, top, bottom, size and fontname; places in points."""
    Box = tuple[float, float, float, float]
    """Left, top, right, bottom."""

_BULLET = re.compile(r"^(?:[•●◦▪■‣∙·○\uf0b7\uf0a7]|[-–*](?=\s))\s*")
_NUMBERED = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]|\([a-z0-9]\)|[a-z]\))\s+\S")
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_HYPHEN = re.compile(r"(?<=[^\W\d_])- (?=[a-zà-ÿ])")
_FULL = 0.85
_APART = 1.35
_GAP = 0.15
_SHORT = 2
_COLUMN = 12
"""Points within which lines begin at the same place."""
_SAME_SIZE = 0.6


@dataclass(frozen=True)
class Line:
    """A line of text, with bold runs marked as in Markdown; lengths in points. ``first``: the first word's width."""

    text: str
    size: float
    x0: float
    x1: float
    top: float
    bottom: float
    first: float
    bold: bool


def is_in(word: Word, box: Box) -> bool:
    """Whether a word's middle is in a box."""
    left, top, right, bottom = box
    return bool(left <= (word["x0"] + word["x1"]) / 2 <= right and top <= (word["top"] + word["bottom"]) / 2 <= bottom)


def lines_of(words: Iterable[Word]) -> list[Line]:
    """The lines of words that come in their reading order."""
    lines: list[list[Word]] = []
    for word in words:
        if lines and _goes_on(lines[-1][-1], word):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [_line(line) for line in lines]


def _goes_on(last: Word, word: Word) -> bool:
    height = max(last["bottom"] - last["top"], word["bottom"] - word["top"])
    overlap = min(last["bottom"], word["bottom"]) - max(last["top"], word["top"])
    return bool(overlap > height / 2 and word["x0"] >= last["x0"])


def _line(words: Sequence[Word]) -> Line:
    sizes = [round(float(word["size"]), 1) for word in words]
    return Line(
        text=_marked(words),
        size=median(sizes) if len(set(sizes)) > 1 else sizes[0],
        x0=words[0]["x0"],
        x1=words[-1]["x1"],
        top=min(word["top"] for word in words),
        bottom=max(word["bottom"] for word in words),
        first=_first_width(words),
        bold=all(map(_is_bold, words)),
    )


def _first_width(words: Sequence[Word]) -> float:
    """The width of a line's first word, with the short ones before it, which no line ends with in Polish and Czech."""
    last = next((word for word in words if len(word["text"]) > _SHORT), words[0])
    return float(last["x1"] - words[0]["x0"])


def _is_bold(word: Word) -> bool:
    return bool(_BOLD.search(str(word["fontname"])))


def _marked(words: Sequence[Word]) -> str:
    """The words with runs of bold ones between ``**``."""
    text, bold, end = "", False, words[0]["x0"]
    for word in words:
        changes = _is_bold(word) != bold
        text += "**" if changes and bold else ""
        text += " " if word["x0"] - end > _GAP * word["size"] else ""
        text += "**" if changes and not bold else ""
        text += word["text"]
        bold, end = bold != changes, word["x1"]
    return text + ("**" if bold else "")


def paragraphs(lines: Sequence[Line]) -> Iterator[tuple[str, Line]]:
    """Paragraphs and items as Markdown, each with its first line."""
    pitch = _pitch(lines)
    ends = _columns(lines)
    group: list[Line] = []
    for line in lines:
        if group and not _continues(group[-1], line, ends[_column(group[-1])], pitch):
            yield _text(group), group[0]
            group = []
        group.append(line)
    if group:
        yield _text(group), group[0]


def _columns(lines: Iterable[Line]) -> dict[int, float]:
    """Where each column of text ends: as far as any line reaches that begins about where it does."""
    ends: dict[int, float] = {}
    for line in lines:
        at = _column(line)
        ends[at] = max(ends.get(at, 0.0), line.x1)
    return ends


def _column(line: Line) -> int:
    return round(line.x0 / _COLUMN)


def _pitch(lines: Sequence[Line]) -> float:
    """The usual distance of a line from the one before, in its size."""
    steps = [
        (after.top - before.top) / after.size
        for before, after in pairwise(lines)
        if after.size == before.size and 0 < after.top - before.top < 3 * after.size
    ]
    return median(sorted(steps)[: len(steps) * 2 // 3 + 1]) if steps else 1.2


def _continues(before: Line, line: Line, right: float, pitch: float) -> bool:
    if abs(before.size - line.size) > _SAME_SIZE or _BULLET.match(line.text) or _NUMBERED.match(line.text):
        return False
    if before.bold != line.bold and before.bold:
        return False
    step = line.top - before.top
    new_page = step < 0
    if not new_page and step > pitch * _APART * line.size:
        return False
    return before.x1 + line.size * 0.25 + line.first > right * 0.98


def _text(lines: Sequence[Line]) -> str:
    text = " ".join(line.text for line in lines).replace("** **", " ")
    return _BULLET.sub("- ", _HYPHEN.sub("-", text))


def cell_text(words: Sequence[Word], cell: Box) -> str:
    """The text of a cell; a long name that its width broke in two is whole again."""
    text = ""
    width = cell[2] - cell[0]
    broken = False
    for line in lines_of(words):
        plain = line.text.replace("**", "")
        text += plain if broken or not text else " " + plain
        broken = " " not in plain and (plain.endswith(("-", "_")) or line.x1 - line.x0 > width * _FULL)
    return text

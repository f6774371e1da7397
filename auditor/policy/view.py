"""A readable view of a stretch of document text that remembers where every character came from.

Markdown escapes, emphasis and link targets disappear from the view; a quote cut from it is the original text.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

from auditor.model import Quote

MAX_QUOTE = 600
_PLAIN = {
    "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\t": " ", "\n": " ", "\r": " ", "\u2010": "-", "\u2011": "-",
    "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2018": "'", "\u2019": "'", "\u201a": "'",
    "\u201b": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "ı": "i",
}  # fmt: skip


@lru_cache(maxsize=8192)
def _folded(char: str) -> str:
    if char in _PLAIN:
        return _PLAIN[char]
    base = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)).lower()
    return base if len(base) == 1 else char


def fold(text: str) -> str:
    """Lower case without accents and with plain quotes and dashes; as long as the input, character for character."""
    if text.isascii():
        return text.lower().replace("\t", " ").replace("\n", " ").replace("\r", " ")  # many times as fast as translate
    return "".join(map(_folded, text))


@dataclass(frozen=True, slots=True)
class Origin:
    """The document text that quotes are cut from."""

    text: str

    def quote(self, start: int, end: int) -> Quote:
        """The quote of a stretch, white space trimmed, at most MAX_QUOTE characters."""
        text = self.text
        while start < end and text[start].isspace():
            start += 1
        end = self._cut(start, end)
        while end > start and text[end - 1].isspace():
            end -= 1
        return Quote(quote=text[start:end], start=start, end=end)

    def _cut(self, start: int, end: int) -> int:
        """The end of a quote that is not too long: at a space, never inside a Markdown link."""
        if end - start <= MAX_QUOTE:
            return end
        piece = self.text[start : start + MAX_QUOTE]
        piece = piece[: piece.rfind(" ")] if " " in piece else piece
        opened = piece.rfind("](")
        if opened >= 0 and ")" not in piece[opened:]:
            piece = piece[: max(1, piece.rfind("[", 0, opened))]
        return start + len(piece)


@dataclass(frozen=True)
class View:
    """Readable text of one stretch of a document.

    ``offsets`` has one entry per character of ``text`` (its place in the document), or is None where the view is the
    document text itself, beginning at ``base``.
    """

    origin: Origin
    text: str
    base: int = 0
    offsets: tuple[int, ...] | None = None

    @cached_property
    def folded(self) -> str:
        """The text for matching: folded, same length."""
        return fold(self.text)

    @property
    def start(self) -> int:
        """Where the view begins in the document."""
        return self.place(0) if self.text else self.base

    @property
    def end(self) -> int:
        """Where the view ends in the document (exclusive)."""
        return self.place(len(self.text) - 1) + 1 if self.text else self.base

    def place(self, index: int) -> int:
        """Offset in the document of the character at an index of the view."""
        return self.base + index if self.offsets is None else self.offsets[index]

    def part(self, start: int, end: int) -> View:
        """A stretch of this view, trimmed of white space."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        if self.offsets is None:
            return View(self.origin, self.text[start:end], self.base + start)
        base = self.offsets[start] if start < len(self.offsets) else self.base
        return View(self.origin, self.text[start:end], base, self.offsets[start:end])

    def quote(self, start: int = 0, end: int | None = None) -> Quote:
        """The original text behind a stretch of the view (the whole of it by default)."""
        part = self.part(start, len(self.text) if end is None else end)
        return self.origin.quote(part.start, part.end)

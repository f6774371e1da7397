"""The shape of a document: headings, paragraphs, list items and tables in reading order, and their sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.view import Origin, View

MAX_SENTENCE = 2000
MAX_SENTENCES = 10_000  # several times the longest policy known
NO_LEVEL = 9
_END = re.compile(r"[.!?…][\"'”’»)\]]*\s+(?=[\"'“„«(\[]*[^\W\d_a-z]|\d+[.)] |[•*\-–] )")
_ENDED = re.compile(r"[.!?…:;][\"'”’»)\]]{0,3}\s{1,4}$")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:\d{1,2}|[^\W\d_]|e\.g|i\.e|z\.\s?b|d\.\s?h|u\.\s?a|o\.\s?ä|bzw|sog|ggf|gem|vgl|inkl|evtl|ziff|resp|bijv|bv|o\.a|d\.w\.z|p\.\s?ex|m\.in|tzw|np|tj|ust|pkt|lit"
    r"|art|nr|no|ltd|inc|co|corp|vs|ca|cf|st|str|abs|sec|mr|mrs|dr|par|ex|t\.ex|bl\.a|f\.eks|esim|mm|napr|např|tzv)\.$"
    r"|(?:\(|\bad\s)es\.$",
    re.IGNORECASE,
)


_ICONS = re.compile(
    r"(?:[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0f\u200d]{0,2}\s*){1,4}(?=[^\W_]|[_<\[\"“„«])"
)
"""Pictures before a text ("✅ Functional cookies"), of the Unicode blocks of symbols and emoji."""


@dataclass(frozen=True)
class Block:
    """A heading (``level`` 1 to 6, NO_LEVEL where the text shows none), a paragraph or a list item.

    ``number`` is the printed number ("7", "3.2", "a"); ``lead`` the bold or colon-ended words at its beginning;
    ``chrome`` marks page navigation, footers and dialogs beside the text.
    """

    kind: str
    view: View
    level: int = NO_LEVEL
    number: str | None = None
    lead: View | None = None
    chrome: bool = False


@dataclass(frozen=True)
class Cell:
    """One table cell; an expanded row or column span repeats its cell."""

    view: View
    header: bool = False


@dataclass(frozen=True)
class Table:
    """A grid of cells (rows of equal length). ``views`` holds each row as printed."""

    rows: tuple[tuple[Cell, ...], ...]
    views: tuple[View, ...]


@dataclass(frozen=True)
class Link:
    """A hyperlink: the stretch of document text that carries it and its target."""

    start: int
    end: int
    href: str


@dataclass(frozen=True)
class Sentence:
    """One sentence and the place of its block in the document."""

    view: View
    place: int


@dataclass(frozen=True)
class Document:
    """A document taken apart. ``elements`` is in reading order; ``codes`` are stretches set as code (cookie names)."""

    origin: Origin
    elements: tuple[Block | Table, ...]
    links: tuple[Link, ...] = ()
    codes: tuple[tuple[int, int], ...] = ()
    sentences: tuple[Sentence, ...] = field(default=(), repr=False)

    def blocks(self) -> Iterator[tuple[int, Block]]:
        """Every block with its place, tables and page chrome left out."""
        for place, element in enumerate(self.elements):
            if isinstance(element, Block) and not element.chrome:
                yield place, element

    def tables(self) -> Iterator[tuple[int, Table]]:
        """Every table with its place."""
        for place, element in enumerate(self.elements):
            if isinstance(element, Table):
                yield place, element

    def heading_above(self, place: int) -> Block | None:
        """The nearest heading before a place."""
        for element in reversed(self.elements[:place]):
            if isinstance(element, Block) and element.kind == "heading":
                return element
        return None


def assemble(
    origin: Origin, elements: list[Block | Table], links: list[Link], codes: list[tuple[int, int]]
) -> Document:
    """A document with its sentences cut, at most MAX_SENTENCES of them."""
    elements = [_without_icons(one) if isinstance(one, Block) else one for one in elements]
    blocks = ((place, e) for place, e in enumerate(elements) if isinstance(e, Block) and not e.chrome)
    sentences = (Sentence(view, place) for place, block in blocks for view in split_sentences(block.view))
    return Document(origin, tuple(elements), tuple(links), tuple(codes), tuple(islice(sentences, MAX_SENTENCES)))


def _without_icons(block: Block) -> Block:
    """A block without the pictures that it begins with, which say nothing of what the text is about."""
    icons = _ICONS.match(block.view.text)
    if icons is None:
        return block
    view, lead = block.view.part(icons.end(), len(block.view.text)), block.lead
    if lead is not None and lead.start < view.start:
        lead = lead.part(icons.end(), len(lead.text)) if len(lead.text) > icons.end() else None
    return replace(block, view=view, lead=lead)


def split_sentences(view: View) -> list[View]:
    """The sentences of a block, none longer than MAX_SENTENCE characters."""
    parts: list[View] = []
    start = 0
    text = view.text
    for match in _END.finditer(text):
        if _ABBREVIATION.search(text[max(0, match.start() - 8) : match.start() + 1]):
            continue
        parts.extend(_pieces(view, start, match.end()))
        start = match.end()
    parts.extend(_pieces(view, start, len(text)))
    return [part for part in parts if part.text]


def begins_sentence(text: str, at: int) -> bool:
    """Does a sentence, or what follows a colon or semicolon, begin at an offset of a text?"""
    before = text[max(0, at - 12) : at]
    match = _ENDED.search(before)
    return match is not None and not _ABBREVIATION.search(before[: match.start() + 1])


def _pieces(view: View, start: int, end: int) -> Iterator[View]:
    for at in range(start, end, MAX_SENTENCE):
        yield view.part(at, min(end, at + MAX_SENTENCE))

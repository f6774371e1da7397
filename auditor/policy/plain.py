"""Text and Markdown files: lines to blocks, pipe and tab tables to tables, inline markup to views."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby

from auditor.policy.blocks import NO_LEVEL, Block, Link, Table
from auditor.policy.bold_leads import led_parts
from auditor.policy.embedded import table_ends, table_span
from auditor.policy.inline import inline
from auditor.policy.line_spacing import single_spaced
from auditor.policy.stacked_tables import stacked_table
from auditor.policy.text_tables import DELIMITER, ITEM, html_table, pipe_table, spaced_table, tab_table
from auditor.policy.view import Origin, View

_MARKDOWN = re.compile(
    r"^#{1,6} |\]\(\S|\\_\w|^\s*\|.*\||\*\*\S|^[=-]{4,}\s*$|^\s*:?-{3,}:?\s*(?:\|\s*:?-{3,}:?\s*)+\|?\s*$", re.MULTILINE
)
_ATX = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_SETEXT = re.compile(r"\s{0,3}(=+|-+)\s*$")
_NUMBERED = re.compile(r"\s*\(?((?:\d{1,2}\.)*\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4})(?:[.)]|(?<=\.\d)|(?<=\.\d\d))\s+(?=\S)")
_BOLD_LEAD = re.compile(r"\s*(?:\*\*|__(?=[^_\n]{1,150}__))(.{1,150}?)(?:\*\*|__)\s*:?\s*")
_BOLD = re.compile(r"(?<![*\w])\*\*[^*\n]{1,150}\*\*")
_ALL_BOLD = re.compile(r"\s*(?:\*\*[^*]+\*\*|__[^_]{0,150}?\s[^_]{1,150}__):?\s*")
_COLON_LEAD = re.compile(r"([^.:!?]{2,80})(?:(?<=\s):|:\s+|(?<=[a-zà-ÿ]):(?=[A-ZÀ-Þ][a-zà-ÿ]))(?=\S)")
_TARGET = re.compile(r"\s*\.\. (?:_[^:]{1,80}|__):\s")  # where a link of reStructuredText leads
BOLD_LEVEL = 7  # below the six of Markdown
_COLON_INSIDE = re.compile(r":\s+\S")
_NUMBERED_WORD = re.compile(r"[^\W\d_]+\s+\d{1,2}\s*[:.)]")
_NAMED = re.compile(r"\s*[A-Za-z_][\w.*\-]{1,60}(?:\s?:|\s[-–—])\s\S")  # a line "name: what it is for"
_TECHNICAL = re.compile(r"\s*[a-z](?:[\w.*\-]*_|[a-z]+[A-Z])[\w.*\-]+\s*")  # nothing but the name of a cookie
_ROW = re.compile(r"\s*(?P<name>[A-Za-z_.][\w.*\-]{1,60})\s[-–—]\s\S")  # a line of a list that lost its bullets
_PATH = re.compile(r"\w\s+(?:→|>|›|»|->)\s+\w")  # "Settings > Privacy" leads through menus
_CODE = re.compile(r"(?<!`)`([^`\n]{1,80})`(?!`)")
_TAGS_ONLY = re.compile(r"\s*(?:</?[a-zA-Z][^<>]{0,300}>\s*){1,20}")


@dataclass(slots=True)
class Line:
    """A line without its end, and where it starts."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """Where the line ends (exclusive)."""
        return self.start + len(self.text)


@dataclass(slots=True)
class Reader:
    """Gathers the elements of a file line by line."""

    origin: Origin
    markdown: bool
    elements: list[Block | Table] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    paragraph: list[Line] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)  # of HTML tables
    rows: frozenset[int] = frozenset()  # where lines begin that are items without a bullet

    def view(self, start: int, end: int) -> View:
        """The readable text between two offsets."""
        if not self.markdown:
            return View(self.origin, self.origin.text[start:end], start).part(0, end - start)
        return inline(self.origin, start, end, self.links)

    def flush(self) -> None:
        """The paragraph gathered so far becomes a block."""
        if self.paragraph:
            start, end = self.paragraph[0].start, self.paragraph[-1].end
            self.paragraph = []
            bolds = [m.span() for m in _BOLD.finditer(self.origin.text, start, end)] if self.markdown else []
            for begin, stop in led_parts(self.origin.text, start, end, bolds):
                self.add(begin, stop)

    def add(self, start: int, end: int) -> None:
        """A paragraph, item or bare heading becomes a block."""
        start, end = self._without_emphasis(start, end)
        raw = self.origin.text[start:end]
        kind, number = "text", None
        if start in self.rows:
            kind = "item"
        elif bullet := ITEM.match(raw):
            kind, start = "item", start + bullet.end()
        raw = self.origin.text[start:end]
        if match := _NUMBERED.match(raw):
            kind, number, start = "item", match[1], start + match.end()
        view = self.view(start, end)
        if not view.text:
            return
        whole_bold = self.markdown and _ALL_BOLD.fullmatch(self.origin.text, start, end) is not None
        if (whole_bold and len(view.text) <= 120) or looks_like_heading(view.text, number, kind):
            level = BOLD_LEVEL if whole_bold else NO_LEVEL
            self.elements.append(Block("heading", view, level, number))
            return
        self.elements.append(Block(kind, view, number=number, lead=self.lead(start, end, view)))

    def _without_emphasis(self, start: int, end: int) -> tuple[int, int]:
        """A paragraph without the underscores that set all of it in italics; ``_ga_`` keeps its own."""
        match = re.match(r"\s*_(?=[A-ZÀ-Þ][a-zà-ÿ]+\s)", self.origin.text[start:end]) if self.markdown else None
        bare = self.origin.text[start:end].rstrip()
        if match and bare.endswith("_"):
            return start + match.end(), start + len(bare) - 1
        return start, end

    def lead(self, start: int, end: int, view: View) -> View | None:
        """The bold or colon-ended words that a block begins with."""
        if self.markdown and (match := _BOLD_LEAD.match(self.origin.text, start, end)):
            return self.view(match.start(1), match.end(1))
        return colon_lead(view)

    def heading(self, start: int, end: int, level: int) -> None:
        """A marked heading becomes a block."""
        match = re.match(r"\s*((?:\d{1,2}\.)+\d{0,2}|\d{1,2}\)|[a-zA-Z][.)])\s+", self.origin.text[start:end])
        number = match[1].rstrip(".)") if match else None
        view = self.view(start + (match.end() if match else 0), end)
        if view.text:
            self.elements.append(Block("heading", view, level, number))


def is_markdown(text: str) -> bool:
    """Does a text file use Markdown?"""
    return text.startswith(("---\n", "+++\n")) or _MARKDOWN.search(text[:200_000]) is not None


def read_plain(text: str) -> tuple[Origin, list[Block | Table], list[Link], list[tuple[int, int]]]:
    """Blocks, tables, links and stretches of code of a text or Markdown file."""
    origin = Origin(text)
    reader = Reader(origin, is_markdown(text), ends=table_ends(text))
    lines = single_spaced(_lines(text))
    reader.rows = frozenset() if reader.markdown else _bare_rows(lines)
    at = _front_matter(lines) if reader.markdown else 0
    while at < len(lines):
        at = at + 1 if _TARGET.match(lines[at].text) else _step(reader, lines, at)
    reader.flush()
    return origin, reader.elements, reader.links, [m.span(1) for m in _CODE.finditer(text)] if reader.markdown else []


def _lines(text: str) -> list[Line]:
    lines, start = [], 0
    for raw in text.splitlines(keepends=True):
        lines.append(Line(start, raw.rstrip("\r\n\x0b\x0c\u2028\u2029\x85")))
        start += len(raw)
    return lines


def _bare_rows(lines: list[Line]) -> frozenset[int]:
    """Where the lines "name – what it is for" begin that stand together, one name with an underscore among them.

    A PDF keeps the lines of a list, not their bullets.
    """
    rows: set[int] = set()
    for blank, stretch in groupby(lines, key=lambda line: not line.text.strip()):
        found = [] if blank else [(line.start, row["name"]) for line in stretch if (row := _ROW.match(line.text))]
        if len(found) > 1 and any("_" in name for _, name in found):
            rows.update(start for start, _ in found)
    return frozenset(rows)


def _front_matter(lines: list[Line]) -> int:
    fence = lines[0].text.strip() if lines else ""
    if fence not in ("---", "+++"):
        return 0
    for at, line in enumerate(lines[1:60], 1):
        if line.text.strip() == fence:
            return at + 1
    return 0


def _step(reader: Reader, lines: list[Line], at: int) -> int:
    """Read one construct; returns the number of the next line."""
    line = lines[at]
    if reader.markdown and (end := table_span(line.text, line.start, reader.ends)):
        return html_table(reader, lines, at, end)
    if not line.text.strip() or (reader.markdown and _TAGS_ONLY.fullmatch(line.text)):
        reader.flush()
        return at + 1
    if reader.markdown and (end := _markdown_construct(reader, lines, at)):
        return end
    if end := tab_table(reader, lines, at) or stacked_table(reader, lines, at) or spaced_table(reader, lines, at):
        return end
    if reader.paragraph and not _continues(reader, line):
        reader.flush()
    reader.paragraph.append(line)
    return at + 1


def _markdown_construct(reader: Reader, lines: list[Line], at: int) -> int:
    line = lines[at]
    if match := _ATX.match(line.text):
        reader.flush()
        reader.heading(line.start + match.start(2), line.start + match.end(2), len(match[1]))
        return at + 1
    follows = lines[at + 1].text if at + 1 < len(lines) else ""
    bare = "|" in line.text and "|" in follows and DELIMITER.fullmatch(follows.rstrip()) is not None
    if line.text.lstrip().startswith("|") or bare:
        reader.flush()
        return pipe_table(reader, lines, at, bare=bare)
    if (match := _SETEXT.match(follows)) and len(match[1]) > 1 and not reader.paragraph:
        reader.heading(line.start, line.end, 1 if match[1][0] == "=" else 2)
        return at + 2
    if _SETEXT.match(line.text) or re.fullmatch(r"\s*(?:\*\s*){3,}", line.text):
        reader.flush()
        return at + 1
    return 0


def _continues(reader: Reader, line: Line) -> bool:
    """Is a line the soft-wrapped rest of the paragraph before it?"""
    before = reader.paragraph[-1].text
    if line.start in reader.rows or (before.endswith("  ") and reader.markdown):
        return False
    if reader.paragraph[0].start in reader.rows and line.text.lstrip()[:1].islower():
        return True  # also behind a colon: "lifetime:", then "session" on the next line
    if ITEM.match(line.text) or _NUMBERED.match(line.text) or _TECHNICAL.fullmatch(line.text):
        return False
    if _NAMED.match(before) and _NAMED.match(line.text):
        return False
    bare = before.rstrip().rstrip("*")
    if bare.endswith((".", ":", ";", "!", "?", "。", " |")):
        return False
    return line.text.lstrip()[:1].islower() or (len(before) >= 60 and reader.markdown)


def looks_like_heading(text: str, number: str | None, kind: str) -> bool:
    """Is a short line of its own a heading? Sentences, bullets and addresses are not."""
    if len(text) > 90 or text[-1] in ".;,!…" or (kind == "item" and number is None):
        return False
    if (_COLON_INSIDE.search(text) and not _NUMBERED_WORD.match(text)) or _PATH.search(text):
        return False
    words = text.split()
    if len(words) > 12 or "@" in text or not any(c.isalpha() for c in text):
        return False
    return text[0].isupper() or text[0].isdigit()


def colon_lead(view: View) -> View | None:
    """The words before a colon at the beginning of a block ("Functional cookies: ...")."""
    match = _COLON_LEAD.match(view.text)
    if match and len(match[1].split()) <= 9:
        return view.part(0, match.end(1))
    return None

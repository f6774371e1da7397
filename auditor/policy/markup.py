"""HTML to text in the basis ``html-text/1``, with the blocks and tables that the markup tells.

The basis (POLICY_SCHEMA, "Offsets"): invisible elements dropped, runs of white space one space, each block element on
its own line, cells of a row separated by a tab, empty lines dropped, a final newline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

_BLOCK_NAMES = """
p div section article h1 h2 h3 h4 h5 h6 ul ol li table thead tbody tfoot tr caption br hr header footer main nav aside
form dl dt dd blockquote pre button summary details figure fieldset label option select
"""
_MARKED_NAMES = """
h1 h2 h3 h4 h5 h6 details summary li dt dd table tr td th b strong a nav header footer code kbd samp tt
"""
BLOCK = frozenset(_BLOCK_NAMES.split())
DROP = frozenset(("script", "style", "noscript", "template", "svg", "head", "iframe", "object"))
_DIALOGS = ("dialog", "alertdialog")
MARKED = frozenset(_MARKED_NAMES.split())
_SPACES = re.compile(r"\s+")
_BANNER = re.compile(
    r"(?:cookies?|consent|gdpr|ccpa|cmp)[-_]?(?:banner|bar|strip|notice|popup|popin|overlay|hint|alert|toast)",
    re.IGNORECASE,
)
_ABOUT_COOKIES = re.compile(r"cookie|consent", re.IGNORECASE)
_MOST_IN_BANNER = 100
"""Elements of a bar that are looked at for its button."""


@dataclass(slots=True)
class Mark:
    """A marked element: its name, useful attributes and the stretch of text that it covers."""

    name: str
    start: int
    end: int = 0
    attributes: dict[str, str] = field(default_factory=dict)
    parent: Mark | None = None


@dataclass(slots=True)
class _Writer:
    """Collects text with white space decided late, so that offsets of the final text are known at once."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    pending: str = ""

    def text(self, value: str) -> None:
        words = _SPACES.sub(" ", value)
        if words.startswith(" "):
            self.gap(" ")
        body = words.strip(" ")
        if body:
            self._flush()
            self.pieces.append(body)
            self.length += len(body)
            if words.endswith(" "):
                self.gap(" ")

    def gap(self, kind: str) -> None:
        order = " \t\n"
        if not self.pending or order.index(kind) > order.index(self.pending):
            self.pending = kind

    def _flush(self) -> None:
        if self.pending and self.length:
            self.pieces.append(self.pending)
            self.length += 1
        self.pending = ""


def html_text(markup: str) -> tuple[str, list[Mark]]:
    """Visible text of a page in ``html-text/1`` and the marks of its structure, outermost first.

    Never raises for bad markup: lxml repairs it; a page without any element gives a text of one newline.
    """
    root = _parse(markup)
    writer = _Writer()
    marks: list[Mark] = []
    if root is not None:
        _walk(root, writer, marks)
    text = "".join(writer.pieces) + "\n"
    return text, [_trimmed(mark, text) for mark in marks]


def _parse(markup: str) -> etree._Element | None:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _walk(root: etree._Element, writer: _Writer, marks: list[Mark]) -> None:
    """Depth-first without recursion: pages nest as deep as they like."""
    open_marks: list[Mark | None] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if name in DROP or not name:
                _skip(element)
                open_marks.append(None)
                continue
            open_marks.append(_enter(element, name, writer, marks, open_marks))
            writer.text(element.text or "")
        else:
            mark = open_marks.pop()
            if mark is not None:
                mark.end = writer.length
            if name not in DROP and name:
                _edge(name, writer)
            writer.text(element.tail or "")


def _skip(element: etree._Element) -> None:
    for child in list(element):
        element.remove(child)


def _edge(name: str, writer: _Writer) -> None:
    if name in ("td", "th"):
        writer.gap("\t")
    elif name in BLOCK:
        writer.gap("\n")


def _enter(
    element: etree._Element, name: str, writer: _Writer, marks: list[Mark], open_marks: list[Mark | None]
) -> Mark | None:
    _edge(name, writer)
    apart = _apart(element, name)
    if name not in MARKED and not apart:
        return None
    parent = next((m for m in reversed(open_marks) if m is not None), None)
    kept = {k: str(element.get(k)) for k in ("href", "rowspan", "colspan") if element.get(k)}
    mark = Mark(name if name in MARKED else apart, writer.length, attributes=kept, parent=parent)
    marks.append(mark)
    return mark


def _apart(element: etree._Element, name: str) -> str:
    """``dialog``, or ``banner`` for a bar about cookies with a button in it; else empty."""
    if name == "dialog":
        return name
    if not element.keys():  # Most elements of a large page: asking for each attribute would cost more than all else.
        return ""
    if element.get("role") in _DIALOGS:
        return "dialog"
    called = " ".join(element.get(attribute) or "" for attribute in ("id", "class", "aria-label"))
    if not _BANNER.search(called) and not _ABOUT_COOKIES.search(element.get("aria-label") or ""):
        return ""
    return "banner" if any(one.tag == "button" for one in islice(element.iter(), _MOST_IN_BANNER)) else ""


def _trimmed(mark: Mark, text: str) -> Mark:
    while mark.start < mark.end and text[mark.start].isspace():
        mark.start += 1
    return mark

"""Inline Markdown: what its emphasis, links, escapes and tags leave as readable text."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from auditor.policy.blocks import Link
from auditor.policy.view import Origin, View

_INLINE = re.compile(
    r"\\(?P<escaped>[\\_*\[\](){}#+\-.!|<>~&$`])"
    r"|!?\[(?P<label>(?:[^\[\]\\]|\\.)*)\]\((?P<url>(?:[^()\s]|\([^()\s]*\))*)(?:\s+\"[^\"]*\")?\)"
    r"|(?P<mark>\*\*|`)|(?<![\w\\])__(?P<strong>[^\s_](?=[^_\n]{0,150}\s)[^_\n]{0,150}[^\s_])__(?!\w)|(?<![\w*\\])\*(?P<emphasis>[^\s*](?:[^*\n]{0,300}[^\s*])?)\*(?![\w*])"
    r"|(?<![\w\\])_(?P<italics>[^\s_](?:(?=[^_\n]{0,300}[\s:])[^_\n]{0,300}[^\s_]|(?<=[A-Z])[a-z]{2,30}[.!?]?))(?:_(?!\w)|\s_(?=\s*$))|(?P<tag></?[a-zA-Z][^<>]{0,200}>)|(?P<entity>&#?[a-zA-Z0-9]{2,8};)"
)
_BREAK = re.compile(r"<br[\s/>]", re.IGNORECASE)
_AUTOLINK = re.compile(r"<(https?://[^\s<>]+)>")
_ELEMENTS = frozenset({"br", "b", "i", "em", "strong", "sub", "sup", "code", "span", "small", "u", "s", "p"})


def inline(origin: Origin, start: int, end: int, links: list[Link]) -> View:
    """The readable text of Markdown between two offsets; link targets go to ``links``."""
    writer = _Inline(origin, links)
    writer.scan(start, end)
    text = "".join(writer.pieces)
    view = View(origin, text, start, tuple(writer.offsets))
    return view.part(0, len(text))


def _is_placeholder(text: str, match: re.Match[str]) -> bool:
    """Is what looks like a tag the open part of a name ("_ga_<id>")? HTML has no element of that name."""
    before = text[match.start() - 1 : match.start()]
    return before != "" and before in "_-.=" and match["tag"].strip("<>").lower() not in _ELEMENTS


@dataclass(slots=True)
class _Inline:
    """Collects readable text and where each of its characters came from."""

    origin: Origin
    links: list[Link]
    pieces: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    def put(self, text: str, places: range | list[int]) -> None:
        self.pieces.append(text)
        self.offsets.extend(places)

    def scan(self, start: int, end: int) -> None:
        at = start
        for match in _INLINE.finditer(self.origin.text, start, end):
            self.put(self.origin.text[at : match.start()], range(at, match.start()))
            at = match.end()
            self._mark(match)
        self.put(self.origin.text[at:end], range(at, end))

    def _mark(self, match: re.Match[str]) -> None:
        inner = next((name for name in ("label", "strong", "emphasis", "italics") if match[name] is not None), "")
        if match["tag"] and (bare := _AUTOLINK.fullmatch(match["tag"])):
            self.links.append(Link(match.start(), match.end(), bare[1]))
        if match["url"] is not None:
            self.links.append(Link(match.start("label"), match.end("label"), match["url"]))
        if inner:
            self.scan(match.start(inner), match.end(inner))
        elif match["escaped"]:
            self.put(match["escaped"], [match.end() - 1])
        elif match["tag"] and _is_placeholder(self.origin.text, match):
            self.put(match["tag"], range(match.start(), match.end()))
        elif match["tag"]:
            self.put("\n" if _BREAK.match(match["tag"]) else " ", [match.start()])
        elif match["entity"]:
            text = html.unescape(match["entity"])
            self.put(text, [match.start()] * len(text))

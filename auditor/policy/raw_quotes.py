"""Quotes of a marked-up text file (Markdown with tags) as they stand in the file, tags between the words included."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import fields, is_dataclass, replace
from html import unescape
from typing import TYPE_CHECKING, TypeVar, cast

from auditor.model import Quote
from auditor.policy.markup import DROP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import PolicyDeclaration

_T = TypeVar("_T")
_TAG = re.compile(r"<!--|</?([A-Za-z][\w\-]*)[^<>]*>|<[?!][^<>]*>")
_SEEN = re.compile(r"&(?:#\w{1,8}|\w{1,31});|\S")


def in_file(declaration: PolicyDeclaration, text: str) -> PolicyDeclaration:
    """A declaration read from the text of a page with the quotes of the file that the page's text was taken from.

    ``text`` is the file's text. The same declaration where the page's text is not found in it.
    """
    places = _places(declaration.text, text)
    if places is None:
        return declaration
    facts = replace(declaration.document, text_basis="raw", text_length=len(text))
    return replace(_requoted(declaration, text, *places), document=facts, text=text)


def _places(page: str, text: str) -> tuple[list[int], list[tuple[int, int]]] | None:
    """The offsets of the characters of a page's text that are no space, and the stretches of the file behind them."""
    offsets: list[int] = []
    stretches: list[tuple[int, int]] = []
    seen = _visible(text)
    for at, char in enumerate(page):
        if char.isspace():
            continue
        found = next((stretch for one, stretch in seen if one == char), None)
        if found is None:
            return None
        offsets.append(at)
        stretches.append(found)
    return offsets, stretches


def _visible(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """The characters of a file that its page shows, with the stretch of the file that each comes from."""
    at = 0
    for start, end in [*_unseen(text), (len(text), len(text))]:
        for match in _SEEN.finditer(text, at, start):
            shown = unescape(match[0]) if match[0].startswith("&") else match[0]
            if len(match[0]) > 1 and shown == match[0]:  # no name of a character: it is read as it stands
                yield from ((char, (match.start() + i, match.start() + i + 1)) for i, char in enumerate(shown))
            else:
                yield from ((char, match.span()) for char in shown if not char.isspace())
        at = end


def _unseen(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a file that are tags, comments or elements that a page does not show."""
    lower = text.lower()
    endless: set[str] = set()
    at = 0
    while tag := _TAG.search(text, at):
        name = (tag[1] or "").lower()
        end = tag.end()
        closing = "-->" if tag[0] == "<!--" else f"</{name}" if name in DROP and tag[0][1] != "/" else ""
        if closing and closing not in endless:
            closed = lower.find(closing, end)
            if closed < 0:
                endless.add(closing)
            elif closing == "-->":
                end = closed + len(closing)
            else:
                end = max(end, lower.find(">", closed) + 1)
        yield tag.start(), end
        at = end


def _requoted(value: _T, text: str, offsets: list[int], stretches: list[tuple[int, int]]) -> _T:
    """A value of a declaration with the quotes in it cut from the file."""
    if isinstance(value, Quote):
        first, last = bisect_left(offsets, value.start), bisect_left(offsets, value.end) - 1
        if last < first:
            return value
        start, end = stretches[first][0], stretches[last][1]
        return replace(value, quote=text[start:end], start=start, end=end)
    if isinstance(value, tuple):
        return cast("_T", tuple(_requoted(one, text, offsets, stretches) for one in value))
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: _requoted(getattr(value, f.name), text, offsets, stretches) for f in fields(value)}
        return replace(value, **{name: new for name, new in changed.items() if new is not getattr(value, name)})
    return value

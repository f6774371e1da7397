"""Challenge pages and bot walls: what they look like. Their cookies are not the site's.

The signs are data (``walls.json``). Those of a vendor are specific and need a page with little text; general ones (a
CAPTCHA, "access denied") count only on a page that holds nothing else, since contact forms carry CAPTCHAs and articles
speak of walls.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

BLOCKING_STATUS = frozenset({403, 429, 451})
_BARE_TEXT = 800
_BARE_FIELDS = 1
_BARE_LINKS = 12
_SILENT_LINKS = 3
_DENIED_LINKS = 6
_ACTIVE = re.compile(r"<script|http-equiv=.?refresh", re.IGNORECASE)
"""What an unknown wall needs to let a browser in by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page is judged by.

    The document's status and headers (lower-case names), its address, title, visible text and markup; how many fields
    it has to fill in, a password counting twice, and how many links.
    """

    status: int | None
    headers: Mapping[str, str]
    title: str
    text: str
    markup: str
    url: str = ""
    fields: int = 0
    links: int = 0

    @property
    def bare(self) -> bool:
        """Whether the page holds next to nothing: little text, no form, few links."""
        return len(self.text) < _BARE_TEXT and self.fields <= _BARE_FIELDS and self.links <= _BARE_LINKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """What stands in the way, in a few words; ``waits``: it may let a browser in by itself after some seconds.

    ``known``: by what the page shows, not by the status of its answer alone.
    """

    name: str
    waits: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sign:
    """Conditions that all hold on a wall's page."""

    wall: Wall
    room: int
    status: frozenset[int]
    headers: tuple[tuple[str, re.Pattern[str]], ...]
    title: re.Pattern[str] | None
    parts: tuple[tuple[str, re.Pattern[str]], ...]

    def on(self, shown: Shown) -> bool:
        """Whether the page bears this sign."""
        by_answer = not self.parts and self.title is None
        return (
            (by_answer or len(shown.text) <= self.room)
            and (not self.status or shown.status in self.status)
            and all(sign.search(shown.headers.get(name, "")) for name, sign in self.headers)
            and (self.title is None or self.title.fullmatch(shown.title.strip()) is not None)
            and all(sign.search(getattr(shown, part)) for part, sign in self.parts)
        )


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resources.files("crawler").joinpath("walls.json").read_text("utf-8"))
    return found


@cache
def _signs() -> tuple[_Sign, ...]:
    usual = int(_read()["room"])
    return tuple(
        _Sign(
            wall=Wall(name=wall["wall"], waits=wall.get("waits", False)),
            room=sign.get("room", usual),
            status=frozenset(sign.get("status", ())),
            headers=tuple((name, _pattern(text)) for name, text in sign.get("header", {}).items()),
            title=_pattern(sign["title"]) if "title" in sign else None,
            parts=tuple((part, _pattern(sign[part])) for part in ("url", "text", "markup") if part in sign),
        )
        for wall in _read()["walls"]
        for sign in wall["signs"]
    )


@cache
def _named(key: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (name, _pattern("|".join(f"(?:{text})" for text in texts)))
        for name, texts in _read()[key].items()
        if name != "about"
    )


@cache
def _captcha(key: str) -> re.Pattern[str]:
    return _pattern(_read()["captcha"][key])


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.DOTALL)


def refusal(status: int, *, waits: bool = False) -> Wall:
    """A wall of which no more is known than the status of its answer."""
    return Wall(name=f"answered with status {status}", waits=waits, known=False)


def wall(shown: Shown) -> Wall | None:
    """What stands in the way; ``None`` for a page that lets visitors in."""
    found = next((sign.wall for sign in _signs() if sign.on(shown)), None) or (_general(shown) if shown.bare else None)
    if found is None and shown.status in BLOCKING_STATUS:
        active = shown.bare and _ACTIVE.search(shown.markup) is not None
        return refusal(shown.status, waits=active)
    return found


def _general(shown: Shown) -> Wall | None:
    """A wall of no known vendor, on a page that holds nothing else."""
    words = _captcha("notice").sub("", f"{shown.title}\n{shown.text}")
    if _captcha("markup").search(shown.markup) and _captcha("human").search(words):
        return Wall(name="CAPTCHA")
    title = shown.title.strip()
    if shown.links <= _DENIED_LINKS:
        titled = next((name for name, sign in _named("titles") if sign.fullmatch(title)), None)
        if titled:
            return Wall(name=titled, waits=titled == "bot wall")
    if shown.links <= _SILENT_LINKS:
        said = next((name for name, sign in _named("phrases") if sign.search(words)), None)
        if said:
            return Wall(name=said, waits=said == "bot wall")
    return None

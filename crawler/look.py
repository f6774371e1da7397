"""What a page shows, read from its tap: the facts that walls are told by, its title, its links."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from crawler.walls import Shown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from crawler.collectors.hops import Hop

    Ask = Callable[[str], Awaitable[object]]

MAX_TITLE = 500
_SCRIPT = resources.files("crawler").joinpath("look.js").read_text("utf-8")


def _about(what: str) -> str:
    return f"{_SCRIPT.rstrip()}('{what}')"


async def shown(ask: Ask, document: Hop | None) -> Shown:
    """What a page is judged by. ``ask`` evaluates in a world of our own; ``document`` is the main frame's request."""
    seen = await ask(_about("look"))
    parts: dict[str, Any] = seen if isinstance(seen, dict) else {}
    return Shown(
        status=document.status if document else None,
        headers=document.response_headers if document else {},
        url=document.url if document else "",
        title=_text(parts.get("title")),
        text=_text(parts.get("text")),
        markup=_text(parts.get("markup")),
        fields=_count(parts.get("fields")),
        links=_count(parts.get("links")),
    )


async def title(ask: Ask) -> str | None:
    """The document's title in one line; ``None`` for none."""
    return " ".join(_text(await ask(_about("title"))).split())[:MAX_TITLE] or None


async def links(ask: Ask) -> tuple[tuple[str, str], ...]:
    """(URL, text) of the main frame's links in order, those in open shadow roots after the others."""
    rows = await ask(_about("links"))
    pairs = (row for row in rows if isinstance(row, list) and len(row) == 2) if isinstance(rows, list) else ()
    return tuple((str(url), str(text)) for url, text in pairs)


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""


def _count(found: object) -> int:
    return int(found) if isinstance(found, (int, float)) else 0

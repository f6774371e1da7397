"""The frame of the vendors' pages: header, navigation and footer around a page's own content."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_LAYOUT = Path(__file__).parent / "sites" / "_shared" / "layout.html"
_TITLE = re.compile(r"<title>([^<]{0,200})</title>\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """How a vendor's pages look. ``nav`` and ``footer`` are (address, label) pairs; ``head`` is raw HTML."""

    name: str
    claim: str
    accent: str
    language: str = "en"
    nav: tuple[tuple[str, str], ...]
    footer: tuple[tuple[str, str], ...]
    head: str = ""

    @classmethod
    def from_toml(cls, table: Mapping[str, Any]) -> Brand:
        """Build from the ``[brand]`` table of a `site.toml`; an unknown key is a TypeError."""
        pairs = {key: tuple((pair[0], pair[1]) for pair in table[key]) for key in ("nav", "footer")}
        return cls(**{**table, **pairs})


def framed(content: str, brand: Brand, path: str) -> bytes:
    """Put a page's content into its vendor's frame.

    Args:
        content: HTML that begins with ``<title>``; a complete document (it begins with a doctype) is left as it is.
        brand: the vendor's look.
        path: the page's URL path, marked in the navigation.

    Returns:
        The document, UTF-8.
    """
    if content.lstrip().lower().startswith("<!doctype"):
        return content.encode()
    title = _TITLE.match(content)
    page = Template(_LAYOUT.read_text(encoding="utf-8")).substitute(
        language=brand.language,
        title=title.group(1) if title else html.escape(brand.name),
        accent=brand.accent,
        head=brand.head,
        name=html.escape(brand.name),
        initial=html.escape(brand.name[0]),
        claim=html.escape(brand.claim),
        nav=_links(brand.nav, path),
        footer=_links(brand.footer, path),
        content=_TITLE.sub("", content, count=1),
    )
    return page.encode()


def _links(pairs: tuple[tuple[str, str], ...], path: str) -> str:
    return "\n".join(
        f'<a href="{html.escape(address)}"{" aria-current=page" if address == path else ""}>{html.escape(label)}</a>'
        for address, label in pairs
    )

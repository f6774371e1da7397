"""Which links of a page lead to its policy: by their words in many languages, then by their address.

The words are data (``policy_links.json``); nothing here fetches.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree

from auditor.domains import host_of, registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterable

PRIVACY = "privacy"
COOKIES = "cookies"
KINDS = (COOKIES, PRIVACY)
_MAX_TEXT = 120
_MAX_LINKS = 2000
_MAX_VERSIONS = 200
_LOCATION = re.compile(
    r"<loc>\s{0,20}(?P<loc>[^<\s]{1,2000})\s{0,20}</loc>"
    r"|hreflang=[\"'][\w-]{1,20}[\"']\s{1,20}href=[\"'](?P<version>[^\"'<\s]{1,2000})[\"']",
    re.IGNORECASE,
)
_TIDY = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Link:
    """A link as seen: its words, its absolute address, and whether it stood in a footer."""

    text: str
    url: str
    footer: bool = False


@dataclass(frozen=True, slots=True)
class PolicyLink:
    """A link that leads to a policy of a kind (``privacy`` or ``cookies``); a higher ``weight`` is a better guess."""

    kind: str
    url: str
    weight: int


@dataclass(frozen=True, slots=True)
class _Words:
    by_kind: dict[str, re.Pattern[str]]
    controls: re.Pattern[str]
    marks: dict[str, tuple[str, ...]]
    paths: dict[str, tuple[str, ...]]
    strangers: frozenset[str]


@functools.cache
def _words() -> _Words:
    data = json.loads(importlib.resources.files("crawler").joinpath("policy_links.json").read_text(encoding="utf-8"))
    return _Words(
        by_kind={kind: _any_of(word for words in data[kind].values() for word in words) for kind in KINDS},
        controls=_any_of(data["controls"]),
        marks={kind: tuple(data["address_marks"][kind]) for kind in KINDS},
        paths={kind: tuple(data[f"{kind}_paths"]) for kind in KINDS},
        strangers=frozenset(data["not_the_vendors"]),
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted({folded(word) for word in words}, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")


def folded(text: str) -> str:
    """Text for comparing: at most 120 characters, lower case, accents and punctuation removed."""
    return _folded(text[: _MAX_TEXT * 2])[:_MAX_TEXT]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    # The Turkish dotless i is a letter of its own, which capitals and many keyboards do not tell apart.
    return _TIDY.sub(" ", bare.replace("ı", "i")).strip()


def mentions(text: str) -> int:
    """How often a text (its first 200,000 characters) speaks of privacy or cookies, in any of the languages."""
    plain = _folded(text[:200_000])
    return sum(1 for kind in KINDS for _ in _words().by_kind[kind].finditer(plain))


def policy_links(links: Iterable[Link], site: str) -> tuple[PolicyLink, ...]:
    """The links that lead to policies of a site, best first, one for each address.

    A link to another company's policy (the note below a CAPTCHA, an advertiser's opt-out) is left out; a link to
    another domain that is no such company counts less than one of the site's own.
    """
    best: dict[str, PolicyLink] = {}
    for link in links:
        found = _judged(link, site)
        if found is not None and (found.url not in best or best[found.url].weight < found.weight):
            best[found.url] = found
    return tuple(sorted(best.values(), key=lambda found: (-found.weight, found.url)))


def _judged(link: Link, site: str) -> PolicyLink | None:
    url, host = _without_fragment(link.url), host_of(link.url)
    if not url.startswith(("http://", "https://")) or host is None or url == _without_fragment(site):
        return None
    own = registrable_domain(host) == registrable_domain(host_of(site) or "")
    if not own and registrable_domain(host) in _words().strangers:
        return None
    text = folded(link.text)
    named = kind_of_text(text)
    kind = named or kind_of_address(url)
    opens_settings = _words().controls.search(text) is not None
    if kind is None or (opens_settings and kind_of_address(url) is None):
        return None
    says_policy = len(text.split()) > 1 or named == PRIVACY
    weight = 8 * own + 4 * (named is not None) + 2 * link.footer + says_policy - 7 * opens_settings
    return PolicyLink(kind, url, weight)


def kind_of_text(text: str) -> str | None:
    """``cookies`` or ``privacy`` where folded words name such a policy; both together are a privacy policy."""
    kinds = [kind for kind in KINDS if _words().by_kind[kind].search(text)]
    return kinds[-1] if kinds else None


def kind_of_address(url: str) -> str | None:
    """``cookies`` or ``privacy`` where the path of a URL names such a policy."""
    path = urlsplit(url).path.lower()[:500]
    return next((kind for kind in KINDS if any(mark in path for mark in _words().marks[kind])), None)


def usual_paths(kind: str) -> tuple[str, ...]:
    """Where policies of a kind usually are."""
    return _words().paths[kind]


def links_of(content: bytes, base: str) -> tuple[Link, ...]:
    """The links of an HTML document, at most two thousand, with absolute addresses."""
    root = etree.fromstring(content, etree.HTMLParser(no_network=True)) if content.strip() else None
    if root is None:
        return ()
    links: list[Link] = []
    for element in root.iter("a"):
        href = element.get("href", "").strip()
        if href and len(href) <= _MAX_TEXT * 16 and len(links) < _MAX_LINKS:
            text = " ".join("".join(map(str, element.itertext())).split())[:_MAX_TEXT]
            links.append(Link(text, _joined(base, href)))
    return tuple(link for link in links if link.url)


def language_versions(content: bytes, base: str, language: str) -> tuple[str, ...]:
    """The other language versions of an HTML page on its own site (``link rel=alternate hreflang``, HTML Standard).

    Those in ``language`` come first, then the one for all others (``x-default``), then English.
    """
    root = etree.fromstring(content, etree.HTMLParser(no_network=True)) if content.strip() else None
    found: dict[str, str] = {}
    for element in root.iter("link") if root is not None else ():
        code, href = element.get("hreflang", "").strip().lower(), element.get("href", "").strip()
        if code and href and "alternate" in element.get("rel", "").lower().split() and len(found) < _MAX_VERSIONS:
            found.setdefault(_without_fragment(_joined(base, href)), code)
    site = registrable_domain(host_of(base) or "")
    own = {url: code for url, code in found.items() if registrable_domain(host_of(url) or "") == site and url != base}
    order = (language.lower(), "x-default", "en")
    return tuple(
        sorted(own, key=lambda url: [own[url].partition("-")[0] != code and own[url] != code for code in order])
    )


def sitemap_addresses(content: bytes) -> tuple[str, ...]:
    """The addresses that a sitemap or a sitemap index lists (sitemaps.org protocol 0.9), at most ten thousand.

    Versions in other languages, which a sitemap names beside an address, count as addresses, too.
    """
    text = content.decode("utf-8", "replace")
    found = (
        (match["loc"] or match["version"]).replace("&amp;", "&")
        for _, match in zip(range(10_000), _LOCATION.finditer(text), strict=False)
    )
    return tuple(url for url in found if urlsplit(url).scheme in ("http", "https"))


def _without_fragment(url: str) -> str:
    try:
        return urldefrag(url).url
    except ValueError:
        return ""


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return ""

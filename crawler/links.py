"""Links of a page: which of them may be followed, and which of them lead to the same page.

A link that changes something (signs out, fills a cart, answers the banner), hands out a file or only turns a page is
never followed. Parameters of campaigns and sessions are taken off, and variants of one page (language, scheme, order
of the query, ``www.``) count once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urldefrag, urlencode, urljoin, urlsplit, urlunsplit

from auditor.domains import host_of, registrable_domain, same_site
from crawler.words import fold, phrases, read_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_URL = 2_048
MAX_TEXT = 120
_MAX_TEXTS = 5
_MAX_PARAMETERS = 20
"""A link with more parameters is no page that visitors are led to."""
_PORTS = {"http": ":80", "https": ":443"}
_ROUTE = re.compile(r"^!?/")
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_PAGE_OF = re.compile(r"/(?:page|seite|pagina|sida|side|strona|strana|sivu)/?[0-9]+/?$|/p[0-9]{1,3}/?$", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default|home)\.[a-z]{3,5}$", re.IGNORECASE)
_SUFFIX = re.compile(r"\.(?:x?html?|php[0-9]?|aspx?|jspx?|do|cfm|cgi)$", re.IGNORECASE)
_REGION = re.compile(r"([a-z]{2})[-_](?:[a-z]{2}|419|han[st]|latn|cyrl)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that may be followed.

    ``texts`` are the folded texts that lead to the page, ``segments`` the folded parts of its path without language
    and suffix; ``labels`` those of its host before the registrable domain, ``www`` left out; ``language`` the language
    or country that its address names; ``key`` is the same for all variants of a page.
    """

    url: str
    texts: tuple[str, ...]
    segments: tuple[str, ...]
    labels: tuple[str, ...]
    language: str | None
    key: tuple[str, str, str]


def links_to_follow(links: Iterable[tuple[str, str]], home: str) -> tuple[Link, ...]:
    """The pages of ``home``'s registrable domain that ``links``, (URL, text) pairs, lead to; each once.

    Of several variants of a page the one nearest to ``home`` stays: its language, its scheme, its host. The order
    depends on nothing but the set of links.
    """
    start = link_of(home, "", home)
    if start is None:
        return ()
    found: dict[tuple[str, str, str], list[Link]] = {}
    for link in _followed(links, home):
        if link.key != start.key:
            found.setdefault(link.key, []).append(link)
    return tuple(_one_of(variants, start) for _, variants in sorted(found.items()))


def _followed(links: Iterable[tuple[str, str]], home: str) -> Iterator[Link]:
    own = host_of(home) or ""
    for raw, text in links:
        link = link_of(raw, text, home)
        if link is not None and same_site(host_of(link.url) or "", own) and not _closed(link):
            yield link


def _one_of(variants: list[Link], start: Link) -> Link:
    """The nearest variant; every text that leads to the page speaks for it."""
    best = min(variants, key=lambda link: (*foreign(link, start), len(link.url), link.url))
    texts = sorted({text for link in variants if link.language == best.language for text in link.texts})
    return replace(best, texts=tuple(texts[:_MAX_TEXTS]))


def foreign(link: Link, start: Link) -> tuple[bool, bool, bool, bool]:
    """How far a link is from where the visit stands: in language, host and scheme; smaller is nearer."""
    here, there = urlsplit(start.url), urlsplit(link.url)
    return (
        link.language != start.language,
        link.language is not None and start.language is None,
        here.hostname != there.hostname,
        here.scheme != there.scheme,
    )


def link_of(raw: str, text: str, base: str) -> Link | None:
    """The link that an address relative to ``base`` is; ``None`` for what is no http(s) address or far too long."""
    try:
        url = normal_url(urljoin(base, raw[: MAX_URL + 1].strip()))
        url.encode()  # a lone surrogate is in no address
        parts = urlsplit(url)
    except ValueError:
        return None
    host = host_of(url)
    crowded = len(raw) > MAX_URL or parts.query.count("&") >= _MAX_PARAMETERS
    if parts.scheme not in ("http", "https") or host is None or crowded:
        return None
    labels = _labels(host)
    path, language = _without_language(_INDEX.sub("/", parts.path))
    if language is None and len(labels) == 1 and labels[0] in _codes():
        language, labels = labels[0], ()
    route = parts.fragment if _ROUTE.match(parts.fragment) else ""
    segments = [fold(unquote(_SUFFIX.sub("", part))) for part in f"{path}/{route.lstrip('!')}".split("/") if part]
    query = sorted(
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0].lower() not in _variants()
    )
    place = ".".join((*labels, registrable_domain(host)))
    key = (f"{place}{path.rstrip('/')}", urlencode(query), route)
    return Link(
        url=url,
        texts=(folded,) if (folded := fold(text[:MAX_TEXT])) else (),
        segments=tuple(segment for segment in segments if segment),
        labels=labels,
        language=language,
        key=key,
    )


def normal_url(url: str) -> str:
    """A URL without campaign and session parameters, default port and fragment; routes of one-page sites stay.

    ValueError for what cannot be read as a URL.
    """
    bare, fragment = urldefrag(url)
    parts = urlsplit(bare)
    netloc = parts.netloc.rpartition("@")[2].lower().removesuffix(_PORTS.get(parts.scheme, ":"))
    pairs = parts.query.split("&") if parts.query else []
    query = "&".join(pair for pair in pairs if not _tracking().fullmatch(pair.partition("=")[0].lower()))
    path = _SESSION.sub("", parts.path) or ("/" if netloc else "")
    return urlunsplit((parts.scheme, netloc, path, query, fragment if _ROUTE.match(fragment) else ""))


def _labels(host: str) -> tuple[str, ...]:
    """The host's labels before the registrable domain."""
    own = host.removesuffix(registrable_domain(host)).strip(".")
    return tuple(label for label in own.split(".") if label and label != "www")


def _without_language(path: str) -> tuple[str, str | None]:
    """A path without the language and country it begins with, and those."""
    parts = path.split("/")
    found: list[str] = []
    while len(parts) > 1 and len(found) < 2 and _names_language(parts[1]):
        found.append(parts.pop(1).lower().replace("_", "-"))
    return "/".join(parts) or "/", "/".join(found) or None


def _names_language(segment: str) -> bool:
    region = _REGION.fullmatch(segment)
    return (region[1] if region else segment).lower() in _codes()


def _closed(link: Link) -> bool:
    """Whether following the link would do more than show a page."""
    parts = urlsplit(link.url)
    suffix = parts.path.rpartition(".")[2].lower() if "." in parts.path.rpartition("/")[2] else ""
    query = parse_qsl(parts.query, keep_blank_values=True)
    turned = any(name.lower() in _paging() and value.isdigit() for name, value in query)
    if suffix in _files() or turned or _PAGE_OF.search(parts.path):
        return True
    asked = [fold(f"{name} {value}") for name, value in query]
    said = (*link.segments, *asked, *link.texts)
    return any(_never().search(words) for words in said) or any(_never_asked().search(words) for words in asked)


@cache
def _never() -> re.Pattern[str]:
    return phrases(word for words in read_words()["never"]["words"].values() for word in words)


@cache
def _never_asked() -> re.Pattern[str]:
    return phrases(read_words()["never"]["query"])


@cache
def _tracking() -> re.Pattern[str]:
    names = (re.escape(name).replace(r"\*", ".*") for name in read_words()["tracking"])
    return re.compile("|".join(names))


@cache
def _codes() -> frozenset[str]:
    return frozenset(f"{read_words()['languages']} {read_words()['countries']}".split())


@cache
def _files() -> frozenset[str]:
    return frozenset(read_words()["files"])


@cache
def _variants() -> frozenset[str]:
    return frozenset(read_words()["variants"])


@cache
def _paging() -> frozenset[str]:
    return frozenset(read_words()["paging"])

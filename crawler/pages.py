"""Which pages of a site a visit looks at: chosen by role, the same ones every time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from auditor.domains import host_of, same_site

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

MAX_LINKS = 2_000
_MAX_URL = 2_048

ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "pricing",
        re.compile(
            r"pric(?:e|es|ing)\b|plans?\b|preis|tarif|precio|prezz|prijz|prijs|products?\b|produ[ck]t|features?\b|shop\b|store\b|solutions?\b",
            re.I,
        ),
    ),
    (
        "contact",
        re.compile(r"contact|kontakt|contatt|contacto|get.?in.?touch|demo\b|quote\b|enquir|inquir|support\b", re.I),
    ),
    (
        "login",
        re.compile(
            r"log.?in\b|sign.?in\b|portal\b|account\b|anmeld|connexion|accedi|acceso|inloggen|my[-_]|dashboard\b", re.I
        ),
    ),
    ("blog", re.compile(r"blog|news\b|article|magazin|aktuell|actualit|noticias|nieuws|stories\b|resources\b", re.I)),
)
_NEVER = re.compile(
    r"log.?out|sign.?out|abmeld|deconnexion|uitloggen|unsubscribe|delete|remove|add.?to.?(?:cart|basket)|\bcheckout\b|"
    r"\.(?:pdf|zip|gz|exe|dmg|pkg|msi|docx?|xlsx?|pptx?|csv|xml|rss|json|jpe?g|png|gif|svg|webp|mp[34]|mov|avi|ics|apk)$",
    re.IGNORECASE,
)
_PARAGRAPHS = re.compile(r"privacy|cookie|legal|terms|imprint|impressum|datenschutz|gdpr|policy|agb\b", re.IGNORECASE)


def pages_to_visit(
    links: Iterable[tuple[str, str]],
    home: str,
    count: int,
    configured: Iterable[str] = (),
    closed: Collection[str] = (),
) -> tuple[str, ...]:
    """URLs to visit after home: the configured ones in their order, then one of each role until ``count`` are chosen.

    ``links`` are (URL, text) of home's anchors; ``count`` is the number of pages besides home; configured pages are
    visited even where there are more of them. Only pages of home's registrable domain are found; those in ``closed``
    (as this function spelt them) are passed over; what remains free is filled with other pages. Ties go to the
    shorter, then alphabetically first URL: the same site gives the same pages.
    """
    chosen = dict.fromkeys(_normal(urljoin(home, page)) for page in configured)
    chosen.pop(_normal(home), None)
    found = tuple(link for link in _candidates(links, home) if link[0] not in closed)
    for _, words in ROLES:
        if len(chosen) >= count:
            break
        best = min((_rank(url, text, words) for url, text in found if _fits(url, text, words)), default=None)
        if best is not None:
            chosen.setdefault(best[-1])
    for _, url in sorted((len(url), url) for url, text in found if not _PARAGRAPHS.search(f"{url} {text}")):
        if len(chosen) >= count:
            break
        chosen.setdefault(url)
    return tuple(chosen)


def _candidates(links: Iterable[tuple[str, str]], home: str) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(_same_site(links, home)))


def _same_site(links: Iterable[tuple[str, str]], home: str) -> Iterator[tuple[str, str]]:
    start, own = _normal(home), host_of(home)
    for raw, text in links:
        url = _normal(urljoin(home, raw))
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or url == start or len(url) > _MAX_URL or own is None:
            continue
        if same_site(host_of(url) or "", own) and not _NEVER.search(f"{parts.path}?{parts.query} {text}".strip()):
            yield url, text[:120]


def _fits(url: str, text: str, words: re.Pattern[str]) -> bool:
    return bool(words.search(urlsplit(url).path) or words.search(text)) and not _PARAGRAPHS.search(url)


def _rank(url: str, text: str, words: re.Pattern[str]) -> tuple[int, int, int, str]:
    """Smaller is better: named by its path and its text, few levels deep, short."""
    by_path = bool(words.search(urlsplit(url).path)) or bool(words.search(host_of(url) or ""))
    depth = urlsplit(url).path.strip("/").count("/")
    return (2 - by_path - bool(words.search(text)), depth, len(url), url)


def _normal(url: str) -> str:
    try:
        bare = urldefrag(url).url
        parts = urlsplit(bare)
    except ValueError:
        return ""
    return bare if parts.path else f"{bare}/" if not parts.query else bare

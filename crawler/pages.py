"""Which pages of a site a visit looks at: chosen by role, the same ones every time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawler.links import Link, foreign, link_of, links_to_follow, normal_url
from crawler.words import phrases, read_words

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Iterable

MAX_LINKS = 2_000
_STRONG = 0.6
"""The share of a segment or text that a role's words must fill to name it; below it they only occur in it."""
_MAX_WORDS = 6
"""Longer link texts are headlines of articles, not names of pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a page can be for a visitor: its words in groups, the preferred group first, and names of hosts."""

    name: str
    groups: tuple[re.Pattern[str], ...]
    labels: frozenset[str]


@cache
def roles() -> tuple[Role, ...]:
    """The roles that are looked for, the most telling first."""
    return tuple(
        Role(
            name=role["role"],
            groups=tuple(phrases(word for words in group.values() for word in words) for group in role["groups"]),
            labels=frozenset(role["labels"]),
        )
        for role in read_words()["roles"]
    )


def pages_to_visit(
    links: Iterable[tuple[str, str]],
    home: str,
    count: int,
    configured: Iterable[str] = (),
    closed: Collection[str] = (),
) -> tuple[str, ...]:
    """URLs to visit after home: the configured ones in their order, then one of each role until ``count`` are chosen.

    ``links`` are (URL, text) of home's anchors; ``count`` is the number of pages besides home; configured pages are
    visited even where there are more of them, and a role that one of them has is not looked for. Only pages of home's
    registrable domain are found; those in ``closed`` (as this function spelt them) are passed over; what remains free
    is filled with other pages. The same links in any order give the same pages.
    """
    chosen = dict.fromkeys(_spelt(urljoin(home, page)) for page in configured)
    chosen.pop(_spelt(home), None)
    start = link_of(home, "", home)
    named = [link for link in (link_of(url, "", home) for url in chosen) if link is not None]
    taken = {link.key for link in named}
    found = [link for link in links_to_follow(links, home) if link.url not in closed and link.key not in taken]
    found = [link for link in found if not _is_legal(link)]
    if start is None:
        return tuple(chosen)
    for url in (*_by_role(found, named, start), *_others(found, start)):
        if len(chosen) >= count:
            break
        chosen.setdefault(url)
    return tuple(chosen)


def _spelt(url: str) -> str:
    try:
        return normal_url(url)
    except ValueError:
        return url


def _by_role(found: list[Link], named: list[Link], start: Link) -> list[str]:
    """The best page of each role that no configured page has."""
    best = []
    for role in roles():
        if any(_strength(link, role) > 1 for link in named):
            continue
        ranked = [(_rank(link, role, start), link.url) for link in found if _strength(link, role)]
        if ranked:
            best.append(min(ranked)[1])
    return best


def _others(found: list[Link], start: Link) -> list[str]:
    """Pages of no role, the nearest to home first; single articles last."""
    ranked = sorted((_is_article(link), foreign(link, start), *_place(link)) for link in found)
    return [row[-1] for row in ranked]


def _place(link: Link) -> tuple[int, int, str]:
    return len(link.segments), len(link.url), link.url


def _rank(link: Link, role: Role, start: Link) -> tuple[object, ...]:
    """Smaller is better: clearly named, in the visit's language, by a preferred word, by path and text, near."""
    strength = _strength(link, role)
    return (strength < 2, foreign(link, start)[:2], _group(link, role), -strength, foreign(link, start), *_place(link))


def _group(link: Link, role: Role) -> int:
    """The first group of words that the link's clearest part has."""
    scores = [max(_path_share(link, words), _text_share(link, words)) for words in role.groups]
    strong = next((index for index, share in enumerate(scores) if share >= _STRONG), None)
    return strong if strong is not None else next((i for i, share in enumerate(scores) if share), len(scores))


def _strength(link: Link, role: Role) -> int:
    """How clearly a link has a role, 0 for not at all: its address and its text give up to two points each."""
    if role.name != "blog" and _is_article(link):
        return 0
    by_path = max((_path_share(link, words) for words in role.groups), default=0.0)
    by_text = max((_text_share(link, words) for words in role.groups), default=0.0)
    if not link.segments and role.labels & set(link.labels):
        by_path = 1.0
    return _points(by_path) + _points(by_text)


def _points(share: float) -> int:
    return 2 if share >= _STRONG else 1 if share else 0


def _path_share(link: Link, words: re.Pattern[str]) -> float:
    """How much of a path's last segment the words fill; a segment above it counts as if they only occurred there."""
    if not link.segments:
        return 0.0
    above = any(_share(segment, words) >= _STRONG for segment in link.segments[:-1])
    return _share(link.segments[-1], words) or (0.1 if above else 0.0)


def _text_share(link: Link, words: re.Pattern[str]) -> float:
    """The largest share of one of the texts that lead to the page."""
    return max((_share(text, words) for text in link.texts if text.count(" ") < _MAX_WORDS), default=0.0)


def _share(folded: str, words: re.Pattern[str]) -> float:
    if not words.search(folded):
        return 0.0
    return max(len(match.group()) for match in words.finditer(folded)) / len(folded)


def _is_article(link: Link) -> bool:
    """Whether the page lies below a blog or a newsroom."""
    blog = next(role for role in roles() if role.name == "blog")
    above = (*link.labels, *link.segments[:-1]) if link.segments else ()
    return any(_share(part, words) >= _STRONG for words in blog.groups for part in above)


@cache
def _legal() -> re.Pattern[str]:
    return phrases(word for words in read_words()["legal"]["words"].values() for word in words)


def _is_legal(link: Link) -> bool:
    """Whether the page is one of paragraphs: the policy reader looks at those."""
    return any(_legal().search(part) for part in (*link.segments, *link.texts))

"""Hosts in the text: which of them are the vendor's own, judged by what stands around them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.policy.view import fold
from auditor.policy.wording import load

if TYPE_CHECKING:
    from auditor.policy.context import Reading

HOST = re.compile(
    r"(?<![\w@.\-])(?:https?://)?(?P<host>(?:[a-z0-9à-öø-ÿ](?:[a-z0-9à-öø-ÿ\-]{0,61}[a-z0-9à-öø-ÿ])?\.){1,5}[a-z]{2,18})(?![\w@\-])",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+\-]{1,64}@((?:[a-z0-9\-]{1,63}\.){1,4}[a-z]{2,18})", re.IGNORECASE)
_WORD = re.compile(r"(?<![\w.@/\-])[\w\-]{1,63}(?![\w.\-])")
_HREF = re.compile(r"https?://([^/?#:\s]{1,253})", re.IGNORECASE)
_HOME = re.compile(r"https?://([^/?#:\s]{1,253})(?:/(?:index\.\w{3,5})?)?", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z\d+.\-]*:", re.IGNORECASE)
FIRST_LINKS = 3
HEAD = 1500
NEAR = 60
BEHIND = 14
OWN = 3
MAX_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class HostMention:
    """A host of the vendor's and where the text names it; ``start`` is -1 for a link target only."""

    host: str
    start: int
    end: int


def brand(host: str) -> str:
    """The label of a host that names its owner: ``ooma`` for www.ooma.co.uk."""
    second_level = load("hosts")["second_level"]
    labels = [label for label in host.lower().split(".")[:-1] if label not in second_level]
    return labels[-1] if labels else host.split(".", maxsplit=1)[0]


def is_host(text: str) -> bool:
    """Is a word a host name with a known ending?"""
    match = HOST.fullmatch(text)
    return bool(match) and _known_ending(text)


def _known_ending(host: str) -> bool:
    if host.lower() in load("hosts")["abbreviations"]:
        return False
    ending = host.rsplit(".", 1)[-1].lower()
    return ending in load("hosts")["endings"] or (len(ending) == 2 and ending not in load("hosts")["not_endings"])


def own_hosts(reading: Reading) -> tuple[HostMention, ...]:
    """The vendor's hosts, best supported first, each with its best mention."""
    text = reading.document.origin.text[:MAX_TEXT]
    known = _known_brands(reading, text)
    named = _words(text)
    links = Counter(brand(h) for link in reading.document.links for h in _HREF.findall(link.href) if is_host(h))
    within = sum(_is_within(link.href) for link in reading.document.links)
    declared, home = _table_brand(reading), _home(reading)
    used = frozenset(_used_on(reading))
    external = frozenset(load("hosts")["external"])
    scores: dict[str, tuple[int, HostMention]] = {}
    for mention, cued in _mentions(reading):
        name = brand(mention.host)
        if name in external and name not in known:
            continue
        score = 3 * cued + 2 * (name in known) + (named[name] >= 3) + 3 * (name in (declared, home))
        score += name in known and mention.host in used
        score += 3 * (links[name] >= max(3, within) and links[name] * 2 > links.total())
        best = scores.get(mention.host)
        if best is None or score > best[0]:
            scores[mention.host] = (score, mention)
    kept = [(score, mention) for score, mention in scores.values() if score >= OWN]
    return tuple(mention for _, mention in sorted(kept, key=_order))


def _is_within(href: str) -> bool:
    """Does a link lead to another page of its own site without naming it ("contact.html")?"""
    return not href.startswith(("#", "//")) and _SCHEME.match(href) is None


def _home(reading: Reading) -> str | None:
    """The owner of the home page that the head of a document links ("[Logo](https://example.com/)")."""
    for link in sorted(reading.document.links, key=lambda link: link.start)[:FIRST_LINKS]:
        if link.start > HEAD:
            break  # the first partner of a list is no home page
        if match := _HOME.fullmatch(link.href):
            return brand(match[1])
    return None


def _order(scored: tuple[int, HostMention]) -> tuple[int, bool, int]:
    """Best supported first; of hosts that only tables and links name, the shortest."""
    score, mention = scored
    unseen = mention.start < 0
    return -score, unseen, len(mention.host) if unseen else mention.start


def _mentions(reading: Reading) -> list[tuple[HostMention, bool]]:
    """Hosts in the readable text, each with whether words such as "our website" stand before it; then link targets."""
    cues, website = reading.words.cues("own_site"), reading.words.cues("scopes", "website")
    found: list[tuple[HostMention, bool]] = []
    for _, block in reading.document.blocks():
        view = block.view
        for match in HOST.finditer(view.text):
            if _known_ending(match["host"]):
                start, end = match.span("host")
                mention = HostMention(match["host"].lower(), view.place(start), view.place(end - 1) + 1)
                after = website.first(view.folded[match.end() : match.end() + BEHIND])
                cued = cues.first(view.folded[max(0, match.start() - NEAR) : match.start()]) is not None
                cued = cued or (after is not None and after.start <= 1)
                found.append((mention, cued))
    seen = {mention.host for mention, _ in found}
    targets = [h.lower() for link in reading.document.links for h in _HREF.findall(link.href) if is_host(h)]
    tables = [host for _, host in _first_party_hosts(reading)] + _used_on(reading)
    found.extend((HostMention(host, -1, -1), False) for host in dict.fromkeys(tables + targets) if host not in seen)
    return found


def _first_party_hosts(reading: Reading) -> list[tuple[str, str]]:
    """(brand, host) of the table rows that are marked first-party."""
    out = []
    for _, grid in reading.grids:
        for row in grid.records():
            host, party = row.cells.get("host"), row.cells.get("party")
            if host and party and reading.words.cues("party_cell", "first").first(party.folded):
                name = host.text.lower().strip(" .*")
                if is_host(name):
                    out.append((brand(name), name))
    return out


def _used_on(reading: Reading) -> list[str]:
    """The hosts in columns that say on which sites each cookie is used."""
    languages = ("en", reading.words.language)
    places = frozenset(fold(word) for one in languages for word in load("scopes")[one]["columns"])
    out: list[str] = []
    for _, table in reading.document.tables():
        titles = [cell.view.folded.strip(" ?:*_") for cell in table.rows[0]]
        columns = [x for x, title in enumerate(titles) if title in places]
        names = (row[x].view.text.lower().strip(" .*") for row in table.rows[1:] for x in columns)
        out.extend(name for name in names if is_host(name))
    return out


def _table_brand(reading: Reading) -> str | None:
    """The owner of most first-party rows."""
    counts = Counter(name for name, _ in _first_party_hosts(reading))
    best = counts.most_common(1)
    return best[0][0] if best and best[0][1] * 2 > counts.total() else None


def _known_brands(reading: Reading, text: str) -> frozenset[str]:
    names = {brand(host) for host in _EMAIL.findall(text) if is_host(host)}
    if reading.url and (match := _HREF.match(reading.url)):
        names.add(brand(match[1]))
    if reading.vendor:
        names.update(re.findall(r"[a-z0-9]{3,}", reading.vendor.lower())[:1])
    return frozenset(names)


def _words(text: str) -> Counter[str]:
    """How often each word stands alone in a text, not as a part of a host or an address."""
    return Counter(_WORD.findall(text.lower()))

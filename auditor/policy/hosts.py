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
    r"(?<![\w@.\-])(?:https?://)?(?P<host>(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.){1,5}[a-z]{2,18})(?![\w@\-])",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+\-]{1,64}@((?:[a-z0-9\-]{1,63}\.){1,4}[a-z]{2,18})", re.IGNORECASE)
_HREF = re.compile(r"https?://([^/?#:\s]{1,253})", re.IGNORECASE)
NEAR = 60
OWN = 3


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
    ending = host.rsplit(".", 1)[-1].lower()
    return ending in load("hosts")["endings"] or (len(ending) == 2 and ending not in load("hosts")["not_endings"])


def own_hosts(reading: Reading) -> tuple[HostMention, ...]:
    """The vendor's hosts, best supported first, each with its first mention."""
    text = reading.document.origin.text[:200_000]
    known = _known_brands(reading, text)
    links = Counter(brand(h) for link in reading.document.links for h in _HREF.findall(link.href) if is_host(h))
    external = frozenset(load("hosts")["external"])
    scores: dict[str, tuple[int, HostMention]] = {}
    for mention in _mentions(reading, text):
        name = brand(mention.host)
        if name in external and name not in known:
            continue
        score = _support(reading, text, mention) + 2 * (name in known) + (_named(name, text) >= 3)
        score += 3 * (links[name] >= 3 and links[name] * 2 > links.total())
        best = scores.get(mention.host)
        if best is None or score > best[0]:
            scores[mention.host] = (score, mention)
    kept = [(score, mention) for score, mention in scores.values() if score >= OWN]
    return tuple(mention for _, mention in sorted(kept, key=lambda pair: (-pair[0], pair[1].start)))


def _mentions(reading: Reading, text: str) -> list[HostMention]:
    found = [
        HostMention(match["host"].lower(), match.start("host"), match.end("host"))
        for match in HOST.finditer(text)
        if _known_ending(match["host"])
    ]
    seen = {mention.host for mention in found}
    for link in reading.document.links:
        for host in _HREF.findall(link.href):
            if is_host(host) and host.lower() not in seen:
                seen.add(host.lower())
                found.append(HostMention(host.lower(), -1, -1))
    return found


def _known_brands(reading: Reading, text: str) -> frozenset[str]:
    names = {brand(host) for host in _EMAIL.findall(text) if is_host(host)}
    if reading.url and (match := _HREF.match(reading.url)):
        names.add(brand(match[1]))
    if reading.vendor:
        names.update(re.findall(r"[a-z0-9]{3,}", reading.vendor.lower())[:1])
    return frozenset(names)


def _named(name: str, text: str) -> int:
    return len(re.findall(rf"(?<![\w.@/]){re.escape(name)}(?![\w.])", text, re.IGNORECASE))


def _support(reading: Reading, text: str, mention: HostMention) -> int:
    if mention.start < 0:
        return 0
    before = text[max(0, mention.start - NEAR) : mention.start]

    return 3 if reading.words.cues("own_site").first(fold(before)) else 0

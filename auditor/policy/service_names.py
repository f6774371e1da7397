"""Names under which policies mention third parties."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from auditor.facts import plain_words, service_facts, too_wide
from auditor.model import Category
from auditor.policy.view import fold
from auditor.policy.wording import load

if TYPE_CHECKING:
    from auditor.policy.view import View


MIN_NAME = 4


@dataclass(frozen=True, slots=True)
class KnownService:
    """A service as the bundled lists know it; ``category`` None where it has no usual one."""

    name: str
    aliases: tuple[str, ...]
    domains: tuple[str, ...]
    category: Category | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A known service named in a view, and the words that name it."""

    service: KnownService
    words: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _known() -> tuple[dict[str, KnownService], re.Pattern[str]]:
    by_name: dict[str, KnownService] = {}
    entries: dict[str, Any] = load("services")["services"]
    for name, entry in entries.items():
        category = Category(entry["category"]) if entry["category"] else None
        service = KnownService(name, tuple(entry["aliases"]), tuple(entry["domains"]), category)
        for alias in (name, *entry["aliases"]):
            by_name[fold(alias)] = service
    barred = plain_words() | too_wide()
    for fact in service_facts():
        service = by_name.get(fold(fact.name)) or KnownService(fact.name, fact.aliases, (), None)
        for alias in (fact.name, *fact.aliases):
            if alias not in barred and len(alias) >= MIN_NAME:
                by_name.setdefault(fold(alias), service)
    names = "|".join(re.escape(name).replace(r"\ ", r"[\s\-]") for name in sorted(by_name, key=lambda n: (-len(n), n)))
    shops = "|".join(load("services")["shops_and_browsers"])  # "Google Play" is no tracker, nor Google as one
    return by_name, re.compile(rf"(?<![\w@.\-/])(?:{names})(?![\w@]|\.[a-z]|[\s\-](?:{shops})(?!\w))")


@lru_cache(maxsize=1)
def known_services() -> frozenset[KnownService]:
    """All services that the bundled lists know."""
    return frozenset(_known()[0].values())


def find_services(view: View) -> list[Mention]:
    """Known services named in a view (capitalised, as names are), longest names first."""
    return list(_named(view.text, view.folded))


@lru_cache(maxsize=4096)
def _named(text: str, folded: str) -> tuple[Mention, ...]:
    """The services that a text names; a document's readers ask of the same sentences again and again."""
    by_name, pattern = _known()
    out = []
    for match in pattern.finditer(folded):
        end = _without_activity(text, match.start(), match.end())
        words = text[match.start() : end]
        if words[:1].isupper() or any(char.isupper() for char in words) or words[:1].isdigit():
            name = folded[match.start() : end]
            service = by_name.get(name) or by_name.get(re.sub(r"[\s\-]+", " ", name))
            if service is not None:
                out.append(Mention(service, words, match.start(), end))
    return tuple(out)


def _without_activity(text: str, start: int, end: int) -> int:
    """Where a name ends, if its last word is only what the company does ("Acme advertising systems")."""
    found = _activity().search(text, start, end)
    return found.start() if found and _activity_heads().match(text, end) else end


@lru_cache(maxsize=1)
def _activity() -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{'|'.join(load('services')['activities'])})$")


@lru_cache(maxsize=1)
def _activity_heads() -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{'|'.join(load('services')['activity_heads'])})(?!\w)")


def without_services(view: View) -> str:
    """The folded text of a view with its services blanked out, everything else in its place."""
    folded = view.folded
    for mention in find_services(view):
        folded = folded[: mention.start] + " " * (mention.end - mention.start) + folded[mention.end :]
    return folded


def is_service_name(view: View) -> bool:
    """Is a cell nothing but the name of a known service?"""
    return len(view.text) < 60 and any(len(mention.words) >= len(view.text) - 1 for mention in find_services(view))

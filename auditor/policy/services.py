"""Third parties that the policy names in connection with cookies and tracking."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from auditor.model import Category, DeclaredParty, DeclaredService
from auditor.policy.view import fold
from auditor.policy.wording import load

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.view import View


@dataclass(frozen=True, slots=True)
class KnownService:
    """A service as the bundled list knows it."""

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
    names = "|".join(re.escape(name).replace(r"\ ", r"[\s\-]") for name in sorted(by_name, key=lambda n: (-len(n), n)))
    return by_name, re.compile(rf"(?<![\w@.\-/])(?:{names})(?![\w@]|\.[a-z])")


def find_services(view: View) -> list[Mention]:
    """Known services named in a view (capitalised, as names are), longest names first."""
    by_name, pattern = _known()
    out = []
    for match in pattern.finditer(view.folded):
        words = view.text[match.start() : match.end()]
        if words[:1].isupper() or any(char.isupper() for char in words) or words[:1].isdigit():
            service = (
                by_name[re.sub(r"[\s\-]+", " ", match.group())]
                if match.group() not in by_name
                else by_name[match.group()]
            )
            out.append(Mention(service, words, match.start(), match.end()))
    return out


def read_services(reading: Reading, categories: Categories, scopes: Scopes) -> tuple[DeclaredService, ...]:
    """Every named third party once, with the category of the section or sentence that names it first."""
    found: dict[str, DeclaredService] = {}
    for sentence in reading.cookie_sentences:
        for mention in find_services(sentence.view):
            service = _declare(reading, categories, scopes, sentence, mention)
            if service is None:
                continue
            have = found.get(service.name)
            if have is None or (have.category is None and service.category is not None):
                found[service.name] = service
    return tuple(found.values())


def _declare(
    reading: Reading, categories: Categories, scopes: Scopes, sentence: Sentence, mention: Mention
) -> DeclaredService | None:
    words = reading.words
    folded = sentence.view.folded
    if words.cues("not_service").first(folded) or _is_vendor(reading, mention.service):
        return None
    if not _in_use(reading, sentence, mention):
        return None
    governing = categories.governing.get(sentence.place)
    category = (
        governing.canonical
        if governing
        else sentence_purpose(reading, folded) or _heading_purpose(reading, sentence.place)
    )
    if category is None and mention.service.category and mention.service.name.endswith(("Analytics", "Ads")):
        category = mention.service.category
    return DeclaredService(
        name=mention.service.name,
        aliases=tuple(dict.fromkeys(a for a in (mention.words,) if a != mention.service.name)),
        domains=mention.service.domains,
        category=category,
        category_label=governing.label if governing else None,
        scope_ids=governing.scope_ids if governing else scopes.web,
        party=DeclaredParty.THIRD,
        role="example",
        evidence=(sentence.view.quote(),),
        confidence=0.9 if governing else 0.75,
    )


def _is_vendor(reading: Reading, service: KnownService) -> bool:
    vendor = fold(reading.vendor or "")
    return bool(vendor) and fold(service.name) in vendor


def _in_use(reading: Reading, sentence: Sentence, mention: Mention) -> bool:
    """Is the mention one of a service in use, rather than of a browser, a link or a company in passing?"""
    if mention.service.category is None and sentence.place not in reading.cookie_places:
        return False
    cues = ("use", "named_by", "named_before", "cookie")
    return any(reading.words.cues(name).first(sentence.view.folded) for name in cues)


def sentence_purpose(reading: Reading, folded: str) -> Category | None:
    """The category that a sentence's purpose words speak for: the one with most of them, earliest first."""
    counts = {
        category: len(reading.words.cues("purposes", category.value).all(folded))
        for category in (Category.PERFORMANCE, Category.TARGETING, Category.FUNCTIONAL, Category.STRICTLY_NECESSARY)
    }
    best = max(counts, key=lambda category: counts[category])
    return best if counts[best] else None


def _heading_purpose(reading: Reading, place: int) -> Category | None:
    for heading in reading.headings(place):
        if label := reading.labels.read(heading.view.folded):
            return label.category
    return None

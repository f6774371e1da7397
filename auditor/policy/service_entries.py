"""What services found in sentences, tables and lists have in common: names, the vendor himself, entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Category, DeclaredParty, DeclaredService
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.service_names import Mention
    from auditor.policy.view import View


ROW = 2


def example(
    mention: Mention, category: Category | None, label: str | None, scope_ids: tuple[str, ...], view: View, sure: float
) -> DeclaredService:
    """A service that words name."""
    return DeclaredService(
        name=mention.service.name,
        aliases=aliases_of(mention),
        domains=mention.service.domains,
        category=category,
        category_label=label,
        scope_ids=scope_ids,
        party=DeclaredParty.THIRD,
        role="example",
        evidence=(view.quote(),),
        confidence=sure,
    )


def aliases_of(mention: Mention) -> tuple[str, ...]:
    """The words of a mention, where they are not the service's name."""
    return () if mention.words == mention.service.name else (mention.words,)


def is_general(mention: Mention, mentions: list[Mention]) -> bool:
    """Is a company named beside one of its own services ("Google" beside "Google Analytics")?"""
    words = fold(mention.words)
    return any(m is not mention and fold(m.words).startswith(words + " ") for m in mentions)


def in_row(view: View, mention: Mention, used: list[Mention]) -> bool:
    """Does a mention stand between commas next to a service in use, in a row of two or more of those?"""
    if len(used) < ROW:
        return False
    gaps = (view.text[min(a.end, b.end) : max(a.start, b.start)] for a, b in ((mention, other) for other in used))
    return any(gap.strip() == "," for gap in gaps)


def is_other(reading: Reading, mention: Mention) -> bool:
    """Is a service somebody else than the vendor?"""
    return not is_owner(reading, mention.service.name)


def is_owner(reading: Reading, name: str) -> bool:
    """Is a name the vendor's own?"""
    return fold(name).replace(" ", "") in reading.owners


def heading_purpose(reading: Reading, place: int, usual: Category | None = None) -> Category | None:
    """The category that the nearest labelled heading above a place names; the usual one where it names that, too."""
    for heading in reading.headings(place):
        folded = heading.view.folded
        if (label := reading.labels.read(folded)) and not any(
            reading.denials.none_of(folded, word.start) for word in reading.labels.find(folded)
        ):
            return usual if usual in label.covers else label.category
    return None

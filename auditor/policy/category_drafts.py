"""A category being put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.model import Category, Quote
    from auditor.policy.section import Section


@dataclass
class Draft:
    """A category being put together."""

    category: Category
    label: str
    basis: str
    evidence: list[Quote]
    scope_ids: tuple[str, ...]
    covers: tuple[Category, ...] = ()
    subtype: str | None = None
    number: str | None = None
    heading: str | None = None
    sections: list[Section] = field(default_factory=list)


def told_apart(drafts: tuple[Draft, ...], ids: tuple[str, ...]) -> set[Category]:
    """The categories of drafts for single scopes, where each of several scopes has such: a sentence adds none to all.

    "Statistics and marketing wait for your consent" leaves it to the sections which site uses which of them.
    """
    single = [draft for draft in drafts if len(draft.scope_ids) == 1 and draft.scope_ids[0] in ids]
    if len(ids) < 2 or {draft.scope_ids[0] for draft in single} != set(ids):
        return set()
    return {category for draft in single for category in (draft.category, *draft.covers)}

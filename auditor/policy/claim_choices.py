"""What may be refused: cookies of a kind, or all that the site can do without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.claim_places import Subject, stated
from auditor.policy.promises import QUOTED
from auditor.policy.prose import labels_beside_cookies

if TYPE_CHECKING:
    from auditor.policy.claim_places import Place, Rule

EVERYDAY = {
    (kind, category.value)
    for kind in ("category_unused", "reject_possible")
    for category in (Category.STRICTLY_NECESSARY, Category.UNCLASSIFIED)
} | {("only_category", Category.UNCLASSIFIED.value)}


def chosen(place: Place, rule: Rule) -> tuple[Subject, ...]:
    """What may be refused: the categories that a sentence names, the one that governs it, else all that may be."""
    if place.general or not place.in_cookies:
        return ()
    named = labels_beside_cookies(place.reading, place.folded)
    louder = tuple(dict.fromkeys(one for one in named if (rule.type, one.value) not in EVERYDAY))
    if louder:
        return tuple(stated(place, category) for category in louder)
    if place.governing is not None and place.is_near:
        governing = place.governing
        known = (rule.type, governing.canonical.value) in EVERYDAY
        return () if known else (Subject("category", governing.canonical.value, governing.scope_ids),)
    return (Subject("document", None, place.scopes.web),)


def by_button(place: Place) -> tuple[Subject, ...]:
    """What a button refuses: the categories that its own words name, else all that may be refused."""
    if place.general or not place.in_cookies:
        return ()
    quoted = (match["label"] for match in QUOTED.finditer(place.folded))
    named = dict.fromkeys(category for words in quoted for category in labels_beside_cookies(place.reading, words))
    return tuple(stated(place, category) for category in named) or (Subject("document", None, place.scopes.web),)

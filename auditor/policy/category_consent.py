"""The consent that a policy asks for each category, where a statement elsewhere in it says so."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model import Claim, DeclaredCategory
    from auditor.policy.context import Reading

_AFTER_FIRST = re.compile(r"^\w+[\s-]+")  # "not" or "non"
NOT_STATED = "not_stated"
OPTIONAL = {Category.FUNCTIONAL, Category.PERFORMANCE, Category.TARGETING}
MEANINGS = {
    "always_active": "not_required",
    "set_without_consent": "not_required",
    "consent_before_setting": "required",
}


def with_consent(
    reading: Reading, declared: Iterable[DeclaredCategory], claims: Iterable[Claim]
) -> tuple[DeclaredCategory, ...]:
    """The declared categories, with the consent that claims tell where their own descriptions tell none.

    A claim about the category itself comes first; one about the document ("we ask before we set any but the necessary
    cookies") is about every category that is not strictly necessary, and about that one where it is excepted.
    """
    own = {c.subject_value: MEANINGS[c.type] for c in claims if c.subject_kind == "category" and c.type in MEANINGS}
    asked = [c for c in claims if c.type == "consent_before_setting" and c.subject_kind == "document"]
    excepted = any(_names_necessary(reading, claim) for claim in asked)

    def told(category: DeclaredCategory) -> str:
        if category.consent != NOT_STATED or category.canonical.value in own:
            return category.consent if category.consent != NOT_STATED else own[category.canonical.value]
        if asked and category.canonical in OPTIONAL:
            return "required"
        exempt = excepted and category.canonical is Category.STRICTLY_NECESSARY
        return "not_required" if exempt else NOT_STATED

    return tuple(replace(category, consent=told(category)) for category in declared)


def _names_necessary(reading: Reading, claim: Claim) -> bool:
    """Does the quote of a claim name the necessary cookies, which it excepts, or those that are not necessary?"""
    folded = fold(claim.evidence[0].quote)
    barred = [folded[found.start : found.end] for found in reading.words.cues("not_labels").all(folded)]
    texts = [folded, *(_AFTER_FIRST.sub("", text, count=1) for text in barred)]
    if any(word.category is Category.STRICTLY_NECESSARY for text in texts for word in reading.labels.find(text)):
        return True
    return reading.words.cues("necessity").first(folded) is not None

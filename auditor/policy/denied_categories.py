"""Categories that a policy names only to say that it does not use them ("We do not use marketing cookies")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Category, DeclaredCategory
from auditor.policy.prose import label_with_cookie

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.model import Claim
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading

CONFIDENCE = 0.75


def denied_categories(
    reading: Reading, declared: tuple[DeclaredCategory, ...], claims: Iterable[Claim]
) -> Iterator[DeclaredCategory]:
    """The categories that claims ``category_unused`` are about and that are not among the declared ones, not in use.

    None where the policy tells no category that it uses: it has no such list then.
    """
    if not declared:
        return
    sentences = {sentence.view.quote().start: sentence for sentence in reading.cookie_sentences}
    known = {category for one in declared for category in (one.canonical, *one.covers)}
    number = len(declared)
    for claim in claims:
        sentence = sentences.get(claim.evidence[0].start) if claim.type == "category_unused" else None
        category = next((one for one in Category if one.value == claim.subject_value), None)
        if sentence is None or category is None or category in known:
            continue
        known.add(category)
        number += 1
        yield DeclaredCategory(
            id=f"c{number}",
            canonical=category,
            covers=(category,),
            label=_label(reading, sentence, category),
            heading=next((heading.view.text for heading in reading.headings(sentence.place)), None),
            scope_ids=claim.scope_ids,
            in_use="no",
            basis="prose",
            evidence=claim.evidence,
            confidence=CONFIDENCE,
        )


def _label(reading: Reading, sentence: Sentence, category: Category) -> str:
    """The words that name a category in a sentence, with the cookie word beside them."""
    found = (word for word in reading.labels.find(sentence.view.folded) if word.category is category)
    word = next(found, None)
    return label_with_cookie(reading, sentence.view, word, alone=True) if word is not None else category.value

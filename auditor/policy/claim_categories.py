"""The category that a claim is about, where no section tells it: named, taken up or meant by its sentence."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.claim_nouns import LOOK_BACK
from auditor.policy.prose import label_runs, labels_beside_cookies
from auditor.policy.purposes import sentence_purpose

if TYPE_CHECKING:
    from auditor.policy.claim_places import Place, Rule

AFTER_RELATIVE = 45
BESIDE = 2


def with_necessary(place: Place) -> tuple[Category, ...]:
    """The necessary category and those that a sentence names with it ("only necessary and functional cookies")."""
    needed = Category.STRICTLY_NECESSARY
    for run in label_runs(place.reading, place.folded):
        named = joined(place, place.folded[run[0].start : run[-1].end])
        if needed in named:
            return named
    return (needed,)


def joined(place: Place, folded: str) -> tuple[Category, ...]:
    """The categories that a text names side by side, with a word between them."""
    words = [word for word in place.reading.labels.find(folded) if word.category is not Category.UNCLASSIFIED]
    gaps = (folded[one.end : other.start].strip(" ,-") for one, other in pairwise(words))
    return tuple(dict.fromkeys(word.category for word in words)) if len(words) > 1 and all(gaps) else ()


def antecedent(place: Place) -> Category | None:
    """The one category that "these cookies" takes up from a sentence or two before it in its block."""
    if not place.says("anaphora"):
        return None
    beside = place.reading.sentences_at(place.sentence.place)
    at = bisect_left(beside, place.sentence.view.start, key=lambda sentence: sentence.view.start)
    for before in reversed(beside[max(0, at - LOOK_BACK) : at]):
        named = set(labels_beside_cookies(place.reading, before.view.folded))
        if named:
            return named.pop() if len(named) == 1 else None
    return None


def meant(place: Place) -> Category | None:
    """The declared category that "these cookies" or "cookies that ..." means: by a label word, else by its purpose."""
    if not (place.says("anaphora") or place.says("relative")):
        return None
    named = labels_beside_cookies(place.reading, place.folded)
    if found := place.reading.words.cues("relative").first(place.folded):
        following = place.folded[found.end : found.end + AFTER_RELATIVE]
        named += [word.category for word in place.reading.labels.find(following)]
    for wanted in (*named, sentence_purpose(place.reading, place.folded)):
        for category in place.categories.declared:
            if wanted is category.canonical or (wanted in named and wanted in category.covers):
                return category.canonical
    return None


def _named_alone(place: Place) -> Category | None:
    """The one category that a sentence names; beside "these cookies" it is what they are compared with."""
    named = set(labels_beside_cookies(place.reading, place.folded))
    return named.pop() if len(named) == 1 and not _takes_up(place) else None


def _takes_up(place: Place) -> bool:
    """Does a sentence say "these cookies", not merely "the technical cookies" (French "les cookies techniques")?"""
    words = place.reading.labels.find(place.folded)
    meant = place.reading.words.cues("anaphora").all(place.folded)
    return any(
        all(not 0 <= word.start - one.end <= BESIDE and not one.start <= word.start < one.end for word in words)
        for one in meant
    )


def own_category(place: Place, rule: Rule) -> Category | None:
    """The category that a sentence itself tells: by a label, as "strictly necessary", or by what it measures."""
    if rule.type == "consent_before_setting":
        return _waiting(place)
    return _told(place, rule) or meant(place)


def _told(place: Place, rule: Rule) -> Category | None:
    """The category of a claim by what its sentence says of need or measuring."""
    if rule.type == "set_without_consent":
        return _named_alone(place) or (Category.STRICTLY_NECESSARY if _strictly_needed(place) else None)
    if rule.type == "anonymous_data" and sentence_purpose(place.reading, place.folded) is Category.PERFORMANCE:
        declared = any(category.canonical is Category.PERFORMANCE for category in place.categories.declared)
        return Category.PERFORMANCE if declared else None
    return None


def _strictly_needed(place: Place) -> bool:
    """Does a sentence call its cookies strictly necessary, and not deny that?"""
    return place.says("concepts", "strictly_needed") and not place.says("concepts", "beyond_necessary")


def _waiting(place: Place) -> Category | None:
    """The one category beyond the necessary that a sentence about consent names; None where it names several."""
    beyond = {Category.STRICTLY_NECESSARY, Category.UNCLASSIFIED}
    named = set(labels_beside_cookies(place.reading, place.folded)) - beyond
    return named.pop() if len(named) == 1 else None

"""The category that a claim is about, where no section tells it: named, taken up or meant by its sentence."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category
from auditor.policy.claim_nouns import LOOK_BACK
from auditor.policy.prose import label_runs, labels_beside_cookies
from auditor.policy.purposes import sentence_purpose
from auditor.policy.service_names import find_services

if TYPE_CHECKING:
    from auditor.policy.claim_places import Place, Rule
    from auditor.policy.view import View

OF_A_TOOL = {"anonymous_data", "data_limited", "ip_anonymised", "no_personal_data", "purpose_limited"}
"""What is often said of the tool that measures."""
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
    if not place.says("anaphora") and not place.says("this_cookie"):
        return None
    beside = place.reading.sentences_at(place.sentence.place)
    at = bisect_left(beside, place.sentence.view.start, key=lambda sentence: sentence.view.start)
    for before in reversed(beside[max(0, at - LOOK_BACK) : at]):
        named = set(labels_beside_cookies(place.reading, before.view.folded))
        if named:
            return named.pop() if len(named) == 1 else None
        if place.says("this_cookie") and (category := of_tool(place, before.view)):
            return category
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


def category_of_service(place: Place, name: str) -> Category | None:
    """The category of a service, where the document names no other one of it.

    What is said of the only tool that measures is said of measuring; beside a second one it is said of the tool alone.
    """
    trackers = place.reading.trackers
    category = next((one.category for one in trackers if one.name == name), None)
    alone = [one.name for one in trackers if one.category is category] == [name]
    return category if alone else None


def measured(place: Place) -> Category | None:
    """The category of the one tracker that a sentence names, where it is the only one of that category."""
    return of_tool(place, place.sentence.view)


def of_tool(place: Place, view: View) -> Category | None:
    """The category of the one tracker that a text names, as `category_of_service` tells it."""
    named = {one.service.name for one in find_services(view) if one.service.category in TRACKING}
    return category_of_service(place, named.pop()) if len(named) == 1 else None


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
    if rule.type == "purpose_limited" and place.says("this_cookie"):
        return antecedent(place)  # what it is not used for is no category of it
    return _told(place, rule) or meant(place)


def _told(place: Place, rule: Rule) -> Category | None:
    """The category of a claim by what its sentence says of need or measuring."""
    if rule.type == "set_without_consent":
        needed = Category.STRICTLY_NECESSARY if _strictly_needed(place) else None
        return _named_alone(place) or needed or measured(place)
    declared = {category.canonical for category in place.categories.declared}
    counted = rule.type == "anonymous_data" and Category.PERFORMANCE in declared
    if counted and sentence_purpose(place.reading, place.folded) is Category.PERFORMANCE:
        return Category.PERFORMANCE
    if rule.type == "first_party_only":
        return _named_alone(place) or measured(place)
    return measured(place) if rule.type in OF_A_TOOL else None


def _strictly_needed(place: Place) -> bool:
    """Does a sentence call its cookies strictly necessary, and not deny that?"""
    return place.says("concepts", "strictly_needed") and not place.says("concepts", "beyond_necessary")


def _waiting(place: Place) -> Category | None:
    """The one category beyond the necessary that a sentence about consent names; None where it names several."""
    beyond = {Category.STRICTLY_NECESSARY, Category.UNCLASSIFIED}
    named = set(labels_beside_cookies(place.reading, place.folded)) - beyond
    return named.pop() if len(named) == 1 else None

"""One statement about several scopes: after "we use cookies on our website and in our apps" all is about both."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from auditor.policy.places import find_places, words_of

if TYPE_CHECKING:
    from auditor.model import Scope
    from auditor.policy.context import Reading
    from auditor.policy.places import Place, PlaceWords

EARLY = 30
_QUOTES = "\"'“”„«‘’"
_ASIDES = re.compile(r"\([^()]{0,80}\)")
KINDS = ("website", "app", "web_portal")


def shared_scopes(reading: Reading, words: PlaceWords, brands: frozenset[str]) -> list[Scope]:
    """The scopes that the first sentences on the use of cookies name together; none where they name one, or none."""
    used = reading.words.cues("cookies_in_use")
    for sentence in reading.cookie_sentences[:EARLY]:
        folded = sentence.view.folded
        if sentence.place in reading.definition_places or not used.first(folded):
            continue
        places = find_places(words, sentence.view, brands)
        for first, second in pairwise(_without_terms(places, folded)):
            between = words_of(_ASIDES.sub(" ", folded[first.end : second.start]))
            if reading.words.cues("compared").first(folded[: first.start]):
                continue  # "Like many websites and applications, ..."
            joined = all(word in words.joiners or word in words.links for word in between)
            kinds = {first.kind, second.kind}
            if joined and len(kinds) > 1 and kinds <= set(KINDS) and _is_own(reading, folded, first, second):
                return [place.scope(sentence.view) for place in (first, second)]
    return []


def _without_terms(places: list[Place], folded: str) -> list[Place]:
    """The places, without the terms in quotes that are defined for the one before them (``the Acme app ("App")``)."""
    terms = {second.start for first, second in pairwise(places) if second.kind == first.kind}
    return [place for place in places if place.start not in terms or folded[place.start] not in _QUOTES]


def _is_own(reading: Reading, folded: str, first: Place, second: Place) -> bool:
    """Are two places those of the vendor? Text files that "help websites and apps remember you" are on any."""
    if first.foreign or second.foreign:
        return False
    said = folded[first.start : second.end]
    return first.locative or second.locative or reading.words.cues("own_site_words").first(said) is not None

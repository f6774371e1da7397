"""The kind of data that a claim is about, where it is not about cookies ("usage_data", "messages")."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.policy.claim_places import Place

LOOK_BACK = 2


def shared_noun(place: Place, kind: str) -> str | None:
    """What alone is not shared ("your messages", "the IP address"), where a sentence speaks of no other data."""
    if kind != "no_third_party_sharing" or place.says("cookie") or place.says("concepts", "data"):
        return None
    nouns = place.reading.words.keys("shared_nouns")
    return next((noun for noun in nouns if place.says("shared_nouns", noun)), None)


def heading_noun(place: Place) -> str | None:
    """The kind of data that the heading right above a sentence names ("Navigation data")."""
    for heading in place.reading.headings(place.sentence.place)[:1]:
        for noun in place.reading.words.keys("data_nouns"):
            if place.reading.words.cues("data_nouns", noun).first(heading.view.folded):
                return noun
    return None


def data_noun(place: Place) -> str | None:
    """The kind of data that a general statement is about ("usage_data"): named in it or just before it in its block."""
    reading, view = place.reading, place.sentence.view
    beside = reading.sentences_at(place.sentence.place)
    at = bisect_left(beside, view.start, key=lambda sentence: sentence.view.start)
    for one in (view, *(sentence.view for sentence in reversed(beside[max(0, at - LOOK_BACK) : at]))):
        for noun in reading.words.keys("data_nouns"):
            if reading.words.cues("data_nouns", noun).first(one.folded):
                return noun
    return None

"""The categories that a sentence is itself about: by the kind of cookies that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.places import words_of
from auditor.policy.prose import excepted, kinds_of_cookies

if TYPE_CHECKING:
    from auditor.policy.claim_places import Place

BEGINS = 3
REST = 40
REST_GAP = 12  # "optional or strictly ..."
SPOKEN_OF = {
    *("aggregated_only", "anonymous_data", "cross_site_tracking", "data_limited", "first_party_only"),
    *("identifies_user", "ip_anonymised", "may_collect_personal_data", "no_cross_site_tracking", "no_personal_data"),
    *("no_profiling", "no_third_party_sharing", "purpose_limited", "session_only", "shared_with_third_parties"),
    *("third_party_cookies_used", "third_party_sets", "tracks_behaviour"),
}
"""What is said of cookies of a kind, where a sentence names one."""


def topics(place: Place) -> tuple[Category, ...]:
    """The categories whose cookies a sentence is about; empty where it names none, denies them or means others.

    Before the words of a claim stands what it is about; behind them only where nothing else does. After "these cookies"
    a name is what they are compared with.
    """
    folded, denials = place.folded, place.reading.denials
    taken_up = place.reading.words.cues("concepts", "take_up").first(folded)
    runs = [
        run
        for run in kinds_of_cookies(place.reading, folded)
        if (taken_up is None or run[0].start < taken_up.start)
        and not denials.denied_before(folded, run[0].start)
        and not excepted(place.reading, folded[: run[0].start])
        and not place.reading.words.cues("concepts", "share").whole(folded[run[0].start : run[-1].end])  # the verb
        and not _and_the_rest(place, run[0].start)
        and not _exemplifies(place, run[0].start)
        and not place.reading.words.cues("concepts", "unlike").first(folded[: run[0].start])
    ]
    ahead = [run for run in runs if run[0].start < place.found.end]
    chosen = [run for run in ahead if run[0].start >= _clause_start(place)] or ahead or runs
    named = [tuple(dict.fromkeys(w.category for w in run if w.category is not Category.UNCLASSIFIED)) for run in chosen]
    first = next((at for at, categories in enumerate(named) if categories), len(named))
    last = first
    while last + 1 < len(chosen) and _are_joined(place, chosen[last][-1].end, chosen[last + 1][0].start):
        last += 1
    return tuple(dict.fromkeys(category for categories in named[first : last + 1] for category in categories))


def _exemplifies(place: Place, at: int) -> bool:
    """Does an offset lie in parentheses with examples of something else ("others (e.g. analytics tools)")?"""
    folded, opened = place.folded, place.folded.rfind("(", 0, at)
    if opened < 0 or ")" in folded[opened:at]:
        return False
    within = folded[opened + 1 :].partition(")")[0]
    example = place.reading.words.cues("example").first(within)
    return example is not None and example.start <= BEGINS and place.reading.labels.cookie.first(within) is None


def _clause_start(place: Place) -> int:
    """Where the clause of the found words begins: after a semicolon or a "but" before them."""
    before = place.folded[: place.found.start]
    turns = [found.end for found in place.reading.words.cues("concepts", "but").all(before)]
    return max((before.rfind(";") + 1, *turns))


def _are_joined(place: Place, start: int, end: int) -> bool:
    """Do only "cookies, and the" and the like stand between two kinds of cookies?"""
    words, gap = place.reading.words, place.folded[start:end]
    if words.cues("joiner").first(gap) is None:
        return False
    passed = (place.reading.labels.cookie, words.cues("joiner"), words.cues("article"))
    for found in (found for cues in passed for found in cues.all(gap)):
        gap = gap[: found.start] + " " * (found.end - found.start) + gap[found.end :]
    return not words_of(gap)


def _and_the_rest(place: Place, at: int) -> bool:
    """Do words such as "optional or" stand right before an offset: are all cookies meant?"""
    before = place.folded[max(0, at - REST) : at].rstrip()
    found = place.reading.words.cues("concepts", "rest_too").all(before)
    return bool(found) and len(before) - found[-1].end <= REST_GAP

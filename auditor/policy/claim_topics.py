"""The categories that a sentence is itself about: by the kind of cookies that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.prose import excepted, kinds_of_cookies

if TYPE_CHECKING:
    from auditor.policy.claim_places import Place

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
        and not place.reading.words.cues("concepts", "unlike").first(folded[: run[0].start])
    ]
    ahead = [run for run in runs if run[0].start < place.found.end]
    chosen = ahead or runs
    named = [tuple(dict.fromkeys(w.category for w in run if w.category is not Category.UNCLASSIFIED)) for run in chosen]
    return next((categories for categories in named if categories), ())


def _and_the_rest(place: Place, at: int) -> bool:
    """Do words such as "optional or" stand right before an offset: are all cookies meant?"""
    before = place.folded[max(0, at - REST) : at].rstrip()
    found = place.reading.words.cues("concepts", "rest_too").all(before)
    return bool(found) and len(before) - found[-1].end <= REST_GAP

"""How far a statement reaches: whether "only these cookies" are all, and whether data are denied without a limit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.places import words_of
from auditor.policy.prose import label_runs
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.claim_places import Place
    from auditor.policy.cues import Found
    from auditor.policy.labels import LabelWord

BETWEEN = 2
BEFORE = 6
_TITLE = re.compile(r"[“„«](?:[^\s“”„«»]+\s+){5,40}[^\s“”„«»]+\s?[”“»]")
_EVERYDAY = {Category.STRICTLY_NECESSARY, Category.UNCLASSIFIED}
_ENDS = re.compile(r"\s*(?:[.!;:)]|\(|$|[-–—]\s)")
_OF_VISITORS = re.compile(
    r"\s*(?:\w{1,7}\s+){1,3}(?:you|users?|visitors?|nutzern?|besuchern?|sie|gebruikers?|bezoekers?|vous|utilisateurs?"
    r"|visiteurs?|usuarios?|visitantes?|utenti|visitatori|dig|deg|användare|besökare|brugere|brukere)\s*(?:[.!;]|$)"
)


def only_these(place: Place) -> tuple[Category, ...]:
    """The categories whose cookies alone are used ("only an analytics cookie is used"), if no other is declared.

    Between "only" and the label at most two words may stand, an article and the like, and no purpose may follow: "only
    if you agree we use analytics cookies", "we only use analytics cookies to count visits" say something else.
    """
    if place.general or not place.in_cookies or place.governing is not None:
        return ()
    onlys = place.reading.words.cues("concepts", "only").all(place.folded)
    for run in label_runs(place.reading, place.folded):
        before = [only for only in onlys if only.end <= run[0].start]
        between = words_of(place.folded[before[-1].end : run[0].start]) if before else None
        named = {word.category for word in run}
        if between is not None and len(between) <= BETWEEN and _are_all(place, named) and not _limited(place, run):
            return tuple(sorted(named))
    return ()


def _are_all(place: Place, named: set[Category]) -> bool:
    """Are the named categories, none of them everyday, all beside the necessary one that the policy declares?"""
    used = {one.canonical for one in place.categories.declared if one.in_use != "no"}
    return not named & _EVERYDAY and not used - named - _EVERYDAY


def _limited(place: Place, run: list[LabelWord]) -> bool:
    """Does a purpose or a condition follow?"""
    rest = place.folded[run[-1].end :]
    cues = (place.reading.words.cues(name) for name in ("purpose_preposition", "contrast", "third_cookies"))
    return any(cue.first(rest) is not None for cue in cues)


def says_of_all(place: Place) -> bool:
    """Is something said of all cookies: not of those of a category, of some, of "these", or of cookies in general?"""
    of_some = place.governing is not None or place.says("these_cookies") or place.says("concepts", "some_cookies")
    return not of_some and not place.general


def says_plainly(place: Place) -> bool:
    """Is it said of the whole site that data are not collected: not below a heading about somebody else's data?

    What precedes is short and takes nothing up; what follows is the end, a list of examples, or "about you".
    """
    words, folded, found = place.reading.words, place.folded, place.found
    before, after = folded[: found.start], folded[found.end :]
    if len(words_of(before)) > BEFORE or place.general:
        return False
    barred = [words.cues(name) for name in ("anaphora", "other_subject", "cookie", "relative", "this_cookie")]
    if any(cue.first(before) is not None for cue in (*barred, words.cues("concepts", "condition"))):
        return False
    if any(words.cues("concepts", "minors").first(h.view.folded) for h in place.reading.headings(place.sentence.place)):
        return False
    example = words.cues("such_as").first(after)
    listed = example is not None and not after[: example.start].strip(" ,")
    return listed or _ENDS.match(after) is not None or _OF_VISITORS.match(after) is not None


def in_title(sentence: Sentence, found: Found) -> bool:
    """Do the words stand within the quoted title of another text (of a decree on "... consent for cookies")?"""
    return any(match.start() < found.start and found.end < match.end() for match in _TITLE.finditer(sentence.view.text))


def about_cookies_as_such(place: Place) -> bool:
    """Does a sentence begin with cookies, at most a "but" or an article before them?"""
    first = place.reading.labels.cookie.first(place.folded)
    articles = {"", *map(fold, place.reading.words.values("article"))}
    before = place.folded[: first.start].strip() if first else ""
    turned = place.reading.words.cues("concepts", "turn").whole(before)
    return first is not None and (turned or before in articles)

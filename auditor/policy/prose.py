"""Category labels inside sentences: "we use functional, analytical and tracking cookies"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.conditions import if_refused
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.cues import Found
    from auditor.policy.labels import LabelWord
    from auditor.policy.view import View

BEFORE = 60
_OTHER = r"(?:any other|other|sonstige\w*|andere\w*|overige|autres?|otras|altri|inne|andra|andre)"
_PARTY = r"(?:(?:third|first)[\s\-]party|drittanbieter|third|tredjeparts?|tiers)"
PURPOSE = 30
_MEANS = ("web_beacons", "tracking_scripts")


def named_in_prose(reading: Reading, sentence: Sentence) -> list[tuple[Category, str]]:
    """(category, label) of the label words that a sentence says are in use."""
    if reading.denials.hypothetical(sentence) or sentence.place in reading.denials.places:
        return []
    view = sentence.view
    out: list[tuple[Category, str]] = []
    for run in runs_in_use(reading, view.folded, reading.opening(sentence.place)):
        out.extend((word.category, label_with_cookie(reading, view, word, alone=len(run) == 1)) for word in run)
    return out


def runs_in_use(reading: Reading, folded: str, opening: str = "") -> list[list[LabelWord]]:
    """Runs of label words that belong to a cookie word in a sentence that speaks of use.

    ``opening`` is the introduction of the list that the sentence stands in: it may say the use. Sentences that are
    about refusing or deleting, and labels that are denied, give nothing.
    """
    words = reading.words
    if not (reading.labels.cookie.first(folded) or words.cues("cookie_like").first(folded)):
        return []
    about = opening.rstrip().endswith(":") or reading.labels.cookie.first(opening) is not None
    if not words.cues("use").first(folded) and not (about and words.cues("use").first(opening)):
        return []  # "How we collect information" says nothing of the use of cookies
    out = []
    for chain in _chains(reading, folded) + _strong(reading, folded):
        start, end = chain[0].start, chain[-1].end
        before = folded[max(0, start - BEFORE) : end]
        denied = reading.denials.in_clause(folded, start, end)
        if not if_refused(reading, folded) if denied else words.cues("conditional_label").first(before):
            continue  # but "If you refuse, no analytics cookies are set" tells that else they are
        if words.cues("predicate_label").first(before):
            continue  # "In many cases cookies are necessary to offer a service" names no category
        if known := [word for word in chain if word.category is not Category.UNCLASSIFIED]:
            out.append(known)
    return out


def label_runs(reading: Reading, folded: str) -> list[list[LabelWord]]:
    """The runs of label words that belong to a cookie word, whatever the sentence says of them."""
    return _chains(reading, folded)


def labels_beside_cookies(reading: Reading, folded: str) -> list[Category]:
    """The categories of the label words that belong to a cookie word, whatever the sentence says of them."""
    return [word.category for chain in _chains(reading, folded) for word in chain]


def kinds_of_cookies(reading: Reading, folded: str) -> list[list[LabelWord]]:
    """The runs of label words that name a kind of cookies, not a purpose ("data for analytics purposes")."""
    return [run for run in _chains(reading, folded) if not is_purpose(reading, folded, run[0].start, run[-1].end)]


def labels_said_of_cookies(reading: Reading, folded: str) -> list[Category]:
    """As `labels_beside_cookies`, without what is denied ("without tracking cookies")."""
    chains = _chains(reading, folded)
    said = (c for c in chains if not reading.denials.in_clause(folded, c[0].start, c[-1].end))
    return [word.category for chain in said if not excepted(reading, folded[: chain[0].start]) for word in chain]


def excepted(reading: Reading, before: str) -> bool:
    """Does a text end in a word such as "without"?"""
    near = before[-PURPOSE:].rstrip()
    found = reading.words.cues("contrast").all(near)
    return bool(found) and found[-1].end == len(near)


def _strong(reading: Reading, folded: str) -> list[list[LabelWord]]:
    """Labels of several words that need no cookie word beside them ("targeted advertising").

    Not the words that say which technology is meant: tracking pixels and scripts serve any purpose.
    """
    loud = (Category.TARGETING, Category.PERFORMANCE)
    found = [word for word in reading.labels.find(folded) if word.category in loud]
    several = [word for word in found if " " in folded[word.start : word.end].strip()]
    social = reading.words.cues("subtypes", "social_media")  # "shops and social networks" are kinds of sites
    loud_ones = (word for word in several if not social.first(folded[word.start : word.end]))
    return [[word] for word in loud_ones if not _says_the_means(reading, folded, word)]


def _says_the_means(reading: Reading, folded: str, word: LabelWord) -> bool:
    """Does a label that is about tracking belong to the pixels or scripts right before it?"""
    if not reading.words.cues("concepts", "track").first(folded[word.start : word.end]):
        return False
    means = (one for name in _MEANS for one in reading.words.cues("technologies", name, "cues").all(folded))
    return any(one.start < word.start <= one.end + 1 for one in means)


def label_with_cookie(reading: Reading, view: View, word: LabelWord, *, alone: bool) -> str:
    """The words of a label; with the cookie word where it belongs to one label only."""
    start, end = word.start, word.end
    if alone:
        for cookie in reading.labels.cookie.all(view.folded):
            if cookie.start >= end and cookie.start - end <= 1:
                end = cookie.end
            elif cookie.end <= start and start - cookie.end <= 1:
                start = cookie.start
    return view.text[start:end]


def _chains(reading: Reading, folded: str) -> list[list[LabelWord]]:
    """Runs of label words joined by commas and conjunctions that touch a cookie word."""
    found = reading.labels.find(folded)
    cookies = reading.labels.cookie.all(folded) + reading.words.cues("cookie_like").all(folded)
    joiners = "|".join(re.escape(fold(word)) for word in reading.words.values("joiner"))
    link = re.compile(rf"[\s,/&\-]*(?:(?:{joiners})[\s,/&\-]+)?")
    runs: list[list[LabelWord]] = []
    for word in found:
        if runs and link.fullmatch(_without_cookies(folded, runs[-1][-1].end, word.start, cookies)):
            runs[-1].append(word)
        else:
            runs.append([word])
    return [run for run in runs if _touches(reading, folded, run[0].start, run[-1].end, cookies)]


def _without_cookies(folded: str, start: int, end: int, cookies: list[Found]) -> str:
    text = folded[start:end]
    for cookie in cookies:
        if start <= cookie.start and cookie.end <= end:
            text = text.replace(folded[cookie.start : cookie.end], " ", 1)
    return text


def is_purpose(reading: Reading, folded: str, start: int, end: int) -> bool:
    """Do labels stand as purposes ("for analytics and advertising purposes", "à des fins de mesure")?"""
    cues = reading.words.cues("for_purposes")
    after, before = cues.first(folded[end : end + PURPOSE]), cues.all(folded[max(0, start - PURPOSE) : start])
    if after is not None and not folded[end : end + after.start].strip(" ,"):
        return True
    return bool(before) and not folded[max(0, start - PURPOSE) + before[-1].end : start].strip(" ,'")


def _touches(reading: Reading, folded: str, start: int, end: int, cookies: list[Found]) -> bool:
    """Does a cookie word stand in a run of labels or right beside it, at most a connecting word between?"""
    connectors = "|".join(re.escape(fold(word)) for word in reading.words.values("connector"))
    before = re.compile(rf"[\s\-\"':(«]{{1,3}}(?:(?:{connectors})\s)?" if connectors else r"[\s\-\"':(«]{1,3}")
    joiners = "|".join(re.escape(fold(word)) for word in reading.words.values("joiner"))
    after = re.compile(rf"[\s\-\"']{{0,3}}(?:(?:(?:{joiners})\s)?(?:{_OTHER}\s)?{_PARTY}[\s\-])?")
    if cookies and is_purpose(reading, folded, start, end):
        return True
    for cookie in cookies:
        if start <= cookie.start < end or cookie.start < start < cookie.end:
            return True
        if cookie.start >= end and after.fullmatch(folded[end : cookie.start]):
            return True
        if cookie.end <= start and before.fullmatch(folded[cookie.end : start]):
            return True
    return False

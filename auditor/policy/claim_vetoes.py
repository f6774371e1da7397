"""Sentences with the words of a claim that make another statement: who gives to whom, what a name or a right is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.policy.promises import QUOTED

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.cues import Found

NEAR = 40
OBJECT = 12
FEWEST_RIGHTS = 3
OF_THIRD_PARTIES = {"third_party_cookies_used", "third_party_sets"}
ASSERTIONS = {"anonymous_data", "no_personal_data", "no_profiling", "purpose_limited"}
_TOLD_BY_ENDINGS = {"cs", "de", "fi", "pl"}
"""Languages that tell a recipient by the ending of the noun, without a preposition."""
_NAMED = re.compile(r"[\"“„«](?P<term>[^\"“”„«»]{3,40})[\"“”»]")


def says_otherwise(reading: Reading, kind: str, sentence: Sentence, found: Found) -> bool:
    """Does a sentence with the words of a kind of claim not make it?

    Others share with us; terms are given their names; a reason is one of two; a right is one of many; a control is
    explained.
    """
    if kind == "shared_with_third_parties":
        return not _is_received(reading, sentence.view.folded, found)
    if kind in OF_THIRD_PARTIES:
        return _names_terms(reading, sentence)
    if kind in ASSERTIONS:
        either = reading.words.cues("concepts", "either_because").first(sentence.view.folded)
        return either is not None and either.start < found.start
    if kind == "reject_possible":
        return _describes_control(reading, sentence)
    return kind == "withdrawal_possible" and _lists_rights(reading, sentence.view.folded)


def _is_received(reading: Reading, folded: str, found: Found) -> bool:
    """Do others receive what is shared: behind a "with" or "to", right behind the verb, or as those "with whom"?"""
    if reading.words.language in _TOLD_BY_ENDINGS:
        return True
    given_to = reading.words.cues("concepts", "recipient_before")
    verbs = reading.words.cues("concepts", "share").all(folded)
    for other in reading.words.cues("concepts", "others").all(folded):
        before = [verb for verb in verbs if verb.end <= other.start]
        start = before[-1].end if before else max(0, other.start - NEAR)
        if other.start - start <= OBJECT and before:
            return True
        whom = reading.words.cues("concepts", "with_whom").first(folded[other.end : other.end + NEAR])
        if whom is not None or given_to.first(folded[start : other.start]):
            return True
    return reading.words.cues("concepts", "others").first(folded[found.start : found.end]) is None


def _names_terms(reading: Reading, sentence: Sentence) -> bool:
    """Does a sentence give two kinds of cookies their names (`by us ("own cookies") or others ("...")`)?"""
    terms = (match["term"] for match in _NAMED.finditer(sentence.view.text.lower()))
    return sum(reading.labels.cookie.first(term) is not None for term in terms) > 1


def _describes_control(reading: Reading, sentence: Sentence) -> bool:
    """Does a sentence explain switches and a button by its words ("switch them on or off, then press 'Save'")?"""
    switches = reading.words.cues("concepts", "on_or_off").first(sentence.view.folded) is not None
    return switches and QUOTED.search(sentence.view.folded) is not None


def _lists_rights(reading: Reading, folded: str) -> bool:
    """Does a sentence count up the rights of those whose data are processed?"""
    return len(reading.words.cues("concepts", "data_rights").all(folded)) >= FEWEST_RIGHTS

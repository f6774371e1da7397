"""Which category the words for a purpose speak for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category
from auditor.policy.frames import Statement
from auditor.policy.service_names import find_services
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading


def purposes(reading: Reading, folded: str) -> dict[Category, int]:
    """How many purpose words of each category a text has; none in an idiom ("dans la mesure du possible")."""
    for idiom in reading.words.cues("concepts", "idioms").all(folded):
        folded = folded[: idiom.start] + " " * (idiom.end - idiom.start) + folded[idiom.end :]
    order = (Category.PERFORMANCE, Category.TARGETING, Category.FUNCTIONAL, Category.STRICTLY_NECESSARY)
    return {category: len(reading.words.cues("purposes", category.value).all(folded)) for category in order}


def sentence_purpose(reading: Reading, folded: str) -> Category | None:
    """The category that a text's purpose words speak for: the one with most of them."""
    counts = purposes(reading, folded)
    best = max(counts, key=lambda category: counts[category])
    return best if counts[best] else None


def cookie_purpose(reading: Reading, folded: str) -> Category | None:
    """The category that the description of one cookie speaks for.

    What keeps the visitor's choice about cookies is necessary, as is a convenience that needs no consent; what measures
    advertisements is part of advertising, although it counts something.
    """
    words = reading.words
    if words.cues("consent_record").first(folded):
        return Category.STRICTLY_NECESSARY
    found = sentence_purpose(reading, folded)
    if found is Category.PERFORMANCE and words.cues("concepts", "ad_effect").first(folded):
        return Category.TARGETING
    if found in (None, Category.FUNCTIONAL) and words.cues("category_consent", "not_required").first(folded):
        return Category.STRICTLY_NECESSARY
    return found


def used_for(reading: Reading, sentence: Sentence) -> list[tuple[Category, str]]:
    """The categories that a sentence about the use of cookies gives as purposes, with their words.

    "To improve" alone is no category. Where no purpose is told, "cookies that the site needs" are necessary ones.
    """
    folded = sentence.view.folded
    span = _purpose_span(reading, sentence)
    if span is None:
        return []
    start, end = span
    rest = folded[start:end]
    for vague in reversed(reading.words.cues("improvement").all(rest)):
        rest = rest[: vague.start] + " " * (vague.end - vague.start) + rest[vague.end :]
    addressed = bool(Statement(reading.words, folded).spans("you_may"))
    joiners = "|".join(re.escape(fold(word)) for word in reading.words.values("joiner"))
    out, at = [], 0
    for stop in re.finditer(rf"[,;:()]\s|\s(?:{joiners})\s|$", rest):
        category = _clause_purpose(reading, rest[at : stop.start()], addressed=addressed)
        if category is not None:
            out.append((category, sentence.view.text[start + at : start + stop.start()].strip(" .")))
        at = stop.end()
    return out or _needed(reading, sentence)


def _needed(reading: Reading, sentence: Sentence) -> list[tuple[Category, str]]:
    """The words of a sentence that say that the site needs its cookies."""
    cookie = reading.labels.cookie.first(sentence.view.folded)
    at = cookie.end if cookie else 0
    found = reading.words.cues("necessity").first(sentence.view.folded[at:])
    if cookie is None or found is None:
        return []
    return [(Category.STRICTLY_NECESSARY, sentence.view.text[at + found.start : at + found.end])]


def _clause_purpose(reading: Reading, clause: str, *, addressed: bool) -> Category | None:
    """The category of one clause; to measure or to personalise advertisements is advertising.

    Words such as "consent" stand in any sentence, and make nothing necessary. ``addressed``: the sentence says what
    the visitor may do.
    """
    said = Statement(reading.words, clause)
    if (addressed or said.spans("you_may")) and _changes(said):
        return None  # "how you can manage your preferences"
    counts = purposes(reading, clause)
    if counts[Category.TARGETING]:
        return Category.TARGETING
    best = max(counts, key=lambda category: counts[category])
    if not counts[best] or (best is Category.STRICTLY_NECESSARY and reading.words.cues("consent_word").first(clause)):
        return None
    return best


def manages(reading: Reading, folded: str) -> bool:
    """Does a text say that visitors may change settings? What is set there tells no purpose."""
    said = Statement(reading.words, folded)
    return bool(said.spans("you_may")) and _changes(said)


def _changes(said: Statement) -> bool:
    """Does a clause speak of changing preferences or something of the browser?"""
    return bool(said.spans("change")) and any(said.spans(part) for part in ("settings", "browser"))


def _purpose_span(reading: Reading, sentence: Sentence) -> tuple[int, int] | None:
    """Where a sentence tells what cookies are used for; None where it does not speak of their use here."""
    words, folded = reading.words, sentence.view.folded
    prepositions = words.cues("purpose_preposition")
    used = words.cues("cookies_in_use").first(folded)
    if used is not None and not reading.denials.in_clause(folded, used.end, used.end):
        before = prepositions.first(folded[: used.start])
        if before is not None and not folded[: before.start].strip():  # "For measuring our visits we use cookies"
            return before.end, used.start
        if purpose := prepositions.first(folded[used.end :]):
            return used.end + purpose.end, len(folded)
        if words.cues("purpose_case").first(folded[used.end :]) or words.cues("relative").first(folded):
            return used.end, len(folded)
    enabled = words.cues("cookies_enable").first(folded)
    cookie = reading.labels.cookie.first(folded[enabled.start :]) if enabled else None
    if enabled is None or cookie is None or not words.cues("own_site_words").first(folded):
        return _service_span(reading, sentence)
    if reading.denials.in_clause(folded, enabled.end, enabled.end):
        return None
    return enabled.start + cookie.end, len(folded)


def _service_span(reading: Reading, sentence: Sentence) -> tuple[int, int] | None:
    """Where a sentence tells what a tracker is used for ("we use Matomo to count visits", "we use this service to")."""
    folded = sentence.view.folded
    use = reading.words.cues("use").first(folded)
    named = [m.end for m in find_services(sentence.view) if m.service.category in TRACKING]
    meant = reading.words.cues("this_service").first(folded) if not named else None
    if meant is not None and reading.names_tracker(sentence.place):
        named = [meant.end]
    if use is None or not named or reading.denials.in_clause(folded, use.start, use.end):
        return None
    at = max(use.end, min(named))
    found = reading.words.cues("purpose_preposition").first(folded[at:])
    return (at + found.end, len(folded)) if found else None

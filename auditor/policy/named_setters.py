"""That a named company sets the cookies of a category ("Analytics cookies ... They are set by Google")."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from auditor.model import Category, Claim
from auditor.policy.prose import labels_beside_cookies
from auditor.policy.service_entries import is_other
from auditor.policy.service_names import find_services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes

CONFIDENCE = 0.8
NEAR = 20


def named_setters(reading: Reading, categories: Categories, _: Scopes) -> Iterator[Claim]:
    """A claim for each sentence that says that somebody else, by name, sets the cookies of one category."""
    for sentence in reading.cookie_sentences:
        if sentence.place in reading.definition_places or reading.denials.hypothetical(sentence):
            continue
        if not _set_by_other(reading, sentence):
            continue
        governing = categories.governing.get(sentence.place)
        category = governing.canonical if governing else _described(reading, sentence)
        declared = next((c for c in categories.declared if c.canonical is category), None)
        if category is not None and declared is not None:
            yield Claim(
                id="", type="third_party_sets", subject_kind="category", subject_value=category.value,
                strength="absolute", tests=("cookies_by_party",), scope_ids=declared.scope_ids,
                evidence=(sentence.view.quote(),), confidence=CONFIDENCE,
            )  # fmt: skip


def own_setters(reading: Reading, _: Categories, scopes: Scopes) -> Iterator[Claim]:
    """A claim about a service for each sentence whose subject it is ("VideoHost may set a cookie when you ...")."""
    words = reading.words
    for sentence in reading.cookie_sentences:
        folded = sentence.view.folded
        if sentence.place in reading.definition_places or reading.denials.hypothetical(sentence):
            continue
        for one in find_services(sentence.view):
            rest = folded[one.end :].lstrip()
            told = words.cues("concepts", "sets_own").first(rest)
            if told is None or told.start or not is_other(reading, one):
                continue
            hedged = words.cues("hedge").first(rest[: told.end]) is not None
            yield Claim(
                id="", type="third_party_sets", subject_kind="service", subject_value=one.service.name,
                strength="qualified" if hedged else "absolute", tests=("cookies_by_party",), scope_ids=scopes.web,
                evidence=(sentence.view.quote(),), confidence=CONFIDENCE,
            )  # fmt: skip


def _set_by_other(reading: Reading, sentence: Sentence) -> bool:
    """Does the name of a service follow words such as "set by" in a sentence without a denial, condition or "may"?"""
    words, folded = reading.words, sentence.view.folded
    if any(words.cues("concepts", name).first(folded) for name in ("negation", "condition", "may")):
        return False
    ends, last_ends = (
        {found.end for found in words.cues("concepts", name).all(folded)} for name in ("set_by", "set_by_before")
    )
    for one in find_services(sentence.view) if ends or last_ends else ():
        before = len(folded[: one.start].rstrip())
        verb = words.cues("concepts", "set_after").first(folded[one.end : one.end + NEAR])  # "von ... gesetzt"
        if is_other(reading, one) and (before in ends or (before in last_ends and verb is not None)):
            return True
    return False


def _described(reading: Reading, sentence: Sentence) -> Category | None:
    """The one category that the sentence, or those before it in its block, name."""
    beside = reading.sentences_at(sentence.place)
    at = bisect_right(beside, sentence.view.start, key=lambda other: other.view.start)
    named = {category for one in beside[:at] for category in labels_beside_cookies(reading, one.view.folded)}
    return named.pop() if len(named) == 1 else None

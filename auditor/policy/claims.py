"""Testable statements: what a policy asserts that a crawl can confirm or refute.

Precision before recall: a statement counts only where its own words say it, about something that is named; negations
and conditions are part of the wording data (``unless``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from auditor.model import Category, Claim, DeclaredCategory
from auditor.policy.cues import Cues, Found
from auditor.policy.durations import find_durations
from auditor.policy.services import sentence_purpose

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.view import View

HEDGE_REACH = 45
LOOK_BACK = 2
_CLAUSE = re.compile(r"[,;:.]\s|\s(?:and|but|en|und|et|y|e|i|och|og|maar|aber|mais|pero|ma|ale)\s")


@dataclass(frozen=True, slots=True)
class _Subject:
    kind: str
    value: str | None
    scope_ids: tuple[str, ...]


@dataclass(frozen=True)
class _Rule:
    """One kind of claim as the wording files describe it."""

    type: str
    cues: Cues
    unless: Cues
    context: str
    subject: str
    tests: tuple[str, ...]
    duration: bool


def read_claims(reading: Reading, categories: Categories, scopes: Scopes) -> tuple[Claim, ...]:
    """Every claim, in the order of the document; the same claim about the same subject once, with all its quotes."""
    rules = [_rule(data) for data in reading.words.values("claims")]
    claims: dict[tuple[str, str, str | None], Claim] = {}
    for sentence in reading.document.sentences:
        for rule in rules:
            found = rule.cues.first(sentence.view.folded)
            if found is None or rule.unless.first(sentence.view.folded):
                continue
            subject = _subject(reading, categories, scopes, rule, sentence)
            if subject is None or (rule.duration and not find_durations(sentence.view.folded)):
                continue
            key = (rule.type, subject.kind, subject.value)
            claims.setdefault(key, _claim(reading, rule, sentence, found, subject))
    ordered = sorted(claims.values(), key=lambda claim: claim.evidence[0].start)
    return tuple(_numbered(claim, number) for number, claim in enumerate(ordered, 1))


def _rule(data: dict[str, Any]) -> _Rule:
    return _Rule(
        data["type"], Cues(data["cues"]), Cues(data.get("unless", ())), data.get("context", "cookie"),
        data.get("subject", "auto"), tuple(data["tests"]), bool(data.get("duration")),
    )  # fmt: skip


def _numbered(claim: Claim, number: int) -> Claim:
    return replace(claim, id=f"k{number}")


def _claim(reading: Reading, rule: _Rule, sentence: Sentence, found: Found, subject: _Subject) -> Claim:
    strength = "qualified" if hedged(reading, sentence.view, found) else "absolute"
    return Claim(
        id="", type=rule.type, subject_kind=subject.kind, subject_value=subject.value, strength=strength,
        tests=rule.tests, scope_ids=subject.scope_ids, evidence=(sentence.view.quote(),),
        confidence=0.85 if strength == "absolute" else 0.75,
    )  # fmt: skip


def hedged(reading: Reading, view: View, found: Found) -> bool:
    """Is the clause around a match qualified ("may", "usually")?"""
    folded = view.folded
    start = max(0, found.start - HEDGE_REACH)
    before = folded[start : found.start]
    clauses = list(_CLAUSE.finditer(before))
    if clauses:
        before = before[clauses[-1].end() :]
    return reading.words.cues("hedge").first(before + folded[found.start : found.end]) is not None


# ----------------------------------------------------------------------------------------- subjects


def _subject(
    reading: Reading, categories: Categories, scopes: Scopes, rule: _Rule, sentence: Sentence
) -> _Subject | None:
    """What a claim is about, or None where the sentence does not stand in the rule's context."""
    document = _Subject("document", None, scopes.web)
    in_cookies = sentence.place in reading.cookie_places
    governing = categories.governing.get(sentence.place)
    if rule.context.startswith("cookie") and not in_cookies and governing is None:
        return None
    if rule.subject == "document":
        return document
    special = _special_subject(reading, categories, scopes, rule, sentence, governing)
    if special is not None or rule.subject in ("category", "label"):
        return special
    if in_cookies or governing is not None:
        named = _named_subject(reading, categories, scopes, sentence, governing)
        if named is not None:
            return named
        if rule.context == "cookie_category":
            return None
    return _Subject("document", _data_noun(reading, sentence), scopes.web)


def _special_subject(
    reading: Reading,
    categories: Categories,
    scopes: Scopes,
    rule: _Rule,
    sentence: Sentence,
    governing: DeclaredCategory | None,
) -> _Subject | None:
    """Subjects that the rule itself names: a group of people, a category's label, a scope."""
    folded = sentence.view.folded
    if rule.subject == "group":
        found = reading.words.cues("groups").first(folded)
        words = folded[found.start : found.end].split()[-2:] if found else []
        return _Subject("document", "_".join(words) or None, scopes.web)
    if rule.subject == "scope":
        return _Subject("document", None, scopes.web)
    if rule.subject == "label":
        named = reading.labels.find(folded)
        return _category_subject(categories, scopes, named[0].category) if named else None
    if rule.subject == "category" and governing is not None:
        return _Subject("category", governing.canonical.value, governing.scope_ids)
    return None


def _named_subject(
    reading: Reading, categories: Categories, scopes: Scopes, sentence: Sentence, governing: DeclaredCategory | None
) -> _Subject | None:
    """The technology or category that a sentence is about: named in it, or meant by "these cookies"."""
    folded = sentence.view.folded
    if reading.words.cues("beacon_subject").first(folded):
        return _Subject("technology", "web_beacons", scopes.web)
    if governing is not None and (
        reading.words.cues("anaphora").first(folded) or reading.mentions_cookies(sentence.view)
    ):
        value = "social_media" if governing.subtype == "social_media" else governing.canonical.value
        return _Subject("category", value, governing.scope_ids)
    if governing is None:
        category = _meant(reading, categories, folded)
        return _category_subject(categories, scopes, category) if category else None
    return None


def _meant(reading: Reading, categories: Categories, folded: str) -> Category | None:
    """The declared category that "these cookies" or "cookies that ..." means: by a label word, else by its purpose."""
    words = reading.words
    if not (words.cues("anaphora").first(folded) or words.cues("relative").first(folded)):
        return None
    named = [word.category for word in reading.labels.find(folded)]
    for wanted in (*named, sentence_purpose(reading, folded)):
        for category in categories.declared:
            if wanted is category.canonical or (wanted in named and wanted in category.covers):
                return category.canonical
    return None


def _category_subject(categories: Categories, scopes: Scopes, category: Category) -> _Subject:
    declared = next((c for c in categories.declared if c.canonical is category), None)
    return _Subject("category", category.value, declared.scope_ids if declared else scopes.web)


def _data_noun(reading: Reading, sentence: Sentence) -> str | None:
    """The kind of data that a general statement is about ("usage_data"): named in it or just before it in its block."""
    before = [
        s.view for s in reading.document.sentences if s.place == sentence.place and s.view.start < sentence.view.start
    ]
    for view in (sentence.view, *reversed(before[-LOOK_BACK:])):
        for noun in reading.words.keys("data_nouns"):
            if reading.words.cues("data_nouns", noun).first(view.folded):
                return noun
    return None

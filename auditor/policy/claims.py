"""Testable statements: what a policy asserts that a crawl can confirm or refute.

Precision before recall: a statement counts only where its own words say it, about something that is named; negations
and conditions are part of the wording data (``unless``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from auditor.model import Category, Claim, DeclaredCategory
from auditor.policy.blocks import Block, Table
from auditor.policy.category_rows import category_rows
from auditor.policy.cookie_lists import item_names
from auditor.policy.cues import Cues, Found
from auditor.policy.durations import find_durations
from auditor.policy.places import words_of
from auditor.policy.prose import labels_beside_cookies
from auditor.policy.services import sentence_purpose
from auditor.policy.unused import unused_categories
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.view import View

HEDGE_REACH = 45
BESIDE = 30
LOOK_BACK = 2
AFTER_RELATIVE = 45
ABILITIES = {
    "always_active",
    "withdrawal_possible",
    "preferences_changeable",
    "reject_possible",
    "consent_before_setting",
    "set_without_consent",
}
WHOLE_SENTENCE = {"cross_site_tracking"}
OF_ONE_COOKIE = {"no_personal_data", "anonymous_data", "purpose_limited"}
GENERAL = {"no_personal_data"}  # what an explanation of cookies may claim
EVERYDAY = {("category_unused", Category.STRICTLY_NECESSARY.value), ("category_unused", Category.UNCLASSIFIED.value)}
_TICKED = re.compile(r"[^:.]{3,50}:\s*\w{2,5}\.?")
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
    """Every claim, in the order of the document; the same claim about the same subject once, with its first quote."""
    rules = [_rule(data) for data in reading.words.values("claims")]
    claims: dict[tuple[str, str, str | None], Claim] = {}
    for sentence, governing in _statements(reading, categories):
        for rule in rules:
            found = rule.cues.first(sentence.view.folded)
            if found is None or rule.unless.first(sentence.view.folded):
                continue
            if rule.type == "cookies_unused" and _of_some_only(reading, sentence, found):
                continue
            if rule.duration and not find_durations(sentence.view.folded):
                continue
            place = _Place(reading, categories, scopes, sentence, found, governing)
            for subject in _subjects(place, rule):
                if _is_trivial(rule.type, subject, sentence):
                    continue
                key = (rule.type, subject.kind, subject.value)
                claims.setdefault(key, _claim(reading, rule, sentence, found, subject))
    for claim in unused_categories(reading, categories, scopes):
        claims.setdefault((claim.type, claim.subject_kind, claim.subject_value), claim)
    ordered = sorted(claims.values(), key=lambda claim: claim.evidence[0].start)
    return tuple(_numbered(claim, number) for number, claim in enumerate(ordered, 1))


def _of_some_only(reading: Reading, sentence: Sentence, found: Found) -> bool:
    """Are only some cookies denied ("no advertising cookies", "no usamos cookies publicitarias")?"""
    after = sentence.view.folded[found.end : found.end + BESIDE]
    labels = reading.labels.find(after)
    return bool(labels and not words_of(after[: labels[0].start])) or (
        reading.words.cues("third_cookies").first(sentence.view.folded[found.start :]) is not None
    )


def _is_trivial(kind: str, subject: _Subject, sentence: Sentence) -> bool:
    """Is it merely ticked in a list that necessary cookies need no consent ("Consent required: no")?"""
    necessary = subject.value == Category.STRICTLY_NECESSARY.value
    return kind == "set_without_consent" and necessary and _TICKED.fullmatch(sentence.view.text) is not None


def _statements(reading: Reading, categories: Categories) -> Iterator[tuple[Sentence, DeclaredCategory | None]]:
    """The sentences of the text with the category that governs them, and those in the rows of category tables."""
    for sentence in reading.document.sentences:
        if not reading.denials.hypothetical(sentence):
            yield sentence, categories.governing.get(sentence.place)
    yield from category_rows(reading, categories)


def _rule(data: dict[str, Any]) -> _Rule:
    return _Rule(
        data["type"], Cues(data["cues"]), Cues(data.get("unless", ())), data.get("context", "cookie"),
        data.get("subject", "auto"), tuple(data["tests"]), bool(data.get("duration")),
    )  # fmt: skip


def _numbered(claim: Claim, number: int) -> Claim:
    return replace(claim, id=f"k{number}")


def _claim(reading: Reading, rule: _Rule, sentence: Sentence, found: Found, subject: _Subject) -> Claim:
    strength = "qualified" if hedged(reading, rule.type, sentence.view, found) else "absolute"
    return Claim(
        id="", type=rule.type, subject_kind=subject.kind, subject_value=subject.value, strength=strength,
        tests=rule.tests, scope_ids=subject.scope_ids, evidence=(sentence.view.quote(),),
        confidence=0.85 if strength == "absolute" else 0.75,
    )  # fmt: skip


def hedged(reading: Reading, rule_type: str, view: View, found: Found) -> bool:
    """Is a match qualified: by its clause ("may", "usually"), or by a reservation behind it ("except as ...")?

    What a visitor is able to do ("you can change ...") is a promise, whatever its modal verb.
    """
    if rule_type in ABILITIES:
        return False
    folded = view.folded
    if reading.words.cues("reservation").first(folded[found.end :]):
        return True
    start = 0 if rule_type in WHOLE_SENTENCE else max(0, found.start - HEDGE_REACH)
    before = folded[start : found.start]
    clauses = [] if rule_type in WHOLE_SENTENCE else list(_CLAUSE.finditer(before))
    if clauses:
        before = before[clauses[-1].end() :]
    return reading.words.cues("hedge").first(before + folded[found.start : found.end]) is not None


# ----------------------------------------------------------------------------------------- subjects


@dataclass(frozen=True)
class _Place:
    """A sentence and the category that governs it, by its section or by its row of a table."""

    reading: Reading
    categories: Categories
    scopes: Scopes
    sentence: Sentence
    found: Found
    governing: DeclaredCategory | None

    @property
    def folded(self) -> str:
        """The sentence's folded text."""
        return self.sentence.view.folded

    @property
    def in_row(self) -> bool:
        """Does the sentence stand in a table?"""
        return isinstance(self.reading.document.elements[self.sentence.place], Table)

    @property
    def cookie(self) -> str | None:
        """The one cookie that the item of the sentence describes."""
        block = self.reading.document.elements[self.sentence.place]
        names = item_names(self.reading, self.sentence.place, block) if isinstance(block, Block) else []
        return names[0] if len(names) == 1 else None

    @property
    def in_cookies(self) -> bool:
        """Does the sentence stand in a part about cookies?"""
        return self.sentence.place in self.reading.cookie_places or self.governing is not None

    @property
    def general(self) -> bool:
        """Does the sentence explain what cookies are?"""
        return self.sentence.place in self.reading.definition_places

    def says(self, *path: str) -> bool:
        """Does the sentence contain a cue?"""
        return self.reading.words.cues(*path).first(self.folded) is not None


def _subjects(place: _Place, rule: _Rule) -> tuple[_Subject, ...]:
    """What a claim is about; nothing where the sentence does not stand in the rule's context."""
    if rule.subject in ("label", "necessary") and not place.in_cookies:
        return ()
    if rule.subject == "label":
        return tuple(s for s in _labels(place) if (rule.type, s.value) not in EVERYDAY)
    if rule.subject == "necessary":
        return (_category_subject(place.categories, place.scopes, Category.STRICTLY_NECESSARY),)
    subject = _subject(place, rule)
    return (subject,) if subject else ()


def _subject(place: _Place, rule: _Rule) -> _Subject | None:
    if rule.context.startswith("cookie") and not place.in_cookies:
        return None
    if rule.subject in ("group", "scope"):
        return _group(place) if rule.subject == "group" else _scope(place)
    if rule.subject == "category":
        return _labelled(place)
    if place.general and rule.type not in GENERAL:
        return None
    return _free_subject(place, rule)


def _free_subject(place: _Place, rule: _Rule) -> _Subject | None:
    """The subject of a claim that may be about anything: what the sentence names or means, else the document."""
    named = _named_subject(place, rule) if rule.subject == "auto" and place.in_cookies else None
    if named is not None or rule.context == "cookie_category":
        return named
    noun = _data_noun(place.reading, place.sentence) if rule.subject == "auto" else None
    if rule.context == "data" and noun is None and not place.in_cookies:
        return None
    if rule.context == "cookie_subject" and not place.says("cookie"):
        return None
    return _Subject("document", noun, place.scopes.web)


def _group(place: _Place) -> _Subject:
    """A claim about a group of people ("for our end users, ...")."""
    found = place.reading.words.cues("groups").first(place.folded)
    words = place.folded[found.start : found.end].split()[-2:] if found else []
    return _Subject("document", "_".join(words) or None, place.scopes.web)


def _scope(place: _Place) -> _Subject:
    """A claim about one of several scopes ("our apps use no cookies"), else about everything."""
    for scope in place.scopes.scopes:
        if not scope.default and place.says("scopes", scope.kind):
            return _Subject("scope", scope.id, (scope.id,))
    return _Subject("document", None, place.scopes.web)


def _labels(place: _Place) -> tuple[_Subject, ...]:
    """The categories that a sentence names after the claim's words, or the one that governs it."""
    named = dict.fromkeys(labels_beside_cookies(place.reading, place.folded[place.found.start :]))
    if named:
        return tuple(_category_subject(place.categories, place.scopes, category) for category in named)
    if place.governing is not None and _is_near(place):
        return (_Subject("category", place.governing.canonical.value, place.governing.scope_ids),)
    return ()


def _labelled(place: _Place) -> _Subject | None:
    """The category that governs a sentence, else the one that it names."""
    if place.governing is not None:
        return _Subject("category", place.governing.canonical.value, place.governing.scope_ids)
    named = labels_beside_cookies(place.reading, place.folded)
    return _category_subject(place.categories, place.scopes, named[0]) if named else None


def _named_subject(place: _Place, rule: _Rule) -> _Subject | None:
    """The technology or category that a sentence is about: named in it, meant by "these cookies", or governing it."""
    governing = place.governing
    if place.says("beacon_subject"):
        return _Subject("technology", "web_beacons", place.scopes.web)
    if rule.type in OF_ONE_COOKIE and (name := place.cookie):
        return _Subject("cookie", name, place.scopes.at(place.sentence.place))
    if governing is not None and (_is_near(place) or place.says("anaphora") or place.says("cookie")):
        value = "social_media" if governing.subtype == "social_media" else governing.canonical.value
        return _Subject("category", value, governing.scope_ids)
    if rule.type == "no_personal_data" and _about_cookies_as_such(place):
        return _Subject("technology", "cookies", place.scopes.web)
    if rule.type == "consent_before_setting" and governing is None:
        others = place.says("third_cookies")
        return _Subject("technology", "third_party_cookies", place.scopes.web) if others else None
    if governing is not None or place.says("only_these"):
        return None
    category = _meant(place)
    return _category_subject(place.categories, place.scopes, category) if category else None


def _is_near(place: _Place) -> bool:
    return place.sentence.place in place.categories.near or place.in_row


def _about_cookies_as_such(place: _Place) -> bool:
    """Does a sentence begin with cookies, at most an article before them?"""
    first = place.reading.labels.cookie.first(place.folded)
    articles = {"", *map(fold, place.reading.words.values("article"))}
    return first is not None and place.folded[: first.start].strip() in articles


def _meant(place: _Place) -> Category | None:
    """The declared category that "these cookies" or "cookies that ..." means: by a label word, else by its purpose."""
    if not (place.says("anaphora") or place.says("relative")):
        return None
    named = labels_beside_cookies(place.reading, place.folded)
    if found := place.reading.words.cues("relative").first(place.folded):
        following = place.folded[found.end : found.end + AFTER_RELATIVE]
        named += [word.category for word in place.reading.labels.find(following)]
    for wanted in (*named, sentence_purpose(place.reading, place.folded)):
        for category in place.categories.declared:
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

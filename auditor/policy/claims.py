"""Testable statements: what a policy asserts that a crawl can confirm or refute.

Precision before recall: a statement counts only where its own words say it, about something that is named; negations
and conditions are part of the wording data (``unless``).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from auditor.model import Category, Claim
from auditor.policy.blocks import Block
from auditor.policy.category_answers import category_answers
from auditor.policy.category_rows import category_rows
from auditor.policy.claim_clauses import clauses
from auditor.policy.claim_extents import in_title
from auditor.policy.claim_limits import OF_THE_SITE, hedged, says_less
from auditor.policy.claim_lines import consents_named
from auditor.policy.claim_places import Place, Rule, Subject
from auditor.policy.claim_rules import matches
from auditor.policy.claim_subjects import subjects
from auditor.policy.claim_weights import say_once, without_lesser
from auditor.policy.cues import Found
from auditor.policy.durations import find_durations
from auditor.policy.legal_bases import legal_bases
from auditor.policy.named_setters import named_setters, own_setters
from auditor.policy.said_places import scopes_said
from auditor.policy.sentence_categories import governing_category
from auditor.policy.unused import unused_categories
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import DeclaredCategory
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes

OF_LISTS = {"withdrawal_possible"}
"""What an introduction and an item may promise together."""
TOLD = {"withdrawal_possible", "preferences_changeable"}  # an introduction that promises itself needs no item
_TICKED = re.compile(r"[^:.]{3,50}:\s*\w{2,5}\.?")
_BASIS = ("legal_basis", "set", "until_consent", "ask", "need")


def read_claims(reading: Reading, categories: Categories, scopes: Scopes) -> tuple[Claim, ...]:
    """Every claim, in the order of the document; the same claim about the same subject once, with its first quote."""
    claims: dict[tuple[str, str, str | None], Claim] = {}

    @cache  # large pages say the same again and again
    def matching(folded: str) -> list[tuple[Rule, Found]]:
        return matches(reading.words, folded)

    said = (
        claim
        for sentence, governing in _statements(reading, categories)
        for rule, found in matching(sentence.view.folded)
        for claim in _made(reading, categories, scopes, rule, found, sentence, governing)
    )
    listed = (
        claim
        for sentence, opening in _items(reading)
        for rule, _ in matching(f"{opening} {sentence.view.folded}")
        if rule.type in OF_LISTS and not any(other.type in TOLD for other, _ in matching(opening))
        for claim in _made(reading, categories, scopes, rule, _whole(sentence), sentence, None)
    )
    readers = (category_answers, legal_bases, consents_named, named_setters, own_setters, unused_categories)
    told = chain.from_iterable(read(reading, categories, scopes) for read in readers)
    based: list[Claim] = []
    kinds: set[tuple[str, int]] = set()
    again: list[Claim] = []
    for claim in chain(said, listed, told):
        kinds.add((claim.type, claim.evidence[0].start))
        if _only_based(reading, claim):
            based.append(claim)
        elif claims.setdefault((claim.type, claim.subject_kind, claim.subject_value), claim) is not claim:
            again.append(claim)
    for claim in based:
        if ("consent_before_setting", "document", None) not in claims:  # a choice about all is about these too
            claims.setdefault((claim.type, claim.subject_kind, claim.subject_value), claim)
    say_once(reading, claims, again, kinds)
    ordered = sorted(without_lesser(reading, claims, kinds), key=lambda claim: claim.evidence[0].start)
    return tuple(_numbered(claim, number) for number, claim in enumerate(ordered, 1))


def _only_based(reading: Reading, claim: Claim) -> bool:
    """Whether a claim that cookies of a category wait for consent is no more than their legal basis."""
    if (claim.type, claim.subject_kind) != ("consent_before_setting", "category"):
        return False
    folded = fold(claim.evidence[0].quote)
    cues = {name: reading.words.cues("concepts", name).first(folded) for name in _BASIS}
    return cues.pop("legal_basis") is not None and not any(cues.values())


def _made(
    reading: Reading,
    categories: Categories,
    scopes: Scopes,
    rule: Rule,
    found: Found,
    sentence: Sentence,
    governing: DeclaredCategory | None,
) -> Iterator[Claim]:
    """The claims of one kind that a sentence makes, whose cue was found in it."""
    folded = sentence.view.folded
    if rule.duration and not find_durations(folded):
        return
    if (rule.unless.first(folded) and not rule.despite.first(folded)) or in_title(sentence, found):
        return
    if says_less(reading, scopes, sentence, rule, found) or _is_of_one_thing(
        reading, categories, scopes, sentence, rule
    ):
        return
    said = scopes_said(reading, scopes, sentence) if rule.type in OF_THE_SITE else None
    for named in subjects(Place(reading, categories, scopes, sentence, found, governing), rule):
        subject = replace(named, scope_ids=said) if said else named
        if not _is_trivial(reading, rule.type, subject, sentence):
            said_kind = _kind_of(reading, rule, subject, folded)
            yield _claim(reading, replace(rule, type=said_kind), sentence, found, subject)


def _is_of_one_thing(reading: Reading, categories: Categories, scopes: Scopes, sentence: Sentence, rule: Rule) -> bool:
    """Is "No cookies are set", which names no site or app, said of what stands before it, since some are in use?"""
    in_use = any(category.in_use != "no" for category in categories.declared)
    if rule.type != "cookies_unused" or not in_use:
        return False
    places = (("own_site_words",), *(("scopes", scope.kind) for scope in scopes.scopes))
    return all(reading.words.cues(*path).first(sentence.view.folded) is None for path in places)


def _kind_of(reading: Reading, rule: Rule, subject: Subject, folded: str) -> str:
    """The kind of claim that a sentence with the words of a rule makes of a subject.

    Others set cookies, of a category or of no certain kind; or cookies of theirs are used, if nobody is said to set.
    """
    if rule.type == "third_party_sets" and subject.kind == "document":
        placed = reading.words.cues("concepts", "placing").first(folded) is not None
        return rule.type if placed else "third_party_cookies_used"
    if rule.type == "third_party_cookies_used" and subject.kind == "category":
        return "third_party_sets"
    return rule.type


def _is_trivial(reading: Reading, kind: str, subject: Subject, sentence: Sentence) -> bool:
    """Is it what measuring means, or merely ticked or the legal basis that necessary cookies need no consent?"""
    if kind == "tracks_behaviour" and subject.value == Category.PERFORMANCE.value:
        return True
    if kind != "set_without_consent" or subject.value != Category.STRICTLY_NECESSARY.value:
        return False
    based = reading.words.cues("concepts", "legitimate").first(sentence.view.folded)
    asked = reading.words.cues("concepts", "consent").first(sentence.view.folded)
    return _TICKED.fullmatch(sentence.view.text) is not None or (based is not None and asked is None)


def _statements(reading: Reading, categories: Categories) -> Iterator[tuple[Sentence, DeclaredCategory | None]]:
    """The sentences of the text with the category that governs them, and those in the rows of category tables."""
    for sentence in reading.document.sentences:
        if not reading.denials.hypothetical(sentence):
            for clause in clauses(reading, sentence):
                yield clause, governing_category(reading, categories, sentence)
    yield from category_rows(reading, categories)


def _items(reading: Reading) -> Iterator[tuple[Sentence, str]]:
    """The sentences of items with the introduction of their list ("At any time you may:")."""
    for sentence in reading.document.sentences:
        element = reading.document.elements[sentence.place]
        opening = reading.opening(sentence.place) if isinstance(element, Block) and element.kind == "item" else ""
        if opening.endswith(":") and reading.words.cues("concepts", "anytime").first(opening):
            yield sentence, opening


def _whole(sentence: Sentence) -> Found:
    return Found(0, len(sentence.view.folded))


def _numbered(claim: Claim, number: int) -> Claim:
    return replace(claim, id=f"k{number}")


def _claim(reading: Reading, rule: Rule, sentence: Sentence, found: Found, subject: Subject) -> Claim:
    strength = "qualified" if hedged(reading, rule.type, sentence.view, found) else "absolute"
    return Claim(
        id="", type=rule.type, subject_kind=subject.kind, subject_value=subject.value, strength=strength,
        tests=rule.tests, scope_ids=subject.scope_ids, evidence=(sentence.view.quote(),),
        confidence=0.85 if strength == "absolute" else 0.75,
    )  # fmt: skip

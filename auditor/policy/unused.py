"""Categories that a policy says it does not use: in a sentence, or in the list that such a sentence opens."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category, Claim
from auditor.policy.conditions import conditional
from auditor.policy.prose import is_purpose, label_runs
from auditor.policy.said_places import scopes_said
from auditor.policy.service_names import find_services

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.model import DeclaredCategory
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.labels import LabelWord
    from auditor.policy.scopes import Scopes

CONFIDENCE = 0.85
REST = 90
BESIDE = 12
OF_RECIPIENTS = {"no_third_party_sharing", "no_sale"}
SOCIAL_MEDIA = "social_media"
_CLAUSES = re.compile(r"[:;]\s|\s[-\u2013\u2014]\s")
"""What parts of a sentence stand beside each other with ("We honour the signal: if it is sent, no ...")."""
_ACROSS = ("track", "other_sites")
_EVERYDAY = (Category.STRICTLY_NECESSARY, Category.UNCLASSIFIED)


def unused_categories(reading: Reading, categories: Categories, scopes: Scopes) -> Iterator[Claim]:
    """A claim ``category_unused`` for each category that is denied without a condition."""
    for sentence in reading.cookie_sentences:
        if reading.denials.hypothetical(sentence) or sentence.place in reading.definition_places:
            continue
        if (governing := _unused(reading, categories, sentence)) is not None:
            yield _claim(governing.canonical, governing.scope_ids, reading, sentence)
        if (said := scopes_said(reading, scopes, sentence)) is None:
            continue
        # What an item says of a service is what that service does, no label.
        label = sentence.view.part(0, len(sentence.view.text.partition("(")[0]))
        listed = sentence.place in reading.denials.places and not find_services(label)
        for word in _denied(reading, sentence, listed=listed):
            declared = next((c for c in categories.declared if c.canonical is word.category), None)
            scope_ids = said or (declared.scope_ids if declared else scopes.web)
            yield _claim(word.category, scope_ids, reading, sentence, word)
        if listed and all(reading.words.cues("concepts", part).first(label.folded) for part in _ACROSS):
            yield _across_sites(sentence, scopes)


def with_use(
    reading: Reading, categories: Categories, declared: Iterable[DeclaredCategory], claims: Iterable[Claim]
) -> tuple[DeclaredCategory, ...]:
    """The declared categories; one that its own description says is unused is not in use."""
    told = {(claim.evidence[0].start, claim.subject_value) for claim in claims if claim.type == "category_unused"}
    governed = ((categories.governing.get(s.place), s.view.quote().start) for s in reading.cookie_sentences)
    unused = {one.id for one, start in governed if one is not None and (start, one.canonical.value) in told}
    return tuple(replace(one, in_use="no") if one.id in unused else one for one in declared)


def _claim(
    category: Category, scope_ids: tuple[str, ...], reading: Reading, sentence: Sentence, word: LabelWord | None = None
) -> Claim:
    subtype = reading.labels.subtype(sentence.view.folded[word.start : word.end]) if word is not None else None
    value = subtype if subtype == SOCIAL_MEDIA else category.value
    return Claim(
        id="", type="category_unused", subject_kind="category", subject_value=value, strength="absolute",
        tests=("cookie_inventory",), scope_ids=scope_ids, evidence=(sentence.view.quote(),), confidence=CONFIDENCE,
    )  # fmt: skip


def _across_sites(sentence: Sentence, scopes: Scopes) -> Claim:
    """The claim of an item that denies following visitors on other sites."""
    return Claim(
        id="", type="no_cross_site_tracking", subject_kind="document", subject_value=None, strength="absolute",
        tests=("cross_site_requests", "cookies_by_party"), scope_ids=scopes.web, evidence=(sentence.view.quote(),),
        confidence=CONFIDENCE,
    )  # fmt: skip


def _unused(reading: Reading, categories: Categories, sentence: Sentence) -> DeclaredCategory | None:
    """The category of a section that says itself that it is not in use."""
    governing = categories.governing.get(sentence.place) if sentence.place in categories.near else None
    if governing is None or governing.canonical in _EVERYDAY or governing.in_use != "no":
        return None
    return governing if says_unused(reading, sentence.view.folded) else None


def says_unused(reading: Reading, folded: str) -> bool:
    """Does a text say that what it describes is not used? "Not only used here" only looks like it."""
    phrases = reading.words.cues("concepts", "phrases").all(folded)
    found = reading.words.cues("unused_category").all(folded)
    return any(not any(phrase.start < said.end < phrase.end for phrase in phrases) for said in found)


def _denied(reading: Reading, sentence: Sentence, *, listed: bool) -> Iterator[LabelWord]:
    folded = sentence.view.folded
    if (other := reading.words.cues("other_subject").first(folded)) is not None and other.start == 0:
        return  # "This measurement uses no advertising cookies"
    if reading.words.cues("concepts", "at_first").first(folded) is not None:
        return  # "The plugin is at first loaded without marketing cookies"
    for mention in find_services(sentence.view):  # "Google Analytics" names a service, no category
        folded = folded[: mention.start] + "_" * (mention.end - mention.start) + folded[mention.end :]
    pronouns = (reading.words.cues("this_cookie"), reading.words.cues("concepts", "take_up"))
    taken_up = any(cues.first(folded) is not None for cues in pronouns)
    for run in _runs(reading, sentence, folded, listed=listed):
        start, end = run[0].start, run[-1].end
        if taken_up and is_purpose(reading, folded, start, end):
            continue  # "This cookie is not used for advertising"
        denied = listed or (reading.denials.in_clause(folded, start, end) and not _waits(reading, folded, start))
        if denied and (listed or not _limited(reading, folded[end : end + REST])):
            yield from _without_parts(reading, folded, [word for word in run if word.category not in _EVERYDAY])


def _without_parts(reading: Reading, folded: str, words: list[LabelWord]) -> list[LabelWord]:
    """Denied labels without social media beside advertising: who denies that denies those."""
    social = [w for w in words if reading.labels.subtype(folded[w.start : w.end]) == SOCIAL_MEDIA]
    whole = any(word.category is Category.TARGETING and word not in social for word in words)
    return [word for word in words if word not in social] if whole else words


def _runs(reading: Reading, sentence: Sentence, folded: str, *, listed: bool) -> list[list[LabelWord]]:
    """The labels that belong to a cookie word: in the sentence, or in the introduction of its list."""
    if listed and reading.labels.cookie.first(reading.opening(sentence.place)):
        return [[word] for word in _loudest(reading.labels.find(folded), folded)]
    return [_loudest(run, folded) for run in label_runs(reading, folded)]


def _loudest(words: list[LabelWord], folded: str) -> list[LabelWord]:
    """Labels without those that only qualify the next ("personalisation" in "personnalisation publicitaire")."""
    kept: list[LabelWord] = []
    for word in words:
        if kept and kept[-1].category not in TRACKING and not folded[kept[-1].end : word.start].strip():
            kept.pop()
        kept.append(word)
    return kept


def _waits(reading: Reading, folded: str, start: int) -> bool:
    """Is what is said at an offset said under a condition, of the time before consent, or as the aim of an opt-out?"""
    aimed = reading.words.cues("concepts", "so_that").first(folded[:start]) is not None
    timed = any(reading.words.cues("concepts", name).first(folded) for name in ("until_consent", "without_consent"))
    if aimed or timed:
        return True
    clause = _CLAUSES.split(folded[:start])[-1]
    return conditional(reading, folded) or conditional(reading, clause)


def excepts(reading: Reading, rule_type: str, folded: str) -> bool:
    """Does a sentence about sharing begin with an exception ("Apart from ..., we share nothing")? That qualifies it."""
    found = reading.words.cues("exception").first(folded)
    return rule_type in OF_RECIPIENTS and found is not None and not found.start


def _limited(reading: Reading, rest: str) -> bool:
    """Does a condition or a purpose follow ("... without your consent", "... to identify you")?"""
    words = reading.words
    if words.cues("contrast").first(rest):
        return True
    idle = words.cues("concepts", "idle_ending").all(rest)  # "zum Einsatz" names no purpose
    for cookie in sorted(reading.labels.cookie.all(rest) + idle, key=lambda found: -found.start):
        rest = rest[: cookie.start] + rest[cookie.end :]
    purpose = words.cues("purpose_preposition").first(rest)
    return purpose is not None and purpose.start < BESIDE

"""Testable statements: what a policy asserts that a crawl can confirm or refute.

Precision before recall: a statement counts only where its own words say it, about something that is named; negations
and conditions are part of the wording data (``unless``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from auditor.model import Category, Claim
from auditor.policy.blocks import Block
from auditor.policy.category_answers import category_answers
from auditor.policy.category_rows import category_rows
from auditor.policy.claim_places import Place, Rule, Subject
from auditor.policy.claim_rules import matches
from auditor.policy.claim_subjects import subjects
from auditor.policy.claim_weights import say_once, without_lesser
from auditor.policy.cues import Found
from auditor.policy.durations import find_durations
from auditor.policy.legal_bases import legal_bases
from auditor.policy.named_setters import named_setters
from auditor.policy.places import IDENTITIES, find_places, place_words, words_of
from auditor.policy.service_names import find_services
from auditor.policy.unused import conditional, excepts, unused_categories
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import DeclaredCategory
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.view import View

HEDGE_REACH = 45
BESIDE = 30
ABILITIES = {
    "always_active",
    "withdrawal_possible",
    "preferences_changeable",
    "reject_possible",
    "consent_before_setting",
    "set_without_consent",
}
PROMISES = {  # nothing is promised where a sentence begins with a condition ("If you refuse, ...")
    "cookies_unused",
    "no_personal_data",
    "no_sale",
    "no_third_party_sharing",
}
OF_THE_SITE = {"cookies_unused", "first_party_only", "only_category"}
"""What is claimed of the site: neither under a condition, nor of another place or of some pages only."""
OF_LISTS = {"withdrawal_possible"}
"""What an introduction and an item may promise together."""
TOLD = {"withdrawal_possible", "preferences_changeable"}  # an introduction that promises itself needs no item
WHOLE_SENTENCE = {"cross_site_tracking"}
_RELATIVE = re.compile(r"(?:^|\W)(?:which|that|who|qui|que|che|dat|die|das|der|som|który|która|które)\s+$")
"""Words after which a clause is about what was named before it ("a tag manager that sets no cookies")."""
_FOR_A_PURPOSE = re.compile(
    r"\s+(?:(?:in order |so as )?to|for|zu|zum|zur|fur|um|pour|afin|a des fins|per|a fini|para|con fines|do|w celu|pro"
    r"|za ucelem|til|voor|om)\s+(?!any\b|(?:\w+\s+){0,2}(?:web\W?)?(?:site|seite|sajt|stron|sivu))"
)
"""Words that deny one use of cookies only ("no cookies to advertise", "keine Cookies zur Analyse"), in folded text."""
_OF_OTHERS = re.compile(
    r"\s+(?:of\s+(?:(?:any|our)\s+)?(?:other|third|external|partners)"  # Dutch "of andere" is "or other"
    r"|(?:(?:from|by|van|von|durch|des?|d|di|da|dei|dos?|das|fra|fran|od|af|av|par|por|przez)[\s']+)?(?:(?:any|our)\s+)?"
    r"(?:other\w*|third\w*|external|partners?|andr[ae]|annan|annen|tredje\w*|extern\w*|ander\w*|derde\w*|dritt\w*|autres?"
    r"|tiers|tierces|otr[ao]s?|tercer\w*|altr[aei]\w{0,2}|terz[aei]\w*|outr[ao]s?|terceir\w*|innych|zewnetrzn\w*|trzeci\w*"
    r"|podmiotow|jinych|tretich|muiden|muilta|ulkopuol\w*|kolman\w*))\b"
)
"""Words that deny the cookies of others only ("no cookies from other companies", "keine Cookies anderer"), folded."""
_WITH_CLAUSE = re.compile(r",?\s+(?:which|whose|qui|dont|welche\w*|cuy[ao]s|jotka|joilla)\s")
"""The beginning of a clause about the cookies that are denied ("pas de cookies qui vous identifient"), folded."""
_SOME_ONLY = (_FOR_A_PURPOSE, _OF_OTHERS, _WITH_CLAUSE)
_SOME_PAGES = re.compile(
    r"\b(?:some|certain|many|most|einige\w*|manche\w*|bestimmte\w*|sommige|bepaalde|veel|certaines|plusieurs|algunas"
    r"|ciertas|alcune|certe|niektor\w*|vissa|visse|nogle|noen|algumas|nekter\w*)\s+(?:\w+\s+){0,2}?"
    r"(?:pages?|parts|areas|seiten|bereiche\w*|pagina.?s|paginas|delen|parties|secciones|pagine|parti|stron\w*|sidor"
    r"|sider)\b"
)
_WORKING = re.compile(
    r"(?:function\w*|operat\w*|funktion\w*|betrieb|werking|functioner\w*|fonctionn\w*|funciona\w*|funziona\w*|dzialani\w*)"
    r"\W+(?:\w+\W+){0,2}$"
)
"""What is needed "for the app to function" is said of all, not of the app alone."""
_ONLY = re.compile(r"\s*(?:only|nur|lediglich|ausschliesslich|alleen|uniquement|seulement|solo|soltanto|unicamente)\b")
_TICKED = re.compile(r"[^:.]{3,50}:\s*\w{2,5}\.?")
_CLAUSE = re.compile(r"[,;:.]\s|\s(?:and|but|en|und|et|y|e|i|och|og|maar|aber|mais|pero|ma|ale)\s")
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
    readers = (category_answers, legal_bases, named_setters, unused_categories)
    told = chain.from_iterable(read(reading, categories, scopes) for read in readers)
    based: list[Claim] = []
    for claim in chain(said, listed, told):
        if _only_based(reading, claim):
            based.append(claim)
        else:
            claims.setdefault((claim.type, claim.subject_kind, claim.subject_value), claim)
    for claim in based:
        if ("consent_before_setting", "document", None) not in claims:  # a choice about all is about these too
            claims.setdefault((claim.type, claim.subject_kind, claim.subject_value), claim)
    say_once(reading, claims)
    ordered = sorted(without_lesser(claims), key=lambda claim: claim.evidence[0].start)
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
    if rule.unless.first(folded) and not rule.despite.first(folded):
        return
    if rule.type == "cookies_unused" and (
        _of_some_only(reading, sentence, found) or _of_another(reading, sentence, found)
    ):
        return
    if (rule.type in PROMISES and conditional(reading, folded) and not excepts(reading, rule.type, folded)) or (
        rule.type in OF_THE_SITE and _is_narrower(reading, scopes, sentence)
    ):
        return
    if _says_less(reading, sentence, rule, found):
        return
    for subject in subjects(Place(reading, categories, scopes, sentence, found, governing), rule):
        if not _is_trivial(reading, rule.type, subject, sentence):
            whole = rule.type == "third_party_sets" and subject.kind == "document"  # cookies of no certain kind
            told = replace(rule, type="third_party_cookies_used") if whole else rule
            yield _claim(reading, told, sentence, found, subject)


def _says_less(reading: Reading, sentence: Sentence, rule: Rule, found: Found) -> bool:
    """Is a control that of the browser or of a service, or are data denied for one purpose only?"""
    if rule.type == "no_personal_data":  # "No personal data is collected for advertising"
        return _FOR_A_PURPOSE.match(sentence.view.folded, found.end) is not None
    if rule.type == "reject_possible":  # what a service offers is no choice of the site's
        return bool(find_services(sentence.view.part(found.start, len(sentence.view.text))))
    return rule.type == "preferences_changeable" and _goes_on(reading, sentence, rule)


def _is_narrower(reading: Reading, scopes: Scopes, sentence: Sentence) -> bool:
    """Is a sentence under a condition, or about some pages or a place that is none of the document's scopes?"""
    folded = sentence.view.folded
    if _SOME_PAGES.search(folded) or (conditional(reading, folded) and not _ONLY.match(folded)):
        return True
    places = find_places(place_words(reading.words.language), sentence.view, frozenset())
    kinds = {
        place.kind
        for place in places
        if (place.kind != "web_portal" or place.locative)  # "the portal" may be all
        and not _WORKING.search(folded[: place.start])
    }
    declared = {scope.id for scope in scopes.scopes}
    return bool(kinds) and "website" not in kinds and not any(IDENTITIES.get(kind, kind) in declared for kind in kinds)


def _goes_on(reading: Reading, sentence: Sentence, rule: Rule) -> bool:
    """Does the next sentence say that the settings are those of a browser, where the first names no control?"""
    if rule.despite.first(sentence.view.folded):
        return False
    beside = reading.sentences_at(sentence.place)
    at = bisect_right(beside, sentence.view.start, key=lambda other: other.view.start)
    return at < len(beside) and rule.unless.first(beside[at].view.folded) is not None


def _of_some_only(reading: Reading, sentence: Sentence, found: Found) -> bool:
    """Are only some cookies denied ("no advertising cookies", "no cookies to advertise", or a list)?"""
    folded = sentence.view.folded
    if sentence.view.text.rstrip().endswith(":") or any(some.match(folded, found.end) for some in _SOME_ONLY):
        return True
    after = folded[found.end : found.end + BESIDE]
    labels = reading.labels.find(after)
    before = reading.labels.find(folded[: found.start])
    if before and not words_of(folded[before[-1].end : found.start]):
        return True
    return bool(labels and not words_of(after[: labels[0].start])) or (
        reading.words.cues("third_cookies").first(folded[found.start :]) is not None
    )


def _of_another(reading: Reading, sentence: Sentence, found: Found) -> bool:
    """Is it a service, or what a relative clause is about, that uses none ("Tag Manager, which sets no cookies")?"""
    before = sentence.view.part(0, found.start)
    other = reading.words.cues("other_subject").first(before.folded)
    if other is not None and other.start == 0:
        return True
    return _RELATIVE.search(before.folded) is not None or bool(find_services(before))


def _is_trivial(reading: Reading, kind: str, subject: Subject, sentence: Sentence) -> bool:
    """Is it merely ticked in a list, or the legal basis, that necessary cookies need no consent?"""
    if kind != "set_without_consent" or subject.value != Category.STRICTLY_NECESSARY.value:
        return False
    based = reading.words.cues("concepts", "legitimate").first(sentence.view.folded)
    asked = reading.words.cues("concepts", "consent").first(sentence.view.folded)
    return _TICKED.fullmatch(sentence.view.text) is not None or (based is not None and asked is None)


def _statements(reading: Reading, categories: Categories) -> Iterator[tuple[Sentence, DeclaredCategory | None]]:
    """The sentences of the text with the category that governs them, and those in the rows of category tables."""
    for sentence in reading.document.sentences:
        if not reading.denials.hypothetical(sentence):
            yield sentence, categories.governing.get(sentence.place)
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


def hedged(reading: Reading, rule_type: str, view: View, found: Found) -> bool:
    """Is a match qualified: by its clause ("may", "usually"), or by a reservation behind it ("except as ...")?

    What a visitor is able to do ("you can change ...") is a promise, whatever its modal verb.
    """
    folded = view.folded
    if rule_type in ABILITIES:
        return (
            rule_type == "consent_before_setting" and reading.words.cues("concepts", "by_law").first(folded) is not None
        )
    if reading.words.cues("reservation").first(folded[found.end :]) or excepts(reading, rule_type, folded):
        return True
    start = 0 if rule_type in WHOLE_SENTENCE else max(0, found.start - HEDGE_REACH)
    before = folded[start : found.start]
    clauses = [] if rule_type in WHOLE_SENTENCE else list(_CLAUSE.finditer(before))
    if clauses:
        before = before[clauses[-1].end() :]
    return reading.words.cues("hedge").first(before + folded[found.start : found.end]) is not None

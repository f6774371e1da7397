"""What takes from a claim: conditions, purposes, other parties, narrower places, and words that qualify it."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from auditor.policy.claim_vetoes import says_otherwise
from auditor.policy.conditions import conditional
from auditor.policy.places import words_of
from auditor.policy.said_places import scopes_said
from auditor.policy.service_names import find_services
from auditor.policy.unused import excepts

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.claim_places import Rule
    from auditor.policy.context import Reading
    from auditor.policy.cues import Found
    from auditor.policy.scopes import Scopes
    from auditor.policy.view import View

HEDGE_REACH = 45
BESIDE = 30
TO_CONSENT = 4
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
    "no_cross_site_tracking",
    "no_personal_data",
    "no_profiling",
    "no_sale",
    "no_third_party_sharing",
    "purpose_limited",
}
OF_OTHERS = {
    *("consent_before_setting", "no_cross_site_tracking", "no_personal_data", "no_profiling", "no_sale"),
    *("no_third_party_sharing", "set_without_consent"),
}
OF_THE_SITE = {"cookies_unused", "first_party_only", "only_category"}
"""What is claimed of the site: neither under a condition, nor of another place or of some pages only."""
WHOLE_SENTENCE = {"cross_site_tracking"}
_RELATIVE = re.compile(r"(?:^|\W)(?:which|that|who|qui|que|che|dat|die|das|der|som|który|która|które)\s+$")
"""Words after which a clause is about what was named before it ("a tag manager that sets no cookies")."""
_FOR_A_PURPOSE = re.compile(
    r"\s+(?:(?:in order |so as )?to|for|zu|zum|zur|fur|um|pour|afin|a des fins|per|a fini|para|con fines|do|w celu|pro"
    r"|za ucelem|til|voor|om)\s+"
    r"(?!any\b|(?:dig|deg|er|dem|dere)\b|(?:\w+\s+){0,2}(?:web\W?)?(?:site|seite|sajt|stron|sivu))"
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
_OF_ANOTHER_BEFORE = re.compile(
    r"(?:nao|no|non|nie)\s+(?:usam?|utilizam?|empregam?|colocam?|instalam?|gravam?|usan?|utilizan?"
    r"|emplean?|instalan?|colocan?|usano|utilizza(?:no)?|impiega(?:no)?|installa(?:no)?|uzywa(?:ja)?|wykorzystuj[ae]"
    r"|stosuj[ae]|zapisuj[ae])\b|ne(?:pouziva|vyuziva)(?:ji)?\b"
)
"""Verbs whose subject, left out, is what was named before, and not who writes ("Não usam cookies"), in folded text."""
_BEYOND = re.compile(
    r"\b(?:beyond|outside|other than|buiten|anders dan|uber|ausserhalb|au-dela de|en dehors de|mas alla de|fuera de"
    r"|oltre|al di fuori di)\s+(?:\w+\s+){1,2}"
    r"(?:purposes?|doel\w*|zweck\w*|finalites?|finalidad\w*|fin|scopo|finalita)\b"
)
"""Words that leave one purpose out of a denial ("no profiling beyond this purpose"), in folded text."""
_ONLY = re.compile(r"\s*(?:only|nur|lediglich|ausschliesslich|alleen|uniquement|seulement|solo|soltanto|unicamente)\b")
_CLAUSE = re.compile(r"[,;:.]\s|\s(?:and|but|en|und|et|y|e|i|och|og|maar|aber|mais|pero|ma|ale)\s")


def says_less(reading: Reading, scopes: Scopes, sentence: Sentence, rule: Rule, found: Found) -> bool:
    """Does a sentence with the words of a claim not make it: for some only, under a condition, or about others?"""
    folded = sentence.view.folded
    if rule.type == "cookies_unused" and (
        _of_some_only(reading, sentence, found) or _of_another(reading, sentence, found)
    ):
        return True
    if rule.type in PROMISES - {"purpose_limited"} and _BEYOND.search(folded):
        return True
    if rule.type in PROMISES and conditional(reading, folded) and not excepts(reading, rule.type, folded):
        return True
    if rule.type == "only_category" and _only_with_consent(reading, folded):
        return True
    if rule.type in OF_THE_SITE and _is_narrower(reading, scopes, sentence):
        return True
    return says_otherwise(reading, rule.type, sentence, found) or _narrowed(reading, sentence, rule, found)


def _only_with_consent(reading: Reading, folded: str) -> bool:
    """Is it consent that "only" is about ("except for essential cookies, we set cookies only with your consent")?"""
    consents = reading.words.cues("concepts", "consent").all(folded)
    for only in reading.words.cues("concepts", "only").all(folded):
        after = next((consent for consent in consents if consent.start >= only.end), None)
        between = folded[only.end : after.start] if after is not None else ""
        if after is None or len(words_of(between)) > TO_CONSENT:
            continue
        if not reading.labels.cookie.first(between) and not reading.labels.find(between):
            return True
    return False


def _narrowed(reading: Reading, sentence: Sentence, rule: Rule, found: Found) -> bool:
    """Is a control that of the browser or of a service, or are data denied for one purpose or by others only?"""
    if rule.type in OF_OTHERS and _of_others_here(reading, sentence):
        return True
    if rule.type == "first_party_only" and _FOR_A_PURPOSE.match(sentence.view.folded, found.end):
        return True  # "No third-party cookies are used for advertising"
    if rule.type == "no_personal_data":  # "No personal data is collected for advertising"
        return _FOR_A_PURPOSE.match(sentence.view.folded, found.end) is not None
    if rule.type == "reject_possible":  # what a service offers is no choice of the site's
        return bool(find_services(sentence.view.part(found.start, len(sentence.view.text))))
    return rule.type == "preferences_changeable" and _goes_on(reading, sentence, rule)


def _of_others_here(reading: Reading, sentence: Sentence) -> bool:
    """Does a sentence begin with other companies, whose promise it is?"""
    others = reading.words.cues("concepts", "others_promise").first(sentence.view.folded)
    return others is not None and others.start == 0


def _is_narrower(reading: Reading, scopes: Scopes, sentence: Sentence) -> bool:
    """Is a sentence under a condition, or about some pages or a place that is none of the document's scopes?"""
    folded = sentence.view.folded
    if _SOME_PAGES.search(folded) or (conditional(reading, folded) and not _ONLY.match(folded)):
        return True
    return scopes_said(reading, scopes, sentence) is None


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
    if (other is not None and other.start == 0) or _OF_ANOTHER_BEFORE.match(sentence.view.folded):
        return True
    return _RELATIVE.search(before.folded) is not None or bool(find_services(before))


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

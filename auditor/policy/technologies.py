"""Technologies that the policy says are used: cookies, beacons, local storage, SDKs ..."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.model import DeclaredTechnology
from auditor.policy.blocks import Sentence, split_sentences
from auditor.policy.cookies import is_cookie_table
from auditor.policy.mail_tracking import tracked_mail
from auditor.policy.places import place_words, words_of
from auditor.policy.promises import promises
from auditor.policy.service_names import without_services

if TYPE_CHECKING:
    from auditor.model import DeclaredCookie
    from auditor.policy.context import Reading
    from auditor.policy.cues import Found

EMAIL = "email_pixels"
DEVICE_IDS = "device_ids"
MAX_KEPT = 3
_PART = re.compile(r"[,;:.()]")
_STORAGE = {
    "cookie": "cookies",
    "local_storage": "local_storage",
    "session_storage": "session_storage",
    "pixel": "web_beacons",
}


def read_technologies(reading: Reading, cookies: tuple[DeclaredCookie, ...]) -> tuple[DeclaredTechnology, ...]:
    """Each technology with the sentence or table row that declares it; one that is only denied is left out."""
    found = []
    rows = {_STORAGE[cookie.storage]: cookie.evidence for cookie in reversed(cookies) if cookie.storage in _STORAGE}
    pool = [*reading.document.sentences, *told_in_tables(reading)]
    told = _told_in_any_order(reading, pool)
    for name in reading.words.keys("technologies"):
        sentence = _declaring(reading, pool, name) or told.get(name)
        if sentence is not None:
            found.append(DeclaredTechnology(name=name, declared=True, evidence=(sentence.view.quote(),)))
        elif name in rows:
            found.append(DeclaredTechnology(name=name, declared=True, evidence=rows[name][:1]))
    return tuple(found)


def _declaring(reading: Reading, pool: list[Sentence], name: str) -> Sentence | None:
    """The first sentence with the earliest cue that any sentence has and that is no denial."""
    unless = reading.words.cues("technologies", name, "unless")
    for cue in reading.words.cues("technologies", name, "cues"):
        for sentence in pool:
            folded = sentence.view.folded
            found = cue.search(folded)
            if found and name == EMAIL:
                found = cue.search(without_services(sentence.view))  # "Facebook Pixel" is no pixel of an email
            if found and (
                _in_address(folded, found) or (name == DEVICE_IDS and _kept_in_cookie(reading, folded, found))
            ):
                continue
            if found and not unless.first(folded) and _is_used(reading, sentence, found):
                return sentence
    return None


def _in_address(folded: str, found: Found) -> bool:
    """Do words stand in the address of a page ("https://help.example/flash-cookies"), which tells nothing of use?"""
    begun = folded[: found.start].rsplit(maxsplit=1)[-1:] if folded[: found.start].strip() else []
    inside = begun and not folded[found.start - 1].isspace()
    return bool(inside) and ("://" in begun[0] or begun[0].startswith("www."))


def _kept_in_cookie(reading: Reading, folded: str, found: Found) -> bool:
    """Is an identifier one that a cookie holds ("advertising identifiers stored in these cookies")?"""
    words = place_words(reading.words.language)
    cookie = reading.labels.cookie.first(folded[found.end :])
    between = folded[found.end :][: cookie.start] if cookie else ""
    if not between.strip() or _PART.search(between):
        return False
    said = words_of(between)
    held = [at for at, word in enumerate(said[: MAX_KEPT + 1]) if word in words.prepositions]
    return bool(held) and all(word in words.determiners for word in said[held[-1] + 1 :])


def _told_in_any_order(reading: Reading, pool: list[Sentence]) -> dict[str, Sentence]:
    """The first sentence per technology that tells of it by words that stand together in any order."""
    told: dict[str, Sentence] = {}
    finder = promises(reading.words.language)
    for sentence in pool:
        for name, found in finder.technologies(sentence.view, reading.owners):
            if name == EMAIL and not without_services(sentence.view)[found.start : found.end].strip():
                continue
            if name not in told and _is_used(reading, sentence, found):
                told[name] = sentence
        mail = tracked_mail(reading, sentence) if EMAIL not in told else None
        if mail is not None and _is_used(reading, sentence, mail):
            told[EMAIL] = sentence
    return told


def told_in_tables(reading: Reading) -> list[Sentence]:
    """The sentences in the cells of tables that list no cookies."""
    tables = [(place, grid) for place, grid in reading.grids if not is_cookie_table(reading, place, grid)]
    rows = ((place, row) for place, grid in tables for row in grid.records())
    cells = [(place, view) for place, row in rows for view in (*row.cells.values(), *row.others)]
    return [Sentence(part, place) for place, view in cells for part in split_sentences(view)]


def _is_used(reading: Reading, sentence: Sentence, found: Found) -> bool:
    """Is a technology said to be in use, rather than denied or possible one day?"""
    denials = reading.denials
    defined = sentence.place in reading.definition_places
    if defined and reading.words.cues("definition_hedge").first(sentence.view.folded[: found.start]):
        return False
    if _is_law(reading, sentence):
        return False
    if reading.words.cues("none_of").first(sentence.view.folded[found.start : found.end]):
        return False  # "our newsletters contain no pixels"
    return not denials.reaches(sentence, found.start, found.end) and not denials.hypothetical(sentence)


def _is_law(reading: Reading, sentence: Sentence) -> bool:
    """Does a sentence say what the law says ("The same rules hold for fingerprinting"), nothing of this site?"""
    folded = sentence.view.folded
    law = reading.words.cues("concepts", "law").first(folded)
    return law is not None and not any(
        reading.words.cues(key).first(folded) for key in ("own_site_words", "self", "use")
    )

"""Names of cookies inside sentences: with a leading underscore, set as code, quoted, or in parentheses."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from auditor.facts import cookie_facts
from auditor.policy.blocks import Block
from auditor.policy.cells import looks_like_cookie
from auditor.policy.cookie_names import clean_name
from auditor.policy.durations import find_durations, read_duration
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.view import View

_PROSE_NAME = re.compile(r"(?<![\w/.@\-])_{1,2}[A-Za-z][\w\-*.]{1,60}(?:<[\w\- ]{1,40}>|\{[\w\- ]{1,40}\})?")
_EMPHASIS = re.compile(r"_{1,2}[A-Za-z]{2,}_{1,2}")  # "_no_ cookies" in Markdown
_OPEN = ("[", "<", "{")  # the name goes on in a placeholder
_QUOTED = re.compile(r"(?<!\w\()[\"'“”„‘’«»`(]([A-Za-z][\w.\-*]{2,60})[\"'“”‘’«»`)]")
_BEFORE_COOKIE = re.compile(r"(?<![\w.\-/])([A-Za-z][\w.*]{2,60})[ -][Cc]ookies?(?!\w)")  # "the PHPSESSID cookie"
_QUOTED_COOKIE = re.compile(
    r"(?<!\w)[Cc]ookie [\"'“”„‘’«»`]\s?([A-Za-z][\w.\-]{3,60})\s?[\"'“”‘’«»`]"
)  # the cookie "csrftoken"
_QUOTED_LASTING = re.compile(r"[\"“”„«»‘’`]\s?([a-z][\w.\-]{1,60})\s?[\"“”«»’`] (?:[\w-]{2,20} )?[Cc]ookies?(?!\w)")
_LIST_BEHIND = re.compile(
    r"(?<!\w)[Cc]ookies?:?\s(?:[\w.]{1,6}\s){0,2}:?\s?([\w.\-*]{2,60}(?:,\s+[\w.\-*]{2,60}){1,12})"
)
_BEHIND_COOKIE = re.compile(r"(?<!\w)[Cc]ookies? ([A-Za-z][\w.\-*]{2,60})")
_ASIDE = re.compile(r"\(([\w.\-*]{2,60}(?:,\s+[\w.\-*]{2,60}){0,12})\)")
OUTRIGHT = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9*]|^[A-Z]{4,}ID$|^\w{2,}SESS[A-Z]*$")  # "(HTML5)" is a word
_WORD = r"(?<![\w./@\-])[a-z_][\w.\-*]{2,60}(?![\w/@])"
_UNLIKE_WORDS = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9*]|-[a-z]?\d|[a-z]{3}[A-Z]")
_NO_BRAND = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9*]|-[a-z]?\d")
_LETTER = re.compile(r"[A-Za-z]{2}")
_CALL = re.compile(
    r"[/(){}<>=$]|\.(?:js|css|html?|php)$|^(?:https?|about|chrome|edge|opera):|^(?:G|UA|GTM|AW|DC)-\w+", re.IGNORECASE
)


def prose_names(reading: Reading, place: int) -> list[str]:
    """The technical names in the sentences of a block, each once."""
    if place not in reading.names_of_blocks:
        named = (name for sentence in reading.sentences_at(place) for name in names_in(reading, sentence))
        reading.names_of_blocks[place] = list(dict.fromkeys(named))
    return reading.names_of_blocks[place]


def names_in(reading: Reading, sentence: Sentence, *, governed: bool = False) -> list[str]:
    """Names with a leading underscore, and technical names that are set as code.

    ``governed``: the sentence describes a category, so that what stands in parentheses may be its cookies.
    """
    view = sentence.view
    found = (
        match for match in _PROSE_NAME.finditer(view.text) if view.text[match.end() : match.end() + 1] not in _OPEN
    )
    names = [match.group().rstrip(".") for match in found if not _EMPHASIS.fullmatch(match.group())]
    if reading.mentions_cookies(view):
        patterns = (_QUOTED, _BEFORE_COOKIE, _BEHIND_COOKIE)
        quoted = (match[1].rstrip(".") for pattern in patterns for match in pattern.finditer(view.text))
        names += [name for name in quoted if OUTRIGHT.search(name) and names_entry(reading, name)]
        names += [match[1] for match in _QUOTED_COOKIE.finditer(view.text) if match[1] in _known_names()]
        names += [*_lasting(reading, view), *_listed_behind(view.text)]
    if governed or reading.mentions_cookies(view):
        names += _in_asides(view.text)
    return list(dict.fromkeys([*names, *runs(reading, view.text), *coded(reading, view)]))


def _lasting(reading: Reading, view: View) -> Iterator[str]:
    """Words in quotes before the word "cookie", whose lifetime follows (``the "abc" cookie (kept for 1 year)``)."""
    found = list(_QUOTED_LASTING.finditer(view.text))
    ends = (*(match.start() for match in found[1:]), len(view.text))
    for match, end in zip(found, ends, strict=False):
        if find_durations(view.folded[match.end() : end]) and not _is_kind(reading, fold(match[1])):
            yield match[1]


def _is_kind(reading: Reading, folded: str) -> bool:
    """Is a word a kind of cookies ("necessary", "third-party", "persistent") rather than a name?"""
    parties = (reading.words.cues("party_cell", party).first(folded) for party in ("first", "third"))
    return any(parties) or bool(reading.labels.find(folded)) or read_duration(folded).kind != "unknown"


def _listed_behind(text: str) -> list[str]:
    """The names of a list behind the word "cookies", one of which can be nothing else ("cookies e.g. _ab, NID")."""
    for match in _LIST_BEHIND.finditer(text):
        names = [name.rstrip(".") for name in re.split(r",\s+", match[1])]
        if any("_" in name for name in names) and all(OUTRIGHT.search(n) or "_" in n or n.isupper() for n in names):
            return names
    return []


@cache
def _known_names() -> frozenset[str]:
    """Names of cookies that look like words ("sessionid"): quoted behind the word "cookie" they are no kind of it."""
    return frozenset(fact.pattern for fact in cookie_facts() if fact.regex is None and fact.kind == "cookie")


def runs(reading: Reading, text: str) -> list[str]:
    """Two or more words in a row that can be nothing but technical names ("consent-v2, consentId and consentDate")."""
    if not _NO_BRAND.search(text):
        return []
    joiners = "|".join(re.escape(word) for word in reading.words.values("joiner"))
    names = []
    for run in re.finditer(rf"{_WORD}(?:(?:,\s+|,?\s+(?:{joiners})\s+){_WORD})+", text):
        found = [word[0].rstrip(".") for word in re.finditer(_WORD, run[0]) if word[0] not in joiners.split("|")]
        if all(_UNLIKE_WORDS.search(name) for name in found) and any(_NO_BRAND.search(name) for name in found):
            names += [name for name in found if names_entry(reading, name)]
    return names


def coded(reading: Reading, view: View) -> list[str]:
    """The technical names that are set as code."""
    names = [clean_name(view.origin.text[start:end]) for start, end in reading.codes(view)]
    return [n for n in names if looks_like_cookie(n) and _LETTER.search(n) and names_entry(reading, n)]


def in_storage(reading: Reading, place: int) -> bool:
    """Does a block speak of the storage of the browser, so that what it sets as code may be a key there?"""
    element = reading.document.elements[place]
    kinds = ("local_storage", "session_storage")
    cues = [reading.words.cues("technologies", kind, "cues") for kind in kinds]
    return isinstance(element, Block) and any(one.first(element.view.folded) for one in cues)


def _in_asides(text: str) -> list[str]:
    """The names of cookies that each stand in parentheses behind what they are for ("balancing (BIGipServer*)").

    Where all parentheses of a sentence hold single words, two of them outright names, a plain word is a name too.
    """
    asides = [re.split(r",\s+", found[1]) for found in _ASIDE.finditer(text)]
    names = [name.rstrip(".") for aside in asides for name in aside]
    outright = [name for name in names if OUTRIGHT.search(name) or (name.endswith("*") and _LETTER.match(name))]
    telling = len(outright) > 1 and text.count("(") == len(asides)
    return [name for name in names if name in outright or (telling and name.islower() and _LETTER.match(name))]


def names_entry(reading: Reading, name: str) -> bool:
    """Is a technical word neither a call nor a kind of storage?"""
    return not _CALL.search(name) and not is_storage(reading, name)


def is_storage(reading: Reading, name: str) -> bool:
    """Is a word the kind of storage, not an entry in it?"""
    kinds = ("local_storage", "session_storage")
    return any(reading.words.cues("technologies", kind, "cues").first(fold(name)) for kind in kinds)

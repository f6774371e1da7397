"""Categories of table rows without one, from sections that name the cookie in prose ("we set the "abc" cookie")."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.policy.cookie_names import clean_name
from auditor.policy.prose_names import names_in
from auditor.policy.purposes import purposes
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.model import DeclaredCategory, DeclaredCookie
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading

_QUOTED = re.compile(r"[\"'“”„‘’«»`]([\w.\-*\\]{2,60}?)[.,]?[\"'“”‘’«»`]")
CONFIDENCE = 0.85


def with_told(
    reading: Reading, categories: Categories, cookies: Iterable[DeclaredCookie]
) -> tuple[DeclaredCookie, ...]:
    """The cookies, those of tables with a category that one section of the policy gives them by name.

    A row that states its own keeps it, and so does one whose name stands in sections of two categories, or whose
    purpose says nothing of the section's ("remembers that you refused", named among the cookies that count visits).
    """
    rows = list(cookies)
    open_ = {cookie.name for cookie in rows if cookie.basis == "table" and cookie.category_basis != "stated"}
    told = _told(reading, categories, open_) if open_ else {}
    return tuple(_with(reading, cookie, told[cookie.name]) if cookie.name in told else cookie for cookie in rows)


def _told(reading: Reading, categories: Categories, names: set[str]) -> dict[str, list[DeclaredCategory]]:
    """Per name the categories of the sections whose sentences about cookies in use name it."""
    found: dict[str, list[DeclaredCategory]] = {}
    for sentence in reading.cookie_sentences:
        governing = categories.governing.get(sentence.place)
        if governing is None or sentence.place in reading.record_places | reading.definition_places:
            continue
        if reading.denials.hypothetical(sentence):
            continue
        for name in names.intersection(_named(reading, sentence)):
            found.setdefault(name, []).append(governing)
    return found


def _named(reading: Reading, sentence: Sentence) -> Iterator[str]:
    """The technical names of a sentence, and the words that it quotes where it speaks of cookies."""
    yield from names_in(reading, sentence)
    if reading.mentions_cookies(sentence.view):
        yield from (clean_name(match[1]) for match in _QUOTED.finditer(sentence.view.text))


def _with(reading: Reading, cookie: DeclaredCookie, told: list[DeclaredCategory]) -> DeclaredCookie:
    if cookie.basis != "table" or cookie.category_basis == "stated" or len({one.canonical for one in told}) != 1:
        return cookie
    category, label = told[0].canonical, told[0].label
    if cookie.category not in (None, category) and not purposes(reading, fold(cookie.purpose or "")).get(category):
        return cookie
    return replace(
        cookie, category=category, category_label=label, category_basis="stated", confidence=CONFIDENCE
    )  # fmt: skip

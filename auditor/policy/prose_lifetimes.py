"""Sentences that give a cookie another lifetime than its row of a table ("_ga, for example, expires after 2 years")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.model import Contradiction
from auditor.policy.blocks import Block
from auditor.policy.durations import find_durations, stated_at
from auditor.policy.prose_names import names_in
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import DeclaredCookie, PolicyDeclaration
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading

TOLERANCE = 0.1
BEFORE = 12
DAY = 86_400
QUOTES = "\"'“”„‘’«»`()"
_NAME = re.compile(r"[\w*-]{2,80}")


def prose_lifetimes(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """The first sentence about each cookie that gives it a lifetime which none of its rows has."""
    rows: dict[str, list[DeclaredCookie]] = {}
    for cookie in declaration.cookies:
        if cookie.basis == "table":
            rows.setdefault(cookie.name, []).append(cookie)
    for sentence in reading.document.sentences if rows else ():
        if called := _called_session(reading, sentence, rows):
            yield Contradiction(
                kind="cookie_duration_conflict",
                subject=called,
                note="a sentence calls it a session cookie, the table gives it a lifetime",
                evidence=(rows[called][0].evidence[0], sentence.view.quote()),
            )
        name, seconds = _told(reading, sentence, rows)
        if seconds and all(_differs(row, seconds) for row in rows[name]):
            yield Contradiction(
                kind="cookie_duration_conflict",
                subject=name,
                note="a sentence gives another lifetime than the table",
                evidence=(rows[name][0].evidence[0], sentence.view.quote()),
            )


def _told(reading: Reading, sentence: Sentence, rows: dict[str, list[DeclaredCookie]]) -> tuple[str, int]:
    """The only cookie that a sentence names and the one lifetime that it gives it outright; 0 where it gives none."""
    nothing = ("", 0)
    text, folded = sentence.view.text, sentence.view.folded
    block = reading.document.elements[sentence.place]
    if not isinstance(block, Block) or sentence.place in reading.record_places:
        return nothing
    if rows.keys().isdisjoint(_NAME.findall(text)):
        return nothing
    names, spans = names_in(reading, sentence), find_durations(folded)
    if len(names) != 1 or names[0] not in rows or len(spans) != 1 or reading.denials.hypothetical(sentence):
        return nothing
    start, end = spans[0]
    told = stated_at(text, start, end, BEFORE)
    between = folded[folded.find(fold(names[0])) + len(names[0]) : start]
    outright = told.kind == "fixed" and reading.words.cues("lasts").first(between) is not None
    return (names[0], told.seconds or 0) if outright and not _limited(reading, folded, between) else nothing


def _called_session(reading: Reading, sentence: Sentence, rows: dict[str, list[DeclaredCookie]]) -> str | None:
    """The only cookie of the table that a sentence names, where it is called one of the session and lives for days."""
    text, folded = sentence.view.text, sentence.view.folded
    named = [match for match in _NAME.finditer(text) if match.group() in rows]
    if len({match.group() for match in named}) != 1 or sentence.place in reading.record_places:
        return None
    name, start, end = named[0].group(), *named[0].span()
    around = (text[:start].rstrip()[-1:], text[end:].lstrip()[:1])
    plain = name.isalpha() and not all(mark and mark in QUOTES for mark in around)
    if plain or reading.denials.hypothetical(sentence) or _limited(reading, folded, ""):
        return None
    said = reading.words.cues("session_name").first(f"{folded[:start]}qname{folded[end:]}")
    return name if said and all(_lives(row) for row in rows[name]) else None


def _lives(row: DeclaredCookie) -> bool:
    """Does a row give one lifetime of a day or more?"""
    return row.duration.kind == "fixed" and (row.duration.seconds or 0) >= DAY


def _limited(reading: Reading, folded: str, between: str) -> bool:
    """Is the lifetime one of data, or one under a condition?"""
    barred = (reading.words.cues("concepts", name).first(folded) for name in ("condition", "may", "negation"))
    return reading.words.cues("collected_data").first(between) is not None or any(barred)


def _differs(row: DeclaredCookie, seconds: int) -> bool:
    """Does a row give one lifetime, and another one?"""
    own = row.duration.seconds if row.duration.kind == "fixed" else None
    return own is not None and abs(own - seconds) > TOLERANCE * max(own, seconds)

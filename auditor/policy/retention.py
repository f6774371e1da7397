"""Statements about cookie lifetimes: in sentences, and in tables of categories."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import Retention
from auditor.policy.category_lifetimes import category_lifetimes, told_lifetime
from auditor.policy.durations import find_durations, read_duration, stated_at
from auditor.policy.plain import colon_lead
from auditor.policy.retention_lines import retention_lines
from auditor.policy.tables import heading_role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model import DeclaredCookie, Duration, Quote
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading

BEFORE = 25
EXAMPLE = 8
PAIR = 2
ALONE = 4


def read_retention(
    reading: Reading, categories: Categories, cookies: Iterable[DeclaredCookie]
) -> tuple[Retention, ...]:
    """Each sentence that gives cookies, the data in them, consent or a category a lifetime, not only one cookie."""
    lines = list(retention_lines(reading))
    out = [*category_lifetimes(reading), *lines]
    listed = [quote for cookie in cookies if cookie.basis == "list" for quote in cookie.evidence]
    starts = [sentence.view.start for sentence in reading.cookie_sentences]
    told = (*listed, *(quote for line in lines for quote in line.evidence))
    own = {start for quote in told for start in (quote.start, *_within(starts, quote))}
    for sentence in reading.cookie_sentences:
        folded = sentence.view.folded
        if sentence.view.start in own:
            continue
        if labelled := _labelled(reading, categories, sentence):
            out.append(labelled)
            continue
        spans = find_durations(folded)
        subject = _subject(reading, folded) if spans and not _is_of_addresses(reading, folded, spans[0][0]) else None
        if subject is None:
            if one := told_lifetime(reading, categories, sentence):
                out.append(one)
            continue
        start, end = spans[0]
        if reading.words.cues("example").first(folded[max(0, start - EXAMPLE) : start]):
            continue  # "after a set time (e.g. two years)"
        duration = stated_at(sentence.view.text, start, end, BEFORE)
        these = reading.words.cues("these_cookies").first(folded) is not None  # some, not all
        if subject.startswith("all") and duration.kind == "fixed" and not these:
            duration = replace(duration, kind="max", min_seconds=0, max_seconds=duration.seconds)
        out.append(Retention(subject=subject, duration=duration, evidence=(sentence.view.quote(),)))
        out.extend(_data_beside(reading, sentence, spans))
    return tuple(sorted(out, key=lambda one: one.evidence[0].start))


def _within(starts: list[int], quote: Quote) -> list[int]:
    """Where the sentences after the first of a quote begin: they give its own cookie a lifetime."""
    return starts[bisect_right(starts, quote.start) : bisect_left(starts, quote.end)]


def _labelled(reading: Reading, categories: Categories, sentence: Sentence) -> Retention | None:
    """The lifetime behind a label ("Retention period: 13 months") in the description of a category."""
    governing = categories.governing.get(sentence.place)
    if governing is None or sentence.place in reading.record_places:
        return None
    label = colon_lead(sentence.view)
    alone = len(sentence.view.text.split()) <= ALONE and bool(find_durations(sentence.view.folded))
    if not alone and (label is None or heading_role(reading, label) != "duration"):
        return None
    duration = read_duration(sentence.view.text[len(label.text) + 1 if label else 0 :])
    if duration.kind in ("unknown", "not_stated"):
        return None
    return Retention(subject=governing.canonical.value, duration=duration, evidence=(sentence.view.quote(),))


def with_lifetimes(cookies: Iterable[DeclaredCookie], retention: Iterable[Retention]) -> tuple[DeclaredCookie, ...]:
    """Cookies of lists and sentences without lifetimes, with the only one that is given for all of their category."""
    told: dict[str, list[Duration]] = {}
    for one in retention:
        told.setdefault(one.subject, []).append(one.duration)
    listed = [c for c in cookies if c.basis != "table" and c.category is not None]
    lacking = {c.category.value for c in listed if c.category and c.duration.kind == "not_stated"}
    lacking -= {c.category.value for c in listed if c.category and c.duration.kind != "not_stated"}

    def timed(cookie: DeclaredCookie) -> DeclaredCookie:
        category = cookie.category.value if cookie.category and cookie.basis != "table" else ""
        found = told.get(category, []) if category in lacking else []
        return replace(cookie, duration=found[0]) if len(found) == 1 and cookie.category_label else cookie

    return tuple(map(timed, cookies))


def _data_beside(reading: Reading, sentence: Sentence, spans: list[tuple[int, int]]) -> list[Retention]:
    """The lifetime of data in a sentence that gives cookies one, too ("cookies for 13 months, the data for 25")."""
    if len(spans) != PAIR:
        return []
    (_, before), (start, end) = spans
    between = sentence.view.folded[before:start]
    if not reading.words.cues("collected_data").first(between):
        return []
    duration = read_duration(sentence.view.text[max(before, start - BEFORE) : end])
    return [Retention(subject="cookie_data", duration=duration, evidence=(sentence.view.quote(),))]


def _is_of_addresses(reading: Reading, folded: str, start: int) -> bool:
    """Is it IP addresses that are kept for a time, after the last word of cookies before it?"""
    cookies = reading.labels.cookie.all(folded[:start])
    return reading.words.cues("concepts", "ip").first(folded[cookies[-1].end if cookies else 0 : start]) is not None


def _subject(reading: Reading, folded: str) -> str | None:
    """What a sentence gives a lifetime, None for something else than cookies and consent."""
    words = reading.words
    return next((name for name in words.keys("retention") if words.cues("retention", name).first(folded)), None)

"""Statements about cookie lifetimes outside tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import Retention
from auditor.policy.durations import find_durations, read_duration

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading

BEFORE = 25
PAIR = 2


def read_retention(reading: Reading) -> tuple[Retention, ...]:
    """Each sentence that gives cookies, the data in them, or consent a lifetime."""
    out = []
    for sentence in reading.cookie_sentences:
        folded = sentence.view.folded
        spans = find_durations(folded)
        subject = _subject(reading, folded) if spans else None
        if subject is None:
            continue
        start, end = spans[0]
        duration = read_duration(sentence.view.text[max(0, start - BEFORE) : end])
        these = reading.words.cues("these_cookies").first(folded) is not None  # some, not all
        if subject.startswith("all") and duration.kind == "fixed" and not these:
            duration = replace(duration, kind="max", min_seconds=0, max_seconds=duration.seconds)
        out.append(Retention(subject=subject, duration=duration, evidence=(sentence.view.quote(),)))
        out.extend(_data_beside(reading, sentence, spans))
    return tuple(out)


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


def _subject(reading: Reading, folded: str) -> str | None:
    """What a sentence gives a lifetime, None for something else than cookies and consent."""
    words = reading.words
    return next((name for name in words.keys("retention") if words.cues("retention", name).first(folded)), None)

"""Statements about cookie lifetimes outside tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import Retention
from auditor.policy.durations import find_durations, read_duration

if TYPE_CHECKING:
    from auditor.policy.context import Reading

BEFORE = 25


def read_retention(reading: Reading) -> tuple[Retention, ...]:
    """Each sentence that gives cookies, the data in them, or consent a lifetime."""
    out = []
    for sentence in reading.cookie_sentences:
        folded = sentence.view.folded
        subject = next(
            (s for s in reading.words.keys("retention") if reading.words.cues("retention", s).first(folded)), None
        )
        spans = find_durations(folded)
        if subject is None or not spans:
            continue
        start, end = spans[0]
        duration = read_duration(sentence.view.text[max(0, start - BEFORE) : end])
        if subject.startswith("all") and duration.kind == "fixed":
            duration = replace(duration, kind="max", min_seconds=0, max_seconds=duration.seconds)
        out.append(Retention(subject=subject, duration=duration, evidence=(sentence.view.quote(),)))
    return tuple(out)


def _subject(reading: Reading, folded: str) -> str | None:
    """What a sentence gives a lifetime, None for something else than cookies and consent."""
    words = reading.words
    return next((name for name in words.keys("retention") if words.cues("retention", name).first(folded)), None)

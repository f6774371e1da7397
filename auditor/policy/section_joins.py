"""Sections that belong together, and titles that name two categories."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category
from auditor.policy.blocks import Block
from auditor.policy.leads import is_sentence, is_status
from auditor.policy.prose import label_runs
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.section import Section

NEAR = 3
PAIR = 2


def merged(reading: Reading, found: list[Section]) -> list[Section]:
    """Sections without those that only go on about the category right above them, which then governs theirs, too.

    These are first sentences ("Needed for the site to work.") and lines that open a list ("Cookies of this kind:").
    """
    out: list[Section] = []
    for section in found:
        above = out[-1] if out else None
        same = above is not None and above.label.category is section.label.category and above.basis == section.basis
        if above is not None and same and _goes_on(reading, above, section):
            places = dict.fromkeys((*above.places, section.place, *section.places))
            out[-1] = replace(above, places=tuple(sorted(places)))
        else:
            out.append(section)
    return out


def _goes_on(reading: Reading, above: Section, section: Section) -> bool:
    title, block = (reading.document.elements[at] for at in (above.place, section.place))
    if not isinstance(title, Block) or not isinstance(block, Block) or title.kind != "heading":
        return False
    if block.kind != "heading":
        return section.place == above.place + 1 + _statuses(reading, above) and is_sentence(block, section.phrase)
    opens = block.view.text.endswith(":") and block.number is None and not title.view.text.endswith(":")
    return opens and section.place <= above.place + NEAR


def _statuses(reading: Reading, above: Section) -> int:
    """How many lines with the state of a switch stand right below a label."""
    elements = reading.document.elements[above.place + 1 : above.place + 3]
    return sum(1 for _ in takewhile(lambda one: isinstance(one, Block) and is_status(reading, one), elements))


def parts(reading: Reading, section: Section) -> tuple[Section, ...]:
    """A section; two of the same stretch where its title joins measuring and marketing ("Analytics and marketing").

    "Tracking and performance" is one: what tracks may measure.
    """
    runs = label_runs(reading, section.phrase.folded)
    words = runs[0] if len(runs) == 1 else []
    if len(words) != PAIR or {word.category for word in words} != TRACKING:
        return (section,)
    first, second = words
    joined = section.phrase.folded[first.end : second.start].strip()
    ads = next(word for word in words if word.category is Category.TARGETING)
    tracks = reading.words.cues("tracks_label").first(section.phrase.folded[ads.start : ads.end]) is not None
    if tracks or joined not in ("&", *(fold(word) for word in reading.words.values("joiner"))):
        return (section,)
    views = (section.phrase.part(first.start, first.end), section.phrase.part(second.start, len(section.phrase.text)))
    labels = [reading.labels.read(view.folded) for view in views]
    return tuple(
        replace(section, label=replace(label, number=section.label.number, covers=section.label.covers), phrase=view)
        for label, view in zip(labels, views, strict=True)
        if label is not None
    )

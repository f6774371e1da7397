"""Lines below a heading about lifetimes: what is kept, a dash or a colon, and for how long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.model import Retention
from auditor.policy.durations import read_duration
from auditor.policy.promises import promises
from auditor.policy.service_names import find_services
from auditor.policy.tables import heading_role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.blocks import Block
    from auditor.policy.context import Reading
    from auditor.policy.view import View

MAX_RESIDUE = 2
MAX_HEAD = 60
UNTOLD = ("unknown", "not_stated")
_PARTED = re.compile(r"\s[–—-]\s|:\s")


def retention_lines(reading: Reading) -> Iterator[Retention]:
    """The lifetime of each line that begins with the visitor's choice, with a category, or with a service's cookies."""
    for place, block in reading.document.blocks():
        if block.kind == "heading" or place not in reading.cookie_places or place in reading.record_places:
            continue
        above, parted = reading.headings(place)[:1], _PARTED.search(block.view.text[:MAX_HEAD])
        if not above or parted is None or heading_role(reading, above[0].view) != "duration":
            continue
        subject = _subject(reading, block.view.part(0, parted.start()))
        duration = read_duration(_rest(reading, place, block, parted.end()), language=reading.words.language)
        if subject is not None and duration.kind not in UNTOLD:
            yield Retention(subject=subject, duration=duration, evidence=(block.view.quote(),))


def _rest(reading: Reading, place: int, block: Block, start: int) -> str:
    """What stands behind an offset of a block, up to the end of its first sentence."""
    first = next(iter(reading.sentences_at(place)), None)
    return block.view.text[start : len(first.view.text)] if first else ""


def _subject(reading: Reading, head: View) -> str | None:
    """What the head of a line is about; None for data, and for cookies of no known kind."""
    if promises(reading.words.language).says(head, "consent_noun"):
        return "consent"
    label = reading.labels.read(head.folded)
    if label is not None and label.residue <= MAX_RESIDUE and label.cookie_word:
        return label.category.value
    named = {mention.service.category for mention in find_services(head)} if reading.mentions_cookies(head) else set()
    category = named.pop() if len(named) == 1 else None
    return category.value if category is not None else None

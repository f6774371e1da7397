"""Texts with an empty line behind every line, as some converters of PDFs write them: there it ends no paragraph."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.policy.plain import Line

MIN_BROKEN = 10
ONE_IN = 8
APART = 2
_ENDS = ".:;!?|*"


def single_spaced(lines: list[Line]) -> list[Line]:
    """The lines without the single empty ones, where those break sentences; two or more together stay.

    The lines as they are where few sentences are broken so, or others go on in the very next line.
    """
    filled = [at for at, line in enumerate(lines) if line.text.strip()]
    steps = [b - a for a, b in pairwise(filled) if _goes_on(lines[a].text, lines[b].text)]
    broken = steps.count(APART)
    if broken < MIN_BROKEN or broken * ONE_IN < len(filled) or steps.count(1) * ONE_IN > broken:
        return lines
    dropped = {before + 1 for before, after in pairwise(filled) if after - before == APART}
    return [line for at, line in enumerate(lines) if at not in dropped]


def _goes_on(before: str, after: str) -> bool:
    """Does a line go on in another one: no mark ends it, and the other begins with a small letter?"""
    return before.rstrip()[-1] not in _ENDS and after.lstrip()[:1].islower()

"""The rank of headings in a page: h1 to h6, and the titles of what opens at a click (``summary``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.policy.markup import Mark

LOWEST = 6
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def ranked(marks: Iterable[Mark]) -> dict[int, tuple[Mark, int]]:
    """Headings with their ranks, by where they start.

    A ``summary`` ranks right below the last heading before its ``details``. Headings inside rank below it, whatever
    their number, since they divide what it opens.
    """
    found: dict[int, tuple[Mark, int]] = {}
    last = 0  # the rank of the last heading outside of any details
    for mark in marks:
        if mark.name != "summary" and mark.name not in _HEADINGS:
            continue
        around = [one.name for one in _around(mark)]
        depth = around.count("details")
        own = int(mark.name[1]) if mark.name in _HEADINGS else 0
        if not depth:
            last = rank = own or last
        elif not own or "summary" in around:
            rank = last + depth
        else:
            rank = max(own, last + depth + 1)
        if mark.end > mark.start and rank:
            found[mark.start] = (mark, min(LOWEST, rank))
    return found


def _around(mark: Mark) -> Iterator[Mark]:
    while (parent := mark.parent) is not None:
        yield parent
        mark = parent

"""Rows of cookie tables that list something else, and say so ("N/A (not a cookie)")."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.tables import Row
    from auditor.policy.view import View

TELLING = ("name", "duration", "storage", "category")


def says_no_cookie(reading: Reading, row: Row) -> bool:
    """Does a short cell of a row say that what it lists is no cookie ("Loader script (no cookie)")?"""
    return any(_denies(reading, cell) for role in TELLING if (cell := row.cells.get(role)) is not None)


def _denies(reading: Reading, cell: View) -> bool:
    cookies = reading.labels.cookie.all(cell.folded)
    return any(
        reading.denials.none_of(cell.folded, cookie.start) or _is_none(reading, cell.folded[: cookie.start])
        for cookie in cookies
    )


def _is_none(reading: Reading, before: str) -> bool:
    """Does a text end in words such as "not a"?"""
    before = before.rstrip()
    found = reading.words.cues("is_none").all(before)
    return bool(found) and found[-1].end == len(before)

"""What the columns of a table of categories answer ("Can be disabled? | No")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Category, Claim
from auditor.policy.blocks import Table
from auditor.policy.category_rows import row_label
from auditor.policy.cookies import is_cookie_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import DeclaredCategory
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.tables import Grid
    from auditor.policy.view import View

CONFIDENCE = 0.85
MEANINGS = {
    ("refusable", "yes"): ("reject_possible", "cookies_after_reject"),
    ("refusable", "no"): ("always_active", "cookies_after_reject"),
    ("required", "yes"): ("always_active", "cookies_after_reject"),
    ("consent", "yes"): ("consent_before_setting", "cookies_before_consent"),
    ("consent", "no"): ("set_without_consent", "cookies_before_consent"),
}
QUESTIONS = ("refusable", "consent", "required")  # "Consent required?" asks for consent
OF_ALL_BUT_NECESSARY = {"reject_possible", "set_without_consent"}


def category_answers(reading: Reading, categories: Categories, scopes: Scopes) -> Iterator[Claim]:
    """A claim for each answer that a row gives to the question of its column, about the category of the row."""
    for place, grid in reading.grids:
        questions = _questions(reading, grid)
        if not questions or is_cookie_table(reading, place, grid):
            continue
        for canonical, x, cell in _answered(reading, place, grid):
            told = _answer(reading, cell) if x in questions else None
            kind, test = MEANINGS.get((questions.get(x, ""), told or ""), ("", ""))
            if kind and not (canonical is Category.STRICTLY_NECESSARY and kind in OF_ALL_BUT_NECESSARY):
                declared = next((c for c in categories.declared if c.canonical is canonical), None)
                yield _claim(kind, test, canonical, _scope_ids(declared, scopes), cell)


def _questions(reading: Reading, grid: Grid) -> dict[int, str]:
    """The columns whose heading asks something, by their index."""
    questions: dict[int, str] = {}
    for x, view in enumerate(grid.heading):
        asked = (kind for kind in QUESTIONS if reading.words.cues("column_questions", kind).first(view.folded))
        if (kind := next(asked, None)) is not None:
            questions[x] = kind
    return questions


def _answered(reading: Reading, place: int, grid: Grid) -> Iterator[tuple[Category, int, View]]:
    """(category, column, cell) of the rows that name a category."""
    table = reading.document.elements[place]
    named = {row.view: category for row in grid.records() if (category := row_label(reading, row)) is not None}
    if isinstance(table, Table):
        for cells, view in zip(table.rows, table.views, strict=True):
            if view in named:
                yield from ((named[view], x, cell.view) for x, cell in enumerate(cells))


def _answer(reading: Reading, cell: View) -> str | None:
    """``yes`` or ``no``, where a cell begins with it and does not go on ("nie zalecane": not recommended)."""
    for answer in ("yes", "no"):
        found = reading.words.cues("answers", answer).first(cell.folded)
        if found is None or cell.folded[: found.start].strip(" *_"):
            continue
        if not cell.folded[found.end :].lstrip(" *_")[:1].isalpha():
            return answer
    return None


def _scope_ids(declared: DeclaredCategory | None, scopes: Scopes) -> tuple[str, ...]:
    return declared.scope_ids if declared else scopes.web


def _claim(kind: str, test: str, canonical: Category, scope_ids: tuple[str, ...], cell: View) -> Claim:
    return Claim(
        id="", type=kind, subject_kind="category", subject_value=canonical.value, strength="absolute",
        tests=(test,), scope_ids=scope_ids, evidence=(cell.quote(),), confidence=CONFIDENCE,
    )  # fmt: skip

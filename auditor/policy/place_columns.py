"""Tables that say where each category is used: by a column of places, of ticks per scope, or of categories' numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.assignments import merged_scopes, tells_apart
from auditor.policy.bindings import Bound
from auditor.policy.places import find_places, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import Scope
    from auditor.policy.blocks import Cell, Table
    from auditor.policy.context import Reading
    from auditor.policy.places import PlaceWords
    from auditor.policy.view import View

MAX_CELL = 160
MAX_ROWS = 500
MIN_COLUMNS = 2
_CATEGORY = re.compile(r"[ck]ategor")
_NUMBER = re.compile(r"\d{1,2}")
_NUMBERS = re.compile(r"\d{1,2}(?:[\s,;/+&]{1,3}(?:[a-z]{1,3}\s{1,2})?\d{1,2}){0,12}")
_YES = frozenset({"x", "v", "yes", "ja", "oui", "si", "✓", "✔", "✔️", "✅", "☑", "•", "●", "√"})
_NO = frozenset({"", "-", "no", "nein", "nee", "non", "✗", "✘", "❌", "×", "n/a", "/"})


def bound_by_columns(reading: Reading, words: PlaceWords, brands: frozenset[str]) -> list[Bound]:
    """What the tables of a document bind; each table must tell at least two scopes apart."""
    out: list[Bound] = []
    for _, table in reading.document.tables():
        columns = _Columns(reading, words, brands, table)
        bound = columns.told() or columns.ticked() or columns.numbered()
        if bound and tells_apart(one.scope for one in bound):
            out.extend(bound)
    return out


class _Columns:
    """Reads one table whose first row is its heading."""

    def __init__(self, reading: Reading, words: PlaceWords, brands: frozenset[str], table: Table) -> None:
        self.reading = reading
        self.words = words
        self.brands = brands
        self.heading = table.rows[0]
        self.rows = tuple(zip(table.rows[1:MAX_ROWS], table.views[1:MAX_ROWS], strict=True))

    def told(self) -> list[Bound]:
        """The bindings of a column of places; none where one of its cells holds anything else."""
        titles = [cell.view.folded.strip(" ?:") for cell in self.heading]
        at = next((x for x, title in enumerate(titles) if title in self.words.columns), None)
        if at is None:
            return []
        named = [self._scopes(row[at].view) for row, _ in self.rows]
        if not any(named) or any(
            not scopes and not self._everywhere(row[at].view) for scopes, (row, _) in zip(named, self.rows, strict=True)
        ):
            return []
        every = merged_scopes(scope for scopes in named for scope in scopes)
        return [
            one
            for scopes, (row, view) in zip(named, self.rows, strict=True)
            for one in self._bound(row, view, at, scopes or every)
        ]

    def ticked(self) -> list[Bound]:
        """The bindings of columns whose headings are places and whose cells are ticks."""
        named = {x: scopes for x, cell in enumerate(self.heading) if (scopes := self._scopes(cell.view))}
        if len(named) < MIN_COLUMNS:
            return []
        marks = [(row[x].view.folded.strip() for x in named) for row, _ in self.rows]
        if not all(mark in _YES | _NO for row in marks for mark in row):
            return []
        return [
            one
            for row, view in self.rows
            for x, scopes in named.items()
            if row[x].view.folded.strip() in _YES
            for one in self._bound(row, view, x, scopes)
        ]

    def numbered(self) -> list[Bound]:
        """The bindings of a column of category numbers beside one of places ("www.a.example", "1, 2 and 4")."""
        columns = range(len(self.heading))
        at = next((x for x in columns if self._holds_numbers(x)), None)
        where = next((x for x in columns if x != at and all(self._scopes(row[x].view) for row, _ in self.rows)), None)
        if at is None or where is None:
            return []
        return [
            Bound(scope, frozenset(_NUMBER.findall(row[at].view.text)), frozenset(), view.quote())
            for row, view in self.rows
            for scope in self._scopes(row[where].view)
        ]

    def _holds_numbers(self, x: int) -> bool:
        titled = _CATEGORY.search(self.heading[x].view.folded) is not None
        return titled and all(_NUMBERS.fullmatch(row[x].view.folded.strip()) for row, _ in self.rows)

    def _bound(self, row: tuple[Cell, ...], view: View, at: int, scopes: list[Scope]) -> Iterator[Bound]:
        labels = (self.reading.labels.read(c.view.folded) for x, c in enumerate(row) if x != at and c.view.text)
        label = next((found for found in labels if found is not None and not found.residue), None)
        if label is not None and label.category is not Category.UNCLASSIFIED:
            for scope in scopes:
                yield Bound(scope, frozenset(), frozenset({label.category}), view.quote())

    def _scopes(self, view: View) -> list[Scope]:
        """The scopes that a cell names, where it says nothing else."""
        places = find_places(self.words, view, self.brands) if len(view.text) <= MAX_CELL else []
        if not places or any(place.foreign for place in places):
            return []
        rest = list(view.folded)
        for place in places:
            rest[place.start : place.end] = " " * (place.end - place.start)
        known = self.words.links | self.words.joiners
        plain = all(word in known for word in words_of("".join(rest)))
        return merged_scopes(place.scope(view) for place in places) if plain else []

    def _everywhere(self, view: View) -> bool:
        return view.folded.strip(" .") in self.words.all

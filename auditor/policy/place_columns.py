"""Tables that say where each category is used: by a column of places, of ticks per scope, or of categories a place."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.assignments import merged_scopes, tells_apart
from auditor.policy.bindings import Bound
from auditor.policy.hosts import HOST, brand, is_host
from auditor.policy.places import find_places, words_of
from auditor.policy.wording import load

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
        bound = columns.numbered() or columns.listed() or columns.told() or columns.ticked()
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
        brands = self._owners([cell.view for cell in self.heading])
        named = {x: scopes for x, cell in enumerate(self.heading) if (scopes := self._scopes(cell.view, brands))}
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
        at = next((x for x in range(len(self.heading)) if self._holds_numbers(x)), None)
        if at is None:
            return []
        return [
            Bound(scope, frozenset(_NUMBER.findall(row[at].view.text)), frozenset(), view.quote())
            for scopes, (row, view) in zip(self._beside(at), self.rows, strict=False)
            for scope in scopes
        ]

    def listed(self) -> list[Bound]:
        """The bindings of a column of several categories a cell ("necessary and functional") beside one of places."""
        at = next((x for x in range(len(self.heading)) if self._holds_lists(x)), None)
        if at is None:
            return []
        return [
            Bound(scope, frozenset(), frozenset(self._covered(row[at].view)), view.quote())
            for scopes, (row, view) in zip(self._beside(at), self.rows, strict=False)
            for scope in scopes
        ]

    def _beside(self, at: int) -> list[list[Scope]]:
        """The scopes of each row, by the first other column that names some in every row; none where no such is."""
        for x in range(len(self.heading)):
            cells = [row[x].view for row, _ in self.rows]
            brands = self._owners(cells)
            named = [self._scopes(cell, brands) for cell in cells] if x != at else []
            if named and all(named):
                return named
        return []

    def _owners(self, cells: list[View]) -> frozenset[str]:
        """The owners of own hosts: who is known, and the one to whom all of several hosts of a row or column belong."""
        hosts = {m["host"].lower() for cell in cells for m in HOST.finditer(cell.text) if is_host(m["host"])}
        names = frozenset(map(brand, hosts))
        one = len(hosts) >= MIN_COLUMNS and len(names) == 1 and names.isdisjoint(load("hosts")["external"])
        return self.brands | names if one else self.brands

    def _holds_numbers(self, x: int) -> bool:
        titled = _CATEGORY.search(self.heading[x].view.folded) is not None
        return titled and all(_NUMBERS.fullmatch(row[x].view.folded.strip()) for row, _ in self.rows)

    def _holds_lists(self, x: int) -> bool:
        """Are all cells of a column categories and nothing else, some several, and one of them in two rows?"""
        title = self.heading[x].view
        if not (_CATEGORY.search(title.folded) or self.reading.mentions_cookies(title)):
            return False
        rows = [self._covered(row[x].view) for row, _ in self.rows]
        counts = Counter(category for row in rows for category in row)
        return all(rows) and max(map(len, rows), default=0) > 1 and max(counts.values(), default=0) > 1

    def _covered(self, cell: View) -> tuple[Category, ...]:
        """The categories of which a cell is the list; none where it says anything else, a remark for example."""
        said = " ".join(word for word in cell.folded.split() if word not in self.words.only)
        label = self.reading.labels.read(said) if "(" not in cell.text else None
        return label.covers if label and not label.residue and Category.UNCLASSIFIED not in label.covers else ()

    def _bound(self, row: tuple[Cell, ...], view: View, at: int, scopes: list[Scope]) -> Iterator[Bound]:
        labels = (self.reading.labels.read(c.view.folded) for x, c in enumerate(row) if x != at and c.view.text)
        label = next((found for found in labels if found is not None and not found.residue), None)
        if label is not None and label.category is not Category.UNCLASSIFIED:
            for scope in scopes:
                yield Bound(scope, frozenset(), frozenset({label.category}), view.quote())

    def _scopes(self, view: View, brands: frozenset[str] | None = None) -> list[Scope]:
        """The scopes that a cell names, where it says nothing else."""
        places = find_places(self.words, view, brands or self.brands) if len(view.text) <= MAX_CELL else []
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

"""Cookies that the policy lists by name: rows of tables, items of lists, names in sentences."""

from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from auditor.model import Category, DeclaredCookie, DeclaredParty, Duration
from auditor.policy.cells import looks_like_cookie, split_list, split_names
from auditor.policy.cookie_lists import classifying, duration_in_prose, durations_in, in_lists, in_prose
from auditor.policy.cookie_names import clean_name, name_match
from auditor.policy.durations import NOT_STATED, is_stretch, read_duration
from auditor.policy.hosts import is_host
from auditor.policy.no_cookies import says_no_cookie
from auditor.policy.purposes import cookie_purpose
from auditor.policy.service_names import find_services
from auditor.policy.service_tables import capitals_category
from auditor.policy.table_titles import Above, told_above
from auditor.policy.tables import (
    Grid,
    Row,
    category_label,
    cell_party,
    heading_role,
    is_code,
    storage_of,
)
from auditor.policy.told_categories import with_told
from auditor.policy.view import View, fold

if TYPE_CHECKING:
    from auditor.model import DeclaredCategory
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes

MAX_ROW_QUOTE = 600
MAX_COOKIES = 5000
TELLING = ("approx", "max")
_NUMBER = re.compile(r"\d{1,2}")
"""The number of a category, in a table that says where each is used."""
_MARK = re.compile(r"\s*[(\[]([^()\[\]]{3,30})[)\]]\s*$")


def read_cookies(reading: Reading, categories: Categories, scopes: Scopes) -> tuple[DeclaredCookie, ...]:
    """Every declared name, one entry per name and row, in the order of the document."""
    out: list[DeclaredCookie] = []
    loose: list[DeclaredCookie] = []
    for place, grid in reading.grids:
        if len(out) < MAX_COOKIES and is_cookie_table(reading, place, grid):
            (out if grid.heading else loose).extend(_from_grid(reading, categories, scopes, place, grid))
    loose.extend(in_lists(reading, categories, scopes))
    loose.extend(in_prose(reading, categories, scopes, {fold(cookie.name) for cookie in loose}))
    known: dict[str, list[DeclaredCookie]] = {}
    for cookie in out:
        known.setdefault(fold(cookie.name), []).append(cookie)
    out.extend(
        cookie for cookie in loose if _adds(cookie, known.get(fold(cookie.name), [])) and not _sums_up(cookie, out)
    )
    out.sort(key=lambda cookie: cookie.evidence[0].start)
    return with_told(reading, categories, out[:MAX_COOKIES])


def _adds(loose: DeclaredCookie, known: list[DeclaredCookie]) -> bool:
    """Is an entry without headings of its own about a new name, or does a row of it give another lifetime?"""
    alike = (cookie.duration == loose.duration for cookie in known)
    return not known or (loose.basis == "table" and loose.duration.seconds is not None and not any(alike))


def _sums_up(loose: DeclaredCookie, rows: list[DeclaredCookie]) -> bool:
    """Is it a sentence's pattern for names that rows give ("the _ga* cookies are deleted")?"""
    if loose.basis != "prose" or loose.match.kind != "glob":
        return False
    return any(row.basis == "table" and fnmatchcase(row.name, loose.match.pattern) for row in rows)


# ------------------------------------------------------------------------------------------- tables


def is_cookie_table(reading: Reading, place: int, grid: Grid) -> bool:
    """Does a table list cookies, rather than categories, services or rights?"""
    if not grid.has("name"):
        return False
    heading = next((view for x, view in enumerate(grid.heading) if _is_role(grid, x, "name")), None)
    rows = [row for row in grid.records() if not says_no_cookie(reading, row)]
    names = [piece.text for row in rows for piece in split_names(row.cells["name"])]
    coded = all(is_code(reading, row.cells["name"]) for row in rows)
    technical = len(names) if coded else sum(looks_like_cookie(name) for name in names)
    if heading is not None and reading.words.cues("service_heading").first(heading.folded):
        either = reading.mentions_cookies(heading) and technical * 2 > len(names)  # "Service / cookie name"
        if not either:
            return False
    if not names or not any(
        grid.has(role) for role in ("duration", "purpose", "category", "party", "host", "provider")
    ):
        return False
    titled = any(isinstance(row, View) and reading.mentions_cookies(row) for row in grid.rows)
    about = titled or (heading is not None and (reading.mentions_cookies(heading) or reading.about_cookies(place)))
    recorded = place in reading.record_places and reading.records_name_cookies
    told = titled or technical > 0 or grid.has("duration") or grid.has("party") or recorded
    return technical * 3 >= len(names) or (about and told)


def _is_role(grid: Grid, x: int, role: str) -> bool:
    column = grid.columns.get(x)
    return column is not None and column.role == role


def _from_grid(
    reading: Reading, categories: Categories, scopes: Scopes, place: int, grid: Grid
) -> list[DeclaredCookie]:
    governing = categories.governing.get(place)
    above = told_above(reading, categories, place, grid)
    out: list[DeclaredCookie] = []
    for row in grid.rows[:MAX_COOKIES]:
        if isinstance(row, View):
            governing = _title_category(reading, categories, row) or governing
            above = replace(above, owner=reading.labels.whose(row.folded) or above.owner)
            continue
        source = _RowReader(reading, row, grid, governing, above)
        out.extend(source.cookies(governing.scope_ids if governing else scopes.at(place)))
    return out


def _title_category(reading: Reading, categories: Categories, title: View) -> DeclaredCategory | None:
    label = reading.labels.read(title.folded)
    if label is None or label.residue > 1:
        return None
    return next((c for c in categories.declared if c.canonical is label.category), None)


class _RowReader:
    """Reads the cookies of one row."""

    def __init__(
        self, reading: Reading, row: Row, grid: Grid, governing: DeclaredCategory | None, above: Above
    ) -> None:
        self.reading, self.row, self.grid, self.above = reading, row, grid, above
        self.governing = classifying(reading, governing)

    def cell(self, role: str) -> View | None:
        """The filled cell of a role, else None."""
        view = self.row.cells.get(role)
        return view if view is not None and view.text else None

    def cookies(self, scope_ids: tuple[str, ...]) -> list[DeclaredCookie]:
        """One entry per name; durations of a list of the same length belong to the names one by one."""
        cell = self.cell("name")
        if cell is None or says_no_cookie(self.reading, self.row):
            return []
        names = split_names(cell)
        durations = self._durations(len(names))
        category, label, basis = self._category()
        provider, purpose, party = self._provider(), self.cell("purpose"), self.cell("party")
        plain = (view for view in self.row.others if self.reading.labels.is_of_others(view.folded))
        told = (
            view for view in (party, self.cell("category"), self.cell("provider"), *plain) if view
        )  # "Analytics, third party"
        found_party = next((said for view in told if (said := cell_party(self.reading, view))), None)
        if provider is None and party is not None and found_party is None:
            provider = party
        found_party = found_party or self.above.owner
        out = []
        for piece, duration in zip(names, durations, strict=True):
            name = clean_name(piece.text)
            if not name or _NUMBER.fullmatch(name):
                continue
            out.append(
                DeclaredCookie(
                    name=name,
                    match=name_match(name),
                    storage=self._storage(),
                    host=self._host(),
                    provider=provider.text[:200] if provider else None,
                    category=category,
                    category_label=label,
                    category_basis=basis,
                    purpose=purpose.text[:1000] if purpose else None,
                    duration=duration,
                    party=DeclaredParty(found_party) if found_party else DeclaredParty.NOT_STATED,
                    scope_ids=scope_ids,
                    basis="table",
                    evidence=(
                        (self.row.view if self.row.view.end - self.row.view.start <= MAX_ROW_QUOTE else piece).quote(),
                    ),
                    confidence=0.95 if basis == "stated" else 0.75,
                )
            )
        return out

    def _provider(self) -> View | None:
        """The cell of the provider without the party in parentheses behind it ("Shop (first party)")."""
        cell = self.cell("provider")
        if cell is None and (host := self.cell("host")):
            heading = self.grid.heading_of("host")
            cell = host if heading is not None and heading_role(self.reading, heading) == "provider" else None
        mark = _MARK.search(cell.text) if cell else None
        marked = cell is not None and mark is not None and cell_party(self.reading, cell.part(*mark.span(1)))
        return cell.part(0, mark.start()) if cell and mark and marked else cell

    def _durations(self, count: int) -> list[Duration]:
        cell = self.cell("duration")
        if cell is None:
            purpose = self.cell("purpose")
            told = duration_in_prose(purpose) if purpose else NOT_STATED
            expires = purpose is not None and self.reading.words.cues("expires").first(purpose.folded)
            return [told if expires or told.kind in TELLING else NOT_STATED] * count
        unit = self.grid.unit("duration")
        pieces = split_list(cell)
        if len(pieces) == count and count > 1:
            return [read_duration(piece.text, unit, self.reading.words.language) for piece in pieces]
        if count > 1 and len(each := durations_in(cell)) == count and not is_stretch(cell.folded):
            return each
        told = read_duration(cell.text, unit, self.reading.words.language)
        return [NOT_STATED if told.kind == "unknown" and storage_of(self.reading, cell) else told] * count

    def _category(self) -> tuple[Category | None, str | None, str]:
        """Category, the words for it, and how it is known."""
        cell, purpose = self.cell("category"), self.cell("purpose")
        label = category_label(self.reading, cell) if cell else None
        if cell and label and (self.above.mixed or self.governing is None):
            return label.category, cell.text, "stated"
        if named := capitals_category(self.reading, purpose):
            return *named, "stated"
        if self.governing is not None:
            return self.governing.canonical, self.governing.label, "stated"
        if self.above.label is not None:
            return *self.above.label, "stated"
        inferred = self._inferred(purpose)
        if inferred is None and self.above.only is not None and cell is None:
            return self.above.only.canonical, self.above.only.label, "stated"
        return inferred, None, "inferred_from_purpose" if inferred else "none"

    def _inferred(self, purpose: View | None) -> Category | None:
        """The category that the purpose speaks for, else the usual one of the service that the row names."""
        kept = purpose is not None and self.reading.words.cues("consent_record").first(purpose.folded)
        label = self.reading.labels.read(purpose.folded) if purpose and not kept else None
        if label and not label.residue:
            return label.category
        found = cookie_purpose(self.reading, purpose.folded) if purpose else None
        if found is not None:
            return found
        named = (find_services(purpose) or find_services(self.row.view)) if purpose else []
        return next((mention.service.category for mention in named or self.above.services), None)

    def _host(self) -> str | None:
        cell = self.cell("host") or self.cell("provider")
        if cell is None or not cell.text.split():
            return None
        host = cell.text.split()[0].lower().strip(",").removeprefix("https://").removeprefix("http://").rstrip("/")
        return host if is_host(host.lstrip(".*")) else None

    def _storage(self) -> str:
        """How a row's entries are stored: as a cell says, else the heading above."""
        for role in ("storage", "duration", "party", "category", "name", "purpose"):
            cell = self.cell(role)
            if cell is not None and (storage := storage_of(self.reading, cell)):
                return storage
        return self.above.stored or "cookie"

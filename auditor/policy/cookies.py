"""Cookies that the policy lists by name: rows of tables, items of lists, names in sentences."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import Category, DeclaredCookie, DeclaredParty, Duration, NameMatch
from auditor.policy.blocks import Block
from auditor.policy.durations import NOT_STATED, find_durations, is_vague, read_duration
from auditor.policy.hosts import is_host
from auditor.policy.service_names import find_services
from auditor.policy.services import capitals_category, sentence_purpose
from auditor.policy.tables import (
    Grid,
    Row,
    cell_party,
    looks_like_cookie,
    split_list,
    split_names,
)
from auditor.policy.view import View, fold

if TYPE_CHECKING:
    from auditor.model import DeclaredCategory
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes

MAX_NAME = 120
HALVES = 2
BESIDE = 5
MAX_ROW_QUOTE = 600
MAX_COOKIES = 5000
TELLING = ("approx", "max")
_PLACEHOLDER = re.compile(r"\{[^{}]{0,60}\}|<[^<>]{0,60}>|\[[^\[\]]{1,40}\]|\$[A-Za-z]{1,30}|[Xx]{3,}|#+")
_PARENTHESES = re.compile(r"\s*\([^()]{0,80}\)\s*$")
_PROSE_NAME = re.compile(r"(?<![\w/.@\-])_{1,2}[A-Za-z][\w\-*.]{1,60}")
_LIST_LEAD = re.compile(r"([^\s,:;()–—]{2,80}(?:,\s+[^\s,:;()–—]{2,80}){0,12})\s*(?:[:(–—]|\s-\s|$)")


def read_cookies(reading: Reading, categories: Categories, scopes: Scopes) -> tuple[DeclaredCookie, ...]:
    """Every declared name, one entry per name and row, in the order of the document."""
    out: list[DeclaredCookie] = []
    loose: list[DeclaredCookie] = []
    for place, grid in reading.grids:
        if len(out) < MAX_COOKIES and is_cookie_table(reading, place, grid):
            (out if grid.heading else loose).extend(_from_grid(reading, categories, scopes, place, grid))
    loose.extend(_from_lists(reading, categories, scopes))
    loose.extend(_from_prose(reading, categories, scopes, {fold(cookie.name) for cookie in loose}))
    known = {fold(cookie.name) for cookie in out}
    out.extend(cookie for cookie in loose if fold(cookie.name) not in known)
    out.sort(key=lambda cookie: cookie.evidence[0].start)
    return tuple(out[:MAX_COOKIES])


def name_match(name: str) -> NameMatch:
    """How a declared name matches observed ones (POLICY_SCHEMA, "Match patterns")."""
    if name.startswith("*.") and is_host(name[2:]):
        return NameMatch(kind="host", pattern=name[2:])
    pattern = re.sub(r"\*{2,}", "*", re.sub(r"(?<=\*-)X$", "*", _PLACEHOLDER.sub("*", name)))
    if pattern.startswith("_") and pattern.endswith("-"):
        pattern += "*"
    return NameMatch(kind="glob" if "*" in pattern else "exact", pattern=pattern)


# ------------------------------------------------------------------------------------------- tables


def is_cookie_table(reading: Reading, place: int, grid: Grid) -> bool:
    """Does a table list cookies, rather than categories, services or rights?"""
    if not grid.has("name"):
        return False
    heading = next((view for x, view in enumerate(grid.heading) if _is_role(grid, x, "name")), None)
    if heading is not None and reading.words.cues("service_heading").first(heading.folded):
        return False
    rows = [row for row in grid.rows if isinstance(row, Row)]
    names = [piece.text for row in rows for piece in split_names(row.cells["name"])]
    technical = sum(looks_like_cookie(name) for name in names)
    if not names or not any(
        grid.has(role) for role in ("duration", "purpose", "category", "party", "host", "provider")
    ):
        return False
    about = heading is not None and (reading.mentions_cookies(heading) or reading.about_cookies(place))
    return technical * 3 >= len(names) or (about and (technical > 0 or grid.has("duration") or grid.has("party")))


def _is_role(grid: Grid, x: int, role: str) -> bool:
    column = grid.columns.get(x)
    return column is not None and column.role == role


def _from_grid(
    reading: Reading, categories: Categories, scopes: Scopes, place: int, grid: Grid
) -> list[DeclaredCookie]:
    governing = categories.governing.get(place)
    mixed = _labels(reading, grid)
    out: list[DeclaredCookie] = []
    for row in grid.rows[:MAX_COOKIES]:
        if isinstance(row, View):
            governing = _title_category(reading, categories, row) or governing
            continue
        source = _RowReader(reading, row, grid, governing if governing else None, mixed=len(mixed) > 1)
        out.extend(source.cookies(governing.scope_ids if governing else scopes.at(place)))
    return out


def _labels(reading: Reading, grid: Grid) -> set[Category]:
    """The categories that the category column of a table gives."""
    cells = [row.cells["category"] for row in grid.rows if isinstance(row, Row) and "category" in row.cells]
    found = (reading.labels.read(cell.folded) for cell in cells)
    return {label.category for label in found if label}


def _title_category(reading: Reading, categories: Categories, title: View) -> DeclaredCategory | None:
    label = reading.labels.read(title.folded)
    if label is None or label.residue > 1:
        return None
    return next((c for c in categories.declared if c.canonical is label.category), None)


class _RowReader:
    """Reads the cookies of one row."""

    def __init__(
        self, reading: Reading, row: Row, grid: Grid, governing: DeclaredCategory | None, *, mixed: bool
    ) -> None:
        self.reading, self.row, self.grid, self.governing, self.mixed = reading, row, grid, governing, mixed

    def cell(self, role: str) -> View | None:
        """The filled cell of a role, else None."""
        view = self.row.cells.get(role)
        return view if view is not None and view.text else None

    def cookies(self, scope_ids: tuple[str, ...]) -> list[DeclaredCookie]:
        """One entry per name; durations of a list of the same length belong to the names one by one."""
        cell = self.cell("name")
        if cell is None:
            return []
        names = split_names(cell)
        durations = self._durations(len(names))
        category, label, basis = self._category()
        provider, purpose, party = self.cell("provider"), self.cell("purpose"), self.cell("party")
        found_party = cell_party(self.reading, party) if party else None
        if provider is None and party is not None and found_party is None:
            provider = party
        out = []
        for piece, duration in zip(names, durations, strict=True):
            name = _clean_name(piece.text)
            if not name:
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
            return [read_duration(piece.text, unit) for piece in pieces]
        return [read_duration(cell.text, unit)] * count

    def _category(self) -> tuple[Category | None, str | None, str]:
        """Category, the words for it, and how it is known."""
        cell, purpose = self.cell("category"), self.cell("purpose")
        label = self.reading.labels.read(cell.folded) if cell else None
        if cell and label and (self.mixed or self.governing is None):
            return label.category, cell.text, "stated"
        if named := capitals_category(self.reading, purpose):
            return *named, "stated"
        if self.governing is not None:
            return self.governing.canonical, self.governing.label, "stated"
        inferred = self._inferred(purpose)
        return inferred, None, "inferred_from_purpose" if inferred else "none"

    def _inferred(self, purpose: View | None) -> Category | None:
        """The category that the purpose speaks for, else the usual one of the service that the row names."""
        if purpose is not None and self.reading.words.cues("consent_record").first(purpose.folded):
            return Category.STRICTLY_NECESSARY
        found = sentence_purpose(self.reading, purpose.folded) if purpose else None
        if found is not None or purpose is None:
            return found
        named = find_services(purpose) or find_services(self.row.view)
        return named[0].service.category if named else None

    def _host(self) -> str | None:
        cell = self.cell("host") or self.cell("provider")
        if cell is None or not cell.text.split():
            return None
        host = cell.text.split()[0].lower().strip(",").removeprefix("https://").removeprefix("http://").rstrip("/")
        return host if is_host(host.lstrip(".*")) else None

    def _storage(self) -> str:
        for role in ("storage", "duration", "party", "category", "name"):
            cell = self.cell(role)
            if cell is None:
                continue
            for storage in ("local_storage", "session_storage", "pixel"):
                if self.reading.words.cues("storage_cell", storage).first(cell.folded):
                    return storage
        return "cookie"


def _clean_name(text: str) -> str:
    """A name as declared, without explanations in parentheses, quotes, punctuation, and the space of a line break."""
    name = _PARENTHESES.sub("", text).strip().strip("\"'“”„‘’`").rstrip(".,;:")
    halves = name.split(" ")
    if len(halves) == HALVES and all(looks_like_cookie(half) for half in halves):
        name = "".join(halves)
    return name if 0 < len(name) <= MAX_NAME else ""


# -------------------------------------------------------------------------------------------- lists


def _from_lists(reading: Reading, categories: Categories, scopes: Scopes) -> list[DeclaredCookie]:
    """Items that begin with technical names ("_ga - used to ..., expires after 2 years")."""
    out: list[DeclaredCookie] = []
    recorded = {place for places, _ in reading.records for place in places}
    for place, block in reading.document.blocks():
        if place not in reading.cookie_places or block.kind == "heading" or place in recorded:
            continue
        names = _item_names(reading, place, block)
        out.extend(_listed(reading, categories, scopes, place, block.view, name) for name in names)
    return out


def _item_names(reading: Reading, place: int, block: Block) -> list[str]:
    match = _LIST_LEAD.match(block.view.text)
    if not match:
        return []
    names = [_clean_name(part) for part in re.split(r",\s+", match[1])]
    if not all(names):
        return []
    sure = not all(name.isalpha() for name in names) or reading.mentions_cookies(block.view)
    if sure and all(looks_like_cookie(name) for name in names):
        return names if block.kind == "item" or block.lead is not None else []
    bold = block.lead is not None and block.lead.text.strip() == match[1] and block.kind == "item"
    return names if bold and len(names) == 1 and _among_cookies(reading, place) else []


def _from_prose(reading: Reading, categories: Categories, scopes: Scopes, known: set[str]) -> list[DeclaredCookie]:
    """Names such as ``_ga`` in sentences about cookies, each once."""
    out: list[DeclaredCookie] = []
    for sentence in reading.cookie_sentences:
        if not reading.mentions_cookies(sentence.view):
            continue
        for match in _PROSE_NAME.finditer(sentence.view.text):
            name = match.group().rstrip(".")
            if fold(name) not in known:
                known.add(fold(name))
                out.append(
                    replace(_listed(reading, categories, scopes, sentence.place, sentence.view, name), basis="prose")
                )
    return out


def _among_cookies(reading: Reading, place: int) -> bool:
    """Does an item stand beside items that name cookies?"""
    for at in range(place - BESIDE, place + BESIDE + 1):
        if at != place and 0 <= at < len(reading.document.elements):
            other = reading.document.elements[at]
            lead = other.lead if isinstance(other, Block) and other.kind == "item" else None
            if lead is not None and looks_like_cookie(lead.text.strip()):
                return True
    return False


def _listed(
    reading: Reading, categories: Categories, scopes: Scopes, place: int, view: View, name: str
) -> DeclaredCookie:
    governing = categories.governing.get(place)
    only = categories.declared[0] if governing is None and len(categories.declared) == 1 else governing
    services = find_services(view)
    return DeclaredCookie(
        name=name,
        match=name_match(name),
        storage=_prose_storage(reading, view),
        provider=services[0].words if services else None,
        category=only.canonical if only else sentence_purpose(reading, view.folded),
        category_label=only.label if only else None,
        category_basis="stated"
        if only
        else "inferred_from_purpose"
        if sentence_purpose(reading, view.folded)
        else "none",
        purpose=view.text[:1000],
        duration=duration_in_prose(view),
        scope_ids=only.scope_ids if only else scopes.at(place),
        basis="list",
        evidence=(view.quote(),),
        confidence=0.85,
    )


def duration_in_prose(view: View) -> Duration:
    """The lifetime that a description gives; kind ``not_stated`` where it gives none."""
    spans = find_durations(view.folded)
    if spans:
        start, end = spans[0]
        return read_duration(view.text[max(0, start - 12) : end])
    if is_vague(view.folded):
        return Duration(raw=view.text[:200], kind="approx")
    found = read_duration(view.text)
    return found if found.kind in ("session", "until_deleted", "approx") else NOT_STATED


def _prose_storage(reading: Reading, view: View) -> str:
    for storage in ("local_storage", "session_storage"):
        if reading.words.cues("storage_cell", storage).first(view.folded):
            return storage
    return "cookie"

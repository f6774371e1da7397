"""Services in tables: lists of tools by name, and services that the rows of cookie tables name."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category, DeclaredParty, DeclaredService
from auditor.policy.cell_services import cell_services, is_self
from auditor.policy.company_tables import is_company_table, is_denied
from auditor.policy.entries import services_of_heading
from auditor.policy.hosts import brand, is_host
from auditor.policy.no_cookies import says_no_cookie
from auditor.policy.purposes import sentence_purpose
from auditor.policy.service_entries import example, is_general, is_other, is_owner
from auditor.policy.service_names import Mention, find_services
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.model import DeclaredCategory
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.tables import Grid, Row
    from auditor.policy.view import View

MAX_ROW = 400
_CAPITALS = re.compile(r"([A-ZÀ-Þ][A-ZÀ-Þ \-/]{3,40}?)(?=\s*(?:[A-ZÀ-Þ][a-zà-ÿ]|[^A-ZÀ-Þ \-/]|$))")


def services_in_tables(reading: Reading, categories: Categories, scopes: Scopes) -> Iterator[DeclaredService]:
    """Services that tables list by name, and those that a cookie table names in descriptions or in place of cookies."""
    for place, grid in reading.grids:
        governing = categories.governing.get(place)
        of_services = is_service_table(reading, grid)
        if of_services or is_company_table(reading, place, grid):
            strict = not of_services and not grid.has("host")  # a domain beside it tells that a name is one
            if not is_denied(reading, place):
                yield from _joined(_listed(reading, scopes, place, grid, governing, strict=strict))
        elif not grid.has("provider") or _of_services_too(reading, grid):
            yield from _described(reading, scopes, place, grid, governing)
            yield from _titled(reading, scopes, place, grid, governing)
        else:
            others = replace(grid, rows=tuple(row for row in grid.records() if says_no_cookie(reading, row)))
            yield from _described(reading, scopes, place, others, governing)


def is_service_table(reading: Reading, grid: Grid) -> bool:
    """Does the heading of the name column speak of services or tools rather than of cookies?"""
    view = grid.heading_of("name") or grid.heading_of("provider")
    if view is None or (grid.has("duration") and grid.has("name")):
        return False
    return reading.words.cues("service_heading").first(view.folded) is not None


def _of_services_too(reading: Reading, grid: Grid) -> bool:
    """Is the column of names headed as one of cookies and services ("Service / cookie name")?"""
    view = grid.heading_of("name")
    return view is not None and reading.words.cues("service_heading").first(view.folded) is not None


def _listed(
    reading: Reading, scopes: Scopes, place: int, grid: Grid, governing: DeclaredCategory | None, *, strict: bool
) -> Iterator[DeclaredService]:
    """The services of a table. ``strict``: words that look like no name are none; else they stand as they are."""
    for row in grid.records():
        cell = row.cells.get("name") or row.cells.get("provider")
        if cell is None or not cell.text or is_self(reading, cell):
            continue
        category, label = _told(reading, row, governing)
        for one in cell_services(reading, cell, strict=strict):
            if is_owner(reading, one.name):
                continue
            yield DeclaredService(
                name=one.name,
                aliases=one.aliases,
                domains=_hosts(row) or one.domains,
                category=category,
                category_label=label,
                scope_ids=governing.scope_ids if governing else scopes.at(place),
                party=_party(reading, row.cells.get("provider")),
                role="list",
                evidence=(cell.quote() if row.view.end - row.view.start > MAX_ROW else row.view.quote(),),
                confidence=0.9,
            )


def _joined(services: Iterable[DeclaredService]) -> Iterator[DeclaredService]:
    """The services of a table, each once, with the domains of all its rows."""
    found: dict[tuple[str, Category | None], DeclaredService] = {}
    for one in services:
        key = (fold(one.name), one.category)
        have = found.get(key)
        found[key] = one if have is None else replace(have, domains=tuple(dict.fromkeys((*have.domains, *one.domains))))
    yield from found.values()


def _told(reading: Reading, row: Row, governing: DeclaredCategory | None) -> tuple[Category | None, str | None]:
    """The category of a row of services: its own, else the one that its words or the heading above speak for."""
    category, label = row_category(reading, row, governing)
    if label is not None and (governing is None or label != governing.label):
        return category, label
    cells = (row.cells.get("purpose"), *row.others)
    texts = sorted((view for view in cells if view is not None), key=lambda view: len(view.text))
    told = next((found for view in texts if (found := sentence_purpose(reading, view.folded[:MAX_ROW]))), None)
    own = row.cells.get("category")
    return (told, own.text if own and own.text else None) if told else (category, label)


def _hosts(row: Row) -> tuple[str, ...]:
    """The domains that a row's own column names."""
    cell = row.cells.get("host")
    words = (word.strip(" .*,;").lower() for word in cell.text.split()) if cell else ()
    return tuple(word for word in words if is_host(word))


def _party(reading: Reading, provider: View | None) -> DeclaredParty:
    own = {brand(host) for scope in reading.own_hosts[:1] for host in (scope.host,)}
    return DeclaredParty.FIRST if provider is not None and fold(provider.text) in own else DeclaredParty.THIRD


def row_category(reading: Reading, row: Row, governing: DeclaredCategory | None) -> tuple[Category | None, str | None]:
    """The category of a table row and the words for it: its own cell, a word in capitals, or what governs the table."""
    cell = row.cells.get("category")
    label = reading.labels.read(cell.folded) if cell and cell.text else None
    if cell and label:
        return label.category, cell.text
    if named := capitals_category(reading, row.cells.get("purpose")):
        return named
    return (governing.canonical, governing.label) if governing else (None, None)


def capitals_category(reading: Reading, purpose: View | None) -> tuple[Category, str] | None:
    """The category that a description begins with in capitals ("SECURITY Protects ..."), and that word."""
    match = _CAPITALS.match(purpose.text) if purpose else None
    if purpose is None or match is None:
        return None
    label = reading.labels.read(purpose.folded[: match.end(1)])
    return (label.category, match[1].strip()) if label and not label.residue else None


def _described(
    reading: Reading, scopes: Scopes, place: int, grid: Grid, governing: DeclaredCategory | None
) -> Iterator[DeclaredService]:
    for row in grid.records():
        for cell, mention in _row_mentions(row):
            if not is_other(reading, mention):
                continue
            category, label = row_category(reading, row, governing)
            told = category or sentence_purpose(reading, cell.folded)
            usual = mention.service.category if mention.service.category in TRACKING else None
            scope_ids = governing.scope_ids if governing else scopes.at(place)
            yield example(mention, told or usual, label, scope_ids, cell, 0.7)


def _titled(
    reading: Reading, scopes: Scopes, place: int, grid: Grid, governing: DeclaredCategory | None
) -> Iterator[DeclaredService]:
    """The services that are the heading of a table of cookies ("Matomo and Hotjar")."""
    labels = {row_category(reading, row, governing) for row in grid.records()}
    category, label = next(iter(labels)) if len(labels) == 1 else (None, None)
    for mention in services_of_heading(reading, place) if grid.has("name") else []:
        if is_other(reading, mention):
            told = category or mention.service.category
            scope_ids = governing.scope_ids if governing else scopes.at(place)
            yield example(mention, told, label, scope_ids, reading.headings(place)[0].view, 0.8)


def _row_mentions(row: Row) -> Iterator[tuple[View, Mention]]:
    """The services that a row of a cookie table names in its description, or instead of the name of a cookie."""
    for role in ("name", "purpose"):
        cell = row.cells.get(role)
        mentions = find_services(cell) if cell else []
        for mention in mentions:
            beside = cell is not None and f"({mention.words})" in cell.text  # "_ga (Google Analytics)"
            alone = cell is not None and fold(mention.words) == cell.folded.strip()
            whole = role == "purpose" or beside or alone
            known = mention.service.category is not None or (alone and role == "name")
            if cell and whole and known and not is_general(mention, mentions):
                yield cell, mention

"""Services in tables: lists of tools by name, and services that the rows of cookie tables name."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category, DeclaredParty, DeclaredService
from auditor.policy.entries import services_of_heading
from auditor.policy.hosts import brand
from auditor.policy.name_lists import known_service, looks_like_name
from auditor.policy.no_cookies import says_no_cookie
from auditor.policy.purposes import sentence_purpose
from auditor.policy.service_entries import aliases_of, example, is_general, is_other, is_owner
from auditor.policy.service_names import Mention, find_services
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import DeclaredCategory
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.scopes import Scopes
    from auditor.policy.tables import Grid, Row
    from auditor.policy.view import View

MAX_SERVICE_NAME = 80
MAX_ROW = 400
_PARENTHESES = re.compile(r"\s*\([^()]{0,80}\)")
_BETWEEN = re.compile(r"\s*[,;/\n]\s*|\s{2,}")
_CAPITALS = re.compile(r"([A-ZÀ-Þ][A-ZÀ-Þ \-/]{3,40}?)(?=\s*(?:[A-ZÀ-Þ][a-zà-ÿ]|[^A-ZÀ-Þ \-/]|$))")


def services_in_tables(reading: Reading, categories: Categories, scopes: Scopes) -> Iterator[DeclaredService]:
    """Services that tables list by name, and those that a cookie table names in descriptions or in place of cookies."""
    for place, grid in reading.grids:
        governing = categories.governing.get(place)
        if is_service_table(reading, grid):
            yield from _listed(reading, scopes, place, grid, governing)
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
    reading: Reading, scopes: Scopes, place: int, grid: Grid, governing: DeclaredCategory | None
) -> Iterator[DeclaredService]:
    for row in grid.records():
        cell = row.cells.get("name") or row.cells.get("provider")
        if cell is None or not cell.text or len(cell.text) > MAX_SERVICE_NAME:
            continue
        category, label = row_category(reading, row, governing)
        if label is None or (governing is not None and label == governing.label):
            cells = (row.cells.get("purpose"), *row.others)
            texts = sorted((view for view in cells if view is not None), key=lambda view: len(view.text))
            told = next((found for view in texts if (found := sentence_purpose(reading, view.folded[:MAX_ROW]))), None)
            category, label = (told, None) if told else (category, label)
        for name, aliases, domains in _names(reading, cell):
            if is_owner(reading, name):
                continue
            yield DeclaredService(
                name=name,
                aliases=aliases,
                domains=domains,
                category=category,
                category_label=label,
                scope_ids=governing.scope_ids if governing else scopes.at(place),
                party=_party(reading, row.cells.get("provider")),
                role="list",
                evidence=(cell.quote() if row.view.end - row.view.start > MAX_ROW else row.view.quote(),),
                confidence=0.9,
            )


def _names(reading: Reading, cell: View) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """(name, aliases, domains) of the services that a cell names: the known ones, else its words as they stand.

    Of several names between lines, commas or strokes each is one, where a known one is among them.
    """
    names = [name for name in _BETWEEN.split(cell.text.strip(" /")) if name]
    if len(names) > 1 and all(looks_like_name(reading, name) for name in names) and any(map(known_service, names)):
        for name in names:
            one = known_service(name)
            yield (one.name, (name,) * (one.name != name), one.domains) if one else (name, (), ())
        return
    mentions = find_services(cell)
    known = [mention for mention in mentions if not is_general(mention, mentions)]
    bare = _PARENTHESES.sub("", cell.text).strip()
    if known and sum(len(mention.words) for mention in known) * 2 >= len(bare):
        for mention in known:
            yield mention.service.name, aliases_of(mention), mention.service.domains
    else:
        yield bare or cell.text, (), ()


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

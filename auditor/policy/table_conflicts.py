"""Contradictions that a policy's cookie tables show."""

from __future__ import annotations

import re
from itertools import chain, combinations, groupby
from typing import TYPE_CHECKING

from auditor.classify import bundled
from auditor.model import TRACKING, Category, Contradiction
from auditor.policy.cells import split_names
from auditor.policy.cookies import is_cookie_table
from auditor.policy.durations import choices, read_duration
from auditor.policy.hosts import brand
from auditor.policy.purposes import sentence_purpose
from auditor.policy.service_names import is_service_name
from auditor.policy.tables import category_label
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import Classification, DeclaredCookie, PolicyDeclaration, Quote
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.tables import Grid, Row
    from auditor.policy.view import View

TOLERANCE = 0.04
NO_ANSWER = ("x", "?", "tbd", "tba")
SURE = 0.85
MAX_TOLD = 50
MAX_QUOTES = 4
"""Lifetimes of one cookie that are compared, each with each; the longest is always among them."""
_LOUDNESS = {
    Category.STRICTLY_NECESSARY: 0,
    Category.FUNCTIONAL: 1,
    Category.PERFORMANCE: 2,
    Category.TARGETING: 3,
}
_FORGERY = re.compile(r"csrf|xsrf", re.IGNORECASE)


def table_conflicts(
    reading: Reading, declaration: PolicyDeclaration, categories: Categories
) -> Iterator[Contradiction]:
    """Conflicts between rows, between a row and its heading, and between a row and what its name is known for."""
    by_name = {name: list(group) for name, group in groupby(sorted(declaration.cookies, key=_name), key=_name)}
    yield from chain.from_iterable(
        (
            _category_conflicts(by_name),
            _duration_conflicts(by_name),
            _heading_conflicts(reading, categories),
            _unknown_categories(reading, declaration),
            _incomplete_rows(reading),
            _name_conflicts(declaration),
            _known_otherwise(reading, declaration),
        )
    )


def _name(cookie: DeclaredCookie) -> str:
    return cookie.name


def _category_conflicts(by_name: dict[str, list[DeclaredCookie]]) -> Iterator[Contradiction]:
    """One name in several categories: on hosts of one owner, else anywhere."""
    for name, cookies in by_name.items():
        stated = [cookie for cookie in cookies if cookie.category is not None and cookie.category_basis == "stated"]
        if len({cookie.category for cookie in stated}) < 2:
            continue
        owners: dict[str, list[DeclaredCookie]] = {}
        for cookie in stated:
            owners.setdefault(brand(cookie.host.strip(".")) if cookie.host else "", []).append(cookie)
        torn = [owner for owner, group in owners.items() if owner and len({c.category for c in group}) > 1]
        chosen = owners[torn[0]] if torn and len(owners) > 1 else stated
        yield Contradiction(
            kind="cookie_category_conflict",
            subject=f"{name}@{torn[0]}" if torn and len(owners) > 1 else name,
            note="declared in more than one category",
            evidence=tuple(dict.fromkeys(cookie.evidence[0] for cookie in chosen))[:4],
        )


def _duration_conflicts(by_name: dict[str, list[DeclaredCookie]]) -> Iterator[Contradiction]:
    """One name on one host with several lifetimes."""
    for name, cookies in by_name.items():
        for _, group in groupby(sorted(cookies, key=lambda c: c.host or ""), key=lambda c: c.host or ""):
            timed = [cookie for cookie in group if choices(cookie.duration)]
            told = sorted({choices(cookie.duration) for cookie in timed})
            if any(_differ(one, other) for one, other in combinations((*told[:MAX_TOLD], *told[-1:]), 2)):
                yield Contradiction(
                    kind="cookie_duration_conflict",
                    subject=name,
                    note="declared with more than one lifetime",
                    evidence=tuple(dict.fromkeys(cookie.evidence[0] for cookie in timed))[:4],
                )


def _differ(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Do two declarations have no lifetime in common?"""
    return all(abs(a - b) > TOLERANCE * max(a, b) for a in one for b in other)


def _heading_conflicts(reading: Reading, categories: Categories) -> Iterator[Contradiction]:
    """Rows whose own category differs from that of the heading they stand under."""
    for place, grid in reading.grids:
        governing = categories.governing.get(place)
        if governing is None or not grid.heading or not is_cookie_table(reading, place, grid):
            continue
        names: list[str] = []
        views: list[View] = []
        for row in grid.records():
            cell, name = row.cells.get("category"), row.cells.get("name")
            label = category_label(reading, cell) if cell else None
            if name and label and label.category not in (governing.canonical, Category.UNCLASSIFIED):
                names.extend(piece.text for piece in split_names(name))
                views.append(row.view)
        if names:
            yield Contradiction(
                kind="cookie_category_conflict",
                subject=", ".join(names),
                note=f"listed under '{governing.label}' with another category in their rows",
                evidence=(governing.evidence[0], views[0].quote()),
            )


def _unknown_categories(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Cookies that the policy itself cannot place; "other" places them beside the rest."""
    rest = reading.words.cues("rest_label")
    vague = (cookie for cookie in declaration.cookies if cookie.category is Category.UNCLASSIFIED)
    unknown = [cookie for cookie in vague if rest.first(fold(cookie.category_label or "")) is None]
    if unknown:
        yield Contradiction(
            kind="category_unknown",
            subject=unknown[0].category_label or Category.UNCLASSIFIED.value,
            note=f"{len(unknown)} cookies are declared without a known category",
            evidence=unknown[0].evidence,
        )


def _incomplete_rows(reading: Reading) -> Iterator[Contradiction]:
    """Rows of a cookie table without a name, or with that of a service and no lifetime."""
    for place, grid in reading.grids:
        if not is_cookie_table(reading, place, grid):
            continue
        found: dict[str, list[tuple[View, Quote]]] = {}
        for row in grid.records():
            if (lacking := _lacking(reading, grid, row)) is not None:
                found.setdefault(lacking[1], []).append((lacking[0], row.view.quote()))
        for note, rows in found.items():
            subject = rows[0][0].text[:100]
            quotes = tuple(quote for _, quote in rows[:MAX_QUOTES])
            yield Contradiction(kind="row_incomplete", subject=subject, note=note, evidence=quotes)


def _lacking(reading: Reading, grid: Grid, row: Row) -> tuple[View, str] | None:
    """What stands for an incomplete row, and what it lacks; None for a whole one."""
    name, lifetime = row.cells.get("name"), row.cells.get("duration")
    if name is None:
        return None
    if not name.text:
        rest = (row.cells[role] for role in ("host", "provider", "purpose") if role in row.cells)
        told = next((view for view in rest if view.text), None)
        return (told, "a row without a cookie name") if told else None
    if lifetime is None or not is_service_name(name):
        return None
    told_kind = read_duration(lifetime.text, grid.unit("duration"), reading.words.language).kind
    silent = told_kind == "not_stated" or lifetime.folded.strip() in NO_ANSWER
    return (name, "a row of a service, without a cookie name and a lifetime") if silent else None


def _name_conflicts(declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Protection against forged requests that is declared as something else."""
    for cookie in declaration.cookies:
        if _FORGERY.search(cookie.name) and cookie.category in TRACKING:
            yield Contradiction(
                kind="category_name_conflict",
                subject=cookie.name,
                note="named like protection against forged requests, declared as something else",
                evidence=cookie.evidence,
            )


def _known_otherwise(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """A cookie that is declared as less intrusive than what it is known for, of the service with most such.

    More intrusive is a contradiction where its own purpose tells what it is known for.
    """
    classifier = bundled() if declaration.cookies else None
    found: dict[str | None, list[tuple[DeclaredCookie, Classification]]] = {}
    for cookie in declaration.cookies:
        if classifier is None or cookie.category not in _LOUDNESS or cookie.match.kind != "exact":
            continue
        known = classifier.cookie(cookie.name)
        if known.category is None or known.confidence < SURE or cookie.category in known.also_declared_as:
            continue
        louder = _LOUDNESS.get(known.category, 0) - _LOUDNESS[cookie.category]
        told = sentence_purpose(reading, fold(cookie.purpose or "")) if louder < 0 else None
        if cookie.category_basis != "none" and (louder > 0 or (told is known.category and told in TRACKING)):
            found.setdefault(known.service, []).append((cookie, known))
    if found:
        cookie, known = max(found.values(), key=len)[0]
        yield Contradiction(
            kind="category_purpose_conflict",
            subject=cookie.name,
            note=f"declared {cookie.category}, known for {known.category} ({known.service})",
            evidence=cookie.evidence,
        )

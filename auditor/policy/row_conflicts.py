"""Rows of cookies that disagree with another row about the same cookie, or with their own words."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from auditor.model import Contradiction, DeclaredParty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import DeclaredCookie, PolicyDeclaration

PARTIES = {DeclaredParty.FIRST, DeclaredParty.THIRD}
MIN_NAME = 4
_NAME = re.compile(r"(?<![\w.@/])(?:_[\w\-]+|[A-Za-z][\w\-]*_[\w\-]*)(?![\w@/]|\.\w)")


def row_conflicts(declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Rows that repeat another, rows of one host with two parties, names that a row spells in two ways."""
    yield from _repeated(declaration)
    yield from _torn_parties(declaration)
    yield from _misspelt(declaration)


def _repeated(declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """A cookie that two rows of tables declare in the same way."""
    seen: dict[tuple[object, ...], DeclaredCookie] = {}
    for cookie in (c for c in declaration.cookies if c.basis == "table"):
        key = (
            cookie.name, cookie.host, cookie.provider, cookie.scope_ids, cookie.category, cookie.duration.seconds,
            cookie.duration.kind, cookie.purpose, cookie.party, cookie.storage,
        )  # fmt: skip
        before = seen.setdefault(key, cookie)
        if before.evidence[0].start != cookie.evidence[0].start:
            yield Contradiction(
                kind="cookie_duplicate",
                subject=cookie.name,
                note="declared twice in the same way",
                evidence=(before.evidence[0], cookie.evidence[0]),
            )


def _torn_parties(declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """A cookie of one host that is the vendor's own in one row and a third party's in another."""
    placed = sorted((c for c in declaration.cookies if c.host and c.party in PARTIES), key=_place)
    for (name, _), group in groupby(placed, key=_place):
        cookies = list(group)
        if {cookie.party for cookie in cookies} == PARTIES:
            yield Contradiction(
                kind="cookie_party_conflict",
                subject=name,
                note="declared as the vendor's own and as a third party's on one host",
                evidence=tuple(dict.fromkeys(cookie.evidence[0] for cookie in cookies))[:2],
            )


def _place(cookie: DeclaredCookie) -> tuple[str, str]:
    return cookie.name, (cookie.host or "").strip(".")


def _misspelt(declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """A name whose own row spells it with another letter ("_gid" in the column, "_git" in the purpose)."""
    names = {cookie.name for cookie in declaration.cookies}
    for cookie in declaration.cookies:
        told = set(_NAME.findall(cookie.purpose or ""))
        if cookie.name not in told and any(_is_slip(cookie.name, other) for other in told - names):
            yield Contradiction(
                kind="name_conflict",
                subject=cookie.name,
                note="its purpose speaks of a name that differs by a letter",
                evidence=cookie.evidence,
            )


def _is_slip(name: str, other: str) -> bool:
    """Do two names differ in one letter (no digit, no case)?"""
    if len(name) != len(other) or len(name) < MIN_NAME:
        return False
    pairs = [(a, b) for a, b in zip(name, other, strict=True) if a != b]
    return len(pairs) == 1 and all(a.isalpha() for a in pairs[0]) and pairs[0][0].lower() != pairs[0][1].lower()

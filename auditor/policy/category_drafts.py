"""A category being put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.model import Category, Quote
    from auditor.policy.section import Section


@dataclass
class Draft:
    """A category being put together."""

    category: Category
    label: str
    basis: str
    evidence: list[Quote]
    scope_ids: tuple[str, ...]
    covers: tuple[Category, ...] = ()
    subtype: str | None = None
    number: str | None = None
    heading: str | None = None
    sections: list[Section] = field(default_factory=list)

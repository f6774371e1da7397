"""What is told above a table of cookies of each of its rows: category, services, way of storing, owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.entries import services_of_heading
from auditor.policy.service_names import find_services, without_services
from auditor.policy.tables import Row, storage_of

if TYPE_CHECKING:
    from auditor.model import DeclaredCategory
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.service_names import Mention
    from auditor.policy.tables import Grid


@dataclass(frozen=True)
class Above:
    """What a table's heading tells of each of its rows, and what all of them tell together.

    The services of the heading and the category beside them, the only category of the policy, a way of storing, and
    whose the cookies are; ``mixed``: the rows are of several categories.
    """

    services: list[Mention]
    only: DeclaredCategory | None
    stored: str | None
    owner: str | None
    label: tuple[Category, str] | None
    mixed: bool


def told_above(reading: Reading, categories: Categories, place: int, grid: Grid) -> Above:
    """What is told above the table at a place."""
    return Above(
        services=services_of_heading(reading, place),
        only=categories.sole_at(place),
        stored=_stored_above(reading, place, grid),
        owner=next((reading.labels.whose(heading.view.folded) for heading in reading.headings(place)[:1]), None),
        label=_label_beside_service(reading, place),
        mixed=len(_labels(reading, grid)) > 1,
    )


def _stored_above(reading: Reading, place: int, grid: Grid) -> str | None:
    """The way of storing that the heading above a table names, where no column is headed as one of cookies.

    "Meta Pixel" is the name of a service, whose entries may well be cookies.
    """
    named = grid.heading_of("name")
    above = next(iter(reading.headings(place)), None)
    if above is None or named is None or reading.mentions_cookies(named):
        return None
    stored = storage_of(reading, above.view)
    return None if stored == "pixel" and find_services(above.view) else stored


def _label_beside_service(reading: Reading, place: int) -> tuple[Category, str] | None:
    """The category, and its words, that the heading above a table names beside a service ("Matomo Statistics")."""
    for heading in reading.headings(place)[:1]:
        rest = without_services(heading.view)
        label = reading.labels.read(rest) if rest != heading.view.folded else None
        if label is not None and not label.residue and label.category is not Category.UNCLASSIFIED:
            return label.category, heading.view.text
    return None


def _labels(reading: Reading, grid: Grid) -> set[Category]:
    """The categories that the category column of a table gives."""
    cells = [row.cells["category"] for row in grid.rows if isinstance(row, Row) and "category" in row.cells]
    found = (reading.labels.read(cell.folded) for cell in cells)
    return {label.category for label in found if label}

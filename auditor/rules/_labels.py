"""Declared category against known category: which items and services a vendor files under a less intrusive heading.

Sources that disagree about the same cookie are given the benefit of the doubt: as long as one declaration of a source
is right, that source mislabels nothing. So are readings: a category that is inferred from a purpose was not declared
(a service without the policy's own label: "we use Google Analytics and the Meta Pixel"), and every category under which
a thing is commonly and defensibly declared is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from auditor.model import Category, DeclaredCookie, DeclaredService
from auditor.observed import INTENSITY, Item, Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.evidence import SiteEvidence
    from auditor.readings import Declared

Labelled = TypeVar("Labelled", DeclaredCookie, DeclaredService)


@dataclass(frozen=True, slots=True)
class Mislabelled:
    """An item or service, what it is, and the less intrusive category under which it is declared."""

    seen: Item | Service
    known: Category
    said: Category
    declared: Declared[DeclaredCookie] | Declared[DeclaredService]


def mislabelled(site: SiteEvidence) -> tuple[Mislabelled, ...]:
    """Everything on a site that is declared as less intrusive than it is known to be.

    Items by the cookies that name them, if the item itself is known and not only the owner of its host; services by
    their own name, unless an item of theirs is in the list already: the same mistake is not counted twice.
    """
    items = [found for item in site.items for found in _item(item, site)]
    done = {found.seen.service for found in items if isinstance(found.seen, Item)}
    services = [found for service in site.services if service.name not in done for found in _service(service, site)]
    return (*items, *services)


def _item(item: Item, site: SiteEvidence) -> Iterator[Mislabelled]:
    if not (item.non_essential and item.item_known and item.category):
        return
    right = frozenset({item.category, *item.classification.also_declared_as})
    stated = [one for one in site.declared.cookies_naming(item) if one.record.category_basis != "inferred_from_purpose"]
    for source in _by_source(stated):
        wrong = _wrong(source, right, frozenset({item.category}))
        if wrong is not None:
            yield Mislabelled(item, item.category, *wrong)
            return


def _service(service: Service, site: SiteEvidence) -> Iterator[Mislabelled]:
    stated = [one for one in site.declared.services_called(service) if one.record.category_label is not None]
    for source in _by_source(stated):
        wrong = _wrong(source, service.defensible, service.categories)
        if wrong is not None:
            yield Mislabelled(service, service.category, *wrong)
            return


def _by_source(declared: Iterable[Declared[Labelled]]) -> tuple[list[Declared[Labelled]], ...]:
    """What the policies say, and what the consent tool says, of those that say a category at all."""
    policies: list[Declared[Labelled]] = []
    tools: list[Declared[Labelled]] = []
    for one in declared:
        if one.record.category in INTENSITY:
            (policies if one.cmp is None else tools).append(one)
    return policies, tools


def _wrong(
    source: Sequence[Declared[Labelled]], right: frozenset[Category], known: frozenset[Category]
) -> tuple[Category, Declared[Labelled]] | None:
    """The most intrusive category that a source declares, when even that one is too harmless; else None."""
    said = [(category, one) for one in source for category in _said(one.record)]
    if not said or any(category in right for category, _ in said):
        return None
    best, declared = max(said, key=lambda pair: INTENSITY.index(pair[0]))
    return (best, declared) if INTENSITY.index(best) < min(map(INTENSITY.index, known)) else None


def _said(record: DeclaredCookie | DeclaredService) -> list[Category]:
    return [category for category in INTENSITY if category in {record.category, *record.alternatives}]

"""The observed items as they are published: what each is, where it was seen, and how it is declared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category, ObservedItem, Party, Phase, Scenario
from auditor.observed import known_category, subject_of_call

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import Classification, DeclaredCategory, DeclaredCookie, DeclaredService, QuotedDeclaration
    from auditor.observed import Call, Item
    from auditor.readings import Declared

Label = tuple[Category | None, str, "QuotedDeclaration | None"]


def observed_items(evidence: Evidence) -> tuple[ObservedItem, ...]:
    """Every cookie and storage entry of every site, and every third-party host that was called; in a fixed order."""
    return tuple(
        item
        for site in evidence.sites
        for item in (*(_item(one, site) for one in site.items), *(_host(calls, site) for calls in _by_host(site)))
    )


def _item(item: Item, site: SiteEvidence) -> ObservedItem:
    category, name, declaration = _label(item, site) or (None, None, None)
    return ObservedItem(
        subject=item.subject,
        site=site.url,
        kind=item.kind,
        name=item.name,
        domain=item.domain,
        party=item.party,
        classification=_published(item),
        seen_in=item.places(),
        lifetime_seconds=item.lifetime_seconds(),
        identifier=item.identifier,
        declared_category=category,
        declared_as=name,
        declaration=declaration,
    )


def _published(item: Item) -> Classification:
    """What an item is; a guess that it tracks is told in the reason, and never counted."""
    known = item.classification
    return replace(known, category=None) if item.category is None and known.category in TRACKING else known


def _label(item: Item, site: SiteEvidence) -> Label | None:
    """How an item is declared: by its own name, else by its service, else by its category only."""
    named = site.declared.cookies_naming(item)
    if named:
        return _of_cookie(named[0])
    services = site.declared.services_covering(item)
    if services:
        return _of_service(services[0])
    return _by_category(item.category, site)


def _of_cookie(declared: Declared[DeclaredCookie]) -> Label:
    return declared.record.category, declared.record.name, declared.quoted()


def _of_service(declared: Declared[DeclaredService]) -> Label:
    return declared.record.category, declared.record.name, declared.quoted()


def _by_category(category: Category | None, site: SiteEvidence) -> Label | None:
    """The category that the policy declares for what the item is known to be."""
    found: list[Declared[DeclaredCategory]] = [
        one
        for one in site.declared.categories_in_use()
        if category is not None and category in {one.record.canonical, *one.record.covers}
    ]
    if not found:
        return None
    exact = next((one for one in found if one.record.canonical is category), found[0])
    return exact.record.canonical, exact.record.label, exact.quoted()


def _by_host(site: SiteEvidence) -> list[list[Call]]:
    hosts: dict[str, list[Call]] = {}
    for call in site.calls:
        if call.request.party is Party.THIRD:
            hosts.setdefault(call.request.host, []).append(call)
    return [hosts[host] for host in sorted(hosts)]


def _host(calls: list[Call], site: SiteEvidence) -> ObservedItem:
    """A third-party host; it stands under the most telling of its requests' classifications."""
    telling = max(calls, key=lambda call: (call.tracker, call.classification.confidence))
    host = telling.request.host
    category, name, declaration = _label_of_host(telling, site) or (None, None, None)
    seen = {(call.visit.scenario, call.request.phase) for call in calls}
    return ObservedItem(
        subject=f"host:{host}",
        site=site.url,
        kind="request",
        name=host,
        domain=host,
        party=telling.request.party,
        classification=telling.classification,
        seen_in=tuple((scenario, phase) for scenario in Scenario for phase in Phase if (scenario, phase) in seen),
        lifetime_seconds=None,
        identifier=False,
        declared_category=category,
        declared_as=name,
        declaration=declaration,
    )


def _label_of_host(call: Call, site: SiteEvidence) -> Label | None:
    if not call.tracker:
        return None
    service = next(one for one in site.services if one.subject == subject_of_call(call))
    declared = site.declared.services_meaning(service)
    return _of_service(declared[0]) if declared else _by_category(known_category(call.classification), site)

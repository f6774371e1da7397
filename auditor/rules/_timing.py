"""What the timing rules share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.observed import INTENSITY
from auditor.rule import Doubt

if TYPE_CHECKING:
    from auditor.evidence import SiteEvidence
    from auditor.model import Phase, Visit
    from auditor.observed import Call, Item, Service


def may_be_essential(item: Item, site: SiteEvidence) -> Doubt | None:
    """The doubt about an item that is defensibly called strictly necessary; None where there is no such doubt.

    Functional against necessary cannot be told from outside (KNOWLEDGE.md): such a functional item is always in doubt.
    A measuring or targeting item is only where the vendor really declares it as strictly necessary.
    """
    if not item.defensibly_essential:
        return None
    if item.category is not Category.FUNCTIONAL and not is_declared_necessary(item, site):
        return None
    reason = "what is known of it allows for functional and for strictly necessary; that cannot be seen from outside"
    if item.category is not Category.FUNCTIONAL:
        reason = "it is declared as strictly necessary, which is one of the known readings of what it does"
    return Doubt(site=site.url, subject=item.subject, reason=reason)


def is_declared_necessary(item: Item, site: SiteEvidence) -> bool:
    """Whether the policy or the consent tool lists an item by its name as strictly necessary."""
    declared = site.declared.cookies_naming(item)
    return any(one.record.category is Category.STRICTLY_NECESSARY for one in declared)


def called_in(
    site: SiteEvidence, phase: Phase, visits: tuple[Visit, ...]
) -> tuple[tuple[Service, tuple[Call, ...]], ...]:
    """The trackers that were called in one phase of the given visits, each with those calls."""
    found = []
    for service in site.services:
        calls = tuple(
            call
            for call in service.calls
            if call.request.phase is phase and any(call.visit is visit for visit in visits)
        )
        if calls:
            found.append((service, calls))
    return tuple(found)


def most_intrusive(calls: tuple[Call, ...]) -> Category:
    """The most intrusive category of calls to trackers."""
    return max((call.category for call in calls if call.category is not None), key=INTENSITY.index)

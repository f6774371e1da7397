"""What the timing rules share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.evidence import is_opt_out
from auditor.model import Beacon, Category, Party, Phase
from auditor.observed import INTENSITY
from auditor.rule import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.evidence import SiteEvidence
    from auditor.model import Visit
    from auditor.observed import Call, Item, Service


_PARTING = frozenset({Beacon.SENDBEACON, Beacon.KEEPALIVE, Beacon.PING})
#: Milliseconds around the first request for a page after a withdrawal in which the page before it is left.
_PARTING_MS = 1500


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


def may_go_on(category: Category | None, visits: Iterable[Visit], site: SiteEvidence, subject: str) -> Doubt | None:
    """The doubt about what measures or serves after an opt-out of the sale and sharing of data: was it refused at all?

    None for advertising, and where one of the visits refused everything.
    """
    if category is Category.TARGETING or not all(map(is_opt_out, visits)):
        return None
    reason = "what was pressed only opts out of the sale and sharing of data; whether it was refused too is not known"
    return Doubt(site=site.url, subject=subject, reason=reason)


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
            if call.request.phase is phase and any(call.visit is visit for visit in visits) and not _parting(call)
        )
        if calls:
            found.append((service, calls))
    return tuple(found)


def _parting(call: Call) -> bool:
    """Whether a call is the last word of a page on which consent had been given, said while it is being left.

    What such a page had loaded under consent ends with it; only what goes on afterwards was not stopped.
    """
    request = call.request
    if request.phase is not Phase.AFTER_WITHDRAWAL or request.beacon not in _PARTING:
        return False
    pages = [
        other.at_ms
        for other in call.visit.requests
        if other.phase is request.phase and other.resource_type == "document" and other.party is Party.FIRST
    ]
    return bool(pages) and abs(request.at_ms - min(pages)) <= _PARTING_MS


def most_intrusive(calls: tuple[Call, ...]) -> Category:
    """The most intrusive category of calls to trackers."""
    return max((call.category for call in calls if call.category is not None), key=INTENSITY.index)

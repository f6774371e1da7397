"""Browser storage of which the policy says nothing.

What holds for cookies holds for localStorage, sessionStorage and IndexedDB: they store information on a visitor's
device. The rule fires for every storage entry whose known purpose is functional, performance or targeting, where the
policy neither lists it (under its name, as a cookie or as storage) nor says that such storage is used. Where the policy
speaks of "similar technologies" in general, the severity is low.

Silent: strictly necessary and exempt entries; entries that no source knows; sites whose policy says nothing of cookies
at all (policy_silent says so once) or is missing (policy_missing). Undecided: entries of which strictly necessary is a
known and defensible reading, as in before_choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import declaration, evidence, listed, storage, visits
from auditor.model import DisclosureLevel, Match, Scenario, Severity
from auditor.rule import Doubt, Example, PolicyNeed, Rule
from auditor.rules._timing import may_be_essential
from auditor.rules._wording import appearance, item_refs, named

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.observed import Item

_STORAGE = frozenset({"local_storage", "session_storage"})
_VAGUE = "similar_technologies"


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per non-essential storage entry, where the policy does not speak of storage."""
    return tuple(
        may_be_essential(item, site) or _match(item, site)
        for site in case.sites
        if site.declared.policy_speaks and not _declared(site)
        for item in site.items
        if item.kind != "cookie" and item.non_essential and not site.declared.cookies_naming(item)
    )


def _declared(site: SiteEvidence) -> bool:
    entries = any(one.record.storage in _STORAGE for one in site.declared.cookies)
    return entries or site.declared.declares_technology(*_STORAGE)


def _match(item: Item, site: SiteEvidence) -> Match:
    vague = site.declared.technology(_VAGUE)
    beside = ", only of similar technologies in general" if vague else ""
    return Match(
        subject=item.subject,
        fact=(
            f"{named(item)} {appearance(item.sightings[0])}. The policy does not list it and does not speak of "
            f"browser storage{beside}."
        ),
        site=site.url,
        severity=Severity.LOW if vague else Severity.MEDIUM,
        category_observed=item.category,
        service=item.service,
        declaration=vague.quoted() if vague else None,
        evidence=item_refs(item.sightings),
        confidence=item.classification.confidence,
    )


RULE = Rule(
    id="undeclared_storage",
    version=1,
    title="Browser storage that the policy does not declare",
    severity=Severity.MEDIUM,
    legal_basis=("ePrivacy Directive art. 5(3)",),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    policy=PolicyNeed.WHOLE,
    collectors=frozenset({"storage"}),
    check=check,
    fires_on=Example(
        text="The policy speaks of cookies only; Hotjar keeps a visitor's id in localStorage.",
        evidence=lambda knowledge: evidence(visits(storage("_hjSessionUser_123")), declaration(), knowledge=knowledge),
    ),
    silent_on=Example(
        text="The policy lists _hjSessionUser_* as a cookie; Hotjar keeps it in localStorage.",
        evidence=lambda knowledge: evidence(
            visits(storage("_hjSessionUser_123")),
            declaration(DisclosureLevel.COOKIE_LIST, cookies=(listed("_hjSessionUser_*"),)),
            knowledge=knowledge,
        ),
    ),
)

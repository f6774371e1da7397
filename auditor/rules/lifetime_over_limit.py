"""A non-essential item that lives longer than thirteen months.

Consent does not last for ever: a visitor should be asked again, and what was stored for one consent should not outlive
it for years. The rule fires for every cookie whose known purpose is functional, performance or targeting and that
asked to live for more than 13 months (396 days, and an hour for clocks that differ), in whichever phase it was set.
Where the asking was not seen, the stored lifetime counts: Chromium keeps no cookie longer than 400 days, so what is
stored for 400 days asked for that or more.

Silent: strictly necessary and exempt items; items that no source knows; session cookies; storage entries, which have
no lifetime. Undecided: items of which strictly necessary is a known and defensible reading, as in before_choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import DAY, cookie, evidence, visits
from auditor.model import Match, Scenario, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._lifetimes import CLAMP
from auditor.rules._timing import may_be_essential
from auditor.rules._wording import item_refs, lifetime, named

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.observed import Item

_LIMIT = 396 * DAY + 3_600
"""Thirteen months as regulators count them, and an hour: an Expires date is read by another clock than wrote it."""


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per non-essential cookie that lives longer than the limit."""
    return tuple(
        may_be_essential(item, site) or _match(item, seconds, site)
        for site in case.sites
        for item in site.items
        if item.non_essential and (seconds := item.lifetime_seconds() or 0) > _LIMIT
    )


def _match(item: Item, seconds: int, site: SiteEvidence) -> Match:
    clamped = seconds == CLAMP
    more = ", the longest that the browser keeps" if clamped else ""
    return Match(
        subject=item.subject,
        fact=f"{named(item)} was set to live for {lifetime(seconds)}{more}: longer than 13 months.",
        site=site.url,
        category_observed=item.category,
        service=item.service,
        evidence=item_refs([s for s in item.sightings if s.written] or item.sightings),
        confidence=item.classification.confidence,
    )


RULE = Rule(
    id="lifetime_over_limit",
    version=1,
    title="Non-essential cookie that lives longer than thirteen months",
    severity=Severity.MEDIUM,
    legal_basis=("CNIL guidelines 2020",),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    collectors=frozenset({"cookies"}),
    check=check,
    fires_on=Example(
        text="Google Analytics' _ga asks for two years; the browser stores the 400 days that it allows.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_ga", declared_lifetime_seconds=730 * DAY, lifetime_seconds=400 * DAY)), knowledge=knowledge
        ),
    ),
    silent_on=Example(
        text="Matomo's _pk_id lives for 393 days, its default.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_pk_id.1.1fff", lifetime_seconds=393 * DAY)), knowledge=knowledge
        ),
    ),
)

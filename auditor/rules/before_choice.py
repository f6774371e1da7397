"""Non-essential cookies and storage before the visitor has chosen anything.

Loading a page is not consent. What is not strictly necessary may be stored on a visitor's device only after the
visitor agreed to it. The rule fires for every cookie and storage entry whose known purpose is functional, performance
or targeting and that was there before any choice: set in this phase, found in the cookie jar, or found in storage. An
item that was set and deleted again was set. It counts in whichever scenario it was seen.

Silent: strictly necessary items; consent records, load balancing, protection against forged requests, fraud and bots;
items that no source knows, or whose purpose is only inferred from their name; deletions; cookies that the browser
refused for their own faults. A cookie that was refused only because the browser blocks third-party cookies counts.

Undecided: functional items that are commonly and defensibly declared as strictly necessary, since that difference
cannot be seen from outside; and others of which the same is true, where the vendor does declare them so.

Where every jurisdiction of the vendor has an opt-out law, the severity is one step lower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import cookie, evidence, visits
from auditor.model import Match, Phase, Scenario, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._severity import BEFORE_CHOICE, lowered
from auditor.rules._timing import may_be_essential
from auditor.rules._wording import appearance, item_refs, named

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.observed import Item


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per non-essential item that was seen before any choice."""
    return tuple(
        _answer(item, site, opt_out_only=case.opt_out_only)
        for site in case.sites
        for item in site.items
        if item.non_essential and item.seen_in(Phase.BEFORE_CHOICE)
    )


def _answer(item: Item, site: SiteEvidence, *, opt_out_only: bool) -> Match | Doubt:
    doubt = may_be_essential(item, site)
    if doubt is not None:
        return doubt
    seen = item.seen_in(Phase.BEFORE_CHOICE)
    assert item.category is not None
    severity = BEFORE_CHOICE[item.category]
    return Match(
        subject=item.subject,
        fact=f"{named(item)} {appearance(seen[0])}, before any choice.",
        site=site.url,
        phase=Phase.BEFORE_CHOICE,
        severity=lowered(severity) if opt_out_only else severity,
        category_observed=item.category,
        service=item.service,
        evidence=item_refs(seen),
        confidence=item.classification.confidence,
    )


RULE = Rule(
    id="before_choice",
    version=1,
    title="Non-essential item stored before any choice",
    severity=Severity.CRITICAL,
    legal_basis=(
        "ePrivacy Directive art. 5(3)",
        "CJEU C-673/17 (Planet49)",
        "CNIL SAN-2025-005",
        "ICO guidance on storage and access technologies",
    ),
    needs=frozenset({Scenario.NO_CHOICE}),
    collectors=frozenset({"cookies", "storage"}),
    check=check,
    fires_on=Example(
        text="Google Analytics' cookie _ga is set while the banner is still waiting for an answer.",
        evidence=lambda knowledge: evidence(visits(cookie("_ga")), knowledge=knowledge),
    ),
    silent_on=Example(
        text="Cloudflare's bot protection sets __cf_bm before any choice: it is strictly necessary.",
        evidence=lambda knowledge: evidence(visits(cookie("__cf_bm")), knowledge=knowledge),
    ),
)

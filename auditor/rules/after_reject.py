"""Non-essential cookies and storage that are set after the visitor said no.

The rule fires for every item whose known purpose is functional, performance or targeting and that was set, or set
anew, after a proven refusal: on that page, after its reload, or on the next page of the site; and likewise after a
proven withdrawal of consent. Rewriting an item that was already there counts; an item that merely stays does not.

A refusal is proven when an independent sign confirms the click. Without proof the rule says nothing about that visit:
it is undecided, since an unclear click accuses nobody.

What was pressed may only opt out of the sale and sharing of data ("Do not sell my data"): it is undecided then whether
what does not advertise was refused at all.

Silent: strictly necessary and exempt items, deletions, items that no source knows, and what was set before the
refusal or in other scenarios.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.evidence import REFUSALS
from auditor.examples import cookie, evidence, visits
from auditor.model import CookieEvent, Match, Phase, Scenario, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._severity import AFTER_REJECT
from auditor.rules._timing import may_be_essential, may_go_on
from auditor.rules._wording import WHEN, appearance, item_refs, named

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.observed import Item, Sighting


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per non-essential item and kind of refusal after which it was set."""
    return tuple(
        _answer(item, written, site, phase)
        for site in case.sites
        for phase, scenario in REFUSALS
        for item in site.items
        if item.non_essential and (written := item.written_in(phase, site.proven(scenario)))
    )


def _answer(item: Item, written: tuple[Sighting, ...], site: SiteEvidence, phase: Phase) -> Match | Doubt:
    visits = [one.visit for one in written]
    doubt = may_be_essential(item, site) or may_go_on(item.category, visits, site, item.subject)
    if doubt is not None:
        return doubt
    assert item.category is not None
    return Match(
        subject=item.subject,
        fact=f"{named(item)} {appearance(written[0])}, {WHEN[phase]}.",
        site=site.url,
        phase=phase,
        severity=AFTER_REJECT[item.category],
        category_observed=item.category,
        service=item.service,
        evidence=item_refs(written),
        confidence=item.classification.confidence,
    )


RULE = Rule(
    id="after_reject",
    version=2,
    title="Non-essential item set after a refusal",
    severity=Severity.CRITICAL,
    legal_basis=("ePrivacy Directive art. 5(3)", "GDPR art. 7", "CNIL SAN-2025-005"),
    needs=frozenset({Scenario.REJECT_ALL}),
    proven=frozenset({Scenario.REJECT_ALL, Scenario.WITHDRAW}),
    collectors=frozenset({"cookies", "storage"}),
    check=check,
    fires_on=Example(
        text="The Meta Pixel's cookie _fbp is set on the next page after a proven refusal.",
        evidence=lambda knowledge: evidence(visits(cookie("_fbp", phase=Phase.AFTER_REJECT)), knowledge=knowledge),
    ),
    silent_on=Example(
        text="A cookie _fbp from before the refusal is still there afterwards, and is not written again.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_fbp", phase=Phase.AFTER_REJECT, event=CookieEvent.PRESENT)), knowledge=knowledge
        ),
    ),
)

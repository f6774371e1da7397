"""A statement of the policy that the observation contradicts.

Tested are statements about what a visit can see: that performance data is anonymous (an identifier in a performance
cookie), that functional cookies cannot follow visitors across sites (a third party's functional cookie with an
identifier), that no cookies, no cookies of a category, or only strictly necessary ones are used, that only the site
itself sets cookies, that cookies end with the session, and that a control stands in the footer (neither its words nor
a control for cookie preferences of another name are found on the pages). One finding per site and kind of statement,
with the statement quoted.

High for an absolute statement, medium for a qualified one ("may", "usually").

Silent: everything that a visit cannot see, such as what happens to data later or whether it is sold; statements about
another site or app of the vendor. Undecided: where the policy promises a control without saying its words, or where no
visit could look for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import claim, cookie, declaration, evidence, visits
from auditor.model import Category, DisclosureLevel, Match, Scenario, Severity
from auditor.rule import Doubt, Example, PolicyNeed, Rule
from auditor.rules._claims import SAME_OBSERVATION, TESTERS, is_softened, promise_of_control

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import Claim
    from auditor.readings import Declared


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per site and kind of claim that is contradicted or cannot be tested."""
    return tuple(
        answer
        for site in case.sites
        if site.good
        for claims in _by_kind(site)
        if (answer := _answer(claims, site)) is not None
    )


def _by_kind(site: SiteEvidence) -> list[list[Declared[Claim]]]:
    """The testable claims about a site, those that one observation answers together, absolute ones first."""
    kinds = {kind: kind for kind in TESTERS} | {kind: kinds[0] for kinds in SAME_OBSERVATION for kind in kinds}
    found: dict[str, list[Declared[Claim]]] = {}
    for declared in site.declared.claims:
        if declared.record.type in kinds and declared.record.tests != ("not_observable",):
            found.setdefault(kinds[declared.record.type], []).append(declared)
    promise = promise_of_control(site)
    if promise is not None:
        found.setdefault(kinds[promise.record.type], [promise])
    return [sorted(found[kind], key=_importance) for kind in sorted(found)]


def _importance(declared: Declared[Claim]) -> tuple[bool, int]:
    return is_softened(declared.record), list(TESTERS).index(declared.record.type)


def _answer(claims: list[Declared[Claim]], site: SiteEvidence) -> Match | Doubt | None:
    """The first contradiction among claims of one kind, else the first doubt."""
    doubt = None
    for declared in claims:
        verdict = TESTERS[declared.record.type](declared.record, site)
        subject = f"claim:{declared.record.type}"
        if isinstance(verdict, str):
            doubt = doubt or Doubt(site=site.url, subject=subject, reason=verdict)
        elif verdict is not None:
            return Match(
                subject=subject,
                fact=f"{verdict.fact}.",
                site=site.url,
                severity=Severity.MEDIUM if is_softened(declared.record) else Severity.HIGH,
                category_observed=verdict.category,
                service=verdict.service,
                declaration=verdict.declaration or declared.quoted(),
                evidence=verdict.evidence,
                confidence=declared.record.confidence,
            )
    return doubt


RULE = Rule(
    id="claim_contradicted",
    version=3,
    title="Statement of the policy contradicted by observation",
    severity=Severity.HIGH,
    legal_basis=("GDPR art. 5(1)(a)",),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    policy=PolicyNeed.SOME,
    collectors=frozenset({"cookies", "requests", "storage"}),
    check=check,
    fires_on=Example(
        text="The policy says that performance cookies collect anonymous information; _ga holds an identifier.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_ga", value="GA1.1.1789654321.1767355200")),
            declaration(
                DisclosureLevel.CATEGORIES,
                claims=(claim("anonymous_data", Category.PERFORMANCE, "identifier_in_cookie"),),
            ),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="The policy says the same; the only performance cookie holds the value 1.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_gat", value="1")),
            declaration(
                DisclosureLevel.CATEGORIES,
                claims=(claim("anonymous_data", Category.PERFORMANCE, "identifier_in_cookie"),),
            ),
            knowledge=knowledge,
        ),
    ),
)

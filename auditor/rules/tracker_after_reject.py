"""Requests to trackers after the visitor said no.

The rule fires once per service that measures or targets and that was called after a proven refusal: on that page,
after its reload, or on the next page. Without proof it is undecided; and so is one that only measures, where what was
pressed only opts out of the sale and sharing of data.

Silent: carriers and consent tools as in tracker_before_choice, and the site's own hosts. The latter covers first-party
audience measurement that the policy declares to need no consent: a request to the site itself reaches no third party.
What a page loaded under consent sends while it is left after a withdrawal is its last word, and does not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.evidence import REFUSALS
from auditor.examples import evidence, request, visits
from auditor.model import Beacon, Match, Phase, Scenario, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._timing import called_in, may_go_on, most_intrusive
from auditor.rules._wording import WHEN, call_refs, calls_in_words, title_of, words

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.observed import Call, Service


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per tracker that was called after a proven refusal."""
    return tuple(
        may_go_on(most_intrusive(calls), [call.visit for call in calls], site, service.subject)
        or _match(service, calls, site, phase)
        for site in case.sites
        for phase, scenario in REFUSALS
        for service, calls in called_in(site, phase, site.proven(scenario))
    )


def _match(service: Service, calls: tuple[Call, ...], site: SiteEvidence, phase: Phase) -> Match:
    category = most_intrusive(calls)
    return Match(
        subject=service.subject,
        fact=(
            f"{title_of(service)} ({words(category)}) was called {WHEN[phase]}: {calls_in_words(calls)}, "
            f"first {calls[0].request.at_ms} ms into the visit."
        ),
        site=site.url,
        phase=phase,
        category_observed=category,
        service=service.name,
        evidence=call_refs(calls),
        confidence=max(call.classification.confidence for call in calls),
    )


RULE = Rule(
    id="tracker_after_reject",
    version=4,
    title="Tracker called after a refusal",
    severity=Severity.HIGH,
    legal_basis=("EDPB Guidelines 2/2023",),
    needs=frozenset({Scenario.REJECT_ALL}),
    proven=frozenset({Scenario.REJECT_ALL, Scenario.WITHDRAW}),
    collectors=frozenset({"requests"}),
    check=check,
    fires_on=Example(
        text="A Meta pixel is sent after a proven refusal.",
        evidence=lambda knowledge: evidence(
            visits(
                request(
                    "https://www.facebook.com/tr/?id=1&ev=PageView",
                    resource_type="image",
                    beacon=Beacon.PIXEL,
                    phase=Phase.AFTER_REJECT,
                )
            ),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="After a proven refusal the page loads a font from Google and nothing else.",
        evidence=lambda knowledge: evidence(
            visits(request("https://fonts.googleapis.com/css2?family=Inter", phase=Phase.AFTER_REJECT)),
            knowledge=knowledge,
        ),
    ),
)

"""Requests to trackers before the visitor has chosen anything.

A request tells a tracker the visitor's address, browser and page, with or without a cookie; reading from a visitor's
device for measuring or advertising needs consent like storing on it. The rule fires once per service that was called
before any choice: a script load, pixel, beacon, background request or web socket. A host of the site counts as the
tracker's where it is that by its DNS alias, or is called by the address and parameters of the tracker's protocol
(server-side tagging).

Silent: tag managers without a measurement id, fonts, content delivery, players, payment, consent tools and protection
against bots; the site's other hosts and services that belong to the vendor itself; hosts that no source knows.

Where every jurisdiction of the vendor has an opt-out law, the severity is one step lower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import evidence, request, visits
from auditor.model import Match, Phase, Scenario, Severity
from auditor.rule import Example, Rule
from auditor.rules._severity import TRACKER_BEFORE_CHOICE, lowered
from auditor.rules._timing import called_in, most_intrusive
from auditor.rules._wording import call_refs, calls_in_words, title_of, words

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.observed import Call, Service


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per tracker that was called before any choice."""
    return tuple(
        _match(service, calls, site, opt_out_only=case.opt_out_only)
        for site in case.sites
        for service, calls in called_in(site, Phase.BEFORE_CHOICE, site.good)
    )


def _match(service: Service, calls: tuple[Call, ...], site: SiteEvidence, *, opt_out_only: bool) -> Match:
    category = most_intrusive(calls)
    severity = TRACKER_BEFORE_CHOICE[category]
    return Match(
        subject=service.subject,
        fact=(
            f"{title_of(service)} ({words(category)}) was called before any choice: {calls_in_words(calls)}, "
            f"first {calls[0].request.at_ms} ms into the visit (scenario {calls[0].visit.scenario})."
        ),
        site=site.url,
        phase=Phase.BEFORE_CHOICE,
        severity=lowered(severity) if opt_out_only else severity,
        category_observed=category,
        service=service.name,
        evidence=call_refs(calls),
        confidence=max(call.classification.confidence for call in calls),
    )


RULE = Rule(
    id="tracker_before_choice",
    version=3,
    title="Tracker called before any choice",
    severity=Severity.HIGH,
    legal_basis=("EDPB Guidelines 2/2023",),
    needs=frozenset({Scenario.NO_CHOICE}),
    collectors=frozenset({"requests"}),
    check=check,
    fires_on=Example(
        text="Hotjar's script is loaded while the banner is still waiting for an answer.",
        evidence=lambda knowledge: evidence(
            visits(request("https://static.hotjar.com/c/hotjar-1.js")), knowledge=knowledge
        ),
    ),
    silent_on=Example(
        text="A bare Google Tag Manager container and a font from Google are loaded before any choice.",
        evidence=lambda knowledge: evidence(
            visits(
                request("https://www.googletagmanager.com/gtm.js?id=GTM-ABC123"),
                request("https://fonts.googleapis.com/css2?family=Inter", resource_type="stylesheet"),
            ),
            knowledge=knowledge,
        ),
    ),
)

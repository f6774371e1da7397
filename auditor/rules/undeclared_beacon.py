"""Tracking pixels and beacons of which the policy says nothing.

A beacon is a request that reports rather than renders: a tracking pixel, a background report, a ping. The rule fires
once per tracker that received beacons while the policy declares neither beacons nor pixels nor tracking scripts. Where
the policy speaks of "similar technologies" in general, the severity is low.

Silent: beacons to the site's own hosts and to hosts that no source knows; requests that are no beacons; sites whose
policy says nothing of cookies at all (policy_silent) or is missing (policy_missing). A pixel in e-mails, declared or
not, is another matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import declaration, evidence, request, technology, visits
from auditor.model import Beacon, Match, Scenario, Severity
from auditor.rule import Example, PolicyNeed, Rule
from auditor.rules._wording import call_refs, calls_in_words, title_of, words

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.observed import Call, Service

_DECLARING = ("web_beacons", "third_party_beacons", "tracking_scripts")
_VAGUE = "similar_technologies"


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per tracker that received beacons, where the policy declares none."""
    return tuple(
        _match(tracker, beacons, site)
        for site in case.sites
        if site.declared.policy_speaks and not _declared(site)
        for tracker in site.services
        if (beacons := tuple(call for call in tracker.calls if call.request.beacon is not None))
    )


def _declared(site: SiteEvidence) -> bool:
    pixels = any(declared.record.storage == "pixel" for declared in site.declared.cookies)
    return pixels or site.declared.declares_technology(*_DECLARING)


def _match(tracker: Service, beacons: tuple[Call, ...], site: SiteEvidence) -> Match:
    vague = site.declared.technology(_VAGUE)
    beside = ", only of similar technologies in general" if vague else ""
    return Match(
        subject=tracker.subject,
        fact=(
            f"{title_of(tracker)} ({words(tracker.category)}) received beacons: {calls_in_words(beacons)}. "
            f"The policy does not speak of beacons, pixels or tracking scripts{beside}."
        ),
        site=site.url,
        severity=Severity.LOW if vague else Severity.MEDIUM,
        category_observed=tracker.category,
        service=tracker.name,
        declaration=vague.quoted() if vague else None,
        evidence=call_refs(beacons),
    )


_PIXEL = request("https://www.facebook.com/tr/?id=1&ev=PageView", resource_type="image", beacon=Beacon.PIXEL)

RULE = Rule(
    id="undeclared_beacon",
    version=1,
    title="Tracking beacons that the policy does not declare",
    severity=Severity.MEDIUM,
    legal_basis=("GDPR art. 13", "EDPB Guidelines 2/2023"),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    policy=PolicyNeed.WHOLE,
    collectors=frozenset({"requests"}),
    check=check,
    fires_on=Example(
        text="The policy speaks of cookies only; a Meta pixel reports the page view.",
        evidence=lambda knowledge: evidence(
            visits(_PIXEL), declaration(technologies=(technology("cookies"),)), knowledge=knowledge
        ),
    ),
    silent_on=Example(
        text="The policy says that its pages carry web beacons; a Meta pixel reports the page view.",
        evidence=lambda knowledge: evidence(
            visits(_PIXEL), declaration(technologies=(technology("web_beacons"),)), knowledge=knowledge
        ),
    ),
)

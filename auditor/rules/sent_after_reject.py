"""An identifier from before is still sent to a tracker after the visitor said no.

The rule fires once per service where, after a proven refusal or withdrawal, a request to a tracker carried an
identifier that had been set earlier in the same visit: the cookie itself, or its value in the request's address,
headers or body. Setting nothing new is not enough: what lies on the device may not be read and sent any more.

Silent: identifiers that were set only after the choice (see after_reject), strictly necessary and exempt items;
requests to the site itself, to carriers and to consent tools. Without proof of the choice it is undecided; and so is a
tracker that only measures, where what was pressed only opts out of the sale and sharing of data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.domains import host_of
from auditor.evidence import REFUSALS
from auditor.examples import cookie, evidence, request, visit
from auditor.model import CookieEvent, Match, Phase, Scenario, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._timing import called_in, may_go_on, most_intrusive
from auditor.rules._wording import WHEN, call_refs, clip, listing, title_of, what

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import Visit
    from auditor.observed import Call, Item, Service

_EARLIER = {
    Phase.AFTER_REJECT: frozenset({Phase.BEFORE_CHOICE}),
    Phase.AFTER_WITHDRAWAL: frozenset({Phase.BEFORE_CHOICE, Phase.AFTER_ACCEPT}),
}


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per tracker and kind of refusal after which an earlier identifier reached it."""
    return tuple(
        may_go_on(most_intrusive(calls), [call.visit for call in calls], site, service.subject)
        or _match(service, carrying, site, phase)
        for site in case.sites
        for phase, scenario in REFUSALS
        for service, calls in called_in(site, phase, site.proven(scenario))
        if (carrying := [(call, items) for call in calls if (items := _carried(site, call, phase))])
    )


def _carried(site: SiteEvidence, call: Call, phase: Phase) -> tuple[Item, ...]:
    """The identifiers from before the choice that a call carried."""
    shared = {
        (one.item_name, one.item_place)
        for one in call.visit.shared_identifiers
        if one.phase is phase and one.host == call.request.host
    }
    return tuple(
        item
        for item in site.items
        if not item.essential
        and _identified_earlier(item, call.visit, phase)
        and (_as_cookie(item, call) or (item.name, item.domain) in shared)
    )


def _identified_earlier(item: Item, visit: Visit, phase: Phase) -> bool:
    return any(
        one.visit is visit and one.phase in _EARLIER[phase] and one.record.value.identifier for one in item.sightings
    )


def _as_cookie(item: Item, call: Call) -> bool:
    host = call.request.host
    within = host == item.domain or host.endswith(f".{item.domain}")
    return item.kind == "cookie" and within and item.name in call.request.sent_cookies


def _match(service: Service, carrying: list[tuple[Call, tuple[Item, ...]]], site: SiteEvidence, phase: Phase) -> Match:
    calls = tuple(call for call, _ in carrying)
    names = list(dict.fromkeys(what(item) for _, items in carrying for item in items))
    were = "were" if len(names) > 1 else "was"
    hosts = listing(sorted({clip(host_of(call.request.url) or call.request.host) for call in calls}))
    times = f"{len(calls)} request{'s' if len(calls) != 1 else ''}"
    return Match(
        subject=service.subject,
        fact=(
            f"{listing(names)}, set earlier, {were} sent to {title_of(service)} with {times} to {hosts}, "
            f"{WHEN[phase]}, first {calls[0].request.at_ms} ms into the visit."
        ),
        site=site.url,
        phase=phase,
        category_observed=most_intrusive(calls),
        service=service.name,
        evidence=call_refs(calls),
        confidence=max(call.classification.confidence for call in calls),
    )


RULE = Rule(
    id="sent_after_reject",
    version=2,
    title="Earlier identifier sent to a tracker after a refusal",
    severity=Severity.HIGH,
    legal_basis=("CNIL SAN-2025-010",),
    needs=frozenset({Scenario.REJECT_ALL}),
    proven=frozenset({Scenario.REJECT_ALL, Scenario.WITHDRAW}),
    collectors=frozenset({"cookies", "requests"}),
    check=check,
    fires_on=Example(
        text="AdRoll's cookie from before the refusal goes with a pixel after it.",
        evidence=lambda knowledge: evidence(
            [
                visit(
                    Scenario.REJECT_ALL,
                    cookie("__adroll", "d.adroll.com"),
                    cookie("__adroll", "d.adroll.com", phase=Phase.AFTER_REJECT, event=CookieEvent.PRESENT),
                    request("https://d.adroll.com/pixel/A/B", phase=Phase.AFTER_REJECT, sent_cookies=("__adroll",)),
                )
            ],
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="After the refusal a pixel of AdRoll carries no cookie from before.",
        evidence=lambda knowledge: evidence(
            [
                visit(
                    Scenario.REJECT_ALL,
                    cookie("__adroll", "d.adroll.com"),
                    request("https://d.adroll.com/pixel/A/B", phase=Phase.AFTER_REJECT),
                )
            ],
            knowledge=knowledge,
        ),
    ),
)

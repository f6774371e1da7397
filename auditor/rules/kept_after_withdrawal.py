"""What consent had allowed is still there, and in use, after the consent was withdrawn.

The rule fires for every item with a known functional, performance or targeting purpose that was set after consent was
given, is still there when the page was loaded again after a proven withdrawal, and was used since: sent with a request,
rewritten, or there for a script of its service that was loaded. Withdrawing must be as easy as giving consent, and what
rested on it has to end.

Silent: what was deleted; what merely lies there, such as a third party's cookie that nobody asked for again or a
storage entry that no loaded service reads; strictly necessary and exempt items. Undecided where the withdrawal is not
proven, where only the consent tool's own function could make it, since no visitor can call that, where it only opts out
of the sale and sharing of data and the item does not advertise, and about items that are defensibly called strictly
necessary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import cookie, evidence, visit
from auditor.model import Cookie, CookieEvent, Match, Phase, Scenario, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._timing import may_be_essential, may_go_on
from auditor.rules._wording import clip, item_refs, listing, named, title_of

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import Visit
    from auditor.observed import Item, Sighting

_AFTER = Phase.AFTER_WITHDRAWAL


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per item that consent had allowed and that is in use after its withdrawal."""
    return tuple(
        answer
        for site in case.sites
        for item in site.items
        if item.non_essential
        for visit in site.proven(Scenario.WITHDRAW)[-1:]
        if (answer := _answer(item, visit, site)) is not None
    )


def _answer(item: Item, visit: Visit, site: SiteEvidence) -> Match | Doubt | None:
    kept = [one for one in item.seen_in(_AFTER) if one.visit is visit and _still_there(one)]
    if not kept or not item.written_in(Phase.AFTER_ACCEPT, (visit,)):
        return None
    use = _use(item, kept, visit, site)
    if use is None:
        return None
    doubt = may_be_essential(item, site) or may_go_on(item.category, (visit,), site, item.subject)
    return doubt or _match(item, kept, use, site)


def _still_there(sighting: Sighting) -> bool:
    return not isinstance(sighting.record, Cookie) or sighting.record.in_jar


def _use(item: Item, kept: list[Sighting], visit: Visit, site: SiteEvidence) -> str | None:
    """How the item was used after the withdrawal; None where it only lies there."""
    if any(one.written for one in kept):
        return "was rewritten"
    sent_to = [host for one in kept if isinstance(one.record, Cookie) for host in one.record.sent_to]
    if sent_to:
        return f"was sent to {listing(clip(host) for host in sent_to)}"
    for service in site.services:
        loaded = any(call.visit is visit and call.request.phase is _AFTER for call in service.calls)
        if loaded and item.service is not None and service.name == item.service:
            return f"could be read by {title_of(service)}, which was loaded"
    return None


def _match(item: Item, kept: list[Sighting], use: str, site: SiteEvidence) -> Match:
    return Match(
        subject=item.subject,
        fact=f"{named(item)}, set after consent was given, was still there after a proven withdrawal and {use}.",
        site=site.url,
        phase=_AFTER,
        category_observed=item.category,
        service=item.service,
        evidence=item_refs(kept),
        confidence=item.classification.confidence,
    )


RULE = Rule(
    id="kept_after_withdrawal",
    version=2,
    title="Item kept and used after consent was withdrawn",
    severity=Severity.HIGH,
    legal_basis=("GDPR art. 7(3)", "EDPB Cookie Banner Taskforce, type K"),
    needs=frozenset({Scenario.WITHDRAW}),
    proven=frozenset({Scenario.WITHDRAW}),
    collectors=frozenset({"cookies", "storage"}),
    check=check,
    fires_on=Example(
        text="The Meta Pixel's cookie _fbp, set after consent, is sent with requests after the withdrawal.",
        evidence=lambda knowledge: evidence(
            [
                visit(
                    Scenario.WITHDRAW,
                    cookie("_fbp", phase=Phase.AFTER_ACCEPT),
                    cookie("_fbp", phase=_AFTER, event=CookieEvent.PRESENT, sent_to=("www.vendor.example",)),
                )
            ],
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="A third party's cookie stays in the browser after the withdrawal; its host is not asked again.",
        evidence=lambda knowledge: evidence(
            [
                visit(
                    Scenario.WITHDRAW,
                    cookie("__adroll", "d.adroll.com", phase=Phase.AFTER_ACCEPT),
                    cookie("__adroll", "d.adroll.com", phase=_AFTER, event=CookieEvent.PRESENT),
                )
            ],
            knowledge=knowledge,
        ),
    ),
)

"""A banner that can be accepted and cannot be refused.

The rule fires once per site where a good visit set out to refuse, read the banner on every layer, and found a way to
accept and none to refuse. Unticking everything and saving is a refusal, and so is "continue without accepting". A
notice with "OK" only counts as a way to accept as soon as something non-essential was observed on the site.

Silent: where any good visit found a way to refuse, in the banner or by a control of the page afterwards (a function of
the consent tool that only a program can call is none); where there is no banner. Undecided: where the banner could not
be read or operated, or where no visit tried to refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.evidence import is_by_program
from auditor.examples import banner, choice, evidence, visit
from auditor.model import ChoiceOutcome, Match, Scenario, Severity, Wanted
from auditor.rule import Doubt, Example, Rule
from auditor.rules._wording import clip, visit_refs

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import Visit

_ACKNOWLEDGED = "acknowledge"
_REFUSING = frozenset({Wanted.REJECT, Wanted.WITHDRAW})


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """At most one answer per site."""
    return tuple(answer for site in case.sites if (answer := _answer(site)) is not None)


def _answer(site: SiteEvidence) -> Match | Doubt | None:
    if any(_refusable(visit) for visit in site.good):
        return None
    tried = site.played(Scenario.REJECT_ALL)
    refused = [visit for visit in tried if _no_way(visit)]
    if not refused:
        return _unreadable(site, tried)
    accept = _way_to_accept(site)
    return _match(site, accept, refused) if accept is not None else None


def _refusable(visit: Visit) -> bool:
    found = visit.banner is not None and visit.banner.reject_clicks is not None
    refused = visit.choice.wanted in _REFUSING and visit.choice.outcome is ChoiceOutcome.DONE
    return found or (refused and not is_by_program(visit))


def _no_way(visit: Visit) -> bool:
    """Whether a visit that set out to refuse read the banner and found no way."""
    return visit.choice.outcome is ChoiceOutcome.NO_REJECT


def _unreadable(site: SiteEvidence, tried: tuple[Visit, ...]) -> Doubt | None:
    """The doubt of a site whose banner was seen and could not be refused for other reasons than lacking a way."""
    shown = any(visit.banner is not None for visit in site.good)
    if not tried or not (shown or any(visit.choice.outcome is ChoiceOutcome.FAILED for visit in tried)):
        return None
    outcomes = ", ".join(sorted({str(visit.choice.outcome) for visit in tried}))
    return Doubt(
        site=site.url, subject="banner", reason=f"the banner could not be read or operated to refuse: {outcomes}"
    )


def _way_to_accept(site: SiteEvidence) -> str | None:
    """How the banner can be accepted; None where it cannot, or where an "OK" acknowledges what is necessary only."""
    accepted = [visit for visit in site.good if visit.choice.wanted is Wanted.ACCEPT]
    acknowledged = any(visit.choice.method == _ACKNOWLEDGED for visit in accepted)
    if acknowledged and not site.uses_more_than_necessary:
        return None
    counts = [visit.banner.accept_clicks for visit in site.good if visit.banner and visit.banner.accept_clicks]
    if not counts and not any(visit.choice.outcome is ChoiceOutcome.DONE for visit in accepted):
        return None
    clicks = [text for visit in accepted for text in visit.choice.clicks]
    words = f' ("{clip(clicks[0])}")' if clicks else ""
    count = min(counts, default=1)
    kind = "acknowledged" if acknowledged else "accepted"
    return f"can be {kind} with {count} click{'s' if count != 1 else ''}{words}"


def _match(site: SiteEvidence, accept: str, refused: list[Visit]) -> Match:
    layers = max((visit.banner.layers for visit in refused if visit.banner), default=1)
    return Match(
        subject="banner",
        fact=f"The banner {accept}. No way to refuse was found on {layers} layer{'s' if layers != 1 else ''}.",
        site=site.url,
        evidence=visit_refs(refused, "banner"),
        confidence=0.85,
    )


RULE = Rule(
    id="no_reject_option",
    version=2,
    title="Banner without a way to refuse",
    severity=Severity.HIGH,
    legal_basis=("EDPB Cookie Banner Taskforce, type A", "CNIL guidelines 2020"),
    needs=frozenset({Scenario.REJECT_ALL}),
    check=check,
    fires_on=Example(
        text="One click accepts; the visit that set out to refuse found no way on any layer.",
        evidence=lambda knowledge: evidence(
            [
                visit(Scenario.ACCEPT_ALL, banner=banner(reject_clicks=None)),
                visit(
                    Scenario.REJECT_ALL,
                    banner=banner(reject_clicks=None),
                    choice=choice(Scenario.REJECT_ALL, ChoiceOutcome.NO_REJECT),
                ),
            ],
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="Refusing takes four clicks on the second layer: it is possible.",
        evidence=lambda knowledge: evidence(
            [visit(Scenario.REJECT_ALL, banner=banner(layers=2, reject_clicks=4))], knowledge=knowledge
        ),
    ),
)

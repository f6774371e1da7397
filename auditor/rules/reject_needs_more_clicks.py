"""Accepting takes a click on the first layer, refusing more of them on a deeper one.

The rule fires once per site whose banner can be accepted with one click on its first layer and, in the visit that
refused, offered the refusal only after another layer had been opened. Unticking switches and saving counts each click.
The fact gives both counts.

Silent: where any good visit could refuse on the first layer, with whatever control, or where nothing can be accepted
with one click; where there is no way to refuse at all (see no_reject_option). Undecided: where the refusal was tried
and could not be made, or was made in a way that does not tell its clicks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.evidence import is_opt_out
from auditor.examples import banner, evidence, visit
from auditor.model import ChoiceOutcome, Match, Scenario, Severity, Wanted
from auditor.rule import Doubt, Example, Rule
from auditor.rules._wording import clip, listing, visit_refs

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import Visit


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """At most one answer per site."""
    return tuple(answer for site in case.sites if (answer := _answer(site)) is not None)


def _answer(site: SiteEvidence) -> Match | Doubt | None:
    shown = [visit for visit in site.good if visit.banner is not None]
    accept = min((_accept_clicks(visit) or 99 for visit in shown), default=99)
    if accept != 1 or any(visit.banner and visit.banner.reject_clicks == 1 for visit in shown):
        return None
    refused = [visit for visit in shown if visit.choice.wanted is Wanted.REJECT]
    made = [visit for visit in refused if visit.choice.outcome is ChoiceOutcome.DONE]
    if not made:
        failed = any(visit.choice.outcome is ChoiceOutcome.FAILED for visit in refused)
        return _doubt(site, "the refusal was tried and could not be made") if failed else None
    deeper = [(clicks, visit) for visit in made if (clicks := _deep_clicks(visit)) is not None]
    if len(deeper) == len(made):
        return _match(site, *min(deeper, key=lambda pair: pair[0]))
    first_layer = any(visit.banner is not None and visit.banner.layers == 1 and visit.choice.clicks for visit in made)
    return None if first_layer else _doubt(site, "how the refusal was made does not tell its clicks")


def _accept_clicks(visit: Visit) -> int | None:
    return visit.banner.accept_clicks if visit.banner is not None else None


def _deep_clicks(visit: Visit) -> int | None:
    """The clicks of a refusal for which another layer had to be opened; None where none was, or they are unknown."""
    if visit.banner is None or visit.banner.layers < 2 or is_opt_out(visit):
        return None
    clicks = visit.banner.reject_clicks or len(visit.choice.clicks)
    return clicks if clicks > 1 else None


def _doubt(site: SiteEvidence, reason: str) -> Doubt:
    return Doubt(site=site.url, subject="banner", reason=reason)


def _match(site: SiteEvidence, clicks: int, visit: Visit) -> Match:
    path = listing((f'"{clip(text, 40)}"' for text in visit.choice.clicks), shown=4)
    steps = f" ({path})" if path else ""
    return Match(
        subject="banner",
        fact=f"Accepting took 1 click on the first layer, refusing {clicks} clicks and a deeper layer{steps}.",
        site=site.url,
        evidence=visit_refs([visit], "banner"),
        confidence=0.9,
    )


RULE = Rule(
    id="reject_needs_more_clicks",
    version=1,
    title="Refusing takes more clicks than accepting",
    severity=Severity.HIGH,
    legal_basis=("EDPB Cookie Banner Taskforce, type A", "CPPA v. Honda (2025)"),
    needs=frozenset({Scenario.REJECT_ALL}),
    check=check,
    fires_on=Example(
        text="One click accepts; refusing takes two, behind the settings.",
        evidence=lambda knowledge: evidence(
            [visit(Scenario.REJECT_ALL, banner=banner(layers=2, reject_clicks=2))], knowledge=knowledge
        ),
    ),
    silent_on=Example(
        text="Both choices stand on the first layer.",
        evidence=lambda knowledge: evidence([visit(Scenario.REJECT_ALL)], knowledge=knowledge),
    ),
)

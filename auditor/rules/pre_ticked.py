"""Purposes that are switched on before the visitor has done anything.

The rule fires once per site whose banner, on any layer that was seen, had a switch for a purpose that is not necessary
and that was on before anybody touched it. A switch that is locked on counts where its label names a purpose that needs
consent (statistics, marketing ...), also where a mark in parentheses calls it required.

Silent: switches that are off; necessary ones; those by which a visitor objects to a claimed legitimate interest.
Undecided: switches that are locked on under a label that names no known purpose; banners whose switches could not be
read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.consent_words import claims_legitimate_interest, names_purpose
from auditor.examples import banner, evidence, switch, visit
from auditor.model import Match, Scenario, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._wording import clip, listing, visit_refs

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import BannerSwitch, Visit


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """At most one answer per site."""
    return tuple(answer for site in case.sites if (answer := _answer(site)) is not None)


def _answer(site: SiteEvidence) -> Match | Doubt | None:
    shown = [visit for visit in site.good if visit.banner is not None]
    for deepest in sorted(shown, key=_layers, reverse=True):
        found = _ticked(deepest)
        if found is not None:
            return _match(site, deepest, found)
    if any(_strangely_locked(visit) for visit in shown):
        reason = "a switch is locked on, and its label does not tell whether its purpose is necessary"
        return Doubt(site=site.url, subject="banner", reason=reason)
    return None


def _layers(visit: Visit) -> int:
    return visit.banner.layers if visit.banner is not None else 0


def _on(visit: Visit) -> list[BannerSwitch]:
    switches = visit.banner.switches if visit.banner is not None else ()
    return [
        one
        for one in switches
        if one.on and one.kind == "check" and not one.essential and not claims_legitimate_interest(one.label)
    ]


def _ticked(visit: Visit) -> tuple[int, list[BannerSwitch]] | None:
    """How many purposes were on, and the switches as far as they are known one by one; None where none was."""
    known = [one for one in _on(visit) if not one.locked or names_purpose(one.label)]
    if known:
        return len(known), known
    unlisted = visit.banner.pre_ticked if visit.banner is not None and not visit.banner.switches else 0
    return (unlisted, []) if unlisted else None


def _strangely_locked(visit: Visit) -> bool:
    return any(one.locked and not names_purpose(one.label) for one in _on(visit))


def _match(site: SiteEvidence, visit: Visit, found: tuple[int, list[BannerSwitch]]) -> Match:
    count, switches = found
    labels = listing(f'"{clip(one.label, 40)}"' for one in switches)
    named = f": {labels}" if labels else ""
    locked = " (locked)" if switches and all(one.locked for one in switches) else ""
    purposes = "1 purpose was" if count == 1 else f"{count} purposes were"
    return Match(
        subject="banner",
        fact=f"Before the visitor acted, {purposes} switched on{locked}{named} (scenario {visit.scenario}).",
        site=site.url,
        evidence=visit_refs([visit], "banner"),
        confidence=0.9,
    )


RULE = Rule(
    id="pre_ticked",
    version=3,
    title="Purposes switched on in advance",
    severity=Severity.HIGH,
    legal_basis=("CJEU C-673/17 (Planet49)", "EDPB Cookie Banner Taskforce, type B"),
    needs=frozenset({Scenario.NO_CHOICE}),
    check=check,
    fires_on=Example(
        text="The switch for statistics is on when the banner appears.",
        evidence=lambda knowledge: evidence(
            [visit(banner=banner(pre_ticked=1, switches=(switch("Statistics", on=True),)))], knowledge=knowledge
        ),
    ),
    silent_on=Example(
        text="Only the switch for necessary cookies is on, and locked.",
        evidence=lambda knowledge: evidence(
            [
                visit(
                    banner=banner(
                        switches=(
                            switch("Necessary", on=True, locked=True, essential=True),
                            switch("Statistics", on=False),
                        )
                    )
                )
            ],
            knowledge=knowledge,
        ),
    ),
)

"""After accepting, there is no way back.

The rule fires once per site where consent was given in the visit that set out to withdraw it, and a complete look at
the page, at its settings page and at its policy found no control to change the choice: no link, no floating button, no
form. A function of the consent tool that only a program can call is no control, and neither are the buttons of the
banner, which is gone by then.

Silent: where any such control was found and worked; where nothing can be accepted. Undecided: where a control was there
and opened nothing, where a page could not be read, where a control for preferences, or one with the words that the
policy promises, was seen in any visit, or where the policy promises one elsewhere than in the footer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.evidence import is_by_program
from auditor.examples import banner, choice, evidence, visit
from auditor.model import ChoiceOutcome, Match, Scenario, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._consent import is_preference_control, says
from auditor.rules._controls import lasting_controls
from auditor.rules._wording import clip, visit_refs

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import Visit

_PROMISES = frozenset({"preference_centre", "cookie_banner"})
#: Places of a promised control that every page shows, or that are gone once consent was given.
_LOOKED_AT = frozenset({"banner", "footer", "page_bottom"})


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """At most one answer per site."""
    return tuple(answer for site in case.sites if (answer := _answer(site)) is not None)


def _answer(site: SiteEvidence) -> Match | Doubt | None:
    played = site.played(Scenario.WITHDRAW)
    if any(visit.choice.outcome is ChoiceOutcome.DONE and not is_by_program(visit) for visit in played):
        return None
    without = [visit for visit in played if visit.choice.outcome is ChoiceOutcome.NO_CONTROL or is_by_program(visit)]
    if without:
        reason = _seen_elsewhere(site)
        return _match(site, without) if reason is None else Doubt(site=site.url, subject="banner", reason=reason)
    if any(visit.choice.outcome in {ChoiceOutcome.FAILED, ChoiceOutcome.NO_REJECT} for visit in played):
        reason = "a way to change the choice was tried, and could not be read or operated to the end"
        return Doubt(site=site.url, subject="banner", reason=reason)
    return None


def _seen_elsewhere(site: SiteEvidence) -> str | None:
    """Why a control may be there all the same."""
    named = [declared.record for declared in site.declared.consent if declared.record.label]
    promised = [record for record in named if record.mechanism in _PROMISES]
    labels = [record.label for record in promised if record.label]
    for control in lasting_controls(site.good):
        if is_preference_control(control.text) or says(control.text, labels):
            return f'a control "{clip(control.text, 40)}" was seen on {clip(control.page, 100)}'
    if any(promise.location not in _LOOKED_AT for promise in promised):
        return "the policy names a control for cookie preferences"
    return None


def _match(site: SiteEvidence, visits: list[Visit]) -> Match:
    program = all(map(is_by_program, visits))
    looked = len(set(visits[0].pages))
    only = "; only the consent tool's own function opens its settings" if program else ""
    return Match(
        subject="banner",
        fact=(
            f"After consent was given, no control to change the choice was found on {looked} "
            f"page{'s' if looked != 1 else ''}{only}."
        ),
        site=site.url,
        evidence=visit_refs(visits, "banner"),
        confidence=0.7 if program else 0.85,
    )


RULE = Rule(
    id="no_withdrawal",
    version=3,
    title="No way to withdraw consent",
    severity=Severity.MEDIUM,
    legal_basis=("GDPR art. 7(3)", "EDPB Cookie Banner Taskforce, type K"),
    needs=frozenset({Scenario.WITHDRAW}),
    check=check,
    fires_on=Example(
        text="Consent was given; neither page nor policy has a control to change it.",
        evidence=lambda knowledge: evidence(
            [
                visit(
                    Scenario.WITHDRAW,
                    banner=banner(),
                    choice=choice(Scenario.WITHDRAW, ChoiceOutcome.NO_CONTROL),
                )
            ],
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="A link in the footer opens the settings again.",
        evidence=lambda knowledge: evidence([visit(Scenario.WITHDRAW)], knowledge=knowledge),
    ),
)

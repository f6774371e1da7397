"""No way to consent on a site that uses more than what is necessary.

The rule fires once per site where a tracker or a non-essential item was observed in any phase, and where no good visit
showed a banner, a consent tool or its record, or a link or button for cookie preferences. What Google's tags were told
is no such sign where nothing is withheld.

Silent: where any of these was seen, even in one visit only; where nothing non-essential was observed. Undecided: where
the looking was not complete, or a choice was tried and failed, since then something was there to be tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import cookie, evidence, visits
from auditor.model import Choice, ChoiceOutcome, Match, Scenario, Severity, Wanted
from auditor.rule import Doubt, Example, Rule
from auditor.rules._consent import detection_failed, has_mechanism
from auditor.rules._wording import listing, title_of, visit_refs, what

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per site that uses more than what is necessary and shows no way to consent."""
    return tuple(
        _answer(site)
        for site in case.sites
        if site.uses_more_than_necessary and site.played(Scenario.NO_CHOICE) and not has_mechanism(site)
    )


def _answer(site: SiteEvidence) -> Match | Doubt:
    failure = detection_failed(site)
    if failure is not None:
        return Doubt(site=site.url, subject="banner", reason=failure)
    used = [*map(title_of, site.services), *(what(item) for item in site.non_essential if item.service is None)]
    used = used or [what(item) for item in site.non_essential]
    return Match(
        subject="banner",
        fact=(
            f"{listing(used)} observed, and no banner, consent tool or control for cookie preferences was found in "
            f"{len(site.good)} visit{'s' if len(site.good) != 1 else ''}."
        ),
        site=site.url,
        evidence=visit_refs(site.played(Scenario.NO_CHOICE)),
        confidence=0.8,
    )


_NO_BANNER = Choice(wanted=Wanted.NONE, outcome=ChoiceOutcome.NONE)

RULE = Rule(
    id="no_consent_mechanism",
    version=2,
    title="No way to consent on a site that uses trackers",
    severity=Severity.HIGH,
    legal_basis=("ePrivacy Directive art. 5(3)",),
    needs=frozenset({Scenario.NO_CHOICE}),
    collectors=frozenset({"cookies", "requests", "storage", "controls"}),
    check=check,
    fires_on=Example(
        text="Google Analytics' _ga is set on a page without banner, consent tool or link to preferences.",
        evidence=lambda knowledge: evidence(visits(cookie("_ga"), banner=None, choice=_NO_BANNER), knowledge=knowledge),
    ),
    silent_on=Example(
        text="Google Analytics' _ga is set on a page with a banner.",
        evidence=lambda knowledge: evidence(visits(cookie("_ga")), knowledge=knowledge),
    ),
)

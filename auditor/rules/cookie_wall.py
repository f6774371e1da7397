"""The page cannot be used without accepting.

The rule fires once per site where the banner covers or locks the page and a visit that set out to refuse read it on
every layer and found no way: then only accepting opens the page. Where paying is offered instead of accepting, and
there is no free way to refuse, the severity is medium: whether that is a free choice is much debated.

Silent: a banner over the page that can be refused or closed; a banner beside the page, a fixed header included.
Undecided: where a banner covers the page and the refusal could not be read or operated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import banner, choice, evidence, visit
from auditor.model import ChoiceOutcome, Match, Scenario, Severity, Wanted
from auditor.rule import Doubt, Example, Rule
from auditor.rules._wording import visit_refs

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import Banner, Visit

_REFUSING = frozenset({Wanted.REJECT, Wanted.WITHDRAW})


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """At most one answer per site."""
    return tuple(answer for site in case.sites if (answer := _answer(site)) is not None)


def _answer(site: SiteEvidence) -> Match | Doubt | None:
    walls = [(visit, visit.banner) for visit in site.good if visit.banner is not None and _walls(visit.banner)]
    if not walls or any(map(_refusable, site.good)):
        return None
    tried = site.played(Scenario.REJECT_ALL)
    if any(visit.choice.outcome is ChoiceOutcome.NO_REJECT for visit in tried):
        return _match(site, walls)
    if any(visit.choice.outcome is ChoiceOutcome.FAILED for visit in tried):
        reason = "a banner stands in the way, and it could not be read or operated to refuse"
        return Doubt(site=site.url, subject="banner", reason=reason)
    return None


def _walls(banner: Banner) -> bool:
    return banner.wall or banner.pay_option


def _refusable(visit: Visit) -> bool:
    found = visit.banner is not None and visit.banner.reject_clicks is not None
    return found or (visit.choice.wanted in _REFUSING and visit.choice.outcome is ChoiceOutcome.DONE)


def _match(site: SiteEvidence, walls: list[tuple[Visit, Banner]]) -> Match:
    pay = any(banner.pay_option for _, banner in walls)
    visit, banner = max(walls, key=lambda pair: (pair[1].covers, pair[1].scroll_locked))
    how = [f"covers {banner.covers:.0%} of the page"] if banner.covers else ["stands in the way of the page"]
    how += ["keeps it from scrolling"] if banner.scroll_locked else []
    fact = "accepting or paying are the only ways on" if pay else "accepting is the only way on that was found"
    return Match(
        subject="banner",
        fact=f"The banner {' and '.join(how)}, and {fact}.",
        site=site.url,
        severity=Severity.MEDIUM if pay else Severity.HIGH,
        evidence=visit_refs([visit], "banner"),
        confidence=0.85,
    )


RULE = Rule(
    id="cookie_wall",
    version=1,
    title="Page unusable without accepting",
    severity=Severity.HIGH,
    legal_basis=("EDPB Guidelines 05/2020", "CNIL guidelines 2020"),
    needs=frozenset({Scenario.REJECT_ALL}),
    check=check,
    fires_on=Example(
        text="A layer covers the page; the visit that set out to refuse found no way.",
        evidence=lambda knowledge: evidence(
            [
                visit(
                    Scenario.REJECT_ALL,
                    banner=banner(reject_clicks=None, wall=True, covers=1.0),
                    choice=choice(Scenario.REJECT_ALL, ChoiceOutcome.NO_REJECT),
                )
            ],
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="A layer covers the page and can be refused with one click.",
        evidence=lambda knowledge: evidence(
            [visit(Scenario.REJECT_ALL, banner=banner(wall=True, covers=1.0))], knowledge=knowledge
        ),
    ),
)

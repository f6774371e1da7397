"""The TC string claims a legitimate interest where the framework leaves only consent.

The rule fires once per site where a TC string, in any phase, claims legitimate interest for purposes 3 to 6: profiles
for advertising or for content, and showing what such profiles select. Since version 2.2 of the framework these rest on
consent only.

Silent: legitimate interest for other purposes; what single vendors or the publisher's own part of the string say while
the purposes themselves are not claimed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.consent_strings import restate
from auditor.examples import evidence, signal, visit
from auditor.model import Match, Scenario, Severity
from auditor.rule import Example, Rule
from auditor.rules._wording import listing, visit_refs

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import ConsentSignal, Visit

CONSENT_ONLY = frozenset({3, 4, 5, 6})
_KINDS = frozenset({"tcf", "gpp"})


def check(case: Evidence) -> tuple[Match, ...]:
    """At most one match per site."""
    return tuple(match for site in case.sites if (match := _answer(site)) is not None)


def _answer(site: SiteEvidence) -> Match | None:
    for seen in site.good:
        for one in seen.consent_signals:
            claimed = CONSENT_ONLY.intersection(restate(one.kind, one.raw).legitimate_interests)
            if one.kind in _KINDS and claimed:
                return _match(site, seen, one, claimed)
    return None


def _match(site: SiteEvidence, visit: Visit, one: ConsentSignal, claimed: frozenset[int]) -> Match:
    numbers = listing(map(str, sorted(claimed)), shown=4)
    when = str(one.phase).replace("_", " ")
    return Match(
        subject="banner",
        fact=(
            f"The TC string claimed legitimate interest for purpose{'s' if len(claimed) > 1 else ''} {numbers}, "
            f"{when} (scenario {visit.scenario})."
        ),
        site=site.url,
        evidence=visit_refs([visit], "banner"),
        confidence=0.95,
    )


#: Core strings made for these examples: purposes 3 and 4, and purposes 2 and 7, claimed as legitimate interest.
_CLAIMS_PROFILES = "CP1R2oAP1R2oAAHABBENBQEgAAAAADAAABpYAAAAAAAA"
_CLAIMS_BASIC_ADS = "CP1R2oAP1R2oAAHABBENBQEgAAAAAEIAABpYAAAAAAAA"

RULE = Rule(
    id="tcf_legitimate_interest",
    version=1,
    title="Legitimate interest claimed for profiling",
    severity=Severity.HIGH,
    legal_basis=("IAB TCF 2.2", "EDPB Cookie Banner Taskforce, type H"),
    needs=frozenset({Scenario.NO_CHOICE}),
    check=check,
    fires_on=Example(
        text="The TC string claims legitimate interest for purposes 3 and 4.",
        evidence=lambda knowledge: evidence(
            [visit(consent_signals=(signal("tcf", _CLAIMS_PROFILES),))], knowledge=knowledge
        ),
    ),
    silent_on=Example(
        text="The TC string claims legitimate interest for purposes 2 and 7 only.",
        evidence=lambda knowledge: evidence(
            [visit(consent_signals=(signal("tcf", _CLAIMS_BASIC_ADS),))], knowledge=knowledge
        ),
    ),
)

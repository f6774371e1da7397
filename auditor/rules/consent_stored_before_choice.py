"""A consent that was stored before the visitor chose anything.

The rule fires once per site where a consent record granted functional, performance or targeting purposes before any
choice: a TC or GPP string, the cookie or storage entry of a consent tool, or a hand-made record that reads plainly.
Whoever reads such a record believes that the visitor agreed.

Silent: records that deny, that wait for an answer (tarteaucitron's `wait`) or that grant what is necessary; opt-out
strings for the United States, and what Google's tags were told by default: neither records a consent. Undecided:
records that say that no consent is asked in the visitor's region, and hand-made lists of purposes that may merely name
what can be chosen.

Lower where only functional purposes are granted, and where every jurisdiction of the vendor has an opt-out law.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import evidence, signal, visit
from auditor.model import Match, Phase, Scenario, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._records import NON_ESSENTIAL, REFUSED, categories_in_words, latest, name_of
from auditor.rules._severity import lowered
from auditor.rules._wording import listing, visit_refs

if TYPE_CHECKING:
    from auditor.consent_strings import Decoded
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import Visit

_NO_RECORDS = frozenset({"consent_mode", "gcs", "gcd", "usprivacy"})


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """At most one answer per site."""
    answers = (_answer(site, opt_out_only=case.opt_out_only) for site in case.sites)
    return tuple(answer for answer in answers if answer is not None)


def _answer(site: SiteEvidence, *, opt_out_only: bool) -> Match | Doubt | None:
    seen = [(visit, _granting(visit)) for visit in site.good]
    granting = [(visit, found) for visit, found in seen if found]
    certain = [(visit, found) for visit, every in granting if (found := [s for s in every if not _uncertain(s)])]
    if certain:
        return _match(site, *certain[0], opt_out_only=opt_out_only)
    if granting:
        reason = "before any choice a record names purposes, which may be what can be chosen or what is not asked here"
        return Doubt(site=site.url, subject="banner", reason=reason)
    return None


def _granting(visit: Visit) -> list[Decoded]:
    return [
        said
        for said in latest(visit, Phase.BEFORE_CHOICE)
        if said.kind not in _NO_RECORDS and NON_ESSENTIAL & set(said.granted)
    ]


def _uncertain(said: Decoded) -> bool:
    """No consent is asked here (no purposes of its own), or a hand-made list that only names purposes."""
    return (not said.items and said.kind == "cookiebot") or (said.kind == "custom" and said.listed)


def _match(site: SiteEvidence, visit: Visit, found: list[Decoded], *, opt_out_only: bool) -> Match:
    granted = {category for said in found for category in said.granted} & NON_ESSENTIAL
    severity = Severity.CRITICAL if granted & REFUSED else Severity.MEDIUM
    records = listing(name_of(said.kind) for said in found)
    verb = "granted" if len(found) == 1 else "grant"
    return Match(
        subject="banner",
        fact=f"Before any choice, {records} {verb} {categories_in_words(granted)} (scenario {visit.scenario}).",
        site=site.url,
        phase=Phase.BEFORE_CHOICE,
        severity=lowered(severity) if opt_out_only else severity,
        evidence=visit_refs([visit], "banner"),
        confidence=0.9 if any(said.kind != "custom" for said in found) else 0.7,
    )


RULE = Rule(
    id="consent_stored_before_choice",
    version=1,
    title="Consent stored before any choice",
    severity=Severity.CRITICAL,
    legal_basis=("Matte et al. 2020", "GDPR art. 4(11)"),
    needs=frozenset({Scenario.NO_CHOICE}),
    check=check,
    fires_on=Example(
        text="OneTrust's cookie grants performance and targeting while the banner is waiting for an answer.",
        evidence=lambda knowledge: evidence(
            [visit(consent_signals=(signal("onetrust", "groups=C0001:1,C0002:1,C0004:1"),))], knowledge=knowledge
        ),
    ),
    silent_on=Example(
        text="tarteaucitron writes that it waits for an answer about every service.",
        evidence=lambda knowledge: evidence(
            [visit(consent_signals=(signal("tarteaucitron", "!gtag=wait!facebookpixel=wait"),))], knowledge=knowledge
        ),
    ),
)

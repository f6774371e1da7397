"""A policy that says nothing about cookies, on a site that uses them for more than what is necessary.

The rule fires once per site where the policies bound to it are silent about cookies, mention them and say nothing more,
or say only that there are none, while a tracker or a non-essential item was observed. It takes the place of
undeclared_service, undeclared_beacon and undeclared_storage there.

Silent: where a policy says which cookies are used, why, or by whom; where nothing non-essential was observed; where
there is no policy (policy_missing). Undecided: where a policy could not be read, or is written in a language that the
reader does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import cookie, declaration, evidence, visits
from auditor.model import DisclosureLevel, Match, Scenario, Severity
from auditor.rule import Example, PolicyNeed, Rule
from auditor.rules._wording import item_refs, listing, policy_ref, service_refs, title_of, what

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per site that uses more than what is necessary under a policy that says nothing of it."""
    return tuple(_match(site) for site in case.sites if site.declared.says_nothing and site.uses_more_than_necessary)


def _match(site: SiteEvidence) -> Match:
    denial = next((one for one in site.declared.claims if one.record.type == "cookies_unused"), None)
    services = listing(map(title_of, site.services), 5)
    items = listing((what(item) for item in site.non_essential), 5)
    observed = "; ".join(filter(None, (services and f"trackers: {services}", items and f"items: {items}")))
    refs = [ref for service in site.services[:2] for ref in service_refs(service)]
    refs += [ref for item in site.non_essential[:1] if not refs for ref in item_refs(item.sightings)]
    mention = denial or next((one for one in site.declared.technologies if one.record.name == "cookies"), None)
    return Match(
        subject="policy",
        fact=f"The policy {_said(site, denies=denial is not None)}. Observed on this site: {observed}.",
        site=site.url,
        declaration=mention.quoted() if mention else None,
        evidence=(*map(policy_ref, site.declared.readings), *refs),
    )


def _said(site: SiteEvidence, *, denies: bool) -> str:
    if site.declared.level is DisclosureLevel.SILENT:
        return "does not mention cookies"
    return f"mentions cookies and says {'only that none are used' if denies else 'nothing more of them'}"


RULE = Rule(
    id="policy_silent",
    version=2,
    title="Policy that says nothing about cookies in use",
    severity=Severity.HIGH,
    legal_basis=("GDPR art. 12-13", "ePrivacy Directive art. 5(3)"),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    policy=PolicyNeed.WHOLE,
    collectors=frozenset({"cookies", "requests", "storage"}),
    check=check,
    fires_on=Example(
        text="A privacy policy without a word of cookies; Google Analytics' _ga is set.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_ga")),
            declaration(DisclosureLevel.SILENT, text="We respect your privacy."),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="A privacy policy without a word of cookies, on a site that uses a bot protection cookie only.",
        evidence=lambda knowledge: evidence(
            visits(cookie("__cf_bm")),
            declaration(DisclosureLevel.SILENT, text="We respect your privacy."),
            knowledge=knowledge,
        ),
    ),
)

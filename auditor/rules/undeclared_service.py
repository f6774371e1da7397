"""A tracker that the policy does not name.

A visitor has a right to know who receives their data. The rule fires once per measuring or targeting third party that
was observed, by its items or by requests to it, and that is named nowhere: not as a service or provider in the policies
of this vendor or in the declaration of its consent tool, and not in the policies' running text under any of its names.

Silent: where one of those names it, for whatever scope, or names the company that owns it; where all that was seen of
it is cookies that a list gives to a provider, under another of the company's names; services of the vendor
itself; carriers such as bare tag managers, fonts and content delivery; and sites whose policy says nothing of cookies
at all (policy_silent says so once) or is missing (policy_missing).

The severity is medium where the policy names other services, and low where it names none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import cookie, declaration, evidence, service, visits
from auditor.model import Match, Scenario, Severity
from auditor.rule import Example, PolicyNeed, Rule
from auditor.rules._wording import service_in_words, service_refs, title_of, words

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.observed import Service


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per tracker that is named nowhere."""
    return tuple(
        _match(tracker, site)
        for site in case.sites
        if site.declared.policy_speaks
        for tracker in site.services
        if not site.declared.names(tracker) and not _is_listed(tracker, site)
    )


def _is_listed(tracker: Service, site: SiteEvidence) -> bool:
    """Whether all that was seen of a tracker is items that a list has, each with a provider, by whatever name."""
    listed = (any(one.record.provider for one in site.declared.cookies_naming(item)) for item in tracker.items)
    return not tracker.calls and all(listed)


def _match(tracker: Service, site: SiteEvidence) -> Match:
    others = site.declared.names_any
    beside = "which names other services" if others else "which names no service"
    return Match(
        subject=tracker.subject,
        fact=(
            f"{title_of(tracker)} ({words(tracker.category)}) was observed and is not named in the policy, {beside}: "
            f"{service_in_words(tracker)}."
        ),
        site=site.url,
        severity=Severity.MEDIUM if others else Severity.LOW,
        category_observed=tracker.category,
        service=tracker.name,
        evidence=service_refs(tracker),
    )


RULE = Rule(
    id="undeclared_service",
    version=2,
    title="Tracker that the policy does not name",
    severity=Severity.MEDIUM,
    legal_basis=("GDPR art. 13(1)(e)",),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    policy=PolicyNeed.WHOLE,
    collectors=frozenset({"cookies", "requests", "storage"}),
    check=check,
    fires_on=Example(
        text="The policy names Google Analytics; Hotjar is at work besides.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_hjSessionUser_123")),
            declaration(services=(service("Google Analytics"),)),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="The policy speaks of Hotjar in a sentence, and Hotjar is at work.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_hjSessionUser_123")),
            declaration(text="We use cookies. We watch how our pages are used with Hotjar."),
            knowledge=knowledge,
        ),
    ),
)

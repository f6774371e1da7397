"""A technical cookie that lives longer than what it is for.

A session, a shopping basket, the assignment to a server and the protection of a form against forged requests last for
a visit, or a few days. The rule fires for a cookie that is known as one of these and asked to live for more than 30
days: it recognises the visitor for longer than its purpose needs.

Silent: consent records, logins that are meant to be remembered, protection against bots and fraud, and everything that
is known as necessary for another reason; items whose use is only inferred from their name; session cookies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import DAY, cookie, evidence, visits
from auditor.model import Match, Scenario, Severity
from auditor.rule import Example, Rule
from auditor.rules._wording import item_refs, lifetime, what

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.observed import Item

_LIMIT = 30 * DAY
_SHORT_LIVED = {
    "session": "an application session",
    "basket": "a shopping basket",
    "load_balancing": "load balancing",
    "csrf": "protection against forged requests",
}


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per short-lived use whose cookie lives on."""
    return tuple(
        _match(item, seconds, site)
        for site in case.sites
        for item in site.items
        if item.essential
        and item.item_known
        and item.classification.role in _SHORT_LIVED
        and (seconds := item.lifetime_seconds() or 0) > _LIMIT
    )


def _match(item: Item, seconds: int, site: SiteEvidence) -> Match:
    use = _SHORT_LIVED[item.classification.role or ""]
    return Match(
        subject=item.subject,
        fact=f"{what(item)}, known as {use}, was set to live for {lifetime(seconds)}.",
        site=site.url,
        category_observed=item.category,
        service=item.service,
        evidence=item_refs([s for s in item.sightings if s.written] or item.sightings),
        confidence=item.classification.confidence,
    )


RULE = Rule(
    id="necessary_outlives_purpose",
    version=1,
    title="Technical cookie that outlives its purpose",
    severity=Severity.LOW,
    legal_basis=("Article 29 Working Party, Opinion 04/2012",),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    collectors=frozenset({"cookies"}),
    check=check,
    fires_on=Example(
        text="PHP's session cookie PHPSESSID is set for a year.",
        evidence=lambda knowledge: evidence(
            visits(cookie("PHPSESSID", lifetime_seconds=365 * DAY)), knowledge=knowledge
        ),
    ),
    silent_on=Example(
        text="PHP's session cookie ends with the session, and the load balancer's AWSALB after 7 days.",
        evidence=lambda knowledge: evidence(
            visits(cookie("PHPSESSID", lifetime_seconds=None), cookie("AWSALB", lifetime_seconds=7 * DAY)),
            knowledge=knowledge,
        ),
    ),
)

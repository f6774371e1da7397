"""An item that is declared without a purpose.

A list of cookies that files an item under "unclassified", "uncategorised" or "other" tells the visitor nothing of what
it is for. The rule fires for an observed item when every declaration that names it, in the policy and in the consent
tool, gives that heading; or, where nothing names it, every declaration of its service.

Silent: where one of them gives a purpose or another category; items that are not declared at all (undeclared_cookie);
what is declared so and was not observed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import cookie, declaration, evidence, listed, visits
from auditor.model import Category, DisclosureLevel, Match, Scenario, Severity
from auditor.rule import Example, PolicyNeed, Rule
from auditor.rules._wording import appearance, clip, item_refs, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import DeclaredCookie, DeclaredService
    from auditor.observed import Item
    from auditor.readings import Declared

_VAGUE = frozenset({Category.UNCLASSIFIED})


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per observed item whose declarations give it no purpose."""
    return tuple(
        _match(item, declared, site)
        for site in case.sites
        for item in site.items
        if (declared := _unclassified(item, site)) is not None
    )


def _unclassified(item: Item, site: SiteEvidence) -> Declared[DeclaredCookie] | Declared[DeclaredService] | None:
    """The first of an item's declarations, where all of them say unclassified."""
    cookies = site.declared.cookies_naming(item)
    found: Sequence[Declared[DeclaredCookie] | Declared[DeclaredService]] = cookies
    if not cookies:
        found = site.declared.services_covering(item)
    said = {category for one in found for category in (one.record.category, *one.record.alternatives)}
    return found[0] if said == _VAGUE else None


def _match(item: Item, declared: Declared[DeclaredCookie] | Declared[DeclaredService], site: SiteEvidence) -> Match:
    label = declared.record.category_label
    heading = f' ("{clip(label)}")' if label else ""
    return Match(
        subject=item.subject,
        fact=(
            f"{named(item)} {appearance(item.sightings[0])}. {declared.who} declares it as unclassified only{heading}."
        ),
        site=site.url,
        category_observed=item.category,
        category_declared=Category.UNCLASSIFIED,
        service=item.service,
        declaration=declared.quoted(),
        evidence=item_refs(item.sightings),
        confidence=declared.record.confidence,
    )


RULE = Rule(
    id="unclassified_declaration",
    version=1,
    title="Item that is declared without a purpose",
    severity=Severity.LOW,
    legal_basis=("Bollinger et al. 2022, no. 4",),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    policy=PolicyNeed.SOME,
    collectors=frozenset({"cookies", "storage"}),
    check=check,
    fires_on=Example(
        text='The policy lists zq under "unclassified cookies", and zq is set.',
        evidence=lambda knowledge: evidence(
            visits(cookie("zq")),
            declaration(DisclosureLevel.COOKIE_LIST, cookies=(listed("zq", Category.UNCLASSIFIED),)),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="The policy lists zq twice, once as unclassified and once as functional.",
        evidence=lambda knowledge: evidence(
            visits(cookie("zq")),
            declaration(
                DisclosureLevel.COOKIE_LIST,
                cookies=(listed("zq", Category.UNCLASSIFIED), listed("zq", Category.FUNCTIONAL)),
            ),
            knowledge=knowledge,
        ),
    ),
)

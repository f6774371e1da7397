"""An item that is declared under a less intrusive category than the known one.

The order is strictly necessary, functional, performance, targeting. The rule fires where an observed item is known
better than its declaration says: an advertising cookie listed as functional. A tracker under strictly necessary is
another rule's business (declared_necessary_is_tracker); a functional item there is this one's, with medium severity.

Silent: declarations that are more intrusive than the truth, and all that declared_necessary_is_tracker leaves out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import cookie, declaration, evidence, listed, visits
from auditor.model import TRACKING, Category, DisclosureLevel, Match, Scenario, Severity
from auditor.rule import Example, PolicyNeed, Rule
from auditor.rules._labels import Mislabelled, mislabelled
from auditor.rules._mislabelling import match_label

if TYPE_CHECKING:
    from auditor.evidence import Evidence


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per item or service that is declared as less intrusive than it is."""
    return tuple(
        match_label(found, site, Severity.HIGH if found.known in TRACKING else Severity.MEDIUM)
        for site in case.sites
        for found in mislabelled(site)
        if not _tracker_as_necessary(found)
    )


def _tracker_as_necessary(found: Mislabelled) -> bool:
    return found.said is Category.STRICTLY_NECESSARY and found.known in TRACKING


RULE = Rule(
    id="wrong_category",
    version=2,
    title="Item declared under a less intrusive category",
    severity=Severity.HIGH,
    legal_basis=("Bollinger et al. 2022, nos. 1-2", "GDPR art. 5(1)(a)"),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    policy=PolicyNeed.SOME,
    collectors=frozenset({"cookies", "requests", "storage"}),
    check=check,
    fires_on=Example(
        text="The policy lists the Meta Pixel's _fbp as functional, and _fbp is set.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_fbp")),
            declaration(DisclosureLevel.COOKIE_LIST, cookies=(listed("_fbp", Category.FUNCTIONAL),)),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="The policy lists Google Analytics' _ga as targeting: more than it is known to be.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_ga")),
            declaration(DisclosureLevel.COOKIE_LIST, cookies=(listed("_ga", Category.TARGETING),)),
            knowledge=knowledge,
        ),
    ),
)

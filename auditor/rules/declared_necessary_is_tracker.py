"""A tracker that is declared as strictly necessary.

What is called strictly necessary is taken out of the visitor's choice. The rule fires where an item that is known to
measure or target was observed and the policy or the consent tool lists it under strictly necessary, or does so with the
service that it belongs to.

Silent: items of which strictly necessary is a known and defensible reading (bot protection, consent records, some
session cookies of analytics); items that are only known by the owner of their host; labels that the policy does not
state but that a reader would infer; and an item that the same source also lists under its right category.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import cookie, declaration, evidence, listed, visits
from auditor.model import TRACKING, Category, DisclosureLevel, Match, Scenario, Severity
from auditor.rule import Example, PolicyNeed, Rule
from auditor.rules._labels import mislabelled
from auditor.rules._mislabelling import match_label

if TYPE_CHECKING:
    from auditor.evidence import Evidence


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per tracking item or service that is declared as strictly necessary."""
    return tuple(
        match_label(found, site)
        for site in case.sites
        for found in mislabelled(site)
        if found.said is Category.STRICTLY_NECESSARY and found.known in TRACKING
    )


RULE = Rule(
    id="declared_necessary_is_tracker",
    version=2,
    title="Tracker declared as strictly necessary",
    severity=Severity.CRITICAL,
    legal_basis=("CNIL SAN-2025-010", "EDPB Cookie Banner Taskforce, type I"),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    policy=PolicyNeed.SOME,
    collectors=frozenset({"cookies", "requests", "storage"}),
    check=check,
    fires_on=Example(
        text="The policy lists the Meta Pixel's _fbp under strictly necessary, and _fbp is set.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_fbp")),
            declaration(DisclosureLevel.COOKIE_LIST, cookies=(listed("_fbp", Category.STRICTLY_NECESSARY),)),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="The policy lists Cloudflare's bot protection __cf_bm under strictly necessary, and __cf_bm is set.",
        evidence=lambda knowledge: evidence(
            visits(cookie("__cf_bm")),
            declaration(DisclosureLevel.COOKIE_LIST, cookies=(listed("__cf_bm", Category.STRICTLY_NECESSARY),)),
            knowledge=knowledge,
        ),
    ),
)

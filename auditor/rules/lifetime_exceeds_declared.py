"""A cookie that lives longer than declared.

Compared are the lifetime that the cookie asked for (the Max-Age or Expires of its header or script; as stored by the
browser where the asking was not seen) and the one that the policy or the consent tool declares for it by name. The rule
fires when a cookie that is declared to end with the session was persistent, and when a lifetime exceeds the declared
one by more than a tenth and by more than a day.

Silent: shorter lifetimes; declarations without a number (persistent, until deleted, not stated); a cookie that one of
its declarations allows to live as long as it does. Browsers keep no cookie longer than 400 days: what they stored may
be less than what was asked for, never more, so their limit accuses nobody. The policy and the consent tool are two
sources: a longer lifetime in one of them does not excuse the other. Lifetimes that the project knows of a cookie from
elsewhere are no declarations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import DAY, cookie, declaration, duration, evidence, listed, visits
from auditor.model import DisclosureLevel, Match, Scenario, Severity
from auditor.rule import Example, PolicyNeed, Rule
from auditor.rules._lifetimes import limit
from auditor.rules._wording import item_refs, lifetime, named

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import DeclaredCookie
    from auditor.observed import Item
    from auditor.readings import Declared

_TOLERANCE = 1.1


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per cookie that asked to live longer than declared."""
    return tuple(
        _match(item, asked, longest, site)
        for site in case.sites
        for item in site.items
        if item.kind == "cookie"
        and (asked := item.lifetime_seconds()) is not None
        and (longest := _exceeded(asked, site.declared.cookies_naming(item))) is not None
    )


def _exceeded(asked: int, declared: tuple[Declared[DeclaredCookie], ...]) -> Declared[DeclaredCookie] | None:
    """The declaration that a lifetime exceeds: one of the policy first, else one of the consent tool."""
    policies = [one for one in declared if one.cmp is None]
    tools = [one for one in declared if one.cmp is not None]
    return _beyond(asked, policies) or _beyond(asked, tools)


def _beyond(asked: int, declared: list[Declared[DeclaredCookie]]) -> Declared[DeclaredCookie] | None:
    """The most generous declaration of one source, when a lifetime exceeds even that one."""
    limits = [(limit(one.record.duration), one) for one in declared if one.record.duration.kind != "not_stated"]
    known = [(most, one) for most, one in limits if most is not None]
    if not known or len(known) < len(limits):
        return None
    most, generous = max(known, key=lambda pair: pair[0])
    if most == 0:
        return generous
    return generous if asked > most * _TOLERANCE and asked - most > DAY else None


def _match(item: Item, asked: int, declared: Declared[DeclaredCookie], site: SiteEvidence) -> Match:
    most = limit(declared.record.duration)
    longest = [s for s in item.sightings if s.written] or list(item.sightings)
    return Match(
        subject=item.subject,
        fact=(
            f"{named(item)} was set to live for {lifetime(asked)} ({asked} seconds). "
            f"{declared.who} declares {lifetime(most or None)}."
        ),
        site=site.url,
        category_observed=item.category,
        category_declared=declared.record.category,
        service=item.service,
        declaration=declared.quoted(),
        evidence=item_refs(longest),
        confidence=declared.record.confidence,
    )


RULE = Rule(
    id="lifetime_exceeds_declared",
    version=3,
    title="Cookie that lives longer than declared",
    severity=Severity.MEDIUM,
    legal_basis=("CJEU C-673/17 (Planet49), para. 81", "Bollinger et al. 2022, no. 3"),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    policy=PolicyNeed.SOME,
    collectors=frozenset({"cookies"}),
    check=check,
    fires_on=Example(
        text="The policy declares 30 days for _fbp; it is set for a year.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_fbp", declared_lifetime_seconds=365 * DAY)),
            declaration(DisclosureLevel.COOKIE_LIST, cookies=(listed("_fbp", duration=duration("fixed", 30 * DAY)),)),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="The policy declares two years for _ga; the browser stored the 400 days that it allows.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_ga", declared_lifetime_seconds=730 * DAY, lifetime_seconds=400 * DAY)),
            declaration(DisclosureLevel.COOKIE_LIST, cookies=(listed("_ga", duration=duration("fixed", 730 * DAY)),)),
            knowledge=knowledge,
        ),
    ),
)

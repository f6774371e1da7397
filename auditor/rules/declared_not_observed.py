"""A cookie that is declared and was never seen.

A list that names what is no longer used hides what is. The rule says, for information only, which entries of the
policy's or the consent tool's list no observed item matches: none in any scenario, on any site of the vendor. It is a
hint to bring the list up to date and no more: what only a login, a purchase or another page sets is not seen in a
visit.

Silent: entries that are matched by name, wildcard or host, also by a cookie that the browser refused to keep; pixels,
which are no items, and names that are the end of a requested path, under which lists of cookies print pixels (``tr``
for facebook.com/tr); what tarteaucitron knows of its services, a list of what to delete that nobody wrote for this
site.

Undecided: where consent was not given in a proven visit, or the looking was not complete, since what needs consent
could not show itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.domains import host_of, registrable_domain
from auditor.evidence import is_proven
from auditor.examples import cookie, declaration, evidence, listed, visits
from auditor.matching import glob_matches, has_name, hosts_in, specificity
from auditor.model import ChoiceOutcome, CookieEvent, DisclosureLevel, Match, Scenario, Severity
from auditor.rule import Doubt, Example, PolicyNeed, Rule
from auditor.rules._wording import clip, policy_ref, visit_refs

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import DeclaredCookie, Visit
    from auditor.observed import Item
    from auditor.readings import Declared

_NEEDED = (Scenario.NO_CHOICE, Scenario.ACCEPT_ALL)
_COLLECTORS = ("cookies", "storage")
_BUILT_IN = frozenset({"tarteaucitron"})
"""Consent tools whose lists come with the library (tarteaucitron.services.js) and say what a service may ever set."""


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per declared name that no item of the vendor matches."""
    items = [item for site in case.sites for item in site.items]
    return tuple(answer for site in case.sites for answer in _answers(site, items, case))


def _answers(site: SiteEvidence, items: list[Item], case: Evidence) -> list[Match | Doubt]:
    entries = [one for one in site.declared.cookies if one.record.storage != "pixel" and one.cmp not in _BUILT_IN]
    first = {one.record.name: one for one in reversed(entries)}
    seen = {one.record.name for one in entries if _seen(one, items, site)}
    tried = _refused(case)
    unseen = [first[name] for name in sorted(first) if name not in seen]
    called = _called(case)
    missing = [
        one
        for one in unseen
        if not any(has_name(one.record, name) for name in tried) and not _is_request(one.record, called)
    ]
    if not missing:
        return []
    unsure = [one.url for one in case.sites if not _looked(one)]
    if unsure:
        reason = f"consent was not given in a proven and complete visit of {', '.join(unsure)}"
        return [Doubt(site=site.url, subject=None, reason=reason)]
    return [_match(one, site) for one in missing]


def _refused(case: Evidence) -> frozenset[str]:
    """The names of cookies that were set in vain: the browser refused them."""
    visits = (visit for site in case.sites for visit in site.good)
    return frozenset(c.name for visit in visits for c in visit.cookies if c.event is CookieEvent.BLOCKED)


def _called(case: Evidence) -> frozenset[str]:
    """The addresses that were requested, without their queries."""
    urls = {request.url for site in case.sites for visit in site.good for request in visit.requests}
    return frozenset(url.partition("#")[0].partition("?")[0].rstrip("/") for url in urls)


def _is_request(declared: DeclaredCookie, called: frozenset[str]) -> bool:
    """Whether a name is the end of an address that was requested, at the declared place where there is one."""
    places = {registrable_domain(host) for host in hosts_in(f"{declared.host or ''} {declared.provider or ''}")}
    end = f"*/{declared.match.pattern.strip('/')}"
    ending = (host_of(url) or "" for url in called if glob_matches(end, url))
    return any(not places or registrable_domain(host) in places for host in ending)


def _seen(declared: Declared[DeclaredCookie], items: list[Item], site: SiteEvidence) -> bool:
    known = site.declared
    return any(specificity(declared.record, item, known.knowledge, known.own) for item in items)


def _looked(site: SiteEvidence) -> bool:
    """Whether the untouched and the consenting visitor both looked to the end."""
    good = {scenario: [visit for visit in site.played(scenario) if _complete(visit)] for scenario in _NEEDED}
    return bool(good[Scenario.NO_CHOICE]) and any(map(_consented, good[Scenario.ACCEPT_ALL]))


def _complete(visit: Visit) -> bool:
    return not any(visit.coverage.collectors.get(name, "ok").startswith("failed") for name in _COLLECTORS)


def _consented(visit: Visit) -> bool:
    """A proven consent; or a page that asks for none, where nothing waits for it."""
    return is_proven(visit) or visit.choice.outcome is ChoiceOutcome.NO_BANNER


def _match(declared: Declared[DeclaredCookie], site: SiteEvidence) -> Match:
    record = declared.record
    policy = (policy_ref(declared.reading),) if declared.reading is not None else ()
    return Match(
        subject=f"declaration:{clip(record.name)}",
        fact=(f"{declared.who} declares {clip(record.name)}; it was observed in none of the {len(site.good)} visits."),
        site=site.url,
        category_declared=record.category,
        service=record.service,
        declaration=declared.quoted(),
        evidence=(*policy, *visit_refs(site.played(Scenario.ACCEPT_ALL)[:1])),
        confidence=0.6,
    )


RULE = Rule(
    id="declared_not_observed",
    version=5,
    title="Cookie that is declared and was not observed",
    severity=Severity.INFO,
    legal_basis=("GDPR art. 12-13",),
    needs=frozenset(_NEEDED),
    policy=PolicyNeed.SOME,
    collectors=frozenset(_COLLECTORS),
    check=check,
    fires_on=Example(
        text="The policy lists _ga and _hjid; only _ga was ever set.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_ga")),
            declaration(DisclosureLevel.COOKIE_LIST, cookies=(listed("_ga"), listed("_hjid"))),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="The policy lists _ga_*, and _ga_AB12CD34EF was set.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_ga_AB12CD34EF")),
            declaration(DisclosureLevel.COOKIE_LIST, cookies=(listed("_ga_*"),)),
            knowledge=knowledge,
        ),
    ),
)

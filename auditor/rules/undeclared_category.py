"""A purpose at work on a site for which the policy declares other purposes only.

Many policies say which categories of cookies each of their sites uses. The rule fires where the policy declares
categories for this site's scope and an observed item or tracker belongs to none of them: a portal that declares
strictly necessary and performance cookies, with an advertising network on it.

One finding per service, whether it showed itself by one cookie, by ten, or by requests only (subject ``service:NAME``);
an item of no known service has a finding of its own. The finding quotes the passage that assigns categories to the
site.

Silent: strictly necessary and exempt items; items of which a common and defensible reading is declared; sites for
whose scope the policy declares no category. A category counts as declared when its description reaches to it, and
also when a cookie or service of that category is declared for the site.

Undecided: where the policy also declares an unclassified category and does not list what is in it, which may then be
anything; or lists there what was observed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import category, cookie, declaration, evidence, visits
from auditor.model import Category, DisclosureLevel, Match, Scenario, Severity
from auditor.observed import INTENSITY, Item, subject_of_call
from auditor.rule import Doubt, Example, PolicyNeed, Rule
from auditor.rules._severity import BEFORE_CHOICE
from auditor.rules._wording import call_refs, calls_in_words, item_refs, listing, what, words

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import DeclaredCookie, DeclaredService
    from auditor.observed import Call
    from auditor.readings import Declared

_TELLING = frozenset({DisclosureLevel.CATEGORIES, DisclosureLevel.COOKIE_LIST})


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per service, or item of no known service, whose category is not declared for its site."""
    return tuple(
        _answer(subject, seen, site)
        for site in case.sites
        if site.declared.level in _TELLING and site.declared.categories_in_use()
        for subject, seen in _undeclared(site).items()
    )


def _undeclared(site: SiteEvidence) -> dict[str, list[Item | Call]]:
    declared = site.declared.declared_categories()
    seen: list[Item | Call] = [*site.non_essential, *(call for call in site.calls if call.tracker)]
    found: dict[str, list[Item | Call]] = {}
    for one in seen:
        if declared.isdisjoint({one.category, *one.classification.also_declared_as}):
            found.setdefault(_subject(one), []).append(one)
    return dict(sorted(found.items()))


def _subject(seen: Item | Call) -> str:
    if not isinstance(seen, Item):
        return subject_of_call(seen)
    return seen.subject if seen.service is None else f"service:{seen.service}"


def _answer(subject: str, seen: list[Item | Call], site: SiteEvidence) -> Match | Doubt:
    declared = site.declared.declared_categories()
    if Category.UNCLASSIFIED in declared and _may_be_unclassified(subject, seen, site):
        reason = "the policy also declares an unclassified category, which may hold it"
        return Doubt(site=site.url, subject=subject, reason=reason)
    found = max((one.category for one in seen if one.category is not None), key=INTENSITY.index)
    items = [one for one in seen if isinstance(one, Item)]
    calls = [one for one in seen if not isinstance(one, Item)]
    observed = [listing(map(what, items))] if items else []
    observed += [calls_in_words(calls)] if calls else []
    name = seen[0].classification.service or "an item of no known service"
    refs = item_refs(items[0].sightings) if items else ()
    return Match(
        subject=subject,
        fact=(
            f"For this site the policy declares {listing(_named(declared), len(INTENSITY))} cookies. {name}, "
            f"whose purpose is {words(found)}, was observed: {'; '.join(observed)}."
        ),
        site=site.url,
        severity=BEFORE_CHOICE[found],
        category_observed=found,
        service=seen[0].classification.service,
        declaration=site.declared.category_quote(),
        evidence=(*refs, *call_refs(calls)),
        confidence=max(one.classification.confidence for one in seen),
    )


def _may_be_unclassified(subject: str, seen: list[Item | Call], site: SiteEvidence) -> bool:
    """Whether the policy's unclassified category may hold what was seen: it lists that there, or nothing at all."""
    known = site.declared
    if not (any(map(_unclassified, known.cookies)) or any(map(_unclassified, known.services))):
        return True
    items = [one for one in seen if isinstance(one, Item)]
    services = [service for service in site.services if service.subject == subject]
    return any(_unclassified(one) for item in items for one in known.cookies_naming(item)) or any(
        _unclassified(one) for service in services for one in known.services_meaning(service)
    )


def _unclassified(declared: Declared[DeclaredCookie] | Declared[DeclaredService]) -> bool:
    return declared.cmp is None and declared.record.category is Category.UNCLASSIFIED


def _named(declared: frozenset[Category]) -> list[str]:
    return [words(category) for category in INTENSITY if category in declared]


RULE = Rule(
    id="undeclared_category",
    version=2,
    title="Category in use that the policy does not declare for this site",
    severity=Severity.CRITICAL,
    legal_basis=("GDPR art. 5(1)(a)", "GDPR art. 13"),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    policy=PolicyNeed.WHOLE,
    collectors=frozenset({"cookies", "requests", "storage"}),
    check=check,
    fires_on=Example(
        text="A portal's policy declares strictly necessary and performance cookies; AdRoll's __adroll is set on it.",
        evidence=lambda knowledge: evidence(
            visits(cookie("__adroll", "d.adroll.com")),
            declaration(
                DisclosureLevel.CATEGORIES,
                categories=(category(Category.STRICTLY_NECESSARY), category(Category.PERFORMANCE)),
            ),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="The policy declares performance and targeting cookies; Google Analytics and AdRoll set theirs.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_ga"), cookie("__adroll", "d.adroll.com")),
            declaration(
                DisclosureLevel.CATEGORIES,
                categories=(category(Category.PERFORMANCE), category(Category.TARGETING)),
            ),
            knowledge=knowledge,
        ),
    ),
)

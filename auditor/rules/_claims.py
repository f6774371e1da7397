"""Testers of what policies claim: one small function per kind of claim.

A tester gets a claim that is made about a site and answers with what contradicts it, with a doubt, or with None. It
only says what a crawl can see; claims about what happens to data afterwards (``no_sale``, ``no_third_party_sharing``,
``no_profiling``, ``aggregated_only`` ...) have no tester and never fire. Claims about the time before consent are left
to the timing rules, and promises of a complete list to undeclared_cookie.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.domains import host_of, same_site
from auditor.matching import host_matches, hosts_in, stands_elsewhere
from auditor.model import TRACKING, Category, Claim, Party
from auditor.readings import Declared
from auditor.rules._consent import is_preference_control, says
from auditor.rules._controls import lasting_controls
from auditor.rules._wording import (
    appearance,
    call_refs,
    calls_in_words,
    clip,
    item_refs,
    lifetime,
    listing,
    named,
    title_of,
    visit_refs,
    what,
    words,
)
from auditor.services import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from auditor.evidence import SiteEvidence
    from auditor.model import ConsentMechanism, EvidenceRef, QuotedDeclaration
    from auditor.observed import Item

#: Words that soften a statement, in the languages of the policies; a softened statement is no absolute promise.
_HEDGES = (
    r"usually|generally|mostly|normally|typically|in principle|meestal|doorgaans|in de regel|in der regel|meist|"
    r"üblicherweise|généralement|normalement|generalmente|normalmente|di norma|zwykle|zazwyczaj"
)
_MODALS = r"may|might|kunnen|können|kann|peuvent|peut|pueden|puede|possono|può|mogą"
_HEDGED = re.compile(rf"\b({_HEDGES})\b", re.IGNORECASE)
# Modals in lower case only: May is also a month.
_SOFTENED = re.compile(rf"\b({_HEDGES}|(?-i:{_MODALS}))\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What was observed against a claim, in words, with its evidence.

    ``declaration`` is the passage to quote where it is not the claim's own: the one that gives a control's words.
    """

    fact: str
    evidence: tuple[EvidenceRef, ...]
    category: Category | None = None
    service: str | None = None
    declaration: QuotedDeclaration | None = None


Verdict = Contradiction | str | None
"""A contradiction; the reason of a doubt; or nothing to say."""


def is_softened(claim: Claim) -> bool:
    """Whether a statement is qualified: marked so by the reader, or softened by its own words.

    What a visitor may or can do is a permission and no hedge: "you may change your choice at any time" promises it.
    """
    if claim.type in _PERMISSIONS:
        return any(_HEDGED.search(quote.quote) for quote in claim.evidence)
    return claim.strength != "absolute" or any(_SOFTENED.search(quote.quote) for quote in claim.evidence)


def subject_category(claim: Claim) -> Category | None:
    """The category that a claim is about; None where it is about something else."""
    known = claim.subject_kind == "category" and claim.subject_value in set(Category)
    return Category(claim.subject_value) if known and claim.subject_value else None


# ---------------------------------------------------------------------------------------- anonymity


def anonymous(claim: Claim, site: SiteEvidence) -> Verdict:
    """Performance data is anonymous, or no personal data: an identifier in a performance item says otherwise.

    An online identifier that singles a visitor out is personal data (GDPR recital 30). Only performance is tested:
    strictly necessary sessions need an identifier, and targeting lives by it.
    """
    if subject_category(claim) is not Category.PERFORMANCE:
        return None
    items = [item for item in site.items if _is(item, Category.PERFORMANCE) and item.identifier]
    if not items:
        return None
    holding = "holds a value" if len(items) == 1 else "hold values"
    return _by_items(items, f"{listing(map(named, items))} {holding} shaped like a unique identifier")


def no_cross_site_tracking(claim: Claim, site: SiteEvidence) -> Verdict:
    """Functional cookies cannot follow visitors: a third party's functional cookie with an identifier can."""
    if subject_category(claim) is not Category.FUNCTIONAL:
        return None
    items = [item for item in _third_party_cookies(site) if _is(item, Category.FUNCTIONAL) and item.identifier]
    if not items:
        return None
    owners = listing(clip(item.domain) for item in items)
    return _by_items(items, f"{listing(map(named, items))} held an identifier for {owners} on any site that calls it")


# ------------------------------------------------------------------------------------ inventory


def cookies_unused(claim: Claim, site: SiteEvidence) -> Verdict:
    """No cookies are used: any cookie says otherwise, an essential one too, since the claim knows no exception."""
    if claim.subject_kind == "category":
        return category_unused(claim, site)
    return _of(_cookies_meant(claim, site), "was observed", "were observed")


def category_unused(claim: Claim, site: SiteEvidence) -> Verdict:
    """A category is not used: an item or tracker that can only belong to it says otherwise."""
    category = subject_category(claim)
    if category is None or category is Category.STRICTLY_NECESSARY:
        return None
    items = [item for item in site.items if _is(item, category) and not item.classification.also_declared_as]
    return _of(items, "was observed", "were observed") or _trackers(site, frozenset({category}))


def only_category(claim: Claim, site: SiteEvidence) -> Verdict:
    """Only strictly necessary cookies are used: an item or service that measures or targets says otherwise."""
    if subject_category(claim) is not Category.STRICTLY_NECESSARY:
        return None
    items = [item for item in site.items if item.tracking and not item.defensibly_essential]
    return _of(items, "was observed", "were observed") or _trackers(site, TRACKING)


def first_party_only(claim: Claim, site: SiteEvidence) -> Verdict:
    """Only the site itself sets cookies, or those of a category: a third party's cookie says otherwise."""
    items = [item for item in _cookies_meant(claim, site) if item.party is Party.THIRD]
    return _of(items, "was set for a third party", "were set for third parties")


def session_only(claim: Claim, site: SiteEvidence) -> Verdict:
    """Cookies end with the session: a persistent one says otherwise, unless only most of them are said to end."""
    if is_softened(claim):
        return None
    items = [item for item in _cookies_meant(claim, site) if item.lifetime_seconds()]
    if not items:
        return None
    longest = max(items, key=lambda item: item.lifetime_seconds() or 0)
    return _by_items(
        items, f"{listing(map(named, items))}: set to live for up to {lifetime(longest.lifetime_seconds())}"
    )


# ------------------------------------------------------------------------------------- controls


def control_in_footer(claim: Claim, site: SiteEvidence) -> Verdict:
    """A control is promised in the footer: neither its words nor the like were found on any page of any good visit.

    Found anywhere on a page, it is taken as kept, and so is a control for cookie preferences under another name (a
    policy inflects the words, or a page says "settings" for "preferences"). A button inside the banner is not, since
    the banner goes away.
    """
    promised = _promised_controls(site)
    if not promised:
        untold = "the policy promises a control in the footer and gives no words to look for"
        return untold if "footer_control_present" in claim.tests else None
    visits = [visit for visit in site.good if not visit.coverage.collectors.get("controls", "ok").startswith("failed")]
    if not visits:
        return "no good visit looked at the links and buttons of the page"
    labels = [one.record.label for one in promised if one.record.label]
    seen = {control.text for control in lasting_controls(visits)}
    if any(is_preference_control(text) or says(text, labels) for text in seen):
        return None
    shown = listing(f'"{clip(label)}"' for label in labels)
    return Contradiction(
        fact=f"{shown} was found on none of the pages seen in {len(visits)} visits",
        evidence=visit_refs(visits[:2]),
        declaration=promised[0].quoted(),
    )


def promise_of_control(site: SiteEvidence) -> Declared[Claim] | None:
    """The statement that a promised control makes by itself, in the words that promise it; None without one.

    It is softened where those words are.
    """
    promised = next(iter(_promised_controls(site)), None)
    if promised is None:
        return None
    record = promised.record
    claim = Claim(
        id="promise",
        type="preferences_changeable",
        subject_kind="document",
        subject_value=None,
        strength="absolute",
        tests=("footer_control_present",),
        scope_ids=record.scope_ids,
        evidence=record.evidence,
        confidence=0.85,
    )
    return Declared(claim, promised.reading)


def _promised_controls(site: SiteEvidence) -> list[Declared[ConsentMechanism]]:
    """The controls that the policies promise by their words at the bottom of every page of the site."""
    return [
        one
        for one in site.declared.consent
        if one.cmp is None and fold(one.record.label or "") and one.record.location in {"footer", "page_bottom"}
        if _is_promised_of(one, site)
    ]


def _is_promised_of(promise: Declared[ConsentMechanism], site: SiteEvidence) -> bool:
    """Whether "every page" are those of this site, and not of another host of the vendor's.

    They are not where the promise names another host, or stands on one while a policy stands on the site's own.
    """
    host = host_of(site.url) or ""
    words = promise.quotes()[0].quote if promise.quotes() else ""  # what follows them binds a scope
    named = [one for one in hosts_in(words) if same_site(one, site.url)]
    if named and not any(host_matches(one, host) for one in named):
        return False
    has_own = any(host_matches(one.document.url or "", host) for one in site.declared.readings)
    return not has_own or promise.reading is None or not stands_elsewhere(promise.reading.document.url, site.url)


#: The tester of each kind of claim that can be tested.
TESTERS: dict[str, Callable[[Claim, SiteEvidence], Verdict]] = {
    "anonymous_data": anonymous,
    "no_personal_data": anonymous,
    "no_cross_site_tracking": no_cross_site_tracking,
    "cookies_unused": cookies_unused,
    "category_unused": category_unused,
    "only_category": only_category,
    "first_party_only": first_party_only,
    "session_only": session_only,
    "preferences_changeable": control_in_footer,
    "withdrawal_possible": control_in_footer,
}

#: Kinds whose contradiction is one and the same observation: the first that is claimed speaks for all.
SAME_OBSERVATION = (("anonymous_data", "no_personal_data"), ("preferences_changeable", "withdrawal_possible"))

_PERMISSIONS = frozenset({"preferences_changeable", "withdrawal_possible"})


def _is(item: Item, category: Category) -> bool:
    """Whether an item itself, and not only the owner of its host, is known to be of a category."""
    return item.category is category and item.item_known


def _cookies(site: SiteEvidence) -> list[Item]:
    return [item for item in site.items if item.kind == "cookie"]


def _third_party_cookies(site: SiteEvidence) -> list[Item]:
    return [item for item in _cookies(site) if item.party is Party.THIRD]


def _cookies_meant(claim: Claim, site: SiteEvidence) -> list[Item]:
    """The cookies that a claim speaks of: of a category, of third parties, or all; none where it is about other things.

    A claim about the document with a value (``account_data``) is about data, and one about a technology about that.
    """
    category = subject_category(claim)
    if category is not None:
        return [item for item in _cookies(site) if _is(item, category)]
    if claim.subject_value == "third_party_cookies":
        return _third_party_cookies(site)
    about_all = claim.subject_kind == "scope" or claim.subject_value in {None, "cookies"}
    return _cookies(site) if about_all and claim.subject_kind in {"document", "scope", "technology"} else []


def _of(items: Sequence[Item], one: str, more: str) -> Contradiction | None:
    return _by_items(items, f"{listing(map(named, items))} {one if len(items) == 1 else more}") if items else None


def _by_items(items: Sequence[Item], fact: str) -> Contradiction:
    """A contradiction by items: the first one's appearance is told, and each of the first is pointed at."""
    first = items[0]
    return Contradiction(
        fact=f"{fact}. {what(first)} {appearance(first.sightings[0])}",
        evidence=tuple(ref for item in items[:3] for ref in item_refs(item.sightings[:1])),
        category=first.category,
        service=first.service,
    )


def _trackers(site: SiteEvidence, categories: frozenset[Category]) -> Contradiction | None:
    """A contradiction by requests to trackers that can only be of the given categories."""
    for service in site.services:
        calls = [call for call in service.calls if {call.category, *call.classification.also_declared_as} <= categories]
        if calls:
            return Contradiction(
                fact=f"{title_of(service)} ({words(calls[0].category)}) was called: {calls_in_words(calls)}",
                evidence=call_refs(calls),
                category=calls[0].category,
                service=service.name,
            )
    return None

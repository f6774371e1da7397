"""Targeting goes on although the browser says, with Global Privacy Control, that data may not be sold or shared.

The rule fires once per service, or item without a known service, that targets both in the visit with the signal
(`Sec-GPC: 1` and `navigator.globalPrivacyControl`) and in the visit without it. It is asked only where it matters:
about vendors with the jurisdiction `us`, or whose policy says that it honours the signal; then the severity is high.

Silent: services and items that stayed away; measuring without targeting; other jurisdictions. Undecided: where the
signal did not reach the site's pages.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.examples import declaration as policy
from auditor.examples import evidence, mechanism, request, vendor, visit
from auditor.model import Category, Match, Phase, Scenario, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._wording import call_refs, calls_in_words, item_refs, listing, named, title_of, what

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import ConsentMechanism, Quote, Visit
    from auditor.observed import Call, Item
    from auditor.readings import Declared

#: Characters around a quote in which its sentence is looked for.
_REACH = 300
_HEEDS = re.compile(
    r"honou?r|respect|recogni[sz]|respond|comply|complies|process|treat|appl(?:y|ies)|support|detect|accept|observe|opt"
    r"|beacht|erkenn|anerkenn|eerbiedig|herken|reconna|reconoc|riconosc|uznaj",
    re.IGNORECASE,
)
_IGNORES = re.compile(
    r"\b(?:not|n't|no|cannot|unable|neither|never|niet|geen|nicht|kein\w*|ne|pas|non|sin|nie)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
_MECHANISM = "global_privacy_control"
_BEFORE = Phase.BEFORE_CHOICE


def applies(case: Evidence) -> bool:
    """Whether the law of one of the vendor's places, or its own policy, gives the signal a meaning."""
    return _under_us_law(case) or any(_promise(site) is not None for site in case.sites)


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One match per targeting service or item that the signal did not stop."""
    return tuple(answer for site in case.sites for answer in _answers(site, under_us_law=_under_us_law(case)))


def _answers(site: SiteEvidence, *, under_us_law: bool) -> tuple[Match | Doubt, ...]:
    promise = _promise(site)
    with_signal, without = site.played(Scenario.GPC), site.played(Scenario.NO_CHOICE)
    if promise is None and not under_us_law:
        return ()
    if with_signal and not _told(with_signal):
        return (Doubt(site=site.url, subject=None, reason="the signal did not reach the site's pages"),)
    mine = _targeting(site, with_signal)
    usual = _targeting(site, without)
    return tuple(_match(subject, *seen, site, promise) for subject, seen in mine.items() if subject in usual)


def _told(visits: tuple[Visit, ...]) -> bool:
    """Whether the signal reached the pages."""
    return any(not visit.coverage.collectors.get("gpc", "ok").startswith("failed") for visit in visits)


def _targeting(site: SiteEvidence, visits: tuple[Visit, ...]) -> dict[str, tuple[list[Item], list[Call]]]:
    """What targets in some visits before any choice, by service, or by item where no service is known."""
    found: dict[str, tuple[list[Item], list[Call]]] = {}
    for item in site.items:
        seen = any(one.phase is _BEFORE and any(one.visit is visit for visit in visits) for one in item.sightings)
        if seen and item.non_essential and item.category is Category.TARGETING and not item.own:
            subject = f"service:{item.service}" if item.service else item.subject
            found.setdefault(subject, ([], []))[0].append(item)
    for service in site.services:
        calls = [call for call in service.calls if call.category is Category.TARGETING]
        calls = [c for c in calls if c.request.phase is _BEFORE and any(c.visit is visit for visit in visits)]
        if calls:
            found.setdefault(service.subject, ([], []))[1].extend(calls)
    return found


def _promise(site: SiteEvidence) -> Declared[ConsentMechanism] | None:
    """Where the policy says that the signal is honoured."""
    return next((one for one in site.declared.consent if one.record.mechanism == _MECHANISM and _kept(one)), None)


def _kept(declared: Declared[ConsentMechanism]) -> bool:
    """Whether the sentence that names the signal says that it is heeded, and not that it is unknown or ignored."""
    return any(
        _HEEDS.search(sentence) is not None and _IGNORES.search(sentence) is None
        for quote in declared.quotes()
        for sentence in [_sentence(declared, quote)]
    )


def _sentence(declared: Declared[ConsentMechanism], quote: Quote) -> str:
    """The sentence around a quote; the quote itself where the document's text is not at hand."""
    text = declared.reading.declaration.text if declared.reading and declared.reading.declaration else ""
    if text[quote.start : quote.end] != quote.quote:
        return quote.quote
    before, after = text[max(0, quote.start - _REACH) : quote.start], text[quote.end : quote.end + _REACH]
    return re.split(r"[.!?]\s|\n\s*\n", before)[-1] + quote.quote + re.split(r"[.!?](?:\s|$)|\n\s*\n", after)[0]


def _under_us_law(case: Evidence) -> bool:
    places = (place.casefold() for place in case.vendor.jurisdictions)
    return any(place == "us" or place.startswith("us-") for place in places)


def _match(
    subject: str, items: list[Item], calls: list[Call], site: SiteEvidence, promise: Declared[ConsentMechanism] | None
) -> Match:
    seen = [*([listing(map(what, items))] if items else []), *([calls_in_words(calls)] if calls else [])]
    service = next((s for s in site.services if s.subject == subject), None)
    name = title_of(service) if service is not None else named(items[0])
    return Match(
        subject=subject,
        fact=(
            f"{name}: {'; '.join(seen)} with the Global Privacy Control signal as without it"
            f"{', which the policy says is honoured' if promise else ''}."
        ),
        site=site.url,
        phase=_BEFORE,
        severity=Severity.HIGH if promise else Severity.MEDIUM,
        category_observed=Category.TARGETING,
        service=service.name if service is not None else items[0].service,
        declaration=promise.quoted() if promise else None,
        evidence=call_refs(calls) or item_refs(items[0].seen_in(_BEFORE)),
        confidence=0.9,
    )


_PIXEL = "https://www.facebook.com/tr/?id=1&ev=PageView"

RULE = Rule(
    id="gpc_ignored",
    version=1,
    title="Targeting in spite of Global Privacy Control",
    severity=Severity.HIGH,
    legal_basis=("CCPA regulations § 7025",),
    needs=frozenset({Scenario.GPC, Scenario.NO_CHOICE}),
    collectors=frozenset({"requests", "cookies"}),
    applies=applies,
    check=check,
    fires_on=Example(
        text="The Meta Pixel is called with the signal as without it, and the policy says that the signal is honoured.",
        evidence=lambda knowledge: evidence(
            [visit(Scenario.NO_CHOICE, request(_PIXEL)), visit(Scenario.GPC, request(_PIXEL))],
            policy(consent=(mechanism("We honour Global Privacy Control", mechanism=_MECHANISM),)),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="For a vendor in the United States, the Meta Pixel is called without the signal and stays away with it.",
        evidence=lambda knowledge: evidence(
            [visit(Scenario.NO_CHOICE, request(_PIXEL)), visit(Scenario.GPC)],
            knowledge=knowledge,
            of=vendor(jurisdictions=("us",)),
        ),
    ),
)

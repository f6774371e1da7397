"""An identifier of one company that is handed to another.

Two companies that know a visitor under different names can merge what they know by passing one's identifier to the
other. The rule fires for an item of a known service or of a third party whose value, of eight characters or more and
shaped like a unique identifier, was seen in a request to a host of another owner, as it is or encoded or hashed. It is
high before any choice and after a proven refusal or withdrawal, else told for information.

Silent: hosts of the same owner, of the same brand or the service's name, and of the vendor itself; the site's own
items of no known service, which are no company's to merge; values that are no identifiers, or that were the same in
two fresh visits. Undecided: where neither owner is known, since both hosts may well be one company's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.domains import registrable_domain
from auditor.evidence import REFUSALS
from auditor.examples import cookie, evidence, request, shared, visit
from auditor.model import EvidenceRef, Match, Party, Phase, Scenario, Severity
from auditor.observed import subject_of_shared
from auditor.rule import Doubt, Example, Rule
from auditor.rules._wording import WHEN, clip, item_refs, listing, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import SharedIdentifier, Visit
    from auditor.observed import Item

_SHORTEST = 8
_BRAND = 4
"""Shorter first labels of domains say nothing about whose they are (``sc``, ``cdn``)."""

Handed = tuple["Visit", "SharedIdentifier"]


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per item and phase; once for information where consent was given."""
    return tuple(answer for site in case.sites for answer in _of_site(site))


def _of_site(site: SiteEvidence) -> Iterator[Match | Doubt]:
    items = {item.subject: item for item in site.items if _is_somebodys(item)}
    handed: dict[str, list[Handed]] = {}
    for played in site.good:
        for one in played.shared_identifiers:
            if subject_of_shared(one) in items:
                handed.setdefault(subject_of_shared(one), []).append((played, one))
    for subject in sorted(handed):
        yield from _answers(items[subject], handed[subject], site)


def _is_somebodys(item: Item) -> bool:
    """Whether an item holds a visitor's identifier for a company other than the vendor.

    What is handed over was found identifying while its value was known; here it only must differ between visits.
    """
    long = any(one.record.value.length >= _SHORTEST for one in item.sightings)
    return (
        long
        and not item.configuration
        and not item.own
        and not item.essential
        and (item.service is not None or item.party is Party.THIRD)
    )


def _answers(item: Item, handed: list[Handed], site: SiteEvidence) -> Iterator[Match | Doubt]:
    verdicts = [(one, _other_owner(item, one[1].host, site)) for one in handed]
    sure = [one for one, verdict in verdicts if verdict]
    if not sure and any(verdict is None for _, verdict in verdicts):
        hosts = listing(clip(one[1].host) for one, verdict in verdicts if verdict is None)
        reason = f"its identifier was sent to {hosts}; who owns either is not known"
        yield Doubt(site=site.url, subject=item.subject, reason=reason)
    grave = {
        phase: found
        for phase in (Phase.BEFORE_CHOICE, *(phase for phase, _ in REFUSALS))
        if (found := [one for one in sure if one[1].phase is phase and _counts(one, site)])
    }
    for phase, found in grave.items():
        yield _match(item, found, site, phase)
    if sure and not grave:
        yield _match(item, sure, site, None)


def _counts(one: Handed, site: SiteEvidence) -> bool:
    """Whether the phase of a sighting is certain: a refusal or withdrawal has to be proven."""
    played, seen = one
    scenario = dict(REFUSALS).get(seen.phase)
    return scenario is None or played in site.proven(scenario)


def _other_owner(item: Item, host: str, site: SiteEvidence) -> bool | None:
    """Whether a host belongs to another than an item's owner; None where neither owner is known."""
    knowledge, own = site.declared.knowledge, site.declared.own
    known = knowledge.url(f"https://{host}/", site=site.url).entity
    place = item.domain if item.kind == "cookie" else item.domain.partition("://")[2]
    third = item.party is Party.THIRD
    domain = registrable_domain(place.partition(":")[0]) if third else None
    if registrable_domain(host) in own or known in site.own_entities or _same_brand(domain, host):
        return False
    owner = item.classification.entity or item.service
    if owner is None and known is None:
        return None
    if known is None and _bears_name(item.service, host):
        return False
    return owner != known


def _same_brand(domain: str | None, host: str) -> bool:
    """Whether two domains bear one name: ``hotjar.com`` and ``hotjar.io``, ``widget.com`` and ``widgetcdn.com``."""
    if domain is None:
        return False
    one, other = domain.partition(".")[0], registrable_domain(host).partition(".")[0]
    if registrable_domain(host) == domain:
        return True
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _BRAND and longer.startswith(shorter)


def _bears_name(service: str | None, host: str) -> bool:
    """Whether a host that nobody knows bears the name of a service: ``shopifysvc.com``, ``frog.wix.com``."""
    name, label = (service or "").lower().partition(" ")[0], registrable_domain(host).partition(".")[0]
    return bool(name) and (label == name or (len(name) > _BRAND and any(p.startswith(name) for p in label.split("-"))))


def _match(item: Item, found: Sequence[Handed], site: SiteEvidence, phase: Phase | None) -> Match:
    first_visit, first = found[0]
    hosts = listing(clip(one.host) for _, one in found)
    how = listing(sorted({one.spelling.value.replace("_", " ") for _, one in found}))
    when = WHEN[phase] if phase is not None else f"{WHEN[first.phase]} (scenario {first_visit.scenario})"
    sent = [
        EvidenceRef(kind="request", visit=played.id, url=one.url, at_ms=one.at_ms, initiator=one.initiator)
        for played, one in found[:3]
    ]
    return Match(
        subject=item.subject,
        fact=f"The identifier of {named(item)} was sent to {hosts} ({how}), {when}.",
        site=site.url,
        phase=phase,
        severity=Severity.INFO if phase is None else Severity.HIGH,
        category_observed=item.category,
        service=item.service,
        evidence=(*sent, *item_refs(item.sightings[:1])),
        confidence=0.85 if item.classification.entity and any(one.whole for _, one in found) else 0.7,
    )


_VALUE = "4f1c2b7a9d3e48f0a6b5c7d8e9f01234"

RULE = Rule(
    id="cookie_sync",
    version=2,
    title="Identifier handed to another company",
    severity=Severity.HIGH,
    legal_basis=("Article 29 Working Party, Opinion 04/2012",),
    needs=frozenset({Scenario.NO_CHOICE}),
    collectors=frozenset({"cookies", "requests"}),
    check=check,
    fires_on=Example(
        text="The identifier in AdRoll's cookie __adroll is sent to a host of Xandr before any choice.",
        evidence=lambda knowledge: evidence(
            [
                visit(
                    Scenario.NO_CHOICE,
                    cookie("__adroll", "d.adroll.com", value=_VALUE),
                    request("https://ib.adnxs.com/setuid"),
                    shared("__adroll", "d.adroll.com", "https://ib.adnxs.com/setuid"),
                )
            ],
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="Google Analytics' client number is sent to Google's own google-analytics.com.",
        evidence=lambda knowledge: evidence(
            [
                visit(
                    Scenario.NO_CHOICE,
                    cookie("_ga"),
                    shared("_ga", "vendor.example", "https://www.google-analytics.com/g/collect", whole=False),
                )
            ],
            knowledge=knowledge,
        ),
    ),
)

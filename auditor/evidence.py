"""Evidence: everything known about one vendor in one run, arranged so that rules read like sentences.

The only argument of a rule. Observations stand beside their classification, sites beside the policies that are bound
to them. Only visits that ended ``ok`` contribute observations: a block page's cookies are not the vendor's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.binding import declarations_for
from auditor.domains import host_of, registrable_domain
from auditor.model import ChoiceOutcome, Cookie, Outcome, Party, Phase, Scenario, SetBy, Site
from auditor.observed import (
    Call,
    Item,
    Service,
    Sighting,
    asked_seconds,
    exists,
    identity_of,
    is_write,
    services_of,
    subject_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.declared import Declarations
    from auditor.model import Classification, Request, StorageItem, Vendor, Visit
    from auditor.observed import Knowledge
    from auditor.readings import PolicyReading

#: The phases that come before each phase in a visit.
_EARLIER = {
    Phase.BEFORE_CHOICE: frozenset[Phase](),
    Phase.AFTER_ACCEPT: frozenset({Phase.BEFORE_CHOICE}),
    Phase.AFTER_REJECT: frozenset({Phase.BEFORE_CHOICE}),
    Phase.AFTER_WITHDRAWAL: frozenset({Phase.BEFORE_CHOICE, Phase.AFTER_ACCEPT}),
}
#: Which phases follow a refusal, and the scenario that plays it.
REFUSALS = ((Phase.AFTER_REJECT, Scenario.REJECT_ALL), (Phase.AFTER_WITHDRAWAL, Scenario.WITHDRAW))


@dataclass(frozen=True, slots=True)
class SiteEvidence:
    """One site of the vendor. ``visits`` are all, ``good`` those that ended ``ok``; the rest comes from the good."""

    site: Site
    visits: tuple[Visit, ...]
    good: tuple[Visit, ...]
    items: tuple[Item, ...]
    calls: tuple[Call, ...]
    services: tuple[Service, ...]
    declared: Declarations
    own_entities: frozenset[str] = frozenset()

    @property
    def url(self) -> str:
        """The configured URL: the site's identity."""
        return self.site.url

    def played(self, scenario: Scenario) -> tuple[Visit, ...]:
        """The good visits that played a scenario."""
        return tuple(visit for visit in self.good if visit.scenario is scenario)

    def proven(self, scenario: Scenario) -> tuple[Visit, ...]:
        """The good visits of a scenario whose choice was made and proven."""
        return tuple(visit for visit in self.played(scenario) if is_proven(visit))

    @property
    def non_essential(self) -> tuple[Item, ...]:
        """Items that are known not to be essential, and could not be declared so in good faith."""
        return tuple(item for item in self.items if item.non_essential and not item.defensibly_essential)

    @property
    def uses_more_than_necessary(self) -> bool:
        """Whether a tracker or a non-essential item was observed in any phase."""
        return bool(self.services or self.non_essential)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All of one vendor's run. ``readings`` are its policy documents, each with what became of it."""

    vendor: Vendor
    sites: tuple[SiteEvidence, ...]
    readings: tuple[PolicyReading, ...]

    @property
    def unread_policies(self) -> tuple[str, ...]:
        """Why some policies could not be judged; empty where all were read or certainly do not exist."""
        if not self.readings:
            return ("no policy was looked for in this run",)
        return tuple(reading.unread for reading in self.readings if reading.unread is not None)

    @property
    def opt_out_only(self) -> bool:
        """Whether only opt-out law applies: every configured jurisdiction is one."""
        places = {place.casefold() for place in self.vendor.jurisdictions}
        return bool(places) and all(place == "us" or place.startswith("us-") for place in places)


def is_proven(visit: Visit) -> bool:
    """Whether the visit's choice was made, as a visitor can make it, and an independent sign proved it."""
    return visit.choice.outcome is ChoiceOutcome.DONE and visit.choice.proven and not is_by_program(visit)


def is_by_program(visit: Visit) -> bool:
    """Whether the choice was made through a consent tool's function, which no visitor can call."""
    return visit.choice.outcome is ChoiceOutcome.DONE and (visit.choice.method or "").startswith("api:")


def is_opt_out(visit: Visit) -> bool:
    """Whether what was pressed for a refusal only opts out of the sale and sharing of data."""
    return "opt_out" in (visit.choice.method or "").split(":")


def gather(
    vendor: Vendor, visits: Sequence[Visit], readings: Sequence[PolicyReading], knowledge: Knowledge
) -> Evidence:
    """The evidence of one vendor; the order of visits and documents does not matter.

    Args:
        vendor: the audited company with its sites.
        visits: its visits in one run; of sites that are no longer configured too.
        readings: its policy documents.
        knowledge: classifies what was observed.
    """
    ordered = sorted(visits, key=_visit_order)
    documents = tuple(sorted(readings, key=_reading_order))
    configured = {site.url for site in vendor.sites}
    former = sorted({visit.site for visit in ordered} - configured)
    sites = (*vendor.sites, *(Site(url=url) for url in former))
    own = _own_domains(sites)
    entities = frozenset(filter(None, (knowledge.url(site.url).entity for site in sites)))
    gathering = _Gathering(documents, knowledge, own, entities)
    return Evidence(
        vendor=vendor,
        sites=tuple(gathering.site(site, [visit for visit in ordered if visit.site == site.url]) for site in sites),
        readings=documents,
    )


@dataclass(frozen=True, slots=True)
class _Gathering:
    """What the arranging of every site shares."""

    readings: tuple[PolicyReading, ...]
    knowledge: Knowledge
    own_domains: frozenset[str]
    own_entities: frozenset[str]

    def site(self, site: Site, visits: list[Visit]) -> SiteEvidence:
        good = tuple(visit for visit in visits if visit.outcome is Outcome.OK)
        items = self._items(site, good)
        calls = tuple(
            self._call(visit, request)
            for visit in good
            for request in sorted(visit.requests, key=lambda request: (request.at_ms, request.url))
        )
        return SiteEvidence(
            site=site,
            visits=tuple(visits),
            good=good,
            items=items,
            calls=calls,
            services=services_of(items, calls),
            declared=declarations_for(site, self.readings, good, self.knowledge, self.own_domains),
            own_entities=self.own_entities,
        )

    def _items(self, site: Site, visits: tuple[Visit, ...]) -> tuple[Item, ...]:
        seen: defaultdict[str, list[Sighting]] = defaultdict(list)
        for visit in visits:
            for cookie in sorted(visit.cookies, key=lambda cookie: cookie.at_ms):
                if exists(cookie):
                    seen[subject_of(cookie)].append(Sighting(visit, cookie, written=is_write(cookie)))
            before = {phase: _stored_in(visit, earlier) for phase, earlier in _EARLIER.items()}
            for entry in sorted(visit.storage, key=lambda entry: _in_time(entry.at_ms)):
                new = (subject_of(entry), entry.value.hash) not in before[entry.phase]
                seen[subject_of(entry)].append(
                    Sighting(visit, entry, written=new or entry.phase is Phase.BEFORE_CHOICE)
                )
        return tuple(self._item(site, subject, tuple(seen[subject])) for subject in sorted(seen))

    def _item(self, site: Site, subject: str, sightings: tuple[Sighting, ...]) -> Item:
        record = sightings[0].record
        kind, name, domain = identity_of(record)
        classification = self._classify(record, sightings)
        return Item(
            subject=subject,
            site=site.url,
            kind=kind,
            name=name,
            domain=domain,
            party=record.party,
            classification=classification,
            sightings=sightings,
            own=classification.entity in self.own_entities,
        )

    def _classify(self, record: Cookie | StorageItem, sightings: tuple[Sighting, ...]) -> Classification:
        page = sightings[0].visit.final_url or sightings[0].visit.site
        if not isinstance(record, Cookie):
            return self.knowledge.cookie(record.key, record.origin, site=page, kind=str(record.kind))
        lives = [asked_seconds(s.record) for s in sightings if isinstance(s.record, Cookie)]
        return self.knowledge.cookie(
            record.name,
            record.domain,
            site=page,
            lifetime_seconds=max((life for life in lives if life is not None), default=None),
            http_only=record.http_only,
            set_by=record.initiator if record.set_by is SetBy.HTTP and record.party is Party.THIRD else None,
        )

    def _call(self, visit: Visit, request: Request) -> Call:
        page = visit.final_url or visit.site
        chain = next((alias.chain for alias in visit.aliases if alias.host == request.host), ())
        known = self.knowledge.url(request.url, site=page, resource_type=request.resource_type, aliases=chain)
        # The site's own hosts are known by their DNS alias, or by an address that tells on any host, only.
        relayed = request.party is Party.FIRST and known.service is not None
        own_host = registrable_domain(request.host) in self.own_domains and not relayed
        return Call(visit, request, known, own=own_host or known.entity in self.own_entities, relayed=relayed)


def _stored_in(visit: Visit, phases: frozenset[Phase]) -> frozenset[tuple[str, str]]:
    """The storage entries, with their values' hashes, that were there in some phases.

    The record of storage is a picture of each phase: an entry was written in a later phase when it was not there
    before, or held another value.
    """
    return frozenset((subject_of(entry), entry.value.hash) for entry in visit.storage if entry.phase in phases)


def _own_domains(sites: Iterable[Site]) -> frozenset[str]:
    hosts = (host_of(site.url) for site in sites)
    return frozenset(registrable_domain(host) for host in hosts if host)


def _visit_order(visit: Visit) -> tuple[str, int, int, int, str]:
    scenario = tuple(Scenario).index(visit.scenario)
    return visit.site, scenario, visit.attempt, visit.id or 0, visit.started_at.isoformat()


def _in_time(at_ms: int | None) -> tuple[bool, int]:
    """Sorts by the moment within a visit; what has no known moment comes last."""
    return at_ms is None, at_ms or 0


def _reading_order(reading: PolicyReading) -> tuple[str, str, str]:
    document = reading.document
    return document.source or "", document.url or "", document.sha256 or ""

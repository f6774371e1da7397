"""Observations beside what they are: items, calls, and the services that they belong to.

An *item* is a cookie or a storage entry of one site with every sighting of it in the good visits; a *call* is one
request; a *service* gathers the items and calls of one third party. Facts stay in the records of ``auditor.model``,
judgement in their ``Classification``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from auditor.identifiers import unique_values
from auditor.model import TRACKING, Category, Cookie, CookieEvent, Party, Phase, Scenario, StorageItem

if TYPE_CHECKING:
    from auditor.model import Classification, Request, SharedIdentifier, Value, Visit

#: From least to most intrusive; a category that is not listed says nothing about intrusion.
INTENSITY = (Category.STRICTLY_NECESSARY, Category.FUNCTIONAL, Category.PERFORMANCE, Category.TARGETING)

#: Roles of hosts that carry others or render content; loading them alone is not tracking (RULES.md, vocabulary).
CARRIERS = frozenset({"tag_manager", "cdn", "font", "video", "embed", "consent", "security", "payment"})

#: Last knowledge layer whose answer is a fact about the item or its host; later ones are inferred (KNOWLEDGE.md).
LAST_HARD_LAYER = 4
#: Last layer that knows the item itself and not only the owner of its host.
LAST_ITEM_LAYER = 3

#: Why Chromium blocks a cookie that would have been stored if third-party cookies were allowed. Every other reason
#: (``SameSiteNoneInsecure``, ``InvalidDomain``, ``SecureOnly`` ...) is a fault of the cookie: it was never set
#: anywhere (CDP, Network.SetCookieBlockedReason).
THIRD_PARTY_BLOCKING = frozenset({"userpreferences", "thirdpartyphaseout", "thirdpartyblockedinfirstpartyset"})


class Knowledge(Protocol):
    """The part of ``auditor.classify.Classifier`` that judging needs."""

    def __hash__(self) -> int:
        """Answers are constants, so they may be remembered."""

    def cookie(
        self,
        name: str,
        domain: str | None = None,
        *,
        site: str | None = None,
        kind: str = "cookie",
        lifetime_seconds: int | None = None,
        http_only: bool | None = None,
        set_by: str | None = None,
    ) -> Classification:
        """What a cookie or storage entry is."""

    def url(
        self, url: str, *, site: str | None = None, resource_type: str | None = None, aliases: tuple[str, ...] = ()
    ) -> Classification:
        """What a request is for."""

    def service_owner(self, name: str) -> str | None:
        """The entity that owns a service."""

    def aliases(self, service: str) -> frozenset[str]:
        """All names under which a policy may name a service."""

    def names_in(self, text: str) -> frozenset[str]:
        """The services that a text names."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """An item in one phase of one visit. ``written``: set or set anew in it, rather than merely still there."""

    visit: Visit
    record: Cookie | StorageItem
    written: bool

    @property
    def phase(self) -> Phase:
        """The phase of the sighting."""
        return self.record.phase


@dataclass(frozen=True, slots=True)
class Item:
    """A cookie or storage entry of one site.

    ``kind`` is ``cookie``, ``local``, ``session``, ``indexeddb`` or ``cache``; ``domain`` the cookie's domain or the
    storage's origin; ``own``: its service belongs to the vendor itself.
    """

    subject: str
    site: str
    kind: str
    name: str
    domain: str
    party: Party
    classification: Classification
    sightings: tuple[Sighting, ...]
    own: bool = False

    @property
    def category(self) -> Category | None:
        """The known category; None where it is unknown, unclassified or only inferred."""
        return known_category(self.classification)

    @property
    def essential(self) -> bool:
        """Strictly necessary, or exempt as consent record, load balancing, CSRF, fraud or bot protection."""
        return self.classification.exempt or self.category is Category.STRICTLY_NECESSARY

    @property
    def non_essential(self) -> bool:
        """Known to serve another purpose; unknown items are neither essential nor non-essential."""
        return self.category is not None and not self.essential

    @property
    def tracking(self) -> bool:
        """Non-essential and for measuring or targeting."""
        return self.non_essential and self.category in TRACKING

    @property
    def defensibly_essential(self) -> bool:
        """Non-essential as far as known, yet commonly and defensibly declared as strictly necessary."""
        return self.non_essential and Category.STRICTLY_NECESSARY in self.classification.also_declared_as

    @property
    def item_known(self) -> bool:
        """Whether the item itself is known, and not only the owner of its host."""
        return self.classification.layer <= LAST_ITEM_LAYER

    @property
    def service(self) -> str | None:
        """Name of the service behind it."""
        return self.classification.service

    @property
    def identifier(self) -> bool:
        """Whether a value looked like a unique identifier, and no other visit saw the same one (second opinion)."""
        return bool(unique_values(self._values_by_visit()))

    @property
    def configuration(self) -> bool:
        """Whether independent visits saw the same values: what is the same for every visitor tells none apart."""
        seen = [frozenset(value.hash for value in values) for values in self._values_by_visit()]
        return len(seen) > 1 and not frozenset.union(*seen) - frozenset.intersection(*seen)

    def _values_by_visit(self) -> list[list[Value]]:
        values: dict[int, list[Value]] = {}
        for sighting in self.sightings:
            values.setdefault(id(sighting.visit), []).append(sighting.record.value)
        return list(values.values())

    def lifetime_seconds(self) -> int | None:
        """The longest lifetime that was asked for, in seconds; as stored where the asking was not seen.

        None: a session cookie, or storage, which has no lifetime.
        """
        return max((life for life in map(_lifetime, self.sightings) if life is not None), default=None)

    def seen_in(self, phase: Phase) -> tuple[Sighting, ...]:
        """Its sightings in one phase."""
        return tuple(sighting for sighting in self.sightings if sighting.phase is phase)

    def written_in(self, phase: Phase, visits: tuple[Visit, ...]) -> tuple[Sighting, ...]:
        """Its sightings in one phase of the given visits in which it was set or set anew."""
        return tuple(s for s in self.seen_in(phase) if s.written and any(s.visit is visit for visit in visits))

    def places(self) -> tuple[tuple[Scenario, Phase], ...]:
        """The (scenario, phase) pairs in which it was seen, in a fixed order."""
        seen = {(s.visit.scenario, s.phase) for s in self.sightings}
        return tuple((scenario, phase) for scenario in Scenario for phase in Phase if (scenario, phase) in seen)


@dataclass(frozen=True, slots=True)
class Call:
    """One request beside what it is. ``own``: it went to the vendor or to a service of the vendor.

    ``relayed``: it went to a host of the site that is a third party's by its DNS alias, or that speaks a third party's
    protocol and hands on what it gets (server-side tagging).
    """

    visit: Visit
    request: Request
    classification: Classification
    own: bool = False
    relayed: bool = False

    @property
    def category(self) -> Category | None:
        """The known category of what was called; None where unknown or only inferred."""
        return known_category(self.classification)

    @property
    def tracker(self) -> bool:
        """Whether it went to a tracker: a third party that measures or targets, and no bare carrier of others."""
        third = self.request.party is Party.THIRD or self.relayed
        return third and not self.own and is_tracker(self.classification)


@dataclass(frozen=True, slots=True)
class Service:
    """A tracking third party on one site: its tracking items and its calls, of which at least one exists.

    ``name`` is None where only the host is known; then ``subject`` is ``host:HOST``, else ``service:NAME``.
    """

    subject: str
    name: str | None
    entity: str | None
    items: tuple[Item, ...]
    calls: tuple[Call, ...]

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts that were called, and domains of its third-party cookies."""
        cookies = {item.domain for item in self.items if item.kind == "cookie" and item.party is Party.THIRD}
        return frozenset(cookies | {call.request.host for call in self.calls})

    @property
    def category(self) -> Category:
        """The most intrusive category of its items and calls."""
        return max(self.categories, key=INTENSITY.index)

    @property
    def categories(self) -> frozenset[Category]:
        """The known categories of its items and calls."""
        seen: tuple[Item | Call, ...] = (*self.items, *self.calls)
        return frozenset(one.category for one in seen if one.category is not None)

    @property
    def defensible(self) -> frozenset[Category]:
        """Every category under which all of it, or part of it, may be declared in good faith."""
        seen: tuple[Item | Call, ...] = (*self.items, *self.calls)
        return self.categories.union(*(one.classification.also_declared_as for one in seen))


def services_of(items: tuple[Item, ...], calls: tuple[Call, ...]) -> tuple[Service, ...]:
    """The tracking third parties behind items and calls, sorted by subject; services of the vendor itself are none."""
    found: dict[str, tuple[list[Item], list[Call]]] = {}
    for item in items:
        if item.tracking and item.service is not None and not item.own:
            found.setdefault(f"service:{item.service}", ([], []))[0].append(item)
    for call in calls:
        if call.tracker:
            found.setdefault(subject_of_call(call), ([], []))[1].append(call)
    return tuple(_service(subject, *found[subject]) for subject in sorted(found))


def subject_of_call(call: Call) -> str:
    """The key under which findings name what was called: ``service:NAME``, or ``host:HOST`` without a known service."""
    name = call.classification.service
    return f"host:{call.request.host}" if name is None else f"service:{name}"


def _service(subject: str, items: list[Item], calls: list[Call]) -> Service:
    seen: tuple[Item | Call, ...] = (*items, *calls)
    known = [one.classification for one in seen]
    return Service(
        subject=subject,
        name=known[0].service,
        entity=next((one.entity for one in known if one.entity is not None), None),
        items=tuple(items),
        calls=tuple(calls),
    )


def is_tracker(classification: Classification) -> bool:
    """Whether what was classified measures or targets, and is no bare carrier of others."""
    known = known_category(classification) in TRACKING and not classification.exempt
    return known and classification.role not in CARRIERS


def known_category(classification: Classification) -> Category | None:
    """The category where it is known as a fact, None where unknown, unclassified or inferred."""
    known = classification.layer <= LAST_HARD_LAYER and classification.category in INTENSITY
    return classification.category if known else None


def exists(cookie: Cookie) -> bool:
    """Whether a cookie's event shows that the cookie was there.

    A deletion does not, nor a write that expires at once, nor a write that the browser refused for the cookie's own
    faults. A write that was refused only because third-party cookies are blocked counts as observed (CONTRACT.md).
    """
    if cookie.event is CookieEvent.BLOCKED:
        reasons = {reason.casefold() for reason in cookie.blocked_reasons}
        return bool(reasons) and reasons <= THIRD_PARTY_BLOCKING and not _expires_at_once(cookie)
    if cookie.event is CookieEvent.PRESENT:
        return True
    return cookie.event is not CookieEvent.DELETED and not _expires_at_once(cookie)


def is_write(cookie: Cookie) -> bool:
    """Whether an existing cookie's event is a write: a first one or a rewriting."""
    return cookie.event is not CookieEvent.PRESENT


def subject_of(record: Cookie | StorageItem) -> str:
    """The key under which findings name an item: ``cookie:NAME@DOMAIN`` or ``storage:KIND:KEY@ORIGIN``."""
    kind, name, place = identity_of(record)
    return f"cookie:{name}@{place}" if kind == "cookie" else f"storage:{kind}:{name}@{place}"


def subject_of_shared(one: SharedIdentifier) -> str:
    """The key of the item whose identifier was seen in a request to somebody else."""
    if one.item_kind == "cookie":
        return f"cookie:{one.item_name}@{one.item_place}"
    return f"storage:{one.item_kind}:{one.item_name}@{one.item_place}"


def identity_of(record: Cookie | StorageItem) -> tuple[str, str, str]:
    """Kind, name and place (a cookie's domain, a storage entry's origin) of an item."""
    if isinstance(record, Cookie):
        return "cookie", record.name, record.domain
    return str(record.kind), record.key, record.origin


def asked_seconds(cookie: Cookie) -> int | None:
    """The lifetime that a cookie asked for, in seconds; as stored where the asking was not seen; None: session."""
    if cookie.declared_lifetime_seconds is not None:
        return cookie.declared_lifetime_seconds
    return cookie.lifetime_seconds


def _expires_at_once(cookie: Cookie) -> bool:
    lifetime = asked_seconds(cookie)
    return lifetime is not None and lifetime <= 0


def _lifetime(sighting: Sighting) -> int | None:
    return asked_seconds(sighting.record) if isinstance(sighting.record, Cookie) else None

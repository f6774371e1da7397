"""How facts are worded and evidence is pointed at, alike in every rule.

Facts are sentences in the past tense about what was measured. Names that a site chose are bounded and free of control
characters here; escaping is the business of whoever shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Category, Cookie, CookieEvent, EvidenceRef, Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.model import Visit
    from auditor.observed import Call, Item, Service, Sighting
    from auditor.readings import PolicyReading

DAY = 86_400
HOUR = 3_600
_MAX_NAME = 80
_MAX_URL = 200
_SHOWN = 3

WHEN = {
    Phase.BEFORE_CHOICE: "before any choice",
    Phase.AFTER_ACCEPT: "after consent was given",
    Phase.AFTER_REJECT: "after a proven refusal",
    Phase.AFTER_WITHDRAWAL: "after a proven withdrawal",
}


def clip(text: str, limit: int = _MAX_NAME) -> str:
    """A site's text as part of a sentence: printable, on one line, at most ``limit`` characters."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[: limit + 1])
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}…"


def words(category: Category | None) -> str:
    """A category in words."""
    return category.value.replace("_", " ") if category is not None else "unknown"


def listing(names: Iterable[str], shown: int = _SHOWN) -> str:
    """``a, b and 2 more``: the first names of a list."""
    every = list(dict.fromkeys(names))
    if len(every) > shown:
        return f"{', '.join(every[:shown])} and {len(every) - shown} more"
    return " and ".join(filter(None, [", ".join(every[:-1]), *every[-1:]]))


def named(item: Item) -> str:
    """An item with its category and service: ``_ga (performance, Google Analytics)``."""
    known = ", ".join(filter(None, (words(item.category), item.service)))
    return f"{what(item)} ({known})"


def what(item: Item) -> str:
    """An item's name, with what it is when it is no cookie."""
    kinds = {"local": "localStorage ", "session": "sessionStorage ", "indexeddb": "IndexedDB ", "cache": "cache "}
    return f"{kinds.get(item.kind, '')}{clip(item.name)}"


def lifetime(seconds: int | None) -> str:
    """A lifetime in the unit that reads best; None: until the browser is closed."""
    if seconds is None:
        return "the session"
    for unit, size in (("day", DAY), ("hour", HOUR), ("minute", 60)):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"


def appearance(sighting: Sighting) -> str:
    """How and when an item was seen: ``was set 412 ms into the visit (no_choice) by https://...``."""
    record, visit = sighting.record, sighting.visit
    when = f" {record.at_ms} ms into the visit" if record.at_ms is not None and sighting.written else ""
    by = f" by {clip(record.initiator, _MAX_URL)}" if record.initiator and sighting.written else ""
    return f"{_verb(sighting)}{when} (scenario {visit.scenario}){by}"


def _verb(sighting: Sighting) -> str:
    record = sighting.record
    if not isinstance(record, Cookie):
        seen_to_write = sighting.written and record.initiator
        return "was written to the browser's storage" if seen_to_write else "was in the browser's storage"
    if record.event is CookieEvent.BLOCKED:
        return "was sent to be set, and refused by the browser's own blocking of third-party cookies,"
    verbs = {CookieEvent.SET: "was set", CookieEvent.CHANGED: "was rewritten"}
    return verbs.get(record.event, "was in the browser")


def calls_in_words(calls: Sequence[Call]) -> str:
    """Requests by number, kind and host: ``3 requests (script, pixel) to www.google-analytics.com``."""
    kinds = sorted({str(call.request.beacon or call.request.resource_type) for call in calls})
    hosts = sorted({call.request.host for call in calls})
    count = f"{len(calls)} request{'s' if len(calls) != 1 else ''}"
    return f"{count} ({listing(map(clip, kinds))}) to {listing(map(clip, hosts))}"


def service_in_words(service: Service) -> str:
    """What was observed of a service: its items and its requests."""
    parts = []
    if service.items:
        parts.append(listing(what(item) for item in service.items))
    if service.calls:
        parts.append(calls_in_words(service.calls))
    return "; ".join(parts)


def title_of(service: Service) -> str:
    """A service's name, or the host where no name is known."""
    return service.name or clip(service.subject.removeprefix("host:"))


# ------------------------------------------------------------------------------------------- evidence


def item_refs(sightings: Sequence[Sighting]) -> tuple[EvidenceRef, ...]:
    """Where an item was seen: its first sightings, and the picture of that phase."""
    refs = [_item_ref(sighting) for sighting in sightings[:_SHOWN]]
    return (*refs, *_picture(sightings[0].visit, sightings[0].phase)) if sightings else ()


def call_refs(calls: Sequence[Call]) -> tuple[EvidenceRef, ...]:
    """Where requests were seen: the first ones, and the picture of that phase."""
    refs = [
        EvidenceRef(
            kind="request",
            visit=call.visit.id,
            url=call.request.url,
            at_ms=call.request.at_ms,
            initiator=call.request.initiator,
        )
        for call in calls[:_SHOWN]
    ]
    return (*refs, *_picture(calls[0].visit, calls[0].request.phase)) if calls else ()


def service_refs(service: Service) -> tuple[EvidenceRef, ...]:
    """Where a service was seen: each of its first items once, and its first requests."""
    items = [_item_ref(item.sightings[0]) for item in service.items[:_SHOWN]]
    return (*items, *call_refs(service.calls)) if service.calls else (*items, *_first_picture(service.items))


def visit_refs(visits: Iterable[Visit], kind: str = "visit") -> tuple[EvidenceRef, ...]:
    """The visits themselves, or the banners in them, with a picture of each."""
    return tuple(
        ref
        for visit in visits
        for ref in (
            EvidenceRef(kind=kind, visit=visit.id, url=visit.final_url),
            *_picture(visit, Phase.BEFORE_CHOICE),
        )
    )


def policy_ref(reading: PolicyReading) -> EvidenceRef:
    """A policy document."""
    document = reading.document
    return EvidenceRef(kind="policy", url=document.url or document.source, artifact_sha256=document.sha256)


def _item_ref(sighting: Sighting) -> EvidenceRef:
    record = sighting.record
    return EvidenceRef(
        kind="cookie" if isinstance(record, Cookie) else "storage",
        visit=sighting.visit.id,
        url=sighting.visit.final_url,
        at_ms=record.at_ms,
        initiator=record.initiator,
    )


def _first_picture(items: Sequence[Item]) -> tuple[EvidenceRef, ...]:
    return _picture(items[0].sightings[0].visit, items[0].sightings[0].phase) if items else ()


def _picture(visit: Visit, phase: Phase) -> tuple[EvidenceRef, ...]:
    return tuple(
        EvidenceRef(kind="screenshot", visit=visit.id, url=shot.page, artifact_sha256=shot.sha256)
        for shot in visit.screenshots
        if shot.phase is phase
    )[:1]

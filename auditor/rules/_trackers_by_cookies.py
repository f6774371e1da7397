"""Trackers that one source names and whose cookies another lists.

The policy's text and the consent tool often speak of the same thing in two ways: the tool lists services where the
policy lists their cookies, or the other way round. Only services that do nothing but measure or advertise are told, and
only cookies known to be for that: other services have cookies of several purposes. A source that lists cookies of the
service itself is compared by these.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from auditor.consent_words import tracker_category
from auditor.matching import hosts_in, is_company, service_names
from auditor.model import TRACKING, DeclaredCookie, DeclaredService
from auditor.services import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.declared import Declarations
    from auditor.observed import Knowledge
    from auditor.readings import Declared

Services: TypeAlias = "list[Declared[DeclaredService]]"
Cookies: TypeAlias = "list[Declared[DeclaredCookie]]"


def trackers_by_cookies(declared: Declarations) -> Iterator[tuple[Services, Cookies]]:
    """What one source declares of a tracker by its name, and the other by its cookies, each with a stated category."""
    listed: defaultdict[tuple[str, bool], Cookies] = defaultdict(list)
    for one in declared.cookies:
        tracker = _tracker(one.record, declared.knowledge)
        if tracker is not None:
            listed[tracker, one.cmp is None].append(one)
    for (tracker, by_policy), entries in listed.items():
        if (tracker, not by_policy) in listed:
            continue
        names = service_names(tracker, declared.knowledge)
        cookies = [one for one in entries if one.record.category_basis == "stated"]
        services = [
            one for one in declared.services if (one.cmp is None) is not by_policy and _called(one.record, names)
        ]
        if cookies and services:
            yield services, cookies


def _tracker(cookie: DeclaredCookie, knowledge: Knowledge) -> str | None:
    """The service of a declared cookie, where both are known to measure or advertise."""
    hosts = hosts_in(f"{cookie.host or ''} {cookie.provider or ''}")
    known = knowledge.cookie(cookie.name, hosts[0] if hosts else None)
    plain = known.category in TRACKING and known.service is not None and tracker_category(known.service) is not None
    return known.service if plain else None


def _called(service: DeclaredService, names: frozenset[str]) -> bool:
    """Whether a service is declared by one of the names, with a label; a company's name is that of several services."""
    said = {fold(name) for name in (service.name, *service.aliases)}
    return service.category_label is not None and not is_company(service.name) and bool(said & names)

"""Pairs of declarations that speak of the same thing and say different things of it.

Everything that could be a difference of things instead of words gets the benefit of the doubt: another host, another
provider, another scope, a cookie here and a storage entry there. A category that is inferred from a purpose was not
declared, and an ambiguous label agrees with each of its readings.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar

from auditor.domains import registrable_domain
from auditor.matching import hosts_in, is_company, owner_words, service_names
from auditor.model import DeclaredCookie, DeclaredService
from auditor.observed import INTENSITY
from auditor.rules._lifetimes import is_clamp, limit
from auditor.rules._trackers_by_cookies import trackers_by_cookies
from auditor.rules._wording import DAY, clip, lifetime, words
from auditor.services import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.declared import Declarations
    from auditor.model import Category
    from auditor.observed import Knowledge
    from auditor.readings import Declared

Thing = TypeVar("Thing", DeclaredCookie, DeclaredService)

_SAME = 0.1
"""Lifetimes that differ by a tenth are the same: months and years are counted in several ways."""
_MOST_ENTRIES = 40
"""Entries of one name that are compared pair by pair."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two declarations of one thing, and what each says."""

    name: str
    one: Declared[DeclaredCookie] | Declared[DeclaredService]
    other: Declared[DeclaredCookie] | Declared[DeclaredService]
    said: str
    said_too: str


def conflicts(declared: Declarations) -> Iterator[Conflict]:
    """Each cookie and each service that is declared in two ways, once; sorted by name."""
    cookies = _first_of_each(_cookies(declared.cookies, declared.knowledge))
    services = _first_of_each((*_services(declared.services), *_by_cookies(declared)))
    yield from (cookies[name] for name in sorted(cookies))
    yield from (services[name] for name in sorted(services) if name not in cookies)


def _first_of_each(found: Iterable[Conflict]) -> dict[str, Conflict]:
    first: dict[str, Conflict] = {}
    for conflict in found:
        first.setdefault(conflict.name, conflict)
    return first


def _cookies(declared: Iterable[Declared[DeclaredCookie]], knowledge: Knowledge) -> Iterator[Conflict]:
    by_name: defaultdict[tuple[str, str], list[Declared[DeclaredCookie]]] = defaultdict(list)
    for one in declared:
        by_name[one.record.match.pattern, one.record.storage].append(one)
    for entries in by_name.values():
        for one, other in combinations(entries[:_MOST_ENTRIES], 2):
            if _same_cookie(one.record, other.record, knowledge):
                yield from _differences(one.record.name, one, other)


def _same_cookie(one: DeclaredCookie, other: DeclaredCookie, knowledge: Knowledge) -> bool:
    hosts = [{registrable_domain(host) for host in hosts_in(record.host or "")} for record in (one, other)]
    if all(hosts) and hosts[0].isdisjoint(hosts[1]):
        return False
    if any(hosts) and not all(hosts) and not _means_one(one.match.pattern, *hosts[0], *hosts[1], knowledge=knowledge):
        return False
    return _same_scope(one, other) and _same_provider(one, other, knowledge)


def _means_one(name: str, *hosts: str, knowledge: Knowledge) -> bool:
    """Whether a name without a host can only be the cookie that it is on these: ``IDE``, but not ``lang``."""
    anywhere = knowledge.cookie(name).service
    return all(knowledge.cookie(name, host).service in {anywhere, None} for host in hosts)


def _same_scope(one: DeclaredCookie | DeclaredService, other: DeclaredCookie | DeclaredService) -> bool:
    return not one.scope_ids or not other.scope_ids or not set(one.scope_ids).isdisjoint(other.scope_ids)


def _same_provider(one: DeclaredCookie, other: DeclaredCookie, knowledge: Knowledge) -> bool:
    first, second = one.provider or one.service, other.provider or other.service
    return not first or not second or _same_name(first, second, knowledge)


def _same_name(first: str, second: str, knowledge: Knowledge) -> bool:
    names = service_names(first, knowledge)
    return fold(second) in names or owner_words(first) == owner_words(second)


def _services(declared: Iterable[Declared[DeclaredService]]) -> Iterator[Conflict]:
    """A company is no service: what it is declared for may be one of its services here and another there."""
    by_name: defaultdict[str, list[Declared[DeclaredService]]] = defaultdict(list)
    for one in declared:
        if one.record.category_label is not None and not is_company(one.record.name):
            by_name[fold(one.record.name)].append(one)
    for entries in by_name.values():
        for one, other in combinations(entries[:_MOST_ENTRIES], 2):
            if _same_scope(one.record, other.record):
                yield from _categories(one.record.name, one, other)


def _by_cookies(declared: Declarations) -> Iterator[Conflict]:
    """Trackers that one source declares in another category than each of their cookies that the other lists."""
    for services, cookies in trackers_by_cookies(declared):
        pairs = [(one, other) for one in services for other in cookies if _same_scope(one.record, other.record)]
        said = [(_said(one.record), _said(other.record)) for one, other in pairs]
        if said and all(a and b and a.isdisjoint(b) for a, b in said):
            one, other = pairs[0]
            by = f"by its cookie {clip(other.record.name)}"
            yield Conflict(
                one.record.name,
                one,
                other,
                f"as {words(one.record.category)}",
                f"as {words(other.record.category)} ({by})",
            )


def _differences(name: str, one: Declared[DeclaredCookie], other: Declared[DeclaredCookie]) -> Iterator[Conflict]:
    if "stated" == one.record.category_basis == other.record.category_basis:
        yield from _categories(name, one, other)
    lives = limit(one.record.duration), limit(other.record.duration)
    if lives[0] is None or lives[1] is None or _may_be_moments(one.record, other.record, max(lives[0], lives[1])):
        return
    if not _same_length(lives[0], lives[1]):
        said = [f"with a lifetime of {lifetime(seconds or None)}" for seconds in lives if seconds is not None]
        yield Conflict(name, one, other, *said)


def _may_be_moments(one: DeclaredCookie, other: DeclaredCookie, longest: int) -> bool:
    """Whether "a few seconds", which consent tools print for a length of nothing, may mean what the other one says."""
    return "few_seconds" in (one.duration.kind, other.duration.kind) and longest <= DAY


def _categories(name: str, one: Declared[Thing], other: Declared[Thing]) -> Iterator[Conflict]:
    said, said_too = _said(one.record), _said(other.record)
    if said and said_too and said.isdisjoint(said_too):
        yield Conflict(name, one, other, f"as {words(one.record.category)}", f"as {words(other.record.category)}")


def _said(record: DeclaredCookie | DeclaredService) -> frozenset[Category]:
    """The categories that a declaration may mean; none where it gives none, or says that it does not know."""
    if record.category not in INTENSITY:
        return frozenset()
    return frozenset({record.category, *record.alternatives})


def _same_length(one: int, other: int) -> bool:
    """Whether two declared lifetimes are the same; a scanner reports the browser's limit for all that is longer."""
    shorter, longer = sorted((one, other))
    return longer - shorter <= _SAME * longer or (is_clamp(shorter) and longer > shorter)

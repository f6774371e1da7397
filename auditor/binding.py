"""Which policies speak of a site, and what they and the site's consent tool declare for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.declared import Declarations
from auditor.domains import host_of, registrable_domain
from auditor.matching import ANY, HOST, KIND, bind, stands_elsewhere
from auditor.model import DisclosureLevel
from auditor.readings import Declared, PolicyReading, Record
from auditor.services import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from auditor.model import CmpDeclaration, PolicyDeclaration, Scope, Site, Visit
    from auditor.observed import Knowledge

_LEVELS = tuple(DisclosureLevel)


def declarations_for(
    site: Site, readings: Sequence[PolicyReading], visits: Iterable[Visit], knowledge: Knowledge, own: frozenset[str]
) -> Declarations:
    """What is declared for one site.

    Args:
        site: the configured site.
        readings: all of the vendor's policy documents.
        visits: the site's good visits, whose consent tool may declare as well.
        knowledge: names and owners of services.
        own: registrable domains of the vendor.

    A site is bound to the policies that name its host; else to those that name its scope; else to all of them. A
    policy that names no host at all joins those that do, unless it is about another kind of site; what it states and
    promises counts there only if it does not stand on another host of the vendor's, whose statements they then are.
    """
    seen = tuple(visits)
    reached = frozenset(filter(None, (host_of(visit.final_url or "") for visit in seen)))
    bound = _bound(site, reached, [reading for reading in readings if reading.declaration is not None])
    policies = [(reading, ids) for reading, ids, _ in bound if reading.declaration is not None]
    strict = [
        (reading, ids) for reading, ids, named in bound if named or not stands_elsewhere(reading.document.url, site.url)
    ]
    tools = _tools(seen)
    texts = [reading.declaration.text for reading in readings if reading.declaration is not None]
    hosts = {host_of(f"https://{h.lstrip('*.')}/") for r, _ in policies for s in _scopes(r) for h in s.hosts}
    levels = [reading.declaration.disclosure_level for reading, _ in policies if reading.declaration]

    def collect(
        pick: Callable[[PolicyDeclaration], tuple[Record, ...]],
        sources: Sequence[tuple[PolicyReading, frozenset[str]]] = policies,
    ) -> tuple[Declared[Record], ...]:
        return tuple(
            Declared(record, reading)
            for reading, ids in sources
            if reading.declaration is not None
            for record in pick(reading.declaration)
            if _applies(record, ids)
        )

    return Declarations(
        knowledge=knowledge,
        own=own | {registrable_domain(host) for host in hosts if host},
        level=max(levels, key=_LEVELS.index, default=None),
        readings=tuple(reading for reading, _ in policies),
        texts=tuple(fold(text) for text in texts),
        mentioned=frozenset().union(*map(knowledge.names_in, texts)),
        categories=collect(lambda declaration: declaration.categories),
        services=collect(lambda declaration: declaration.services)
        + tuple(Declared(record, cmp=tool.cmp) for tool in tools for record in tool.services),
        elsewhere=tuple(Declared(s, r) for r in readings if r.declaration is not None for s in r.declaration.services),
        cookies=collect(lambda declaration: declaration.cookies)
        + tuple(Declared(record, cmp=tool.cmp) for tool in tools for record in tool.cookies),
        technologies=collect(lambda declaration: declaration.technologies),
        consent=collect(lambda declaration: declaration.consent, strict),
        claims=collect(lambda declaration: declaration.claims, strict),
    )


def _bound(
    site: Site, reached: frozenset[str], readings: list[PolicyReading]
) -> list[tuple[PolicyReading, frozenset[str], bool]]:
    """The policies that are bound to a site, with the scopes of it, and whether each is bound by its own words."""
    ranked = [(reading, *bind(_scopes(reading), site, reached)) for reading in readings]
    best = max((rank for _, rank, _ in ranked), default=ANY)
    if best == ANY:
        return [(reading, ids, True) for reading, _, ids in ranked]
    return [
        (reading, ids, rank == best)
        for reading, rank, ids in ranked
        if rank == best or not _scopes(reading) or (best == HOST and _joins(reading, rank, site))
    ]


def _joins(reading: PolicyReading, rank: int, site: Site) -> bool:
    """Whether a policy that does not name the host speaks of the site beside one that does."""
    names_hosts = any(scope.hosts for scope in _scopes(reading))
    return not names_hosts and (rank == KIND or site.scope is None)


def _scopes(reading: PolicyReading) -> tuple[Scope, ...]:
    return reading.declaration.scopes if reading.declaration is not None else ()


def _applies(record: object, scope_ids: frozenset[str]) -> bool:
    """Whether a declared thing is about one of the scopes; what names no scope is about all of them."""
    about = getattr(record, "scope_ids", ())
    return not about or not scope_ids or not scope_ids.isdisjoint(about)


def _tools(visits: Iterable[Visit]) -> list[CmpDeclaration]:
    """Each distinct declaration of a consent tool, in the order of the visits."""
    found: list[CmpDeclaration] = []
    for visit in visits:
        if visit.declared_by_cmp is not None and visit.declared_by_cmp not in found:
            found.append(visit.declared_by_cmp)
    return found

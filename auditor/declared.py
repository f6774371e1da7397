"""What a vendor's policies and consent tool declare for one site: several documents read as one declaration.

Each declared thing keeps its document, so that every quote can be shown where it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from auditor.domains import host_of, registrable_domain
from auditor.matching import (
    ANY,
    HOST,
    KIND,
    bind,
    host_matches,
    names_in_text,
    names_service,
    owner_words,
    service_names,
)
from auditor.matching import specificity as closeness
from auditor.model import (
    Category,
    ConsentMechanism,
    DeclaredCategory,
    DeclaredCookie,
    DeclaredService,
    DeclaredTechnology,
    DisclosureLevel,
    Outcome,
    QuotedDeclaration,
)
from auditor.model import Claim as PolicyClaim
from auditor.services import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from auditor.model import CmpDeclaration, PolicyDeclaration, PolicyDocument, Quote, Scope, Site, Visit
    from auditor.observed import Item, Knowledge, Service

#: Answers of a server that mean: there is no such document. Anything else may be a passing trouble.
_GONE = frozenset({404, 410})
_LEVELS = tuple(DisclosureLevel)

Record = TypeVar(
    "Record", DeclaredCategory, DeclaredService, DeclaredCookie, DeclaredTechnology, ConsentMechanism, PolicyClaim
)


@dataclass(frozen=True, slots=True)
class PolicyReading:
    """A policy document and what became of it: read, known to be absent, or left unread for a reason.

    ``unread`` says why the document cannot be judged as a whole. A declaration may be there all the same, when only a
    part of the document could be understood: what it says counts, what it does not say does not.
    """

    document: PolicyDocument
    declaration: PolicyDeclaration | None = None
    unread: str | None = None

    @property
    def absent(self) -> bool:
        """Whether there certainly is no such document."""
        return self.declaration is None and self.unread is None


def why_unread(document: PolicyDocument) -> str | None:
    """Why a document cannot be judged; None where it was fetched, or where it certainly does not exist.

    A server's "not found" is an answer, and so is a search that looked everywhere (``source`` None, with ``tried``).
    A block, a time-out or a failing server is none.
    """
    if document.problem:
        return f"the policy at {document.source} was {_PROBLEMS.get(document.problem, document.problem)}"
    if document.outcome is Outcome.OK or is_absent(document):
        return None
    return f"the policy at {document.source} was not read: {document.outcome}{_detail(document.failure)}"


def is_absent(document: PolicyDocument) -> bool:
    """Whether the record of a fetch says that there is no document."""
    if document.outcome is Outcome.HTTP_ERROR:
        return document.http_status is None or document.http_status in _GONE
    return False


_PROBLEMS = {
    "too_large": "too large to be read",
    "binary": "no text document",
    "empty": "empty",
    "login": "behind a login",
}


def _detail(failure: str | None) -> str:
    return f" ({failure})" if failure else ""


@dataclass(frozen=True, slots=True)
class Declared(Generic[Record]):
    """A declared thing and where it stands. ``cmp`` names the consent tool where the policy text is not the source."""

    record: Record
    reading: PolicyReading | None = None
    cmp: str | None = None

    @property
    def source(self) -> str:
        """The one who declares, in words."""
        return f"the consent tool ({self.cmp})" if self.cmp else "the policy"

    def quotes(self) -> tuple[Quote, ...]:
        """The passages in which it is declared."""
        return self.record.evidence

    def quoted(self, quote: Quote | None = None) -> QuotedDeclaration | None:
        """One passage (the first unless given) with its document; None where a consent tool gave none."""
        chosen = quote or next(iter(self.quotes()), None)
        if chosen is None:
            return None
        return quotation(chosen, self.reading)


def quotation(quote: Quote, reading: PolicyReading | None) -> QuotedDeclaration:
    """A quote with its document."""
    document = reading.document if reading else None
    facts = reading.declaration.document if reading and reading.declaration else None
    return QuotedDeclaration(
        quote=quote.quote,
        start=quote.start,
        end=quote.end,
        url=(document.url or document.source if document else None) or (facts.url if facts else None),
        sha256=(document.sha256 if document else None) or (facts.sha256 if facts else None),
    )


@dataclass(frozen=True, slots=True)
class Declarations:
    """All that is declared for one site, by the policies bound to it and by its consent tool.

    ``level`` is the highest disclosure level of the bound policies, None without any. ``texts`` are the folded texts of
    all of the vendor's policies, ``mentioned`` the services that they name. ``categories``, ``services`` ... hold what
    is declared for the site's scope or for no scope in particular; ``elsewhere`` all services that the policies name.
    """

    knowledge: Knowledge
    own: frozenset[str] = frozenset()
    level: DisclosureLevel | None = None
    readings: tuple[PolicyReading, ...] = ()
    texts: tuple[str, ...] = ()
    mentioned: frozenset[str] = frozenset()
    categories: tuple[Declared[DeclaredCategory], ...] = ()
    services: tuple[Declared[DeclaredService], ...] = ()
    elsewhere: tuple[Declared[DeclaredService], ...] = ()
    cookies: tuple[Declared[DeclaredCookie], ...] = ()
    technologies: tuple[Declared[DeclaredTechnology], ...] = ()
    consent: tuple[Declared[ConsentMechanism], ...] = ()
    claims: tuple[Declared[PolicyClaim], ...] = ()

    # ------------------------------------------------------------------------------ how much is said

    @property
    def says_nothing(self) -> bool:
        """A policy is there, and at most mentions cookies."""
        return self.level in {DisclosureLevel.SILENT, DisclosureLevel.MENTION_ONLY}

    @property
    def policy_speaks(self) -> bool:
        """A policy is there and says something about cookies."""
        return self.level is not None and not self.says_nothing

    @property
    def names_any(self) -> bool:
        """Whether the policies or the consent tool name any service or provider at all."""
        return bool(self.services or self.elsewhere or any(one.record.provider for one in self.cookies))

    def technology(self, name: str) -> Declared[DeclaredTechnology] | None:
        """A technology that is declared to be used; None where it is not."""
        return next((one for one in self.technologies if one.record.name == name and one.record.declared), None)

    def declares_technology(self, *names: str) -> bool:
        """Whether one of the technologies is declared to be used."""
        return any(self.technology(name) is not None for name in names)

    # ------------------------------------------------------------------------------------ categories

    def declared_categories(self) -> frozenset[Category]:
        """Every category that is declared to be in use here, by a category's own words or by a cookie's or service's.

        A category whose description reaches further covers all that it reaches.
        """
        found: set[Category] = set()
        for declared in self.categories_in_use():
            record = declared.record
            found.update((record.canonical, *record.alternatives, *record.covers))
        entries: list[DeclaredCookie | DeclaredService] = [d.record for d in self.cookies if d.cmp is None]
        entries += [d.record for d in self.services if d.cmp is None]
        for entry in entries:
            if entry.category is not None:
                found.update((entry.category, *entry.alternatives))
        return frozenset(found)

    def categories_in_use(self) -> tuple[Declared[DeclaredCategory], ...]:
        """The declared categories that the policy does not call unused."""
        return tuple(declared for declared in self.categories if declared.record.in_use != "no")

    def category_quote(self) -> QuotedDeclaration | None:
        """The passage that says which categories are used here: the one that most of them share, else the first."""
        counted = [(declared, quote) for declared in self.categories_in_use() for quote in declared.quotes()]
        if not counted:
            return None
        spans = [(declared.reading, quote.start, quote.end) for declared, quote in counted]
        best = max(range(len(counted)), key=lambda index: (spans.count(spans[index]), -index))
        declared, quote = counted[best]
        return declared.quoted(quote)

    # --------------------------------------------------------------------------------------- cookies

    def cookies_naming(self, item: Item) -> tuple[Declared[DeclaredCookie], ...]:
        """The declared cookies that name an item, of each source the closest ones only; the policy's first."""
        found: list[Declared[DeclaredCookie]] = []
        for from_cmp in (False, True):
            ranked = [
                (closeness(declared.record, item, self.knowledge, self.own), declared)
                for declared in self.cookies
                if (declared.cmp is not None) is from_cmp
            ]
            best = max((rank for rank, _ in ranked), default=0)
            found.extend(declared for rank, declared in ranked if rank and rank == best)
        return tuple(found)

    def services_covering(self, item: Item) -> tuple[Declared[DeclaredService], ...]:
        """The declared services whose known cookies include an item."""
        if item.service is None:
            return ()
        name, entity = item.service, item.classification.entity
        return tuple(d for d in self.services if self._means(d.record, name, entity, frozenset({item.domain})))

    # -------------------------------------------------------------------------------------- services

    def services_meaning(self, service: Service) -> tuple[Declared[DeclaredService], ...]:
        """The services declared for this site that mean an observed one."""
        return tuple(d for d in self.services if self._means(d.record, service.name, service.entity, service.hosts))

    def services_called(self, service: Service) -> tuple[Declared[DeclaredService], ...]:
        """The services declared for this site by a name of the observed one, and not merely by that of its owner.

        "Google" in a policy may be Google Maps: it labels no other service of the company.
        """
        if service.name is None:
            return ()
        spellings = service_names(service.name, self.knowledge)
        if service.entity is not None and owner_words(service.entity) != fold(service.name):
            spellings -= {owner_words(service.entity)}
        return tuple(
            d for d in self.services if spellings & {fold(name) for name in (d.record.name, *d.record.aliases)}
        )

    def names(self, service: Service) -> bool:
        """Whether a service is named anywhere: declared as a service or as a cookie's provider, or in running text."""
        declared = (*self.services, *self.elsewhere)
        if any(self._means(entry.record, service.name, service.entity, service.hosts) for entry in declared):
            return True
        if any(self._provides(entry.record, service) for entry in self.cookies):
            return True
        name = service.name
        if name is None or name not in self.mentioned:
            return False
        return any(names_in_text(name, text, self.knowledge) for text in self.texts)

    def _means(self, declared: DeclaredService, name: str | None, entity: str | None, hosts: frozenset[str]) -> bool:
        if any(host_matches(f"*.{domain.lstrip('*.')}", host) for domain in declared.domains for host in hosts):
            return True
        spellings = (declared.name, *declared.aliases)
        return name is not None and any(names_service(said, name, entity, self.knowledge) for said in spellings)

    def _provides(self, declared: DeclaredCookie, service: Service) -> bool:
        said = (declared.service, declared.provider)
        if service.name is not None and any(
            names_service(name, service.name, service.entity, self.knowledge) for name in said if name
        ):
            return True
        places = f"{declared.host or ''} {declared.provider or ''}".split()
        return any(host_matches(f"*.{place.lstrip('*.')}", host) for place in places for host in service.hosts)


# --------------------------------------------------------------------------------------- for one site


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
    policy that names no host at all joins those that do, unless it is about another kind of site.
    """
    bound = _bound(site, [reading for reading in readings if reading.declaration is not None])
    policies = [(reading, ids) for reading, ids in bound if reading.declaration is not None]
    tools = _tools(visits)
    texts = [reading.declaration.text for reading in readings if reading.declaration is not None]
    hosts = {host_of(f"https://{h.lstrip('*.')}/") for r, _ in policies for s in _scopes(r) for h in s.hosts}
    levels = [reading.declaration.disclosure_level for reading, _ in policies if reading.declaration]

    def collect(pick: Callable[[PolicyDeclaration], tuple[Record, ...]]) -> tuple[Declared[Record], ...]:
        return tuple(
            Declared(record, reading)
            for reading, ids in policies
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
        consent=collect(lambda declaration: declaration.consent),
        claims=collect(lambda declaration: declaration.claims),
    )


def _bound(site: Site, readings: list[PolicyReading]) -> list[tuple[PolicyReading, frozenset[str]]]:
    ranked = [(reading, *bind(_scopes(reading), site)) for reading in readings]
    best = max((rank for _, rank, _ in ranked), default=ANY)
    if best == ANY:
        return [(reading, ids) for reading, _, ids in ranked]
    return [
        (reading, ids)
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

"""What a vendor's policies and consent tool declare for one site: several documents read as one declaration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.matching import (
    host_matches,
    hosts_in,
    lives_there,
    names_in_text,
    names_service,
    owner_words,
    provider_names,
    service_names,
)
from auditor.matching import specificity as closeness
from auditor.model import Category, DeclaredCookie, DeclaredService, DisclosureLevel
from auditor.services import fold

if TYPE_CHECKING:
    from auditor.model import Claim, ConsentMechanism, DeclaredCategory, DeclaredTechnology, QuotedDeclaration
    from auditor.observed import Item, Knowledge, Service
    from auditor.readings import Declared, PolicyReading


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
    claims: tuple[Declared[Claim], ...] = ()
    _by_item: dict[str, tuple[Declared[DeclaredCookie], ...]] = field(default_factory=dict, compare=False, repr=False)
    _by_name: dict[tuple[str, str, str | None], bool] = field(default_factory=dict, compare=False, repr=False)

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
        spans = [(id(declared.reading), quote.start, quote.end) for declared, quote in counted]
        best = max(range(len(counted)), key=lambda index: (spans.count(spans[index]), -index))
        declared, quote = counted[best]
        return declared.quoted(quote)

    # --------------------------------------------------------------------------------------- cookies

    def cookies_naming(self, item: Item) -> tuple[Declared[DeclaredCookie], ...]:
        """The declared cookies that name an item, of each source the closest ones only; the policy's first."""
        if item.subject not in self._by_item:
            sources = ([one for one in self.cookies if (one.cmp is None) is policy] for policy in (True, False))
            self._by_item[item.subject] = tuple(one for source in sources for one in self._closest(source, item))
        return self._by_item[item.subject]

    def _closest(self, source: list[Declared[DeclaredCookie]], item: Item) -> list[Declared[DeclaredCookie]]:
        ranks = [(closeness(one.record, item, self.knowledge, self.own), one) for one in source]
        best = max((rank for rank, _ in ranks), default=0)
        closest = [one for rank, one in ranks if rank and rank == best]
        return [one for one in closest if lives_there(one.record, item, self.own)] or closest

    def services_covering(self, item: Item) -> tuple[Declared[DeclaredService], ...]:
        """The declared services whose known cookies include an item."""
        if item.service is None:
            return ()
        name, entity = item.service, item.classification.entity
        return tuple(d for d in self.services if self._means(d.record, name, entity, frozenset({item.domain})))

    # -------------------------------------------------------------------------------------- services

    def services_meaning(self, service: Service) -> tuple[Declared[DeclaredService], ...]:
        """The services declared for this site that mean an observed one."""
        hosts = service.hosts
        return tuple(d for d in self.services if self._means(d.record, service.name, service.entity, hosts))

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
        declared, hosts = (*self.services, *self.elsewhere), service.hosts
        if any(self._means(entry.record, service.name, service.entity, hosts) for entry in declared):
            return True
        if any(self._provides(entry.record, service, hosts) for entry in self.cookies):
            return True
        name = service.name
        if name is None or name not in self.mentioned:
            return False
        return any(names_in_text(name, text, self.knowledge) for text in self.texts)

    def _means(self, declared: DeclaredService, name: str | None, entity: str | None, hosts: frozenset[str]) -> bool:
        if any(host_matches(f"*.{domain.lstrip('*.')}", host) for domain in declared.domains for host in hosts):
            return True
        spellings = (declared.name, *declared.aliases)
        return name is not None and any(self._named(said, name, entity) for said in spellings)

    def _provides(self, declared: DeclaredCookie, service: Service, hosts: frozenset[str]) -> bool:
        said = [name for cell in (declared.service, declared.provider) if cell for name in provider_names(cell)]
        if service.name is not None and any(self._named(name, service.name, service.entity) for name in said):
            return True
        places = hosts_in(f"{declared.host or ''} {declared.provider or ''}")
        if any(host_matches(f"*.{place}", host) for place in places for host in hosts):
            return True
        return any(self._is_host_of(place, service) for place in places)

    def _is_host_of(self, host: str, service: Service) -> bool:
        """Whether a host is known for a service; one that no service has to itself names the company, and so all."""
        known = self.knowledge.url(f"https://{host}/")
        if known.service is not None:
            return known.service == service.name
        return known.entity is not None and known.entity == service.entity

    def _named(self, said: str, service: str, entity: str | None) -> bool:
        """Whether a declared name means a service; the same pairs are asked for again and again."""
        key = said, service, entity
        if key not in self._by_name:
            self._by_name[key] = names_service(said, service, entity, self.knowledge)
        return self._by_name[key]

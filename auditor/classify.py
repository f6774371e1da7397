"""What an observed item is: category, service and owner, with the layer of knowledge that answered.

The first layer that answers wins:

1. the bundled table, by name and domain;
2. the bundled table, by exact name, then by glob;
3. the Open Cookie Database, where it was given;
4. the owner of the host or URL that set it or fired: from the bundled table, then from third-party-web, then from
   EasyPrivacy and EasyList, each where it was given;
5. inferred from name, lifetime and party: a guess that rules never rely on (``auditor.inference``);
6. unknown, which is a legal answer.

A site's own hosts are never classified by layer 4: whoever runs a tracker may be visited, too. The exception is a
host whose DNS alias belongs to a tracker.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from auditor import facts
from auditor.domains import host_of, normal_host, same_site
from auditor.hosts import HostTable, owner_of
from auditor.inference import inferred, inferred_harmless
from auditor.known import CookieTable, Item
from auditor.model import TRACKING, Category, Classification
from auditor.open_cookie_database import OpenCookieDatabase, read_csv
from auditor.services import ServiceNames, bundled_names
from auditor.third_party_web import read_entities

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.filter_lists import FilterList

    Layer = Callable[[Item, facts.HostFact | None], Classification | None]

EASYPRIVACY, EASYLIST = "EasyPrivacy", "EasyList"
_LIST_MEANINGS: dict[str, tuple[Category, tuple[Category, ...], str]] = {
    EASYPRIVACY: (Category.PERFORMANCE, (Category.TARGETING,), "collect"),
    EASYLIST: (Category.TARGETING, (), "ads"),
}
"""What it means that a list marks a request: EasyPrivacy is about being measured, EasyList about advertisements."""
_LISTED = 0.65


class Classifier:
    """Answers what cookies, storage entries and URLs are. It holds no state but its tables; answers are constants."""

    def __init__(
        self,
        cookies: CookieTable,
        hosts: HostTable,
        names: ServiceNames,
        database: OpenCookieDatabase | None = None,
        filters: tuple[FilterList, ...] = (),
    ) -> None:
        self._hosts = hosts
        self._filters = filters
        self._names = names
        by_list: tuple[tuple[int, Layer], ...] = () if database is None else ((3, database.classify),)
        self._item_layers: tuple[tuple[int, Layer], ...] = (
            (1, lambda item, _: cookies.by_domain(item)),
            (2, cookies.by_name),
            *by_list,
            (4, self._by_owner),
            (5, lambda item, _: inferred(item)),
        )

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
        """What a cookie or storage entry is.

        Args:
            name: its name or key, case-sensitive. Wildcards as policies write them (``_ga_#``) are understood.
            domain: its domain, or the host or origin of a storage entry; None where it is not known.
            site: URL or host of the visited site. An item of the site's own domain is not judged by its host.
            kind: ``cookie``, ``local``, ``session``, ``indexeddb`` or ``cache``.
            lifetime_seconds: lifetime in seconds, None for a session.
            http_only: whether scripts cannot read it.
            set_by: URL of the response that set it, where that is known.
        """
        host = _host(domain)
        own = bool(host and site and same_site(host, site))
        item = Item(name, host, own, kind, lifetime_seconds, http_only, site, set_by)
        foreign = None if host is None or own else self._hosts.fact(host)
        for _, layer in self._item_layers:
            known = layer(item, foreign)
            if known is not None:
                return known
        return self._unknown(host, own=own)

    def opinions(self, name: str, domain: str | None = None) -> tuple[tuple[int, Classification | None], ...]:
        """What every layer says of a cookie by itself, with the layer's number, in the order in which they are asked.

        None is an answer, too. A list that was not given has no layer.
        """
        host = _host(domain)
        item = Item(name, host, own=False, kind="cookie")
        foreign = None if host is None else self._hosts.fact(host)
        return tuple((number, layer(item, foreign)) for number, layer in self._item_layers)

    def url(
        self, url: str, *, site: str | None = None, resource_type: str | None = None, aliases: tuple[str, ...] = ()
    ) -> Classification:
        """What a request is for, from its host, path and query.

        Args:
            url: the request's URL; a missing query value (as in stored evidence) matches nothing.
            site: URL or host of the visited site.
            resource_type: as the browser names it; a font renders, whoever serves it.
            aliases: the names that the host's CNAME records lead to. A site's own host that leads to a tracker is that
                tracker's (CNAME cloaking); a content network tells nothing.
        """
        host = host_of(url)
        if host is None:
            return self._unknown(None, own=False)
        own = bool(site and same_site(host, site))
        known = self._hosts.url(url, host, own=own)
        if known is None and not own:
            known = self._marked(url, site, resource_type)
        if own:
            known = self._cloaked(url, host, site, resource_type, aliases) or known
        if known is None:
            return self._unknown(host, own=own)
        return _font(known) if resource_type == "font" else known

    def service_owner(self, name: str) -> str | None:
        """The entity that owns a service, by any of its names; None where it is not known."""
        return self._names.entity(name)

    def aliases(self, service: str) -> frozenset[str]:
        """All names under which a service may be named in a policy, in lower case and folded."""
        return self._names.aliases(service)

    def names_in(self, text: str) -> frozenset[str]:
        """The services, by their one name, that a text names: see ``ServiceNames.names_in``."""
        return self._names.names_in(text)

    def _by_owner(self, item: Item, host: facts.HostFact | None) -> Classification | None:
        """Layer 4 of an item: its host, else the URL that set it, else a list that marks one of them."""
        if item.domain is None or item.own:
            return None
        known = None if host is None else self._hosts.host(item.domain)
        if known is None and item.set_by is not None and same_site(item.set_by, item.domain):
            known = self.url(item.set_by, site=item.site)
            known = None if known.category is None else known
        if known is None and host is None:
            known = self._marked(f"https://{item.domain}/", item.site, None)
        harmless = None if known is None or known.category not in TRACKING else inferred_harmless(item.name)
        return known if harmless is None or known is None else _of_owner(harmless, known)

    def _marked(self, url: str, site: str | None, resource_type: str | None) -> Classification | None:
        """What the first list that marks a URL says."""
        source = None if site is None else site if "://" in site else f"https://{site}/"
        for one in self._filters:
            rule = one.rule(url, source, resource_type)
            if rule is not None:
                return _by_list(one.name, rule)
        return None

    def _cloaked(
        self, url: str, host: str, site: str | None, resource_type: str | None, aliases: tuple[str, ...]
    ) -> Classification | None:
        """What the tracker behind a site's own host is; None where its alias belongs to none, or to the site."""
        for alias in aliases:
            if site is None or same_site(alias, site):
                continue
            aliased = url.replace(host, alias, 1)
            known = self._hosts.url(aliased, alias, own=False) or self._marked(aliased, site, resource_type)
            if known is not None and known.category in TRACKING:
                return replace(known, reason=f"CNAME {host} -> {alias}. {known.reason}")
        return None

    def _unknown(self, host: str | None, *, own: bool) -> Classification:
        """Layer 6. The owner of a host that serves several purposes is still said."""
        fact = None if host is None or own else self._hosts.fact(host)
        if fact is None:
            reason = "The site's own; no source knows it." if own else "No source knows it."
            return Classification(category=None, layer=6, confidence=0.0, reason=reason)
        entity = owner_of(fact, self._names)
        reason = f"{fact.host} belongs to {entity or fact.service or 'a known service'} and serves several purposes."
        return Classification(category=None, entity=entity, layer=6, confidence=0.0, reason=reason, role=fact.role)


@cache
def bundled() -> Classifier:
    """The classifier on the bundled tables, loaded once."""
    return classifier()


def classifier(
    *,
    open_cookie_database: str | None = None,
    third_party_web: str | None = None,
    filters: tuple[FilterList, ...] = (),
) -> Classifier:
    """A classifier on the bundled tables and on lists that do not come with the project.

    Args:
        open_cookie_database: text of its CSV: layer 3.
        third_party_web: text of its ``entities.json``: more hosts for layer 4, where the bundled table has none.
        filters: ``EasyPrivacy`` and ``EasyList``, by these names: the last word of layer 4.

    Raises:
        ListError: a list cannot be read.
    """
    names = bundled_names()
    hosts = () if third_party_web is None else read_entities(third_party_web, names)
    return Classifier(
        CookieTable(facts.cookie_facts(), names),
        HostTable(facts.host_facts(), facts.url_facts(), names, hosts),
        names,
        None if open_cookie_database is None else OpenCookieDatabase(read_csv(open_cookie_database), names),
        filters,
    )


def _host(domain: str | None) -> str | None:
    if not domain:
        return None
    return host_of(domain) if "://" in domain else normal_host(domain)


def _of_owner(harmless: Classification, owner: Classification) -> Classification:
    """A guess about an item of a tracker's host, with that tracker as its service."""
    also = harmless.also_declared_as if owner.category is None else (*harmless.also_declared_as, owner.category)
    return replace(harmless, also_declared_as=also, service=owner.service, entity=owner.entity)


def _font(known: Classification) -> Classification:
    """A font file of a host that is known for something else."""
    return Classification(
        category=Category.FUNCTIONAL,
        service=known.service,
        entity=known.entity,
        layer=known.layer,
        confidence=known.confidence,
        reason=f"{known.reason} Only a font was loaded.",
        source=known.source,
        role="font",
    )


def _by_list(name: str, rule: str) -> Classification:
    category, also, role = _LIST_MEANINGS.get(name, _LIST_MEANINGS[EASYPRIVACY])
    return Classification(
        category=category,
        also_declared_as=also,
        layer=4,
        confidence=_LISTED,
        reason=f"{name} marks it by the rule {rule[:200]}",
        source=name,
        role=role,
    )

"""What an observed item is: category, service and owner, with the layer of knowledge that answered.

The first layer that answers wins:

1. the bundled table, by name and domain;
2. the bundled table, by exact name, then by glob;
3. the Open Cookie Database, where it was given;
4. the owner of the host or URL, from the bundled table, then from third-party-web, where it was given;
5. inferred from the name: always harmless, and never relied on by rules;
6. unknown, which is a legal answer.

A site's own hosts are never classified by layer 4: whoever runs a tracker may be visited, too.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from auditor import facts
from auditor.domains import host_of, normal_host, same_site
from auditor.hosts import HostTable, owner_of
from auditor.known import CookieTable, Item
from auditor.model import Category, Classification
from auditor.open_cookie_database import OpenCookieDatabase, read_csv
from auditor.services import ServiceNames, bundled_names
from auditor.third_party_web import read_entities

if TYPE_CHECKING:
    from collections.abc import Callable

    Layer = Callable[[Item, facts.HostFact | None], Classification | None]

_INFERRED = (
    (
        "a record of the visitor's choice",
        Category.STRICTLY_NECESSARY,
        r"consent|gdpr|cookie[-_]?(choice|banner|notice|law)",
    ),
    ("protection against forged requests", Category.STRICTLY_NECESSARY, r"csrf|xsrf"),
    ("a visitor's setting", Category.FUNCTIONAL, r"^(lang(uage)?|locale|currency|theme|timezone|country)$"),
)
_TELLING = tuple((what, category, re.compile(words, re.IGNORECASE)) for what, category, words in _INFERRED)
_SESSION = re.compile(r"(^|[-_.])(sess(ion)?(id)?|sid)$", re.IGNORECASE)
_LONGEST_SESSION_S = 30 * 86_400
_MAX_INFERRED_NAME = 64


class Classifier:
    """Answers what cookies, storage entries and URLs are. It holds no state but its tables; answers are constants."""

    def __init__(
        self, cookies: CookieTable, hosts: HostTable, names: ServiceNames, database: OpenCookieDatabase | None = None
    ) -> None:
        self._hosts = hosts
        self._names = names
        by_list = () if database is None else (database.classify,)
        self._item_layers: tuple[Layer, ...] = (
            lambda item, _: cookies.by_domain(item),
            cookies.by_name,
            *by_list,
            self._by_owner,
            lambda item, _: _inferred(item),
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
    ) -> Classification:
        """What a cookie or storage entry is.

        Args:
            name: its name or key, case-sensitive. Wildcards as policies write them (``_ga_#``) are understood.
            domain: its domain, or the host or origin of a storage entry; None where it is not known.
            site: URL or host of the visited site. An item of the site's own domain is not judged by its host.
            kind: ``cookie``, ``local``, ``session``, ``indexeddb`` or ``cache``.
            lifetime_seconds: lifetime in seconds, None for a session.
            http_only: whether scripts cannot read it.
        """
        host = _host(domain)
        own = bool(host and site and same_site(host, site))
        item = Item(name, host, own, kind, lifetime_seconds, http_only)
        foreign = None if host is None or own else self._hosts.fact(host)
        for layer in self._item_layers:
            known = layer(item, foreign)
            if known is not None:
                return known
        return self._unknown(host, own=own)

    def url(self, url: str, *, site: str | None = None, resource_type: str | None = None) -> Classification:
        """What a request is for, from its host, path and query.

        Args:
            url: the request's URL; a missing query value (as in stored evidence) matches nothing.
            site: URL or host of the visited site.
            resource_type: as the browser names it; a font renders, whoever serves it.
        """
        host = host_of(url)
        if host is None:
            return self._unknown(None, own=False)
        own = bool(site and same_site(host, site))
        known = self._hosts.url(url, host, own=own)
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
        return None if item.domain is None or host is None else self._hosts.host(item.domain)

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


def classifier(*, open_cookie_database: str | None = None, third_party_web: str | None = None) -> Classifier:
    """A classifier on the bundled tables and on lists that do not come with the project.

    Args:
        open_cookie_database: text of its CSV: layer 3.
        third_party_web: text of its ``entities.json``: more hosts for layer 4, where the bundled table has none.

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
    )


def _host(domain: str | None) -> str | None:
    if not domain:
        return None
    return host_of(domain) if "://" in domain else normal_host(domain)


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


def _inferred(item: Item) -> Classification | None:
    """Layer 5: a harmless reading of a telling name on the site itself. It never accuses, and it exempts nothing."""
    if len(item.name) > _MAX_INFERRED_NAME or not (item.own or item.domain is None):
        return None
    for what, category, words in _TELLING:
        if words.search(item.name):
            return _guess(what, category)
    lives = item.lifetime_seconds or 0
    if item.http_only is not False and lives <= _LONGEST_SESSION_S and _SESSION.search(item.name):
        return _guess("a session of the site itself", Category.STRICTLY_NECESSARY)
    return None


def _guess(what: str, category: Category) -> Classification:
    reason = f"Inferred from the name only: it reads like {what}."
    return Classification(category=category, layer=5, confidence=0.3, reason=reason, source="inferred")

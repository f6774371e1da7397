"""The table of known cookies and storage entries, ready to be asked: layers 1 and 2 of ``auditor.classify``."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from auditor.facts import EXEMPT_USES
from auditor.hosts import general_host, owner_of
from auditor.model import TRACKING, Category, Classification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts import CookieFact, HostFact
    from auditor.services import ServiceNames

MIN_TELLING_NAME = 6
"""A shorter name of a third party's cookie means nothing on another's domain, nor in another kind of storage."""

_META = re.compile(r"\[[^\]]*\]|[*?]")
_WRITTEN_WILDCARD = re.compile(r"[*#<{\[]|x{3,}|X{3,}")
_COUNT = re.compile(r"\s*\[x\d+\]$")
_BUCKET = 2
_MAX_WRITTEN = 256
_SHORT_NAME = 3
_WRITTEN_BEGINNING = re.compile(r".{4,}[_.:-]", re.DOTALL)
"""A written wildcard that begins like this also means rows that say more (``_gat_<property>``: ``_gat_UA*``)."""
_MIN_BEGINNING, _SEVERAL = 3, 2
_OF_THE_SITE = frozenset({"session", "login"})

_TRUST = {
    "vendor_list_read": 0.97,
    "second_source_agrees": 0.95,
    "single_source": 0.88,
    "second_source_differs": 0.85,
    "unread": 0.8,
}
_WAYS = {"domain": 1.0, "name": 0.97, "glob": 0.94, "short": 0.6, "elsewhere": 0.6, "storage": 0.75}
_KINDS = {"cookie": "cookie", "local": "localStorage entry", "session": "sessionStorage entry"}
_USES = {
    "consent_record": "a record of the visitor's choice",
    "load_balancing": "load balancing",
    "csrf": "protection against forged requests",
    "bot_protection": "protection against bots",
    "fraud_prevention": "fraud prevention",
    "session": "an application session",
    "basket": "a shopping basket",
    "login": "a login",
}


@dataclass(frozen=True, slots=True)
class Item:
    """What a layer is asked about: a cookie or storage entry as observed or as declared.

    ``domain`` is its host (None: not known), ``own``: the visited site itself set it, ``kind`` as in
    ``Classifier.cookie``; ``lifetime_seconds`` None for a session or where it is not known; ``site`` is the URL or host
    of the visited site, ``set_by`` the URL of the response that set it, where known.
    """

    name: str
    domain: str | None
    own: bool
    kind: str
    lifetime_seconds: int | None = None
    http_only: bool | None = None
    site: str | None = None
    set_by: str | None = None


class CookieTable:
    """Rows by exact name, and globs by the first characters of their literal beginning."""

    def __init__(self, rows: tuple[CookieFact, ...], names: ServiceNames) -> None:
        self._names = names
        self._exact: defaultdict[str, list[CookieFact]] = defaultdict(list)
        self._globs: defaultdict[str, list[CookieFact]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: -len(row.prefix)):
            if row.regex is None:
                self._exact[row.pattern].append(row)
            else:
                self._globs[row.prefix[:_BUCKET]].append(row)
        self._names_in_order = sorted(self._exact)
        self._answers: dict[tuple[str, str, tuple[str, ...], str], Classification] = {}

    def by_domain(self, item: Item) -> Classification | None:
        """Layer 1: name and domain are those of a row; the row of the longest domain, of the same kind first."""
        if item.domain is None:
            return None
        host = general_host(item.domain)
        found = [
            (row.kind == item.kind, len(domain), row)
            for row in self._candidates(item.name)
            for domain in row.domains
            if host == domain or host.endswith(f".{domain}")
        ]
        if not found:
            return None
        return self._answer(max(found, key=lambda hit: hit[:2])[2], "domain", layer=1)

    def by_name(self, item: Item, host: HostFact | None) -> Classification | None:
        """Layer 2: the name is that of a row, exactly or by its glob, and the name is telling enough.

        ``host`` is what is known of the item's host where that is not the visited site: it owns what no service is
        known for, and a tracker's own session is not a session of the site.
        """
        owner = None if host is None else owner_of(host, self._names)
        hits = [(row, self._is_elsewhere(row, item, owner)) for row in self._candidates(item.name)]
        hits = [(row, away) for row, away in hits if _tells(row, item, host, is_elsewhere=away)]
        if not hits:
            return None
        row, away = min(hits, key=lambda hit: _distance(hit[0], item))
        known = self._answer(row, _way(row, item, is_elsewhere=away), layer=2)
        if host is None:
            return known
        return _beside(known, host) if row.service else _owned(known, host, self._names)

    def _is_elsewhere(self, row: CookieFact, item: Item, owner: str | None) -> bool:
        """Whether an item that is on none of the row's domains, nor with their owner, has the name of a third party's.

        ``owner`` runs the item's host: one of Google's cookies is at home on all of Google's hosts.
        """
        if row.party != "third" or not row.domains or item.domain is None:
            return False
        return owner is None or row.service is None or self._names.entity(row.service) != owner

    def _candidates(self, name: str) -> Iterator[CookieFact]:
        """Rows that match a name: exact ones first, then globs, the longest literal beginning first.

        A name with a wildcard (``_ga_#``) or a count (``_fbp [x2]``), as policies write them, stands for the rows that
        it means.
        """
        yield from self._rows(name)
        if len(name) <= _MAX_WRITTEN and _WRITTEN_WILDCARD.search(name):
            yield from self._rows(_COUNT.sub("", name))
            prefix = _WRITTEN_WILDCARD.split(name, maxsplit=1)[0]
            rows = self._globs.get(prefix[:_BUCKET], ())
            yield from (row for row in rows if row.prefix == prefix)
            if _WRITTEN_BEGINNING.fullmatch(prefix):
                yield from (row for row in rows if row.prefix.startswith(prefix))
            yield from self._begun(prefix)

    def _begun(self, prefix: str) -> tuple[CookieFact, ...]:
        """Rows of plain names that begin as a written wildcard does: several of one service and purpose (``_cs_#``).

        What a service keeps of the visitor's choice does not count.
        """
        names = self._names_in_order
        begun = takewhile(lambda name: name.startswith(prefix), islice(names, bisect_left(names, prefix), None))
        found = tuple(row for name in begun for row in self._exact[name] if row.use not in EXEMPT_USES)
        alike = len({(row.service, row.category) for row in found}) == 1 and found[0].service is not None
        return found if alike and len(prefix) >= _MIN_BEGINNING and len(found) >= _SEVERAL else ()

    def _rows(self, name: str) -> Iterator[CookieFact]:
        yield from self._exact.get(name, ())
        for row in self._globs.get(name[:_BUCKET], ()):
            if name.startswith(row.prefix) and row.matches(name):
                yield row

    def _answer(self, row: CookieFact, way: str, *, layer: int) -> Classification:
        key = (row.pattern, row.kind, row.domains, way)
        if key not in self._answers:
            entity = self._names.entity(row.service) if row.service else None
            self._answers[key] = Classification(
                category=row.category,
                also_declared_as=_also(row),
                service=row.service,
                entity=entity,
                layer=layer,
                confidence=round(_TRUST[row.checked] * _WAYS[way], 2),
                reason=_reason(row, way, entity),
                source=row.source,
                role=row.use,
                exempt=row.use in EXEMPT_USES,
            )
        return self._answers[key]


def _also(row: CookieFact) -> tuple[Category, ...]:
    """What is needed to work is as often declared as what makes it work well: from outside it is the same."""
    if row.category is Category.STRICTLY_NECESSARY and Category.FUNCTIONAL not in row.also_declared_as:
        return (*row.also_declared_as, Category.FUNCTIONAL)
    return row.also_declared_as


def _tells(row: CookieFact, item: Item, host: HostFact | None, *, is_elsewhere: bool) -> bool:
    """Whether a row that matches by name says something of an item that is not on the row's domains."""
    if row.domain_only:
        return False
    if row.kind != item.kind and _literal_length(row.pattern) < MIN_TELLING_NAME:
        return False
    if is_elsewhere and (item.own or len(row.prefix) < MIN_TELLING_NAME):
        return False
    return not (row.service is None and row.use in _OF_THE_SITE and host is not None and host.category in TRACKING)


@cache
def _literal_length(pattern: str) -> int:
    """How many characters a pattern fixes, before, between and after its wildcards (``mp_*_mixpanel``: 12)."""
    return len(_META.sub("", pattern))


def _distance(row: CookieFact, item: Item) -> tuple[bool, bool, bool]:
    """How far a row that matches by name is from an item: of the same kind, of any site, by its exact name first."""
    return row.kind != item.kind, bool(row.domains), row.regex is not None


def _way(row: CookieFact, item: Item, *, is_elsewhere: bool) -> str:
    if row.kind != item.kind:
        return "storage"
    if is_elsewhere:
        return "elsewhere"
    if len(row.prefix) <= _SHORT_NAME and row.regex is None and row.checked != "vendor_list_read":
        return "short"
    return "name" if row.regex is None else "glob"


def _beside(known: Classification, host: HostFact) -> Classification:
    """The same answer; what protects an embedded service is often declared with the service that it protects."""
    if not known.exempt or host.category not in TRACKING or host.category in known.also_declared_as:
        return known
    return replace(known, also_declared_as=(*known.also_declared_as, host.category))


def _owned(known: Classification, host: HostFact, names: ServiceNames) -> Classification:
    """The same answer, with the service and owner of the host that set the item."""
    return Classification(
        category=known.category,
        also_declared_as=known.also_declared_as,
        service=host.service,
        entity=owner_of(host, names),
        layer=known.layer,
        confidence=known.confidence,
        reason=f"{known.reason} Its host {host.host} belongs to {host.service or 'a known service'}.",
        source=known.source,
        role=known.role,
        exempt=known.exempt,
    )


def _reason(row: CookieFact, way: str, entity: str | None) -> str:
    place = f" on {' or '.join(row.domains)}" if way == "domain" else ""
    usual = f", which usually lives on {' or '.join(row.domains)}" if way == "elsewhere" else ""
    other = f", known as a {_KINDS[row.kind]}" if way == "storage" else ""
    return f"The name {row.pattern}{place} is that of {_what(row, entity)}{usual}{other}."


def _what(row: CookieFact, entity: str | None) -> str:
    use = _USES.get(row.use or "")
    if row.service is None:
        return " for ".join(part for part in (row.product, use) if part) or f"a {_KINDS[row.kind]} of several services"
    owner = f" ({entity})" if entity and entity != row.service else ""
    product = f", {row.product}" if row.product else ""
    return f"a {_KINDS[row.kind]} of {row.service}{owner}{product}" + (f", for {use}" if use else "")

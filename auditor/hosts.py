"""The table of known hosts and URLs, ready to be asked: layer 4 of ``auditor.classify``."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from auditor.facts import EXEMPT_ROLES
from auditor.model import Classification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts import HostFact
    from auditor.services import ServiceNames

MAX_EXAMINED = 4_096
"""Characters of a path or query that are looked at."""

SOURCE = "bundled table of hosts"
OTHER_SOURCE = "third-party-web"
ANY_HOST = "*"

_CONFIDENCE, _OTHER_CONFIDENCE = 0.85, 0.7
_COUNTRY_GOOGLE = re.compile(r"((?:.+\.)?google)\.(?:[a-z]{2}|com?\.[a-z]{2})")
_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")


class HostTable:
    """Rows by host; a host is known by itself or the longest of its parent domains.

    ``others`` are the rows of ``auditor.third_party_web``: they answer where the bundled table knows nothing.
    """

    def __init__(
        self,
        hosts: tuple[HostFact, ...],
        urls: tuple[HostFact, ...],
        names: ServiceNames,
        others: tuple[HostFact, ...] = (),
    ) -> None:
        self._hosts = {row.host: row for row in hosts}
        self._others = {row.host: row for row in others}
        self._urls: defaultdict[str, list[HostFact]] = defaultdict(list)
        for row in urls:
            self._urls[row.host].append(row)
        self._answers = {id(row): _answer(row, names, SOURCE, _CONFIDENCE) for row in (*hosts, *urls)}
        self._answers |= {id(row): _answer(row, names, OTHER_SOURCE, _OTHER_CONFIDENCE) for row in others}

    def fact(self, host: str) -> HostFact | None:
        """The row of a host, of the longest known parent domain; rows of several purposes included."""
        names = tuple(_parents(host))
        for table in (self._hosts, self._others):
            for name in names:
                row = table.get(name)
                if row is not None and (row.subdomains or name == names[0]):
                    return row
        return None

    def host(self, host: str) -> Classification | None:
        """What a host is for; None where it is not known or serves several purposes."""
        fact = self.fact(host)
        return None if fact is None or fact.category is None else self._answers[id(fact)]

    def url(self, url: str, host: str, *, own: bool) -> Classification | None:
        """What a URL is for: by its path and query, else by its host, else by a path that tells on any host.

        ``host`` is the URL's host; ``own``: it is of the visited site, of which only the last is asked.
        """
        path, query = _parts(url)
        if not own:
            for name in _parents(host):
                fact = _matching(self._urls.get(name, ()), path, query)
                if fact is not None:
                    return self._answers[id(fact)]
            known = self.host(host)
            if known is not None:
                return known
        fact = _matching(self._urls.get(ANY_HOST, ()), path, query)
        return None if fact is None else self._answers[id(fact)]


def general_host(host: str) -> str:
    """A host, but below google.com where it is below one of Google's country domains (``www.google.fr``)."""
    country = _COUNTRY_GOOGLE.fullmatch(host)
    return f"{country.group(1)}.com" if country else host


def _parents(host: str) -> Iterator[str]:
    """A host and its parent domains, longest first; Google's country domains are read as google.com."""
    name = general_host(host)
    while name:
        yield name
        name = name.partition(".")[2]


def _parts(url: str) -> tuple[str, str]:
    """Path and query of a URL, bounded; of text that is no URL, whatever stands there."""
    rest = _AUTHORITY.sub("", url[: 2 * MAX_EXAMINED].replace("\\", "/"), count=1).partition("#")[0]
    path, _, query = rest.partition("?")
    return path[:MAX_EXAMINED] or "/", query[:MAX_EXAMINED]


def _matching(rows: list[HostFact] | tuple[()], path: str, query: str) -> HostFact | None:
    for row in rows:
        if row.path is not None and row.path.fullmatch(path) and _accepts(row, query):
            return row
    return None


def _accepts(row: HostFact, query: str) -> bool:
    if not row.query:
        return True
    given = dict(parse_qsl(query, keep_blank_values=True))
    return all(name in given and given[name].startswith(beginnings) for name, beginnings in row.query)


def owner_of(row: HostFact, names: ServiceNames) -> str | None:
    """The entity that owns a host; None where it is not known."""
    return (names.entity(row.service) if row.service else None) or row.entity


def _answer(row: HostFact, names: ServiceNames, source: str, confidence: float) -> Classification:
    entity = owner_of(row, names)
    owner = f" ({entity})" if entity and entity != row.service else ""
    what = "a URL" if row.path is not None else "a host"
    where = "" if row.host == ANY_HOST else f" below {row.host}" if row.subdomains else f", {row.host}"
    return Classification(
        category=row.category,
        also_declared_as=row.also_declared_as,
        service=row.service,
        entity=entity,
        layer=4,
        confidence=confidence,
        reason=f"It is {what} of {row.service or 'the consent framework'}{owner}{where}, role: {row.role}.",
        source=source,
        role=row.role,
        exempt=row.role in EXEMPT_ROLES,
    )

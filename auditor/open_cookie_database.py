"""Layer 3: the Open Cookie Database, read from the text of its CSV.

https://github.com/jkwakman/Open-Cookie-Database (Apache-2.0; not part of this project, imported by its users). Its
category *Functional* holds necessary items as well, its domains are partly prose, and a name without its domain was
right in only half of the cases: such an answer has a confidence below 0.6, and is given only where nobody else is
known to own the item's host.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.domains import normal_host
from auditor.known import MIN_TELLING_NAME
from auditor.lists import MAX_CHARACTERS, MAX_ROWS, ListError
from auditor.model import Category, Classification

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.facts import HostFact
    from auditor.known import Item
    from auditor.services import ServiceNames

SOURCE = "Open Cookie Database"

_NAME, _CATEGORY, _DOMAIN, _PLATFORM = "Cookie / Data Key name", "Category", "Domain", "Platform"
_DESCRIPTION, _WILDCARD, _CONTROLLER, _ID = "Description", "Wildcard match", "Data Controller", "ID"
_NEEDED = (_NAME, _CATEGORY, _DOMAIN, _PLATFORM, _WILDCARD)

_CATEGORIES = {
    "functional": Category.FUNCTIONAL,
    "personalization": Category.FUNCTIONAL,
    "analytics": Category.PERFORMANCE,
    "marketing": Category.TARGETING,
    "security": Category.STRICTLY_NECESSARY,
    "necessary": Category.STRICTLY_NECESSARY,
}
_NECESSARY_WORDS = re.compile(
    r"csrf|forger|load.?balanc|secur|authenti|log.?in|logged|sign.?in|fraud|\bbots?\b|humans?\b|\bcart\b|basket"
    r"|checkout|necessary|essential|consent|cookie (notice|banner|preference|setting)|session (id|cookie|state)"
    r"|routing",
    re.IGNORECASE,
)
_NEIGHBOUR = {Category.PERFORMANCE: Category.TARGETING, Category.TARGETING: Category.PERFORMANCE}
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_MAX_TEXT = 2_000
# The csv module has such a limit too, but it is the whole process's: whoever raises it must not change what is read.
_MAX_FIELD = 100_000
_WITH_DOMAIN, _WILD_WITH_DOMAIN, _WITHOUT_DOMAIN, _WILD_WITHOUT_DOMAIN = 0.8, 0.75, 0.55, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class OcdRow:
    """One row: a name, or the beginning of names (``wildcard``), of a platform; ``hosts`` are named in its domain."""

    id: str
    name: str
    wildcard: bool
    platform: str
    controller: str
    hosts: tuple[str, ...]
    category: Category
    also_declared_as: tuple[Category, ...]


def read_csv(text: str) -> tuple[OcdRow, ...]:
    """The rows of the database's CSV; rows without a name or of an unknown category are left out.

    Raises ``ListError`` where the text is too large, is no such CSV, or holds no usable row.
    """
    if len(text) > MAX_CHARACTERS:
        raise ListError(f"This is no Open Cookie Database: it is longer than {MAX_CHARACTERS:,} characters.")
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        missing = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            raise ListError(f"This is no Open Cookie Database: it has no column {', '.join(missing)}.")
        rows = tuple(row for row in map(_row, _bounded(reader)) if row)
    except csv.Error as error:
        raise ListError(f"The Open Cookie Database cannot be read near line {reader.line_num}: {error}.") from error
    if not rows:
        raise ListError("The Open Cookie Database holds no row that can be used.")
    return rows


class OpenCookieDatabase:
    """The rows, ready to be asked."""

    def __init__(self, rows: tuple[OcdRow, ...], names: ServiceNames) -> None:
        self._names = names
        self._exact: defaultdict[str, list[OcdRow]] = defaultdict(list)
        self._wild: defaultdict[str, list[OcdRow]] = defaultdict(list)
        for row in rows:
            (self._wild if row.wildcard else self._exact)[row.name].append(row)
        self._lengths = sorted({len(name) for name in self._wild}, reverse=True)

    def classify(self, item: Item, host: HostFact | None) -> Classification | None:
        """Layer 3. ``host`` is what is known of the item's host where that is not the visited site.

        A row of the item's own domain is preferred, then an exact name, then the longest wildcard.
        """
        rows = tuple(self._candidates(item.name))
        at_home = next((row for row in rows if _is_at_home(row, item)), None)
        if at_home is not None:
            return self._answer(at_home, _WILD_WITH_DOMAIN if at_home.wildcard else _WITH_DOMAIN)
        if host is not None and host.category is not None:
            return None
        elsewhere = next((row for row in rows if _tells(row, item)), None)
        if elsewhere is None:
            return None
        return self._answer(elsewhere, _WILD_WITHOUT_DOMAIN if elsewhere.wildcard else _WITHOUT_DOMAIN)

    def _candidates(self, name: str) -> Iterator[OcdRow]:
        yield from self._exact.get(name, ())
        for length in self._lengths:
            yield from self._wild.get(name[:length], ())

    def _answer(self, row: OcdRow, confidence: float) -> Classification:
        service = self._service(row.platform)
        where = f" on {' or '.join(row.hosts)}" if confidence in (_WITH_DOMAIN, _WILD_WITH_DOMAIN) else ""
        what = f"{row.name}*" if row.wildcard else row.name
        return Classification(
            category=row.category,
            also_declared_as=row.also_declared_as if where else _less_certain(row),
            service=service,
            entity=(self._names.entity(service) if service else None) or row.controller or None,
            layer=3,
            confidence=confidence,
            reason=f"The {SOURCE} lists {what}{where} as an item of {row.platform or 'no named platform'}.",
            source=f"{SOURCE}, row {row.id}" if row.id else SOURCE,
        )

    def _service(self, platform: str) -> str | None:
        return self._names.preferred(platform) if platform else None


def _bounded(reader: csv.DictReader[str]) -> Iterator[Mapping[str, str | None]]:
    for number, row in enumerate(reader, start=1):
        if number > MAX_ROWS:
            raise ListError(f"This is no Open Cookie Database: it has more than {MAX_ROWS:,} rows.")
        if any(len(value) > _MAX_FIELD for value in row.values() if value):
            raise csv.Error(f"field larger than {_MAX_FIELD:,} characters")
        yield row


def _row(fields: Mapping[str, str | None]) -> OcdRow | None:
    given = {name: (fields.get(name) or "").strip()[:_MAX_TEXT] for name in (*_NEEDED, _DESCRIPTION, _CONTROLLER, _ID)}
    category = _CATEGORIES.get(given[_CATEGORY].casefold())
    if category is None or not given[_NAME]:
        return None
    category, also = _meaning(category, given[_DESCRIPTION])
    return OcdRow(
        id=given[_ID],
        name=given[_NAME],
        wildcard=given[_WILDCARD] == "1",
        platform=given[_PLATFORM],
        controller=given[_CONTROLLER],
        hosts=tuple(host for token in _HOST.findall(given[_DOMAIN].lower()) if (host := normal_host(token))),
        category=category,
        also_declared_as=also,
    )


def _meaning(category: Category, description: str) -> tuple[Category, tuple[Category, ...]]:
    """*Functional* holds both what works and what is needed to work; the description tells which, if anything does."""
    if category is not Category.FUNCTIONAL:
        return category, ()
    if _NECESSARY_WORDS.search(description):
        return Category.STRICTLY_NECESSARY, (Category.FUNCTIONAL,)
    return Category.FUNCTIONAL, (Category.STRICTLY_NECESSARY,)


def _less_certain(row: OcdRow) -> tuple[Category, ...]:
    """Away from its domain a row's name may mean another item: what measures and what targets is then open."""
    other = _NEIGHBOUR.get(row.category)
    return row.also_declared_as if other is None else (*row.also_declared_as, other)


def _is_at_home(row: OcdRow, item: Item) -> bool:
    domain = item.domain
    return domain is not None and any(domain == host or domain.endswith(f".{host}") for host in row.hosts)


def _tells(row: OcdRow, item: Item) -> bool:
    """Whether a name says something away from its domain: long enough, neither a wildcard nor on the site itself."""
    if len(row.name) < MIN_TELLING_NAME:
        return False
    return not (row.hosts and item.domain is not None and (row.wildcard or item.own))

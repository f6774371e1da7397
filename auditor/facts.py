"""The bundled tables as records: known cookies, known hosts and URLs, services.

The files are part of the project (``auditor/knowledge``); a row that does not fit is a fault of the project, so a
loader raises ``KeyError`` or ``ValueError`` instead of guessing. Every loader is called once and cached.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from auditor.model import Category

if TYPE_CHECKING:
    from collections.abc import Mapping

EXEMPT_USES = frozenset({"consent_record", "load_balancing", "csrf", "bot_protection", "fraud_prevention"})
"""Uses that make an item exempt from the rules on non-essential items (RULES.md, *essential*)."""

EXEMPT_ROLES = frozenset({"consent", "security"})
"""The same for hosts: consent management, bot protection."""

_META = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieFact:
    """A row of ``known_cookies.json``; see the header of that file for the fields.

    ``prefix`` is the literal beginning of a glob, ``regex`` its compiled form (None: the pattern is a plain name).
    """

    pattern: str
    prefix: str
    regex: re.Pattern[str] | None
    kind: str
    service: str | None
    product: str | None
    category: Category
    also_declared_as: tuple[Category, ...]
    party: str
    domains: tuple[str, ...]
    domain_only: bool
    use: str | None
    lifetime_s: int | None
    source: str
    checked: str

    def matches(self, name: str) -> bool:
        """Whether a name, case-sensitive, is meant by this row."""
        return name == self.pattern if self.regex is None else self.regex.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFact:
    """A row of ``known_hosts.json``: what a host and its subdomains are for.

    For a row of the table ``urls``, ``path`` is set: only URLs whose path matches it, and whose query has one of the
    accepted beginnings for each parameter of ``query``, are meant. ``category`` None: several purposes. ``entity`` is
    set only where the table of services does not know the owner; ``subdomains`` False: only the host itself is meant.
    """

    host: str
    service: str | None
    category: Category | None
    also_declared_as: tuple[Category, ...]
    role: str
    path: re.Pattern[str] | None = None
    query: tuple[tuple[str, tuple[str, ...]], ...] = ()
    entity: str | None = None
    subdomains: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFact:
    """A row of ``services.json``: the one name of a service, its owner, and its other names."""

    name: str
    entity: str | None
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyFact:
    """A row of ``name_families.json``: how the items of a product, or of a kind of product, are named."""

    pattern: str
    prefix: str
    regex: re.Pattern[str] | None
    product: str
    category: Category
    also_declared_as: tuple[Category, ...]


@cache
def family_facts() -> tuple[FamilyFact, ...]:
    """All rows of ``name_families.json``, the longest literal beginning first."""
    rows = read_table("name_families.json")["families"]
    return tuple(sorted(map(_family_fact, rows), key=lambda row: (-len(row.prefix), row.pattern)))


@cache
def cookie_facts() -> tuple[CookieFact, ...]:
    """All rows of ``known_cookies.json``, in the file's order."""
    return tuple(_cookie_fact(row) for row in read_table("known_cookies.json")["cookies"])


@cache
def host_facts() -> tuple[HostFact, ...]:
    """The rows ``hosts`` of ``known_hosts.json``."""
    return tuple(_host_fact(row) for row in read_table("known_hosts.json")["hosts"])


@cache
def url_facts() -> tuple[HostFact, ...]:
    """The rows ``urls`` of ``known_hosts.json``; the first that matches counts."""
    return tuple(_host_fact(row) for row in read_table("known_hosts.json")["urls"])


@cache
def service_facts() -> tuple[ServiceFact, ...]:
    """All rows of ``services.json``, in the file's order."""
    rows = read_table("services.json")["services"]
    return tuple(ServiceFact(name=row["name"], entity=row["entity"], aliases=tuple(row["aliases"])) for row in rows)


@cache
def plain_words() -> frozenset[str]:
    """Names that are ordinary words or abbreviations: in running text they count only exactly as written."""
    return frozenset(read_table("services.json")["words"])


@cache
def too_wide() -> frozenset[str]:
    """Names that mean too much to be one service in running text (``Google``)."""
    return frozenset(read_table("services.json")["never_in_text"])


def read_table(name: str) -> dict[str, Any]:
    """One file of ``auditor/knowledge`` as parsed JSON. Raises ``FileNotFoundError`` for an unknown name."""
    table: dict[str, Any] = json.loads(resources.files("auditor.knowledge").joinpath(name).read_text("utf-8"))
    return table


def glob_regex(pattern: str) -> re.Pattern[str]:
    """A glob as a regular expression for ``fullmatch``: ``*`` any text, ``?`` one character, ``[0-9]`` a range."""
    parts = re.split(r"(\*|\?|\[[^]]+\])", pattern)
    written = {"*": ".*", "?": "."}
    return re.compile(
        "".join(written.get(p) or (p if p.startswith("[") else re.escape(p)) for p in parts if p), re.DOTALL
    )


def literal_prefix(pattern: str) -> str:
    """The part of a glob before its first wildcard; of a plain name, the whole."""
    return _META.split(pattern, maxsplit=1)[0]


def _family_fact(row: Mapping[str, Any]) -> FamilyFact:
    pattern = row["pattern"]
    return FamilyFact(
        pattern=pattern,
        prefix=literal_prefix(pattern),
        regex=glob_regex(pattern) if _META.search(pattern) else None,
        product=row["product"],
        category=Category(row["category"]),
        also_declared_as=tuple(map(Category, row["also_declared_as"])),
    )


def _cookie_fact(row: Mapping[str, Any]) -> CookieFact:
    pattern = row["pattern"]
    return CookieFact(
        pattern=pattern,
        prefix=literal_prefix(pattern),
        regex=glob_regex(pattern) if _META.search(pattern) else None,
        kind=row.get("kind", "cookie"),
        service=row.get("service"),
        product=row.get("product"),
        category=Category(row["category"]),
        also_declared_as=tuple(map(Category, row.get("also_declared_as", ()))),
        party=row["party"],
        domains=tuple(row.get("domains", ())),
        domain_only=row.get("domain_only", False),
        use=row.get("use"),
        lifetime_s=row["lifetime_s"],
        source=row["source"],
        checked=row["checked"],
    )


def _host_fact(row: Mapping[str, Any]) -> HostFact:
    category = row["category"]
    return HostFact(
        host=row["host"],
        service=row["service"],
        category=None if category is None else Category(category),
        also_declared_as=tuple(map(Category, row.get("also_declared_as", ()))),
        role=row["role"],
        path=glob_regex(row["path"]) if "path" in row else None,
        query=tuple((name, tuple(prefixes)) for name, prefixes in row.get("query", {}).items()),
    )

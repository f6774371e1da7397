"""Declared names against observed ones: wildcards, hosts, providers, services.

Everything errs towards a match, since a missed match would accuse a vendor of not declaring what it declares. Names
of cookies are case-sensitive, names of companies are not. No pattern of a policy becomes a regular expression.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from auditor.domains import host_of, normal_host, registrable_domain, same_site
from auditor.model import Party
from auditor.services import fold

if TYPE_CHECKING:
    from auditor.model import DeclaredCookie, Scope, Site
    from auditor.observed import Item, Knowledge

_HOST_TOKEN = re.compile(r"[^\s,;|/()\[\]<>\"']+")
#: Stand-ins for a variable part of a declared name (POLICY_SCHEMA, match patterns).
_PLACEHOLDER = re.compile(
    r"\*+|#+|\{[^{}]{1,40}\}|<[^<>]{1,40}>|\[[^\[\]]{1,40}\]|\$\w{1,40}|\.{3,}|…|x{3,}|X{3,}"
    r"|(?<=[-_.])(?:[xX]+(?=[-_.]|$)|%+$)"
    r"|(?<=[a-z][-_.])[A-Z]{2,12}(?:[-_][A-Z]{2,12})?$"
)
#: A name that breaks off where the variable part begins: ``_hjSession_``, ``intercom-id-``.
_STEM = re.compile(r"\w[\w.-]{2,}[-_.]$")
#: What stands around a name: ``Cookie: sid``, the mark of a footnote, how often a scanner saw it (``_fbp [x2]``).
_AROUND = re.compile(r"^cookie(?: name)?\s*:\s*|\s*\[x\d{1,4}\]$|\s*[¹²³⁴⁵⁶⁷⁸⁹†‡]+$", re.IGNORECASE)
#: What stands between several names in one cell: ``_ga / _gid``, ``AWSALB and AWSALBCORS``.
_BETWEEN = re.compile(r"\s+/\s+|\s*[;|&]\s*|\s+(?:and|or|und|oder|en|of|et|ou|y|e|i|och|og)\s+")
#: What stands between the names of one provider: ``DoubleClick (Google)``, ``DoubleClick by Google``.
_PROVIDERS = re.compile(r"\s*[()\[\]/|;,]\s*|\s+[-–—]\s+|\s+(?:by|von|van|par|de|da|di|af|av|od)\s+")
#: An ending in parentheses that a name may have: ``AWSALB(CORS)``, ``_vwo_uuid(_v2)``.
_OPTIONAL = re.compile(r"([\w.-]+)\(([\w.-]{1,40})\)")
#: What a tool appends to the name under which it documents its cookie: ``_pk_id.1.3f2a``, ``_hjSession_123456``.
_APPENDED = re.compile(r"\.[\w.-]+|[-_.]?\d[\d._-]{2,}(?:-hash)?")
#: A legal form that is written with dots: "S.A.", "S.p.A.".
_SPELLED = re.compile(r"\b(?:[a-z] ){1,3}[a-z]\b")
_TOP_LEVEL = re.compile(r"[a-z]{2,24}|xn--[a-z0-9-]{1,59}")
_LEGAL_FORM_WORDS = """ab ag as aps bv co com company corp corporation gmbh holding holdings inc incorporated
international ireland limited llc ltd nv oy plc platforms pte pty sa sarl sas se spa srl systems technologies
technology unlimited"""
_LEGAL_FORMS = frozenset(_LEGAL_FORM_WORDS.split())

#: Platforms that policies also mention for a login, a browser or a profile page: in running text their bare name does
#: not name the tracker of the same name; a policy that declares them as a service does.
_PLATFORM_WORDS = """amazon apple bing facebook google instagram linkedin meta microsoft pinterest reddit snapchat
spotify tiktok twitter vimeo whatsapp x yahoo youtube zoom"""
_PLATFORMS = frozenset(_PLATFORM_WORDS.split())
_COMPANIES = _PLATFORMS | {"adobe", "alphabet", "oracle", "salesforce", "yandex"}


@lru_cache(maxsize=4096)
def owner_words(name: str) -> str:
    """A company's name folded and without its legal form: ``"Meta Platforms, Inc."`` -> ``meta``."""
    words = _SPELLED.sub(lambda found: found[0].replace(" ", ""), fold(name)).split()
    return " ".join(word for word in words if word not in _LEGAL_FORMS) or " ".join(words)


# -------------------------------------------------------------------------------------- wildcards


def glob_matches(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern in which ``*`` stands for any characters, none included; case-sensitive.

    Linear in time. A pattern of wildcards only matches nothing: it says nothing about any name.
    """
    parts = pattern.split("*")
    if len(parts) == 1:
        return pattern == name
    first, *middle, last = parts
    if not name.startswith(first) or not name.endswith(last) or len(name) < len(first) + len(last):
        return False
    if not any(parts):
        return False
    position, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True


def host_matches(pattern: str, host: str) -> bool:
    """Whether a host is the declared one: ``*.`` takes in every subdomain and the bare domain, ``www.`` is ignored."""
    declared = host_of(pattern) if "//" in pattern else pattern.strip().lower().rstrip("/")
    if not declared:
        return False
    if declared.startswith(("*.", ".")):
        base = declared.lstrip("*.")
        return bool(base) and (host == base or host.endswith(f".{base}"))
    return declared.removeprefix("www.") == host.removeprefix("www.")


def stands_elsewhere(url: str | None, site: str) -> bool:
    """Whether a document, by its URL, stands on another host of a site's registrable domain; the site is a URL too."""
    return same_site(url or "", site) and not host_matches(url or "", host_of(site) or "")


def hosts_in(text: str) -> tuple[str, ...]:
    """The host names that a column's text holds, lower case and without wildcards; prose holds none."""
    found = []
    for token in _HOST_TOKEN.findall(text.lower()):
        host = normal_host(token.lstrip("*").strip("."))
        if host and "." in host and _TOP_LEVEL.fullmatch(host.rsplit(".", 1)[1]):
            found.append(host)
    return tuple(found)


# ---------------------------------------------------------------------------------------- cookies


def specificity(declared: DeclaredCookie, item: Item, knowledge: Knowledge, own: frozenset[str]) -> int:
    """How closely a declared cookie names an item: 3 exact, 2 wildcard, 1 by host, 0 not at all.

    A declared host, or a declared provider, takes away matches elsewhere. Cookie and storage names match each other:
    policies list storage entries among their cookies. ``own`` are the registrable domains of the vendor: one policy
    often serves several, and lists the first-party cookies of one of them. Many lists name whose a cookie is instead of
    where it lives (``bing.com`` for ``_uetsid``): a host of the service that sets it on the site itself matches too.
    """
    closeness = max(_closeness(kind, pattern, item) for kind, pattern in _readings_of(declared))
    placed = closeness and (lives_there(declared, item, own) or _names_owner(declared.host, item, knowledge))
    return closeness if placed and _provider_allows(declared.provider, item, knowledge) else 0


def lives_there(declared: DeclaredCookie, item: Item, own: frozenset[str]) -> bool:
    """Whether an item lives where a declared cookie does: at its host, at another of the vendor's own, or anywhere."""
    hosts = hosts_in(declared.host or "")
    if not hosts or any(_same_place(host, item) for host in hosts):
        return True
    return item.party is Party.FIRST and any(registrable_domain(host) in own for host in hosts)


def has_name(declared: DeclaredCookie, name: str) -> bool:
    """Whether a declared cookie's name or wildcard is this name, wherever such a cookie lives."""
    return any(kind != "host" and _name_closeness(kind, pattern, name) for kind, pattern in _readings_of(declared))


def _readings_of(declared: DeclaredCookie) -> tuple[tuple[str, str], ...]:
    return _readings(declared.match.kind, declared.match.pattern, declared.name, declared.aliases)


@lru_cache(maxsize=65_536)
def _readings(kind: str, pattern: str, name: str, aliases: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Every (kind, pattern) under which a cookie is declared; a consent tool's placeholders are wildcards as well."""
    found = {(kind, pattern): None}
    for spelling in dict.fromkeys(part for whole in (name, *aliases) for part in _spellings(_AROUND.sub("", whole))):
        glob = _PLACEHOLDER.sub("*", spelling)
        if _STEM.search(glob):
            glob += "*"
        found["glob" if "*" in glob else "exact", glob] = None
    return tuple(found)


def _spellings(text: str) -> tuple[str, ...]:
    """What a name as written may mean: itself, each of several names, and itself decoded."""
    parts = _BETWEEN.split(text)
    several = parts if all(part and " " not in part for part in parts) else ()
    ending = _OPTIONAL.fullmatch(text)
    both = (ending[1], ending[1] + ending[2]) if ending else ()
    return (text, *several, *both, *((unquote(text),) if "%" in text else ()))


def _closeness(kind: str, pattern: str, item: Item) -> int:
    if kind == "host":
        return int(item.kind == "cookie" and host_matches(f"*.{pattern.lstrip('*.')}", item.domain))
    return _name_closeness(kind, pattern, item.name)


def _name_closeness(kind: str, pattern: str, name: str) -> int:
    names = (name, unquote(name)) if "%" in name else (name,)
    if pattern in names:
        return 3
    fits = glob_matches if kind == "glob" else _is_base
    return 2 if any(fits(pattern, one) for one in names) else 0


def _is_base(declared: str, name: str) -> bool:
    """Whether a name is the declared one and what a tool appends to it: a number, or anything after a dot."""
    return name.startswith(declared) and _APPENDED.fullmatch(name, len(declared)) is not None


def _names_owner(host: str | None, item: Item, knowledge: Knowledge) -> bool:
    """Whether a declared host is one of the company whose item this is known to be, wherever that company sets it."""
    entity = item.classification.entity
    known = item.party is Party.FIRST and item.item_known and entity is not None
    return known and any(knowledge.url(f"https://{one}/").entity == entity for one in hosts_in(host or ""))


def _same_place(host: str, item: Item) -> bool:
    """Whether a declared host may be where the item lives: same registrable domain, either way round."""
    return registrable_domain(host) == registrable_domain(_host(item))


def _host(item: Item) -> str:
    return item.domain if item.kind == "cookie" else host_of(item.domain) or ""


def _provider_allows(provider: str | None, item: Item, knowledge: Knowledge) -> bool:
    """A provider narrows third-party items only: a vendor may well call itself the provider of its own ``_ga``.

    The provider of an item is whose it is known to be, or who owns its host (HubSpot, of Cloudflare's ``__cf_bm`` on
    hubspot.com), by any service of that company: lists give Google's ``NID`` to the product that brought it.
    """
    if not provider or item.party is Party.FIRST:
        return True
    known, host = item.classification, knowledge.url(f"https://{_host(item)}/")
    entities = {known.entity, host.entity} - {None}
    hosts = hosts_in(provider)
    if hosts:
        owners = {knowledge.url(f"https://{one}/").entity for one in hosts}
        return any(_same_place(one, item) for one in hosts) or known.entity is None or bool(entities & owners)
    if known.service is None:
        return True
    named = provider_names(provider)
    if any(knowledge.service_owner(owner_words(name)) in entities for name in named):
        return True
    parties = ((known.service, known.entity), (host.service, host.entity))
    return any(
        names_service(name, service, entity, knowledge) for name in named for service, entity in parties if service
    )


def provider_names(provider: str) -> tuple[str, ...]:
    """The names in a provider's cell: a brand beside its company, or several, are each a provider."""
    return tuple(filter(None, dict.fromkeys((provider, *_PROVIDERS.split(provider)))))


# --------------------------------------------------------------------------------------- services


def names_service(name: str, service: str, entity: str | None, knowledge: Knowledge) -> bool:
    """Whether a name in a policy means a service: one of its names, or that of the company that owns it."""
    wanted = fold(name)
    return bool(wanted) and (
        not service_names(service, knowledge).isdisjoint({wanted, owner_words(name)})
        or fold(service) in service_names(name, knowledge)
        or (entity is not None and owner_words(name) == owner_words(entity))
    )


@lru_cache(maxsize=16_384)
def service_names(service: str, knowledge: Knowledge) -> frozenset[str]:
    """All names of a service, folded."""
    return frozenset({fold(service), *map(fold, knowledge.aliases(service))} - {""})


def names_in_text(service: str, folded_text: str, knowledge: Knowledge) -> bool:
    """Whether a folded text holds a name of a service other than the bare name of a platform."""
    padded = f" {folded_text} "
    return any(f" {name} " in padded for name in service_names(service, knowledge) - _PLATFORMS)


def is_company(name: str) -> bool:
    """Whether a name is that of a company with many services (``Google LLC``), and not of one of them."""
    return owner_words(name) in _COMPANIES


# ----------------------------------------------------------------------------------------- scopes

HOST, KIND, ANY = 2, 1, 0


def bind(scopes: tuple[Scope, ...], site: Site, reached: frozenset[str]) -> tuple[int, frozenset[str]]:
    """Which scopes of one policy a site belongs to, and by what: ``HOST``, ``KIND`` or ``ANY``.

    By the hosts that the policy names; else by the configured scope, against kind, id and name; else by the hosts that
    visits of the site were redirected to (``reached``), which binds no closer than a scope; else all of them.
    """
    by_host = _naming(scopes, frozenset(filter(None, [host_of(site.url)])))
    if by_host:
        return HOST, by_host
    by_kind = frozenset(scope.id for scope in scopes if site.scope and _is_kind(scope, site.scope))
    close = by_kind or _naming(scopes, reached)
    return (KIND, close) if close else (ANY, frozenset(scope.id for scope in scopes))


def _naming(scopes: tuple[Scope, ...], hosts: frozenset[str]) -> frozenset[str]:
    """The scopes that name one of the hosts."""
    return frozenset(
        scope.id for scope in scopes if any(host_matches(named, host) for named in scope.hosts for host in hosts)
    )


def _is_kind(scope: Scope, wanted: str) -> bool:
    return fold(wanted) in {fold(scope.kind), fold(scope.id), fold(scope.name)}

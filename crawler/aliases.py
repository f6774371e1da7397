"""DNS aliases of a site's own hosts: which names their CNAME records lead to.

A tracker behind a subdomain of the site shows in DNS only. Lookups are bounded and made once in a run; what cannot be
looked up is said to be unobserved and never taken for "no alias". Where the resolver map answers for a host the public
DNS knows nothing of it: then only a resolver that the configuration names (``[network] dns``) is asked.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from auditor.domains import normal_host, registrable_domain
from auditor.model import HostAlias, Party
from crawler.addresses import AddressRules, address_and_port, parsed

if TYPE_CHECKING:
    from auditor.model import Visit
    from crawler.config import NetworkConfig

MAX_HOSTS = 100
MAX_CHAIN = 16
LOOKUP_TIMEOUT_S = 5.0
VISIT_TIMEOUT_S = 15.0
_AT_A_TIME = 8
_MAX_KNOWN = 20_000
_SHOWN = 10
_DNS_PORT = 53


class Aliases:
    """Looks aliases up, with the answers of one run; belongs to one event loop."""

    def __init__(self, network: NetworkConfig) -> None:
        self._rules = AddressRules(network)
        self._named = network.dns is not None
        self._resolver = _resolver(network)
        self._known: dict[str, HostAlias | None] = {}
        self._room = asyncio.Semaphore(_AT_A_TIME)

    async def of(self, visit: Visit) -> tuple[tuple[HostAlias, ...], tuple[str, ...]]:
        """(aliases of the visit's first-party subdomains, what could not be observed), in the order of host names."""
        hosts = sorted({r.host for r in visit.requests if r.party is Party.FIRST and _is_subdomain(r.host)})
        asked = [host for host in hosts[:MAX_HOSTS] if self._named or self._rules.mapped(host) is None]
        waiting = [host for host in asked if host not in self._known]
        try:
            async with asyncio.timeout(VISIT_TIMEOUT_S):
                await asyncio.gather(*map(self._look_up, waiting))
        except TimeoutError:
            pass  # Whatever has no answer by now is unobserved.
        found = tuple(alias for host in asked if (alias := self._known.get(host)) is not None)
        missing = [host for host in hosts if host not in {alias.host for alias in found}]
        return found, (_unobserved(missing),) if missing else ()

    async def _look_up(self, host: str) -> None:
        async with self._room:
            if len(self._known) < _MAX_KNOWN:
                self._known[host] = await self._alias(host)

    async def _alias(self, host: str) -> HostAlias | None:
        if self._resolver is None:
            return None
        try:
            name, kind = dns.name.from_text(host), dns.rdatatype.A
            answer = await self._resolver.resolve(
                name, kind, raise_on_no_answer=False, lifetime=LOOKUP_TIMEOUT_S, search=False
            )
            chain = [str(rrset[0].target) for rrset in answer.chaining_result.cnames]
        except (dns.exception.DNSException, OSError, ValueError, UnicodeError):
            return None
        names = (normal_host(name) for name in chain[:MAX_CHAIN])
        return HostAlias(host=host, chain=tuple(name for name in names if name is not None))


def _resolver(network: NetworkConfig) -> dns.asyncresolver.Resolver | None:
    """The configured resolver, else the system's; None where there is none."""
    if network.dns is None:
        try:
            return dns.asyncresolver.Resolver()
        except (dns.exception.DNSException, OSError):
            return None
    resolver = dns.asyncresolver.Resolver(configure=False)
    address, port = address_and_port(network.dns)
    resolver.nameservers = [address]
    resolver.port = port or _DNS_PORT
    return resolver


def _is_subdomain(host: str) -> bool:
    return parsed(host) is None and host != registrable_domain(host)


def _unobserved(hosts: list[str]) -> str:
    more = f" and {len(hosts) - _SHOWN} more" if len(hosts) > _SHOWN else ""
    return f"DNS aliases of {', '.join(hosts[:_SHOWN])}{more}"

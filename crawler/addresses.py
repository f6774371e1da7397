"""Which addresses may be reached: the resolver map, and what is public.

Public means: global unicast of the IANA special-purpose registries (RFC 6890 and its updates), looked at through every
IPv6 form that embeds IPv4.
"""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.config import NetworkConfig

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "3fff::/20",
        "5f00::/16",
    )
)
"""Of the special-purpose registries what the standard library's older versions take for public."""
_AZURE_WIRE_SERVER = ipaddress.IPv4Address("168.63.129.16")
"""A public address that inside Azure is the platform's metadata channel."""


class Reason(StrEnum):
    """Why a host was not reached."""

    REFUSED = "refused"
    DNS = "dns"
    CONNECTION = "connection"
    TIMEOUT = "timeout"


class NotReachedError(Exception):
    """A host that was not reached; ``reason`` in a word, the text in a sentence."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class AddressRules:
    """The resolver map and the list of refusals."""

    def __init__(self, network: NetworkConfig) -> None:
        self._allow_private = network.allow_private_addresses
        self._map = {pattern.lower().strip("."): address_and_port(value) for pattern, value in network.resolve.items()}
        self._named = frozenset(self._map.values())
        self.own_ports: set[int] = set()

    def mapped(self, host: str) -> tuple[str, int | None] | None:
        """Where the resolver map sends a host. Exact names first, then the longest wildcard; ``*`` is for names only.

        An address that a page names outright is not moved by ``*``: it must stand the check.
        """
        if host in self._map:
            return self._map[host]
        if parsed(host) is not None:
            return None
        labels = host.split(".")
        for start in range(1, len(labels)):
            wildcard = "*." + ".".join(labels[start:])
            if wildcard in self._map:
                return self._map[wildcard]
        return self._map.get("*")

    def check(self, host: str, address: str, port: int) -> None:
        """Raise unless ``address`` is public, allowed by the configuration, or named in the resolver map."""
        if self._allow_private or (address, port) in self._named or (address, None) in self._named:
            return
        read = parsed(address)
        if read is None:
            raise NotReachedError(Reason.REFUSED, f"{host} has the unreadable address {address!r}")
        why = _why_not_public(read)
        if why:
            raise NotReachedError(
                Reason.REFUSED, f"{host} leads to {address}, {why}; set allow_private_addresses to allow it"
            )


def address_and_port(value: str) -> tuple[str, int | None]:
    """``address[:port]``, an IPv6 address with a port in brackets, as (address, port or None)."""
    text = value.strip()
    if text.startswith("["):
        address, _, port = text[1:].partition("]")
        return address, int(port[1:]) if port[1:] else None
    if text.count(":") == 1:
        address, _, port = text.partition(":")
        return address, int(port)
    return text, None


def parsed(text: str) -> Address | None:
    """The address that a text is; ``None`` for a name."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _why_not_public(address: Address) -> str | None:
    """What an address is if it is not public, in words; ``None`` for a public one."""
    if isinstance(address, ipaddress.IPv6Address):
        embedded = _embedded(address)
        if embedded is not None:
            return _why_not_public(embedded)
    kinds = (
        (address.is_loopback, "a loopback address"),
        (address.is_link_local, "a link-local address"),
        (address.is_multicast, "a multicast address"),
        (address.is_unspecified, "no address at all"),
        (address == _AZURE_WIRE_SERVER, "a cloud metadata address"),
        (address.is_private, "a private address"),
        (address.is_reserved, "a reserved address"),
        (getattr(address, "is_site_local", False), "a site-local address"),
        (not address.is_global, "not a public address"),
        (any(address in network for network in _SPECIAL), "a special-purpose address"),
    )
    return next((words for applies, words in kinds if applies), None)


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside a mapped, 6to4, Teredo, NAT64 or IPv4-compatible address."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    low = int(address) & 0xFFFF_FFFF
    if address in _NAT64 or (int(address) >> 32 == 0 and low > 1):
        return ipaddress.IPv4Address(low)
    return None

"""Hosts, registrable domains and parties.

The registrable domain (eTLD+1) comes from the Public Suffix List that is bundled with ``tldextract``: the same answer
on every machine, never a download. Private suffixes count (``a.github.io`` and ``b.github.io`` are two sites), as in
the browsers' definition of *site*. See https://publicsuffix.org/list/ and https://html.spec.whatwg.org/#sites.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from urllib.parse import urlsplit

import tldextract

from auditor.model import Party

MAX_HOST = 253
"""Longest host name that DNS can carry, in characters."""

_MAX_CACHED_URL = 2_048
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_DOTS = {ord(dot): "." for dot in "\u3002\uff0e\uff61"}
_VERSION = re.compile(r"^// VERSION: (\d{4}-\d{2}-\d{2})", re.MULTILINE)


def host_of(url: str) -> str | None:
    """Host of a URL as browsers read it: lower case, A-labels, no port, no trailing dot, IPv6 without brackets.

    Understands ``blob:`` URLs and serialised origins. A backslash ends the authority as in the WHATWG URL standard:
    what stands between it and a later ``@`` is no user name. ``None`` for everything that has no valid host
    (``data:``, ``about:blank``, hostile or broken text); never raises.
    """
    return _cached_host(url) if len(url) <= _MAX_CACHED_URL else _parsed_host(url)


def normal_host(host: str) -> str | None:
    """A bare host (no scheme, no port) in the project's form, or ``None`` when it is no host: see ``host_of``.

    A leading dot, as in the Domain attribute of old cookies, and a trailing dot are dropped.
    """
    return _cached_normal_host(host) if len(host) <= 2 * MAX_HOST else None


@lru_cache(maxsize=65_536)
def registrable_domain(host: str) -> str:
    """Public suffix plus one label of a host in the form of ``host_of``.

    IP addresses, single labels and public suffixes themselves are returned as they are. A top-level domain that the
    list does not know (``.example``, ``.test``) is a suffix of one label: the list's default rule ``*``.
    """
    if "." not in host or _is_ip(host):
        return host
    parts = _extractor()(host)
    if not parts.suffix:
        return ".".join(host.split(".")[-2:])
    return f"{parts.domain}.{parts.suffix}" if parts.domain else host


def same_site(first: str, second: str) -> bool:
    """Whether two hosts or URLs have the same registrable domain; false where one of them has no host."""
    one, other = _host(first), _host(second)
    return one is not None and other is not None and registrable_domain(one) == registrable_domain(other)


def party(host: str, page_url: str) -> Party:
    """Party of a host relative to a page, given by URL. A page without a host makes everything third-party."""
    return Party.FIRST if same_site(host, page_url) else Party.THIRD


@cache
def suffix_list_date() -> str:
    """ISO date of the bundled Public Suffix List, to be recorded with whatever was judged by it."""
    text = resources.files("tldextract").joinpath(".tld_set_snapshot").read_text("utf-8")
    found = _VERSION.search(text)
    assert found, "the bundled Public Suffix List carries its version"
    return found.group(1)


def _parsed_host(url: str) -> str | None:
    try:
        raw = urlsplit(url.removeprefix("blob:").replace("\\", "/")).hostname
    except ValueError:
        return None
    return normal_host(raw) if raw else None


def _normal_host(host: str) -> str | None:
    name = host.strip().strip(".").lower()
    bare = name.removeprefix("[").removesuffix("]")
    if _is_ip(bare):
        return bare
    if not name.isascii():
        name = _to_ascii(name)
    return name if len(name) <= MAX_HOST and _HOST.fullmatch(name) else None


_cached_normal_host = lru_cache(maxsize=16_384)(_normal_host)
_cached_host = lru_cache(maxsize=16_384)(_parsed_host)


def _host(host_or_url: str) -> str | None:
    return host_of(host_or_url) if "://" in host_or_url else normal_host(host_or_url)


def _is_ip(text: str) -> bool:
    if ":" not in text and not text[-1:].isdigit():
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _to_ascii(name: str) -> str:
    """A-labels of a host in letters, for comparison with what browsers report; other text is refused later.

    Unicode's compatibility form and Punycode, as in UTS #46 without its transitional rules (``ß`` stays). Python's own
    ``idna`` codec follows the older standard of 2003.
    """
    if len(name) > MAX_HOST:
        return name
    labels = unicodedata.normalize("NFKC", name).translate(_DOTS).split(".")
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)


@cache
def _extractor() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)

"""Reads a cookie as it was written: a Set-Cookie line or the text given to ``document.cookie``.

Follows RFC 6265bis (draft-ietf-httpbis-rfc6265bis, sections 5.1.1 dates, 5.1.4 default path, 5.6 parsing, 5.7 prefixes
and storage), as browsers do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime
from urllib.parse import urlsplit

from auditor.domains import host_of, normal_host, registrable_domain

MAX_LIFETIME_S = 400 * 86_400
"""What browsers clamp lifetimes to (RFC 6265bis section 5.5)."""

MAX_PAIR = 4096
"""Bytes of a name and its value together."""

_CONTROL = re.compile("[\\x00-\\x1f\\x7f]")
_DELIMITERS = re.compile(r"[\x09\x20-\x2F\x3B-\x40\x5B-\x60\x7B-\x7E]+")
# Where the RFC and Chromium differ (digits after leading zeros, five-digit years, nothing behind the digits) it is
# Chromium that is followed: its jar is the evidence.
_TIME = re.compile(r"0*(\d{1,2}):0*(\d{1,2}):0*(\d{1,2})")
_DAY = re.compile(r"\d{1,2}")
_YEAR = re.compile(r"\d{1,5}")
_AGE = re.compile(r"[+-]?\d{1,1024}")
_MAX_DECLARED_S = 10**12
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_SAME_SITE = {"strict": "Strict", "lax": "Lax", "none": "None"}
_MAX_ATTRIBUTE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A cookie as asked for. ``lifetime_s`` None: a session cookie; zero or less: a deletion."""

    name: str
    value: str
    domain: str
    path: str
    host_only: bool
    secure: bool
    http_only: bool
    same_site: str | None
    partitioned: bool
    lifetime_s: int | None

    @property
    def deletes(self) -> bool:
        """Whether this write removes the cookie."""
        return self.lifetime_s is not None and self.lifetime_s <= 0


def parse(line: str, url: str, at_ms: float) -> Written | None:
    """The cookie that ``line`` from ``url`` asks for at ``at_ms`` (since 1970); ``None`` if it is none."""
    pair, _, rest = line.partition(";")
    name, value = _halves(pair)
    host = host_of(url)
    if host is None or not (name or value):
        return None
    attributes = _attributes(rest)
    domain = _as_labels(attributes.get("domain", "").lstrip(".").lower())
    path = attributes.get("path", "")
    return Written(
        name=name,
        value=value,
        domain=domain or host,
        path=path if path.startswith("/") else _default_path(url),
        host_only=not domain,
        secure="secure" in attributes,
        http_only="httponly" in attributes,
        same_site=_SAME_SITE.get(attributes.get("samesite", "").lower()),
        partitioned="partitioned" in attributes,
        lifetime_s=_lifetime(attributes, at_ms),
    )


def name_of(line: str) -> str:
    """The cookie's name in a Set-Cookie line, or in a part of a Cookie header; empty where it has none."""
    return _halves(line.partition(";")[0])[0]


def names_in(header: str) -> list[str]:
    """The names in a Cookie header."""
    return [name_of(pair) for pair in header.split(";") if pair.strip()]


def why_rejected(written: Written, url: str, *, by_script: bool, across_sites: bool) -> str | None:
    """Why a browser would not store this write, in Chromium's words; ``None`` if nothing speaks against it.

    ``across_sites``: the document stands in a page of another site, or in a frame of one.
    """
    host = host_of(url) or ""
    secure_origin = url.startswith(("https:", "wss:")) or host in ("localhost", "127.0.0.1", "::1")
    checks = (
        (len(written.name.encode()) + len(written.value.encode()) > MAX_PAIR, "NameValuePairExceedsMaxSize"),
        (_CONTROL.search(written.name + written.value) is not None, "DisallowedCharacter"),
        (not _domain_fits(written, host), "InvalidDomain"),
        (written.secure and not secure_origin, "SecureOnly"),
        (_breaks_prefix(written), "InvalidPrefix"),
        (by_script and written.http_only, "HttpOnlyFromScript"),
        (across_sites and written.same_site is None, "SameSiteUnspecifiedTreatedAsLax"),
        (across_sites and written.same_site in ("Lax", "Strict"), f"SameSite{written.same_site}"),
        (written.same_site == "None" and not written.secure, "SameSiteNoneInsecure"),
        (written.partitioned and not written.secure, "InvalidPartitioned"),
    )
    return next((reason for applies, reason in checks if applies), None)


def well_formed(text: str) -> str:
    """Text of a page with U+FFFD for halves of surrogate pairs, which scripts may hold and no encoding can."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _halves(pair: str) -> tuple[str, str]:
    """Name and value; without a sign of equality all of it is value."""
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    return name.strip(" \t"), value.strip(" \t")


def _as_labels(domain: str) -> str:
    """A domain as browsers compare it: with A-labels (RFC 5890); what is none stays as it is."""
    return domain if domain.isascii() else normal_host(domain) or domain


def _domain_fits(written: Written, host: str) -> bool:
    if written.host_only or host == written.domain:
        return True
    return host.endswith("." + written.domain) and "." in registrable_domain(written.domain)


def _breaks_prefix(written: Written) -> bool:
    """Cookie name prefixes (RFC 6265bis section 4.1.3), in any case; a nameless cookie must not feign one."""
    if not written.name:
        return written.value.lower().startswith(("__secure-", "__host-", "__http-"))
    name = written.name.lower()
    of_host = name.startswith("__host-")
    http_only = name.startswith(("__http-", "__host-http-"))
    return (
        (name.startswith(("__secure-", "__http-", "__host-")) and not written.secure)
        or (http_only and not written.http_only)
        or (of_host and not (written.host_only and written.path == "/"))
    )


def _attributes(text: str) -> dict[str, str]:
    """Attributes by lower-case name; of a repeated one the last counts."""
    found = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        value = value.strip(" \t")
        if len(value) <= _MAX_ATTRIBUTE:
            found[name.strip(" \t").lower()] = value
    return found


def _lifetime(attributes: dict[str, str], at_ms: float) -> int | None:
    """Seconds that are asked for. Max-Age goes before Expires; what cannot be read is as if it were not there."""
    age = attributes.get("max-age", "")
    if _AGE.fullmatch(age):
        return min(max(int(age), 0), _MAX_DECLARED_S)
    expires = _cookie_date(attributes.get("expires", ""))
    if expires is None:
        return None
    return whole_seconds(expires.timestamp() - at_ms / 1000)


def whole_seconds(left: float) -> int:
    """A lifetime in whole seconds: none of it left is a deletion, a fraction of a second is not."""
    return max(round(left), 1) if left > 0 else 0


def _cookie_date(text: str) -> datetime | None:
    """RFC 6265 section 5.1.1: a forgiving reading of dates."""
    clock: tuple[int, int, int] | None = None
    day = month = year = None
    for token in _DELIMITERS.split(text):
        if clock is None and (found := _TIME.fullmatch(token)):
            clock = (int(found[1]), int(found[2]), int(found[3]))
        elif day is None and _DAY.fullmatch(token):
            day = int(token)
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS[token[:3].lower()]
        elif year is None and _YEAR.fullmatch(token):
            year = _full_year(int(token))
    if clock is None or day is None or month is None or year is None:
        return None
    try:
        return datetime(min(year, MAXYEAR), month, day, *clock, tzinfo=UTC)
    except ValueError:
        return None


def _full_year(year: int) -> int:
    if 70 <= year <= 99:
        return year + 1900
    return year + 2000 if year < 70 else year


def _default_path(url: str) -> str:
    path = urlsplit(url).path
    cut = path.rfind("/")
    return path[:cut] if cut > 0 else "/"

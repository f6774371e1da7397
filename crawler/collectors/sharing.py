"""Identifiers of cookies and storage entries in requests to somebody else: the raw material of cookie syncing.

Works on raw values and therefore while the visit lasts; what it hands over names items, hosts and parameters, never a
value. Looked for are whole values and their identifying parts, as they are, percent-encoded, in Base64, and hashed
with MD5, SHA-1 or SHA-256 (Papadopoulos, Kourtellis and Markatos, "Cookie Synchronization", WWW 2019, section 3;
Englehardt and Narayanan, "Online Tracking", CCS 2016, section 6).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus, urlsplit

from auditor.domains import host_of, same_site
from auditor.identifiers import identifying_parts
from auditor.model import Cookie, CookieEvent, Place, SharedIdentifier, Spelling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditor.model import StorageItem
    from crawler.collectors.hops import Hop
    from crawler.collectors.timeline import Timeline

MAX_BODY = 16_384
"""Characters of a request's body that are looked at."""
MAX_SHARED = 500
_MAX_PARTS = 2_000
_MAX_TEXT = 65_536
_MAX_NAME = 256
_MIN_RUN = 4
_COOKIE_LEAD_MS = 250
"""A script may send an identifier just before it stores it."""
_STORAGE_LEAD_MS = 2_000
"""The browser tells of storage later than of requests."""

_RUN = re.compile(rf"[0-9A-Za-z]{{{_MIN_RUN},}}")
_ENCODED = re.compile(r"[0-9A-Za-z+/_-]{11,}={0,2}")
_STANDARD_HEADERS = re.compile(
    r"(?::|accept|access-control-|authority$|cache-control|connection|content-|cookie|dnt|host$|if-|keep-alive|origin"
    r"|pragma|priority|range|referer|sec-|service-worker|te$|transfer-|upgrade|user-agent|via|purpose|viewport|device"
    r"|dpr|rtt|downlink|ect|save-data)",
    re.IGNORECASE,
)
_HASHES: tuple[tuple[Spelling, Callable[[bytes], bytes]], ...] = (
    (Spelling.MD5, lambda text: hashlib.md5(text, usedforsecurity=False).digest()),
    (Spelling.SHA1, lambda text: hashlib.sha1(text, usedforsecurity=False).digest()),
    (Spelling.SHA256, lambda text: hashlib.sha256(text).digest()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    """The item that had an identifier first, and from when on a request may have it from there."""

    kind: str
    name: str
    place: str
    host: str
    since_ms: float


@dataclass(frozen=True, slots=True)
class _Secret:
    text: str
    spelling: Spelling
    whole: bool
    owner: _Owner


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a request, as it stands there."""

    found_in: Place
    parameter: str | None
    text: str


def shared_identifiers(
    cookies: Iterable[Cookie],
    storage: Iterable[StorageItem],
    hops: Iterable[Hop],
    timeline: Timeline,
    page_url: str,
) -> tuple[SharedIdentifier, ...]:
    """The first sighting of each item's identifier at each host of another registrable domain, in each phase.

    Args:
        cookies: the visit's cookies, with raw values.
        storage: its storage entries, with raw values.
        hops: its requests.
        timeline: its phases.
        page_url: its final URL; requests to the site itself are not looked at.
    """
    secrets = _indexed(cookies, storage)
    found: dict[tuple[str, str, str, str, str], SharedIdentifier] = {}
    if not secrets:
        return ()
    for hop in sorted(hops, key=lambda hop: hop.at_ms):
        phase, host = timeline.phase_of(hop.at_ms), host_of(hop.url)
        if phase is None or host is None or not hop.on_wire or same_site(host, page_url):
            continue
        at_ms = timeline.since_start(hop.at_ms)
        for secret, piece, spelling in _sightings(hop, secrets):
            owner = secret.owner
            key = (owner.kind, owner.name, owner.place, host, phase)
            if key in found or at_ms < owner.since_ms or same_site(owner.host, host):
                continue
            found[key] = SharedIdentifier(
                item_kind=owner.kind,
                item_name=owner.name,
                item_place=owner.place,
                spelling=spelling,
                whole=secret.whole,
                found_in=piece.found_in,
                parameter=piece.parameter,
                url=hop.url,
                host=host,
                phase=phase,
                at_ms=at_ms,
                initiator=hop.causes[0] if hop.causes else None,
            )
            if len(found) >= MAX_SHARED:
                return tuple(found.values())
    return tuple(found.values())


def _indexed(cookies: Iterable[Cookie], storage: Iterable[StorageItem]) -> dict[str, list[_Secret]]:
    """All spellings of all identifiers by their longest run of letters and digits, in lower case."""
    index: dict[str, list[_Secret]] = {}
    for text, (owner, whole) in _owned(cookies, storage).items():
        for secret in _spelled(text, owner, whole=whole):
            run = max(_RUN.findall(secret.text), key=len, default=None)
            if run is not None:
                index.setdefault(run.lower(), []).append(secret)
    return index


def _owned(cookies: Iterable[Cookie], storage: Iterable[StorageItem]) -> dict[str, tuple[_Owner, bool]]:
    """Every identifying text, with the item that had it first."""
    held = sorted((*_of_cookies(cookies), *_of_storage(storage)), key=lambda one: one[0].since_ms)
    found: dict[str, tuple[_Owner, bool]] = {}
    for owner, raw in held:
        for text, whole in identifying_parts(raw):
            if len(found) < _MAX_PARTS:
                found.setdefault(text, (owner, whole))
    return found


def _of_cookies(cookies: Iterable[Cookie]) -> Iterator[tuple[_Owner, str]]:
    for cookie in cookies:
        if cookie.event not in (CookieEvent.BLOCKED, CookieEvent.DELETED) and cookie.value.raw:
            since = cookie.at_ms - _COOKIE_LEAD_MS
            host = cookie.domain
            yield (
                _Owner(kind="cookie", name=cookie.name, place=cookie.domain, host=host, since_ms=since),
                cookie.value.raw,
            )


def _of_storage(storage: Iterable[StorageItem]) -> Iterator[tuple[_Owner, str]]:
    for item in storage:
        host = host_of(item.origin)
        if host is not None and item.value.raw:
            since = 0 if item.at_ms is None else item.at_ms - _STORAGE_LEAD_MS
            yield (
                _Owner(kind=item.kind.value, name=item.key, place=item.origin, host=host, since_ms=since),
                item.value.raw,
            )


def _spelled(text: str, owner: _Owner, *, whole: bool) -> Iterator[_Secret]:
    yield _Secret(text, Spelling.PLAIN, whole, owner)
    for spelling, digest_of in _HASHES:
        digest = digest_of(text.encode("utf-8", "surrogatepass"))
        encoded = base64.b64encode(digest).decode().rstrip("=")
        for form in {digest.hex(), encoded, encoded.replace("+", "-").replace("/", "_")}:
            yield _Secret(form, spelling, whole, owner)


def _sightings(hop: Hop, secrets: dict[str, list[_Secret]]) -> Iterator[tuple[_Secret, _Piece, Spelling]]:
    for piece in _pieces(hop):
        for text, spelling in _readings(piece.text):
            for run in dict.fromkeys(_RUN.findall(text)):
                for secret in secrets.get(run.lower(), ()):
                    if _stands_in(secret, text):
                        yield secret, piece, spelling if secret.spelling is Spelling.PLAIN else secret.spelling


def _stands_in(secret: _Secret, text: str) -> bool:
    """Whether a text holds a secret between characters that do not belong to it; hexadecimal digits in either case."""
    if secret.spelling is not Spelling.PLAIN:
        return secret.text in text or secret.text in text.lower()
    at = text.find(secret.text)
    while at >= 0:
        end = at + len(secret.text)
        before, after = text[at - 1 : at], text[end : end + 1]
        if not (before.isalnum() and secret.text[0].isalnum()) and not (after.isalnum() and secret.text[-1].isalnum()):
            return True
        at = text.find(secret.text, at + 1)
    return False


def _pieces(hop: Hop) -> Iterator[_Piece]:
    try:
        parts = urlsplit(hop.url)
    except ValueError:
        return
    yield _Piece(Place.PATH, None, parts.path)
    yield from _fields(Place.QUERY, parts.query)
    yield from _fields(Place.FRAGMENT, hop.fragment or parts.fragment)
    yield from _fields(Place.BODY, hop.body)
    for name, value in hop.headers.items():
        if not _STANDARD_HEADERS.match(name):
            yield _Piece(Place.HEADER, name[:_MAX_NAME], value[:_MAX_TEXT])


def _fields(found_in: Place, text: str) -> Iterator[_Piece]:
    """The fields of ``a=1&b=2``; any other text as it is."""
    for field in re.split("[&;]", text[:_MAX_TEXT]) if "{" not in text[:2] else (text[:_MAX_TEXT],):
        name, equals, value = field.partition("=")
        named = bool(equals) and len(name) <= _MAX_NAME and not _ENCODED.fullmatch(field)
        if field:
            yield _Piece(found_in, unquote(name) if named else None, value if named else field)


def _readings(text: str) -> Iterator[tuple[str, Spelling]]:
    """A text as it stands, with percent-encoding undone once and twice, and with what is Base64 in it undone."""
    yield text, Spelling.PLAIN
    for _ in range(2):
        if "%" in text and (decoded := unquote_plus(text)) != text:
            text = decoded
            yield text, Spelling.URL_ENCODED
    for token in _ENCODED.findall(text):
        plain = _unbase64(token)
        if plain is not None:
            yield plain, Spelling.BASE64


def _unbase64(token: str) -> str | None:
    """The readable text that a token encodes; None where it encodes none."""
    bare = token.rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
    try:
        text = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return text if text.isprintable() else None

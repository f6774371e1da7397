"""What is taken from strings and values of visited sites before they are stored.

Three reductions, all idempotent: control and bidirectional characters become visible escapes, URLs lose their query
values, fragments, credentials and opaque path segments, and values keep only a hash keyed per installation.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache

TEXT_LIMIT = 8_192
LONG_TEXT_LIMIT = 65_536
SQLITE_INTEGER_MAX = 2**63 - 1
_PARAMETER_LIMIT = 100
_NAME_LIMIT = 64

# C0 (tab and line ends apart), DEL, C1, bidirectional marks and overrides, line separators, BOM, surrogates.
_LINE_CONTROLS = "\t\n\r"
_HIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff"
)
_HIDDEN_ANYWHERE = re.compile(f"[{_HIDDEN}]")
_HIDDEN_IN_LINE = re.compile(f"[{_HIDDEN}{_LINE_CONTROLS}]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_CREDENTIALS = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]{0,30}:)?//[^/@]{0,4096}@")
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]{0,30}):")
_MATRIX = re.compile(r";([^=;/]{0,64})=[^;/]*")
_ASSET = re.compile(r"\.(?:js|mjs|css|png|jpe?g|webp|svg|ico|woff2?|ttf|otf|map|wasm)$", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[A-Za-z]{1,5}[0-9]?$")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_SHORT = 10
_DIGITS = re.compile(rf"[0-9]{{{_SHORT}}}")
_RUN = re.compile(r"[A-Za-z0-9+=%~]{16,}")
_TAG_HOST = re.compile(r"^https?://www\.googletagmanager\.com(?::[0-9]+)?/", re.IGNORECASE)
_TAG_KIND = re.compile(r"^id=((?:G|UA|AW|DC|GT|GTM)-)[A-Z0-9-]{0,24}$")
_ANCHOR = re.compile(r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")
_HIERARCHICAL = frozenset({"http", "https", "ws", "wss", "ftp", "file", "about", "chrome-extension", "moz-extension"})


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


def _shown(text: str) -> str:
    # Printable text holds none of the hidden characters; asking so is much faster than substituting.
    return text if text.isprintable() else _HIDDEN_IN_LINE.sub(_escape, text)


def _bounded(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    mark = f"…[{len(text)} characters, sha256 {hashlib.sha256(text.encode('utf-8')).hexdigest()[:16]}]"
    return text[: limit - len(mark)] + mark


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """One line of text: control and bidirectional characters as escapes, at most ``limit`` characters."""
    return _bounded(_shown(text), limit)


def clean_lines(text: str, limit: int = LONG_TEXT_LIMIT) -> str:
    """Text of several lines: as `clean`, but tabs and line ends stay."""
    return _bounded(_HIDDEN_ANYWHERE.sub(_escape, text), limit)


def storable(text: str) -> str:
    """Text that must stay as it is, such as a quote: only what SQLite cannot hold (NUL, surrogates) is escaped."""
    return _UNSTORABLE.sub(_escape, text)


def integer(value: int) -> int:
    """The value, held within what SQLite can store (a Max-Age may have any number of digits)."""
    return max(-SQLITE_INTEGER_MAX, min(SQLITE_INTEGER_MAX, value))


def keyed_hash(key: bytes, digest: str) -> str:
    """Half of the hex HMAC-SHA-256 of a value's digest: it tells values apart, and no table of known values has it."""
    return hmac.new(key, digest.encode("utf-8", "backslashreplace"), hashlib.sha256).hexdigest()[:32]


def _opaque(segment: str) -> bool:
    """Whether a path segment or parameter name looks like an identifier rather than a word."""
    if len(segment) < _SHORT:
        return False
    if len(segment) > _NAME_LIMIT or _UUID.search(segment):
        return True
    if _ASSET.search(segment):
        return False
    if _DIGITS.search(segment):
        return True
    return any(_mixed(run) for run in _RUN.findall(segment))


def _mixed(run: str) -> bool:
    digits = sum(character.isdigit() for character in run)
    return digits >= 3 and digits < len(run)


def _segment(segment: str) -> str:
    segment = _MATRIX.sub(r";\1=", segment) if ";" in segment else segment
    if not _opaque(segment):
        return segment
    suffix = _SUFFIX.search(segment)
    return "~" + (suffix.group() if suffix else "")


def _parameter(part: str, *, of_tag: bool) -> str:
    kind = _TAG_KIND.match(part) if of_tag else None
    name, equals, _ = part.partition("=")
    return ("~" if _opaque(name) else name) + equals + (kind.group(1) if kind else "")


def _reduce_hierarchical(text: str) -> str:
    text = _CREDENTIALS.sub(r"\1//", text)
    address, _, query = text.partition("#")[0].partition("?")
    authority_end = address.find("/", address.find("//") + 2) if "//" in address else 0
    if authority_end < 0:
        authority_end = len(address)
    path = "/".join(_segment(segment) for segment in address[authority_end:].split("/"))
    of_tag = _TAG_HOST.match(text) is not None
    parts = (part for part in re.split("[&;]", query) if part)
    names = list(dict.fromkeys(_parameter(part, of_tag=of_tag) for part in parts))[:_PARAMETER_LIMIT]
    return address[:authority_end] + path + ("?" + "&".join(names) if names else "")


@lru_cache(maxsize=8_192)
def reduce_url(url: str) -> str:
    """A URL as it is stored: credentials, query values and fragment dropped, parameter names kept, opaque parts ``~``.

    ``data:`` keeps its media type, ``blob:`` its origin, ``javascript:`` its first 200 characters (it is text here and
    is never made a link), any other scheme only itself. The result of a reduced URL is that URL.

    One value stays in part: what kind of tag a Google tag is loaded for (``id=G-`` of ``id=G-7K2XQ9LM4B``), since the
    same address serves measurement, advertising and bare containers; the account's number goes.
    """
    text = _shown(url)
    scheme = match.group(1).lower() if (match := _SCHEME.match(text)) else None
    if scheme is None or scheme in _HIERARCHICAL:
        return _bounded(_reduce_hierarchical(text), TEXT_LIMIT)
    if scheme == "data":
        return re.split("[,;]", text, maxsplit=1)[0][:100]
    if scheme == "blob":
        return "blob:" + _bounded(_reduce_hierarchical(text[5:]), TEXT_LIMIT)
    if scheme == "javascript":
        return text[:200]
    return scheme + ":"


def reduce_link(url: str) -> str:
    """As `reduce_url`, but a fragment that is a plain anchor stays: it tells what a link on a page is for."""
    fragment = url.partition("#")[2]
    reduced = reduce_url(url)
    telling = _ANCHOR.match(fragment) and not _opaque(fragment) and "#" not in reduced
    return f"{reduced}#{fragment}" if telling else reduced

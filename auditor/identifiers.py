"""Does a value look like a unique identifier?

A single visit cannot prove that a value is unique to a visitor; what it can tell is the shape. The shapes follow
Acar et al., "The Web Never Forgets" (CCS 2014, section 5.1) and Englehardt and Narayanan, "Online Tracking" (CCS
2016, section 4.4), minus what is plainly something else: points in time, versions, words, settings. It is built to
miss rather than to accuse: letters-only values, however random, are not called identifiers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import unquote

from auditor.model import Value
from auditor.tcf import read_tc_string

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

MAX_EXAMINED = 4_096
"""Characters of a value that are looked at; longer values are judged by their beginning."""

_UUID = re.compile(
    r"(?<![0-9a-zA-Z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-zA-Z])", re.IGNORECASE
)
_RANDOM_AND_TIME = re.compile(r"(?<!\d)\d{5,10}\.[12]\d{9}(?:\d{3})?(?!\d)|(?<!\d)[12]\d{12}\.\d{8,}(?!\d)")
_TOKEN = re.compile(r"[0-9A-Za-z]{10,}")
_HEX = re.compile(r"[0-9a-f]{16,}|[0-9A-F]{16,}")
_BASE64_JSON = re.compile(r"eyJ[0-9A-Za-z+/_-]{8,}")
_CHANGE = re.compile(r"(?<=[a-z])[A-Z0-9]|(?<=[A-Z])\d|(?<=\d)\D")
_URL = re.compile(r"(?:https?|wss?):(?:\\?/){2}[^\s\"'<>|]+", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])(?:(?:GTM|GT|AW|DC|G|YT)-[A-Z0-9]{4,14}|UA-\d{4,12}-\d{1,4})(?![0-9A-Za-z])")
_DIGEST_OF_FILE = re.compile(r"(?<![0-9A-Za-z])sha(?:256|384|512)-[0-9A-Za-z+/]{40,}={0,2}")
_CONSENT_STRING = re.compile(r"(?<![0-9A-Za-z_-])C[0-9A-Za-z_-]{33,}(?:\.[0-9A-Za-z_-]+)*")
_SIZE = re.compile(r"\d{3,4}x\d{3,4}(?:x\d{1,3})?")
_EPOCHS = ((1_000_000_000, 2_100_000_000, 10), (1_000_000_000_000, 2_100_000_000_000, 13))
_CALENDAR = re.compile(
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d(?:\d{3})?)?"
)

_MIN_CHANGES = 3
_MIN_CHANGE_RATIO = ((24, 0.15), (16, 0.2), (0, 0.25))
_MIN_DISTINCT_DIGITS = 4
_MIN_DISTINCT_HEX = 6
_MICROSECONDS = 16

MIN_SHARED = 8
"""Characters of the shortest value that is looked for in other parties' requests."""
_MAX_WHOLE = 256
_MAX_PARTS = 20
_SHORT = re.compile(r"(?=(?:.*[0-9]){2})(?=(?:.*[A-Za-z]){2})[0-9A-Za-z]{8,9}")
_MIN_DISTINCT_SHORT = 6


def describe_value(raw: str, *, keep_raw: bool = False) -> Value:
    """What is kept of a value: length in characters, SHA-256 of its UTF-8 bytes, entropy, identifier flag.

    ``entropy`` is Shannon entropy in bits per character of the first ``MAX_EXAMINED`` characters. ``keep_raw`` keeps
    the value itself, which only a person may ask for. Takes any text, lone surrogates included; never raises.
    """
    return Value(
        length=len(raw),
        hash=hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest(),
        entropy=round(entropy(raw[:MAX_EXAMINED]), 4),
        identifier=looks_like_identifier(raw),
        raw=raw if keep_raw else None,
    )


def entropy(text: str) -> float:
    """Shannon entropy of a text in bits per character; 0 for the empty text."""
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in Counter(text).values()) + 0.0


def looks_like_identifier(raw: str) -> bool:
    """Whether a value contains something shaped like a unique identifier.

    That is: a UUID, 16 or more hexadecimal digits, a random number beside a time (``_ga``, ``_fbp``), a number of 10
    or more digits that is no point in time, or 10 or more letters and digits in a random mixture. Percent-encoding
    and one level of Base64-encoded JSON are looked through. Addresses, numbers of measurement accounts, digests of
    files and consent strings are the same for many visitors, however random they look.
    """
    return any(_contains_identifier(part) for part in _readings(raw))


def identifying_parts(raw: str) -> tuple[tuple[str, bool], ...]:
    """What of a value would identify the visitor to whoever receives it: (text, whether it is the whole value).

    Besides what ``looks_like_identifier`` finds, a whole value of 8 or 9 letters and digits in a random mixture. The
    text is at least ``MIN_SHARED`` characters long and stands in the value as it is, percent-encoding or Base64
    undone; longest first, at most 20. Empty where nothing identifies.
    """
    readings = _readings(raw)
    found: dict[str, bool] = {}
    for reading in readings:
        found |= dict.fromkeys(_identifying_tokens(reading), False)
    text = raw.strip().strip('"')
    if (found and len(text) <= _MAX_WHOLE) or _is_short_identifier(text):
        found |= dict.fromkeys((text, unquote(text)), True)
    usable = [(part, whole) for part, whole in found.items() if len(part) >= MIN_SHARED]
    return tuple(sorted(usable, key=lambda one: (-len(one[0]), one)))[:_MAX_PARTS]


def unique_values(contexts: Iterable[Collection[Value]]) -> frozenset[str]:
    """The second opinion: hashes of the identifier-like values that one context alone has seen.

    ``contexts``: of one cookie or storage key, the values in each of several visits. Visits begin in fresh browsers,
    so that a value that comes again in another one is the site's configuration and not the visitor's identity. With
    one visit there is no second opinion, and the shape decides alone.
    """
    seen = [{value.hash for value in values if value.identifier} for values in contexts]
    times = Counter(digest for digests in seen for digest in digests)
    return frozenset(digest for digest, count in times.items() if count == 1)


def _readings(raw: str) -> tuple[str, ...]:
    """A value as it can be read: decoded, without what looks random and is not the visitor's."""
    text = raw[:MAX_EXAMINED]
    if "%" in text:
        text = unquote(text)
    texts = (_BASE64_JSON.sub(" ", text), *_decoded_json(text))
    return tuple(_without_common_tokens(each) for each in texts)


def _without_common_tokens(text: str) -> str:
    for pattern in (_URL, _ACCOUNT, _DIGEST_OF_FILE):
        text = pattern.sub(" ", text)
    return _CONSENT_STRING.sub(lambda found: found.group() if read_tc_string(found.group()) is None else " ", text)


def _identifying_tokens(text: str) -> Iterator[str]:
    yield from (found.group() for found in _RANDOM_AND_TIME.finditer(text))
    yield from (found.group() for found in _UUID.finditer(text) if _is_random_hex(found.group().replace("-", "")))
    yield from (token for token in _TOKEN.findall(_UUID.sub(" ", text)) if _is_random(token))


def _is_short_identifier(text: str) -> bool:
    mixed = len(_CHANGE.findall(text)) >= _MIN_CHANGES and len(set(text.lower())) >= _MIN_DISTINCT_SHORT
    return mixed and _SHORT.fullmatch(text) is not None and not _SIZE.fullmatch(text)


def _decoded_json(text: str) -> Iterator[str]:
    """The readable form of each Base64 JSON token; of an unreadable one, the token as it is without its head."""
    for token in _BASE64_JSON.findall(text):
        padded = token.translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
        padded = padded[: len(padded) - (len(padded) % 4 == 1)]
        try:
            yield base64.b64decode(padded + "=" * (-len(padded) % 4)).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            yield token[3:]


def _contains_identifier(text: str) -> bool:
    if _RANDOM_AND_TIME.search(text):
        return True
    if any(_is_random_hex(found.group().replace("-", "")) for found in _UUID.finditer(text)):
        return True
    return any(_is_random(token) for token in _TOKEN.findall(_UUID.sub(" ", text)))


def _is_random(token: str) -> bool:
    """Whether a run of letters and digits looks drawn at random."""
    if token.isdigit():
        return len(set(token)) >= _MIN_DISTINCT_DIGITS and not _is_time(token)
    if _HEX.fullmatch(token):
        return _is_random_hex(token)
    if not any(character.isdigit() for character in token):
        return False
    return not _SIZE.fullmatch(token) and _is_mixed(token)


def _is_mixed(token: str) -> bool:
    """Whether letters, digits and cases alternate more often than in words with numbers (``checkout2024step3``).

    Counted are changes between letters and digits and from lower to upper case; from upper to lower every word with a
    capital has one. Thresholds were set on names with digits of cookies and programs (2 % pass) against random tokens
    (80 % of 10 to 12 characters, 90 % of 16, 96 % and more from 20 on).
    """
    changes = len(_CHANGE.findall(token))
    ratio = next(ratio for length, ratio in _MIN_CHANGE_RATIO if len(token) >= length)
    return changes >= _MIN_CHANGES and changes >= ratio * len(token)


def _is_random_hex(token: str) -> bool:
    return len(set(token.lower())) >= _MIN_DISTINCT_HEX


def _is_time(digits: str) -> bool:
    """Whether a number is a point in time: Unix seconds, milli- or microseconds, or a calendar stamp."""
    if len(digits) == _MICROSECONDS:
        digits = digits[:13]
    number = int(digits)
    if any(len(digits) == length and low <= number < high for low, high, length in _EPOCHS):
        return True
    return _CALENDAR.fullmatch(digits) is not None

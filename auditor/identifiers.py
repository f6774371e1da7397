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

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    and one level of Base64-encoded JSON are looked through.
    """
    text = raw[:MAX_EXAMINED]
    if "%" in text:
        text = unquote(text)
    decoded = tuple(_decoded_json(text))
    return any(_contains_identifier(part) for part in (_BASE64_JSON.sub(" ", text), *decoded))


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

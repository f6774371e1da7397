"""What a single value in vendors.toml may be: one function per kind of value.

Each takes the parsed TOML value and returns it in the type of the record, or raises ``ValueError`` with the half
sentence that stands behind the value's path ("must be ..."). None knows where its value stands.
"""

from __future__ import annotations

import ipaddress
import re
import zoneinfo
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from auditor.model import Scenario
from crawler.modes import MODES
from crawler.schedule.cadence import NICKNAMES, check_cron

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_TEXT = 500
MAX_URL = 2000

_ID = re.compile(r"[a-z0-9-]{1,64}")
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?")
_EMAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")
_HOST_PATTERN = re.compile(r"\*|(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_EVERY = re.compile(r"([1-9][0-9]{0,3})([hdw])")
_CRON_FIELDS: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    (0, 7, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)


def text(value: object) -> str:
    """A non-empty string of at most 500 characters without control characters."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a non-empty string")
    if len(value) > MAX_TEXT:
        raise ValueError(f"is longer than {MAX_TEXT} characters")
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise ValueError("contains control characters")
    return value


def flag(value: object) -> bool:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - one kind of error for every bad value
    return value


def whole(low: int, high: int) -> Callable[[object], int]:
    """A check for whole numbers from ``low`` to ``high``, both included."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return value

    return check


def one_of(*words: str) -> Callable[[object], str]:
    """A check for one of the given words."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError("must be one of " + ", ".join(f'"{word}"' for word in words))
        return value

    return check


def list_of(check: Callable[[object], str], *, most: int = 100) -> Callable[[object], tuple[str, ...]]:
    """A check for a list without repetitions of at most ``most`` values, each passing ``check``."""

    def check_all(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise ValueError(f"must be a list of at most {most} strings")
        values = tuple(check(entry) for entry in value)
        if len(set(values)) != len(values):
            raise ValueError("lists something twice")
        return values

    return check_all


def vendor_id(value: object) -> str:
    """An id: lower-case letters, digits and hyphens, at most 64."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("must be 1 to 64 characters of a-z, 0-9 and -")
    return value


def word(value: object) -> str:
    """A code such as ``website``, ``uk`` or ``us-ca``."""
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise ValueError("must be a lower-case word (a-z, 0-9, _ and -)")
    return value


def email(value: object) -> str:
    """An e-mail address, by its form only."""
    if not isinstance(value, str) or not _EMAIL.fullmatch(value):
        raise ValueError("must be an e-mail address")
    return value


def scenarios(value: object) -> tuple[Scenario, ...]:
    """One or more scenarios, each once."""
    names = list_of(text)(value)
    if not names:
        raise ValueError("must name at least one scenario")
    for name in names:
        if name not in tuple(Scenario):
            raise ValueError(f'"{name}" is not a scenario; there are ' + ", ".join(Scenario))
    return tuple(Scenario(name) for name in names)


def locale(value: object) -> str:
    """A BCP 47 tag of language, optional script and optional region."""
    if not isinstance(value, str) or not _LOCALE.fullmatch(value):
        raise ValueError('must be a language tag such as "en-GB"')
    return value


def timezone(value: object) -> str:
    """A name of the IANA time zone database."""
    if not isinstance(value, str) or value not in zoneinfo.available_timezones():
        raise ValueError('must be a time zone such as "Europe/London"')
    return value


def url(value: object) -> str:
    """An http or https URL with a host, at most 2000 characters, without credentials or fragment."""
    if not isinstance(value, str) or not value:
        raise ValueError("must be a URL such as https://www.example.com/")
    if len(value) > MAX_URL:
        raise ValueError(f"is longer than {MAX_URL} characters")
    if any(ord(char) <= 32 or ord(char) == 127 for char in value):
        raise ValueError("contains white space or control characters")
    parts = _split(value, ("http", "https"))
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not contain a user name or password")
    if parts.fragment:
        raise ValueError("must not contain a fragment (#...)")
    return value


def page(value: object) -> str:
    """A path beginning with ``/``, or a URL."""
    if isinstance(value, str) and value.startswith("/") and not value.startswith("//"):
        if len(value) > MAX_URL or any(ord(char) <= 32 for char in value):
            raise ValueError("is too long or contains white space")
        return value
    return url(value)


def proxy(value: object) -> str | None:
    """An http or socks5 URL; the empty string means none."""
    if value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("must be a proxy URL such as socks5://127.0.0.1:1080")  # noqa: TRY004 - as in flag
    _split(value, ("http", "socks5"))
    return value


def _split(value: str, schemes: tuple[str, ...]) -> SplitResult:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"is not a valid URL ({error})") from None
    if parts.scheme not in schemes:
        raise ValueError("must begin with " + " or ".join(f"{scheme}://" for scheme in schemes))
    if not host:
        raise ValueError("has no host")
    try:
        host.encode("idna") if not host.isascii() else None
    except UnicodeError:
        raise ValueError("has an impossible host name") from None
    return parts


def browser(value: object) -> str:
    """A mode (``crawler.modes``) or the path of a browser."""
    if isinstance(value, str) and (value in MODES or ("/" in value and len(value) < 4096 and value.isprintable())):
        return value
    modes = ", ".join(f'"{mode}"' for mode in MODES)
    raise ValueError(f"must be {modes} or the path of a browser")


def host_pattern(value: str) -> str:
    """``*``, a host, or ``*.`` and a host; returned in lower case."""
    folded = value.lower()
    if len(folded) > 255 or not _HOST_PATTERN.fullmatch(folded):
        raise ValueError('must be "*", a host or "*." and a host')
    return folded


def address(value: object) -> str:
    """``address`` or ``address:port``, where address is IPv4, or IPv6 (in brackets where a port follows)."""
    problem = 'must be an IP address with an optional port, such as "127.0.0.1:8790" or "[::1]:8790"'
    if not isinstance(value, str):
        raise ValueError(problem)  # noqa: TRY004 - as in flag
    bare = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    if _is_address(bare):
        return value
    host, _, port = value.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not _is_address(host[1:-1] if bracketed else host) or (":" in host and not bracketed):
        raise ValueError(problem)
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise ValueError(problem)
    return value


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return "%" not in value


def span(value: object) -> str:
    """``12h``, ``7d``, ``2w``."""
    if not isinstance(value, str) or not _EVERY.fullmatch(value):
        raise ValueError('must be like "12h", "7d" or "2w"')
    return value


def cadence(value: object) -> str:
    """``12h``, ``7d``, ``2w``; or a cron line of five fields, or ``@daily`` and its like."""
    problem = 'must be like "12h", "7d", "2w", a cron line of five fields or "@daily"'
    if not isinstance(value, str):
        raise ValueError(problem)  # noqa: TRY004 - as in flag
    if _EVERY.fullmatch(value) or value in NICKNAMES:
        return value
    fields = value.split()
    if len(value) > 200 or len(fields) != len(_CRON_FIELDS):
        raise ValueError(problem)
    for field, (low, high, names) in zip(fields, _CRON_FIELDS, strict=True):
        if not all(_is_cron_part(part, low, high, names) for part in field.split(",")):
            raise ValueError(f'{problem}; the cron field "{field}" is not within {low}-{high}')
    check_cron(value)
    return value


def _is_cron_part(part: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdigit() and 0 < len(step) < 4 and int(step) > 0):
        return False
    if span == "*":
        return True
    first, dash, last = span.partition("-")
    start = _cron_number(first, low, names)
    end = _cron_number(last, low, names) if dash else start
    return start is not None and end is not None and low <= start <= end <= high


def _cron_number(value: str, low: int, names: tuple[str, ...]) -> int | None:
    if value.lower() in names:
        return names.index(value.lower()) + low
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else None

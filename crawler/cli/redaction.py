"""Keeps the values of cookies and storage out of printed URLs: an identifier in a query is still an identifier."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote, unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model import Value, Visit

MARK = "[redacted]"
MIN_LENGTH = 8
_MAX_LENGTH = 4000
_MAX_SECRETS = 5000
_USER = re.compile(r"^([a-z]{2,5}://)[^/?#]*@", re.IGNORECASE)
"""A name and password for the server (RFC 3986, section 3.2.1)."""


class Redactor:
    """Replaces observed values in the path, query and fragment of URLs; scheme and host stay.

    A path is searched for identifiers only: a stored value such as ``products`` says nothing in ``/products``.
    """

    def __init__(self, visit: Visit) -> None:
        values = [*(cookie.value for cookie in visit.cookies), *(item.value for item in visit.storage)]
        self._anywhere = _spellings(value for value in values if value.identifier)
        self._behind_path = _spellings(values)

    def url(self, url: str) -> str:
        """The URL without user name, with every observed value of eight characters or more as ``[redacted]``."""
        url = _USER.sub(r"\1", url, count=1)
        host_end = url.find("/", url.find("://") + 3 if "://" in url else 0)
        if host_end < 0:
            return url
        query = min((at for at in (url.find("?", host_end), url.find("#", host_end)) if at >= 0), default=len(url))
        path = _replaced(url[host_end:query], self._anywhere)
        return url[:host_end] + path + _replaced(url[query:], self._behind_path)

    def optional(self, url: str | None) -> str | None:
        """As :meth:`url`; ``None`` stays."""
        return None if url is None else self.url(url)


def _spellings(values: Iterable[Value]) -> tuple[str, ...]:
    """Every way in which raw values may stand in a URL, longest first."""
    found: set[str] = set()
    for value in values:
        raw = value.raw or ""
        if MIN_LENGTH <= len(raw) <= _MAX_LENGTH and len(found) < _MAX_SECRETS:
            found |= {raw, quote(raw), quote(raw, safe=""), quote_plus(raw), unquote(raw), unquote_plus(raw)}
    return tuple(sorted((each for each in found if len(each) >= MIN_LENGTH), key=len, reverse=True))


def _replaced(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, MARK)
    return text

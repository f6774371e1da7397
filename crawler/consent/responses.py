"""What a CMP declares, read from answers that the page has already got: no request of our own.

Shapes: OneTrust's ``{lang}.json``, Cookiebot's ``cc.js``, Termly's list of cookies, CookieYes' configuration. The rows
are those of ``declarations.js``.
"""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_BODIES = 4
MAX_BODY = 2_000_000
MAX_ROWS = 2_000
Row = list[str]

_ONETRUST = re.compile(r"/consent/[0-9a-f-]{36}(?:-test)?/[0-9a-f-]{36}/[\w-]{2,12}\.json$", re.IGNORECASE)
_COOKIEBOT = re.compile(r"^https?://consent\.cookiebot\.(?:com|eu)/[0-9a-f-]{36}/cc\.js", re.IGNORECASE)
_TERMLY = re.compile(r"^https?://app\.termly\.io/api/v1/snippets/websites/[0-9a-f-]{36}/.*cookies", re.IGNORECASE)
_COOKIEYES = re.compile(r"^https?://(?:[\w-]+\.)?cdn-cookieyes\.com/client_data/\w+/(?:[\w./-]*?)config/[\w.-]+\.json")
_TABLE = re.compile(r"CookieConsentDialog\.cookieTable(\w{5,20})\s*=\s*(\[.*?\])\s*;\s*$", re.MULTILINE | re.DOTALL)


def reader_of(url: str) -> Callable[[str], Iterator[Row]] | None:
    """The reader for an answer from this URL; None where it is no CMP's data."""
    path = url.partition("?")[0]
    for pattern, reader in ((_ONETRUST, onetrust), (_COOKIEBOT, cookiebot), (_TERMLY, termly), (_COOKIEYES, cookieyes)):
        if pattern.search(path):
            return reader
    return None


def rows_of(url: str, body: str) -> list[Row]:
    """The rows in an answer; none where it is not of the shape that its URL promises. Never raises."""
    reader = reader_of(url)
    if reader is None or len(body) > MAX_BODY:
        return []
    try:
        return [
            [_text(value) for value in row] for row, _ in zip(reader(body), range(MAX_ROWS), strict=False) if row[2]
        ]
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, SyntaxError, MemoryError):
        return []


def onetrust(body: str) -> Iterator[Row]:
    """``DomainData.Groups`` with ``FirstPartyCookies`` and ``Hosts``; ``Length`` in days."""
    for group in json.loads(body)["DomainData"]["Groups"]:
        label = group.get("GroupName", "")
        for cookie in group.get("FirstPartyCookies") or ():
            yield _onetrust_cookie(cookie, label, "")
        for host in group.get("Hosts") or ():
            provider = host.get("DisplayName") or host.get("HostName") or ""
            yield ["OneTrust", "service", provider, host.get("HostName", ""), label, "", "", "", "exact", ""]
            for cookie in host.get("Cookies") or ():
                yield _onetrust_cookie(cookie, label, provider)


def _onetrust_cookie(cookie: dict[str, Any], label: str, provider: str) -> Row:
    lifetime = "session" if cookie.get("IsSession") else f"{cookie.get('Length', '')} days"
    purpose = cookie.get("description", "")
    return [
        "OneTrust",
        "cookie",
        cookie["Name"],
        cookie.get("Host", ""),
        label,
        lifetime,
        purpose,
        provider,
        "exact",
        "",
    ]


def cookiebot(body: str) -> Iterator[Row]:
    """``CookieConsentDialog.cookieTableNecessary = [[name, host, purpose, expiry, type, number], ...];``."""
    for kind, table in _TABLE.findall(body):
        for cells in ast.literal_eval(table):
            name, host, purpose, expiry, *what = map(str, cells)
            yield ["Cookiebot", "cookie", name, host, kind, expiry, purpose, host, "exact", what[0] if what else ""]


def termly(body: str) -> Iterator[Row]:
    """``cookies`` by category, each with ``name``, ``domain``, ``expire``, ``en_us``, ``service``, ``tracker_type``."""
    for category, cookies in json.loads(body)["cookies"].items():
        for one in cookies or ():
            service = one.get("service") or ""
            yield [
                "Termly", "cookie", one["name"], one.get("domain", ""), category, one.get("expire", ""),
                one.get("en_us", ""), service, "exact", one.get("tracker_type", ""),
            ]  # fmt: skip


def cookieyes(body: str) -> Iterator[Row]:
    """``categories`` (or ``cookies``) with ``slug`` and their ``cookies``: ``cookie_id``, ``domain``, ``duration``."""
    data = json.loads(body)
    for category in data.get("categories") or data.get("cookies") or ():
        label = category.get("slug") or category.get("name") or ""
        for one in category.get("cookies") or category.get("list") or ():
            name = one.get("cookie_id") or one.get("cookieID") or one.get("name") or ""
            yield [
                "CookieYes", "cookie", name, one.get("domain", ""), label, _first(one.get("duration")),
                _first(one.get("description")), one.get("provider") or "", "exact", "",
            ]  # fmt: skip


def _first(value: object) -> str:
    """A text, or the first of its translations."""
    return str(next(iter(value.values()), "")) if isinstance(value, dict) else str(value or "")


def _text(value: object) -> str:
    return "" if value is None else str(value)[:600]

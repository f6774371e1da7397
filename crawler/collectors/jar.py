"""The cookie jar as the browser holds it: the ground truth beside the events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from crawler.collectors.setcookie import well_formed
from crawler.collectors.timeline import now_ms
from crawler.launch import bounded
from crawler.page_session import CALL_TIMEOUT_S

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext


class Key(NamedTuple):
    """What makes two cookies the same (RFC 6265bis section 5.7, and the partition of CHIPS).

    ``foreign``: the partition is that of documents with one of another site above them.
    """

    partition: str | None
    domain: str
    host_only: bool
    path: str
    name: str
    foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A cookie in the jar. ``expires_ms`` since 1970, ``None`` for a session cookie."""

    value: str
    secure: bool
    http_only: bool
    same_site: str | None
    expires_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The jar at a moment; the reading began at ``at_ms``."""

    at_ms: float
    cookies: dict[Key, Stored]


async def read_jar(context: BrowserContext) -> Snapshot:
    """Read the jar of a visit. TimeoutError or Playwright's Error when the browser does not answer."""
    at_ms = now_ms()
    cookies = {}
    for cookie in await bounded(context.cookies(), CALL_TIMEOUT_S):
        domain = cookie.get("domain", "")
        expires = cookie.get("expires", -1)
        key = Key(
            partition=cookie.get("partitionKey") or None,
            domain=domain.lstrip(".").lower(),
            host_only=not domain.startswith("."),
            path=well_formed(cookie.get("path", "/")),
            name=well_formed(cookie.get("name", "")),
            foreign=bool(cookie.get("partitionKey") and cookie.get("_crHasCrossSiteAncestor")),
        )
        cookies[key] = Stored(
            value=well_formed(cookie.get("value", "")),
            secure=bool(cookie.get("secure")),
            http_only=bool(cookie.get("httpOnly")),
            same_site=cookie.get("sameSite"),
            expires_ms=expires * 1000 if expires > 0 else None,
        )
    return Snapshot(at_ms=at_ms, cookies=cookies)

"""What really went over the wire: the browser's ``ExtraInfo`` events and the hops that they belong to.

They carry cookies sent, cookies set and cookies blocked, but neither URL nor order relative to the other events: the
n-th of a request id belongs to its n-th hop that has one (``hasExtraInfo``). Where there are more of them than hops the
browser asked again without a word (redirects of a worker's script, a service worker's navigation preload).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from crawler.collectors.hops import Hop
    from crawler.collectors.tap import Tap

Details = dict[str, Any]
Id = tuple["Tap | None", str]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_AGAIN = 20


def pair(hops: list[Hop], sent: list[Details], got: list[Details], *, whole: bool) -> tuple[Hop, ...]:
    """Give the hops of one request id their details; returns the hops that nobody announced.

    ``whole``: no hop was left out, so that details without one are a request of their own.
    """
    again = _asked_again(hops, sent, got) if whole else ()
    hops = [*hops, *again]
    for hop, details in zip(_with_details(hops, sent), sent, strict=False):
        hop.sent = details
        hop.kind = "Prefetch" if _is_prefetch(details) else hop.kind
    for hop, details in zip(_with_details(hops, got), got, strict=False):
        hop.got = details
        # Nobody is told of an answer after the page.
        hop.response_headers = hop.response_headers or lower_headers(details)
        status = details.get("statusCode")
        # A redirect by the browser itself carries a status that no server gave.
        if hop.status is None or (hop.status in _REDIRECTS and status not in (None, *_REDIRECTS)):
            hop.status = status
    for hop in hops:
        if _repeats(hop):
            hop.sent, hop.asked_again = {}, True
    return again


def orphans(
    sent: Mapping[Id, list[Details]], got: Mapping[Id, list[Details]], announced: Container[Id]
) -> tuple[Details, ...]:
    """The details of requests that no page announced, as ``sent`` and ``got``, in order of time."""
    found: list[Details] = []
    for key, answers in got.items():
        if key not in announced:
            found.extend({"sent": q, "got": g} for q, g in zip(sent.get(key, []), answers, strict=False))
    return tuple(sorted(found, key=lambda wire: _moment(wire["sent"])))


def lower_headers(details: Details) -> dict[str, str]:
    """The headers of a request or response as CDP tells them, their names in small letters."""
    return {name.lower(): str(value) for name, value in details.get("headers", {}).items()}


def _asked_again(hops: list[Hop], sent: list[Details], got: list[Details]) -> tuple[Hop, ...]:
    found: list[Hop] = []
    last = hops[-1]
    for place in range(len(hops), min(len(sent), len(got), len(hops) + _MOST_AGAIN)):
        before = got[place - 1]
        target = lower_headers(before).get("location", "") if before.get("statusCode") in _REDIRECTS else ""
        moment, url = _moment(sent[place]), urljoin(last.url, target).partition("#")[0]
        last = replace(
            last,
            url=url,
            document=url if last.document == last.url else last.document,
            before=last if target else last.before,
            at_ms=last.at_ms + max(0.0, moment - last.monotonic) * 1000 if moment else last.at_ms,
            monotonic=moment or last.monotonic,
            status=None,
            response_headers=lower_headers(got[place]),
            response_ms=None,
            body_bytes=0,
        )
        found.append(last)
    return tuple(found)


def _with_details(hops: list[Hop], details: list[Details]) -> Iterable[Hop]:
    """The hops that the details belong to. The browser's flag is only asked where there are fewer details.

    It is wrong for answers that are kept from the page (opaque response blocking) and for those after which the
    browser asks again (Critical-CH): these were on the wire all the same.
    """
    flagged = [hop for hop in hops if hop.has_extra is not False]
    return flagged if len(details) <= len(flagged) < len(hops) else hops


def _repeats(hop: Hop) -> bool:
    """Whether the browser asked a second time with the client hints that the first answer wanted (Critical-CH)."""
    before = hop.before
    same = before is not None and before.url == hop.url and before.got is not None and not hop.from_service_worker
    return same and hop.sent is None and hop.got is None and hop.status is not None and not hop.from_cache


def _is_prefetch(sent: Details) -> bool:
    headers = lower_headers(sent)
    return any("prefetch" in headers.get(name, "") for name in ("sec-purpose", "purpose"))


def _moment(sent: Details) -> float:
    """When a request was sent, in the browser's seconds; 0 where that is not told."""
    return float(sent.get("connectTiming", {}).get("requestTime", 0.0))

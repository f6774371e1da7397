"""The visit's requests as an HTTP Archive (HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/).

Names are kept, values are not: of cookies, parameters and every header that is not known to say nothing about a person.
Bodies are digests. Fields of our own begin with an underscore, as the format has it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from auditor.model import Artifact
from crawler.collectors.setcookie import name_of
from db.reduction import clean, reduce_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.model import BrowserFacts
    from crawler.collectors.hops import Hop
    from crawler.collectors.tap import Tap
    from crawler.collectors.timeline import Timeline

    Digests = Mapping[tuple[Tap, str], tuple[int, str]]

MIME = "application/json"
MAX_ENTRIES = 5_000
_REDACTED = "redacted"
_MAX_HEADERS = 100
_ADDRESSES = frozenset({"referer", "location", "origin", "content-location"})
_PLAIN = frozenset(
    (
        "accept",
        "accept-encoding",
        "accept-language",
        "accept-ranges",
        "access-control-allow-credentials",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-allow-origin",
        "access-control-expose-headers",
        "access-control-max-age",
        "access-control-request-headers",
        "access-control-request-method",
        "age",
        "allow",
        "cache-control",
        "connection",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-type",
        "cross-origin-embedder-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "date",
        "dnt",
        "expires",
        "host",
        "keep-alive",
        "last-modified",
        "permissions-policy",
        "pragma",
        "priority",
        "purpose",
        "referrer-policy",
        "sec-ch-ua",
        "sec-ch-ua-mobile",
        "sec-ch-ua-platform",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "sec-fetch-user",
        "sec-gpc",
        "sec-purpose",
        "server",
        "service-worker",
        "strict-transport-security",
        "timing-allow-origin",
        "transfer-encoding",
        "upgrade",
        "upgrade-insecure-requests",
        "user-agent",
        "vary",
        "via",
        "x-content-type-options",
        "x-frame-options",
        "x-powered-by",
        "x-requested-with",
        "x-xss-protection",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the archive says of the visit itself: its pages in order, the first one's title, the browser."""

    pages: tuple[str, ...]
    title: str
    browser: BrowserFacts


def artifact(hops: Iterable[Hop], digests: Digests, timeline: Timeline, shown: Shown) -> Artifact:
    """The archive as an artifact. ``digests``: bytes and SHA-256 of bodies by session and request id."""
    content = json.dumps(archive(hops, digests, timeline, shown), ensure_ascii=False, indent=1).encode("utf-8")
    return Artifact(sha256=hashlib.sha256(content).hexdigest(), mime=MIME, content=content)


def archive(hops: Iterable[Hop], digests: Digests, timeline: Timeline, shown: Shown) -> dict[str, Any]:
    """The archive: one entry for every hop, in order of time, the first ``MAX_ENTRIES``."""
    ordered = sorted((hop for hop in hops if hop.url.startswith(("http", "ws"))), key=lambda hop: hop.at_ms)
    pages = _pages(ordered, timeline, shown)
    last = {(hop.tap, hop.request_id): hop for hop in ordered}
    entries = []
    for hop in ordered[:MAX_ENTRIES]:
        key = (hop.tap, hop.request_id)
        found = digests.get(key) if hop.tap is not None and last[key] is hop else None  # type: ignore[arg-type]
        entries.append(_entry(hop, found, pages, timeline))
    dropped = len(ordered) - len(entries)
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "consent-audit", "version": importlib.metadata.version("consent-audit")},
            "browser": {"name": shown.browser.name, "version": shown.browser.version},
            "pages": [page for _, page in pages],
            "entries": entries,
            "comment": f"values are replaced, bodies are digests; {dropped} further requests were left out",
        }
    }


def _pages(hops: list[Hop], timeline: Timeline, shown: Shown) -> list[tuple[float, dict[str, Any]]]:
    """(beginning, page) of every page of the visit. A page begins with the request for its document."""
    documents = [hop for hop in hops if hop.kind == "Document"]
    found: list[tuple[float, dict[str, Any]]] = []
    begin = timeline.started_ms
    for number, url in enumerate(shown.pages, 1):
        address = url.partition("#")[0]
        begin = next((hop.at_ms for hop in documents if hop.url == address and (not found or hop.at_ms > begin)), begin)
        page = {
            "startedDateTime": _moment(begin),
            "id": f"page_{number}",
            "title": clean(shown.title if number == 1 else "", 500) or reduce_url(url),
            "pageTimings": {"onContentLoad": -1, "onLoad": -1},
        }
        found.append((begin, page))
    return found


def _entry(
    hop: Hop, found: tuple[int, str] | None, pages: list[tuple[float, dict[str, Any]]], timeline: Timeline
) -> dict[str, Any]:
    began = [page["id"] for begin, page in pages if begin <= hop.at_ms]
    home = [page["id"] for _, page in pages[:1]]
    waited = max(0.0, hop.response_ms - hop.at_ms) if hop.response_ms is not None else -1
    received = max(0.0, hop.ended_ms - hop.response_ms) if hop.ended_ms is not None and hop.response_ms else -1
    phase = timeline.phase_of(hop.at_ms)
    return {
        **({"pageref": (began or home)[-1]} if began or home else {}),
        "startedDateTime": _moment(hop.at_ms),
        "time": round(max(waited, 0) + max(received, 0), 1),
        "request": _request(hop),
        "response": _response(hop, found),
        "cache": {},
        "timings": {"send": 0, "wait": round(max(waited, 0), 1), "receive": round(max(received, 0), 1)},
        "_phase": phase.value if phase else None,
        "_resourceType": hop.kind,
        "_initiatorChain": [reduce_url(url) for url in hop.causes],
        "_fromServiceWorker": hop.from_service_worker,
        "_error": hop.error,
    }


def _request(hop: Hop) -> dict[str, Any]:
    sent = hop.sent or {}
    headers = {str(name): str(value) for name, value in (sent.get("headers") or hop.headers).items()}
    names = [*(sent.get("cookie_names") or ()), *(str(used["cookie"]["name"]) for used in _used(sent))]
    body = hop.body
    address = reduce_url(hop.url)
    return {
        "method": hop.method,
        "url": address,
        "httpVersion": _version(hop.protocol),
        "cookies": [_pair(name) for name in names],
        "headers": _headers(headers.items()),
        "queryString": [_pair(name) for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)],
        **({"postData": _post(headers, body)} if body else {}),
        "headersSize": -1,
        "bodySize": len(body.encode("utf-8", "surrogatepass")),
    }


def _used(sent: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [used for used in sent.get("associatedCookies", ()) if not used.get("blockedReasons")]


def _post(headers: Mapping[str, str], body: str) -> dict[str, Any]:
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    return {"mimeType": kind, "params": [], "text": "", "_sha256": digest}


def _response(hop: Hop, found: tuple[int, str] | None) -> dict[str, Any]:
    got = {str(name).lower(): str(value) for name, value in ((hop.got or {}).get("headers") or {}).items()}
    headers = [pair for name, value in (hop.response_headers | got).items() for pair in _lines(name, value)]
    set_cookies = [value for name, value in headers if name == "set-cookie"]
    size, digest = found or (hop.body_bytes, None)
    location = (hop.response_headers | got).get("location", "") if 300 <= (hop.status or 0) < 400 else ""
    return {
        "status": hop.status or 0,
        "statusText": _reason(hop.status),
        "httpVersion": _version(hop.protocol),
        "cookies": [_pair(name_of(line)) for line in set_cookies],
        "headers": _headers(headers),
        "content": {"size": size, "mimeType": hop.mime or "x-unknown", **({"_sha256": digest} if digest else {})},
        "redirectURL": reduce_url(location) if location else "",
        "headersSize": -1,
        "bodySize": -1,
    }


def _lines(name: str, value: str) -> list[tuple[str, str]]:
    """Headers of one name, which the browser joins with line ends."""
    return [(name, line) for line in value.split("\n")]


def _headers(headers: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    found = []
    for name, value in headers:
        folded = name.lower()
        if folded in _ADDRESSES:
            kept = reduce_url(value)
        elif folded == "set-cookie":
            kept = _set_cookie(value)
        elif folded in _PLAIN or folded in (":authority", ":method", ":scheme", ":status"):
            kept = clean(value, 1000)
        else:
            kept = _REDACTED
        found.append({"name": clean(name, 200), "value": kept})
    return found[:_MAX_HEADERS]


def _set_cookie(line: str) -> str:
    """The cookie's name and attributes, without its value."""
    _, separator, attributes = line.partition(";")
    return clean(f"{name_of(line)}={_REDACTED}{separator}{attributes}", 1000)


def _pair(name: str) -> dict[str, str]:
    return {"name": clean(name, 1000), "value": _REDACTED}


def _version(protocol: str) -> str:
    return {"h2": "HTTP/2.0", "h3": "HTTP/3.0", "http/1.1": "HTTP/1.1", "http/1.0": "HTTP/1.0"}.get(protocol, protocol)


def _reason(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""


def _moment(at_ms: float) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")

"""Which requests report rather than render, and why we say so."""

from __future__ import annotations

import re
import struct
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auditor.domains import host_of, same_site
from auditor.model import Beacon

if TYPE_CHECKING:
    from collections.abc import Container

    from crawler.collectors.hops import Hop

SMALL_IMAGE_BYTES = 100
"""A transparent 1x1 GIF has 42 or 43 bytes, a PNG 67 to 95."""
MAX_PROBED_BYTES = 2_000
"""Images up to this size are looked into for their dimensions."""

_COLLECTING = re.compile(
    r"/(?:[gjr]/)?(?:collect|collector|track|tracking|beacons?|events?|telemetry|rum|ingest|pixel|hit|batch|log|logs|tr|e|i)"
    r"(?:\.(?:gif|php|ashx))?/?$",
    re.IGNORECASE,
)
_SVG = re.compile(rb"<svg\b[^>]{0,1000}>", re.IGNORECASE)
_SENDING = frozenset({"POST", "PUT", "PATCH"})


def beacon_of(
    hop: Hop, beaconed: Container[str], kept_alive: Container[str], size: tuple[int, int] | None
) -> tuple[Beacon, str] | None:
    """(kind, reason) of a request that reports; ``None`` for one that renders or is not known to report.

    ``beaconed`` and ``kept_alive`` are URLs that scripts gave to ``navigator.sendBeacon`` and fetched with
    ``keepalive``: a service worker that passes them on makes fetches of them. ``size`` is an image's width and height
    in pixels, where its body could be read.
    """
    if hop.kind == "WebSocket":
        return (
            Beacon.WEBSOCKET,
            "a WebSocket was opened" if hop.status == HTTPStatus.SWITCHING_PROTOCOLS else "a WebSocket was asked for",
        )
    if hop.kind == "Ping":
        return _ping(hop.first)
    if hop.kind == "Image":
        why = _why_pixel(hop, size)
        return (Beacon.PIXEL, why) if why else None
    return _fetched(hop, beaconed, kept_alive) if hop.kind in ("Fetch", "XHR") else None


def _fetched(hop: Hop, beaconed: Container[str], kept_alive: Container[str]) -> tuple[Beacon, str] | None:
    first = hop.first  # Redirects of what reports report too.
    url = first.url.partition("#")[0]
    if first.method == "POST" and url in beaconed:
        return Beacon.SENDBEACON, "sent with navigator.sendBeacon"
    if hop.deferred:
        return Beacon.KEEPALIVE, "sent with fetchLater"
    if url in kept_alive:
        return Beacon.KEEPALIVE, "fetched with keepalive"
    why = _why_collecting(hop)
    return (Beacon.XHR, why) if why else None


def _ping(hop: Hop) -> tuple[Beacon, str]:
    """Both have the resource type ``Ping``; only a hyperlink sends these headers (HTML, "hyperlink auditing")."""
    if hop.headers.get("content-type", "").startswith("text/ping") or "ping-to" in hop.headers:
        return Beacon.PING, "sent by the ping attribute of a link"
    return Beacon.SENDBEACON, "sent with navigator.sendBeacon"


def _why_pixel(hop: Hop, size: tuple[int, int] | None) -> str | None:
    if size is not None:
        return f"an image of {size[0]}x{size[1]} pixels" if max(size) <= 1 else None
    if hop.status is None or hop.status >= 300:
        return None
    length = _length(hop)
    if hop.status == 204 or length == 0:
        return "an image request answered without content"
    if length is not None and length <= SMALL_IMAGE_BYTES and "svg" not in hop.mime:
        return f"an image request answered with {length} bytes"
    return None


def _why_collecting(hop: Hop) -> str | None:
    parts = urlsplit(hop.url)
    collecting = _COLLECTING.search(parts.path)
    length = _length(hop)
    silent = hop.status == 204 or (length is not None and length <= SMALL_IMAGE_BYTES)
    across = not same_site(host_of(hop.url) or "", hop.document)
    if collecting and (hop.method in _SENDING or (across and parts.query)):
        return f"data sent to the collecting path {collecting.group()[:40]}"
    if across and hop.method in _SENDING and silent:
        return "data sent to another site, which answered with nothing to show"
    return None


def _length(hop: Hop) -> int | None:
    declared = hop.response_headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and "content-encoding" not in hop.response_headers:
        return int(declared)
    return hop.body_bytes if hop.finished and hop.tap is not None else None  # Nobody counts what workers get.


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a GIF, PNG, BMP, WebP, AVIF, SVG or JPEG by its header; ``None`` for what is none."""
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8L" and len(content) >= 25:
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8 " and len(content) >= 30:
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return _modern_size(content)


def _modern_size(content: bytes) -> tuple[int, int] | None:
    if content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8X" and len(content) >= 30:
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if content[4:8] == b"ftyp" and 0 < (at := content.find(b"ispe")) <= len(content) - 16:
        width, height = struct.unpack(">II", content[at + 8 : at + 16])
        return width, height
    if (found := _SVG.search(content)) is not None:
        return _svg_size(found.group())
    if content[:2] == b"BM" and len(content) >= 26:
        width, height = struct.unpack("<ii", content[18:26])
        return width, abs(height)
    return _jpeg_size(content) if content[:2] == b"\xff\xd8" else None


def _svg_size(tag: bytes) -> tuple[int, int] | None:
    width, height = (
        re.search(rb"\s" + side + rb"\s*=\s*[\"']?([\d.]{1,9})(?:px)?[\"'\s>]", tag) for side in (b"width", b"height")
    )
    if width is None or height is None:
        return None
    try:
        return round(float(width.group(1))), round(float(height.group(1)))
    except ValueError:
        return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walks the segments to the frame header (ITU T.81, B.2.2)."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None

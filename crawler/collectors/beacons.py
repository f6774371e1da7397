"""Which requests report rather than render, and why we say so."""

from __future__ import annotations

import re
import struct
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
_SENDING = frozenset({"POST", "PUT", "PATCH"})


def beacon_of(hop: Hop, kept_alive: Container[str], size: tuple[int, int] | None) -> tuple[Beacon, str] | None:
    """(kind, reason) of a request that reports; ``None`` for one that renders or is not known to report.

    ``kept_alive`` are URLs that scripts fetched with ``keepalive``; ``size`` is an image's width and height in pixels,
    where its body could be read.
    """
    if hop.kind == "WebSocket":
        return Beacon.WEBSOCKET, "a WebSocket was opened"
    if hop.kind == "Ping":
        return _ping(hop)
    if hop.kind == "Image":
        why = _why_pixel(hop, size)
        return (Beacon.PIXEL, why) if why else None
    if hop.kind in ("Fetch", "XHR"):
        if hop.url.partition("#")[0] in kept_alive:
            return Beacon.KEEPALIVE, "fetched with keepalive"
        why = _why_collecting(hop)
        return (Beacon.XHR, why) if why else None
    return None


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
    return hop.body_bytes if hop.finished else None


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a GIF, PNG, BMP, WebP or JPEG by its header; ``None`` for what is none of them."""
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
    if content[:2] == b"BM" and len(content) >= 26:
        width, height = struct.unpack("<ii", content[18:26])
        return width, abs(height)
    return _jpeg_size(content) if content[:2] == b"\xff\xd8" else None


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

"""A local web whose pages weigh what half of all home pages weigh, for what a visit costs on pages as they are.

HTTP Archive's Web Almanac 2024, chapter Page Weight, median desktop home page: 2,652 KB in 71 requests, of these images
1,054 KB in 18, JavaScript 613 KB in 24, fonts 131 KB, CSS 78 KB, HTML 18 KB. Those are bytes on the wire; scripts and
styles are about three times as long once unpacked, which is what is served here. Half of the functions are called while
the page loads (the chapter JavaScript finds about half of the bytes unused). All of it is generated: no page, script or
picture of anybody.
"""

from __future__ import annotations

import json
import random
import struct
import threading
import zlib
from typing import TYPE_CHECKING, Self

from crawler.demo.certificate import self_signed, server_context
from crawler.demo.hosts import Reply
from crawler.demo.server import Server

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

SITES = tuple(f"https://www.median{number}.example/" for number in range(3))
SCRIPTS, SCRIPT_BYTES = 24, 613_000 * 3
STYLES, STYLE_BYTES = 6, 78_000 * 3
IMAGES, IMAGE_BYTES = 18, 1_054_000
FONTS, FONT_BYTES = 5, 131_000
CALLS = 17
"""Other requests: 71 in all."""
PARAGRAPHS = 90
_THIRD = ("cdn.assets.example", "metrics.assets.example", "tags.assets.example")
_NO_STORE = ("Cache-Control", "no-store")


class MedianWeb:
    """A context manager that serves ``SITES`` on one loopback port."""

    def __enter__(self) -> Self:
        sites = [url.split("/")[2] for url in SITES]
        hosts = {name: _Site(name, number) for number, name in enumerate((*sites, *_THIRD))}
        certificate, key = self_signed(hosts)
        self._server = Server(hosts, server_context(certificate, key))  # type: ignore[arg-type] (answers like a Host)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._server.close_connections()

    @property
    def port(self) -> int:
        """The port that answers for every host."""
        return self._server.port


class _Site:
    """One host; everything that it serves is made once."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        chance = random.Random(number)
        self._bodies: dict[str, tuple[str, bytes]] = {}
        for path in ("/", "/pricing", "/contact"):
            self._bodies[path] = ("text/html; charset=utf-8", _page(chance, path).encode())
        for index in range(SCRIPTS):
            self._bodies[f"/s/{index}.js"] = ("text/javascript", _script(chance, index).encode())
        for index in range(STYLES):
            self._bodies[f"/c/{index}.css"] = ("text/css", _style(chance, index).encode())
        for index in range(IMAGES):
            self._bodies[f"/i/{index}.png"] = ("image/png", _picture(chance))
        for index in range(FONTS):
            self._bodies[f"/f/{index}.woff2"] = ("font/woff2", chance.randbytes(FONT_BYTES // FONTS))

    def reply(self, path: str, sent: Mapping[str, str]) -> Reply:
        """Answer a request, as ``crawler.demo.hosts.Host`` does."""
        mime, body = self._bodies.get(path, ("application/json", json.dumps({"path": path, "ok": True}).encode()))
        cookies = ("sid=" + "a1b2c3" * 5 + "; Path=/; Max-Age=86400",) if path == "/" and "sid" not in sent else ()
        return Reply(
            status=200, headers=(("Content-Type", mime), _NO_STORE, ("Access-Control-Allow-Origin", "*")),
            body=body, set_cookies=cookies,
        )  # fmt: skip


def _page(chance: random.Random, path: str) -> str:
    def host(index: int) -> str:
        return "" if index % 2 else f"https://{_THIRD[index // 2 % len(_THIRD)]}"

    scripts = "".join(f'<script src="{host(i)}/s/{i}.js" defer></script>' for i in range(SCRIPTS))
    styles = "".join(f'<link rel="stylesheet" href="/c/{i}.css">' for i in range(STYLES))
    images = "".join(f'<img src="{host(i)}/i/{i}.png" width="320" height="240" alt="">' for i in range(IMAGES))
    text = "".join(
        f'<section class="c{i}"><h3>Part {i}</h3><p>{" ".join(chance.choice(_WORDS) for _ in range(40))}</p></section>'
        for i in range(PARAGRAPHS)
    )
    links = "".join(f'<a href="/{name}">{name}</a>' for name in ("pricing", "contact", "terms", "blog"))
    return (
        f"<!doctype html><html lang=en><head><title>Median {path}</title>{styles}{scripts}</head>"
        f"<body><nav>{links}</nav><main id=app><h1>Median</h1>{images}{text}</main><footer>{links}</footer>"
        f"{_BANNER}</body></html>"
    )


def _script(chance: random.Random, index: int) -> str:
    """Functions of the kinds that bundles are made of; every second one runs at once."""
    parts, size, number = [f"(()=>{{const x{index}={{}};"], 0, 0
    while size < SCRIPT_BYTES // SCRIPTS:
        name = f"f{index}_{number}"
        word = chance.choice(_WORDS)
        part = (
            f"function {name}(n){{const rows=[];for(let i=0;i<n;i++){{rows.push({{id:i,name:'{word}'+i,"
            f"tags:['{word}','{chance.choice(_WORDS)}',i%7]}})}}"
            "const kept=rows.filter(r=>r.id%3).map(r=>({...r,key:r.name.toUpperCase().split('').reverse().join('')}));"
            f"const by=new Map(kept.map(r=>[r.key,r]));x{index}.{name}=JSON.stringify([...by.values()]).length;"
            f"return kept.sort((a,b)=>a.key<b.key?-1:1)}}"
        )
        if number % 2:
            part += f"{name}({chance.randint(5, 25)});"
        parts.append(part)
        size += len(part)
        number += 1
    parts.append(_DOM.replace("INDEX", str(index)))
    if index < CALLS:
        address = "" if index % 2 else f"https://{_THIRD[index // 2 % len(_THIRD)]}"
        parts.append(f"fetch('{address}/api/{index}?page='+location.pathname).then(r=>r.json()).then(d=>x{index}.d=d);")
    if index < FONTS:
        parts.append(f"fetch('/f/{index}.woff2').then(r=>r.arrayBuffer());")
    return "".join(parts) + "})();"


_BANNER = """<div id=ask role=dialog aria-label="Cookies" style="position:fixed;bottom:0;left:0;right:0;padding:20px;
background:#fff" hidden><p>We use cookies for statistics and marketing. You decide.</p>
<button onclick="choose('accepted')">Accept all</button> <button onclick="choose('rejected')">Reject all</button></div>
<script>const ask=document.getElementById('ask');ask.hidden=/cookie_consent=/.test(document.cookie);
function choose(what){document.cookie='cookie_consent='+what+';path=/;max-age=86400';ask.hidden=true}</script>"""
_DOM = (
    "const box=document.createElement('div');box.className='w INDEX';for(let i=0;i<12;i++){const e=document."
    "createElement('span');e.textContent='item '+i;e.addEventListener('click',()=>e.classList.toggle('on'));"
    "box.append(e)}document.getElementById('app').append(box);box.getBoundingClientRect();"
)


def _style(chance: random.Random, index: int) -> str:
    rules, size = [], 0
    while size < STYLE_BYTES // STYLES:
        number = len(rules)
        rule = (
            f".c{number % PARAGRAPHS} .k{index}x{number}:hover>span{{color:#{chance.randrange(1 << 24):06x};"
            f"padding:{chance.randrange(20)}px;margin:0 {chance.randrange(9)}px;transition:opacity .2s ease}}\n"
        )
        rules.append(rule)
        size += len(rule)
    return "".join(rules)


def _picture(chance: random.Random) -> bytes:
    """A PNG of 640 by 480 pixels and about the bytes of a picture of the median page."""
    width, height = 640, 480
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        noisy = bytearray((x * y) >> 9 & 255 for x in range(width * 3))
        for _ in range(7):
            noisy[chance.randrange(width * 3)] = chance.randrange(256)
        rows += noisy

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(rows), 6)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


_WORDS = (
    "voice", "network", "meeting", "office", "router", "number", "plan", "support", "device", "call", "service",
    "business", "account", "price", "minute", "video", "team", "partner", "cloud", "secure", "simple", "record",
)  # fmt: skip

"""The capture web: a page per technique of setting, storing and sending, with what the server really saw.

Each file of ``web/`` holds scenes. A scene has pages, the visit of its home, and everything that must be recorded of
it, field by field; what is recorded besides is as wrong as what is missing. ``SITE``, ``OTHER``, ``THIRD`` and
``LOCAL`` stand for hosts that no other scene uses, ``PRELOADED`` for one that browsers know to be encrypted,
``DOMAIN`` and ``FOREIGN`` for the registrable domains of the first two. Scenes of a file are visited side by side.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import tomllib
from collections import Counter
from pathlib import Path
from pprint import pformat

import pytest

from auditor.model import Outcome, Scenario, Site
from crawler.collectors.recorder import NOT_OBSERVABLE
from crawler.config import CrawlConfig
from crawler.visit import VisitTask, play

pytestmark = pytest.mark.browser

FILES = sorted((Path(__file__).parent / "web").glob("*.toml"))
SIDE_BY_SIDE = 5
# A whole Chromium asks for a site's icon by itself, with its cookies; the headless shell never does.
ICON = "/favicon.ico"
IMAGES = {
    "gif": "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
    "png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "webp": "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==",
    "avif": "AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA",
}


def handshake(handler):
    """A WebSocket that is opened with a cookie and closed at once (RFC 6455)."""
    key = handler.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    handler.send_response(101)
    handler.send_header("Upgrade", "websocket")
    handler.send_header("Connection", "Upgrade")
    handler.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
    handler.send_header("Set-Cookie", "socket=1; SameSite=None; Secure")
    handler.end_headers()
    handler.wfile.write(b"\x88\x00")
    handler.close_connection = True


def hinted(handler):
    """A 103 with a cookie before the answer itself (RFC 8297)."""
    handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </hint.css>; rel=preload; as=style\r\n\r\n")
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: hinted=1\r\nContent-Length: 1\r\n\r\n1")


def revalidated(handler):
    """A page that is fetched again with its ETag, and answered with a 304 that sets a cookie."""
    known = handler.headers.get("If-None-Match")
    handler.send_response(304 if known else 200)
    handler.send_header("ETag", '"1"')
    handler.send_header("Cache-Control", "no-cache")
    handler.send_header("Set-Cookie", "revalidated=1" if known else "fresh=1")
    if not known:
        handler.send_header("Content-Length", "1")
    handler.end_headers()
    if not known:
        handler.wfile.write(b"1")


ACTS = {"websocket": handshake, "hints": hinted, "revalidated": revalidated}


class Scene:
    """One scene of a file with its own hosts. ``BIG`` stands for a value of 4,100 characters."""

    def __init__(self, data, number):
        hosts = {"SITE": f"www.site{number}.com", "DOMAIN": f"site{number}.com", "LOCAL": f"l{number}.localhost"}
        hosts |= {"OTHER": f"ads.other{number}.net", "FOREIGN": f"other{number}.net", "THIRD": f"cdn.third{number}.org"}
        hosts |= {"PRELOADED": f"www.secure{number}.dev"}
        self._hosts = hosts
        data = self._renamed(data)
        self.name = data["name"]
        self.pages = data["pages"]
        self.expected = {kind: data.get(kind, []) for kind in ("cookies", "requests", "storage")}
        self.unseen = set(data.get("unseen", ()))
        self.unheard = set(data.get("unheard", ()))
        self.ignored = set(data.get("ignore", ()))
        self.untold = set(map(self.url, data.get("untold", ())))
        self.start = self.url(data.get("start", "/"))
        self.more = tuple(data.get("more", ()))
        self.crawl = {"settle_ms": 500, "settle_max_ms": 5000, "pages_per_site": 1, **data.get("crawl", {})}
        self.scenario = Scenario(data.get("scenario", "no_choice"))

    def _renamed(self, part):
        if isinstance(part, dict):
            return {key: self._renamed(value) for key, value in part.items()}
        if isinstance(part, list):
            return [self._renamed(value) for value in part]
        if isinstance(part, str):
            for word, host in self._hosts.items():
                part = part.replace(word, host)
        return part

    def url(self, short):
        """``/path`` and ``host/path`` as full URLs."""
        if "://" in short:
            return short
        return f"https://{self._hosts['SITE']}{short}" if short.startswith("/") else f"https://{short}"

    def serve(self, web):
        for page in self.pages:
            host, _, path = self.url(page["url"]).partition("://")[2].partition("/")
            kind = page.get("type", "text/html; charset=utf-8")
            body = base64.b64decode(IMAGES[page["image"]]) if "image" in page else page.get("body", "")
            web.serve(
                f"{host}/{path}",
                body,
                *page.get("cookies", ()),
                status=page.get("status", 200),
                kind=kind,
                headers=tuple((name, value) for name, value in page.get("headers", {}).items()),
                act=ACTS[page["act"]] if "act" in page else None,
                after=tuple(page.get("after", ())),
            )

    def task(self):
        return VisitTask(
            vendor="tested",
            site=Site(url=self.start, pages=self.more),
            scenario=self.scenario,
            attempt=1,
            crawl=CrawlConfig(**self.crawl),
            ignore_certificate_errors=True,
            keep_raw=True,
        )

    def wrong(self, visit, web):
        """What differs between the record, the expectation and the server's log; empty when all is well."""
        found = {}
        if visit.outcome is not Outcome.OK:
            return {"outcome": f"{visit.outcome}: {visit.failure}"}
        if any(r.url.endswith(ICON) for r in visit.requests):
            self.ignored = {*self.ignored, "sent_to"}
        parts = {
            "cookies": (
                [self._seen_cookie(c) for c in visit.cookies],
                [self._cookie(c) for c in self.expected["cookies"]],
            ),
            "requests": (
                [self._told(_request(r)) for r in visit.requests if not r.url.endswith(ICON)],
                [self._request(r) for r in self.expected["requests"]],
            ),
            "storage": ([_stored(s) for s in visit.storage], [self._stored(s) for s in self.expected["storage"]]),
            "not observable": (list(visit.coverage.not_observable), [*self.unseen, *NOT_OBSERVABLE]),
            "collectors": (sorted(visit.coverage.collectors.values()), ["ok"] * len(visit.coverage.collectors)),
            "wire": (self._recorded(visit), [asked for asked in self._arrived(web) if asked[2] not in self.unheard]),
        }
        for part, (seen, wanted) in parts.items():
            if part in self.ignored:
                continue
            more, fewer = Counter(seen) - Counter(wanted), Counter(wanted) - Counter(seen)
            if more or fewer:
                found[part] = {"unexpected": sorted(map(str, more)), "missing": sorted(map(str, fewer))}
        return found

    def _told(self, facts):
        """Facts of a request, without the status where the answer comes or not before the page is gone."""
        return (*facts[:5], None, *facts[6:]) if facts[1] in self.untold else facts

    def _mine(self, host):
        return any(host == name or host.endswith("." + name) for name in self._hosts.values())

    def _arrived(self, web):
        return [
            (a.method, a.host, a.path + ("?" + a.query if a.query else ""), *_names(a))
            for a in web.log
            if self._mine(a.host) and a.path != ICON
        ]

    def _recorded(self, visit):
        recorded = []
        for r in visit.requests:
            if r.url.endswith(ICON):
                continue
            path = r.url.partition("#")[0].partition("://")[2].partition("/")[2]
            recorded.append((r.method, r.host, f"/{path}", *sorted(r.sent_cookies)))
        return recorded

    def _cookie(self, wanted):
        stored = wanted.get("event", "set") in ("set", "changed", "present")
        lifetime = wanted.get("lifetime")
        return (
            wanted.get("event", "set"),
            wanted.get("by", "http"),
            wanted["name"],
            wanted.get("domain", self._hosts["SITE"]),
            wanted.get("path", "/"),
            tuple(
                word
                for word, default in (("host_only", True), ("secure", False), ("http_only", False))
                if wanted.get(word, default)
            ),
            wanted.get("same_site"),
            wanted.get("partition"),
            lifetime,
            wanted.get("declared", lifetime),
            wanted.get("party", "first"),
            wanted.get("phase", "before_choice"),
            wanted.get("in_jar", stored),
            tuple(wanted.get("reasons", ())),
            tuple(map(self.url, wanted.get("chain", ()))),
            None if "sent_to" in self.ignored else tuple(sorted(wanted.get("sent_to", ()))),
            {"BIG": "x" * 4100}.get(wanted.get("value", "1"), wanted.get("value", "1")),
        )

    def _seen_cookie(self, c):
        flags = tuple(word for word in ("host_only", "secure", "http_only") if getattr(c, word))
        return (
            str(c.event),
            str(c.set_by),
            c.name,
            c.domain,
            c.path,
            flags,
            c.same_site,
            c.partition_key,
            c.lifetime_seconds,
            c.declared_lifetime_seconds,
            str(c.party),
            str(c.phase),
            c.in_jar,
            c.blocked_reasons,
            c.initiator_chain,
            None if "sent_to" in self.ignored else tuple(sorted(c.sent_to)),
            c.value.raw,
        )

    def _request(self, wanted):
        return (
            wanted.get("method", "GET"),
            self.url(wanted["url"]),
            wanted["type"],
            wanted.get("party", "first"),
            wanted.get("phase", "before_choice"),
            wanted.get("status", 200) or None,
            wanted.get("beacon"),
            tuple(map(self.url, wanted.get("chain", ()))),
            tuple(wanted.get("sets", ())),
            wanted.get("service_worker", False),
        )

    def _stored(self, wanted):
        return (
            wanted["kind"],
            self.url(wanted.get("origin", self._hosts["SITE"])),
            wanted["key"],
            wanted.get("party", "first"),
            wanted.get("phase", "before_choice"),
            self.url(wanted["by"]) if "by" in wanted else None,
            wanted.get("value", "1" if wanted["kind"] in ("local", "session") else ""),
        )


def _names(asked):
    """Names of the cookies that arrived; those of another site's WebSocket are nowhere told by the browser."""
    hidden = "sec-websocket-key" in asked.headers and not asked.headers["origin"].endswith(f"//{asked.host}")
    header = "" if hidden else asked.headers.get("cookie", "")
    return sorted(pair.partition("=")[0] for pair in header.split("; ") if pair)


def _request(r):
    beacon = str(r.beacon) if r.beacon else None
    assert r.initiator is None or r.initiator in r.initiator_chain
    return (
        r.method,
        r.url,
        r.resource_type,
        str(r.party),
        str(r.phase),
        r.status,
        beacon,
        r.initiator_chain,
        r.sets_cookies,
        r.from_service_worker,
    )


def _stored(s):
    return (str(s.kind), s.origin, s.key, str(s.party), str(s.phase), s.initiator, s.value.raw)


def scenes_of(path):
    first = 1000 * FILES.index(path)
    return [Scene(data, first + n) for n, data in enumerate(tomllib.loads(path.read_text("utf-8"))["scene"])]


async def visits(scenes, browsers, guard):
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(scene):
        async with places:
            return (await play(scene.task(), browsers, guard)).visit

    return await asyncio.gather(*(one(scene) for scene in scenes))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_everything_and_nothing_else_is_recorded(path, run, web, browsers, guard):
    scenes = scenes_of(path)
    for scene in scenes:
        scene.serve(web)
    played = run(visits(scenes, browsers, guard))
    wrong = {scene.name: scene.wrong(visit, web) for scene, visit in zip(scenes, played, strict=True)}
    wrong = {name: what for name, what in wrong.items() if what}
    assert not wrong, pformat(wrong, width=160)

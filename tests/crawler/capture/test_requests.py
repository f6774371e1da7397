"""Requests and beacons: every one that reached the server, none that did not, and why something is a beacon."""

from __future__ import annotations

import base64

import pytest

from auditor.model import Beacon, CookieEvent, Party, SetBy

pytestmark = pytest.mark.browser

SITE = "www.first.com"
OTHER = "ads.tracker.net"
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
ICON = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAD0lEQVR4nGNgGAWjgHQAAAIQAAH4PmQAAAAASUVORK5CYII="
)


def one(visit, path, host=OTHER):
    (found,) = [r for r in visit.requests if r.host == host and r.url.partition("?")[0].endswith(path)]
    return found


def same_as_the_server_saw(web, visit):
    """What was recorded equals what arrived, request by request."""
    recorded = sorted(
        (r.method, r.host, r.url.partition("?")[0].partition("#")[0].split("/", 3)[3]) for r in visit.requests
    )
    arrived = sorted((a.method, a.host, a.path[1:]) for a in web.log)
    assert recorded == arrived
    return True


def test_beacons_and_their_reasons(web, visit):
    url = web.serve(
        f"{SITE}/",
        f"""<img src="https://{OTHER}/pixel.gif?uid=1"><img src="https://{OTHER}/empty"><img src="https://{OTHER}/icon.png">
        <a id=link href="#here" ping="https://{OTHER}/pinged">here</a>
        <script>
        navigator.sendBeacon('https://{OTHER}/beaconed', 'x');
        fetch('https://{OTHER}/kept', {{method: 'POST', body: 'x', keepalive: true, mode: 'no-cors'}});
        fetch('https://{OTHER}/g/collect?v=2', {{method: 'POST', body: 'x', mode: 'no-cors'}});
        fetch('https://{OTHER}/quiet', {{method: 'POST', body: 'x', mode: 'no-cors'}});
        fetch('https://{OTHER}/api/search', {{method: 'POST', body: 'x', mode: 'no-cors'}});
        fetch('/data.json');
        document.getElementById('link').click();
        </script>""",
    )
    for path, body, kind in (("pixel.gif", GIF, "image/gif"), ("icon.png", ICON, "image/png")):
        web.serve(f"{OTHER}/{path}", body, kind=kind)
    for path in ("empty", "beaconed", "kept", "g/collect", "quiet", "pinged"):
        web.serve(f"{OTHER}/{path}", b"", status=204, kind="")
    web.serve(f"{OTHER}/api/search", b'{"results": [' + b"1," * 400 + b"1]}", kind="application/json")
    web.serve(f"{SITE}/data.json", b"{}", kind="application/json")
    found = visit(url).visit
    assert same_as_the_server_saw(web, found)
    assert {(r.url.partition("?")[0].rpartition("/")[2], r.beacon) for r in found.requests if r.host == OTHER} == {
        ("pixel.gif", Beacon.PIXEL),
        ("empty", Beacon.PIXEL),
        ("icon.png", None),
        ("pinged", Beacon.PING),
        ("beaconed", Beacon.SENDBEACON),
        ("kept", Beacon.KEEPALIVE),
        ("collect", Beacon.XHR),
        ("quiet", Beacon.XHR),
        ("search", None),
    }
    assert one(found, "pixel.gif").beacon_reason == "an image of 1x1 pixels"
    assert one(found, "empty").beacon_reason == "an image request answered without content"
    assert all((r.beacon is None) == (r.beacon_reason is None) for r in found.requests)
    assert one(found, "data.json", SITE).beacon is None
    assert {r.party for r in found.requests if r.host == OTHER} == {Party.THIRD}
    assert one(found, "beaconed").initiator == url


GOODBYES = """<script>
const bye = (event, how) => addEventListener(event, (e) => { if (e.isTrusted) how(`/bye-${event}`) });
bye('pagehide', (path) => navigator.sendBeacon(path, 'x'));
bye('unload', (path) => fetch(path, {method: 'POST', body: 'x', keepalive: true}));
bye('beforeunload', (path) => navigator.sendBeacon(path, 'x'));
if (top === self) document.addEventListener('visibilitychange', (e) => {
  if (e.isTrusted && document.hidden) navigator.sendBeacon('/bye-hidden', 'x') });
addEventListener('pagehide', () => { document.cookie = 'left=1'; localStorage.setItem('left', 1) })</script>"""


def test_what_is_sent_when_a_page_is_really_unloaded(web, visit):
    frame, far = f"w.{SITE}", "www.second.com"
    url = web.serve(f"{SITE}/", f"<p>one<iframe src='https://{frame}/'></iframe>{GOODBYES}")
    web.serve(f"{frame}/", GOODBYES)
    second = web.serve(f"{far}/", f"<p>two{GOODBYES}")
    web.serve(f"{SITE}/next", f"<script>location = '{second}'</script>")
    events = {SITE: ("pagehide", "unload", "beforeunload", "hidden"), frame: ("pagehide", "unload", "beforeunload")}
    events[far] = events[SITE]
    for host, names in events.items():
        for event in names:
            web.serve(f"{host}/bye-{event}", b"", f"{event}=1", status=204, kind="")
    found = visit(url, pages=("/next",)).visit
    assert found.pages == (url, second)
    assert same_as_the_server_saw(web, found)
    kinds = {"unload": Beacon.KEEPALIVE}
    for host, names in events.items():
        document = f"https://{host}/"
        assert {(r.url, r.beacon, r.initiator) for r in found.requests if r.url.startswith(f"{document}bye-")} == {
            (f"{document}bye-{event}", kinds.get(event, Beacon.SENDBEACON), document) for event in names
        }
    assert {(c.name, c.domain) for c in found.cookies} == {
        (name, host) for host, names in events.items() for name in (*names, "left")
    }
    assert {c.set_by for c in found.cookies if c.name == "left"} == {SetBy.SCRIPT}
    # With a frame its wire details can be lost: what it was answered is then known from the jar only.
    assert {c.set_by for c in found.cookies if c.name != "left" and c.domain != frame} == {SetBy.HTTP}
    assert {(s.origin, s.key, s.initiator) for s in found.storage} == {
        (f"https://{host}", "left", f"https://{host}/") for host in events
    }


def test_scroll_and_mouse_come_after_the_untouched_observation(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<div style='height: 4000px'>long</div><script>"
        "addEventListener('scroll', () => { document.cookie = 'scrolled=1' }, {once: true});"
        "addEventListener('mousemove', (e) => { if (e.clientX > 100) document.cookie = 'moved=1' })</script>",
    )
    found = visit(url, settle_ms=1500).visit
    # The browser itself reports a mouse at 0,0 to some pages while they load.
    assert {c.name for c in found.cookies} == {"scrolled", "moved"}
    assert all(c.at_ms >= 1500 for c in found.cookies)


def test_the_scroll_shows_every_part_of_the_page_to_the_page_itself(web, visit):
    """The last part too: the browser scrolls before the page knows, and the jump back must not come in between."""
    url = web.serve(
        f"{SITE}/",
        "".join(f"<div id=p{part} style='height: 300px'>part {part}</div>" for part in range(14)) + "<script>"
        "const seen = new IntersectionObserver((all) => { for (const one of all) if (one.isIntersecting) {"
        " document.cookie = one.target.id + '=1' } });"
        "for (const part of document.querySelectorAll('div')) seen.observe(part);</script>",
    )
    assert {c.name for c in visit(url).visit.cookies} == {f"p{part}" for part in range(14)}


def test_a_page_that_is_held_in_its_place_is_not_scrolled(web, visit):
    """A visitor's wheel does not move it, so that nothing may come of a scroll."""
    url = web.serve(
        f"{SITE}/",
        "<style>html, body { overflow: hidden; height: 100%; margin: 0 }</style><div style='height: 4000px'>long</div>"
        "<script>for (const what of ['scroll', 'wheel']) addEventListener(what, (event) => {"
        " document.cookie = what + '=' + event.isTrusted })</script>",
    )
    assert {(c.name, c.value.raw) for c in visit(url).visit.cookies} == {("wheel", "true")}


def test_workers_and_service_workers(web, visit):
    web.serve(
        "localhost/",
        "<script>new Worker('/worker.js'); navigator.serviceWorker.register('/sw.js')</script>",
    )
    web.serve("localhost/worker.js", "fetch('/from-worker')", kind="text/javascript")
    web.serve(
        "localhost/sw.js",
        "self.addEventListener('install', (event) => event.waitUntil(fetch('/from-service-worker')))",
        kind="text/javascript",
    )
    web.serve("localhost/from-worker", b"1", "worker_http=1", kind="text/plain")
    web.serve("localhost/from-service-worker", b"1", "sw_http=1", kind="text/plain")
    found = visit("http://localhost/").visit
    assert same_as_the_server_saw(web, found)
    from_worker, from_service_worker = (
        one(found, path, "localhost") for path in ("from-worker", "from-service-worker")
    )
    assert (from_worker.from_service_worker, from_service_worker.from_service_worker) == (False, True)
    assert (from_worker.sets_cookies, from_service_worker.sets_cookies) == (("worker_http",), ("sw_http",))
    assert from_service_worker.initiator == "http://localhost/sw.js"
    assert from_worker.initiator == "http://localhost/worker.js"
    assert {(c.name, c.event, c.initiator) for c in found.cookies} == {
        ("worker_http", CookieEvent.SET, "http://localhost/from-worker"),
        ("sw_http", CookieEvent.SET, "http://localhost/from-service-worker"),
    }


def test_answers_of_a_service_worker_never_reached_the_wire(web, visit):
    web.serve(
        "localhost/",
        """<script>navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)
        .then(() => navigator.serviceWorker.controller ||
          new Promise((go) => navigator.serviceWorker.addEventListener('controllerchange', go)))
        .then(() => fetch('/invented')).then((r) => r.text())
        .then((t) => { document.cookie = 'answer=' + t })</script>""",
    )
    web.serve(
        "localhost/sw.js",
        """self.addEventListener('install', () => self.skipWaiting());
        self.addEventListener('activate', (event) => event.waitUntil(clients.claim()));
        self.addEventListener('fetch', (event) => {
          if (event.request.url.endsWith('/invented')) event.respondWith(new Response('made')) })""",
        kind="text/javascript",
    )
    found = visit("http://localhost/").visit
    assert same_as_the_server_saw(web, found)
    assert {c.name: c.value.raw for c in found.cookies} == {"answer": "made"}


def test_only_what_reached_the_wire(web, visit):
    url = web.serve(
        f"{SITE}/",
        f"""<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><script>
        fetch(URL.createObjectURL(new Blob(['x'])));
        fetch('https://{OTHER}/forbidden').catch(() => 0);
        fetch('http://10.1.2.3/inside').catch(() => 0);
        const again = () => {{ const i = new Image(); i.src = '/cached.gif'; return i.decode() }};
        again().then(again)</script>""",
        headers=(("Content-Security-Policy", f"connect-src 'self' blob: http://10.1.2.3 https://{SITE}"),),
    )
    web.serve(f"{SITE}/cached.gif", GIF, kind="image/gif", headers=(("Cache-Control", "max-age=600"),))
    found = visit(url).visit
    assert same_as_the_server_saw(web, found)
    assert {r.host for r in found.requests} == {SITE}


def test_event_source_prefetch_preflight_and_frames(web, visit):
    url = web.serve(
        f"{SITE}/",
        f"""<link rel="prefetch" href="/later"><iframe src="https://{OTHER}/frame"></iframe><script>
        new EventSource('/events');
        fetch('https://{OTHER}/cors', {{method: 'PUT', headers: {{'X-A': '1'}}, credentials: 'include'}})
          .catch(() => 0);
        const x = new XMLHttpRequest(); x.open('GET', '/xhr'); x.send()</script>""",
    )
    web.serve(f"{OTHER}/frame", "<img src=/inner.gif>")
    web.serve(f"{OTHER}/inner.gif", GIF, kind="image/gif")
    web.serve(f"{SITE}/later", "later", "prefetched=1")
    web.serve(f"{SITE}/events", "data: 1\n\n", kind="text/event-stream")
    web.serve(f"{SITE}/xhr", "1", "xhr=1", kind="text/plain")
    cors = (("Access-Control-Allow-Origin", f"https://{SITE}"), ("Access-Control-Allow-Credentials", "true"))
    allowed = (*cors, ("Access-Control-Allow-Headers", "x-a"), ("Access-Control-Allow-Methods", "PUT"))
    web.serve(f"{OTHER}/cors", "1", "cors=1; SameSite=None; Secure", headers=allowed, kind="text/plain")
    found = visit(url).visit
    kinds = {(r.method, r.url.rpartition("/")[2], r.resource_type) for r in found.requests}
    assert kinds >= {
        ("GET", "later", "prefetch"),
        ("GET", "events", "eventsource"),
        ("OPTIONS", "cors", "preflight"),
        ("PUT", "cors", "fetch"),
        ("GET", "xhr", "xhr"),
        ("GET", "frame", "document"),
    }
    inner = one(found, "inner.gif")
    assert inner.initiator_chain == (f"https://{OTHER}/frame", url)
    assert {c.name for c in found.cookies if c.in_jar} == {"prefetched", "xhr", "cors"}
    assert one(found, "xhr", SITE).initiator == url
    assert {(r.method, r.host, r.url) for r in found.requests} == {
        (a.method, a.host, f"https://{a.host}{a.path}") for a in web.log
    }


def test_a_websocket_and_its_cookie(web, visit):
    def handshake(handler):
        import hashlib

        key = handler.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        handler.send_response(101)
        handler.send_header("Upgrade", "websocket")
        handler.send_header("Connection", "Upgrade")
        handler.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        handler.send_header("Set-Cookie", "socket=1; SameSite=None; Secure")
        handler.end_headers()
        handler.wfile.write(b"\x88\x00")
        handler.close_connection = True

    url = web.serve(f"{SITE}/", f"<script>new WebSocket('wss://{OTHER}/socket')</script>")
    web.serve(f"{OTHER}/socket", act=handshake)
    found = visit(url).visit
    socket = one(found, "/socket")
    assert (socket.url, socket.resource_type, socket.status, socket.beacon) == (
        f"wss://{OTHER}/socket",
        "websocket",
        101,
        Beacon.WEBSOCKET,
    )
    assert socket.initiator == url
    (cookie,) = found.cookies
    assert (cookie.name, cookie.domain, cookie.in_jar, cookie.event) == ("socket", OTHER, True, CookieEvent.SET)


def test_pages_of_a_visit(web, visit):
    url = web.serve(
        f"{SITE}/",
        '<a href="/pricing">Pricing</a><a href="/about">About</a><a href="https://elsewhere.org/contact">Contact</a>',
    )
    for path in ("pricing", "configured", "about"):
        web.serve(f"{SITE}/{path}", f"<p>{path}", f"{path}=1")
    found = visit(url, pages_per_site=3, pages=("/configured",)).visit
    assert found.pages == (url, f"https://{SITE}/configured", f"https://{SITE}/pricing")
    assert {c.name for c in found.cookies} == {"configured", "pricing"}
    assert {s.page for s in found.screenshots} == set(found.pages)
    assert {r.party for r in found.requests} == {Party.FIRST}


def test_party_is_relative_to_the_final_url(web, visit):
    moved = web.serve("www.moved.org/", f'<link rel=icon href=data:,><img src="https://{SITE}/p.gif">')
    web.serve(f"{SITE}/p.gif", GIF, kind="image/gif")
    url = web.serve(f"{SITE}/", "", "old=1", status=301, headers=(("Location", moved),))
    found = visit(url).visit
    assert (found.site, found.requested_url, found.final_url) == (url, url, moved)
    assert {(r.url, r.party) for r in found.requests} == {
        (url, Party.THIRD),
        (moved, Party.FIRST),
        (f"https://{SITE}/p.gif", Party.THIRD),
    }
    assert [c.party for c in found.cookies] == [Party.THIRD]

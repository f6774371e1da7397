"""Servers that misbehave on the wire: each answer ends in time, with the right outcome."""
# ruff: noqa: E501 (an answer is read more easily in one piece)

from __future__ import annotations

import contextlib
import datetime
import gzip
import socket
import struct
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from auditor.model import Outcome
from crawler.demo.certificate import self_signed, server_context

pytestmark = pytest.mark.browser

PAGE = b"<title>Page</title><p>some words</p>"
END = "reset"


def raw(*parts, then=None):
    """Writes bytes as they are, sleeping for numbers; ``END`` resets the connection instead of closing it."""

    def act(handler):
        handler.close_connection = True
        with contextlib.suppress(OSError):
            for part in parts:
                if isinstance(part, float):
                    time.sleep(part)
                elif part == END:
                    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    handler.connection.shutdown(socket.SHUT_RDWR)
                    handler.connection.close()
                else:
                    handler.wfile.write(part)
                    handler.wfile.flush()

    return act


def head(*lines, status="200 OK", kind="text/html"):
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {kind}", *lines, "", ""]).encode()


def flood(kind, encoding=None, megabytes=200):
    """A body without an end in sight: chunked, or a gzip that unpacks to a thousand times its size."""

    def act(handler):
        handler.close_connection = True
        lines = ["Transfer-Encoding: chunked", *([f"Content-Encoding: {encoding}"] if encoding else [])]
        with contextlib.suppress(OSError):
            handler.wfile.write(head(*lines, kind=kind))
            packed = gzip.compress(bytes(megabytes * 1_000_000), 1) if encoding else b""
            block = packed or b"<!-- " + b"x" * 1_000_000 + b" -->"
            for _ in range(1 if packed else megabytes):
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))
            handler.wfile.write(b"0\r\n\r\n")

    return act


def drip(first, drop, seconds=0.2, drops=200):
    return raw(first, *(piece for _ in range(drops) for piece in (drop, seconds)))


UNREACHABLE, FAILED, OK, TIMEOUT = Outcome.UNREACHABLE, Outcome.FAILED, Outcome.OK, Outcome.TIMEOUT
NOT_A_PAGE = "not a page"
WIRE = {
    # name: (act of the server, outcome, words of the failure)
    "nothing": (raw(), UNREACHABLE, "EMPTY_RESPONSE"),
    "a reset before any header": (raw(END), UNREACHABLE, ""),
    "a reset inside the headers": (raw(b"HTTP/1.1 200 OK\r\nContent-Ty", 0.1, END), UNREACHABLE, ""),
    "an end inside the headers": (raw(b"HTTP/1.1 200 OK\r\nContent-Ty"), UNREACHABLE, "HEADERS_TRUNCATED"),
    "garbage": (raw(b"\x00\x01\x02 this is no HTTP at all\r\n\r\n"), FAILED, NOT_A_PAGE),
    "two lengths": (raw(head("Content-Length: 3", "Content-Length: 4"), b"abc"), UNREACHABLE, ""),
    "a broken chunk": (raw(head("Transfer-Encoding: chunked"), PAGE[:0], b"zz\r\n"), UNREACHABLE, "broke off"),
    "an end inside the body": (raw(head("Content-Length: 9999"), PAGE), UNREACHABLE, "CONTENT_LENGTH_MISMATCH"),
    "a reset inside the body": (raw(head("Content-Length: 9999"), PAGE, 0.3, END), UNREACHABLE, "broke off"),
    "broken gzip": (raw(head("Content-Length: 9", "Content-Encoding: gzip"), b"not gzip!"), UNREACHABLE, "CONTENT_DECODING"),
    "a page without a type": (raw(b"HTTP/1.0 200 OK\r\n\r\n" + PAGE), OK, None),
    "a header of 400 kB": (raw(head(f"X-Long: {'x' * 400_000}"), PAGE), UNREACHABLE, "TOO_BIG"),
    "a thousand cookies in headers": (
        raw(head(*(f"Set-Cookie: c{n}=1" for n in range(1000)), f"Content-Length: {len(PAGE)}"), PAGE), OK, None),
    "status 200 without a reason": (raw(b"HTTP/1.1 200\r\nContent-Type: text/html\r\n\r\n" + PAGE), OK, None),
    "status 999": (raw(head(status="999 No", kind="text/html"), PAGE), Outcome.HTTP_ERROR, "999"),
    "401 with a login": (
        raw(head('WWW-Authenticate: Basic realm="x"', f"Content-Length: {len(PAGE)}", status="401 No"), PAGE),
        Outcome.HTTP_ERROR, "401"),
    "205": (raw(head("Content-Length: 0", status="205 Reset Content")), FAILED, ""),
    "304 unasked": (raw(head(status="304 Not Modified")), FAILED, ""),
    "PDF": (raw(head("Content-Length: 9", kind="application/pdf"), b"%PDF-1.4\n"), FAILED, NOT_A_PAGE),
    "JSON": (raw(head("Content-Length: 2", kind="application/json"), b"{}"), FAILED, NOT_A_PAGE),
    "XML": (raw(head("Content-Length: 4", kind="application/xml"), b"<a/>"), FAILED, NOT_A_PAGE),
    "text": (raw(head("Content-Length: 4", kind="text/plain"), b"text"), FAILED, NOT_A_PAGE),
    "an image": (raw(head("Content-Length: 6", kind="image/gif"), b"GIF89a"), FAILED, NOT_A_PAGE),
    "bytes": (raw(head("Content-Length: 2", kind="application/octet-stream"), b"\0\1"), FAILED, NOT_A_PAGE),
    "multipart": (
        raw(head("Connection: close", kind="multipart/x-mixed-replace; boundary=b"), b"--b\r\nContent-Type: text/html\r\n\r\n" + PAGE),
        FAILED, NOT_A_PAGE),
    "an attachment": (
        raw(head("Content-Disposition: attachment; filename=x.html", "Content-Length: 5"), b"<p>hi"), FAILED, NOT_A_PAGE),
    "XHTML": (
        raw(head("Connection: close", kind="application/xhtml+xml"), b"<html xmlns='http://www.w3.org/1999/xhtml'><body><p>x</p></body></html>"),
        OK, None),
    "headers that drip": (drip(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n"), TIMEOUT, ""),
    "a body that drips": (drip(head("Content-Length: 99999"), b"<p>drop"), TIMEOUT, ""),
    "chunks that drip": (drip(head("Transfer-Encoding: chunked"), b"7\r\n<p>drop\r\n"), TIMEOUT, ""),
    "a document of 200 MB": (flood("text/html"), FAILED, "a document of more than 100 MB"),
    "a gzip bomb": (flood("text/html", "gzip"), FAILED, "a document of more than 100 MB"),
}  # fmt: skip


@pytest.fixture
def answers(web, visits):
    def go(pages, **crawl):
        wanted = {
            name: (web.serve(f"wire{number}.org/", act=act), {"settle_max_ms": 1500, **crawl})
            for number, (name, (act, *_)) in enumerate(pages.items())
        }
        return {name: result.visit for name, result in visits(wanted, 6).items()}

    return go


def test_answers_on_the_wire(web, visit, answers):
    found = answers(WIRE, visit_timeout_s=15)
    for name, (_, outcome, words) in WIRE.items():
        seen = found[name]
        assert seen.outcome is outcome, (name, seen.failure)
        assert seen.duration_ms < 45_000, name
        if seen.outcome is not OK:
            assert words in seen.failure, (name, seen.failure)
            assert (seen.cookies, seen.requests, seen.storage, seen.screenshots) == ((), (), (), ()), name
    after = visit(web.serve("next.org/", "<title>Next</title><p>fine", "ok=1")).visit
    assert (after.outcome, after.title, [c.name for c in after.cookies]) == (OK, "Next", ["ok"])


def test_floods_inside_a_page(web, visits):
    """200 MB as image, script and fetch: the page is observed all the same."""
    web.serve("flood.org/image", act=flood("image/png"))
    web.serve("flood.org/script", act=flood("text/javascript"))
    web.serve("flood.org/data", act=flood("application/octet-stream"))
    parts = {
        "image": "<img src=/image>",
        "script": "<script async src=/script></script>",
        "fetch": "<script>fetch('/data').then((r) => r.text())</script>",
    }
    wanted = {}
    for name, markup in parts.items():
        wanted[name] = (
            web.serve(f"flood.org/{name}-page", f"<title>T</title><p>x{markup}", "a=1"),
            {"settle_max_ms": 1500},
        )
    for name, result in visits(wanted, 2).items():
        assert (result.visit.outcome, result.visit.failure) == (OK, None), name
        assert "a" in {cookie.name for cookie in result.visit.cookies}, name


def expired(host):
    """Certificate and key, PEM, of a host whose certificate ended yesterday."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=9))
        .not_valid_after(now - datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private


def test_certificates(web, visits):
    """Expired, of another host, self-signed, and no TLS at all: unreachable; observed where errors are ignored."""
    web.tls["expired.org"] = server_context(*expired("expired.org"))
    web.tls["self.org"] = server_context(*self_signed(["self.org"]))
    hosts = ("expired.org", "self.org", "other.org")
    urls = {host: web.serve(f"{host}/", PAGE, "a=1") for host in hosts}
    strict = visits({host: (url, {"ignore_certificate_errors": False}) for host, url in urls.items()})
    assert {host: (result.visit.outcome, result.visit.failure) for host, result in strict.items()} == dict.fromkeys(
        hosts, (UNREACHABLE, "TLS: CERT_AUTHORITY_INVALID")
    )
    lenient = visits({host: (url, {}) for host, url in urls.items()})
    for host, result in lenient.items():
        assert (result.visit.outcome, [c.name for c in result.visit.cookies]) == (OK, ["a"]), host


def frame(kind, stream, payload=b"", flags=0):
    """A frame of HTTP/2 (RFC 9113, section 4.1)."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
INTERNAL_ERROR = (2).to_bytes(4, "big")
OK_HTML = b"\x88\x0f\x10\x09text/html"
"""``:status: 200`` and a content type (RFC 7541)."""


def speak(*frames):
    def act(connection):
        with contextlib.suppress(OSError):
            connection.sendall(frame(SETTINGS, 0))
            asked = b""
            while b"\x00\x00\x00\x01" not in asked[24:]:  # the first stream's number
                more = connection.recv(65536)
                if not more:
                    return
                asked += more
            for each in frames:
                connection.sendall(each)
            time.sleep(0.5)

    return act


def test_http_2_that_breaks_off(web, visits, visit):
    breaks = {
        "a reset stream": (frame(RST_STREAM, 1, INTERNAL_ERROR),),
        "a reset inside the body": (
            frame(HEADERS, 1, OK_HTML, 4),
            frame(DATA, 1, PAGE),
            frame(RST_STREAM, 1, INTERNAL_ERROR),
        ),
        "a goodbye": (frame(GOAWAY, 0, bytes(4) + INTERNAL_ERROR),),
        "no HTTP/2": (b"\xff" * 200,),
        "an end": (),
    }
    wanted = {}
    for number, (name, frames) in enumerate(breaks.items()):
        host = f"two{number}.org"
        context = web.tls[host] = server_context(*self_signed([host]))
        context.set_alpn_protocols(["h2"])
        web.frames[host] = speak(*frames)
        wanted[name] = (f"https://{host}/", {"visit_timeout_s": 20})
    for name, result in visits(wanted).items():
        assert result.visit.outcome is UNREACHABLE, (name, result.visit.outcome, result.visit.failure)
        assert "HTTP2" in result.visit.failure or "CONNECTION_CLOSED" in result.visit.failure, (
            name,
            result.visit.failure,
        )
    assert visit(web.serve("next.org/", PAGE)).visit.outcome is OK


WORKER_ANSWERS = {
    "an error": "Response.error()",
    "garbage": "new Response(new Uint8Array([0, 255, 7, 60]), {status: 203, headers: {'Content-Type': 'text/html'}})",
    "nothing ever": "new Promise(() => {})",
    "a refusal": "Promise.reject(new Error('no'))",
    "a redirect to itself": "Response.redirect(event.request.url)",
    "a stream without an end": (
        "new Response(new ReadableStream({pull: (to) => new Promise((go) => setTimeout(go, 20)).then(() => "
        "to.enqueue(new TextEncoder().encode('<p>more')))}), {headers: {'Content-Type': 'text/html'}})"
    ),
}
"""What a service worker answers every later document of its site with."""

REGISTERING = """<script>document.cookie = 'page=1; path={scope}';
navigator.serviceWorker.register('{scope}sw.js', {{scope: '{scope}'}}).then(() => navigator.serviceWorker.ready)
.then(() => {{ document.cookie = 'ready=1; path={scope}' }})</script><p>words"""

WORKER = """self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(clients.claim()));
self.addEventListener('fetch', (event) => { if (event.request.mode === 'navigate') event.respondWith(%s) })"""


def test_service_workers_that_misbehave(web, visits):
    wanted = {}
    for number, (name, answer) in enumerate(WORKER_ANSWERS.items()):
        scope = f"/{number}/"
        web.serve(f"localhost{scope}", REGISTERING.format(scope=scope))
        web.serve(f"localhost{scope}sw.js", WORKER % answer, kind="text/javascript")
        web.serve(f"localhost{scope}next", "never seen", "never=1")
        pages = (f"http://localhost{scope}next",)
        wanted[name] = (f"http://localhost{scope}", {"pages": pages, "settle_max_ms": 2000, "visit_timeout_s": 30})
    wanted["a normal site"] = (web.serve("good.org/", "<title>Good</title><p>fine", "ok=1"), {})
    for name, result in visits(wanted, beside=4).items():
        seen = result.visit
        assert (seen.outcome, seen.duration_ms < 35_000) == (Outcome.OK, True), (name, seen.failure)
        names = {"ok"} if name == "a normal site" else {"page", "ready"}
        assert {c.name for c in seen.cookies} == names, name
        if name in ("an error", "nothing ever", "a refusal", "a redirect to itself"):
            assert len(seen.pages) == 1, name
            assert seen.coverage.collectors["pages"] != "ok", name
    assert not [asked for asked in web.log if asked.path.endswith("next")]

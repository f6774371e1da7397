"""One event loop, one local web and one browser for all of the crawler's tests."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import socketserver
import ssl
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from auditor.model import Scenario, Site
from crawler.browser import Browsers, find_browser
from crawler.config import CrawlConfig, NetworkConfig
from crawler.demo.certificate import self_signed, server_context
from crawler.network import AddressGuard
from crawler.visit import VisitTask, play

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from crawler.visit import VisitResult


BANNER = (
    b'<div id="cookie-banner" style="position:fixed;bottom:0;left:0;right:0;background:#fff;padding:20px">'
    b"<p>We use cookies for statistics.</p><button>Accept all</button><button>Reject all</button></div>"
)
"""Stands on every page, so that no visit waits for a banner that may still come."""
HELD_SECONDS = 20
"""For how long an answer waits for what it comes ``after``; then the test fails by what is missing."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the server really got."""

    scheme: str
    host: str
    method: str
    path: str
    query: str
    cookies: dict[str, str]
    headers: dict[str, str]


@dataclass(kw_only=True)
class Answer:
    """What a path answers. ``act`` takes over the handler instead."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    act: Callable[[BaseHTTPRequestHandler], None] | None = None
    after: tuple[str, ...] = ()


@dataclass
class LocalWeb:
    """A web of any host names on one loopback port, http and https; what is asked for is logged.

    ``tls`` holds contexts for single hosts, ``frames`` what serves a host that speaks HTTP/2. An answer with ``after``
    is held back until each of those paths of its host was asked for.
    """

    port: int = 0
    banner: bytes = BANNER
    log: list[Asked] = field(default_factory=list)
    answers: dict[str, dict[str, Answer]] = field(default_factory=lambda: defaultdict(dict))
    tls: dict[str, ssl.SSLContext] = field(default_factory=dict)
    frames: dict[str, Callable[[ssl.SSLSocket], None]] = field(default_factory=dict)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def serve(self, url: str, body: str | bytes = b"", *cookies: str, **rest: Any) -> str:
        """Answer ``host/path`` with a body and Set-Cookie lines; gives the https URL."""
        host, _, path = url.partition("/")
        content = body.encode() if isinstance(body, str) else body
        headers = (*rest.pop("headers", ()), *(("Set-Cookie", line) for line in cookies))
        self.answers[host]["/" + path] = Answer(body=content, headers=headers, **rest)
        return f"https://{host}/{path}"

    def asked(self, host: str, path: str = "") -> list[Asked]:
        """Requests that reached a host."""
        return [asked for asked in self.log if asked.host == host and asked.path.startswith(path)]

    def record(self, asked: Asked) -> None:
        """Log a request, and tell answers that are held back."""
        with self._news:
            self.log.append(asked)
            self._news.notify_all()

    def hold(self, host: str, paths: Iterable[str]) -> None:
        """Wait until all paths of a host were asked for, for ``HELD_SECONDS`` at most."""
        with self._news:
            self._news.wait_for(lambda: all(self.asked(host, path) for path in paths), HELD_SECONDS)

    def clear(self) -> None:
        self.banner = BANNER
        self.log.clear()
        self.answers.clear()
        self.tls.clear()
        self.frames.clear()


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, web: LocalWeb, tls: ssl.SSLContext) -> None:
        self.web, self.tls, self.lock = web, tls, threading.Lock()
        tls.sni_callback = self._choose_tls
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def _choose_tls(self, connection: ssl.SSLSocket, host: str | None, usual: ssl.SSLContext) -> None:
        connection.context = self.web.tls.get(host or "", usual)
        connection.host = host  # type: ignore[attr-defined]

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(30)
        with contextlib.suppress(OSError):
            encrypted = request.recv(1, socket.MSG_PEEK) == b"\x16"
            connection = self.tls.wrap_socket(request, server_side=True) if encrypted else request
            with self.lock:
                self.connections.add(connection)
            try:
                if encrypted and connection.selected_alpn_protocol() == "h2":
                    self.web.frames[connection.host](connection)
                else:
                    _Handler(connection, client_address, self)
            finally:
                with self.lock:
                    self.connections.discard(connection)
                connection.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no error."""

    def shutdown_connections(self) -> None:
        with self.lock:
            for connection in tuple(self.connections):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        pass

    def do_GET(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        web: LocalWeb = self.server.web  # type: ignore[attr-defined]
        host = self.headers.get("Host", "").partition(":")[0].lower()
        parts = urlsplit(self.path)
        asked = Asked(
            scheme="https" if isinstance(self.connection, ssl.SSLSocket) else "http",
            host=host,
            method=self.command,
            path=parts.path,
            query=parts.query,
            cookies={name: morsel.value for name, morsel in SimpleCookie(self.headers.get("Cookie", "")).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        web.record(asked)
        known = web.answers.get(host, {})
        answer = known.get(parts.path) or known.get("/*") or Answer(status=404, body=b"<p>nothing here, just some text")
        if answer.after:
            web.hold(host, answer.after)
        if answer.act is not None:
            answer.act(self)
            return
        body = answer.body
        if asked.headers.get("sec-fetch-dest") == "document" and answer.status == 200 and b"<" in body:
            body += web.banner
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.body or answer.kind:
            self.send_header("Content-Type", answer.kind)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_POST = do_PUT = do_OPTIONS = do_HEAD = do_GET  # noqa: N815 (the base class's names)


@pytest.fixture(scope="session")
def run() -> Iterator[Callable[..., Any]]:
    """Runs a coroutine on the session's event loop and gives its result."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="session")
def whole_web() -> Iterator[LocalWeb]:
    """The session's local web; tests use ``web``, which is empty at their beginning."""
    web = LocalWeb()
    server = _Server(web, server_context(*self_signed(["local.example"])))
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield web
    server.shutdown()
    server.shutdown_connections()
    server.server_close()
    thread.join()


@pytest.fixture
def web(whole_web: LocalWeb) -> LocalWeb:
    """The local web, empty."""
    whole_web.clear()
    return whole_web


@pytest.fixture(scope="session")
def guard(run: Callable[..., Any], whole_web: LocalWeb) -> Iterator[AddressGuard]:
    """A guard that leads every host name to the local web; addresses themselves are checked."""
    guard = AddressGuard(NetworkConfig(resolve={"*": f"127.0.0.1:{whole_web.port}"}))
    run(guard.__aenter__())
    yield guard
    run(guard.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def browsers(run: Callable[..., Any], guard: AddressGuard) -> Iterator[Browsers]:
    """The session's browsers, behind ``guard``."""
    browsers = Browsers(guard, find_browser(None))
    run(browsers.__aenter__())
    yield browsers
    run(browsers.__aexit__(None, None, None))


@pytest.fixture
def task() -> Callable[..., VisitTask]:
    """A visit of the local web to play; keyword arguments are those of the [crawl] table."""

    def make(
        url: str,
        scenario: Scenario = Scenario.NO_CHOICE,
        *,
        pages: tuple[str, ...] = (),
        ignore_certificate_errors: bool = True,
        keep_raw: bool = True,
        **crawl: Any,
    ) -> VisitTask:
        defaults = {"settle_ms": 600, "settle_max_ms": 6000, "pages_per_site": 1, "visit_timeout_s": 60}
        return VisitTask(
            vendor="tested",
            site=Site(url=url, pages=pages),
            scenario=scenario,
            attempt=1,
            crawl=CrawlConfig(**{**defaults, **crawl}),
            ignore_certificate_errors=ignore_certificate_errors,
            keep_raw=keep_raw,
        )

    return make


@pytest.fixture
def visit(
    run: Callable[..., Any],
    browsers: Browsers,
    guard: AddressGuard,
    web: LocalWeb,
    task: Callable[..., VisitTask],
) -> Callable[..., VisitResult]:
    """Plays a visit of the local web; arguments as of ``task``."""
    del web  # It must be empty before the visit's pages are served.

    def go(*what: Any, **how: Any) -> VisitResult:
        return run(play(task(*what, **how), browsers, guard))

    return go


@pytest.fixture
def visits(
    run: Callable[..., Any],
    browsers: Browsers,
    guard: AddressGuard,
    web: LocalWeb,
    task: Callable[..., VisitTask],
) -> Callable[..., dict[str, VisitResult]]:
    """Plays visits of the local web beside each other, ``beside`` at a time: name -> (URL, keywords of ``task``)."""
    del web  # It must be empty before the visits' pages are served.

    async def play_all(tasks: dict[str, VisitTask], beside: int) -> dict[str, VisitResult]:
        gate = asyncio.Semaphore(beside)

        async def one(task: VisitTask) -> VisitResult:
            async with gate:
                return await play(task, browsers, guard)

        return dict(zip(tasks, await asyncio.gather(*map(one, tasks.values())), strict=True))

    def go(wanted: dict[str, tuple[str, dict[str, Any]]], beside: int = 8) -> dict[str, VisitResult]:
        return run(play_all({name: task(url, **rest) for name, (url, rest) in wanted.items()}, beside))

    return go

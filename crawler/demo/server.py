"""A threaded server that speaks http and TLS on one loopback port and routes by the Host header."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.demo.hosts import Host, Reply

_TLS_HANDSHAKE = b"\x16"
_IDLE_SECONDS = 30
_BODY_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request as it arrived and what was really answered.

    ``host`` is the name asked for (before aliases), ``cookies`` what the client sent, ``set_cookies`` the complete
    Set-Cookie values that went back.
    """

    scheme: str
    method: str
    host: str
    path: str
    query: str
    status: int
    cookies: Mapping[str, str]
    set_cookies: tuple[str, ...]


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Listens on 127.0.0.1 and a free port. Hosts that it does not know are answered by closing the connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, hosts: Mapping[str, Host], tls: ssl.SSLContext) -> None:
        """Bind; serving begins with ``serve_forever``.

        Args:
            hosts: by the name that stands in the Host header, aliases included.
            tls: context of a certificate for these names.
        """
        self.hosts = hosts
        self.log: list[Exchange] = []
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def port(self) -> int:
        """The port that was given."""
        return int(self.server_address[1])

    def finish_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Serve one connection: TLS when its first byte begins a handshake, else http."""
        assert isinstance(request, socket.socket)
        request.settimeout(_IDLE_SECONDS)
        with contextlib.suppress(OSError), self._connection(request) as connection:
            _Handler(connection, client_address, self)

    @contextlib.contextmanager
    def _connection(self, plain: socket.socket) -> Iterator[socket.socket]:
        encrypted = plain.recv(1, socket.MSG_PEEK) == _TLS_HANDSHAKE
        connection = self._tls.wrap_socket(plain, server_side=True) if encrypted else plain
        with self._lock:
            self._open.add(connection)
        try:
            yield connection
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def record(self, exchange: Exchange) -> None:
        """Append to the log; called from many threads."""
        with self._lock:
            self.log.append(exchange)

    def close_connections(self) -> None:
        """End what is still open, so that no thread outlives the server by its idle time."""
        with self._lock:
            still_open = tuple(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "demo"
    sys_version = ""
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer by the Host header, whatever the method."""
        host = self.headers.get("Host", "").partition(":")[0].lower()
        site = self.server.hosts.get(host)
        if site is None:
            self.close_connection = True
            return
        self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _BODY_LIMIT))
        address = urlsplit(self.path)
        cookies = _cookies(self.headers.get("Cookie", ""))
        reply = site.reply(address.path, cookies)
        exchange = Exchange(
            scheme="https" if isinstance(self.connection, ssl.SSLSocket) else "http",
            method=self.command,
            host=host,
            path=address.path,
            query=address.query,
            status=reply.status,
            cookies=cookies,
            set_cookies=reply.set_cookies,
        )
        self.server.record(exchange)
        self._send(reply)

    def do_HEAD(self) -> None:
        """Answer without the body."""
        self.do_GET()

    def do_POST(self) -> None:
        """Answer a beacon as its GET form."""
        self.do_GET()

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in (*reply.headers, *(("Set-Cookie", each) for each in reply.set_cookies)):
            self.send_header(name, value)
        if reply.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: the log is ``Server.log``."""


def _cookies(header: str) -> dict[str, str]:
    pairs = (each.partition("=") for each in header.split("; ") if each)
    return {name: value for name, _, value in pairs}

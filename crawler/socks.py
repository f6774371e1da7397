"""The wire of the address guard: a SOCKS5 server, and the handshakes with an upstream proxy.

RFC 1928 (SOCKS5, CONNECT only, no authentication on our side) and RFC 1929 (user name and password towards an
upstream); RFC 9110 section 9.3.6 for HTTP CONNECT. Written on asyncio protocols and not on streams: every byte of a
crawl passes here.
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import struct
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

VERSION = 5
CONNECT = 1
IPV4, NAME, IPV6 = 1, 3, 4
NO_AUTH, PASSWORD = 0, 2
SUCCEEDED, FAILED, NOT_ALLOWED, UNREACHABLE, NO_HOST, REFUSED = 0, 1, 2, 3, 4, 5
MAX_HANDSHAKE = 600
"""Bytes of greeting and request together; more is no SOCKS client."""
_MAX_PROXY_ANSWER = 8192


class Dial(Protocol):
    """Opens a checked connection to a host and port; raises ``DialError`` with the reply that the client is given."""

    def __call__(self, host: str, port: int) -> Awaitable[socket.socket]:
        """Return a connected, non-blocking socket."""


class DialError(Exception):
    """A connection that was not made. ``reply`` is the SOCKS5 reply field (RFC 1928 section 6)."""

    def __init__(self, reply: int, message: str) -> None:
        super().__init__(message)
        self.reply = reply


class Tunnel(asyncio.Protocol):
    """One client of the guard: reads its request, dials, then passes bytes both ways until either side ends.

    ``on_open`` and ``on_close`` keep the guard's list of tunnels; ``last_active`` is in the loop's seconds.
    """

    def __init__(self, dial: Dial, on_open: Callable[[Tunnel], None], on_close: Callable[[Tunnel], None]) -> None:
        self._dial = dial
        self._on_open = on_open
        self._on_close = on_close
        self._buffer = bytearray()
        self._greeted = False
        self._task: asyncio.Task[None] | None = None
        self._peer: _Peer | None = None
        self.transport: asyncio.Transport | None = None
        self.last_active = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the new client."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.touch()
        self._on_open(self)

    def touch(self) -> None:
        """Bytes moved: the tunnel is not idle."""
        self.last_active = asyncio.get_running_loop().time()

    def data_received(self, data: bytes) -> None:
        """Handshake bytes before the request is complete, payload after."""
        self.touch()
        if self._peer is not None:
            self._peer.write(data)
            return
        self._buffer += data
        if self._task is None:
            self._handshake()

    def eof_received(self) -> bool:
        """Half-close towards the remote side; the other direction stays open."""
        if self._peer is not None:
            self._peer.write_eof()
            return True
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (the reason changes nothing)
        """Close the other side and leave the guard's list."""
        if self._task is not None:
            self._task.cancel()
        if self._peer is not None:
            self._peer.close()
        self._on_close(self)

    def pause_writing(self) -> None:
        """The client reads too slowly: stop reading from the remote side."""
        if self._peer is not None:
            self._peer.pause()

    def resume_writing(self) -> None:
        """The client caught up."""
        if self._peer is not None:
            self._peer.resume()

    def close(self) -> None:
        """Drop both sides at once."""
        if self._peer is not None:
            self._peer.abort()
        if self.transport is not None:
            self.transport.abort()

    def _handshake(self) -> None:
        assert self.transport is not None
        if len(self._buffer) > MAX_HANDSHAKE or self._buffer[:1] != bytes([VERSION]):
            self.transport.abort()
            return
        if not self._greeted and not self._greet():
            return
        try:
            target = _parse_request(self._buffer)
        except ValueError:
            self.transport.abort()
            return
        if target is not None:
            host, port, used = target
            del self._buffer[:used]
            self._task = asyncio.get_running_loop().create_task(self._open(host, port))

    def _greet(self) -> bool:
        """Answer the greeting once it is complete; whether it was."""
        assert self.transport is not None
        if len(self._buffer) < 2 or len(self._buffer) < 2 + self._buffer[1]:
            return False
        methods = self._buffer[2 : 2 + self._buffer[1]]
        del self._buffer[: 2 + len(methods)]
        if NO_AUTH not in methods:
            self.transport.write(bytes([VERSION, 0xFF]))
            self.transport.close()
            return False
        self.transport.write(bytes([VERSION, NO_AUTH]))
        self._greeted = True
        return bool(self._buffer)

    async def _open(self, host: str, port: int) -> None:
        assert self.transport is not None
        self.transport.pause_reading()
        try:
            connected = await self._dial(host, port)
        except DialError as error:
            self._reply(error.reply)
            self.transport.close()
            return
        if self.transport.is_closing():
            connected.close()
            return
        loop = asyncio.get_running_loop()
        _, self._peer = await loop.create_connection(lambda: _Peer(self), sock=connected)
        self._reply(SUCCEEDED)
        if self._buffer:
            self._peer.write(bytes(self._buffer))
            self._buffer.clear()
        self.transport.resume_reading()

    def _reply(self, reply: int) -> None:
        assert self.transport is not None
        self.transport.write(bytes([VERSION, reply, 0, IPV4, 0, 0, 0, 0, 0, 0]))


class _Peer(asyncio.Protocol):
    """The remote side of a tunnel."""

    def __init__(self, tunnel: Tunnel) -> None:
        self._tunnel = tunnel
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._tunnel.touch()
        if self._tunnel.transport is not None:
            self._tunnel.transport.write(data)

    def eof_received(self) -> bool:
        client = self._tunnel.transport
        if client is not None and not client.is_closing():
            client.write_eof()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        if self._tunnel.transport is not None:
            if exc is None:
                self._tunnel.transport.close()
            else:
                self._tunnel.transport.abort()

    def pause_writing(self) -> None:
        if self._tunnel.transport is not None:
            self._tunnel.transport.pause_reading()

    def resume_writing(self) -> None:
        client = self._tunnel.transport
        if client is not None and not client.is_closing():
            client.resume_reading()

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def write_eof(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write_eof()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def pause(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()


def _parse_request(buffer: bytearray) -> tuple[str, int, int] | None:
    """(host, port, bytes used) of a complete request, ``None`` while more must come; ValueError if it is none."""
    if len(buffer) < 5:
        return None
    if buffer[1] != CONNECT:
        raise ValueError
    kind = buffer[3]
    length = {IPV4: 4, IPV6: 16, NAME: 1 + buffer[4]}.get(kind)
    if length is None:
        raise ValueError
    end = 4 + length + 2
    if len(buffer) < end:
        return None
    raw = bytes(buffer[4 : 4 + length])
    host = raw[1:].decode("ascii") if kind == NAME else str(ipaddress.ip_address(raw))
    (port,) = struct.unpack(">H", buffer[end - 2 : end])
    return host, port, end


async def through_socks5(sock: socket.socket, address: str, port: int, login: tuple[str, str] | None) -> None:
    """Ask an upstream SOCKS5 proxy on a connected socket for ``address:port``; DialError when it does not grant it."""
    await _send(sock, bytes([VERSION, 1, PASSWORD if login else NO_AUTH]))
    answer = await _receive(sock, 2)
    if answer[1] == PASSWORD and login:
        user, word = (part.encode() for part in login)
        await _send(sock, bytes([1, len(user)]) + user + bytes([len(word)]) + word)
        if (await _receive(sock, 2))[1] != 0:
            raise DialError(FAILED, "the upstream proxy refused the user name or password")
    elif answer[1] != NO_AUTH:
        raise DialError(FAILED, "the upstream proxy wants another kind of authentication")
    packed = ipaddress.ip_address(address).packed
    kind = IPV4 if len(packed) == 4 else IPV6
    await _send(sock, bytes([VERSION, CONNECT, 0, kind]) + packed + struct.pack(">H", port))
    head = await _receive(sock, 4)
    if head[1] != SUCCEEDED:
        raise DialError(head[1], f"the upstream proxy answered {head[1]}")
    rest = {IPV4: 4, IPV6: 16}.get(head[3])
    await _receive(sock, (rest if rest is not None else (await _receive(sock, 1))[0]) + 2)


async def through_http(sock: socket.socket, address: str, port: int, login: tuple[str, str] | None) -> None:
    """Ask an upstream HTTP proxy on a connected socket for a tunnel; DialError when it does not grant it."""
    target = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if login:
        token = base64.b64encode(":".join(login).encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {token}")
    await _send(sock, ("\r\n".join(lines) + "\r\n\r\n").encode())
    answer = bytearray()
    while not answer.endswith(b"\r\n\r\n"):
        # One byte at a time: what follows the blank line belongs to the tunnel already.
        answer += await _receive(sock, 1)
        if len(answer) > _MAX_PROXY_ANSWER:
            raise DialError(FAILED, "the upstream proxy's answer has no end")
    status = bytes(answer.split(b"\r\n", 1)[0]).split(b" ")
    if len(status) < 2 or status[1] != b"200":
        raise DialError(FAILED, f"the upstream proxy answered {status[1:2]!r}")


async def _send(sock: socket.socket, data: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(sock, data)


async def _receive(sock: socket.socket, count: int) -> bytes:
    got = bytearray()
    while len(got) < count:
        part = await asyncio.get_running_loop().sock_recv(sock, count - len(got))
        if not part:
            raise DialError(FAILED, "the upstream proxy closed the connection")
        got += part
    return bytes(got)

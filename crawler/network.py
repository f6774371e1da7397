"""What may be reached: the address guard.

All traffic of the browsers and of the policy fetcher goes through one loopback SOCKS5 proxy in this process. It
applies the resolver map, looks names up itself, refuses every address that is not public, and connects to the very
address that it checked: what a page, a redirect or a DNS answer says cannot lead it into the operator's own network
(server-side request forgery, DNS rebinding; OWASP SSRF Prevention Cheat Sheet).
"""

from __future__ import annotations

import asyncio
import functools
import socket
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from auditor.domains import normal_host
from crawler import socks
from crawler.addresses import AddressRules, NotReachedError, Reason, parsed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from types import TracebackType

    from crawler.config import NetworkConfig

    Lookup = Callable[[str], Awaitable[tuple[str, ...]]]

__all__ = ["AddressGuard", "Reason", "Verdict"]

LOOKUP_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 10.0
DIAL_TIMEOUT_S = 20.0
IDLE_TIMEOUT_S = 120.0
_SWEEP_S = 10.0
_LOOKUP_THREADS = 32
_ANSWER_LIFE_S = 60.0
_MAX_REMEMBERED = 4096
_LOOPBACK_NAMES = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why the last connection to a host was not made; ``text`` is a sentence for people."""

    host: str
    reason: Reason
    text: str


_REPLY = {
    Reason.REFUSED: socks.NOT_ALLOWED,
    Reason.DNS: socks.NO_HOST,
    Reason.CONNECTION: socks.REFUSED,
    Reason.TIMEOUT: socks.UNREACHABLE,
}


class AddressGuard:
    """A SOCKS5 proxy on 127.0.0.1 that enforces a ``NetworkConfig``; an async context manager.

    ``lookup`` answers a host name with all its addresses as text, or raises OSError; the system's resolver unless
    given. Verdicts are kept for the last few thousand hosts that failed.
    """

    def __init__(self, network: NetworkConfig, *, lookup: Lookup | None = None) -> None:
        self._network = network
        self._rules = AddressRules(network)
        self._names = _Names(lookup)
        self._verdicts: OrderedDict[str, Verdict] = OrderedDict()
        self._tunnels: set[socks.Tunnel] = set()
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """``socks5://127.0.0.1:PORT``, for browsers and for httpx."""
        assert self._server is not None, "the guard has not been entered"
        return f"socks5://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def verdict(self, host: str) -> Verdict | None:
        """Why the last connection to ``host`` failed; ``None`` if it did not or none was tried."""
        return self._verdicts.get(normal_host(host) or host)

    @contextmanager
    def exempt(self, port: int) -> Iterator[None]:
        """Lead localhost and 127.0.0.1 with one port to that very port: for the program's own start-up proof."""
        self._rules.own_ports.add(port)
        try:
            yield
        finally:
            self._rules.own_ports.discard(port)

    async def __aenter__(self) -> AddressGuard:
        """Listen on a free port of 127.0.0.1."""
        loop = asyncio.get_running_loop()

        def tunnel() -> socks.Tunnel:
            return socks.Tunnel(self._dial, self._tunnels.add, self._tunnels.discard)

        self._server = await loop.create_server(tunnel, "127.0.0.1", 0)
        self._sweeper = loop.create_task(self._sweep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the port and every tunnel."""
        assert self._server is not None
        assert self._sweeper is not None
        self._sweeper.cancel()
        with suppress(asyncio.CancelledError):
            await self._sweeper
        self._server.close()
        for tunnel in tuple(self._tunnels):
            tunnel.close()
        # A transport ends in the loop's next round and its peer in the one after: no socket outlives the guard.
        for _ in range(3):
            await asyncio.sleep(0)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._server.wait_closed(), CONNECT_TIMEOUT_S)
        self._names.close()

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_SWEEP_S)
            oldest = loop.time() - IDLE_TIMEOUT_S
            for tunnel in tuple(self._tunnels):
                if tunnel.last_active < oldest:
                    tunnel.close()

    async def _dial(self, host: str, port: int) -> socket.socket:
        name = normal_host(host)
        if name is None:
            raise self._note(host, NotReachedError(Reason.REFUSED, f"{host[:80]!r} is no host name"))
        try:
            async with asyncio.timeout(DIAL_TIMEOUT_S):
                connected = await self._connect(name, port)
        except TimeoutError:
            raise self._note(name, NotReachedError(Reason.TIMEOUT, f"{host} did not answer in time")) from None
        except NotReachedError as error:
            raise self._note(name, error) from None
        self._verdicts.pop(name, None)
        return connected

    def _note(self, host: str, error: NotReachedError) -> socks.DialError:
        self._verdicts[host] = Verdict(host=host, reason=error.reason, text=str(error))
        self._verdicts.move_to_end(host)
        if len(self._verdicts) > _MAX_REMEMBERED:
            self._verdicts.popitem(last=False)
        return socks.DialError(_REPLY[error.reason], str(error))

    async def _connect(self, host: str, port: int) -> socket.socket:
        if port in self._rules.own_ports and host in _LOOPBACK_NAMES:
            return await self._reach(host, ("127.0.0.1",), port)
        mapped = self._rules.mapped(host)
        if mapped is not None:
            address, own_port = mapped
            return await self._reach(host, (address,), own_port or port)
        addresses = await self._names.addresses(host)
        for address in addresses:
            self._rules.check(host, address, port)
        return await self._reach(host, addresses, port)

    async def _reach(self, host: str, addresses: tuple[str, ...], port: int) -> socket.socket:
        """Connect to the first address that answers; IPv4 first, since many machines have no IPv6 route."""
        failure = NotReachedError(Reason.DNS, f"{host} has no address")
        for address in sorted(addresses, key=lambda text: ":" in text):
            try:
                return await self._open(address, port)
            except TimeoutError:
                failure = NotReachedError(Reason.TIMEOUT, f"{host} ({address}:{port}) did not answer in time")
            except (OSError, socks.DialError) as error:
                failure = NotReachedError(
                    Reason.CONNECTION, f"{host} ({address}:{port}) refused the connection: {error}"
                )
        raise failure

    async def _open(self, address: str, port: int) -> socket.socket:
        proxy = self._network.proxy
        if not proxy:
            return await _connected(address, port)
        parts = urlsplit(proxy)
        assert parts.hostname, "the configuration's reader checked the proxy's URL"
        secure_socks = parts.scheme.startswith("socks")
        found = await self._names.addresses(parts.hostname)
        sock = await _connected(found[0], parts.port or (1080 if secure_socks else 8080))
        login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        handshake = socks.through_socks5 if secure_socks else socks.through_http
        try:
            await asyncio.wait_for(handshake(sock, address, port, login), CONNECT_TIMEOUT_S)
        except BaseException:
            sock.close()
            raise
        return sock


class _Names:
    """Looks names up away from the event loop, each once at a time, and remembers answers for a minute."""

    def __init__(self, lookup: Lookup | None) -> None:
        self._lookup = lookup or self._system
        self._threads = ThreadPoolExecutor(_LOOKUP_THREADS, thread_name_prefix="lookup")
        self._known: OrderedDict[str, tuple[float, asyncio.Task[tuple[str, ...]]]] = OrderedDict()

    def close(self) -> None:
        """Let go of lookups that have not ended."""
        for _, task in self._known.values():
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def addresses(self, host: str) -> tuple[str, ...]:
        """All addresses of a host; an address is its own answer. ``NotReachedError`` when there is none."""
        if parsed(host) is not None:
            return (host,)
        try:
            return await asyncio.wait_for(asyncio.shield(self._task(host)), LOOKUP_TIMEOUT_S)
        except TimeoutError:
            raise NotReachedError(Reason.DNS, f"{host} was not resolved within {LOOKUP_TIMEOUT_S:.0f} s") from None
        except OSError as error:
            raise NotReachedError(Reason.DNS, f"{host} was not resolved: {error.strerror or error}") from None

    def _task(self, host: str) -> asyncio.Task[tuple[str, ...]]:
        now = asyncio.get_running_loop().time()
        known = self._known.get(host)
        if known is not None and (not known[1].done() or known[0] > now) and not _failed(known[1]):
            return known[1]

        async def ask() -> tuple[str, ...]:
            return await self._lookup(host)

        task = asyncio.get_running_loop().create_task(ask())
        task.add_done_callback(_failed)
        self._known[host] = (now + _ANSWER_LIFE_S, task)
        self._known.move_to_end(host)
        if len(self._known) > _MAX_REMEMBERED:
            self._known.popitem(last=False)
        return task

    async def _system(self, host: str) -> tuple[str, ...]:
        ask = functools.partial(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM)
        answers = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))


def _failed(task: asyncio.Task[tuple[str, ...]]) -> bool:
    """Whether a lookup ended without an answer; looking also marks its exception as seen."""
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _connected(address: str, port: int) -> socket.socket:
    """A connected non-blocking TCP socket; OSError or TimeoutError when there is none."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)  # noqa: FBT003 (the standard library's signature)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.wait_for(asyncio.get_running_loop().sock_connect(sock, (address, port)), CONNECT_TIMEOUT_S)
    except BaseException:
        sock.close()
        raise
    return sock

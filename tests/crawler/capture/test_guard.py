"""The address guard: what may be reached, through which address, and why not."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

import httpx
import pytest

from crawler.addresses import Reason
from crawler.config import NetworkConfig
from crawler.network import AddressGuard


@contextlib.asynccontextmanager
async def echo():
    """A server that answers every connection with what it hears, in upper case."""

    async def answer(reader, writer):
        while data := await reader.read(65536):
            writer.write(data.upper())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def ask(guard, host, port, data=b"hello"):
    """(reply code, answer) of a SOCKS5 client that asks for a host."""
    address, own_port = guard.url.removeprefix("socks5://").split(":")
    reader, writer = await asyncio.open_connection(address, int(own_port))
    try:
        writer.write(b"\x05\x01\x00")
        assert await reader.readexactly(2) == b"\x05\x00"
        name = host.encode()
        writer.write(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + struct.pack(">H", port))
        reply = (await reader.readexactly(10))[1]
        if reply != 0:
            return reply, await reader.read()
        writer.write(data)
        writer.write_eof()
        return reply, await reader.read()
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def answering(**names):
    async def lookup(host):
        if host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return tuple(names[host])

    return lookup


def test_the_resolver_map_and_its_order(run):
    async def go():
        async with echo() as port:
            resolve = {
                "*": "127.0.0.1:9",
                "*.example": "127.0.0.1:9",
                "*.shop.example": f"127.0.0.1:{port}",
                "www.exact.example": f"127.0.0.1:{port}",
                "noport.example": "127.0.0.1",
            }
            async with AddressGuard(NetworkConfig(resolve=resolve)) as guard:
                return [
                    await ask(guard, host, wanted)
                    for host, wanted in (
                        ("a.b.shop.example", 443),
                        ("WWW.Exact.Example.", 80),
                        ("noport.example", port),
                        ("shop.example", 443),
                        ("other.org", 443),
                    )
                ], guard.verdict("shop.example")

    answers, verdict = run(go())
    assert answers == [(0, b"HELLO")] * 3 + [(5, b"")] * 2
    assert verdict.reason is Reason.CONNECTION
    assert "127.0.0.1:9" in verdict.text


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "168.63.129.16",
        "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "::ffff:10.0.0.1",
        "::ffff:127.0.0.1", "::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "64:ff9b::a00:1", "2001:db8::1",
        "2001:0:1:1:1:1:f5ff:fffe",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(run, address):
    async def go():
        names = {"tricky.org": [address], "mixed.org": ["93.184.216.34", address]}
        async with AddressGuard(NetworkConfig(), lookup=answering(**names)) as guard:
            replies = [(await ask(guard, host, 80))[0] for host in ("tricky.org", "mixed.org", address)]
            return replies, [guard.verdict(host).reason for host in ("tricky.org", "mixed.org")]

    replies, reasons = run(go())
    assert replies == [2, 2, 2]
    assert reasons == [Reason.REFUSED, Reason.REFUSED]


def test_addresses_in_disguise_are_no_way_round(run):
    async def go():
        async with AddressGuard(NetworkConfig()) as guard:
            return [
                (await ask(guard, host, 80))[0]
                for host in ("2130706433", "0x7f.1", "127.1", "localhost", "ip6-localhost")
            ]

    assert all(reply in (2, 4) for reply in run(go()))


def test_private_addresses_where_allowed_or_named(run):
    async def go():
        async with echo() as port:
            async with AddressGuard(
                NetworkConfig(allow_private_addresses=True), lookup=answering(inside=["127.0.0.1"])
            ) as guard:
                allowed = await ask(guard, "inside", port)
            async with AddressGuard(NetworkConfig(resolve={"a.org": f"127.0.0.1:{port}"})) as guard:
                named = await ask(guard, "127.0.0.1", port)
                other_port = await ask(guard, "127.0.0.1", port + 1)
            async with AddressGuard(NetworkConfig(resolve={"*": f"127.0.0.1:{port}"})) as guard:
                outright = await ask(guard, "10.0.0.1", 80)
            return allowed, named, other_port[0], outright[0]

    assert run(go()) == ((0, b"HELLO"), (0, b"HELLO"), 2, 2)


def test_names_that_have_no_address_or_are_none(run):
    async def go():
        async with AddressGuard(NetworkConfig(), lookup=answering()) as guard:
            replies = [(await ask(guard, host, 80))[0] for host in ("nowhere.org", "bad name", "a" * 250 + ".com")]
            return replies, guard.verdict("nowhere.org")

    replies, verdict = run(go())
    assert replies == [4, 2, 2]
    assert verdict.reason is Reason.DNS


def test_a_lookup_that_never_answers_is_bounded(run, monkeypatch):
    monkeypatch.setattr("crawler.network.LOOKUP_TIMEOUT_S", 0.2)

    async def never(_host):
        await asyncio.sleep(60)

    async def go():
        async with AddressGuard(NetworkConfig(), lookup=never) as guard:
            return (await ask(guard, "slow.org", 80))[0], guard.verdict("slow.org").reason

    assert run(go()) == (4, Reason.DNS)


def test_it_connects_to_the_address_that_it_checked(run):
    asked = []

    async def rebinding(host):
        asked.append(host)
        return ("127.0.0.1",) if len(asked) > 1 else ("93.184.216.34", "10.0.0.1")

    async def go():
        async with AddressGuard(NetworkConfig(), lookup=rebinding) as guard:
            first = await ask(guard, "rebind.org", 80)
            second = await ask(guard, "rebind.org", 80)
            return first[0], second[0]

    assert run(go()) == (2, 2)


def test_large_answers_and_slow_readers(run):
    async def go():
        async with echo() as port, AddressGuard(NetworkConfig(resolve={"*": f"127.0.0.1:{port}"})) as guard:
            data = b"abcdefgh" * 500_000
            reply, answer = await ask(guard, "big.org", 80, data)
            return reply, answer == data.upper()

    assert run(go()) == (0, True)


def test_idle_tunnels_are_closed(run, monkeypatch):
    monkeypatch.setattr("crawler.network.IDLE_TIMEOUT_S", 0.1)
    monkeypatch.setattr("crawler.network._SWEEP_S", 0.05)

    async def go():
        async with echo() as port, AddressGuard(NetworkConfig(resolve={"*": f"127.0.0.1:{port}"})) as guard:
            address, own_port = guard.url.removeprefix("socks5://").split(":")
            reader, writer = await asyncio.open_connection(address, int(own_port))
            writer.write(b"\x05\x01\x00\x05\x01\x00\x03\x05a.org\x00\x50")
            head = await reader.readexactly(12)
            with contextlib.suppress(ConnectionResetError):
                rest = await asyncio.wait_for(reader.read(), 5)
                assert rest == b""
            writer.close()
            return head[3]

    assert run(go()) == 0


def test_what_is_no_socks_client_is_dropped(run):
    async def go():
        async with AddressGuard(NetworkConfig()) as guard:
            address, own_port = guard.url.removeprefix("socks5://").split(":")
            ends = []
            for greeting in (
                b"GET / HTTP/1.1\r\n\r\n",
                b"\x05\x01\x02",
                b"\x05\x01\x00\x05\x02\x00\x01\x01\x01\x01\x01\x00\x50",
            ):
                reader, writer = await asyncio.open_connection(address, int(own_port))
                writer.write(greeting)
                try:
                    ends.append(await asyncio.wait_for(reader.read(), 5))
                except ConnectionResetError:
                    ends.append(b"reset")
                writer.close()
            return ends

    assert run(go()) == [b"", b"\x05\xff", b"\x05\x00"]


def test_httpx_goes_through_it(run, whole_web):
    whole_web.clear()
    whole_web.serve("www.fetched.org/", "<p>fetched")

    async def go():
        network = NetworkConfig(resolve={"*": f"127.0.0.1:{whole_web.port}"})
        async with (
            AddressGuard(network) as guard,
            httpx.AsyncClient(proxy=guard.url, trust_env=False, verify=False) as client,
        ):
            return (await client.get("https://www.fetched.org/")).text

    assert run(go()) == "<p>fetched"


@contextlib.asynccontextmanager
async def upstream(kind, target_port):
    """A proxy of one kind that notes what it is asked for and leads everything to one port."""
    asked = []

    async def serve(reader, writer):
        if kind == "http":
            head = await reader.readuntil(b"\r\n\r\n")
            asked.append(head.decode())
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            await reader.readexactly(3)
            writer.write(b"\x05\x02")
            head = await reader.readexactly(2)
            user = await reader.readexactly(head[1])
            word = await reader.readexactly((await reader.readexactly(1))[0])
            writer.write(b"\x01\x00")
            request = await reader.readexactly(10)
            asked.append((user, word, request))
            writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        there, back = await asyncio.open_connection("127.0.0.1", target_port)
        back.write(await reader.read(100))
        writer.write(await there.read(100))
        for end in (back, writer):
            end.close()
            await end.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], asked
    finally:
        server.close()


def test_an_upstream_proxy_gets_the_checked_address(run):
    async def go(kind, scheme):
        async with echo() as port, upstream(kind, port) as (proxy_port, asked):
            network = NetworkConfig(proxy=f"{scheme}://user:se%20cret@127.0.0.1:{proxy_port}")
            async with AddressGuard(network, lookup=answering(**{"far.org": ["93.184.216.34"]})) as guard:
                return await ask(guard, "far.org", 443), (await ask(guard, "10.0.0.1", 80))[0], asked

    answer, refused, asked = run(go("http", "http"))
    assert (answer, refused) == ((0, b"HELLO"), 2)
    assert asked[0].startswith("CONNECT 93.184.216.34:443 HTTP/1.1\r\n")
    assert "Proxy-Authorization: Basic dXNlcjpzZSBjcmV0" in asked[0]
    answer, refused, asked = run(go("socks5", "socks5"))
    assert (answer, refused) == ((0, b"HELLO"), 2)
    assert asked == [(b"user", b"se cret", b"\x05\x01\x00\x01\x5d\xb8\xd8\x22\x01\xbb")]

"""DNS aliases of a site's own hosts, asked of a resolver on loopback."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import dns.message
import dns.rcode
import dns.rrset
import pytest

from auditor.domains import party
from auditor.model import Choice, ChoiceOutcome, HostAlias, Outcome, Party, Phase, Request, Scenario, Visit, Wanted
from crawler.aliases import Aliases
from crawler.config import Config, ConfigError, CrawlConfig, NetworkConfig, load_config
from crawler.fetch import Fetcher
from crawler.player import Player

SITE = "https://www.vendor.example/"
ZONE = {
    "metrics.vendor.example.": ("vendor.sc.omtrdc.net.", "tracker-lb.omtrdc.net."),
    "WWW.vendor.example.": (),
    "loop.vendor.example.": ("loop.vendor.example.",),
    "static.vendor.example.": ("d111111abcdef8.cloudfront.net.",),
}


class Nameserver(asyncio.DatagramProtocol):
    """Answers from ``ZONE``; says nothing to hosts that begin with ``silent``, NXDOMAIN to what it does not know."""

    def __init__(self):
        self.asked: list[str] = []

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text()
        self.asked.append(name)
        if name.startswith("silent"):
            return
        answer = dns.message.make_response(query)
        chain = next((chain for known, chain in ZONE.items() if known.lower() == name.lower()), None)
        if chain is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            for target in chain:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", target))
                name = target
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "203.0.113.7"))
        self.transport.sendto(answer.to_wire(), addr)


def visited(*hosts: str) -> Visit:
    requests = tuple(
        Request(
            url=f"https://{host}/",
            host=host,
            method="GET",
            resource_type="script",
            party=party(host, SITE),
            phase=Phase.BEFORE_CHOICE,
            at_ms=1,
            initiator=None,
            status=200,
        )
        for host in hosts
    )
    return Visit(
        vendor="vendor",
        site=SITE,
        scenario=Scenario.NO_CHOICE,
        requested_url=SITE,
        final_url=SITE,
        outcome=Outcome.OK,
        started_at=datetime.now(UTC),
        duration_ms=1,
        browser=None,
        choice=Choice(wanted=Wanted.NONE, outcome=ChoiceOutcome.NONE),
        requests=requests,
    )


def looked_up(*rounds: Visit, resolve=None, timeout=0.5, named=True):
    """The answers to each visit, and the names that the nameserver was asked for."""

    async def go():
        server = Nameserver()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: server, local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        aliases = Aliases(NetworkConfig(resolve=resolve or {}, dns=f"127.0.0.1:{port}" if named else None))
        try:
            return [await aliases.of(visit) for visit in rounds], server.asked
        finally:
            transport.close()

    return asyncio.run(go())


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("crawler.aliases.LOOKUP_TIMEOUT_S", 0.8)


def test_chains_are_followed_and_remembered():
    hosts = (
        "www.vendor.example",
        "metrics.vendor.example",
        "static.vendor.example",
        "vendor.example",
        "t.other.example",
    )
    (first, again), asked = looked_up(visited(*hosts), visited(*hosts))
    assert first == (
        (
            HostAlias(host="metrics.vendor.example", chain=("vendor.sc.omtrdc.net", "tracker-lb.omtrdc.net")),
            HostAlias(host="static.vendor.example", chain=("d111111abcdef8.cloudfront.net",)),
            HostAlias(host="www.vendor.example", chain=()),
        ),
        (),
    )
    assert again == first
    assert sorted(asked) == ["metrics.vendor.example.", "static.vendor.example.", "www.vendor.example."]


def test_what_is_not_answered_is_unobserved():
    (found,), _ = looked_up(visited("silent.vendor.example", "gone.vendor.example", "www.vendor.example"))
    assert found == (
        (HostAlias(host="www.vendor.example", chain=()),),
        ("DNS aliases of gone.vendor.example, silent.vendor.example",),
    )


def test_a_loop_ends():
    (found,), _ = looked_up(visited("loop.vendor.example"))
    assert found[0] == () or len(found[0][0].chain) <= 16


def test_hosts_of_the_resolver_map_are_asked_of_a_named_resolver_only():
    """Their addresses come from the map; the public DNS knows nothing of a staging web."""
    visit = visited("metrics.vendor.example")
    (found,), asked = looked_up(visit, resolve={"*": "127.0.0.1:8790"})
    assert (len(found[0]), asked) == (1, ["metrics.vendor.example."])
    (found,), asked = looked_up(visit, resolve={"*": "127.0.0.1:8790"}, named=False)
    assert (found, asked) == (((), ("DNS aliases of metrics.vendor.example",)), [])


def test_addresses_and_third_parties_are_not_asked():
    visit = visited("127.0.0.1", "vendor.example", "metrics.tracker.example")
    assert [request.party for request in visit.requests] == [Party.THIRD, Party.FIRST, Party.THIRD]
    (found,), asked = looked_up(visit)
    assert (found, asked) == (((), ()), [])


@pytest.mark.browser
def test_a_visit_is_told_with_its_aliases(run, web, guard, browsers, task):
    web.serve(
        "www.vendor.example/",
        "<img src='https://metrics.vendor.example/b/ss'><img src='https://silent.vendor.example/'>",
    )
    web.serve("metrics.vendor.example/b/ss", b"", status=204, kind="")

    async def go():
        server, loop = Nameserver(), asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: server, local_addr=("127.0.0.1", 0))
        network = NetworkConfig(
            resolve={"*": "127.0.0.1:1"}, dns=f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
        )
        config = Config(crawl=CrawlConfig(robots="ignore"), network=network)
        try:
            async with Fetcher(guard, config.network, config.crawl) as fetcher:
                return (await Player(config, guard, browsers, fetcher).visit(task(SITE))).visit
        finally:
            transport.close()

    found = run(go())
    assert found.outcome is Outcome.OK
    assert found.aliases == (
        HostAlias(host="metrics.vendor.example", chain=("vendor.sc.omtrdc.net", "tracker-lb.omtrdc.net")),
        HostAlias(host="www.vendor.example", chain=()),
    )
    assert "DNS aliases of silent.vendor.example" in found.coverage.not_observable


@pytest.mark.parametrize("value", ['"127.0.0.1:5353"', '"9.9.9.9"', '"[::1]:53"'])
def test_the_resolver_is_configured(tmp_path, value):
    file = tmp_path / "vendors.toml"
    file.write_text(f"[network]\ndns = {value}\n")
    assert load_config(file, require_vendors=False).network.dns == value.strip('"')


@pytest.mark.parametrize("value", ['"dns.example"', '"127.0.0.1:0"', "53", '""'])
def test_a_wrong_resolver_is_told(tmp_path, value):
    file = tmp_path / "vendors.toml"
    file.write_text(f"[network]\ndns = {value}\n")
    with pytest.raises(ConfigError, match=r"network\.dns"):
        load_config(file, require_vendors=False)

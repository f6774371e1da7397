"""The demo web as one object: start it, point a crawl at it, read what it really set."""

from __future__ import annotations

import json
import re
import socket
import threading
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from auditor.domains import registrable_domain
from auditor.model import PolicySource, Scenario, Site, Vendor
from crawler.assets import asset
from crawler.config import Config, CrawlConfig, NetworkConfig
from crawler.demo.certificate import self_signed, server_context
from crawler.demo.hosts import SITES, Host, host_names, load_host
from crawler.demo.server import Exchange, Server

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

_VENDORS = SITES / "vendors.toml"
_LIBRARY_HOST = "www.silverbirch.example"
_LIBRARY = {
    "/lib/cookieconsent.umd.js": "vanilla-cookieconsent/dist/cookieconsent.umd.js",
    "/lib/cookieconsent.css": "vanilla-cookieconsent/dist/cookieconsent.css",
}
_DEAD_HOST = "www.farewell.example"


class DemoWeb:
    """A context manager that serves all demo vendors and their trackers on 127.0.0.1.

    Nothing in it leaves the machine: `resolve` sends every host name to the one port, which speaks http and https.
    """

    def __init__(self, aliases: Mapping[str, str] | None = None) -> None:
        """Read the sites; nothing is opened before entering.

        Args:
            aliases: further host names and the demo host that answers to them, for example
                ``{"www.ooma.co.uk": "www.ooma.example"}``.
        """
        self.aliases = dict(aliases or {})
        self.left_out = _left_out()
        hosts = {name: load_host(name) for name in host_names()}
        hosts[_LIBRARY_HOST] = replace(hosts[_LIBRARY_HOST], files=_library_files())
        self._hosts: dict[str, Host] = hosts | {alias: hosts[name] for alias, name in self.aliases.items()}

    def __enter__(self) -> Self:
        self.certificate, key = self_signed(self._hosts)
        self._server = Server(self._hosts, server_context(self.certificate, key))
        # Bound but not listening: connections to it are refused, and nobody else can be given the port meanwhile.
        self._refusing = socket.socket()
        self._refusing.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="demo-web", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.close_connections()
        self._refusing.close()

    @property
    def port(self) -> int:
        """The port that answers for every host, in http and in TLS."""
        return self._server.port

    @property
    def resolve(self) -> dict[str, str]:
        """The [network] resolve table: all names to the demo web, the dead vendor to a port that refuses."""
        return {"*": f"127.0.0.1:{self.port}", _DEAD_HOST: f"127.0.0.1:{self._refusing.getsockname()[1]}"}

    @property
    def log(self) -> tuple[Exchange, ...]:
        """What was requested and really set so far, in the order of the answers."""
        return tuple(self._server.log)

    def config(
        self, *, policies: Mapping[str, Path] | None = None, **crawl: int | str | tuple[Scenario, ...]
    ) -> Config:
        """The configuration that audits the demo vendors.

        Args:
            policies: vendor id to a policy document that replaces the vendor's own; sites that an alias answers for
                move to the alias, since it is that document's host.
            **crawl: values of the [crawl] table that differ from the demo's.

        Returns:
            What reading `vendors_toml()` would give.
        """
        table = tomllib.loads(_VENDORS.read_text(encoding="utf-8"))
        settings: dict[str, Any] = {**table["crawl"], **crawl}
        settings["scenarios"] = tuple(Scenario(each) for each in settings["scenarios"])
        return Config(
            crawl=CrawlConfig(**settings),
            network=NetworkConfig(resolve=self.resolve, ignore_certificate_errors=True),
            vendors=tuple(self._adapted(each, policies or {}) for each in self.vendors()),
        )

    def vendors(self) -> tuple[Vendor, ...]:
        """The demo vendors with their own policies; needs no running server."""
        table = tomllib.loads(_VENDORS.read_text(encoding="utf-8"))
        return tuple(_vendor(each) for each in table["vendor"] if each["id"] not in self.left_out)

    def _adapted(self, vendor: Vendor, policies: Mapping[str, Path]) -> Vendor:
        if vendor.id not in policies:
            return vendor
        names = {name: alias for alias, name in self.aliases.items()}
        sites = tuple(replace(site, url=_renamed(site.url, names)) for site in vendor.sites)
        return replace(vendor, sites=sites, policies=(PolicySource(file=str(policies[vendor.id].resolve())),))

    def vendors_toml(self) -> str:
        """The same configuration as a vendors.toml, for people to read and for `crawl --vendors`."""
        network = "\n".join(
            ["[network]", "ignore_certificate_errors = true", "", "[network.resolve]", *_rows(self.resolve)]
        )
        text = _VENDORS.read_text(encoding="utf-8")
        for vendor in self.left_out:
            text = re.sub(rf'\[\[vendor\]\]\nid = "{vendor}"\n(?:(?!\[\[vendor\]\]\n).*\n?)*', "", text)
        head, mark, vendors = text.partition("[[vendor]]\n")
        return f"{head}{network}\n\n{mark}{vendors}"

    def expected(self, vendor_id: str, *, moved: bool = False) -> list[dict[str, Any]]:
        """The findings that an audit of the vendor must come to, above info.

        Args:
            vendor_id: a demo vendor.
            moved: whether the vendor's sites are where `config(policies=...)` moves them.

        Returns:
            Objects with rule, site, subject, phase (null where the rule has none) and severity.

        Raises:
            KeyError: no such demo vendor.
        """
        findings: list[dict[str, Any]] = self.expectation(vendor_id)["findings"]
        return [self._moved(each) for each in findings] if moved else findings

    def _moved(self, finding: dict[str, Any]) -> dict[str, Any]:
        for alias, name in self.aliases.items():
            if finding["site"] == f"https://{name}/":
                home, subject = registrable_domain(name), finding["subject"]
                if subject.endswith((f"@{home}", f".{home}")):
                    subject = subject.removesuffix(home) + registrable_domain(alias)
                return {**finding, "site": f"https://{alias}/", "subject": subject}
        return finding

    def expectation(self, vendor_id: str) -> dict[str, Any]:
        """The vendor's whole `expected.json`: findings, undecided rules and how its visits end."""
        for file in SITES.glob("*/expected.json"):
            found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            if found["vendor"] == vendor_id:
                return found
        raise KeyError(vendor_id)


def _rows(resolve: Mapping[str, str]) -> list[str]:
    return [f'"{host}" = "{address}"' for host, address in resolve.items()]


def _renamed(url: str, names: Mapping[str, str]) -> str:
    for name, alias in names.items():
        url = url.replace(f"//{name}/", f"//{alias}/")
    return url


def _vendor(table: Mapping[str, Any]) -> Vendor:
    return Vendor(
        id=table["id"],
        name=table["name"],
        owner=table.get("owner"),
        cadence=table.get("cadence"),
        jurisdictions=tuple(table.get("jurisdictions", ())),
        sites=tuple(
            Site(url=each["url"], scope=each.get("scope"), pages=tuple(each.get("pages", ()))) for each in table["site"]
        ),
        policies=tuple(PolicySource(url=each["url"]) for each in table.get("policy", ())),
    )


def _library_files() -> dict[str, Path]:
    found = {address: asset(file) for address, file in _LIBRARY.items()}
    return {address: file for address, file in found.items() if file is not None}


def _left_out() -> dict[str, str]:
    if len(_library_files()) == len(_LIBRARY):
        return {}
    return {"silverbirch": "its banner library (vanilla-cookieconsent) comes from npm, which was not there"}

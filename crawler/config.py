"""vendors.toml: the records it is read into, and the reader that reports every error at once."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from auditor.model import ConfigError, PolicySource, Scenario, Site, Vendor
from crawler import checks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

T = TypeVar("T")

MAX_BYTES = 1_000_000
MAX_VENDORS = 10_000
_INDEX = re.compile(r"\[[0-9]+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlConfig:
    """The [crawl] table. Times in milliseconds or seconds as the names say."""

    concurrency: int = 4
    scenarios: tuple[Scenario, ...] = (Scenario.NO_CHOICE, Scenario.ACCEPT_ALL, Scenario.REJECT_ALL)
    pages_per_site: int = 3
    settle_ms: int = 3000
    settle_max_ms: int = 12000
    visit_timeout_s: int = 90
    locale: str = "en-GB"
    timezone: str = "Europe/London"
    robots: str = "obey"
    robots_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig:
    """The [network] table: what may be reached, and how. ``resolve`` maps a host pattern to ``address[:port]``."""

    resolve: Mapping[str, str] = field(default_factory=dict)
    ignore_certificate_errors: bool = False
    allow_private_addresses: bool = False
    proxy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of vendors.toml."""

    crawl: CrawlConfig = field(default_factory=CrawlConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    vendors: tuple[Vendor, ...] = ()


def load_config(path: Path, *, require_vendors: bool = True) -> Config:
    """Read vendors.toml.

    Args:
        path: the file; policy files inside it are relative to its folder.
        require_vendors: whether a file without ``[[vendor]]`` is an error (``visit``, ``policy`` and ``classify``
            need none).

    Raises:
        ConfigError: with every problem of the file, each beginning with its path inside the file.
    """
    return parse_config(_read(path), folder=path.parent, require_vendors=require_vendors)


def parse_config(text: str, *, folder: Path, require_vendors: bool = True) -> Config:
    """As :func:`load_config`, from the file's text and the folder that it stands in."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        end = f"at line {len(text.splitlines()) or 1}, the end of the file"
        raise ConfigError((f"not valid TOML: {error}".replace("at end of document", end),)) from None
    problems: list[str] = []
    top = _Table(document, "", problems)
    crawl = _crawl(top.table("crawl"))
    network = _network(top.table("network"))
    vendors = tuple(_vendor(table, folder) for table in top.tables("vendor", most=MAX_VENDORS))
    top.finish()
    problems.extend(_repeated(vendors))
    if require_vendors and not vendors and not problems:
        problems.append("vendor: at least one [[vendor]] is required")
    if problems:
        raise ConfigError(tuple(problems))
    return Config(crawl=crawl, network=network, vendors=vendors)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError((f"{path}: cannot be read: {reason}",)) from None
    if len(content) > MAX_BYTES:
        raise ConfigError((f"{path}: is larger than {MAX_BYTES} bytes",))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError((f"{path}: is not UTF-8 (byte {error.start})",)) from None


class _Table:
    """One TOML table while it is read: keys are asked for by name, and what nobody asked for is a problem.

    ``path`` is the table's own path (``vendor[2]``), empty at the top; ``problems`` is shared by all tables of a file.
    """

    def __init__(self, values: dict[str, Any], path: str, problems: list[str]) -> None:
        self._values = values
        self._path = path
        self._known: list[str] = []
        self.problems = problems

    def at(self, key: str) -> str:
        """The path of ``key`` in this table."""
        return f"{self._path}.{key}" if self._path else key

    def has(self, key: str) -> bool:
        """Whether the file gives ``key`` here."""
        return key in self._values

    def keys(self) -> tuple[str, ...]:
        """All keys that the file gives here."""
        return tuple(self._values)

    def say(self, key: str, problem: str) -> None:
        """Note a problem of ``key``."""
        self.problems.append(f"{self.at(key)}: {problem}")

    def get(self, key: str, check: Callable[[object], T], default: T) -> T:
        """The checked value of ``key``; the default where it is absent or wrong (which is noted)."""
        self._known.append(key)
        if key not in self._values:
            return default
        try:
            return check(self._values[key])
        except ValueError as error:
            self.say(key, str(error))
            return default

    def require(self, key: str, check: Callable[[object], str]) -> str:
        """As :meth:`get`, for a key that must be there; the empty string where it is not."""
        if key not in self._values:
            self.say(key, "is required")
        return self.get(key, check, "")

    def table(self, key: str) -> _Table:
        """The table under ``key``; an empty one where it is absent or no table."""
        self._known.append(key)
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            self.say(key, f"must be a table: [{key}]")
            value = {}
        return _Table(value, self.at(key), self.problems)

    def tables(self, key: str, *, most: int) -> tuple[_Table, ...]:
        """The array of tables under ``key``; empty where it is absent or something else."""
        self._known.append(key)
        value = self._values.get(key, [])
        if not isinstance(value, list) or len(value) > most or not all(isinstance(entry, dict) for entry in value):
            self.say(key, f"must be an array of at most {most} tables: [[{_INDEX.sub('', self.at(key))}]]")
            value = []
        return tuple(_Table(entry, f"{self.at(key)}[{index}]", self.problems) for index, entry in enumerate(value))

    def finish(self) -> None:
        """Note every key that was not asked for, with the known key it resembles."""
        for key in self._values:
            if key not in self._known:
                near = difflib.get_close_matches(key[:100], self._known, n=1)
                hint = f'; did you mean "{near[0]}"?' if near else "; known are " + ", ".join(self._known)
                self.say(key, f"unknown key{hint}")


def _crawl(table: _Table) -> CrawlConfig:
    usual = CrawlConfig()
    crawl = CrawlConfig(
        concurrency=table.get("concurrency", checks.whole(1, 64), usual.concurrency),
        scenarios=table.get("scenarios", checks.scenarios, usual.scenarios),
        pages_per_site=table.get("pages_per_site", checks.whole(1, 50), usual.pages_per_site),
        settle_ms=table.get("settle_ms", checks.whole(0, 60_000), usual.settle_ms),
        settle_max_ms=table.get("settle_max_ms", checks.whole(0, 120_000), usual.settle_max_ms),
        visit_timeout_s=table.get("visit_timeout_s", checks.whole(5, 900), usual.visit_timeout_s),
        locale=table.get("locale", checks.locale, usual.locale),
        timezone=table.get("timezone", checks.timezone, usual.timezone),
        robots=table.get("robots", checks.one_of("obey", "ignore"), usual.robots),
        robots_reason=table.get("robots_reason", checks.text, None),
    )
    table.finish()
    if crawl.settle_max_ms < crawl.settle_ms:
        table.say("settle_max_ms", f"must be at least settle_ms ({crawl.settle_ms}), is {crawl.settle_max_ms}")
    if crawl.robots == "ignore" and not table.has("robots_reason"):
        table.say("robots_reason", 'is required where robots = "ignore": why may robots.txt be ignored here?')
    return crawl


def _network(table: _Table) -> NetworkConfig:
    network = NetworkConfig(
        resolve=_resolve(table.table("resolve")),
        ignore_certificate_errors=table.get("ignore_certificate_errors", checks.flag, False),
        allow_private_addresses=table.get("allow_private_addresses", checks.flag, False),
        proxy=table.get("proxy", checks.proxy, None),
    )
    table.finish()
    return network


def _resolve(table: _Table) -> dict[str, str]:
    resolve: dict[str, str] = {}
    for key in table.keys():  # noqa: SIM118 - not a dictionary
        try:
            pattern = checks.host_pattern(key)
        except ValueError as error:
            table.say(key, str(error))
            continue
        resolve[pattern] = table.get(key, checks.address, "")
    return resolve


def _vendor(table: _Table, folder: Path) -> Vendor:
    vendor = Vendor(
        id=table.require("id", checks.vendor_id),
        name=table.require("name", checks.text),
        owner=table.get("owner", checks.email, None),
        cadence=table.get("cadence", checks.cadence, None),
        jurisdictions=table.get("jurisdictions", checks.list_of(checks.word), ()),
        sites=tuple(_site(site) for site in table.tables("site", most=1000)),
        policies=tuple(_policy(policy, folder) for policy in table.tables("policy", most=1000)),
    )
    table.finish()
    if not vendor.sites and not any(problem.startswith(table.at("site")) for problem in table.problems):
        table.say("site", "at least one [[vendor.site]] with a url is required")
    return vendor


def _site(table: _Table) -> Site:
    site = Site(
        url=table.require("url", checks.url),
        scope=table.get("scope", checks.word, None),
        pages=table.get("pages", checks.list_of(checks.page, most=50), ()),
    )
    table.finish()
    return site


def _policy(table: _Table, folder: Path) -> PolicySource:
    source = PolicySource(url=table.get("url", checks.url, None), file=table.get("file", checks.text, None))
    table.finish()
    if table.has("url") == table.has("file"):
        table.say("url", "exactly one of url and file must be given")
    if source.file is None:
        return source
    path = folder.absolute() / source.file
    if not _is_file(path):
        table.say("file", f"there is no file {path}")
    return replace(source, file=str(path))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _repeated(vendors: tuple[Vendor, ...]) -> list[str]:
    """Problems of ids used by two vendors, and of sites given twice by one: both would be one thing in the store."""
    problems = []
    seen: dict[str, int] = {}
    for index, vendor in enumerate(vendors):
        if vendor.id and seen.setdefault(vendor.id, index) != index:
            problems.append(f'vendor[{index}].id: "{vendor.id}" is already the id of vendor[{seen[vendor.id]}]')
        urls = [site.url for site in vendor.sites]
        problems.extend(
            f"vendor[{index}].site[{place}].url: is already the url of site[{urls.index(url)}]"
            for place, url in enumerate(urls)
            if url and urls.index(url) != place
        )
    return problems

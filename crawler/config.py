"""vendors.toml: the records it is read into, and the reader that reports every error at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from auditor.model import ConfigError, PolicySource, Scenario, Site, Vendor
from crawler import checks
from crawler.notify.config import NotifyConfig, notify_config
from crawler.toml_tables import Table, parsed, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_VENDORS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlConfig:
    """The [crawl] table. Times in milliseconds or seconds as the names say.

    ``repeat``: how often every scenario is played; the command line says so, not the file.
    """

    concurrency: int = 4
    scenarios: tuple[Scenario, ...] = (Scenario.NO_CHOICE, Scenario.ACCEPT_ALL, Scenario.REJECT_ALL)
    pages_per_site: int = 3
    settle_ms: int = 3000
    settle_max_ms: int = 12000
    visit_timeout_s: int = 90
    locale: str = "en-GB"
    timezone: str = "Europe/London"
    browser: str = "auto"
    screenshots: str = "viewport"
    har: bool = False
    robots: str = "obey"
    robots_reason: str | None = None
    repeat: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig:
    """The [network] table: what may be reached, and how. ``resolve`` maps a host pattern to ``address[:port]``.

    ``dns`` is the resolver, as ``address[:port]``, that is asked for CNAME records; None: the system's.
    """

    resolve: Mapping[str, str] = field(default_factory=dict)
    ignore_certificate_errors: bool = False
    allow_private_addresses: bool = False
    proxy: str | None = None
    dns: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleConfig:
    """The [schedule] table: the time zone of cron lines, and of the days in messages."""

    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of vendors.toml."""

    crawl: CrawlConfig = field(default_factory=CrawlConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    notify: NotifyConfig = field(default_factory=NotifyConfig)
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
    return parse_config(read_text(path), folder=path.parent, require_vendors=require_vendors)


def parse_config(text: str, *, folder: Path, require_vendors: bool = True) -> Config:
    """As :func:`load_config`, from the file's text and the folder that it stands in."""
    document = parsed(text)
    problems: list[str] = []
    top = Table(document, "", problems)
    crawl = _crawl(top.table("crawl"))
    network = _network(top.table("network"))
    schedule = _schedule(top.table("schedule"))
    notify = notify_config(top.table("notify"), folder)
    vendors = tuple(_vendor(table, folder) for table in top.tables("vendor", most=MAX_VENDORS))
    top.finish()
    problems.extend(_repeated(vendors))
    if require_vendors and not vendors and not problems:
        problems.append("vendor: at least one [[vendor]] is required")
    if problems:
        raise ConfigError(tuple(problems))
    return Config(crawl=crawl, network=network, schedule=schedule, notify=notify, vendors=vendors)


def _crawl(table: Table) -> CrawlConfig:
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
        browser=table.get("browser", checks.browser, usual.browser),
        screenshots=table.get("screenshots", checks.one_of("viewport", "full"), usual.screenshots),
        har=table.get("har", checks.flag, usual.har),
        robots=table.get("robots", checks.one_of("obey", "ignore"), usual.robots),
        robots_reason=table.get("robots_reason", checks.text, None),
    )
    table.finish()
    if crawl.settle_max_ms < crawl.settle_ms:
        table.say("settle_max_ms", f"must be at least settle_ms ({crawl.settle_ms}), is {crawl.settle_max_ms}")
    if crawl.robots == "ignore" and not table.has("robots_reason"):
        table.say("robots_reason", 'is required where robots = "ignore": why may robots.txt be ignored here?')
    return crawl


def _network(table: Table) -> NetworkConfig:
    network = NetworkConfig(
        resolve=_resolve(table.table("resolve")),
        ignore_certificate_errors=table.get("ignore_certificate_errors", checks.flag, False),
        allow_private_addresses=table.get("allow_private_addresses", checks.flag, False),
        proxy=table.get("proxy", checks.proxy, None),
        dns=table.get("dns", checks.address, None),
    )
    table.finish()
    return network


def _schedule(table: Table) -> ScheduleConfig:
    schedule = ScheduleConfig(timezone=table.get("timezone", checks.timezone, "UTC"))
    table.finish()
    return schedule


def _resolve(table: Table) -> dict[str, str]:
    resolve: dict[str, str] = {}
    for key in table.keys():  # noqa: SIM118 - not a dictionary
        try:
            pattern = checks.host_pattern(key)
        except ValueError as error:
            table.say(key, str(error))
            continue
        resolve[pattern] = table.get(key, checks.address, "")
    return resolve


def _vendor(table: Table, folder: Path) -> Vendor:
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


def _site(table: Table) -> Site:
    site = Site(
        url=table.require("url", checks.url),
        scope=table.get("scope", checks.word, None),
        pages=table.get("pages", checks.list_of(checks.page, most=50), ()),
    )
    table.finish()
    return site


def _policy(table: Table, folder: Path) -> PolicySource:
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

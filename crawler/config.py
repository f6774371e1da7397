"""vendors.toml: the records it is read into, and the reader that reports every error at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.model import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model import Vendor


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

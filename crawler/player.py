"""Does the two kinds of work of a crawl, visits and policies, within bounds; knows no Scrapy and no store."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from auditor.model import BrowserError, Choice, ChoiceOutcome, Outcome, Visit, Wanted
from crawler.aliases import Aliases
from crawler.browser import Browsers, find_browser
from crawler.discovery import Discovery
from crawler.documents import BY_ROBOTS, fetch_policy
from crawler.fetch import Fetcher
from crawler.load import Gate, LoadMeter
from crawler.network import AddressGuard
from crawler.render import Renderer
from crawler.visit import WANTED, VisitResult, VisitTask, play

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from auditor.model import Control, PolicyDocument, PolicySource, Vendor
    from crawler.config import Config

_GRACE_S = 30.0
"""Beyond the visit's own bound: only a browser that stopped answering takes longer."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTask:
    """A policy to fetch; without ``source`` the vendor's policies are to be found, ``controls`` being known links."""

    vendor: Vendor
    source: PolicySource | None = None
    controls: tuple[Control, ...] = ()


class Player:
    """Plays visits and fetches policies with one guard, one set of browsers and one http client.

    At most ``config.crawl.concurrency`` tasks run at a time, fewer while the machine is too busy (``load``).
    """

    def __init__(self, config: Config, guard: AddressGuard, browsers: Browsers, fetcher: Fetcher) -> None:
        self.config = config
        self.guard = guard
        self.browsers = browsers
        self.fetcher = fetcher
        self.gate = Gate(config.crawl.concurrency)
        self.load = LoadMeter(self.gate)
        self.aliases = Aliases(config.network)
        self._render = Renderer(browsers, config.crawl, config.network)

    async def policies(self, task: PolicyTask) -> tuple[PolicyDocument, ...]:
        """The documents of a policy task, or the record of why there is none."""
        async with self.gate.admitted():
            if task.source is None:
                return await Discovery(task.vendor, self.fetcher, self._render).documents(task.controls)
            found = fetch_policy(task.source, vendor=task.vendor.id, fetcher=self.fetcher, render=self._render)
            return (await found,)

    async def visit(self, task: VisitTask) -> VisitResult:
        """Play a visit. Whatever goes wrong is the outcome of the record that comes back."""
        async with self.gate.admitted():
            if not await self.fetcher.allows(task.site.url):
                return self._unplayed(task, datetime.now(UTC), Outcome.REFUSED, BY_ROBOTS)
            return await self._with_aliases(await self._bounded(await self._polite(task)))

    async def _with_aliases(self, result: VisitResult) -> VisitResult:
        """The result with the DNS aliases of the site's own hosts; what could not be looked up is said."""
        visit = result.visit
        if visit.outcome is not Outcome.OK:
            return result
        aliases, unobserved = await self.aliases.of(visit)
        coverage = replace(visit.coverage, not_observable=(*visit.coverage.not_observable, *unobserved))
        return replace(result, visit=replace(visit, aliases=aliases, coverage=coverage))

    async def _polite(self, task: VisitTask) -> VisitTask:
        """The task without the configured pages that robots.txt closes."""
        pages = [page for page in task.site.pages if await self.fetcher.allows(urljoin(task.site.url, page))]
        return replace(task, site=replace(task.site, pages=tuple(pages)))

    async def _bounded(self, task: VisitTask) -> VisitResult:
        started = datetime.now(UTC)
        try:
            async with asyncio.timeout(task.crawl.visit_timeout_s + _GRACE_S):
                return await play(task, self.browsers, self.guard, self.fetcher.allows)
        except TimeoutError:
            return self._unplayed(task, started, Outcome.CRASHED, "the browser stopped answering")
        except BrowserError as error:
            return self._unplayed(task, started, Outcome.CRASHED, str(error))
        except Exception as error:  # noqa: BLE001 - a site that breaks our own code must not end the other visits
            _LOG.exception("visit of %s", task.site.url)
            return self._unplayed(task, started, Outcome.FAILED, f"internal error: {type(error).__name__}: {error}")

    def _unplayed(self, task: VisitTask, started: datetime, outcome: Outcome, failure: str) -> VisitResult:
        """The record of a visit that has no evidence."""
        wanted = WANTED.get(task.scenario, Wanted.NONE)
        visit = Visit(
            vendor=task.vendor,
            site=task.site.url,
            scenario=task.scenario,
            repetition=task.repetition,
            attempt=task.attempt,
            requested_url=task.site.url,
            final_url=None,
            outcome=outcome,
            failure=failure[:500],
            started_at=started,
            duration_ms=int((datetime.now(UTC) - started).total_seconds() * 1000),
            browser=self.browsers.facts,
            choice=Choice(wanted=wanted, outcome=ChoiceOutcome.NONE if wanted is Wanted.NONE else ChoiceOutcome.FAILED),
        )
        return VisitResult(visit=visit, artifacts=())


@asynccontextmanager
async def opened(config: Config, browser: str | None) -> AsyncIterator[Player]:
    """A player with everything open: guard, http client, proven browser. BrowserError where no browser works.

    Args:
        config: the [crawl] and [network] settings.
        browser: the executable or mode that was asked for, if any.
    """
    choice = find_browser(browser, config.crawl.browser)
    async with (
        AddressGuard(config.network) as guard,
        Fetcher(guard, config.network, config.crawl) as fetcher,
        Browsers(guard, choice, ignore_certificate_errors=config.network.ignore_certificate_errors) as browsers,
    ):
        player = Player(config, guard, browsers, fetcher)
        async with player.load:
            yield player

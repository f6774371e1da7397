"""The spider: planned visits and policies become requests, answers become items."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from scrapy import Request

from auditor.domains import host_of
from auditor.model import Outcome, PlannedVisit
from crawler.handler import TaskDroppedError
from crawler.job import TASK, JobSpider
from crawler.player import PolicyTask
from crawler.visit import VisitResult, VisitTask

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from twisted.python.failure import Failure

    from auditor.model import Control, PolicyDocument, Vendor
    from crawler.handler import TaskResponse
    from crawler.job import Job

MAX_ATTEMPTS = 2


class VisitSpider(JobSpider):
    """Yields a request for every visit and policy of a job that is not stored yet."""

    name = "visits"

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._vendors = {vendor.id: vendor for vendor in job.vendors}
        self._controls: dict[str, list[Control]] = {vendor.id: [] for vendor in job.vendors}
        first = job.config.crawl.scenarios[0]
        self._awaited = Counter(visit.vendor for visit in job.visits if visit.scenario is first)

    async def start(self) -> AsyncIterator[Request]:
        """Configured policies, then visits, then discovery for vendors whose pages are stored already."""
        for vendor in self.job.vendors:
            for request in self._configured(vendor):
                yield request
        for planned in self.job.visits:
            yield self._visit(planned, attempt=1)
        for vendor in self.job.vendors:
            if not self._awaited[vendor.id]:
                for request in self._discovery(vendor):
                    yield request

    async def visited(self, response: TaskResponse) -> AsyncIterator[VisitResult | Request]:
        """Store a visit, or play it once more where the browser crashed; then look for policies on what was seen."""
        result = response.result
        assert isinstance(result, VisitResult)
        visit = result.visit
        planned = PlannedVisit(
            vendor=visit.vendor, site=visit.site, scenario=visit.scenario, repetition=visit.repetition
        )
        if visit.outcome is Outcome.CRASHED and visit.attempt < MAX_ATTEMPTS:
            yield self._visit(planned, attempt=visit.attempt + 1)
            return
        yield result
        self._controls[visit.vendor].extend(visit.controls)
        if visit.scenario is self.job.config.crawl.scenarios[0]:
            self._awaited[visit.vendor] -= 1
            if not self._awaited[visit.vendor]:
                for request in self._discovery(self._vendors[visit.vendor]):
                    yield request

    async def read(self, response: TaskResponse) -> AsyncIterator[PolicyDocument]:
        """Store the policies that a task came back with."""
        assert isinstance(response.result, tuple)
        for document in response.result:
            yield document

    async def failed(self, failure: Failure) -> None:
        """A task that raised, unless it was dropped on purpose, is a bug of ours: it must show."""
        if not isinstance(failure.value, TaskDroppedError):
            self.job.problems.append(f"unexpected: {type(failure.value).__name__}: {failure.value}"[:500])

    def _visit(self, planned: PlannedVisit, *, attempt: int) -> Request:
        config = self.job.config
        sites = self._vendors[planned.vendor].sites
        task = VisitTask(
            vendor=planned.vendor,
            site=next(site for site in sites if site.url == planned.site),
            others=_other_hosts(planned.site, (site.url for site in sites)),
            scenario=planned.scenario,
            repetition=planned.repetition,
            attempt=attempt,
            crawl=config.crawl,
            ignore_certificate_errors=config.network.ignore_certificate_errors,
        )
        return self._request(planned.site, task, self.visited, priority=10 * (attempt - 1))

    def _configured(self, vendor: Vendor) -> Iterator[Request]:
        stored = {document.source for document in self.job.store.policies_of(self.job.run, vendor.id)}
        for source in vendor.policies:
            if (source.url or source.file) not in stored:
                task = PolicyTask(vendor=vendor, source=source)
                yield self._request(source.url or vendor.sites[0].url, task, self.read)

    def _discovery(self, vendor: Vendor) -> Iterator[Request]:
        """A search for the vendor's policies, unless some are configured or were found before the run was resumed."""
        if vendor.policies or self.job.store.policies_of(self.job.run, vendor.id):
            return
        stored = self.job.store.case_file(self.job.run, vendor.id).visits
        controls = dict.fromkeys((*self._controls[vendor.id], *(seen for visit in stored for seen in visit.controls)))
        task = PolicyTask(vendor=vendor, controls=tuple(controls))
        yield self._request(vendor.sites[0].url, task, self.read, priority=5)

    def _request(
        self, url: str, task: VisitTask | PolicyTask, callback: Callable[..., Any], *, priority: int = 0
    ) -> Request:
        """One task at a time on each host: its Scrapy slot."""
        meta = {TASK: task, "download_slot": host_of(url) or url}
        return Request(url, callback=callback, errback=self.failed, meta=meta, priority=priority)


def _other_hosts(url: str, urls: Iterable[str]) -> tuple[str, ...]:
    """Hosts of a vendor's other sites than that of a URL."""
    own = host_of(url)
    return tuple(dict.fromkeys(host for host in map(host_of, urls) if host is not None and host != own))

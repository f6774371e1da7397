"""Items to the store: the one place of a crawl that writes."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from auditor.model import StoreError
from crawler.job import job_of
from crawler.visit import VisitResult

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from auditor.model import PolicyDocument


class StorePipeline:
    """Saves every item in one transaction of its own.

    What the store refuses becomes a problem of the job, and so of the exit code. A row that does not fit costs its
    visit only; a database or disk that cannot be written to ends the crawl, since nothing after it would be kept.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._job = job_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_item(self, item: VisitResult | PolicyDocument) -> VisitResult | PolicyDocument:
        """Save a visit with its artifacts, or a policy, and hand it on."""
        try:
            self._save(item)
        except StoreError as error:
            self._job.problems.append(str(error))
            if isinstance(error.__cause__, sqlite3.OperationalError | OSError):
                self._job.stop("the database cannot be written to")
        return item

    def _save(self, item: VisitResult | PolicyDocument) -> None:
        if isinstance(item, VisitResult):
            self._job.store.save_visit(self._job.run, item.visit, item.artifacts)
            self._job.watcher.stored(item.visit)
        else:
            self._job.store.save_policy(self._job.run, item)

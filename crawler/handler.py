"""The Scrapy download handler for which a download is a browser visit, or the search for a policy."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Response

from crawler.job import TASK, job_of
from crawler.player import PolicyTask

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from auditor.model import PolicyDocument
    from crawler.visit import VisitResult, VisitTask


class TaskDroppedError(Exception):
    """The crawl was stopped while a task was under way."""


class TaskResponse(Response):
    """The answer to a request's task: ``result`` is a VisitResult, or the PolicyDocuments of a PolicyTask."""

    def __init__(self, request: Request, result: VisitResult | tuple[PolicyDocument, ...]) -> None:
        super().__init__(request.url, request=request)
        self.result = result


class VisitHandler(BaseDownloadHandler):
    """Answers every http and https request by doing its task with the job's player."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._job = job_of(crawler)

    async def download_request(self, request: Request) -> Response:
        """Do the task of a request. Nothing that a site does raises; TaskDroppedError when the crawl is stopped."""
        task = request.meta[TASK]
        if self._job.stopped:
            raise TaskDroppedError
        work = asyncio.ensure_future(self._do(task))
        self._job.under_way.add(work)
        self._job.watcher.began(task)
        try:
            return TaskResponse(request, await work)
        except asyncio.CancelledError:
            if self._job.stopped:
                raise TaskDroppedError from None
            raise
        finally:
            self._job.under_way.discard(work)
            self._job.watcher.ended(task)

    async def _do(self, task: VisitTask | PolicyTask) -> VisitResult | tuple[PolicyDocument, ...]:
        if isinstance(task, PolicyTask):
            return await self._job.player.policies(task)
        return await self._job.player.visit(task)

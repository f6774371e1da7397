"""The Scrapy settings of a crawl, as one function of its configuration.

Scrapy schedules; it fetches nothing itself. Each of these settings decides whether the evidence is complete: with
Scrapy's defaults one of six visits arrived, without any error (the duplicate filter takes the scenarios of a URL for
repetitions, the http-error middleware drops blocked sites). Each has a test.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from crawler.handler import VisitHandler
from crawler.job import TASK
from crawler.pipeline import StorePipeline

if TYPE_CHECKING:
    from scrapy import Request

    from crawler.config import CrawlConfig

SAME_SITE_DELAY_S = 1.0
"""At least so long, give or take half, between the beginnings of two tasks on one host."""


class TaskFingerprinter:
    """Two requests are the same where their tasks are: vendor, site, scenario, repetition and attempt, not the URL."""

    def fingerprint(self, request: Request) -> bytes:
        """Twenty bytes that identify the request's task."""
        return hashlib.sha256(repr(request.meta[TASK]).encode("utf-8", "backslashreplace")).digest()[:20]


def scrapy_settings(crawl: CrawlConfig) -> dict[str, Any]:
    """Settings for Scrapy's runner: asyncio without a reactor, our handler for http and https, nothing in between."""
    return {
        # Scrapy 2.19 runs on a plain asyncio loop, which Playwright needs too; a reactor starts once per process only.
        "TWISTED_REACTOR_ENABLED": False,
        "DOWNLOAD_HANDLERS": {
            "http": VisitHandler,
            "https": VisitHandler,
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        "ITEM_PIPELINES": {StorePipeline: 100},
        "REQUEST_FINGERPRINTER_CLASS": TaskFingerprinter,
        # No middleware may answer, repeat, redirect or drop a visit. What they would do for http the browser does
        # itself, retries are visits of their own with an attempt number, and crawler.player asks robots.txt.
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        "HTTPERROR_ALLOW_ALL": True,
        "RETRY_ENABLED": False,
        "COOKIES_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "EXTENSIONS_BASE": {},
        "TELNETCONSOLE_ENABLED": False,
        "CONCURRENT_REQUESTS": crawl.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "CONCURRENT_ITEMS": 1,
        "DOWNLOAD_DELAY": SAME_SITE_DELAY_S,
        "DOWNLOAD_TIMEOUT": crawl.visit_timeout_s * 3,
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.DownloaderAwarePriorityQueue",
        "LOG_ENABLED": False,
    }

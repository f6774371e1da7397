"""A visit's record against the server's own log: every cookie that was sent to be set, every request that arrived."""

from __future__ import annotations

import asyncio
from collections import Counter
from urllib.parse import urlsplit

import pytest

from auditor.model import ChoiceOutcome, CookieEvent, Outcome, Scenario, SetBy, Site
from crawler.browser import Browsers, find_browser
from crawler.demo.web import DemoWeb
from crawler.network import AddressGuard
from crawler.visit import VisitTask, play

pytestmark = pytest.mark.browser

WRITES = {CookieEvent.SET, CookieEvent.CHANGED}


async def visited(web: DemoWeb, url: str, scenario: Scenario):
    config = web.config()
    task = VisitTask(
        vendor="any",
        site=Site(url=url),
        scenario=scenario,
        attempt=1,
        crawl=config.crawl,
        ignore_certificate_errors=config.network.ignore_certificate_errors,
    )
    async with AddressGuard(config.network) as guard, Browsers(guard, find_browser(None)) as browsers:
        return (await play(task, browsers, guard)).visit


@pytest.mark.parametrize(
    ("url", "scenario", "outcome"),
    [
        ("https://www.officium.example/", Scenario.NO_CHOICE, ChoiceOutcome.NONE),
        ("https://www.redfern.example/", Scenario.ACCEPT_ALL, ChoiceOutcome.DONE),
        ("https://www.ozmo.example/", Scenario.REJECT_ALL, ChoiceOutcome.DONE),
    ],
)
def test_the_record_is_what_the_server_saw(url: str, scenario: Scenario, outcome: ChoiceOutcome) -> None:
    with DemoWeb() as web:
        visit = asyncio.run(visited(web, url, scenario))
        log = web.log
    assert (visit.outcome, visit.choice.outcome) == (Outcome.OK, outcome)
    arrived = Counter((entry.host, entry.path) for entry in log)
    seen = Counter((request.host, urlsplit(request.url).path) for request in visit.requests)
    assert set(seen) == set(arrived)
    # A browser asks again by itself where a kept connection breaks: the server then gets one request twice.
    assert seen <= arrived
    assert (arrived - seen).total() <= 1
    sent = Counter(text.partition("=")[0] for entry in log for text in entry.set_cookies)
    recorded = (each for each in visit.cookies if each.set_by is SetBy.HTTP and each.event in WRITES)
    assert Counter(each.name for each in recorded) == sent

"""The crawl on Scrapy: nothing planned is lost, nothing stored is repeated, and every failure shows."""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from auditor.model import (
    BrowserFacts,
    Choice,
    ChoiceOutcome,
    Control,
    Outcome,
    Phase,
    PlannedVisit,
    PolicySource,
    RunStatus,
    Scenario,
    Site,
    Vendor,
)
from crawler.config import Config, CrawlConfig, NetworkConfig
from crawler.crawl import Crawled, crawl, settings_in_force
from crawler.fetch import Fetcher
from crawler.job import TASK, Job, plan
from crawler.load import Gate, LoadMeter
from crawler.player import Player, PolicyTask, opened
from crawler.settings import TaskFingerprinter, scrapy_settings
from crawler.spider import VisitSpider
from crawler.visit import VisitResult, VisitTask
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from auditor.model import Visit

SCENARIOS = (Scenario.NO_CHOICE, Scenario.ACCEPT_ALL, Scenario.REJECT_ALL)
QUICK = CrawlConfig(settle_ms=200, settle_max_ms=1000, pages_per_site=1, visit_timeout_s=40)
PAGE = "<title>T</title><p>Hello</p><footer><a href='/privacy'>Privacy policy</a></footer>"
POLICY = "<h1>Privacy policy</h1><p>" + "We use cookies. " * 20


class Notes:
    """A watcher that writes everything down and can act on a stored visit."""

    def __init__(self) -> None:
        self.runs: list[tuple[int, int, int]] = []
        self.visits: list[Visit] = []
        self.busy: dict[str, int] = {}
        self.most = 0
        self.most_on_a_site = 0
        self.act: Any = lambda _: None

    def planned(self, run: int, visits: int, stored: int) -> None:
        self.runs.append((run, visits, stored))

    def began(self, task: VisitTask | PolicyTask) -> None:
        if isinstance(task, VisitTask):
            self.busy[task.site.url] = self.busy.get(task.site.url, 0) + 1
            self.most_on_a_site = max(self.most_on_a_site, *self.busy.values())
            self.most = max(self.most, sum(self.busy.values()))

    def ended(self, task: VisitTask | PolicyTask) -> None:
        if isinstance(task, VisitTask):
            self.busy[task.site.url] -= 1

    def stored(self, visit: Visit) -> None:
        self.visits.append(visit)
        self.act(visit)


def a_vendor(name: str, *urls: str, policy: str | None = None) -> Vendor:
    sources = (PolicySource(url=policy),) if policy else ()
    return Vendor(id=name, name=name, sites=tuple(Site(url=url) for url in urls), policies=sources)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database."""
    with Store(tmp_path / "a.db") as store:
        yield store


@pytest.fixture
def config(web: Any) -> Config:
    """Four vendors on the local web: two good ones, one behind a wall, one that is down."""
    for host in ("www.a.example", "www.b.example", "shop.b.example"):
        web.serve(f"{host}/", PAGE)
        web.serve(f"{host}/privacy", POLICY)
    web.serve("www.wall.example/*", "no", status=403)
    here = f"127.0.0.1:{web.port}"
    return Config(
        crawl=QUICK,
        network=NetworkConfig(resolve={"*": here, "down.example": "127.0.0.1:1"}, ignore_certificate_errors=True),
        vendors=(
            a_vendor("a", "https://www.a.example/"),
            a_vendor("b", "https://www.b.example/", "https://shop.b.example/", policy="https://www.b.example/privacy"),
            a_vendor("wall", "https://www.wall.example/"),
            a_vendor("down", "https://down.example/"),
        ),
    )


def go(store: Store, config: Config, notes: Notes | None = None, **rest: Any) -> Crawled:
    return asyncio.run(crawl(store, config, notes or Notes(), **rest))


@pytest.mark.browser
def test_everything_planned_is_stored_whatever_happens_to_it(store: Store, config: Config) -> None:
    notes = Notes()
    crawled = go(store, config, notes)
    assert (crawled.status, crawled.stopped, crawled.problems) == (RunStatus.PARTIAL, None, ())
    assert notes.runs == [(crawled.run, 15, 0)]
    coverage = store.coverage(crawled.run)
    assert [(row.vendor, row.site, row.scenario) for row in coverage] == [
        (visit.vendor, visit.site, visit.scenario) for visit in plan(config.vendors, config)
    ]
    outcomes = {(row.vendor, row.outcome) for row in coverage}
    assert outcomes == {("a", Outcome.OK), ("b", Outcome.OK), ("wall", Outcome.BLOCKED), ("down", Outcome.UNREACHABLE)}
    assert notes.most_on_a_site == 1
    assert 1 < notes.most <= config.crawl.concurrency
    found = {vendor.id: store.policies_of(crawled.run, vendor.id) for vendor in config.vendors}
    assert [(each.url, each.found_by) for each in found["a"]] == [("https://www.a.example/privacy", "link")]
    assert [(each.url, each.found_by) for each in found["b"]] == [("https://www.b.example/privacy", "configured")]
    assert [(each.source, each.outcome) for each in found["wall"]] == [(None, Outcome.BLOCKED)]
    assert [(each.source, each.outcome) for each in found["down"]] == [(None, Outcome.UNREACHABLE)]
    run = store.run(crawled.run)
    assert (run.planned, run.stored, run.status) == (15, 15, RunStatus.PARTIAL)
    assert run.browser is not None
    assert dict(run.settings) == settings_in_force(config)


@pytest.mark.browser
def test_a_crawl_gives_the_signals_back(store: Store, config: Config) -> None:
    """Else one that comes between two crawls of a loop ends its process at once, whatever it is about to store."""
    heard: list[int] = []

    def hears(number: int, _frame: object) -> None:
        heard.append(number)

    watched = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, hears) for number in watched]
    try:
        go(store, replace(config, vendors=config.vendors[:1]))
        assert [signal.getsignal(number) for number in watched] == [hears, hears]
        signal.raise_signal(signal.SIGTERM)
        assert heard == [signal.SIGTERM]
    finally:
        for number, handler in zip(watched, before, strict=True):
            signal.signal(number, handler)


@pytest.mark.browser
def test_a_browser_killed_in_mid_visit_costs_the_visits_in_it_a_second_try(
    store: Store, config: Config, web: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    players: list[Player] = []
    both_asked, killed = threading.Barrier(2), threading.Event()

    @asynccontextmanager
    async def seen(*args: Any) -> AsyncIterator[Player]:
        async with opened(*args) as player:
            players.append(player)
            yield player

    def killing(handler: Any) -> None:
        """The first time both sites wait for each other and lose their browser; then they answer."""
        if not killed.is_set():
            if both_asked.wait(30) == 0:
                players[0].browsers.current.kill()
                killed.set()
            killed.wait(30)
            handler.close_connection = True
            return
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", str(len(PAGE)))
        handler.end_headers()
        handler.wfile.write(PAGE.encode())

    monkeypatch.setattr("crawler.crawl.opened", seen)
    hosts = ("www.a.example", "www.b.example")
    for host in hosts:
        web.serve(f"{host}/", act=killing)
    scenarios = (Scenario.NO_CHOICE, Scenario.REJECT_ALL)
    vendors = tuple(a_vendor(host[4], f"https://{host}/") for host in hosts)
    config = replace(config, crawl=replace(QUICK, scenarios=scenarios), vendors=vendors)
    crawled = go(store, config)
    assert (crawled.status, crawled.problems) == (RunStatus.COMPLETE, ())
    rows = store._database.execute("SELECT requested_url, scenario, attempt, outcome FROM visits").fetchall()
    assert sorted(map(tuple, rows)) == sorted(
        (f"https://{host}/", scenario, 2 if scenario is Scenario.NO_CHOICE else 1, "ok")
        for host in hosts
        for scenario in scenarios
    )


@pytest.mark.browser
def test_a_run_of_good_visits_is_complete(store: Store, config: Config) -> None:
    crawl = replace(config.crawl, scenarios=(Scenario.NO_CHOICE,))
    assert go(store, replace(config, crawl=crawl, vendors=config.vendors[:1])).status is RunStatus.COMPLETE


@pytest.mark.browser
def test_robots_txt_refuses_a_visit(store: Store, config: Config, web: Any) -> None:
    web.serve("www.a.example/robots.txt", "User-agent: *\nDisallow: /", kind="text/plain")
    crawled = go(store, replace(config, vendors=config.vendors[:1]))
    assert {row.outcome for row in store.coverage(crawled.run)} == {Outcome.REFUSED}
    assert {asked.path for asked in web.asked("www.a.example")} == {"/robots.txt"}
    (record,) = store.policies_of(crawled.run, "a")
    assert (record.source, record.outcome) == (None, Outcome.REFUSED)


@pytest.mark.browser
def test_pages_that_a_visit_finds_obey_robots_txt_too(store: Store, config: Config, web: Any) -> None:
    links = "<a href='/pricing'>Pricing</a> <a href='plans#all'>Plans</a> <a href='/contact'>Contact</a>"
    web.serve("www.a.example/", PAGE + links)
    for page in ("pricing", "plans", "contact"):
        web.serve(f"www.a.example/{page}", PAGE)
    web.serve("www.a.example/robots.txt", "User-agent: *\nDisallow: /p", kind="text/plain")
    quick = replace(config.crawl, scenarios=(Scenario.NO_CHOICE,), pages_per_site=3)
    crawled = go(store, replace(config, crawl=quick, vendors=config.vendors[:1]))
    (visit,) = store.case_file(crawled.run, "a").visits
    assert visit.pages == ("https://www.a.example/", "https://www.a.example/contact")
    assert {asked.path for asked in web.asked("www.a.example")} >= {"/contact"}
    assert not {"/pricing", "/plans"} & {asked.path for asked in web.asked("www.a.example")}


@pytest.mark.browser
def test_the_pages_of_another_site_of_the_vendor_are_left_to_its_own_visits(
    store: Store, config: Config, web: Any
) -> None:
    links = "<a href='https://shop.b.example/'>Sign in</a> <a href='https://help.b.example/'>Contact</a>"
    web.serve("www.b.example/", PAGE + links)
    web.serve("help.b.example/", PAGE)
    quick = replace(config.crawl, scenarios=(Scenario.NO_CHOICE,), pages_per_site=4)
    crawled = go(store, replace(config, crawl=quick, vendors=config.vendors[1:2]))
    pages = {visit.site: visit.pages for visit in store.case_file(crawled.run, "b").visits}
    assert pages == {
        "https://www.b.example/": ("https://www.b.example/", "https://help.b.example/"),
        "https://shop.b.example/": ("https://shop.b.example/",),
    }


@pytest.mark.browser
def test_a_database_that_cannot_be_written_ends_the_crawl_and_keeps_what_is_there(store: Store, config: Config) -> None:
    notes = Notes()

    notes.act = lambda _: store._database.execute("PRAGMA query_only = ON")
    config = replace(config, vendors=(config.vendors[0], *config.vendors[2:]))
    crawled = go(store, config, notes)
    assert crawled.status is RunStatus.RUNNING
    assert crawled.stopped == "the database cannot be written to"
    assert "it is read-only" in crawled.problems[0]
    store._database.execute("PRAGMA query_only = OFF")
    kept = {visit.started_at for visit in notes.visits}
    assert len(kept) == 9 - len(store.remaining(crawled.run)) == 1
    resumed = Notes()
    again = go(store, config, resumed, resume=crawled.run)
    assert (again.run, again.status) == (crawled.run, RunStatus.PARTIAL)
    assert resumed.runs == [(crawled.run, 9, len(kept))]
    assert kept.isdisjoint(visit.started_at for visit in resumed.visits)
    assert len(kept) + len(resumed.visits) == 9


def test_the_plan_goes_scenario_by_scenario(config: Config) -> None:
    visits = plan(config.vendors, config)
    assert [visit.scenario for visit in visits] == [scenario for scenario in SCENARIOS for _ in range(5)]
    assert len(set(visits)) == 15


def test_a_repetition_begins_when_all_scenarios_were_played(config: Config) -> None:
    repeated = replace(config, crawl=replace(config.crawl, repeat=2))
    once, twice = plan(config.vendors, config), plan(config.vendors, repeated)
    assert twice[: len(once)] == once
    assert twice[len(once) :] == tuple(replace(visit, repetition=2) for visit in once)
    assert len(set(twice)) == 2 * len(once)


def test_scenarios_of_one_url_are_different_requests() -> None:
    tasks = [
        VisitTask(
            vendor="a",
            site=Site(url="https://a.example/"),
            scenario=scenario,
            attempt=attempt,
            crawl=QUICK,
            ignore_certificate_errors=False,
        )
        for scenario in SCENARIOS
        for attempt in (1, 2)
    ]
    prints = [TaskFingerprinter().fingerprint(SimpleNamespace(meta={TASK: task})) for task in tasks]  # type: ignore[arg-type]
    assert len(set(prints)) == 6
    assert prints[0] == TaskFingerprinter().fingerprint(SimpleNamespace(meta={TASK: replace(tasks[0])}))  # type: ignore[arg-type]


def test_no_setting_of_scrapy_can_swallow_a_visit() -> None:
    settings = scrapy_settings(CrawlConfig(concurrency=7))
    assert settings["HTTPERROR_ALLOW_ALL"]
    assert not settings["RETRY_ENABLED"]
    assert not settings["COOKIES_ENABLED"]
    assert not settings["TELNETCONSOLE_ENABLED"]
    assert settings["DOWNLOADER_MIDDLEWARES_BASE"] == settings["SPIDER_MIDDLEWARES_BASE"] == {}
    assert (settings["CONCURRENT_REQUESTS"], settings["CONCURRENT_REQUESTS_PER_DOMAIN"]) == (7, 1)
    assert settings["DOWNLOAD_DELAY"] > 0


FACTS = BrowserFacts(name="c", version="1", headless=True, third_party_cookies="allowed")
CONTROL = Control(text="Privacy", url="https://a.example/p", location="footer", page="x", phase=Phase.BEFORE_CHOICE)


@pytest.fixture
def job(store: Store) -> Job:
    """A job of one vendor with two sites, without anything that could play it."""
    vendor = a_vendor("a", "https://one.example/", "https://two.example/")
    config = Config(crawl=QUICK, vendors=(vendor,))
    run = store.start_run((vendor,), plan((vendor,), config), tool_version="t", browser=FACTS, settings={})
    nobody: Any = None
    return Job(
        run=run,
        config=config,
        vendors=(vendor,),
        visits=store.remaining(run),
        store=store,
        player=nobody,
        watcher=Notes(),
    )


def a_result(planned: PlannedVisit, outcome: Outcome, attempt: int) -> VisitResult:
    visit = a_visit(planned, outcome, attempt)
    return VisitResult(visit=visit)


def a_visit(planned: PlannedVisit, outcome: Outcome, attempt: int) -> Visit:
    import datetime

    from auditor.model import Visit, Wanted

    return Visit(
        vendor=planned.vendor,
        site=planned.site,
        scenario=planned.scenario,
        attempt=attempt,
        requested_url=planned.site,
        final_url=planned.site,
        outcome=outcome,
        started_at=datetime.datetime.now(datetime.UTC),
        duration_ms=1,
        browser=FACTS,
        choice=Choice(wanted=Wanted.NONE, outcome=ChoiceOutcome.NONE),
        controls=(CONTROL,),
    )


def answers(spider: VisitSpider, result: VisitResult) -> list[Any]:
    async def within() -> list[Any]:
        return [each async for each in spider.visited(SimpleNamespace(result=result))]  # type: ignore[arg-type]

    return asyncio.run(within())


def test_a_crashed_visit_is_played_once_more_and_then_recorded(job: Job) -> None:
    spider = VisitSpider(job=job)
    first = job.visits[0]
    (again,) = answers(spider, a_result(first, Outcome.CRASHED, 1))
    task = again.meta[TASK]
    assert (task.attempt, task.site.url, task.scenario) == (2, first.site, first.scenario)
    (stored,) = answers(spider, a_result(first, Outcome.CRASHED, 2))
    assert (stored.visit.outcome, stored.visit.attempt) == (Outcome.CRASHED, 2)


def test_policies_are_looked_for_once_the_first_scenario_is_through(job: Job) -> None:
    spider = VisitSpider(job=job)
    one, two = (visit for visit in job.visits if visit.scenario is Scenario.NO_CHOICE)
    assert len(answers(spider, a_result(one, Outcome.OK, 1))) == 1
    _, search = answers(spider, a_result(two, Outcome.OK, 1))
    assert search.meta[TASK] == PolicyTask(vendor=job.vendors[0], controls=(CONTROL,))


def test_what_is_stored_is_not_asked_for_again(job: Job) -> None:
    first, *rest = job.visits
    job.store.save_visit(job.run, a_visit(first, Outcome.OK, 1), ())
    job.visits = job.store.remaining(job.run)

    async def requests() -> list[Any]:
        return [request async for request in VisitSpider(job=job).start()]

    tasks = [request.meta[TASK] for request in asyncio.run(requests())]
    assert [(task.site.url, task.scenario) for task in tasks] == [(visit.site, visit.scenario) for visit in rest]


def test_a_task_that_raises_is_a_problem(job: Job) -> None:
    spider = VisitSpider(job=job)
    failure: Any = SimpleNamespace(value=ValueError("a bug"))
    asyncio.run(spider.failed(failure))
    assert job.problems == ["unexpected: ValueError: a bug"]


def test_a_visit_that_breaks_our_own_code_is_recorded(run: Any, guard: Any, browsers: Any, web: Any) -> None:
    task = VisitTask(
        vendor="a",
        site=Site(url=web.serve("a.example/", "<p>hello")),
        scenario=Scenario.NO_CHOICE,
        attempt=1,
        crawl=replace(QUICK, settle_max_ms="soon"),  # type: ignore[arg-type]
        ignore_certificate_errors=True,
    )
    config = Config(crawl=replace(QUICK, robots="ignore"))

    async def within() -> VisitResult:
        async with Fetcher(guard, config.network, config.crawl) as fetcher:
            return await Player(config, guard, browsers, fetcher).visit(task)

    result = run(within())
    assert result.visit.outcome is Outcome.FAILED
    assert result.visit.failure.startswith("internal error: TypeError: '<' not supported")


def test_the_gate_narrows_when_the_loop_lags_and_widens_again() -> None:
    async def within() -> None:
        gate = Gate(3)
        meter = LoadMeter(gate)
        for _ in range(40):
            await meter.note(900.0)
        assert (gate.limit, meter.narrowed, meter.worst_ms) == (1, 2, 900.0)
        async with gate.admitted():
            waiting = asyncio.create_task(hold(gate))
            await asyncio.sleep(0)
            assert gate.held == 1
            await gate.resize(2)
            await waiting
        for _ in range(60):
            await meter.note(1.0)
        assert gate.limit == 3

    async def hold(gate: Gate) -> None:
        async with gate.admitted():
            assert gate.held == 2

    asyncio.run(within())


def test_settings_are_recorded_without_secrets() -> None:
    config = Config(network=NetworkConfig(proxy="socks5://user:secret@proxy.example:1080"))
    assert settings_in_force(config)["proxy"] == "socks5://proxy.example:1080"

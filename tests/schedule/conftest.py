"""A year that passes in seconds: a clock that is set, vendors whose sites change, processes that are killed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from auditor import model as m
from crawler.config import Config, ScheduleConfig
from crawler.notify.config import ChatConfig, MailConfig, NotifyConfig, WebhookConfig
from db.schedule import BY_SCHEDULE
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
NOTHING = m.Choice(wanted=m.Wanted.NONE, outcome=m.ChoiceOutcome.NONE)


class Killed(BaseException):
    """The process was killed: no handler of an exception sees this."""


@dataclass
class Clock:
    """The time, which passes only when it is told to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Killer:
    """Kills the process before or after a transaction, or around a delivery, when ``chooses`` says so."""

    chooses: Callable[[], bool] = lambda: False
    dead: bool = False
    kills: int = 0

    def step(self) -> None:
        if not self.dead and self.chooses():
            self.dead = True
            self.kills += 1
        if self.dead:
            raise Killed


class MortalStore(Store):
    """A store whose process may be killed between any two transactions; a dead process writes nothing more."""

    def __init__(self, path, killer: Killer, clock: Callable[[], datetime]) -> None:
        self.killer = killer
        self.commits = 0
        super().__init__(path, clock=clock)

    @contextmanager
    def _writing(self) -> Iterator:
        self.killer.step()
        with super()._writing() as database:
            yield database
        self.commits += 1
        self.killer.step()


def vendor(name: str, cadence: str | None = "7d", owner: str | None = "ada@customer.example") -> m.Vendor:
    return m.Vendor(
        id=name, name=name.title(), owner=owner, cadence=cadence, sites=(m.Site(url=f"https://{name}.example/"),)
    )


def config(*vendors: m.Vendor, timezone: str = "UTC", notify: NotifyConfig | None = None) -> Config:
    return Config(schedule=ScheduleConfig(timezone=timezone), notify=notify or NotifyConfig(), vendors=vendors)


MAIL = MailConfig(sender="audit@customer.example", host="127.0.0.1", port=25, security="none")
HOOK = WebhookConfig(name="soc", url="http://127.0.0.1:1/", secret="SECRET")
TRACKER = WebhookConfig(name="tracker", url="http://127.0.0.1:1/", secret="SECRET", kind="tickets")
NOTIFY = NotifyConfig(
    mail=MAIL, operator="ops@customer.example", webhooks=(HOOK, TRACKER), chats=(ChatConfig(name="team", url="CHAT"),)
)


def finding(of: str, number: int, severity: m.Severity = m.Severity.HIGH) -> m.Finding:
    return m.Finding(
        fingerprint=f"{of}-{number}".encode().hex().ljust(64, "0"),
        rule="tracker_before_choice",
        rule_version=1,
        severity=severity,
        confidence=0.9,
        vendor=of,
        site=f"https://{of}.example/",
        subject=f"service:Tracker {number}",
        phase=m.Phase.BEFORE_CHOICE,
        title="Tracker called before any choice",
        fact=f"Tracker {number} was called 120 ms into the visit.",
        declaration=m.QuotedDeclaration(
            quote="We use <no> trackers.", start=0, end=21, url=f"https://{of}.example/privacy", sha256=None
        ),
        evidence=(m.EvidenceRef(kind="request", url="https://t.example/p?id", at_ms=120),),
    )


@dataclass
class Crawler:
    """Stands for the real crawl: the same calls to the store, with what ``sees`` says of a vendor instead of visits.

    ``sees`` gives the findings that a vendor's site shows now; None: it is down. What a run saw stays what it saw.
    """

    store: Store
    vendors: dict[str, m.Vendor]
    sees: Callable[[str], tuple[m.Finding, ...] | None]
    seen: dict[tuple[int, str], tuple[m.Finding, ...] | None] = field(default_factory=dict)
    visits: list[tuple[int, str]] = field(default_factory=list)

    def __call__(self, names: tuple[str, ...], *, resume: int | None, lease) -> int:
        run = resume if resume is not None else self._begin(names, lease.owner)
        if self.store.run(run).status is m.RunStatus.RUNNING:
            self._visit(run)
        for each in self.store.run_vendors(run):
            self.store.save_audit(self._audit(run, each.id))
        return run

    def _begin(self, names: tuple[str, ...], owner: str) -> int:
        chosen = [self.vendors[name] for name in names]
        plan = [
            m.PlannedVisit(vendor=each.id, site=each.sites[0].url, scenario=m.Scenario.NO_CHOICE) for each in chosen
        ]
        return self.store.start_run(
            chosen, plan, tool_version="1", browser=None, settings={}, trigger=BY_SCHEDULE, lease_owner=owner
        )

    def _visit(self, run: int) -> None:
        for planned in self.store.remaining(run):
            self.visits.append((run, planned.vendor))
            self.store.save_visit(run, self._played(run, planned), ())
        good = [row.outcome is m.Outcome.OK for row in self.store.coverage(run)]
        status = m.RunStatus.COMPLETE if all(good) else m.RunStatus.PARTIAL if any(good) else m.RunStatus.FAILED
        self.store.finish_run(run, status)

    def saw(self, run: int, name: str) -> tuple[m.Finding, ...] | None:
        if (run, name) not in self.seen:
            self.seen[run, name] = self.sees(name)
        return self.seen[run, name]

    def _played(self, run: int, planned: m.PlannedVisit) -> m.Visit:
        up = self.saw(run, planned.vendor) is not None
        return m.Visit(
            vendor=planned.vendor,
            site=planned.site,
            scenario=planned.scenario,
            requested_url=planned.site,
            final_url=planned.site if up else None,
            outcome=m.Outcome.OK if up else m.Outcome.UNREACHABLE,
            started_at=START,
            duration_ms=1,
            browser=None,
            choice=NOTHING,
        )

    def _audit(self, run: int, name: str) -> m.Audit:
        found = self.saw(run, name)
        site = f"https://{name}.example/"
        return m.Audit(
            vendor=name,
            run=run,
            sites_seen=() if found is None else (site,),
            findings=found or (),
            undecided=(),
            items=(),
            declarations=(),
        )


@pytest.fixture
def sim() -> SimpleNamespace:
    """The parts of this file: tests in other files cannot import them."""
    return SimpleNamespace(**{name: found for name, found in globals().items() if not name.startswith("_")})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path, clock) -> Iterator[Store]:
    with Store(tmp_path / "audit.db", clock=clock) as opened:
        yield opened

"""A simulated year of 50 vendors: sites change and go down, acceptances lapse, the machine is off for days, and the
process is killed between any two of its transactions and around deliveries. Every due crawl happens once, every change
is told once on every way, and nothing else is.

``pytest --long tests/schedule/test_simulated_year.py`` runs ten years with another seed each.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from auditor import model as m
from crawler.notify.deliver import deliver
from crawler.notify.plan import Planner
from crawler.notify.send import NotSentError
from crawler.notify.write import Writer, key_of
from crawler.schedule.due import crawl_due

SEVERITIES = tuple(m.Severity)
CADENCES = (
    *["7d"] * 20,
    *["2w"] * 10,
    *["30d"] * 10,
    *["0 3 1 * *"] * 5,
    *["0 2 * * mon"] * 3,
    "1d",
    "30 1 * * *",
)
OWNERS = ("ada@customer.example", "grace@customer.example", "rea@customer.example", None)
LONDON = ZoneInfo("Europe/London")
TICK = timedelta(hours=12)


class Sites:
    """What each site shows over time, by chance: findings come, go, come back, get worse; sites go down for days."""

    def __init__(self, sim, names: list[str], chance: random.Random, start: datetime, days: int) -> None:
        self._sim = sim
        self._events: dict[str, list[tuple[datetime, int, m.Severity | None]]] = {}
        self._down: dict[str, list[tuple[datetime, datetime]]] = {}
        for name in names:
            at = sorted(start + timedelta(days=days * chance.random()) for _ in range(12))
            self._events[name] = [
                (when, chance.randrange(4), chance.choice([None, *SEVERITIES[:3]])) for when in (start, start, *at)
            ]
            begins = [start + timedelta(days=days * chance.random()) for _ in range(2)]
            self._down[name] = [(when, when + timedelta(days=20 * chance.random() ** 2)) for when in begins]

    def at(self, name: str, now: datetime) -> tuple[m.Finding, ...] | None:
        if any(begin <= now < end for begin, end in self._down[name]):
            return None
        state: dict[int, m.Severity | None] = {}
        for when, number, severity in self._events[name]:
            if when <= now:
                state[number] = severity
        return tuple(
            self._sim.finding(name, number, severity) for number, severity in state.items() if severity is not None
        )


@dataclass
class Known:
    """What a reader of the rules, not of the program, knows of one finding."""

    present: bool
    severity: m.Severity
    told: m.Severity | None = None
    accepted_until: date | None = None
    lapses_told: set[date] = field(default_factory=set)

    def dismissed(self, today: date) -> bool:
        return self.accepted_until is not None and self.accepted_until >= today


class Expectation:
    """Which changes must be told, by what the runs saw and people accepted."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}

    def run(self, name: str, saw: tuple[m.Finding, ...] | None, today: date) -> list[tuple[str, str]]:
        """The changes that one judged run of a vendor brings; a site that was down changes nothing."""
        if saw is None:
            return []
        changes = []
        for one in saw:
            known = self.known.get(one.fingerprint)
            if known is None:
                changes.append(self._tell(one.fingerprint, Known(present=True, severity=one.severity), "new", today))
            elif not known.present:
                known.present, known.severity = True, one.severity
                changes.append(self._tell(one.fingerprint, known, "returned", today))
            else:
                known.severity = one.severity
        here = {one.fingerprint for one in saw}
        prefix = name.encode().hex() + "2d"
        for mark, known in self.known.items():
            if mark.startswith(prefix) and known.present and mark not in here:
                known.present = False
                changes.append(self._tell(mark, known, "gone", today))
        return [change for change in changes if change is not None]

    def rest(self, today: date) -> list[tuple[str, str]]:
        """What is told once all new runs are known: findings that got worse, and acceptances that ended."""
        changes = []
        for mark, known in self.known.items():
            if not known.present or known.dismissed(today):
                continue
            if known.told is not None and SEVERITIES.index(known.severity) < SEVERITIES.index(known.told):
                changes.append(self._tell(mark, known, "worse", today))
            until = known.accepted_until
            if until is not None and until not in known.lapses_told:
                known.lapses_told.add(until)
                changes.append(self._tell(mark, known, "lapsed", today))
        return changes

    def _tell(self, mark: str, known: Known, change: str, today: date) -> tuple[str, str] | None:
        self.known[mark] = known
        if known.dismissed(today):
            return None
        known.told = known.severity
        return mark, change


class Way:
    """A receiver that keeps what arrives, that fails at times, and around which the process may be killed."""

    def __init__(self, writer: Writer, chance: random.Random, year: Year) -> None:
        self._writer, self._chance, self._year = writer, chance, year

    def send(self, message, now: datetime) -> None:
        self._year.killer.step()
        if not self._year.is_calm and self._chance.random() < 0.05:
            raise NotSentError("the receiver is out of order")
        if message.target.startswith("mail:"):
            key = str(self._writer.mail(message, "audit@customer.example", "x@customer.example")["Message-ID"])
        elif message.target.startswith("webhook:"):
            key = self._writer.document(message)["key"]
        else:
            key = key_of(message)
        self._year.received.append((key, message, now))
        self._year.killer.step()


class Year:
    """The whole simulation."""

    def __init__(self, sim, path, seed: int, days: int = 365) -> None:
        self.sim, self.path = sim, path
        self.chance = random.Random(seed)
        self.clock = sim.Clock()
        self.end = sim.START + timedelta(days=days)
        self.names = [f"v{number}" for number in range(len(CADENCES))]
        self.vendors = {
            name: sim.vendor(name, cadence, OWNERS[place % len(OWNERS)])
            for place, (name, cadence) in enumerate(zip(self.names, CADENCES, strict=True))
        }
        self.config = sim.config(*self.vendors.values(), timezone="Europe/London", notify=sim.NOTIFY)
        self.writer = Writer(self.config.notify)
        self.sites = Sites(sim, self.names, self.chance, sim.START, days)
        self.off = [
            (begin, begin + timedelta(days=length))
            for length in (1, 3, 11)
            for begin in [sim.START + timedelta(days=days * self.chance.random())]
        ]
        self.received: list[tuple[str, object, datetime]] = []
        self.expectation = Expectation()
        self.expected: list[tuple[str, str]] = []
        self.audits_seen = 0
        self.kills = 0
        self.is_calm = False
        self.killer = sim.Killer()
        self.crawler = None
        self._start_process()

    def _start_process(self) -> None:
        self.kills += self.killer.kills
        self.killer = self.sim.Killer(lambda: not self.is_calm and self.chance.random() < 0.007)
        self.killer.chooses, chooses = (lambda: False), self.killer.chooses
        store = self.sim.MortalStore(self.path, self.killer, self.clock)
        store._database.execute("PRAGMA synchronous = OFF")
        self.killer.chooses = chooses
        before = self.crawler
        self.crawler = self.sim.Crawler(store, self.vendors, lambda name: self.sites.at(name, self.clock.now))
        if before is not None:
            before.store.close()
            self.crawler.seen, self.crawler.visits = before.seen, before.visits
        self.store = store

    def live(self) -> None:
        while self.clock.now < self.end:
            if not any(begin <= self.clock.now < stop for begin, stop in self.off):
                self._tick()
            self.clock.now += TICK - (self.clock.now - self.sim.START) % TICK
        self._drain()

    def _tick(self) -> None:
        """A round of the schedule, begun again by a new process as often as the one at work is killed."""
        while True:
            try:
                self._round()
                if not self.rows("SELECT 1 FROM schedules WHERE lease_owner IS NOT NULL"):
                    break
                self.clock.passes(minutes=6)  # The next round of the timer.
            except self.sim.Killed:
                self._start_process()
                self.clock.passes(minutes=self.chance.choice([1, 7]))
        self._decide()

    def _round(self) -> None:
        while crawl_due(self.store, self.config, self.crawler, self.clock, gone=lambda _: self.chance.random() < 0.3):
            pass
        self._plan()
        targets = {message.target for message in self.store.outbox.waiting()}
        way = Way(self.writer, self.chance, self)
        deliver(self.store.outbox, dict.fromkeys(targets, way), f"p{self.chance.random()}", self.clock)

    def _plan(self) -> None:
        """Plans messages; when that was stored, whether or not the process survived it, it must be what had to be."""
        before = self.store.commits
        try:
            self.store.outbox.plan(Planner(config=self.config).decide, self.clock())
        finally:
            if self.store.commits > before:
                self._check()

    def _check(self) -> None:
        """What was noted since the last time is what had to be."""
        today = self.clock.now.date()
        with closing(sqlite3.connect(self.path)) as database:
            query = "SELECT id, run_id, vendor_id FROM audits WHERE id > ? ORDER BY id"
            for audit, run, name in database.execute(query, [self.audits_seen]).fetchall():
                self.audits_seen = audit
                self.expected += self.expectation.run(name, self.crawler.saw(run, name), today)
            self.expected += self.expectation.rest(today)
            query = "SELECT f.fingerprint, n.change FROM notices n JOIN findings f ON f.id = n.finding_id ORDER BY n.id"
            noted = database.execute(query).fetchall()
        assert Counter(noted) == Counter(self.expected), self.clock.now

    def _decide(self) -> None:
        """People accept a finding now and then, for some weeks."""
        here = [mark for mark, known in self.expectation.known.items() if known.present]
        if here and self.chance.random() < 0.1:
            mark, today = self.chance.choice(sorted(here)), self.clock.now.date()
            until = today + timedelta(days=self.chance.randrange(1, 40))
            self.killer.chooses, chooses = (lambda: False), self.killer.chooses
            self.store.triage(mark, m.Status.ACCEPTED, actor="ada", until=until)
            self.killer.chooses = chooses
            self.expectation.known[mark].accepted_until = until

    def _drain(self) -> None:
        """After the year: what waits for a digest or for a receiver is delivered, in the end undisturbed."""
        for number in range(18):
            self.is_calm = number >= 12
            self.clock.passes(hours=7)
            try:
                self._plan()
                targets = {message.target for message in self.store.outbox.waiting()}
                way = Way(self.writer, self.chance, self)
                deliver(self.store.outbox, dict.fromkeys(targets, way), f"p{self.chance.random()}", self.clock)
            except self.sim.Killed:
                self._start_process()

    def rows(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(self.path)) as database:
            return database.execute(query).fetchall()


def crawls_happened_once(year: Year) -> None:
    log = year.rows("SELECT vendor_id, due_at, started_at, ended, crawl_run_id FROM scheduled_crawls ORDER BY id")
    assert len({(name, due) for name, due, *_ in log}) == len(log)
    # Crawls that four processes did not survive are given up, and their runs with them.
    assert {ended for *_, ended, run in log if run is None} <= {"error"}
    logged = Counter((run, name) for name, _, _, _, run in log if run is not None)
    assert set(logged.values()) == {1}
    given_up = {run for (run,) in year.rows("SELECT id FROM runs WHERE status = 'failed' AND stored < planned")}
    crawled = set(year.rows("SELECT run_id, vendor_id FROM run_vendors"))
    assert {(run, name) for run, name in crawled if run not in given_up} == set(logged)
    # Played again only where a process was killed between a visit and its storing.
    assert len(year.crawler.visits) - len(set(year.crawler.visits)) <= year.kills
    assert year.rows("SELECT count(*) FROM visits GROUP BY run_id, site_id HAVING count(*) > 1") == []
    by_vendor = defaultdict(list)
    for name, due, started, ended, _ in log:
        by_vendor[name].append((datetime.fromisoformat(due), datetime.fromisoformat(started), ended))
    for name, cadence in zip(year.names, CADENCES, strict=True):
        every_due_time_was_met(year, by_vendor[name], cadence)


def every_due_time_was_met(year: Year, crawls: list[tuple[datetime, datetime, str]], cadence: str) -> None:
    """Between two crawls lies no more than the cadence allows; the machine's days off are all that delays one."""
    period = {"7d": 7, "2w": 14, "30d": 30, "1d": 1, "30 1 * * *": 1, "0 2 * * mon": 7}.get(cadence, 31)
    assert crawls[0][0] == year.sim.START
    for (_, before, ended), (due, started, _) in pairwise(crawls):
        assert before < due <= started
        assert due - before <= timedelta(days=period * 1.25, hours=1)
        off = sum((max(timedelta(0), min(stop, started) - max(begin, due)) for begin, stop in year.off), timedelta(0))
        assert started - due <= TICK + timedelta(hours=1) + off
        if ended == "ok" and cadence.endswith(("d", "w")):
            assert due - before >= timedelta(days=period * 0.25)
    last = crawls[-1][1]
    off = sum((max(timedelta(0), min(stop, year.end) - max(begin, last)) for begin, stop in year.off), timedelta(0))
    assert year.end - last <= timedelta(days=period * 1.25) + TICK + off
    if cadence == "30 1 * * *":
        # Every day by the clock of London, also when it is put forward and back.
        for (_, before, ended), (due, _, _) in pairwise(crawls):
            days = due.astimezone(LONDON).date() - before.astimezone(LONDON).date()
            assert ended != "ok" or days <= timedelta(days=1)


def changes_were_told_once(year: Year) -> None:
    arrived = {}
    for key, message, _ in year.received:
        assert arrived.setdefault(key, message).payload == message.payload
    states = year.rows("SELECT state, count(*) FROM messages GROUP BY state")
    assert states == [("sent", len(arrived))]
    told = defaultdict(list)
    for message in arrived.values():
        for change in message.payload.get("changes", []):
            told[message.target].append((change["fingerprint"], change["change"]))
    expected = Counter(year.expected)
    owners = {owner or "ops@customer.example" for owner in OWNERS}
    assert set(told) == {"webhook:soc", "chat:team", *(f"mail:{owner}" for owner in owners)}
    assert Counter(told["webhook:soc"]) == expected
    assert Counter(told["chat:team"]) == expected
    assert sum((Counter(told[f"mail:{owner}"]) for owner in owners), Counter()) == expected
    for owner in owners:
        mine = {name for name, one in year.vendors.items() if (one.owner or "ops@customer.example") == owner}
        assert {bytes.fromhex(mark).rstrip(b"\0").decode().split("-")[0] for mark, _ in told[f"mail:{owner}"]} <= mine


def tickets_follow_the_findings(year: Year) -> None:
    """Of every finding: open, close, reopen, close ... and in the end open exactly where it is there and undecided."""
    seen: dict[str, list[str]] = defaultdict(list)
    known = set()
    for key, message, _ in year.received:
        if message.kind == "ticket" and key not in known:
            known.add(key)
            seen[message.payload["finding"]["fingerprint"]].append(message.payload["action"])
    for actions in seen.values():
        wanted = ["open", *["close", "reopen"] * len(actions)][: len(actions)]
        assert actions == wanted
    today = year.clock.now.date()
    open_now = {mark for mark, actions in seen.items() if actions[-1] != "close"}
    severe = {m.Severity.CRITICAL, m.Severity.HIGH}
    must = {
        mark
        for mark, one in year.expectation.known.items()
        if one.present and not one.dismissed(today) and one.severity in severe
    }
    assert must <= open_now
    assert all(year.expectation.known[mark].present for mark in open_now)


def silence_never_means_that_it_stopped(year: Year) -> None:
    by_target = defaultdict(list)
    for target, kind, at in year.rows("SELECT target, kind, created_at FROM messages ORDER BY id"):
        by_target[target].append((kind, datetime.fromisoformat(at)))
    for target, messages in by_target.items():
        if target.startswith("webhook:"):
            continue
        assert Counter(kind for kind, _ in messages)["monthly"] in (11, 12), target
        for (_, before), (kind, at) in pairwise(messages):
            off = sum((max(timedelta(0), min(e, at) - max(b, before)) for b, e in year.off), timedelta(0))
            assert at - before <= timedelta(days=7) + TICK + timedelta(hours=1) + off
            assert kind != "alive" or at - before >= timedelta(days=7)
    # The operator hears of a vendor that fails three times in a row, once for each such time.
    episodes, row = 0, Counter()
    for name, ended in year.rows("SELECT vendor_id, ended FROM scheduled_crawls ORDER BY id"):
        row[name] = row[name] + 1 if ended in ("failed", "error") else 0
        episodes += row[name] == 3
    alerts = year.rows("SELECT payload, created_at FROM messages WHERE kind = 'alert'")
    failing = [at for said, at in alerts if "due crawls brought no evidence" in said]
    assert len(failing) == episodes
    # Vendors are late only in the days after the year, in which nobody crawls, or where the machine was off and the
    # first process after that was killed.
    for at in (datetime.fromisoformat(at) for said, at in alerts if "due crawls brought" not in said):
        after_off = any(timedelta(0) <= at - stop <= TICK + timedelta(hours=1) for _, stop in year.off)
        assert after_off or at >= year.end
    assert episodes > 0


@pytest.mark.early
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [7])
def test_a_simulated_year(sim, tmp_path, seed: int) -> None:
    year = Year(sim, tmp_path / "year.db", seed)
    year.live()
    crawls_happened_once(year)
    changes_were_told_once(year)
    tickets_follow_the_findings(year)
    silence_never_means_that_it_stopped(year)
    changes = Counter(change for _, change in year.expected)
    assert set(changes) == {"new", "returned", "worse", "gone", "lapsed"}
    assert min(changes.values()) >= 10
    assert year.kills > 100
    assert year.store.verify().problems == ()
    year.store.close()


@pytest.mark.timeout(3600)
def test_ten_more_years(sim, tmp_path, long_tests: bool) -> None:
    if not long_tests:
        pytest.skip("needs --long")
    for seed in range(100, 110):
        year = Year(sim, tmp_path / f"{seed}.db", seed)
        year.live()
        crawls_happened_once(year)
        changes_were_told_once(year)
        tickets_follow_the_findings(year)
        silence_never_means_that_it_stopped(year)
        year.store.close()

"""Messages: who is told what, how it looks, and how it arrives at SMTP and HTTP servers that fail or are slow."""

from __future__ import annotations

import asyncio
import email
import email.policy
import hashlib
import hmac
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller

from auditor import model as m
from crawler.cli.telling import tell
from crawler.notify.config import ChatConfig, MailConfig, NotifyConfig, WebhookConfig
from crawler.notify.deliver import GIVEN_UP_AFTER, deliver
from crawler.notify.plan import Planner
from crawler.notify.send import Mail, NotSentError, Webhook, signature, ways
from crawler.notify.write import Writer, key_of
from crawler.schedule.due import crawl_due

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "a key of this test"


class Mailbox:
    """An SMTP server that keeps what it takes over; ``refuses`` answers instead for so many messages."""

    def __init__(self) -> None:
        self.mails: list[email.message.EmailMessage] = []
        self.refuses: list[str] = []
        self.waits_s = 0.0

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuses:
            return self.refuses.pop(0)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append(mail)
        if self.waits_s:
            await asyncio.sleep(self.waits_s)
        return "250 taken"

    def message_ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.mails]


class AnyPort(Controller):
    """On a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, MailConfig]]:
    box = Mailbox()
    controller = AnyPort(box, hostname="127.0.0.1", port=0)
    controller.start()
    yield box, MailConfig(sender="audit@customer.example", host="127.0.0.1", port=controller.port, security="none")
    controller.stop()


class Hook:
    """An HTTP server that keeps what is posted; ``answers`` are the next statuses, else 204."""

    def __init__(self) -> None:
        self.posted: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.waits_s = 0.0
        self.url = ""


@pytest.fixture
def hook() -> Iterator[Hook]:
    kept = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.posted.append((dict(self.headers), body))
            time.sleep(kept.waits_s)
            try:
                self.send_response(kept.answers.pop(0) if kept.answers else 204)
                self.end_headers()
            except OSError:
                pass  # The client did not wait.

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as port:
        kept.url = f"http://127.0.0.1:{port}/"
        yield kept


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


class World:
    """Vendors with what their sites show, crawled whenever it is said."""

    def __init__(self, sim, store, clock, notify: NotifyConfig) -> None:
        self.sim, self.store, self.clock = sim, store, clock
        self.vendors = {"acme": sim.vendor("acme"), "zeta": sim.vendor("zeta", owner=None)}
        self.shows: dict[str, tuple[m.Finding, ...] | None] = {"acme": (), "zeta": ()}
        self.config = sim.config(*self.vendors.values(), notify=notify)

    def crawl(self, **shows: tuple[m.Finding, ...] | None) -> None:
        self.shows |= shows
        crawler = self.sim.Crawler(self.store, self.vendors, self.shows.__getitem__)
        while crawl_due(self.store, self.config, crawler, self.clock, gone=lambda _: False):
            pass

    def drafts(self) -> list:
        return self.store.outbox.plan(Planner(config=self.config).decide, self.clock())

    def tell(self):
        return tell(self.store, self.config, self.clock)

    def next_week(self, **shows: tuple[m.Finding, ...] | None) -> None:
        self.clock.passes(days=9)
        self.crawl(**shows)


@pytest.fixture
def world(sim, store, clock) -> World:
    made = World(sim, store, clock, sim.NOTIFY)
    made.crawl()
    made.drafts()
    return made


def told(drafts) -> dict[str, list[tuple[str, list[tuple[str, str]]]]]:
    """By target: each message's kind, and the subjects and kinds of its changes."""
    found: dict[str, list] = {}
    for draft in drafts:
        changes = [(one["subject"], one["change"]) for one in draft.payload.get("changes", [])]
        found.setdefault(draft.target, []).append((draft.kind, changes))
    return found


CHANGED = [("service:Tracker 1", "new")]


def test_owners_are_told_in_a_digest_and_systems_at_once(world, sim):
    world.next_week(acme=(sim.finding("acme", 1),))
    found = told(world.drafts())
    assert found["mail:ada@customer.example"] == [("digest", CHANGED)]
    assert found["chat:team"] == [("digest", CHANGED)]
    assert found["webhook:soc"] == [("changes", CHANGED)]
    assert [kind for kind, _ in found["webhook:tracker"]] == ["ticket"]
    assert found["mail:ops@customer.example"] == [("alive", [])]
    assert world.drafts() == []


def test_critical_findings_are_told_at_once_and_not_again_in_the_digest(world, sim):
    critical, other = sim.finding("acme", 1, m.Severity.CRITICAL), sim.finding("acme", 2)
    world.next_week(acme=(critical, other))
    found = told(world.drafts())["mail:ada@customer.example"]
    assert found == [("urgent", CHANGED), ("digest", [("service:Tracker 2", "new")])]
    world.next_week(acme=(other,))
    assert told(world.drafts())["mail:ada@customer.example"] == [("digest", [("service:Tracker 1", "gone")])]
    world.next_week(acme=(critical, other))
    assert told(world.drafts())["mail:ada@customer.example"] == [("urgent", [("service:Tracker 1", "returned")])]


def test_a_digest_waits_for_its_time(world, sim):
    world.next_week(acme=(sim.finding("acme", 1),))
    world.drafts()
    world.clock.passes(hours=1)
    world.store.triage(sim.finding("acme", 1).fingerprint, m.Status.ACCEPTED, actor="ada", until=date(2027, 1, 13))
    assert set(told(world.drafts())) == {"webhook:tracker"}  # Its ticket is closed.
    world.clock.passes(hours=23)
    assert told(world.drafts())["mail:ada@customer.example"] == [("digest", [("service:Tracker 1", "lapsed")])]


def test_vendors_without_an_owner_are_the_operators(world, sim):
    world.next_week(zeta=(sim.finding("zeta", 1),))
    found = told(world.drafts())
    assert found["mail:ops@customer.example"] == [("digest", CHANGED)]
    assert found["mail:ada@customer.example"] == [("alive", [])]


def test_what_was_dismissed_is_no_news_until_the_acceptance_ends(world, sim):
    finding = sim.finding("acme", 1)
    world.next_week(acme=(finding,))
    world.drafts()
    world.store.triage(finding.fingerprint, m.Status.ACCEPTED, actor="ada", until=date(2027, 2, 20))
    world.next_week(acme=())
    world.next_week(acme=(finding,))
    assert [kind for messages in told(world.drafts()).values() for kind, changes in messages if changes] == []
    world.clock.now += timedelta(days=40)
    assert told(world.drafts())["webhook:soc"] == [("changes", [("service:Tracker 1", "lapsed")])]
    world.store.triage(finding.fingerprint, m.Status.FALSE_POSITIVE, actor="ada")
    world.next_week(acme=())
    assert "webhook:soc" not in told(world.drafts())


def test_a_site_that_is_down_changes_nothing_and_the_operator_hears_of_it_once(world, sim):
    world.next_week(acme=(sim.finding("acme", 1),))
    world.drafts()
    alerts = []
    world.clock.passes(days=9)
    for _ in range(6):
        world.crawl(acme=None)
        drafts = world.drafts()
        assert "webhook:soc" not in told(drafts)
        alerts += [draft.payload["reason"] for draft in drafts if draft.kind == "alert"]
        world.clock.now = world.store.schedules.all()["acme"].due_at
    assert alerts == ["acme: 3 due crawls brought no evidence"]
    (finding,) = world.store.findings()
    assert finding.presence is m.Presence.PERSISTING


def test_the_operator_hears_once_that_a_vendor_is_late(world):
    world.clock.passes(days=12)
    alerts = [draft.payload["reason"] for draft in world.drafts() if draft.kind == "alert"]
    said = "the last run ended 12 days ago, which is more than 1.5 times its cadence of 7d"
    assert alerts == [f"acme: {said}", f"zeta: {said}"]
    world.clock.passes(days=1)
    assert [draft for draft in world.drafts() if draft.kind == "alert"] == []


def test_a_dry_run_stores_nothing(world, sim):
    world.next_week(acme=(sim.finding("acme", 1),))
    outbox, planner = world.store.outbox, Planner(config=world.config)
    before = len(outbox.waiting())
    first = outbox.plan(planner.decide, world.clock(), dry_run=True)
    assert len(outbox.waiting()) == before
    assert told(first) == told(world.drafts())


def test_the_first_messages_tell_what_is_open(sim, store, clock):
    made = World(sim, store, clock, sim.NOTIFY)
    made.crawl(acme=(sim.finding("acme", 1), sim.finding("acme", 2)))
    made.next_week(acme=(sim.finding("acme", 1),))
    assert told(made.drafts())["webhook:soc"] == [("changes", CHANGED)]


def test_a_way_that_is_added_later_is_not_told_the_past(world, sim):
    world.next_week(acme=(sim.finding("acme", 1),))
    world.drafts()
    later = replace(sim.NOTIFY, webhooks=(*sim.NOTIFY.webhooks, replace(sim.HOOK, name="late")))
    world.config = replace(world.config, notify=later)
    assert world.drafts() == []
    world.next_week(acme=())
    assert told(world.drafts())["webhook:late"] == [("changes", [("service:Tracker 1", "gone")])]


def mail_of(world, mailbox, sim) -> email.message.EmailMessage:
    box, config = mailbox
    world.config = replace(world.config, notify=NotifyConfig(mail=config, base_url="https://audit.example/"))
    world.next_week(acme=(sim.finding("acme", 1),))
    assert world.tell().problems == ()
    return box.mails[-1]


def test_an_e_mail_has_quote_and_observation_in_text_and_html(world, sim, mailbox):
    mail = mail_of(world, mailbox, sim)
    assert (mail["To"], mail["Subject"]) == ("ada@customer.example", "Consent audit: 1 new")
    text, html = (mail.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert "Observed: Tracker 1 was called 120 ms into the visit." in text
    assert 'The policy says: "We use <no> trackers." (https://acme.example/privacy)' in text
    assert "Seen:     request https://t.example/p?id after 120 ms" in text
    assert f"https://audit.example/findings/{sim.finding('acme', 1).fingerprint}" in text
    assert "The audit goes on: 1 vendors, last run 2027-01-13" in text
    assert "We use &lt;no&gt; trackers." in html
    assert "<no>" not in html


def test_hostile_texts_stay_texts(world, sim, mailbox):
    bad = replace(
        sim.finding("acme", 1),
        title="Tracker\r\nBcc: everybody@customer.example",
        fact="\u202e\x1b[31m<script>alert(1)</script>{{ 7 * 7 }}",
    )
    box, config = mailbox
    world.config = replace(world.config, notify=NotifyConfig(mail=config))
    world.next_week(acme=(replace(bad, severity=m.Severity.CRITICAL),))
    world.tell()
    mail = box.mails[0]
    assert mail["Bcc"] is None
    assert "Bcc: everybody" in mail["Subject"]
    text, html = (mail.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert not {"\u202e", "\x1b"} & set(text + html)
    assert "<script>" not in html
    assert "{{ 7 * 7 }}" in text


def test_a_server_that_refuses_gets_the_message_later(world, sim, mailbox):
    box, _ = mailbox
    box.refuses = ["451 come back later", "550 no"]
    mail_of_refused = pytest.raises(AssertionError)
    with mail_of_refused:
        mail_of(world, mailbox, sim)
    assert world.tell().sent == 0
    world.clock.passes(minutes=1)
    assert len(world.tell().problems) == 1
    world.clock.passes(minutes=1)
    assert (world.tell().sent, len(box.mails)) == (0, 0)
    world.clock.passes(minutes=1)
    assert (world.tell().sent, len(box.mails)) == (1, 1)


def test_a_server_that_is_too_slow_may_get_it_twice_under_the_same_id(world, sim, mailbox):
    box, config = mailbox
    world.config = replace(world.config, notify=NotifyConfig(mail=config))
    world.next_week(acme=(sim.finding("acme", 1),))
    world.drafts()
    (message,) = world.store.outbox.waiting()
    writer = Writer(world.config.notify)
    slow = {message.target: Mail(config, writer, "ada@customer.example", timeout_s=0.2)}
    box.waits_s = 1.0
    assert deliver(world.store.outbox, slow, "me", world.clock).sent == 0
    box.waits_s = 0.0
    world.clock.passes(minutes=1)
    assert world.tell().sent == 1
    assert len(box.mails) == 2
    assert len(set(box.message_ids())) == 1


def test_killed_between_sending_and_recording(world, sim, mailbox, hook, monkeypatch):
    """Nothing is lost, and the second copy has the key of the first."""
    monkeypatch.setenv("SECRET", SECRET)
    box, config = mailbox
    hooks = (WebhookConfig(name="soc", url=hook.url, secret="SECRET"),)
    world.config = replace(world.config, notify=NotifyConfig(mail=config, webhooks=hooks))
    world.next_week(acme=(sim.finding("acme", 1),))
    world.drafts()
    outbox = world.store.outbox
    targets = ways(world.config.notify, Writer(world.config.notify), {each.target for each in outbox.waiting()})
    while (message := outbox.claim("killed", world.clock(), targets)) is not None:
        targets[message.target].send(message, world.clock())
    world.clock.passes(minutes=4)
    assert world.tell().sent == 0
    world.clock.passes(minutes=1)
    assert world.tell().sent == 2
    assert (len(box.mails), len(set(box.message_ids()))) == (2, 1)
    assert (len(hook.posted), len({headers["Idempotency-Key"] for headers, _ in hook.posted})) == (2, 1)
    assert world.tell().sent == 0
    with pytest.raises(m.StoreError, match="was taken over by another process"):
        outbox.sent(message or outbox_message(world), "killed", world.clock())


def outbox_message(world):
    from db.outbox import Message

    return Message(id=1, key="", target="", kind="", payload={}, created_at=world.clock(), attempts=1)


def test_a_webhook_is_signed_and_anything_but_2xx_is_tried_again(world, sim, hook, monkeypatch):
    monkeypatch.setenv("SECRET", SECRET)
    world.config = replace(
        world.config, notify=NotifyConfig(webhooks=(WebhookConfig(name="soc", url=hook.url, secret="SECRET"),))
    )
    world.next_week(acme=(sim.finding("acme", 1),))
    hook.answers = [500, 302]
    assert world.tell().problems == ("webhook soc answered 500",)
    for minutes in (1, 2):
        world.clock.passes(minutes=minutes)
        world.tell()
    assert len(hook.posted) == 3
    headers, body = hook.posted[-1]
    at, digest = (part.partition("=")[2] for part in headers["X-Consent-Audit-Signature"].split(","))
    assert int(at) == int(world.clock().timestamp())
    assert digest == hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    document = json.loads(body)
    assert (document["schema"], document["key"]) == ("consent-audit/changes/1", headers["Idempotency-Key"])
    (change,) = document["changes"]
    assert (change["change"], change["quote"]) == ("new", "We use <no> trackers.")
    assert change["fact"] == "Tracker 1 was called 120 ms into the visit."


def test_a_slow_webhook_does_not_hold_up_for_ever(world, sim, hook, monkeypatch):
    monkeypatch.setenv("SECRET", SECRET)
    config = WebhookConfig(name="soc", url=hook.url, secret="SECRET")
    world.next_week(acme=(sim.finding("acme", 1),))
    world.drafts()
    message = next(each for each in world.store.outbox.waiting() if each.target == "webhook:soc")
    hook.waits_s = 1.0
    with pytest.raises(NotSentError, match="ReadTimeout"):
        Webhook(config, Writer(world.config.notify), timeout_s=0.2).send(message, world.clock())


def test_a_secret_that_is_missing_keeps_the_message_waiting(world, sim, hook):
    config = WebhookConfig(name="soc", url=hook.url, secret="NOT_SET_ANYWHERE")
    world.config = replace(world.config, notify=NotifyConfig(webhooks=(config,)))
    world.next_week(acme=(sim.finding("acme", 1),))
    assert world.tell().problems == ("$NOT_SET_ANYWHERE is not set",)
    assert hook.posted == []


def test_after_three_days_a_message_is_given_up_and_health_says_so(world, sim, hook, monkeypatch):
    monkeypatch.setenv("SECRET", SECRET)
    hooks = (WebhookConfig(name="soc", url=hook.url, secret="SECRET"),)
    world.config = replace(world.config, notify=NotifyConfig(webhooks=hooks))
    world.next_week(acme=(sim.finding("acme", 1),))
    hook.answers = [500] * 100
    end = world.clock.now + GIVEN_UP_AFTER + timedelta(hours=7)
    while world.clock.now < end:
        world.tell()
        world.clock.passes(hours=1)
    assert len(hook.posted) < 30
    assert world.store.health() == [
        "1 messages could not be delivered: `consent-audit notify --retry-failed` tries them again"
    ]
    hook.answers = []
    assert world.store.outbox.retry_failed(world.clock()) == 1
    assert world.tell().sent == 1
    assert world.store.health() == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Apprise's imports
def test_chats_go_through_apprise(world, sim, hook, monkeypatch):
    monkeypatch.setenv("CHAT", hook.url.replace("http://", "json://"))
    world.config = replace(world.config, notify=NotifyConfig(chats=(ChatConfig(name="team", url="CHAT"),)))
    world.next_week(acme=(sim.finding("acme", 1),))
    done = world.tell()
    assert (done.sent, done.problems) == (1, ())
    document = json.loads(hook.posted[0][1])
    assert document["title"] == "Consent audit: 1 new"
    assert "Tracker 1 was called 120 ms into the visit." in document["message"]


def test_templates_can_be_replaced(world, sim, mailbox, tmp_path):
    (tmp_path / "subject.txt").write_text("Our own: {{ counts.new }} new", encoding="utf-8")
    box, config = mailbox
    world.config = replace(world.config, notify=NotifyConfig(mail=config, templates=tmp_path))
    world.next_week(acme=(sim.finding("acme", 1),))
    world.tell()
    assert box.mails[0]["Subject"] == "Our own: 1 new"


def test_signatures_are_what_the_documentation_says():
    expected = hmac.new(b"key", b"12.{}", hashlib.sha256).hexdigest()
    assert signature("key", 12, b"{}") == f"t=12,v1={expected}"


def test_keys_differ_by_target(world, sim):
    world.next_week(acme=(sim.finding("acme", 1),))
    world.drafts()
    keys = [key_of(message) for message in world.store.outbox.waiting()]
    assert len(set(keys)) == len(keys) >= 4


class Tracker:
    """A stand-in for the REST APIs of GitHub and Jira: as much of them as the example uses."""

    def __init__(self) -> None:
        self.issues: list[dict] = []

    def answer(self, method: str, path: str, query: dict, body: dict | None) -> tuple[int, object]:
        label = query.get("labels", [""])[0] or query.get("jql", [""])[0].rpartition("labels = ")[2].strip('"')
        matching = [issue for issue in self.issues if label in issue["labels"]]
        if path.endswith("/search"):
            return 200, {"issues": [self._jira(issue) for issue in matching]}
        if path.endswith("/transitions"):
            return self._transitions(method, path, body)
        if method == "GET":
            return 200, matching
        if method == "PATCH":
            self.issues[int(path.rpartition("/")[2])]["state"] = body["state"]
            return 200, {}
        fields = body.get("fields", body)
        self.issues.append({"number": len(self.issues), "state": "open", **fields})
        return 201, {}

    def _jira(self, issue: dict) -> dict:
        category = "done" if issue["state"] == "closed" else "new"
        return {"key": f"AUDIT-{issue['number']}", "fields": {"status": {"statusCategory": {"key": category}}}}

    def _transitions(self, method: str, path: str, body: dict | None) -> tuple[int, object]:
        if method == "GET":
            return 200, {"transitions": [{"id": "11", "name": "To Do"}, {"id": "31", "name": "Done"}]}
        state = {"11": "open", "31": "closed"}[body["transition"]["id"]]
        self.issues[int(path.split("/")[-2].rpartition("-")[2])]["state"] = state
        return 204, None


@pytest.fixture
def tracker() -> Iterator[tuple[Tracker, str]]:
    kept = Tracker()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            place = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, answer = kept.answer(self.command, place.path, parse_qs(place.query), body)
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = _any  # noqa: N815 - the server's names

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as port:
        yield kept, f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("kind", ["github", "jira"])
def test_a_tracker_has_one_ticket_for_each_finding(world, sim, tracker, project, monkeypatch, kind):
    """With the relay of the documentation, as it is, in a process of its own."""
    kept, api = tracker
    secrets = {"CONSENT_AUDIT_TRACKER_SECRET": SECRET, "GITHUB_TOKEN": "t", "JIRA_TOKEN": "u:t", "PORT": "0"}
    secrets["MAX_AGE_S"] = str(10**9)  # The clock of this test is not the relay's.
    place = {"github": "acme/audits", "jira": "AUDIT"}[kind]
    relay = subprocess.Popen(
        [sys.executable, project / "docs/examples/ticket_relay.py", kind, place, api],
        env={**os.environ, **secrets},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        port = relay.stderr.readline().rpartition(" ")[2].strip()
        monkeypatch.setenv("SECRET", SECRET)
        real = WebhookConfig(name="tracker", url=f"http://127.0.0.1:{port}/", secret="SECRET", kind="tickets")
        world.config = replace(world.config, notify=NotifyConfig(webhooks=(real,)))
        one, two, low = sim.finding("acme", 1), sim.finding("acme", 2), sim.finding("acme", 3, m.Severity.LOW)
        states = []
        for shows in ((one, two, low), (one, low), (one, two), None, (one, two)):
            world.next_week(acme=shows)
            assert world.tell().problems == ()
            states.append([issue["state"] for issue in kept.issues])
        assert states == [["open", "open"], ["open", "closed"], ["open", "open"], ["open", "open"], ["open", "open"]]
        world.store.triage(one.fingerprint, m.Status.FALSE_POSITIVE, actor="ada")
        world.tell()
        assert [issue["state"] for issue in kept.issues] == ["closed", "open"]
        issue = kept.issues[0]
        assert "Tracker 1" in issue.get("title", "") + issue.get("summary", "")
        assert "tracker_before_choice" in issue["labels"]
        # A stranger is refused, and changes nothing.
        monkeypatch.setenv("SECRET", "another key")
        world.next_week(acme=())
        assert set(world.tell().problems) == {"webhook tracker answered 401"}
        assert [issue["state"] for issue in kept.issues] == ["closed", "open"]
    finally:
        relay.kill()
        relay.wait()
        relay.stderr.close()

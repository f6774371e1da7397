"""The outbox: messages are written together with what they tell, sent later, and marked in steps that survive a kill.

A message has a key that never changes. Before it is sent it is ``sending`` until a time; a process that is killed
there leaves it so, and when the time is over it is sent again under the same key: whoever receives it can tell.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.model import Severity, StoreError
from db.codec import dump, load, time_from_text, time_to_text
from db.notices import Change, collect_notices, finding_rows, is_dismissed, snapshot
from db.reduction import clean
from db.write import insert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlite_utils import Database

    Opened = Callable[[], AbstractContextManager[Database]]

SENDING = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A change that is to be told; ``finding`` is what was known of it then."""

    id: int
    vendor: str
    owner: str | None
    at: datetime
    change: Change
    severity: Severity
    finding: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to be written. ``topic``: of messages with the same one to a target the earlier goes first."""

    key: str
    target: str
    kind: str
    payload: Mapping[str, Any]
    topic: str = ""
    notices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of the outbox; ``attempts`` counts this one."""

    id: int
    key: str
    target: str
    kind: str
    payload: Mapping[str, Any]
    created_at: datetime
    attempts: int
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a tracker is to be told of a finding: that a ticket is to be open, or closed; ``times`` how often opened."""

    finding_id: int
    opens: bool
    times: int
    finding: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """What planning may ask and write, within one transaction."""

    database: Database
    now: datetime
    first_untold: int
    drafts: list[Draft] = field(default_factory=list)

    def known(self, target: str) -> datetime:
        """Since when a target is there; a new one is told what was noted from now on, and what nobody was told yet."""
        found = self.database.execute("SELECT since FROM message_targets WHERE target = ?", [target]).fetchone()
        if found is not None:
            return time_from_text(found[0])
        row = {"target": target, "since": time_to_text(self.now), "first_notice": self.first_untold}
        insert(self.database, "message_targets", row)
        return self.now

    def owners(self) -> list[str | None]:
        """Everybody who owns a vendor that was visited; None where one has no owner."""
        query = "SELECT DISTINCT owner FROM vendors ORDER BY owner"
        return [row[0] for row in self.database.execute(query).fetchall()]

    def untold(self, target: str, owners: Sequence[str] | None = None) -> list[Notice]:
        """The notices that no message to this target carries, oldest first.

        ``owners``: only about the vendors of these, where the empty string is a vendor without one; None: all.
        """
        query = (
            "SELECT n.* FROM notices n WHERE n.id >= (SELECT first_notice FROM message_targets WHERE target = :target)"
            " AND NOT EXISTS (SELECT 1 FROM message_notices m WHERE m.target = :target AND m.notice_id = n.id)"
            " AND (:owners IS NULL OR coalesce(n.owner, '') IN (SELECT value FROM json_each(:owners))) ORDER BY n.id"
        )
        given = {"target": target, "owners": None if owners is None else dump(list(owners))}
        return [_notice(dict(row)) for row in self.database.execute(query, given).fetchall()]

    def noted(self, since: datetime, until: datetime) -> list[Notice]:
        """All notices of a span of time."""
        query = "SELECT * FROM notices WHERE at >= ? AND at < ? ORDER BY id"
        found = self.database.execute(query, [time_to_text(since), time_to_text(until)]).fetchall()
        return [_notice(dict(row)) for row in found]

    def last(self, target: str, *kinds: str) -> datetime | None:
        """When the last message of these kinds (of any, without) was written to a target."""
        narrowed = f" AND kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
        query = f"SELECT max(created_at) FROM messages WHERE target = ?{narrowed}"  # noqa: S608 - marks only
        found = self.database.execute(query, [target, *kinds]).fetchone()[0]
        return None if found is None else time_from_text(found)

    def has(self, key: str) -> bool:
        """Whether a message of this key was ever written."""
        return self.database.execute('SELECT 1 FROM messages WHERE "key" = ?', [key]).fetchone() is not None

    def write(self, draft: Draft) -> None:
        """Puts a message into the outbox, with the notices that it carries."""
        now = time_to_text(self.now)
        row = {"key": draft.key, "target": draft.target, "kind": draft.kind, "topic": draft.topic}
        row |= {"payload": dump(draft.payload), "created_at": now, "not_before": now, "state": "waiting"}
        message = insert(self.database, "messages", row)
        for notice in draft.notices:
            link = {"target": draft.target, "notice_id": notice, "message_id": message}
            insert(self.database, "message_notices", link)
        self.drafts.append(draft)

    def tickets(self, target: str, severities: Sequence[Severity]) -> list[Ticket]:
        """What has to change in a tracker, so that exactly the findings that are open have an open ticket.

        The tickets count as changed from now on: the caller writes a message for each.
        """
        today = self.now.date().isoformat()
        query = "SELECT finding_id, is_open, times FROM tickets WHERE target = ?"
        known = {row[0]: (bool(row[1]), row[2]) for row in self.database.execute(query, [target]).fetchall()}
        changed = []
        for row in finding_rows(self.database):
            wanted = row["presence"] != "gone" and row["status"] != "false_positive" and not is_dismissed(row, today)
            is_open, times = known.get(row["id"], (False, 0))
            if wanted and not is_open and row["severity"] in severities:
                changed.append(_ticket(self.database, target, row, opens=True, times=times + 1))
            elif is_open and not wanted:
                changed.append(_ticket(self.database, target, row, opens=False, times=times))
        return changed


def _ticket(database: Database, target: str, row: dict[str, Any], *, opens: bool, times: int) -> Ticket:
    query = (
        "INSERT INTO tickets (target, finding_id, is_open, times) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (target, finding_id) DO UPDATE SET is_open = excluded.is_open, times = excluded.times"
    )
    database.execute(query, [target, row["id"], int(opens), times])
    return Ticket(finding_id=row["id"], opens=opens, times=times, finding=snapshot(database, row))


class _DryRun(Exception):  # noqa: N818 - no error: it takes back what was only tried
    """Ends a transaction that is not to happen."""


class Outbox:
    """Notices and messages; every method is one transaction."""

    def __init__(self, reading: Opened, writing: Opened) -> None:
        self._reading = reading
        self._writing = writing

    def plan(self, decide: Callable[[Desk], object], now: datetime, *, dry_run: bool = False) -> list[Draft]:
        """Notes what changed and writes the messages that ``decide`` wants, all or nothing.

        Returns the new messages. With ``dry_run`` nothing is stored.
        """
        with self._tried() as kept, self._writing() as database:
            collect_notices(database, now)
            told = database.execute("SELECT coalesce(max(notice_id), 0) FROM message_notices").fetchone()[0]
            desk = Desk(database, now, told + 1)
            kept.append(desk)
            decide(desk)
            if dry_run:
                raise _DryRun
        return kept[0].drafts

    @contextmanager
    def _tried(self) -> Iterator[list[Desk]]:
        kept: list[Desk] = []
        try:
            yield kept
        except _DryRun:
            assert kept, "it is raised after the desk was made"

    def claim(self, sender: str, now: datetime, targets: Iterable[str]) -> Message | None:
        """The next message to these targets that may be sent now, marked as being sent; None where there is none."""
        wanted = list(targets)
        marks = ", ".join("?" * len(wanted))
        at = time_to_text(now)
        query = (
            f"SELECT * FROM messages m WHERE target IN ({marks}) AND ((state = 'waiting' AND not_before <= ?) OR"  # noqa: S608 - marks only
            " (state = 'sending' AND sending_until <= ?)) AND NOT EXISTS (SELECT 1 FROM messages e WHERE"
            " e.target = m.target AND e.topic = m.topic AND m.topic <> '' AND e.id < m.id"
            " AND e.state IN ('waiting', 'sending')) ORDER BY id LIMIT 1"
        )
        with self._writing() as database:
            found = database.execute(query, [*wanted, at, at]).fetchone()
            if found is None:
                return None
            query = (
                "UPDATE messages SET state = 'sending', sender = ?, sending_until = ?, attempts = attempts + 1"
                " WHERE id = ?"
            )
            database.execute(query, [clean(sender), time_to_text(now + SENDING), found["id"]])
            return _message({**dict(found), "attempts": found["attempts"] + 1})

    def sent(self, message: Message, sender: str, now: datetime) -> None:
        """Records that a message arrived. StoreError where another process has taken it over since."""
        query = (
            "UPDATE messages SET state = 'sent', sent_at = ?, last_error = NULL, sender = NULL, sending_until = NULL"
        )
        self._settle(message, sender, query, [time_to_text(now)])

    def failed(self, message: Message, sender: str, error: str, retry_at: datetime | None) -> None:
        """Records that a message did not arrive: it waits until ``retry_at``, or is given up (None)."""
        state = "failed" if retry_at is None else "waiting"
        query = (
            "UPDATE messages SET state = ?, last_error = ?, not_before = coalesce(?, not_before), sender = NULL,"
            " sending_until = NULL"
        )
        at = None if retry_at is None else time_to_text(retry_at)
        self._settle(message, sender, query, [state, clean(error, 500), at])

    def _settle(self, message: Message, sender: str, query: str, values: list[object]) -> None:
        with self._writing() as database:
            narrowed = f"{query} WHERE id = ? AND state = 'sending' AND sender = ?"
            if not database.execute(narrowed, [*values, message.id, sender]).rowcount:
                said = f"message {message.id} was taken over by another process while it was being sent"
                raise StoreError(said)

    def waiting(self) -> list[Message]:
        """The messages that are still to be sent, oldest first."""
        query = "SELECT * FROM messages WHERE state IN ('waiting', 'sending') ORDER BY id"
        with self._reading() as database:
            return [_message(dict(row)) for row in database.execute(query).fetchall()]

    def retry_failed(self, now: datetime) -> int:
        """Lets messages that were given up be tried again; how many."""
        with self._writing() as database:
            query = "UPDATE messages SET state = 'waiting', not_before = ?, created_at = ? WHERE state = 'failed'"
            return database.execute(query, [time_to_text(now), time_to_text(now)]).rowcount


def _notice(row: dict[str, Any]) -> Notice:
    return Notice(
        id=row["id"],
        vendor=row["vendor_id"],
        owner=row["owner"],
        at=time_from_text(row["at"]),
        change=Change(row["change"]),
        severity=Severity(row["severity"]),
        finding=load(row["payload"]),
    )


def _message(row: dict[str, Any]) -> Message:
    return Message(
        id=row["id"],
        key=row["key"],
        target=row["target"],
        kind=row["kind"],
        payload=load(row["payload"]),
        created_at=time_from_text(row["created_at"]),
        attempts=row["attempts"],
        last_error=row["last_error"],
    )

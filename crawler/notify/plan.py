"""Which messages are to be written now: one function for each kind, all within one transaction of the outbox.

Every change is told once on each way that it is to go: a critical finding that is new or back at once and alone, all
others in the next digest. A message's key says what it is, so that planning twice writes nothing twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from auditor.model import Severity
from crawler.schedule.cadence import cadence_of
from db.health import MANY_FAILURES, failing_vendors, late, late_vendors, period_of, vendor_states
from db.notices import Change
from db.outbox import Draft

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from crawler.config import Config
    from crawler.notify.config import WebhookConfig
    from db.health import VendorState
    from db.outbox import Desk, Notice

URGENT_CHANGES = frozenset({Change.NEW, Change.RETURNED})
SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Plans the messages of a configuration: call :meth:`decide` with the desk of a transaction."""

    config: Config

    def decide(self, desk: Desk) -> None:
        """Write every message that is due."""
        for address in self._addresses(desk):
            self._tell(desk, f"mail:{address}", address)
        for chat in self.config.notify.chats:
            self._tell(desk, f"chat:{chat.name}", None)
        for hook in self.config.notify.webhooks:
            if hook.kind == "tickets":
                _tickets(desk, hook)
            else:
                _changes(desk, f"webhook:{hook.name}")
        self._alerts(desk)

    def _addresses(self, desk: Desk) -> list[str]:
        if self.config.notify.mail is None:
            return []
        owners = {owner or self.config.notify.operator for owner in desk.owners()}
        return sorted(owner for owner in owners if owner is not None)

    def _tell(self, desk: Desk, target: str, address: str | None) -> None:
        """All messages that people read; ``address`` None: a channel, which is told about every vendor."""
        since = desk.known(target)
        untold = desk.untold(target, None if address is None else self._owners(address))
        urgent: list[Notice] = []
        other: list[Notice] = []
        for notice in untold:
            is_urgent = notice.severity is Severity.CRITICAL and notice.change in URGENT_CHANGES
            (urgent if is_urgent else other).append(notice)
        if urgent:
            desk.write(_about(desk, "urgent", target, urgent))
        if other and self._digest_due(desk, target):
            states = self._states(desk, address)
            desk.write(_about(desk, "digest", target, other, alive=_alive(states, desk.now)))
        self._monthly(desk, target, address, since)
        self._still_alive(desk, target, address, since)

    def _owners(self, address: str) -> list[str]:
        """Whose vendors an address is told about; the operator is told about those without an owner."""
        return [address, *([""] if address == self.config.notify.operator else [])]

    def _concerns(self, owner: str | None, address: str | None) -> bool:
        return address is None or address == (owner or self.config.notify.operator)

    def _states(self, desk: Desk, address: str | None) -> list[VendorState]:
        return [state for state in vendor_states(desk.database.conn) if self._concerns(state.owner, address)]

    def _digest_due(self, desk: Desk, target: str) -> bool:
        last = desk.last(target, "digest")
        if last is None:
            return True
        zone = ZoneInfo(self.config.schedule.timezone)
        # A digest comes at the same times for everybody: at the points of the cadence itself, without anybody's share.
        cadence = replace(cadence_of(self.config.notify.digest, vendor=target, zone=zone), shift=_NO_SHIFT)
        return cadence.after(last) <= desk.now

    def _monthly(self, desk: Desk, target: str, address: str | None, since: datetime) -> None:
        """In a new month, once: what the month before was like. Not for a month that had begun before the target."""
        zone = ZoneInfo(self.config.schedule.timezone)
        end = desk.now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        start = (end - _ONE_DAY).replace(day=1)
        key = f"monthly:{target}:{start:%Y-%m}"
        if since > end or desk.has(key):
            return
        notices = [notice for notice in desk.noted(start, end) if self._concerns(notice.owner, address)]
        states = self._states(desk, address)
        payload = {
            "month": f"{start:%Y-%m}",
            "counts": _counts(notices),
            "vendors": [_vendor_line(desk, state) for state in states],
            "alive": _alive(states, desk.now),
        }
        desk.write(Draft(key=key, target=target, kind="monthly", payload=payload))

    def _still_alive(self, desk: Desk, target: str, address: str | None, since: datetime) -> None:
        silence = desk.now - max(since, desk.last(target) or since)
        if silence < span_of(self.config.notify.alive):
            return
        payload = {"alive": _alive(self._states(desk, address), desk.now)}
        key = f"alive:{target}:{desk.now:%Y-%m-%dT%H:%M:%S}"
        desk.write(Draft(key=key, target=target, kind="alive", payload=payload))

    def _alerts(self, desk: Desk) -> None:
        """To the operator, once for each time: vendors that are late, and vendors that fail again and again."""
        operator = self.config.notify.operator
        if operator is None or self.config.notify.mail is None:
            return
        target, connection = f"mail:{operator}", desk.database.conn
        desk.known(target)
        late = [(f"late:{one.vendor}:{one.since}", one.reason) for one in late_vendors(connection, desk.now)]
        failing = [
            (f"failing:{one.vendor}:{one.good_at}", f"{one.vendor}: {one.failures} due crawls brought no evidence")
            for one in failing_vendors(connection)
        ]
        for key, reason in (*late, *failing):
            if not desk.has(key):
                desk.write(Draft(key=key, target=target, kind="alert", payload={"reason": reason}))


_ONE_DAY = timedelta(days=1)
_NO_SHIFT = timedelta(0)


def span_of(text: str) -> timedelta:
    """The time of ``12h``, ``7d`` or ``2w``."""
    found = period_of(text)
    assert found is not None, "checked when the configuration was read"
    return found


def _about(desk: Desk, kind: str, target: str, notices: list[Notice], *, alive: dict[str, Any] | None = None) -> Draft:
    """A message that carries notices; the last of them makes its key."""
    changes = [_change(notice) for notice in sorted(notices, key=_order)]
    ids = tuple(notice.id for notice in notices)
    payload = {"at": desk.now.isoformat(), "changes": changes, "counts": _counts(notices), "alive": alive}
    return Draft(key=f"{kind}:{target}:{max(ids)}", target=target, kind=kind, payload=payload, notices=ids)


def _changes(desk: Desk, target: str) -> None:
    """A webhook gets everything that changed at once."""
    desk.known(target)
    notices = desk.untold(target)
    if notices:
        desk.write(_about(desk, "changes", target, notices))


def _tickets(desk: Desk, hook: WebhookConfig) -> None:
    """A tracker gets one message for each ticket, those of one finding in their order."""
    target = f"webhook:{hook.name}"
    desk.known(target)
    severe = SEVERITIES[: SEVERITIES.index(hook.severity) + 1]
    for ticket in desk.tickets(target, severe):
        action = "close" if not ticket.opens else "open" if ticket.times == 1 else "reopen"
        mark = ticket.finding["fingerprint"]
        key = f"ticket:{target}:{mark}:{ticket.times}:{action}"
        payload = {"action": action, "finding": dict(ticket.finding)}
        desk.write(Draft(key=key, target=target, kind="ticket", payload=payload, topic=mark))


def _order(notice: Notice) -> tuple[int, str, int]:
    return SEVERITIES.index(notice.severity), notice.vendor, notice.id


def _change(notice: Notice) -> dict[str, Any]:
    return {"change": notice.change.value, "at": notice.at.isoformat(), **notice.finding}


def _counts(notices: Iterable[Notice]) -> dict[str, int]:
    counted = Counter(notice.change.value for notice in notices)
    return {change.value: counted[change.value] for change in Change if counted[change.value]}


def _alive(states: list[VendorState], now: datetime) -> dict[str, Any]:
    """The line that says that the audit goes on: how many vendors, the last run, the next."""
    ended = [state.ended_at for state in states if state.ended_at is not None]
    due = [state.due_at for state in states if state.due_at is not None and state.paused_at is None]
    return {
        "vendors": len(states),
        "late": sorted(state.vendor for state in states if late(state, now) is not None),
        "failing": sorted(state.vendor for state in states if state.failures >= MANY_FAILURES),
        "paused": sorted(state.vendor for state in states if state.paused_at is not None),
        "last": max(ended).isoformat() if ended else None,
        "next": min(due).isoformat() if due else None,
    }


def _vendor_line(desk: Desk, state: VendorState) -> dict[str, Any]:
    query = (
        "SELECT severity, count(*) FROM findings WHERE vendor_id = ? AND presence <> 'gone' AND (status IN"
        " ('open', 'acknowledged', 'fixed') OR (status = 'accepted' AND accepted_until < ?)) GROUP BY severity"
    )
    rows = desk.database.execute(query, [state.vendor, desk.now.date().isoformat()]).fetchall()
    found = {row[0]: row[1] for row in rows}
    return {
        "vendor": state.vendor,
        "last": state.ended_at.isoformat() if state.ended_at else None,
        "open": {level.value: found[level.value] for level in SEVERITIES if level.value in found},
    }

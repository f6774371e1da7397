"""Sends what is in the outbox: each message is claimed, sent, and then recorded as sent.

Between sending and recording a process may be killed. The message is then still ``sending``, and is sent again when
its claim has run out, under the same key: a webhook gets the same ``Idempotency-Key``, a mail server the same
Message-ID. So nothing is lost, and whoever receives a message twice can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.notify.send import NotSentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from crawler.notify.send import Way
    from db.outbox import Message, Outbox

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one call did: how many messages arrived, and what became of the others."""

    sent: int
    problems: tuple[str, ...]


def deliver(outbox: Outbox, ways: Mapping[str, Way], sender: str, now: Callable[[], datetime]) -> Delivery:
    """Send everything that may be sent now; a message that fails does not hold up the others.

    Args:
        outbox: holds the messages.
        ways: the way to each target; messages to other targets stay where they are.
        sender: the name of this process.
        now: the clock.
    """
    sent, problems = 0, []
    while (message := outbox.claim(sender, now(), ways)) is not None:
        try:
            ways[message.target].send(message, now())
        except NotSentError as error:
            outbox.failed(message, sender, str(error), retry_at(message, now()))
            problems.append(str(error))
            continue
        outbox.sent(message, sender, now())
        sent += 1
    return Delivery(sent=sent, problems=tuple(problems))


def retry_at(message: Message, now: datetime) -> datetime | None:
    """When to try again: after 1, 2, 4 ... minutes, at most six hours; None after three days."""
    if now - message.created_at > GIVEN_UP_AFTER:
        return None
    return now + min(FIRST_RETRY * (1 << min(message.attempts - 1, 12)), LONGEST_RETRY)

"""Tells what changed: plans the messages of a configuration and sends them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from crawler.cli.logs import log
from crawler.cli.terminal import say
from crawler.notify.deliver import Delivery, deliver
from crawler.notify.plan import Planner
from crawler.notify.send import environment, ways
from crawler.notify.write import Writer
from crawler.schedule.lease import new_owner
from db.store import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crawler.config import Config
    from db.outbox import Draft
    from db.store import Store


def is_configured(config: Config) -> bool:
    """Whether anybody is to be told anything."""
    notify = config.notify
    return notify.mail is not None or bool(notify.webhooks) or bool(notify.chats)


def tell(store: Store, config: Config, now: Callable[[], datetime] = utc_now) -> Delivery:
    """Write the messages that are due and send what may be sent; problems are said, and tried again later."""
    if not is_configured(config):
        return Delivery(sent=0, problems=())
    for name in environment(config.notify, os.environ):
        say(f"${name} is not set: messages that need it wait")
    written = store.outbox.plan(Planner(config=config).decide, now())
    targets = {message.target for message in store.outbox.waiting()}
    done = deliver(store.outbox, ways(config.notify, Writer(config.notify), targets), new_owner(), now)
    for problem in done.problems:
        say(f"not sent: {problem}")
    if written or done.sent or done.problems:
        log("notified", written=len(written), sent=done.sent, problems=len(done.problems))
    return done


def would_tell(store: Store, config: Config, now: Callable[[], datetime] = utc_now) -> list[Draft]:
    """The messages that would be written now; nothing is stored or sent."""
    return store.outbox.plan(Planner(config=config).decide, now(), dry_run=True)

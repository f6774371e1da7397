"""Who holds a lease, whether that process is certainly gone, and how a lease is kept while work goes on."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from auditor.model import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType

    from db.store import Store

BEAT_S = 30.0


def _place() -> str:
    """This machine and its space of process numbers: numbers of two containers say nothing about each other."""
    try:
        space = Path("/proc/self/ns/pid").readlink().name
    except OSError:
        space = "pid"
    return f"{socket.gethostname()}/{space}"


def new_owner() -> str:
    """A name for a lease of this process, new each time: ``host/pid-space/pid/random``."""
    return f"{_place()}/{os.getpid()}/{secrets.token_hex(4)}"


def is_gone(owner: str) -> bool:
    """Whether the process that took a lease has certainly ended; False where that cannot be known from here."""
    place, _, number = owner.rpartition("/")[0].rpartition("/")
    if place != _place() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


class Heartbeat:
    """Renews the leases of an owner in a thread while the ``with`` lasts; ``on_lost`` is called when they are lost."""

    def __init__(self, store: Store, owner: str, now: Callable[[], datetime], *, every_s: float = BEAT_S) -> None:
        self._store = store
        self.owner = owner
        self._now = now
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)
        self.lost = False
        self.on_lost: Callable[[], object] = lambda: None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(self._every_s):
            try:
                held = self._store.schedules.renew(self.owner, self._now())
            except StoreError:
                continue  # A disk that is full for a moment loses no lease; one that ran out is noticed at the next.
            if not held:
                self.lost = True
                self.on_lost()
                return

"""Numbers for Prometheus, in its text format: when vendors were looked at, what is open, what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.health import reasons, vendor_states

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    Sample = tuple[Mapping[str, str], float]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics(connection: sqlite3.Connection, now: datetime) -> str:
    """The document of /-/metrics."""
    states = vendor_states(connection)
    looked = [({"vendor": one.vendor}, one.ended_at.timestamp()) for one in states if one.ended_at is not None]
    due = [({"vendor": one.vendor}, one.due_at.timestamp()) for one in states if one.due_at is not None]
    failures = [({"vendor": one.vendor}, float(one.failures)) for one in states]
    paused = float(sum(one.paused_at is not None for one in states))
    return "".join(
        (
            _metric("healthy", "1 where /-/healthz answers 200.", [({}, float(not reasons(connection, now)))]),
            _metric("vendors", "Vendors that are looked after.", [({}, float(len(states)))]),
            _metric("vendors_paused", "Vendors that somebody paused.", [({}, paused)]),
            _metric("vendor_last_run_timestamp_seconds", "When a vendor was last looked at.", looked),
            _metric("vendor_next_due_timestamp_seconds", "When a vendor is due next.", due),
            _metric("vendor_failures", "Due crawls in a row without evidence.", failures),
            _metric("open_findings", "Findings that are there and not dismissed.", _counted(connection, _OPEN)),
            _metric("runs", "Runs by how they ended.", _counted(connection, _RUNS)),
            _metric("messages", "Messages by state.", _counted(connection, _MESSAGES)),
        )
    )


_OPEN = ("severity", "SELECT severity, count(*) FROM finding_states WHERE is_open GROUP BY severity ORDER BY severity")
_RUNS = ("status", "SELECT status, count(*) FROM runs GROUP BY status ORDER BY status")
_MESSAGES = ("state", "SELECT state, count(*) FROM messages GROUP BY state ORDER BY state")


def _counted(connection: sqlite3.Connection, of: tuple[str, str]) -> list[Sample]:
    label, query = of
    return [({label: str(word)}, float(count)) for word, count in connection.execute(query).fetchall()]


def _metric(name: str, about: str, samples: Iterable[Sample]) -> str:
    """One gauge. Labels hold words of the schema and ids of vendors, which need no escaping."""
    lines = [f"# HELP consent_audit_{name} {about}", f"# TYPE consent_audit_{name} gauge"]
    for labels, value in samples:
        inside = ",".join(f'{label}="{word}"' for label, word in labels.items())
        lines.append(f"consent_audit_{name}{f'{{{inside}}}' if inside else ''} {value:.15g}")
    return "\n".join(lines) + "\n"

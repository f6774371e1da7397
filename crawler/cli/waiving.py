"""Puts waivers.toml into force: what it accepts, what it no longer accepts, and what in it means nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from auditor.model import Status
from crawler.cli.terminal import say
from crawler.waivers import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from auditor.model import Finding, Verdict
    from crawler.waivers import Waiver
    from db.store import Store


def apply_waivers(store: Store, waivers: Sequence[Waiver] | None) -> None:
    """Accept what the file waives, and take back what it accepted and waives no more; warn of entries without effect.

    An entry is applied once: a person's later verdict about the same finding stays. None: there is no file, and
    nothing changes.
    """
    if waivers is None:
        return
    today = datetime.now(UTC).date()
    verdicts = store.verdicts()
    waived = _waived(waivers, store.findings(), today)
    for fingerprint, waiver in waived.items():
        if not _is_applied(verdicts.get(fingerprint, ()), waiver):
            store.triage(fingerprint, Status.ACCEPTED, actor=FILE_NAME, until=waiver.until, note=waiver.note)
    for fingerprint, given in verdicts.items():
        if fingerprint not in waived and _rests_on_the_file(given[-1], today):
            store.triage(fingerprint, Status.OPEN, actor=FILE_NAME, note="no longer waived")


def _waived(waivers: Sequence[Waiver], findings: Sequence[Finding], today: date) -> dict[str, Waiver]:
    """The first entry in force for each finding, by fingerprint; warns of the entries that have no effect."""
    waived: dict[str, Waiver] = {}
    for waiver in waivers:
        matching = [finding for finding in findings if waiver.covers(finding)]
        _warn(waiver, matching, today)
        if waiver.until >= today:
            for finding in matching:
                waived.setdefault(finding.fingerprint, waiver)
    return waived


def _rests_on_the_file(verdict: Verdict, today: date) -> bool:
    """Whether a verdict in force is an acceptance that the file gave and that did not lapse by itself."""
    accepted = verdict.actor == FILE_NAME and verdict.status is Status.ACCEPTED
    return accepted and verdict.until is not None and verdict.until >= today


def _warn(waiver: Waiver, matching: Sequence[Finding], today: date) -> None:
    if not matching:
        say(f"{FILE_NAME}: {waiver.place} is about no finding that is stored")
    elif waiver.until < today:
        say(f"{FILE_NAME}: {waiver.place} ended on {waiver.until}: {len(matching)} findings are accepted no longer")


def _is_applied(given: Sequence[Verdict], waiver: Waiver) -> bool:
    """Whether this entry, as it is written now, was applied before, whatever a person decided since."""
    own = [verdict for verdict in given if verdict.actor == FILE_NAME]
    return bool(own) and (own[-1].status, own[-1].until, own[-1].note) == (
        Status.ACCEPTED,
        waiver.until,
        waiver.note,
    )

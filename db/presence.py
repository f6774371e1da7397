"""The life of a finding across runs, as a pure function of what each audit saw.

Presence is computed from the whole history each time, so that judging an old run again, or judging the same run twice,
gives the same answer as judging once in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from auditor.model import Presence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Sight(StrEnum):
    """What one audit says about one finding."""

    SEEN = "seen"
    ABSENT = "absent"
    NOT_LOOKED = "not_looked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What an audit was able to decide: the sites with a good visit and the undecided (rule, site, subject)."""

    run: int
    sites: frozenset[str]
    undecided: tuple[tuple[str, str | None, str | None], ...]

    def at(self, rule: str, site: str | None, subject: str) -> bool:
        """Whether the absence of this finding would have been noticed.

        A finding about the vendor as a whole (no site) needs any good visit and no undecided answer of its rule.
        """
        if site not in self.sites and (site is not None or not self.sites):
            return False
        return not any(
            covered == rule and (site is None or where in (None, site)) and (what is None or what == subject)
            for covered, where, what in self.undecided
        )


def sight(looked: Looked, *, seen: bool, rule: str, site: str | None, subject: str) -> Sight:
    """What this audit says about the finding of ``rule`` on ``site`` about ``subject``."""
    if seen:
        return Sight.SEEN
    return Sight.ABSENT if looked.at(rule, site, subject) else Sight.NOT_LOOKED


def presences(sights: Sequence[Sight]) -> tuple[Presence | None, ...]:
    """The presence after each audit, oldest first; None before the first sight.

    Seen for the first time: new; seen after it was gone: returned; not looked: it persists, since nothing refutes it.
    """
    found: list[Presence | None] = []
    state: Presence | None = None
    for each in sights:
        state = _next(state, each)
        found.append(state)
    return tuple(found)


def _next(state: Presence | None, each: Sight) -> Presence | None:
    if each is Sight.SEEN:
        return {None: Presence.NEW, Presence.GONE: Presence.RETURNED}.get(state, Presence.PERSISTING)
    if state is None or state is Presence.GONE:
        return state
    return Presence.GONE if each is Sight.ABSENT else Presence.PERSISTING


def turns(found: Sequence[Presence | None]) -> Iterable[tuple[int, Presence]]:
    """The places in ``found`` where the presence became new, returned or gone."""
    before: Presence | None = None
    for place, state in enumerate(found):
        if state is not None and state is not Presence.PERSISTING and state is not before:
            yield place, state
        before = state

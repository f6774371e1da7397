"""Joins writes to the jar: which write took effect, which did not, and what nobody was seen to write.

Pure: takes the writes that were heard and the jar as it was read from time to time, gives one entry per event. The
jar is right where the two disagree: a write that never arrives there was not stored, a cookie without a write was set
by somebody unseen (a service worker, a WebSocket handshake).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from auditor.domains import registrable_domain
from auditor.model import CookieEvent, SetBy
from crawler.collectors.jar import Key, Snapshot, Stored
from crawler.collectors.setcookie import MAX_LIFETIME_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.model import Phase
    from crawler.collectors.setcookie import Written
    from crawler.collectors.timeline import Timeline
    from crawler.collectors.writes import Clearing, Write

NOT_STORED = "NotStored"
MAX_OF_SITE = 180
"""Cookies that Chromium keeps of one site (RFC 6265bis section 6.1 asks for at least 50 of a domain)."""
_RACE_MS = 1500.0
"""Reading the jar takes time: a write that is heard this much later may be in it already."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """One event of one cookie, still to be made a record. Either ``cookie`` or ``stored`` tells its attributes."""

    key: Key
    event: CookieEvent
    phase: Phase
    at_ms: float
    by: SetBy
    causes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    cookie: Written | None = None
    stored: Stored | None = None
    suspicion: str | None = None


@dataclass(slots=True, kw_only=True)
class _Held:
    """A cookie that should be in the jar: its value, its last write, and whether the jar has confirmed that write."""

    value: str
    entry: Entry
    confirmed: bool
    expires_ms: float | None
    before: _Held | None = None

    def guarded_at(self, at_ms: float) -> bool:
        """Whether no script may overwrite or delete it then."""
        attributes = self.entry.stored or self.entry.cookie
        alive = self.expires_ms is None or self.expires_ms > at_ms
        return alive and attributes is not None and attributes.http_only


@dataclass(slots=True)
class Ledger:
    """The result of ``replay``: entries in order of time, and the cookies held at the end of each phase."""

    timeline: Timeline
    entries: list[Entry] = field(default_factory=list)
    held_at_end: dict[Phase, frozenset[Key]] = field(default_factory=dict)
    _held: dict[Key, _Held] = field(default_factory=dict)
    _at_beginning: dict[Key, _Held] = field(default_factory=dict)
    _phase: Phase | None = None
    _writes: Sequence[Write] = ()
    _clearings: Sequence[Clearing] = ()
    _keys: Sequence[Key] = ()
    _soon: dict[Key, list[Write]] = field(default_factory=dict)
    _alike: dict[tuple[str, str], list[Key]] = field(default_factory=dict)

    def replay(
        self, writes: Iterable[Write], snapshots: Iterable[Snapshot], clearings: Iterable[Clearing] = ()
    ) -> None:
        """Go through everything in order of time.

        What lies after the timeline's cut is left out. What was excluded makes no entries, but what it left in the jar
        is known: it is present in the phases that begin after it.
        """
        self._writes = sorted(writes, key=lambda write: write.at_ms)
        self._clearings = tuple(clearings)
        self._keys = [_key(write) for write in self._writes]
        steps: list[Write | Snapshot] = sorted((*self._writes, *snapshots), key=lambda step: step.at_ms)
        for step in steps:
            if self.timeline.is_over(step.at_ms):
                break
            phase = self.timeline.phase_of(step.at_ms)
            if phase is None:
                kept = len(self.entries)
                self._take(step, self._phase or self.timeline.phases[0][1])
                del self.entries[kept:]
            else:
                self._enter(phase)
                self._take(step, phase)
        self._leave()

    def _take(self, step: Write | Snapshot, phase: Phase) -> None:
        if isinstance(step, Snapshot):
            self._compare(step, phase)
        else:
            self._apply(step, phase)

    def _enter(self, phase: Phase) -> None:
        if phase is not self._phase:
            self._leave()
            self._phase = phase
            self._at_beginning = dict(self._held)

    def _leave(self) -> None:
        """The end of a phase: what was held before it and still is has been present in it."""
        if self._phase is None:
            return
        self.held_at_end[self._phase] = frozenset(self._held)
        beginning = next(at for at, phase in self.timeline.phases if phase is self._phase)
        for key, held in self._at_beginning.items():
            if key in self._held:
                present = replace(
                    held.entry, event=CookieEvent.PRESENT, phase=self._phase, at_ms=max(beginning, held.entry.at_ms)
                )
                self.entries.append(present)

    def _apply(self, write: Write, phase: Phase) -> None:
        key = _key(write)
        entry = Entry(
            key=key,
            event=CookieEvent.BLOCKED,
            phase=phase,
            at_ms=write.at_ms,
            by=write.by,
            causes=write.causes,
            reasons=write.reasons,
            cookie=write.cookie,
            suspicion=write.suspicion,
        )
        self.entries.append(entry)
        before = self._held.get(key)
        if write.by is SetBy.SCRIPT and not write.seen and before is not None and before.guarded_at(write.at_ms):
            entry.reasons = entry.reasons or ("OverwriteHttpOnly",)  # Its value may be the same: the jar cannot tell.
        if entry.reasons:
            return
        self._held.pop(key, None)
        if write.cookie.deletes:
            entry.event = CookieEvent.DELETED
            return
        entry.event = CookieEvent.SET if before is None else CookieEvent.CHANGED
        life = write.cookie.lifetime_s
        expires = None if life is None else write.at_ms + min(life, MAX_LIFETIME_S) * 1000
        self._held[key] = _Held(
            value=write.cookie.value, entry=entry, confirmed=write.seen, expires_ms=expires, before=before
        )

    def _compare(self, jar: Snapshot, phase: Phase) -> None:
        self._soon = self._heard_soon(jar.at_ms)
        self._alike = defaultdict(list)
        for key in self._held:
            self._alike[key.name, key.domain].append(key)
        for key, stored in jar.cookies.items():
            held = self._held.get(key) or self._misread(key, stored, jar)
            if held is None or held.value != stored.value:
                held = self._explained(key, stored, held, jar, phase)
            if held is not None:
                held.confirmed = True
                held.expires_ms = stored.expires_ms
                held.entry.stored = stored
        crowded = self._crowded()
        for key in [key for key in self._held if key not in jar.cookies]:
            self._missing(key, jar, phase, evicted=registrable_domain(key.domain) in crowded)

    def _crowded(self) -> frozenset[str]:
        """Sites that wrote more cookies than a browser keeps: it drops the oldest, nobody deletes them."""
        if len(self._held) <= MAX_OF_SITE:
            return frozenset()
        sites: Counter[str] = Counter()
        for domain, count in Counter(key.domain for key in self._held).items():
            sites[registrable_domain(domain)] += count
        return frozenset(site for site, count in sites.items() if count > MAX_OF_SITE)

    def _misread(self, key: Key, stored: Stored, jar: Snapshot) -> _Held | None:
        """A held cookie that the jar files under another path or partition than its write was understood."""
        for other in self._alike.get((key.name, key.domain), ()):
            held = self._held.get(other)
            if held is not None and held.value == stored.value and other not in jar.cookies:
                self._held[key] = self._held.pop(other)
                held.entry.key = key
                return held
        return None

    def _explained(self, key: Key, stored: Stored, held: _Held | None, jar: Snapshot, phase: Phase) -> _Held | None:
        """The jar holds a value that no write explains so far."""
        if any(write.cookie.value == stored.value for write in self._soon.get(key, ())):
            return None
        still = self._undone(held, stored)
        if still is not None:
            self._held[key] = still
            return still
        event = CookieEvent.SET if held is None else CookieEvent.CHANGED
        entry = Entry(key=key, event=event, phase=phase, at_ms=jar.at_ms, by=SetBy.UNKNOWN, stored=stored)
        self.entries.append(entry)
        self._held[key] = _Held(value=stored.value, entry=entry, confirmed=True, expires_ms=stored.expires_ms)
        return self._held[key]

    def _undone(self, held: _Held | None, stored: Stored) -> _Held | None:
        """Writes that came last did not take effect where the value before them is still there."""
        in_vain: list[Entry] = []
        while held is not None and held.value != stored.value and not held.confirmed:
            in_vain.append(held.entry)
            held = held.before
        if held is None or held.value != stored.value or not in_vain:
            return None
        for entry in in_vain:
            if entry.by is SetBy.SCRIPT and stored.http_only:
                entry.suspicion = "OverwriteHttpOnly"
            _refuse(entry)
        return held

    def _missing(self, key: Key, jar: Snapshot, phase: Phase, *, evicted: bool) -> None:
        """A cookie that should be there is not: expired, evicted, never stored, or deleted by somebody unseen."""
        held = self._held[key]
        if any(write.cookie.deletes for write in self._soon.get(key, ())):
            return
        del self._held[key]
        if evicted or (held.expires_ms is not None and held.expires_ms <= jar.at_ms + _RACE_MS):
            return
        clearing = self._cleared(key, held, jar)
        if not held.confirmed and clearing is None:
            never: _Held | None = held
            while never is not None and not never.confirmed:
                _refuse(never.entry)
                never = never.before
            return
        at_ms = clearing.at_ms if clearing else jar.at_ms
        entry = Entry(
            key=key,
            event=CookieEvent.DELETED,
            phase=self.timeline.phase_of(at_ms) or phase,
            at_ms=at_ms,
            by=SetBy.HTTP if clearing else SetBy.UNKNOWN,
            causes=clearing.causes if clearing else (),
            cookie=held.entry.cookie,
            stored=held.entry.stored,
        )
        self.entries.append(entry)

    def _cleared(self, key: Key, held: _Held, jar: Snapshot) -> Clearing | None:
        """The answer that cleared a cookie, unless the browser may never have stored it."""
        if held.entry.suspicion is not None and not held.confirmed:
            return None
        site, since = registrable_domain(key.domain), held.entry.at_ms
        return next((c for c in self._clearings if c.site == site and since <= c.at_ms <= jar.at_ms), None)

    def _heard_soon(self, at_ms: float) -> dict[Key, list[Write]]:
        """The writes heard just after the jar was read, which may explain what is in it."""
        first = bisect_left(self._writes, at_ms, key=lambda write: write.at_ms)
        last = bisect_right(self._writes, at_ms + _RACE_MS, key=lambda write: write.at_ms)
        found: dict[Key, list[Write]] = defaultdict(list)
        for key, write in zip(self._keys[first:last], self._writes[first:last], strict=True):
            found[key].append(write)
        return found


def _key(write: Write) -> Key:
    cookie = write.cookie
    partition = write.partition if cookie.partitioned else None
    foreign = write.foreign and cookie.partitioned
    return Key(partition, cookie.domain, cookie.host_only, cookie.path, cookie.name, foreign)


def _refuse(entry: Entry) -> None:
    entry.event = CookieEvent.BLOCKED
    entry.reasons = (entry.suspicion or NOT_STORED,)

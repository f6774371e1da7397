"""Local and session storage, IndexedDB and Cache API of every frame, asked from the browser and not from the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError

from auditor.domains import host_of, party
from auditor.identifiers import describe_value
from auditor.model import StorageItem, StorageKind
from crawler.collectors.initiators import from_stack
from crawler.collectors.setcookie import well_formed
from crawler.collectors.timeline import now_ms

if TYPE_CHECKING:
    from auditor.model import Phase
    from crawler.collectors.frames import Frames
    from crawler.collectors.initiators import Lineage
    from crawler.collectors.tap import Report, Tap, Taps
    from crawler.collectors.timeline import Timeline

NAME = "storage"
MAX_ITEMS = 5_000
MAX_FRAMES = 200
MAX_ORIGINS = 100
MAX_KEY = 2_048


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an item is: unique within a phase."""

    kind: StorageKind
    origin: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    place: _Place
    value: str
    at_ms: float
    written: bool


class StorageCollector:
    """Listens to a visit's storage; a new object for every visit.

    Keys that a page writes and removes again are known from the browser's events, authors from the hook; ``snapshot``
    reads what is there at the end of a step.
    """

    def __init__(self, taps: Taps, frames: Frames) -> None:
        self._frames = frames
        self._seen: list[_Seen] = []
        self._authors: dict[_Place, tuple[str, ...]] = {}
        self.last_active_ms = 0.0
        self.dropped = 0
        taps.on("DOMStorage.domStorageItemAdded", NAME, self._written)
        taps.on("DOMStorage.domStorageItemUpdated", NAME, self._written)
        taps.on_report(NAME, self._reported)

    def _written(self, _tap: Tap, event: dict[str, Any]) -> None:
        where = event["storageId"]
        kind = StorageKind.LOCAL if where.get("isLocalStorage") else StorageKind.SESSION
        origin = _origin(str(where.get("storageKey") or where.get("securityOrigin") or ""))
        self.last_active_ms = now_ms()
        key, value = well_formed(str(event["key"])), well_formed(str(event.get("newValue", "")))
        self._add(kind, origin, key, value, written=True)

    def _reported(self, report: Report) -> None:
        if report.kind != "storage":
            return
        key, kind, _, _ = report.details
        place = _Place(StorageKind(kind), report.origin, key[:MAX_KEY])
        if place.kind in (StorageKind.INDEXEDDB, StorageKind.CACHE):
            self._add(place.kind, place.origin, key, "", written=True, at_ms=report.at_ms)
        if len(self._authors) < MAX_ITEMS or place in self._authors:
            self._authors.setdefault(place, self._frames.behind(report.frame, from_stack(report.stack), report.url))
        else:
            self.dropped += 1

    def _add(
        self, kind: StorageKind, origin: str, key: str, value: str, *, written: bool, at_ms: float | None = None
    ) -> None:
        if len(self._seen) >= MAX_ITEMS:
            self.dropped += 1
            return
        place = _Place(kind, origin, key[:MAX_KEY])
        at_ms = now_ms() if at_ms is None else at_ms
        self._seen.append(_Seen(place=place, value=value, at_ms=at_ms, written=written))

    async def snapshot(self, tap: Tap) -> None:
        """Read all storage of a page's frames. TimeoutError or Playwright's Error when the page does not answer."""
        keys: dict[str, None] = {}
        frames = await tap.frames()
        for frame in frames[:MAX_FRAMES]:
            key = await _storage_key(tap, str(frame["id"]))
            if key is not None:
                keys[key] = None
        for key in list(keys)[:MAX_ORIGINS]:
            await self._read(tap, key)
        self.dropped += max(0, len(frames) - MAX_FRAMES) + max(0, len(keys) - MAX_ORIGINS)

    async def _read(self, tap: Tap, storage_key: str) -> None:
        origin = _origin(storage_key)
        for kind, is_local in ((StorageKind.LOCAL, True), (StorageKind.SESSION, False)):
            where = {"storageId": {"storageKey": storage_key, "isLocalStorage": is_local}}
            for name, value in (await _asked(tap, "DOMStorage.getDOMStorageItems", where)).get("entries", ()):
                self._add(kind, origin, well_formed(str(name)), well_formed(str(value)), written=False)
        named = {"storageKey": storage_key}
        for name in (await _asked(tap, "IndexedDB.requestDatabaseNames", named)).get("databaseNames", ()):
            self._add(StorageKind.INDEXEDDB, origin, well_formed(str(name)), "", written=False)
        for cache in (await _asked(tap, "CacheStorage.requestCacheNames", named)).get("caches", ()):
            self._add(StorageKind.CACHE, origin, well_formed(str(cache.get("cacheName", ""))), "", written=False)

    def drain(self, timeline: Timeline, lineage: Lineage, page_url: str) -> tuple[StorageItem, ...]:
        """One record per item and phase with its raw value, in order of time: its last value, its first sighting."""
        first: dict[tuple[Phase, _Place], _Seen] = {}
        last: dict[tuple[Phase, _Place], _Seen] = {}
        for seen in self._seen:
            phase = timeline.phase_of(seen.at_ms)
            if phase is not None:
                first.setdefault((phase, seen.place), seen)
                last[phase, seen.place] = seen
        return tuple(
            StorageItem(
                kind=place.kind,
                origin=place.origin,
                key=place.key,
                party=party(host_of(place.origin) or "", page_url),
                phase=phase,
                initiator=next(iter(lineage.authors(self._authors.get(place, ()))), None),
                at_ms=timeline.since_start(first[phase, place].at_ms) if first[phase, place].written else None,
                value=describe_value(seen.value, keep_raw=True),
            )
            for (phase, place), seen in last.items()
        )


async def _storage_key(tap: Tap, frame_id: str) -> str | None:
    """The storage key of a frame; ``None`` where it has none (opaque origins) or has just gone."""
    try:
        return str((await tap.send("Storage.getStorageKey", {"frameId": frame_id}))["storageKey"])
    except PlaywrightError:
        return None


async def _asked(tap: Tap, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """An answer, empty where the origin has no such storage."""
    try:
        return await tap.send(method, parameters)
    except PlaywrightError as error:
        if "closed" in str(error) or "crashed" in str(error):
            raise
        return {}


def _origin(storage_key: str) -> str:
    """The origin of a storage key: ``https://a.example/`` or ``https://a.example/^0https://b.example``."""
    return storage_key.partition("^")[0].rstrip("/")

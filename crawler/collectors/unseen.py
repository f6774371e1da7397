"""What a visit's pages had a browser do that nobody can watch, in words for the coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.domains import host_of
from crawler.collectors.wire import lower_headers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.collectors.hops import Hop
    from crawler.collectors.tap import Report, Taps

_MAX_NAMED = 20
_MAX_HOSTS = 5
_MAX_WORKLETS = 200
_REPORTING = frozenset({"reporting-endpoints", "report-to", "nel"})


class Unseen:
    """Collects the marks of what is out of sight; a new object for every visit."""

    def __init__(self, taps: Taps) -> None:
        self._worklets: dict[str, None] = {}
        self._refused: dict[str, None] = {}
        taps.on_report("requests", self._reported)

    def _reported(self, report: Report) -> None:
        if report.kind == "worklet" and len(self._worklets) < _MAX_WORKLETS:
            self._worklets[report.details[0].partition("#")[0]] = None

    def refused(self, url: str) -> None:
        """A download was refused."""
        if url.startswith("http") and len(self._refused) < _MAX_NAMED:
            self._refused[url.partition("#")[0]] = None

    def words(self, hops: tuple[Hop, ...]) -> tuple[str, ...]:
        """One line for each thing that was there and could not be watched."""
        asked = {hop.url for hop in hops}
        worklets = [f"requests of worklet {url[:200]}" for url in self._worklets if url not in asked][:_MAX_NAMED]
        refused = [f"request of download {url[:200]}" for url in self._refused if url not in asked]
        return (*_of_workers(hops), *worklets, *refused, *_untold_cookies(hops), *_of_reports(hops))


def _of_workers(hops: Iterable[Hop]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for hop in hops:
        of_worker = hop.document == hop.url or (hop.by_service_worker and hop.causes[:1] == (hop.document,))
        if hop.kind == "Script" and of_worker and (hop.status or 0) // 100 != 3:
            headers = lower_headers(hop.sent or {})
            shared = headers.get("sec-fetch-dest") == "sharedworker"
            address = "a blob" if hop.url.startswith("blob:") else hop.url[:200]
            found[f"requests of shared worker {address}" if shared else f"WebSockets of worker {address}"] = None
            if hop.by_service_worker:
                found[f"update checks of service worker {address}"] = None
    return tuple(list(found)[:_MAX_NAMED])


def _untold_cookies(hops: Iterable[Hop]) -> tuple[str, ...]:
    """Requests that were on the wire and whose cookies the browser tells nowhere."""
    found = {hop.url: "by fetchLater" for hop in hops if hop.deferred and hop.on_wire and not hop.sent}
    found |= {hop.url: "when it was asked for again" for hop in hops if hop.asked_again}
    return tuple([f"cookies sent to {url[:200]} {how}" for url, how in found.items()][:_MAX_NAMED])


def _of_reports(hops: Iterable[Hop]) -> tuple[str, ...]:
    """Browsers keep such reports for a minute and send them without a page (Reporting API; Network Error Logging)."""
    hosts = list(dict.fromkeys(host_of(hop.url) or "" for hop in hops if _REPORTING & hop.response_headers.keys()))
    if not hosts:
        return ()
    more = f" and {len(hosts) - _MAX_HOSTS} more" if len(hosts) > _MAX_HOSTS else ""
    return (f"later reports of the browser for {', '.join(hosts[:_MAX_HOSTS])}{more} (Reporting API, NEL)",)

"""What a visit's pages had a browser do that nobody can watch, in words for the coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.domains import host_of

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
        taps.on_report("requests", self._reported)

    def _reported(self, report: Report) -> None:
        if report.kind == "worklet" and len(self._worklets) < _MAX_WORKLETS:
            self._worklets[report.details[0].partition("#")[0]] = None

    def words(self, hops: tuple[Hop, ...]) -> tuple[str, ...]:
        """One line for each thing that was there and could not be watched."""
        asked = {hop.url for hop in hops}
        worklets = [f"requests of worklet {url[:200]}" for url in self._worklets if url not in asked][:_MAX_NAMED]
        return (*_of_workers(hops), *worklets, *_of_reports(hops))


def _of_workers(hops: Iterable[Hop]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for hop in hops:
        if hop.kind == "Script" and (
            hop.document == hop.url or (hop.by_service_worker and hop.causes[:1] == (hop.document,))
        ):
            headers = {name.lower(): str(value) for name, value in (hop.sent or {}).get("headers", {}).items()}
            shared = headers.get("sec-fetch-dest") == "sharedworker"
            address = "a blob" if hop.url.startswith("blob:") else hop.url[:200]
            found[f"requests of shared worker {address}" if shared else f"WebSockets of worker {address}"] = None
    return tuple(list(found)[:_MAX_NAMED])


def _of_reports(hops: Iterable[Hop]) -> tuple[str, ...]:
    """Browsers keep such reports for a minute and send them without a page (Reporting API; Network Error Logging)."""
    hosts = list(dict.fromkeys(host_of(hop.url) or "" for hop in hops if _REPORTING & hop.response_headers.keys()))
    if not hosts:
        return ()
    more = f" and {len(hosts) - _MAX_HOSTS} more" if len(hosts) > _MAX_HOSTS else ""
    return (f"later reports of the browser for {', '.join(hosts[:_MAX_HOSTS])}{more} (Reporting API, NEL)",)

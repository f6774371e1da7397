"""Every cookie that a visit's pages wrote, tried to write or sent, with its author."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auditor.domains import host_of, party, registrable_domain, same_site
from auditor.identifiers import describe_value
from auditor.model import Cookie, CookieEvent, SetBy
from crawler.collectors.initiators import from_stack
from crawler.collectors.jar import Key, Snapshot, read_jar
from crawler.collectors.ledger import NOT_STORED, Entry, Ledger
from crawler.collectors.scripted import document_of, from_report
from crawler.collectors.setcookie import MAX_LIFETIME_S, parse, why_rejected
from crawler.collectors.wire import lower_headers
from crawler.collectors.writes import Clearing, Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from playwright.async_api import BrowserContext

    from auditor.model import Phase
    from crawler.collectors.hops import Hop, NetworkLog
    from crawler.collectors.tap import Report, Taps
    from crawler.collectors.timeline import Timeline

Refused = frozenset[tuple[int, str]]
"""(``id`` of the hop, name) of cookies that an answer asked for in vain."""

NAME = "cookies"
MAX_NAME = 4096
MAX_WRITES = 20_000
"""Writes by scripts in one visit; what comes later is known by the jar alone."""
_ROUNDING_S = 60
"""The stored lifetime is measured from when we heard of the write; this near to it the declared one is exact."""


class CookieCollector:
    """Listens to a visit's cookies; a new object for every visit.

    ``snapshot`` is called at the end of every step of the visit, ``drain`` once at its end.
    """

    def __init__(self, taps: Taps, log: NetworkLog) -> None:
        self._log = log
        self._snapshots: list[Snapshot] = []
        self._reports: list[tuple[Report, tuple[str, ...]]] = []
        self._answers: dict[int, int] = {}
        self.last_active_ms = 0.0
        self.dropped = 0
        taps.on_report(NAME, self._reported)

    def _reported(self, report: Report) -> None:
        if report.kind in ("cookie", "storeset", "storedelete"):
            self.last_active_ms = report.at_ms
            if len(self._reports) >= MAX_WRITES:
                self.dropped += 1
            else:
                # Now: the frame may show another document later.
                url = document_of(report)
                self._reports.append((report, self._log.frames.behind(report.frame, from_stack(report.stack), url)))

    async def snapshot(self, context: BrowserContext) -> None:
        """Read the jar. TimeoutError or Playwright's Error when that fails."""
        self._snapshots.append(await read_jar(context))

    def drain(
        self, timeline: Timeline, hops: Iterable[Hop], page_url: str
    ) -> tuple[tuple[Cookie, ...], tuple[str, ...], Refused]:
        """(records in order of time with raw values, what could not be observed, what answers could not set).

        ``page_url``: the visit's final URL.
        """
        hops = tuple(hops)
        top = _top_level_site(page_url)
        writes = [*self._from_hops(hops, top), *self._from_scripts(top)]
        ledger = Ledger(timeline)
        ledger.replay(writes, self._snapshots, self._clearings(hops))
        sent = _sent_to(hops, timeline)
        entries = sorted(ledger.entries, key=lambda entry: entry.at_ms)
        current = {(entry.key, entry.phase): entry for entry in entries if entry.event is not CookieEvent.BLOCKED}
        records = tuple(
            _record(
                entry,
                at_ms=timeline.since_start(entry.at_ms),
                page_url=page_url,
                in_jar=entry.key in ledger.held_at_end.get(entry.phase, ()),
                last=current.get((entry.key, entry.phase)) is entry,
                sent_to=sent.get((entry.phase, entry.key), ()),
            )
            for entry in entries
        )
        return records, tuple(_unexplained(entries)), self._refused(entries)

    def _refused(self, entries: Iterable[Entry]) -> Refused:
        """Names that all writes of a hop failed to set; the browser tells no reason where credentials were omitted."""
        outcomes: dict[tuple[int, str], bool] = {}
        for entry in entries:
            hop = self._answers.get(id(entry.cookie))
            if hop is not None:
                where = hop, entry.key.name
                outcomes[where] = outcomes.get(where, True) and entry.event is CookieEvent.BLOCKED
        return frozenset(where for where, refused in outcomes.items() if refused)

    def _from_hops(self, hops: Iterable[Hop], top: str) -> Iterator[Write]:
        for hop in hops:
            if hop.got is None:
                continue
            at_ms = hop.response_ms or float(hop.got.get("heard_ms", hop.at_ms))
            causes = self._log.lineage.to_page(hop.causes, after=(hop.url, *hop.hops_before))
            # Preflights carry no credentials (Fetch, CORS-preflight fetch): what they answer is never stored.
            always = (NOT_STORED,) if hop.kind == "Preflight" else ()
            for line, reasons in set_cookie_lines(hop.got):
                cookie = parse(line, hop.url, at_ms)
                if cookie is not None:
                    self._answers[id(cookie)] = id(hop)
                    partition = hop.got.get("cookiePartitionKey") or {}
                    yield Write(
                        at_ms=at_ms,
                        by=SetBy.HTTP,
                        cookie=cookie,
                        partition=partition.get("topLevelSite") or top,
                        foreign=bool(partition.get("hasCrossSiteAncestor", not same_site(hop.url, top))),
                        causes=causes,
                        reasons=reasons or always,
                        suspicion=why_rejected(cookie, hop.url, by_script=False, across_sites=False),
                    )

    def _clearings(self, hops: Iterable[Hop]) -> Iterator[Clearing]:
        """Answers that have the browser forget the cookies of their site (Clear Site Data, section 3.1)."""
        for hop in hops:
            wanted = lower_headers(hop.got or {}).get("clear-site-data", "")
            host = host_of(hop.url)
            if host is not None and ('"cookies"' in wanted or '"*"' in wanted):
                yield Clearing(
                    at_ms=hop.response_ms or hop.at_ms,
                    site=registrable_domain(host),
                    causes=self._log.lineage.to_page(hop.causes, after=(hop.url, *hop.hops_before)),
                )

    def _from_scripts(self, top: str) -> Iterator[Write]:
        for report, causes in self._reports:
            url = self._log.lineage.asked(document_of(report))  # No other address gives a cookie its path.
            cookie = from_report(report, url)
            if cookie is None:
                continue
            seen = report.kind == "storeset" or report.details[1] == "1"
            across = bool(top) and not all(same_site(document, top) for document in (url, *self._log.frames.above(url)))
            doubtful = not (seen or cookie.deletes)
            reason = why_rejected(cookie, url, by_script=True, across_sites=False) if doubtful else None
            # Whether a document counts as another site's is the browser's to say: the jar tells what it did.
            suspicion = why_rejected(cookie, url, by_script=True, across_sites=across) if doubtful else None
            yield Write(
                at_ms=report.at_ms,
                by=SetBy.SCRIPT,
                cookie=cookie,
                partition=top,
                foreign=across,
                causes=self._log.lineage.to_page(causes),
                reasons=(reason,) if reason else (),
                suspicion=suspicion,
                seen=seen,
            )


def set_cookie_lines(got: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(Set-Cookie line, reasons why the browser blocked it) of a response's wire details."""
    joined = lower_headers(got).get("set-cookie", "")
    blocked: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for entry in got.get("blockedCookies", ()):
        blocked[_text(str(entry.get("cookieLine", ""))).strip()].append(tuple(entry.get("blockedReasons", ())))
    for line in map(_text, joined.split("\n")):
        if line.strip():
            reasons = blocked.get(line.strip())
            yield line, reasons.pop(0) if reasons else ()


def _text(header: str) -> str:
    """A header as the browser tells of its cookies: UTF-8, of which CDP gives every byte as a character.

    Bytes that are none the browser keeps, but its jar is told without them.
    """
    try:
        return header.encode("latin-1").decode("utf-8", "ignore")
    except UnicodeError:
        return header


def _sent_to(hops: Iterable[Hop], timeline: Timeline) -> dict[tuple[Phase, Key], tuple[str, ...]]:
    found: dict[tuple[Phase, Key], dict[str, None]] = defaultdict(dict)
    for hop in hops:
        phase = timeline.phase_of(hop.at_ms)
        host = host_of(hop.url)
        if phase is None or host is None:
            continue
        for cookie in sent_cookies(hop):
            domain = str(cookie.get("domain", ""))
            partition = cookie.get("partitionKey") or {}
            key = Key(
                partition.get("topLevelSite") if isinstance(partition, dict) else None,
                domain.lstrip(".").lower(),
                not domain.startswith("."),
                str(cookie.get("path", "/")),
                str(cookie.get("name", "")),
                foreign=isinstance(partition, dict) and bool(partition.get("hasCrossSiteAncestor")),
            )
            found[phase, key][host] = None
    return {where: tuple(hosts) for where, hosts in found.items()}


def sent_cookies(hop: Hop) -> tuple[dict[str, Any], ...]:
    """The cookies that really went out with a request."""
    carried = (hop.sent or {}).get("associatedCookies", ())
    return tuple(entry["cookie"] for entry in carried if not entry.get("blockedReasons"))


def _record(entry: Entry, *, at_ms: int, page_url: str, in_jar: bool, last: bool, sent_to: tuple[str, ...]) -> Cookie:
    cookie, stored, key = entry.cookie, entry.stored if last else None, entry.key
    declared = cookie.lifetime_s if cookie else None
    lifetime = _lifetime(entry, last=last)
    expires = None if lifetime is None else datetime.fromtimestamp(entry.at_ms / 1000 + lifetime, UTC)
    value = cookie.value if cookie else (entry.stored.value if entry.stored else "")
    attributes = stored or cookie or entry.stored
    return Cookie(
        name=key.name[:MAX_NAME],
        domain=key.domain,
        path=key.path[:MAX_NAME],
        host_only=key.host_only,
        secure=bool(attributes and attributes.secure),
        http_only=bool(attributes and attributes.http_only),
        same_site=cookie.same_site if cookie else (stored.same_site if stored else None),
        partition_key=key.partition,
        lifetime_seconds=lifetime,
        declared_lifetime_seconds=declared,
        expires=expires,
        party=party(key.domain, page_url),
        phase=entry.phase,
        event=entry.event,
        blocked_reasons=entry.reasons,
        set_by=entry.by,
        initiator=entry.causes[0] if entry.causes else None,
        initiator_chain=entry.causes,
        at_ms=at_ms,
        in_jar=in_jar,
        sent_to=sent_to,
        value=describe_value(value, keep_raw=True),
    )


def _lifetime(entry: Entry, *, last: bool) -> int | None:
    """Seconds that the browser keeps the cookie, from the write on; ``None`` for the session."""
    declared = entry.cookie.lifetime_s if entry.cookie else None
    kept = None if declared is None else min(declared, MAX_LIFETIME_S)
    if not last or entry.stored is None:
        return kept
    if entry.stored.expires_ms is None:
        return None
    measured = round((entry.stored.expires_ms - entry.at_ms) / 1000)
    return kept if kept is not None and abs(measured - kept) <= _ROUNDING_S else max(measured, 0)


def _top_level_site(page_url: str) -> str:
    scheme = page_url.partition(":")[0]
    host = host_of(page_url)
    return f"{scheme}://{registrable_domain(host)}" if host else ""


def _unexplained(entries: Iterable[Entry]) -> Iterator[str]:
    """One line per cookie whose author nobody saw."""
    unknown = Counter((entry.key.name[:80], entry.key.domain) for entry in entries if entry.by is SetBy.UNKNOWN)
    for name, domain in sorted(unknown):
        yield f"author of cookie {name} ({domain})"

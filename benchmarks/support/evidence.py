"""Made evidence: vendors with what their sites would show to a visitor, the same for the same numbers."""

from __future__ import annotations

import hashlib
import random
import struct
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from auditor import examples
from auditor.facts import cookie_facts, host_facts
from auditor.model import (
    Artifact,
    Beacon,
    ChoiceOutcome,
    Cookie,
    Outcome,
    Phase,
    PolicyDocument,
    Request,
    Scenario,
    Screenshot,
    Site,
    StorageItem,
    Vendor,
    Visit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SCENARIOS = (Scenario.NO_CHOICE, Scenario.ACCEPT_ALL, Scenario.REJECT_ALL, Scenario.WITHDRAW, Scenario.GPC)
AFTER = {
    Scenario.ACCEPT_ALL: Phase.AFTER_ACCEPT,
    Scenario.REJECT_ALL: Phase.AFTER_REJECT,
    Scenario.WITHDRAW: Phase.AFTER_WITHDRAWAL,
}
COOKIES, ENTRIES, REQUESTS = 21, 5, 52
"""Observations of one visit."""
SITES = 2
"""Sites of one vendor."""
UNUSED = 3
"""Cookies in the table of a policy that no site uses."""
_WORDS = (
    "We value your privacy. We and our partners store and access information on a device, such as unique identifiers in"
    " cookies, and process personal data for personalised advertising, measurement, audience research and development."
    " You may accept, refuse, or manage your choices at any time. Some processing may not require your consent."
)


@dataclass(frozen=True)
class Stack:
    """What a vendor's site uses: known cookies, third parties, and how well its banner works."""

    cookies: tuple[str, ...]
    patterns: tuple[str, ...]
    hosts: tuple[str, ...]
    heeds: bool


def vendors(number: int) -> tuple[Vendor, ...]:
    """That many vendors; some have long names, as companies have."""
    made = []
    for place in range(number):
        sites = tuple(Site(url=f"https://{part}.vendor-{place}.example/") for part in ("www", "app")[:SITES])
        longer = " Communications and Cloud Telephony Services International Holdings GmbH & Co. KG" * (place % 9 == 4)
        name = f"Vendor {place}{longer}"
        made.append(Vendor(id=f"v{place}", name=name, owner="privacy@customer.example", cadence="7d", sites=sites))
    return tuple(made)


def stack(source: random.Random) -> Stack:
    """What one site uses."""
    known = source.sample(cookie_facts(), 5)
    names = [row.pattern if row.regex is None else f"{row.prefix}0a1b2c" for row in known]
    hosts = source.sample([row.host for row in host_facts()], 6)
    return Stack(tuple(names), tuple(row.pattern for row in known), tuple(hosts), heeds=source.random() < 0.8)


def _phases(scenario: Scenario) -> tuple[Phase, ...]:
    after = AFTER.get(scenario)
    return (Phase.BEFORE_CHOICE,) if after is None else (Phase.BEFORE_CHOICE, after)


def visit(vendor: Vendor, site: str, scenario: Scenario, used: Stack, source: random.Random) -> Visit:
    """One good visit with the observations that its stack makes."""
    seen = (
        *_cookies(site, scenario, used, source),
        *_storage(site, scenario, source),
        *_requests(site, scenario, used, source),
    )
    shots = tuple(Screenshot(phase=phase, page=site, sha256=_SHOTS[phase].sha256) for phase in _phases(scenario))
    return examples.visit(
        scenario,
        *seen,
        vendor=vendor.id,
        site=site,
        title=f"{vendor.name}: phones for everybody",
        banner=examples.banner(cmp="onetrust", text=_WORDS, layers=2, reject_clicks=source.choice((1, 2))),
        screenshots=shots,
        pages=(site, f"{site}pricing", f"{site}contact"),
    )


def failed(vendor: Vendor, site: str, scenario: Scenario) -> Visit:
    """A visit that brought no evidence."""
    return replace(
        examples.visit(scenario, vendor=vendor.id, site=site),
        outcome=Outcome.TIMEOUT,
        banner=None,
        choice=examples.choice(scenario, ChoiceOutcome.FAILED, proven=False),
        failure="the page did not answer within 90 seconds",
    )


def _allows(used: Stack, scenario: Scenario) -> bool:
    """Whether the site would show its third parties in a scenario."""
    return not used.heeds or scenario is Scenario.ACCEPT_ALL


def _own(site: str) -> str:
    return site.removeprefix("https://").rstrip("/")


def _cookies(site: str, scenario: Scenario, used: Stack, source: random.Random) -> Iterator[Cookie]:
    for place in range(COOKIES):
        known = place < 2 * len(used.cookies) and _allows(used, scenario)
        name = used.cookies[place // 2] if known else f"own_{place}"
        third = known and place % 2 == 1
        phase = Phase.AFTER_ACCEPT if used.heeds and known else source.choice(_phases(scenario))
        script = f"https://{used.hosts[place % len(used.hosts)]}/tag.js"
        yield examples.cookie(
            name,
            used.hosts[place % len(used.hosts)] if third else _own(site),
            page=site,
            phase=phase,
            value=f"GA1.1.{source.randrange(10**8, 10**9)}.1767355200" if known else "1",
            at_ms=source.randrange(20_000),
            expires=examples.NOON + timedelta(days=365, microseconds=source.randrange(10**6)),
            initiator=script,
            initiator_chain=(script, f"{site}assets/main.js", site),
            sent_to=(_own(site),) if third else (),
        )


def _storage(site: str, scenario: Scenario, source: random.Random) -> Iterator[StorageItem]:
    for place in range(ENTRIES):
        yield examples.storage(
            f"own_{place}", site.rstrip("/"), phase=source.choice(_phases(scenario)), initiator=f"{site}assets/main.js"
        )


def _requests(site: str, scenario: Scenario, used: Stack, source: random.Random) -> Iterator[Request]:
    for place in range(REQUESTS):
        third = place % 3 == 0 and _allows(used, scenario)
        host = used.hosts[place // 3 % len(used.hosts)] if third else f"static.{_own(site)}"
        script = f"https://{host}/tag.js"
        yield examples.request(
            f"https://{host}/{place}/{'pixel' if third else 'asset'}?id={source.randrange(10**6)}&t=1",
            page=site,
            phase=Phase.AFTER_ACCEPT if third and used.heeds else source.choice(_phases(scenario)),
            beacon=Beacon.PIXEL if place % 6 == 0 else None,
            at_ms=source.randrange(20_000),
            initiator=script,
            initiator_chain=(script, f"{site}assets/main.js", site),
            sent_cookies=used.cookies[:2] if third else (),
        )


def policy(vendor: Vendor, source: random.Random) -> PolicyDocument:
    """A policy with a table of most cookies that the sites use, and some that none does."""
    used = {name for site in vendor.sites for name in stack(random.Random(site.url)).patterns[:-1]}
    rows = [*(row for row in cookie_facts() if row.pattern in used), *source.sample(cookie_facts(), UNUSED)]
    table = "".join(
        f"<tr><td>{row.pattern}</td><td>{row.service or vendor.name}</td>"
        f"<td>{row.category.value.replace('_', ' ')}</td><td>Remembers something for us.</td><td>1 year</td></tr>"
        for row in rows
    )
    table += "".join(
        f"<tr><td>own_{place}</td><td>{vendor.name}</td><td>strictly necessary</td><td>Keeps you signed in.</td>"
        "<td>1 year</td></tr>"
        for place in range(COOKIES)
    )
    prose = "<p>We use cookies on this website to understand how our pages are used and to improve them.</p>" * 20
    head = "<tr><th>Cookie</th><th>Provider</th><th>Category</th><th>Purpose</th><th>Duration</th></tr>"
    text = f"<h1>Cookie policy</h1>{prose}<table>{head}{table}</table>"
    return policy_document(vendor, text)


def policy_document(vendor: Vendor, text: str) -> PolicyDocument:
    """A vendor's cookie policy with this HTML."""
    url = f"{vendor.sites[0].url}cookies"
    return PolicyDocument(
        vendor=vendor.id,
        source=url,
        url=url,
        found_by="configured",
        fetched_at=datetime(2026, 1, 2, tzinfo=UTC),
        outcome=Outcome.OK,
        content_type="text/html",
        content=text.encode(),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _picture(colours: Sequence[tuple[int, int, int]], width: int = 640, height: int = 360) -> bytes:
    """A PNG of a plain page with a bar at its foot, as a banner is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    page, bar = (b"\x00" + bytes(colour) * width for colour in colours)
    lines = page * (height * 3 // 4) + bar * (height - height * 3 // 4)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def _shot(phase: Phase) -> Artifact:
    bar = (38, 50, 56) if phase is Phase.BEFORE_CHOICE else (238, 238, 232)
    content = _picture([(238, 238, 232), bar])
    return Artifact(sha256=hashlib.sha256(content).hexdigest(), mime="image/png", content=content)


_SHOTS = {phase: _shot(phase) for phase in Phase}


def artifacts(of: Visit) -> tuple[Artifact, ...]:
    """The pictures of a visit."""
    return tuple(_SHOTS[phase] for phase in dict.fromkeys(shot.phase for shot in of.screenshots))

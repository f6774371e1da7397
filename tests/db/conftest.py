"""Plausible records: two vendors with a policy, three scenarios each, and the audit of one run."""

from __future__ import annotations

import hashlib
import socket
import struct
import threading
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
import pytest
import uvicorn

from auditor import model as m
from db.site import framework
from db.site.serve import build_app
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from db.site.access import Access

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
BROWSER = m.BrowserFacts(
    name="chromium", version="142.0", headless=True, third_party_cookies="allowed", flags=("--no-sandbox",)
)
SITE = m.Site(url="https://office.vendor.example/", scope="web_portal", pages=("/pricing",))
VENDOR = m.Vendor(
    id="vendor",
    name="Vendor Office",
    owner="privacy@customer.example",
    cadence="7d",
    jurisdictions=("uk", "eu"),
    sites=(SITE,),
    policies=(m.PolicySource(url="https://www.vendor.example/privacy?page=3"),),
)
POLICY = (
    "Privacy policy\n\nWe use Category 1 and 2 Cookies on office.vendor.example. They are needed to sign you in.\n"
    "You can change your mind under Cookie Preferences in the footer."
)
SENTENCE = "We use Category 1 and 2 Cookies on office.vendor.example."
DIGEST = hashlib.sha256(POLICY.encode()).hexdigest()


def picture(width: int = 320, height: int = 200, colour: tuple[int, int, int] = (31, 78, 121)) -> bytes:
    """A valid PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = (b"\x00" + bytes(colour) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def value(raw: str = "a1b2c3d4e5f6a7b8") -> m.Value:
    return m.Value(
        length=len(raw), hash=hashlib.sha256(raw.encode()).hexdigest(), entropy=3.5, identifier=True, raw=raw
    )


def cookie(**changes: object) -> m.Cookie:
    known = m.Cookie(
        name="__adroll",
        domain="d.adroll.com",
        path="/",
        host_only=True,
        secure=True,
        http_only=False,
        same_site="None",
        partition_key=None,
        lifetime_seconds=34_560_000,
        declared_lifetime_seconds=63_072_000,
        expires=NOW + timedelta(days=400),
        party=m.Party.THIRD,
        phase=m.Phase.BEFORE_CHOICE,
        event=m.CookieEvent.SET,
        set_by=m.SetBy.HTTP,
        initiator="https://d.adroll.com/cm/index/out?advertisable=SECRET",
        initiator_chain=("https://s.adroll.com/j/roundtrip.js", SITE.url),
        at_ms=1840,
        in_jar=True,
        sent_to=("d.adroll.com",),
        value=value(),
    )
    return replace(known, **changes)


def request(**changes: object) -> m.Request:
    known = m.Request(
        url="https://d.adroll.com/cm/index/out?advertisable=SECRET&e=1",
        host="d.adroll.com",
        method="GET",
        resource_type="image",
        party=m.Party.THIRD,
        phase=m.Phase.BEFORE_CHOICE,
        at_ms=1790,
        initiator="https://s.adroll.com/j/roundtrip.js",
        initiator_chain=("https://s.adroll.com/j/roundtrip.js", SITE.url),
        status=200,
        beacon=m.Beacon.PIXEL,
        beacon_reason="image of 1 by 1 pixel",
        sets_cookies=("__adroll",),
        sent_cookies=(),
    )
    return replace(known, **changes)


AFTER = {
    m.Scenario.ACCEPT_ALL: (m.Phase.AFTER_ACCEPT, m.Wanted.ACCEPT),
    m.Scenario.REJECT_ALL: (m.Phase.AFTER_REJECT, m.Wanted.REJECT),
}


def visit(scenario: m.Scenario = m.Scenario.NO_CHOICE, **changes: object) -> m.Visit:
    phase, wanted = AFTER.get(scenario, (None, m.Wanted.NONE))
    chosen = m.Choice(wanted=m.Wanted.NONE, outcome=m.ChoiceOutcome.NONE)
    if phase is not None:
        chosen = m.Choice(
            wanted=wanted,
            outcome=m.ChoiceOutcome.DONE,
            proven=True,
            proof=("onetrust record", "banner stays away"),
            method="rules",
            clicks=("Accept all" if wanted is m.Wanted.ACCEPT else "Reject all",),
        )
    phases = (m.Phase.BEFORE_CHOICE, *((phase,) if phase else ()))
    shots = tuple(
        m.Screenshot(phase=each, page=SITE.url, sha256=hashlib.sha256(shot(each)).hexdigest(), kind=kind)
        for each, kind in zip(phases, (m.Picture.VIEWPORT, m.Picture.BANNER), strict=False)
    )
    cookies = [
        cookie(),
        cookie(name="session", domain="office.vendor.example", party=m.Party.FIRST, initiator=SITE.url),
    ]
    if phase is not None:
        cookies.append(cookie(phase=phase, event=m.CookieEvent.PRESENT, at_ms=9000))
    known = m.Visit(
        vendor=VENDOR.id,
        site=SITE.url,
        scenario=scenario,
        requested_url=SITE.url,
        final_url=SITE.url,
        outcome=m.Outcome.OK,
        title="Vendor Office",
        http_status=200,
        started_at=NOW,
        duration_ms=12_345,
        browser=BROWSER,
        pages=(SITE.url, "https://office.vendor.example/pricing"),
        banner=m.Banner(
            detected_by=("rules", "cmp"),
            cmp="onetrust",
            layers=2,
            accept_clicks=1,
            reject_clicks=2,
            pre_ticked=3,
            wall=False,
            text="We value your privacy.\nAccept all or manage.",
            language="en",
            box=(0.0, 600.5, 1280.0, 120.0),
            covers=0.25,
            scroll_locked=True,
            pay_option=True,
            switches=(
                m.BannerSwitch(label="Adverts", kind="check", layer=2, on=True, locked=False, essential=False),
                m.BannerSwitch(label="Needed", kind="radio", layer=2, on=None, locked=True, essential=True),
            ),
            prominence=m.Prominence(
                accept=m.ControlLook(
                    text="Accept all",
                    element="button",
                    layer=1,
                    box=(900.0, 640.0, 120.0, 40.5),
                    font_px=16.0,
                    font_weight=700,
                    contrast=7.5,
                    fill=4.5,
                    bordered=False,
                    underlined=False,
                ),
                reject=None,
                distance=None,
            ),
        ),
        choice=chosen,
        consent_signals=(
            m.ConsentSignal(
                kind="onetrust",
                phase=phase or m.Phase.BEFORE_CHOICE,
                raw="groups=C0001:1,C0004:0",
                granted=(m.Category.STRICTLY_NECESSARY,),
                denied=(m.Category.TARGETING,),
            ),
        ),
        declared_by_cmp=m.CmpDeclaration(cmp="onetrust"),
        cookies=tuple(cookies),
        storage=(
            m.StorageItem(
                kind=m.StorageKind.LOCAL,
                origin="https://office.vendor.example",
                key="_hjid",
                party=m.Party.FIRST,
                phase=m.Phase.BEFORE_CHOICE,
                initiator="https://static.hotjar.com/c/hotjar.js?sv=6",
                at_ms=2100,
                value=value("0f1e2d3c4b5a"),
            ),
        ),
        requests=(
            request(),
            request(url=SITE.url, host="office.vendor.example", resource_type="document", beacon=None),
        ),
        api_calls=(
            m.ApiCall(api="canvas.toDataURL", script="https://x.example/f.js", count=2, phase=m.Phase.BEFORE_CHOICE),
        ),
        controls=(
            m.Control(
                text="Cookie Preferences",
                url="https://office.vendor.example/#preferences",
                location="footer",
                page=SITE.url,
                phase=m.Phase.BEFORE_CHOICE,
            ),
        ),
        screenshots=shots,
        recordings=(m.Recording(kind=m.RecordingKind.HAR, sha256=hashlib.sha256(HAR).hexdigest()),) if shots else (),
        coverage=m.Coverage(collectors={"cookies": "ok", "storage": "partial: frame gone"}, not_observable=("vault",)),
    )
    return replace(known, **changes)


HAR = b'{"log": {"version": "1.2"}}'


def shot(phase: m.Phase) -> bytes:
    colours = {m.Phase.BEFORE_CHOICE: (31, 78, 121), m.Phase.AFTER_ACCEPT: (62, 121, 31)}
    return picture(colour=colours.get(phase, (121, 62, 31)))


def artifacts(of: m.Visit) -> tuple[m.Artifact, ...]:
    contents = {hashlib.sha256(shot(phase)).hexdigest(): shot(phase) for phase in m.Phase}
    contents[hashlib.sha256(HAR).hexdigest()] = HAR
    known = {each.sha256 for each in (*of.screenshots, *of.recordings)}
    return tuple(m.Artifact(sha256=digest, mime="image/png", content=contents[digest]) for digest in sorted(known))


def policy(**changes: object) -> m.PolicyDocument:
    known = m.PolicyDocument(
        vendor=VENDOR.id,
        source="https://www.vendor.example/privacy?page=3",
        url="https://www.vendor.example/privacy?page=3",
        found_by="configured",
        fetched_at=NOW,
        outcome=m.Outcome.OK,
        http_status=200,
        content_type="text/plain",
        content=POLICY.encode(),
        sha256=DIGEST,
    )
    return replace(known, **changes)


def quoted() -> m.QuotedDeclaration:
    start = POLICY.index(SENTENCE)
    return m.QuotedDeclaration(quote=SENTENCE, start=start, end=start + len(SENTENCE), url=policy().url, sha256=DIGEST)


def finding(**changes: object) -> m.Finding:
    known = m.Finding(
        fingerprint="",
        rule="undeclared_category",
        rule_version=1,
        severity=m.Severity.CRITICAL,
        confidence=0.95,
        vendor=VENDOR.id,
        site=SITE.url,
        subject="service:AdRoll",
        phase=m.Phase.BEFORE_CHOICE,
        title="Observed category is not declared",
        fact="AdRoll (targeting) was observed on this site, for which the policy declares categories 1 and 2.",
        category_observed=m.Category.TARGETING,
        service="AdRoll",
        declaration=quoted(),
        evidence=(m.EvidenceRef(kind="policy", url=policy().url, artifact_sha256=DIGEST),),
    )
    made = replace(known, **changes)
    identity = "|".join(map(str, (made.rule, made.vendor, made.site, made.subject)))
    return replace(made, fingerprint=made.fingerprint or hashlib.sha256(identity.encode()).hexdigest())


def item(**changes: object) -> m.ObservedItem:
    known = m.ObservedItem(
        subject="cookie:__adroll@d.adroll.com",
        site=SITE.url,
        kind="cookie",
        name="__adroll",
        domain="d.adroll.com",
        party=m.Party.THIRD,
        classification=m.Classification(
            category=m.Category.TARGETING,
            service="AdRoll",
            entity="NextRoll",
            layer=1,
            confidence=0.98,
            reason="known cookie of AdRoll",
            source="known_cookies",
            role="ads",
        ),
        seen_in=(
            (m.Scenario.NO_CHOICE, m.Phase.BEFORE_CHOICE),
            (m.Scenario.ACCEPT_ALL, m.Phase.BEFORE_CHOICE),
            (m.Scenario.ACCEPT_ALL, m.Phase.AFTER_ACCEPT),
            (m.Scenario.REJECT_ALL, m.Phase.AFTER_REJECT),
        ),
        lifetime_seconds=34_560_000,
        identifier=True,
    )
    return replace(known, **changes)


def declaration() -> m.PolicyDeclaration:
    quote = m.Quote(quote=SENTENCE, start=quoted().start, end=quoted().end)
    return m.PolicyDeclaration(
        document=m.DocumentFacts(
            id="vendor-privacy",
            vendor=VENDOR.id,
            kind="cookie_policy",
            language="en",
            url=policy().url,
            file=None,
            encoding="utf-8",
            sha256=DIGEST,
            text_basis="raw",
            text_length=len(POLICY),
        ),
        text=POLICY,
        last_updated=m.LastUpdated(date="2026-03", precision="month", raw="March 2026", evidence=()),
        disclosure_level=m.DisclosureLevel.CATEGORIES,
        scopes=(
            m.Scope(
                id="portal",
                kind="web_portal",
                name="Web portal",
                hosts=("office.vendor.example",),
                default=False,
                evidence=(quote,),
            ),
        ),
        categories=tuple(
            m.DeclaredCategory(
                id=category.value,
                canonical=category,
                covers=(category,),
                label=label,
                number=number,
                scope_ids=("portal",),
                basis="numbered",
                evidence=(quote,),
                confidence=0.95,
            )
            for category, label, number in (
                (m.Category.STRICTLY_NECESSARY, "Strictly Necessary", "1"),
                (m.Category.PERFORMANCE, "Performance", "2"),
            )
        ),
        consent=(
            m.ConsentMechanism(
                mechanism="preference_centre",
                label="Cookie Preferences",
                location="footer",
                url=None,
                grants="withdraw",
                scope_ids=(),
                evidence=(),
            ),
        ),
        silent_on=("retention",),
    )


def audit(run: int, **changes: object) -> m.Audit:
    known = m.Audit(
        vendor=VENDOR.id,
        run=run,
        sites_seen=(SITE.url,),
        findings=(
            finding(),
            finding(
                rule="before_choice",
                subject="cookie:__adroll@d.adroll.com",
                title="Non-essential item set before any choice",
                fact="__adroll (targeting) was set 1.84 s after the page began to load, before any choice.",
                declaration=None,
                evidence=(
                    m.EvidenceRef(
                        kind="cookie",
                        url=SITE.url,
                        at_ms=1840,
                        initiator="https://d.adroll.com/cm/index/out?advertisable=SECRET",
                    ),
                ),
            ),
        ),
        undecided=(
            m.Undecided(
                rule="after_reject",
                vendor=VENDOR.id,
                site=SITE.url,
                subject=None,
                reason="the choice to reject was not proven",
            ),
        ),
        items=(
            item(),
            item(
                subject="cookie:session@office.vendor.example",
                name="session",
                domain="office.vendor.example",
                party=m.Party.FIRST,
                classification=m.Classification(
                    category=m.Category.STRICTLY_NECESSARY,
                    layer=2,
                    confidence=0.8,
                    reason="session cookie",
                    exempt=True,
                ),
                lifetime_seconds=None,
                declared_category=m.Category.STRICTLY_NECESSARY,
                declared_as="Strictly Necessary",
                declaration=quoted(),
            ),
        ),
        declarations=(declaration(),),
    )
    return replace(known, **changes)


RULES = (
    m.RuleFacts(
        id="before_choice",
        version=1,
        title="Non-essential item set before any choice",
        severity=m.Severity.CRITICAL,
        legal_basis=("ePrivacy Directive art. 5(3)", "CJEU C-673/17 (Planet49)"),
        explanation="Loading a page is not consent.\n\nWhat is not strictly necessary waits for a choice.",
        fires_on="_ga in the jar before any choice",
        silent_on="a session cookie",
    ),
    m.RuleFacts(
        id="undeclared_category",
        version=1,
        title="Observed category is not declared",
        severity=m.Severity.CRITICAL,
        legal_basis=("GDPR art. 5(1)(a)", "GDPR art. 13"),
        explanation="A policy that names categories for a site names all of them.",
        fires_on="AdRoll on a portal that declares categories 1 and 2",
        silent_on="AdRoll on a website that declares category 4",
        heuristic=True,
    ),
)
PLAN = tuple(
    m.PlannedVisit(vendor=VENDOR.id, site=SITE.url, scenario=scenario)
    for scenario in (m.Scenario.NO_CHOICE, m.Scenario.ACCEPT_ALL, m.Scenario.REJECT_ALL)
)


@dataclass(frozen=True)
class Filled:
    """A database with one finished and audited run."""

    path: Path
    run: int


def start(store: Store, vendors: tuple[m.Vendor, ...] = (VENDOR,), plan: tuple[m.PlannedVisit, ...] = PLAN) -> int:
    return store.start_run(vendors, plan, tool_version="0.1.0", browser=BROWSER, settings={"concurrency": 4})


def fill(store: Store) -> int:
    run = start(store)
    for planned in PLAN:
        made = visit(planned.scenario)
        store.save_visit(run, made, artifacts(made))
    store.save_policy(run, policy())
    store.finish_run(run, m.RunStatus.COMPLETE)
    store.save_rules(RULES)
    visits = store.case_file(run, VENDOR.id).visits
    known = audit(run)
    first, second = known.findings
    shown = m.EvidenceRef(kind="screenshot", visit=visits[0].id, artifact_sha256=visits[0].screenshots[0].sha256)
    seen = replace(second, evidence=(*(replace(ref, visit=visits[0].id) for ref in second.evidence), shown))
    store.save_audit(replace(known, findings=(first, seen)))
    return run


@pytest.fixture
def records() -> SimpleNamespace:
    """The builders of this file: tests in other files cannot import them."""
    return SimpleNamespace(**{name: found for name, found in globals().items() if not name.startswith("_")})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "audit.db") as opened:
        yield opened


@pytest.fixture
def filled(tmp_path: Path) -> Filled:
    path = tmp_path / "audit.db"
    with Store(path) as opened:
        return Filled(path=path, run=fill(opened))


HOSTILE = (
    "<script>document.title='run'</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "a\x00b\u202egnp.exe\u2066c\ud800",
    '=HYPERLINK("https://evil.example","x")',
    "+1-1@x\t\r\n|cmd",
    "https://evil.example/?<b>=1' onmouseover='x",
    "W" * 100_000,
    "\t=1+1",
)
KEPT = frozenset({"vendor", "site", "fingerprint", "sha256", "id", "rule"})


def poisoned(record: object, text: str) -> object:
    """The record with every free text replaced; identities and addresses of stored things stay."""
    if isinstance(record, tuple):
        return tuple(text if type(each) is str else poisoned(each, text) for each in record)
    if isinstance(record, dict):
        return {text: text}
    if not is_dataclass(record) or isinstance(record, m.Value):
        return record
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    changed = {
        name: text if type(value) is str else poisoned(value, text)
        for name, value in values.items()
        if not (name in KEPT and isinstance(value, str))
    }
    return replace(record, **changed)


def fill_hostile(store: Store) -> int:
    """One vendor and one run for each hostile text, in every field that a site, a policy or a person fills."""
    for number, text in enumerate(HOSTILE):
        vendor = replace(poisoned(VENDOR, text), id=f"vendor-{number}", sites=(SITE,), cadence="7d")
        plan = tuple(replace(planned, vendor=vendor.id) for planned in PLAN)
        run = start(store, (vendor,), plan)
        for planned in PLAN:
            made = replace(poisoned(visit(planned.scenario), text), vendor=vendor.id, site=SITE.url)
            store.save_visit(run, made, artifacts(made))
        store.save_policy(run, replace(poisoned(policy(), text), vendor=vendor.id))
        store.finish_run(run, m.RunStatus.PARTIAL)
        first = store.case_file(run, vendor.id).visits[0].id
        known = poisoned(audit(run), text)
        refs = tuple(
            m.EvidenceRef(kind=kind, visit=first, url=text, at_ms=1840, initiator=text, artifact_sha256=DIGEST)
            for kind in ("cookie", "storage", "request", "policy", text)
        )
        findings = tuple(
            replace(each, vendor=vendor.id, fingerprint=f"{number:032x}{place:032x}", evidence=refs)
            for place, each in enumerate(known.findings)
        )
        items = tuple(replace(each, site=SITE.url) for each in known.items)
        undecided = tuple(replace(each, vendor=vendor.id) for each in known.undecided)
        store.save_audit(
            replace(
                known, vendor=vendor.id, sites_seen=(SITE.url,), findings=findings, items=items, undecided=undecided
            )
        )
        store.triage(findings[0].fingerprint, m.Status.ACKNOWLEDGED, actor=f"x{text}", note=text)
    store.save_rules(replace(poisoned(rule, HOSTILE[0]), id=rule.id) for rule in RULES)
    return len(HOSTILE)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "hostile.db"
    with Store(path) as opened:
        fill_hostile(opened)
    return path


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two runs, a failed visit, an accepted finding and one that is gone."""
    path = tmp_path_factory.mktemp("published") / "consent-audit.db"
    with Store(path) as opened:
        fill(opened)
        dead = replace(VENDOR, id="dead", name="Dead Host", sites=(m.Site(url="https://dead.example/"),), policies=())
        plan = (*PLAN, m.PlannedVisit(vendor="dead", site="https://dead.example/", scenario=m.Scenario.NO_CHOICE))
        run = start(opened, (VENDOR, dead), plan)
        for planned in PLAN:
            made = visit(planned.scenario)
            opened.save_visit(run, made, artifacts(made))
        failed = m.Visit(
            vendor="dead",
            site="https://dead.example/",
            scenario=m.Scenario.NO_CHOICE,
            requested_url="https://dead.example/",
            final_url=None,
            outcome=m.Outcome.UNREACHABLE,
            failure="the name does not resolve",
            started_at=NOW,
            duration_ms=30,
            browser=BROWSER,
            choice=m.Choice(wanted=m.Wanted.NONE, outcome=m.ChoiceOutcome.NONE),
        )
        opened.save_visit(run, failed, ())
        opened.save_policy(run, policy())
        opened.finish_run(run, m.RunStatus.PARTIAL)
        first = opened.case_file(run, "vendor").visits[0].id
        reference = m.EvidenceRef(kind="request", visit=first, url=request().url, at_ms=1790)
        tracker = finding(
            rule="tracker_before_choice", severity=m.Severity.HIGH, title="Tracker", evidence=(reference,)
        )
        opened.save_audit(audit(run, findings=(finding(), tracker), undecided=()))
        reason = m.Undecided(rule="before_choice", vendor="dead", site=None, subject=None, reason="unreachable")
        empty = m.Audit(
            vendor="dead", run=run, sites_seen=(), findings=(), undecided=(reason,), items=(), declarations=()
        )
        opened.save_audit(empty)
    return path


@contextmanager
def serving(path: Path, access: Access | None = None) -> Iterator[str]:
    """The site of a database on a free port of loopback; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(framework.application(build_app(path, access)), log_level="warning", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


@pytest.fixture(scope="session")
def site(published: Path) -> Iterator[httpx.Client]:
    with serving(published) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def hostile_site(hostile: Path) -> Iterator[httpx.Client]:
    with serving(hostile) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client

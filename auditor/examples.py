"""Small cases: the smallest visits, policies and vendors that show something.

The rules prove themselves on them, and tests vary them. Every field that does not matter to a case has a plain value;
whatever matters is given by name. Real names of services are used where classification matters.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from auditor.consent_strings import restate
from auditor.domains import host_of, party
from auditor.evidence import Evidence, gather
from auditor.identifiers import describe_value
from auditor.model import (
    ApiCall,
    Banner,
    BannerSwitch,
    BrowserFacts,
    Category,
    Choice,
    ChoiceOutcome,
    Claim,
    ConsentMechanism,
    ConsentSignal,
    Control,
    ControlLook,
    Cookie,
    CookieEvent,
    DeclaredCategory,
    DeclaredCookie,
    DeclaredParty,
    DeclaredService,
    DeclaredTechnology,
    DisclosureLevel,
    DocumentFacts,
    Duration,
    HostAlias,
    NameMatch,
    Outcome,
    Phase,
    Place,
    PolicyDeclaration,
    PolicyDocument,
    Quote,
    Request,
    Scenario,
    Scope,
    SetBy,
    SharedIdentifier,
    Site,
    Spelling,
    StorageItem,
    StorageKind,
    Vendor,
    Visit,
    Wanted,
)
from auditor.readings import PolicyReading, why_unread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.observed import Knowledge

#: A field of a record, by its name: as varied as the records themselves.
Field: TypeAlias = Any

SITE = "https://www.vendor.example/"
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
DAY = 86_400
CLIENT_ID = "GA1.1.1789654321.1767355200"
BROWSER = BrowserFacts(name="chromium", version="1", headless=True, third_party_cookies="allowed")

_WANTED = {
    Scenario.ACCEPT_ALL: Wanted.ACCEPT,
    Scenario.REJECT_ALL: Wanted.REJECT,
    Scenario.WITHDRAW: Wanted.WITHDRAW,
}
Observation = Cookie | StorageItem | Request | Control | SharedIdentifier | HostAlias | ApiCall


def cookie(name: str, domain: str = "vendor.example", **facts: Field) -> Cookie:
    """A cookie set by the page before any choice, for a year; ``value`` is its raw value, ``page`` the visited URL."""
    value = facts.pop("value", CLIENT_ID)
    page = facts.pop("page", SITE)
    lifetime = facts.pop("lifetime_seconds", 365 * DAY)
    basic = Cookie(
        name=name,
        domain=domain,
        path="/",
        host_only=False,
        secure=True,
        http_only=False,
        same_site="Lax",
        partition_key=None,
        lifetime_seconds=lifetime,
        declared_lifetime_seconds=None,
        expires=None,
        party=party(domain, page),
        phase=Phase.BEFORE_CHOICE,
        event=CookieEvent.SET,
        set_by=SetBy.HTTP,
        initiator=f"https://{domain}/",
        at_ms=400,
        in_jar=True,
        value=describe_value(value),
    )
    return replace(basic, **facts)


def storage(key: str, origin: str = "https://www.vendor.example", **facts: Field) -> StorageItem:
    """A localStorage entry there before any choice; ``value`` is its raw value."""
    value = facts.pop("value", CLIENT_ID)
    basic = StorageItem(
        kind=StorageKind.LOCAL,
        origin=origin,
        key=key,
        party=party(host_of(origin) or "", SITE),
        phase=Phase.BEFORE_CHOICE,
        initiator=None,
        at_ms=None,
        value=describe_value(value),
    )
    return replace(basic, **facts)


def request(url: str, **facts: Field) -> Request:
    """A script loaded before any choice; ``page`` is the visited URL."""
    host = host_of(url) or ""
    basic = Request(
        url=url,
        host=host,
        method="GET",
        resource_type="script",
        party=party(host, facts.pop("page", SITE)),
        phase=Phase.BEFORE_CHOICE,
        at_ms=300,
        initiator=SITE,
        status=200,
    )
    return replace(basic, **facts)


def shared(name: str, place: str, url: str, **facts: Field) -> SharedIdentifier:
    """A cookie's whole identifier as it is, in the query of a request before any choice."""
    basic = SharedIdentifier(
        item_kind="cookie",
        item_name=name,
        item_place=place,
        spelling=Spelling.PLAIN,
        whole=True,
        found_in=Place.QUERY,
        parameter="uid",
        url=url,
        host=host_of(url) or "",
        phase=Phase.BEFORE_CHOICE,
        at_ms=600,
        initiator=SITE,
    )
    return replace(basic, **facts)


def alias(host: str, *chain: str) -> HostAlias:
    """A host of the site and the names that its CNAME records lead to."""
    return HostAlias(host=host, chain=chain)


def api(name: str, script: str | None = "https://zq.example/a.js", **facts: Field) -> ApiCall:
    """A call of a browser API by a third party's script before any choice."""
    return replace(ApiCall(api=name, script=script, count=1, phase=Phase.BEFORE_CHOICE), **facts)


def control(text: str, location: str = "footer", **facts: Field) -> Control:
    """A link in the footer."""
    basic = Control(text=text, url=None, location=location, page=SITE, phase=Phase.BEFORE_CHOICE)
    return replace(basic, **facts)


def banner(**facts: Field) -> Banner:
    """A banner on which accepting and rejecting take one click each."""
    basic = Banner(
        detected_by=("heuristic",),
        cmp=None,
        layers=1,
        accept_clicks=1,
        reject_clicks=1,
        pre_ticked=0,
        wall=False,
        text="We use cookies.",
        language="en",
        box=None,
    )
    return replace(basic, **facts)


def switch(label: str, *, on: bool, **facts: Field) -> BannerSwitch:
    """A check box on the first layer of a banner that a visitor can change."""
    basic = BannerSwitch(label=label, kind="check", layer=1, on=on, locked=False, essential=False)
    return replace(basic, **facts)


def look(text: str, **facts: Field) -> ControlLook:
    """A filled button on the first layer, with text that is easily read."""
    basic = ControlLook(
        text=text,
        element="button",
        layer=1,
        box=(40.0, 600.0, 120.0, 40.0),
        font_px=16.0,
        font_weight=400,
        contrast=8.0,
        fill=4.0,
        bordered=False,
        underlined=False,
    )
    return replace(basic, **facts)


def choice(scenario: Scenario, outcome: ChoiceOutcome = ChoiceOutcome.DONE, *, proven: bool = True) -> Choice:
    """The choice that a scenario asks for, made and proven unless said otherwise."""
    wanted = _WANTED.get(scenario, Wanted.NONE)
    if wanted is Wanted.NONE:
        return Choice(wanted=wanted, outcome=ChoiceOutcome.NONE)
    done = outcome is ChoiceOutcome.DONE
    return Choice(wanted=wanted, outcome=outcome, proven=proven and done, proof=("record",) if proven and done else ())


def signal(kind: str, raw: str, phase: Phase = Phase.BEFORE_CHOICE) -> ConsentSignal:
    """A consent record as it was seen in a phase, with what it grants and denies."""
    said = restate(kind, raw)
    return ConsentSignal(kind=kind, phase=phase, raw=raw, granted=said.granted, denied=said.denied)


def visit(scenario: Scenario = Scenario.NO_CHOICE, *seen: Observation, **facts: Field) -> Visit:
    """A good visit of the one site, on a page with a banner, with what was seen in it.

    A scenario's choice was made and proven unless ``choice`` says otherwise.
    """
    site = facts.get("site", SITE)
    basic = Visit(
        vendor="vendor",
        site=site,
        scenario=scenario,
        requested_url=site,
        final_url=site,
        outcome=Outcome.OK,
        started_at=NOON,
        duration_ms=9000,
        browser=BROWSER,
        pages=(site,),
        banner=banner(),
        choice=choice(scenario),
        cookies=tuple(one for one in seen if isinstance(one, Cookie)),
        storage=tuple(one for one in seen if isinstance(one, StorageItem)),
        requests=tuple(one for one in seen if isinstance(one, Request)),
        controls=tuple(one for one in seen if isinstance(one, Control)),
        shared_identifiers=tuple(one for one in seen if isinstance(one, SharedIdentifier)),
        aliases=tuple(one for one in seen if isinstance(one, HostAlias)),
        api_calls=tuple(one for one in seen if isinstance(one, ApiCall)),
    )
    return replace(basic, **facts)


def visits(*seen: Observation, **facts: Field) -> tuple[Visit, ...]:
    """All three usual scenarios, each with what was seen in it by phase: ``before_choice`` is seen in all of them.

    Visits begin in fresh browsers: an identifier is another one in each, and any other value the same.
    """
    phases = {
        Scenario.NO_CHOICE: {Phase.BEFORE_CHOICE},
        Scenario.ACCEPT_ALL: {Phase.BEFORE_CHOICE, Phase.AFTER_ACCEPT},
        Scenario.REJECT_ALL: {Phase.BEFORE_CHOICE, Phase.AFTER_REJECT},
    }
    return tuple(
        visit(scenario, *(_afresh(one, scenario) for one in seen if _phase(one) in wanted), **facts)
        for scenario, wanted in phases.items()
    )


def _phase(seen: Observation) -> Phase:
    return Phase.BEFORE_CHOICE if isinstance(seen, HostAlias) else seen.phase


def _afresh(seen: Observation, scenario: Scenario) -> Observation:
    if not isinstance(seen, Cookie | StorageItem) or not seen.value.identifier:
        return seen
    other = hashlib.sha256(f"{seen.value.hash} {scenario}".encode()).hexdigest()
    return replace(seen, value=replace(seen.value, hash=other))


# -------------------------------------------------------------------------------------------- policies


def quote(text: str = "our words", start: int = 0) -> Quote:
    """A passage of a policy."""
    return Quote(quote=text, start=start, end=start + len(text))


def scope(identity: str = "site", kind: str = "website", hosts: Sequence[str] = (), *, default: bool = True) -> Scope:
    """A scope of a policy."""
    return Scope(id=identity, kind=kind, name=identity, hosts=tuple(hosts), default=default, evidence=(quote(),))


def category(canonical: Category, *scope_ids: str, **facts: Field) -> DeclaredCategory:
    """A declared category, of the scope ``site`` unless others are given."""
    basic = DeclaredCategory(
        id=canonical.value,
        canonical=canonical,
        covers=(canonical,),
        label=canonical.value.replace("_", " "),
        scope_ids=scope_ids or ("site",),
        basis="heading",
        evidence=(quote(canonical.value),),
        confidence=0.95,
    )
    return replace(basic, **facts)


def service(name: str, declared: Category | None = None, **facts: Field) -> DeclaredService:
    """A third party that the policy names, under the label of its category where one is given."""
    label = None if declared is None else declared.value
    basic = DeclaredService(
        name=name, category=declared, category_label=label, evidence=(quote(name),), confidence=0.95
    )
    return replace(basic, **facts)


def duration(kind: str = "not_stated", seconds: int | None = None, **facts: Field) -> Duration:
    """A declared lifetime in seconds."""
    return replace(Duration(raw=None, kind=kind, seconds=seconds), **facts)


def listed(name: str, declared: Category | None = None, **facts: Field) -> DeclaredCookie:
    """A cookie that the policy lists, by its exact name or, with ``*`` in it, by a wildcard."""
    basic = DeclaredCookie(
        name=name,
        match=NameMatch(kind="glob" if "*" in name else "exact", pattern=name),
        category=declared,
        category_basis="none" if declared is None else "stated",
        duration=duration(),
        party=DeclaredParty.NOT_STATED,
        basis="table",
        evidence=(quote(name),),
        confidence=0.97,
    )
    return replace(basic, **facts)


def technology(name: str) -> DeclaredTechnology:
    """A technology that the policy says is used."""
    return DeclaredTechnology(name=name, declared=True, evidence=(quote(name),))


def mechanism(label: str | None, location: str | None = "footer", **facts: Field) -> ConsentMechanism:
    """A control that the policy promises."""
    basic = ConsentMechanism(
        mechanism="preference_centre",
        label=label,
        location=location,
        url=None,
        grants="accept_reject",
        scope_ids=("site",),
        evidence=(quote(label or "preferences"),),
    )
    return replace(basic, **facts)


def claim(kind: str, subject: Category | str | None = None, *tests: str, **facts: Field) -> Claim:
    """A testable statement, absolute unless said otherwise, about a category or about all of the document."""
    about_category = isinstance(subject, Category)
    basic = Claim(
        id="cl1",
        type=kind,
        subject_kind="category" if about_category else "document",
        subject_value=subject,
        strength="absolute",
        tests=tests or ("cookie_inventory",),
        scope_ids=("site",),
        evidence=(quote(kind),),
        confidence=0.9,
    )
    return replace(basic, **facts)


def declaration(level: DisclosureLevel = DisclosureLevel.UNDIFFERENTIATED, **facts: Field) -> PolicyDeclaration:
    """A policy that was read; it has one scope, ``site``, that names no host."""
    text = facts.pop("text", "We use cookies.")
    basic = PolicyDeclaration(
        document=DocumentFacts(
            id="policy",
            vendor="vendor",
            kind="privacy_policy",
            language=facts.pop("language", "en"),
            url=None,
            file=None,
            encoding="utf-8",
            sha256="0" * 64,
            text_basis="raw",
            text_length=len(text),
        ),
        text=text,
        last_updated=None,
        disclosure_level=level,
        scopes=(scope(),),
    )
    return replace(basic, **facts)


def document(**facts: Field) -> PolicyDocument:
    """A policy document as fetched; its content is not kept."""
    basic = PolicyDocument(
        vendor="vendor",
        source=f"{SITE}privacy",
        url=f"{SITE}privacy",
        found_by="configured",
        fetched_at=NOON,
        outcome=Outcome.OK,
        sha256="0" * 64,
    )
    return replace(basic, **facts)


def reading(declared: PolicyDeclaration | None = None, **facts: Field) -> PolicyReading:
    """A policy document and what became of it: read when a declaration is given."""
    fetched = document(**facts)
    return PolicyReading(fetched, declared, None if declared else why_unread(fetched))


# -------------------------------------------------------------------------------------------- evidence


def vendor(*sites: Site, **facts: Field) -> Vendor:
    """A vendor, of the one site unless others are given."""
    return replace(Vendor(id="vendor", name="Vendor", sites=sites or (Site(url=SITE),)), **facts)


def evidence(
    seen: Sequence[Visit],
    *policies: PolicyDeclaration | PolicyReading,
    knowledge: Knowledge,
    of: Vendor | None = None,
) -> Evidence:
    """The evidence of visits and policies, of the one vendor unless another is given."""
    readings = [one if isinstance(one, PolicyReading) else reading(one) for one in policies]
    return gather(of or vendor(), seen, readings, knowledge)

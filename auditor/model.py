"""The vocabulary: every record and enumeration that the rooms exchange.

Records are frozen. Observations hold facts only; judgements are made later and elsewhere. Times are timezone-aware
UTC, hosts are lower case without a leading dot, absence is ``None`` and never the empty string.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


# --------------------------------------------------------------------------------------------- words


class Category(StrEnum):
    """Purpose of an item, numbered 1 to 4 as in the ICC UK cookie guide; ``None`` elsewhere means unknown."""

    STRICTLY_NECESSARY = "strictly_necessary"
    PERFORMANCE = "performance"
    FUNCTIONAL = "functional"
    TARGETING = "targeting"
    UNCLASSIFIED = "unclassified"


TRACKING = frozenset({Category.PERFORMANCE, Category.TARGETING})
"""What trackers are for: measuring and advertising."""


class Scenario(StrEnum):
    """What the visitor does."""

    NO_CHOICE = "no_choice"
    ACCEPT_ALL = "accept_all"
    REJECT_ALL = "reject_all"
    WITHDRAW = "withdraw"
    GPC = "gpc"


class Phase(StrEnum):
    """When in a visit something was seen, relative to the visitor's choice."""

    BEFORE_CHOICE = "before_choice"
    AFTER_ACCEPT = "after_accept"
    AFTER_REJECT = "after_reject"
    AFTER_WITHDRAWAL = "after_withdrawal"


class Outcome(StrEnum):
    """How a visit ended. Only ``ok`` carries evidence about the vendor's site."""

    OK = "ok"
    BLOCKED = "blocked"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    HTTP_ERROR = "http_error"
    CRASHED = "crashed"
    REFUSED = "refused"
    FAILED = "failed"


class Wanted(StrEnum):
    """The choice that a scenario asks for."""

    NONE = "none"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"


class ChoiceOutcome(StrEnum):
    """What became of the wanted choice."""

    NONE = "none"
    DONE = "done"
    NO_BANNER = "no_banner"
    NO_ACCEPT = "no_accept"
    NO_REJECT = "no_reject"
    NO_CONTROL = "no_control"
    FAILED = "failed"


class Party(StrEnum):
    """Relation of a host to the visit's final URL, by registrable domain."""

    FIRST = "first"
    THIRD = "third"


class DeclaredParty(StrEnum):
    """Party as a policy states it."""

    FIRST = "first"
    THIRD = "third"
    BOTH = "both"
    NOT_STATED = "not_stated"


class CookieEvent(StrEnum):
    """What happened to a cookie. ``present``: it was there before the phase and still is at its end."""

    SET = "set"
    CHANGED = "changed"
    DELETED = "deleted"
    BLOCKED = "blocked"
    PRESENT = "present"


class SetBy(StrEnum):
    """Who wrote a cookie, as far as it was seen."""

    HTTP = "http"
    SCRIPT = "script"
    UNKNOWN = "unknown"


class StorageKind(StrEnum):
    """Browser storage other than cookies."""

    LOCAL = "local"
    SESSION = "session"
    INDEXEDDB = "indexeddb"
    CACHE = "cache"


class Beacon(StrEnum):
    """Kinds of requests that report rather than render."""

    PIXEL = "pixel"
    SENDBEACON = "sendbeacon"
    PING = "ping"
    KEEPALIVE = "keepalive"
    XHR = "xhr"
    WEBSOCKET = "websocket"


class Spelling(StrEnum):
    """How an identifier was written into a request that was not meant for its owner."""

    PLAIN = "plain"
    URL_ENCODED = "url_encoded"
    BASE64 = "base64"
    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"


class Place(StrEnum):
    """The part of a request in which something stood."""

    PATH = "path"
    QUERY = "query"
    FRAGMENT = "fragment"
    BODY = "body"
    HEADER = "header"


class Picture(StrEnum):
    """What a screenshot shows: what is in sight, the whole page, or the consent banner alone."""

    VIEWPORT = "viewport"
    FULL = "full"
    BANNER = "banner"


class RecordingKind(StrEnum):
    """Files that hold more of a visit. ``har``: an HTTP Archive 1.2."""

    HAR = "har"


class Severity(StrEnum):
    """For triage only; most severe first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Presence(StrEnum):
    """A finding's life across runs; belongs to the auditor."""

    NEW = "new"
    PERSISTING = "persisting"
    GONE = "gone"
    RETURNED = "returned"


class Status(StrEnum):
    """What people decided about a finding; belongs to people."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    FIXED = "fixed"
    FALSE_POSITIVE = "false_positive"


class RunStatus(StrEnum):
    """How far a run got.

    ``partial``: it ended, but some visits are not ``ok``. ``failed``: none of them is, or it was given up.
    """

    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


class DisclosureLevel(StrEnum):
    """How much a policy says about cookies (POLICY_SCHEMA: silent < ... < cookie_list)."""

    SILENT = "silent"
    MENTION_ONLY = "mention_only"
    UNDIFFERENTIATED = "undifferentiated"
    CATEGORIES = "categories"
    COOKIE_LIST = "cookie_list"


# ----------------------------------------------------------------------------------------- vendors


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One audited address of a vendor.

    ``url`` is the configured URL and the site's identity in findings; ``scope`` binds it to a policy's scope
    (``website``, ``web_portal``, ``app`` ...); ``pages`` are paths or URLs that are always visited.
    """

    url: str
    scope: str | None = None
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySource:
    """Where a vendor's policy is: exactly one of ``url`` and ``file`` (an absolute path) is given."""

    url: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """The audited company. No ``policies`` means that they are to be discovered."""

    id: str
    name: str
    owner: str | None = None
    cadence: str | None = None
    jurisdictions: tuple[str, ...] = ()
    sites: tuple[Site, ...] = ()
    policies: tuple[PolicySource, ...] = ()


# ------------------------------------------------------------------------------------ observations


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserFacts:
    """The browser of a visit; ``third_party_cookies`` (``allowed`` or ``blocked``) was proven at start-up."""

    name: str
    version: str
    headless: bool
    third_party_cookies: str
    user_agent: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What is kept of a cookie's or storage item's value.

    ``hash`` is the hex SHA-256 of the value's UTF-8 bytes while a visit lasts and a hash keyed per installation once
    stored; ``entropy`` is Shannon entropy in bits per character; ``raw`` exists only when a person asked for it.
    """

    length: int
    hash: str
    entropy: float
    identifier: bool
    raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """One write event (or ``present`` sighting) of a cookie in one phase of a visit.

    ``lifetime_seconds`` and ``expires`` are what the browser stored (``None``: session); ``declared_lifetime_seconds``
    is what the Set-Cookie header or script asked for, before the browser's 400-day clamp, where that was seen.
    ``at_ms`` counts from the visit's start. ``initiator`` for ``set_by`` http is the response's URL, for script the
    script on top of the stack; ``initiator_chain`` runs from there to the page. ``in_jar``: held by the jar at the
    end of the phase (the same on every entry of one cookie in one phase). ``sent_to``: hosts it was sent to in it.
    """

    name: str
    domain: str
    path: str
    host_only: bool
    secure: bool
    http_only: bool
    same_site: str | None
    partition_key: str | None
    lifetime_seconds: int | None
    declared_lifetime_seconds: int | None
    expires: datetime | None
    party: Party
    phase: Phase
    event: CookieEvent
    blocked_reasons: tuple[str, ...] = ()
    set_by: SetBy
    initiator: str | None
    initiator_chain: tuple[str, ...] = ()
    at_ms: int
    in_jar: bool
    sent_to: tuple[str, ...] = ()
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageItem:
    """One key seen in browser storage in one phase; for IndexedDB and Cache API the database or cache name.

    ``origin`` is a serialised origin (scheme, host, port); ``initiator`` the script that wrote it, where seen.
    """

    kind: StorageKind
    origin: str
    key: str
    party: Party
    phase: Phase
    initiator: str | None
    at_ms: int | None
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that reached the wire. ``beacon_reason`` says why it is called a beacon.

    ``url`` is complete while the visit lasts; once stored, query values are dropped and only names remain.
    ``party`` compares registrable domains with the visit's final URL.
    """

    url: str
    host: str
    method: str
    resource_type: str
    party: Party
    phase: Phase
    at_ms: int
    initiator: str | None
    initiator_chain: tuple[str, ...] = ()
    status: int | None
    beacon: Beacon | None = None
    beacon_reason: str | None = None
    sets_cookies: tuple[str, ...] = ()
    sent_cookies: tuple[str, ...] = ()
    from_service_worker: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedIdentifier:
    """An identifier of a cookie or storage entry that was seen in a request to a host of another registrable domain.

    ``item_kind``, ``item_name`` and ``item_place`` name the item: ``cookie``, its name and its domain; or ``local`` or
    ``session``, its key and its origin. ``whole`` is False where only a part of the value was seen (the client number
    of ``GA1.2.X.Y``, a field of a JSON value). ``parameter`` is the name of the query parameter, header or body field
    that carried it, where it has one. Of the same item, host and phase the first sighting is kept. ``host`` is never
    of the visit's own site; whether it belongs to the item's owner is not judged here. ``url`` as in ``Request``.
    """

    item_kind: str
    item_name: str
    item_place: str
    spelling: Spelling
    whole: bool
    found_in: Place
    parameter: str | None
    url: str
    host: str
    phase: Phase
    at_ms: int
    initiator: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAlias:
    """A first-party host and the names that its DNS CNAME records lead to, in order; empty where it has none.

    A host that could not be looked up has no record: that it has no alias was not observed.
    """

    host: str
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """Calls of one browser API by one script in one phase."""

    api: str
    script: str | None
    count: int
    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A link or button seen on a page, kept because of where it stands (footer, banner) or what its text is about.

    ``text`` is at most 120 characters, white space folded. ``location``: ``footer``, ``banner`` or ``page``.
    """

    text: str
    url: str | None
    location: str
    page: str
    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLook:
    """How a control of a banner looks, as the browser renders it. Lengths and ``box`` are CSS pixels of the viewport.

    ``element`` is its tag name (``button``, ``a`` ...); ``layer`` is where it stands, 1 the first. ``contrast`` is the
    WCAG 2 contrast ratio (1 to 21) of its text against its background, ``fill`` that of its own background against
    what is around it (1 = no fill of its own); both are ``None`` over a picture. ``bordered``: it has a visible frame.
    """

    text: str
    element: str
    layer: int
    box: tuple[float, float, float, float]
    font_px: float
    font_weight: int
    contrast: float | None
    fill: float | None
    bordered: bool
    underlined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Prominence:
    """The controls that make both choices most directly; ``None`` where none was seen.

    ``distance`` is that between their centres in CSS pixels, where both stand on one layer.
    """

    accept: ControlLook | None
    reject: ControlLook | None
    distance: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerSwitch:
    """A switch, checkbox or radio button of a banner before anybody touched it.

    ``kind`` is ``check`` or ``radio``; ``on`` is ``None`` where its state cannot be read; ``locked``: a visitor cannot
    change it; ``essential``: its label says that it is necessary.
    """

    label: str
    kind: str
    layer: int
    on: bool | None
    locked: bool
    essential: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """A consent banner as found. ``box`` is x, y, width, height in CSS pixels of the viewport.

    ``detected_by`` holds ``rules``, ``cmp`` and/or ``heuristic``; ``accept_clicks``/``reject_clicks`` count the clicks
    that choice takes, ``None`` where no way was found; ``pre_ticked`` counts non-essential switches that are on
    before the visitor acts; ``wall``: the page cannot be used without choosing. ``covers`` is the share of the viewport
    (0 to 1) where the page cannot be reached, ``scroll_locked``: the page does not scroll, ``pay_option``: paying is
    offered instead of accepting. What stands on deeper layers is known only after they were opened.
    """

    detected_by: tuple[str, ...]
    cmp: str | None
    layers: int
    accept_clicks: int | None
    reject_clicks: int | None
    pre_ticked: int
    wall: bool
    text: str
    language: str | None
    box: tuple[float, float, float, float] | None
    covers: float = 0.0
    scroll_locked: bool = False
    pay_option: bool = False
    switches: tuple[BannerSwitch, ...] = ()
    prominence: Prominence | None = None

    @property
    def shows_switches(self) -> bool:
        """Whether a switch is in sight on the first layer."""
        return any(switch.layer == 1 for switch in self.switches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The choice that was made, and the independent signs that prove it. Nothing wanted: empty and unproven."""

    wanted: Wanted
    outcome: ChoiceOutcome
    proven: bool = False
    proof: tuple[str, ...] = ()
    method: str | None = None
    clicks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSignal:
    """A consent record as decoded in one phase; ``raw`` is the encoded record (it holds choices, not identities)."""

    kind: str
    phase: Phase
    raw: str
    granted: tuple[Category, ...] = ()
    denied: tuple[Category, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CmpDeclaration:
    """What the CMP itself declares, in the shapes of a policy declaration."""

    cmp: str
    cookies: tuple[DeclaredCookie, ...] = ()
    services: tuple[DeclaredService, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Screenshot:
    """A picture of a phase; ``sha256`` addresses the artifact."""

    phase: Phase
    page: str
    sha256: str
    kind: Picture = Picture.VIEWPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file that holds more of a visit; ``sha256`` addresses the artifact."""

    kind: RecordingKind
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Per collector ``ok``, ``partial: why`` or ``failed: why``; and what could not be observed."""

    collectors: Mapping[str, str] = field(default_factory=dict)
    not_observable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One scenario played on one site. ``id`` is the store's, ``None`` until stored.

    ``site`` is the configured URL; ``party`` of everything inside is relative to ``final_url``.
    """

    id: int | None = None
    vendor: str
    site: str
    scenario: Scenario
    repetition: int = 1
    attempt: int = 1
    requested_url: str
    final_url: str | None
    outcome: Outcome
    failure: str | None = None
    title: str | None = None
    http_status: int | None = None
    started_at: datetime
    duration_ms: int
    browser: BrowserFacts | None
    pages: tuple[str, ...] = ()
    banner: Banner | None = None
    choice: Choice
    consent_signals: tuple[ConsentSignal, ...] = ()
    declared_by_cmp: CmpDeclaration | None = None
    cookies: tuple[Cookie, ...] = ()
    storage: tuple[StorageItem, ...] = ()
    requests: tuple[Request, ...] = ()
    shared_identifiers: tuple[SharedIdentifier, ...] = ()
    aliases: tuple[HostAlias, ...] = ()
    api_calls: tuple[ApiCall, ...] = ()
    controls: tuple[Control, ...] = ()
    screenshots: tuple[Screenshot, ...] = ()
    recordings: tuple[Recording, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Bytes kept as evidence, addressed by their SHA-256."""

    sha256: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """A policy as fetched, or the record that it could not be.

    ``outcome`` is ``ok`` when ``content`` is a document; else ``failure`` says what happened. ``problem`` is set when
    the document came but is not a readable policy: ``too_large``, ``binary``, ``empty``, ``login``. ``source`` is the
    configured URL or file or the discovered URL, ``found_by`` one of ``configured``, ``link``, ``usual_path``,
    ``sitemap``, ``hreflang``; ``tried`` lists all that was looked at when nothing was found (then ``source`` is None).
    """

    vendor: str
    source: str | None
    url: str | None
    found_by: str
    fetched_at: datetime
    outcome: Outcome
    failure: str | None = None
    problem: str | None = None
    http_status: int | None = None
    content_type: str | None = None
    content: bytes | None = None
    sha256: str | None = None
    tried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVisit:
    """A visit that a run has planned: identity (vendor, site URL, scenario, repetition, counted from 1)."""

    vendor: str
    site: str
    scenario: Scenario
    repetition: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One crawl. ``settings`` are the [crawl] and [network] values in force, by key.

    ``knowledge`` names what items were to be judged by: lists and tables with their SHA-256 or date, by name.
    ``resumed`` counts how often it was interrupted and gone on with.
    """

    id: int
    started_at: datetime
    finished_at: datetime | None
    status: RunStatus
    tool_version: str
    browser: BrowserFacts | None
    settings: Mapping[str, Any]
    planned: int
    stored: int
    knowledge: Mapping[str, str] = field(default_factory=dict)
    resumed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything stored about one vendor in one run: the input of an audit."""

    run: Run
    vendor: Vendor
    visits: tuple[Visit, ...]
    policies: tuple[PolicyDocument, ...]


# ---------------------------------------------------------------------------------- declarations
# These mirror policy-declaration/1 field by field; see the schema for the meaning of codes.


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The vendor's own words: ``text[start:end]`` of the document, in Unicode code points, end exclusive."""

    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A declared lifetime in seconds; ``kind`` as in policy-declaration/1 (fixed, session, range, not_stated ...)."""

    raw: str | None
    kind: str
    seconds: int | None = None
    min_seconds: int | None = None
    max_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastUpdated:
    """The date a policy gives itself; ``date`` is ISO 8601 in the given precision."""

    date: str
    precision: str
    raw: str
    evidence: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a part of a policy is about; ``hosts`` as written, lower case, ``*.`` allowed."""

    id: str
    kind: str
    name: str
    hosts: tuple[str, ...]
    default: bool
    evidence: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCategory:
    """A cookie category as the policy declares it."""

    id: str
    canonical: Category
    alternatives: tuple[Category, ...] = ()
    covers: tuple[Category, ...]
    subtype: str | None = None
    label: str
    number: str | None = None
    heading: str | None = None
    scope_ids: tuple[str, ...]
    in_use: str = "yes"
    consent: str = "not_stated"
    party: DeclaredParty = DeclaredParty.NOT_STATED
    purposes: tuple[str, ...] = ()
    basis: str
    evidence: tuple[Quote, ...]
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredService:
    """A third party that the policy names; ``category`` is None where it is named without one."""

    name: str
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    category: Category | None
    alternatives: tuple[Category, ...] = ()
    category_label: str | None = None
    scope_ids: tuple[str, ...] = ()
    party: DeclaredParty = DeclaredParty.NOT_STATED
    role: str = "list"
    evidence: tuple[Quote, ...]
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NameMatch:
    """How a declared name matches observed ones: ``exact``, ``glob`` (``*``) or ``host``. Case-sensitive."""

    kind: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCookie:
    """A cookie or storage item that the policy lists by name."""

    name: str
    aliases: tuple[str, ...] = ()
    match: NameMatch
    storage: str = "cookie"
    host: str | None = None
    provider: str | None = None
    service: str | None = None
    category: Category | None
    alternatives: tuple[Category, ...] = ()
    category_label: str | None = None
    category_basis: str = "none"
    purpose: str | None = None
    duration: Duration
    party: DeclaredParty = DeclaredParty.NOT_STATED
    scope_ids: tuple[str, ...] = ()
    basis: str
    evidence: tuple[Quote, ...]
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredTechnology:
    """A technology (``web_beacons``, ``local_storage`` ...) that the policy says is used."""

    name: str
    declared: bool
    evidence: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentMechanism:
    """A way to choose or to refuse that the policy promises; ``label`` are the words of the control."""

    mechanism: str
    label: str | None
    location: str | None
    url: str | None
    grants: str
    scope_ids: tuple[str, ...]
    evidence: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """A statement about cookie lifetimes outside tables."""

    subject: str
    duration: Duration
    evidence: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A testable statement; ``tests`` name what a crawl can look at."""

    id: str
    type: str
    subject_kind: str
    subject_value: str | None
    strength: str
    tests: tuple[str, ...]
    scope_ids: tuple[str, ...]
    evidence: tuple[Quote, ...]
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two places of a policy that disagree, with both quotes."""

    kind: str
    subject: str
    note: str
    evidence: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """What the reader knows of the document itself. ``text_basis``: ``raw`` or ``html-text/1``."""

    id: str
    vendor: str | None
    kind: str
    language: str
    url: str | None
    file: str | None
    encoding: str
    sha256: str
    text_basis: str
    text_length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDeclaration:
    """What one policy document declares (policy-declaration/1). ``text`` is what the quotes' offsets count in."""

    document: DocumentFacts
    text: str
    last_updated: LastUpdated | None
    disclosure_level: DisclosureLevel
    scopes: tuple[Scope, ...] = ()
    categories: tuple[DeclaredCategory, ...] = ()
    services: tuple[DeclaredService, ...] = ()
    cookies: tuple[DeclaredCookie, ...] = ()
    technologies: tuple[DeclaredTechnology, ...] = ()
    consent: tuple[ConsentMechanism, ...] = ()
    retention: tuple[Retention, ...] = ()
    claims: tuple[Claim, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    silent_on: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


# -------------------------------------------------------------------------------------- judgements


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """What an observed item is, and how we know.

    ``layer`` is the knowledge layer that answered (1 name and domain, 2 name, 3 Open Cookie Database, 4 owner of the
    host or URL, 5 heuristics, 6 unknown); ``role`` the host's role where layer 4 answered (``tag_manager``,
    ``collect``, ``ads``, ``cdn`` ...). ``exempt``: consent record, load balancing, CSRF, fraud or bot protection.
    """

    category: Category | None
    also_declared_as: tuple[Category, ...] = ()
    service: str | None = None
    entity: str | None = None
    layer: int
    confidence: float
    reason: str
    source: str | None = None
    role: str | None = None
    exempt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedDeclaration:
    """A quote as a finding shows it: with the document it stands in."""

    quote: str
    start: int
    end: int
    url: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedItem:
    """An item as published: its identity on a site, what it is, where it was seen and how the policy declares it.

    ``kind``: ``cookie``, ``local``, ``session``, ``indexeddb``, ``cache`` or ``request`` (then ``name`` is the host);
    ``domain`` a host or origin; ``seen_in`` lists (scenario, phase) pairs.
    """

    subject: str
    site: str
    kind: str
    name: str
    domain: str
    party: Party
    classification: Classification
    seen_in: tuple[tuple[Scenario, Phase], ...]
    lifetime_seconds: int | None
    identifier: bool
    declared_category: Category | None = None
    declared_as: str | None = None
    declaration: QuotedDeclaration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRef:
    """Points at a piece of stored evidence. ``kind``: cookie, storage, request, banner, visit, policy, screenshot."""

    kind: str
    visit: int | None = None
    url: str | None = None
    at_ms: int | None = None
    initiator: str | None = None
    artifact_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule's answer about one subject: what was measured.

    ``severity`` None takes the rule's own. ``hard`` is False when the match rests on inferred knowledge only.
    """

    subject: str
    fact: str
    site: str | None = None
    phase: Phase | None = None
    severity: Severity | None = None
    category_observed: Category | None = None
    category_declared: Category | None = None
    service: str | None = None
    declaration: QuotedDeclaration | None = None
    evidence: tuple[EvidenceRef, ...] = ()
    confidence: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A match with its rule, vendor and fingerprint; ``presence`` and what follows are filled by the store.

    ``visits_hit`` of ``visits_total``: in how many repetitions of the run it was seen, of those that could decide it.
    """

    fingerprint: str
    rule: str
    rule_version: int
    severity: Severity
    confidence: float
    vendor: str
    site: str | None
    subject: str
    phase: Phase | None
    title: str
    fact: str
    category_observed: Category | None = None
    category_declared: Category | None = None
    service: str | None = None
    declaration: QuotedDeclaration | None = None
    evidence: tuple[EvidenceRef, ...] = ()
    visits_hit: int = 1
    visits_total: int = 1
    presence: Presence | None = None
    status: Status = Status.OPEN
    first_seen: datetime | None = None
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody decided about a finding: ``actor`` is a person, or the file of waivers; ``until`` a last day."""

    at: datetime
    actor: str
    status: Status
    note: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """What a rule could not decide, and why."""

    rule: str
    vendor: str
    site: str | None
    subject: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """A rule as published: its explanation comes from its docstring. ``heuristic``: its findings are hints."""

    id: str
    version: int
    title: str
    severity: Severity
    legal_basis: tuple[str, ...]
    explanation: str
    fires_on: str
    silent_on: str
    heuristic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The judgement of one vendor in one run; deterministic in its case file and the tool's version.

    ``sites_seen`` are the sites with at least one good visit: a finding of another site is never called gone.
    """

    vendor: str
    run: int
    sites_seen: tuple[str, ...]
    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...]
    items: tuple[ObservedItem, ...]
    declarations: tuple[PolicyDeclaration, ...]


# ------------------------------------------------------------------------------------------ errors


class ConsentAuditError(Exception):
    """Base of every error that a user may see; its text says what to do."""


class ConfigError(ConsentAuditError):
    """Invalid configuration. ``problems`` lists all of them, each beginning with its path."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class PolicyError(ConsentAuditError):
    """A policy document cannot be read. ``problem`` is one of ``too_large``, ``binary``, ``empty``, ``login``."""

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(message)
        self.problem = problem


class BrowserError(ConsentAuditError):
    """No usable browser."""


class StoreError(ConsentAuditError):
    """The database cannot be used: newer schema, read-only, full disk, not a database."""


class VisitError(ConsentAuditError):
    """A visit ended without evidence. ``outcome`` says how."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome

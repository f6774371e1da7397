"""Every record comes back as it was, but for what the database reduces on purpose."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor import model as m
from db import judgement_rows, visit_rows
from db.connection import installation_key
from db.reduction import clean, clean_lines, keyed_hash, reduce_link, reduce_url, storable
from db.store import Store

CONTENT = b"a picture"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
NAMES = {"datetime": datetime, "Mapping": Mapping, "Any": typing.Any}
PLAIN = {
    str: TEXT
    | st.sampled_from(["https://u:p@a.example/x/1234567890?b=1&c#d", "javascript:alert(1)", "=1+1", "\u202ea\x00"]),
    int: st.integers(-(2**63) + 1, 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    datetime: st.datetimes(timezones=st.just(UTC)),
    Mapping[str, str]: st.dictionaries(TEXT, TEXT, max_size=3),
    m.Screenshot: st.builds(
        m.Screenshot,
        phase=st.sampled_from(m.Phase),
        page=TEXT,
        sha256=st.just(DIGEST),
        kind=st.sampled_from(m.Picture),
    ),
    m.Recording: st.builds(m.Recording, kind=st.sampled_from(m.RecordingKind), sha256=st.just(DIGEST)),
}

URLS = {
    (m.Cookie, "path"),
    (m.Cookie, "partition_key"),
    (m.Cookie, "initiator"),
    (m.Cookie, "initiator_chain"),
    (m.StorageItem, "origin"),
    (m.StorageItem, "initiator"),
    (m.Request, "url"),
    (m.Request, "initiator"),
    (m.Request, "initiator_chain"),
    (m.SharedIdentifier, "url"),
    (m.SharedIdentifier, "initiator"),
    (m.ApiCall, "script"),
    (m.Control, "page"),
    (m.Screenshot, "page"),
    (m.Visit, "requested_url"),
    (m.Visit, "final_url"),
    (m.Visit, "pages"),
    (m.EvidenceRef, "initiator"),
}
WHOLE = {
    (m.Quote, "quote"),
    (m.QuotedDeclaration, "quote"),
    (m.QuotedDeclaration, "url"),
    (m.PolicyDocument, "source"),
    (m.PolicyDocument, "url"),
    (m.Undecided, "site"),
}
LINES = {
    (m.Banner, "text"),
    (m.Finding, "fact"),
    (m.Undecided, "reason"),
    (m.RuleFacts, "explanation"),
    (m.RuleFacts, "fires_on"),
    (m.RuleFacts, "silent_on"),
}


def strategy(hint: object) -> st.SearchStrategy:
    """As `st.from_type`, with bounded text and numbers, and with the names that the model imports for checking only."""
    if hint in PLAIN:
        return PLAIN[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return st.lists(strategy(arguments[0]), max_size=2).map(tuple)
        return st.tuples(*map(strategy, arguments))
    if origin is not None or arguments:
        return st.one_of(*(strategy(argument) for argument in arguments))
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint, localns=NAMES)
        return st.builds(hint, **{field.name: strategy(hints[field.name]) for field in dataclasses.fields(hint)})
    return st.from_type(hint)


def reducer(kind: type, name: str):
    if (kind, name) in URLS:
        return reduce_url
    if (kind, name) in WHOLE:
        return storable
    if (kind, name) in LINES:
        return clean_lines
    return reduce_link if (kind, name) == (m.Control, "url") else clean


def reduced(found: object, key: bytes = b"", way=clean) -> object:
    """What the database is to keep of a record."""
    if isinstance(found, m.Value):
        return dataclasses.replace(found, raw=None, hash=keyed_hash(key, found.hash))
    if isinstance(found, m.BrowserFacts) and found.user_agent == "":
        found = dataclasses.replace(found, user_agent=None)
    if dataclasses.is_dataclass(found):
        fields = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
        return dataclasses.replace(
            found, **{name: reduced(value, key, reducer(type(found), name)) for name, value in fields.items()}
        )
    if isinstance(found, Mapping):
        return {clean(name): clean(value) for name, value in found.items()}
    if isinstance(found, tuple):
        return tuple(reduced(value, key, way) for value in found)
    return way(found) if type(found) is str else found


SHARED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    with Store(tmp_path_factory.mktemp("store") / "audit.db") as store:
        yield store


@SHARED
@given(found=strategy(m.Visit))
def test_visits(lasting, records, found):
    again = abs(found.repetition) % 1000 + 1
    found = dataclasses.replace(found, id=None, vendor="vendor", site=records.SITE.url, repetition=again)
    planned = {"vendor": "vendor", "site": records.SITE.url, "scenario": found.scenario, "repetition": again}
    plan = (m.PlannedVisit(**planned),)
    run = records.start(lasting, plan=plan)
    visit_id = lasting.save_visit(run, found, [m.Artifact(sha256=DIGEST, mime="image/png", content=CONTENT)])
    (back,) = lasting.case_file(run, "vendor").visits
    assert back == dataclasses.replace(
        reduced(found, installation_key(lasting.path)), id=visit_id, site=records.SITE.url
    )
    assert json.dumps(dataclasses.asdict(back), default=str)


@SHARED
@given(found=strategy(m.PolicyDocument), content=st.none() | st.binary(max_size=50))
def test_policies(lasting, records, found, content):
    found = dataclasses.replace(found, vendor="vendor", content=content)
    run = records.start(lasting)
    lasting.save_policy(run, found)
    assert lasting.policies_of(run, "vendor") == (reduced(found),)


@SHARED
@given(found=strategy(m.Finding), reference=strategy(m.EvidenceRef))
def test_findings(lasting, records, found, reference):
    run = records.start(lasting)
    reference = dataclasses.replace(reference, visit=None)
    site = records.SITE.url if found.site else None
    made = dataclasses.replace(found, vendor="vendor", fingerprint=f"f{run}", site=site, evidence=(reference,))
    lasting.save_audit(records.audit(run, findings=(made,)))
    (back,) = lasting.findings(run=run, rule=clean(made.rule))
    url = reference.url
    if url is not None:
        url = storable(url) if reference.kind == "policy" else reduce_url(url)
    wanted = dataclasses.replace(
        reduced(made),
        evidence=(dataclasses.replace(reduced(reference), url=url),),
        site=site,
        presence=m.Presence.NEW,
        status=m.Status.OPEN,
        first_seen=lasting.run(run).started_at,
        last_seen=lasting.run(run).started_at,
    )
    assert back == wanted
    lasting.save_audit(records.audit(run, findings=()))


@SHARED
@given(found=strategy(m.ObservedItem), undecided=strategy(m.Undecided))
def test_items_and_undecided(lasting, records, found, undecided):
    run = records.start(lasting)
    found = dataclasses.replace(found, site=records.SITE.url)
    undecided = dataclasses.replace(undecided, vendor="vendor")
    lasting.save_audit(records.audit(run, items=(found,), undecided=(undecided,), findings=()))
    assert lasting.items(run, "vendor") == (dataclasses.replace(reduced(found), site=records.SITE.url),)
    assert lasting.undecided(run) == (reduced(undecided),)


@SHARED
@given(found=strategy(m.PolicyDeclaration))
def test_any_declaration_can_be_stored(lasting, records, found):
    run = records.start(lasting)
    lasting.save_audit(records.audit(run, declarations=(found,), findings=()))
    assert lasting.check() == ()


@SHARED
@given(found=strategy(m.RuleFacts))
def test_rules(found):
    assert judgement_rows.rule_from_row(judgement_rows.rule_to_row(found)) == reduced(found)


@SHARED
@given(found=strategy(m.Vendor))
def test_vendors(found):
    assert visit_rows.vendor_from_json(visit_rows.vendor_to_json(found)) == found


@SHARED
@given(found=strategy(m.CmpDeclaration))
def test_declarations_of_consent_platforms(found):
    assert visit_rows.cmp_from_json(visit_rows.cmp_to_json(found)) == reduced(found)


@SHARED
@given(text=TEXT | PLAIN[str])
def test_reductions_of_the_reduced_change_nothing(text):
    for reduction in (clean, clean_lines, storable, reduce_url, reduce_link):
        assert reduction(reduction(text)) == reduction(text)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/x?b=1&c=2#f", "https://a.example/x?b=&c="),
        ("https://u:p@a.example/p;jsessionid=A/q", "https://a.example/p;jsessionid=/q"),
        ("https://www.googletagmanager.com/gtag/js?id=G-ABC123", "https://www.googletagmanager.com/gtag/js?id=G-"),
        (
            "https://www.googletagmanager.com/gtag/js?id=AW-12&cx=c",
            "https://www.googletagmanager.com/gtag/js?id=AW-&cx=",
        ),
        ("https://www.googletagmanager.com/gtag/js?id=G-a@b.example", "https://www.googletagmanager.com/gtag/js?id="),
        ("https://www.googletagmanager.com/gtag/js?cid=G-ABC123", "https://www.googletagmanager.com/gtag/js?cid="),
        ("https://a.example/gtag/js?id=G-ABC123", "https://a.example/gtag/js?id="),
        ("https://a.example/?eyJhbGciOiJIUzI1NiIsInR5cCI6", "https://a.example/?~"),
        (
            "https://a.example/static/main.8f3a2b4c5d6e7f8091a2b3.js",
            "https://a.example/static/main.8f3a2b4c5d6e7f8091a2b3.js",
        ),
        ("https://a.example/u/GA1.1.1234567890.170/px.gif", "https://a.example/u/~/px.gif"),
        ("https://a.example/6f1c1f0e-1b2c-4d5e-8f90-a1b2c3d4e5f6", "https://a.example/~"),
        ("data:image/gif;base64,R0lGOD", "data:image/gif"),
        ("blob:https://a.example/6f1c1f0e-1b2c-4d5e-8f90-a1b2c3d4e5f6", "blob:https://a.example/~"),
        ("mailto:a@b.example", "mailto:"),
        ("about:blank", "about:blank"),
        ("/privacy?page=3", "/privacy?page="),
    ],
)
def test_urls_lose_what_may_be_personal(url, kept):
    assert reduce_url(url) == kept


def test_long_strings_are_cut_with_their_digest():
    kept = clean("x" * 100_000)
    assert len(kept) == 8_192
    assert kept.endswith(f"…[100000 characters, sha256 {hashlib.sha256(b'x' * 100_000).hexdigest()[:16]}]")
    assert clean("a\u202eb\x00c\nd") == "a\\u202eb\\u0000c\\u000ad"
    assert clean_lines("a\u202eb\nc") == "a\\u202eb\nc"

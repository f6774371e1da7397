"""The observation record: the contract's keys exactly, valid against its schema, and free of observed values."""

from __future__ import annotations

import importlib.resources
import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from auditor.classify import bundled
from auditor.identifiers import describe_value
from auditor.model import (
    ApiCall,
    Banner,
    BannerSwitch,
    BrowserFacts,
    Category,
    Choice,
    ChoiceOutcome,
    CmpDeclaration,
    ConsentSignal,
    ControlLook,
    Cookie,
    CookieEvent,
    Coverage,
    DeclaredCookie,
    Duration,
    NameMatch,
    Outcome,
    Party,
    Phase,
    Prominence,
    Request,
    Scenario,
    SetBy,
    StorageItem,
    StorageKind,
    Visit,
    Wanted,
)
from crawler.cli.redaction import MARK, Redactor
from crawler.cli.visit_json import visit_to_json

SECRET = "GA1.2.1830471952.1764000000"
STORED = "b7c1f0aa-52de-4f4e-9c53-1f6b0a2f9e11"
PIXEL = f"https://www.google-analytics.com/collect?cid={SECRET}&u=a%2Fb&x={STORED}"
CONTRACT = {
    "record": "schema url final_url scenario outcome failure title http_status started_at duration_ms browser pages "
    "banner choice consent_signals declared_by_cmp cookies storage requests api_calls coverage",
    "browser": "name version headless third_party_cookies",
    "banner": "detected_by cmp layers accept_clicks reject_clicks pre_ticked wall text language box "
    "covers scroll_locked pay_option switches prominence",
    "choice": "wanted outcome proven proof method clicks",
    "consent_signals": "kind phase raw granted denied",
    "declared_by_cmp": "cmp cookies services",
    "cookies": "name domain path host_only secure http_only same_site partition_key lifetime_seconds expires party "
    "phase event blocked_reasons set_by initiator initiator_chain at_ms in_jar value_length value_sha256 identifier "
    "category service confidence reason source",
    "storage": "kind origin key party phase initiator value_length identifier "
    "category service confidence reason source",
    "requests": "url host method resource_type party phase at_ms initiator initiator_chain status beacon sets_cookies "
    "sent_cookies from_service_worker category service confidence reason source",
    "api_calls": "api script count phase",
    "coverage": "collectors not_observable",
}


@pytest.fixture(scope="module")
def schema() -> Any:
    """The published schema of the record."""
    return json.loads(importlib.resources.files("crawler.cli").joinpath("visit.schema.json").read_text("utf-8"))


def a_visit(**changes: Any) -> Visit:
    """A visit with one of everything, played with raw values kept."""
    cookie = Cookie(
        name="_ga",
        domain="a.example",
        path="/",
        host_only=False,
        secure=False,
        http_only=False,
        same_site=None,
        partition_key=None,
        lifetime_seconds=63072000,
        declared_lifetime_seconds=None,
        expires=datetime(2028, 1, 1, tzinfo=UTC),
        party=Party.FIRST,
        phase=Phase.BEFORE_CHOICE,
        event=CookieEvent.SET,
        set_by=SetBy.SCRIPT,
        initiator="https://www.googletagmanager.com/gtag/js?id=G-1",
        initiator_chain=("https://www.googletagmanager.com/gtag/js?id=G-1", "https://www.a.example/"),
        at_ms=200,
        in_jar=True,
        value=describe_value(SECRET, keep_raw=True),
    )
    item = StorageItem(
        kind=StorageKind.LOCAL,
        origin="https://www.a.example",
        key="visitor",
        party=Party.FIRST,
        phase=Phase.BEFORE_CHOICE,
        initiator=f"https://cdn.example/{STORED}/tag.js",
        at_ms=None,
        value=describe_value(STORED, keep_raw=True),
    )
    request = Request(
        url=PIXEL,
        host="www.google-analytics.com",
        method="GET",
        resource_type="image",
        party=Party.THIRD,
        phase=Phase.BEFORE_CHOICE,
        at_ms=250,
        initiator=f"https://cdn.example/{STORED}/tag.js",
        status=200,
    )
    declared = DeclaredCookie(
        name="_ga",
        match=NameMatch(kind="exact", pattern="_ga"),
        category=Category.PERFORMANCE,
        duration=Duration(raw=None, kind="not_stated"),
        basis="table",
        evidence=(),
        confidence=0.9,
    )
    everything = {
        "vendor": "a",
        "site": "https://www.a.example/",
        "scenario": Scenario.ACCEPT_ALL,
        "requested_url": "https://www.a.example/",
        "final_url": "https://www.a.example/",
        "outcome": Outcome.OK,
        "title": "A",
        "http_status": 200,
        "started_at": datetime(2026, 11, 22, tzinfo=UTC),
        "duration_ms": 5000,
        "browser": BrowserFacts(name="c", version="1", headless=True, third_party_cookies="allowed"),
        "pages": ("https://www.a.example/",),
        "banner": Banner(
            detected_by=("rules",),
            cmp="klaro",
            layers=1,
            accept_clicks=1,
            reject_clicks=None,
            pre_ticked=0,
            wall=False,
            text="Cookies?",
            language="en",
            box=(0, 0, 10, 10),
            covers=0.5,
            switches=(BannerSwitch(label="Ads", kind="check", layer=2, on=True, locked=False, essential=False),),
            prominence=Prominence(
                accept=ControlLook(
                    text="Yes",
                    element="button",
                    layer=1,
                    box=(1, 2, 30, 4),
                    font_px=16,
                    font_weight=400,
                    contrast=21,
                    fill=None,
                    bordered=True,
                    underlined=False,
                ),
                reject=None,
                distance=None,
            ),
        ),
        "choice": Choice(wanted=Wanted.ACCEPT, outcome=ChoiceOutcome.DONE, proven=True, proof=("record",), method="r"),
        "consent_signals": (
            ConsentSignal(kind="klaro", phase=Phase.AFTER_ACCEPT, raw="{}", granted=(Category.TARGETING,)),
        ),
        "declared_by_cmp": CmpDeclaration(cmp="klaro", cookies=(declared,)),
        "cookies": (cookie,),
        "storage": (item,),
        "requests": (request,),
        "api_calls": (ApiCall(api="canvas.toDataURL", script=PIXEL, count=2, phase=Phase.BEFORE_CHOICE),),
        "coverage": Coverage(collectors={"cookies": "ok"}, not_observable=("workers",)),
    }
    return Visit(**{**everything, **changes})


@pytest.mark.parametrize("part", CONTRACT)
def test_the_keys_are_the_contracts(part: str) -> None:
    record = visit_to_json(a_visit(), bundled())
    found = record if part == "record" else record[part]
    assert list(found[0] if isinstance(found, list) else found) == CONTRACT[part].split()


@pytest.mark.parametrize("raw", [False, True])
def test_the_schema_holds(schema: Any, raw: bool) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(visit_to_json(a_visit(), bundled(), raw=raw), schema)
    nothing = a_visit(
        final_url=None,
        outcome=Outcome.UNREACHABLE,
        failure="no such host",
        title=None,
        http_status=None,
        browser=None,
        pages=(),
        banner=None,
        declared_by_cmp=None,
        cookies=(),
        storage=(),
        requests=(),
    )
    jsonschema.validate(visit_to_json(nothing, bundled(), raw=raw), schema)


def test_the_schema_is_closed(schema: Any) -> None:
    record = visit_to_json(a_visit(), bundled())
    record["cookies"][0]["raw_value"] = SECRET
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, schema)


def test_observed_values_are_printed_on_request_only() -> None:
    printed = json.dumps(visit_to_json(a_visit(), bundled()))
    assert SECRET not in printed
    assert STORED not in printed
    record = visit_to_json(a_visit(), bundled(), raw=True)
    assert record["cookies"][0]["value"] == SECRET
    assert record["storage"][0]["value"] == STORED
    assert record["storage"][0]["initiator"] == f"https://cdn.example/{STORED}/tag.js"
    assert record["requests"][0]["url"] == PIXEL


def test_what_items_are_is_joined_in() -> None:
    record = visit_to_json(a_visit(), bundled())
    assert (record["cookies"][0]["category"], record["cookies"][0]["service"]) == ("performance", "Google Analytics")
    assert (record["requests"][0]["category"], record["requests"][0]["service"]) == ("performance", "Google Analytics")
    assert (record["storage"][0]["category"], record["storage"][0]["source"]) == ("performance", "inferred")
    assert record["declared_by_cmp"]["cookies"][0]["category"] == "performance"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (PIXEL, f"https://www.google-analytics.com/collect?cid={MARK}&u=a%2Fb&x={MARK}"),
        (f"https://x.example/{STORED}/a", f"https://x.example/{MARK}/a"),
        (f"https://x.example/#{STORED}", f"https://x.example/#{MARK}"),
        ("https://x.example", "https://x.example"),
        ("https://x.example/?a=1", "https://x.example/?a=1"),
        ("about:blank", "about:blank"),
        ("", ""),
    ],
)
def test_redaction(url: str, expected: str) -> None:
    assert Redactor(a_visit()).url(url) == expected


@pytest.mark.parametrize(
    ("value", "url", "expected"),
    [
        ("a b/c+d&e", "https://x.example/?v=a%20b%2Fc%2Bd%26e", f"https://x.example/?v={MARK}"),
        ("a b/c+d&e", "https://x.example/?v=a+b%2Fc%2Bd%26e", f"https://x.example/?v={MARK}"),
        ("a%20b%2Fcdef", "https://x.example/?v=a%20b%2Fcdef", f"https://x.example/?v={MARK}"),
        ("a%20b%2Fcdef", "https://x.example/?v=a b/cdef", f"https://x.example/?v={MARK}"),
        ("www.x.example", "https://www.x.example/?h=www.x.example", f"https://www.x.example/?h={MARK}"),
        ("products", "https://x.example/products?p=products", f"https://x.example/products?p={MARK}"),
        ("short", "https://x.example/?v=short", "https://x.example/?v=short"),
    ],
)
def test_spellings_of_a_value(value: str, url: str, expected: str) -> None:
    cookie = a_visit().storage[0]
    item = StorageItem(
        kind=cookie.kind,
        origin=cookie.origin,
        key=cookie.key,
        party=cookie.party,
        phase=cookie.phase,
        initiator=None,
        at_ms=None,
        value=describe_value(value, keep_raw=True),
    )
    assert Redactor(a_visit(cookies=(), storage=(item,))).url(url) == expected

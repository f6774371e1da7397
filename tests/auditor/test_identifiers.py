"""Shapes of identifiers, and of what is none."""

from __future__ import annotations

import hashlib
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import cookie_facts
from auditor.identifiers import describe_value, entropy, looks_like_identifier

IDENTIFIERS = {
    "ga": "GA1.2.1234567890.1700000000",
    "ga with a small random part": "GA1.1.84321.1700000000",
    "ga with an early random part": "GA1.1.84321745.1700000000",
    "fbp": "fb.1.1596403881668.1116446470",
    "fbp that looks like two times": "fb.1.1700000000000.1690000000",
    "gcl_au": "1.1.1234567890.1700000000",
    "uuid": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "uuid in json": '{"prefs":true,"id":"0F8FAD5B-D9CB-469F-A165-70867728950E"}',
    "hubspotutk": "b1946ac92492d2347c6235b4d2611184",
    "adroll": "5dfc3f8a9b2e4c1d8f7a6b5c4d3e2f1a-a_1700000000",
    "base36": "k3j9x0qz1mb4",
    "base64url": "Zx9-Qw2rT7_yUb4LpKc8Vn1Md",
    "percent-encoded uuid": "%7B%22u%22%3A%220f8fad5b-d9cb-469f-a165-70867728950e%22%7D",
    "hotjar user": "eyJpZCI6IjNmMmIxYzRkLTVlNmYtNzg5MC1hYmNkLWVmMDEyMzQ1Njc4OSIsImNyZWF0ZWQiOjE3MDAwMDAwMDAwMDB9",
    "jwt with a random signature": "eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3MDAwMDAwMDB9.k3J9x0Qz1mB4aT7rW2pYc8",
    "what only begins like encoded json": "eyJ_-_-k3j9x0qz1mb4",
    "a number too large for a time": "99123456789012",
}

OTHERS = {
    "ga4 session, times only": "GS1.1.1700000000.1.1.1700000123.52.0.0",
    "empty": "",
    "flag": "true",
    "counter": "12",
    "language": "en-GB",
    "seconds": "1700000000",
    "milliseconds": "1700000000000",
    "microseconds": "1700000000123456",
    "iso time": "2026-11-22T06:28:53.123Z",
    "basic iso time": "20261122T062853Z",
    "calendar stamp": "20261122062853",
    "version": "v2.14.0-rc.1",
    "words": "cookie-banner-dismissed",
    "camel case": "OptInAnalyticsStorage",
    "camel case with a number": "GoogleAnalytics4Enabled",
    "size of a screen": "1920x1080x24",
    "words and numbers": "checkout2024step3",
    "settings": '{"theme":"dark","updated":1700000000000,"open":["menu","footer"]}',
    "base64 settings": "eyJ0aGVtZSI6ImRhcmsiLCJmb250Ijoic2VyaWYifQ==",
    "consent of klaro": "%7B%22google-analytics%22%3Atrue%2C%22adroll%22%3Afalse%7D",
    "consent of tarteaucitron": "!adrollsvc=wait!gasvc=true",
    "url": "https://www.ooma.example/small-business/phone-systems?plan=pro",
    "address": "192.168.100.200",
    "coordinates": "51.5073509,-0.1277583",
    "repeated digit": "00000000000000000000",
    "repeated letter": "aaaaaaaaaaaaaaaaaaaaaaaa",
    "nil uuid": "00000000-0000-0000-0000-000000000000",
    "two dates": "2026-11-22|2027-11-22",
}


@pytest.mark.parametrize("raw", IDENTIFIERS.values(), ids=IDENTIFIERS)
def test_identifiers(raw: str) -> None:
    assert looks_like_identifier(raw)


@pytest.mark.parametrize("raw", OTHERS.values(), ids=OTHERS)
def test_other_values(raw: str) -> None:
    assert not looks_like_identifier(raw)


@pytest.mark.parametrize(
    ("alphabet", "length", "least"),
    [
        (string.ascii_letters + string.digits, 16, 0.9),
        (string.ascii_letters + string.digits, 24, 0.97),
        (string.ascii_lowercase + string.digits, 12, 0.75),
        (string.ascii_lowercase + string.digits, 24, 0.97),
        ("0123456789abcdef", 16, 0.99),
        ("0123456789", 20, 0.99),
    ],
)
def test_most_random_tokens_are_seen(alphabet: str, length: int, least: float) -> None:
    source = random.Random(20261122)
    tokens = ["".join(source.choices(alphabet, k=length)) for _ in range(1000)]
    assert sum(map(looks_like_identifier, tokens)) >= 1000 * least


def test_names_are_not_taken_for_values() -> None:
    names = [row.pattern for row in cookie_facts()]
    assert [name for name in names if looks_like_identifier(name)] == ["chkChromeAb67Sec"]


def test_description_keeps_no_value() -> None:
    value = describe_value("GA1.2.1234567890.1700000000")
    assert value.length == 27
    assert value.hash == hashlib.sha256(b"GA1.2.1234567890.1700000000").hexdigest()
    assert value.identifier
    assert value.raw is None


def test_description_keeps_the_value_on_demand() -> None:
    assert describe_value("dark", keep_raw=True).raw == "dark"


def test_entropy() -> None:
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abab") == 1
    assert entropy("0123456789abcdef") == 4


def test_long_values_are_judged_by_their_beginning() -> None:
    assert not looks_like_identifier("word " * 1000 + "0f8fad5b-d9cb-469f-a165-70867728950e")
    assert describe_value("a" * 5_000_000).length == 5_000_000


@given(st.text() | st.text(alphabet="eyJ%0123456789abcdefXYZ-_.=/+", max_size=200))
def test_any_text_is_described(text: str) -> None:
    value = describe_value(text)
    assert value.length == len(text)
    assert value.entropy >= 0


def test_lone_surrogates_are_described() -> None:
    assert describe_value("\ud800").length == 1

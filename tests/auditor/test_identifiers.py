"""Shapes of identifiers, and of what is none."""

from __future__ import annotations

import hashlib
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import cookie_facts
from auditor.identifiers import (
    describe_value,
    entropy,
    identifying_parts,
    looks_like_identifier,
    unique_values,
)

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
    "address of a hashed file": "https://www.vendor.example/assets/3f2b1c4d5e6f7890abcd.js?v=k3j9x0qz1mb4",
    "address in json": '{"next":"https:\\/\\/www.vendor.example\\/3f2b1c4d5e6f7890abcd","n":2}',
    "measurement account": "G-7K2XQ9LM4B",
    "accounts": "GTM-K3J9X0Q,UA-1234567890-12,AW-9912345678",
    "digest of a file": "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC",
    "consent string": "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA.YAAAAAAAAAAA",
    "currency and language": "EUR|de-DE|Europe/Berlin",
    "bucket of a test": "exp_checkout_v2=variant-b;exp_hero=control",
    "feature flags": '{"newCheckout":true,"betaSearch":false,"rollout":25}',
    "counter of a session": "pages=14&visits=3&last=1764000000",
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
    assert [name for name in names if looks_like_identifier(name)] == [
        "chkChromeAb67Sec",
        "i18nextLng",
        "KHcl0EuY7AKSMgfvHl7J5E7hPtK",
        "HaC80bwXscjqZ7KM6VOxULOB534",
        "cwrClyrK4LoCV1fydGbAxiNL6iG",
    ]


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


PARTS = {
    "GA1.2.1830471952.1764000000": [("GA1.2.1830471952.1764000000", True), ("1830471952.1764000000", False)],
    '"k3j9x0qz1mb4"': [("k3j9x0qz1mb4", True)],
    "9f3a1b7c": [("9f3a1b7c", True)],
    '{"at":1764000000000,"id":"0f8fad5b-d9cb-469f-a165-70867728950e","notes":["' + "word " * 60 + '"]}': [
        ("0f8fad5b-d9cb-469f-a165-70867728950e", False)
    ],
    "eyJ1aWQiOiJrM2o5eDBxejFtYjQifQ==": [
        ("eyJ1aWQiOiJrM2o5eDBxejFtYjQifQ==", True),
        ("k3j9x0qz1mb4", False),
    ],
}
NO_PARTS = (
    "", "1", "true", "checkout", "iphone12", "windows10", "1764000000000", "12345678", "2024abcd", "accepted",
    "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA", "https://www.vendor.example/3f2b1c4d5e6f7890abcd", "1920x1080",
)  # fmt: skip


@pytest.mark.parametrize("raw", PARTS)
def test_what_identifies_in_a_value(raw: str) -> None:
    assert list(identifying_parts(raw)) == PARTS[raw]


@pytest.mark.parametrize("raw", NO_PARTS)
def test_nothing_identifies(raw: str) -> None:
    assert identifying_parts(raw) == ()


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_parts_are_long_enough_for_any_text(raw: str) -> None:
    assert all(len(part) >= 8 for part, _ in identifying_parts(raw))


def test_a_second_visit_tells_configuration_from_identity() -> None:
    build, first, second = map(
        describe_value, ("k3j9x0qz1mb4", "b1946ac92492d2347c6235b4d2611184", "9" + "8a7b6c5d4e" * 3)
    )
    flag = describe_value("variant-b")
    assert unique_values([[build]]) == {build.hash}
    assert unique_values([[build], [build]]) == frozenset()
    assert unique_values([[build, first], [build, second]]) == {first.hash, second.hash}
    assert unique_values([[flag, first], [flag, first], [flag, second]]) == {second.hash}
    assert unique_values([[first, first, first]]) == {first.hash}
    assert unique_values([]) == frozenset()

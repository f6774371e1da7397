"""Hosts, registrable domains and parties."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.domains import host_of, normal_host, party, registrable_domain, same_site, suffix_list_date
from auditor.model import Party


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Ooma.CO.uk/pricing?x=1#y", "www.ooma.co.uk"),
        ("http://office.ooma.example:8790/", "office.ooma.example"),
        ("wss://Ws.Hotjar.com/api", "ws.hotjar.com"),
        ("https://user:secret@host.example/", "host.example"),
        ("https://host.example./", "host.example"),
        ("blob:https://host.example/0f8fad5b-d9cb-469f-a165-70867728950e", "host.example"),
        ("https://münchen.de/", "xn--mnchen-3ya.de"),
        ("https://FAß.de/", "xn--fa-hia.de"),
        ("https://例え。テスト/", "xn--r8jz45g.xn--zckzah"),
        ("http://127.0.0.1:8790/", "127.0.0.1"),
        ("http://[2001:DB8::1]:443/", "2001:db8::1"),
        ("https://good.example\\@evil.example/", "good.example"),
        ("https://good.example:80@evil.example/", "evil.example"),
        ("https://_dmarc.host.example/", "_dmarc.host.example"),
        ("https://" + "good.example:" + "1" * 3000 + "@evil.example/", "evil.example"),
        ("data:text/html,<p>https://host.example/", None),
        ("about:blank", None),
        ("", None),
        ("host.example", None),
        ("https://", None),
        ("https://a b/", None),
        ("https://a%2eb/", None),
        ("https://[::1/", None),
        ("https://" + "a" * 254 + "/", None),
        ("https://a..b/", None),
        ("https://\u2100.example/", None),
    ],
)
def test_host_of(url: str, host: str | None) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "normal"),
    [
        (".AdRoll.com", "adroll.com"),
        ("adroll.com.", "adroll.com"),
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("localhost", "localhost"),
        ("host.example:80", None),
        ("*.host.example", None),
        ("é" * 300, None),
        ("é" * 1000, None),
        ("", None),
        (".", None),
    ],
)
def test_normal_host(host: str, normal: str | None) -> None:
    assert normal_host(host) == normal


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.ooma.co.uk", "ooma.co.uk"),
        ("ooma.co.uk", "ooma.co.uk"),
        ("co.uk", "co.uk"),
        ("region1.google-analytics.com", "google-analytics.com"),
        ("a.b.ooma.example", "ooma.example"),
        ("host.test", "host.test"),
        ("vendor.github.io", "vendor.github.io"),
        ("www.vendor.github.io", "vendor.github.io"),
        ("github.io", "github.io"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("www.xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("city.kobe.jp", "city.kobe.jp"),
        ("", ""),
    ],
)
def test_registrable_domain(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_same_site_takes_hosts_and_urls() -> None:
    assert same_site("www.ooma.co.uk", "https://office.ooma.co.uk:8443/")
    assert same_site("https://www.ooma.co.uk", ".ooma.co.uk")
    assert not same_site("one.co.uk", "two.co.uk")
    assert not same_site("one.github.io", "two.github.io")
    assert not same_site("10.0.0.1", "10.0.0.2")
    assert not same_site("", "")
    assert not same_site("data:,x", "data:,x")


def test_party_is_relative_to_the_page() -> None:
    assert party("cdn.ooma.co.uk", "https://www.ooma.co.uk/") is Party.FIRST
    assert party("d.adroll.com", "https://www.ooma.co.uk/") is Party.THIRD
    assert party("www.ooma.co.uk", "about:blank") is Party.THIRD
    assert party("www.notooma.co.uk", "https://www.ooma.co.uk/") is Party.THIRD


def test_the_suffix_list_says_its_date() -> None:
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", suffix_list_date())


@given(st.text())
def test_hostile_text_never_raises(text: str) -> None:
    for candidate in (text, f"https://{text}/", f"blob:{text}"):
        host = host_of(candidate)
        if host is not None:
            assert normal_host(host) == host
            domain = registrable_domain(host)
            assert host == domain or host.endswith(f".{domain}")
            assert registrable_domain(domain) == domain
    assert normal_host(text) is None or same_site(text, text) or "://" in text

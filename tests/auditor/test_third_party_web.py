"""Layer 4, second source: the hosts of third-party-web, where the bundled table has none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.classify import bundled, classifier
from auditor.facts import HostFact
from auditor.lists import MAX_CHARACTERS, ListError
from auditor.model import Category
from auditor.services import bundled_names
from auditor.third_party_web import read_entities

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://www.vendor.example/"
N, P, F, T = Category.STRICTLY_NECESSARY, Category.PERFORMANCE, Category.FUNCTIONAL, Category.TARGETING
ENTITIES = [
    {"name": "Acme Ads", "company": "Acme Group", "category": "ad", "domains": ["*.acme-ads.example", "solo.example"]},
    {"name": "Acme Stats", "category": "analytics", "domains": ["*.stats.example"]},
    {"name": "Facebook Pixel", "category": "ad", "domains": ["*.pixelcopy.example"]},
    {"name": "Acme Consent", "category": "consent-provider", "domains": ["cmp.example"]},
    {"name": "Acme Host", "category": "hosting", "domains": ["*.hosted.example"]},
    {"name": "LinkedIn Ads", "category": "ad", "domains": ["www.linkedin.com", "*.adroll.com"]},
    {"name": "", "category": "ad", "domains": ["*.nameless.example"]},
    {"name": "Odd", "category": ["ad"], "domains": ["not a host", None, "*.odd.example"]},
    "noise",
]
KNOW = classifier(third_party_web=json.dumps(ENTITIES))

HOSTS = {
    "acme-ads.example": (4, T, "Acme Ads", "Acme Group", "ads"),
    "eu.acme-ads.example": (4, T, "Acme Ads", "Acme Group", "ads"),
    "solo.example": (4, T, "Acme Ads", "Acme Group", "ads"),
    "www.solo.example": (6, None, None, None, None),
    "a.stats.example": (4, P, "Acme Stats", "Acme Stats", "analytics"),
    "a.pixelcopy.example": (4, T, "Meta Pixel", "Meta Platforms, Inc.", "ads"),
    "cmp.example": (4, N, "Acme Consent", "Acme Consent", "consent"),
    "www.hosted.example": (6, None, None, "Acme Host", "shared"),
    "x.odd.example": (6, None, None, "Odd", "shared"),
    "nameless.example": (6, None, None, None, None),
    # the bundled table is not overruled
    "www.linkedin.com": (6, None, None, "LinkedIn Corporation", "shared"),
    "d.adroll.com": (4, T, "AdRoll", "NextRoll, Inc.", "ads"),
}


@pytest.mark.parametrize(("host", "expected"), HOSTS.items())
def test_hosts(host: str, expected: tuple[int, Category | None, str | None, str | None, str | None]) -> None:
    known = KNOW.url(f"https://{host}/x.js", site=SITE)
    assert (known.layer, known.category, known.service, known.entity, known.role) == expected
    item = KNOW.cookie("something", host, site=SITE)
    assert (item.layer, item.category, item.service, item.entity, item.role) == expected


def test_an_answer_says_where_it_comes_from() -> None:
    known = KNOW.url("https://a.acme-ads.example/", site=SITE)
    assert (known.source, known.confidence) == ("third-party-web", 0.7)
    assert known.reason == "It is a host of Acme Ads (Acme Group) below acme-ads.example, role: ads."
    alone = KNOW.url("https://solo.example/", site=SITE)
    assert alone.reason == "It is a host of Acme Ads (Acme Group), solo.example, role: ads."
    assert KNOW.url("https://cmp.example/", site=SITE).exempt


def test_the_site_itself_is_no_third_party() -> None:
    assert KNOW.url("https://www.acme-ads.example/", site="https://acme-ads.example/").layer == 6


def test_a_row() -> None:
    assert read_entities(json.dumps(ENTITIES), bundled_names())[1] == HostFact(
        host="solo.example",
        service="Acme Ads",
        category=T,
        also_declared_as=(),
        role="ads",
        entity="Acme Group",
        subdomains=False,
    )


BROKEN = {
    "empty": ("", "cannot be read"),
    "a page": ("<!doctype html>", "cannot be read"),
    "deep": ("[" * 100_000, "cannot be read"),
    "an object": ("{}", "no list"),
    "nothing in it": ("[]", "0 hosts"),
    "too large": (" " * (MAX_CHARACTERS + 1), "longer than"),
}


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_lists_are_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(ListError, match=message):
        read_entities(text, bundled_names())


VALUES = st.none() | st.booleans() | st.text() | st.lists(st.text() | st.integers())


@given(st.lists(st.dictionaries(st.sampled_from(["name", "category", "domains", "company"]), VALUES) | VALUES))
def test_hostile_lists_are_read_or_refused(entities: list[object]) -> None:
    try:
        assert read_entities(json.dumps(entities), bundled_names())
    except ListError:
        return


def test_the_installed_package(project: Path) -> None:
    installed = project / "node_modules" / "third-party-web" / "dist" / "entities-nostats.json"
    if not installed.is_file():
        pytest.skip("third-party-web is not installed")
    know = classifier(third_party_web=installed.read_text("utf-8"))
    assert know.url("https://static.chartbeat.com/js/chartbeat.js", site=SITE).source == "bundled table of hosts"
    found = know.url("https://www.fastly-insights.com/insights.js", site=SITE)
    assert (found.layer, found.category) == (4, P)
    assert bundled().url("https://www.fastly-insights.com/insights.js", site=SITE).layer == 6

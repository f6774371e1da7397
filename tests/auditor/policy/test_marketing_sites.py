"""A website for marketing is a place, and no category of cookies."""

from __future__ import annotations

import pytest

SITES = {
    "en": ("2. Cookies on the marketing website (www.example.com)", "Performance cookies"),
    "de": ("Cookies auf der Marketing-Website", "Statistik-Cookies"),
    "es": ("Cookies del sitio de marketing", "Cookies analíticas"),
    "fr": ("Cookies du site marketing", "Cookies de mesure d'audience"),
    "it": ("Cookie sul sito di marketing", "Cookie analitici"),
    "nl": ("Cookies op de marketingwebsite", "Analytische cookies"),
}


@pytest.mark.parametrize(("place", "label"), SITES.values(), ids=SITES)
def test_a_heading_about_the_marketing_website_is_no_category(read, place, label):
    text = f"# Cookies\n\n## {place}\n\nCookies.\n\n### {label}\n\n- _ga (1)\n"
    assert [one.canonical for one in read(text, name="policy.md").categories] == ["performance"]


@pytest.mark.parametrize("heading", ["Marketing cookies", "Cookies for marketing", "Marketing cookies on our website"])
def test_cookies_for_marketing_are_a_category(read, heading):
    text = f"# Cookies\n\n## {heading}\n\nThese cookies are set by advertisers.\n\n- _fbp (3 months)\n"
    assert [one.canonical for one in read(text, name="policy.md").categories] == ["targeting"]

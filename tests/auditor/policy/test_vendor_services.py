"""The vendor's own names and products, which are no services of others; and others, which are not taken for its own."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest


@pytest.fixture
def services(read):
    """The names of the declared services."""
    return lambda text, **options: {one.name for one in read(text, **options).services}


USES = "We use cookies for YouTube videos, Google Ads and Hotjar.\n"


def test_the_products_of_the_vendor_are_no_services(services):
    page = f"# Cookie Policy\n\n{USES}"
    assert services(page) == {"YouTube", "Google Ads", "Hotjar"}
    assert services(page, vendor="Google") == {"Hotjar"}
    assert services(page, vendor="Hotjar") == {"YouTube", "Google Ads"}


@pytest.mark.parametrize(
    "opening",
    [
        "Google and its affiliates use cookies on these sites.",
        "Google LLC, with its subsidiaries, uses cookies.",
        "This policy explains how we use cookies when you use Google and our other services.",
        "We set cookies on the Google Sites. The Google Sites need some, and the Google Sites count visits.",
    ],
)
def test_the_opening_says_who_the_vendor_is(services, opening):
    assert services(f"# Cookie Policy\n\n{opening}\n\n{USES}") == {"Hotjar"}


@pytest.mark.parametrize(
    ("language", "opening", "use"),
    [
        ("de", "Google und seine verbundenen Unternehmen verwenden Cookies.", "Wir verwenden Cookies von Google Ads und Hotjar."),
        ("fr", "Google, ses sociétés affiliées et des tiers utilisent des cookies.", "Nous utilisons des cookies de Google Ads et de Hotjar."),
        ("es", "Google y sus filiales utilizan cookies.", "Utilizamos cookies de Google Ads y de Hotjar."),
        ("nl", "Google en haar dochterondernemingen gebruiken cookies.", "Wij gebruiken cookies van Google Ads en Hotjar."),
        ("it", "Google e le sue controllate utilizzano i cookie.", "Utilizziamo i cookie di Google Ads e Hotjar."),
    ],
)  # fmt: skip
def test_the_opening_in_other_languages(services, language, opening, use):
    head = f"<html lang={language}><body><h1>Cookies</h1><p>"
    assert services(f"{head}{opening}</p><p>{use}</p>") == {"Hotjar"}
    assert services(f"{head}{use}</p>") == {"Google Ads", "Hotjar"}


@pytest.mark.parametrize(
    "opening",
    [
        "We share data with Google and its affiliates.",
        "If you use Google to sign in, it may set cookies.",
        "This policy explains how we use Google Ads and other services.",
        "The Google Services are others' services.",
    ],
)
def test_others_are_not_taken_for_the_vendor(services, opening):
    assert services(f"# Cookie Policy\n\n{opening}\n\n{USES}") >= {"YouTube", "Google Ads", "Hotjar"}

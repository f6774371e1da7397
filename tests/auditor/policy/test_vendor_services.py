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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cookies of WhatsApp (Meta) and Hotjar are set.", {"WhatsApp", "Hotjar"}),
        ("We use Meta (WhatsApp) and Hotjar.", {"WhatsApp", "Hotjar"}),
        ("We use cookies of Google Fonts and Hotjar. Your browser asks Google's servers, under Google's own cookie terms.", {"Google Fonts", "Hotjar"}),
        ("Our partners use cookies such as those of Hotjar, Pardot and Criteo.", {"Hotjar", "Pardot", "Criteo"}),
        ("We use cookies of Pardot (Salesforce).", {"Pardot"}),
    ],
)  # fmt: skip
def test_a_maker_is_not_declared_beside_its_product(services, text, expected):
    assert services(f"# Cookie Policy\n\n{text}\n") == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Amazon advertising systems", "Amazon"),
        ("Amazon advertising partners", "Amazon"),
        ("Amazon Advertising systems", "Amazon Advertising"),
        ("Amazon advertising", "Amazon Advertising"),
        ("Google analytics services", "Google Analytics"),
    ],
)
def test_what_a_company_does_is_not_the_name_of_its_product(services, words, expected):
    page = "# Cookies\n\n| Advertising cookies |  |\n| --- | --- |\n| ad-id, ad_key | Cookies for ads through {} and others. |\n"
    prose = "# Cookies\n\nWe use advertising cookies such as those provided by {}.\n"
    assert expected in services(page.format(words)) | services(prose.format(words))
    assert (services(page.format(words)) | services(prose.format(words))) <= {expected}


def test_a_tracker_of_technical_analytics_cookies_measures(read):
    page = "# Cookies\n\nWe use Google Analytics to set technical analytics cookies on your device.\n"
    assert [(one.name, one.category.value) for one in read(page).services] == [("Google Analytics", "performance")]

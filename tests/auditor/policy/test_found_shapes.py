"""Shapes that policies on the web have: emphasis in headings, lists of kinds, keys of storage, denied services."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest

YEAR, DAY = 365 * 86_400, 86_400


@pytest.fixture
def rows(read):
    """(name, category, seconds, storage) of every declared cookie."""

    def of(text):
        return [(c.name, c.category and c.category.value, c.duration.seconds, c.storage) for c in read(text).cookies]

    return of


def test_emphasis_around_a_bold_heading_of_a_column(rows):
    table = (
        "# Cookies\n\n## Essential cookies\n\n| _**Cookie**_ | _**Duration**_ | _**Description**_ |\n|---|---|---|\n"
        "| crumb | Session | safety |\n| basket | 2 days | holds the basket |\n| \\_\\_ab | 2 days | bots |\n"
    )
    assert rows(table) == [
        ("crumb", "strictly_necessary", 0, "cookie"),
        ("basket", "strictly_necessary", 2 * DAY, "cookie"),
        ("__ab", "strictly_necessary", 2 * DAY, "cookie"),
    ]


def test_a_category_that_is_not_applicable_is_unused(read):
    page = (
        "# Cookies\n\n## Analytics cookies\n\nThey count visits.\n\n## Advertising cookies\n\nThey show ads.\n\n"
        "**N/A - No advertising cookies**.\n"
    )
    assert [(c.canonical.value, c.in_use) for c in read(page).categories] == [
        ("performance", "yes"),
        ("targeting", "no"),
    ]


@pytest.mark.parametrize(
    ("described", "category"),
    [("They tell how visitors use the site and measure traffic.", "performance"), ("They show ads.", "targeting")],
)
def test_a_label_of_tracking_and_measuring_is_what_its_description_speaks_of(read, described, category):
    page = f"# Cookies\n\n## Necessary cookies\n\nSign-in.\n\n## Tracking and performance cookies\n\n{described}\n"
    assert [c.canonical.value for c in read(page).categories] == ["strictly_necessary", category]


def test_the_column_of_reasons_tells_purposes(rows):
    table = "# Cookies\n\n| Name | Expires | Reason |\n|---|---|---|\n| __utma | 2 years | Google Analytics |\n"
    assert rows(table) == [("__utma", "performance", 2 * YEAR, "cookie")]


def test_what_most_websites_do_is_no_purpose_of_this_one(read):
    page = "# Cookies\n\nMost websites you visit will use cookies to customise your experience.\n"
    assert read(page).categories == ()


def test_purposes_under_a_question_in_portuguese(read):
    page = (
        "# Política de Cookies\n\nUsamos cookies.\n\n## Para que usamos?\n\n- Fazer estatísticas\n- Lembrar o idioma\n"
    )
    assert [c.canonical.value for c in read(page).categories] == ["performance", "functional"]


def test_a_category_above_some_cookies_is_not_that_of_the_others(rows):
    page = (
        "# Cookies\n\n## Comments\n\n| Cookie | Purpose | Duration |\n|---|---|---|\n| ab_note | fills the form | 2 days |\n\n"
        "## Advertising cookies\n\nPartners set them to show ads.\n"
    )
    assert rows(page) == [("ab_note", None, 2 * DAY, "cookie")]


def test_a_kind_of_storage_is_no_cookie_and_the_heading_tells_that_of_its_keys(rows):
    page = (
        "# Política de Cookies\n\n- ***localStorage*** — área do navegador.\n\n### Tema (*localStorage*)\n\n"
        "| Chave | Conteúdo | Duração |\n|---|---|---|\n| `theme_ab` | claro | até limpar os dados do navegador |\n"
    )
    assert rows(page) == [("theme_ab", None, None, "local_storage")]


def test_a_key_in_the_storage_of_the_browser_is_an_entry(rows):
    page = (
        "<html lang=en><body><h1>Cookie policy</h1><p>The site uses the session storage of your browser for your choice. The"
        " value stands under <code>ab_choice_v1</code>.</p><p>Call <code>ab_help_v1</code>.</p></body></html>"
    )
    assert [(name, storage) for name, _, _, storage in rows(page)] == [("ab_choice_v1", "session_storage")]


def test_items_under_categories_are_labels(read):
    page = "<html lang=pl><body><h1>Polityka cookies</h1><h2>2. Kategorie</h2><ul><li><strong>Niezbędne:</strong> działanie strony.</li></ul></body></html>"
    assert [c.canonical.value for c in read(page).categories] == ["strictly_necessary"]


def test_services_that_are_not_in_place_are_not_declared(read):
    page = "# Polityka cookies\n\nStrona używa cookies. Nie wdrożono skryptów Google Analytics ani Meta Pixel.\n"
    assert read(page).services == ()


def test_consent_makes_no_service_necessary(read):
    page = "# Polityka cookies\n\nCookies. Google Analytics jest używane dopiero po udzieleniu zgody.\n"
    assert [(s.name, s.category.value) for s in read(page).services] == [("Google Analytics", "performance")]

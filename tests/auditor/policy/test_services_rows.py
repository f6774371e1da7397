"""Services in rows of names and outside the parts about cookies; what trackers say beside the necessary cookies."""

from __future__ import annotations

import pytest


@pytest.fixture
def services(read):
    """(name, category) of the declared services."""
    return lambda text: [(one.name, one.category and one.category.value) for one in read(text).services]


def test_one_without_usual_category_in_a_row_of_others(services):
    page = "# Cookies\n\nWe use cookies.\n\n- External content: Facebook, Vimeo, Adobe, YouTube.\n"
    assert {name for name, _ in services(page)} == {"Facebook", "Vimeo", "Adobe", "YouTube"}
    denied = "# Cookies\n\nWe use cookies of Google Analytics and Google Ads, but not of Google Tag Manager.\n"
    assert [name for name, _ in services(denied)] == ["Google Analytics", "Google Ads"]


def test_a_tracker_outside_the_parts_about_cookies(services):
    page = "# Privacy Policy\n\n## Our apps\n\nSome of our games use Google AdMob to serve advertisements.\n"
    assert services(page) == [("Google AdMob", "targeting")]
    other = "# Privacy Policy\n\n## Our apps\n\nWe do not use Google AdMob to serve advertisements.\n"
    assert services(other) == []
    merely = "# Privacy Policy\n\n## Our apps\n\nYou can read more about Google AdMob on its site.\n"
    assert services(merely) == []


def test_what_a_tracker_is_for_is_a_category_beside_the_necessary_one(read):
    page = (
        "# Cookies\n\n**Necessary:** session cookies for signing in.\n\n**Optional:** If you agree, we use Microsoft "
        "Clarity, which sets cookies.\n"
    )
    assert [c.canonical.value for c in read(page).categories] == ["strictly_necessary", "performance"]


def test_how_information_is_collected_is_no_use_of_cookies(read):
    page = (
        "# Privacy Policy\n\n## How we collect information\n\n- **Automatically:** Through cookies, analytics tools, "
        "and services of others.\n"
    )
    assert read(page).categories == ()
    opened = "# Cookies\n\nWe use these cookies:\n\n- analytics cookies\n- marketing cookies\n"
    assert [c.canonical.value for c in read(opened).categories] == ["performance", "targeting"]

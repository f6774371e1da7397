"""Small policies written for these tests: what is read from them, and what must not be."""

from __future__ import annotations

import pytest

# ------------------------------------------------------------------------------------- false claims


@pytest.mark.parametrize(
    "text",
    [
        "We use cookies on our website. If you have not given consent, we do not use cookies that are optional.",
        "Our website uses cookies. We do not use cookies to collect your name or address.",
        "Our website uses cookies. If you disable them, no cookies are set until you enable them again.",
        "Our website uses cookies. Without cookies the basket does not work.",
    ],
)
def test_use_of_cookies_is_not_denied(claims, text):
    assert not {kind for kind, _, _ in claims(text)} & {"cookies_unused", "category_unused"}


def test_denial_of_all_cookies(read):
    declaration = read("Privacy policy. This website does not use cookies. We store nothing on your device.")
    assert [c.type for c in declaration.claims] == ["cookies_unused"]
    assert declaration.claims[0].strength == "absolute"
    assert declaration.categories == ()
    assert declaration.disclosure_level.value == "mention_only"


@pytest.mark.parametrize(
    "more",
    [
        "We count visits with Matomo, without cookies.",
        "We keep your settings in localStorage.",
        "Our online shop uses cookies.",
    ],
)
def test_who_says_more_than_that_there_are_no_cookies(read, more):
    declaration = read(f"Privacy policy. This website does not use cookies. {more}")
    assert declaration.disclosure_level.value == "undifferentiated"


def test_denial_of_one_category(read):
    declaration = read("Cookie policy. Our website uses cookies for statistics. We do not use advertising cookies.")
    unused = [(c.type, c.subject_kind, c.subject_value) for c in declaration.claims if c.type.endswith("unused")]
    assert unused == [("category_unused", "category", "targeting")]
    assert "targeting" not in {c.canonical.value for c in declaration.categories if c.in_use == "yes"}


def test_sharing_is_not_called_no_sharing(claims):
    text = "Cookie policy. Our website uses cookies. Information from cookies is shared with advertisers."
    kinds = {kind for kind, _, _ in claims(text)}
    assert "shared_with_third_parties" in kinds
    assert "no_third_party_sharing" not in kinds


@pytest.mark.parametrize(
    "text",
    [
        "We will not sell your personal information unless you agree.",
        "We may sell personal information to partners.",
        "If the company is sold, personal information is passed on.",
    ],
)
def test_no_sale_is_not_claimed(claims, text):
    assert "no_sale" not in {kind for kind, _, _ in claims("Privacy policy of our website. " + text)}


def test_no_sale(claims):
    assert ("no_sale", "document", None) in claims("Privacy policy of our website. We never sell your personal data.")


def test_hedges_qualify(read):
    declaration = read(
        "# Cookie policy\n\n## Analytics cookies\n\nThe information these cookies collect may be anonymised.\n\n"
        "## Targeting cookies\n\nThey track you across other websites.\n"
    )
    strength = {c.type: c.strength for c in declaration.claims}
    assert strength == {"anonymous_data": "qualified", "cross_site_tracking": "absolute"}


def test_cannot_track_is_the_opposite_of_tracking(claims):
    text = "# Cookie policy\n\n## Functional cookies\n\nThese cookies cannot track your browsing on other websites.\n"
    assert claims(text) == {("no_cross_site_tracking", "category", "functional")}


# --------------------------------------------------------------------------------------- categories


def test_numbers_without_headings_are_the_icc_categories(categories):
    text = "Cookie policy. We use category 1 and 3 cookies on our website, www.phone.example."
    assert set(categories(text)) == {"strictly_necessary", "functional"}


def test_numbered_categories_are_bound_to_hosts(read):
    declaration = read(
        "COOKIES\n\nWe use Type 1 cookies on the customer portal, "
        "and Type 1, 2 and 4 cookies on our website, www.voip.eu.\n\n"
        "Type 1: Essential Cookies\n\nThese cookies keep you logged in.\n\n"
        "Type 2: Analytics Cookies\n\nThese cookies count visits.\n\n"
        "Type 4: Advertising Cookies\n\nThese cookies show you relevant adverts.\n"
    )
    kinds = {scope.id: scope.kind for scope in declaration.scopes}
    bound = {c.canonical.value: {kinds[s] for s in c.scope_ids} for c in declaration.categories}
    assert bound == {
        "strictly_necessary": {"web_portal", "website"},
        "performance": {"website"},
        "targeting": {"website"},
    }
    assert next(s.hosts for s in declaration.scopes if s.kind == "website") == ("www.voip.eu",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Our website uses functional, analytical and marketing cookies.", {"functional", "performance", "targeting"}),
        ("Onze website gebruikt noodzakelijke cookies en statistiekcookies.", {"strictly_necessary", "performance"}),
        ("Wij plaatsen alleen functionele cookies op onze website.", {"functional"}),
    ],
)
def test_categories_in_prose(categories, text, expected):
    assert set(categories("Cookie policy\n\n" + text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "If you reject marketing cookies, some content is not shown on our website.",
        "Our cookie policy explains the marketing of our products. Our website uses cookies.",
        "SECURITY\n\nWe protect your data with care.\n\nMARKETING\n\nWe send you newsletters if you like.",
    ],
)
def test_no_categories_are_invented(categories, text):
    assert categories("Privacy policy\n\n" + text) == {}


def test_lead_ins_are_categories(read):
    declaration = read(
        "# Cookies\n\n"
        "* **Necessary cookies:** these keep the site safe.\n* **Statistics cookies:** these count visits.\n"
    )
    assert [(c.canonical.value, c.label) for c in declaration.categories] == [
        ("strictly_necessary", "Necessary cookies"),
        ("performance", "Statistics cookies"),
    ]


# ----------------------------------------------------------------------------------------- services


def test_services_take_the_category_of_their_section(read):
    declaration = read(
        "# Cookie policy\n\n## Performance cookies\n\nThese cookies count visits; we use Google Analytics for that.\n\n"
        "## Targeting cookies\n\nThese cookies are used by companies such as AdRoll and Criteo.\n"
    )
    assert {s.name: s.category.value for s in declaration.services} == {
        "Google Analytics": "performance",
        "AdRoll": "targeting",
        "Criteo": "targeting",
    }


@pytest.mark.parametrize(
    ("heading", "categories"),
    [
        ("Targeting cookies", ["performance", "targeting"]),
        ("Performance cookies of our partners", ["performance"]),
        ("Analytics and targeting cookies", ["performance"]),
    ],
)
def test_a_service_under_the_labels_of_two_categories_is_declared_twice(read, heading, categories):
    declaration = read(
        "# Cookie policy\n\n## Performance cookies\n\nThese cookies count visits; we use Google Analytics for that.\n\n"
        f"## {heading}\n\nFor these cookies we use AdRoll and Google Analytics.\n"
    )
    assert [s.category.value for s in declaration.services if s.name == "Google Analytics"] == categories


def test_browsers_and_logins_are_no_services(read):
    declaration = read(
        "Cookie policy\n\nOur website uses cookies. "
        "You can block cookies in Google Chrome, Apple Safari and Microsoft Edge.\n"
        "You can log in with Facebook to use your account.\n"
    )
    assert declaration.services == ()


# -------------------------------------------------------------------------------------------- level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("We respect your privacy. We store your name and address to send you the goods.", "silent"),
        ("We respect your privacy. We collect: name, address, cookie information.", "mention_only"),
        ("We respect your privacy. Our website uses cookies to work better.", "undifferentiated"),
        ("We respect your privacy. Our website uses necessary cookies and marketing cookies.", "categories"),
        ("# Cookies\n\n| Name | Expiry |\n|---|---|\n| _ga | 2 years |\n", "cookie_list"),
    ],
)
def test_disclosure_level(read, text, level):
    assert read(text).disclosure_level == level


@pytest.mark.parametrize(
    ("text", "date", "precision"),
    [
        ("Last updated: March 3, 2024", "2024-03-03", "day"),
        ("Last updated 3 March 2024", "2024-03-03", "day"),
        ("Effective date: 2023-11-05", "2023-11-05", "day"),
        ("Last updated: May 2025", "2025-05", "month"),
        ("Laatst bijgewerkt op 6 augustus 2025", "2025-08-06", "day"),
        ("Last updated: 13/02/2024", "2024-02-13", "day"),
    ],
)
def test_dates(read, text, date, precision):
    body = "This website uses cookies. Deze website gebruikt cookies."
    updated = read(f"Cookie policy / Cookiebeleid\n\n{text}\n\n{body}").last_updated
    assert (updated.date, updated.precision) == (date, precision)


def test_a_date_elsewhere_is_not_the_date_of_the_policy(read):
    assert read("Cookie policy\n\nOur website uses cookies since the law of 25 May 2018 applies.").last_updated is None

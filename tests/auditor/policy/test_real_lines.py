"""Shapes of real policies: names set off, headings that deny, lines below names, buttons, link targets."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest


@pytest.fixture
def services(read):
    """{name: category} of every declared service."""

    def of(text):
        return {s.name: s.category and s.category.value for s in read(text).services}

    return of


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        ("Our use of cookies and tracking", {}),
        ("Use of cookies and analytics", {}),
        ("Unsere Verwendung von Cookies und Tracking", {}),
        ("Tracking cookies and analytics", {"performance"}),
        ("Analytics cookies and tracking", {"performance"}),
    ],
)
def test_cookies_beside_something_else_in_a_heading_are_no_kind(categories, heading, found):
    page = f"# Cookie policy\n\n## {heading}\n\nWe care about your privacy and this text is about cookies.\n"
    assert set(categories(page)) == set(found)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("**OptanonConsent:** This cookie is set by the consent tool.", ["OptanonConsent"]),
        ("**OptanonConsent:** Our tool for consent and cookies.", []),
        ("**Functional:** This cookie remembers your language.", []),
        ("**YouTube:** This cookie remembers your videos.", []),
    ],
)
def test_a_name_set_off_before_this_cookie(read, text, named):
    page = f"# Cookie policy\n\n## Cookies that we use\n\nThese include:\n\n{text}\n"
    assert [c.name for c in read(page).cookies] == named


def test_names_set_off_below_a_label_that_opens_them_are_of_its_category(read):
    page = (
        "# Cookie policy\n\n_Essential:_ These cookies cannot be switched off. These include:\n\n"
        "**OptanonConsent:** This cookie remembers preferences.\n\n**OptanonAlertBoxClosed:** This cookie is set once.\n\n"
        "_Functional:_ These cookies enable personalization.\n\n**MapZoom:** This cookie is set by the map.\n"
    )
    assert [(c.name, c.category and c.category.value) for c in read(page).cookies] == [
        ("OptanonConsent", "strictly_necessary"),
        ("OptanonAlertBoxClosed", "strictly_necessary"),
        ("MapZoom", None),
    ]


def test_a_name_set_off_before_this_cookie_in_german(read):
    page = "# Cookie-Richtlinie\n\n## Unsere Cookies\n\nWir verwenden diese:\n\n**OptanonConsent:** Dieses Cookie speichert die Wahl.\n"
    assert [c.name for c in read(page).cookies] == ["OptanonConsent"]


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ("session - Wird verwendet, um Ihre Anmeldung zu verwalten.", "not_stated"),
        ("session - Wird am Ende der Sitzung gelöscht.", "session"),
    ],
)
def test_a_name_is_no_lifetime(read, item, kind):
    page = f"# Cookie-Richtlinie\n\n### Notwendige Cookies\n\n- {item}\n- _sid_x - Speichert Ihre Cookie-Präferenzen.\n"
    assert [c.duration.kind for c in read(page).cookies if c.name == "session"] == [kind]


def test_the_lifetime_in_an_item_of_a_cookie_is_that_cookies_own(read):
    page = (
        "# Cookie-Richtlinie\n\n### Analytische Cookies\n\n- _ga - Zur Unterscheidung von Benutzern. Ablaufzeit: 2 Jahre.\n"
        "- _gid - Zur Unterscheidung von Benutzern. Ablaufzeit: 24 Stunden.\n\n### Marketing-Cookies\n\nSie zeigen Werbung. "
        "Ablaufzeit: 3 Monate.\n"
    )
    assert [(r.subject, r.evidence[0].quote) for r in read(page).retention] == [("targeting", "Ablaufzeit: 3 Monate.")]


def test_a_heading_that_denies_gives_no_category(services):
    page = "# Geen marketingcookies.\n\n## Wat gebruikt deze website?\n\nCookies van:\n\n- Cloudflare Turnstile\n"
    assert services(page) == {"Cloudflare Turnstile": None}
    assert services(page.replace("# Geen m", "# M")) == {"Cloudflare Turnstile": "targeting"}


def test_what_a_service_is_for_is_told_below_its_name(services):
    page = "# Cookies\n\n## Wat gebruikt deze website?\n\nCookies van:\n\n- Cloudflare Turnstile\n- Beperkt misbruik van formulieren.\n"
    assert services(page) == {"Cloudflare Turnstile": "strictly_necessary"}


@pytest.mark.parametrize(
    ("row", "category"),
    [("Facebook, Google, and LinkedIn", "targeting"), ("Facebook, Google and Matomo", None)],
)
def test_a_company_in_a_row_of_trackers_is_one(services, row, category):
    text = f"# Cookie policy\n\nOur site may use cookies or pixels from third parties such as {row}.\n"
    assert services(text).get("Google") == category


@pytest.mark.parametrize(
    ("opening", "text", "category"),
    [
        ("Nuestros servicios pueden utilizar cookies de terceros:", "Para cargar fuentes web.", "functional"),
        ("Our services may use third-party cookies:", "to load web fonts.", "functional"),
        ("Unsere Dienste verwenden Cookies von Drittanbietern:", "um Schriftarten zu laden.", "functional"),
        ("Our services may use third-party cookies:", "see their policy.", None),
    ],
)
def test_loading_fonts_is_a_function(services, opening, text, category):
    page = f"# Cookies\n\n{opening}\n\n- Google Fonts: {text}\n"
    assert services(page) == {"Google Fonts": category}


@pytest.mark.parametrize(
    ("lines", "promised"),
    [
        ("Gestione sus preferencias de cookies:\n\nAceptar todas Solo esenciales Personalizar", True),
        ("Manage your cookie preferences:\n\nAccept all  Essential only", True),
        ("Manage your cookie preferences:\n\nWe explain below how you accept or reject cookies.", False),
        ("Verwalten Sie Ihre Cookie-Einstellungen:\n\nAlle akzeptieren  Ablehnen", True),
    ],
)
def test_buttons_below_a_line_about_preferences(read, lines, promised):
    page = f"# Cookies\n\n## Cookies\n\n{lines}\n"
    assert ("preference_centre" in {c.mechanism for c in read(page).consent}) is promised


def test_targets_of_links_name_no_cookies(read):
    page = (
        "Privacy Policy\n==============\n\nCookies\n-------\n\nWe use cookies and support the `preference expression`_.\n\n"
        ".. _W3C_s preference expression: https://www.w3.org/TR/tracking-dnt/\n.. _available_here: https://a.example/dnt.txt\n"
    )
    assert read(page).cookies == ()


@pytest.mark.parametrize(
    ("label", "described"),
    [
        ("Cookies opérationnels", "ces cookies gardent votre compte connecté."),
        ("Cookies operativas", "estas cookies mantienen la cuenta."),
        ("Operationele cookies", "deze cookies houden het account actief."),
        ("Cookie operativi", "questi cookie mantengono attivo il conto."),
    ],
)
def test_operational_cookies_are_necessary(categories, label, described):
    assert set(categories(f"# Cookies\n\n**{label}** : {described}\n")) == {"strictly_necessary"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Wir verwenden Cookies. Ihr Gerät kann durch Informationen, die es automatisch sendet, von anderen Geräten unterschieden werden.",
            True,
        ),
        ("We use cookies. Partners identify devices based on information transmitted automatically.", True),
        ("We use cookies. Your device sends information automatically.", False),
    ],
)
def test_telling_devices_apart_by_what_they_send(read, text, told):
    names = {t.name for t in read(f"# Cookies\n\n{text}\n").technologies if t.declared}
    assert ("fingerprinting" in names) is told


@pytest.mark.parametrize(
    ("text", "banner"),
    [
        ("Daarom tonen wij geen toestemmingsbanner.", False),
        ("Daarom tonen wij een toestemmingsbanner.", True),
        ("Daher zeigen wir keinen Einwilligungsbanner.", False),
    ],
)
def test_a_banner_that_is_not_shown(read, text, banner):
    mechanisms = {c.mechanism for c in read(f"# Cookies\n\nCookies. {text}\n").consent}
    assert ("cookie_banner" in mechanisms) is banner


def test_technologies_in_tables_whose_columns_have_no_headings(read):
    page = (
        "# Cookies\n\nWe use cookies.\n\n| Cookies of third parties | |\n|---|---|\n"
        "| Always on | Your device is told from others. They identify devices based on information transmitted automatically. |\n"
        "| Content | They share what you read with your friends. |\n"
    )
    assert "fingerprinting" in {t.name for t in read(page).technologies if t.declared}

"""How labels, services and claims are understood where several readings are possible."""

from __future__ import annotations

import pytest


def services(declaration):
    return {s.name: s.category.value if s.category else None for s in declaration.services}


def types(declaration):
    return {(claim.type, claim.subject_kind, claim.subject_value) for claim in declaration.claims}


def test_what_kinds_there_are_is_not_what_is_used(categories):
    text = (
        "# Cookie policy\n\n## What are cookies?\n\nThere are advertising cookies and preference cookies.\n\n"
        "## Which cookies do we use?\n\nOur website uses analytics cookies.\n"
    )
    assert set(categories(text)) == {"performance"}


@pytest.mark.parametrize(
    "label",
    [
        "a) Analytics cookies (if applicable)",
        "B. Third-party analytics cookies",
        "Analytics cookies - optional",
        "3.1 Analytics cookies (Google)",
    ],
)
def test_labels_with_letters_remarks_and_parties(categories, label):
    text = f"# Cookie policy\n\nWe use cookies on our website.\n\n## {label}\n\nThese cookies count visits.\n"
    assert set(categories(text)) == {"performance"}


def test_services_take_the_purpose_of_their_own_clause(read):
    declaration = read(
        "# Cookie policy\n\nOur website uses cookies of Google Analytics for statistics, and of LinkedIn for"
        " advertising.\n"
    )
    assert services(declaration) == {"Google Analytics": "performance", "LinkedIn": "targeting"}


def test_the_vendor_is_none_of_its_services(read):
    declaration = read(
        "# Spotify cookie policy\n\nSpotify uses cookies. Spotify and Google Analytics cookies measure how you use"
        " www.spotify.com for statistics.\n",
        url="https://www.spotify.com/cookies",
    )
    assert set(services(declaration)) == {"Google Analytics"}


@pytest.mark.parametrize(
    "text",
    [
        "You may block cookies in your browser: see the help of Google Chrome and Microsoft Edge.",
        "Our website uses cookies of [insert partners, e.g. Facebook, Hotjar] for marketing.",
        "- [How Google uses data](https://policies.google.com/technologies/partner-sites)",
    ],
)
def test_advice_and_unfilled_templates_name_no_services(read, text):
    assert not read(f"# Cookie policy\n\nWe use cookies on our website.\n\n{text}\n").services


def test_claims_in_tables_of_categories(read):
    declaration = read(
        "# Cookie policy\n\nWe use these cookies on our website.\n\n| Type of cookie | What it does |\n| --- | --- |\n"
        "| Necessary | They keep you signed in. They cannot be switched off. |\n"
        "| Analytics | All information is aggregated and therefore anonymous. |\n"
    )
    found = types(declaration)
    assert ("always_active", "category", "strictly_necessary") in found
    assert {(kind, value) for type_, kind, value in found if type_ in ("aggregated_only", "anonymous_data")} == {
        ("category", "performance")
    }


def test_services_in_rows_of_cookies(read):
    declaration = read(
        "# Cookies\n\n| Cookie | Type | Purpose | Expiry |\n| --- | --- | --- | --- |\n"
        "| _ga | Third party · Analytics | Counts visits for Google Analytics | 2 years |\n"
        "| own_ok | Own · Necessary | Remembers that you closed this notice | 1 year |\n"
        "| Google Maps | Third party · Functional | Shows a map | Session |\n"
    )
    assert services(declaration) == {"Google Analytics": "performance", "Google Maps": "functional"}
    assert {c.canonical.value for c in declaration.categories} == {"performance", "strictly_necessary", "functional"}


def test_names_set_as_code(read):
    declaration = read(
        "<h1>Cookie policy</h1><h2>Placed cookies</h2><h3>Calendly <span>- Functional</span></h3><ul>"
        "<li><code>session</code> - expires: 30 days - remembers your choice</li>"
        "<li><code>trust:cache</code> - expires: 2 days</li></ul>"
        "<p>We call <code>gtag()</code> and set the cookie <code>visitor_id1</code> on our website.</p>"
    )
    rows = {c.name: (c.category.value if c.category else None, c.duration.seconds) for c in declaration.cookies}
    assert rows["session"] == ("functional", 30 * 86400)
    assert rows["trust:cache"] == ("functional", 2 * 86400)
    assert set(rows) == {"session", "trust:cache", "visitor_id1"}


def test_emphasis_is_no_part_of_names(read):
    declaration = read(
        "# Cookies\n\nWe _always say_ that we use *cookies*. The cookies _ga and _gid_x count visits of our website.\n"
    )
    assert {c.name for c in declaration.cookies} == {"_ga", "_gid_x"}


def test_a_date_in_front_matter(read):
    declaration = read("---\ntitle: Cookie policy\nlast_updated: 2024-03-05\n---\n\nWe use cookies on our website.\n")
    assert declaration.last_updated.date == "2024-03-05"


@pytest.mark.parametrize(
    "text",
    [
        "Our website uses session cookies only, which are deleted when you close your browser.",
        "We use session cookies only.",
        "Our website only uses session cookies.",
    ],
)
def test_session_cookies_only(read, text):
    assert ("session_only", "document", None) in types(read(f"# Cookies\n\n{text}\n"))


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("This page lists every cookie and pixel that we use.", True),
        ("The cookies and pixels of this website.", True),
        ("Our partners place pixels on our website.", True),
        ("These are all cookies, and pixels, of our website.", True),
        ("Web beacons are images of one pixel in size that we use on our website.", True),
        ("Our website uses cookies. We measure your screen size in pixels.", False),
        ("Our website uses cookies. Photos must be at least 800 pixels wide.", False),
    ],
)
def test_pixels_are_beacons(read, text, declared):
    declaration = read(f"# Cookies\n\n{text}\n")
    assert declared == ("web_beacons" in {technology.name for technology in declaration.technologies})


def test_a_question_in_a_title_is_no_banner(read):
    declaration = read("# Cookie policy and consent\n\nOur website uses cookies. There is no cookie banner.\n")
    assert not declaration.consent


def test_hosts_with_letters_of_their_own(read):
    declaration = read("# Cookie-Richtlinie\n\nUnsere Website www.müller-bäder.de verwendet Cookies.\n")
    hosts = {host for scope in declaration.scopes for host in scope.hosts}
    assert hosts in ({"www.müller-bäder.de"}, {"www.xn--mller-bder-t5a3e.de"})


@pytest.mark.parametrize(
    "text",
    [
        "Our website uses cookies. We will not share your data with third parties without your consent.",
        "Our website uses cookies. We do not share your data with third parties, except with Google.",
        "Our website uses cookies. If you do not consent, we do not store any personal data.",
        "Our website uses necessary cookies. Necessary cookies cannot be disabled without affecting the site.",
        "Our website uses cookies. Not all cookies contain personal data.",
        "We use cookies. Our mobile app does not use cookies.",
        "Our website uses cookies. It loads Google Tag Manager, which sets no cookies; no cookies are set by it.",
        "Our website uses cookies. Our website embeds a map service that does not use cookies.",
        "Unsere Website verwendet Cookies. Unser Newsletter verwendet keine Cookies.",
        "Nuestro sitio utiliza cookies. Esta herramienta no utiliza cookies.",
        "Notre site utilise des cookies. Le site charge Google Tag Manager, qui ne dépose aucun cookie.",
        "Our website uses cookies. The fonts come from our own server. In doing so no cookies are set.",
        "Onze website gebruikt cookies. De kaart komt van Kaartje. Daarbij worden geen cookies geplaatst.",
        "Unsere Website verwendet Cookies. Schriften kommen vom Server der Firma. Dabei werden keine Cookies gesetzt.",
        "Notre site utilise des cookies. La carte vient de Plan Net. À cette occasion, aucun cookie n'est déposé.",
        "Il nostro sito utilizza cookie. La mappa viene da Pianta. In questo caso non vengono installati cookie.",
        "Our website uses cookies. We use session cookies only for the login.",
        "Our website uses cookies. We keep invoices no longer than 7 years.",
        "Onze website gebruikt cookies. Als u weigert, verzamelen wij geen persoonsgegevens.",
        "Onze website gebruikt cookies. Wij delen uw gegevens niet met derden zonder uw toestemming.",
        "Unsere Website verwendet Cookies. Eine Weitergabe an Dritte erfolgt nicht ohne Ihre Einwilligung.",
        "Unsere Website verwendet Cookies. Wenn Sie ablehnen, werden keine personenbezogenen Daten gespeichert.",
        "Unsere Website verwendet Cookies. Cookies können von Drittanbietern gesetzt werden.",
        "Notre site utilise des cookies. Si vous refusez, aucune donnée personnelle n'est collectée.",
        "Notre site utilise des cookies. Nous ne partageons pas vos données avec des tiers sans votre accord.",
        "Nuestro sitio utiliza cookies. No cedemos sus datos a terceros sin su consentimiento.",
        "Il nostro sito utilizza cookie. Non condividiamo i dati con terzi senza il tuo consenso.",
        "Nasza strona używa plików cookie. Nie udostępniamy danych osobom trzecim bez Twojej zgody.",
        "Nasza strona używa plików cookie. Jeśli odmówisz, nie zbieramy danych osobowych.",
    ],
)
def test_conditions_and_possibilities_are_no_claims(read, text):
    assert not read(text).claims


def test_labels_after_no_are_denied(read):
    declaration = read(
        "# Cookiebeleid\n\nWij gebruiken cookies op onze website.\n\n- **Analytische cookies:** tellen bezoeken.\n"
        "- **Geen marketing- of trackingcookies:** dat vinden wij niet nodig.\n"
    )
    assert {c.canonical.value for c in declaration.categories if c.in_use == "yes"} == {"performance"}
    assert ("category_unused", "category", "targeting") in types(declaration)


def test_an_introduction_without_rank_governs_its_list_only(read):
    declaration = read(
        "Cookie policy\n\nOur site uses cookies.\n\nEssential cookies are for:\n* signing in\n* the basket\n\n"
        "These companies may use cookies, too:\n\nHotjar, Google Analytics, Facebook.\n"
    )
    found = services(declaration)
    assert set(found) == {"Hotjar", "Google Analytics", "Facebook"}
    assert "strictly_necessary" not in found.values()


def test_a_service_by_way_of_which_something_is_done(read):
    text = "# Cookie policy\n\nWe use cookies.\n\n## Necessary cookies\n\nThey are needed to pay safely via Stripe.\n"
    assert services(read(text)) == {"Stripe": "strictly_necessary"}


def test_records_of_a_cookie_without_underscore(read):
    declaration = read(
        "<h2>Cookie policy</h2><p>We use cookies.</p><h3>Necessary cookies</h3><p><b>Cookie:</b> shop-consent</p>"
        "<p><b>Duration:</b> 1 year</p><p><b>Description:</b> remembers the answer.</p>"
    )
    assert [(c.name, c.duration.seconds) for c in declaration.cookies] == [("shop-consent", 31536000)]


def test_a_number_of_an_item_is_no_cookie(read):
    item = "<li><div>01</div><div>Analytics cookies: count visits</div></li>"
    declaration = read(f"<p>Our website uses these cookies:</p><ul>{item}</ul>")
    assert not declaration.cookies
    assert {c.canonical.value for c in declaration.categories} == {"performance"}

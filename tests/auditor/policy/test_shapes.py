"""Shapes of documents: tables, records, lists, scopes and languages. All texts were written for these tests."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest

from auditor.policy.cookie_names import name_match

YEAR = 365 * 86_400


@pytest.fixture
def rows(read):
    """(name, category, seconds, storage) of every declared cookie."""

    def of(text):
        return [(c.name, c.category and c.category.value, c.duration.seconds, c.storage) for c in read(text).cookies]

    return of


# ------------------------------------------------------------------------------------------- tables


def test_columns_are_told_from_values_where_headings_mislead(rows):
    table = (
        "# Cookies\n\n| Cookie | Use | Time | Notes |\n|---|---|---|---|\n"
        "| sess_id | Necessary | Session | keeps you logged in |\n| _ga | Statistics | 2 years | counts visits |\n"
    )
    assert rows(table) == [("sess_id", "strictly_necessary", 0, "cookie"), ("_ga", "performance", 2 * YEAR, "cookie")]


def test_a_column_of_names_and_providers_is_two(read):
    table = (
        "# Cookies\n\n## Statistics (2)\n\n| Name / Provider | Purpose | Maximum Storage Duration | Type |\n"
        "|---|---|---|---|\n| CookieConsent / acme.example | keeps the choice | Persistent | HTTP Cookie |\n"
        "| _ga / Google | counts visits | 2 years | HTTP Cookie |\n"
    )
    assert [(c.name, c.provider, c.host, c.duration.kind) for c in read(table).cookies] == [
        ("CookieConsent", "acme.example", "acme.example", "persistent"),
        ("_ga", "Google", None, "fixed"),
    ]


def test_a_row_of_a_paired_column_may_be_a_name_alone(read):
    table = (
        "# Cookies\n\n| Name / Host | Purpose | Duration |\n|---|---|---|\n| shop_a / acme.example | login | 2 days |\n"
        "| shop_b | counts visits | 2 years |\n"
    )
    assert [(c.name, c.host) for c in read(table).cookies] == [("shop_a", "acme.example"), ("shop_b", None)]


@pytest.mark.parametrize("heading", ["Cookie / Tracker", "Cookie / Host"])
def test_a_slash_in_the_heading_alone_pairs_nothing(read, heading):
    table = (
        f"# Cookies\n\n| {heading} | Purpose | Duration |\n|---|---|---|\n| shop_a | login | 2 days |\n"
        "| shop_b | counts visits / clicks | 2 years |\n"
    )
    assert [(c.name, c.provider) for c in read(table).cookies] == [("shop_a", None), ("shop_b", None)]


def test_lists_in_cells_are_paired(rows):
    table = (
        "# Cookies\n\n## Analytics cookies\n\n| Cookies | Lifespan |\n|---|---|\n"
        "| _ga , _gid , _gat | 2 years, 1 day, a few seconds |\n"
    )
    assert rows(table) == [
        ("_ga", "performance", 2 * YEAR, "cookie"),
        ("_gid", "performance", 86_400, "cookie"),
        ("_gat", "performance", None, "cookie"),
    ]


def test_the_unit_may_stand_in_the_heading(rows):
    table = "# Cookies\n\n| Name | Lifetime (days) |\n|---|---|\n| _pk_id | 393 |\n| _pk_ses | <1 |\n"
    assert rows(table) == [("_pk_id", None, 393 * 86_400, "cookie"), ("_pk_ses", None, None, "cookie")]


def test_storage_kinds_and_row_spans(read):
    page = (
        "<html><body><h1>Cookie policy</h1><h2>Necessary cookies</h2><p>These cookies keep the site running.</p>"
        "<table><tr><th>Provider</th><th>Name</th><th>Expiry</th><th>Type</th></tr>"
        "<tr><td rowspan=2>Acme</td><td>cart_id</td><td>1 day</td><td>HTTP cookie</td></tr>"
        "<tr><td>cart_state</td><td>Persistent</td><td>HTML local storage</td></tr></table></body></html>"
    )
    declaration = read(page)
    assert [(c.name, c.provider, c.storage) for c in declaration.cookies] == [
        ("cart_id", "Acme", "cookie"),
        ("cart_state", "Acme", "local_storage"),
    ]
    assert "local_storage" in {t.name for t in declaration.technologies}


def test_tables_of_two_columns_are_records(rows):
    table = "# Cookies\n\n| Name | _ga |\n|---|---|\n| Provider | Google |\n| Purpose | counts visits |\n| Expiry | 2 years |\n"
    assert rows(table) == [("_ga", "performance", 2 * YEAR, "cookie")]


def test_records_of_lines(rows):
    text = (
        "Cookie policy\n\nOur website uses these cookies:\n\n"
        "Name: _ga\nProvider: Google\nPurpose: counts visits\nExpiry: 2 years\n\n"
        "Name: _fbp\nProvider: Meta\nPurpose: shows adverts\nExpiry: 3 months\n"
    )
    assert rows(text) == [("_ga", "performance", 2 * YEAR, "cookie"), ("_fbp", "targeting", 90 * 86_400, "cookie")]


def test_a_table_after_all_categories_belongs_to_none(rows):
    text = (
        "# Cookies\n\n## Necessary cookies\n\nThey keep the site safe.\n\n## Analytics cookies\n\nThey count visits.\n\n"
        "## Advertising cookies\n\nThey show adverts.\n\n| Name | Purpose |\n|---|---|\n"
        "| sid_1 | keeps your login |\n| _ga | counts visits |\n"
    )
    assert [(name, category) for name, category, _, _ in rows(text)] == [
        ("sid_1", "strictly_necessary"),
        ("_ga", "performance"),
    ]


def test_tables_of_categories_list_no_cookies(read):
    declaration = read(
        "# Cookies\n\n| Type of cookie | What it does |\n|---|---|\n"
        "| Essential cookies | keep the shop working |\n| Advertising cookies | show you adverts |\n"
    )
    assert declaration.cookies == ()
    assert [c.canonical.value for c in declaration.categories] == ["strictly_necessary", "targeting"]


def test_tables_of_services(read):
    declaration = read(
        "# Cookies\n\nOur app uses these tools.\n\n| Partner name | Used for |\n|---|---|\n"
        "| Mixpanel | statistics |\n| Criteo | advertising |\n"
    )
    assert {s.name: s.category and s.category.value for s in declaration.services} == {
        "Mixpanel": "performance",
        "Criteo": "targeting",
    }


@pytest.mark.parametrize(
    ("name", "kind", "pattern"),
    [
        ("_ga", "exact", "_ga"),
        ("_ga_*", "glob", "_ga_*"),
        ("_hjSession_{site_id}", "glob", "_hjSession_*"),
        ("_gat_UA-XXXXXX-X", "glob", "_gat_UA-*-*"),
        ("_gat_gtag_UA_####", "glob", "_gat_gtag_UA_*"),
        ("_gat_UA-", "glob", "_gat_UA-*"),
        ("*.adnetwork.eu", "host", "adnetwork.eu"),
    ],
)
def test_match_patterns(name, kind, pattern):
    assert (name_match(name).kind, name_match(name).pattern) == (kind, pattern)


# ------------------------------------------------------------------------------------------- scopes


def test_labels_bind_scopes(read):
    declaration = read(
        "Cookie policy\n\nOn our customer portal we use strictly necessary cookies. "
        "On our website, www.acme-voice.eu, we use analytics cookies and advertising cookies.\n"
    )
    kinds = {scope.id: scope.kind for scope in declaration.scopes}
    assert {c.canonical.value: {kinds[s] for s in c.scope_ids} for c in declaration.categories} == {
        "strictly_necessary": {"web_portal"},
        "performance": {"website"},
        "targeting": {"website"},
    }


def test_headings_with_hosts_are_scopes(read):
    table = "| Type | Name | Expiry |\n|---|---|---|\n"
    declaration = read(
        "# Cookie policy\n\nMail privacy@acme-voice.eu.\n\n"
        f"## Cookies on our website www.acme-voice.eu\n\n{table}| Necessary | sid_1 | session |\n\n"
        f"## Cookies on our website shop.acme-voice.eu\n\n{table}| Marketing | _fbp | 3 months |\n"
    )
    hosts = {scope.id: scope.hosts for scope in declaration.scopes}
    assert {c.name: [hosts[s] for s in c.scope_ids] for c in declaration.cookies} == {
        "sid_1": [("www.acme-voice.eu",)],
        "_fbp": [("shop.acme-voice.eu",)],
    }


# ---------------------------------------------------------------------------------------- languages

LANGUAGES = {
    "de": (
        "Cookie-Richtlinie\n\nUnsere Website verwendet Cookies.\n\nNotwendige Cookies\n\nDiese Cookies halten die Website am "
        "Laufen und können nicht abgeschaltet werden.\n\nStatistik-Cookies\n\nDiese Cookies zählen die Besuche unserer "
        "Seiten.\n\nWerbe-Cookies\n\nDiese Cookies zeigen Ihnen passende Anzeigen.\n\n"
        "Sie können Cookies in den Einstellungen Ihres Browsers löschen."
    ),
    "fr": (
        "Politique de cookies\n\nNotre site utilise des cookies.\n\nCookies nécessaires\n\nCes cookies font marcher le site et "
        "ne peuvent pas être désactivés.\n\nCookies de statistiques\n\nCes cookies comptent les visites de nos pages.\n\n"
        "Cookies publicitaires\n\nCes cookies servent à vous montrer des annonces.\n\n"
        "Vous pouvez supprimer les cookies dans les paramètres de votre navigateur."
    ),
    "es": (
        "Política de cookies\n\nNuestra web utiliza cookies.\n\nCookies necesarias\n\nEstas cookies mantienen la web en marcha y "
        "no se pueden desactivar.\n\nCookies estadísticas\n\nEstas cookies cuentan las visitas a nuestras páginas.\n\n"
        "Cookies publicitarias\n\nEstas cookies sirven para mostrarle anuncios.\n\n"
        "Puede borrar las cookies en la configuración de su navegador."
    ),
    "it": (
        "Informativa sui cookie\n\nIl nostro sito utilizza i cookie.\n\nCookie necessari\n\nQuesti cookie fanno girare il sito e "
        "non possono essere disattivati.\n\nCookie statistici\n\nQuesti cookie contano le visite alle nostre pagine.\n\n"
        "Cookie pubblicitari\n\nQuesti cookie servono a mostrare annunci.\n\n"
        "È possibile eliminare i cookie nelle impostazioni del proprio browser."
    ),
    "nl": (
        "Cookiebeleid\n\nOnze website gebruikt cookies.\n\nNoodzakelijke cookies\n\nDeze cookies houden de website draaiende en "
        "kunnen niet worden uitgeschakeld.\n\nStatistische cookies\n\nDeze cookies tellen de bezoeken aan onze pagina's.\n\n"
        "Advertentiecookies\n\nDeze cookies laten u passende advertenties zien.\n\n"
        "U kunt cookies verwijderen in de instellingen van uw browser."
    ),
    "pl": (
        "Polityka cookies\n\nNasz serwis używa plików cookies.\n\nNiezbędne cookies\n\nTe pliki utrzymują serwis w ruchu i nie "
        "można ich wyłączyć.\n\nStatystyczne cookies\n\nTe pliki liczą odwiedziny naszych stron.\n\n"
        "Reklamowe cookies\n\nTe pliki pokazują dopasowane ogłoszenia i reklamy.\n\n"
        "Możesz usunąć cookies w ustawieniach przeglądarki."
    ),
    "sv": (
        "Cookiepolicy\n\nVår webbplats använder cookies.\n\nNödvändiga cookies\n\nDessa cookies håller webbplatsen igång och kan "
        "inte stängas av.\n\nStatistikcookies\n\nDessa cookies räknar besöken på våra sidor.\n\n"
        "Annonscookies\n\nDessa cookies visar dig annonser.\n\nDu kan radera cookies i inställningarna i din webbläsare."
    ),
    "da": (
        "Cookiepolitik\n\nVores hjemmeside bruger cookies.\n\nNødvendige cookies\n\nDisse cookies holder hjemmesiden kørende og "
        "kan ikke slås fra.\n\nStatistikcookies\n\nDisse cookies tæller besøg på vores sider.\n\n"
        "Marketingcookies\n\nDisse cookies viser dig annoncer.\n\nDu kan slette cookies i indstillingerne i din browser."
    ),
}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_same_policy_in_every_language(read, language):
    declaration = read(LANGUAGES[language])
    assert declaration.document.language == language
    assert [c.canonical.value for c in declaration.categories] == ["strictly_necessary", "performance", "targeting"]
    assert [(c.type, c.subject_value) for c in declaration.claims] == [("always_active", "strictly_necessary")]
    assert [m.mechanism for m in declaration.consent] == ["browser_settings"]
    assert declaration.disclosure_level == "categories"


@pytest.mark.parametrize(
    "text",
    [
        "Cookie policy. We only set non-essential cookies on our website if you agree.",
        "Cookiebeleid. Wij plaatsen niet-noodzakelijke cookies op onze website alleen met uw toestemming.",
        "Cookie-Richtlinie. Nicht notwendige Cookies setzen wir auf unserer Website nur mit Ihrer Einwilligung.",
        "Politique de cookies. Les cookies non nécessaires sont déposés sur notre site uniquement avec votre accord.",
    ],
)
def test_not_necessary_is_no_necessary_category(read, text):
    declaration = read(text)
    assert declaration.categories == ()
    assert "consent_before_setting" in {c.type for c in declaration.claims}


def test_contractions_are_negations(claims):
    text = "Cookie policy. Our website uses cookies. We don't use advertising cookies and we won't sell your data."
    assert {(kind, value) for kind, _, value in claims(text)} == {("category_unused", "targeting"), ("no_sale", None)}


def test_labels_in_lines_of_their_own(read):
    lines = "".join(
        f"<div><h5>Name</h5></div><div>{name}</div><div><h5>Expiration</h5></div><div>{time}</div>"
        f"<div><h5>Function</h5></div><div>{what}</div>"
        for name, time, what in (("_vst", "2 days", "Counts visits"), ("wd", "1 week", "Screen size"))
    )
    declaration = read(
        "<h1>Cookie policy</h1><p>Our website uses cookies.</p><h2>Placed cookies</h2><h3>Statistics</h3>" + lines
    )
    assert [(c.name, c.category.value, c.duration.seconds) for c in declaration.cookies] == [
        ("_vst", "performance", 172800),
        ("wd", "performance", 604800),
    ]


def test_headings_with_the_words_of_columns_are_no_records(read):
    text = "# Cookies\n\nWe use them.\n\n## Purpose\n\nThey count visits.\n\n## Duration\n\nThey last a year.\n"
    assert not read(text).cookies


def test_names_set_as_code_in_a_table(read):
    declaration = read(
        "# Cookie policy\n\nWe use local storage.\n\n| Item | Purpose | Kept |\n| --- | --- | --- |\n"
        "| `theme` | Keeps your theme. | 1 year |\n| `basket` | Keeps your basket. | 1 day |\n"
    )
    assert [c.name for c in declaration.cookies] == ["theme", "basket"]


def test_a_list_that_a_denial_opens(read):
    declaration = read(
        "# Politique de cookies\n\nLe site n'utilise aucun cookie :\n\n- de mesure d'audience\n- publicitaire\n"
    )
    assert {(c.type, c.subject_value) for c in declaration.claims} == {
        ("category_unused", "performance"),
        ("category_unused", "targeting"),
    }


def test_a_table_of_purposes_names_categories(read):
    declaration = read(
        "# Cookie policy\n\nWe use cookies.\n\n| Purpose | Description |\n| --- | --- |\n"
        "| Security | They keep accounts safe. |\n| Advertising | They choose the ads. |\n"
    )
    assert {c.canonical.value for c in declaration.categories} == {"strictly_necessary", "targeting"}


def test_a_table_of_technologies_names_none(read):
    declaration = read(
        "# Cookie policy\n\n| Type of technology | Description |\n| --- | --- |\n"
        "| Pixels | We use pixels in our web pages and emails to learn what is read. |\n"
        "| Other similar technologies | We use tags, too. |\n"
    )
    assert not declaration.categories
    assert {"web_beacons", "email_pixels"} <= {t.name for t in declaration.technologies}


def test_a_second_column_beside_names_tells_what_they_are_for(rows):
    table = (
        "# Cookies\n\n| Name | Remarks |\n|---|---|\n| cart_id | Holds your basket. Expires: 3 days. |\n"
        "| lang_pref | Remembers your language. Expires: when the browser is closed. |\n"
    )
    assert [(name, seconds) for name, _, seconds, _ in rows(table)] == [("cart_id", 3 * 86_400), ("lang_pref", 0)]


def test_services_in_the_heading_of_a_table_are_declared(read):
    declaration = read(
        "# Cookie policy\n\nWe use cookies.\n\n## Matomo & Hotjar\n\n| Cookie | Duration |\n|---|---|\n| _x1 | 1 day |\n"
    )
    assert {(s.name, s.category.value) for s in declaration.services} == {
        ("Matomo", "performance"),
        ("Hotjar", "performance"),
    }
    assert [c.category.value for c in declaration.cookies] == ["performance"]


def test_a_heading_that_says_more_than_names_declares_no_service(read):
    declaration = read(
        "# Cookie policy\n\nWe use cookies.\n\n## What our shop counts by itself rather than with Matomo\n\n"
        "| Cookie | Duration |\n|---|---|\n| _x1 | 1 day |\n"
    )
    assert not declaration.services


def test_a_social_network_one_uses_is_no_category(read):
    declaration = read(
        "# Informativa cookie\n\nIl sito usa cookie tecnici, letti anche quando si visita un social network.\n"
    )
    assert [c.canonical.value for c in declaration.categories] == ["strictly_necessary"]


# ------------------------------------------------------------------------------------ names in parentheses


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        (
            "We only use necessary cookies: to balance load (BIGipServer*), against bots (visid_incap_*, incap_ses_*), "
            "for your session (sess_id) and your language (lang).",
            ["BIGipServer*", "visid_incap_*", "incap_ses_*", "sess_id", "lang"],
        ),
        ("We use cookies to sign you in (sess_id) and for your language (optional).", ["sess_id"]),
        (
            "We use cookies (sess_id, cart_id) for your language (optional) and more (see below for that).",
            ["sess_id", "cart_id"],
        ),
        ("We use cookies for pages in a modern format (HTML5) and for measuring (GA4).", []),
    ],
)
def test_names_in_parentheses_behind_what_they_are_for(read, sentence, names):
    assert sorted(c.name for c in read(f"# Cookie policy\n\n{sentence}\n").cookies) == sorted(names)


def test_items_under_the_label_of_a_category_in_a_privacy_policy(read):
    declaration = read(
        "# Privacy policy\n\nAcme Ltd. We use cookies on www.acme.com:\n\n## Essential\n\n- acme_agreed - remembers your "
        "agreement, 6 months\n\n## Analytics (HubSpot)\n\n- hubspotutk - recognises a visitor, 6 months\n\n## Your data\n\n"
        "- order_history - we keep it for six years\n"
    )
    assert [(c.name, c.category.value) for c in declaration.cookies] == [
        ("acme_agreed", "strictly_necessary"),
        ("hubspotutk", "performance"),
    ]

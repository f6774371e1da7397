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


def test_names_in_a_row_behind_a_colon_with_one_lifetime(rows):
    page = (
        "Cookie Policy\n\n3.1 Essential Cookies\n\nThey keep the site safe. Examples: ab_sid, csrf_token, theme. Up to 12"
        " months.\n\n3.2 Analytics Cookies\n\nCookies: ab_stat (Session), ab_uid (2 years).\n"
    )
    assert rows(page) == [
        ("ab_sid", "strictly_necessary", 360 * DAY, "cookie"),
        ("csrf_token", "strictly_necessary", 360 * DAY, "cookie"),
        ("theme", "strictly_necessary", 360 * DAY, "cookie"),
        ("ab_stat", "performance", 0, "cookie"),
        ("ab_uid", "performance", 2 * YEAR, "cookie"),
    ]


@pytest.mark.parametrize("row", ["language, region, theme", "Google, ab_partner, Meta", "ab_sid"])
def test_words_in_a_row_are_no_names(rows, row):
    assert rows(f"Cookie Policy\n\nEssential Cookies\n\nThey keep the site safe. Examples: {row}.\n") == []


def test_a_name_alone_below_a_line_that_ends_with_a_colon(rows):
    page = "Informasjonskapsler\n\nHotjar\nHotjar bruker informasjonskapsler. En av de vanligste er:\n_hjAbc\nDe er anonyme.\n"
    assert [one[0] for one in rows(page)] == ["_hjAbc"]


def test_a_label_keeps_the_number_of_a_version_in_parentheses(read):
    page = "# Cookies\n\n## 3.2 Analytics cookies (Google Analytics 4)\n\nThey count visits.\n"
    assert [(c.label, c.number) for c in read(page).categories] == [("Analytics cookies (Google Analytics 4)", "3.2")]


def test_an_item_behind_a_dash_ends_what_the_one_before_governs(read):
    page = "Cookies\n\nNa webu používáme tyto cookies:\n- Technické – zajišťují funkci webu.\n- Google Analytics – pro statistiky.\n"
    assert [(s.name, s.category.value) for s in read(page).services] == [("Google Analytics", "performance")]


def test_paragraphs_that_begin_with_labels(read):
    page = (
        "Cookie policy\n\nEssential cookies are those without which the site would not run.\n\n"
        "Analytics cookies are those that count our many visitors.\n"
    )
    assert [c.label for c in read(page).categories] == ["Essential cookies", "Analytics cookies"]


def test_one_paragraph_that_begins_with_a_label_stands_for_itself(read):
    page = "Cookie policy\n\nEssential cookies are those without which the site would not run.\n\nAsk us about them.\n"
    assert [c.basis for c in read(page).categories] in ([], ["prose"])


def test_a_sentence_of_a_lifetime_is_that_of_its_category(read):
    page = "# Cookies\n\n## Analytics cookies\n\nThey count visits. Up to 24 months.\n"
    assert [(r.subject, r.duration.seconds) for r in read(page).retention] == [("performance", 720 * DAY)]


SERVICES = (
    "# Cookie-Richtlinie\n\n## Übersicht\n\n| Kategorie | Dienst / Cookie-Name | Anbieter | Zweck | Speicherdauer |\n"
    "|---|---|---|---|---|\n| Essenziell | acme-consent | Acme | Ihre Wahl | bis Widerruf |\n"
    "| Statistik | _ga, _gid | Google | Analyse mit Google Analytics | _ga: 2 Jahre, _gid: 24 Stunden |\n"
)


def test_a_column_of_services_or_cookie_names_that_holds_names(read, rows):
    assert rows(SERVICES) == [
        ("acme-consent", "strictly_necessary", None, "cookie"),
        ("_ga", "performance", 2 * YEAR, "cookie"),
        ("_gid", "performance", DAY, "cookie"),
    ]
    declaration = read(SERVICES)
    assert [(s.name, s.category.value) for s in declaration.services] == [("Google Analytics", "performance")]
    assert declaration.cookies[0].duration.kind == "until_event"


def test_a_column_of_services_or_cookie_names_that_holds_services(read):
    page = SERVICES.replace("acme-consent", "Acme Consent").replace("_ga, _gid", "Google Analytics")
    assert read(page).cookies == ()


def test_a_law_is_no_cookie(rows):
    page = (
        "Cookie-Richtlinie\n\nRechtsgrundlagen für Cookies:\n\n- Telemedien-Datenschutz-Gesetz: es schützt Ihr Gerät.\n"
    )
    assert rows(page) == []


def test_the_provider_own_is_no_column_of_parties(read):
    page = (
        "# Política de Cookies\n\n| Cookie | Proveedor | Finalidad | Duración | Tipo |\n|---|---|---|---|---|\n"
        "| locale_ab | Propia | idioma | 1 año | Primera parte |\n"
    )
    assert [(c.provider, c.party.value) for c in read(page).cookies] == [("Propia", "first")]


def test_the_name_of_one_service_says_nothing_of_another(read):
    page = "# Cookies\n\nSome third-party cookies (Google Analytics, Meta Pixel) send data abroad when we use them.\n"
    assert {s.name: s.category.value for s in read(page).services} == {
        "Google Analytics": "performance",
        "Facebook Pixel": "targeting",
    }


def test_what_many_websites_and_applications_do_is_no_scope_of_this_one(read):
    page = "# Cookies Policy\n\nLike many websites and applications, our site www.acme.example uses cookies.\n"
    assert [scope.kind for scope in read(page).scopes] == ["website"]


def test_the_number_of_a_bold_heading_in_tags(read):
    page = "Política de Cookies\n\n<strong>2.1. Cookies esenciales</strong>\n\n**Hacen** que la web funcione.\n"
    assert [(c.label, c.number) for c in read(page).categories] == [("Cookies esenciales", "2.1")]


def test_a_title_of_measuring_and_marketing_names_two_categories(read):
    page = "# Cookieverklaring\n\n## 3. Analytische en marketingcookies\n\nWij meten en adverteren.\n"
    assert [(c.label, c.number, c.canonical.value) for c in read(page).categories] == [
        ("Analytische", "3", "performance"),
        ("marketingcookies", "3", "targeting"),
    ]


def test_third_party_cookies_beside_categories_are_unclassified(read):
    page = (
        "# Cookies\n\n## 2.1 Essential cookies\n\nSign-in.\n\n## 2.2 Analytics cookies\n\nThey count visits.\n\n"
        "## 2.3 Third-party cookies\n\n{}\n"
    )
    assert [c.canonical.value for c in read(page.format("Videos may set cookies of others.")).categories] == [
        "strictly_necessary",
        "performance",
        "unclassified",
    ]
    denied = read(page.format("No marketing cookies of third parties."))
    assert "unclassified" not in [c.canonical.value for c in denied.categories]
    apart = read(page.format("Videos.").replace("2.3 Third", "3 Third"))
    assert "unclassified" not in [c.canonical.value for c in apart.categories]


def test_listed_names_have_the_only_lifetime_of_their_category(rows):
    page = (
        "Polityka Cookies\n\nCookies analityczne\nZapisywane są pliki cookies:\n_ab\n_ab_cd\nCookies te służą do:\nstatystyk,\n"
        "Okres przechowywania: do około 14 miesięcy.\n"
    )
    assert [one[2] for one in rows(page)] == [420 * DAY, 420 * DAY]


def test_a_word_of_safety_makes_no_tracker_necessary(read):
    page = "# Cookies\n\nGoogle Analytics uses this cookie for the security of its accounts.\n"
    assert [s.category.value for s in read(page).services] == ["performance"]


@pytest.mark.parametrize("words", ["The ABSESSID cookie keeps your session.", "Das Cookie ab_sid hält die Sitzung."])
def test_a_name_beside_the_word_cookie(rows, words):
    assert len(rows(f"Cookie policy\n\nCookies are small files.\n\n{words}\n")) == 1


@pytest.mark.parametrize("words", ["The analytics cookie counts visits.", "The HTTP cookie is a small file."])
def test_a_word_beside_the_word_cookie_is_no_name(rows, words):
    assert rows(f"Cookie policy\n\nCookies are small files.\n\n{words}\n") == []


def test_social_networks_in_a_list_of_kinds_of_sites_are_no_category(read):
    page = "Cookie-Richtlinie\n\nCookies speichern Daten, um Shops, soziale Netzwerke und Foren einfacher zu machen.\n"
    assert "targeting" not in [c.canonical.value for c in read(page).categories]


def test_a_lifetime_in_a_line_below_a_description(rows):
    page = (
        "Cookie-Richtlinie\n\nCookies sind Dateien.\n\nab_sid\n\nDieses Cookie hält den Korb.\n\n"
        "Löschung beim Schließen des Browsers\n\nab_uid\n\nDieses Cookie kennt Sie.\n\nSpeicherdauer 2 Jahre\n"
    )
    assert [(one[0], one[2]) for one in rows(page)] == [("ab_sid", 0), ("ab_uid", 2 * YEAR)]


def test_a_provider_may_be_the_first_line_of_a_row(read):
    page = (
        "Cookies\n\nAnalytics cookies\nProvider\nName\nDescription\nValidity\nAcme Stats\n_ab\nTells users apart\n2 years\n"
        "Acme Stats\n_ab_[ID]\nKeeps the session\n2 w\n"
    )
    assert [(c.name, c.provider, c.category.value) for c in read(page).cookies] == [
        ("_ab", "Acme Stats", "performance"),
        ("_ab_[ID]", "Acme Stats", "performance"),
    ]


def test_bars_left_at_the_end_of_lines(rows):
    page = "Cookies\n\nEssential cookies\nName |\nFunction |\nDuration |\n_ab |\nSign-in. |\nsession |\n_cd |\nCart. |\n2w |\n"
    assert [(one[0], one[2]) for one in rows(page)] == [("_ab", 0), ("_cd", 14 * DAY)]


def test_names_in_parentheses_of_a_category_have_the_service_before_them(read):
    page = (
        "Cookie Policy\n\nTypes of Cookies\nEssential: Sign-in.\n"
        "Marketing: Used by Meta (_fbp, _fbc) and Google Ads (_gcl_au) to show ads.\n"
    )
    assert [(c.name, c.provider, c.category.value) for c in read(page).cookies] == [
        ("_fbp", "Meta", "targeting"),
        ("_fbc", "Meta", "targeting"),
        ("_gcl_au", "Google Ads", "targeting"),
    ]


def test_functional_or_necessary_cookies_are_necessary(read):
    page = "# Cookies\n\n## 1. Functional cookies or strictly necessary cookies\n\nThey let you browse.\n"
    assert [c.canonical.value for c in read(page).categories] == ["strictly_necessary"]


@pytest.mark.parametrize(
    "page",
    [
        "Informacja o cookies\n\nZrezygnowaliśmy z reklamowych cookies firm trzecich.\n",
        "Cookies\n\nLegislation and regulations\n\nFor tracking cookies the law asks those who use them for consent.\n",
        "Pliki cookie\n\nPodstawowe funkcje plików cookie:\nAnaliza\n\nPliki te zapisuje przeglądarka.\n",
    ],
)
def test_what_is_given_up_or_said_in_general_is_no_category(read, page):
    assert read(page).categories == ()


def test_services_beside_others_of_their_company_are_not_for_the_same(read):
    page = "# Cookies\n\nWe use cookies of:\n\n- Google (e.g. Google Analytics, Google Maps),\n"
    assert {s.name: s.category and s.category.value for s in read(page).services} == {
        "Google Analytics": "performance",
        "Google Maps": None,
    }

"""Tables and lists that a text shows line by line; titles without marks; lifetimes under labels."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest

YEAR, MONTH, DAY = 365 * 86_400, 30 * 86_400, 86_400


@pytest.fixture
def rows(read):
    """(name, category, seconds) of every declared cookie."""

    def of(text):
        return [(c.name, c.category and c.category.value, c.duration.seconds) for c in read(text).cookies]

    return of


@pytest.fixture
def labels(read):
    """(label, number, category, consent) of every declared category."""

    def of(text):
        return [(c.label, c.number, c.canonical.value, c.consent) for c in read(text).categories]

    return of


# ------------------------------------------------------------------------------------ cells by line


def test_a_table_of_one_cell_a_line_is_a_table(read, labels):
    page = (
        "Cookie policy\n\nNecessary cookies\n\nWe use them to keep the shop working.\n\nNecessary cookies in use:\n\n"
        "Cookie name\nProvider\nPurpose\nDuration\nshop_sid\nAcme\nKeeps you signed in\nSession\n"
        "basket_id\nAcme\nHolds the basket\n1 month\n"
    )
    assert [(c.name, c.provider, c.category.value, c.duration.seconds) for c in read(page).cookies] == [
        ("shop_sid", "Acme", "strictly_necessary", 0),
        ("basket_id", "Acme", "strictly_necessary", MONTH),
    ]
    assert labels(page) == [("Necessary cookies", None, "strictly_necessary", "not_stated")]


def test_the_cells_of_such_a_table_are_no_labels(read):
    page = (
        "Política de cookies\n\nCookies técnicas: hacen que la web funcione.\n\nRelación de cookies\n\n"
        "Nombre\nFinalidad\nPropia/Terceros\nDuración\nDescripción\n\nmi_sesion\n\nEstrictamente necesaria\n\nPropia\n\n"
        "Sesión\n\nMantiene el acceso.\n\n_ga\n\nAnalítica\n\nTerceros\n\n2 años\n\nCuenta visitas.\n"
    )
    declaration = read(page)
    assert [(c.name, c.category.value, c.category_basis, c.party.value) for c in declaration.cookies] == [
        ("mi_sesion", "strictly_necessary", "stated", "first"),
        ("_ga", "performance", "stated", "third"),
    ]
    assert "Estrictamente necesaria" not in [c.label for c in declaration.categories]


def test_headings_without_names_below_are_no_table(rows):
    page = "Cookie policy\n\nName\nPurpose\nDuration\n\nWe keep your name for a year.\nAsk us.\nThanks.\n"
    assert rows(page) == []


def test_bars_with_a_line_of_dashes_need_no_outer_bars(rows):
    page = "Cookie policy\nName | Purpose | Duration |\n---|---|---|\nab_sid | sign in | Session |\n_ga | counts visits | 2 years |\n"
    assert rows(page) == [("ab_sid", "strictly_necessary", 0), ("_ga", "performance", 2 * YEAR)]


def test_a_name_in_a_line_of_its_own_is_described_by_the_lines_below(rows):
    page = (
        "About our cookies\nThis site uses cookies.\nshop_sid\nIs for the shop. Removed when the browser"
        " closes.\n_ga\nMeasures visits.\nSaved for two years.\n"
    )
    assert rows(page) == [("shop_sid", None, 0), ("_ga", "performance", 2 * YEAR)]


def test_one_such_name_or_an_abbreviation_is_no_list(rows):
    page = "About our cookies\nThis site uses cookies.\nGDPR\nThe law of the Union.\nFAQ\nAsk us anything.\n"
    assert rows(page) == []


# --------------------------------------------------------------------------------------- name lines


def test_lines_of_a_name_and_its_use_are_entries(read):
    page = (
        "Cookies\n\nEssential cookies\nThey let the site work.\nacme_session: keeps you signed in (session)\n"
        "acme-consent-id: remembers what you chose about cookies (6 months)\nlocale: your language (13 months)\n"
    )
    declaration = read(page)
    assert [(c.name, c.category.value, c.duration.seconds) for c in declaration.cookies] == [
        ("acme_session", "strictly_necessary", 0),
        ("acme-consent-id", "strictly_necessary", 6 * MONTH),
        ("locale", "strictly_necessary", 13 * MONTH),
    ]
    assert declaration.retention == ()


def test_hyphened_names_in_a_row_below_an_opening_are_names(rows):
    page = (
        "Cookie policy\nEssential cookies\nExamples of these cookies:\nuser-choice - your choice\ncsrf-token - safety\n"
    )
    assert rows(page) == [("user-choice", "strictly_necessary", None), ("csrf-token", "strictly_necessary", None)]


def test_kinds_of_cookies_in_a_row_are_no_names(rows):
    page = "Cookie policy\nThere are two kinds of cookies:\nfirst-party - set by us\nthird-party - set by others\n"
    assert rows(page) == []


def test_a_description_that_is_about_the_session_gives_no_lifetime(rows):
    page = (
        "Cookie policy\n\nEssential cookies\n\n- ab_sid - tells the session of a user\n- cd_sid - sign in (session)\n"
    )
    assert rows(page) == [("ab_sid", "strictly_necessary", None), ("cd_sid", "strictly_necessary", 0)]


# ------------------------------------------------------------------------------------------- titles


def test_titles_that_run_into_their_text_are_labels(read, labels):
    page = (
        "# Cookie policy\n\n## Types of cookies we use\n\n- Essential cookies These cookies keep the site safe.\n"
        "- Marketing cookies These cookies show ads. We do not currently use any marketing cookies.\n"
    )
    assert [(c.label, c.in_use) for c in read(page).categories] == [
        ("Essential cookies", "yes"),
        ("Marketing cookies", "no"),
    ]


def test_labels_with_an_aside_in_a_list_of_numbers(labels):
    page = (
        "Cookie policy\n\n1.1. own cookies\n\n2. By their use:\n\n2.1. strictly necessary cookies (that let the shop"
        " work),\n\n2.2. functional/preferential cookies (that fit the shop to you),\n"
    )
    assert [one[:3] for one in labels(page)] == [
        ("strictly necessary cookies", "2.1", "strictly_necessary"),
        ("functional/preferential cookies", "2.2", "functional"),
    ]


def test_the_state_in_parentheses_is_no_part_of_a_label(labels):
    page = (
        "Cookie policy\n\n2.1 Technical Cookies (no consent required)\n\n- Session: sign in.\n\n"
        "2.2 Analytics Cookies (consent required)\n\nThey count visits.\n"
    )
    assert labels(page) == [
        ("Technical Cookies", "2.1", "strictly_necessary", "not_required"),
        ("Analytics Cookies", "2.2", "performance", "required"),
    ]


def test_the_last_item_of_a_list_of_purposes_is_no_label(labels):
    page = (
        "# Cookie policy\n\nWe use cookies to:\n\n- keep the site safe\n- Improve the performance of the site\n\n"
        "We never use them to find out who you are.\n\n## Statistics cookies\n\nThey count visits.\n"
    )
    assert [one[0] for one in labels(page)] == ["Statistics cookies"]


def test_a_first_sentence_below_a_label_is_no_second_label(labels):
    page = (
        "Cookies\n\nCategories we use\n\nNecessary\n\nAlways active\n\nRequired for the website to function. Sign-in.\n\n"
        "Marketing\n\nUsed for targeted advertising. Ads fit you better.\n"
    )
    assert [one[:3] for one in labels(page)] == [
        ("Necessary", None, "strictly_necessary"),
        ("Marketing", None, "targeting"),
    ]


@pytest.mark.parametrize(
    ("page", "category"),
    [
        ("Cookies\n\nNavigationscookies\nWir verwenden sie, damit die Website läuft.\n", "strictly_necessary"),
        ("Cookies\n\nCookies zur Datenanalyse\nDiese Website zählt Besuche.\n", "performance"),
        ("Cookies\n\nLos datos\n\nCookies de navegación\nPermiten que la web funcione.\n", "strictly_necessary"),
        ("Cookies\n\nFunctional cookies\nThese are required for the proper functioning of the site.\n", "strictly_necessary"),
        ("Cookies\n\nFunctional cookies\nThese remember you. No consent is needed for them.\n", "functional"),
        ("Cookies\n\nFeature cookies\nThese fit the site to your screen.\n", "functional"),
        ("Cookies\n\nCookies sociais\nPermitem partilhar o conteúdo com a sua rede do site.\n", "targeting"),
        (
            "Cookies policy\n\nWhat cookies do we use?\n\n1 - Cookies strictly necessary for the operation of the site\n\n"
            "They help you to move around.\n",
            "strictly_necessary",
        ),
    ],
)  # fmt: skip
def test_labels_of_headings(read, page, category):
    assert [c.canonical.value for c in read(page).categories] == [category]


# ----------------------------------------------------------------------------- consent and lifetimes


def test_consent_asked_for_all_but_the_necessary_is_that_of_each_category(labels):
    page = (
        "# Cookie policy\n\nWe ask for your consent before we set any non-essential cookies.\n\n"
        "## Essential cookies\n\nSign-in.\n\n## Analytics cookies\n\nThey count visits.\n"
    )
    assert [one[3] for one in labels(page)] == ["not_required", "required"]


def test_without_such_a_statement_consent_is_not_stated(labels):
    page = "# Cookie policy\n\n## Essential cookies\n\nSign-in.\n\n## Analytics cookies\n\nThey count visits.\n"
    assert [one[3] for one in labels(page)] == ["not_stated", "not_stated"]


def test_a_lifetime_under_a_label_is_that_of_the_category(read):
    page = (
        "# Cookies\n\n## Analytics cookies\n\nThey count visits.\n\nProvider: Acme\nRetention period: 14 months\n\n"
        "## Contact\n\nRetention period: 2 years\n"
    )
    assert [(r.subject, r.duration.seconds) for r in read(page).retention] == [("performance", 14 * MONTH)]


def test_a_cookie_policy_that_names_no_place_is_about_the_website(read):
    assert [scope.kind for scope in read("# Cookie policy\n\nCookies are small files.\n").scopes] == ["website"]


def test_the_party_in_the_column_of_types(read):
    page = (
        "# Cookies\n\n| Cookie | Type | Duration |\n|---|---|---|\n| ab_sid | Own, technical | Session |\n"
        "| _ga | Analytics, third party | 2 years |\n"
    )
    assert [c.party.value for c in read(page).cookies] == ["first", "third"]


# ------------------------------------------------------------------------------------ what is no name


def test_a_service_in_capitals_that_begins_an_item_is_no_cookie(read):
    page = "Cookies\n\nWelche Cookies verwenden wir?\n\n- PIWIK (MATOMO): Wir zählen damit Besuche. Cookies.\n"
    declaration = read(page)
    assert declaration.cookies == ()
    assert [service.name for service in declaration.services] == ["Matomo"]


def test_a_sentence_behind_a_kind_of_cookie_is_no_name(rows):
    page = (
        "Cookies\n\nLes cookies nécessaires\n\n- Cookie de session : il permet au site de suivre vos mouvements de page"
        " en page. Durée : session.\n"
    )
    assert rows(page) == []


def test_a_row_that_says_that_it_is_no_cookie_declares_none(rows):
    page = (
        "# Cookies\n\n| Name | Purpose | Duration |\n|---|---|---|\n| Loader script (no cookie) | loads | - |\n"
        "| ab_sid | sign in | Session |\n"
    )
    assert rows(page) == [("ab_sid", "strictly_necessary", 0)]


def test_names_that_share_a_cell_of_a_line(rows):
    page = "Cookies\nCookie name\nPurpose\nDuration\n_ab, _cd\nCounts visits\n2 years\nshopUser\nSign in\nSession\n"
    assert rows(page) == [
        ("_ab", "performance", 2 * YEAR),
        ("_cd", "performance", 2 * YEAR),
        ("shopUser", "strictly_necessary", 0),
    ]


def test_a_column_of_purposes_that_are_all_labels_is_that_of_categories(read):
    page = (
        "# Cookiebeleid\n\n| Doel | Naam | Bewaartermijn |\n|---|---|---|\n| Statistische doeleinden | _ga | 2 jaar |\n"
        "| Functionele cookie | ab_sid | Sessie |\n"
    )
    declaration = read(page)
    assert [(c.name, c.category.value, c.category_basis) for c in declaration.cookies] == [
        ("_ga", "performance", "stated"),
        ("ab_sid", "functional", "stated"),
    ]
    assert [c.canonical.value for c in declaration.categories] == ["performance", "functional"]


# ----------------------------------------------------------------------------------- more categories


def test_a_category_of_which_there_are_none_is_unused(read):
    page = "Cookie Policy\n\nFunctional cookies\nNone. Your language is in the address.\n\nAnalytics cookies\nThey count.\n"
    assert [c.in_use for c in read(page).categories] == ["no", "yes"]


def test_a_title_of_cookies_and_something_is_no_label(labels):
    page = "Cookies & Analyse\n\nDiese Website verwendet Cookies. Sie merken sich Ihre Wahl.\n"
    assert "Cookies & Analyse" not in [one[0] for one in labels(page)]


def test_a_text_that_begins_with_cookies_is_a_cookie_policy(read):
    page = (
        "Les cookies sont de petits fichiers.\n\nSELON LEUR OBJECTIF\nNécessaires :ceux dont le site a besoin.\n"
        "Analytiques : ils comptent les visites.\nAdresse\nRue\nVille\nPays\nTéléphone\nFax\n"
    )
    assert [c.canonical.value for c in read(page).categories] == ["strictly_necessary", "performance"]


def test_that_cookies_are_sometimes_necessary_names_no_category(labels):
    page = (
        "Cookie Policy\n\nWhy do we use cookies?\n\nIn some cases, cookies are necessary to offer a service.\n\n"
        "Statistics cookies\n\nThey count visits.\n"
    )
    assert [one[0] for one in labels(page)] == ["Statistics cookies"]


def test_the_lifetime_of_a_kind_of_cookie_in_a_list(read):
    page = "Cookies\n\nWe set two cookies:\n\n- A persistent cookie that knows you again (expires after 2 years).\n"
    assert [r.duration.seconds for r in read(page).retention] == [2 * YEAR]


# ------------------------------------------------------------------------------------ what is no name


def test_words_in_capitals_before_a_colon_are_no_cookies(rows):
    page = (
        "# Cookies\n\nWe use cookies.\n\nVAT: 1234567890\nEORI: 98765000\n\n"
        "**NOTE:** Without cookies some pages do not work.\n\n- IDE: advertising by DoubleClick, lasts 1 year\n"
    )
    assert rows(page) == [("IDE", "targeting", YEAR)]


def test_answers_in_capitals_are_no_cookies_and_not_recommended_is_no_answer(read):
    page = (
        "# Polityka cookies\n\n| Kategoria | Czy wymaga zgody? | Można wyłączyć? | Cel |\n|---|---|---|---|\n"
        "| Cookies niezbędne | NIE (konieczne) | Nie zalecane | Podstawowe funkcje |\n"
        "| Cookies analityczne | TAK | Tak | Statystyki |\n"
    )
    declaration = read(page)
    assert declaration.cookies == ()
    assert "always_active" not in {claim.type for claim in declaration.claims}


def test_a_pattern_in_a_sentence_is_that_of_the_rows(rows):
    page = (
        "# Cookies\n\n| Name | Purpose | Duration |\n|---|---|---|\n| `_ab` | statistics | 2 years |\n"
        "| `_ab_<id>` | statistics | 2 years |\n\nThe cookies _ab and _ab_<id> count. The `_ab*` cookies are deleted.\n"
    )
    assert rows(page) == [("_ab", "performance", 2 * YEAR), ("_ab_<id>", "performance", 2 * YEAR)]


def test_the_party_in_parentheses_behind_a_provider(read):
    page = (
        "# Cookies\n\n| Name | Provider | Purpose |\n|---|---|---|\n| sid_a | Acme (first-party) | sign in |\n"
        "| _ab | Beta Ltd (Third Party) | statistics |\n| _cd | Gamma (Delta) | statistics |\n"
    )
    told = [(c.provider, c.party.value) for c in read(page).cookies]
    assert told == [("Acme", "first"), ("Beta Ltd", "third"), ("Gamma (Delta)", "not_stated")]


def test_hosts_below_the_heading_of_providers_are_both(read):
    page = (
        "# Cookies\n\n| Name | Provider | Purpose |\n|---|---|---|\n| sid_a | shop.example | sign in |\n"
        "| _ab | shop.example | statistics |\n"
    )
    assert [(c.provider, c.host) for c in read(page).cookies] == [("shop.example", "shop.example")] * 2


def test_the_purposes_of_what_remembers_the_banner_and_of_what_limits_requests(rows):
    page = (
        "# Cookies\n\n| Name | Purpose | Duration |\n|---|---|---|\n| seen_it | Tells us that you have seen our cookie "
        "message | 1 year |\n| _gx | Manages the rate at which page view requests are made | 10 minutes |\n"
    )
    assert [row[1] for row in rows(page)] == ["strictly_necessary", "performance"]


def test_consent_as_a_topic_and_a_lifetime_are_no_categories(labels):
    page = (
        "# Politique de cookies\n\nNous utilisons des cookies.\n\n## 1. Consentement\n\nUne bannière vous demande "
        "votre choix.\n\n## 2. Durées\n\n- **Cookies âge et consentement** : 1 an.\n"
    )
    assert labels(page) == []


def test_a_cookie_of_consent_is_necessary(labels):
    page = "# Cookies\n\n- Cookies de consentement : ils gardent vos choix.\n- Cookies de mesure : statistiques.\n"
    assert [(one[0], one[2]) for one in labels(page)][:1] == [("Cookies de consentement", "strictly_necessary")]


# ------------------------------------------------------------------------------------ dates of the file


@pytest.mark.parametrize(
    ("line", "date"),
    [("effective: 2026-02-01", "2026-02-01"), ("date: 2026-02-01", "2026-02-01"), ("date: 2026-02-01 06:01:00", None)],
)
def test_the_date_in_the_head_of_a_file(read, line, date):
    updated = read(f"---\ntitle: Cookies\n{line}\n---\n\nWe use cookies on this site for statistics.\n").last_updated
    assert (updated and updated.date) == date

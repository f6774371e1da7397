"""Categories that lines with badges, columns with answers and paragraphs above tables tell of."""

from __future__ import annotations

import pytest

COLUMNS = "| Name | Purpose | Duration |\n|---|---|---|\n"


def claims(declaration):
    return {(c.type, c.subject_kind, c.subject_value) for c in declaration.claims}


def categories(declaration):
    return [category.canonical.value for category in declaration.categories]


@pytest.mark.parametrize(
    ("language", "always", "asked"),
    [
        ("en", "Essential  Always active", "Analytics  Requires consent"),
        ("de", "Notwendig  Immer aktiv", "Statistik  Einwilligung erforderlich"),
        ("fr", "Nécessaires  Toujours actifs", "Statistiques  Consentement requis"),
        ("pt", "Essenciais  Sempre ativos", "Analíticos  Requerem consentimento"),
    ],
)
def test_a_line_with_a_badge_heads_its_category(read, language, always, asked):
    titles = {
        "en": "Cookie policy",
        "de": "Cookie-Richtlinie",
        "fr": "Politique de cookies",
        "pt": "Política de Cookies",
    }
    table = "<table><tr><th>Cookie</th><td>Duration</td></tr><tr><td>{}</td><td>1 h</td></tr></table>"
    first, second = (
        f"<div><div><b>{line}</b></div>{table.format(name)}</div>" for line, name in ((always, "ab_1"), (asked, "cd_2"))
    )
    page = f"<html lang={language}><body><h1>{titles[language]}</h1><p>Cookies.</p>{first}{second}</body></html>"
    declaration = read(page)
    assert categories(declaration) == ["strictly_necessary", "performance"]
    assert [(c.name, c.category.value) for c in declaration.cookies] == [
        ("ab_1", "strictly_necessary"),
        ("cd_2", "performance"),
    ]
    assert ("consent_before_setting", "category", "performance") in claims(declaration)
    assert ("consent_before_setting", "document", None) not in claims(declaration)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "# Cookie policy\n\nWe use cookies.\n\n| Category | Purpose | Can be turned off? |\n|---|---|---|\n"
            "| Strictly necessary | Login | No |\n| Functional | Language | Yes, at a loss of comfort |\n"
            "| Analytics | Counting visits | Yes |\n",
            {
                ("always_active", "category", "strictly_necessary"),
                ("reject_possible", "category", "functional"),
                ("reject_possible", "category", "performance"),
            },
        ),
        (
            "# Cookie-Richtlinie\n\nWir verwenden Cookies.\n\n| Kategorie | Zweck | Einwilligung erforderlich |\n"
            "|---|---|---|\n| Notwendig | Anmeldung | Nein |\n| Statistik | Besuche | Ja |\n",
            {("consent_before_setting", "category", "performance")},
        ),
        (
            "# Cookie policy\n\nWe use cookies.\n\n| Category | Purpose | Visible? |\n|---|---|---|\n"
            "| Analytics | Counting visits | Yes |\n",
            set(),
        ),
    ],
)
def test_a_column_answers_for_each_category(read, text, expected):
    assert claims(read(text)) == expected


def test_a_paragraph_that_names_one_category_heads_the_table_below(read):
    text = (
        "# Cookie policy\n\n## What is a cookie?\n\nA small file.\n\n"
        f"Functional cookies let us keep your language.\n\n{COLUMNS}| lang | Language | 1 month |\n\n"
        f"Tracking cookies tell us which offers you like.\n\n{COLUMNS}| visitor | Offers | Duration of your visit |\n"
    )
    declaration = read(text)
    assert categories(declaration) == ["functional", "targeting"]
    assert [(c.name, c.category.value, c.duration.kind) for c in declaration.cookies] == [
        ("lang", "functional", "fixed"),
        ("visitor", "targeting", "session"),
    ]


def test_a_paragraph_that_names_two_or_denies_one_heads_no_table(read):
    table = f"{COLUMNS}| visitor | Counting | 1 month |\n"
    for sentence in ("Functional and tracking cookies are listed here.", "We do not use tracking cookies."):
        assert read(f"# Cookie policy\n\n{sentence}\n\n{table}").cookies[0].category_basis != "stated"


def test_an_item_that_is_only_a_title_heads_the_paragraph_below(read):
    text = (
        "# Política de cookies\n\nUtilizamos cookies.\n\n- Cookies técnicas (necesarias)\n\n"
        "Permiten navegar por la web. No requieren consentimiento.\n\n- Cookies analíticas\n\n"
        "Cuentan las visitas. Requieren el consentimiento previo del usuario.\n"
    )
    assert {
        ("set_without_consent", "category", "strictly_necessary"),
        ("consent_before_setting", "category", "performance"),
    } <= claims(read(text))


def test_the_lines_of_a_table_of_contents_are_no_titles_and_announce_nothing(read):
    text = (
        "# Cookie policy\n\n#### 1. List of the cookies used 3\n\n#### 2. Contact 4\n\n"
        "- [Tracking cookies](#tracking)\n\nFunctional cookies let us keep your language.\n\n"
        "### 1. List of the cookies used\n\nThe shop uses the cookie lang.\n\n### 2. Contact\n\nWrite to us.\n"
    )
    declaration = read(text)
    assert not declaration.contradictions
    assert not declaration.services


@pytest.mark.parametrize(
    "sentence",
    [
        "This page tells which cookies are used, and how you can manage your preferences.",
        "Cette page explique quels cookies sont utilisés, et comment vous pouvez gérer vos préférences.",
    ],
)
def test_that_preferences_can_be_managed_is_no_purpose(read, sentence):
    assert categories(read(sentence)) == []


def test_a_name_with_its_lifetime_below_is_a_cookie(read):
    text = (
        "# Cookie policy\n\n## Analytics cookies\n\n**ab_visit**\n- Duration: 2 years\n- Tells visitors apart\n\n"
        "**ab_rate**\n- Duration: 1 minute\n- Limits requests\n\n**Tools**\n- Duration: 1 minute\n"
    )
    assert [(c.name, c.category.value, c.duration.seconds) for c in read(text).cookies] == [
        ("ab_visit", "performance", 63_072_000),
        ("ab_rate", "performance", 60),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We use cookies from Google Analytics.", ["performance"]),
        ("På siden bruger vi statistik via cookies fra Google Analytics.", ["performance"]),
        ("We use cookies. We do not use cookies from Google Analytics.", []),
        ("We use cookies. See also the cookie pages of Google.", []),
    ],
)
def test_the_tracker_that_sets_cookies_tells_what_they_are_for_where_nothing_else_does(read, text, expected):
    declaration = read(text)
    assert categories(declaration) == expected
    assert declaration.disclosure_level == "undifferentiated"


def test_a_label_that_names_a_service_says_whose_cookies_they_are(read):
    text = "# Cookie policy\n\n## {}\n\nThey count visits.\n"
    parties = [
        read(text.format(label)).categories[0].party for label in ("Analytics cookies (Matomo)", "Analytics cookies")
    ]
    assert parties == ["third", "not_stated"]

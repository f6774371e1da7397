"""Tables of categories with lifetimes and answers, lists of legal bases, and rows and items that are no cookies."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest

DAY = 86_400
YEAR = 365 * DAY


def kinds(language, title, heading, rows):
    head = "".join(f"<th>{cell}</th>" for cell in heading)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f"<html lang={language}><body><h1>{title}</h1><h2>Cookies</h2>"
        f"<table><tr>{head}</tr>{body}</table></body></html>"
    )


KINDS = [
    (
        "en", "Cookie Policy", ("Type", "Purpose", "Duration", "Required"),
        [("Essential cookies", "Sign-in", "1 year", "Yes"), ("Analytics cookies", "Traffic", "2 years", "No")],
    ),
    (
        "es", "Política de cookies", ("Tipo", "Finalidad", "Duración", "Obligatorias"),
        [("Cookies técnicas", "Sesión", "1 año", "Sí"), ("Cookies analíticas", "Tráfico", "2 años", "No")],
    ),
    (
        "de", "Cookie-Richtlinie", ("Kategorie", "Zweck", "Speicherdauer", "Erforderlich"),
        [("Notwendige Cookies", "Anmeldung", "1 Jahr", "Ja"), ("Analyse-Cookies", "Reichweite", "2 Jahre", "Nein")],
    ),
    (
        "nl", "Cookiebeleid", ("Soort", "Doel", "Bewaartermijn", "Verplicht"),
        [("Noodzakelijke cookies", "Inloggen", "1 jaar", "Ja"), ("Analytische cookies", "Bezoek", "2 jaar", "Nee")],
    ),
    (
        "fr", "Politique de cookies", ("Type", "Finalité", "Durée", "Obligatoire"),
        [("Cookies nécessaires", "Connexion", "1 an", "Oui"), ("Cookies analytiques", "Audience", "2 ans", "Non")],
    ),
    (
        "it", "Cookie Policy", ("Tipologia", "Finalità", "Durata", "Obbligatori"),
        [("Cookie tecnici", "Accesso", "1 anno", "Sì"), ("Cookie analitici", "Traffico", "2 anni", "No")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("language", "title", "heading", "rows"), KINDS)
def test_a_table_of_kinds_gives_lifetimes_and_what_stays_on(read, language, title, heading, rows):
    declared = read(kinds(language, title, heading, rows))
    assert [(one.subject, one.duration.seconds) for one in declared.retention] == [
        ("strictly_necessary", YEAR),
        ("performance", 2 * YEAR),
    ]
    assert [(c.type, c.subject_value) for c in declared.claims] == [("always_active", "strictly_necessary")]
    assert declared.cookies == ()


def test_the_lifetimes_of_listed_cookies_are_theirs(read):
    page = "# Cookies\n\n| Cookie | Category | Duration |\n|---|---|---|\n| _ga | Analytics cookies | 2 years |\n"
    assert read(page).retention == ()


def test_how_long_kinds_of_data_are_kept_is_no_lifetime_of_cookies(read):
    page = "# Privacy Policy\n\n## Your data\n\n| Category | Duration |\n|---|---|\n| Marketing | 2 years |\n| Billing | 10 years |\n"
    assert read(page).retention == ()


def test_an_untold_lifetime_of_a_kind_is_none(read):
    page = kinds("en", "Cookie Policy", ("Type", "Purpose", "Duration"), [("Analytics cookies", "Traffic", "Varies")])
    assert read(page).retention == ()


BASES = [
    ("en", "Cookie Policy", "Legal basis for cookies", "Analytics cookies: Explicit consent", "Functional cookies: Legitimate interest"),
    ("es", "Política de cookies", "Base legal para el uso de cookies", "Cookies analíticas: Consentimiento", "Cookies de funcionalidad: Interés legítimo"),
    ("de", "Cookie-Richtlinie", "Rechtsgrundlage der Cookies", "Analyse-Cookies: Einwilligung", "Funktionale Cookies: berechtigtes Interesse"),
    ("fr", "Politique de cookies", "Base légale des cookies", "Cookies analytiques : votre consentement", "Cookies fonctionnels : intérêt légitime"),
    ("nl", "Cookiebeleid", "Rechtsgrond voor cookies", "Analytische cookies: toestemming", "Functionele cookies: gerechtvaardigd belang"),
    ("it", "Cookie Policy", "Base giuridica dei cookie", "Cookie analitici: consenso", "Cookie funzionali: legittimo interesse"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "title", "heading", "consent", "interest"), BASES)
def test_a_list_of_legal_bases_tells_what_waits_for_consent(read, language, title, heading, consent, interest):
    page = f"<html lang={language}><body><h1>{title}</h1><h2>{heading}</h2><ul><li>{consent}</li><li>{interest}</li></ul></body></html>"
    assert [(c.type, c.subject_value) for c in read(page).claims] == [
        ("consent_before_setting", "performance"),
        ("set_without_consent", "functional"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Necessary cookies: Legitimate interest",
        "Newsletter: Consent",
        "Marketing cookies: Consent or legitimate interest",
        "Marketing cookies: Not based on consent",
    ],
)
def test_what_a_list_of_legal_bases_says_of_no_category_that_waits(read, line):
    page = f"<html lang=en><body><h1>Cookie Policy</h1><h2>Legal basis</h2><ul><li>{line}</li></ul></body></html>"
    assert [c.type for c in read(page).claims if c.subject_value == "targeting" or "Newsletter" in line] == []


def test_consent_of_another_list_is_no_legal_basis(read):
    page = "<html lang=en><body><h1>Cookie Policy</h1><h2>What we store</h2><ul><li>Analytics cookies: consent</li></ul></body></html>"
    assert read(page).claims == ()


@pytest.mark.parametrize("heading", ["Cookie / technology", "Cookie or tag", "Cookies & pixels"])
@pytest.mark.parametrize("remark", ["N/A (not a cookie)", "no cookie"])
def test_a_row_that_is_no_cookie_is_a_service(read, heading, remark):
    page = kinds(
        "en", "Cookie Policy", (heading, "Provider", "Purpose", "Duration"),
        [("_ga", "Google Analytics 4", "Counts visits", "2 years"), ("Google Fonts", "Google", "Loads the fonts", remark)],
    )  # fmt: skip
    declared = read(page)
    assert [(c.name, c.category, c.duration.seconds) for c in declared.cookies] == [("_ga", "performance", 2 * YEAR)]
    assert [s.name for s in declared.services] == ["Google Fonts"]


def test_a_column_of_lifetimes_of_cookies_is_none_of_names(read):
    page = kinds("en", "Cookie Policy", ("Name", "Cookie duration"), [("_ga", "2 years"), ("_gid", "1 day")])
    assert [(c.name, c.duration.seconds) for c in read(page).cookies] == [("_ga", 2 * YEAR), ("_gid", DAY)]


@pytest.mark.parametrize(
    ("language", "title", "intro", "items", "names"),
    [
        (
            "es", "Política de cookies", "Cookies propias",
            ["cookieConsent: Guarda tu elección sobre el uso de cookies (1 año)", "userTheme: Recuerda el modo oscuro (30 días)"],
            [("cookieConsent", "strictly_necessary", YEAR), ("userTheme", "functional", 30 * DAY)],
        ),
        (
            "en", "Cookie Policy", "Our cookies",
            ["consentChoice: Stores your preference about cookies (1 year)", "userTheme: Remembers dark mode (30 days)"],
            [("consentChoice", "strictly_necessary", YEAR), ("userTheme", "functional", 30 * DAY)],
        ),
        (
            "it", "Cookie Policy", "I nostri cookie",
            ["sceltaCookie: Memorizza le tue preferenze sui cookie (1 anno)", "temaUtente: Ricorda il tema scuro (30 giorni)"],
            [("sceltaCookie", "strictly_necessary", YEAR), ("temaUtente", "functional", 30 * DAY)],
        ),
    ],
)  # fmt: skip
def test_names_with_humps_in_a_row_are_cookies(read, language, title, intro, items, names):
    listed = "".join(f"<li>{item}</li>" for item in items)
    page = f"<html lang={language}><body><h1>{title}</h1><h2>{intro}</h2><ul>{listed}</ul></body></html>"
    assert [(c.name, c.category, c.duration.seconds) for c in read(page).cookies] == names


def test_browsers_and_systems_in_a_row_are_none(read):
    page = "<html lang=en><body><h1>Cookie Policy</h1><h2>Browsers</h2><ul><li>macOS: Safari, Privacy</li><li>iPhone: Settings, Safari</li><li>webOS: Menu</li></ul></body></html>"
    assert read(page).cookies == ()


def test_a_remark_about_storage_behind_a_name_makes_it_one(read):
    page = (
        "<html lang=sv><body><h1>Cookies</h1><p>Vi använder följande cookies:</p><ul>"
        "<li>GA4-cookies (Google Analytics): Mätcookies som visar hur webbplatsen används.</li>"
        "<li>ab-tema (lokal lagring): Ditt val av mörkt läge.</li></ul></body></html>"
    )
    assert [(c.name, c.category, c.storage) for c in read(page).cookies] == [("ab-tema", "functional", "local_storage")]


def test_a_remark_about_something_else_makes_no_name(read):
    page = "<html lang=en><body><h1>Cookies</h1><p>We use these cookies:</p><ul><li>Sign-in (required): keeps you signed in.</li></ul></body></html>"
    assert read(page).cookies == ()

"""Lists of services with what each is for ("Stripe: payments"), and cookies whose tool or remark tells their category."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest


def page(language, title, heading, items):
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f"<html lang={language}><body><h1>{title}</h1><h2>{heading}</h2><ul>{listed}</ul></body></html>"


def services(declared):
    return [(s.name, s.category) for s in declared.services]


@pytest.mark.parametrize(
    ("language", "title", "heading", "items"),
    [
        ("en", "Cookie Policy", "Third-party cookies", ["Google Analytics: to analyse traffic", "Google Tag Manager: to manage tags", "Facebook Pixel: to track conversions"]),
        ("es", "Política de cookies", "Cookies de terceros", ["Google Analytics: Para análisis de tráfico", "Google Tag Manager: Para gestión de etiquetas", "Facebook Pixel: Para seguimiento de conversiones"]),
        ("de", "Cookie-Richtlinie", "Cookies von Drittanbietern", ["Google Analytics – Analyse der Besuche", "Google Tag Manager – Verwaltung von Tags", "Facebook Pixel – Messung von Conversions"]),
    ],
)  # fmt: skip
def test_the_tools_of_a_list_of_others_cookies(read, language, title, heading, items):
    assert services(read(page(language, title, heading, items))) == [
        ("Google Analytics", "performance"),
        ("Google Tag Manager", None),
        ("Facebook Pixel", "targeting"),
    ]


@pytest.mark.parametrize(
    ("language", "title", "heading", "items"),
    [
        ("en", "Privacy Policy", "Third-party services used", ["Stripe: payments", "Google Analytics: web analytics"]),
        ("de", "Datenschutzerklärung", "Eingesetzte Dienste", ["Stripe: Zahlungen", "Google Analytics: Webanalyse"]),
        ("es", "Política de privacidad", "Terceros con los que compartimos datos", ["Stripe: pagos", "Google Analytics: analítica web"]),
        ("it", "Informativa sulla privacy", "Servizi di terze parti", ["Stripe: pagamenti", "Google Analytics: statistiche"]),
        ("nl", "Privacybeleid", "Met wie delen wij gegevens?", ["Stripe: betalingen", "Google Analytics: statistieken"]),
        ("sv", "Integritetspolicy", "Tredjepartstjänster", ["Stripe – betalningar", "Google Analytics – statistik"]),
    ],
)  # fmt: skip
def test_the_recipients_of_a_list_and_what_measures_among_them(read, language, title, heading, items):
    assert services(read(page(language, title, heading, items))) == [
        ("Stripe", None),
        ("Google Analytics", "performance"),
    ]


@pytest.mark.parametrize(
    ("title", "heading", "items"),
    [
        ("Cookie Policy", "How to delete cookies", ["Google Tag Manager: see its help pages"]),
        ("Privacy Policy", "Follow us", ["Stripe: our page", "Mailchimp: our page"]),
        ("Privacy Policy", "Third-party services that we do not use", ["Stripe: payments", "Google Analytics: web analytics"]),
    ],
)  # fmt: skip
def test_what_other_lists_name_is_not_in_use(read, title, heading, items):
    assert read(page("en", title, heading, items)).services == ()


def test_a_sentence_about_recipients_tells_no_category(read):
    text = "# Privacy Policy\n\nWe share your orders with Stripe and Google Analytics.\n"
    assert services(read(text)) == [("Stripe", None), ("Google Analytics", None)]


def test_a_cookie_is_of_the_kind_of_its_tool(read):
    found = read(page("nl", "Cookiebeleid", "Cookies", ["_pk_id: Matomo, 13 maanden", "session_id: houdt u ingelogd"]))
    assert [(c.name, c.category) for c in found.cookies] == [
        ("_pk_id", "performance"),
        ("session_id", "strictly_necessary"),
    ]


@pytest.mark.parametrize(
    ("described", "category"),
    [
        ("remembers your cookie choice", "strictly_necessary"),
        ("stores your preference about cookies", "strictly_necessary"),
        ("remembers your preference about colours", "functional"),
    ],
)
def test_what_keeps_the_choice_about_cookies_is_necessary(read, described, category):
    found = read(page("en", "Cookie Policy", "Cookies", [f"my_choice: {described}"]))
    assert [(c.name, c.category) for c in found.cookies] == [("my_choice", category)]


def test_a_table_of_cookies_and_services_lists_both(read):
    rows = "<tr><td>_ga</td><td>Google</td><td>Statistik</td><td>2 Jahre</td></tr><tr><td>Google Fonts</td><td>Google</td><td>Schriften</td><td>kein Cookie</td></tr>"
    text = f"<html lang=de><body><h1>Cookie-Richtlinie</h1><table><tr><th>Cookie/Dienst</th><th>Anbieter</th><th>Zweck</th><th>Dauer</th></tr>{rows}</table></body></html>"
    declared = read(text)
    assert [(c.name, c.category) for c in declared.cookies] == [("_ga", "performance")]
    assert services(declared) == [("Google Fonts", None)]

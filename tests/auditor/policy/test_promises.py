"""What policies promise and admit, in several languages: each sentence under a heading, and its claim."""

from __future__ import annotations

import pytest

HEADS = {
    "en": ("Cookie policy", "We use cookies.", "Analytics cookies", "Necessary cookies", "Your choices"),
    "nl": ("Cookiebeleid", "Wij gebruiken cookies.", "Analytische cookies", "Noodzakelijke cookies", "Uw keuzes"),
    "de": ("Cookie-Richtlinie", "Wir verwenden Cookies.", "Analyse-Cookies", "Notwendige Cookies", "Ihre Wahl"),
    "fr": (
        "Politique de cookies",
        "Nous utilisons des cookies.",
        "Cookies analytiques",
        "Cookies nécessaires",
        "Choix",
    ),
    "es": ("Política de cookies", "Utilizamos cookies.", "Cookies de análisis", "Cookies técnicas", "Sus opciones"),
    "it": ("Informativa cookie", "Utilizziamo i cookie.", "Cookie analitici", "Cookie tecnici", "Le tue scelte"),
    "pl": ("Polityka cookies", "Używamy plików cookies.", "Cookies analityczne", "Cookies niezbędne", "Twój wybór"),
    "sv": ("Cookiepolicy", "Vi använder cookies.", "Analyscookies", "Nödvändiga cookies", "Dina val"),
}
PERFORMANCE, NECESSARY, DOCUMENT = 2, 3, 4
CONSENT, FREE = "consent_before_setting", "set_without_consent"

SENTENCES = [
    ("en", DOCUMENT, "All other cookies need your permission.", (CONSENT, None)),
    ("en", DOCUMENT, "Optional cookies stay blocked until you accept them.", (CONSENT, None)),
    ("en", DOCUMENT, "No third-party cookies are used on these pages.", ("first_party_only", None)),
    ("en", DOCUMENT, "The shop does not set third-party cookies itself.", ("first_party_only", None)),
    ("en", DOCUMENT, "The only cookies that we set are strictly necessary.", ("only_category", "strictly_necessary")),
    ("en", DOCUMENT, "We let some third party providers place their cookies here.", ("third_party_sets", None)),
    ("en", NECESSARY, "Always on. The basket needs them.", ("always_active", "strictly_necessary")),
    (
        "en",
        PERFORMANCE,
        "We only count with tools and cookies that don't identify you.",
        ("anonymous_data", "performance"),
    ),
    ("en", PERFORMANCE, "Their use is subject to your prior consent.", (CONSENT, "performance")),
    ("en", DOCUMENT, "No data is sent to third parties.", ("no_third_party_sharing", None)),
    ("en", DOCUMENT, "Our pages use first-party and third-party cookies.", ("third_party_cookies_used", None)),
    ("es", DOCUMENT, "Este sitio utiliza cookies propias y de terceros.", ("third_party_cookies_used", None)),
    ("fr", PERFORMANCE, "Utilisés seulement si vous y consentez.", (CONSENT, "performance")),
    ("de", DOCUMENT, "Wir benutzen Cookies von Drittanbietern.", ("third_party_cookies_used", None)),
    ("es", PERFORMANCE, "Es necesario su consentimiento para instalarlas.", (CONSENT, "performance")),
    ("es", NECESSARY, "Para estas cookies no es necesario su consentimiento.", (FREE, "strictly_necessary")),
    ("it", DOCUMENT, "Il consenso può essere ritirato in ogni momento.", ("withdrawal_possible", None)),
    ("pl", PERFORMANCE, "Korzystamy z nich tylko wtedy, gdy wyrazisz zgodę.", (CONSENT, "performance")),
    ("sv", NECESSARY, "Dessa cookies kan inte väljas bort.", ("always_active", "strictly_necessary")),
    ("nl", DOCUMENT, "Er worden geen cookies van derden geplaatst.", ("first_party_only", None)),
    ("nl", DOCUMENT, "Ook via derden worden cookies geplaatst.", ("third_party_sets", None)),
    ("nl", PERFORMANCE, "Ze staan er ook zonder toestemming.", (FREE, "performance")),
    ("nl", NECESSARY, "U kunt deze cookies niet weigeren.", ("always_active", "strictly_necessary")),
    ("de", DOCUMENT, "Wenn Sie nicht zustimmen, werden nur technische Cookies gesetzt.", (CONSENT, None)),
    ("de", DOCUMENT, "Cookies von Drittanbietern werden nicht gesetzt.", ("first_party_only", None)),
    ("de", PERFORMANCE, "Die Messung erfolgt anonym.", ("anonymous_data", "performance")),
    ("de", NECESSARY, "Sie können diese Cookies nicht ablehnen.", ("always_active", "strictly_necessary")),
    ("fr", DOCUMENT, "Vous pouvez choisir de refuser les cookies.", ("reject_possible", None)),
    ("fr", DOCUMENT, "Aucun cookie tiers n'est déposé.", ("first_party_only", None)),
    ("fr", PERFORMANCE, "Ils sont exemptés du recueil de votre accord.", (FREE, "performance")),
    ("es", DOCUMENT, "El consentimiento podrá retirarse en todo momento.", ("withdrawal_possible", None)),
    ("es", DOCUMENT, "Puede rechazar todas las cookies opcionales con el botón.", ("reject_possible", None)),
    ("it", DOCUMENT, "Il portale fa uso di soli cookie tecnici.", ("only_category", "strictly_necessary")),
    ("it", DOCUMENT, "Non cediamo questi dati a terzi.", ("no_third_party_sharing", None)),
    ("pl", DOCUMENT, "Sklep nie wykorzystuje cookies zewnętrznych.", ("first_party_only", None)),
    ("pl", DOCUMENT, "Zgodę możesz wycofać w każdej chwili.", ("withdrawal_possible", None)),
    ("sv", DOCUMENT, "Inga tredjepartskakor används.", ("first_party_only", None)),
    ("sv", PERFORMANCE, "De sätts först när du har godkänt dem.", (CONSENT, "performance")),
    ("sv", DOCUMENT, "Vi använder inte cookies för marknadsföring utan ditt samtycke.", (CONSENT, "targeting")),
]
SILENT = [
    ("en", DOCUMENT, "Third-party cookies are those of another domain than ours."),
    ("en", DOCUMENT, "No third-party cookies for advertising are used here."),
    ("en", DOCUMENT, "Other sites need your permission under the law."),
    ("nl", DOCUMENT, "Wij zijn niet verantwoordelijk voor cookies van derden."),
    ("de", DOCUMENT, "Wenn Sie Cookies ablehnen, fehlen einzelne Funktionen."),
    ("fr", DOCUMENT, "Si vous refusez les cookies, des pages peuvent manquer."),
    ("es", DOCUMENT, "Si rechaza las cookies, puede que falten funciones."),
    ("it", DOCUMENT, "Se disabiliti i cookie, alcune funzioni mancano."),
    ("pl", DOCUMENT, "Możesz usunąć cookies w swojej przeglądarce."),
]


def page(language, where, sentence):
    """A small policy with the sentence under one of its headings."""
    title, use, *heads = HEADS[language]
    parts = [f"# {title}", use]
    for place, head in enumerate(heads, 2):
        parts += [f"## {head}", sentence if place == where else "X."]
    return "\n\n".join(parts)


@pytest.mark.parametrize(("language", "where", "sentence", "claim"), SENTENCES)
def test_promise(read, language, where, sentence, claim):
    made = [(c.type, c.subject_value) for c in read(page(language, where, sentence)).claims]
    assert made == [claim]


@pytest.mark.parametrize(("language", "where", "sentence"), SILENT)
def test_no_promise(read, language, where, sentence):
    kinds = {c.type for c in read(page(language, where, sentence)).claims}
    assert not kinds & {CONSENT, "first_party_only", "cookies_unused", "reject_possible", "third_party_cookies_used"}


def test_a_promise_below_a_definition(read):
    text = (
        "# Shop cookies\n\n### What are cookies?\n\nSmall files.\n\n**How to control cookies**\n\n"
        "You can change your cookie settings at any time. All other cookies are only used where you have consented.\n"
    )
    assert [c.type for c in read(text).claims] == ["preferences_changeable", CONSENT]


def test_necessary_cookies_are_what_others_are_compared_with(read):
    text = (
        "# Informativa cookie\n\n## Cookie di statistica\n\n"
        "Questo tipo di cookie è come il cookie tecnico e non richiede il consenso."
    )
    assert ("set_without_consent", "strictly_necessary") not in [(c.type, c.subject_value) for c in read(text).claims]


def test_these_cookies_take_up_the_sentence_before(read):
    text = "# Cookies\n\nThe shop uses analytics cookies. It is not possible to refuse these cookies.\n"
    assert [(c.type, c.subject_value) for c in read(text).claims] == [("always_active", "performance")]


def test_settings_that_turn_out_to_be_those_of_a_browser(read):
    text = "# Cookies\n\nWe use cookies. You can change your settings at any time. {}\n"
    browser = read(text.format("They are found in the menu of your browser settings."))
    own = read(text.format("They are found below."))
    assert "preferences_changeable" not in {c.type for c in browser.claims}
    assert "preferences_changeable" in {c.type for c in own.claims}

"""What claims are about: services, categories under field headings, beacons; claims that include others."""

from __future__ import annotations

import pytest

DE = "# Cookie-Richtlinie\n\nWir verwenden Cookies.\n\n"
EN = "# Cookie policy\n\nWe use cookies.\n\n"
ES = "# Política de cookies\n\nUtilizamos cookies.\n\n"
IT = "# Informativa sui cookie\n\nUtilizziamo i cookie.\n\n"
NL = "# Cookiebeleid\n\nWij gebruiken cookies.\n\n"
PL = "# Polityka cookies\n\nUżywamy plików cookies.\n\n"
PT = "# Política de cookies\n\nUtilizamos cookies.\n\n"


@pytest.fixture
def claimed(read):
    """(type, kind of subject, subject) of what a text claims."""
    return lambda text: {(claim.type, claim.subject_kind, claim.subject_value) for claim in read(text).claims}


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        (EN + "We do not allow Google to use or share our analytics data.\n", set()),
        (
            EN + "## Google Analytics\n\nWe don't allow Google to use or share our analytics data.\n",
            {("no_third_party_sharing", "service", "Google Analytics")},
        ),
        (
            EN + "No personal data (such as names) is sent to Google Analytics.\n",
            {("no_personal_data", "service", "Google Analytics")},
        ),
        (EN + "No personal data is collected for advertising.\n", set()),
        (EN + "You can opt out of Google Analytics cookies.\n", set()),
        (EN + "Our cookies aren't used to identify you personally.\n", {("anonymous_data", "document", None)}),
        (
            ES + "## Cookies analíticas\n\nSin Google Signals; anonimización de la dirección IP activa.\n",
            {("ip_anonymised", "category", "performance")},
        ),
        (
            ES + "## Balizas web\n\nLas balizas web no se pueden rechazar.\n\n## Cookies técnicas\n\nSon necesarias.\n",
            {("always_active", "technology", "web_beacons")},
        ),
        (
            PL + "## Cookies funkcjonalne\n\n### Opis i cel:\n\nNie śledzą Twojej aktywności poza naszą stroną.\n",
            {("no_cross_site_tracking", "category", "functional")},
        ),
        (PT + "Alguns parceiros podem usar seus próprios cookies.\n", {("third_party_cookies_used", "document", None)}),
        (
            IT + "## Cookie pubblicitari\n\nGli inserzionisti terzi possono inserire cookie.\n",
            {("third_party_sets", "category", "targeting")},
        ),
        (
            IT + "## Cookie pubblicitari\n\nMostrano annunci mentre sei su siti web di terze parti.\n",
            {("cross_site_tracking", "category", "targeting")},
        ),
        (
            NL + "## Sociale media cookies\n\nZij kunnen uw surfgedrag op het web volgen.\n",
            {("cross_site_tracking", "category", "social_media")},
        ),
        (
            ES + "## Cookies de personalización\n\nRegistran las páginas que ha visitado en este sitio.\n",
            set(),
        ),
        (
            ES + "## Analítica\n\nCookies utilizadas exclusivamente para estadísticas agregadas.\n",
            {("purpose_limited", "category", "performance")},
        ),
        (
            ES + "Puedes modificar tus elecciones en cualquier momento.\n",
            {("preferences_changeable", "document", None)},
        ),
        (DE + "Wir verkaufen keine Personendaten.\n", {("no_sale", "document", None)}),
        (
            PL + "Możesz w dowolnym momencie wycofać lub zmienić swoją zgodę.\n",
            {("withdrawal_possible", "document", None)},
        ),
    ],
)
def test_what_a_claim_is_about(claimed, text, claims):
    assert claimed(text) == claims


def test_a_label_with_the_word_anonymised_is_a_label(read):
    text = NL + "- Functionele cookies: voor de werking.\n- Geanonimiseerde analytische cookies: zij tellen bezoek.\n"
    assert [(c.label, c.canonical.value) for c in read(text).categories] == [
        ("Functionele cookies", "functional"),
        ("Geanonimiseerde analytische cookies", "performance"),
    ]


def test_a_heading_of_how_to_opt_out_denies_nothing(claimed):
    page = PL + "## Rezygnacja z cookies analitycznych i marketingowych:\n\n- Ustawienia przeglądarki\n"
    assert {kind for kind, _, _ in claimed(page)} == set()

"""What sentences only presuppose or tell the consequences of, and what parts about storage or unknown kinds claim."""

from __future__ import annotations

import pytest

EN = "# Cookie policy\n\nWe use cookies.\n\n## Analytics cookies\n\nThey count visits.\n\n"
FR = "# Politique de cookies\n\nNous utilisons des cookies.\n\n## Cookies analytiques\n\nIls comptent les visites.\n\n"
DE = "# Cookie-Richtlinie\n\nWir verwenden Cookies.\n\n## Statistik-Cookies\n\nSie zählen Besuche.\n\n"
ES = "# Política de cookies\n\nUtilizamos cookies.\n\n## Cookies analíticas\n\nCuentan las visitas.\n\n"
NL = "# Cookiebeleid\n\nWij gebruiken cookies.\n\n"
PLAIN = "# Cookie policy\n\nWe use cookies.\n\n"
PL = "# Polityka cookies\n\nUżywamy plików cookies.\n\n"


@pytest.fixture
def claimed(read):
    """(type, kind of subject, subject) of what a text claims."""
    return lambda text: {(claim.type, claim.subject_kind, claim.subject_value) for claim in read(text).claims}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (EN + "The cookies for which your consent is requested are described in our banner.\n",
         "consent_before_setting"),
        (FR + "Les cookies pour lesquels votre accord est demandé sont décrits dans le panneau.\n",
         "consent_before_setting"),
        (ES + "Las cookies para las que se solicita su consentimiento se describen en el panel.\n",
         "consent_before_setting"),
        (EN + "The ways in which you can opt out of these cookies are listed below.\n", "reject_possible"),
        (EN + "Refusing these cookies may slow down the site.\n", "reject_possible"),
        (FR + "Le refus de ces cookies peut altérer votre visite.\n", "reject_possible"),
        (DE + "Die Ablehnung dieser Cookies kann zu Einschränkungen führen.\n", "reject_possible"),
        (ES + "El rechazo de estas cookies puede limitar algunas funciones.\n", "reject_possible"),
        (FR + "## Partenaires\n\nL'utilisation de cookies par des tiers est soumise à leurs politiques.\n",
         "third_party_cookies_used"),
        (FR + "Nous vous informons, dans la mesure du possible, de l'objet de ces cookies déposés par des tiers.\n",
         "third_party_cookies_used"),
        (FR + "L'usage de cookies peut être lié au traitement de données personnelles.\n",
         "may_collect_personal_data"),
        (EN + "Our cookies never store sensitive data such as passwords.\n", "no_personal_data"),
        (DE + "Unsere Cookies speichern keine sensiblen Daten.\n", "no_personal_data"),
        (FR + "La finalité de ces cookies se limite à la mesure d'audience.\n", "data_limited"),
        (FR + "Ces cookies permettent un suivi de votre navigation sur les sites.\n", "cross_site_tracking"),
    ],
)  # fmt: skip
def test_what_is_only_presupposed(claimed, text, kind):
    assert kind not in {claim[0] for claim in claimed(text)}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (EN + "We set these cookies only with your consent, as described in our banner.\n",
         ("consent_before_setting", "category", "performance")),
        (EN + "You can reject these cookies in our banner; refusing is free.\n",
         ("reject_possible", "category", "performance")),
        (FR + "La finalité de ces cookies se limite à la mesure d'audience.\n",
         ("purpose_limited", "category", "performance")),
        (PLAIN + "Our cookies never store sensitive data such as passwords.\n", ("data_limited", "document", None)),
        (FR + "Ces cookies permettent un suivi de votre navigation sur d'autres sites.\n",
         ("cross_site_tracking", "category", "performance")),
    ],
)  # fmt: skip
def test_what_is_said_outright(claimed, text, claim):
    assert claim in claimed(text)


STORAGE = "## Local storage\n\nThe basket is kept there. These data are not shared with third parties.\n"


def test_what_is_said_of_the_storage_of_the_browser(claimed):
    claims = claimed(EN + "Google Analytics counts visits.\n\n" + STORAGE)
    assert ("no_third_party_sharing", "technology", "local_storage") in claims
    assert not {claim for claim in claims if claim[1] == "category" and claim[0] == "no_third_party_sharing"}


@pytest.mark.parametrize(
    "part",
    [
        "## Cookies and local storage\n\nThese data are not shared with third parties.\n",
        "## Storage\n\nWe use local storage and session storage. These data are not shared with third parties.\n",
    ],
)
def test_a_part_about_more_than_one_storage_is_about_none(claimed, part):
    assert not {claim for claim in claimed("# Cookie policy\n\nWe use cookies.\n\n" + part) if claim[1] == "technology"}


def test_what_is_said_of_cookies_of_an_unknown_kind_is_not_said_of_all(claimed):
    rest = "## Zorblige cookies\n\nDeze cookies slaan geen persoonsgegevens op.\n"
    assert claimed(NL + "## Analytische cookies\n\nZe tellen.\n\n" + rest) == set()
    own = "## Onze cookies\n\nDeze cookies slaan geen persoonsgegevens op.\n"
    assert ("no_personal_data", "document", None) in claimed(NL + "## Uw keuzes\n\nZie de banner.\n\n" + own)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (NL + "U kunt uw voorkeuren altijd aanpassen of uw toestemming intrekken.\n", {"preferences_changeable"}),
        (EN + "You can withdraw your consent at any time by changing your cookie settings.\n", {"withdrawal_possible"}),
        (PLAIN + "You can change your mind about this consent and turn off optional cookies at any time.\n",
         {"withdrawal_possible"}),
        (PL + "Zgodę możesz w dowolnym momencie wycofać.\n", {"withdrawal_possible"}),
        (EN + "You can reject all optional cookies in our cookie banner.\n", {"reject_possible"}),
    ],
)  # fmt: skip
def test_one_claim_of_a_sentence_about_choices(claimed, text, kinds):
    assert {claim[0] for claim in claimed(text)} == kinds


def test_both_sorts_of_cookies_are_used_on_the_site(claimed):
    text = EN + "We use both first-party and third-party cookies to run the site.\n"
    assert ("third_party_cookies_used", "document", None) in claimed(text)

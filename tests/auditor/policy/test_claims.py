"""What sentences in many languages promise, and what sentences that only look alike do not."""

from __future__ import annotations

import pytest

TITLES = {
    "en": "# Cookie policy\n\nWe use cookies on our website.\n\n## Your choices\n\n",
    "nl": "# Cookiebeleid\n\nWij gebruiken cookies op onze website.\n\n## Uw keuzes\n\n",
    "de": "# Cookie-Richtlinie\n\nWir verwenden Cookies auf unserer Website.\n\n## Ihre Wahl\n\n",
    "fr": "# Politique de cookies\n\nNous utilisons des cookies sur notre site.\n\n## Vos choix\n\n",
    "es": "# Política de cookies\n\nUtilizamos cookies en nuestra página web.\n\n## Sus opciones\n\n",
    "it": "# Informativa sui cookie\n\nUtilizziamo i cookie sul nostro sito.\n\n## Le vostre scelte\n\n",
    "pl": "# Polityka cookies\n\nUżywamy plików cookies w naszym serwisie.\n\n## Twój wybór\n\n",
    "sv": "# Cookiepolicy\n\nVi använder cookies på vår webbplats.\n\n## Dina val\n\n",
    "da": "# Cookiepolitik\n\nVi bruger cookies på vores hjemmeside.\n\n## Dine valg\n\n",
    "no": "# Informasjonskapsler\n\nVi bruker informasjonskapsler på nettstedet vårt.\n\n## Dine valg\n\n",
    "fi": "# Evästekäytäntö\n\nKäytämme evästeitä verkkosivustollamme.\n\n## Valintasi\n\n",
    "pt": "# Política de cookies\n\nUtilizamos cookies no nosso site.\n\n## As suas escolhas\n\n",
    "cs": "# Zásady cookies\n\nNa našem webu používáme soubory cookies.\n\n## Vaše volba\n\n",
}


@pytest.fixture
def claims(read):
    """(type, subject kind, value) of the claims that a sentence makes in a policy of its language."""

    def of(language, sentence):
        found = read(TITLES[language] + sentence + "\n").claims
        return {(claim.type, claim.subject_kind, claim.subject_value) for claim in found}

    return of


@pytest.mark.parametrize(
    ("language", "sentence", "claim"),
    [
        ("en", "All of our cookies are session cookies.", ("session_only", "document", None)),
        ("en", "The shop uses session cookies only.", ("session_only", "document", None)),
        ("en", "The help pages use no cookies at all.", ("cookies_unused", "document", None)),
        ("en", "We do not use cookies for this website.", ("cookies_unused", "document", None)),
        ("en", "We do not use cookies for any purpose.", ("cookies_unused", "document", None)),
        ("de", "Wir setzen keine Cookies ein.", ("cookies_unused", "document", None)),
        ("en", "We set first-party cookies only.", ("first_party_only", "document", None)),
        ("en", "No third-party cookies are placed here.", ("first_party_only", "document", None)),
        ("en", "Third parties do not set cookies on our pages.", ("first_party_only", "document", None)),
        (
            "en",
            "Our website sets only technically necessary cookies.",
            ("only_category", "category", "strictly_necessary"),
        ),
        ("en", "Our partners may also set cookies on the order form.", ("third_party_sets", "document", None)),
        ("en", "We never build user profiles.", ("no_profiling", "document", None)),
        (
            "en",
            "Statistics cookies are set only after you accept them.",
            ("consent_before_setting", "category", "performance"),
        ),
        (
            "nl",
            "Zonder toestemming plaatsen wij geen marketingcookies.",
            ("consent_before_setting", "category", "targeting"),
        ),
        ("de", "Es wird kein Nutzungsprofil erstellt.", ("no_profiling", "document", None)),
        (
            "fr",
            "Des partenaires peuvent également déposer des cookies ici.",
            ("third_party_sets", "document", None),
        ),
        ("es", "Puede dar su permiso y retirarlo en cualquier momento.", ("withdrawal_possible", "document", None)),
        ("pl", "Nie tworzymy profili naszych gości.", ("no_profiling", "document", None)),
        ("sv", "Statistikcookies kräver ditt samtycke.", ("consent_before_setting", "category", "performance")),
        ("sv", "Vi delar aldrig uppgifter med tredje part.", ("no_third_party_sharing", "document", None)),
        ("da", "Statistik-cookies kræver dit samtykke.", ("consent_before_setting", "category", "performance")),
        ("no", "Vi bruker analyseverktøy med ditt samtykke.", ("consent_before_setting", "category", "performance")),
        ("fi", "Markkinointievästeet edellyttävät suostumustasi.", ("consent_before_setting", "category", "targeting")),
        (
            "pt",
            "Os cookies analíticos requerem o seu consentimento.",
            ("consent_before_setting", "category", "performance"),
        ),
        ("cs", "Analytické cookies vyžadují váš souhlas.", ("consent_before_setting", "category", "performance")),
    ],
)
def test_promises(claims, language, sentence, claim):
    assert claim in claims(language, sentence)


@pytest.mark.parametrize(
    ("language", "sentence", "kind"),
    [
        ("en", "These cookies may track how long you stay and which pages you visit.", "cross_site_tracking"),
        ("en", "We also use third-party cookies, which are cookies from another domain.", "third_party_cookies_used"),
        ("en", "Our partners do not set cookies here.", "third_party_cookies_used"),
        ("en", "We do not use cookies to measure or to advertise.", "cookies_unused"),
        ("en", "No cookies are used for statistics.", "cookies_unused"),
        ("de", "Wir verwenden keine Cookies zu Werbezwecken.", "cookies_unused"),
        ("de", "Wir setzen keine Cookies zur Analyse ein.", "cookies_unused"),
        ("de", "Wir setzen keine Cookies für Marketing ein.", "cookies_unused"),
        ("fr", "Nous n'utilisons pas de cookies à des fins de profilage.", "cookies_unused"),
        ("sv", "Vi använder inga cookies för marknadsföring.", "cookies_unused"),
        ("cs", "Nepoužíváme cookies pro reklamu.", "cookies_unused"),
        ("en", "We do not use third-party cookies without your consent.", "first_party_only"),
        ("en", "Some pages of our site do not use cookies.", "cookies_unused"),
        ("en", "We do not use cookies on our careers portal.", "cookies_unused"),
        ("nl", "In onze app gebruiken wij geen cookies.", "cookies_unused"),
        ("de", "Ohne Ihre Einwilligung setzen wir keine Cookies von Drittanbietern.", "first_party_only"),
        ("fr", "Sans votre accord, aucun cookie tiers n'est déposé.", "first_party_only"),
        ("nl", "Zonder toestemming plaatsen wij geen marketingcookies.", "set_without_consent"),
        ("sv", "Tjänsten samlar inte in IP-adresser utan bara anonymiserade fel.", "ip_anonymised"),
        ("sv", "Nödvändiga cookies kräver inte ditt samtycke.", "consent_before_setting"),
        ("da", "Nødvendige cookies kræver ikke dit samtykke.", "consent_before_setting"),
        ("cs", "Nezbytné cookies nevyžadují váš souhlas.", "consent_before_setting"),
    ],
)
def test_no_promises(claims, language, sentence, kind):
    assert kind not in {found[0] for found in claims(language, sentence)}


def test_a_title_about_cookies_explains_nothing_by_itself(read):
    text = "# About cookies\n\n" + "Our website uses cookies.\n\n" * 8 + "Our partners may also set cookies here.\n"
    assert [claim.type for claim in read(text).claims] == ["third_party_sets"]


def test_a_banner_beside_the_browser_is_a_promise(claims):
    sentence = "You can change your choices at any time in your browser{}."
    assert not claims("en", sentence.format(""))
    assert claims("en", sentence.format(" or in the cookie banner")) == {("preferences_changeable", "document", None)}


def test_only_in_polish_is_no_switching_off(read):
    declaration = read(
        "# Polityka cookies\n\nStrona wykorzystuje wyłącznie pliki cookies niezbędne do jej działania.\n"
    )
    assert {(c.type, c.subject_value) for c in declaration.claims} == {("only_category", "strictly_necessary")}
    assert [c.canonical.value for c in declaration.categories] == ["strictly_necessary"]


def test_cookies_described_below_are_a_complete_list(claims):
    assert claims("en", "All of the cookies that this shop sets are listed below.") == {
        ("list_complete", "document", None)
    }
    assert not claims("en", "All cookies can be deleted below the menu of your browser.")


def test_claims_against_listed_cookies(read):
    table = "| Cookie | Category | Lifetime |\n|---|---|---|\n| _fbp | Marketing | 3 months |\n"
    declaration = read(f"# Cookies\n\nWe use cookies. We do not use marketing cookies.\n\n{table}")
    assert [(c.kind, c.subject) for c in declaration.contradictions] == [("claim_conflict", "targeting")]
    declaration = read(f"# Cookies\n\nThis site uses only necessary cookies.\n\n{table}")
    assert [(c.kind, c.subject) for c in declaration.contradictions] == [("claim_conflict", "strictly_necessary")]


def test_own_tools_and_payment_contradict_nothing(read):
    text = "# Cookies\n\nWe use cookies. We do not use third-party cookies.\n\n"
    own = read(text + "We use Matomo cookies on our own server to count visits.\n")
    paid = read(text + "We use Stripe for payments; it may set cookies on its own pages.\n")
    assert (own.contradictions, paid.contradictions) == ((), ())
    other = read(text + "We use Google Analytics cookies to count visits.\n")
    assert [(c.kind, c.subject) for c in other.contradictions] == [("claim_conflict", "third_parties")]


def test_other_is_not_unknown(read):
    table = "| Cookie | Type | Lifetime |\n|---|---|---|\n| _ga | {} | 2 years |\n"
    assert read("# Cookies\n\n" + table.format("Other")).contradictions == ()
    unknown = read("# Cookies\n\n" + table.format("Unknown")).contradictions
    assert [c.kind for c in unknown] == ["category_unknown"]


def test_a_definition_that_says_what_may_be_declares_nothing(read):
    text = "# Cookies\n\nWe use cookies.\n\n## What are cookies?\n\nFiles. That may include fingerprinting or pixels.\n"
    assert [t.name for t in read(text).technologies] == ["cookies"]

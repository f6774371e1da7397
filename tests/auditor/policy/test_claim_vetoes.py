"""Sentences that have the words of a claim and make another statement."""

import pytest

OPENINGS = {
    "en": "# Cookie policy\n\nWe use cookies on this website.\n\n",
    "de": "# Cookie-Richtlinie\n\nWir verwenden Cookies auf dieser Website.\n\n",
    "es": "# Política de cookies\n\nUtilizamos cookies en este sitio.\n\n",
    "fr": "# Politique de cookies\n\nNous utilisons des cookies sur ce site.\n\n",
    "it": "# Informativa sui cookie\n\nQuesto sito utilizza i cookie.\n\n",
    "nl": "# Cookiebeleid\n\nWij gebruiken cookies op deze website.\n\n",
    "pl": "# Polityka cookies\n\nTa strona używa plików cookie.\n\n",
    "sv": "# Cookiepolicy\n\nVi använder kakor på denna webbplats.\n\n",
}


@pytest.fixture
def claimed(read):
    """The claims (kind, subject, value) of a small policy with a sentence."""

    def made(language, sentence):
        found = read(f"{OPENINGS[language]}{sentence}\n").claims
        return {(claim.type, claim.subject_kind, claim.subject_value) for claim in found}

    return made


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Our partners may share cookie data with us."),
        ("en", "Cookie data about your activity on third-party apps is sent by pixels provided by us."),
        ("fr", "Nos partenaires fournissent des données de leurs cookies."),
        ("nl", "Onze partners delen cookiegegevens die zij hebben verzameld."),
    ],
)
def test_what_others_give_is_not_shared_with_them(claimed, language, sentence):
    assert "shared_with_third_parties" not in {kind for kind, *_ in claimed(language, sentence)}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Cookie data is shared with social media, advertising and analytics partners."),
        ("en", "The partners with whom we share cookie data are many."),
        ("fr", "Les données des cookies sont transmises à nos partenaires."),
        ("nl", "Cookiegegevens worden gedeeld met derden."),
        ("de", "Die Daten dieser Cookies werden an Dritte weitergegeben."),
    ],
)
def test_what_others_get_is_shared_with_them(claimed, language, sentence):
    assert ("shared_with_third_parties", "document", None) in claimed(language, sentence)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", 'Cookies are placed by us ("first-party cookies") or by our partners ("third-party cookies").'),
        ("fr", "Les cookies sont déposés par nous (« cookies internes ») ou par des partenaires (« cookies tiers »)."),
        ("de", "Cookies werden von uns („eigene Cookies“) oder von Partnern gesetzt („Drittanbieter-Cookies“)."),
    ],
)
def test_who_names_two_kinds_of_cookies_explains_them(claimed, language, sentence):
    assert claimed(language, sentence) == set()


@pytest.mark.parametrize(
    ("language", "sentence", "value"),
    [
        ("en", "Some cookies may be set by third-party services (e.g. analytics tools or maps).", ("document", None)),
        ("en", "Some cookies (such as analytics cookies) are set by third parties.", ("category", "performance")),
        ("sv", "Vissa kakor kan sättas av tredjepartstjänster (t.ex. analysverktyg).", ("document", None)),
    ],
)
def test_examples_of_others_are_no_kind_of_cookies(claimed, language, sentence, value):
    assert claimed(language, sentence) == {("third_party_sets", *value)}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "You have the rights of access, rectification, erasure and to withdraw your consent at any time."),
        ("de", "Sie haben das Recht auf Auskunft, Berichtigung und Löschung und auf Widerruf der Einwilligung."),
        ("pl", "Masz prawo dostępu do danych, ich sprostowania, usunięcia oraz cofnięcia zgody w dowolnym momencie."),
    ],
)  # fmt: skip
def test_a_list_of_rights_promises_no_way_to_withdraw(claimed, language, sentence):
    assert claimed(language, sentence) == set()


def test_a_withdrawal_alone_is_promised(claimed):
    assert claimed("en", "You can withdraw your consent at any time.") == {("withdrawal_possible", "document", None)}


def test_one_of_two_reasons_is_not_claimed(claimed):
    sentence = "Some need no consent, either because they hold no personal data or because they are necessary."
    assert "no_personal_data" not in {kind for kind, *_ in claimed("en", sentence)}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("it", "I cookie di terze parti usati su questo sito non vengono gestiti da noi."),
        ("es", "Las cookies de terceros que usamos no son gestionadas por nosotros."),
    ],
)
def test_another_verb_that_is_denied_denies_no_cookies_of_others(claimed, language, sentence):
    assert claimed(language, sentence) == set()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("es", "No son utilizadas cookies de terceros."),
        ("it", "Non vengono utilizzati cookie di terze parti."),
    ],
)
def test_cookies_of_others_are_denied(claimed, language, sentence):
    assert claimed(language, sentence) == {("first_party_only", "document", None)}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "Kiest u niets, dan plaatsen wij geen marketingcookies."),
        ("de", "Stimmen Sie nicht zu, so verwenden wir keine Marketing-Cookies."),
        ("de", "Lehnen Sie ab, werden keine Marketing-Cookies gesetzt."),
        ("sv", "Tackar du nej, så använder vi inga marknadsföringskakor."),
    ],
)
def test_a_verb_first_is_a_condition(claimed, language, sentence):
    assert "category_unused" not in {kind for kind, *_ in claimed(language, sentence)}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "Wij gebruiken geen marketingcookies."),
        ("de", "Wir verwenden keine Marketing-Cookies."),
        ("sv", "Vi använder inga marknadsföringskakor."),
    ],
)
def test_what_is_denied_without_a_condition_is_unused(claimed, language, sentence):
    assert ("category_unused", "category", "targeting") in claimed(language, sentence)


@pytest.mark.parametrize("heading", ["", "## Performance cookies\n\n"])
def test_what_a_sentence_says_again_and_better_is_kept(claimed, heading):
    text = "Performance cookies don't collect information that identifies you. The data of these cookies are anonymous."
    assert claimed("en", f"{heading}{text}") == {
        ("no_personal_data", "category", "performance"),
        ("anonymous_data", "category", "performance"),
    }


def test_measuring_follows_nobody(claimed):
    assert claimed("en", "## Analytics cookies\n\nThese cookies track your activity on the website.") == set()
    assert claimed("en", "## Marketing cookies\n\nThese cookies track your activity on the website.") == {
        ("tracks_behaviour", "category", "targeting")
    }


@pytest.mark.parametrize(
    ("sentence", "changed"),
    [
        ("Ihre Einwilligungseinstellungen können Sie jederzeit über den Button unten anpassen.", True),
        ("Ihre Einwilligungseinstellungen können Sie jederzeit in Ihrem Browser anpassen.", False),
    ],
)
def test_settings_of_consent_in_one_word(claimed, sentence, changed):
    assert (("preferences_changeable", "document", None) in claimed("de", sentence)) is changed


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "In the settings you can switch on or switch off analytics cookies and press “Save my choice”."),
        ("pl", "Możesz włączyć lub wyłączyć cookies analityczne i zapisać wybór przyciskiem „Zapisz wybrane”."),
    ],
)
def test_how_switches_are_saved_promises_nothing(claimed, language, sentence):
    assert "reject_possible" not in {kind for kind, *_ in claimed(language, sentence)}


def test_that_cookies_can_be_refused_is_promised(claimed):
    assert claimed("en", "You can refuse analytics cookies with the button “Reject”.") == {
        ("reject_possible", "category", "performance")
    }


def test_no_cookies_of_apps_are_denied_of_the_apps(read):
    text = (
        "# Cookie policy\n\nIt applies to:\n\n"
        "- The Acme website, available at https://www.acme.example (hereinafter, “the Website”);\n"
        "- The Acme mobile application, available in app stores (hereinafter, “the Application”);\n\n"
        "## Analytics cookies\n\nThe Website uses them to count visits.\n\n"
        "There are no cookies used by mobile applications.\n"
    )
    made = {(claim.type, claim.subject_kind, claim.subject_value) for claim in read(text).claims}
    assert ("cookies_unused", "scope", "app") in made

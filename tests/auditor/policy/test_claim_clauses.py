"""Where a statement ends, what it is about, and what only looks like one."""

from __future__ import annotations

import pytest

DE = "# Cookie-Richtlinie\n\nWir verwenden Cookies.\n\n"
EN = "# Cookie policy\n\nWe use cookies.\n\n"
ES = "# Política de cookies\n\nUtilizamos cookies.\n\n"
FR = "# Politique de cookies\n\nNous utilisons des cookies.\n\n"
IT = "# Informativa sui cookie\n\nUtilizziamo i cookie.\n\n"
NL = "# Cookiebeleid\n\nWij gebruiken cookies.\n\n"
PL = "# Polityka cookies\n\nUżywamy plików cookies.\n\n"


@pytest.fixture
def claimed(read):
    """(type, subject) of what a text claims."""
    return lambda text: {(claim.type, claim.subject_value) for claim in read(text).claims}


def test_an_abbreviation_ends_neither_a_sentence_nor_what_is_denied(claimed, read):
    text = DE + "## Analyse-Cookies\n\nWir nutzen keine Messdienste (z. B. Matomo) ohne Ihre Einwilligung.\n"
    assert claimed(text) == {("consent_before_setting", "performance")}
    text = IT + "Questo sito non utilizza strumenti di terze parti (es. Facebook Pixel).\n"
    assert "web_beacons" not in {technology.name for technology in read(text).technologies}


def test_quotation_marks_around_words_are_read_over(claimed):
    assert claimed("# Polityka prywatności\n\nNa tej stronie nie używamy „plików cookies”.\n") == {
        ("cookies_unused", None)
    }


def test_a_sentence_in_bold_denies_nothing_below_it(claimed, read):
    text = NL + "**Wij plaatsen geen marketingcookies.**\n\nDe opslag is functioneel (`sessionStorage`).\n"
    assert claimed(text) == {("category_unused", "targeting")}
    assert "session_storage" in {technology.name for technology in read(text).technologies}


@pytest.mark.parametrize(
    "text",
    [
        ES + "## Cookies técnicas\n\nNo obstante, desactivar estas cookies puede afectar a la web.\n",
        ES + "## Cookies analíticas\n\nPuede optar por no ser medido desactivando el complemento.\n",
        IT + "## Terze parti\n\nAlcuni fornitori terzi usano cookie per i loro servizi.\n",
        EN + "We may store a note to personalize your visit through cookies.\n",
        EN + "You may send data from cookies to a third party when you click its button.\n",
        ES + "Usamos las cookies para el seguimiento estadístico del comportamiento del conjunto.\n",
        PL + "Dbamy o anonimowość Twoich danych.\n",
        FR + "Cette mesure n'utilise pas de cookies publicitaires.\n",
        FR + "Vous choisissez si vous acceptez les cookies de mesure ainsi que les cookies publicitaires.\n",
        EN + "## Performance cookies\n\nThese cookies collect information about the pages they visit.\n",
        NL + "Analytische cookies worden alleen geplaatst als de gevolgen klein zijn.\n",
        EN + "The consent banner is not shown to robots, as it requires a browser.\n",
        EN + "A cookie is a piece of data with an anonymous identifier.\n",
        ES + "Cookies de terceros: son aquellas que envía un dominio que no gestionamos nosotros.\n",
        "# Política de cookies\n\nCookies persistentes são os cookies que ficam até que não sejam precisos.\n",
        "# Evästekäytäntö\n\nIstuntoevästeet ovat evästeitä, jotka tallennetaan vain istunnon ajaksi.\n",
        "# Política de cookies\n\nNão usamos apenas cookies essenciais.\n",
        DE + "Das Plugin laden wir zunächst ohne Cookies für Statistik.\n",
        EN + "Do Not Sell or Share My Personal Information\n",
        DE + "## Cookies und Tracking\n\nSie werden erst nach Ihrer Wahl gelöscht.\n",
    ],
)
def test_what_only_looks_like_a_claim(claimed, text):
    assert claimed(text) == set()


def test_what_a_website_sets_itself_contradicts_no_cookies_of_others(read):
    text = EN + "The website does not set third-party cookies itself. YouTube may set some of its own.\n"
    assert read(text).contradictions == ()


def test_what_is_identified_is_told_once(claimed):
    assert claimed(NL + "Cookies bevatten geen persoonsgegevens die u identificeren.\n") == {
        ("no_personal_data", "cookies")
    }
    assert claimed(PL + "Dane z plików cookies nie pozwalają na identyfikację użytkownika.\n") == {
        ("anonymous_data", None)
    }


def test_a_label_that_qualifies_another_is_none_of_its_own(claimed):
    text = FR + "Nous n'utilisons pas :\n\n- Cookies de personnalisation publicitaire\n"
    assert claimed(text) == {("category_unused", "targeting")}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (DE + "## Funktionale Cookies\n\nSie können diese Cookies abschalten.\n", ("reject_possible", "functional")),
        (IT + "Ci sono solo cookie tecnici necessari, che non richiedono il consenso.\n",
         ("set_without_consent", "strictly_necessary")),
        (FR + "Le site utilise uniquement des cookies techniques, pour le fonctionnement de l'application.\n",
         ("only_category", "strictly_necessary")),
        (NL + "## Noodzakelijke cookies\n\nDeze cookies worden altijd geplaatst.\n",
         ("always_active", "strictly_necessary")),
        (EN + "Our cookies store no sensitive data.\n", ("data_limited", None)),
        (EN + "Your data are never shared for marketing purposes.\n", ("no_marketing_sharing", None)),
        (EN + "Some of our advertisers may use cookies on our site.\n", ("third_party_cookies_used", None)),
        (FR + "Outre nos cookies, nous pouvons utiliser des cookies tiers.\n", ("third_party_cookies_used", None)),
        (PL + "Korzystamy z cookies pochodzących od podmiotów trzecich.\n", ("third_party_cookies_used", None)),
        (PL + "Pliki cookies mogą być wykorzystywane także przez współpracujące z nami firmy.\n",
         ("third_party_cookies_used", None)),
    ],
)  # fmt: skip
def test_what_is_claimed(claimed, text, claim):
    assert claim in claimed(text)


def test_what_is_not_sold_is_still_collected(claimed):
    assert claimed("# Privacy policy\n\nWe do not sell personal data that we collect through cookies.\n") == {
        ("no_sale", None)
    }


def test_these_cookies_are_those_of_the_sentence_before(claimed):
    text = "# Kakor\n\nAnalytiska kakor mäter besök. Dessa kakor sparas bara om du samtycker.\n"
    assert claimed(text) == {("consent_before_setting", "performance")}


def test_a_heading_of_cookies_and_more_is_no_category(read):
    assert [c.label for c in read(DE + "## Cookies und Tracking\n\nCookies sind Dateien.\n").categories] == []
    assert [c.label for c in read(DE + "## Tracking-Cookies\n\nSie messen.\n").categories] == ["Tracking-Cookies"]


def test_browser_storage_that_keeps_a_choice_is_no_browser_setting(read):
    text = IT + "Il localStorage del browser serve per memorizzare le preferenze sul consenso.\n"
    assert read(text).consent == ()


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        (EN + "We may let third parties place cookies on our site.\n", {("third_party_sets", None)}),
        (EN + "We use only strictly necessary and functional cookies.\n",
         {("only_category", "strictly_necessary"), ("only_category", "functional")}),
        (FR + "Nous utilisons uniquement des cookies fonctionnels nécessaires au site.\n",
         {("only_category", "strictly_necessary")}),
        (FR + "Nous n'utilisons aucun cookie de :\n\n- Réseaux sociaux\n- Suivi cross-site\n- Analytics (Matomo)\n",
         {("category_unused", "social_media"), ("no_cross_site_tracking", None), ("category_unused", "performance")}),
        (DE + "Es werden keine Analyse-, Marketing- oder sonstige Drittanbieter-Cookies gesetzt.\n",
         {("category_unused", "performance"), ("category_unused", "targeting")}),
        (EN + "We do not sell or share cookie data.\n", {("no_sale", None), ("no_third_party_sharing", None)}),
        (PL + "W każdej chwili możesz:\n\n- wycofać zgodę na banerze,\n- usunąć pliki.\n",
         {("withdrawal_possible", None)}),
        (IT + "Puoi modificare le preferenze in ogni momento con il link nel footer. Oppure usa il browser.\n",
         {("preferences_changeable", None)}),
        (NL + "## Analytische en marketingcookies\n\nWe laden ze pas nadat u ze accepteert.\n",
         {("consent_before_setting", "performance"), ("consent_before_setting", "targeting")}),
        (DE + "## Statistik-Cookies\n\nSie sammeln anonymisierte oder pseudonymisierte Daten.\n",
         {("anonymous_data", "performance")}),
        (DE + "Cookies setzen wir nur mit Ihrer Einwilligung.\n\n"
              "## Marketing-Cookies\n\nRechtsgrundlage: Art. 6 Abs. 1 lit. a DSGVO (Einwilligung).\n",
         {("consent_before_setting", None)}),
        (DE + "Google Analytics wird nur aktiviert, wenn Sie im Cookie-Banner zustimmen.\n",
         {("consent_before_setting", "performance")}),
        (EN + "Mailjet will require your authorisation before placing any other kind of cookie.\n",
         {("consent_before_setting", None)}),
        ("# Cookiepolitik\n\nVi anvender på nuværende tidspunkt ikke cookies til statistik eller markedsføring.\n",
         {("category_unused", "performance"), ("category_unused", "targeting")}),
        (DE + "## Technische Cookies\n\nDiese Cookies werden ausschließlich auf dieser Website verwendet und sind "
              "sogenannte First Party Cookies.\n",
         {("first_party_only", "strictly_necessary")}),
        (DE + "Cookies, die für die Funktion der Website notwendig sind, sind immer aktiviert.\n",
         {("always_active", "strictly_necessary")}),
    ],
)  # fmt: skip
def test_all_that_is_claimed(claimed, text, claims):
    assert claimed(text) == claims


def test_a_letter_before_a_label_is_no_part_of_it(read):
    text = (
        EN + "- **a) Strictly necessary cookies**. The site needs these.\n- **b) Targeting cookies**. These show ads.\n"
    )
    assert [category.label for category in read(text).categories] == ["Strictly necessary cookies", "Targeting cookies"]

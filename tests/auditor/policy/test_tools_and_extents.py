"""What is said of the tool that measures, of "only" some cookies, of data as a whole, and of who sets cookies."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest

DAY = 86_400
COOKIES = {
    "en": ("Cookie Policy", "We use analytics cookies.", "We use Google Analytics to measure visits."),
    "de": ("Cookie-Richtlinie", "Wir verwenden Analyse-Cookies.", "Wir nutzen Google Analytics, um Besuche zu messen."),
    "nl": ("Cookiebeleid", "Wij gebruiken analytische cookies.", "Wij gebruiken Google Analytics om bezoek te meten."),
    "fr": ("Politique de cookies", "Nous utilisons des cookies analytiques.", "Nous utilisons Google Analytics pour mesurer l'audience."),
    "es": ("Política de cookies", "Utilizamos cookies analíticas.", "Utilizamos Google Analytics para medir las visitas."),
    "it": ("Informativa sui cookie", "Utilizziamo cookie analitici.", "Utilizziamo Google Analytics per misurare le visite."),
    "sv": ("Cookiepolicy", "Vi använder analyscookies.", "Vi använder Google Analytics för att mäta besök."),
}  # fmt: skip
PRIVACY = {
    "en": "Privacy Policy",
    "de": "Datenschutzerklärung",
    "nl": "Privacybeleid",
    "fr": "Politique de confidentialité",
    "es": "Política de privacidad",
    "it": "Informativa sulla privacy",
    "sv": "Integritetspolicy",
}


def page(language, title, *paragraphs, items=()):
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    listed = "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>" if items else ""
    return f"<html lang={language}><body><h1>{title}</h1>{text}{listed}</body></html>"


ANALYTICS = ("category", "performance")
DOCUMENT = ("document", None)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "This website only uses analytics cookies."),
        ("en", "Only an analytics cookie is used on this website."),
        ("de", "Auf dieser Website wird nur ein Analyse-Cookie verwendet."),
        ("nl", "Op deze site wordt alleen een analytisch cookie gebruikt."),
        ("fr", "Ce site utilise uniquement des cookies analytiques."),
        ("es", "Esta web solo utiliza cookies analíticas."),
        ("it", "Questo sito utilizza solo cookie analitici."),
    ],
)
def test_only_cookies_of_one_kind(claims, language, sentence):
    assert claims(page(language, COOKIES[language][0], sentence)) == {("only_category", *ANALYTICS)}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "We only use analytics cookies to improve our website."),
        ("en", "We use only marketing cookies if you agree."),
        ("en", "Marketing cookies are only used by third parties."),
        ("en", "We use analytics cookies only on our blog."),
        ("fr", "Nous utilisons des cookies analytiques uniquement avec votre accord."),
        ("it", "Usiamo cookie analitici solo previo consenso."),
    ],
)
def test_only_for_a_purpose_or_under_a_condition_is_no_only_kind(claims, language, sentence):
    found = claims(page(language, COOKIES[language][0], sentence))
    assert ("only_category", "category", "performance") not in found
    assert ("only_category", "category", "targeting") not in found


def test_only_one_kind_beside_another_that_is_declared_is_not_believed(claims):
    text = "# Cookies\n\nOnly an analytics cookie is used on the home page.\n\n## Marketing cookies\n\nThey show ads.\n"
    assert not any(kind == "only_category" for kind, *_ in claims(text))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "We do not collect any personal data."),
        ("en", "Our app does not store personal data such as your name."),
        ("en", "We do not store any personal user data."),
        ("de", "Es werden keine personenbezogenen Daten gespeichert."),
        ("fr", "Nous ne collectons aucune donnée personnelle."),
        ("es", "No recopilamos datos personales."),
        ("it", "Non raccogliamo alcun dato personale."),
        ("nl", "Wij verzamelen geen persoonsgegevens."),
        ("sv", "Vi samlar inte in några personuppgifter som namn eller e-post."),
    ],
)
def test_no_personal_data_is_said_of_all(claims, language, sentence):
    assert claims(page(language, PRIVACY[language], sentence)) == {("no_personal_data", *DOCUMENT)}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "We do not collect personal data from children."),
        ("en", "We do not knowingly collect personal data."),
        ("en", "We do not store personal data longer than needed."),
        ("en", "If you only browse, we do not collect personal data."),
        ("en", "We do not collect any personal data through this form."),
        ("en", "Third parties that do not collect personal data may be used."),
        ("en", "We do not process personal data for automated decisions."),
        ("de", "Ohne Ihre Einwilligung speichern wir keine personenbezogenen Daten."),
        ("fr", "Nous ne collectons pas de données personnelles auprès des mineurs."),
        ("nl", "Wij bewaren geen persoonsgegevens langer dan nodig."),
        ("sv", "Vi samlar inte in personuppgifter utan ditt samtycke."),
    ],
)
def test_personal_data_of_some_or_under_a_condition(claims, language, sentence):
    assert claims(page(language, PRIVACY[language], sentence)) == set()


def test_below_a_heading_about_children_nothing_is_said_of_all(claims):
    assert claims("# Privacy Policy\n\nWe are Acme.\n\n## Children\n\nWe do not collect personal data.\n") == set()


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Google Analytics is only loaded if you accept.", "consent_before_setting"),
        ("The legal basis for Google Analytics is our legitimate interest.", "set_without_consent"),
        ("The Google Analytics cookie is a first-party cookie.", "first_party_only"),
        ("Google Analytics collects anonymous data.", "anonymous_data"),
    ],
)
def test_what_is_said_of_the_only_tool_is_said_of_measuring(claims, sentence, kind):
    title, uses, tool = COOKIES["en"]
    assert (kind, *ANALYTICS) in claims(page("en", title, f"{tool} {uses}", sentence))


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Google Analytics is only loaded if you accept.", "consent_before_setting"),
        ("Google Analytics shortens your IP address.", "ip_anonymised"),
    ],
)
def test_beside_a_second_tool_it_is_said_of_the_tool(claims, sentence, kind):
    text = page("en", "Cookie Policy", "We use analytics cookies of Google Analytics and Hotjar.", sentence)
    assert (kind, "service", "Google Analytics") in claims(text)
    assert (kind, *ANALYTICS) not in claims(text)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "Google Analytics wird auf Grundlage unseres berechtigten Interesses eingesetzt (Art. 6 Abs. 1 lit. f DSGVO)."),
        ("nl", "De rechtsgrond voor Google Analytics is ons gerechtvaardigd belang."),
        ("fr", "La base légale de Google Analytics est notre intérêt légitime."),
        ("es", "La base jurídica de Google Analytics es nuestro interés legítimo."),
        ("it", "La base giuridica di Google Analytics è il legittimo interesse."),
    ],
)  # fmt: skip
def test_a_legitimate_interest_in_measuring_needs_no_consent(claims, language, sentence):
    title, uses, tool = COOKIES[language]
    assert claims(page(language, title, f"{tool} {uses}", sentence)) == {("set_without_consent", *ANALYTICS)}


@pytest.mark.parametrize(
    "sentence",
    [
        "Our legal basis for necessary cookies is a legitimate interest.",
        "The legal basis for contracts is our legitimate interest.",
        "Google Analytics is not based on a legitimate interest.",
    ],
)
def test_a_legitimate_interest_in_something_else(claims, sentence):
    title, uses, tool = COOKIES["en"]
    assert claims(page("en", title, f"{tool} {uses}", sentence)) == set()


def test_what_is_set_in_a_tool_that_the_sentence_names_is_said_of_the_tool(claims):
    title, uses, tool = COOKIES["en"]
    made = claims(page("en", title, f"{tool} {uses}", "Google Analytics shortens your IP address."))
    assert ("ip_anonymised", "service", "Google Analytics") in made
    assert ("ip_anonymised", *ANALYTICS) not in made


def test_addresses_are_shortened_by_the_tool_named_above_in_the_section(claims):
    text = "# Privacy Policy\n\n## Cookies\n\nWe use analytics cookies.\n\n## What we collect\n\nGoogle Analytics collects:\n\n- pages\n- devices\n\nIP addresses are anonymised.\n"
    assert ("ip_anonymised", *ANALYTICS) in claims(text)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "This cookie is not used for advertising or other commercial purposes."),
        ("nl", "Dit cookie wordt niet gebruikt voor advertenties of andere commerciële doeleinden."),
        ("fr", "Ce cookie n'est pas utilisé à des fins publicitaires ni à d'autres fins."),
    ],
)
def test_what_this_cookie_is_not_used_for_is_no_unused_category(claims, language, sentence):
    title, uses, _ = COOKIES[language]
    found = claims(page(language, title, f"{uses} {sentence}"))
    assert found == {("purpose_limited", *ANALYTICS)}


def test_what_some_other_cookie_is_not_used_for_is_said_of_nothing_else(claims):
    text = page("de", "Cookie-Richtlinie", "Dieses Cookie wird nicht für Werbung oder andere Zwecke verwendet.")
    assert claims(text) == set()


def test_who_denies_advertising_denies_social_media_with_it(claims):
    text = "# Cookies\n\nWe do not use advertising, retargeting or social media cookies.\n"
    assert claims(text) == {("category_unused", "category", "targeting")}


def test_social_media_alone_are_denied_as_such(claims):
    assert claims("# Cookies\n\nWe do not use social media cookies.\n") == {
        ("category_unused", "category", "social_media")
    }


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "Er wordt geen gebruik gemaakt van ‘behavioural targeting’."),
        ("en", "We do not use behavioural advertising."),
        ("de", "Verhaltensbasierte Werbung findet nicht statt."),
        ("es", "No utilizamos publicidad comportamental."),
    ],
)
def test_no_behavioural_targeting_is_no_profiling(claims, language, sentence):
    assert claims(page(language, PRIVACY[language], sentence)) == {("no_profiling", *DOCUMENT)}


def test_behavioural_targeting_with_consent_is_no_denial(claims):
    text = page("en", "Privacy Policy", "We do not use behavioural advertising without your consent.")
    assert ("no_profiling", *DOCUMENT) not in claims(text)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Cookies are placed by us or by our partners."),
        ("de", "Cookies werden von uns oder von Drittanbietern gesetzt."),
        ("nl", "Cookies worden geplaatst door ons of door derden."),
        ("fr", "Les cookies sont déposés par nous ou par nos partenaires."),
        ("es", "Las cookies son instaladas por nosotros o por terceros."),
        ("it", "I cookie sono installati da noi o da terze parti."),
    ],
)
def test_cookies_of_us_and_others(claims, language, sentence):
    assert claims(page(language, COOKIES[language][0], sentence)) == {("third_party_sets", *DOCUMENT)}


@pytest.mark.parametrize(
    "sentence",
    [
        "Cookies may be set by us or by third parties.",
        "These cookies are set by us or by third parties.",
        "Cookies set by us are first-party cookies, cookies set by third parties are third-party cookies.",
    ],
)
def test_some_cookies_or_explained_ones_are_not_those_of_others(claims, sentence):
    assert claims(page("en", "Cookie Policy", sentence)) == set()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "They are set by Google."),
        ("de", "Sie werden von Google gesetzt."),
        ("nl", "Ze worden door Google geplaatst."),
        ("fr", "Ils sont déposés par Google."),
        ("es", "Son instaladas por Google."),
        ("it", "Sono installati da Google."),
    ],
)
def test_a_named_company_sets_the_cookies_of_an_item(claims, language, sentence):
    title, uses, _ = COOKIES[language]
    assert claims(page(language, title, items=[f"{uses} {sentence}"])) == {("third_party_sets", *ANALYTICS)}


@pytest.mark.parametrize(
    "sentence", ["They are not set by Google.", "They may be set by Google.", "The rules are made by Google."]
)
def test_what_a_named_company_does_not_set(claims, sentence):
    assert claims(page("en", "Cookie Policy", items=[f"{COOKIES['en'][1]} {sentence}"])) == set()


@pytest.mark.parametrize(
    ("language", "sentence", "strength"),
    [
        ("en", "Apart from our host, we do not share your data with third parties.", "qualified"),
        ("en", "We do not share your data with third parties other than those needed to run the service.", "qualified"),
        ("de", "Abgesehen von unserem Hoster geben wir keine Daten an Dritte weiter.", "qualified"),
        ("sv", "Vi delar inte dina uppgifter med tredje parter utöver vad som krävs.", "qualified"),
        ("en", "We do not share your data with third parties.", "absolute"),
    ],
)
def test_an_exception_qualifies_a_promise(read, language, sentence, strength):
    declared = read(page(language, PRIVACY[language], sentence))
    assert [(c.type, c.strength) for c in declared.claims] == [("no_third_party_sharing", strength)]


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("en", "We do not share your data with third parties except for those that run the service:"),
        ("de", "Wir geben Ihre Daten nicht an Dritte weiter, mit Ausnahme von:"),
        ("fr", "Nous ne partageons pas vos données avec des tiers, à l'exception de :"),
        ("nl", "Wij delen uw gegevens niet met derden, met uitzondering van:"),
    ],
)
def test_the_list_of_exceptions_names_recipients(read, language, opening):
    text = page(language, PRIVACY[language], opening, items=["Cloudflare — hosting", "Stripe: payments"])
    assert [s.name for s in read(text).services] == ["Cloudflare", "Stripe"]


def test_a_list_of_those_who_get_nothing_names_none(read):
    text = page("en", "Privacy Policy", "We do not share your data with:", items=["Cloudflare", "Stripe"])
    assert read(text).services == ()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "We have integrated the Google AdMob SDK to display ads in the app."),
        ("de", "Wir haben Google AdMob eingebunden, um Werbung in der App anzuzeigen."),
        ("fr", "Nous avons intégré Google AdMob pour afficher des publicités dans l'application."),
    ],
)
def test_a_tool_that_is_integrated_is_in_use(read, language, sentence):
    found = read(page(language, PRIVACY[language], sentence)).services
    assert [(s.name, s.category) for s in found] == [("Google AdMob", "targeting")]


def test_a_tool_that_is_not_integrated_is_none(read):
    text = page("en", "Privacy Policy", "We have not integrated the Google AdMob SDK to display ads in the app.")
    assert read(text).services == ()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The analytics cookie remains valid for 14 months."),
        ("de", "Das Analyse-Cookie läuft nach 14 Monaten ab."),
        ("nl", "Het analytische cookie verloopt na 14 maanden."),
        ("fr", "Le cookie analytique expire après 14 mois."),
        ("es", "La cookie analítica caduca a los 14 meses."),
    ],
)
def test_the_lifetime_of_the_cookies_of_a_category(read, language, sentence):
    title, uses, _ = COOKIES[language]
    found = read(page(language, title, uses, sentence)).retention
    assert [(one.subject, one.duration.seconds) for one in found] == [("performance", 14 * 30 * DAY)]


def test_the_lifetime_in_an_item_of_a_category(read):
    text = page("sv", "Cookiepolicy", items=["Vi använder analyscookies. De har en livslängd på upp till 2 år."])
    assert [(one.subject, one.duration.kind) for one in read(text).retention] == [("performance", "max")]


@pytest.mark.parametrize(
    "sentence",
    [
        "Analytics cookies were introduced 14 months ago.",
        "The analytics cookie _ga expires after 2 years.",
        "Analytics cookies help us; write to us within 14 days.",
    ],
)
def test_other_times_are_no_lifetimes_of_a_category(read, sentence):
    assert read(page("en", "Cookie Policy", COOKIES["en"][1], sentence)).retention == ()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "You can change your choice at any time: manage cookie preferences."),
        ("de", "Sie können Ihre Auswahl jederzeit ändern: Cookie-Einstellungen öffnen"),
        ("fr", "Vous pouvez modifier votre choix à tout moment : gérer mes préférences cookies"),
        ("nl", "U kunt uw keuze altijd wijzigen: cookievoorkeuren aanpassen"),
    ],
)
def test_the_label_of_a_control_behind_a_colon_promises_one(read, language, sentence):
    found = read(page(language, COOKIES[language][0], sentence)).consent
    assert [one.mechanism for one in found] == ["preference_centre"]


@pytest.mark.parametrize("items", [["Firefox: Settings > Privacy > Cookies", "Chrome: Settings > Cookies"]])
def test_ways_through_menus_are_settings_of_the_browser(read, items):
    escaped = [item.replace(">", "&gt;") for item in items]
    assert [one.mechanism for one in read(page("en", "Cookie Policy", items=escaped)).consent] == ["browser_settings"]


@pytest.mark.parametrize(
    "items",
    [
        ["Firefox: Settings &gt; Home", "Chrome: Settings &gt; Search"],
        ["Chrome: Settings &gt; Cookies"],
        ["Shop &gt; Cookies &gt; Oat", "Shop &gt; Cookies &gt; Nut"],
    ],
)
def test_other_ways_are_not(read, items):
    assert read(page("en", "Cookie Policy", items=items)).consent == ()

"""Which words of a policy promise a control, and which only mention preferences."""

from __future__ import annotations

import pytest

from auditor.policy.read import read_policy

MENTIONS = {
    "en": "We use cookies. They are set in response to what you do, such as setting your privacy preferences.",
    "en, forms": "We use cookies. Most are set when you log in, fill in a form or choose your privacy preferences.",
    "nl": "Wij gebruiken cookies. Ze worden geplaatst als reactie op wat u doet, zoals uw privacyvoorkeuren opslaan.",
    "de": "Wir verwenden Cookies. Sie werden als Reaktion auf Ihr Handeln gesetzt, etwa Ihre Datenschutzeinstellungen.",
    "fr": "Nous utilisons des cookies. Ils sont posés en réponse à vos actions, par exemple vos préférences cookies.",
    "es": "Utilizamos cookies. Se instalan en respuesta a sus acciones, como guardar sus preferencias de cookies.",
    "it": "Utilizziamo i cookie. Sono impostati in risposta ad azioni come le preferenze sulla privacy.",
    "pl": "Używamy plików cookie. Są ustawiane w odpowiedzi na działania, jak ustawienie preferencji prywatności.",
    "pt": "Utilizamos cookies. São definidos em resposta a ações suas, como definir as preferências de privacidade.",
}


@pytest.mark.parametrize("text", MENTIONS.values(), ids=MENTIONS)
def test_saving_preferences_as_an_example_promises_no_control(text: str) -> None:
    assert read_policy(f"Cookies\n\n{text}\n".encode(), name="policy.txt").consent == ()


def test_the_promised_words_are_those_that_the_policy_quotes() -> None:
    text = (
        "Cookies\n\nWe use cookies. You can open the privacy settings page whenever you like. "
        "Change your choice by clicking 'Cookie Choices' in the footer of our privacy settings page.\n"
    )
    (control,) = read_policy(text.encode(), name="policy.txt").consent
    assert (control.mechanism, control.label, control.location) == ("preference_centre", "Cookie Choices", "footer")
    assert control.evidence[0].quote.startswith("Change your choice by clicking")


def test_a_banner_that_might_come_or_is_not_needed_is_none(read):
    for text in (
        "# Cookie policy\n\nWe use cookies. If we add marketing cookies, a cookie banner will ask you.\n",
        "# Cookiebeleid\n\nWij gebruiken cookies. Wij hoeven geen toestemming te vragen via een cookiebanner.\n",
    ):
        assert "cookie_banner" not in {mechanism.mechanism for mechanism in read(text).consent}


def test_closing_the_notice_is_consent_in_italian(read):
    declaration = read("# Cookie\n\nIl sito usa cookie. I cookie sono accettati con la chiusura dell'avviso.\n")
    assert "implied_consent" in {c.mechanism for c in declaration.consent}


def test_a_page_of_ad_settings_is_no_service(read):
    declaration = read("# Cookie policy\n\nWe use cookies. You can say no:\n\n- Google Ads Settings\n")
    assert not declaration.services


SIGNALS = {
    "en": "We honor Global Privacy Control (GPC) signals as a request to opt out of the sale of your information.",
    "en, acronym": "When we detect a GPC signal, we treat it as an opt-out of the sharing of personal information.",
    "de": "Wir beachten das Signal Global Privacy Control (GPC).",
    "fr": "Nous respectons le signal Global Privacy Control (GPC).",
}


@pytest.mark.parametrize(("language", "text"), SIGNALS.items(), ids=SIGNALS)
def test_the_signal_counts_wherever_a_privacy_policy_speaks_of_it(language: str, text: str) -> None:
    """Nothing but tracking is refused by it: the section about a visitor's rights is the usual place."""
    head, rights = {
        "en": ("Privacy policy", "Your privacy choices"),
        "de": ("Datenschutzerklärung", "Ihre Rechte"),
        "fr": ("Politique de confidentialité", "Vos droits"),
    }[language[:2]]
    policy = f"# {head}\n\n## Cookies\n\n{OPENING[language[:2]]}\n\n## {rights}\n\n{text}\n"
    (control,) = read_policy(policy.encode(), name="policy.md").consent
    assert (control.mechanism, control.evidence[0].quote) == ("global_privacy_control", text)


OPENING = {"en": "We use cookies.", "de": "Wir verwenden Cookies.", "fr": "Nous utilisons des cookies."}


@pytest.mark.parametrize(
    "text",
    [
        "We do not respond to opt-out preference signals.",
        "Our global privacy team controls who may see your data.",
        "Your browser may let you refuse them.",
    ],
)
def test_rights_without_the_signal_promise_no_control(text: str) -> None:
    policy = f"# Privacy policy\n\n## Cookies\n\nWe use cookies.\n\n## Your privacy choices\n\n{text}\n"
    assert read_policy(policy.encode(), name="policy.md").consent == ()


def test_the_name_of_an_association_is_no_consent_framework(read):
    page = (
        "# Cookies\n\nWe use cookies. Opt out at Your Online Choices (IAB Europe): https://www.youronlinechoices.com\n"
    )
    assert [one.mechanism for one in read(page).consent] == ["industry_opt_out"]
    framework = "# Cookies\n\nOur cookie banner takes part in the IAB Europe framework for consent to cookies.\n"
    assert "tcf_cmp" in [one.mechanism for one in read(framework).consent]


@pytest.mark.parametrize(
    ("text", "mechanisms"),
    [
        ("# Cookies\n\nWe use cookies.\n\nYou see a cookies banner on your first visit.\n", ["cookie_banner"]),
        ("# Cookies\n\nWe use cookies.\n\nSave cookie settings\n", ["preference_centre"]),
        ("# Cookies\n\nUtilizamos cookies.\n\n- Ativar um aviso antes de aceitar cookies.\n", []),
        ("# Cookies\n\nUtilizamos cookies.\n\nAviso: sem cookies o site pode falhar.\n", []),
        (
            "# Cookies\n\nWir verwenden Cookies.\n\nDurch die Nutzung dieser Website erklären Sie sich mit der "
            "Verarbeitung Ihrer Daten einverstanden.\n",
            ["implied_consent"],
        ),
    ],
)
def test_controls_of_real_pages(read, text, mechanisms):
    assert [one.mechanism for one in read(text).consent] == mechanisms


TWO_SITES = """# Cookie policy

We use cookies on our marketing website www.example.com and in our customer portal portal.example.com.

## Your choices

We use cookies. {}
"""
LINK = 'You can change your choices at any time with the link "Cookie settings"'
PAGES = {
    "of the website": (f"{LINK} at the bottom of every page of the marketing website.", {"website"}),
    "of the portal": (f"{LINK} in the footer of the customer portal.", {"web_portal"}),
    "of a host": (f"{LINK} in the footer of www.example.com.", {"website"}),
    "of both": (f"{LINK} in the footer of our website and of our portal.", {"website", "web_portal"}),
    "of any": (f"{LINK} at the bottom of every page.", {"website", "web_portal"}),
}


@pytest.mark.parametrize(("said", "kinds"), PAGES.values(), ids=PAGES)
def test_a_control_is_promised_of_the_pages_that_are_named(read, said, kinds):
    declaration = read(TWO_SITES.format(said))
    (control,) = [one for one in declaration.consent if one.mechanism == "preference_centre"]
    assert {one.kind for one in declaration.scopes if one.id in control.scope_ids} == kinds

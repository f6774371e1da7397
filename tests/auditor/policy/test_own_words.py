"""Controls by the words on them: buttons that accept, lines in the visitor's own words, links, ways to settings."""

from __future__ import annotations

import pytest


def controls(declaration):
    return {one.mechanism: (one.label, one.location) for one in declaration.consent}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("# Cookies\n\nThe Bidly cookies are only set if you click “Accept all”.\n", "Accept all"),
        ("# Cookies\n\nLe traceur Bidly n'est lu que si vous cliquez sur « Tout accepter ».\n", "Tout accepter"),
        ("# Cookies\n\nDie Cookies von Bidly werden gesetzt, wenn Sie auf „Zustimmen“ klicken.\n", "Zustimmen"),
        ('# Cookies\n\nDe cookies van Bidly volgen nadat u op "Akkoord" klikt.\n', "Akkoord"),
    ],
)
def test_a_named_button_that_accepts_stands_in_a_banner(read, text, label):
    assert controls(read(text)) == {"cookie_banner": (label, "banner")}


@pytest.mark.parametrize(
    "text",
    [
        '# Cookies\n\nWe use cookies. Your browser lets you click "Accept" for each cookie.\n',
        '# Cookies\n\nWe use cookies. In your account you click "Accept" to join a team.\n',
        '# Cookies\n\nWe use cookies. The word "Accept" is stored.\n',
    ],
)
def test_other_buttons_are_in_no_banner(read, text):
    assert "cookie_banner" not in controls(read(text))


@pytest.mark.parametrize(
    "line",
    ["Change my choice", "Modify my cookie settings", "[Withdraw my consent](javascript:show())"],
)
def test_a_line_in_the_visitors_own_words_is_a_control(read, line):
    declared = read(f"# Cookies\n\nWe use cookies.\n\n{line}\n")
    assert controls(declared)["preference_centre"][1] == "policy_page"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("# Politique cookies\n\nNous utilisons des cookies.\n\nChanger mes préférences\n", "Changer mes préférences"),
        ("# Cookie-Richtlinie\n\nWir verwenden Cookies.\n\nMeine Auswahl ändern\n", "Meine Auswahl ändern"),
        ("# Cookiebeleid\n\nWij gebruiken cookies.\n\nMijn keuze aanpassen\n", "Mijn keuze aanpassen"),
        ("# Cookies\n\nUtilizamos cookies.\n\nCambiar mi elección\n", "Cambiar mi elección"),
    ],
)
def test_own_words_in_other_languages(read, text, label):
    assert controls(read(text)) == {"preference_centre": (label, "policy_page")}


@pytest.mark.parametrize(
    "line",
    [
        "How can I change my choice?",
        "A cookie also stores how I change my choice from one visit to the next.",
        "Change your password",
        "## Change my choice",
        "[Cookie settings](#settings)",
        "[Cookie settings of others](https://www.elsewhere.example/cookies)",
    ],
)
def test_lines_that_are_no_controls(read, line):
    assert controls(read(f"# Cookies\n\nWe use cookies.\n\n{line}\n")) == {}


@pytest.mark.parametrize(
    "line",
    [
        "[Shop.example.com cookie settings](https://shop.example.com/cookies)",
        "[Cookie settings](/legal/cookies)",
    ],
)
def test_a_link_to_the_vendors_settings_is_a_control(read, line):
    assert "preference_centre" in controls(read(f"# Cookies\n\nWe use cookies.\n\n{line}\n"))


@pytest.mark.parametrize(
    ("text", "mechanism"),
    [
        ("You can block some cookies by adjusting your settings on our sites.", "preference_centre"),
        ("You can choose which cookies are set by adjusting the settings of your browser.", "browser_settings"),
        ("Members can revisit their cookie choices in their Settings > Privacy > Cookies.", "account_settings"),
        ("You can change your choice through the footer > Cookie settings.", "preference_centre"),
        ("In your Ad preferences you can choose which ads you see.", "account_settings"),
        ("Your mobile operating system may let you opt out of the use of device identifiers.", "device_settings"),
    ],
)
def test_where_settings_are_found(read, text, mechanism):
    assert list(controls(read(f"# Cookies\n\nWe use cookies. {text}\n"))) == [mechanism]


def test_an_industry_opt_out_that_names_a_company_is_none_of_that_company(read):
    text = "You can opt out of targeted ads from Criteo and other companies through the Digital Advertising Alliance."
    assert list(controls(read(f"# Cookies\n\nWe use cookies. {text}\n"))) == ["industry_opt_out"]

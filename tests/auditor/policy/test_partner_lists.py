"""Partners that a policy lists by name, categories that a list of cookies begins its lines with."""

from __future__ import annotations

import pytest


def services(declaration):
    return [(s.name, s.category) for s in declaration.services]


def policy(introduction, *items):
    lines = "\n".join(f"   * {item}" for item in items)
    return (
        "## Polityka prywatności\n\n1. Serwis zbiera tylko informacje zawarte w plikach cookies.\n"
        f"2. {introduction}\n{lines}\n3. Pliki cookies można usunąć w przeglądarce.\n"
    )


def test_services_whose_cookies_are_used(read):
    text = policy(
        "Serwis wykorzystuje następujące obce ciasteczka:",
        "Serwis Acme.pl (<https://www.acme.pl/>)",
        "Usługa Beispiel (<https://beispiel.example/>)",
    )
    assert services(read(text)) == [("Acme.pl", None), ("Beispiel", None)]


@pytest.mark.parametrize(
    ("introduction", "item"),
    [
        ("Serwis wykorzystuje następujące obce ciasteczka:", "Serwis Acme"),
        ("Serwis wykorzystuje następujące ciasteczka:", "Serwis Acme (<https://acme.example/>)"),
        ("Jak usunąć obce ciasteczka, które wykorzystuje serwis:", "Serwis Acme (<https://acme.example/>)"),
        ("Serwis wykorzystuje następujące obce ciasteczka:", "Firefox (<https://mozilla.example/>)"),
    ],
)
def test_what_is_no_list_of_services(read, introduction, item):
    assert services(read(policy(introduction, item))) == []


def test_lines_of_a_list_of_cookies_are_labels(read):
    text = (
        "# K čemu jsou cookies?\n\nCookies jsou malé soubory.\n\n# Na co je využíváme\n\n"
        "Na našem webu používáme tyto cookies:\n\nTechnické (krátkodobé) – jsou nezbytné pro funkce stránek.\n\n"
        "Google Analytics (dlouhodobé) - měří návštěvnost stránek.\n"
    )
    assert [(c.canonical.value, c.label) for c in read(text).categories] == [
        ("strictly_necessary", "Technické (krátkodobé)"),
        ("performance", "Google Analytics"),
    ]


def test_a_label_below_other_words_is_none(read):
    text = (
        "# Ochrana soukromí\n\nK zabezpečení používáme tyto prostředky:\n\n"
        "Technické – přístup je chráněn heslem.\n\nGoogle Analytics - o tom jinde.\n"
    )
    assert read(text).categories == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Du kan hindre at informasjonskapsler lagres ved å endre på nettleserens innstillinger.",
        "You can prevent that we use cookies by changing the settings of your browser.",
    ],
)
def test_changing_the_browser_is_no_purpose(read, sentence):
    assert read(f"# Cookies\n\nCookies.\n\n{sentence}\n").categories == ()


@pytest.mark.parametrize(
    ("purpose", "category"),
    [
        ("Denne kapselen gjør det mulig for besøkende å unngå sporing.", "strictly_necessary"),
        ("Denne kapselen skiller brukere fra hverandre.", None),
    ],
)
def test_the_cookie_of_an_objection(read, purpose, category):
    text = (
        "# Informasjonskapsler\n\nNettstedet bruker informasjonskapsler.\n\n"
        f"| Informasjonskapsel | Beskrivelse |\n|---|---|\n| stat_id | {purpose} |\n"
    )
    assert [c.category and c.category.value for c in read(text).cookies] == [category]

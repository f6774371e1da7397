"""Tables of a text whose cells stand one a line below a line of headings, and what is told above tables."""

from __future__ import annotations

import pytest

OPENING = {
    "en": "Cookie policy\n\nWe use cookies on this website.\n\n",
    "fr": "Politique relative aux cookies\n\nNous utilisons des cookies sur ce site.\n\n",
    "de": "Cookie-Richtlinie\n\nWir verwenden Cookies auf dieser Website.\n\n",
}


TYPED = "# Cookie policy\n\nWe use cookies.\n\n| Type | Name | Duration |\n| --- | --- | --- |\n"


def found(read, language, text):
    return [(one.name, one.provider, one.duration.seconds) for one in read(OPENING[language] + text).cookies]


EVEN = """Cookie\tProvider\tExpiry\tPurpose
basket
Example Ltd
Session
Keeps what is in the basket
ab_id
Stat Factory
2 years
Counts visits to the pages of this site
"""
UNEVEN = """Type\tNom\tDescription\tSuppression\tPersistance
Google Analytics
_ga
Permet de compter les visites du site et de mesurer
la fréquence de ces visites.
https://policies.google.com/privacy?hl=fr
Outils du navigateur
2 ans
Pinterest
lang
Permet de retenir la langue.
Outils du navigateur
Session
Comment les gérer ?
Vous pouvez les supprimer à tout moment.
"""
BLANKS = "\n\n".join(
    ("Name\tZweck\tDauer", "sitzung", "Hält Sie angemeldet", "Sitzung", "ab_id", "Zählt Besucher", "1 Jahr", "")
)


@pytest.mark.parametrize(
    ("language", "text", "cookies"),
    [
        ("en", EVEN, [("basket", "Example Ltd", 0), ("ab_id", "Stat Factory", 63072000)]),
        ("fr", UNEVEN, [("_ga", "Google Analytics", 63072000), ("lang", "Pinterest", 0)]),
        ("de", BLANKS, [("sitzung", None, 0), ("ab_id", None, 31536000)]),
    ],
)
def test_cells_one_a_line_below_a_line_of_headings(read, language, text, cookies):
    assert found(read, language, text) == cookies


def test_what_stands_below_such_a_table_is_text(read):
    declaration = read(OPENING["fr"] + UNEVEN)
    assert declaration.cookies[1].purpose == "Permet de retenir la langue."
    assert [one.mechanism for one in declaration.consent] == []


@pytest.mark.parametrize(
    "text",
    [
        "One\tTwo\tThree\nWe keep cookies\nfor\n2 years\nbecause\nwe like\nthem\n",
        "Name\tPurpose\nab_id\nCounts visitors\nab_login\nKeeps you signed in\n",
        "Our site, please\tread on:\tnow.\nab_id\nCounts\n2 years\nab_login\nCounts\n1 year\n",
    ],
)
def test_lines_that_are_no_such_table(read, text):
    declaration = read(OPENING["en"] + text)
    assert all(one.basis != "table" for one in declaration.cookies)


@pytest.mark.parametrize(
    ("title", "party", "category"),
    [
        ("Third-party cookies", "third", None),
        ("First-party cookies", "first", "strictly_necessary"),
        ("Analytics cookies", "not_stated", "performance"),
        ("Unclassified cookies", "not_stated", "unclassified"),
    ],
)
def test_a_title_that_tells_whose_cookies_they_are(read, title, party, category):
    """Other cookies have no category of the policy's then; its own may be of the only one that it has."""
    above = f"# Cookie policy\n\nWe use cookies.\n\n## Necessary cookies\n\nThey are.\n\n## {title}\n\nSo.\n\n"
    cookies = read(f"{above}| Name | Expiry |\n| --- | --- |\n| ab_one | 1 year |\n| ab_two | Session |\n").cookies
    assert [(one.name, one.party) for one in cookies] == [("ab_one", party), ("ab_two", party)]
    assert {one.category for one in cookies} == {category}


def test_a_column_called_type_that_names_services_is_of_providers(read):
    cookies = read(f"{TYPED}| Google Analytics | _ga | 2 years |\n| Hotjar | _hjid | 1 year |\n").cookies
    assert [(one.name, one.provider) for one in cookies] == [("_ga", "Google Analytics"), ("_hjid", "Hotjar")]


def test_a_column_called_type_that_names_categories_is_of_categories(read):
    cookies = read(f"{TYPED}| Analytics | _ga | 2 years |\n| Marketing | _fbp | 90 days |\n").cookies
    assert [(one.provider, one.category) for one in cookies] == [(None, "performance"), (None, "targeting")]

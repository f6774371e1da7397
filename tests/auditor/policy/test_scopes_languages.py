"""Places of cookies in seven more languages: sentences and headings that tell a portal from the website, and baits."""

from __future__ import annotations

from collections import defaultdict

import pytest

from auditor.policy.read import read_policy

LETTERS = {"strictly_necessary": "N", "functional": "F", "performance": "P", "targeting": "T"}
TITLES = {
    "sv": "Cookiepolicy",
    "da": "Cookiepolitik",
    "no": "Informasjonskapsler på nettstedet",
    "fi": "Evästekäytäntö",
    "pl": "Polityka plików cookie",
    "pt": "Política de cookies",
    "cs": "Zásady používání cookies",
}


def bound(language: str, text: str) -> dict[str, str]:
    """Per kind of scope the letters of its categories."""
    declaration = read_policy(f"# {TITLES[language]}\n\n{text}\n".encode(), name="policy.md")
    kinds = {scope.id: scope.kind for scope in declaration.scopes}
    out = defaultdict(set)
    for category in declaration.categories:
        for identity in category.scope_ids:
            out[kinds[identity]].add(LETTERS[category.canonical.value])
    return {kind: "".join(sorted(letters)) for kind, letters in out.items()}


SENTENCES = {
    "sv": (
        "På vår webbplats www.acme.se använder vi analyscookies och marknadsföringscookies. "
        "I kundportalen använder vi endast nödvändiga cookies."
    ),
    "da": (
        "På vores hjemmeside www.acme.dk bruger vi statistikcookies og markedsføringscookies. "
        "I kundeportalen bruger vi kun nødvendige cookies."
    ),
    "no": (
        "På nettstedet vårt www.acme.no bruker vi analysecookies og markedsføringscookies. "
        "I kundeportalen bruker vi kun nødvendige cookies."
    ),
    "fi": (
        "Verkkosivustollamme www.acme.fi käytämme analytiikkaevästeitä ja markkinointievästeitä. "
        "Asiakasportaalissa käytämme vain välttämättömiä evästeitä."
    ),
    "pl": (
        "Na naszej stronie www.acme.pl używamy analitycznych plików cookie i marketingowych plików cookie. "
        "W portalu klienta używamy wyłącznie niezbędnych plików cookie."
    ),
    "pt": (
        "No nosso site www.acme.pt utilizamos cookies analíticos e cookies de marketing. "
        "No portal do cliente utilizamos apenas cookies estritamente necessários."
    ),
    "cs": (
        "Na našem webu www.acme.cz používáme analytické cookies a marketingové cookies. "
        "V zákaznickém portálu používáme pouze nezbytné cookies."
    ),
}


@pytest.mark.parametrize(("language", "text"), SENTENCES.items(), ids=SENTENCES)
def test_sentences_tell_the_portal_from_the_website(language, text):
    assert bound(language, text) == {"website": "PT", "web_portal": "N"}


HEADINGS = {
    "sv": (
        "Vår webbplats (www.acme.se)|Kundportalen (kund.acme.se)|Vi använder följande cookies:",
        "Nödvändiga cookies|Marknadsföringscookies",
    ),
    "da": (
        "Vores hjemmeside (www.acme.dk)|Kundeportalen (kunde.acme.dk)|Vi bruger følgende cookies:",
        "Nødvendige cookies|Markedsføringscookies",
    ),
    "no": (
        "Nettstedet vårt (www.acme.no)|Kundeportalen (kunde.acme.no)|Vi bruker følgende informasjonskapsler:",
        "Nødvendige informasjonskapsler|Markedsføringscookies",
    ),
    "fi": (
        "Verkkosivusto (www.acme.fi)|Asiakasportaali (portaali.acme.fi)|Käytämme seuraavia evästeitä:",
        "Välttämättömät evästeet|Markkinointievästeet",
    ),
    "pl": (
        "Nasza strona internetowa (www.acme.pl)|Portal klienta (klient.acme.pl)|Używamy następujących plików cookie:",
        "Niezbędne pliki cookie|Marketingowe pliki cookie",
    ),
    "pt": (
        "O nosso site (www.acme.pt)|Portal do cliente (cliente.acme.pt)|Utilizamos os seguintes cookies:",
        "Cookies estritamente necessários|Cookies de marketing",
    ),
    "cs": (
        "Naše webové stránky (www.acme.cz)|Zákaznický portál (portal.acme.cz)|Používáme následující cookies:",
        "Nezbytné cookies|Marketingové cookies",
    ),
}


@pytest.mark.parametrize("language", HEADINGS)
def test_headings_tell_the_portal_from_the_website(language):
    heads, labels = HEADINGS[language]
    site, portal, lead = heads.split("|")
    necessary, marketing = labels.split("|")
    text = f"## {site}\n\n{lead}\n\n- {necessary}\n- {marketing}\n\n## {portal}\n\n{lead}\n\n- {necessary}"
    assert bound(language, text) == {"website": "NT", "web_portal": "N"}


BAITS = [
    ("sv", "På vår webbplats använder vi analyscookies. I kundportalen använder vi inga analyscookies."),
    ("sv", "Vi använder analyscookies på vår webbplats och marknadsföringscookies på andra webbplatser."),
    ("da", "På vores hjemmeside bruger vi statistikcookies. I kundeportalen bruger vi ikke statistikcookies."),
    ("da", "Vi bruger markedsføringscookies. Med nødvendige cookies kan du logge ind på kundeportalen."),
    ("no", "På nettstedet bruker vi markedsføringscookies. I kundeportalen bruker vi ingen markedsføringscookies."),
    ("fi", "Verkkosivustollamme käytämme markkinointievästeitä. Asiakasportaalissa emme käytä markkinointievästeitä."),
    ("fi", "Välttämättömien evästeiden avulla kirjaudut asiakasportaaliin. Käytämme myös markkinointievästeitä."),
    ("pl", "Na naszej stronie używamy marketingowych plików cookie. W portalu klienta nie używamy plików cookie."),
    ("pl", "Portal używa niezbędnych plików cookie. Strona używa też marketingowych plików cookie."),
    ("pt", "No nosso site utilizamos cookies de marketing. No portal do cliente não utilizamos cookies de marketing."),
    ("pt", "Utilizamos cookies analíticos no nosso site e cookies de marketing em sites de terceiros."),
    ("cs", "Na našem webu používáme marketingové cookies. V zákaznickém portálu nepoužíváme marketingové cookies."),
    ("cs", "Nezbytné cookies slouží k přihlášení do zákaznického portálu. Marketingové cookies používáme na webu."),
]


@pytest.mark.parametrize(("language", "text"), BAITS)
def test_denials_and_mentions_tell_nothing_apart(language, text):
    assert len(bound(language, text)) == 1


def test_in_the_is_no_denial_in_portuguese():
    """Portuguese "no" is a preposition; English words are known beside every language's own."""
    text = "Cookies de marketing no nosso site e cookies funcionais no portal do cliente são utilizados."
    assert bound("pt", text) == {"website": "T", "web_portal": "F"}

"""Claims in many wordings: the sentences of `paraphrases/` and `statements/`, each read as a small policy of its own.

A line ``= TYPE SUBJECT [@CATEGORY]`` opens a table; ``@CATEGORY`` puts its sentences under a heading of that category.
``+`` are sentences that make the claim about the subject, ``-`` such that do not make a claim of that type.
"""

from pathlib import Path

import pytest

TABLES = [Path(__file__).parent / folder for folder in ("paraphrases", "statements")]
PAGES = {
    "de": ("Cookie-Richtlinie", "Wir verwenden Cookies auf dieser Website."),
    "en": ("Cookie policy", "We use cookies on this website."),
    "es": ("Política de cookies", "Utilizamos cookies en este sitio web."),
    "fr": ("Politique de cookies", "Nous utilisons des cookies sur ce site."),
    "it": ("Informativa sui cookie", "Utilizziamo i cookie su questo sito web."),
    "nl": ("Cookiebeleid", "Wij gebruiken cookies op deze website."),
    "cs": ("Zásady používání souborů cookie", "Na tomto webu používáme soubory cookie."),
    "da": ("Cookiepolitik", "Vi bruger cookies på denne hjemmeside."),
    "fi": ("Evästekäytäntö", "Käytämme evästeitä tällä sivustolla."),
    "no": ("Informasjonskapsler", "Vi bruker informasjonskapsler på dette nettstedet."),
    "pl": ("Polityka plików cookie", "Na tej stronie używamy plików cookie."),
    "pt": ("Política de cookies", "Utilizamos cookies neste site."),
    "sv": ("Cookiepolicy", "Vi använder kakor på denna webbplats."),
}
HEADINGS = {
    "de": ("Notwendige Cookies", "Funktionale Cookies", "Statistik-Cookies", "Marketing-Cookies"),
    "en": ("Strictly necessary cookies", "Functional cookies", "Analytics cookies", "Marketing cookies"),
    "es": ("Cookies técnicas", "Cookies de preferencias", "Cookies analíticas", "Cookies publicitarias"),
    "fr": ("Cookies strictement nécessaires", "Cookies fonctionnels", "Cookies de mesure d'audience",
           "Cookies publicitaires"),
    "it": ("Cookie tecnici", "Cookie di funzionalità", "Cookie analitici", "Cookie di profilazione"),
    "nl": ("Noodzakelijke cookies", "Functionele cookies", "Analytische cookies", "Marketing cookies"),
    "cs": ("Nezbytné cookies", "Funkční cookies", "Analytické cookies", "Marketingové cookies"),
    "da": ("Nødvendige cookies", "Funktionelle cookies", "Statistikcookies", "Marketingcookies"),
    "fi": ("Välttämättömät evästeet", "Toiminnalliset evästeet", "Analytiikkaevästeet", "Markkinointievästeet"),
    "no": ("Nødvendige cookies", "Funksjonelle cookies", "Analysecookies", "Markedsføringscookies"),
    "pl": ("Niezbędne pliki cookie", "Funkcjonalne pliki cookie", "Analityczne pliki cookie",
           "Marketingowe pliki cookie"),
    "pt": ("Cookies necessários", "Cookies funcionais", "Cookies analíticos", "Cookies de marketing"),
    "sv": ("Nödvändiga kakor", "Funktionella kakor", "Analyskakor", "Marknadsföringskakor"),
}  # fmt: skip
PLACES = ("@necessary", "@functional", "@performance", "@targeting")


def table(language):
    """(type, subject, place, does it claim, sentence) of each line."""
    files = (folder / f"{language}.txt" for folder in TABLES)
    lines = [line for file in files if file.exists() for line in file.read_text(encoding="utf-8").splitlines()]
    opening = []
    for line in lines:
        if line.startswith("="):
            opening = line.split()[1:]
        elif line:
            place = opening[2] if len(opening) > 2 else None
            yield opening[0], opening[1], place, line.startswith("+"), line[2:]


def page(language, place, sentence):
    """A cookie policy with the sentence, under the heading of a category where a place is given."""
    title, use = PAGES[language]
    heading = [f"## {HEADINGS[language][PLACES.index(place)]}"] if place else []
    return "\n\n".join([f"# {title}", use, *heading, sentence])


def _subject(claim):
    """The value of a subject: a service, by whatever name, as "service"."""
    return "service" if claim.subject_kind == "service" else claim.subject_value or "document"


@pytest.mark.parametrize("language", sorted(PAGES))
def test_paraphrases(read, language):
    wrong = []
    for kind, subject, place, claims, sentence in table(language):
        made = {(c.type, _subject(c)) for c in read(page(language, place, sentence)).claims}
        right = (kind, subject) in made if claims else kind not in {found for found, _ in made}
        if not right:
            wrong.append((kind, subject, claims, sentence, made))
    assert wrong == []

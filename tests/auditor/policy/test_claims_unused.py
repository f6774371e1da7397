"""That no cookies are used is claimed only where all of them are denied: not others', not one use, not some cookies."""

from __future__ import annotations

import pytest

from auditor.policy.read import read_policy

SOME = [
    ("en", "We do not use cookies of other companies."),
    ("en", "We do not use cookies which identify you."),
    ("nl", "Wij gebruiken geen cookies van andere bedrijven."),
    ("de", "Wir verwenden keine Cookies anderer Unternehmen."),
    ("fr", "Nous n'utilisons pas de cookies d'autres sociétés."),
    ("fr", "Nous n'utilisons pas de cookies qui vous identifient."),
    ("es", "No utilizamos cookies de otras empresas."),
    ("it", "Non utilizziamo cookie di altre aziende."),
    ("sv", "Vi använder inga cookies från andra företag."),
    ("da", "Vi bruger ikke cookies fra andre virksomheder."),
    ("no", "Vi bruker ingen informasjonskapsler fra tredjeparter."),
    ("no", "Vi bruker ikke informasjonskapsler fra andre selskaper."),
    ("fi", "Emme käytä evästeitä markkinointiin."),
    ("fi", "Emme käytä evästeitä mainosten kohdentamiseen."),
    ("pl", "Nie używamy plików cookie innych firm."),
    ("pt", "Não utilizamos cookies de outras empresas."),
    ("cs", "Nepoužíváme cookies jiných společností."),
]
ALL = [
    ("en", "We do not use cookies or other tracking technologies."),
    ("nl", "Wij gebruiken geen cookies of andere technieken."),
    ("de", "Wir verwenden keine Cookies und keine anderen Techniken."),
    ("fr", "Nous n'utilisons pas de cookies ni d'autres traceurs."),
    ("es", "No utilizamos cookies ni otras tecnologías."),
    ("it", "Non utilizziamo cookie o altre tecnologie."),
    ("sv", "Vi använder inga cookies eller andra tekniker."),
    ("da", "Vi bruger ikke cookies eller andre teknologier."),
    ("no", "Vi bruker ingen informasjonskapsler på nettstedet."),
    ("fi", "Emme käytä evästeitä emmekä muita tekniikoita."),
    ("pl", "Nie używamy plików cookie ani innych technologii."),
    ("pt", "Não utilizamos cookies no nosso site."),
    ("cs", "Na našem webu nepoužíváme cookies."),
]
USES = {
    "en": "Cookies: We use cookies.",
    "nl": "Cookies: Wij gebruiken cookies.",
    "de": "Cookies: Wir verwenden Cookies.",
    "fr": "Cookies: Nous utilisons des cookies.",
    "es": "Cookies: Utilizamos cookies.",
    "it": "Cookie: Utilizziamo cookie.",
    "sv": "Cookies: Vi använder cookies.",
    "da": "Cookies: Vi bruger cookies.",
    "no": "Informasjonskapsler: Vi bruker informasjonskapsler.",
    "fi": "Evästeet: Käytämme evästeitä.",
    "pl": "Pliki cookie: Używamy plików cookie.",
    "pt": "Política de cookies: Utilizamos cookies.",
    "cs": "Zásady cookies: Používáme cookies.",
}


def claimed(text: str) -> set[str]:
    """The kinds of claims of a policy."""
    return {claim.type for claim in read_policy(text.encode(), name="policy.md").claims}


@pytest.mark.parametrize(("language", "sentence"), SOME)
def test_denying_some_cookies_denies_not_all(language: str, sentence: str) -> None:
    head, use = USES[language].split(": ")
    assert "cookies_unused" not in claimed(f"# {head}\n\n{use} {sentence}\n")


@pytest.mark.parametrize(("language", "sentence"), ALL)
def test_denying_cookies_and_whatever_else_denies_all(language: str, sentence: str) -> None:
    assert "cookies_unused" in claimed(f"# {USES[language].split(': ')[0]}\n\n{sentence}\n")


def test_cookies_of_third_parties_are_denied_in_norwegian() -> None:
    text = "# Informasjonskapsler\n\nVi bruker cookies. Vi bruker ingen informasjonskapsler fra tredjeparter.\n"
    assert claimed(text) == {"first_party_only"}

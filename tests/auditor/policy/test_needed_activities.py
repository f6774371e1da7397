"""Headings about activities that are strictly necessary for something, and what they do not reach."""

from __future__ import annotations

import pytest

HEADINGS = {
    "en": ("Cookies", "Activities strictly necessary for the operation of this website and delivery of the service"),
    "de": (
        "Cookies",
        "Für den Betrieb dieser Website und die Bereitstellung des Dienstes unbedingt erforderliche Aktivitäten",
    ),
    "fr": ("Cookies", "Activités strictement nécessaires au fonctionnement de ce site et à la fourniture du service"),
    "es": (
        "Cookies",
        "Actividades estrictamente necesarias para garantizar el funcionamiento del sitio y del servicio",
    ),
    "it": (
        "Cookie",
        "Attività strettamente necessarie a garantire il funzionamento del sito e la fornitura del servizio",
    ),
    "nl": ("Cookies", "Activiteiten die strikt noodzakelijk zijn voor de werking van deze website en van de dienst"),
    "pt": ("Cookies", "Atividades estritamente necessárias para o funcionamento deste site e a prestação do serviço"),
    "pl": ("Cookies", "Działania ściśle niezbędne do funkcjonowania tej witryny i świadczenia usługi"),
}
USES = {
    "en": "This website uses technical cookies.",
    "de": "Diese Website verwendet technische Cookies.",
    "fr": "Ce site utilise des cookies techniques.",
    "es": "Este sitio utiliza cookies técnicas.",
    "it": "Questo sito utilizza cookie tecnici.",
    "nl": "Deze website gebruikt technische cookies.",
    "pt": "Este site utiliza cookies técnicos.",
    "pl": "Ta witryna używa plików cookie.",
}


@pytest.mark.parametrize("language", HEADINGS)
def test_what_stands_under_necessary_activities_is_declared_necessary(read, language):
    title, heading = HEADINGS[language]
    text = f"# {title}\n\n## {heading}\n\n{USES[language]}\n\n### Microsoft Clarity\n\n- _clck (1 h)\n"
    declaration = read(text, name="policy.md")
    (cookie,) = declaration.cookies
    assert (cookie.category, cookie.category_basis) == ("strictly_necessary", "stated")


@pytest.mark.parametrize(
    "heading",
    [
        "Processing activities necessary for the performance of a contract",
        "Activities not strictly necessary for the operation of the website",
        "Activities strictly necessary for the website and marketing activities for our partners",
        "Marketing activities",
        "Other activities involving the use of trackers",
    ],
)
def test_other_activities_are_no_necessary_category(read, heading):
    text = f"# Privacy policy\n\n## {heading}\n\nWe use cookies on this site.\n\n- _clck (1 hour)\n"
    assert "strictly_necessary" not in {one.canonical for one in read(text, name="policy.md").categories}


def test_the_only_category_does_not_reach_under_headings_of_something_else(read):
    text = (
        "# Cookie policy\n\n## Strictly necessary cookies\n\nThey keep you signed in.\n\n- sid_a (session)\n\n"
        "## {}\n\nWe work with these.\n\n- zq_visit (1 year)\n"
    )
    of = {
        title: {one.name: one.category for one in read(text.format(title), name="policy.md").cookies}
        for title in ("Partners", "List of our cookies")
    }
    assert of["Partners"] == {"sid_a": "strictly_necessary", "zq_visit": None}
    assert of["List of our cookies"] == {"sid_a": "strictly_necessary", "zq_visit": "strictly_necessary"}


@pytest.mark.parametrize(
    "sentence",
    [
        "Il sito utilizza cookie. L'utente può revocare l'uso di cookie con il pulsante “Preferenze cookie”.",
        "El sitio utiliza cookies. Puede retirar el uso de cookies con el botón «Preferencias cookies».",
        "O site utiliza cookies. Pode retirar a utilização de cookies com o botão «Preferências cookies».",
    ],
)
def test_the_words_of_a_control_are_no_category(read, sentence):
    categories = read(f"# Cookie\n\n{sentence}\n", name="policy.md").categories
    assert "prose" not in {one.basis for one in categories}

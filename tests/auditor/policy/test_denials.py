"""What a policy says is not used, or only might be: nothing of it is in use, and the denial itself is a claim."""

from __future__ import annotations

import pytest


def canonicals(declaration):
    return {category.canonical.value for category in declaration.categories if category.in_use == "yes"}


def unused(declaration):
    return {claim.subject_value for claim in declaration.claims if claim.type == "category_unused"}


@pytest.mark.parametrize(
    "text",
    [
        "We use necessary cookies on our website. We do not use marketing cookies.",
        "Onze website plaatst noodzakelijke cookies. Wij gebruiken geen marketingcookies.",
        "Unsere Website verwendet notwendige Cookies. Wir setzen keine Marketing-Cookies ein.",
        "Notre site utilise des cookies nécessaires. Nous n'utilisons pas de cookies publicitaires.",
        "Nuestro sitio utiliza cookies necesarias. No utilizamos cookies publicitarias.",
        "Il nostro sito utilizza cookie necessari. Non utilizziamo cookie pubblicitari.",
        "Nasza strona używa niezbędnych plików cookie. Nie używamy reklamowych plików cookie.",
    ],
)
def test_a_denied_category_is_a_claim_and_none_in_use(read, text):
    declaration = read(text)
    assert canonicals(declaration) == {"strictly_necessary"}
    assert unused(declaration) == {"targeting"}


def test_a_denied_list_declares_nothing(read):
    declaration = read(
        "# Cookie policy\n\nOur website uses strictly necessary cookies.\n\nWe do not use:\n\n- Analytics cookies\n"
        "- Advertising cookies\n- Google Analytics\n- Web beacons\n"
    )
    assert canonicals(declaration) == {"strictly_necessary"}
    assert unused(declaration) == {"performance", "targeting"}
    assert not declaration.services
    assert {technology.name for technology in declaration.technologies} == {"cookies"}


@pytest.mark.parametrize(
    "text",
    [
        "Our website uses cookies. We do not set analytics cookies without your consent.",
        "Our website uses cookies. We do not use analytics cookies to identify you.",
        "Our website uses cookies. We do not only use analytics cookies.",
        "Our website uses cookies. Until you agree we do not use analytics cookies.",
        "Unsere Website verwendet Cookies. Ohne Ihre Einwilligung setzen wir keine Analyse-Cookies.",
        "Notre site utilise des cookies. Sans votre consentement, nous n'utilisons pas de cookies analytiques.",
    ],
)
def test_a_condition_or_purpose_is_no_denial(read, text):
    assert not unused(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "Our website uses necessary cookies. In the future we may use marketing cookies and Google Analytics.",
        "Our website uses necessary cookies. If we ever use Google Analytics or marketing cookies, we will ask you.",
    ],
)
def test_what_may_come_is_not_declared(read, text):
    declaration = read(text)
    assert canonicals(declaration) == {"strictly_necessary"}
    assert not declaration.services


def test_a_contrast_ends_a_denial(read):
    declaration = read("We do not use marketing cookies on our website, but we do use analytics cookies.")
    assert canonicals(declaration) == {"performance"}
    assert "performance" not in unused(declaration)

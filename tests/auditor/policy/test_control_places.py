"""Where a policy says that a control is, and sentences that look like the promise of one."""

from __future__ import annotations

import pytest

TITLES = {
    "en": "# Cookie policy\n\nWe use cookies on this website.\n\n",
    "de": "# Cookie-Richtlinie\n\nWir verwenden Cookies auf dieser Website.\n\n",
    "fr": "# Politique de cookies\n\nNous utilisons des cookies sur ce site.\n\n",
    "es": "# Política de cookies\n\nUtilizamos cookies en este sitio web.\n\n",
    "pl": "# Polityka cookies\n\nNa tej stronie używamy plików cookie.\n\n",
}


def controls(read, language, text):
    return {one.mechanism: one.location for one in read(TITLES[language] + text + "\n").consent}


@pytest.mark.parametrize(
    ("language", "text", "location"),
    [
        ("en", "Change your choice in “Manage Cookies” (linked at the bottom of our Websites).", "page_bottom"),
        (
            "de",
            "Ihre Einwilligung können Sie über den Cookie-Button unten links auf der Seite anpassen.",
            "page_bottom",
        ),
        ("fr", "Gérez vos cookies [par notre outil de gestion des cookies](javascript://).", "policy_page"),
        ("fr", "Utilisez l'outil de gestion des cookies. [Cet outil s'ouvre par ce lien](#open).", "policy_page"),
        ("fr", "Gérez vos cookies [par notre outil de gestion des cookies](https://shop.example/x).", None),
        ("pl", "Zgodę zmienisz, klikając ustawienia cookies w stopce lub w ustawieniach przeglądarki.", "footer"),
        ("en", "Use the cookie settings in the footer of the site, or the settings of your browser.", "footer"),
    ],
)
def test_where_the_control_is(read, language, text, location):
    assert controls(read, language, text)["preference_centre"] == location


@pytest.mark.parametrize(
    ("language", "text", "mechanism"),
    [
        (
            "en",
            "| Partner | Choice |\n| --- | --- |\n| Google | [Opt out](https://x.example/gaoptout) |",
            "service_opt_out",
        ),
        ("en", "| Partner | Choice |\n|---|---|\n| Ads | See https://www.aboutads.info |", "industry_opt_out"),
        ("en", "Some of our advertising partners offer opt-out mechanisms, listed above.", "service_opt_out"),
        ("fr", "Certains tiers offrent la possibilité de refuser leurs cookies par un lien.", "service_opt_out"),
        ("fr", "La poursuite de sa navigation vaut accord au dépôt de cookies.", "implied_consent"),
        ("fr", "Les paramètres système du téléphone permettent de bloquer les cookies.", "device_settings"),
        ("es", "Puedes aceptar las cookies en el aviso legal emergente.", "cookie_banner"),
        ("en", "You may change them in-app by going to ‘Account’, then ‘Cookie settings’.", "account_settings"),
        ("en", "You can withdraw your consent in your browser or in our cookie manager.", "preference_centre"),
    ],
)
def test_promised(read, language, text, mechanism):
    assert mechanism in controls(read, language, text)


@pytest.mark.parametrize(
    ("language", "text", "mechanism"),
    [
        (
            "en",
            "Your phone lets you limit tracking in the iOS or Android device's privacy settings.",
            "preference_centre",
        ),
        ("en", "Flash cookies are managed at the Global Privacy Settings Panel.", "preference_centre"),
        (
            "en",
            "Manage your choices in your profile settings in our App (“Settings” on iOS and Android).",
            "device_settings",
        ),
        ("en", "When we detect a “Do Not Track” signal we do not alter our privacy practices.", "do_not_track"),
        ("es", "Mostramos un banner. Desde él puede aceptar, rechazar o configurar las cookies.", "preference_centre"),
        ("es", "Podemos actualizar esta política por cambios en la configuración de cookies.", "preference_centre"),
        ("fr", "Toute mise à jour de la politique est signalée par une nouvelle bannière.", "cookie_banner"),
        ("fr", "Safari pour iOS : Réglages, cocher la case : bloquer tous les cookies.", "device_settings"),
        ("en", "## SDKs in our app\n\n- OneTrust: used to manage our cookie consent platform", "cookie_banner"),
        ("en", "| Name | Purpose |\n| --- | --- |\n| Google | Advertising |", "service_opt_out"),
    ],
)
def test_not_promised(read, language, text, mechanism):
    assert mechanism not in controls(read, language, text)


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("Read on at http://help.example/disable-local-shared-objects-flash.html about cookies.", False),
        ("We use local shared objects (flash cookies).", True),
    ],
)
def test_words_in_an_address_tell_of_no_technology(read, text, used):
    assert ("flash_cookies" in {one.name for one in read(TITLES["en"] + text + "\n").technologies}) is used


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Our advertising partners may use pixels to measure the success of adverts.", "third_party_beacons"),
        ("Similar technologies are pixels and local browser storage.", "local_storage"),
    ],
)
def test_technologies_in_other_words(read, text, name):
    assert name in {one.name for one in read(TITLES["en"] + text + "\n").technologies}

"""Shapes of real policies: categories in brackets, lines that a template left in another language."""

from __future__ import annotations

import pytest

DE = "# Cookie-Richtlinie\n\nWir verwenden Cookies auf dieser Website.\n\n"
EN = "# Cookie policy\n\nWe use cookies on this website.\n\n"


@pytest.mark.parametrize(
    ("line", "category", "basis"),
    [
        ("ab_pref* (funktional, optional) – Komforteinstellungen", "functional", "stated"),
        ("ab_stats* (Statistik) – Messwerte", "performance", "stated"),
        ("ab_pref* (optional) – Komforteinstellungen", None, "none"),
        ("ab_pref* – Komforteinstellungen (nur bei Bedarf)", None, "none"),
    ],
)
def test_the_category_in_brackets_behind_a_name(read, line, category, basis):
    cookie = read(f"{DE}## Beispiele\n\n- {line}\n- xy_id – Sitzung\n").cookies[0]
    assert (cookie.category, cookie.category_basis) == (category, basis)


def test_a_lifetime_is_quoted_from_the_beginning_of_a_word(read):
    text = "- ab_id – merkt die Auswahl, Laufzeit: bis zu 12 Monate.\n- ab_other – Sitzung\n"
    assert read(DE + text).cookies[0].duration.raw == "bis zu 12 Monate."


def test_the_date_beside_words_that_a_template_left_in_another_language(read):
    text = (
        "# Cookie Beleid\n\nLaatst bijgewerkt: May 2026\n\nWe use cookies on this website to measure how it is used.\n"
    )
    assert read(text).last_updated.date == "2026-05"


def test_a_later_line_in_another_language_dates_nothing(read):
    lines = "\n\n".join(f"We use cookies on page {number} of our website." for number in range(9))
    assert read(f"# Cookie policy\n\n{lines}\n\nLaatst bijgewerkt: May 2026\n").last_updated is None


def test_an_entry_says_the_kind_of_its_own_cookie(read):
    text = (
        f"{EN}We use Google Analytics.\n\n## List\n\n"
        "- _lang: technical and strictly necessary cookie containing the language.\n"
        "- _ga: Google Analytics cookie that tells visitors apart.\n"
        "- _other: kept for a while, like a technical cookie.\n"
    )
    assert [cookie.category for cookie in read(text).cookies] == ["strictly_necessary", "performance", None]


def test_a_lifetime_that_is_an_example_is_none_of_all_cookies(read):
    given = [
        read(f"{EN}Our cookies are deleted after {time}.\n").retention
        for time in ("two years", "a set time (e.g. two years)")
    ]
    assert [[one.subject for one in found] for found in given] == [["all_cookies"], []]


@pytest.mark.parametrize(
    ("line", "promised"),
    [
        ("- siitä, miten voit hallita evästeiden käyttöä", False),
        ("- Voit hallita evästeiden käyttöä", True),
        ("- miten voit hallita evästeiden käyttöä", False),
    ],
)
def test_a_line_of_contents_promises_no_control(read, line, promised):
    text = f"# Evästekäytäntö\n\nKäytämme evästeitä tällä sivustolla.\n\n{line}\n- evästeistä\n"
    assert ("preference_centre" in {one.mechanism for one in read(text).consent}) is promised


@pytest.mark.parametrize(
    ("text", "banner"),
    [
        ("Vi viser reklamer på hjemmesiden (f.eks. bannere).", False),
        ("Du kan vælge cookies i vores banner.", True),
    ],
)
def test_banners_of_advertisements_are_no_cookie_banner(read, text, banner):
    declared = read(f"# Cookiepolitik\n\nVi bruger cookies på denne hjemmeside.\n\n{text}\n").consent
    assert ("cookie_banner" in {one.mechanism for one in declared}) is banner


def test_a_service_that_is_rendered_measures_nothing(categories):
    text = f"{DE}Wenn Sie Cookies für eine genutzte Leistung benötigen, erlauben Sie sie.\n"
    assert categories(text) == {}
    assert set(categories(f"{DE}Wir verwenden Cookies, um die Leistung der Website zu messen.\n")) == {"performance"}


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("We use GoatCounter, and not Google Analytics, to count visitors with cookies.", ["GoatCounter"]),
        ("We use Matomo instead of Google Analytics to measure visits with cookies.", ["Matomo"]),
        ("We use Matomo and also Google Analytics to measure visits with cookies.", ["Google Analytics", "Matomo"]),
        ("- Microsoft Clarity (Bing)\n- Hotjar", ["Hotjar", "Microsoft Clarity"]),
        ("We measure visits with cookies (Hotjar).", ["Hotjar"]),
    ],
)
def test_what_is_passed_over_and_makers_in_brackets_are_no_services(read, text, services):
    declared = read(f"{EN}## Analytics cookies\n\n{text}\n").services
    assert sorted(service.name for service in declared) == services


def test_an_emphasised_word_is_no_cookie(read):
    dutch = "# Cookiebeleid\n\nWij gebruiken cookies.\n\nEr worden {} cookies gebruikt voor statistiek.\n"
    assert read(dutch.format("_geen_")).cookies == ()
    assert [cookie.name for cookie in read(dutch.format("_ab en _cd als")).cookies] == ["_ab", "_cd"]


def test_words_of_a_language_that_look_english_deny_nothing(claims):
    portuguese = "# Política de cookies\n\nUtilizamos cookies neste site.\n\n"
    shared = "Os dados recolhidos no site são partilhados com terceiros."
    assert ("no_third_party_sharing", "document", None) not in claims(portuguese + shared)
    denied = "Os dados recolhidos no site não são partilhados com terceiros."
    assert ("no_third_party_sharing", "document", None) in claims(portuguese + denied)


def test_how_long_addresses_are_kept_is_no_lifetime_of_cookies(read):
    lines = (
        "We set no cookies for this; IP addresses are stored for 12 months.",
        "All cookies are stored for 12 months.",
    )
    assert [[one.subject for one in read(EN + line).retention] for line in lines] == [[], ["all_cookies"]]

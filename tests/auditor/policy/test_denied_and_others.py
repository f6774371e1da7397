"""Categories that are named only to deny them; what the cookies of others are for below a heading without purpose."""

from __future__ import annotations

import pytest


def stated(declaration):
    return {(c.canonical.value, c.in_use) for c in declaration.categories}


@pytest.mark.parametrize(
    "text",
    [
        "# Cookies\n\nWir verwenden notwendige Cookies. Wir verwenden keine Marketing-Cookies.\n",
        "# Cookies\n\nNous utilisons des cookies nécessaires. Nous n'utilisons pas de cookies publicitaires.\n",
        "# Cookies\n\nUtilizamos cookies técnicas. No utilizamos cookies publicitarias.\n",
    ],
)
def test_a_denied_category_is_not_in_use(read, text):
    declared = read(text)
    assert stated(declared) == {("strictly_necessary", "yes"), ("targeting", "no")}
    assert declared.categories[-1].label.lower().startswith(("marketing", "cookies publicita"))


@pytest.mark.parametrize(
    "text",
    [
        "# Cookies\n\nWe use necessary cookies. If you refuse, we do not use marketing cookies.\n",
        "# Cookies\n\nWe use necessary and marketing cookies. In the shop we use no marketing cookies.\n",
    ],
)
def test_what_denies_no_category(read, text):
    assert ("targeting", "no") not in stated(read(text))


def test_a_policy_of_denials_alone_has_no_categories(read):
    assert stated(read("# Cookies\n\nWe do not use analytics or advertising cookies.\n")) == set()


def test_storage_is_of_a_category(read):
    text = "# Política de cookies\n\nSolo empleamos almacenamiento técnico estrictamente necesario en este sitio.\n"
    assert stated(read(text)) == {("strictly_necessary", "yes")}
    assert stated(read("# Política de cookies\n\nEl almacenamiento de sus datos es necesario.\n")) == set()


def test_a_title_is_no_category(read):
    text = "# Advertising and Cookie Policy\n\nWe use cookies.\n\n## Analytics cookies\n\nThese cookies count visits.\n"
    assert stated(read(text)) == {("performance", "yes")}


def test_cookies_of_others_with_a_remark(read):
    text = (
        "# Cookie\n\n## 1. Cookie tecnici\n\nQuesti cookie sono essenziali.\n\n"
        "## 2. Cookie di terze parti (Facebook Comments)\n\nIl sito include il modulo di commenti di Facebook.\n"
    )
    assert stated(read(text)) == {("strictly_necessary", "yes"), ("unclassified", "yes")}


OTHERS = (
    "# Cookies\n\n## Necessary cookies\n\nThey keep you logged in.\n\n## Third-party cookies\n\n"
    "We also use cookies of trusted third parties.\n\n{items}\n"
)


def test_what_the_cookies_of_others_are_for(read):
    items = (
        "- This site uses Matomo to help us understand how you use the site.\n"
        "- The behavioural advertising cookies used by this site show you adverts.\n"
    )
    declared = read(OTHERS.format(items=items))
    assert stated(declared) == {("strictly_necessary", "yes"), ("performance", "yes"), ("targeting", "yes")}
    assert [(s.name, s.category.value) for s in declared.services] == [("Matomo", "performance")]


def test_entries_that_tell_no_purpose(read):
    items = "- Videos of YouTube.\n- We use no advertising cookies of others.\n"
    found = {category for category, used in stated(read(OTHERS.format(items=items))) if used == "yes"}
    assert found == {"strictly_necessary", "unclassified"}


def test_a_place_that_descriptions_name_together(read):
    filler = "Cookies keep what you chose. " * 14
    text = f"# Cookies\n\n{filler}\n\n## Analytics cookies\n\nThese cookies help us measure our websites and apps.\n"
    declared = read(text)
    assert [scope.kind for scope in declared.scopes] == ["website", "app"]
    assert len(declared.categories[0].scope_ids) == 2
    other = text.replace("our websites and apps", "how other websites and apps sent you")
    assert [scope.kind for scope in read(other).scopes] == ["website"]


def test_the_first_partner_of_a_list_is_no_home_page(read):
    opening = "# Cookies\n\nWe use cookies on our website. " + "They keep your choices. " * 70
    text = opening + "\n\n| Third party | Purpose |\n|---|---|\n| [Xandr](https://www.xandr.example/) | Advertising |\n"
    assert read(text).scopes[0].hosts == ()
    home = "[Acme](https://www.acme.example/)\n\n" + text
    assert read(home).scopes[0].hosts == ("www.acme.example",)

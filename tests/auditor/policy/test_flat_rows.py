"""Tables whose cells run together in lines of text, as a PDF has them, and lines that only look like such rows."""

from __future__ import annotations

import pytest

NAMES = {
    "en": ("Cookie policy", "We use cookies on this website.", "Name Purpose Duration"),
    "no": ("Informasjonskapsler", "Vi bruker informasjonskapsler på dette nettstedet.", "Navn Type Funksjon Varighet"),
    "de": ("Cookie-Richtlinie", "Wir verwenden Cookies auf dieser Website.", "Name Anbieter Zweck Speicherdauer"),
    "cs": ("Zásady", "Na tomto webu používáme soubory cookie.", "Název Doba platnosti Vysvětlení"),
}


def page(language, rows):
    title, use, headings = NAMES[language]
    return f"{title}\n\n{use}\n\n{headings}\n{rows}\n"


@pytest.mark.parametrize(
    ("language", "rows", "found"),
    [
        ("en", "_ga Used to count visitors 2 years\nab_login Keeps you signed in Session",
         [("_ga", "performance", 63072000), ("ab_login", "strictly_necessary", 0)]),
        ("no", "_cmp_a Nødvendig Brukes for innstillinger. 1 dag\n_st_b Statistikk Brukes til besøk. 3 dager",
         [("_cmp_a", "strictly_necessary", 86400), ("_st_b", "performance", 259200)]),
        ("de", "_ab, _cd Beispiel GmbH Zählt Besucher 30 Tage",
         [("_ab", "performance", 2592000), ("_cd", "performance", 2592000)]),
        ("cs", "_ab_id 30 minut Rozlišuje návštěvníky webu.", [("_ab_id", "performance", 1800)]),
    ],
)  # fmt: skip
def test_rows_below_a_line_of_headings(read, language, rows, found):
    cookies = read(page(language, rows)).cookies
    assert [(cookie.name, cookie.category, cookie.duration.seconds) for cookie in cookies] == found


@pytest.mark.parametrize(
    "text",
    [
        "Name Purpose Duration\nNOTE This table is empty 2 years",
        "Name Purpose Duration.\nEverybody has a name for 2 years",
        "Purpose Duration\nsome_thing we do for 2 years",
        "Your name and purpose\nsome_thing we do for 2 years",
    ],
)
def test_other_lines_are_no_rows(read, text):
    assert read(f"Cookie policy\n\nWe use cookies on this website.\n\n{text}\n").cookies == ()


def test_a_row_without_a_lifetime_has_none(read):
    cookies = read(page("en", "ab_id Tells visitors apart\nab_login Keeps you signed in Session")).cookies
    assert [(one.name, one.duration.kind) for one in cookies] == [("ab_id", "not_stated"), ("ab_login", "session")]


def test_what_follows_the_rows_is_none_of_them(read):
    text = page("en", "_ga Used to tell visitors apart 2 years") + "\nManage cookies\n\nYour browser can block them.\n"
    assert [cookie.name for cookie in read(text).cookies] == ["_ga"]


BROKEN = """```
Nombre Tipo Finalidad Duración Proveedor
__tienda_sesi-
on_hash__
```
```
Técnica Mantener la se-
sión del usuario
```
```
Sesión Tienda (local)
```
```
_ga Analítica Recuento:
visitas de la web
```
```
2 años Ejemplo Inc.
```
"""


def test_rows_and_words_that_go_on_in_the_blocks_below(read):
    text = f"# Política de cookies\n\nUtilizamos cookies.\n\n{BROKEN}\n### Gestión\n\nPuede borrarlas.\n"
    cookies = read(text).cookies
    assert [(one.name, one.category, one.duration.kind, one.provider, one.purpose) for one in cookies] == [
        ("__tienda_sesion_hash__", "strictly_necessary", "session", "Tienda (local)", "Mantener la sesión del usuario"),
        ("_ga", "performance", "fixed", "Ejemplo Inc.", "Recuento:\nvisitas de la web"),
    ]


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("ab_ses- Counts visits 1 day\n_gid Counts visits 1 day", ["ab_ses-", "_gid"]),
        ("_pk_ses-\nused to count visits 1 day", ["_pk_ses-"]),
        ("ab_id Tells visitors apart\n\nWe keep data of customers for 2 years.", ["ab_id"]),
        ("ab_id Tells visitors apart\n\n# What we keep\n\nOrders 2 years", ["ab_id"]),
    ],
)
def test_what_goes_on_in_no_other_line(read, rows, names):
    cookies = read(page("en", rows)).cookies
    assert [one.name for one in cookies] == names
    assert all(one.duration.seconds in (None, 86400) for one in cookies)


def test_keys_and_what_they_are_for(read):
    rows = "themeMode Keeps the colours that\nyou chose\ncart-items Keeps the basket\ntoken Keeps you signed in"
    text = f"Cookie policy\n\nWe use cookies and local storage.\n\nKey Purpose\n{rows}\n"
    cookies = read(text).cookies
    assert [(one.name, one.purpose) for one in cookies] == [
        ("themeMode", "Keeps the colours that\nyou chose"),
        ("cart-items", "Keeps the basket"),
        ("token", "Keeps you signed in"),
    ]


@pytest.mark.parametrize("rows", ["name You tell us\nemail You tell us\ne-mail Too", "We use it\nYou see it"])
def test_words_that_are_no_keys(read, rows):
    assert read(f"Cookie policy\n\nWe use cookies.\n\nName Purpose\n{rows}\n").cookies == ()


OWNED = """Nom du cookie et
du fournisseur
Finalités Durée de
conservation

visiteurs_en_at
tente_id (Nuage)
Ce cookie place les visiteurs
dans une salle d'attente.
supprimé après
30 minutes
d'inactivité

_ma_session
(Boutique
Ce cookie est un cookie de session
qui retient le panier
13 mois
panier (Boutique) Ce cookie retient les
articles choisis
Session

La suite
"""
COOKIES = [
    ("visiteurs_en_attente_id", "Nuage", 1800),
    ("_ma_session", "Boutique", 33696000),
    ("panier", "Boutique", 0),
]


def test_headings_and_names_over_several_lines_with_an_owner_in_parentheses(read):
    text = f"Politique relative aux cookies\n\nNous utilisons des cookies.\n\n{OWNED}\nVous pouvez les refuser.\n"
    assert [(one.name, one.provider, one.duration.seconds) for one in read(text).cookies] == COOKIES


def test_parentheses_are_remarks_where_no_heading_names_the_owner(read):
    rows = (
        "Name\nPurpose Duration\nab_visitor_ident\nity (Shop)\nCounts visits\n1 day\ntheme (Shop) Keeps colours\n1 day"
    )
    cookies = read(f"Cookie policy\n\nWe use cookies on this website.\n\n{rows}\n").cookies
    assert [(one.name, one.provider) for one in cookies] == [("ab_visitor_ident", None)]


def test_an_address_is_no_name_and_none_beside_it_is(read):
    text = "Cookie policy\n\nWe use cookies.\n\n- SHOP - Main Street 5, Town\n- jo.doe@shop.example\n"
    assert read(text).cookies == ()

"""Tables of kinds of cookies without headings, and services that other parts of a policy name in passing."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest

KINDS = [
    ("Cookies propias", "Las que envía el propio editor."),
    ("Cookies de sesión", "Recaban datos mientras el usuario navega."),
    ("Cookies técnicas", "Permiten navegar por la web."),
    ("Cookies de análisis", "Permiten contar visitas."),
    ("Cookies publicitarias", "Permiten gestionar los espacios publicitarios."),
]


def page(rows, above="TIPOS DE COOKIES", before=""):
    cells = "".join(f"<tr><td>{kind}</td><td>{text}</td></tr>" for kind, text in rows)
    return (
        f"<html lang=es><body><h1>Política de cookies</h1><p>Este sitio web utiliza cookies.</p>{before}"
        f"<h2>{above}</h2><table>{cells}</table></body></html>"
    )


def named(declaration):
    return [(c.label, c.canonical.value, c.basis) for c in declaration.categories]


def test_a_table_of_kinds_names_categories(read):
    assert named(read(page(KINDS))) == [
        ("Cookies técnicas", "strictly_necessary", "table"),
        ("Cookies de análisis", "performance", "table"),
        ("Cookies publicitarias", "targeting", "table"),
    ]


def test_a_column_of_kinds_may_stand_beside_what_they_are_told_by(read):
    rows = "".join(
        f"<tr><td>{'SEGÚN SU FINALIDAD' if n else 'SEGÚN EL PLAZO'}</td><td>{kind}</td><td>{text}</td></tr>"
        for n, (kind, text) in enumerate(KINDS)
    )
    text = f"<html lang=es><body><h1>Política de cookies</h1><p>Utilizamos cookies.</p><h2>Tipos de cookies</h2><table>{rows}</table></body></html>"
    assert [canonical for _, canonical, _ in named(read(text))] == ["strictly_necessary", "performance", "targeting"]


@pytest.mark.parametrize(
    "rows",
    [
        KINDS[:2],
        [("Cookies propias y sus fines", "Análisis."), ("Derechos", "Acceso."), ("Cookies de análisis", "Visitas.")],
        [("Las cookies técnicas permiten navegar.", "Sí"), ("Las cookies de análisis cuentan visitas.", "No")],
    ],
)
def test_a_table_without_kinds_names_no_category_by_row(read, rows):
    assert [one for one in named(read(page(rows))) if one[2] == "table"] == []


def test_kinds_that_exist_add_nothing_to_those_that_are_used(read):
    own = "<h2>Cookies que utilizamos</h2><h3>Cookies técnicas</h3><p>Estas cookies mantienen la sesión.</p>"
    declaration = read(page(KINDS, above="Qué tipos de cookies existen", before=own))
    assert [canonical for _, canonical, _ in named(declaration)] == ["strictly_necessary"]


# ------------------------------------------------------------------------------------------- services


@pytest.mark.parametrize(
    ("sentence", "services"),
    [
        ("Google Analytics stores cookies to count visits to this website.", ["Google Analytics"]),
        ("Google Analytics uses cookies to count the visits to a website.", []),
        ("For example, Google Analytics may store cookies for the owner of a website.", []),
    ],
)
def test_a_tracker_in_the_explanation_of_cookies(read, sentence, services):
    text = (
        f"# Cookie policy\n\n## What are cookies?\n\nCookies are small text files.\n\n{sentence}\n\n"
        "## Your choices\n\nYou can delete cookies in your browser.\n"
    )
    assert [service.name for service in read(text).services] == services


def test_a_service_in_place_of_a_cookie_is_declared(read):
    text = (
        "# Cookie policy\n\n## Necessary cookies\n\n| Cookie name | Duration |\n|---|---|\n| shop_a | 2 hours |\n"
        "| Google Tag Manager | x |\n"
    )
    assert [(s.name, s.category.value) for s in read(text).services] == [("Google Tag Manager", "strictly_necessary")]


# ------------------------------------------------------------------------------------------- labels and names


@pytest.mark.parametrize(
    ("description", "canonical"),
    [
        ("Deze cookies zijn noodzakelijk om de website te laten werken.", "strictly_necessary"),
        ("Deze cookies onthouden welke taal je koos.", "functional"),
    ],
)
def test_functional_cookies_that_the_site_needs(read, description, canonical):
    text = f"# Cookiebeleid\n\n## Functionele cookies\n\n{description}\n\n## Analytische cookies\n\nDeze cookies tellen bezoeken.\n"
    assert [c.canonical.value for c in read(text).categories] == [canonical, "performance"]


def test_a_sentence_about_a_category_is_no_label(read):
    text = (
        "# Cookies policy\n\nEssential cookies are set automatically. Optional cookies can be adjusted.\n\n"
        "## Necessary\n\nNecessary cookies make the site usable.\n\n## Statistics\n\nStatistic cookies count visits.\n"
    )
    assert [c.label for c in read(text).categories] == ["Necessary", "Statistics"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ('getCookie("shop_seen")', []),
        ('a cookie ("shop_seen")', ["shop_seen"]),
        ("the cookie 'shop_seen'", ["shop_seen"]),
    ],
)
def test_the_argument_of_a_call_is_no_declared_cookie(read, words, names):
    assert [c.name for c in read(f"# Cookies\n\nWe use cookies, read by {words} here.\n").cookies] == names

"""Tables of the companies that set cookies: beside their domains, or as lists in the rows of categories."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest

DOMAINS = (
    "| Company | Domain |\n| --- | --- |\n| Criteo | criteo.net |\n| Criteo | criteo.com |\n"
    "| Blue Heron | heron.example.com |\n| Stripe | stripe.network |\n\n"
)
OPENING = "These are some of the companies that use cookies on our sites.\n\n"


@pytest.fixture
def services(read):
    """(name, category, domains) of the declared services."""
    return lambda text: [
        (one.name, one.category and one.category.value, one.domains)
        for one in read(f"# Cookie Policy\n\nWe use cookies.\n\n{text}").services
    ]


@pytest.fixture
def named(services):
    """(name, category) of the declared services."""
    return lambda text: [(name, category) for name, category, _ in services(text)]


def test_a_company_is_one_service_with_the_domains_of_all_its_rows(services):
    assert services(f"## Companies\n\n{OPENING}{DOMAINS}") == [
        ("Criteo", None, ("criteo.net", "criteo.com")),
        ("Blue Heron", None, ("heron.example.com",)),
        ("Stripe", None, ("stripe.network",)),
    ]


@pytest.mark.parametrize(
    ("heading", "opening"),
    [
        ("## Our group", "These companies belong to our group.\n\n"),
        ("## Companies", "We do not use cookies of these companies.\n\n"),
        ("## Companies whose cookies are not used", OPENING),
        ("## What are cookies?", "Elsewhere, companies such as these place cookies on many sites.\n\n"),
    ],
)
def test_other_tables_of_companies_name_no_services(services, heading, opening):
    assert services(f"{heading}\n\n{opening}{DOMAINS}") == []


@pytest.mark.parametrize(
    ("language", "title", "use", "opening", "head"),
    [
        ("de", "Cookie-Richtlinie", "Wir verwenden Cookies.", "Diese Anbieter setzen Cookies auf unserer Website:", "Unternehmen</th><th>Domain"),
        ("fr", "Politique de cookies", "Nous utilisons des cookies.", "Ces partenaires utilisent des cookies sur notre site :", "Société</th><th>Domaine"),
        ("es", "Política de cookies", "Utilizamos cookies.", "Estos proveedores utilizan cookies en nuestro sitio:", "Empresa</th><th>Dominio"),
        ("nl", "Cookiebeleid", "Wij gebruiken cookies.", "Deze partners gebruiken cookies op onze website:", "Bedrijf</th><th>Domein"),
        ("it", "Informativa sui cookie", "Utilizziamo i cookie.", "Questi fornitori utilizzano cookie sul nostro sito:", "Società</th><th>Dominio"),
    ],
)  # fmt: skip
def test_companies_and_domains_in_other_languages(read, language, title, use, opening, head):
    page = (
        f"<html lang={language}><body><h1>{title}</h1><p>{use}</p><p>{opening}</p><table><tr><th>{head}</th></tr>"
        "<tr><td>Criteo</td><td>criteo.net</td></tr><tr><td>Heronmedia</td><td>heron.example.com</td></tr></table>"
    )
    assert [(one.name, one.domains) for one in read(page).services] == [
        ("Criteo", ("criteo.net",)),
        ("Heronmedia", ("heron.example.com",)),
    ]


HEAD = "| Type of cookies | Purpose | Examples of providers |\n| --- | --- | --- |\n"
NECESSARY = "| Strictly necessary | These keep you signed in. | {} |\n"
ANALYTICS = "| Analytics | These count visits. | {} |\n"
ADS = "| Advertising | These show relevant ads. | {} |\n"


@pytest.mark.parametrize(
    "cell",
    [
        "*   Hotjar<br>*   [Heronmedia](https://heron.example.com/privacy)<br>*   Stripe",
        "• Hotjar<br>• Heronmedia<br>• Stripe",
        "- Hotjar<br>- Heronmedia<br>- Stripe",
        "1. Hotjar<br>2. Heronmedia<br>3. Stripe",
        "Hotjar<br>Heronmedia<br>Stripe",
        "Hotjar, Heronmedia, Stripe",
        "[Hotjar](https://hotjar.example.com); [Heronmedia](https://heron.example.com); Stripe",
    ],
)
def test_each_name_of_a_list_in_a_cell_is_a_service_of_the_category(named, cell):
    expected = [("Hotjar", "performance"), ("Heronmedia", "performance"), ("Stripe", "performance")]
    assert named(HEAD + NECESSARY.format("Acme") + ANALYTICS.format(cell)) == [
        ("Acme", "strictly_necessary"),
        *expected,
    ]


def test_a_company_of_two_rows_has_two_categories(named):
    found = named(HEAD + ANALYTICS.format("*   Google<br>*   Hotjar") + ADS.format("*   Google<br>*   Criteo"))
    assert sorted(found) == [
        ("Criteo", "targeting"),
        ("Google", "performance"),
        ("Google", "targeting"),
        ("Hotjar", "performance"),
    ]


def test_strokes_stand_between_the_names_of_one_company(read):
    page = (
        "# Cookie Policy\n\nWe use cookies.\n\n"
        + HEAD
        + NECESSARY.format("Own")
        + ADS.format("*   Vertex/AOL<br>*   Criteo")
    )
    found = {one.name: one.aliases for one in read(page).services}
    assert found == {"Vertex/AOL": ("Vertex", "AOL"), "Criteo": ()}


@pytest.mark.parametrize("cell", ["First party", "We ourselves", "See above", "various partners", "-", "N/A", "No"])
def test_words_for_nobody_else_name_no_company(named, cell):
    assert named(HEAD + NECESSARY.format(cell) + ADS.format("Criteo")) == [("Criteo", "targeting")]


def test_an_address_in_lines_is_one_company(named):
    cell = "Google Ireland Limited<br>Gordon House<br>Barrow Street<br>Dublin 4"
    assert ("Gordon House", "performance") not in named(HEAD + ANALYTICS.format(cell) + ADS.format("Criteo"))


def test_the_vendor_in_its_own_table_is_no_service(read):
    page = (
        "# Cookie Policy\n\nHeronmedia, its affiliates and others use cookies on these sites.\n\n"
        + HEAD
        + NECESSARY.format("*   Heronmedia<br>*   Stripe")
        + ADS.format("*   Heronmedia<br>*   Criteo")
    )
    assert {one.name for one in read(page).services} == {"Stripe", "Criteo"}
    assert {
        one.name
        for one in read(page.replace("Heronmedia, its affiliates and others", "We"), vendor="Heronmedia").services
    } == {"Stripe", "Criteo"}


def test_processors_beside_their_countries_are_no_setters_of_cookies(read):
    page = (
        "# Privacy Policy\n\n## Who we work with\n\nThese providers handle orders for us.\n\n"
        "| Company | Country |\n| --- | --- |\n| Blue Heron | Spain |\n| Red Kite | Ireland |\n"
    )
    assert read(page).services == ()

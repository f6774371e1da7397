"""Rows of cookies without a category, named in the sections of categories; and those that these say nothing of."""

# ruff: noqa: E501  a policy's lines are as long as they are

from __future__ import annotations

import pytest

TABLE = "## Functional cookies\n\nThese cookies remember your language.\n\n## Security cookies\n\nThese cookies stop attacks.\n\n## List\n\n| Cookie | Description | Lifespan |\n| --- | --- | --- |\n| {} | {} | 7 days |\n"


@pytest.fixture
def row(read):
    """(category, how it is known) of the one row of a table below a section."""

    def of(heading, prose, name="wq", purpose="Keeps the size of your window."):
        text = f"# Cookie Policy\n\nWe use cookies.\n\n## {heading}\n\n{prose}\n\n{TABLE.format(name, purpose)}"
        found = [one for one in read(text).cookies if one.basis == "table"]
        return [(one.category and one.category.value, one.category_basis) for one in found]

    return of


def test_a_section_of_a_category_names_the_cookie(row):
    named = 'For example, we set the "wq" cookie.'
    assert row("Analytics cookies", f"These cookies count visits. {named}") == [("performance", "stated")]
    assert row("Advertising cookies", f"These cookies show ads. {named}") == [("targeting", "stated")]
    assert row("Analytics cookies", "These cookies count visits. We set the `_wq` cookie.", "_wq") == [
        ("performance", "stated")
    ]


@pytest.mark.parametrize(
    ("heading", "prose"),
    [
        ("Analytics cookies", 'These cookies count visits. For example, we set the "other" cookie.'),
        ("Analytics cookies", 'These cookies count visits. The word "wq" is no name.'),
        ("Your rights", 'You may delete the "wq" cookie.'),
        ("What are cookies?", 'A cookie such as the "wq" cookie is a small file.'),
    ],
)
def test_other_sections_tell_nothing_of_it(row, heading, prose):
    assert row(heading, prose) == [(None, "none")]


def test_sections_of_two_categories_tell_none(row):
    prose = 'These cookies count visits. We set the "wq" cookie.\n\n## Advertising cookies\n\nThese show ads. We set the "wq" cookie.'
    assert row("Analytics cookies", prose) == [(None, "none")]


def test_a_purpose_of_another_kind_stays(row):
    prose = 'These cookies count visits. Where you refuse, we set the "wq" cookie.'
    purpose = "Remembers your cookie consent."
    assert row("Analytics cookies", prose, purpose=purpose) == [("strictly_necessary", "inferred_from_purpose")]


def test_a_row_keeps_the_category_that_it_states(read):
    text = (
        "# Cookie Policy\n\nWe use cookies.\n\n## Analytics cookies\n\nThese cookies count visits. We set the `_wq` cookie."
        "\n\n## List\n\n| Cookie | Category | Lifespan |\n| --- | --- | --- |\n| _wq | Advertising | 7 days |\n"
    )
    assert [one.category.value for one in read(text).cookies if one.basis == "table"] == ["targeting"]

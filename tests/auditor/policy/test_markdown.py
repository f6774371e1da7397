"""Markdown files as converters and authors write them: HTML tables, bold underscores, placeholders, front matter."""

from __future__ import annotations

import pytest

from auditor.policy.source import is_html

TABLE = """# Cookie notice

We use these cookies:

## Analytics cookies

<table class="list">
<thead>
<tr><th>Name</th><th>Purpose</th><th>Lifetime</th></tr>
</thead>
<tbody>
<tr>
<td>_ga</td>
<td>counts our visits</td>
<td>2 years</td>
</tr>
<tr><td>shop_seen</td><td>tells pages apart</td><td>10 minutes</td></tr>
</tbody>
</table>

After the table.
"""


def rows(declaration):
    return [(c.name, c.category, c.duration.seconds) for c in declaration.cookies]


def test_html_table_in_markdown(read):
    declaration = read(TABLE)
    assert rows(declaration) == [("_ga", "performance", 63_072_000), ("shop_seen", "performance", 600)]
    assert declaration.document.text_basis == "raw"
    for cookie in declaration.cookies:
        quote = cookie.evidence[0]
        assert TABLE[quote.start : quote.end] == quote.quote


def test_html_table_that_is_never_closed(read):
    declaration = read("# Cookies\n\nWe use cookies.\n\n<table><tr><td>_ga</td><td>2 years</td></tr>\n\nMore text.\n")
    assert [c.name for c in declaration.cookies if c.basis == "table"] == []


def test_bold_with_underscores_heads_a_table(read):
    declaration = read(
        "# Cookies\n\n__Marketing cookies__\n\n| Name | Purpose | Lifetime |\n|---|---|---|\n| _fbp | ads | 90 days |\n"
    )
    assert rows(declaration) == [("_fbp", "targeting", 7_776_000)]


def test_open_part_of_a_name_is_no_tag(read):
    declaration = read(
        "# Cookies\n\n| Cookie | Category | Lifetime |\n|---|---|---|\n| _ga_<id> | Analytics | 2 years |\n"
        "| line<br>break | Analytics | 1 year |\n"
    )
    assert declaration.cookies[0].name == "_ga_<id>"
    assert declaration.cookies[0].match.pattern == "_ga_*"
    assert "<br>" not in declaration.cookies[1].name


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Cookies\n\nText.\n\n## More\n\n<ul><li><a href='x'>one</a></li><li><a href='y'>two</a></li></ul>\n", False),
        ("<h1>Cookies</h1><p>We use cookies.</p><p>Two</p>", True),
        ("Cookies <p>We use cookies.</p><p>Two</p><p>Three</p>", True),
    ],
)
def test_markdown_with_some_tags_is_no_page(text, html):
    assert is_html(text) is html


def test_front_matter_in_toml_is_no_text(read):
    declaration = read('+++\ntitle = "Cookies"\nslug = "c"\n+++\n\n## Cookies\n\nWe use analytics cookies.\n')
    assert declaration.last_updated is None
    assert {c.canonical for c in declaration.categories} == {"performance"}


def test_a_way_through_menus_is_no_category(read):
    declaration = read(
        "# Cookies\n\nWe use analytics cookies.\n\n**Safari:**  \nPreferences → Privacy → Cookies\n\n"
        "**Edge:**  \nSettings > Privacy > Cookies\n"
    )
    assert {c.canonical for c in declaration.categories} == {"performance"}


def test_numbers_before_tabs_are_a_list(read):
    declaration = read(
        "# Cookies\n\nCookies are used for:\n1.\tAnalysis – statistics of visits.\n2.\tMarketing – advertisements.\n"
    )
    assert declaration.cookies == ()
    assert [c.canonical for c in declaration.categories] == ["performance", "targeting"]

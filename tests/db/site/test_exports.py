"""The feed, the workbook and the badge."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree

ATOM = {"a": "http://www.w3.org/2005/Atom"}
SHEET = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def test_the_feed_tells_what_is_new(site):
    answer = site.get("/feed.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    tree = etree.fromstring(answer.content)
    entries = tree.findall("a:entry", ATOM)
    assert [entry.findtext("a:title", namespaces=ATOM) for entry in entries] == [
        "Vendor Office: Tracker (high)",
        "Vendor Office: Non-essential item set before any choice (critical)",
        "Vendor Office: Observed category is not declared (critical)",
    ]
    base = str(site.base_url).rstrip("/")
    assert all(entry.findtext("a:id", namespaces=ATOM).startswith(f"{base}/findings/") for entry in entries)
    assert len({entry.findtext("a:id", namespaces=ATOM) for entry in entries}) == 3
    assert tree.findtext("a:updated", namespaces=ATOM) == entries[0].findtext("a:updated", namespaces=ATOM)


def test_a_feed_of_hostile_words_is_well_formed(hostile_site):
    answer = hostile_site.get("/feed.atom")
    assert answer.status_code == 200
    tree = etree.fromstring(answer.content)
    assert len(tree.findall("a:entry", ATOM)) == 20
    assert {element.tag.rpartition("}")[2] for element in tree.iter()} == {
        *("feed", "title", "id", "link", "updated", "author", "name", "entry", "category", "summary")
    }


def rows(content: bytes, number: int) -> list[list[str]]:
    """The cells of a sheet as texts."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        strings = [
            "".join(item.itertext())
            for item in etree.fromstring(book.read("xl/sharedStrings.xml")).findall("s:si", SHEET)
        ]
        sheet = etree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    assert sheet.findall(".//s:f", SHEET) == []
    return [
        [
            strings[int(cell.findtext("s:v", namespaces=SHEET))]
            if cell.get("t") == "s"
            else cell.findtext("s:v", namespaces=SHEET)
            for cell in row
        ]
        for row in sheet.findall(".//s:row", SHEET)
    ]


def test_a_workbook_of_a_vendor(site, records):
    answer = site.get("/vendors/vendor/findings.xlsx")
    assert answer.headers["content-disposition"] == 'attachment; filename="vendor.xlsx"'
    findings = rows(answer.content, 1)
    assert findings[0][:4] == ["severity", "title", "subject", "site"]
    assert [row[0] for row in findings[1:]] == ["critical", "high", "critical"]
    assert records.SENTENCE in findings[1]
    assert [row[2] for row in rows(answer.content, 2)[1:]] == ["__adroll", "session"]
    assert len(rows(answer.content, 3)) == 4
    assert site.get("/vendors/nobody/findings.xlsx").status_code == 404


def test_a_workbook_of_hostile_words_has_no_formula_and_no_link(hostile_site):
    for number in range(10):
        answer = hostile_site.get(f"/vendors/vendor-{number}/findings.xlsx")
        assert answer.status_code == 200
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            assert not any(
                "hyperlink" in book.read(name).decode().lower()
                for name in book.namelist()
                if "sheet" in name and name.endswith(".xml") and "shared" not in name.lower()
            )
        assert all(rows(answer.content, sheet) for sheet in (1, 2, 3, 4))


@pytest.mark.parametrize(("vendor", "words"), [("vendor", "1 critical"), ("dead", "nothing seen")])
def test_badges(site, vendor, words):
    answer = site.get(f"/vendors/{vendor}/badge.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert etree.fromstring(answer.content).get("aria-label") == f"consent audit: {words}"
    assert site.get("/vendors/nobody/badge.svg").status_code == 404

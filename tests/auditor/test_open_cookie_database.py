"""Layer 3: reading the Open Cookie Database, and when it answers."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.classify import bundled, classifier
from auditor.lists import MAX_CHARACTERS, MAX_ROWS, ListError
from auditor.model import Category
from auditor.open_cookie_database import OcdRow, read_csv

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://www.vendor.example/"
N, P, F, T = Category.STRICTLY_NECESSARY, Category.PERFORMANCE, Category.FUNCTIONAL, Category.TARGETING
HEADER = (
    "ID,Platform,Category,Cookie / Data Key name,Domain,Description,Retention period,Data Controller,"
    "User Privacy & GDPR Rights Portals,Wildcard match\n"
)
ROWS = HEADER + (
    "a1,Acme Stats,Analytics,acme_visitor,,Counts visits,1 year,Acme Ltd.,,0\n"
    "a2,Acme Stats,Analytics,acme_part_,,Counts parts,1 year,Acme Ltd.,,1\n"
    "a3,Acme Ads,Marketing,seg,.ads.acme.example (3rd party) or acme2.example,Profiles,1 year,Acme Ltd.,,0\n"
    "a4,Acme Ads,Marketing,acme_wild_,ads.acme.example,Profiles,1 year,Acme Ltd.,,1\n"
    "a5,Acme Login,Functional,acme_token,,Keeps you logged in,1 day,Acme Ltd.,,0\n"
    "a6,Acme Looks,Functional,acme_theme,,Colours,1 day,Acme Ltd.,,0\n"
    "a7,Facebook Pixel,Marketing,acme_fb_copy,,Copies,1 day,Meta,,0\n"
    "a8,Acme Ads,Marketing,tok,,Too short,1 day,Acme Ltd.,,0\n"
    "c1,Acme Ads,Marketing,acme_visit_far,ads.acme.example,Profiles,1 day,Acme Ltd.,,0\n"
    "a9,Acme Ads,Marketing,_ga,,The bundled table knows better,1 day,Acme Ltd.,,0\n"
    "b1,Acme Ads,Whatever,acme_odd,,No known category,1 day,Acme Ltd.,,0\n"
    "b3,,Security,acme_guard,,Guards,1 day,,,0\n"
    "b2,Acme Ads,Marketing,,,No name,1 day,Acme Ltd.,,0\n"
)
KNOW = classifier(open_cookie_database=ROWS)

ITEMS = {
    # name, domain -> layer, category, service, confidence
    ("acme_visitor", "vendor.example"): (3, P, "Acme Stats", 0.55),
    ("acme_part_7", "vendor.example"): (3, P, "Acme Stats", 0.5),
    ("seg", "eu.ads.acme.example"): (3, T, "Acme Ads", 0.8),
    ("seg", "acme2.example"): (3, T, "Acme Ads", 0.8),
    ("acme_wild_1", "ads.acme.example"): (3, T, "Acme Ads", 0.75),
    ("acme_token", None): (3, N, "Acme Login", 0.55),
    ("acme_theme", "vendor.example"): (3, F, "Acme Looks", 0.55),
    ("acme_fb_copy", "vendor.example"): (3, T, "Meta Pixel", 0.55),
    ("acme_guard", "vendor.example"): (3, N, None, 0.55),
    ("_ga", "vendor.example"): (2, P, "Google Analytics", 0.94),
    ("acme_visitor", "d.adroll.com"): (4, T, "AdRoll", 0.85),
    ("seg", "vendor.example"): (6, None, None, 0.0),
    ("acme_wild_1", "vendor.example"): (6, None, None, 0.0),
    ("acme_visit_far", "vendor.example"): (5, P, None, 0.3),
    ("acme_visit_far", "other.example"): (3, T, "Acme Ads", 0.55),
    ("acme_visit_far", None): (3, T, "Acme Ads", 0.55),
    ("tok", "vendor.example"): (6, None, None, 0.0),
    ("acme_odd", "vendor.example"): (6, None, None, 0.0),
    ("ACME_VISITOR", "vendor.example"): (5, P, None, 0.3),
}


@pytest.mark.parametrize(("item", "expected"), ITEMS.items(), ids=lambda value: "@".join(map(str, value[:2])))
def test_answers(item: tuple[str, str | None], expected: tuple[int, Category | None, str | None, float]) -> None:
    known = KNOW.cookie(item[0], item[1], site=SITE)
    assert (known.layer, known.category, known.service, known.confidence) == expected


def test_an_answer_says_where_it_comes_from() -> None:
    known = KNOW.cookie("seg", "ads.acme.example", site=SITE)
    assert known.source == "Open Cookie Database, row a3"
    assert known.reason == (
        "The Open Cookie Database lists seg on ads.acme.example or acme2.example as an item of Acme Ads."
    )
    assert known.entity == "Acme Ltd."


def test_functional_holds_the_necessary_as_well() -> None:
    assert KNOW.cookie("acme_token").also_declared_as == (F,)
    assert KNOW.cookie("acme_theme").also_declared_as == (N,)
    assert KNOW.cookie("acme_visitor").also_declared_as == (T,)
    assert KNOW.cookie("seg", "ads.acme.example", site=SITE).also_declared_as == ()


def test_a_row() -> None:
    assert read_csv("\ufeff" + ROWS)[2] == OcdRow(
        id="a3",
        name="seg",
        wildcard=False,
        platform="Acme Ads",
        controller="Acme Ltd.",
        hosts=("ads.acme.example", "acme2.example"),
        category=T,
        also_declared_as=(),
    )


BROKEN = {
    "empty": ("", "no column"),
    "another table": ("a,b\n1,2\n", "no column Cookie / Data Key name"),
    "a page": ("<!doctype html><title>Not found</title>", "no column"),
    "only the header": (HEADER, "no row"),
    "an open quote": (ROWS + '"c1,x', "near line"),
    "a huge field": (HEADER + "x" * 200_000, "near line"),
    "too large": ("x" * (MAX_CHARACTERS + 1), "longer than"),
    "too many rows": (HEADER + ",\n" * (MAX_ROWS + 1), "more than"),
}


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_lists_are_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(ListError, match=message):
        read_csv(text)


def test_a_huge_field_is_refused_whatever_limit_the_process_has() -> None:
    before = csv.field_size_limit(10_000_000)
    try:
        with pytest.raises(ListError, match="near line 2: field larger than 100,000"):
            read_csv(BROKEN["a huge field"][0])
    finally:
        csv.field_size_limit(before)


@given(st.text() | st.text(alphabet='",\n\r\x00ab1').map(HEADER.__add__))
def test_hostile_lists_are_read_or_refused(text: str) -> None:
    try:
        rows = read_csv(text)
    except ListError:
        return
    assert rows


def test_the_real_database(shared: Path) -> None:
    text = (shared / "data" / "open-cookie-database.csv").read_text("utf-8")
    assert len(read_csv(text)) == 2264
    know = classifier(open_cookie_database=text)
    assert know.cookie("DG_UID", "funda.nl", site=SITE).layer == 3
    assert know.cookie("nlbi_1234", "vendor.example", site=SITE).layer == 2
    assert bundled().cookie("DG_UID", "funda.nl", site=SITE).layer == 5

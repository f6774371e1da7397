"""CMP declarations as records."""

from __future__ import annotations

import pytest

from auditor.model import Category, NameMatch
from crawler.consent.declarations import category_for, from_rows, name_match, read_length


@pytest.mark.parametrize(
    ("label", "category"),
    [
        ("Targeting Cookies", Category.TARGETING),
        ("Strictly Necessary Cookies", Category.STRICTLY_NECESSARY),
        ("Performance Cookies", Category.PERFORMANCE),
        ("Functional Cookies", Category.FUNCTIONAL),
        ("Statistics", Category.PERFORMANCE),
        ("ads", Category.TARGETING),
        ("analytic", Category.PERFORMANCE),
        ("Blue", None),
        ("", None),
    ],
)
def test_categories_by_label(label, category):
    assert category_for(label) is category


@pytest.mark.parametrize(
    ("text", "kind", "seconds"),
    [
        ("3 months", "fixed", 7_776_000),
        ("90 days", "fixed", 7_776_000),
        ("2 jaar", "fixed", 63_072_000),
        ("13 mois", "fixed", 33_696_000),
        ("30 Minuten", "fixed", 1800),
        ("0 days", "few_seconds", None),
        ("Session", "session", None),
        ("Persistent", "persistent", None),
        ("undefined days", "not_stated", None),
        ("", "not_stated", None),
        ("soon", "unknown", None),
    ],
)
def test_lifetimes(text, kind, seconds):
    duration = read_length(text)
    assert (duration.kind, duration.seconds) == (kind, seconds)


@pytest.mark.parametrize(
    ("name", "regex", "match"),
    [
        ("_fbp", False, NameMatch(kind="exact", pattern="_fbp")),
        ("_ga_#", False, NameMatch(kind="glob", pattern="_ga_*")),
        ("^_ga", True, NameMatch(kind="glob", pattern="_ga*")),
        ("^_ga$", True, NameMatch(kind="exact", pattern="_ga")),
        (r"^_ga_.*$", True, NameMatch(kind="glob", pattern="_ga_*")),
        ("^_hj(Session|First)", True, NameMatch(kind="glob", pattern="_hj*")),
    ],
)
def test_names(name, regex, match):
    assert name_match(name, regex=regex) == match


def test_rows_of_onetrust():
    row = [
        "OneTrust",
        "cookie",
        "__adroll",
        ".AdRoll.com",
        "Targeting Cookies",
        "397 days",
        "Adverts",
        "AdRoll",
        "exact",
    ]
    service = ["OneTrust", "service", "AdRoll", "adroll.com", "Targeting Cookies", "", "", "", "exact"]
    declared = from_rows([row, row, service])
    cookie = declared.cookies[0]
    assert (declared.cmp, len(declared.cookies), len(declared.services)) == ("OneTrust", 1, 1)
    assert (cookie.name, cookie.host, cookie.category, cookie.category_label) == (
        "__adroll", "adroll.com", Category.TARGETING, "Targeting Cookies",
    )  # fmt: skip
    assert (cookie.duration.seconds, cookie.provider, cookie.basis, cookie.evidence) == (
        397 * 86400,
        "AdRoll",
        "list",
        (),
    )
    assert (declared.services[0].name, declared.services[0].domains) == ("AdRoll", ("adroll.com",))


def test_a_name_that_fits_everything_declares_nothing():
    assert from_rows([["Klaro", "cookie", "^(_ga|_gid)", "", "analytics", "", "", "", "regex"]]).cookies == ()


def test_nothing_declared():
    assert from_rows([]) is None

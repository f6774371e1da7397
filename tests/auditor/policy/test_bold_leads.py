"""Paragraphs with several bold lead-ins: each describes its own category."""

from __future__ import annotations

import pytest

from auditor.policy.read import read_policy

PARAGRAPH = (
    "{b}Necessary cookies{e} make the site work and need no consent. {b}Statistics cookies{e} help us to understand "
    "how the site is used; we use Google Analytics. {b}Marketing cookies{e} show you relevant ads; we use Meta Pixel."
)
STRESSED = (
    "{b}Necessary cookies{e} make the site work, see {b}section 2{e} for a list. {b}We never sell what they hold to "
    "anybody else.{e} With these cookies we use Akamai."
)


def read(paragraph, form):
    """A policy with one paragraph, as Markdown or HTML."""
    if form == "md":
        return read_policy(f"# Cookie policy\n\n{paragraph.format(b='**', e='**')}\n".encode(), name="policy.md")
    body = paragraph.format(b="<strong>", e="</strong>")
    return read_policy(f"<h1>Cookie policy</h1><p>{body}</p>".encode(), name="policy.html")


@pytest.mark.parametrize("form", ["md", "html"])
def test_each_lead_in_describes_its_own_category(form):
    policy = read(PARAGRAPH, form)
    assert [(c.label, c.canonical) for c in policy.categories] == [
        ("Necessary cookies", "strictly_necessary"),
        ("Statistics cookies", "performance"),
        ("Marketing cookies", "targeting"),
    ]
    assert {s.name: s.category for s in policy.services} == {
        "Google Analytics": "performance",
        "Facebook Pixel": "targeting",
    }
    assert not policy.contradictions


@pytest.mark.parametrize("form", ["md", "html"])
def test_stressed_words_and_bold_sentences_are_no_lead_ins(form):
    policy = read(STRESSED, form)
    assert [c.canonical for c in policy.categories] == ["strictly_necessary"]
    assert {s.category for s in policy.services} <= {"strictly_necessary"}
    assert [c.evidence[0].quote.startswith(("**Nec", "Nec")) for c in policy.categories] == [True]

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


def test_a_sentence_that_begins_with_another_kind_of_cookies_is_about_those():
    plain = PARAGRAPH.format(b="", e="")
    for paragraph in (plain, plain.replace("Necessary cookies", "**Necessary cookies**")):
        policy = read_policy(f"# Cookie policy\n\n{paragraph}\n".encode(), name="policy.md")
        assert {s.name: s.category for s in policy.services} == {
            "Google Analytics": "performance",
            "Facebook Pixel": "targeting",
        }


def test_a_claim_of_a_sentence_that_begins_with_another_kind_is_about_that():
    text = (
        "# Cookie policy\n\n**Necessary cookies** make the site work. Marketing cookies show you ads that fit you and "
        "are only set after you have given consent.\n"
    )
    policy = read_policy(text.encode(), name="policy.md")
    claims = [(c.type, c.subject_value) for c in policy.claims]
    assert ("consent_before_setting", "targeting") in claims
    assert ("consent_before_setting", "strictly_necessary") not in claims


def test_a_sentence_that_goes_on_is_about_the_lead_in():
    text = (
        "# Cookie policy\n\n**Marketing cookies** show you relevant ads on other websites. We use Meta Pixel for that. "
        "They also count visits with the help of Google Ads.\n"
    )
    policy = read_policy(text.encode(), name="policy.md")
    assert {s.category for s in policy.services} == {"targeting"}

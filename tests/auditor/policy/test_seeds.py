"""The five real policies of the main job, scored against their gold declarations."""

from __future__ import annotations

import jsonschema
import pytest

from auditor.policy.read import read_policy

SEEDS = ("ooma", "officium", "ozmo", "ozone", "easymeeting")


@pytest.fixture(scope="module")
def counts(scorer, gold, declared, policies):
    total = scorer.Counts()
    for name in SEEDS:
        total.merge(scorer.score(gold(name), declared(name), scorer.doc_text(gold(name), policies)))
    return {part: scorer.figures(value) for part, value in total.items()}


@pytest.mark.parametrize("part", ["disclosure_level", "silent", "declares_web_beacons", "evidence_found_in_document"])
def test_accuracy_is_complete(counts, part):
    assert counts[part]["accuracy"] == 1.0


@pytest.mark.parametrize(
    "part",
    [
        "categories_scoped",
        "categories_flat",
        "category_labels",
        "services_with_category",
        "technologies",
        "consent_mechanisms",
        "claims",
        "contradictions",
        "silent_on",
    ],
)
def test_f1_is_one(counts, part):
    assert counts[part]["f1"] == 1.0


@pytest.mark.parametrize("name", SEEDS)
def test_declaration_validates_against_the_schema(declared, schema, name):
    jsonschema.validate(declared(name), schema)


@pytest.mark.parametrize("name", SEEDS)
def test_offsets_point_at_the_quotes(policies, name):
    path = policies / "documents" / f"{name}.txt"
    text = path.read_bytes().decode("utf-8")
    declaration = read_policy(path.read_bytes(), name=path.name)
    quotes = [q for item in (*declaration.categories, *declaration.claims, *declaration.consent) for q in item.evidence]
    assert all(text[q.start : q.end] == q.quote for q in quotes)


def test_ooma_categories_begin_with_the_sentence_that_binds_them(declared):
    ooma = declared("ooma")
    scopes = {scope["id"]: scope for scope in ooma["scopes"]}
    bound = {c["canonical"]: {scopes[s]["kind"] for s in c["scope_ids"]} for c in ooma["categories"]}
    assert bound == {
        "strictly_necessary": {"web_portal"},
        "performance": {"web_portal", "website"},
        "functional": {"website"},
        "targeting": {"website"},
    }
    for category in ooma["categories"]:
        quote = category["evidence"][0]["quote"]
        assert quote.startswith("We use Category 1 and 2 Cookies on the ")
        assert quote.endswith("www.ooma.co.uk")


def test_ooma_services_are_bound_to_their_scopes(declared):
    ooma = declared("ooma")
    website = next(scope["id"] for scope in ooma["scopes"] if scope["kind"] == "website")
    services = {service["name"]: service for service in ooma["services"]}
    assert services["AdRoll"]["scope_ids"] == [website]
    assert len(services["Google Analytics"]["scope_ids"]) == 2


def test_reading_is_deterministic(policies):
    content = (policies / "documents" / "ooma.txt").read_bytes()
    assert read_policy(content, name="ooma.txt") == read_policy(content, name="ooma.txt")

"""All real policies of the shared data against their gold declarations, at the figures that were asked for."""

from __future__ import annotations

import jsonschema
import pytest

DOCUMENTS = (
    *("air-austral-fr", "dialogshift-cm-de", "easymeeting", "energia", "ethereum", "happn", "kontaktio-pl"),
    *("leadflow-nl", "mailjet", "malt-fr", "mullvad", "officium", "ooma", "ozmo", "ozone", "scaleway"),
    *("telcogestion-es", "tetsuo-it", "viber"),
)


@pytest.fixture(scope="module")
def total(scorer, gold, declared, policies):
    total = scorer.Counts()
    for name in DOCUMENTS:
        total.merge(scorer.score(gold(name), declared(name), scorer.doc_text(gold(name), policies)))
    return total


@pytest.fixture(scope="module")
def figures(scorer, total):
    return {part: scorer.figures(value) for part, value in total.items()}


def test_every_document_is_here(policies):
    assert sorted(path.stem for path in (policies / "gold").glob("*.json")) == list(DOCUMENTS)


def test_overall(scorer, total):
    assert scorer.overall(total) >= 0.93


@pytest.mark.parametrize(
    ("part", "figure", "least"),
    [
        ("cookies_with_category_and_duration", "f1", 0.96),
        ("categories_scoped", "f1", 0.95),
        ("services_with_category", "f1", 0.90),
        ("technologies", "f1", 0.95),
        ("consent_mechanisms", "f1", 0.93),
        ("claims", "f1", 0.80),
        ("claims", "p", 0.95),
        ("contradictions", "f1", 0.70),
        ("silent", "accuracy", 1.0),
        ("evidence_found_in_document", "accuracy", 1.0),
    ],
)
def test_figures(figures, part, figure, least):
    assert figures[part][figure] >= least


@pytest.mark.parametrize("name", DOCUMENTS)
def test_declaration_validates_against_the_schema(declared, schema, name):
    jsonschema.validate(declared(name), schema)

"""datasette-metadata.json describes the database as it is, no more and no less."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest

from db.site.pages import ASKS
from db.views import VIEWS

# Tables whose number of rows grows with what vendors' sites do: faceting them takes longer than a reader waits.
BIG = {
    "cookie_observations",
    "storage_observations",
    "requests",
    "observed_items",
    "item_observations",
    "item_kinds",
    "request_kinds",
    "cookie_kinds",
    "item_sightings",
    "texts",
    "endpoints",
}


@pytest.fixture
def described(project):
    (database,) = json.loads((project / "datasette-metadata.json").read_text("utf-8"))["databases"].values()
    return database


@pytest.fixture
def schema(store) -> dict[str, list[str]]:
    with sqlite3.connect(store.path) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
        return {
            name: [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
            for (name,) in names
            if not name.startswith(("sqlite_", "search_"))  # FTS5's own tables
        }


def test_every_table_view_and_column_is_described(described, schema):
    assert set(described["tables"]) == set(schema)
    for name, columns in schema.items():
        table = described["tables"][name]
        assert list(table["columns"]) == columns, name
        assert all(text.endswith(".") for text in (table["description"], *table["columns"].values())), name
        assert table["title"]


def test_no_two_tables_have_the_same_title(described):
    titles = [each["title"] for kind in ("tables", "queries") for each in described[kind].values()]
    assert len(set(titles)) == len(titles)


def test_sorts_and_facets_name_columns_of_small_tables(described, schema):
    for name, table in described["tables"].items():
        for column in (table.get("sort"), table.get("sort_desc"), table.get("label_column"), *table.get("facets", [])):
            assert column is None or column in schema[name], (name, column)
        if table.get("facets"):
            assert name not in BIG
        if name in BIG - {"endpoints"}:
            assert table["hidden"], name


def test_descriptions_of_views_are_those_of_the_source(described):
    assert {view.name: view.description for view in VIEWS} == {
        view.name: described["tables"][view.name]["description"] for view in VIEWS
    }


def test_questions_run(described, filled):
    with sqlite3.connect(filled.path) as connection:
        for name, query in described["queries"].items():
            assert query["title"], name
            assert query["description"].endswith("."), name
            asked = re.findall(r"(?<!:):(\w+)", query["sql"])
            connection.execute(query["sql"], dict.fromkeys(asked, "1")).fetchall()


def test_every_rule_has_something_to_ask_for():
    engine = pytest.importorskip("auditor.engine")
    assert {rule.id for rule in engine.rule_facts()} <= set(ASKS)

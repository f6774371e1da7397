"""Shared by the tests of the policy reader: the scorer of the shared data, and a short way to read a text."""

from __future__ import annotations

import importlib.util
import json

import pytest

from auditor.policy.read import read_policy
from auditor.policy.serialise import declaration_to_json


@pytest.fixture(scope="session")
def policies(shared):
    return shared / "policies"


@pytest.fixture(scope="session")
def scorer(policies):
    spec = importlib.util.spec_from_file_location("policy_score", policies / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def schema(policies):
    return json.loads((policies / "policy.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def gold(policies):
    def load(name):
        return json.loads((policies / "gold" / f"{name}.json").read_text(encoding="utf-8"))

    return load


@pytest.fixture(scope="session")
def declared(policies, gold):
    """The declaration of a shared document as JSON; each document is read once."""
    known = {}

    def read(name):
        if name not in known:
            path = policies / gold(name)["document"]["file"]
            known[name] = declaration_to_json(read_policy(path.read_bytes(), name=path.name))
        return known[name]

    return read


@pytest.fixture
def read():
    """Reads a text as a policy."""

    def from_text(text, **options):
        return read_policy(text.encode("utf-8"), **options)

    return from_text


@pytest.fixture
def claims(read):
    """(type, subject kind, subject value) of every claim of a text."""

    def of(text):
        return {(c.type, c.subject_kind, c.subject_value) for c in read(text).claims}

    return of


@pytest.fixture
def categories(read):
    """{canonical category: scope ids} of a text."""

    def of(text):
        return {c.canonical.value: c.scope_ids for c in read(text).categories}

    return of

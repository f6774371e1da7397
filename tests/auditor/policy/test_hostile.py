"""Any bytes give a declaration or a clear error, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.model import PolicyError
from auditor.policy.read import read_policy
from auditor.policy.serialise import declaration_to_json

PROBLEMS = {name: name for name in ("too_large", "binary", "empty", "login")}
PIECES = st.sampled_from(
    [
        "cookies", "We use cookies", "category 1 and 2", "|", "| --- |", "\n", "\t", "**", "](", "[", "<table>",
        "<tr><td>", "</p>", "<li>", "# ", "1. ", "- ", "_ga", "2 years", "until", "www.example.com", "@", "\\",
        "https://x.eu/a?b=c", "&amp;", "{", "}", "*", "strictly necessary", "may be shared with third parties", "…",
        "\u200b", "\x00", "𝔘", "e\u0301", "ǅ", "İ", "ß",
    ]
)  # fmt: skip


def outcome(content):
    """What reading some bytes gives: a valid declaration, or a known problem."""
    try:
        declaration = read_policy(content)
    except PolicyError as error:
        return {"problem": PROBLEMS[error.problem]}
    text = declaration.text
    shown = declaration_to_json(declaration)
    quotes = [
        q
        for key in ("scopes", "categories", "services", "cookies", "consent", "claims")
        for i in shown[key]
        for q in i["evidence"]
    ]
    assert all(text[q["start"] : q["end"]] == q["quote"] for q in quotes)
    return shown


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=3000))
def test_any_bytes(content):
    outcome(content)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=2000))
def test_any_text(text):
    outcome(text.encode("utf-8", "replace"))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=80), st.booleans())
def test_any_mix_of_markup(pieces, spaced):
    outcome((" " if spaced else "").join(pieces).encode("utf-8", "replace"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=60))
def test_any_mix_in_a_page(pieces):
    outcome(
        ("<!doctype html><body><p>We use cookies on our website.</p>" + " ".join(pieces)).encode("utf-8", "replace")
    )


def test_declarations_of_fuzzed_documents_are_valid(schema):
    import jsonschema

    table = "| Name | Expiry |\n|---|---|\n| [a](b) _x | 2 years |\n| *.x.com | \\| |\n"
    text = f"# Cookies\n\n{table}\nWe use category 1 cookies on the app."
    jsonschema.validate(outcome(text.encode()), schema)


# Each of these repeats something that a careless pattern would go over again and again.
REPEATED = [
    "cookies ",
    "we use cookies and ",
    "category 1, 2, 3 and ",
    "[a](",
    "[[[[",
    "**",
    "<div>",
    "<td>",
    "| a ",
    "a.a.a.",
    "1 2 3 4 ",
    "( ",
    "\\",
    "&amp",
    "_-",
    "may be set by third parties ",
    "strictly necessary, functional, ",
    "https://",
    "x@",
    "\t",
    "2 years ",
    "Last updated: ",
    "\n- a: b",
    "' \" ",
]


@pytest.mark.parametrize("piece", REPEATED)
def test_time_is_linear(piece):
    def seconds(size):
        content = ("Cookie policy of our website. " + piece * (size // len(piece))).encode()
        started = time.process_time()
        outcome(content)
        return time.process_time() - started

    seconds(2_000)
    small, large = seconds(25_000), seconds(100_000)
    assert large < 8 * max(small, 0.15), (small, large)


def test_a_large_page_is_read_in_bounded_time():
    row = "<tr><td>_ga_{n}</td><td>Google</td><td>Counts visits of our website</td><td>2 years</td></tr>"
    prose = "<p>These cookies collect information about how you use our website. We may share it with partners.</p>"
    page = (
        "<!doctype html><body><h1>Cookie policy</h1><h2>Analytics cookies</h2><table><tr><th>Name</th><th>Provider</th>"
    )
    page += (
        "<th>Purpose</th><th>Expiry</th></tr>" + "".join(row.replace("{n}", str(n)) for n in range(22_000)) + "</table>"
    )
    page += prose * 29_000
    content = page.encode()
    assert 5_000_000 < len(content) < 10_000_000
    started = time.process_time()
    declaration = read_policy(content)
    assert time.process_time() - started < 20  # the aim is 10; machines that run tests are busy
    assert declaration.cookies

"""The pages that one looks things up in: services, cookies, runs, changes and policy documents."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import model as m
from db.site import documents, runs
from db.site import text as text_of_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx


def words(response: httpx.Response) -> str:
    """The text of a page, white space folded."""
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def test_all_services_with_the_vendors_they_are_on(site):
    page = site.get("/services")
    said = words(page)
    assert "1 service" in said
    assert "AdRoll" in said
    assert 'href="/services?name=AdRoll"' in page.text


def test_one_service_across_vendors(site):
    said = words(site.get("/services", params={"name": "AdRoll"}))
    assert "Seen on 1 vendor in the last judged runs ." in said or "Seen on 1 vendor in the last judged runs." in said
    assert "__adroll" in said
    assert "Vendor Office run 2" in said
    assert "service:AdRoll" in said
    assert "Declared and not observed" not in said
    assert site.get("/services", params={"name": "Nobody"}).status_code == 404


def test_one_cookie_across_vendors(site, records):
    page = site.get("/cookies", params={"name": "session"})
    said = words(page)
    assert "Seen on 1 vendor in the last judged runs." in said
    assert "strictly necessary session cookie" in said
    assert records.SENTENCE in said
    assert "cookie_sightings?name=session" in page.text
    for nobody in ("/cookies", "/cookies?name=nobody"):
        assert site.get(nobody).status_code == 404


def test_runs_and_how_one_went(site):
    assert "Run 2" in words(site.get("/runs"))
    said = words(site.get("/runs/2"))
    assert "partial , 4 of 4 planned visits stored, 1 question left undecided." in said
    assert "What changed since run 1" in said
    assert "Dead Host 0 of 1 nothing was seen" in said
    assert "unreachable : the name does not resolve" in said
    assert "dead , as a whole before_choice" in said
    assert "third-party cookies allowed" in said
    assert site.get("/runs/77").status_code == 404


def test_what_changed_between_runs(site):
    said = words(site.get("/runs/1/2"))
    assert "New 1" in said
    assert "Gone 1" in said
    assert "Back again 0" in said
    assert "1 finding is as before." in said
    assert said == words(site.get("/runs/2/1"))
    assert site.get("/runs/1/77").status_code == 404


def test_a_finding_that_could_not_be_judged_again_is_not_called_gone(filled, records):
    """The site was down in the second run: nothing is gone."""
    with records.Store(filled.path) as store:
        run = records.start(store)
        empty = m.Audit(
            vendor=records.VENDOR.id, run=run, sites_seen=(), findings=(), undecided=(), items=(), declarations=()
        )
        store.finish_run(run, m.RunStatus.PARTIAL)
        store.save_audit(empty)
        database = store._database
        found = runs.diff(database.conn, filled.run, run)
    assert found is not None
    assert found["counts"] == {"new": 0, "returned": 0, "worse": 0, "gone": 0, "unknown": 2}


def test_a_finding_that_got_worse(filled, records):
    with records.Store(filled.path) as store:
        run = records.start(store)
        store.finish_run(run, m.RunStatus.COMPLETE)
        milder = records.audit(filled.run)
        kept = tuple(replace(each, severity=m.Severity.LOW) for each in milder.findings)
        store.save_audit(replace(milder, findings=kept))
        store.save_audit(records.audit(run))
        found = runs.diff(store._database.conn, filled.run, run)
    assert found is not None
    assert found["counts"] == {"new": 0, "returned": 0, "worse": 2, "gone": 0, "unknown": 0}


def test_a_policy_with_its_statements_in_place(site, records):
    page = site.get(f"/policies/{records.DIGEST}")
    assert f"<mark>{records.SENTENCE}</mark>" in page.text
    assert page.text.count(f"<mark>{records.SENTENCE}</mark>") == 1
    assert 'href="#statement-1" aria-label="statement 1"' in page.text
    said = words(page)
    assert "Disclosure level: categories . Language en. Dated 2026-03 by the vendor." in said
    assert "Silent on retention." in said
    assert "Strictly Necessary strictly necessary" not in said.replace(" · ", " ")
    assert site.get(f"/policies/{'0' * 64}").status_code == 404


def test_two_versions_of_a_policy(site, records):
    said = words(site.get(f"/policies/{records.DIGEST}/{records.DIGEST}"))
    assert "Nothing that was read from it changed." in said
    assert "The texts are the same" in said


def statement(number: int, kind: str, label: str, **more: object) -> dict[str, object]:
    base = {"category": None, "detail": None, "scopes": [], "quote": None, "quote_start": None, "quote_end": None}
    return {**base, "number": number, "kind": kind, "label": label, **more}


def test_meaning_is_compared_and_not_order():
    before = {"statements": [statement(1, "service", "AdRoll", category="targeting"), statement(2, "claim", "none")]}
    after = {
        "statements": [
            statement(1, "service", "Hotjar", category="performance"),
            statement(2, "service", "adroll", category="strictly_necessary"),
        ]
    }
    found = documents.compared(before, after)
    assert [row["label"] for row in found["added"]] == ["Hotjar"]
    assert [row["label"] for row in found["removed"]] == ["none"]
    assert [(old["category"], new["category"]) for old, new in found["changed"]] == [
        ("targeting", "strictly_necessary")
    ]
    assert found["same"] == 0


def test_changed_lines():
    assert documents.changed_lines("a\nb\n\nc", "a\nB\nc") == [("@", ""), ("-", "b"), ("+", "B")]
    assert documents.changed_lines("a\n", "a") == []
    assert documents.changed_lines("-- x", "++ y") == [("@", ""), ("-", "-- x"), ("+", "++ y")]


@pytest.fixture
def text() -> str:
    return "One two three four."


def test_overlapping_quotes_are_marked_together(text):
    pieces = documents.annotated(
        text,
        [
            statement(1, "claim", "x", quote="One two", quote_start=0, quote_end=7),
            statement(2, "claim", "y", quote="two three", quote_start=4, quote_end=13),
            statement(3, "claim", "moved", quote="four", quote_start=0, quote_end=4),
        ],
    )
    assert [tuple(piece) for piece in pieces] == [
        ("One ", (1,), ()),
        ("two", (1, 2), (1,)),
        (" three", (2,), (2,)),
        (" four.", (), ()),
    ]


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8)


@given(st.text(max_size=30), SPANS)
def test_annotation_loses_no_text(text, spans):
    said = [
        statement(number, "claim", "x", quote=text[start:end], quote_start=start, quote_end=min(end, len(text)))
        for number, (start, end) in enumerate(spans, 1)
        if start < min(end, len(text))
    ]
    pieces = documents.annotated(text, said)
    assert "".join(piece.text for piece in pieces) == text
    for row in said:
        assert "".join(piece.text for piece in pieces if row["number"] in piece.numbers) == row["quote"]
        assert sum(row["number"] in piece.ends for piece in pieces) == 1


def hostile_paths(client: httpx.Client) -> Iterator[str]:
    items = client.get("/hostile/observed_items.json", params={"_shape": "array", "_size": "max"}).json()
    readings = client.get("/hostile/readings.json", params={"_shape": "array"}).json()
    yield from ("/services", "/runs", "/runs/1", "/runs/1/9")
    for row in items:
        yield f"/services?{urlencode({'name': row['service'] or ''})[:60_000]}"
        yield f"/cookies?{urlencode({'name': row['name']})[:60_000]}"
    yield from (f"/policies/{row['sha256']}" for row in readings)


def test_hostile_names_reach_their_pages_as_text(hostile_site):
    for path in hostile_paths(hostile_site):
        answer = hostile_site.get(path)
        assert answer.status_code in (200, 404), path[:200]
        assert b"<script" not in answer.content
        assert b"onerror=alert" not in answer.content.replace(b"&#34;&gt;&lt;img src=x onerror=alert", b"")


def test_names_of_cookies_are_not_put_into_words():
    assert text_of_site.said(statement(1, "cookie", "_ga_*", detail="Google · 2_years"), "label") == "_ga_*"
    assert text_of_site.said(statement(1, "cookie", "_ga_*", detail="Google · 2_years"), "detail") == "Google · 2_years"
    assert text_of_site.said(statement(1, "contradiction", "__cf_bm"), "label") == "__cf_bm"
    assert text_of_site.said(statement(1, "claim", "no_personal_data"), "label") == "no personal data"
    assert text_of_site.said(statement(1, "technology", "web_beacons", detail="used"), "detail") == "used"

"""A database full of hostile strings, attacks on the server, and what must never be served."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from db.site.security import FormulaGuard

if TYPE_CHECKING:
    import httpx

OWN = ("/", "/rules", "/hostile", *(f"/vendors/vendor-{number}" for number in range(10)))


def tables(project) -> list[str]:
    described = json.loads((project / "datasette-metadata.json").read_text())["databases"]["consent-audit"]
    return [*described["tables"], *described["queries"]]


def findings(path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [f"/findings/{row[0]}" for row in connection.execute("SELECT fingerprint FROM findings")]


def harmless(page: httpx.Response) -> None:
    """No script, no handler, no address that runs; and nothing that the templates would evaluate."""
    tree = html.fromstring(page.content)
    assert tree.xpath("//script | //iframe | //object | //embed | //style | //base") == []
    assert [name for name in tree.xpath("//@*") if name.attrname.startswith("on") or name.attrname == "style"] == []
    for address in tree.xpath("//@href | //@src | //@action"):
        assert address.startswith(("/", "#", "?", "http://", "https://")), address
    assert tree.xpath("//img[not(starts-with(@src, '/-/artifact/'))]") == []
    assert "\u202e" not in page.text
    assert "\x00" not in page.text
    assert tree.xpath("//title")[0].text != "run"


def test_own_pages(hostile_site, hostile):
    for path in (*OWN, *findings(hostile)):
        page = hostile_site.get(path)
        assert page.status_code == 200, path
        harmless(page)
        assert "{{ 7 * 7 }}" in page.text or path != "/vendors/vendor-3"


def test_tables(hostile_site, project):
    for name in tables(project):
        asked = {"vendor_id": "vendor-5", "run_id": "3", "name": '"><img src=x>', "service": "=1"}
        page = hostile_site.get(f"/hostile/{name}", params=asked if name in ("open_findings", "service") else {})
        assert page.status_code == 200, name
        harmless(page)
        document = hostile_site.get(f"/hostile/{name}.json", params={"_shape": "array"})
        assert document.status_code == 200
        json.loads(document.text)


@pytest.fixture
def csv_reads_long_fields():
    before = csv.field_size_limit(10_000_000)
    yield
    csv.field_size_limit(before)


@pytest.mark.usefixtures("csv_reads_long_fields")
def test_csv_has_no_formulas(hostile_site, project):
    seen = 0
    for name in tables(project):
        answer = hostile_site.get(f"/hostile/{name}.csv", params={"_size": "max"})
        assert answer.status_code == 200
        for row in csv.reader(io.StringIO(answer.text, newline="")):
            for cell in row:
                seen += cell.startswith(("'=", "'+", "'@", "'\t"))
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (name, cell[:80])
    assert seen > 50


CELLS = st.text(st.sampled_from("=+-@\t\r\n\",'ab1 é"), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=5), st.integers(1, 7))
def test_the_formula_guard_changes_nothing_else(rows, size):
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    document = written.getvalue().encode()
    guard = FormulaGuard()
    out = b"".join(guard.feed(document[place : place + size]) for place in range(0, len(document), size)).decode()
    expected = [[f"'{cell}" if cell.startswith(tuple("=+-@\t\r")) else cell for cell in row] for row in rows]
    assert list(csv.reader(io.StringIO(out, newline=""))) == expected


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/-/metadata.json", 404),
        ("/-/settings.json", 404),
        ("/-/databases.json", 404),
        ("/-/plugins.json", 404),
        ("/-/threads.json", 404),
        ("/-/permissions", 404),
        ("/-/allow-debug", 404),
        ("/-/patterns", 404),
        ("/hostile.db", 403),
        ("/hostile?sql=select+1", 403),
        ("/hostile.json?sql=select+1", 403),
        ("/hostile/findings.json?_where=1", 403),
        ("/hostile?sql=attach+database+'/etc/passwd'+as+x", 400),
        ("/_memory", 404),
        ("/_internal", 403),
        ("/-/audit/../../serve.py", 404),
        ("/-/audit/%2e%2e/serve.py", 404),
        ("/-/audit/..%2fserve.py", 404),
    ],
)
def test_what_is_closed(hostile_site, path, status):
    assert hostile_site.get(path).status_code == status


def test_nothing_can_be_written(hostile_site):
    for path in ("/hostile/findings", "/hostile/open_findings", "/", "/vendors/vendor-0"):
        assert hostile_site.post(path, data={"status": "fixed"}).status_code == 405
        assert hostile_site.delete(path).status_code == 405


@pytest.mark.parametrize(
    "path", ["/", "/hostile/findings", "/hostile/findings.json", "/nothing", "/-/settings", "/-/healthz"]
)
def test_every_answer_is_strict(hostile_site, path):
    headers = hostile_site.get(path).headers
    assert "script-src" not in headers["content-security-policy"]
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers or "uvicorn" in headers["server"]
    assert all("httponly" in value.lower() for value in headers.get_list("set-cookie"))


def test_hostile_requests_are_answered_without_accidents(hostile_site):
    for path in (
        "/hostile/findings?_sort=%00",
        "/hostile/findings?_next=%ff%fe",
        "/hostile/findings?severity=<script>alert(1)</script>",
        "/hostile/findings?_facet=<script>",
        "/hostile/mismatches?_filter_column=<script>&_filter_op=exact&_filter_value=x",
        "/hostile/findings/%00",
        "/hostile/open_findings?vendor_id=%00%ff",
        "/%00",
        "/vendors/%3Cscript%3E",
        "/hostile/requests?_size=max&_facet=beacon",
    ):
        answer = hostile_site.get(path)
        assert answer.status_code < 500, path
        assert b"<script" not in answer.content

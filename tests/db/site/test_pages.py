"""The pages over real HTTP: what they say, and what they say when nothing was seen."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest

from auditor import model as m
from db import health
from db.site import vendors
from db.site.queries import dashboard
from db.site.serve import build_app
from db.site.text import day
from db.store import Store


def words(response: httpx.Response) -> str:
    """The text of a page, white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def test_the_dashboard_says_what_is_open_and_what_was_not_seen(site):
    page = site.get("/")
    assert page.status_code == 200
    said = words(page)
    assert "2 open findings on 1 vendor" in said
    assert "run 2" in said
    assert "1 finding from earlier runs is gone" in said
    assert "Dead Host nothing was seen 0 0 of 1 1" in said
    assert "unreachable : the name does not resolve" in said
    assert "Nothing new" not in said
    assert 'href="/consent-audit/mismatches?is_open=1&amp;severity=critical"' in page.text


def test_the_dashboard_lists_the_first_of_many_visits_without_evidence(published, tmp_path):
    path = tmp_path / "many.db"
    shutil.copy(published, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(visits)")]
        taken = ", ".join({"id": "NULL", "repetition": "repetition + ?"}.get(name, name) for name in columns)
        for number in range(1, 25):
            database.execute(f"INSERT INTO visits SELECT {taken} FROM visits WHERE id = (SELECT max(id) FROM visits"
                             " WHERE outcome = 'unreachable' AND repetition = 1)", [number])  # fmt: skip
        database.execute("UPDATE run_vendor_summary SET visits = 25 WHERE vendor_id = 'dead'")
        database.row_factory = sqlite3.Row
        found = dashboard(database)
    assert (len(found["not_seen"]), found["not_seen_total"]) == (20, 25)


def test_a_vendor_page_shows_both_sides(site, records):
    page = site.get("/vendors/vendor")
    assert page.status_code == 200
    said = words(page)
    assert "2 open findings : ◆ 1 critical , ▲ 1 high . Run 2" in said
    assert "1 finding gone" in said
    assert "targeting 1 ▲ without consent 1 cookie 1 ▲ without consent 1 cookie 1 1 cookie" in said
    assert "onetrust, 2 layers 1 / 2 3 done, proven" in said
    assert "strictly necessary as “Strictly Necessary”" in said
    assert f"<mark>{records.SENTENCE}</mark> They are needed" in page.text
    assert "25&nbsp;% of the window; the page cannot be scrolled until it is answered" in said
    assert "“Accept all”: button on layer 1, 16 px bold, text contrast 7.5" in said
    assert "Adverts: on; Needed: unknown, locked, essential" in said
    assert "1 use of functions that can tell browsers apart" in said
    assert page.text.count("(HAR)</a>") == 3
    assert "4 statements read from it" in said
    assert "Every rule gave an answer." in said
    assert page.text.count("<figure") == 5


def test_the_numbers_of_the_matrix_lead_to_as_many_items(site):
    page = site.get("/vendors/vendor")
    cells = re.findall(r'<td data-label="[^"]*"><a href="([^"]+)"><strong>(\d+)</strong>', page.text)
    assert len(cells) == 6
    for address, number in cells:
        asked = unescape(address)
        assert "/items?" in asked
        assert len(site.get(asked.replace("/items?", "/items.json?"), params=None).json()["rows"]) == int(number), asked


def test_a_vendor_that_was_not_seen_is_not_called_clean(site):
    said = words(site.get("/vendors/dead"))
    assert "Nothing was seen." in said
    assert "No open findings" not in said
    assert "not seen: unreachable" in said
    assert "none found" not in said.replace("none found – – none made", "")
    assert "unreachable the vendor as a whole before_choice" in said


def fingerprint(site: httpx.Client, rule: str) -> str:
    (row,) = site.get("/consent-audit/mismatches.json", params={"_shape": "array", "rule": rule}).json()
    return str(row["fingerprint"])


def test_a_finding_page_shows_the_quote_in_its_context(site, records):
    page = site.get(f"/findings/{fingerprint(site, 'undeclared_category')}")
    assert page.status_code == 200
    assert f"<mark>{records.SENTENCE}</mark> They are needed to sign you in." in page.text
    said = words(page)
    assert "First seen" in said
    assert "on 2 of 2 judged runs since then" in said
    assert "GDPR art. 13" in said
    assert "declare the category for it and ask for consent" in said


def test_a_finding_page_resolves_its_evidence(site):
    page = site.get(f"/findings/{fingerprint(site, 'tracker_before_choice')}")
    said = words(page)
    assert "request , 1.79 s after the visit began, before any choice" in said
    assert "Request GET https://d.adroll.com/cm/index/out?advertisable= &amp;e=" in said.replace(
        "advertisable=&", "advertisable= &"
    )
    assert "Caused by https://s.adroll.com/j/roundtrip.js" in said
    assert "Beacon pixel: image of 1 by 1 pixel" in said
    assert "SECRET" not in page.text
    gone = site.get(f"/findings/{fingerprint(site, 'before_choice')}")
    said = words(gone)
    assert "gone" in said
    assert "Lifetime 400 days; asked for 2 years" in said
    assert gone.text.count("<figure") == 1
    # Request by request to the page, which was itself requested at that moment.
    assert "https://office.vendor.example/ GET, document, status 200, 1.79 s after the visit began" in said


def test_an_accident_is_logged_and_not_shown(tmp_path, records, caplog):
    path = tmp_path / "audit.db"
    with Store(path) as store:
        records.fill(store)
        (mark,) = {each.fingerprint for each in store.findings(rule="undeclared_category")}
    with records.serving(path) as address:
        text = store.artifacts.path(sqlite3.connect(path).execute("SELECT text_sha256 FROM readings").fetchone()[0])
        text.unlink()
        page = httpx.get(f"{address}/findings/{mark}")
        assert page.status_code == 200
        assert f"<mark>{records.SENTENCE}</mark></blockquote>" in page.text
        assert "the text around it is not stored" in page.text
        with sqlite3.connect(path) as connection:
            connection.execute("DROP VIEW mismatches")
        for ending, said in (("", "This page could not be made."), ("vendors/vendor", "This page could not be made.")):
            page = httpx.get(f"{address}/{ending}")
            assert page.status_code == 500
            assert said in page.text
            assert "mismatches" not in page.text
    assert "no such table: mismatches" in caplog.text


def test_an_unproven_choice_is_said_to_be_one(tmp_path, records):
    path = tmp_path / "audit.db"
    with Store(path) as store:
        run = records.start(store)
        made = records.visit(m.Scenario.REJECT_ALL)
        choice = m.Choice(wanted=m.Wanted.REJECT, outcome=m.ChoiceOutcome.DONE, method="heuristic")
        store.save_visit(run, replace(made, choice=choice), records.artifacts(made))
        store.finish_run(run, m.RunStatus.PARTIAL)
    with records.serving(path) as address:
        said = words(httpx.get(f"{address}/vendors/vendor"))
    assert "After refusing the choice was not proven" in said
    assert "This run has not been judged yet" in said
    assert "done, not proven" in said


def test_rules_are_explained(site):
    page = site.get("/rules")
    assert page.status_code == 200
    assert 'id="before_choice"' in page.text
    assert "CJEU C-673/17 (Planet49)" in page.text
    assert page.text.count("a hint: it rests on shapes and rules of thumb") == 1


def test_the_links_to_open_findings_lead_to_them(site):
    tile = r'href="/consent-audit/(mismatches\?is_open=1&amp;severity=\w+)"><span class="number">(\d+)<'
    counts = re.findall(tile, site.get("/").text)
    assert len(counts) == 5
    assert sum(int(number) for _, number in counts) == 2
    for link, number in counts:
        path, _, query = unescape(link).partition("?")
        assert len(site.get(f"/consent-audit/{path}.json?_shape=array&{query}").json()) == int(number)


def test_vendors_are_found_by_their_number_of_findings(site):
    address = "/consent-audit/vendor_status.json?_shape=array"
    for vendor in site.get(address).json():
        same = site.get(f"{address}&id={vendor['id']}&critical={vendor['critical']}&high={vendor['high']}").json()
        assert same == [vendor]


def test_hints_and_what_is_inferred_can_be_told_apart(site):
    hints = site.get("/consent-audit/rules.json?_shape=array&heuristic=1").json()
    assert [(rule["id"], rule["version"]) for rule in hints] == [("undeclared_category", 1)]
    found = site.get("/consent-audit/mismatches.json?_shape=array&layer__lte=4&heuristic=0").json()
    assert {(row["rule"], row["rule_version"], row["layer"]) for row in found} == {
        ("before_choice", 1, 1),
        ("tracker_before_choice", 1, 1),
    }


@pytest.mark.parametrize(
    "path",
    ["/vendors/none", "/vendors/UPPER", "/findings/0" * 2, f"/findings/{'0' * 64}", "/nothing", "/consent-audit/none"],
)
def test_what_is_not_there_is_said_so(site, path):
    page = site.get(path)
    assert page.status_code == 404
    assert "Not found" in page.text
    assert "Traceback" not in page.text


def test_every_table_view_and_question_is_page_json_and_csv(site, project):
    described = json.loads((project / "datasette-metadata.json").read_text())["databases"]["consent-audit"]
    parameters = {"vendor_id": "vendor", "run_id": 2, "name": "__adroll", "service": "AdRoll"}
    parameters |= {"site": "https://office.vendor.example/", "category": "targeting"}
    parameters |= {"scenario": "accept_all", "phase": "after_accept"}
    for name in (*described["tables"], *described["queries"]):
        for suffix in ("", ".json", ".csv"):
            asked = parameters if name in described["queries"] else {}
            assert site.get(f"/consent-audit/{name}{suffix}", params=asked).status_code == 200, (name, suffix)
    for name in described["queries"]:
        rows = site.get(f"/consent-audit/{name}.json", params={"_shape": "array", **parameters, "run_id": 2}).json()
        assert rows or name == "undeclared", name


def test_an_empty_database_has_a_first_page(tmp_path, records):
    path = tmp_path / "vendors.db"
    Store(path).close()
    with records.serving(path) as address:
        page = httpx.get(address)
        assert page.status_code == 200
        assert "No vendor has been visited yet" in page.text
        assert httpx.get(f"{address}/rules").status_code == 200
        assert httpx.get(f"{address}/vendors-db/runs.json").json()["rows"] == []
        assert httpx.get(f"{address}/-/healthz").json() == {
            "status": "unhealthy",
            "reasons": ["no vendor was ever visited"],
        }


def test_a_run_that_has_just_begun_is_not_a_clean_one(tmp_path, records):
    path = tmp_path / "audit.db"
    with Store(path) as store:
        records.start(store)
    with records.serving(path) as address:
        overview, run, vendor = (words(httpx.get(address + at)) for at in ("/", "/runs/1", "/vendors/vendor"))
        runs = words(httpx.get(f"{address}/runs"))
    assert "Nothing has been seen" in overview
    assert "No open findings" not in overview
    assert "Nothing new" not in overview
    assert "running, 0 of 3 planned visits stored" in overview
    assert "No visit is stored yet." in run
    assert "Nothing has been judged yet." in run
    assert "Nothing was seen. No run yet." in vendor
    assert "No run is finished yet." in vendor
    assert re.search("Run 1 , .*: running, 0 of 3 planned visits stored", runs)


def test_only_our_databases_are_published(tmp_path):
    with pytest.raises(m.StoreError, match="no database"):
        build_app(tmp_path / "none.db")
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (id INTEGER)")
    with pytest.raises(m.StoreError, match="another program"):
        build_app(other)


def test_artifacts_are_served_by_digest(site, published, records):
    shot = next(
        path for path in published.with_name("consent-audit-artifacts").rglob("?" * 64) if b"IHDR" in path.read_bytes()
    )
    answer = site.get(f"/-/artifact/{shot.name}")
    assert answer.status_code == 200
    assert answer.content == shot.read_bytes()
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    policy = site.get(f"/-/artifact/{records.DIGEST}")
    assert policy.headers["content-type"] == "application/octet-stream"
    assert policy.headers["content-disposition"].startswith("attachment")
    good = shot.read_bytes()
    try:
        shot.write_bytes(good + b"!")
        assert site.get(f"/-/artifact/{shot.name}").status_code == 410
    finally:
        shot.write_bytes(good)
    assert site.get(f"/-/artifact/{'0' * 64}").status_code == 404
    assert site.get("/-/artifact/..%2f..%2faudit.db", follow_redirects=True).status_code == 404


def test_health_over_http(site):
    assert site.get("/-/healthz").status_code == 200
    assert site.get("/-/healthz").json() == {"status": "ok", "reasons": []}


def test_metrics_over_http(site):
    answer = site.get("/-/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert "consent_audit_healthy 1" in lines
    assert "consent_audit_vendors 2" in lines
    assert 'consent_audit_open_findings{severity="critical"} 1' in lines
    assert 'consent_audit_open_findings{severity="high"} 1' in lines
    assert 'consent_audit_runs{status="partial"} 1' in lines
    assert 'consent_audit_vendor_failures{vendor="dead"} 0' in lines
    names = {line.partition(" ")[0].partition("{")[0] for line in lines if not line.startswith("#")}
    assert names <= {line.split()[2] for line in lines if line.startswith("# TYPE ")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", timedelta(days=7)),
        ("12h", timedelta(hours=12)),
        ("30m", timedelta(minutes=30)),
        ("2w", timedelta(weeks=2)),
    ]
    + [(bad, None) for bad in (None, "", "7", "d7", "7 d", "9999999d")],
)
def test_cadences(text, expected):
    assert health.period_of(text) == expected


def test_health_needs_runs_younger_than_their_cadence(store, records):
    run = records.start(store)
    connection = sqlite3.connect(store.path)
    now = datetime.now(UTC)
    assert health.reasons(connection, now) == ["vendor: no run ever ended"]
    store.finish_run(run, m.RunStatus.FAILED)
    assert health.reasons(connection, now) == ["vendor: no run ever ended"]
    store.finish_run(run, m.RunStatus.PARTIAL)
    assert health.reasons(connection, datetime.now(UTC) + timedelta(days=10)) == []
    late = datetime.now(UTC) + timedelta(days=11)
    (reason,) = health.reasons(connection, late)
    assert reason == "vendor: the last run ended 11 days ago, which is more than 1.5 times its cadence of 7d"
    connection.close()


def test_a_vendors_runs_stand_on_one_axis(tmp_path, records):
    """Policy texts, consent tools, findings new and gone; a run that saw nothing changes none of it."""
    path = tmp_path / "audit.db"
    with Store(path) as store:
        first = records.fill(store)
        for number, (tool, outcome) in enumerate([("onetrust", m.Outcome.TIMEOUT), ("klaro", m.Outcome.OK)]):
            run = records.start(store, plan=records.PLAN[:1])
            made = records.visit()
            banner = replace(made.banner, cmp=tool)
            store.save_visit(run, replace(made, banner=banner, outcome=outcome), records.artifacts(made))
            store.save_policy(run, records.policy(content=b"Another text." if number else records.POLICY.encode()))
            store.finish_run(run, m.RunStatus.PARTIAL)
            known = records.audit(run, findings=records.audit(run).findings[:1], undecided=())
            store.save_audit(known if number else replace(known, sites_seen=(), findings=(), items=()))
    with closing(sqlite3.connect(path)) as connection:
        page = vendors.vendor(connection, "vendor")
    assert page is not None
    assert [
        (run["run_id"] - first, run["platforms"], run["new_platforms"], len(run["texts"]), run["new"], run["gone"])
        for run in page["timeline"]
    ] == [(0, "onetrust", False, 1, 2, 0), (1, None, False, 0, 0, 0), (2, "klaro", True, 1, 0, 1)]
    with records.serving(path) as address:
        said = words(httpx.get(f"{address}/vendors/vendor"))
    assert "1 finding seen, 1 gone, 1 new policy text, consent tool now klaro." in said
    assert "nothing was seen." in said
    # The run that saw nothing has no number of findings: a zero would say that it had looked.
    assert f"{page['timeline'][1]['run_id']}, {day(page['timeline'][1]['started_at'])}: nothing was seen 0" not in said
    assert f"Run {first + 1}, {day(page['timeline'][1]['started_at'])}: nothing was seen ? {first + 1}" in said


def test_a_list_of_the_worst_findings_says_how_many_there_are(tmp_path, records):
    path = tmp_path / "audit.db"
    with Store(path) as store:
        run = records.start(store)
        store.finish_run(run, m.RunStatus.COMPLETE)
        store.save_rules(records.RULES)
        many = tuple(
            records.finding(subject=f"cookie:c{number}@vendor.example", fingerprint="") for number in range(25)
        )
        store.save_audit(records.audit(run, findings=many, undecided=()))
        store.save_audit(records.audit(run, findings=many, undecided=()))
    with records.serving(path) as address:
        page = httpx.get(address)
    said = words(page)
    assert "25 open findings on 1 vendor" in said
    assert re.search(r"Observed category is not declared × 25 ", said) is not None
    assert "15 more findings of this kind" in said
    assert "All open findings of this rule" in said
    assert "The 20 most severe of 25 : all that is new" in said.replace("25:", "25 :")


def test_every_address_of_the_pages_leads_somewhere(site):
    """Every link of the site's own pages and of the first page of its tables, once."""
    seen, waiting = {"/"}, ["/"]
    while waiting:
        at = waiting.pop()
        page = site.get(at)
        assert page.status_code == 200, at
        if "html" not in page.headers["content-type"] or at.startswith("/consent-audit/"):
            continue
        ids = set(re.findall(r'id="([^"]+)"', page.text))
        for found in map(unescape, re.findall(r'(?:href|src)="([^"]*)"', page.text)):
            target, _, part = found.partition("#")
            assert target or part in ids, (at, found)
            if target.startswith("/") and target not in seen:
                seen.add(target)
                waiting.append(target)
    assert len(seen) > 100


def test_vendors_lead_to_their_pages(site):
    for at in ("vendor_status", "visit_coverage"):
        assert '<a href="/vendors/vendor">vendor</a>' in site.get(f"/consent-audit/{at}").text


def test_times_in_cells_are_readable(site):
    page = site.get("/consent-audit/runs")
    assert re.search(r'<time datetime="20[^"]+\+00:00">20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC</time>', page.text)


def test_a_row_has_its_columns_one_below_the_other(site):
    page = site.get("/consent-audit/runs/1")
    assert "<h1>Runs: 1</h1>" in page.text
    assert "<table" not in page.text
    assert '<dt title="When it began, UTC.">started_at</dt>' in page.text


def test_big_views_are_counted_when_they_are_filtered(site):
    whole = site.get("/consent-audit/cookie_sightings.json").json()
    assert (whole["filtered_table_rows_count"], len(whole["rows"])) == (None, 16)
    assert "Many rows" in site.get("/consent-audit/cookie_sightings").text
    some = site.get("/consent-audit/cookie_sightings.json", params={"name": "session"}).json()
    assert some["filtered_table_rows_count"] == len(some["rows"]) == 6

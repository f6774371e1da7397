"""The demo: what is planted is found, nothing else is, and it is published."""

from __future__ import annotations

import csv
import json
import socket
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from auditor.model import Outcome
from crawler.demo.web import DemoWeb

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = [pytest.mark.browser, pytest.mark.early, pytest.mark.timeout(600)]
WEB = DemoWeb()
VENDORS = [vendor.id for vendor in WEB.vendors()]


@pytest.fixture(scope="module")
def database(call: Call, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's database, made by the command itself."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    result = call("demo", "--no-serve", "--db", path)
    assert result.returncode == 0, result.stderr
    assert "what was measured" in result.stdout
    return path


@pytest.fixture(scope="module")
def document(call: Call, database: Path) -> Any:
    """Its findings document."""
    return json.loads(call("findings", "--format", "json", "--db", database).stdout)


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_findings_are_those_that_were_planted(document: Any, vendor: str) -> None:
    keys = ("rule", "site", "subject", "phase", "severity")
    found = [
        tuple(finding[key] for key in keys)
        for finding in document["findings"]
        if finding["vendor"] == vendor and finding["severity"] != "info"
    ]
    planted = [tuple(finding[key] for key in keys) for finding in WEB.expected(vendor)]
    assert sorted(found, key=str) == sorted(planted, key=str)


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_is_undecided_is_what_was_expected(document: Any, vendor: str) -> None:
    found = {
        (each["rule"], each["site"], each.get("subject")) for each in document["undecided"] if each["vendor"] == vendor
    }
    expected = {(each["rule"], each["site"], each["subject"]) for each in WEB.expectation(vendor)["undecided"]}
    assert found == expected


@pytest.mark.parametrize("vendor", VENDORS)
def test_visits_end_as_expected(document: Any, vendor: str) -> None:
    outcomes = {row["outcome"] for row in document["coverage"] if row["vendor"] == vendor}
    assert outcomes == {WEB.expectation(vendor)["outcome"]}


def test_the_portal_of_ooma_quotes_what_it_declares(document: Any) -> None:
    (finding,) = (
        each for each in document["findings"] if each["rule"] == "undeclared_category" and each["vendor"] == "ooma"
    )
    assert (finding["site"], finding["service"]) == ("https://office.ooma.example/", "AdRoll")
    assert (
        "ategory 1 and 2" in finding["declaration"]["quote"] or "ategories 1 and 2" in finding["declaration"]["quote"]
    )
    assert finding["evidence"]


def test_every_finding_points_at_evidence_that_is_kept(document: Any) -> None:
    for finding in document["findings"]:
        assert finding["evidence"], finding["fact"]
        assert len(finding["fingerprint"]) == 64
        assert finding["presence"] == "new"
        assert finding["status"] == "open"


def test_judging_again_changes_nothing(call: Call, database: Path, document: Any) -> None:
    again = call("audit", "--json", "--db", database)
    assert again.returncode == 0
    assert json.loads(again.stdout)["findings"] == document["findings"]


def test_the_database_is_sound(call: Call, database: Path) -> None:
    result = call("db", "check", "--json", "--db", database)
    assert (result.returncode, json.loads(result.stdout)["problems"]) == (0, [])


@pytest.mark.parametrize("form", ["table", "csv", "sarif"])
def test_the_other_forms(call: Call, database: Path, document: Any, form: str) -> None:
    result = call("findings", "--format", form, "--vendor", "ooma", "--db", database)
    assert result.returncode == 0
    count = sum(finding["vendor"] == "ooma" for finding in document["findings"])
    if form == "csv":
        assert len(list(csv.reader(result.stdout.splitlines()))) == count + 1
    elif form == "sarif":
        assert len(json.loads(result.stdout)["runs"][0]["results"]) == count
    else:
        assert result.stdout.count("ooma.example") >= count


def test_no_observed_value_is_in_the_database(database: Path) -> None:
    """The demo's client ids look like Google's; no file of the installation may hold one."""
    files = [path for path in database.parent.rglob("*") if path.is_file()]
    assert len(files) > 3
    for path in files:
        assert b"GA1.1." not in path.read_bytes(), path


def test_it_is_published_until_it_is_stopped(start: Callable[..., Any], database: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    process = start("serve", "--port", str(port), "--db", database)
    address = f"http://127.0.0.1:{port}"
    assert f"on {address}/" in process.stderr.readline()
    for path, words in (("/", "ooma"), ("/vendors/ooma", "AdRoll"), ("/-/healthz", "")):
        assert words in _get(address + path, process)
    process.terminate()
    process.communicate(timeout=30)


def _get(url: str, process: Any) -> str:
    """A page, once the server listens."""
    for _ in range(100):
        assert process.poll() is None, process.stderr.read()
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                text: str = answer.read().decode()
                return text
        except ConnectionError:
            time.sleep(0.1)
        except OSError as error:
            if not isinstance(getattr(error, "reason", None), ConnectionError):
                raise
            time.sleep(0.1)
    raise AssertionError(url)


def test_outcomes_are_words_of_the_contract(document: Any) -> None:
    assert {row["outcome"] for row in document["coverage"]} <= {outcome.value for outcome in Outcome}

"""`visit`, `policy` and `doctor` from outside."""

from __future__ import annotations

import importlib.resources
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]
QUICK = "[crawl]\nsettle_ms = 300\nsettle_max_ms = 1500\npages_per_site = 1\n"
SECRET = "b7c1f0aa52de4f4e9c531f6b0a2f9e11"
PAGE = f"""<title>A</title><p>Hello</p><script>
document.cookie = '_ga={SECRET}; max-age=63072000';
localStorage.setItem('visitor', '{SECRET[::-1]}');
new Image().src = 'http://d.adroll.com/pixel/A/B?v=1&cid={SECRET}&x={SECRET[::-1]}';
</script>"""


@pytest.fixture
def vendors(pages: Any, tmp_path: Path) -> Path:
    """Settings that lead every host to the local web."""
    path = tmp_path / "vendors.toml"
    path.write_text(QUICK + pages.network(), encoding="utf-8")
    return path


def test_the_observation_record(call: Call, pages: Any, vendors: Path, tmp_path: Path) -> None:
    url = pages.put("www.a.example/", PAGE)
    pages.put("d.adroll.com/pixel/A/B", b"GIF89a", kind="image/gif")
    picture = tmp_path / "shot.png"
    result = call("visit", url, "--json", "--vendors", vendors, "--screenshot", picture)
    assert result.returncode == 0, result.stderr
    record = json.loads(result.stdout)
    schema = json.loads(importlib.resources.files("crawler.cli").joinpath("visit.schema.json").read_text("utf-8"))
    jsonschema.validate(record, schema)
    assert (record["outcome"], record["final_url"], record["title"]) == ("ok", url, "A")
    (cookie,) = (each for each in record["cookies"] if each["event"] == "set")
    assert (cookie["name"], cookie["service"], cookie["value_length"]) == ("_ga", "Google Analytics", 32)
    assert cookie["identifier"]
    (pixel,) = (each for each in record["requests"] if each["host"] == "d.adroll.com")
    assert pixel["url"] == "http://d.adroll.com/pixel/A/B?v=1&cid=[redacted]&x=[redacted]"
    assert SECRET not in result.stdout
    assert SECRET[::-1] not in result.stdout
    assert picture.read_bytes().startswith((b"\x89PNG", b"\xff\xd8", b"RIFF"))

    raw = json.loads(call("visit", url, "--json", "--raw", "--vendors", vendors).stdout)
    assert {each["value"] for each in raw["cookies"]} == {SECRET}
    assert SECRET in {each["url"] for each in raw["requests"] if "pixel" in each["url"]}.pop()


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("http://down.example/", "unreachable"),
        ("http://127.0.0.1:8999/", "refused"),
        ("http://169.254.169.254/latest/meta-data/", "refused"),
        ("http://www.closed.example/", "refused"),
        ("http://www.wall.example/", "blocked"),
        ("http://www.gone.example/", "http_error"),
    ],
)
def test_whatever_the_outcome_a_record_is_printed(
    url: str, outcome: str, call: Call, pages: Any, vendors: Path
) -> None:
    pages.put("www.closed.example/robots.txt", "User-agent: *\nDisallow: /", kind="text/plain")
    pages.put("www.wall.example/", "no", status=403)
    result = call("visit", url, "--json", "--scenario", "reject_all", "--vendors", vendors)
    assert result.returncode == 0, result.stderr
    record = json.loads(result.stdout)
    assert (record["outcome"], record["scenario"]) == (outcome, "reject_all")
    assert record["failure"]
    assert record["cookies"] == record["requests"] == []
    assert record["choice"] == {
        "wanted": "reject",
        "outcome": "failed",
        "proven": False,
        "proof": [],
        "method": None,
        "clicks": [],
    }


def test_people_get_a_table(call: Call, pages: Any, vendors: Path) -> None:
    result = call("visit", pages.put("www.a.example/", PAGE), "--vendors", vendors)
    assert result.returncode == 0
    assert "banner: none found" in result.stdout
    assert "Google Analytics" in result.stdout
    assert SECRET not in result.stdout


def test_a_policy_by_url(call: Call, pages: Any, vendors: Path) -> None:
    words = "<h1>Cookie policy</h1><p>We use targeting cookies of Google Analytics.</p>"
    url = pages.put("www.a.example/cookies", f"<div id=r></div><script>r.innerHTML = {words!r}</script>")
    result = call("policy", url, "--json", "--vendors", vendors)
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["schema"] == "policy-declaration/1"
    assert document["document"]["url"] == url
    assert "Google Analytics" in {service["name"] for service in document["services"]}
    missing = call("policy", "http://www.a.example/none", "--vendors", vendors)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "answered 404" in missing.stderr


def test_doctor(call: Call, tmp_path: Path) -> None:
    result = call("doctor", "--json", "--db", tmp_path / "a.db")
    assert result.returncode == 0, result.stdout
    checks = {check["check"]: check for check in json.loads(result.stdout)["checks"]}
    assert checks["third-party cookies"]["found"] == "allowed"
    assert checks["browser"]["state"] == checks["Python"]["state"] == checks["database"]["state"] == "ok"
    assert not (tmp_path / "a.db").exists()
    broken = call("doctor", "--browser", tmp_path / "none", "--db", tmp_path / "a.db")
    assert broken.returncode == 1
    assert "nothing can be visited" in broken.stdout

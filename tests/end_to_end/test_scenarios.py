"""The scenarios ``withdraw`` and ``gpc`` from outside; the server's log is the truth."""

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

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]
QUICK = "[crawl]\nsettle_ms = 400\nsettle_max_ms = 2000\npages_per_site = 1\n"
SITE = """<!doctype html><html lang="en"><title>A</title><main><h1>Phones</h1></main>
<footer>FOOTER</footer><div id="ask" style="position:fixed;bottom:0;left:0;right:0;padding:20px;background:#eee" hidden>
<p>We use cookies for marketing.</p><button onclick="chose(true)">Accept all</button>
<button onclick="chose(false)">Reject all</button></div><script>
const ask = () => { document.getElementById('ask').hidden = false; };
function chose(yes) {
  document.cookie = 'site_consent=' + encodeURIComponent(JSON.stringify({ marketing: yes })) + ';path=/;max-age=9999';
  fetch(yes ? '/said/yes' : '/said/no');
  document.getElementById('ask').hidden = true;
  if (yes) tag();
}
function tag() {
  document.cookie = '_fbp=fb.1.1767355200000.178965432' + location.hostname.length + ';path=/;max-age=7776000';
  new Image().src = 'http://d.adroll.com/pixel/A/B?gpc=' + navigator.globalPrivacyControl;
}
if (!document.cookie.includes('site_consent')) ask();
else if (decodeURIComponent(document.cookie).includes('"marketing":true')) tag();
ALWAYS
</script>"""
LINK = '<a href="#" onclick="ask();return false">Cookie settings</a>'


@pytest.fixture
def vendors(pages: Any, tmp_path: Path) -> Path:
    """Settings and two vendors: one keeps its word, the other has no way back and does not hear the signal."""
    pages.put("www.good.example/", SITE.replace("FOOTER", LINK).replace("ALWAYS", ""))
    pages.put("www.bad.example/", SITE.replace("FOOTER", "").replace("ALWAYS", "tag();"))
    pages.put("d.adroll.com/pixel/A/B", b"GIF89a", kind="image/gif")
    path = tmp_path / "vendors.toml"
    blocks = "".join(
        f'[[vendor]]\nid = "{name}"\nname = "{name}"\njurisdictions = ["us", "eu"]\n'
        f'[[vendor.site]]\nurl = "http://www.{name}.example/"\n'
        for name in ("good", "bad")
    )
    scenarios = 'scenarios = ["no_choice", "withdraw", "gpc"]\n'
    path.write_text(QUICK + scenarios + pages.network() + blocks, encoding="utf-8")
    return path


def record(call: Call, vendors: Path, scenario: str, host: str = "good") -> Any:
    result = call("visit", f"http://www.{host}.example/", "--scenario", scenario, "--json", "--vendors", vendors)
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    schema = importlib.resources.files("crawler.cli").joinpath("visit.schema.json").read_text("utf-8")
    jsonschema.validate(found, json.loads(schema))
    return found


def test_a_visit_that_withdraws(call: Call, pages: Any, vendors: Path) -> None:
    found = record(call, vendors, "withdraw")
    choice = found["choice"]
    assert (found["scenario"], found["outcome"]) == ("withdraw", "ok")
    assert (choice["wanted"], choice["outcome"], choice["proven"]) == ("withdraw", "done", True)
    assert choice["clicks"] == ["Cookie settings", "Reject all"]
    assert [place for place in pages.asked if "/said/" in place] == [
        "www.good.example/said/yes",
        "www.good.example/said/no",
    ]
    assert {each["phase"] for each in found["requests"] if each["host"] == "d.adroll.com"} == {"after_accept"}
    assert {each["phase"] for each in found["cookies"]} == {"after_accept", "after_withdrawal"}
    said = {(each["phase"], tuple(each["granted"])) for each in found["consent_signals"]}
    assert said == {("after_accept", ("targeting",)), ("after_withdrawal", ())}


def test_a_visit_with_the_signal(call: Call, pages: Any, vendors: Path) -> None:
    found = record(call, vendors, "gpc", "bad")
    assert (found["scenario"], found["choice"]["wanted"], found["choice"]["outcome"]) == ("gpc", "none", "none")
    assert (found["choice"]["proven"], found["choice"]["clicks"]) == (False, [])
    assert found["coverage"]["collectors"]["gpc"] == "ok"
    assert {place: values for place, values in pages.signals.items() if values != {"1"}} == {
        "www.bad.example/robots.txt": {None}
    }
    assert [each["url"] for each in found["requests"] if "gpc=true" in each["url"]]


def test_a_crawl_with_both(call: Call, vendors: Path, tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    result = call("crawl", "--vendors", vendors, "--db", database)
    assert result.returncode == 0, result.stderr
    document = json.loads(call("findings", "--format", "json", "--db", database).stdout)
    played = {(each["vendor"], each["scenario"]): each for each in document["coverage"]}
    assert {pair: (each["outcome"], each["choice"]["outcome"]) for pair, each in played.items()} == {
        ("good", "no_choice"): ("ok", "none"),
        ("good", "withdraw"): ("ok", "done"),
        ("good", "gpc"): ("ok", "none"),
        ("bad", "no_choice"): ("ok", "none"),
        ("bad", "withdraw"): ("ok", "no_control"),
        ("bad", "gpc"): ("ok", "none"),
    }
    mine = {"gpc_ignored", "no_withdrawal", "kept_after_withdrawal", "tracker_after_reject", "sent_after_reject"}
    found = {(each["vendor"], each["rule"], each["subject"]) for each in document["findings"] if each["rule"] in mine}
    assert found == {
        ("bad", "gpc_ignored", "service:AdRoll"),
        ("bad", "gpc_ignored", "service:Meta Pixel"),
        ("bad", "no_withdrawal", "banner"),
        ("good", "kept_after_withdrawal", "cookie:_fbp@www.good.example"),
    }
    again = call("crawl", "--scenario", "gpc", "--vendor", "good", "--vendors", vendors, "--db", database)
    assert again.returncode == 0, again.stderr

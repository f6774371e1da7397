"""The demo web's server, hosts and configuration, without a browser."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from crawler.config import load_config
from crawler.demo.hosts import SITES, fill, host_names
from crawler.demo.web import DemoWeb

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = DemoWeb().vendors()
PAGES = [
    (site.url, page)
    for vendor in CONFIG
    if vendor.id not in {"farewell", "gatekeeper"}
    for site in vendor.sites
    for page in ("", "pricing", "contact", "login")
]
POLICIES = {
    "ooma": (
        "https://www.ooma.example/privacy",
        "Category 1 and 2 cookies are used on the Ooma Office Manager web portal",
    ),
    "officium": ("https://www.officium.example/privacy-notice", "‘Cookie Preferences’ in the footer"),
    "ozmo": ("https://www.ozmo.example/privacybeleid", "functionele, analytische en tracking cookies"),
    "ozone": ("https://www.ozone.example/privacy", "Cookie information."),
    "easymeeting": ("https://www.easymeeting.example/privacy", "Logs of the servers"),
    "brightline": ("https://www.brightline.example/cookies", "<td>_ga_*</td>"),
    "lantern": ("https://www.lantern.example/cookies", "We use LinkedIn for this"),
    "silverbirch": ("https://www.silverbirch.example/cookies", "<td>cc_cookie</td>"),
    "pinewood": ("https://www.pinewood.example/cookies", "Performance cookies"),
    "redfern": (
        "https://www.redfern.example/cookies",
        "<td>_ga</td><td>Google Analytics</td><td>Strictly necessary</td>",
    ),
}


@pytest.mark.parametrize(("site", "page"), PAGES)
def test_every_page_is_served_in_its_frame(get, site: str, page: str) -> None:
    answer = get(site + page)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>")
    assert re.search(r"<title>[^<]+</title>", answer.text)
    assert f'href="/{page}" aria-current=page' in answer.text


@pytest.mark.parametrize("vendor", POLICIES)
def test_every_policy_is_where_the_footer_links_to(get, vendor: str) -> None:
    url, words = POLICIES[vendor]
    home = get(str(httpx.URL(url).join("/"))).text
    assert f'href="{httpx.URL(url).path}"' in home
    assert words in get(url).text


def test_the_silent_policy_holds_no_word_of_cookies(get) -> None:
    assert "cookie" not in get("https://www.easymeeting.example/privacy").text.casefold()


def test_a_vendor_without_policy_has_none_in_the_usual_places(get) -> None:
    for path in ("privacy", "privacy-policy", "cookies", "cookie-policy", "legal", "sitemap.xml"):
        assert get(f"https://www.harbour.example/{path}").status_code == 404


def test_promised_control_is_missing(get) -> None:
    assert "cookie preferences" not in get("https://www.officium.example/").text.casefold()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_one_port_speaks_both(get, scheme: str) -> None:
    assert "Ooma Office" in get(f"{scheme}://www.ooma.example/").text


def test_an_alias_answers_like_its_host(get) -> None:
    assert get("https://www.ooma.co.uk/privacy").text == get("https://www.ooma.example/privacy").text


def test_unknown_hosts_get_no_answer(get) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        get("http://elsewhere.example/")


def test_the_dead_host_refuses_connections(web: DemoWeb) -> None:
    address, port = web.resolve["www.farewell.example"].split(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, int(port)), timeout=5)


def test_the_bot_wall_challenges(get) -> None:
    answer = get("https://www.gatekeeper.example/pricing")
    assert answer.status_code == 403
    assert answer.headers["cf-mitigated"] == "challenge"
    assert "<title>Just a moment...</title>" in answer.text
    assert answer.headers["set-cookie"].startswith("__cf_bm=")


@pytest.mark.parametrize(
    "path", ["site.toml", "expected.json", "../site.toml", "%2e%2e/site.toml", "..%2fexpected.json"]
)
def test_only_pages_are_served(get, path: str) -> None:
    assert get(f"https://www.ooma.example/{path}").status_code == 404


def test_beacons_are_taken_and_answered_with_nothing(get) -> None:
    answer = get("https://www.google-analytics.com/g/collect?v=2", method="POST")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-length" not in answer.headers


def test_values_are_new_for_each_browser_and_kept_by_one(get) -> None:
    first = get("https://d.adroll.com/pixel/A/B").headers["set-cookie"]
    second = get("https://d.adroll.com/pixel/A/B").headers["set-cookie"]
    pattern = r"__adroll=[0-9a-f]{32}-a_\d{10}; Max-Age=34128000; Path=/; Secure; HttpOnly; SameSite=None"
    assert re.fullmatch(pattern, first)
    assert re.fullmatch(pattern, second)
    assert first != second
    assert "set-cookie" not in get("https://d.adroll.com/pixel/A/B", cookies=first.split(";")[0]).headers


def test_the_log_says_what_was_really_set(web: DemoWeb, get) -> None:
    before = len(web.log)
    answer = get("https://track.hubspot.com/__ptq.gif?a=1&vi=abc", cookies="one=1; two=a=b")
    (entry,) = web.log[before:]
    assert entry.set_cookies == (answer.headers["set-cookie"],)
    assert entry.cookies == {"one": "1", "two": "a=b"}
    facts = (entry.scheme, entry.method, entry.host, entry.path, entry.query, entry.status)
    assert facts == ("https", "GET", "track.hubspot.com", "/__ptq.gif", "a=1&vi=abc", 200)


@pytest.mark.parametrize(
    ("template", "pattern"),
    [
        ("{hex:32}", r"[0-9a-f]{32}"),
        ("{digits:10}", r"[1-9]{10}"),
        ("{base64:6}", r"[\w-]{6}"),
        ("{uuid}", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("a={epoch}; {other}", r"a=\d{10}; \{other\}"),
    ],
)
def test_placeholders(template: str, pattern: str) -> None:
    assert re.fullmatch(pattern, fill(template))


def test_vendors_toml_reads_back_as_the_configuration(web: DemoWeb, tmp_path: Path) -> None:
    file = tmp_path / "vendors.toml"
    file.write_text(web.vendors_toml(), encoding="utf-8")
    assert load_config(file) == web.config()


def test_crawl_settings_can_be_overridden(web: DemoWeb) -> None:
    crawl = web.config(settle_ms=100, concurrency=1).crawl
    assert (crawl.settle_ms, crawl.concurrency, crawl.settle_max_ms) == (100, 1, 4000)


def test_a_real_document_replaces_the_policy_and_moves_the_site_to_its_host(web: DemoWeb, tmp_path: Path) -> None:
    document = tmp_path / "ooma.txt"
    vendor = web.config(policies={"ooma": document}).vendors[0]
    assert [source.file for source in vendor.policies] == [str(document)]
    assert [site.url for site in vendor.sites] == ["https://www.ooma.co.uk/", "https://office.ooma.example/"]


def test_at_least_ten_vendors_with_reserved_names(web: DemoWeb) -> None:
    vendors = web.config().vendors
    assert len(vendors) >= 10
    assert all(httpx.URL(site.url).host.endswith(".example") for vendor in vendors for site in vendor.sites)


def test_every_folder_is_a_host_that_is_used(web: DemoWeb) -> None:
    folders = {each.name for each in SITES.iterdir() if each.is_dir()} - {"_shared", "www.farewell.example"}
    assert folders == set(host_names())


def test_leaving_ends_everything() -> None:
    before = set(threading.enumerate())
    with DemoWeb() as web, httpx.Client(trust_env=False) as client:
        client.get(f"http://127.0.0.1:{web.port}/", headers={"Host": "www.ooma.example"})
        port = web.port
        during = set(threading.enumerate()) - before
    assert len(during) == 2, "the server and the connection that is kept open"
    for thread in during:
        thread.join(timeout=5)
    assert not any(thread.is_alive() for thread in during)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.mark.parametrize("seed", ["ooma", "officium", "ozmo", "ozone", "easymeeting"])
def test_the_demo_policies_have_their_own_wording(get, shared: Path, seed: str) -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.casefold())
        return {tuple(words[start : start + 8]) for start in range(len(words) - 7)}

    model = (shared / "policies" / "documents" / f"{seed}.txt").read_text(encoding="utf-8")
    ours = re.sub(r"<[^>]+>", " ", get(POLICIES[seed][0]).text)
    assert runs(ours) & runs(model) == set()


def test_without_npm_one_vendor_is_left_out_and_said_so(project: Path, tmp_path: Path) -> None:
    for room in ("auditor", "crawler", "db"):
        shutil.copytree(project / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    script = (
        "from pathlib import Path; from crawler.config import load_config; from crawler.demo.web import DemoWeb\n"
        "with DemoWeb() as web:\n"
        "    Path('v.toml').write_text(web.vendors_toml(), encoding='utf-8')\n"
        "    assert load_config(Path('v.toml')) == web.config()\n"
        "    print(*web.left_out, len(web.vendors()), sep='\\n')"
    )
    environment = {name: value for name, value in os.environ.items() if name != "CONSENT_AUDIT_ASSETS"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines() == ["silverbirch", str(len(CONFIG) - ("silverbirch" in {v.id for v in CONFIG}))]

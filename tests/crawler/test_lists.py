"""Lists: fetched when they changed, imported by content, pinned by hash, and nothing that is none put into force."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from crawler import lists
from crawler.cli import cli
from crawler.cli.knowledge import differences, knowledge
from crawler.knowledge_facts import knowledge_facts

OCD = (
    "ID,Platform,Category,Cookie / Data Key name,Domain,Description,Retention period,Data Controller,Portal,"
    "Wildcard match\n"
    "a1,Acme Stats,Analytics,acmezq_visitor,,Counts,1 year,Acme,,0\n"
)
PRIVACY = "[Adblock Plus 1.1]\n! Version: 1\n! Title: EasyPrivacy\n||zq-metrics.example^\n/zqpixel.gif?\n"
ADS = "[Adblock Plus 1.1]\n! Title: EasyList\n||zq-ads.example^$third-party\n"
ENTITIES = json.dumps(
    [{"name": "Zq Video", "company": "Zq Inc.", "category": "video", "domains": ["*.zqvideo.example"]}]
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(lists.FOLDER_VARIABLE, str(tmp_path / "lists"))
    monkeypatch.setenv("CONSENT_AUDIT_ASSETS", str(tmp_path / "no-assets"))
    return tmp_path / "lists"


def call(*arguments: str):
    return CliRunner().invoke(cli, arguments)


def imported(tmp_path, name: str, text: str | bytes, *options: str):
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return call("lists", "import", str(file), *options)


def known(name: str, *options: str) -> dict:
    return json.loads(call("classify", name, *options, "--json").stdout)


@contextmanager
def served(pages: dict[str, bytes], seen: list):
    """A stand-in for the lists' addresses: ETag per content, 304 where it is known."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, self.headers.get("If-None-Match")))
            body = pages.get(self.path)
            tag = f'"{hashlib.md5(body or b"").hexdigest()}"'
            if body is None:
                self.send_response(404)
            elif self.headers.get("If-None-Match") == tag:
                self.send_response(304)
                body = None
            else:
                self.send_response(200)
                self.send_header("ETag", tag)
                self.send_header("Last-Modified", "Sat, 28 Nov 2026 10:00:00 GMT")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_without_lists_the_bundled_table_answers():
    assert known("_ga")["service"] == "Google Analytics"
    assert known("acmezq_visitor", "--domain", "zq.example")["layer"] == 5
    status = json.loads(call("lists", "status", "--json").stdout)
    assert status["lists"] == []
    assert status["missing"] == ["open-cookie-database", "easyprivacy", "easylist", "third-party-web"]


def test_every_list_is_recognised_by_its_content_and_answers(tmp_path):
    for name, text in (("a.txt", OCD), ("b.txt", PRIVACY), ("c", ADS), ("d.csv", ENTITIES)):
        result = imported(tmp_path, name, text)
        assert (result.exit_code, result.stdout) == (0, "")
    listed = {one["kind"]: one for one in json.loads(call("lists", "status", "--json").stdout)["lists"]}
    assert {kind: one["entries"] for kind, one in listed.items()} == {
        "open-cookie-database": 1, "easyprivacy": 2, "easylist": 1, "third-party-web": 1,
    }  # fmt: skip
    assert listed["easyprivacy"]["sha256"] == hashlib.sha256(PRIVACY.encode()).hexdigest()
    assert listed["open-cookie-database"]["licence"] == "Apache-2.0"
    assert listed["easylist"]["source"] == str(tmp_path / "c")
    assert known("acmezq_visitor")["layer"] == 3
    metrics = known("https://zq-metrics.example/collect")
    assert (metrics["layer"], metrics["category"], metrics["source"]) == (4, "performance", "EasyPrivacy")
    assert metrics["reason"] == "EasyPrivacy marks it by the rule ||zq-metrics.example^"
    assert known("https://zq-ads.example/x")["category"] == "targeting"
    assert known("zqq", "--domain", "eu.zq-ads.example")["reason"].endswith("the rule ||zq-ads.example^$third-party")
    assert known("https://a.zqvideo.example/")["service"] == "Zq Video"
    assert known("https://other.example/")["layer"] == 6
    assert "easyprivacy" in call("lists", "status").stdout


def test_what_is_no_list_changes_nothing(tmp_path, folder):
    assert imported(tmp_path, "easylist.txt", ADS).exit_code == 0
    before = (folder / "easylist.txt").read_bytes()
    for name, text, words in (
        ("page.html", "<!doctype html><title>Not found</title>", "no list that is known"),
        ("easylist.txt", "<!doctype html><title>Not found</title>", "no list that is known"),
        ("binary", b"\x00\x01\x02", "binary"),
        ("empty", "", "no list that is known"),
        ("other.txt", "[Adblock Plus]\n! Title: Fanboy\n||a.example^\n", "neither EasyPrivacy nor EasyList"),
        ("broken.json", '[{"name": 1', "cannot be read"),
        ("head.csv", OCD.splitlines()[0] + "\n", "no row that can be used"),
    ):
        result = imported(tmp_path, name, text)
        assert (result.exit_code, words in result.stderr) == (1, True), (name, result.stderr)
    wrong = imported(tmp_path, "x.txt", OCD, "--kind", "easylist")
    assert (wrong.exit_code, "no filter list" in wrong.stderr) == (1, True)
    assert "There is no list 'fanboy'" in imported(tmp_path, "x.txt", ADS, "--kind", "fanboy").stderr
    assert (folder / "easylist.txt").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["easylist.txt", "lists.json"]
    assert imported(tmp_path, "mine.txt", "||a.example^\n" * 12, "--kind", "EasyPrivacy").exit_code == 0


def test_a_changed_file_is_refused(tmp_path, folder):
    imported(tmp_path, "p.txt", PRIVACY)
    (folder / "easyprivacy.txt").write_text(PRIVACY + "||google.com^\n")
    result = call("classify", "https://www.google.com/")
    assert (result.exit_code, "is not the one that was imported" in result.stderr) == (1, True)
    (folder / "lists.json").write_text("{")
    assert "cannot be read" in call("lists", "status").stderr


def test_the_compiled_form_is_used_only_where_it_belongs(tmp_path, folder):
    imported(tmp_path, "p.txt", PRIVACY)
    assert known("https://zq-metrics.example/")["layer"] == 4
    compiled = folder / "easyprivacy.txt.compiled"
    whole = compiled.read_bytes()
    listed = lists.in_force()["easyprivacy"]
    for content in (whole, whole[:-7] + b"damaged", whole[:40], b"", b"adblock 0.0.1" + whole[13:]):
        compiled.write_bytes(content)
        assert lists.filter_list(listed).rule("https://zq-metrics.example/", None, "image") == "||zq-metrics.example^"
        assert compiled.read_bytes() == whole
    imported(tmp_path, "p.txt", PRIVACY.replace("zq-metrics", "zr-metrics"))
    assert known("https://zr-metrics.example/")["layer"] == 4
    assert known("https://zq-metrics.example/")["layer"] == 6


def test_update_fetches_what_changed(folder):
    seen: list = []
    pages = {"/ocd": OCD.encode(), "/p": PRIVACY.encode(), "/l": ADS.encode(), "/e": ENTITIES.encode()}
    with served(pages, seen) as root:
        paths = {"open-cookie-database": "/ocd", "easyprivacy": "/p", "easylist": "/l", "third-party-web": "/e"}
        options = [word for kind, path in paths.items() for word in ("--address", f"{kind}={root}{path}")]
        first = call("lists", "update", *options)
        assert (first.exit_code, first.stderr.count("fetched")) == (0, 4)
        again = call("lists", "update", *options)
        assert (again.exit_code, again.stderr.count("unchanged")) == (0, 4)
        assert [tag is not None for _, tag in seen] == [False] * 4 + [True] * 4
        pages["/p"] = PRIVACY.replace("zq-metrics", "zs-metrics").encode()
        only = call("lists", "update", "easyprivacy", "--address", f"easyprivacy={root}/p")
        assert only.stderr == "EasyPrivacy: fetched, 2 entries\n"
        assert known("https://zs-metrics.example/")["layer"] == 4
        pages["/p"] = b"<html>maintenance</html>"
        broken = call("lists", "update", "easyprivacy", "easylist", *options)
        assert (broken.exit_code, "no filter list" in broken.stderr, "EasyList: unchanged" in broken.stderr) == (
            1,
            True,
            True,
        )
        del pages["/p"]
        assert "answered 404" in call("lists", "update", "easyprivacy", *options).stderr
    gone = call("lists", "update", "easyprivacy", *options)
    assert (gone.exit_code, "What was in force stays" in gone.stderr) == (1, True)
    assert known("https://zs-metrics.example/")["layer"] == 4
    listed = lists.in_force()["easyprivacy"]
    assert (listed.source, listed.last_modified) == (f"{root}/p", "Sat, 28 Nov 2026 10:00:00 GMT")


def test_urls_by_jsonl(tmp_path):
    imported(tmp_path, "p.txt", PRIVACY)
    questions = tmp_path / "questions.jsonl"
    asked = [
        {"name": "https://zq-metrics.example/x", "kind": "url"},
        {"name": "zq-metrics.example", "kind": "url"},
        {"name": "/zqpixel.gif?u=1", "kind": "url", "domain": "cdn.zq.example", "site": "vendor.example"},
        {"name": "/zqpixel.gif?u=1", "kind": "url", "domain": "cdn.vendor.example", "site": "vendor.example"},
        {"name": "", "kind": "url"},
    ]
    questions.write_text("".join(json.dumps(one) + "\n" for one in asked))
    answers = [json.loads(line) for line in call("classify", "--jsonl", str(questions)).stdout.splitlines()]
    assert [answer["layer"] for answer in answers] == [4, 4, 4, 6, 6]
    assert [answer["name"] for answer in answers] == [one["name"] for one in asked]


def test_usage():
    assert call("lists", "update", "--address", "easylist=ftp://x").exit_code == 2
    assert "There is no list 'x'" in call("lists", "update", "x").stderr
    assert call("lists", "import", "/nowhere").exit_code == 2
    assert all(kind.address.startswith("https://") for kind in lists.KINDS)


def test_a_list_that_is_too_large_is_not_fetched(monkeypatch):
    monkeypatch.setattr("crawler.list_update.MAX_BYTES", 50)
    with served({"/p": PRIVACY.encode()}, []) as root:
        result = call("lists", "update", "easyprivacy", "--address", f"easyprivacy={root}/p")
    assert (result.exit_code, "larger than 50 bytes" in result.stderr) == (1, True)
    assert lists.in_force() == {}


def test_where_lists_are_kept(monkeypatch, tmp_path):
    monkeypatch.delenv(lists.FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert lists.folder() == tmp_path / "data" / "consent-audit" / "lists"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert lists.folder() == tmp_path / ".local" / "share" / "consent-audit" / "lists"


def test_what_a_run_records_tells_when_lists_differ(tmp_path):
    before = knowledge_facts()
    assert before["Public Suffix List"].startswith("20")
    assert set(before) == {
        "Public Suffix List", "bundled known_cookies.json", "bundled known_hosts.json", "bundled services.json",
        "bundled name_families.json",
    }  # fmt: skip
    first = knowledge()
    assert knowledge() is first
    imported(tmp_path, "p.txt", PRIVACY)
    after = knowledge_facts()
    digest = hashlib.sha256(PRIVACY.encode()).hexdigest()
    assert differences(before, after) == (f"EasyPrivacy: none then, sha256 {digest} now",)
    assert differences(after, after) == ()
    assert knowledge() is not first


def test_an_answer_is_explained_to_a_person():
    lines = call("classify", "_ga", "--domain", "www.vendor.example").stdout.splitlines()
    assert lines[0] == "_ga on www.vendor.example"
    assert [line.split()[0] for line in lines[1:]] == [
        *("purpose", "service", "known", "confidence", "reason", "source", "layers"),
        *("1", "2", "3", "4", "5"),
    ]  # fmt: skip
    assert lines[8:] == [
        "    1  the bundled table, by name and domain: nothing",
        "    2  the bundled table, by name: performance, Google Analytics",
        "    3  the Open Cookie Database: not here (lists import, lists update)",
        "    4  the owner of the host or URL: nothing",
        "    5  inferred; rules never rely on it: performance",
    ]
    assert "layers asked" not in call("classify", "https://www.facebook.com/tr/?id=1").stdout
    assert "performance" in lines[1]
    assert "Google Analytics (Google" in lines[2]
    assert "layer 2, the bundled table, by name" in lines[3]
    unknown = call("classify", "zq\x1b[31m").stdout
    assert "unknown" in unknown
    assert "\x1b" not in unknown

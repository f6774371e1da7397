"""Filter lists: every case of the shared table, the types of a browser, and what is no list."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from auditor.filter_lists import FilterList, blocker_type, count_rules, is_filter_list
from auditor.lists import ListError

SHARED = Path(os.environ.get("CONSENT_AUDIT_SHARED", Path(__file__).resolve().parents[3] / "shared"))
CASES = SHARED / "data" / "filter_option_cases.json"
LIST = "[Adblock Plus 2.0]\n! Title: Test\n||tracker.example^$third-party\n@@||tracker.example/ok^\n/pixel.gif?\n"


def rule(lines, url, source="https://site.com/", kind="script"):
    return FilterList("test", "\n".join(lines)).rule(url, source, kind)


def test_every_case_of_the_shared_table():
    if not CASES.is_file():
        pytest.skip("no shared data")
    cases = json.loads(CASES.read_text("utf-8"))
    wrong = [case for case in cases if (rule(case[1], case[2], case[3], case[4]) is not None) != case[5]]
    assert wrong == []
    assert len(cases) >= 30


@pytest.mark.parametrize(
    ("url", "source", "kind", "found"),
    [
        ("https://a.tracker.example/x.js", "https://site.com/", "script", "||tracker.example^$third-party"),
        ("https://a.tracker.example/x.js", "https://www.tracker.example/", "script", None),
        ("https://tracker.example/ok/x.js", "https://site.com/", "script", None),
        ("https://cdn.example/pixel.gif?u=1", "https://site.com/", "image", "/pixel.gif?"),
        ("https://cdn.example/pixel.gifs", "https://site.com/", "image", None),
        ("https://nottracker.example/", "https://site.com/", "script", None),
        ("data:image/gif;base64,/pixel.gif?", "https://site.com/", "image", None),
        ("https://tracker.example/frame", "https://site.com/", "document", "||tracker.example^$third-party"),
        ("https://tracker.example/", None, None, "||tracker.example^$third-party"),
        ("", "https://site.com/", "script", None),
        ("https://tracker.example/" + "x" * 100_000, "https://site.com/", "script", "||tracker.example^$third-party"),
    ],
)
def test_the_rule_is_the_evidence(url, source, kind, found):
    assert FilterList("test", LIST).rule(url, source, kind) == found
    compiled = FilterList("test", LIST).compiled()
    assert FilterList("test", LIST, compiled).rule(url, source, kind) == found


def test_case_counts_where_a_rule_says_so():
    assert rule(["/Track.JS$match-case"], "https://x.com/track.js") is None
    assert rule(["/Track.JS$match-case"], "https://x.com/Track.JS") == "/Track.JS$match-case"
    assert rule(["/Track[0-9]+/$match-case"], "https://x.com/track12") is None
    assert rule(["/Track[0-9]+/$match-case"], "https://x.com/Track12") == "/Track[0-9]+/$match-case"


def test_hosts_that_a_rule_excepts():
    lines = ["*$3p,script,denyallow=ok.com|fine.org,domain=site.com"]
    assert rule(lines, "https://bad.com/x.js") == "*$3p,script,domain=site.com"
    assert rule(lines, "https://cdn.ok.com/x.js") is None
    assert rule(lines, "https://fine.org/x.js") is None
    assert rule(lines, "https://notok.com/x.js") == "*$3p,script,domain=site.com"
    compiled = FilterList("test", lines[0]).compiled()
    assert FilterList("test", lines[0], compiled).rule("https://ok.com/x.js", "https://site.com/", "script") is None


@pytest.mark.parametrize(
    ("browser", "list_word"),
    [
        ("Fetch", "xmlhttprequest"), ("XHR", "xmlhttprequest"), ("xhr", "xmlhttprequest"), ("Ping", "ping"),
        ("beacon", "ping"), ("document", "subdocument"), ("image", "image"), ("Stylesheet", "stylesheet"),
        ("eventsource", "xmlhttprequest"), ("manifest", "other"), ("texttrack", "other"), ("weird", "other"),
        (None, "other"), ("websocket", "websocket"), ("media", "media"), ("font", "font"), ("other", "other"),
    ],
)  # fmt: skip
def test_types_of_a_browser(browser, list_word):
    assert blocker_type(browser) == list_word


def test_what_is_a_list():
    assert is_filter_list(LIST)
    assert is_filter_list("\n".join(f"||host{n}.example^" for n in range(20)))
    assert not is_filter_list("ID,Platform,Category\n1,Google,Analytics\n")
    assert not is_filter_list('[{"name": "Google"}]')
    assert not is_filter_list("<!doctype html><p>Not found</p>")
    assert not is_filter_list("")
    assert count_rules(LIST) == 3


def test_too_large_and_broken():
    with pytest.raises(ListError, match="longer than"):
        FilterList("test", "x" * 20_000_001)
    with pytest.raises(ListError, match="compiled form of test"):
        FilterList("test", LIST, b"no engine")

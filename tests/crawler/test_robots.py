"""robots.txt: RFC 9309's own examples, and patterns made to take forever."""

from __future__ import annotations

import time

import pytest

from crawler.robots import RobotsRule, allowed, matches, parse_robots


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [
        ("", "https://a.example/x", True),
        ("User-agent: *\nDisallow: /", "https://a.example/", False),
        ("User-agent: *\nDisallow:", "https://a.example/", True),
        ("User-agent: other\nDisallow: /", "https://a.example/", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Consent-Audit\nDisallow: /private", "https://a.example/", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: consent-audit\nDisallow: /p", "https://a.example/p/q", False),
        ("User-agent: a\nUser-agent: consent-audit\nDisallow: /x\n", "https://a.example/x", False),
        ("User-agent: a\nDisallow: /y\nUser-agent: consent-audit\nDisallow: /x\n", "https://a.example/y", True),
        ("User-agent: *\nAllow: /a/b\nDisallow: /a", "https://a.example/a/b", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "https://a.example/a", True),
        ("User-agent: *\nDisallow: /*.gif$", "https://a.example/x/y.gif", False),
        ("User-agent: *\nDisallow: /*.gif$", "https://a.example/x/y.gif?a", True),
        ("User-agent: *\nDisallow: /*?sid=", "https://a.example/x?sid=1", False),
        ("User-agent: *\nDisallow: /caf%C3%A9", "https://a.example/caf%c3%a9", False),
        ("User-agent: *\nDisallow: / # all", "https://a.example/robots.txt", True),
        ("Disallow: /\n<html>a page</html>", "https://a.example/", True),
        ("\ufeffUSER-AGENT : *\r\nDISALLOW : /a\r\n", "https://a.example/a", False),
    ],
)
def test_rules(text: str, url: str, expected: bool) -> None:
    assert allowed(parse_robots(text), url) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/fish", "/fish.html", True),
        ("/fish", "/Fish.html", False),
        ("/fish*", "/fish", True),
        ("/*.php", "/folder/any.php.file", True),
        ("/*.php$", "/folder/any.php", True),
        ("/*.php$", "/folder/any.php5", False),
        ("/fish*.php", "/fishheads/catfish.php?parameters", True),
        ("/a*a$", "/a", False),
        ("/$", "/", True),
        ("/$", "/a", False),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def test_a_pattern_of_stars_is_not_slow() -> None:
    start = time.perf_counter()
    assert not matches("/" + "*a" * 500 + "b$", "/" + "a" * 2000)
    assert time.perf_counter() - start < 0.5


def test_rules_are_bounded() -> None:
    text = "User-agent: *\n" + "Disallow: /x\n" * 10_000
    assert parse_robots(text) == (RobotsRule("/x", allow=False),) * 5_000

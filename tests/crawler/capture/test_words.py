"""What needs no browser: reading cookies, joining writes to the jar, naming walls and beacons, choosing pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor.model import CookieEvent, Outcome, Phase, SetBy
from crawler.collectors.beacons import image_size
from crawler.collectors.initiators import from_stack
from crawler.collectors.jar import Key, Snapshot, Stored
from crawler.collectors.ledger import Ledger
from crawler.collectors.setcookie import name_of, names_in, parse, why_rejected
from crawler.collectors.timeline import Timeline
from crawler.collectors.writes import Clearing, Write
from crawler.config import NetworkConfig
from crawler.failures import failed_navigation
from crawler.network import AddressGuard
from crawler.pages import pages_to_visit

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC).timestamp() * 1000
URL = "https://www.first.com/shop/list?x=1"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a=b", ("a", "b", "www.first.com", "/shop", True, None)),
        ("  a = b ; Path=/ ", ("a", "b", "www.first.com", "/", True, None)),
        ("a=b=c; path=relative", ("a", "b=c", "www.first.com", "/shop", True, None)),
        ("alone", ("", "alone", "www.first.com", "/shop", True, None)),
        ("a=; Domain=.First.com; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
         ("a", "", "first.com", "/shop", False, 60)),
        ("a=1; Max-Age=60; Max-Age=90", ("a", "1", "www.first.com", "/shop", True, 90)),
        ("a=1; Max-Age=-5", ("a", "1", "www.first.com", "/shop", True, 0)),
        ("a=1; Max-Age=x", ("a", "1", "www.first.com", "/shop", True, None)),
        ("a=1; Expires=Tue, 01-Sep-26 12:01:00 GMT", ("a", "1", "www.first.com", "/shop", True, 60)),
        ("a=1; Expires=Tue Sep 01 2026 13:00:00", ("a", "1", "www.first.com", "/shop", True, 3600)),
        ("a=1; Expires=Sat, 31 Feb 2026 13:00:00", ("a", "1", "www.first.com", "/shop", True, None)),
        ("a=1; Expires=soon", ("a", "1", "www.first.com", "/shop", True, None)),
    ],
)  # fmt: skip
def test_cookie_lines(line, expected):
    found = parse(line, URL, NOW)
    assert (found.name, found.value, found.domain, found.path, found.host_only, found.lifetime_s) == expected


def test_no_cookie():
    assert parse("", URL, NOW) is None
    assert parse("=; Path=/", URL, NOW) is None
    assert parse("a=1", "data:text/html,x", NOW) is None


@pytest.mark.parametrize(
    ("line", "url", "across", "reason"),
    [
        ("a=1", URL, False, None),
        ("a=1; domain=first.com", URL, False, None),
        ("a=1; domain=com", URL, False, "InvalidDomain"),
        ("a=1; domain=other.com", URL, False, "InvalidDomain"),
        ("a=1; secure", "http://www.first.com/", False, "SecureOnly"),
        ("a=1; secure", "http://localhost/", False, None),
        ("__Secure-a=1", URL, False, "InvalidPrefix"),
        ("__Host-a=1; secure; path=/", URL, False, None),
        ("__Host-a=1; secure", URL, False, "InvalidPrefix"),
        ("a=1; httponly", URL, False, "HttpOnlyFromScript"),
        ("a=1; samesite=none", URL, False, "SameSiteNoneInsecure"),
        ("a=1", URL, True, "SameSiteUnspecifiedTreatedAsLax"),
        ("a=1; samesite=strict; secure", URL, True, "SameSiteStrict"),
        ("a=1; samesite=none; secure", URL, True, None),
        ("a=1; partitioned", URL, False, "InvalidPartitioned"),
        ("__Http-a=1; secure", URL, False, "InvalidPrefix"),
        ("__HOST-a=1; path=/", URL, False, "InvalidPrefix"),
        ("=__Secure-a=1", URL, False, "InvalidPrefix"),
        ("a=b\x01c", URL, False, "DisallowedCharacter"),
        ("a=" + "b" * 4096, URL, False, "NameValuePairExceedsMaxSize"),
        ("a=" + "b" * 4095, URL, False, None),
    ],
)
def test_what_a_browser_would_not_store(line, url, across, reason):
    assert why_rejected(parse(line, url, NOW), url, by_script=True, across_sites=across) == reason


def test_stacks():
    stack = (
        "Error\n    at report (<anonymous>:1:1)\n    at set (https://a.org/t.js?x=(1):10:5)\n"
        "    at eval (eval at load (https://b.org/e.js:3:4), <anonymous>:1:1)\n    at https://a.org/:7:9\n    at async https://c.org:8443/m.js:1:2"
    )
    assert from_stack(stack)[-3:] == ("https://b.org/e.js", "https://a.org/", "https://c.org:8443/m.js")
    assert from_stack("x" * 100_000) == ()


def timeline():
    found = Timeline(started_ms=0)
    found.begin(Phase.BEFORE_CHOICE, 0)
    found.begin(Phase.AFTER_REJECT, 1_000)
    return found


def write(at, line, by=SetBy.HTTP, **rest):
    return Write(
        at_ms=at,
        by=by,
        cookie=parse(line, "https://first.com/", at),
        partition=None,
        causes=("https://first.com/",),
        **rest,
    )


def jar(at, **values):
    stored = {
        Key(None, "first.com", True, "/", name): Stored(
            value=value, secure=False, http_only=False, same_site="Lax", expires_ms=None
        )
        for name, value in values.items()
    }
    return Snapshot(at_ms=at, cookies=stored)


def replayed(writes, snapshots, clock=None, clearings=()):
    ledger = Ledger(clock or timeline())
    ledger.replay(writes, snapshots, clearings)
    events = [
        (e.key.name, str(e.event), str(e.phase), str(e.by)) for e in sorted(ledger.entries, key=lambda e: e.at_ms)
    ]
    return events, ledger


def test_a_cookie_that_stays_is_present_in_the_next_phase():
    events, ledger = replayed([write(10, "a=1")], [jar(900, a="1"), jar(2_000, a="1")])
    assert events == [("a", "set", "before_choice", "http"), ("a", "present", "after_reject", "http")]
    assert {phase: {k.name for k in keys} for phase, keys in ledger.held_at_end.items()} == {
        Phase.BEFORE_CHOICE: {"a"},
        Phase.AFTER_REJECT: {"a"},
    }


def test_a_deleted_cookie_is_not_present():
    events, ledger = replayed(
        [write(10, "a=1"), write(1_100, "a=; max-age=0", SetBy.SCRIPT)], [jar(900, a="1"), jar(2_000)]
    )
    assert events == [("a", "set", "before_choice", "http"), ("a", "deleted", "after_reject", "script")]
    assert ledger.held_at_end[Phase.AFTER_REJECT] == frozenset()


def test_what_nobody_was_seen_to_write():
    events, _ = replayed([write(10, "a=1")], [jar(500, a="1"), jar(900, a="2", b="1"), jar(2_000, b="1")])
    assert events == [
        ("a", "set", "before_choice", "http"),
        ("a", "changed", "before_choice", "unknown"),
        ("b", "set", "before_choice", "unknown"),
        ("b", "present", "after_reject", "unknown"),
        ("a", "deleted", "after_reject", "unknown"),
    ]


def test_a_write_that_never_arrives_was_blocked():
    events, ledger = replayed([write(10, "a=1"), write(20, "a=2")], [jar(900, a="1")])
    assert events == [("a", "set", "before_choice", "http"), ("a", "blocked", "before_choice", "http")]
    assert {e.reasons for e in ledger.entries} == {(), ("NotStored",)}
    events, _ = replayed([write(10, "a=1")], [jar(900)])
    assert events == [("a", "blocked", "before_choice", "http")]


def test_what_an_answer_cleared_was_set_and_deleted_by_it():
    clearing = Clearing(at_ms=50, site="first.com", causes=("https://first.com/clear",))
    writes = [
        write(10, "a=1"),
        write(20, "never=1", by=SetBy.SCRIPT, suspicion="SameSiteLax"),
        write(60, "later=1"),
        write(10, "kept=1"),
    ]
    events, ledger = replayed(writes, [jar(900, kept="1")], clearings=[clearing])
    assert events == [
        ("a", "set", "before_choice", "http"),
        ("kept", "set", "before_choice", "http"),
        ("never", "blocked", "before_choice", "script"),
        ("a", "deleted", "before_choice", "http"),
        ("later", "blocked", "before_choice", "http"),
    ]
    assert [e.causes for e in ledger.entries if e.event is CookieEvent.DELETED] == [clearing.causes]


def test_an_expired_cookie_was_set_all_the_same():
    events, ledger = replayed([write(10, "a=1; max-age=1")], [jar(5_000)], _only_before())
    assert events == [("a", "set", "before_choice", "http")]
    assert ledger.held_at_end[Phase.BEFORE_CHOICE] == frozenset()


def _only_before():
    found = Timeline(started_ms=0)
    found.begin(Phase.BEFORE_CHOICE, 0)
    return found


def test_a_jar_that_is_read_just_before_a_write_is_heard():
    events, _ = replayed([write(950, "a=1")], [jar(900, a="1")])
    assert events == [("a", "set", "before_choice", "http")]


def test_nothing_counts_after_the_cut():
    clock = timeline()
    clock.cut(1_500)
    events, _ = replayed([write(10, "a=1"), write(1_600, "b=1")], [jar(900, a="1"), jar(2_000, a="1", b="1")], clock)
    assert [name for name, *_ in events] == ["a"]


def test_what_was_excluded_before_the_phase_is_present_in_it():
    clock = _only_before()
    clock.exclude(0, 500)
    events, ledger = replayed(
        [
            write(10, "wall=1"),
            write(20, "gone=1"),
            write(30, "gone=; max-age=0"),
            write(600, "a=1"),
            write(700, "wall=2"),
        ],
        [jar(900, a="1", wall="2")],
        clock,
    )
    assert events == [
        ("wall", "present", "before_choice", "http"),
        ("a", "set", "before_choice", "http"),
        ("wall", "changed", "before_choice", "http"),
    ]
    assert {key.name for key in ledger.held_at_end[Phase.BEFORE_CHOICE]} == {"a", "wall"}
    assert [clock.phase_of(at) for at in (0, 499, 500)] == [None, None, Phase.BEFORE_CHOICE]


def test_what_was_excluded_inside_a_phase_is_present_in_the_next():
    clock = timeline()
    clock.exclude(300)
    clock.resume(600)
    events, _ = replayed(
        [write(10, "a=1"), write(400, "wall=1"), write(1_200, "b=1")],
        [jar(500, a="1", wall="1"), jar(900, a="1", wall="1"), jar(2_000, a="1", b="1", wall="1")],
        clock,
    )
    assert events == [
        ("a", "set", "before_choice", "http"),
        ("a", "present", "after_reject", "http"),
        ("wall", "present", "after_reject", "http"),
        ("b", "set", "after_reject", "http"),
    ]


def test_blocked_writes_do_not_touch_what_is_held():
    events, ledger = replayed([write(10, "a=1"), write(20, "a=2", reasons=("SecureOnly",))], [jar(900, a="1")])
    assert [event for _, event, *_ in events] == ["set", "blocked"]
    assert ledger.entries[0].event is CookieEvent.SET


HOME = "https://www.first.com/"
LINKS = [
    ("https://www.first.com/#top", "Top"),
    ("https://www.first.com/blog/2026/01/a-long-article", "How we price plans"),
    ("https://www.first.com/blog", "Blog"),
    ("https://portal.first.com/login", "Sign in"),
    ("https://www.first.com/contact", "Contact"),
    ("https://www.first.com/pricing", "Pricing"),
    ("https://www.first.com/logout", "Log out"),
    ("https://www.first.com/price-list.pdf", "Prices"),
    ("https://elsewhere.org/pricing", "Pricing"),
    ("mailto:a@first.com", "Contact"),
    ("javascript:void(0)", "Pricing"),
    ("https://www.first.com/privacy", "Privacy"),
    ("https://www.first.com/a", "A"),
]


def test_pages_by_role():
    pages = pages_to_visit(LINKS, HOME, 4)
    assert pages == (
        "https://www.first.com/pricing",
        "https://www.first.com/contact",
        "https://portal.first.com/login",
        "https://www.first.com/blog",
    )
    assert pages_to_visit(reversed(LINKS), HOME, 4) == pages
    assert pages_to_visit(LINKS, HOME, 5)[-1] == "https://www.first.com/a"
    assert pages_to_visit(LINKS, HOME, 2) == pages[:2]
    assert pages_to_visit(LINKS, HOME, 0) == ()
    assert pages_to_visit([], HOME, 3) == ()


def test_configured_pages_always():
    pages = pages_to_visit(LINKS, HOME, 1, ("/one", "https://www.first.com/two", "/"))
    assert pages == ("https://www.first.com/one", "https://www.first.com/two")


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (b"GIF89a\x01\x00\x01\x00" + b"\x00" * 30, (1, 1)),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x20", (16, 32)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x01\x00\x02\x03", (2, 1)),
        (b"", None),
        (b"<svg/>", None),
        (b"<?xml version='1.0'?><svg xmlns='x' width='1px' height=\"1\">", (1, 1)),
        (b"<svg width='100%' height='1'>", None),
        (b"\x00\x00\x00\x1cftypavif" + b"\x00" * 30 + b"ispe" + b"\x00" * 7 + b"\x01\x00\x00\x00\x02", (1, 2)),
        (b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"\x00" * 6, (1, 1)),
        (b"\xff\xd8", None),
    ],
)
def test_image_sizes(content, size):
    assert image_size(content) == size


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ("Page.goto: net::ERR_NAME_NOT_RESOLVED at https://a.org/", Outcome.UNREACHABLE),
        ("Page.goto: net::ERR_CERT_AUTHORITY_INVALID at https://a.org/", Outcome.UNREACHABLE),
        ("Page.goto: net::ERR_HTTP2_PROTOCOL_ERROR at https://a.org/", Outcome.UNREACHABLE),
        ("Page.goto: net::ERR_EMPTY_RESPONSE at https://a.org/", Outcome.UNREACHABLE),
        ("Page.goto: net::ERR_TOO_MANY_REDIRECTS at https://a.org/", Outcome.FAILED),
        ("Page.goto: net::ERR_ABORTED at https://a.org/", Outcome.FAILED),
        ("Page.goto: Download is starting", Outcome.FAILED),
        ("Page.goto: Timeout 30000ms exceeded.", Outcome.TIMEOUT),
        ("Page.goto: Target crashed", Outcome.CRASHED),
        ("Page.goto: Target page, context or browser has been closed", Outcome.CRASHED),
        ("something new", Outcome.FAILED),
    ],
)
def test_failed_navigations(message, outcome):
    error = failed_navigation(message, "https://a.org/", AddressGuard(NetworkConfig()))
    assert error.outcome is outcome
    assert str(error)


def test_what_has_no_sign_of_equality_is_a_value_and_no_name():
    assert names_in("a=1; secret; =b;  c = d=e;") == ["a", "", "", "c"]
    assert [name_of(line) for line in ("secret; Path=/", "=b", " a =1; x=y", "")] == ["", "", "a", ""]

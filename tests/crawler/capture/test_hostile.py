"""Pages that misbehave: each ends in time, with the right outcome, and the next visit is unharmed."""

from __future__ import annotations

import contextlib
import time

import pytest

from auditor.model import Outcome

pytestmark = pytest.mark.browser

SITE = "www.hostile.org"


@pytest.fixture
def the_next_visit_is_unharmed(web, visit):
    yield
    found = visit(web.serve("www.next.com/", "<title>Next</title><p>fine", "ok=1")).visit
    assert (found.outcome, found.title, [c.name for c in found.cookies]) == (Outcome.OK, "Next", ["ok"])


def ended(result, limit_s):
    """Outcome and failure of a visit that carries no evidence and ended in time."""
    found = result.visit
    assert found.duration_ms < limit_s * 1000
    if found.outcome is not Outcome.OK:
        assert (found.cookies, found.requests, found.storage, found.screenshots, result.artifacts) == (
            (),
            (),
            (),
            (),
            (),
        )
        assert found.failure
    return found.outcome


def test_redirects_without_end(web, visit):
    url = web.serve(f"{SITE}/", "", status=302, headers=(("Location", "/"),))
    result = visit(url)
    assert ended(result, 10) is Outcome.FAILED
    assert result.visit.failure == "redirects without end"


@pytest.mark.usefixtures("the_next_visit_is_unharmed")
def test_a_script_that_never_ends(web, visit):
    url = web.serve(f"{SITE}/", "<p>before</p><script>for (;;) {}</script>")
    assert ended(visit(url, visit_timeout_s=12), 30) is Outcome.TIMEOUT


@pytest.mark.usefixtures("the_next_visit_is_unharmed")
def test_alerts_without_end(web, visit):
    url = web.serve(f"{SITE}/", "<p>hi</p><script>for (;;) alert('again')</script>")
    assert ended(visit(url, visit_timeout_s=12), 30) is Outcome.TIMEOUT


def test_a_few_dialogs_are_dismissed(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<script>alert(1); document.cookie = 'confirmed=' + confirm(2); document.cookie = 'prompted=' + prompt(3);"
        "addEventListener('beforeunload', (e) => e.preventDefault())</script>",
    )
    result = visit(url)
    assert ended(result, 30) is Outcome.OK
    assert {c.name: c.value.raw for c in result.visit.cookies} == {"confirmed": "false", "prompted": "null"}


def test_endless_writing(web, visit):
    url = web.serve(f"{SITE}/", "<p>hi</p><script>setInterval(() => document.write('<p>more</p>'), 1)</script>")
    assert ended(visit(url, visit_timeout_s=25), 45) in (Outcome.OK, Outcome.TIMEOUT)


@pytest.mark.usefixtures("the_next_visit_is_unharmed")
def test_a_window_that_closes_itself(web, visit):
    url = web.serve(f"{SITE}/", "<p>hi</p><script>setTimeout(() => { open('', '_self'); close() }, 50)</script>")
    result = visit(url)
    assert ended(result, 20) in (Outcome.FAILED, Outcome.OK)


@pytest.mark.usefixtures("the_next_visit_is_unharmed")
def test_popups_are_heard_and_closed(web, visit):
    url = web.serve(f"{SITE}/", "<script>for (let i = 0; i < 12; i++) open('/popup' + i)</script>")
    web.serve(f"{SITE}/*", "<script>document.cookie = 'popup=1'</script>")
    result = visit(url)
    assert ended(result, 40) is Outcome.OK
    assert "popup" in {c.name for c in result.visit.cookies}
    assert "popups" in result.visit.coverage.collectors


@pytest.mark.usefixtures("the_next_visit_is_unharmed")
def test_a_page_that_kills_its_renderer(web, visit, browsers, run):
    url = web.serve(f"{SITE}/", "", status=302, headers=(("Location", "chrome://crash/"),))
    assert ended(visit(url), 20) in (Outcome.FAILED, Outcome.CRASHED, Outcome.UNREACHABLE)


@pytest.mark.usefixtures("the_next_visit_is_unharmed")
def test_memory_hog(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<p>hi</p><script>const all = []; setInterval(() => { "
        "for (let i = 0; i < 40; i++) all.push(new Array(4e6).fill(i)) }, 1)</script>",
    )
    assert ended(visit(url, visit_timeout_s=25), 60) in (Outcome.CRASHED, Outcome.TIMEOUT, Outcome.OK)


@pytest.mark.usefixtures("the_next_visit_is_unharmed")
def test_invalid_certificate(web, visit):
    url = web.serve(f"{SITE}/", "<p>hi</p>")
    result = visit(url, ignore_certificate_errors=False)
    assert ended(result, 10) is Outcome.UNREACHABLE
    assert "CERT" in result.visit.failure


def test_refused_address_directly_and_by_redirect(web, visit):
    for address in ("http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/"):
        result = visit(address)
        assert ended(result, 10) is Outcome.REFUSED
    url = web.serve(f"{SITE}/", "", status=302, headers=(("Location", "http://192.168.0.1/admin"),))
    result = visit(url)
    assert ended(result, 10) is Outcome.REFUSED
    assert "192.168.0.1" in result.visit.failure


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (403, Outcome.BLOCKED),
        (429, Outcome.BLOCKED),
        (451, Outcome.BLOCKED),
        (404, Outcome.HTTP_ERROR),
        (503, Outcome.HTTP_ERROR),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<h1>Sorry</h1>"])
def test_error_statuses(web, visit, status, outcome, body):
    url = web.serve(f"{SITE}/", body, "tracking=1", status=status)
    result = visit(url)
    assert ended(result, 20) is outcome
    assert str(status) in result.visit.failure


def test_challenge_pages_are_blocked(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<title>Just a moment...</title><script>window._cf_chl_opt = {}</script>",
        "__cf_bm=1",
        headers=(("cf-mitigated", "challenge"),),
    )
    assert ended(visit(url), 20) is Outcome.BLOCKED


@pytest.mark.parametrize(
    ("kind", "headers", "body"),
    [
        ("application/json", (), b"{}"),
        ("text/plain", (), b"text"),
        ("image/gif", (), b"GIF89a"),
        ("application/octet-stream", (), b"\x00\x01"),
        ("text/html", (("Content-Disposition", "attachment; filename=x.html"),), b"<p>hi"),
    ],
)
def test_what_is_not_a_page(web, visit, kind, headers, body):
    url = web.serve(f"{SITE}/", body, kind=kind, headers=headers)
    result = visit(url)
    assert ended(result, 20) is Outcome.FAILED
    assert "not a page" in result.visit.failure


def test_no_content(web, visit):
    url = web.serve(f"{SITE}/", b"", status=204, kind="")
    assert ended(visit(url), 20) is Outcome.FAILED


def test_a_host_that_hangs_up(web, visit):
    def hang_up(handler):
        handler.close_connection = True

    url = web.serve(f"{SITE}/", act=hang_up)
    assert ended(visit(url), 20) is Outcome.UNREACHABLE


def test_a_slow_drip(web, visit):
    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(120):
                handler.wfile.write(b"<p>drop</p>")
                handler.wfile.flush()
                time.sleep(0.25)
        handler.close_connection = True

    url = web.serve(f"{SITE}/", act=drip)
    assert ended(visit(url, visit_timeout_s=8), 25) is Outcome.TIMEOUT


def test_a_page_with_an_endless_script_is_still_observed(web, visit):
    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/javascript")
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(100):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.25)
        handler.close_connection = True

    url = web.serve(f"{SITE}/", "<p>hi</p><script async src=/slow.js></script>", "early=1")
    web.serve(f"{SITE}/slow.js", act=drip)
    result = visit(url, settle_max_ms=1500, visit_timeout_s=60)
    assert ended(result, 45) is Outcome.OK
    assert [c.name for c in result.visit.cookies] == ["early"]
    assert result.visit.coverage.collectors["page"] == "partial: still loading after 15 s"


@pytest.mark.usefixtures("the_next_visit_is_unharmed")
def test_a_huge_answer(web, visit):
    def flood(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        block = b"<!-- " + b"x" * 1_000_000 + b" -->"
        with contextlib.suppress(OSError):
            handler.wfile.write(b"<p>hi</p>")
            for _ in range(200):
                handler.wfile.write(block)
        handler.close_connection = True

    url = web.serve(f"{SITE}/", act=flood)
    assert ended(visit(url, visit_timeout_s=30), 60) in (Outcome.OK, Outcome.TIMEOUT)


@pytest.mark.usefixtures("the_next_visit_is_unharmed")
def test_thousands_of_cookies_and_frames(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<script>for (let i = 0; i < 3000; i++) document.cookie = 'c' + i + '=1';"
        "for (let i = 0; i < 300; i++) document.documentElement.append(document.createElement('iframe'))</script>",
    )
    result = visit(url, visit_timeout_s=60)
    assert ended(result, 70) is Outcome.OK, result.visit.failure
    assert len([c for c in result.visit.cookies if c.in_jar]) <= 180


def test_history_loops(web, visit):
    url = web.serve(
        f"{SITE}/", "<p>hi</p><script>let n = 0; setInterval(() => history.pushState({}, '', '/p' + n++), 5)</script>"
    )
    assert ended(visit(url, visit_timeout_s=40), 50) is Outcome.OK


def test_navigation_loops(web, visit):
    url = web.serve(
        f"{SITE}/", "<p>hi</p><script>setTimeout(() => { location.href = '/?' + Math.random() }, 100)</script>"
    )
    assert ended(visit(url, visit_timeout_s=40), 60) in (Outcome.OK, Outcome.TIMEOUT, Outcome.FAILED)

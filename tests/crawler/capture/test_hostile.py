"""Pages that misbehave: each ends in time, with the right outcome, and the next visit is unharmed."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from auditor.model import Outcome
from crawler.visit import play

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


def test_no_content(web, visit):
    url = web.serve(f"{SITE}/", b"", status=204, kind="")
    assert ended(visit(url), 20) is Outcome.FAILED


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
def test_a_renderer_that_dies(web, task, browsers, guard, run):
    url = web.serve(f"{SITE}/", "<p>hi</p>", "early=1")

    async def go():
        visit = asyncio.create_task(play(task(url, settle_ms=4000), browsers, guard))
        pages = []
        while not pages:
            await asyncio.sleep(0.05)
            contexts = browsers.current.browser.contexts
            pages = [page for context in contexts for page in context.pages if page.url == url]
        session = await pages[0].context.new_cdp_session(pages[0])
        crash = asyncio.create_task(session.send("Page.crash"))
        found = await visit
        await asyncio.gather(crash, return_exceptions=True)
        return found

    first = browsers.current
    result = run(go())
    assert ended(result, 10) is Outcome.CRASHED
    assert result.visit.failure == "the page crashed"
    assert browsers.current is first


def test_redirects_to_what_is_no_web_page(web, visits):
    wanted = {}
    for number, target in enumerate(
        ("chrome://crash/", "file:///etc/passwd", "data:text/html,x", "mailto:a@b.org", "x:y")
    ):
        host = f"to{number}.org"
        wanted[target] = (web.serve(f"{host}/", "", "a=1", status=302, headers=(("Location", target),)), {})
    for target, result in visits(wanted).items():
        assert ended(result, 20) is Outcome.FAILED, target
        loads = target.startswith(("chrome:", "file:", "data:"))
        assert result.visit.failure == ("the browser says UNSAFE_REDIRECT" if loads else "answered without a page")

"""Policies as they are found in the wild: fetched, read from disk, too large, binary, empty, behind a login."""

from __future__ import annotations

import asyncio
import hashlib
import io
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from auditor.model import Outcome, PolicyDocument, PolicySource
from crawler.config import CrawlConfig, NetworkConfig
from crawler.documents import BY_ROBOTS, fetch_policy, is_html, letters
from crawler.fetch import Fetched, Fetcher
from crawler.network import AddressGuard
from crawler.render import Renderer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawler.browser import Browsers

    Run = Callable[..., Any]

LENIENT = NetworkConfig(ignore_certificate_errors=True)
POLICY = "<title>Privacy</title><h1>Privacy policy</h1><p>" + "We use cookies to measure visits. " * 20


@pytest.fixture
def fetch(run: Run, guard: AddressGuard) -> Callable[..., PolicyDocument]:
    """Fetches a policy from the local web or from disk; ``robots`` as in [crawl]."""

    def go(where: str | Path, *, robots: str = "obey", render: Any = None) -> PolicyDocument:
        async def within() -> PolicyDocument:
            async with Fetcher(guard, LENIENT, CrawlConfig(robots=robots)) as fetcher:
                source = PolicySource(url=where) if isinstance(where, str) else PolicySource(file=str(where))
                return await fetch_policy(source, vendor="a", fetcher=fetcher, render=render)

        document: PolicyDocument = run(within())
        return document

    return go


def test_a_policy_by_url(web: Any, fetch: Callable[..., PolicyDocument]) -> None:
    url = web.serve("www.a.example/privacy", POLICY)
    document = fetch(url)
    assert document.content == POLICY.encode()
    assert document.sha256 == hashlib.sha256(POLICY.encode()).hexdigest()
    assert (document.outcome, document.problem, document.failure) == (Outcome.OK, None, None)
    assert (document.source, document.url, document.found_by) == (url, url, "configured")
    assert (document.http_status, document.content_type) == (200, "text/html; charset=utf-8")


def test_a_policy_by_file(tmp_path: Path, fetch: Callable[..., PolicyDocument]) -> None:
    path = tmp_path / "policy.txt"
    path.write_text("We use no cookies.", encoding="utf-8")
    document = fetch(path)
    assert (document.content, document.outcome, document.problem) == (b"We use no cookies.", Outcome.OK, None)
    assert (document.source, document.url, document.http_status) == (str(path), None, None)


def test_redirects_are_followed_and_cookies_are_not_sent(web: Any, fetch: Callable[..., PolicyDocument]) -> None:
    final = web.serve("other.example/privacy", POLICY)
    start = web.serve(
        "www.a.example/p", "", "sid=1; Path=/; Domain=example", status=302, headers=(("Location", final),)
    )
    document = fetch(start)
    assert (document.source, document.url, document.outcome) == (start, final, Outcome.OK)
    assert [asked.cookies for asked in web.asked("other.example", "/privacy")] == [{}]


@pytest.mark.parametrize(
    ("body", "kind", "problem"),
    [
        (b"x" * 20_000_000, "text/plain", "too_large"),
        (b"", "text/html", "empty"),
        (b"<html><body><script>app()</script><div id=root></div>", "text/html", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8, "image/png", "binary"),
        (bytes(range(1, 32)) * 100, "text/plain", "binary"),
        (b"<form><input type='password' name=p></form><p>Please sign in to read on.", "text/html", "login"),
    ],
)
def test_what_is_no_policy_is_recorded_as_what_it_is(
    body: bytes, kind: str, problem: str, web: Any, tmp_path: Path, fetch: Callable[..., PolicyDocument]
) -> None:
    url = web.serve("www.a.example/privacy", body, kind=kind)
    document = fetch(url)
    assert (document.outcome, document.problem, document.content, document.sha256) == (Outcome.OK, problem, None, None)
    assert document.failure
    path = tmp_path / "policy"
    path.write_bytes(body)
    assert fetch(path).problem == problem


def test_a_redirect_to_a_sign_in_page(web: Any, fetch: Callable[..., PolicyDocument]) -> None:
    login = web.serve("www.a.example/login", "<p>Welcome back. Continue with your account.")
    start = web.serve("www.a.example/privacy", "", status=302, headers=(("Location", login),))
    assert fetch(start).problem == "login"


def test_a_long_policy_with_a_sign_in_form_in_its_header_is_a_policy(
    web: Any, fetch: Callable[..., PolicyDocument]
) -> None:
    url = web.serve("www.a.example/privacy", "<input type=password>" + POLICY + "More words. " * 200)
    assert fetch(url).problem is None


def test_a_pdf_is_recognised_by_its_content(web: Any, fetch: Callable[..., PolicyDocument]) -> None:
    url = web.serve("www.a.example/privacy", b"%PDF-1.7\n\0\0\0 binary", kind="text/html")
    document = fetch(url)
    assert (document.problem, document.content) == (None, b"%PDF-1.7\n\0\0\0 binary")


def test_a_word_document_is_recognised_by_its_content(web: Any, fetch: Callable[..., PolicyDocument]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<w:document/>" * 50)
    url = web.serve("www.a.example/privacy.docx", buffer.getvalue(), kind="application/octet-stream")
    document = fetch(url)
    assert (document.problem, document.content) == (None, buffer.getvalue())


def test_another_archive_is_no_document(web: Any, fetch: Callable[..., PolicyDocument]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("policy.txt", "We use cookies. " * 50)
    url = web.serve("www.a.example/privacy.zip", buffer.getvalue(), kind="application/zip")
    assert fetch(url).problem == "binary"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(403, Outcome.BLOCKED), (429, Outcome.BLOCKED), (404, Outcome.HTTP_ERROR), (500, Outcome.HTTP_ERROR)],
)
def test_status_codes(status: int, outcome: Outcome, web: Any, fetch: Callable[..., PolicyDocument]) -> None:
    document = fetch(web.serve("www.a.example/privacy", POLICY, status=status))
    assert (document.outcome, document.http_status, document.content) == (outcome, status, None)
    assert document.failure == f"answered {status}"


def test_robots_txt_is_obeyed_unless_told_otherwise(web: Any, fetch: Callable[..., PolicyDocument]) -> None:
    url = web.serve("www.a.example/privacy", POLICY)
    web.serve("www.a.example/robots.txt", "User-agent: *\nDisallow: /priv", kind="text/plain")
    refused = fetch(url)
    assert (refused.outcome, refused.failure) == (Outcome.REFUSED, BY_ROBOTS)
    assert web.asked("www.a.example", "/privacy") == []
    assert fetch(url, robots="ignore").outcome is Outcome.OK


@pytest.mark.parametrize("status", [404, 500])
def test_a_robots_txt_that_cannot_be_had_forbids_nothing(
    status: int, web: Any, fetch: Callable[..., PolicyDocument]
) -> None:
    web.serve("www.a.example/robots.txt", "User-agent: *\nDisallow: /", status=status)
    assert fetch(web.serve("www.a.example/privacy", POLICY)).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("location", "outcome"),
    [
        ("http://127.0.0.1:9/", Outcome.REFUSED),
        ("http://169.254.169.254/latest/meta-data", Outcome.REFUSED),
        ("file:///etc/passwd", Outcome.REFUSED),
        ("ftp://www.a.example/policy", Outcome.REFUSED),
        ("http://[broken", Outcome.UNREACHABLE),
    ],
)
def test_redirects_cannot_leave_the_public_web(
    location: str, outcome: Outcome, web: Any, fetch: Callable[..., PolicyDocument]
) -> None:
    start = web.serve("www.a.example/privacy", "", status=302, headers=(("Location", location),))
    document = fetch(start)
    assert document.outcome is outcome
    assert document.failure


def test_redirects_without_end(web: Any, fetch: Callable[..., PolicyDocument]) -> None:
    start = web.serve("www.a.example/privacy", "", status=302, headers=(("Location", "/privacy"),))
    document = fetch(start)
    assert (document.outcome, document.failure) == (Outcome.FAILED, "redirects without end")


def test_a_missing_file(tmp_path: Path, fetch: Callable[..., PolicyDocument]) -> None:
    document = fetch(tmp_path / "gone.txt")
    assert (document.outcome, document.failure) == (Outcome.FAILED, "cannot be read: No such file or directory")


def test_an_answer_that_never_ends_is_cut(run: Run) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.05)

    async def within() -> Fetched:
        server = await asyncio.start_server(endless, "127.0.0.1", 0)
        network = NetworkConfig(resolve={"*": f"127.0.0.1:{server.sockets[0].getsockname()[1]}"})
        async with AddressGuard(network) as guard, Fetcher(guard, network, CrawlConfig()) as fetcher:
            answer = await fetcher.get("http://slow.example/", total_s=1.0)
        server.close()
        return answer

    start = time.monotonic()
    answer = run(within())
    assert (answer.outcome, answer.failure) == (Outcome.TIMEOUT, "no complete answer within 1 s")
    assert time.monotonic() - start < 5


@pytest.mark.browser
def test_a_policy_that_a_script_writes_is_rendered(
    web: Any, browsers: Browsers, fetch: Callable[..., PolicyDocument]
) -> None:
    script = f"<div id=r>Loading</div><script>setTimeout(() => r.innerHTML = {POLICY!r}, 300)</script>"
    document = fetch(web.serve("www.a.example/privacy", script), render=Renderer(browsers, CrawlConfig(), LENIENT))
    assert document.content is not None
    assert b"<h1>Privacy policy</h1>" in document.content
    assert document.content_type == "text/html; charset=utf-8"


@pytest.mark.browser
def test_a_policy_in_a_frame_is_read(web: Any, browsers: Browsers, fetch: Callable[..., PolicyDocument]) -> None:
    frame = web.serve("policies.example/a", POLICY)
    url = web.serve("www.a.example/privacy", f"<h1>Privacy</h1><iframe src='{frame}'></iframe>")
    document = fetch(url, render=Renderer(browsers, CrawlConfig(), LENIENT))
    assert document.content is not None
    assert b"We use cookies to measure visits." in document.content


CLOSED = (
    POLICY
    + """
<details><summary>Necessary</summary><p>In details.</p></details>
<button aria-expanded=false onclick="extra.textContent = 'Behind a button.'">More</button><p id=extra></p>
<div role=tablist><button role=tab aria-controls=p>One</button>
<button role=tab aria-controls=p onclick="p.innerHTML = '<p>On the second tab.</p>'">Two</button></div>
<div role=tabpanel id=p><p>On the first tab.</p></div>
<nav><button aria-expanded=false onclick="document.body.innerHTML = 'gone'">Menu</button></nav>
<a href="/away"><span aria-expanded=false>Leave</span></a>
<cookie-list><b slot=note>Slotted note.</b></cookie-list><dialog><p>In a closed dialog.</p></dialog>
<div style="height:3000px"></div><table id=lazy></table>
<script>
customElements.define('cookie-list', class extends HTMLElement {
  constructor() { super(); this.attachShadow({ mode: 'open' }).innerHTML =
    '<table><tr><th>Name</th><th>Expiry</th></tr><tr><td>_ga</td><td>2 years</td></tr></table>' +
    '<slot name=note></slot>'; } });
const row = '<tr><td>_pk_id</td><td>13 months</td></tr>';
addEventListener('scroll', () => { lazy.innerHTML = row.repeat(3); }, { once: true });
</script>"""
)


@pytest.mark.browser
def test_closed_parts_of_a_policy_are_read(web: Any, browsers: Browsers, fetch: Callable[..., PolicyDocument]) -> None:
    url = web.serve("www.a.example/privacy", CLOSED)
    document = fetch(url, render=Renderer(browsers, CrawlConfig(), LENIENT))
    assert document.content is not None
    text = document.content.decode()
    assert "Privacy policy" in text
    missing = [
        part
        for part in (
            *("In details.", "Behind a button.", "On the first tab.", "On the second tab.", "In a closed dialog."),
            *("<td>_ga</td><td>2 years</td>", "Slotted note.", "<td>_pk_id</td>"),
        )
        if part not in text
    ]
    assert missing == []


@pytest.mark.browser
def test_a_banner_is_no_reason_to_leave_the_original(
    web: Any, browsers: Browsers, fetch: Callable[..., PolicyDocument]
) -> None:
    page = POLICY + "<script>document.body.append('We and our partners use cookies. ')</script>"
    document = fetch(web.serve("www.a.example/privacy", page), render=Renderer(browsers, CrawlConfig(), LENIENT))
    assert document.content == page.encode()


@pytest.mark.browser
def test_what_plain_http_is_refused_a_browser_may_get(
    web: Any, browsers: Browsers, fetch: Callable[..., PolicyDocument]
) -> None:
    def by_agent(handler: Any) -> None:
        welcome = "consent-audit" not in handler.headers["User-Agent"]
        body = POLICY.encode()
        handler.send_response(200 if welcome else 403)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    url = web.serve("www.a.example/privacy", act=by_agent)
    assert fetch(url).outcome is Outcome.BLOCKED
    assert fetch(url, render=Renderer(browsers, CrawlConfig(), LENIENT)).outcome is Outcome.OK


def test_letters() -> None:
    assert letters(b"<p>ab<script>no</script><!-- no --> c\xc3\xa9</p>", "text/html; charset=utf-8") >= 4
    assert letters("\ufeffab c".encode("utf-16-le"), "text/plain") == 3
    assert not is_html(b"%PDF-1.4 <html>", "text/html")

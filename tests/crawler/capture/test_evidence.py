"""Pictures of every kind, and the HTTP Archive: names without values, bodies as digests, the format's own structure."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime

import pytest
from click.testing import CliRunner

from auditor.model import Phase, Scenario
from crawler.cli import cli
from crawler.config import CrawlConfig

pytestmark = pytest.mark.browser

SITE = "www.first.com"
OTHER = "t.tracker.net"
BLUE = (0, 0, 255)
BANNER = (
    b'<div id="cookie-banner" style="position:fixed;bottom:0;left:0;right:0;height:120px;background:#00f;color:#fff">'
    b"<p>We use cookies for statistics.</p><button>Accept all</button><button>Reject all</button></div>"
)


_LOOK = """async ([source, points]) => {
  const image = new Image(); image.src = source; await image.decode();
  const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
  pen.drawImage(image, 0, 0);
  const colour = ([x, y]) => Array.from(pen.getImageData(x, y, 1, 1).data.slice(0, 3));
  return [image.width, image.height, ...points.map(colour)];
}"""


def pictures(result, kind):
    """(phase, JPEG) of one kind, in order."""
    content = {artifact.sha256: artifact.content for artifact in result.artifacts}
    shots = [shot for shot in result.visit.screenshots if shot.kind == kind]
    for shot in shots:
        assert hashlib.sha256(content[shot.sha256]).hexdigest() == shot.sha256
    return [(shot.phase, content[shot.sha256]) for shot in shots]


@pytest.fixture
def look(run, browsers):
    """Width, height and the colours at some points of a picture."""

    async def within(picture, points):
        async with browsers.context(CrawlConfig()) as context:
            page = await context.new_page()
            source = f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
            return await page.evaluate(_LOOK, [source, points])

    return lambda picture, *points: run(within(picture, points))


def like(seen, wanted):
    return all(abs(a - b) < 24 for a, b in zip(seen, wanted, strict=True))


def test_the_banner_is_pictured_alone(web, visit, look):
    web.banner = BANNER
    url = web.serve(f"{SITE}/", "<body style='margin:0;background:green'><p style='height:3000px'>text")
    result = visit(url, Scenario.ACCEPT_ALL)
    assert pictures(result, "viewport")[0][0] is Phase.BEFORE_CHOICE
    assert pictures(result, "full") == []
    ((phase, crop),) = pictures(result, "banner")
    _, _, width, height = result.visit.banner.box
    seen_width, seen_height, first, last = look(crop, [5, 5], [round(width) - 5, round(height) - 5])
    assert (phase, seen_width, seen_height) == (Phase.BEFORE_CHOICE, round(width), round(height))
    assert like(first, BLUE)
    assert like(last, BLUE)


def test_a_banner_half_in_sight_is_cut_and_without_one_there_is_no_picture(web, visit, look):
    web.banner = BANNER.replace(b"bottom:0", b"bottom:-60px")
    result = visit(web.serve(f"{SITE}/", "<body style='margin:0;background:green'>text"))
    ((_, crop),) = pictures(result, "banner")
    assert look(crop)[1] == round(768 - result.visit.banner.box[1]) < round(result.visit.banner.box[3])
    web.banner = b""
    result = visit(web.serve(f"{SITE}/", "<p>no banner"))
    assert [shot.kind for shot in result.visit.screenshots] == ["viewport"]


def test_whole_pages_on_demand_are_bounded(web, visit, look):
    url = web.serve(
        f"{SITE}/",
        "<body style='margin:0;background:green'><p style='height:2980px;margin:0'>text<p style='background:blue;"
        "height:20px;margin:0'></p><a href=/endless>endless</a>",
    )
    web.serve(f"{SITE}/endless", "<p style='height:900000px'>long")
    result = visit(url, screenshots="full", pages=("/endless",), pages_per_site=2)
    assert [look(picture)[1] for _, picture in pictures(result, "viewport")] == [768, 768]
    (_, whole), (_, long) = pictures(result, "full")
    _, height, foot = look(whole, [9, 2990])
    assert 3000 <= height < 3200
    assert like(foot, BLUE)
    assert look(long)[1] == 16_000
    assert result.visit.coverage.collectors["screenshots"] == "ok"


def required(thing, *keys):
    """The keys that HAR 1.2 demands are there, and further ones are the format's or begin with an underscore."""
    assert set(keys) <= set(thing), (keys, thing)


def check_structure(har):
    """What http://www.softwareishard.com/blog/har-12-spec/ demands."""
    log = har["log"]
    required(log, "version", "creator", "entries")
    assert log["version"] == "1.2"
    required(log["creator"], "name", "version")
    ids = {page["id"] for page in log["pages"]}
    for page in log["pages"]:
        required(page, "startedDateTime", "id", "title", "pageTimings")
        assert datetime.fromisoformat(page["startedDateTime"]).tzinfo is not None
    assert len(ids) == len(log["pages"])
    for entry in log["entries"]:
        required(entry, "startedDateTime", "time", "request", "response", "cache", "timings")
        assert entry["pageref"] in ids
        assert entry["time"] == pytest.approx(sum(entry["timings"].values()), abs=0.2)
        required(entry["timings"], "send", "wait", "receive")
        request, response = entry["request"], entry["response"]
        required(
            request, "method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"
        )
        required(
            response,
            *("status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"),
            *("headersSize", "bodySize"),
        )
        required(response["content"], "size", "mimeType")
        assert isinstance(response["status"], int)
        if "postData" in request:
            required(request["postData"], "mimeType", "params", "text")
        for pair in (*request["headers"], *response["headers"], *request["cookies"], *response["cookies"]):
            assert isinstance(pair["name"], str)
            assert isinstance(pair["value"], str)
    moments = [entry["startedDateTime"] for entry in log["entries"]]
    assert moments == sorted(moments)


def test_the_archive_has_names_and_digests_and_no_values(web, visit):
    secrets = [f"{word}-7f3a9c2e11d04b" for word in ("cookie", "query", "body", "etag", "token", "matrix", "custom")]
    cookie, query, body, etag, token, matrix, custom = secrets
    script = (
        f"document.cookie = 'own={cookie}'; fetch('https://{OTHER}/collect;jsessionid={matrix}?cid={query}&v=1', "
        f"{{ method: 'POST', body: '{body}', mode: 'no-cors', credentials: 'include' }});"
        f"fetch('/api', {{ headers: {{ authorization: 'Bearer {token}', 'x-visitor': '{custom}' }} }})"
    )
    url = web.serve(
        f"{SITE}/", "", f"uid={cookie}; Max-Age=600", status=302, headers=(("Location", f"/home?s={query}"),)
    )
    page = f"<title>Home</title><script src=/app.js></script><img src='https://{OTHER}/p.gif?cid={query}'>"
    web.serve(f"{SITE}/home", page, f"sid={cookie}; HttpOnly", headers=(("ETag", f'"{etag}"'), ("X-Id", custom)))
    web.serve(f"{SITE}/app.js", script, kind="text/javascript")
    web.serve(f"{SITE}/api", b"{}", kind="application/json")
    web.serve(f"{OTHER}/p.gif", b"GIF89a", f"tid={cookie}; SameSite=None; Secure", kind="image/gif")
    web.serve(f"{OTHER}/*", b"", status=204)
    result = visit(url, har=True)
    ((kind, digest),) = [(recording.kind, recording.sha256) for recording in result.visit.recordings]
    content = next(artifact.content for artifact in result.artifacts if artifact.sha256 == digest)
    assert (kind, hashlib.sha256(content).hexdigest()) == ("har", digest)
    assert [secret for secret in secrets if secret in content.decode()] == []

    har = json.loads(content)
    check_structure(har)
    entries = {entry["request"]["url"]: entry for entry in har["log"]["entries"]}
    home, app = entries[f"https://{SITE}/home?s="], entries[f"https://{SITE}/app.js"]
    assert [page["title"] for page in har["log"]["pages"]] == ["Home"]
    first = entries[f"https://{SITE}/"]["response"]
    assert (first["status"], first["redirectURL"], first["statusText"]) == (302, "/home?s=", "Found")
    assert first["cookies"] == [{"name": "uid", "value": "redacted"}]
    assert {"name": "set-cookie", "value": "uid=redacted; Max-Age=600"} in first["headers"]
    assert home["request"]["cookies"] == [{"name": "uid", "value": "redacted"}]
    assert home["request"]["queryString"] == [{"name": "s", "value": "redacted"}]
    assert home["_phase"] == "before_choice"
    assert app["response"]["content"]["_sha256"] == hashlib.sha256(script.encode()).hexdigest()
    assert app["response"]["content"]["size"] == len(script)
    assert app["_initiatorChain"] == [f"https://{SITE}/home?s="]
    (collect,) = (entry for address, entry in entries.items() if "/collect" in address)
    assert collect["request"]["method"] == "POST"
    assert collect["request"]["postData"]["_sha256"] == hashlib.sha256(body.encode()).hexdigest()
    assert [pair["name"] for pair in collect["request"]["queryString"]] == ["cid", "v"]
    assert result.visit.coverage.collectors.get("har", "ok") == "ok"


def test_without_being_asked_for_there_is_no_archive(web, visit):
    result = visit(web.serve(f"{SITE}/", "<p>hello"))
    assert result.visit.recordings == ()
    assert {artifact.mime for artifact in result.artifacts} == {"image/jpeg"}


def test_the_command_saves_what_it_is_asked_for(web, tmp_path, look):
    url = web.serve(f"{SITE}/", "<title>Long</title><body style='margin:0'><p style='height:2000px;margin:0'>text")
    (tmp_path / "vendors.toml").write_text(
        f'[crawl]\nsettle_ms = 300\npages_per_site = 1\n[network]\nresolve = {{ "*" = "127.0.0.1:{web.port}" }}\n'
        "ignore_certificate_errors = true\n"
    )
    picture, har = tmp_path / "page.jpg", tmp_path / "visit.har"
    options = ["--screenshot", picture, "--full-page", "--har", har, "--vendors", tmp_path / "vendors.toml", "--json"]
    result = CliRunner().invoke(cli, ["visit", url, *map(str, options)])
    assert (result.exit_code, json.loads(result.stdout)["title"]) == (0, "Long")
    assert look(picture.read_bytes())[1] >= 2000
    archive = json.loads(har.read_bytes())
    check_structure(archive)
    assert archive["log"]["pages"][0]["title"] == "Long"

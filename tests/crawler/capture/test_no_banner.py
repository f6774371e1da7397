"""Pages without a banner, which are watched until none can come any more: to watch is to ask for nothing."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser

SITE, OTHER = "www.quiet.com", "cdn.other.net"
FRESH = {"headers": (("Cache-Control", "no-store"),)}
SHEET, SCRIPT = {"kind": "text/css", **FRESH}, {"kind": "text/javascript", **FRESH}


def test_what_is_not_to_be_kept_is_loaded_as_often_as_the_page_loads_it(web, visit):
    web.banner = b""
    url = web.serve(
        f"{SITE}/",
        f"""<link rel=stylesheet href=https://{OTHER}/own.css><link rel=stylesheet media=print href=/print.css>
        <link rel=manifest href=/site.webmanifest><script src=/tag.js></script>
        <iframe src=https://{OTHER}/frame></iframe><p>hello""",
        **FRESH,
    )
    web.serve(f"{OTHER}/own.css", "@import 'deep.css'", "own=1; SameSite=None; Secure", **SHEET)
    web.serve(f"{OTHER}/frame", "<link rel=stylesheet href=/framed.css>", **FRESH)
    for sheet in (f"{OTHER}/deep.css", f"{SITE}/print.css", f"{OTHER}/framed.css"):
        web.serve(sheet, "p { color: red }", **SHEET)
    web.serve(f"{SITE}/tag.js", "document.cookie = 'tag=1'", **SCRIPT)
    web.serve(f"{SITE}/site.webmanifest", "{}", kind="application/manifest+json", **FRESH)
    found = visit(url).visit
    wanted = {"/", "/own.css", "/deep.css", "/print.css", "/tag.js", "/frame", "/framed.css"}
    asked = Counter((a.host, a.path) for a in web.log if a.path != "/robots.txt")
    assert asked == Counter((urlsplit(r.url).hostname, urlsplit(r.url).path) for r in found.requests)
    assert Counter(path for _, path in asked.elements()) == Counter(wanted)
    assert {(c.name, c.event.value, c.set_by.value) for c in found.cookies} == {
        ("own", "set", "http"),
        ("tag", "set", "script"),
    }


def test_a_script_that_speaks_of_consent_is_given_the_time_that_it_takes(web, visit):
    web.banner = b""
    url = web.serve(f"{SITE}/", "<script src=/late.js></script><p>hello")
    late = """setTimeout(() => document.body.insertAdjacentHTML("beforeend",
        `<div class=x style="position:fixed;bottom:0;left:0;right:0;padding:20px;background:#fff">
        <p>We use cookies for statistics.</p><button>Accept all</button><button>Reject all</button></div>`), 6000)"""
    web.serve(f"{SITE}/late.js", late, **SCRIPT)
    found = visit(url).visit
    assert found.banner is not None, "without a word of the script the page is left when it is 4 s old"
    assert (found.banner.accept_clicks, found.banner.reject_clicks) == (1, 1)

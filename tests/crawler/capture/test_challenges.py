"""Challenge pages: one that stays is blocked, one that lets the browser in is no evidence against the site."""

from __future__ import annotations

import pytest

from auditor.model import CookieEvent, Outcome, Scenario

pytestmark = pytest.mark.browser

CHALLENGE = (
    "<title>Just a moment...</title><p>Verifying you are human.</p><script>"
    "document.cookie = 'wall_script=1; max-age=900'; fetch('/wall-check');"
    "setTimeout(() => {{ {then} }}, {after})</script>"
)
LET_IN = "document.cookie = 'passed=1; max-age=900'; location.reload()"
PASSED = ("within the window", "after the window", "at once", "of status 200", "of status 503")
PAGE = "<title>Shop</title><p>A shop with words.</p><script>document.cookie = 'site_script=1'</script>"


def guarded(web, host, *, after=300, status=403, path="/", page=PAGE, then=LET_IN):
    """A page behind a challenge that sets a cookie and loads the page again."""
    served = CHALLENGE.format(then=then, after=after).encode()

    def answer(handler):
        passed = "passed=1" in handler.headers.get("Cookie", "")
        body = page.encode() + web.banner if passed else served
        handler.send_response(200 if passed else status)
        handler.send_header("Set-Cookie", "site_http=1" if passed else "wall_http=1; Max-Age=900")
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    web.serve(f"{host}/wall-check", "{}", kind="application/json")
    return web.serve(f"{host}{path}", act=answer)


def events(visit):
    return {(c.name, str(c.event)) for c in visit.cookies}


def test_challenges(web, visits):
    """One that goes within the window, one after it, one of status 200, one that stays."""
    found = visits(
        {
            "within the window": (guarded(web, "soon.org"), {"settle_ms": 1500}),
            "after the window": (guarded(web, "later.org", after=6000), {}),
            "at once": (guarded(web, "once.org", after=0), {}),
            "of status 200": (guarded(web, "fine.org", status=200, after=2500), {}),
            "of status 503": (guarded(web, "down.org", status=503, after=2500), {}),
            "stays": (guarded(web, "never.org", then=""), {}),
            "asks again": (guarded(web, "again.org", then="location.reload()", after=1500), {}),
            "gets bare": (
                guarded(web, "bare.org", then="document.title = ''; document.body.innerHTML = ''", after=5000),
                {},
            ),
        }
    )
    visited = {name: result.visit for name, result in found.items()}
    assert {name: (v.outcome, v.failure) for name, v in visited.items()} == {
        **dict.fromkeys(PASSED, (Outcome.OK, None)),
        **dict.fromkeys(["stays", "asks again", "gets bare"], (Outcome.BLOCKED, "Cloudflare challenge")),
    }
    for name in PASSED:
        found_in = visited[name]
        assert (found_in.title, found_in.http_status, len(found_in.pages)) == ("Shop", 200, 1)
        assert events(found_in) == {
            ("site_http", "set"),
            ("site_script", "set"),
            ("wall_http", "present"),
            ("wall_script", "present"),
            ("passed", "present"),
        }, name
        assert not [r.url for r in found_in.requests if "wall-check" in r.url]
        assert len([r for r in found_in.requests if r.resource_type == "document"]) == 1
        told = found_in.coverage.collectors["challenge"]
        assert told.startswith("partial: ")
        assert told.endswith("s before " + found_in.final_url + ": what it stored is not the site's")
    assert (visited["stays"].cookies, visited["stays"].requests) == ((), ())
    assert visited["asks again"].duration_ms < 30_000


def test_a_challenge_on_a_further_page_makes_no_evidence(web, visits):
    home = "<title>Home</title><p>home</p><a href=/pricing>Pricing</a><a href=/contact>Contact</a>"
    web.serve("shop.org/contact", "<title>Contact</title><p>contact", "contact=1")
    guarded(web, "shop.org", path="/pricing", then="")
    guarded(web, "gate.org", path="/pricing", after=2500)
    found = visits(
        {
            "stays": (web.serve("shop.org/", home, "home=1"), {"pages_per_site": 3}),
            "lets in": (web.serve("gate.org/", home, "home=1"), {"pages_per_site": 2}),
        }
    )
    shop, gate = found["stays"].visit, found["lets in"].visit
    assert (shop.outcome, shop.pages) == (Outcome.OK, ("https://shop.org/", "https://shop.org/contact"))
    assert events(shop) == {("home", "set"), ("contact", "set")}
    assert not [r.url for r in shop.requests if "pricing" in r.url or "wall" in r.url]
    assert "Cloudflare challenge" in shop.coverage.collectors["pages"]
    assert (gate.outcome, gate.pages) == (Outcome.OK, ("https://gate.org/", "https://gate.org/pricing"))
    assert events(gate) == {("home", "set"), ("site_http", "set"), ("site_script", "set")}
    assert "https://gate.org/pricing: what it stored" in gate.coverage.collectors["challenge"]


def test_a_challenge_after_a_choice_is_blocked_and_not_half_a_visit(web, visit):
    def answer(handler):
        chosen = "choice=" in handler.headers.get("Cookie", "")
        body = CHALLENGE.format(then="", after=0).encode() if chosen else banner
        handler.send_response(403 if chosen else 200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    banner = web.banner + (
        b"<script>for (const button of document.querySelectorAll('button')) button.onclick = () => {"
        b"document.cookie = 'choice=1'; document.getElementById('cookie-banner').remove() }</script>"
    )
    found = visit(web.serve("shop.org/", act=answer), Scenario.REJECT_ALL).visit
    assert (found.outcome, found.failure, found.cookies) == (Outcome.BLOCKED, "Cloudflare challenge", ())


def test_a_form_with_a_captcha_and_words_about_walls_are_pages(web, visits):
    captcha = "<div class=g-recaptcha data-sitekey=x></div><input name=name><input name=mail><textarea></textarea>"
    notice = "<p>This site is protected by reCAPTCHA and the Google Privacy Policy and Terms of Service apply."
    found = visits(
        {
            "contact": (web.serve("a.org/", f"<title>Contact</title><p>Write to us</p>{captcha}{notice}", "a=1"), {}),
            "turnstile": (
                web.serve("b.org/", "<title>Log in</title><div class=cf-turnstile></div><input type=password>", "a=1"),
                {},
            ),
            "article": (
                web.serve(
                    "c.org/", "<title>News</title><h1>Access denied</h1><p>The court said: access denied.", "a=1"
                ),
                {},
            ),
            "clobbered": (
                web.serve(
                    "d.org/",
                    "<title>T</title><p>text</p><form name=title></form><img name=body><a href=/x name=links>",
                    "a=1",
                ),
                {},
            ),
        }
    )
    for name, result in found.items():
        assert (result.visit.outcome, result.visit.failure) == (Outcome.OK, None), name
        assert [(c.name, c.event) for c in result.visit.cookies] == [("a", CookieEvent.SET)], name
    assert found["clobbered"].visit.title == "T"

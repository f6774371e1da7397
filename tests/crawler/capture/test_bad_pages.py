"""Pages that misbehave: each ends in time, with the right outcome, and whoever is visited meanwhile is unharmed.

Pages of one test are visited beside each other in one browser, a normal page among them and one after them.
"""
# ruff: noqa: E501 (a page is read more easily in one piece)

from __future__ import annotations

import pytest

from auditor.model import Outcome, SetBy

pytestmark = pytest.mark.browser

BANNERLESS = "<p>some words of a page</p>"
USUAL_S = 90
"""The time of a visit where nothing is configured."""
CLOSING_S = 12
"""What closing the pages of a visit may take beyond its time."""


def script(code):
    return f"<title>Bad</title>{BANNERLESS}<script>{code}</script>"


IDLE = {
    # name: (page, outcome, failure or None, names of the cookies that must be seen)
    "alert, confirm and prompt": (
        script("alert(1); document.cookie = 'c=' + confirm(2); document.cookie = 'p=' + prompt(3)"),
        Outcome.OK, None, {"c", "p"},
    ),
    "an alert every 20 ms": (script("document.cookie = 'a=1'; setInterval(() => alert(1), 20)"), Outcome.OK, None, {"a"}),
    "beforeunload": (
        script("document.cookie = 'a=1'; addEventListener('beforeunload', (e) => { e.preventDefault(); e.returnValue = 'x' })"),
        Outcome.OK, None, {"a"},
    ),
    "print": (script("document.cookie = 'a=1'; for (let i = 0; i < 20; i++) print(); setInterval(print, 100)"),
              Outcome.OK, None, {"a"}),
    "pushState 100,000 times": (
        script("try { for (let i = 0; i < 1e5; i++) history.pushState({}, '', '/p' + i) } catch {} document.cookie = 'a=1'"),
        Outcome.OK, None, {"a"},
    ),
    "back and forward": (
        script("history.pushState(1, '', '/one'); setInterval(() => { history.back(); setTimeout(() => history.forward(), 20) }, 50);"
               "document.cookie = 'a=1'"),
        Outcome.OK, None, {"a"},
    ),
    "a hash loop": (script("let n = 0; setInterval(() => { location.hash = n++ }, 5); document.cookie = 'a=1'"),
                    Outcome.OK, None, {"a"}),
    "navigation loop": (script("document.cookie = 'a=1'; setTimeout(() => { location.href = '/?' + Math.random() }, 50)"),
                        Outcome.FAILED, "from document to document without end", set()),
    "reload loop": (script("document.cookie = 'a=1'; location.reload()"), Outcome.FAILED, "without end", set()),
    "meta refresh loop": ("<meta http-equiv=refresh content='0;url=/?again'><p>words", Outcome.FAILED, "without end", set()),
    "form post loop": ("<p>words<form method=post id=f></form><script>document.getElementById('f').submit()</script>",
                       Outcome.FAILED, "without end", set()),
    "window.close": (script("document.cookie = 'a=1'; close()"), Outcome.OK, None, {"a"}),
    "self open and close": (script("document.cookie = 'a=1'; setTimeout(() => { open('', '_self'); close() }, 50)"), Outcome.OK,
                            None, {"a"}),
    "mailto, tel and schemes": (
        script("document.cookie = 'a=1'; for (const u of ['mailto:a@b.org', 'tel:+44', 'skype:x', 'intent://x', 'itms-apps://x'])"
               " setTimeout(() => { location.href = u }, 10)"),
        Outcome.OK, None, {"a"},
    ),
    "file, chrome, data and view-source": (
        script("document.cookie = 'a=1'; for (const u of ['file:///etc/passwd', 'chrome://crash/', 'chrome://settings',"
               "'view-source:https://a.org/', 'data:text/html,<p>x', 'about:blank#x']) try { location.href = u } catch {}"),
        Outcome.OK, None, {"a"},
    ),
    "permission prompts": (
        script("document.cookie = 'a=1'; navigator.geolocation.getCurrentPosition(() => { document.cookie = 'geo=1' });"
               "Notification.requestPermission(); navigator.mediaDevices && navigator.mediaDevices.getUserMedia({video: true, audio: true}).catch(() => {});"
               "document.documentElement.requestFullscreen().catch(() => {}); document.documentElement.requestPointerLock()"),
        Outcome.OK, None, {"a"},
    ),
    "debugger": (script("document.cookie = 'a=1'; setInterval(() => { debugger }, 5); for (let i = 0; i < 1e4; i++) { debugger }"),
                 Outcome.OK, None, {"a"}),
    "redefined prototypes": (
        script("const bad = () => { throw new Error('mine') };"
               "Array.prototype.map = Array.prototype.slice = Array.from = Array.prototype[Symbol.iterator] = bad;"
               "JSON.stringify = JSON.parse = bad; String.prototype.slice = String.prototype.indexOf = bad; Promise.prototype.then = bad;"
               "EventTarget.prototype.addEventListener = EventTarget.prototype.dispatchEvent = bad; Object.prototype.toJSON = bad;"
               "Object.defineProperty(Object.prototype, 'get', {get: bad, configurable: true}); Function.prototype.call = bad;"
               "Function.prototype.apply = bad; Reflect.apply = bad; window.Error = null; window.performance.now = bad; document.cookie = 'a=1'"),
        Outcome.OK, None, {"a"},
    ),
    "clobbered document": (
        "<title>Bad</title><p>words<form name=cookie></form><img name=body><img name=documentElement><form name=links></form>"
        "<img name=querySelectorAll><form name=createTreeWalker></form><img name=title><img name=scrollingElement>"
        "<img name=getElementById><a id=location name=location href=x>x</a><form id=self></form>",
        Outcome.OK, None, {"served"},
    ),
    "a hostile title": ("<title>\u202e\u0007\x1b[31m" + "t" * 1_000_000 + "</title><p>words", Outcome.OK, None, {"served"}),
    "a sandboxed document": (("<p>words", {"Content-Security-Policy": "sandbox"}), Outcome.OK, None, {"served"}),
    "a strict policy": (
        ("<p>words<script>document.cookie = 'never=1'</script>", {"Content-Security-Policy": "default-src 'none'; trusted-types 'none'; require-trusted-types-for 'script'"}),
        Outcome.OK, None, {"served"},
    ),
    "an isolated document": (
        ("<p>words<script>document.cookie = 'a=' + crossOriginIsolated</script>",
         {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Resource-Policy": "same-origin"}),
        Outcome.OK, None, {"a"},
    ),
    "popups that pop up": (
        script("document.cookie = 'a=1'; open('/recursive')"), Outcome.OK, None, {"a", "recursive"}),
}  # fmt: skip

BUSY = {
    "messages": (script("document.cookie = 'a=1'; addEventListener('message', () => postMessage('x', '*')); postMessage('x', '*')"),
                 Outcome.OK, None, {"a"}),
    "a flood of messages": (
        script("document.cookie = 'a=1'; onmessage = () => {}; setInterval(() => { for (let i = 0; i < 500; i++) postMessage(i, '*') }, 5)"),
        Outcome.OK, None, {"a"},
    ),
    "animation frames": (
        script("document.cookie = 'a=1'; const f = () => { document.body.style.background = '#' + Math.random().toString(16).slice(2, 8);"
               "requestAnimationFrame(f) }; f()"),
        Outcome.OK, None, {"a"},
    ),
    "a lot of storage": (
        script("try { for (let i = 0; i < 3000; i++) localStorage['k' + i] = 'v'.repeat(1000) } catch {} document.cookie = 'a=1'"),
        Outcome.OK, None, {"a"},
    ),
    "endless sockets and streams": (
        script("document.cookie = 'a=1'; new EventSource('/missing'); setInterval(() => { try { new WebSocket('wss://bad.org/s') } catch {} }, 50);"
               "setInterval(() => navigator.sendBeacon('/b', 'x'), 50); setInterval(() => { new Image().src = '/p?' + Math.random() }, 50)"),
        Outcome.OK, None, {"a"},
    ),
    "a worker that never ends": (
        script("document.cookie = 'a=1'; new Worker(URL.createObjectURL(new Blob(['for (;;) {}'])))"), Outcome.OK, None, {"a"}),
    "popups without end": (
        script("document.cookie = 'a=1'; for (let i = 0; i < 20; i++) open('/popup' + i); setInterval(() => open('/popup'), 300)"),
        Outcome.OK, None, {"a"},
    ),
    "downloads": (
        script("document.cookie = 'a=1'; for (let i = 0; i < 30; i++) { const l = document.createElement('a'); l.download = 'f' + i;"
               "l.href = URL.createObjectURL(new Blob(['x'])); document.body.append(l); l.click() } location.href = '/file'"),
        Outcome.OK, None, {"a"},
    ),
    "20,000 lines on the console": (script("for (let i = 0; i < 2e4; i++) console.log(i); document.cookie = 'a=1'"),
                                     Outcome.OK, None, {"a"}),
    "30,000 links": ("<p>words" + "<a href=/x>x</a> " * 30_000, Outcome.OK, None, {"served"}),
    "a document of 50 MB": ("<p>words" * 2_000 + f"<script type=application/json>{'[1234567],' * 5_000_000}</script>", Outcome.OK, None, {"served"}),
    "a deep tree": ("<p>words" + "<div>" * 20_000, Outcome.OK, None, {"served"}),
    "10,000 frames": (
        script("document.cookie = 'a=1'; for (let i = 0; i < 1e4; i++) document.body.append(document.createElement('iframe'))"),
        Outcome.OK, None, {"a"},
    ),
    "a document written without end": (
        script("document.cookie = 'a=1'; setInterval(() => { document.write('<p>more'); document.close() }, 1)"), Outcome.OK, None, {"a"}),
    "typed arrays without end": (
        script("document.cookie = 'a=1'; const all = []; try { for (;;) all.push(new ArrayBuffer(2 ** 33)) } catch {}"), Outcome.OK, None, {"a"}),
    "memory without end": (
        script("const all = []; for (;;) all.push(new Array(4e6).fill(0))"), Outcome.CRASHED, "the page crashed", set()),
}  # fmt: skip

ENDLESS = {
    "a script that never ends": (script("for (;;) {}"), Outcome.TIMEOUT, "", set()),
    "an alert in a loop without end": (script("for (;;) alert(1)"), Outcome.TIMEOUT, "", set()),
    "print in a loop without end": (script("for (;;) print()"), Outcome.TIMEOUT, "", set()),
    "a frame that never ends": (
        "<p>words<iframe src='https://third.org/loop'></iframe>", Outcome.TIMEOUT, "", set()),
    "written in one go without end": (script("for (;;) document.write('<p>more')"), Outcome.TIMEOUT, "", set()),
}  # fmt: skip


def serve(web, host, page):
    body, headers = page if isinstance(page, tuple) else (page, {})
    web.serve(f"{host}/popup", "<script>document.cookie = 'popup=1'</script>")
    web.serve(
        f"{host}/recursive", "<script>document.cookie = 'recursive=1'; open('/recursive?' + Math.random())</script>"
    )
    web.serve(f"{host}/file", b"x", kind="application/zip", headers=(("Content-Disposition", "attachment"),))
    web.serve(f"{host}/*", body, "served=1", headers=tuple(headers.items()))
    return web.serve(f"{host}/", body, "served=1", headers=tuple(headers.items()))


def check(name, visit, expected, limit_s):
    """Outcome, reason and every cookie that the page got set; a visit without evidence has none at all."""
    _, outcome, failure, cookies = expected
    assert (visit.outcome, visit.duration_ms < limit_s * 1000) == (outcome, True), (name, visit.failure)
    if outcome is Outcome.OK:
        seen = {cookie.name for cookie in visit.cookies if cookie.name != "popup"}
        assert (visit.failure, seen) == (None, cookies | {"served"}), name
    else:
        assert failure in visit.failure, name
        assert (visit.cookies, visit.requests, visit.storage, visit.screenshots) == ((), (), (), ()), name


def play(web, visits, pages, beside, limit_s):
    """Visit all pages beside each other, and normal ones after them in the same browser."""
    crawl = {"settle_max_ms": 2500, "visit_timeout_s": limit_s}
    found = visits(
        {
            name: (serve(web, f"bad{number}.org", page), crawl)
            for number, (name, (page, *_)) in enumerate(pages.items())
        },
        beside,
    )
    good = visits(
        {f"good{n}": (web.serve(f"good{n}.org/", "<title>Good</title><p>fine", "ok=1"), {}) for n in range(2)}
    )
    for result in good.values():
        seen = result.visit
        assert (seen.outcome, seen.title, [c.name for c in seen.cookies]) == (Outcome.OK, "Good", ["ok"]), seen.failure
    for name, expected in pages.items():
        check(name, found[name].visit, expected, limit_s + CLOSING_S)
    return {name: result.visit for name, result in found.items()}


def test_what_ends_at_once(web, visits):
    play(web, visits, IDLE, beside=6, limit_s=USUAL_S)


def test_what_eats_a_core_or_memory(web, visits):
    seen = play(web, visits, BUSY, beside=2, limit_s=USUAL_S)
    assert "beyond the limit" in seen["a lot of storage"].coverage.collectors["storage"]
    for collector in ("storage", "api_calls"):
        assert "beyond the limit" in seen["10,000 frames"].coverage.collectors[collector]
    assert seen["animation frames"].coverage.collectors["storage"] == "ok"
    assert "more than 5 windows" in seen["popups without end"].coverage.collectors["popups"]


def test_what_never_ends(web, visits):
    """Waiting longer brings nothing: the visits get a tenth of the usual time."""
    web.serve("third.org/loop", "<p>x<script>for (;;) {}</script>")
    play(web, visits, ENDLESS, beside=3, limit_s=8)


def test_ten_thousand_cookies(web, visit):
    """All that the browser keeps are recorded; whose writes were too many to hear is said and not guessed."""
    code = "for (let i = 0; i < 1e4; i++) document.cookie = 'c' + i + '=1'"
    found = visit(web.serve("many.org/", script(code))).visit
    kept = {cookie.name: cookie for cookie in found.cookies if cookie.in_jar}
    assert found.outcome is Outcome.OK
    assert (
        found.coverage.collectors["cookies"] == "partial: beyond 5000 of one document (cookie) known by the jar alone"
    )
    assert (len(kept) > 100, "c9999" in kept) == (True, True)
    assert {str(kept[name].set_by) for name in kept} == {"unknown"}
    heard = {cookie.name for cookie in found.cookies if cookie.set_by is SetBy.SCRIPT}
    assert heard == {f"c{number}" for number in range(5000)}

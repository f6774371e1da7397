"""Cookies: every way of writing one, with its author; and none that was not written."""

from __future__ import annotations

import pytest

from auditor.model import CookieEvent, Outcome, Party, Phase, SetBy

pytestmark = pytest.mark.browser

SITE = "www.first.com"
OTHER = "ads.tracker.net"
DAY = 86_400


def facts(visit):
    return {(c.name, c.domain, c.event, c.set_by, c.in_jar) for c in visit.cookies}


def one(visit, name, event=None):
    (found,) = [c for c in visit.cookies if c.name == name and event in (None, c.event)]
    return found


def test_http_cookie_with_attributes(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<title>Home</title><p>hello",
        "plain=1",
        f"full=abc; Domain=first.com; Path=/; Max-Age={DAY}; Secure; HttpOnly; SameSite=Strict",
    )
    found = visit(url).visit
    assert found.outcome is Outcome.OK
    assert (found.title, found.http_status, found.final_url, found.pages) == ("Home", 200, url, (url,))
    assert facts(found) == {
        ("plain", SITE, CookieEvent.SET, SetBy.HTTP, True),
        ("full", "first.com", CookieEvent.SET, SetBy.HTTP, True),
    }
    full, plain = one(found, "full"), one(found, "plain")
    assert (full.host_only, full.secure, full.http_only, full.same_site) == (False, True, True, "Strict")
    assert (full.lifetime_seconds, full.declared_lifetime_seconds) == (DAY, DAY)
    assert (full.value.raw, full.value.length, full.party, full.phase) == ("abc", 3, Party.FIRST, Phase.BEFORE_CHOICE)
    assert (plain.host_only, plain.secure, plain.same_site, plain.lifetime_seconds) == (True, False, None, None)
    assert plain.initiator == url
    assert plain.initiator_chain == (url,)


def test_lifetimes_are_clamped_but_the_declared_one_is_kept(web, visit):
    url = web.serve(
        f"{SITE}/", "<p>hello", f"long=1; Max-Age={1000 * DAY}", "dated=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT"
    )
    found = visit(url).visit
    assert one(found, "long").lifetime_seconds == 400 * DAY
    assert one(found, "long").declared_lifetime_seconds == 1000 * DAY
    assert one(found, "dated").lifetime_seconds == 400 * DAY
    assert one(found, "dated").declared_lifetime_seconds > 20_000 * DAY


def test_cookies_of_redirects_and_sub_resources(web, visit):
    last = web.serve(f"{SITE}/home", f'<img src="https://{OTHER}/a"><script src="/s.js"></script>', "final=1")
    url = web.serve(f"{SITE}/", "", "hop=1", status=302, headers=(("Location", last),))
    web.serve(f"{SITE}/s.js", "1", "script_response=1", kind="text/javascript")
    middle = web.serve(f"{OTHER}/b", b"GIF89a", "second=1; SameSite=None; Secure", kind="image/gif")
    start = web.serve(f"{OTHER}/a", "", "first=1; SameSite=None; Secure", status=302, headers=(("Location", middle),))
    found = visit(url).visit
    assert {c.name for c in found.cookies} == {"hop", "final", "script_response", "first", "second"}
    assert all(c.event is CookieEvent.SET and c.set_by is SetBy.HTTP and c.in_jar for c in found.cookies)
    assert one(found, "second").initiator_chain == (middle, start, last)
    assert one(found, "second").party is Party.THIRD
    assert one(found, "hop").initiator == url


def test_script_cookies_have_their_script(web, visit):
    url = web.serve(
        f"{SITE}/",
        f'<script src="https://{OTHER}/tag.js"></script><script>document.cookie = "inline=1; path=/"</script>',
    )
    script = web.serve(
        f"{OTHER}/tag.js",
        f'document.cookie = "tag=abc; max-age={DAY}; domain=first.com; path=/"',
        kind="text/javascript",
    )
    found = visit(url).visit
    tag = one(found, "tag")
    assert (tag.domain, tag.host_only, tag.set_by, tag.lifetime_seconds) == ("first.com", False, SetBy.SCRIPT, DAY)
    assert tag.initiator == script
    assert tag.initiator_chain == (script, url)
    assert one(found, "inline").initiator == url
    assert tag.at_ms >= 0


def test_a_script_loaded_by_a_script_leads_back_to_the_page(web, visit):
    url = web.serve(f"{SITE}/", '<script src="/manager.js"></script>')
    manager = web.serve(
        f"{SITE}/manager.js",
        f"var s = document.createElement('script'); s.src = 'https://{OTHER}/tag.js'; document.head.append(s)",
        kind="text/javascript",
    )
    tag = web.serve(f"{OTHER}/tag.js", "setTimeout(() => { document.cookie = 'late=1' }, 200)", kind="text/javascript")
    found = visit(url).visit
    assert one(found, "late").initiator_chain == (tag, manager, url)
    (request,) = [r for r in found.requests if r.url == tag]
    assert request.initiator_chain == (manager, url)


def test_cookie_store(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<script>cookieStore.set('a', '1').then(() => cookieStore.set({name: 'b', value: '2', "
        "expires: Date.now() + 86400000, sameSite: 'lax'}))"
        ".then(() => cookieStore.delete('a'))</script>",
    )
    found = visit(url).visit
    assert facts(found) == {
        ("a", SITE, CookieEvent.SET, SetBy.SCRIPT, False),
        ("a", SITE, CookieEvent.DELETED, SetBy.SCRIPT, False),
        ("b", SITE, CookieEvent.SET, SetBy.SCRIPT, True),
    }
    assert one(found, "b").lifetime_seconds == DAY


def test_set_and_deleted_and_overwritten(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<script>document.cookie='gone=1'; document.cookie='gone=; expires=Thu, 01 Jan 1970 00:00:00 GMT';"
        "document.cookie='twice=1'; document.cookie='twice=2'; document.cookie='http=2'</script>",
        "http=1",
        "ended=1; Max-Age=0",
    )
    found = visit(url).visit
    assert [(c.name, c.event, c.set_by, c.in_jar, c.value.raw) for c in found.cookies] == [
        ("http", CookieEvent.SET, SetBy.HTTP, True, "1"),
        ("ended", CookieEvent.DELETED, SetBy.HTTP, False, "1"),
        ("gone", CookieEvent.SET, SetBy.SCRIPT, False, "1"),
        ("gone", CookieEvent.DELETED, SetBy.SCRIPT, False, ""),
        ("twice", CookieEvent.SET, SetBy.SCRIPT, True, "1"),
        ("twice", CookieEvent.CHANGED, SetBy.SCRIPT, True, "2"),
        ("http", CookieEvent.CHANGED, SetBy.SCRIPT, True, "2"),
    ]


def test_blocked_cookies_are_never_set(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<script>document.cookie='__Host-bad=1; path=/'; document.cookie='foreign=1; domain=other.org'; "
        "document.cookie='hidden=1; httponly'</script>"
        f"<img src='https://{OTHER}/lax.gif'>",
        "wrong=1; Domain=elsewhere.org",
        "__Secure-bad=1",
        "__Host-good=1; Secure; Path=/",
        "none=1; SameSite=None",
    )
    web.serve(f"{OTHER}/lax.gif", b"GIF89a", "lax=1", kind="image/gif")
    found = visit(url).visit
    blocked = {(c.name, c.set_by, bool(c.blocked_reasons)) for c in found.cookies if c.event is CookieEvent.BLOCKED}
    assert blocked == {
        ("wrong", SetBy.HTTP, True),
        ("__Secure-bad", SetBy.HTTP, True),
        ("none", SetBy.HTTP, True),
        ("lax", SetBy.HTTP, True),
        ("__Host-bad", SetBy.SCRIPT, True),
        ("foreign", SetBy.SCRIPT, True),
        ("hidden", SetBy.SCRIPT, True),
    }
    assert {c.name for c in found.cookies if c.event is not CookieEvent.BLOCKED} == {"__Host-good"}
    assert not any(c.in_jar for c in found.cookies if c.event is CookieEvent.BLOCKED)
    (pixel,) = [r for r in found.requests if r.host == OTHER]
    assert pixel.sets_cookies == ()


def test_an_answer_to_a_request_without_credentials_sets_nothing(web, visit):
    url = web.serve(f"{SITE}/", f"<script>fetch('https://{OTHER}/data', {{mode: 'no-cors'}})</script>")
    web.serve(f"{OTHER}/data", "{}", "ignored=1; SameSite=None; Secure", kind="application/json")
    found = visit(url).visit
    assert facts(found) == {("ignored", OTHER, CookieEvent.BLOCKED, SetBy.HTTP, False)}
    assert one(found, "ignored").blocked_reasons == ("NotStored",)


def test_partitioned_cookies_have_their_key(web, visit):
    url = web.serve(f"{SITE}/", f'<iframe src="https://{OTHER}/frame"></iframe>')
    frame = web.serve(
        f"{OTHER}/frame",
        "<script>document.cookie='script_chips=1; Secure; Path=/; SameSite=None; Partitioned'</script>",
        "http_chips=1; Secure; Path=/; SameSite=None; Partitioned",
    )
    found = visit(url).visit
    assert facts(found) == {
        ("http_chips", OTHER, CookieEvent.SET, SetBy.HTTP, True),
        ("script_chips", OTHER, CookieEvent.SET, SetBy.SCRIPT, True),
    }
    assert {c.partition_key for c in found.cookies} == {"https://first.com"}
    assert one(found, "script_chips").initiator_chain == (frame, url)
    assert {c.party for c in found.cookies} == {Party.THIRD}


def test_sent_to_names_the_hosts(web, visit):
    url = web.serve(f"{SITE}/", '<img src="https://img.first.com/x.gif">', "wide=1; Domain=first.com", "narrow=1")
    web.serve("img.first.com/x.gif", b"GIF89a", kind="image/gif")
    found = visit(url).visit
    assert one(found, "wide").sent_to == ("img.first.com",)
    assert one(found, "narrow").sent_to == ()
    (request,) = [r for r in found.requests if r.host == "img.first.com"]
    assert request.sent_cookies == ("wide",)
    assert web.asked("img.first.com")[0].cookies == {"wide": "1"}


def test_cookies_that_the_browser_drops_for_want_of_room_are_deleted_by_nobody(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<script>for (let n = 0; n < 250; n++) document.cookie = `c${n}=1; max-age=3600`</script>",
        "first=1",
    )
    found = visit(url).visit
    assert {(c.name, c.event) for c in found.cookies} == {
        (name, CookieEvent.SET) for name in ("first", *(f"c{n}" for n in range(250)))
    }
    assert len(found.cookies) == 251
    assert 100 <= sum(c.in_jar for c in found.cookies) <= 180
    assert not any("author" in line for line in found.coverage.not_observable)


def test_a_cookie_of_a_service_worker_is_there_without_an_author(web, visit):
    # Service workers want a certificate that is really valid, or localhost.
    web.serve("localhost/", "<script>navigator.serviceWorker.register('/sw.js')</script>")
    web.serve(
        "localhost/sw.js",
        "self.addEventListener('install', (event) => event.waitUntil(cookieStore.set('from_worker', '1')))",
        kind="text/javascript",
    )
    found = visit("http://localhost/").visit
    assert facts(found) == {("from_worker", "localhost", CookieEvent.SET, SetBy.UNKNOWN, True)}
    assert "author of cookie from_worker (localhost)" in found.coverage.not_observable


def test_hostile_globals_do_not_blind_the_hook(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<script>Array.prototype.map = Array.prototype.push = () => { throw 1 }; JSON.stringify = () => ''; "
        "String.prototype.toJSON = () => 'x'; Object.prototype.get = () => 1; "
        "EventTarget.prototype.addEventListener = () => {}; "
        "Error.prepareStackTrace = () => 'nothing'; Error.stackTraceLimit = 0; "
        "performance.now = () => 0; Date.now = () => 0; "
        "String.prototype.slice = () => ''; Reflect.apply = () => 0; Promise.prototype.then = undefined;</script>"
        "<script src='/tag.js'></script>",
        headers=(("Content-Security-Policy", "default-src 'self' 'unsafe-inline'"),),
    )
    tag = web.serve(f"{SITE}/tag.js", "document.cookie = 'seen=1'", kind="text/javascript")
    found = visit(url).visit
    assert facts(found) == {("seen", SITE, CookieEvent.SET, SetBy.SCRIPT, True)}
    assert one(found, "seen").initiator == tag


def test_the_hook_cannot_be_seen(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<script>const clean = document.createElement('iframe'); document.documentElement.append(clean);"
        "const set = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie').set;"
        "const odd = Object.getOwnPropertyNames(window)"
        ".filter((n) => /^_[0-9a-f]{16}$|playwright|consent|__pw/i.test(n));"
        "const text = (fn) => Function.prototype.toString.call(fn);"
        "const get = (name) => Object.getOwnPropertyDescriptor(window, name).get;"
        "document.cookie = 'native=' + [set, fetch, get('localStorage'), get('sessionStorage'),"
        "  Storage.prototype.setItem, Navigator.prototype.sendBeacon, IDBFactory.prototype.open,"
        "  CookieStore.prototype.set, text, alert]"
        "  .map((fn) => fn === text ? Function.prototype.toString : fn)"
        "  .every((fn) => text(fn) === `function ${fn.name}() { [native code] }`);"
        "document.cookie = 'brand=' + (localStorage instanceof Storage && String(localStorage));"
        "document.cookie = 'names=' + (odd.join('-') || 'none'); document.cookie = 'driver=' + navigator.webdriver;"
        "document.cookie = 'agent=' + /Headless/.test("
        "navigator.userAgent + JSON.stringify(navigator.userAgentData || {}));"
        "document.cookie = 'fetch=' + fetch.name + fetch.length</script>",
    )
    found = visit(url).visit
    assert {c.name: c.value.raw for c in found.cookies} == {
        "native": "true",
        "brand": "[object Storage]",
        "names": "none",
        "driver": "false",
        "agent": "false",
        "fetch": "fetch1",
    }


def test_nothing_of_pages_that_were_not_visited(web, visit):
    url = web.serve(f"{SITE}/", '<a href="/other">other</a><link rel="dns-prefetch" href="//dns.tracker.net">')
    web.serve(f"{SITE}/other", "<p>other", "other=1")
    found = visit(url).visit
    assert found.cookies == ()
    assert [r.url for r in found.requests] == [url]
    assert {asked.host for asked in web.log} == {SITE}

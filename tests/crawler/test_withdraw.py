"""The scenario ``withdraw``: accept, find the way back, refuse; the server's log tells what was really chosen."""

from __future__ import annotations

import asyncio

import pytest

from auditor.model import ChoiceOutcome, Outcome, Phase, Scenario, Wanted
from crawler.visit import play

pytestmark = pytest.mark.browser

REFUSE = """record('{"marketing":false,"statistics":false}')"""
SCRIPT = """<script>
const keep = (text, age) => {
  document.cookie = 'site_consent=' + encodeURIComponent(text) + ';path=/;max-age=' + age;
};
const record = (text) => { keep(text, 9999); fetch('/said/' + /true/.test(text)); };
const forget = () => { keep('', 0); fetch('/said/false'); };
const chosen = () => /site_consent=/.test(document.cookie);
const tag = () => {
  if (!/marketing..true/.test(decodeURIComponent(document.cookie))) return;
  document.cookie = '_fbp=fb.1.1.' + Math.random() + ';path=/;max-age=999';
  new Image().src = 'https://t.tracker.example/p.gif';
};
const yes = () => { record('{"marketing":true,"statistics":true}'); hide(); tag(); };
const no = () => { REFUSE; hide(); };
const hide = () => document.getElementById('ask')?.remove();
const ask = () => {
  hide();
  const d = document.createElement('div'); d.id = 'ask';
  d.style = 'position:fixed;bottom:0;left:0;right:0;background:#eee;padding:20px';
  d.innerHTML = '<p>We use cookies for statistics and marketing.</p>' +
    '<button onclick="yes()">Accept all</button> <button onclick="no()">Reject all</button>';
  document.body.append(d);
};
addEventListener('DOMContentLoaded', () => { if (!chosen()) ask(); tag(); });
</script>"""
FOOTER = '<footer><a href="#" onclick="ask();return false">Cookie settings</a></footer>'
QUIET = (
    FOOTER
    + """<script>
if (sessionStorage.asked) addEventListener('DOMContentLoaded', hide); else sessionStorage.asked = 1;
</script>"""
)
DEAD = '<footer><a href="#" onclick="return false">Cookie settings</a></footer>'
FLOATING = (
    '<button aria-label="Revisit consent" onclick="ask()" style="position:fixed;left:9px;bottom:9px;width:40px;'
    'height:40px"></button>'
)
SALE = '<footer><a href="#" onclick="no();return false">Do Not Sell or Share My Personal Information</a></footer>'
ELSEWHERE = '<footer><a href="https://legal.elsewhere.example/cookies">Cookie policy</a></footer>'
DIRECT = '<p><button onclick="no()">Withdraw your consent</button></p>'
POLICY = '<footer><a href="/cookies">Cookie policy</a></footer>'
AGAIN = '<footer><a href="/cookies">Cookies</a></footer>'
CHOICES = '<footer><a href="/choices">Manage cookie preferences</a></footer>'
FORM = """<h1>Cookies on this site</h1><form onsubmit="return false">
<fieldset><legend>Cookies that measure website use and marketing</legend>
<label><input type="radio" name="m" value="yes" id="on" checked> Use cookies for marketing</label>
<label><input type="radio" name="m" value="no"> Do not use cookies for marketing</label></fieldset>
<button onclick="document.getElementById('on').checked ? yes() : no()">Save changes</button></form>"""
SWITCHES = """<h1>Cookie settings</h1><p><label><input type="checkbox" checked disabled> Necessary cookies</label></p>
<p><label><input type="checkbox" id="on" checked> Marketing cookies</label></p>
<button onclick="document.getElementById('on').checked ? yes() : no()">Save my choice</button>"""
PROGRAM = "<script>window.Cookiebot = { renew: () => ask() };</script>"
STUCK = """<script>window.Cookiebot = { renew: () => {
  ask();
  document.getElementById('ask').innerHTML = '<p>We use cookies.</p><button onclick="yes()">Accept all</button>';
} };</script>"""
CONFIRMED = f"if (confirm('Do you really want to refuse all cookies?')) {REFUSE}"
IGNORED = "fetch('/said/false')"
WORDS = "<p>We use cookies, as we said.</p>"

WAYS = {
    # host: (home, other pages, what a refusal does), then (outcome, method, proven, what the site was told)
    "footer": ((FOOTER, {}, REFUSE), ("done", "footer:heuristic", True, ["true", "false"])),
    "floating": ((FLOATING, {}, REFUSE), ("done", "floating:heuristic", True, ["true", "false"])),
    "sale": ((SALE, {}, REFUSE), ("done", "footer:opt_out", True, ["true", "false"])),
    "policy": ((POLICY, {"cookies": POLICY + DIRECT}, REFUSE), ("done", "page", True, ["true", "false"])),
    "radios": ((POLICY, {"cookies": FORM}, REFUSE), ("done", "form:toggles", True, ["true", "false"])),
    "switches": ((CHOICES, {"choices": SWITCHES}, REFUSE), ("done", "form:toggles", True, ["true", "false"])),
    "forgetful": ((DIRECT, {}, "forget()"), ("done", "page", True, ["true", "false"])),
    "unheard": ((FOOTER, {}, "forget()"), ("done", "footer:heuristic", False, ["true", "false"])),
    "quiet": ((QUIET, {}, "forget()"), ("done", "footer:heuristic", True, ["true", "false"])),
    "asking": ((FOOTER, {}, CONFIRMED), ("done", "footer:heuristic", True, ["true", "false"])),
    "ignoring": ((FOOTER, {}, IGNORED), ("done", "footer:heuristic", False, ["true", "false"])),
    "without": ((POLICY, {"cookies": WORDS + AGAIN}, REFUSE), ("no_control", None, False, ["true"])),
    "elsewhere": ((ELSEWHERE, {}, REFUSE), ("no_control", None, False, ["true"])),
    "bare": (("", {}, REFUSE), ("no_control", None, False, ["true"])),
    "program": ((PROGRAM, {}, REFUSE), ("done", "api:heuristic", True, ["true", "false"])),
    "stuck": ((STUCK, {}, REFUSE), ("no_control", None, False, ["true"])),
    "hidden": ((DEAD + PROGRAM, {}, REFUSE), ("failed", None, False, ["true"])),
    "dead": ((DEAD, {}, REFUSE), ("failed", None, False, ["true"])),
    "unread": ((POLICY, {}, REFUSE), ("failed", None, False, ["true"])),
}


@pytest.fixture
def withdrawn(web, run, browsers, guard, task):
    """Plays the scenario on all of the sites at once; the visits by site."""
    web.banner = b""
    web.serve("t.tracker.example/p.gif", "GIF89a", kind="image/gif")
    for name, ((home, others, refuse), _) in WAYS.items():
        for path, body in {"": home, **others}.items():
            script = SCRIPT.replace("REFUSE", refuse)
            content = f"<!doctype html><html lang=en><title>t</title>{script}<main><h1>Phones</h1>{body}</main>"
            web.serve(f"www.{name}.example/{path}", content)
    asks_anew = f"<!doctype html><html lang=en><title>t</title>{SCRIPT.replace('REFUSE', REFUSE)}<main>{WORDS}</main>"
    web.serve("legal.elsewhere.example/cookies", asks_anew)

    async def everything():
        gate = asyncio.Semaphore(6)

        async def one(name):
            async with gate:
                return (await play(task(f"https://www.{name}.example/", Scenario.WITHDRAW), browsers, guard)).visit

        return dict(zip(WAYS, await asyncio.gather(*map(one, WAYS)), strict=True))

    return run(everything())


def said(web, name):
    return [asked.path.removeprefix("/said/") for asked in web.asked(f"www.{name}.example", "/said/")]


def test_every_way_back_and_every_missing_one(web, withdrawn):
    found = {
        name: (visit.choice.outcome.value, visit.choice.method, visit.choice.proven, said(web, name))
        for name, visit in withdrawn.items()
    }
    assert found == {name: expected for name, (_, expected) in WAYS.items()}
    assert {(visit.outcome, visit.choice.wanted) for visit in withdrawn.values()} == {(Outcome.OK, Wanted.WITHDRAW)}
    for name in ("footer", "floating", "policy", "radios", "switches", "asking"):
        visit = withdrawn[name]
        assert {r.phase for r in visit.requests if r.host == "t.tracker.example"} == {Phase.AFTER_ACCEPT}, name
        signals = {(signal.phase, signal.granted != ()) for signal in visit.consent_signals}
        assert signals == {(Phase.AFTER_ACCEPT, True), (Phase.AFTER_WITHDRAWAL, False)}, name
        kept = [c for c in visit.cookies if c.name == "_fbp" and c.phase is Phase.AFTER_WITHDRAWAL]
        assert [(c.event.value, c.in_jar) for c in kept] == [("present", True)], name
        assert "record:custom" in visit.choice.proof
    for name in ("without", "bare"):
        visit = withdrawn[name]
        assert {c.phase for c in visit.cookies} == {Phase.AFTER_ACCEPT}, name
        assert {r.phase for r in visit.requests if r.host == "t.tracker.example"} == {Phase.AFTER_ACCEPT}, name
    assert "https://www.without.example/cookies" in withdrawn["without"].pages
    assert "contradicted:custom" in withdrawn["ignoring"].choice.proof
    for name in ("forgetful", "unheard", "quiet"):
        assert "record_removed" in withdrawn[name].choice.proof, name
    assert "opened nothing" in withdrawn["dead"].coverage.collectors["consent"]


@pytest.mark.parametrize("body", ["<p>nothing</p>", "<dialog open><p>Newsletter</p><input type=email></dialog>"])
def test_where_nothing_can_be_accepted_nothing_is_withdrawn(web, visit, body):
    web.banner = b""
    played = visit(web.serve("www.plain.example/", f"<title>t</title>{body}"), Scenario.WITHDRAW).visit
    assert (played.choice.wanted, played.choice.outcome) == (Wanted.WITHDRAW, ChoiceOutcome.NO_BANNER)
    assert played.cookies == ()

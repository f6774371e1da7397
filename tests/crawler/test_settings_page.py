"""Settings with a page of their own, where a banner's link leads: the choice is made there, if it is understood.

The server's log tells what was really chosen, and which pages were asked for.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from urllib.parse import unquote

import pytest

from auditor import examples
from auditor.classify import bundled
from auditor.engine import judge
from auditor.model import Outcome, Phase, Scenario, Wanted
from auditor.rules import all_rules
from crawler.visit import play

pytestmark = pytest.mark.browser

SCRIPT = """<script>
const record = (text) => {
  document.cookie = 'site_consent=' + encodeURIComponent(JSON.stringify(text)) + ';path=/;max-age=9999';
  fetch('/said/' + JSON.stringify(text), {keepalive: true});
};
const all = () => { record({statistics: true, marketing: true}); ask.remove(); };
const none = () => { record({statistics: false, marketing: false}); globalThis.ask?.remove(); };
const save = () => record({statistics: statistics.checked, marketing: marketing.checked});
const home = () => setTimeout(() => { location.href = '/'; }, 400);
const chosen = () => /site_consent=/.test(document.cookie);
const tracked = (when) => {
  document.cookie = '_fbp=fb.1.1.' + Math.round(Math.random() * 1e9) + ';path=/;max-age=999';
  new Image().src = 'https://t.tracker.example/p.gif?' + when;
};
addEventListener('DOMContentLoaded', () => { if (chosen()) globalThis.ask?.remove(); });
</script>"""
BAR = '<div id="ask" style="position:fixed;bottom:0;left:0;right:0;background:#eee;padding:20px;z-index:9">'
WORDS = "<p>We use cookies for statistics and marketing.</p>"
YES = '<button onclick="all()">Accept all</button> '
LINK = '<a href="/choices" role="button">Manage cookies</a>'
BANNER = BAR + WORDS + YES + LINK + "</div>"
LAYER = f"""{BAR}{WORDS}{YES}<button onclick="more.hidden = false">Cookie settings</button></div>
<div id="more" role="dialog" hidden style="position:fixed;top:9%;left:9%;background:#fff;padding:20px;z-index:99">
<p>Cookies that we use for statistics and marketing.</p>{YES}{LINK}</div>"""
UNREAD = BAR + WORDS + YES + '<button onclick="none()">Blorf</button> ' + LINK + "</div>"
NO_YES = BAR + WORDS + '<button onclick="ask.remove()">Close</button> ' + LINK + "</div>"
NO_YES += '<footer><a href="/choices">Cookie settings</a></footer>'
COVER = f"""<div id="ask" role="dialog" aria-modal="true"
style="position:fixed;inset:0;background:#eee;padding:20%;z-index:9">{WORDS}{YES}{LINK}</div>"""
OTHER = BANNER.replace("/choices", "https://settings.elsewhere.example/choices")

NECESSARY = "<p><label><input type=checkbox checked disabled> Strictly necessary cookies</label></p>"
STATISTICS = '<p><label><input type=checkbox id="statistics"> Statistics cookies</label></p>'
MARKETING = '<p><label><input type=checkbox id="marketing" checked> Marketing cookies</label></p>'
SAVE = '<p><button onclick="save()">Save my choices</button></p>'
ONLY = '<p><button onclick="none()">Only necessary cookies</button></p>'
FORM = f"<h1>Cookie settings</h1>{NECESSARY}{STATISTICS}{MARKETING}"
UNTICKED = FORM.replace(" checked>", ">")
HOME = FORM + SAVE.replace("save()", "save(); home()")
ROWS = FORM.replace("</p>", " <button onclick=\"tracked('details')\">Details</button></p>") + SAVE
ROWS = f"<section>{ROWS}</section>".replace("<p><button", "</section><p><button").replace("</p></section>", "</p>")
LATE = f"<div id=later></div><script>setTimeout(() => later.innerHTML = {(FORM + SAVE)!r}, 3000)</script>"
FORGETS = UNTICKED + "<p><button onclick=\"fetch('/said/nothing')\">Save my choices</button></p>"
OBJECTS = f"<h1>Cookies</h1><p><label><input type=checkbox> I object to marketing cookies</label></p>{SAVE}"
STANDING = f"""<dialog open style="position:fixed;top:9%">{WORDS}<button onclick="all()">Accept all</button>
<button onclick="none(); this.parentElement.remove()">Reject all</button></dialog>"""
POLICY = "<h1>How we use cookies</h1><p>Cookies are small files. We use them for statistics and for marketing.</p>"
ACCOUNT = f"""<h1>Your account</h1><p><label><input type=checkbox checked> Tell me about outages</label></p>
<p><label><input type=checkbox checked> Dark colours</label></p><p><button onclick="record('account')">Save</button></p>
</main><footer><a href="/choices">Cookie settings</a></footer><main>{POLICY}"""
MORE = FORM + "<p><label><input type=checkbox checked> Remember my shop</label></p>" + SAVE
BEFORE = "<script>tracked('page')</script>" + UNTICKED + SAVE
GUILTY = UNTICKED + SAVE.replace("save()", "save(); tracked('choice')")

OFF, ON = '{"statistics":false,"marketing":false}', '{"statistics":true,"marketing":true}'
TICKED = ("Manage cookies", "Marketing cookies", "Save my choices")
SAVED = ("Manage cookies", "Save my choices")
FAILED = ("failed", False, ("Manage cookies",), [])
UNSEEN = ("failed", False, (), [])

REFUSED = {
    # host: (what stands on home, on the page of settings and on all pages), then (outcome, proven, clicks, told)
    "switches": ((BANNER, FORM + SAVE), ("done", True, TICKED, [OFF])),
    "unticked": ((BANNER, UNTICKED + SAVE), ("done", True, SAVED, [OFF])),
    "only": ((BANNER, FORM + SAVE + ONLY), ("done", True, ("Manage cookies", "Only necessary cookies"), [OFF])),
    "direct": ((BANNER, FORM + ONLY), ("done", True, ("Manage cookies", "Only necessary cookies"), [OFF])),
    "goes": ((BANNER, HOME), ("done", True, TICKED, [OFF])),
    "again": ((BANNER, BANNER + FORM + SAVE), ("done", True, TICKED, [OFF])),
    "covered": ((COVER, COVER + FORM + SAVE), ("done", True, TICKED, [OFF])),
    "standing": ((BANNER, STANDING + UNTICKED), ("done", True, ("Manage cookies", "Reject all"), [OFF])),
    "layer": ((LAYER, FORM + SAVE), ("done", True, ("Cookie settings", *TICKED), [OFF])),
    "rows": ((BANNER, ROWS), ("done", True, TICKED, [OFF])),
    "late": ((BANNER, LATE), ("done", True, TICKED, [OFF])),
    "more": ((BANNER, MORE), ("done", True, (*TICKED[:2], "Remember my shop", TICKED[2]), [OFF])),
    "lone": ((NO_YES, UNTICKED + SAVE), ("done", True, SAVED, [OFF])),
    "tracking": ((BANNER, BEFORE), ("done", True, SAVED, [OFF])),
    "guilty": ((BANNER, GUILTY), ("done", True, SAVED, [OFF])),
    "forgetful": ((BANNER, FORGETS), ("done", False, SAVED, ["nothing"])),
    "policy": ((BANNER, POLICY), FAILED),
    "account": ((BANNER, ACCOUNT), FAILED),
    "objects": ((BANNER, OBJECTS), FAILED),
    "unread": ((UNREAD, UNTICKED + SAVE), UNSEEN),
    "closed": ((BANNER, UNTICKED + SAVE), UNSEEN),
    "outside": ((OTHER, UNTICKED + SAVE), UNSEEN),
    "leads": ((BANNER, None), UNSEEN),
    "missing": ((BANNER, ""), UNSEEN),
}


@pytest.fixture
def sites(web, run, browsers, guard, task):
    """Plays a scenario on some of the sites at once; the visits by site."""
    web.banner = b""
    web.serve("t.tracker.example/p.gif", "GIF89a", kind="image/gif")
    web.serve("settings.elsewhere.example/choices", page(UNTICKED + SAVE))
    for name, ((banner, there), _) in REFUSED.items():
        web.serve(f"www.{name}.example/", page("", banner))
        if there:
            web.serve(f"www.{name}.example/choices", page(there))
    away = (("Location", "https://settings.elsewhere.example/choices"),)
    web.serve("www.leads.example/choices", status=302, headers=away)

    async def allows(url):
        return not url.startswith("https://www.closed.example/")

    async def one(name, scenario, gate):
        async with gate:
            return (await play(task(f"https://www.{name}.example/", scenario), browsers, guard, allows)).visit

    async def everything(names, scenario):
        gate = asyncio.Semaphore(4)
        return dict(zip(names, await asyncio.gather(*(one(n, scenario, gate) for n in names)), strict=True))

    return lambda names, scenario: run(everything(names, scenario))


def page(body, banner=""):
    return f"<!doctype html><html lang=en><title>t</title>{SCRIPT}<main><h1>Phones</h1>{body}</main>{banner}"


def said(web, name):
    return [unquote(asked.path.removeprefix("/said/")) for asked in web.asked(f"www.{name}.example", "/said/")]


def judged(visit, *rules):
    """Which of the rules fire, and what is undecided, on this visit alone."""
    asked = [rule for rule in all_rules() if rule.id in rules]
    site = replace(visit, vendor="vendor", site=examples.SITE)
    evidence = examples.evidence([site], examples.declaration(), knowledge=bundled())
    findings, undecided = judge(evidence, asked)
    return {(f.rule, f.fact) for f in findings}, {u.rule for u in undecided}


def asked_for(web, name):
    return [a.path for a in web.asked(f"www.{name}.example") if a.path in {"/", "/choices"}]


def test_a_refusal_is_made_on_the_page_of_settings(web, sites):
    visits = sites(tuple(REFUSED), Scenario.REJECT_ALL)
    found = {
        name: (v.choice.outcome.value, v.choice.proven, v.choice.clicks, said(web, name)) for name, v in visits.items()
    }
    assert found == {name: expected for name, (_, expected) in REFUSED.items()}
    assert {(v.outcome, v.choice.wanted) for v in visits.values()} == {(Outcome.OK, Wanted.REJECT)}
    made = {name for name, (_, expected) in REFUSED.items() if expected[0] == "done"}
    for name, visit in visits.items():
        layers = {"layer": 3, "objects": 2}.get(name, 2 if name in made else 1)
        clicks = len(visit.choice.clicks) if name in made else None
        assert (visit.banner.layers, visit.banner.reject_clicks) == (layers, clicks), name
        assert (visit.choice.method or "").startswith("page:") is (name in made or visit.choice.clicks != ()), name
        assert {s.phase for s in visit.consent_signals} <= {Phase.AFTER_REJECT}, name
    for name in made - {"forgetful"}:
        assert {"stays_away", "record:custom", "record_changed"} == set(visits[name].choice.proof), name
    assert [visits[name].banner.pre_ticked for name in ("switches", "unticked", "more", "standing")] == [1, 0, 1, 0]
    assert [s.label for s in visits["more"].banner.switches] == [
        "Strictly necessary cookies",
        "Statistics cookies",
        "Marketing cookies",
    ]
    for name in ("switches", "goes"):
        assert visits[name].pages == tuple(f"https://www.{name}.example/{path}" for path in ("", "choices", "")), name
    assert {name for name in REFUSED if "/choices" not in asked_for(web, name)} == {"unread", "closed", "outside"}
    assert [a.path for a in web.asked("settings.elsewhere.example")] == ["/choices"]  # it was led there
    assert not [a for a in web.asked("t.tracker.example") if a.query == "details"]


def test_the_refusal_begins_with_the_click_on_the_page_of_settings(web, sites):
    """What the page does as it is loaded comes before any choice; what the click causes comes after the refusal."""
    visits = sites(("tracking", "guilty"), Scenario.REJECT_ALL)
    sent = {name: {(r.phase, r.url.partition("?")[2]) for r in trackers(visit)} for name, visit in visits.items()}
    assert sent == {"tracking": {(Phase.BEFORE_CHOICE, "page")}, "guilty": {(Phase.AFTER_REJECT, "choice")}}
    sets = {name: [c for c in v.cookies if c.name == "_fbp" and c.event.value == "set"] for name, v in visits.items()}
    wrote = {name: [c.phase for c in found] for name, found in sets.items()}
    assert wrote == {"tracking": [Phase.BEFORE_CHOICE], "guilty": [Phase.AFTER_REJECT]}
    timing = {name: {rule for rule, _ in judged(v, "before_choice", "after_reject")[0]} for name, v in visits.items()}
    assert timing == {"tracking": {"before_choice"}, "guilty": {"after_reject"}}


def trackers(visit):
    return [r for r in visit.requests if r.host == "t.tracker.example"]


def test_refusing_on_another_page_takes_more_clicks_than_accepting(web, sites):
    visits = sites(("only", "layer", "lone", "policy", "unread"), Scenario.REJECT_ALL)
    answers = {name: judged(visit, "reject_needs_more_clicks", "no_reject_option") for name, visit in visits.items()}
    fact = "Accepting took 1 click on the first layer, refusing {0} clicks and a deeper layer ({1})."
    assert {name: [fact for _, fact in found] for name, (found, _) in answers.items()} == {
        "only": [fact.format(2, '"Manage cookies" and "Only necessary cookies"')],
        "layer": [fact.format(4, '"Cookie settings", "Manage cookies", "Marketing cookies" and "Save my choices"')],
        "lone": [],
        "policy": [],
        "unread": [],
    }
    doubts = {name: undecided for name, (_, undecided) in answers.items() if undecided}
    unreadable = {"reject_needs_more_clicks", "no_reject_option"}
    assert doubts == {"policy": unreadable, "unread": unreadable}


def test_a_consent_is_given_there_where_the_banner_has_no_control_for_it(web, sites):
    visits = sites(("lone", "unread", "policy"), Scenario.ACCEPT_ALL)
    made = visits["lone"]
    clicks = ("Manage cookies", "Statistics cookies", "Marketing cookies", "Save my choices")
    assert (made.choice.outcome.value, made.choice.proven, made.choice.clicks) == ("done", True, clicks)
    assert (made.banner.accept_clicks, made.banner.reject_clicks, said(web, "lone")) == (4, None, [ON])
    assert [visits[name].choice.clicks for name in ("unread", "policy")] == [("Accept all",), ("Accept all",)]
    assert not {"/choices"} & {*asked_for(web, "unread"), *asked_for(web, "policy")}


def test_such_a_consent_is_withdrawn_there_as_well(web, sites):
    visit = sites(("lone",), Scenario.WITHDRAW)["lone"]
    assert (visit.choice.wanted, visit.choice.outcome.value, visit.choice.proven) == (Wanted.WITHDRAW, "done", True)
    assert (visit.choice.method, said(web, "lone")) == ("form:toggles", [ON, OFF])
    assert [(s.phase, s.granted != ()) for s in visit.consent_signals] == [
        (Phase.AFTER_ACCEPT, True),
        (Phase.AFTER_WITHDRAWAL, False),
    ]

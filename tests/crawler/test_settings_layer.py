"""What is switched on in the settings behind a direct refusal: read at the end of ``no_choice``."""

from __future__ import annotations

import asyncio

import pytest

from auditor.model import ChoiceOutcome, Outcome, Phase
from crawler.visit import play

pytestmark = pytest.mark.browser

SCRIPT = """<script>
const keep = (text) => { document.cookie = 'site_consent=' + encodeURIComponent(text) + ';path=/;max-age=9999'; };
const opens = () => {
  more.hidden = false; more.style.display = 'block';
  new Image().src = 'https://t.tracker.example/opened.gif';
  document.cookie = 'opened=1';
};
</script>"""
BANNER = """<div id="b" style="position:fixed;bottom:0;background:#eee;padding:20px">
<p>We use cookies for statistics and marketing.</p>
<button onclick="keep('all');b.remove()">Accept all</button>
<button onclick="keep('none');b.remove()">Reject all</button>
<button onclick="opens()">Cookie settings</button></div>
<div id="more" role="dialog" hidden style="position:fixed;top:9%;background:#fff;padding:20px;z-index:99">
<p>Cookie settings</p>SWITCHES<button onclick="keep('some')">Save settings</button></div>"""
NECESSARY = "<p><label><input type=checkbox checked disabled> Strictly necessary</label></p>"
STATISTICS = "<p><label><input type=checkbox checked> Statistics</label></p>"
ADVERTS = "<p><label><input type=checkbox> Marketing</label></p>"
OBJECTION = "<p><label><input type=checkbox checked> Measure adverts (legitimate interest)</label></p>"
WITHIN = """<div id="consent-tool">
<div style="position:fixed;bottom:0;background:#eee;padding:20px"><p>We use cookies for statistics and marketing.</p>
<button onclick="keep('all');this.closest('#consent-tool').remove()">Accept all</button>
<button onclick="keep('none');this.closest('#consent-tool').remove()">Reject all</button>
<button onclick="opens();document.getElementById('s').checked = true">Cookie settings</button></div>
<div id="more" role="dialog" style="display:none;position:fixed;top:9%;background:#fff;padding:20px;z-index:99">
<p>Cookie settings</p><p><input type=checkbox id="s"><label for="s">Statistics</label></p>
<button onclick="keep('some')">Save settings</button></div></div>"""
STAYS = BANNER.replace("b.remove()", "1")

SITES = {
    # host: (banner, layers, what was on by default)
    "ticked": (BANNER.replace("SWITCHES", NECESSARY + STATISTICS + ADVERTS), 2, 1),
    "unticked": (BANNER.replace("SWITCHES", NECESSARY + ADVERTS), 2, 0),
    "within": (WITHIN, 2, 1),  # the settings lie unseen in the banner's own part, and are set when they are opened
    "objection": (BANNER.replace("SWITCHES", NECESSARY + OBJECTION), 2, 0),
    "none": (BANNER.replace("SWITCHES", ""), 1, 0),
    "once": (
        "<script>if (localStorage.seen) document.documentElement.hidden = true; localStorage.seen = 1</script>"
        + BANNER.replace("SWITCHES", STATISTICS), 1, 0,
    ),
    "answered": (  # a choice on record before anybody chose: what the switches show then is no default
        "<script>keep('{\"statistics\":true}')</script>" + STAYS.replace("SWITCHES", STATISTICS), 1, 0,
    ),
}  # fmt: skip


def test_the_defaults_of_the_second_layer(web, run, browsers, guard, task):
    web.banner = b""
    web.serve("t.tracker.example/opened.gif", "GIF89a", kind="image/gif")
    for name, (banner, _, _) in SITES.items():
        page = f"<!doctype html><html lang=en><title>t</title>{SCRIPT}<main><h1>Phones</h1></main>{banner}"
        web.serve(f"www.{name}.example/", page)

    async def one(name):
        return (await play(task(f"https://www.{name}.example/"), browsers, guard)).visit

    async def everything():
        return dict(zip(SITES, await asyncio.gather(*map(one, SITES)), strict=True))

    visits = run(everything())
    found = {name: [v.banner.layers, v.banner.pre_ticked] for name, v in visits.items()}
    assert found == {name: expected for name, (_, *expected) in SITES.items()}
    for name, visit in visits.items():
        assert (visit.outcome, visit.choice.outcome) == (Outcome.OK, ChoiceOutcome.NONE), name
        assert not [r for r in visit.requests if r.host == "t.tracker.example"], name
        assert {c.name for c in visit.cookies} == ({"site_consent"} if name == "answered" else set()), name
        assert {c.phase for c in visit.cookies} <= {Phase.BEFORE_CHOICE}, name
    assert [(s.label, s.layer, s.on, s.locked, s.essential) for s in visits["ticked"].banner.switches] == [
        ("Strictly necessary", 2, True, True, True),
        ("Statistics", 2, True, False, False),
        ("Marketing", 2, False, False, False),
    ]
    assert [(s.label, s.layer, s.on) for s in visits["within"].banner.switches] == [("Statistics", 2, True)]
    assert len(web.asked("t.tracker.example", "/opened")) == 5

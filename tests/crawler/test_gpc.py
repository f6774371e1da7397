"""The scenario ``gpc``: the server's log says whether the signal reached everything."""

from __future__ import annotations

import pytest

from auditor.model import ChoiceOutcome, Outcome, Phase, Scenario, Wanted
from crawler import gpc
from crawler.browser import Browsers, find_browser
from crawler.visit import play

pytestmark = pytest.mark.browser

TELL = "fetch('http://localhost/tell/{}?' + navigator.globalPrivacyControl, {{mode: 'no-cors'}});"
PAGE = f"""<title>shop</title><script>{TELL.format("page")}
new Worker('/worker.js'); new SharedWorker('/shared.js');
new Worker(URL.createObjectURL(new Blob([`{TELL.format("blob")}`])));
navigator.serviceWorker.register('/service.js');
navigator.sendBeacon('https://t.tracker.example/beacon', 'x');
const made = document.createElement('iframe'); document.documentElement.append(made);
fetch('/tell/blank?' + made.contentWindow.navigator.globalPrivacyControl);
</script><iframe src="https://widget.other.example/frame"></iframe>
<iframe srcdoc="<script>{TELL.format("srcdoc")}</script>"></iframe>
<img src="https://t.tracker.example/hop"><form></form>"""
PLACES = {"page", "worker", "shared", "service", "nested", "blob", "blank", "frame", "srcdoc"}


@pytest.fixture
def shop(web):
    home = web.serve("localhost/", PAGE).replace("https:", "http:")
    for place in PLACES:
        web.serve(f"localhost/tell/{place}")
    for place in ("worker", "shared", "service", "nested"):
        more = "new Worker('/nested.js');" if place == "worker" else ""
        web.serve(f"localhost/{place}.js", TELL.format(place) + more, kind="text/javascript")
    web.serve("widget.other.example/frame", f"<script>{TELL.format('frame')}</script>")
    web.serve("t.tracker.example/hop", "", status=302, headers=(("Location", "https://u.tracker.example/pixel.gif"),))
    web.serve("u.tracker.example/pixel.gif", "GIF89a", kind="image/gif")
    web.serve("t.tracker.example/beacon")
    return home


def told(web):
    """What every place said of the property: place -> value."""
    return {asked.path.removeprefix("/tell/"): asked.query for asked in web.asked("localhost", "/tell/")}


def without_signal(web):
    return {asked.path for asked in web.log if asked.headers.get("sec-gpc") != "1"}


def test_every_document_worker_and_request_has_the_signal(web, shop, visit):
    played = visit(shop, Scenario.GPC, settle_ms=1200).visit
    assert (played.outcome, played.scenario) == (Outcome.OK, Scenario.GPC)
    assert (played.choice.wanted, played.choice.outcome) == (Wanted.NONE, ChoiceOutcome.NONE)
    assert told(web) == dict.fromkeys(PLACES, "true")
    assert without_signal(web) == set()
    assert {seen.path for seen in web.asked("u.tracker.example")} == {"/pixel.gif"}
    assert played.coverage.collectors["gpc"] == "ok"
    assert {cookie.phase for cookie in played.cookies} <= {Phase.BEFORE_CHOICE}


def test_other_scenarios_give_no_signal(web, shop, visit):
    played = visit(shop, Scenario.NO_CHOICE, settle_ms=1200).visit
    assert set(told(web).values()) <= {"undefined", "false"}
    assert [asked.path for asked in web.log if "sec-gpc" in asked.headers] == []
    assert "gpc" not in played.coverage.collectors


def test_nothing_else_of_the_requests_changes(web, visit):
    home = web.serve("www.plain.example/", "<title>plain</title>")
    sent = []
    for scenario in (Scenario.NO_CHOICE, Scenario.GPC):
        visit(home, scenario)
        sent.append(web.asked("www.plain.example")[-1].headers)
    assert {**sent[0], "sec-gpc": "1"} == sent[1]


def test_a_browser_without_the_signal_of_its_own(web, shop, run, guard, task, monkeypatch):
    """The header comes from Playwright, the property from a script; what workers miss is said in the coverage."""
    monkeypatch.setattr(gpc, "FLAGS", ())

    async def play_elsewhere():
        async with Browsers(guard, find_browser(None)) as others:
            return await play(task(shop, Scenario.GPC, settle_ms=1200), others, guard)

    played = run(play_elsewhere()).visit
    said = told(web)
    assert {said[place] for place in ("page", "frame", "srcdoc", "blank")} == {"true"}
    assert without_signal(web) <= {"/service.js", "/tell/shared", "/tell/service"}
    assert played.coverage.collectors["gpc"] == "partial: workers have no navigator.globalPrivacyControl"


def test_a_page_that_hides_the_property_is_found_out(web, visit):
    hides = "<title>x</title><script>Object.defineProperty(navigator, 'globalPrivacyControl', {value: false})</script>"
    played = visit(web.serve("www.hides.example/", hides), Scenario.GPC).visit
    assert played.coverage.collectors["gpc"] == "partial: 1 of 1 looks into documents found no signal"

"""Phases of a choice, the window of observation, and coverage."""

from __future__ import annotations

import pytest

from auditor.model import ChoiceOutcome, CookieEvent, Outcome, Phase, Scenario, Wanted

pytestmark = pytest.mark.browser

SITE = "www.first.com"

CHOOSER = """<title>Shop</title><p>A shop.</p><a href="/pricing">Pricing</a>
<footer><a href="/privacy">Privacy</a></footer>
<div id="cookie-banner" style="position:fixed;bottom:0;left:0;right:0;background:#fff;padding:20px">
<p>We use cookies for statistics and advertising.</p>
<button id=yes>Accept all</button> <button id=no>Reject all</button></div>
<script>
const say = (name, value) => { document.cookie = name + '=' + value + '; path=/; max-age=3600' };
const banner = document.getElementById('cookie-banner');
const track = () => say('tracker', 'abc');
if (document.cookie.includes('choice=')) banner.remove();
if (document.cookie.includes('choice=yes')) track();
document.getElementById('yes').onclick = () => { say('choice', 'yes'); banner.remove(); track();
  setTimeout(() => say('late', 1), 900) };
document.getElementById('no').onclick = () => { say('choice', 'no'); banner.remove() };
say('early', 1);
</script>"""


def seen(visit):
    return {(c.name, str(c.event), str(c.phase)) for c in visit.cookies}


@pytest.fixture
def shop(web):
    web.banner = b""
    web.serve(f"{SITE}/pricing", CHOOSER.replace("<title>Shop", "<title>Pricing"))
    return web.serve(f"{SITE}/", CHOOSER)


def test_accepting(shop, visit):
    result = visit(shop, Scenario.ACCEPT_ALL, pages_per_site=3)
    found = result.visit
    assert found.outcome is Outcome.OK, found.failure
    assert (found.choice.wanted, found.choice.outcome, found.choice.proven) == (Wanted.ACCEPT, ChoiceOutcome.DONE, True)
    assert found.pages == (shop, shop, f"https://{SITE}/pricing")
    assert found.banner is not None
    assert {e for e in seen(found) if e[1] != "changed"} == {
        ("early", "set", "before_choice"),
        ("early", "present", "after_accept"),
        ("choice", "set", "after_accept"),
        ("tracker", "set", "after_accept"),
        ("late", "set", "after_accept"),
    }
    assert {str(s.phase) for s in found.screenshots} == {"before_choice", "after_accept"}
    assert {r.phase for r in found.requests} == {Phase.BEFORE_CHOICE, Phase.AFTER_ACCEPT}
    assert len({s.sha256 for s in found.screenshots} - {a.sha256 for a in result.artifacts}) == 0


def test_rejecting(shop, visit):
    found = visit(shop, Scenario.REJECT_ALL, pages_per_site=2).visit
    assert (found.choice.outcome, found.choice.proven) == (ChoiceOutcome.DONE, True)
    assert {name for name, event, phase in seen(found) if phase == "after_reject"} == {"early", "choice"}
    assert found.pages == (shop, shop, f"https://{SITE}/pricing")


def test_no_choice_stays_before_it(shop, visit):
    found = visit(shop, pages_per_site=2).visit
    assert (found.choice.wanted, found.choice.outcome) == (Wanted.NONE, ChoiceOutcome.NONE)
    assert {phase for _, _, phase in seen(found)} == {"before_choice"}
    assert {c.name for c in found.cookies} == {"early"}
    assert found.pages == (shop, f"https://{SITE}/pricing")


def test_without_a_banner_nothing_is_chosen(web, visit):
    web.banner = b""
    url = web.serve(f"{SITE}/", "<p>no script, no banner, only words", "a=1")
    found = visit(url, Scenario.REJECT_ALL).visit
    assert (found.outcome, found.choice.outcome, found.choice.proven) == (Outcome.OK, ChoiceOutcome.NO_BANNER, False)
    assert seen(found) == {("a", "set", "before_choice")}
    assert found.banner is None


def test_the_window_is_extended_while_something_goes_on(web, visit):
    url = web.serve(
        f"{SITE}/",
        "<script>let n = 0; const again = () => fetch('/step').then(() => { if (++n < 8) setTimeout(again, 400); "
        "else document.cookie = 'at_the_end=1' }); again()</script>",
    )
    web.serve(f"{SITE}/step", "1", kind="text/plain")
    found = visit(url, settle_ms=300, settle_max_ms=8000).visit
    assert [(c.name, c.event) for c in found.cookies] == [("at_the_end", CookieEvent.SET)]
    assert found.cookies[0].at_ms > 2500


def test_the_window_ends_all_the_same(web, visit):
    url = web.serve(f"{SITE}/", "<script>setInterval(() => fetch('/step'), 100)</script>")
    web.serve(f"{SITE}/step", "1", kind="text/plain")
    found = visit(url, settle_ms=300, settle_max_ms=2000, visit_timeout_s=30).visit
    assert found.outcome is Outcome.OK


def test_coverage_says_what_was_listened_to(web, visit):
    found = visit(web.serve(f"{SITE}/", "<p>hi")).visit
    touches = [name for name in found.coverage.collectors if name.startswith("touch at ")]
    assert len(touches) == 1
    assert found.coverage.collectors == dict.fromkeys(
        ("cookies", "requests", "storage", "api_calls", "controls", "screenshots", *touches), "ok"
    )
    assert "script API calls in workers" in found.coverage.not_observable


def test_a_further_page_that_fails_is_a_gap_and_not_the_end(web, visit):
    url = web.serve(f"{SITE}/", "<p>home", "home=1")
    found = visit(url, pages=("/missing", "http://10.0.0.1/")).visit
    assert (found.outcome, found.pages) == (Outcome.OK, (url,))
    assert "status 404" in found.coverage.collectors["pages"]
    assert "10.0.0.1" in found.coverage.collectors["pages"]
    assert [c.name for c in found.cookies] == ["home"]

"""What happens within a millisecond is told in the order in which it happened."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.collectors.setcookie import parse

pytestmark = pytest.mark.browser

SITE = "www.first.com"


def test_a_script_that_overwrites_a_cookie_as_soon_as_its_answer_is_there(web, visit):
    rounds = range(40)
    url = web.serve(f"{SITE}/", "<script src=/again.js></script>")
    web.serve(
        f"{SITE}/again.js",
        f"(async () => {{ for (let n = 0; n < {len(rounds)}; n++) {{ await fetch('/set' + n); "
        "document.cookie = `raced${n}=script; path=/`; } })()",
        kind="text/javascript",
    )
    for n in rounds:
        web.serve(f"{SITE}/set{n}", "", f"raced{n}=answer; path=/")
    found = visit(url).visit
    told = [(c.name, c.event.value, c.set_by.value) for c in found.cookies]
    assert told == [fact for n in rounds for fact in ((f"raced{n}", "set", "http"), (f"raced{n}", "changed", "script"))]
    assert all(c.in_jar for c in found.cookies)


@pytest.mark.parametrize(("milliseconds", "deletes"), [(-1, True), (0, True), (1, False), (400, False), (999, False)])
def test_a_cookie_that_lives_for_less_than_a_second_is_set_all_the_same(milliseconds, deletes):
    second = datetime(2030, 1, 1, tzinfo=UTC)
    at_ms = second.timestamp() * 1000 - milliseconds
    cookie = parse(f"short=1; expires={second:%a, %d %b %Y %H:%M:%S} GMT", f"https://{SITE}/", at_ms)
    assert cookie.deletes is deletes

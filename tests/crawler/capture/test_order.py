"""What happens within a millisecond is told in the order in which it happened."""

from __future__ import annotations

import pytest

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

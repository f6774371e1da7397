"""Hundreds of Set-Cookie lines in one visit: what is recorded of each is what the browser made of it.

Syntax and attributes as RFC 6265bis, the IETF's HTTP state tests and the web platform tests try them, in words of our
own. The jar is the truth: a line that is misread becomes a cookie without an author, a write that never arrives, or a
lifetime that differs from the one declared.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.model import CookieEvent, Outcome, SetBy

pytestmark = pytest.mark.browser

YEAR = "2027"
MOST = 400 * 86_400
ROWS = Path(__file__).with_name("set_cookie_lines.txt")
HOPS = (("lines", "paths"), ("flags", "domains", "ages"), ("dates",))
"""Parts by the site that sets them: a browser keeps no more than 180 cookies of one."""


def lines_of(parts, number):
    """The rows of some parts as they go over the wire."""
    host, found, part = f"www.truth{number}.com", [], ""
    words = {"{host}": host, "{site}": f"truth{number}.com", "{upper}": host.upper(), "{year}": YEAR}
    words |= {"\\t": "\t", "\\xe9": "\u00e9", "<1020>": "x" * 1020, "<1030>": "x" * 1030}
    for row in ROWS.read_text("utf-8").splitlines():
        if row.startswith("["):
            part = row.strip("[]")
        elif part in parts:
            line = row.removeprefix("|").removesuffix("|").replace("{n}", f"{part[0]}{len(found)}")
            for word, value in words.items():
                line = line.replace(word, value)
            found.append(line.encode().decode("latin-1"))  # http.server encodes it back
    return found


def test_every_line_is_read_as_the_browser_reads_it(web, visit):
    asked = 0
    for number, parts in enumerate(HOPS):
        lines = lines_of(parts, number)
        asked += len(lines)
        onward = (("Location", f"https://www.truth{number + 1}.com/x/y"),) if number + 1 < len(HOPS) else ()
        web.serve(f"www.truth{number}.com/x/y", "<p>hello", *lines, status=302 if onward else 200, headers=onward)
    found = visit("https://www.truth0.com/x/y", settle_ms=300).visit
    assert found.outcome is Outcome.OK
    unknown = [(c.name, c.domain, c.path, c.event, c.value.raw) for c in found.cookies if c.set_by is not SetBy.HTTP]
    refused = [c.value.raw for c in found.cookies if "NotStored" in c.blocked_reasons]
    lifetimes = [
        (c.name, c.declared_lifetime_seconds, c.lifetime_seconds)
        for c in found.cookies
        if c.event is not CookieEvent.BLOCKED and c.lifetime_seconds != _clamped(c.declared_lifetime_seconds)
    ]
    lost = [
        (c.name, c.domain, c.path)
        for c in found.cookies
        if c.event in (CookieEvent.SET, CookieEvent.CHANGED) and not c.in_jar
    ]
    # A nameless cookie whose value could be taken for a name is refused without a reason.
    assert (unknown, refused, lifetimes, lost) == ([], ["l42=1"], [], [])
    assert len(found.cookies) == asked
    assert len({c.name for c in found.cookies if c.event is CookieEvent.DELETED}) > 10
    assert len({c.name for c in found.cookies if c.in_jar}) > 150


def _clamped(declared):
    return None if declared is None else min(declared, MOST)

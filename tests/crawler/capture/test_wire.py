"""Wire details and their hops; who loaded what. Shapes as a browser told them."""

from __future__ import annotations

from crawler.collectors.hops import Hop
from crawler.collectors.initiators import Lineage
from crawler.collectors.wire import pair

PAGE = "https://a.org/"


def hop(url, kind="Script", causes=(PAGE,), **rest):
    facts = {"request_id": "1", "method": "GET", "frame": None, "at_ms": 1_000.0, "monotonic": 1.0, "headers": {}}
    return Hop(url=url, kind=kind, causes=causes, tap=None, **{"document": PAGE, **facts, **rest})


def sent(at, **headers):
    return {"headers": headers, "connectTiming": {"requestTime": at}}


def got(status, **headers):
    return {"headers": headers, "statusCode": status}


def paired(hops, asked, answered, *, whole=True):
    again = pair(hops, asked, answered, whole=whole)
    return [
        (h.url, h.at_ms, h.status, h.before.url if h.before else None, h.on_wire, h.got is not None)
        for h in (*hops, *again)
    ]


def test_the_redirect_of_a_worker_is_announced_by_nobody():
    worker = "https://a.org/w.js"
    hops = [hop(worker, document=worker)]
    answers = [got(302, location="/end.js"), got(200)]
    assert paired(hops, [sent(1.0), sent(1.5)], answers) == [
        (worker, 1_000.0, 302, None, True, True),
        ("https://a.org/end.js", 1_500.0, 200, worker, True, True),
    ]


def test_a_preload_is_a_request_of_its_own():
    hops = [hop(PAGE, "Document", (), status=200, has_extra=True)]
    assert paired(hops, [sent(1.0), sent(1.2)], [got(200), got(200)]) == [
        (PAGE, 1_000.0, 200, None, True, True),
        (PAGE, 1_200.0, 200, None, True, True),
    ]


def test_details_of_hops_that_were_left_out_make_none():
    assert len(paired([hop(PAGE)], [sent(1.0), sent(2.0)], [got(302), got(200)], whole=False)) == 1


def test_a_page_is_asked_for_again_with_client_hints():
    first = hop(PAGE, "Document", (), status=307, has_extra=False)
    second = hop(PAGE, "Document", (), status=200, has_extra=False, before=first)
    assert paired([first, second], [sent(1.0)], [got(200)]) == [
        (PAGE, 1_000.0, 200, None, True, True),
        (PAGE, 1_000.0, 200, PAGE, True, False),
    ]


def test_a_redirect_by_the_browser_itself_never_was_on_the_wire():
    first = hop("http://a.org/", "Document", (), status=307, has_extra=False)
    second = hop(PAGE, "Document", (), status=200, has_extra=True, before=first)
    assert [(found[2], found[4]) for found in paired([first, second], [sent(1.0)], [got(200)])] == [
        (307, False),
        (200, True),
    ]


def test_chains_through_redirects_frames_and_sheets():
    moved, frame, moved_frame = hop("https://a.org/s.js", status=302), "https://b.org/f.html", "https://a.org/f"
    first = hop(moved_frame, "Document")
    hops = [
        hop(PAGE, "Document", ()),
        moved,
        hop("https://b.org/end.js", before=moved),
        first,
        hop(frame, "Document", before=first, document=frame),
        hop("https://b.org/in.js", causes=(frame,), document=frame),
        hop("https://b.org/one.css", "Stylesheet", ("https://a.org/s.js", PAGE)),
    ]
    lineage = Lineage({})
    lineage.learn(hops)
    # A browser names a script by the address that was asked for.
    assert lineage.authors(("https://a.org/s.js", PAGE)) == ("https://b.org/end.js", PAGE)
    assert lineage.to_page(("https://a.org/s.js", PAGE)) == ("https://b.org/end.js", "https://a.org/s.js", PAGE)
    # The script of a frame did something in the page.
    assert lineage.to_page(("https://b.org/in.js", PAGE)) == ("https://b.org/in.js", frame, moved_frame, PAGE)
    # An inline script of the frame stands nearer than another that called it.
    assert lineage.to_page((frame, "https://b.org/in.js")) == (frame, "https://b.org/in.js", moved_frame, PAGE)
    assert lineage.to_page(("https://b.org/one.css", PAGE), after=("https://b.org/two.css",)) == (
        "https://b.org/two.css",
        "https://b.org/one.css",
        "https://a.org/s.js",
        PAGE,
    )

"""Storage of every frame, controls that matter, pictures of phases."""

from __future__ import annotations

import hashlib

import pytest

from auditor.model import Party, StorageKind

pytestmark = pytest.mark.browser

SITE = "www.first.com"
OTHER = "widgets.tracker.net"


def test_storage_of_every_kind_and_frame(web, visit):
    url = web.serve(
        f"{SITE}/",
        f"""<script src="/tag.js"></script><iframe src="https://{OTHER}/frame"></iframe>
        <iframe sandbox="allow-scripts" srcdoc="<p>opaque"></iframe>
        <script>localStorage.plain = 'property'; sessionStorage.setItem('gone', '1'); sessionStorage.removeItem('gone');
        indexedDB.open('database'); caches.open('cache')</script>""",
    )
    tag = web.serve(f"{SITE}/tag.js", "localStorage.setItem('by_tag', 'abcdef')", kind="text/javascript")
    web.serve(f"{OTHER}/frame", "<script>localStorage.setItem('foreign', '1'); indexedDB.open('foreign_db')</script>")
    found = visit(url).visit
    own, foreign = f"https://{SITE}", f"https://{OTHER}"
    assert {(s.kind, s.origin, s.key, s.party) for s in found.storage} == {
        (StorageKind.LOCAL, own, "by_tag", Party.FIRST),
        (StorageKind.LOCAL, own, "plain", Party.FIRST),
        (StorageKind.SESSION, own, "gone", Party.FIRST),
        (StorageKind.INDEXEDDB, own, "database", Party.FIRST),
        (StorageKind.CACHE, own, "cache", Party.FIRST),
        (StorageKind.LOCAL, foreign, "foreign", Party.THIRD),
        (StorageKind.INDEXEDDB, foreign, "foreign_db", Party.THIRD),
    }
    by_key = {s.key: s for s in found.storage}
    assert (by_key["by_tag"].initiator, by_key["by_tag"].value.raw) == (tag, "abcdef")
    assert by_key["gone"].initiator == url
    assert by_key["database"].initiator == url
    assert by_key["foreign"].initiator == f"{foreign}/frame"
    assert len(found.storage) == len(by_key)
    assert found.coverage.collectors["storage"] == "ok"


def test_controls_of_the_footer_and_about_consent(web, visit):
    url = web.serve(
        f"{SITE}/",
        f"""<nav><a href="/home">Home</a><a href="/privacy">Privacy policy</a></nav>
        <main style="height: 3000px">text</main>
        <footer><a href="/terms">Terms</a><button>Cookie   settings</button>
        <a href="/hidden" style="display:none">Cookies</a></footer>
        <div class="site-footer"><a href="https://x.org/">Us elsewhere</a></div>
        <iframe src="https://{OTHER}/frame"></iframe>""",
    )
    web.serve(f"{OTHER}/frame", "<button>Do not sell my data</button><button>Chat</button>")
    found = visit(url).visit
    assert {(c.text, c.url, c.location) for c in found.controls} == {
        ("Privacy policy", f"https://{SITE}/privacy", "page"),
        ("Terms", f"https://{SITE}/terms", "footer"),
        ("Cookie settings", None, "footer"),
        ("Us elsewhere", "https://x.org/", "footer"),
        ("Do not sell my data", None, "page"),
    }
    assert {c.page for c in found.controls} == {url}


def test_controls_are_bounded(web, visit):
    url = web.serve(
        f"{SITE}/", "<footer>" + "".join(f"<a href=/{n}>{n} {'x' * 300}</a> " for n in range(900)) + "</footer>"
    )
    found = visit(url).visit
    assert len(found.controls) == 400
    assert max(len(c.text) for c in found.controls) == 120


def test_pictures_are_addressed_by_content(web, visit):
    web.banner = b""  # A banner has a picture of its own.
    result = visit(web.serve(f"{SITE}/", "<h1>Hello</h1>"))
    (shot,), (artifact,) = result.visit.screenshots, result.artifacts
    assert shot.sha256 == artifact.sha256 == hashlib.sha256(artifact.content).hexdigest()
    assert artifact.mime == "image/jpeg"
    assert artifact.content.startswith(b"\xff\xd8\xff")

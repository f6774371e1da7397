"""Identifiers in requests to somebody else: found in every spelling, at nobody who owns them, and without a value."""

from __future__ import annotations

import base64
import dataclasses
import hashlib

import pytest

from auditor.model import Phase, Place, Spelling

pytestmark = pytest.mark.browser

SITE = "www.first.com"
TRACKER = "ads.tracker.net"
PARTNER = "sync.partner.org"
UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
CLIENT = "1830471952.1764000000"
TOKEN = "k3j9x0qz1mb4"


def seen(visit):
    return {(s.item_name, s.host, s.spelling, s.whole, s.found_in, s.parameter) for s in visit.shared_identifiers}


def test_every_spelling_is_found_and_no_value_is_kept(web, visit):
    hashed = [(f"{kind}.partner.org", hashlib.new(kind, TOKEN.encode()).hexdigest()) for kind in ("md5", "sha1")]
    upper = hashlib.sha256(TOKEN.encode()).hexdigest().upper()
    inside = base64.b64encode(f'{{"id":"{TOKEN}","v":1}}'.encode()).decode()
    bare = base64.b64encode(hashlib.sha256(TOKEN.encode()).digest()).decode().rstrip("=")
    pixels = "".join(f'<img src="https://{host}/p.gif?h={digest}">' for host, digest in hashed)
    url = web.serve(
        f"{SITE}/",
        f"""<script>
        document.cookie = '_ga=GA1.2.{CLIENT}; max-age=99999';
        document.cookie = 'vid={TOKEN}; max-age=99999';
        document.cookie = 'seen=1764000000000; max-age=99999';
        document.cookie = 'exp=variant-blue-2024; max-age=99999';
        localStorage.setItem('device', JSON.stringify({{id: '{UUID}', at: 1764000000000}}));
        localStorage.setItem('landing', 'https://{SITE}/k3j9x0qz1mb5/');
        </script>
        <img src="https://{TRACKER}/set"><img src="https://{PARTNER}/p.gif?v=2&cid={CLIENT}&t=1764000000000&e=variant-blue-2024">
        <img src="https://path.partner.org/sync/{TOKEN}/p.gif"><img src="https://words.partner.org/x{TOKEN}y?l=k3j9x0qz1mb5">
        <img src="https://encoded.partner.org/p.gif?u=%7B%22id%22%3A%22{UUID}%22%7D">
        <img src="https://base64.partner.org/p.gif?d={inside}"><img src="https://own.first.com/p.gif?cid={TOKEN}">
        <img src="https://upper.partner.org/p.gif?h={upper}"><img src="https://raw.partner.org/p.gif?h={bare}">{pixels}
        <iframe src="https://frame.partner.org/f#xid={TOKEN}"></iframe>
        <script>
        const send = (host, options) => fetch('https://' + host, {{method: 'POST', ...options}}).catch(() => 0);
        send('body.partner.org/a', {{mode: 'no-cors', body: 'a=1&visitor={TOKEN}'}});
        send('json.partner.org/a', {{mode: 'no-cors', body: JSON.stringify({{user: {{id: '{TOKEN}'}}}})}});
        send('header.partner.org/a', {{headers: {{'X-Visitor': '{TOKEN}'}}}});
        </script>""",
    )
    web.serve(
        f"{TRACKER}/set",
        b"",
        "uid=b1946ac92492d2347c6235b4d2611184; Max-Age=99999; Secure; SameSite=None",
        status=302,
        headers=(("Location", f"https://{PARTNER}/match?tid=b1946ac92492d2347c6235b4d2611184"),),
    )
    allowed = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Headers", "x-visitor"))
    web.serve("header.partner.org/a", b"{}", kind="application/json", headers=allowed)
    found = visit(url, keep_raw=False).visit
    assert seen(found) == {
        ("_ga", PARTNER, Spelling.PLAIN, False, Place.QUERY, "cid"),
        ("uid", PARTNER, Spelling.PLAIN, True, Place.QUERY, "tid"),
        ("vid", "path.partner.org", Spelling.PLAIN, True, Place.PATH, None),
        ("device", "encoded.partner.org", Spelling.URL_ENCODED, False, Place.QUERY, "u"),
        ("vid", "base64.partner.org", Spelling.BASE64, True, Place.QUERY, "d"),
        ("vid", "upper.partner.org", Spelling.SHA256, True, Place.QUERY, "h"),
        ("vid", "raw.partner.org", Spelling.SHA256, True, Place.QUERY, "h"),
        ("vid", "md5.partner.org", Spelling.MD5, True, Place.QUERY, "h"),
        ("vid", "sha1.partner.org", Spelling.SHA1, True, Place.QUERY, "h"),
        ("vid", "frame.partner.org", Spelling.PLAIN, True, Place.FRAGMENT, "xid"),
        ("vid", "body.partner.org", Spelling.PLAIN, True, Place.BODY, "visitor"),
        ("vid", "json.partner.org", Spelling.PLAIN, True, Place.BODY, None),
        ("vid", "header.partner.org", Spelling.PLAIN, True, Place.HEADER, "x-visitor"),
    }
    assert {s.phase for s in found.shared_identifiers} == {Phase.BEFORE_CHOICE}
    (uid,) = [s for s in found.shared_identifiers if s.item_name == "uid"]
    assert (uid.item_kind, uid.item_place, uid.initiator) == ("cookie", TRACKER, url)
    (device,) = [s for s in found.shared_identifiers if s.item_name == "device"]
    assert (device.item_kind, device.item_place) == ("local", f"https://{SITE}")
    kept = str([dataclasses.replace(s, url="") for s in found.shared_identifiers])
    assert not [secret for secret in (TOKEN, UUID, CLIENT) if secret in kept]
    assert all(cookie.value.raw is None for cookie in found.cookies)
    assert all(item.value.raw is None for item in found.storage)

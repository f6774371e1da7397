"""People on the site, over real HTTP: who may decide, what is refused, and what is written."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from auditor import model as m
from db.site.access import Access, User, load_access
from db.site.framework import hash_password
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = hash_password("correct horse")
PEOPLE = Access(
    user_header="x-forwarded-user",
    users=(
        User(name="ada", role="compliance", password_hash=SECRET),
        User(name="grace", role="engineer", password_hash=SECRET),
        User(name="rea", role="reader", password_hash=SECRET),
        User(name="proxied", role="compliance"),
    ),
)
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


@pytest.fixture
def address(filled, records) -> Iterator[str]:
    with records.serving(filled.path, PEOPLE) as address:
        yield address


@pytest.fixture
def finding(filled) -> str:
    with Store(filled.path) as store:
        return store.findings()[0].fingerprint


@contextmanager
def logged_in(address: str, name: str, password: str = "correct horse") -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30) as client:
        token = csrf(client.get("/-/login"))
        client.post("/-/login", data={"username": name, "password": password, "csrftoken": token})
        yield client


def csrf(page: httpx.Response) -> str:
    found = re.search(r'name="csrftoken" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def decide(client: httpx.Client, finding: str, **form: str) -> httpx.Response:
    token = csrf(client.get(f"/findings/{finding}"))
    return client.post(f"/findings/{finding}/decide", data={"csrftoken": token, **form})


def events(path) -> list[tuple[str, str, str | None, str | None]]:
    with Store(path) as store:
        rows = store._database.execute(
            "SELECT actor, action, note, until FROM finding_events WHERE actor <> 'auditor' ORDER BY id"
        ).fetchall()
        assert store.verify().problems == ()
        return [tuple(row) for row in rows]


def test_compliance_decides_and_the_history_keeps_who_and_why(address, filled, finding):
    with logged_in(address, "ada") as client:
        page = client.get(f"/findings/{finding}")
        assert "Log out ada" in page.text
        answer = decide(client, finding, status="accepted", until=TOMORROW, note="until the new site is live")
        assert (answer.status_code, answer.headers["location"]) == (302, f"/findings/{finding}#since")
        assert decide(client, finding, status="comment", note="the vendor answered").status_code == 302
        said = client.get(f"/findings/{finding}").text
    assert events(filled.path) == [
        ("ada", "accepted", "until the new site is live", TOMORROW),
        ("ada", "comment", "the vendor answered", None),
    ]
    assert "until the new site is live" in said
    with Store(filled.path) as store:
        kept = next(each for each in store.findings() if each.fingerprint == finding)
    assert kept.status is m.Status.ACCEPTED


def test_an_accepted_finding_leaves_the_dashboard_and_returns_when_it_lapses(address, filled, finding):
    with logged_in(address, "ada") as client:
        assert f"/findings/{finding}" in client.get("/").text
        decide(client, finding, status="accepted", until=TOMORROW)
        assert f"/findings/{finding}" not in client.get("/").text
        with Store(filled.path) as store, store._writing() as database:
            database.execute("UPDATE findings SET accepted_until = '2020-01-01' WHERE fingerprint = ?", [finding])
        assert f"/findings/{finding}" in client.get("/").text


@pytest.mark.parametrize("name", ["grace", "rea"])
def test_other_roles_do_not_decide(address, filled, finding, name):
    with logged_in(address, name) as client:
        page = client.get(f"/findings/{finding}")
        assert "Decide" not in page.text
        token = csrf(client.get("/-/logout"))
        answer = client.post(f"/findings/{finding}/decide", data={"csrftoken": token, "status": "fixed"})
    assert answer.status_code == 403
    assert events(filled.path) == []


def test_strangers_do_not_decide(address, filled, finding):
    with httpx.Client(base_url=address) as client:
        token = csrf(client.get("/-/login"))
        answer = client.post(f"/findings/{finding}/decide", data={"csrftoken": token, "status": "fixed"})
        assert answer.status_code == 403
        assert client.post(f"/findings/{finding}/decide", data={"status": "fixed"}).status_code == 403
    assert events(filled.path) == []


def test_a_wrong_password_logs_nobody_in(address):
    with logged_in(address, "ada", "wrong") as client:
        assert "ds_actor" not in client.cookies
    with logged_in(address, "nobody") as client:
        assert "ds_actor" not in client.cookies


def test_a_forged_actor_is_nobody(address, filled, finding):
    with httpx.Client(base_url=address, cookies={"ds_actor": "eyJhIjp7ImlkIjoiYWRhIn19.forged"}) as client:
        assert "Log out" not in client.get("/").text
        token = csrf(client.get("/-/login"))
        answer = client.post(f"/findings/{finding}/decide", data={"csrftoken": token, "status": "fixed"})
    assert answer.status_code == 403
    assert events(filled.path) == []


def test_forms_of_other_sites_are_refused(address, filled, finding):
    with logged_in(address, "ada") as client:
        for form in ({"status": "fixed"}, {"status": "fixed", "csrftoken": "x"}):
            assert client.post(f"/findings/{finding}/decide", data=form).status_code == 403
    proxied = {"x-forwarded-user": "proxied"}
    with httpx.Client(base_url=address, headers=proxied) as client:
        # No cookie at all: Datasette's own check lets this pass, since a browser would send its cookies.
        assert client.post(f"/findings/{finding}/decide", data={"status": "fixed"}).status_code == 403
        assert decide(client, finding, status="fixed").status_code == 302
    assert events(filled.path) == [("proxied", "fixed", None, None)]


def test_a_header_of_an_unknown_person_is_nobody(address, finding):
    with httpx.Client(base_url=address, headers={"x-forwarded-user": "mallory"}) as client:
        assert "Decide" not in client.get(f"/findings/{finding}").text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"status": "accepted"}, "An acceptance needs its last day"),
        ({"status": "accepted", "until": "2020-01-01"}, "ends today at the earliest"),
        ({"status": "accepted", "until": "9999-12-31"}, "ten years at the latest"),
        ({"status": "accepted", "until": "soon"}, "An acceptance needs its last day"),
        ({"status": "gone"}, "Choose one of the decisions."),
        ({}, "Choose one of the decisions."),
        ({"status": "comment"}, "a comment needs the name of who gives it, and words"),
    ],
)
def test_what_is_no_decision_is_said(address, filled, finding, form, words):
    with logged_in(address, "ada") as client:
        answer = decide(client, finding, **form)
    assert answer.status_code == 400
    assert words in answer.text
    assert events(filled.path) == []


def test_a_finding_that_does_not_exist(address, finding):
    with logged_in(address, "ada") as client:
        token = csrf(client.get(f"/findings/{finding}"))
        answer = client.post(f"/findings/{'0' * 64}/decide", data={"csrftoken": token, "status": "fixed"})
    assert answer.status_code == 400
    assert "there is no finding" in answer.text


def test_decisions_are_sent_with_a_small_form(address, finding):
    with logged_in(address, "ada") as client:
        assert client.get(f"/findings/{finding}/decide").status_code == 405
        assert client.put(f"/findings/{finding}/decide").status_code == 405
        assert client.post("/findings/x/decide").status_code == 405
        assert decide(client, finding, status="fixed", note="x" * 70_000).status_code == 413

        def endless() -> Iterator[bytes]:
            yield b"status=fixed"

        assert client.post(f"/findings/{finding}/decide", content=endless()).status_code == 413


def test_engineers_ask_in_sql_and_others_do_not(address):
    query = {"sql": "select count(*) as n from findings", "_shape": "array"}
    with logged_in(address, "grace") as client:
        assert client.get("/audit.json", params=query).json() == [{"n": 2}]
        bomb = "select hex(zeroblob(200000000))"
        assert client.get("/audit.json", params={"sql": bomb}).status_code == 400
        slow = "with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) from c"
        assert client.get("/audit.json", params={"sql": slow}).status_code == 400
        for forbidden in ("attach database 'other.db' as y", "delete from findings", "pragma writable_schema = 1"):
            assert client.get("/audit.json", params={"sql": forbidden}).status_code == 400
    for name in ("ada", "rea"):
        with logged_in(address, name) as client:
            assert client.get("/audit.json", params=query).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer x"},
        {"content-type": "application/json"},
        {"content-type": "text/plain"},
        {"x-http-method-override": "PUT"},
        {"origin": "https://evil.example"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_no_header_opens_the_form_to_other_sites(address, filled, finding, headers):
    with logged_in(address, "ada") as client:
        for body in (b"status=fixed", b"status=fixed&csrftoken=", b'{"status": "fixed"}'):
            answer = client.post(
                f"/findings/{finding}/decide",
                content=body,
                headers={"content-type": "application/x-www-form-urlencoded", **headers},
            )
            assert answer.status_code == 403
    assert events(filled.path) == []


def test_a_role_is_not_what_somebody_says_it_is(address, filled, finding):
    """Neither a form, a query, a header nor the actor's cookie of another role makes a reader decide."""
    said = {"role": "compliance", "actor": "ada", "username": "ada"}
    with logged_in(address, "rea") as client:
        token = csrf(client.get("/-/logout"))
        for headers in ({}, {"x-forwarded-user": "mallory"}, {"x-role": "compliance"}, {"x-remote-user": "ada"}):
            form = {"csrftoken": token, "status": "fixed", **said}
            answer = client.post(f"/findings/{finding}/decide", data=form, params=said, headers=headers)
            assert answer.status_code == 403
        mine = client.cookies["ds_actor"]
        for forged in (mine[:-2] + "xx", mine.swapcase(), "." + mine, mine.split(".")[0]):
            client.cookies.set("ds_actor", forged)
            assert "Log out" not in client.get("/").text
    assert events(filled.path) == []


def test_an_engineers_sql_only_reads(address, filled):
    """Big functions, endless queries, other files, writes in disguise: none is carried out, and the site lives on."""
    secret = filled.path.with_name("audit.key")
    attacks = (
        "select replace(hex(zeroblob(4000000)), '0', hex(zeroblob(4000000)))",
        "select group_concat(a.text || b.text || c.text) from texts a, texts b, texts c, texts d, texts e",
        "with recursive r(x) as (select 'x' union all select x || x from r) select length(x) from r",
        f"select readfile('{secret}')",
        f"select load_extension('{secret}')",
        f"attach database '{secret}' as other",
        "vacuum into 'stolen.db'",
        "insert into vendors (id, name, jurisdictions) values ('x', 'x', '[]')",
        "with x as (select 1) delete from findings",
        "select 1; drop table findings",
        "/* */ pragma query_only = 0",
        "explain delete from findings; delete from findings",
    )
    with logged_in(address, "grace") as client:
        for attack in attacks:
            answer = client.get("/audit.json", params={"sql": attack})
            assert answer.status_code == 400, (attack[:60], answer.status_code, answer.text[:200])
        rows = client.get("/audit.json", params={"sql": "select count(*) as n from findings", "_shape": "array"}).json()
        assert rows == [{"n": 2}]
        pointer = {"sql": "select fts3_tokenizer('simple') as address", "_shape": "array"}
        assert client.get("/audit.json", params=pointer).json() == [{"address": None}]
    assert not list(filled.path.parent.glob("stolen*"))
    assert not (filled.path.parent.parent / "stolen.db").exists()
    assert events(filled.path) == []


def test_cookies_are_out_of_reach_of_scripts(address):
    with httpx.Client(base_url=address) as client:
        page = client.get("/-/login")
        assert all("HttpOnly" in value for value in page.headers.get_list("set-cookie"))
        answer = client.post("/-/login", data={"username": "ada", "password": "correct horse", "csrftoken": csrf(page)})
    (cookie,) = [value for value in answer.headers.get_list("set-cookie") if value.startswith("ds_actor")]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()


def test_a_login_outlives_a_restart(filled, records):
    with records.serving(filled.path, PEOPLE) as address, logged_in(address, "ada") as client:
        cookie = client.cookies["ds_actor"]
    with records.serving(filled.path, PEOPLE) as address:
        page = httpx.get(address, cookies={"ds_actor": cookie})
    assert "Log out ada" in page.text


def test_a_site_that_is_not_public(filled, records, finding):
    closed = Access(public=False, users=PEOPLE.users)
    with records.serving(filled.path, closed) as address:
        with httpx.Client(base_url=address) as client:
            for path in ("/", "/rules", f"/findings/{finding}", "/vendors/vendor", "/runs/1", "/-/metrics", "/audit"):
                assert client.get(path).status_code == 403, path
            assert client.get("/audit/findings.json").status_code == 403
            with Store(filled.path) as store:
                artifact = store._database.execute("SELECT sha256 FROM artifacts").fetchone()[0]
            assert client.get(f"/-/artifact/{artifact}").status_code == 403
            assert client.get("/-/healthz").status_code in (200, 503)
            assert client.get("/-/login").status_code == 200
        with logged_in(address, "rea") as client:
            assert client.get("/").status_code == 200
            assert client.get("/audit/findings.json").status_code == 200


def test_without_an_access_file_nobody_logs_in(site):
    assert site.get("/-/login").status_code == 404
    assert "Log in" not in site.get("/").text


def test_every_problem_of_an_access_file_is_told(tmp_path):
    path = tmp_path / "access.toml"
    path.write_text(
        'public = "no"\nuser_header = "a b"\nsecret = 1\n[[user]]\nname = "Ada!"\nrole = "boss"\npassword_hash = "x"\n'
        '[[user]]\nname = "grace"\nrole = "reader"\n[[user]]\nname = "grace"\nrole = "reader"\nage = 3\n'
    )
    with pytest.raises(m.ConfigError) as raised:
        load_access(path)
    assert raised.value.problems == (
        "public: must be a true or false",
        "user_header: is no name of a header",
        "user[0].name: is required: small letters, digits, dots, @ and hyphens",
        "user[0].role: must be one of compliance, engineer, reader",
        "user[0].password_hash: is no hash; `consent-audit serve --hash-password` makes one",
        "user[2].age: unknown key",
        "secret: unknown key",
        "user[2].name: is given twice",
    )
    path.write_text(f'[[user]]\nname = "ada"\nrole = "compliance"\npassword_hash = "{SECRET}"\n')
    assert load_access(path).users == (User(name="ada", role="compliance", password_hash=SECRET),)
    with pytest.raises(m.ConfigError, match="cannot be read"):
        load_access(tmp_path / "none.toml")
    path.write_bytes(b"\xff\x00")
    with pytest.raises(m.ConfigError, match="not valid TOML"):
        load_access(path)

"""Two versions of a policy: what changed in meaning."""

from __future__ import annotations

from auditor.policy.diff import policy_diff

OLD = """# Cookie policy

Last updated: 1 March 2023

Our website uses cookies.

## Necessary cookies

These cookies keep you logged in and cannot be switched off.

| Name | Provider | Expiry |
|---|---|---|
| sid_session | us | session |
| _pk_id | Matomo | 1 year |
"""

NEW = """# Cookie policy

Last updated: 2 April 2024

Our website uses cookies and web beacons.

## Necessary cookies

These cookies keep you logged in and cannot be switched off.

| Name | Provider | Expiry |
|---|---|---|
| sid_session | us | session |
| _pk_id | Matomo | 13 months |

## Marketing cookies

These cookies show you relevant adverts; we use AdRoll for that.
"""


def test_same_text_has_no_changes(read):
    assert policy_diff(read(OLD), read(OLD)) == ()


def test_other_words_with_the_same_meaning_have_no_changes(read):
    other = OLD.replace("1 year", "12 months and 5 days").replace("Our website uses", "This website uses")
    assert [c.what for c in policy_diff(read(OLD), read(other)) if c.what not in ("cookie",)] == []


def test_changes_in_meaning(read):
    changes = policy_diff(read(OLD), read(NEW))
    found = {(c.kind, c.what, c.subject) for c in changes}
    assert found == {
        ("changed", "date", "last_updated"),
        ("added", "category", "targeting"),
        ("added", "service", "AdRoll"),
        ("changed", "cookie", "_pk_id"),
        ("added", "technology", "web_beacons"),
    }
    cookie = next(c for c in changes if c.what == "cookie")
    assert (cookie.before, cookie.after) == (
        "strictly_necessary, 1 year, cookie",
        "strictly_necessary, 13 months, cookie",
    )
    assert "1 year" in cookie.quote_before.quote
    assert "13 months" in cookie.quote_after.quote


def test_the_reverse_removes_what_was_added(read):
    forth, back = policy_diff(read(OLD), read(NEW)), policy_diff(read(NEW), read(OLD))
    opposite = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(opposite[c.kind], c.what, c.subject) for c in forth} == {(c.kind, c.what, c.subject) for c in back}

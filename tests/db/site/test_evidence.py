"""What a finding's page shows as its evidence: the observations that it is about, and no others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor import model as m
from db.site import evidence
from db.store import Store

END = 27_050
"""Milliseconds into the visit at which a phase ends: then everything in the jar is reported at once."""
SCRIPT = "https://office.vendor.example/site.js"


@pytest.fixture
def shown(tmp_path, records):
    """A function from a finding's facts to what its page reads; the visit has three cookies of one moment."""
    path = tmp_path / "audit.db"
    with Store(path) as store:
        run = records.start(store, plan=records.PLAN[1:2])
        made = records.visit(m.Scenario.ACCEPT_ALL)
        known = {"domain": "vendor.example", "at_ms": END, "initiator": SCRIPT, "phase": m.Phase.AFTER_ACCEPT}
        jar = tuple(records.cookie(name=name, **known) for name in ("PHPSESSID", "_ga", "_ga_AB12"))
        same = made.screenshots[0].sha256
        pictures = tuple(replace(shot, sha256=same, kind=m.Picture.VIEWPORT) for shot in made.screenshots)
        store.save_visit(run, replace(made, cookies=jar, screenshots=pictures), records.artifacts(made))
        store.finish_run(run, m.RunStatus.COMPLETE)
        visit = store.case_file(run, "vendor").visits[0].id
        reference = m.EvidenceRef(kind="cookie", visit=visit, url=records.SITE.url, at_ms=END, initiator=SCRIPT)
        picture = m.EvidenceRef(kind="screenshot", visit=visit, url=records.SITE.url, artifact_sha256=same)

        def read(subject: str, fact: str, *, cookies: int = 1) -> dict[str, object]:
            found = records.finding(
                subject=subject,
                fact=fact,
                phase=m.Phase.AFTER_ACCEPT,
                evidence=(*[reference] * cookies, picture),
                fingerprint="",
            )
            store.save_audit(records.audit(run, findings=(found,), undecided=()))
            page = evidence.finding(store._database.conn, found.fingerprint)
            assert page is not None
            return page

        yield read


def names(page) -> list[str | None]:
    return [each["sighting"] and each["sighting"]["name"] for each in page["evidence"] if each["kind"] == "cookie"]


def test_of_cookies_of_one_moment_the_one_that_the_finding_is_about_is_shown(shown):
    assert names(shown("cookie:_ga@vendor.example", "It was still there.")) == ["_ga"]
    assert names(shown("cookie:_ga_AB12@vendor.example", "_ga was seen, and _ga_AB12.")) == ["_ga_AB12"]


def test_an_observation_of_something_else_is_never_shown(shown):
    assert names(shown("cookie:_fbp@vendor.example", "PHPSESSID was there as well.")) == [None]
    assert names(shown("cookie:_ga@other.example", "_ga was there.")) == [None]


def test_what_a_finding_about_a_service_names_is_shown_each_once(shown):
    page = shown("service:Google Analytics", "Google Analytics was observed: _ga and _ga_AB12.", cookies=2)
    assert names(page) == ["_ga", "_ga_AB12"]


def test_what_nothing_tells_apart_is_not_guessed(shown):
    assert names(shown("claim:anonymous_data", "Something holds an identifier.")) == [None]


def test_a_picture_of_two_phases_that_look_the_same_is_shown_once(shown):
    page = shown("cookie:_ga@vendor.example", "It was still there.")
    assert [shot["phase"] for shot in page["screenshots"]] == ["after_accept"]

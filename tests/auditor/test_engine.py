"""The engine: three answers, fingerprints, determinism, and the five real policies."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from dataclasses import replace

import pytest

from auditor import examples as x
from auditor.classify import bundled
from auditor.engine import audit, fingerprint, judge, read_documents, rule_facts
from auditor.model import (
    Beacon,
    CaseFile,
    Category,
    Coverage,
    DisclosureLevel,
    Finding,
    Outcome,
    Phase,
    Run,
    RunStatus,
    Scenario,
    Screenshot,
    Severity,
    Site,
)
from auditor.rules import all_rules

OTHER = "https://office.vendor.example/"
POLICY = """Cookie policy

We use cookies. We use performance cookies to count visits, with Google Analytics.
These performance cookies collect anonymous information about how people use our website.
"""


#: The rules that are asked about this vendor: nothing gives the GPC signal a meaning for it.
ASKED = {rule.id for rule in all_rules()} - {"gpc_ignored"}


def run(number=1):
    return Run(
        id=number,
        started_at=x.NOON,
        finished_at=x.NOON,
        status=RunStatus.COMPLETE,
        tool_version="1",
        browser=x.BROWSER,
        settings={},
        planned=3,
        stored=3,
    )


def case(visits, *documents, vendor=None):
    return CaseFile(run=run(), vendor=vendor or x.vendor(), visits=tuple(visits), policies=documents)


def text(content=POLICY, **facts):
    return x.document(content=content.encode(), content_type="text/plain", **facts)


def trackers(**facts):
    return x.visits(
        x.cookie("_ga"),
        x.cookie("__adroll", "d.adroll.com"),
        x.request("https://d.adroll.com/p", beacon=Beacon.PIXEL),
        x.cookie("_fbp", phase=Phase.AFTER_REJECT),
        **facts,
    )


# ------------------------------------------------------------------------------------------ an audit


def test_an_audit_holds_everything():
    found = audit(case(trackers(), text()), bundled())
    assert (found.vendor, found.run, found.sites_seen) == ("vendor", 1, (x.SITE,))
    assert {one.rule for one in found.findings} >= {"before_choice", "after_reject", "tracker_before_choice"}
    assert {one.subject for one in found.items} == {
        "cookie:_ga@vendor.example",
        "cookie:__adroll@d.adroll.com",
        "cookie:_fbp@vendor.example",
        "host:d.adroll.com",
    }
    assert len(found.declarations) == 1


def test_findings_are_ordered_by_severity():
    found = audit(case(trackers(), text()), bundled()).findings
    order = [list(Severity).index(one.severity) for one in found]
    assert order == sorted(order)


def test_a_dead_site_decides_nothing_and_invents_nothing():
    visits = trackers(outcome=Outcome.UNREACHABLE, failure="DNS")
    found = audit(case(visits, x.document(outcome=Outcome.UNREACHABLE, sha256=None)), bundled())
    assert found.findings == ()
    assert found.sites_seen == ()
    assert found.items == ()
    assert {one.rule for one in found.undecided} == ASKED


def test_no_visits_at_all():
    found = audit(case(()), bundled())
    assert found.findings == ()
    assert {one.rule for one in found.undecided} == ASKED


def test_one_dead_site_beside_a_living_one():
    vendor = x.vendor(Site(url=x.SITE), Site(url=OTHER))
    visits = [*trackers(), *trackers(site=OTHER, outcome=Outcome.BLOCKED)]
    found = audit(case(visits, text(), vendor=vendor), bundled())
    assert found.sites_seen == (x.SITE,)
    assert {one.site for one in found.findings} == {x.SITE}
    about_sites = {rule.id for rule in all_rules() if not rule.about_vendor}
    assert {one.rule for one in found.undecided if one.site == OTHER} == about_sites & ASKED


# ------------------------------------------------------------------------------------------ fingerprints


def test_a_fingerprint_is_the_hash_of_its_parts():
    parts = "before_choice|vendor|https://www.vendor.example/|cookie:_ga@vendor.example|before"
    found = fingerprint("before_choice", "vendor", x.SITE, "cookie:_ga@vendor.example", Phase.BEFORE_CHOICE)
    assert found == hashlib.sha256(parts.encode()).hexdigest()


def test_every_phase_has_a_fingerprint_of_its_own():
    phases = [None, Phase.BEFORE_CHOICE, Phase.AFTER_ACCEPT, Phase.AFTER_REJECT, Phase.AFTER_WITHDRAWAL]
    assert len({fingerprint("r", "v", "s", "b", phase) for phase in phases}) == 5


def test_a_fingerprint_survives_hostile_names():
    assert len(fingerprint("r", "v", None, "cookie:\ud800|\x00@a", None)) == 64


def test_a_fingerprint_does_not_depend_on_run_time_or_value():
    earlier = audit(case(trackers(), text()), bundled())
    later_visits = [
        replace(
            visit,
            id=99,
            started_at=x.NOON.replace(year=2030),
            cookies=tuple(
                replace(cookie, value=x.cookie("a", value="other").value, at_ms=7) for cookie in visit.cookies
            ),
        )
        for visit in trackers()
    ]
    later = audit(replace(case(later_visits, text()), run=run(2)), bundled())
    before = {one.fingerprint for one in earlier.findings if one.rule != "claim_contradicted"}
    after = {one.fingerprint for one in later.findings if one.rule != "claim_contradicted"}
    assert before == after


def test_fingerprints_are_unique_in_an_audit():
    vendor = x.vendor(Site(url=x.SITE), Site(url=OTHER))
    found = audit(case([*trackers(), *trackers(site=OTHER)], text(), vendor=vendor), bundled()).findings
    assert len({one.fingerprint for one in found}) == len(found)


# ------------------------------------------------------------------------------------------ determinism


@pytest.mark.parametrize("seed", range(5))
def test_order_of_input_does_not_matter(seed):
    vendor = x.vendor(Site(url=x.SITE), Site(url=OTHER))
    visits = [*trackers(), *trackers(site=OTHER)]
    documents = [
        text(),
        text("We use cookies.", source="https://b.example/", url="https://b.example/", sha256="1" * 64),
    ]
    first = audit(case(visits, *documents, vendor=vendor), bundled())
    shuffled = random.Random(seed)
    shuffled.shuffle(visits)
    shuffled.shuffle(documents)
    visits = [
        replace(
            visit,
            cookies=tuple(shuffled.sample(visit.cookies, len(visit.cookies))),
            requests=tuple(shuffled.sample(visit.requests, len(visit.requests))),
        )
        for visit in visits
    ]
    assert repr(audit(case(visits, *documents, vendor=vendor), bundled())) == repr(first)


def test_the_same_bytes_in_every_process():
    program = (
        "import hashlib, auditor.examples as x; from auditor.classify import bundled; from auditor.engine import judge;"
        "from auditor.model import Category, DisclosureLevel as L;"
        "seen = x.visits(x.cookie('_ga'), x.cookie('__adroll', 'd.adroll.com'), x.cookie('_fbp'), x.cookie('zq'),"
        " x.request('https://d.adroll.com/p'), x.request('https://static.hotjar.com/a.js'));"
        "policy = x.declaration(L.COOKIE_LIST, cookies=(x.listed('_ga', Category.STRICTLY_NECESSARY),),"
        " categories=(x.category(Category.STRICTLY_NECESSARY),));"
        "print(hashlib.sha256(repr(judge(x.evidence(seen, policy, knowledge=bundled()))).encode()).hexdigest())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(answers) == 1


# ------------------------------------------------------------------------------------------ documents


def test_a_policy_is_read():
    (reading,) = read_documents((text(),), x.vendor())
    assert reading.declaration is not None
    assert reading.unread is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"\x00\x01\x02\x03" * 500, "no text document"),
    ],
)
def test_a_policy_that_cannot_be_read_says_why(content, words):
    (reading,) = read_documents((x.document(content=content),), x.vendor())
    assert reading.declaration is None
    assert words in (reading.unread or "")


def test_a_reader_that_fails_ends_nothing(monkeypatch):
    def failing(*_, **__):
        raise IndexError("no such row")

    monkeypatch.setattr("auditor.engine.read_policy", failing)
    found = audit(case(trackers(), text()), bundled())
    assert {one.reason for one in found.undecided if one.rule == "policy_missing"} == {
        "the reader failed on the policy at https://www.vendor.example/privacy (IndexError)"
    }
    assert "before_choice" in {one.rule for one in found.findings}


def test_a_rule_that_fails_ends_nothing():
    def failing(_):
        raise KeyError("x")

    broken = tuple(replace(rule, check=failing) if rule.id == "before_choice" else rule for rule in all_rules())
    findings, undecided = judge(x.evidence(trackers(), x.declaration(), knowledge=bundled()), broken)
    assert [one.reason for one in undecided if one.rule == "before_choice"] == ["the rule failed (KeyError)"]
    assert "tracker_before_choice" in {one.rule for one in findings}


def test_a_policy_whose_text_is_not_stored():
    (reading,) = read_documents((x.document(content=None),), x.vendor())
    assert reading.unread == "the policy at https://www.vendor.example/privacy was fetched, and its text is not stored"


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.TIMEOUT, Outcome.FAILED, Outcome.REFUSED])
def test_a_policy_that_was_not_fetched(outcome):
    (reading,) = read_documents((x.document(outcome=outcome, sha256=None),), x.vendor())
    assert reading.unread == f"the policy at https://www.vendor.example/privacy was not read: {outcome}"


def test_a_policy_in_a_language_that_is_not_read_is_never_called_silent():
    icelandic = """Persónuverndarstefna. Við söfnum aðeins þeim persónuupplýsingum sem nauðsynlegar eru til að veita
    þjónustu okkar. Við notum upplýsingarnar til að sinna viðskiptavinum og gefa út reikninga. Þú getur haft samband við
    okkur ef þú vilt skoða eða eyða upplýsingum þínum. Við geymum þær eins lengi og lög krefjast. """
    found = audit(case(trackers(), text(icelandic * 3)), bundled())
    assert not [one for one in found.findings if one.rule in {"policy_silent", "undeclared_service", "policy_missing"}]
    (question,) = [one for one in found.undecided if one.rule == "policy_silent"]
    assert question.reason.endswith("is written in a language that is not read yet (is)")


def test_a_file_is_named_by_its_own_name():
    document = text(source="/srv/policies/vendor.txt", url=None)
    (reading,) = read_documents((document,), x.vendor())
    assert reading.declaration.document.id == "vendor"


# ------------------------------------------------------------------------------------------ records


def test_a_finding_points_at_the_picture_of_its_phase():
    shots = (
        Screenshot(phase=Phase.AFTER_ACCEPT, page=x.SITE, sha256="b" * 64),
        Screenshot(phase=Phase.BEFORE_CHOICE, page=x.SITE, sha256="a" * 64),
    )
    visits = x.visits(x.cookie("_ga"), screenshots=shots, id=3)
    found = [one for one in judge(x.evidence(visits, knowledge=bundled()))[0] if one.rule == "before_choice"]
    pictures = [ref for ref in found[0].evidence if ref.kind == "screenshot"]
    assert [(ref.visit, ref.artifact_sha256) for ref in pictures] == [(3, "a" * 64)]


def test_undecided_answers_are_not_repeated():
    visits = [*trackers(outcome=Outcome.BLOCKED), *trackers(outcome=Outcome.BLOCKED)]
    undecided = judge(x.evidence(visits, x.declaration(), knowledge=bundled()))[1]
    assert len(set(undecided)) == len(undecided)


def test_facts_stay_short_whatever_a_site_is_called():
    long = "z" * 4000
    visits = x.visits(
        x.cookie("_ga_" + long, initiator="https://vendor.example/" + long),
        x.cookie("_ga_\n\x1b[31m" + long),
        *(x.cookie(f"_ga_{number}") for number in range(200)),
    )
    policy = x.declaration(DisclosureLevel.CATEGORIES, categories=(x.category(Category.STRICTLY_NECESSARY),))
    for finding in judge(x.evidence(visits, policy, knowledge=bundled()))[0]:
        assert len(finding.fact) < 900
        assert finding.fact.isprintable()


def test_facts_accuse_nobody():
    findings = audit(case(trackers(), text()), bundled()).findings
    words = " ".join(f"{one.title} {one.fact}" for one in findings).lower()
    assert not [word for word in ("illegal", "violat", "breach", "unlawful") if word in words]


def repeated(*seen, outcomes=(Outcome.OK, Outcome.OK, Outcome.OK)):
    """One scenario played three times, each with what was seen in it, as a case that is judged."""
    visits = tuple(
        x.visit(Scenario.NO_CHOICE, *each, repetition=number, id=number, outcome=outcome)
        for number, (each, outcome) in enumerate(zip(seen, outcomes, strict=True), 1)
    )
    case = CaseFile(
        run=run(), vendor=x.vendor(), visits=visits, policies=(x.document(outcome=Outcome.HTTP_ERROR, http_status=404),)
    )
    return {(one.rule, one.subject): one for one in audit(case, bundled()).findings}


GA = ("before_choice", "cookie:_ga@vendor.example")


@pytest.mark.parametrize(
    ("seen", "outcomes", "hit", "total", "words", "confidence"),
    [
        ((1, 1, 1), "ok ok ok", 3, 3, "Seen in 3 of 3 repetitions.", 0.94),
        ((0, 1, 0), "ok ok ok", 1, 3, "Seen in 1 of 3 repetitions.", 0.63),
        ((1, 0, 1), "ok timeout ok", 2, 2, "Seen in 2 of 2 repetitions.", 0.94),
        ((1, 0, 0), "ok ok blocked", 1, 2, "Seen in 1 of 2 repetitions.", 0.7),
    ],
)
def test_how_often_a_finding_was_seen(seen, outcomes, hit, total, words, confidence):
    cookies = [(x.cookie("_ga"),) if each else () for each in seen]
    finding = repeated(*cookies, outcomes=tuple(map(Outcome, outcomes.split())))[GA]
    assert (finding.visits_hit, finding.visits_total) == (hit, total)
    assert finding.fact.endswith(f"before any choice. {words}")
    assert finding.confidence == confidence


def test_a_repetition_changes_no_fingerprint_and_one_play_counts_nothing():
    once = x.evidence(x.visits(x.cookie("_ga")), x.declaration(), knowledge=bundled())
    (alone,) = (one for one in judge(once)[0] if one.rule == "before_choice")
    assert (alone.visits_hit, alone.visits_total) == (1, 1)
    assert "repetition" not in alone.fact
    assert repeated((x.cookie("_ga"),), (), ())[GA].fingerprint == alone.fingerprint


@pytest.mark.parametrize(
    ("collectors", "undecided"),
    [
        ({}, False),
        ({"cookies": "ok", "requests": "ok", "storage": "ok", "api_calls": "ok"}, False),
        ({"cookies": "ok", "requests": "ok", "storage": "ok", "api_calls": "partial: a frame went away"}, False),
        ({"cookies": "ok", "requests": "ok", "storage": "ok", "api_calls": "failed: no hook"}, True),
        ({"cookies": "ok", "requests": "ok", "storage": "ok"}, True),
    ],
)
def test_evidence_that_is_older_than_a_collector_leaves_its_rules_undecided(collectors, undecided):
    seen = x.visits(coverage=Coverage(collectors=collectors))
    _, questions = judge(x.evidence(seen, x.declaration(), knowledge=bundled()))
    assert ("fingerprinting" in {one.rule for one in questions}) is undecided


def test_the_rules_are_published():
    facts = rule_facts()
    assert [one.id for one in facts] == sorted(one.id for one in facts)
    assert [one.id for one in facts] == [rule.id for rule in all_rules()]


# ------------------------------------------------------------------------------------ the real policies


def ooma(shared):
    vendor = x.vendor(
        Site(url="https://www.ooma.example/", scope="website"),
        Site(url="https://office.ooma.example/", scope="web_portal"),
        id="ooma",
        name="Ooma Office",
    )
    document = x.document(content=(shared / "policies/documents/ooma.txt").read_bytes(), vendor="ooma")
    visits = [
        visit
        for site in vendor.sites
        for visit in x.visits(
            x.cookie("_ga", "ooma.example", page=site.url),
            x.cookie("__adroll", "d.adroll.com", page=site.url),
            x.request("https://d.adroll.com/p", page=site.url, resource_type="image", beacon=Beacon.PIXEL),
            site=site.url,
            vendor="ooma",
        )
    ]
    return audit(case(visits, document, vendor=vendor), bundled())


def by_rule(found, rule) -> list[Finding]:
    return [one for one in found.findings if one.rule == rule]


def test_ooma_declares_no_advertising_on_its_portal(shared):
    (finding,) = by_rule(ooma(shared), "undeclared_category")
    assert (finding.site, finding.subject) == ("https://office.ooma.example/", "service:AdRoll")
    assert finding.severity is Severity.CRITICAL
    assert finding.declaration.quote.startswith("We use Category 1 and 2 Cookies on")


def test_ooma_calls_performance_data_anonymous(shared):
    findings = by_rule(ooma(shared), "claim_contradicted")
    assert [(one.site, one.subject) for one in findings] == [
        ("https://office.ooma.example/", "claim:anonymous_data"),
        ("https://www.ooma.example/", "claim:anonymous_data"),
    ]
    assert all(one.fact.startswith("_ga (performance, Google Analytics)") for one in findings)
    assert all("anonymous information" in one.declaration.quote for one in findings)


def test_ooma_names_its_services_and_beacons(shared):
    rules = {one.rule for one in ooma(shared).findings}
    assert not rules & {
        "undeclared_service",
        "undeclared_beacon",
        "undeclared_cookie",
        "policy_silent",
        "wrong_category",
    }


@pytest.mark.parametrize(
    ("name", "silent"), [("ozone", True), ("easymeeting", True), ("officium", False), ("ozmo", False)]
)
def test_silence_of_the_real_policies(shared, name, silent):
    document = x.document(content=(shared / f"policies/documents/{name}.txt").read_bytes())
    found = audit(case(x.visits(x.cookie("_ga")), document), bundled())
    assert bool(by_rule(found, "policy_silent")) is silent


def test_officium_promises_a_control_in_the_footer(shared):
    document = x.document(content=(shared / "policies/documents/officium.txt").read_bytes())
    without = audit(case(x.visits(x.control("Terms")), document), bundled())
    (finding,) = by_rule(without, "claim_contradicted")
    assert finding.subject == "claim:preferences_changeable"
    assert "Cookie Preferences" in finding.fact
    kept = audit(case(x.visits(x.control("Cookie Preferences")), document), bundled())
    assert by_rule(kept, "claim_contradicted") == []


def test_every_real_policy_can_be_judged(shared):
    for path in sorted((shared / "policies/documents").iterdir()):
        found = audit(case(trackers(), x.document(content=path.read_bytes())), bundled())
        assert found.declarations, path.name
        assert {one.site for one in found.findings} <= {x.SITE, None}


def test_the_scenarios_of_a_run_decide_what_is_decided():
    visits = [visit for visit in trackers() if visit.scenario is Scenario.NO_CHOICE]
    undecided = audit(case(visits, text()), bundled()).undecided
    assert {one.rule for one in undecided if one.reason == "no visit reject_all in this run"} == {
        "after_reject",
        "choice_recorded_wrong",
        "cookie_wall",
        "no_reject_option",
        "reject_needs_more_clicks",
        "sent_after_reject",
        "tracker_after_reject",
    }

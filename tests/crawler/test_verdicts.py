"""People's verdicts from the command line and from waivers.toml; judging again, and why verdicts change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from auditor import engine, examples
from auditor.model import (
    BrowserFacts,
    Choice,
    ChoiceOutcome,
    Outcome,
    PlannedVisit,
    PolicyDocument,
    RunStatus,
    Scenario,
    Severity,
    Status,
    Vendor,
    Visit,
    Wanted,
)
from auditor.rules import all_rules
from crawler.cli import cli
from crawler.cli.judging import judge
from db.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VENDOR: Vendor = examples.vendor()
BROWSER = BrowserFacts(name="b", version="1", headless=True, third_party_cookies="allowed")
TODAY = datetime.now(UTC).date()
NEXT_YEAR = TODAY + timedelta(days=365)
GA, FBP = examples.cookie("_ga"), examples.cookie("_fbp")
POLICY = "We use cookies. We use cookies of Google Analytics and of the Meta Pixel. Our pages hold web beacons."


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "audit.db"


@pytest.fixture
def store(db: Path) -> Iterator[Store]:
    with Store(db) as opened:
        yield opened


def call(db: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--db", str(db)])


def visit(*seen: Any, scenario: Scenario = Scenario.NO_CHOICE) -> Visit:
    choice = Choice(wanted=Wanted.NONE, outcome=ChoiceOutcome.NONE)
    return examples.visit(scenario, *seen, choice=choice)


def policy(text: str = POLICY) -> PolicyDocument:
    return PolicyDocument(
        vendor=VENDOR.id,
        source="https://www.vendor.example/privacy",
        url="https://www.vendor.example/privacy",
        found_by="configured",
        fetched_at=datetime(2026, 1, 2, tzinfo=UTC),
        outcome=Outcome.OK,
        content_type="text/plain",
        content=text.encode(),
        sha256=f"{abs(hash(text)):064x}"[:64],
    )


def run(store: Store, *visits: Visit, vendor: Vendor = VENDOR, text: str = POLICY) -> int:
    planned = [PlannedVisit(vendor=vendor.id, site=visit.site, scenario=visit.scenario) for visit in visits]
    number = store.start_run([vendor], planned, tool_version="0", browser=BROWSER, settings={})
    for each in visits:
        store.save_visit(number, each, ())
    store.save_policy(number, policy(text))
    store.finish_run(number, RunStatus.COMPLETE)
    judge(store, number)
    return number


def the(store: Store, rule: str, subject: str | None = None) -> Any:
    (found,) = (each for each in store.findings() if each.rule == rule and subject in (None, each.subject))
    return found


# ----------------------------------------------------------------------------------------------- triage


def test_a_verdict_by_the_beginning_of_a_fingerprint(store: Store, db: Path) -> None:
    run(store, visit(GA))
    finding = the(store, "before_choice")
    result = call(db, "triage", finding.fingerprint[:10], "acknowledged", "--note", "asked the vendor", "--by", "ann")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "before_choice cookie:_ga@vendor.example (vendor): acknowledged\n"
    assert the(store, "before_choice").status is Status.ACKNOWLEDGED
    (verdict,) = store.verdicts()[finding.fingerprint]
    assert (verdict.actor, verdict.note, verdict.until) == ("ann", "asked the vendor", None)


def test_an_acceptance_ends(store: Store, db: Path) -> None:
    run(store, visit(GA))
    mark = the(store, "before_choice").fingerprint
    assert call(db, "triage", mark, "accepted", "--until", str(NEXT_YEAR)).exit_code == 0
    listed = json.loads(call(db, "findings", "--status", "accepted", "--json").stdout)["findings"]
    assert [each["fingerprint"] for each in listed] == [mark]
    past = call(db, "triage", mark, "accepted", "--until", "2020-01-01")
    assert past.exit_code == 0
    assert "2020-01-01 is past: the finding counts as open" in past.stderr
    assert the(store, "before_choice").status is Status.OPEN
    open_ones = json.loads(call(db, "findings", "--status", "open", "--json").stdout)["findings"]
    assert mark in {each["fingerprint"] for each in open_ones}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("accepted",), 2, "needs --until"),
        (("fixed", "--until", "2030-01-01"), 2, "needs --until"),
        (("accepted", "--until", "soon"), 2, "soon"),
        (("ignored",), 2, "ignored"),
    ],
)
def test_half_a_verdict_is_no_verdict(
    store: Store, db: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    run(store, visit(GA))
    result = call(db, "triage", the(store, "before_choice").fingerprint, *arguments)
    assert result.exit_code == code
    assert words in result.stderr
    assert store.verdicts() == {}


@pytest.mark.parametrize(
    ("mark", "code", "words"), [("f" * 64, 1, "no finding"), ("abc", 2, "eight characters"), ("*" * 64, 2, "eight")]
)
def test_a_finding_that_is_not_there(store: Store, db: Path, mark: str, code: int, words: str) -> None:
    run(store, visit(GA))
    result = call(db, "triage", mark, "fixed")
    assert result.exit_code == code
    assert words in result.stderr


# ----------------------------------------------------------------------------------------------- waivers


def waive(folder: Path, *entries: str) -> str:
    """A waivers.toml beside the vendors; the option that names them."""
    text = "".join(f"[[waiver]]\n{entry}\n" for entry in entries)
    (folder / "waivers.toml").write_text(text)
    return str(folder / "vendors.toml")


def by_rule(until: object = NEXT_YEAR, reason: str = "agreed") -> str:
    return f'vendor = "vendor"\nrule = "before_choice"\nuntil = {until}\nreason = "{reason}"'


def test_a_waiver_accepts_and_its_end_opens_again(store: Store, db: Path, tmp_path: Path) -> None:
    run(store, visit(GA))
    vendors = waive(tmp_path, by_rule())
    for _ in range(2):  # applied once, however often it is read
        assert call(db, "audit", "--vendors", vendors).exit_code == 0
    finding = the(store, "before_choice")
    assert finding.status is Status.ACCEPTED
    (verdict,) = store.verdicts()[finding.fingerprint]
    assert (verdict.actor, verdict.until, verdict.note) == ("waivers.toml", NEXT_YEAR, "agreed")
    waive(tmp_path, by_rule(until="2020-01-01"))
    result = call(db, "audit", "--vendors", vendors)
    assert "waivers.toml: waiver[0] ended on 2020-01-01: 1 findings are accepted no longer" in result.stderr
    assert the(store, "before_choice").status is Status.OPEN


def test_a_waiver_that_is_taken_out_is_taken_back(store: Store, db: Path, tmp_path: Path) -> None:
    run(store, visit(GA))
    vendors = waive(tmp_path, by_rule())
    call(db, "audit", "--vendors", vendors)
    waive(tmp_path)
    call(db, "audit", "--vendors", vendors)
    assert the(store, "before_choice").status is Status.OPEN
    (tmp_path / "waivers.toml").unlink()
    assert call(db, "audit", "--vendors", vendors).exit_code == 0


def test_without_a_file_nothing_changes(store: Store, db: Path, tmp_path: Path) -> None:
    run(store, visit(GA))
    vendors = waive(tmp_path, by_rule())
    call(db, "audit", "--vendors", vendors)
    (tmp_path / "waivers.toml").unlink()
    call(db, "audit", "--vendors", vendors)
    assert the(store, "before_choice").status is Status.ACCEPTED


def test_a_persons_later_verdict_stays(store: Store, db: Path, tmp_path: Path) -> None:
    run(store, visit(GA))
    vendors = waive(tmp_path, by_rule())
    call(db, "audit", "--vendors", vendors)
    mark = the(store, "before_choice").fingerprint
    call(db, "triage", mark, "open", "--by", "ann")
    call(db, "audit", "--vendors", vendors)
    assert the(store, "before_choice").status is Status.OPEN
    waive(tmp_path, by_rule(reason="agreed anew"))
    call(db, "audit", "--vendors", vendors)
    assert the(store, "before_choice").status is Status.ACCEPTED


def test_a_waiver_of_nothing_is_told(store: Store, db: Path, tmp_path: Path) -> None:
    run(store, visit(GA))
    vendors = waive(tmp_path, f'fingerprint = "{"ab" * 32}"\nuntil = {NEXT_YEAR}\nreason = "r"')
    result = call(db, "audit", "--vendors", vendors)
    assert result.exit_code == 0
    assert "waivers.toml: waiver[0] is about no finding that is stored" in result.stderr


def test_a_wrong_file_is_an_invalid_configuration(store: Store, db: Path, tmp_path: Path) -> None:
    run(store, visit(GA))
    vendors = waive(tmp_path, 'rule = "before_choice"')
    result = call(db, "audit", "--vendors", vendors)
    assert result.exit_code == 3
    assert "waivers.toml: waiver[0].vendor" in result.stderr
    assert "waivers.toml: waiver[0].reason: is required" in result.stderr


# ----------------------------------------------------------------------------------------------- causes


def causes(db: Path) -> dict[tuple[str, str], str]:
    """(kind of change, rule) and cause of the latest changes."""
    found = json.loads(call(db, "diff", "--json").stdout)
    words = ("new", "returned", "worse", "gone")
    return {(word, each["rule"]): each["cause"] for word in words for each in found[word]}


def test_a_site_that_changed(store: Store, db: Path) -> None:
    run(store, visit())
    run(store, visit(GA))
    assert causes(db)["new", "before_choice"] == "site"
    run(store, visit())
    assert causes(db)["gone", "before_choice"] == "site"
    run(store, visit(GA))
    assert causes(db)["returned", "before_choice"] == "site"


def test_a_policy_that_changed(store: Store, db: Path) -> None:
    seen = visit(GA, FBP), visit(GA, FBP, scenario=Scenario.ACCEPT_ALL)
    run(store, *seen, text=POLICY)
    run(store, *seen, text="We use cookies of Google Analytics. Our pages hold web beacons.")
    found = causes(db)
    assert found["new", "undeclared_service"] == "policy"
    assert set(found.values()) == {"policy"}
    run(store, *seen, text=POLICY)
    found = causes(db)
    assert found["gone", "undeclared_service"] == "policy"
    assert set(found.values()) == {"policy"}


def test_a_configuration_that_changed(store: Store, db: Path) -> None:
    run(store, visit(GA), vendor=replace(VENDOR, jurisdictions=("us",)))
    run(store, visit(GA), vendor=replace(VENDOR, jurisdictions=("us", "eu")))
    assert causes(db) == {("worse", "before_choice"): "configuration"}


def test_rules_that_changed(store: Store, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The earlier run was judged without the rule, the later with it: the site did nothing new."""
    without = tuple(rule for rule in all_rules() if rule.id != "before_choice")
    with monkeypatch.context() as patch:
        patch.setattr(engine, "all_rules", lambda: without)
        run(store, visit(GA))
    run(store, visit(GA))
    assert causes(db) == {("new", "before_choice"): "rules"}


def test_a_rule_that_became_stricter_beside_a_site_that_did(
    store: Store, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    milder = tuple(
        replace(
            rule, check=lambda case, check=rule.check: tuple(replace(one, severity=Severity.LOW) for one in check(case))
        )
        if rule.id == "before_choice"
        else rule
        for rule in all_rules()
    )
    with monkeypatch.context() as patch:
        patch.setattr(engine, "all_rules", lambda: milder)
        run(store, visit(GA))
    run(store, visit(GA, FBP))
    found = json.loads(call(db, "diff", "--json").stdout)
    assert [(each["subject"], each["cause"]) for each in found["worse"] if each["rule"] == "before_choice"] == [
        ("cookie:_ga@vendor.example", "rules")
    ]
    assert [(each["subject"], each["cause"]) for each in found["new"] if each["rule"] == "before_choice"] == [
        ("cookie:_fbp@vendor.example", "site")
    ]


def test_judging_again_says_what_the_rules_changed(
    store: Store, db: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vendors = str(tmp_path / "vendors.toml")
    without = tuple(rule for rule in all_rules() if rule.id != "before_choice")
    with monkeypatch.context() as patch:
        patch.setattr(engine, "all_rules", lambda: without)
        run(store, visit(GA))
    first = json.loads(call(db, "audit", "--json", "--vendors", vendors).stdout)
    assert [each["rule"] for each in first["changed_by_rules"]["new"]] == ["before_choice"]
    assert first["changed_since"] is None
    second = json.loads(call(db, "audit", "--json", "--vendors", vendors).stdout)
    assert not any(second["changed_by_rules"].values())
    assert second["findings"] == first["findings"]
    shown = call(db, "audit", "--vendors", vendors)
    assert "changed by today's rules and lists:\n0 new, 0 returned, 0 worse, 0 gone, 0 unknown" in shown.stderr


# ----------------------------------------------------------------------------------------------- confidence


def test_hints_can_be_left_out(store: Store, db: Path) -> None:
    run(store, visit(GA, examples.cookie("zq")))
    everything = json.loads(call(db, "findings", "--json").stdout)["findings"]
    sure = json.loads(call(db, "findings", "--json", "--min-confidence", "0.7").stdout)["findings"]
    left_out = [each for each in everything if each not in sure]
    assert [each["rule"] for each in left_out] == ["before_choice_identifier"]
    assert {each["rule"] for each in sure} >= {"before_choice"}
    table = call(db, "findings").stdout
    assert "new, hint" in table

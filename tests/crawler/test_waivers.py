"""waivers.toml: every mistake at once, and what an entry is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from auditor.model import ConfigError, Finding, Severity
from crawler.waivers import Waiver, load_waivers, parse_waivers

if TYPE_CHECKING:
    from pathlib import Path

FINDING = Finding(
    fingerprint="ab12" * 16,
    rule="before_choice",
    rule_version=1,
    severity=Severity.HIGH,
    confidence=0.9,
    vendor="acme",
    site="https://www.acme.example/",
    subject="cookie:_ga@acme.example",
    phase=None,
    title="t",
    fact="f",
)
REST = 'until = 2027-01-31\nreason = "agreed"\n'


def test_a_waiver_by_fingerprint_and_one_by_description() -> None:
    text = (
        f'[[waiver]]\nfingerprint = "{FINDING.fingerprint}"\nuntil = "2027-01-31"\nreason = "agreed"\nby = "ann"\n'
        f'[[waiver]]\nvendor = "acme"\nrule = "before_choice"\nsubject = "cookie:_ga@acme.example"\n{REST}'
    )
    one, other = parse_waivers(text)
    assert one == Waiver(
        place="waiver[0]",
        fingerprint=FINDING.fingerprint,
        until=date(2027, 1, 31),
        reason="agreed",
        by="ann",
    )
    assert (one.note, other.note, other.until) == ("agreed (ann)", "agreed", date(2027, 1, 31))


@pytest.mark.parametrize(
    ("about", "covered"),
    [
        ({"fingerprint": FINDING.fingerprint}, True),
        ({"fingerprint": FINDING.fingerprint[:12]}, True),
        ({"fingerprint": "cd" * 32}, False),
        ({"vendor": "acme", "rule": "before_choice"}, True),
        ({"vendor": "acme", "rule": "before_choice", "subject": FINDING.subject, "site": FINDING.site}, True),
        ({"vendor": "acme", "rule": "after_reject"}, False),
        ({"vendor": "other", "rule": "before_choice"}, False),
        ({"vendor": "acme", "rule": "before_choice", "subject": "cookie:_gid@acme.example"}, False),
        ({"vendor": "acme", "rule": "before_choice", "site": "https://shop.acme.example/"}, False),
    ],
)
def test_what_it_is_about(about: dict[str, str], covered: bool) -> None:
    waiver = replace(Waiver(place="waiver[0]", until=date(2027, 1, 31), reason="r"), **about)
    assert waiver.covers(FINDING) is covered


def test_every_mistake_at_once() -> None:
    text = (
        '[[waiver]]\nfingerprint = "xyz"\nuntil = 2027-01-31\n'
        '[[waiver]]\nvendor = "acme"\nuntil = "soon"\nreason = " "\n'
        f'[[waiver]]\nfingerprint = "{FINDING.fingerprint}"\nrule = "before_choice"\nuntl = 2027-01-31\nreason = "r"\n'
        "[waivers]\n"
    )
    with pytest.raises(ConfigError) as error:
        parse_waivers(text)
    assert error.value.problems == (
        "waivers.toml: waiver[0].fingerprint: must be 12 to 64 characters of 0-9 and a-f",
        "waivers.toml: waiver[0].reason: is required",
        "waivers.toml: waiver[1].until: must be a day such as 2027-01-31",
        "waivers.toml: waiver[1].reason: must be a non-empty string",
        "waivers.toml: waiver[1].rule: is required where no fingerprint is given",
        'waivers.toml: waiver[2].untl: unknown key; did you mean "until"?',
        "waivers.toml: waiver[2].until: is required: the last day on which the finding is accepted",
        "waivers.toml: waiver[2].fingerprint: names a finding by itself: leave out rule",
        'waivers.toml: waivers: unknown key; did you mean "waiver"?',
    )


@pytest.mark.parametrize("text", ["[[waiver]\n", "waiver = 3\n", "[[waiver]]\nuntil = 2027-01-31T10:00:00\n"])
def test_what_is_no_such_file(text: str) -> None:
    with pytest.raises(ConfigError, match=r"waivers\.toml: "):
        parse_waivers(text)


def test_it_stands_beside_the_vendors(tmp_path: Path) -> None:
    assert load_waivers(tmp_path / "vendors.toml") is None
    (tmp_path / "waivers.toml").write_text(f'[[waiver]]\nvendor = "acme"\nrule = "before_choice"\n{REST}')
    (waiver,) = load_waivers(tmp_path / "vendors.toml") or ()
    assert waiver.vendor == "acme"
    (tmp_path / "waivers.toml").write_text("")
    assert load_waivers(tmp_path / "vendors.toml") == ()

"""The planted findings: well formed, and every rule that is planted is silent somewhere."""

from __future__ import annotations

import pytest

from auditor.model import Phase, Severity
from auditor.rules import all_rules
from crawler.demo.web import DemoWeb

VENDORS = [vendor.id for vendor in DemoWeb().vendors()]
RULES = {rule.id for rule in all_rules()}
PLANTED = {
    "before_choice",
    "tracker_before_choice",
    "after_reject",
    "tracker_after_reject",
    "undeclared_category",
    "undeclared_service",
    "undeclared_cookie",
    "undeclared_beacon",
    "declared_necessary_is_tracker",
    "wrong_category",
    "lifetime_exceeds_declared",
    "claim_contradicted",
    "policy_silent",
    "policy_missing",
    "no_consent_mechanism",
    "no_reject_option",
    "lifetime_over_limit",
    "choice_recorded_wrong",
    "consent_stored_before_choice",
    "cookie_wall",
    "gpc_ignored",
    "kept_after_withdrawal",
    "no_withdrawal",
    "pre_ticked",
    "reject_less_prominent",
    "reject_needs_more_clicks",
    "sent_after_reject",
    "tcf_legitimate_interest",
}
SUBJECTS = ("cookie:", "service:", "host:", "declaration:", "claim:", "storage:")


@pytest.fixture(scope="module")
def still() -> DemoWeb:
    """The demo web, not started."""
    return DemoWeb()


@pytest.mark.parametrize("vendor", VENDORS)
def test_findings_are_well_formed(still: DemoWeb, vendor: str) -> None:
    sites = {site.url for each in still.vendors() if each.id == vendor for site in each.sites}
    for finding in still.expected(vendor):
        assert set(finding) == {"rule", "site", "subject", "phase", "severity"}
        assert finding["rule"] in RULES
        assert finding["site"] in sites or finding["site"] is None
        assert finding["subject"].startswith(SUBJECTS) or finding["subject"] in {"banner", "policy"}
        assert finding["phase"] is None or Phase(finding["phase"])
        assert Severity(finding["severity"]) is not Severity.INFO


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_is_undecided_is_well_formed(still: DemoWeb, vendor: str) -> None:
    found = {(each["rule"], each["site"], each["subject"]) for each in still.expected(vendor)}
    for doubt in still.expectation(vendor)["undecided"]:
        assert set(doubt) == {"rule", "site", "subject"}
        assert doubt["rule"] in RULES
        assert (doubt["rule"], doubt["site"], doubt["subject"]) not in found


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_finding_stands_twice(still: DemoWeb, vendor: str) -> None:
    keys = [(each["rule"], each["site"], each["subject"], each["phase"]) for each in still.expected(vendor)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("rule", sorted(PLANTED))
def test_every_planted_rule_fires_and_has_vendors_that_it_must_leave_alone(still: DemoWeb, rule: str) -> None:
    firing = {vendor for vendor in VENDORS if any(each["rule"] == rule for each in still.expected(vendor))}
    seen = {vendor for vendor in VENDORS if still.expectation(vendor)["outcome"] == "ok"}
    assert firing
    assert firing < seen


def test_the_clean_vendor_has_no_findings(still: DemoWeb) -> None:
    assert still.expected("brightline") == []


@pytest.mark.parametrize(("vendor", "outcome"), [("farewell", "unreachable"), ("gatekeeper", "blocked")])
def test_nothing_is_invented_where_nothing_was_seen(still: DemoWeb, vendor: str, outcome: str) -> None:
    assert still.expected(vendor) == []
    assert still.expectation(vendor)["outcome"] == outcome
    assert {each["rule"] for each in still.expectation(vendor)["undecided"]} == RULES - {"gpc_ignored"}


def test_an_unknown_vendor_is_an_error(still: DemoWeb) -> None:
    with pytest.raises(KeyError):
        still.expected("nobody")


def test_expectations_move_with_the_site() -> None:
    web = DemoWeb(aliases={"www.ooma.co.uk": "www.ooma.example"})
    subjects = {(each["site"], each["subject"]) for each in web.expected("ooma", moved=True)}
    assert ("https://www.ooma.co.uk/", "cookie:_ga@ooma.co.uk") in subjects
    assert ("https://www.ooma.co.uk/", "cookie:pll_language@www.ooma.co.uk") in subjects
    assert ("https://www.ooma.co.uk/", "cookie:__adroll@d.adroll.com") in subjects
    assert ("https://office.ooma.example/", "cookie:_ga@ooma.example") in subjects
    assert len(subjects) == len({(each["site"], each["subject"]) for each in web.expected("ooma")})

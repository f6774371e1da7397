"""What holds for every rule, read from the rules themselves."""

from __future__ import annotations

from importlib import resources

import pytest

from auditor.model import Match, Scenario, Severity
from auditor.rule import LEGAL_BASES, PolicyNeed
from auditor.rules import all_rules, modules, readme, rule_facts
from auditor.rules._wording import lifetime, listing

RULES = {rule.id: rule for rule in all_rules()}
EXPECTED = [
    "after_reject",
    "before_choice",
    "before_choice_identifier",
    "careless_cookie",
    "choice_recorded_wrong",
    "claim_contradicted",
    "cname_cloaking",
    "consent_stored_before_choice",
    "contradictory_declaration",
    "cookie_sync",
    "cookie_wall",
    "declared_necessary_is_tracker",
    "declared_not_observed",
    "fingerprinting",
    "gpc_ignored",
    "kept_after_withdrawal",
    "lifetime_exceeds_declared",
    "lifetime_over_limit",
    "necessary_outlives_purpose",
    "no_consent_mechanism",
    "no_reject_option",
    "no_withdrawal",
    "policy_missing",
    "policy_silent",
    "pre_ticked",
    "reject_less_prominent",
    "reject_needs_more_clicks",
    "sent_after_reject",
    "tcf_legitimate_interest",
    "tracker_after_reject",
    "tracker_before_choice",
    "unclassified_declaration",
    "undeclared_beacon",
    "undeclared_category",
    "undeclared_cookie",
    "undeclared_service",
    "undeclared_storage",
    "wrong_category",
]


def test_the_rules_are_these():
    assert sorted(RULES) == EXPECTED


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.RULE.id)
def test_the_file_is_named_after_the_rule(module):
    assert module.__name__.rsplit(".", 1)[-1] == module.RULE.id


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_it_fires_on_its_example(rule, knowledge):
    answers = rule.check(rule.fires_on.evidence(knowledge))
    assert [type(answer) for answer in answers] == [Match]
    assert answers[0].fact.endswith(".")
    assert answers[0].evidence


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_it_is_silent_on_its_counter_example(rule, knowledge):
    assert rule.check(rule.silent_on.evidence(knowledge)) == ()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_it_never_exceeds_its_own_severity(rule, knowledge):
    order = list(Severity)
    for match in rule.check(rule.fires_on.evidence(knowledge)):
        assert order.index(match.severity or rule.severity) >= order.index(rule.severity)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_it_names_known_legal_bases(rule):
    assert rule.legal_basis
    assert set(rule.legal_basis) <= LEGAL_BASES


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_its_needs_are_complete(rule):
    assert rule.about_vendor or rule.needs <= frozenset(Scenario)
    assert rule.about_vendor or rule.needs
    assert rule.version >= 1
    assert rule.policy in PolicyNeed


def test_what_rests_on_shapes_is_marked_and_says_so_by_its_confidence(knowledge):
    marked = {rule.id for rule in RULES.values() if rule.heuristic}
    assert {"before_choice_identifier", "fingerprinting"} <= marked
    for rule in RULES.values():
        (match,) = rule.check(rule.fires_on.evidence(knowledge))
        if rule.heuristic:
            assert match.confidence < 0.7
            assert rule.severity not in {Severity.CRITICAL}


@pytest.mark.parametrize("facts", rule_facts(), ids=lambda facts: facts.id)
def test_it_is_explained_without_accusing(facts):
    assert len(facts.explanation) > 200
    texts = " ".join([facts.title, facts.explanation, facts.fires_on, facts.silent_on]).lower()
    assert "illegal" not in texts
    assert "violat" not in texts


def test_the_readme_is_up_to_date():
    stored = resources.files("auditor.rules").joinpath("README.md").read_text("utf-8")
    assert stored == readme.text(), "run: python -m auditor.rules.readme"


def test_each_legal_basis_is_used():
    assert set().union(*(rule.legal_basis for rule in RULES.values())) == LEGAL_BASES


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "the session"),
        (1, "1 second"),
        (45, "45 seconds"),
        (90, "2 minutes"),
        (3_600, "1 hour"),
        (86_400, "1 day"),
        (34_560_000, "400 days"),
    ],
)
def test_lifetimes_in_words(seconds, words):
    assert lifetime(seconds) == words


@pytest.mark.parametrize(
    ("names", "words"),
    [([], ""), (["a"], "a"), (["a", "a"], "a"), (["a", "b"], "a and b"), (list("abcde"), "a, b, c and 2 more")],
)
def test_listings(names, words):
    assert listing(names) == words


def test_the_page_is_written(tmp_path):
    readme.main(tmp_path)
    assert (tmp_path / "README.md").read_text("utf-8") == readme.text()

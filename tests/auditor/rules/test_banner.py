"""no_consent_mechanism and no_reject_option."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor import examples as x
from auditor.model import (
    ChoiceOutcome,
    CmpDeclaration,
    ConsentSignal,
    Coverage,
    Outcome,
    Phase,
    Scenario,
    Severity,
)

GA = x.cookie("_ga")
BARE = {"banner": None}
NO_BANNER = ChoiceOutcome.NO_BANNER


def bare(*seen, **facts):
    """All three scenarios on pages without a banner."""
    found = x.visits(*seen, **{"banner": None, **facts})
    return [replace(one, choice=x.choice(one.scenario, NO_BANNER, proven=False)) for one in found]


def with_one(shown):
    """The same, but for one visit that shows something."""
    first, *others = bare(GA)
    return [first, *others[:-1], replace(others[-1], **shown)]


GRANTED_IN_A_PAGE = x.signal("consent_mode", '{"ad_storage": "granted", "analytics_storage": "granted"}')
TOLD = {"consent_signals": (x.signal("gcs", "G111"), GRANTED_IN_A_PAGE)}
WITHHELD = {"consent_signals": (x.signal("gcs", "G100"),)}
SIGNAL = ConsentSignal(kind="onetrust", phase=Phase.BEFORE_CHOICE, raw="groups=C0001:1")
MECHANISM = {
    "measuring": ("fires", bare(GA)),
    "a tracker's script": ("fires", bare(x.request("https://static.hotjar.com/c/hotjar-1.js"))),
    "a language choice": ("fires", bare(x.cookie("pll_language"))),
    "storage": ("fires", bare(x.storage("_hjSessionUser_1"))),
    "set and deleted": ("fires", bare(GA, x.cookie("_ga", event="deleted"))),
    "a link to the policy": ("fires", bare(GA, x.control("Cookie policy"), x.control("Privacy"))),
    "a link to browser help": ("fires", bare(GA, x.control("Help with your browser"))),
    "a login": ("fires", bare(GA, x.control("Account settings", "page"))),
    "Google's tags were told that all is granted": ("fires", with_one(TOLD)),
    "Google's tags were told that something is withheld": ("silent", with_one(WITHHELD)),
    "a third party's own consent record": ("fires", bare(GA, x.cookie("li_gc", "linkedin.com"))),
    "necessary only": ("silent", bare(x.cookie("PHPSESSID"), x.cookie("__cf_bm"))),
    "unknown only": ("silent", bare(x.cookie("zq"))),
    "routing or functional only": ("silent", bare(x.cookie("lidc", "linkedin.com"))),
    "a font only": ("silent", bare(x.request("https://fonts.googleapis.com/css"))),
    "nothing": ("silent", bare()),
    "a banner": ("silent", x.visits(GA)),
    "a banner in one visit": ("silent", with_one({"banner": x.banner()})),
    "a consent tool's signal": ("silent", with_one({"consent_signals": (SIGNAL,)})),
    "a consent tool's declaration": ("silent", with_one({"declared_by_cmp": CmpDeclaration(cmp="klaro")})),
    "a refusal that was possible": ("silent", with_one({"choice": x.choice(Scenario.REJECT_ALL)})),
    "a banner without a refusal": (
        "silent",
        with_one({"choice": x.choice(Scenario.REJECT_ALL, ChoiceOutcome.NO_REJECT)}),
    ),
    "a consent tool's script": ("silent", bare(GA, x.request("https://consent.cookiebot.com/uc.js"))),
    "a consent record": ("silent", bare(GA, x.cookie("OptanonConsent"))),
    "a consent record in storage": ("silent", bare(GA, x.storage("uc_settings"))),
    "preferences in the footer": ("silent", bare(GA, x.control("Cookie Preferences"))),
    "settings in the footer": ("silent", bare(GA, x.control("Cookie settings"))),
    "Einstellungen": ("silent", bare(GA, x.control("Cookie-Einstellungen"))),
    "Datenschutz": ("silent", bare(GA, x.control("Datenschutzeinstellungen"))),
    "instellingen": ("silent", bare(GA, x.control("Cookie-instellingen wijzigen"))),
    "paramètres": ("silent", bare(GA, x.control("Gestion des cookies"))),
    "ustawienia": ("silent", bare(GA, x.control("Ustawienia cookies"))),
    "configuración": ("silent", bare(GA, x.control("Configuración de cookies"))),
    "impostazioni": ("silent", bare(GA, x.control("Impostazioni cookie"))),
    "an opt-out": ("silent", bare(GA, x.control("Do Not Sell or Share My Personal Information"))),
    "a choice that failed": ("undecided", with_one({"choice": x.choice(Scenario.REJECT_ALL, ChoiceOutcome.FAILED)})),
}


@pytest.mark.parametrize(("word", "seen"), MECHANISM.values(), ids=MECHANISM)
def test_no_consent_mechanism(ask, word, seen):
    assert ask("no_consent_mechanism", seen).word == word


def test_no_consent_mechanism_tells_what_was_used(ask):
    finding = ask("no_consent_mechanism", bare(GA, x.cookie("_fbp"))).only
    assert (finding.subject, finding.severity, finding.phase) == ("banner", Severity.HIGH, None)
    assert finding.fact == (
        "Google Analytics and Meta Pixel observed, and no banner, consent tool or control for cookie preferences "
        "was found in 3 visits."
    )


def test_no_consent_mechanism_needs_a_good_untouched_visit(ask):
    blocked, *others = bare(GA)
    answers = ask("no_consent_mechanism", [replace(blocked, outcome=Outcome.BLOCKED), *others])
    assert answers.findings == ()
    assert answers.reasons == ["no good visit no_choice: blocked"]


@pytest.mark.parametrize(
    ("word", "collectors"),
    [
        ("undecided", {"controls": "failed: the page did not answer"}),
        ("undecided", {"consent": "failed: find: no answer within 30 s"}),
        ("undecided", {"consent": "failed: rules: not installed; find: the page is gone"}),
        ("fires", {"controls": "partial: one frame had gone"}),
        ("fires", {"consent": "failed: rules: the package is not installed: heuristic alone"}),
        ("fires", {"consent": "failed: choose: could not find: a button"}),
    ],
)
def test_no_consent_mechanism_needs_complete_looking(ask, word, collectors):
    assert ask("no_consent_mechanism", bare(GA, coverage=Coverage(collectors=collectors))).word == word


# ------------------------------------------------------------------------------------- no_reject_option

NO_REJECT = ChoiceOutcome.NO_REJECT


def banners(outcome, *seen, accept=1, reject=None, layers=1, method=None, **facts):
    """The three scenarios with one banner; ``outcome`` is what became of the refusal."""
    shown = x.banner(accept_clicks=accept, reject_clicks=reject, layers=layers)
    found = []
    for one in x.visits(*seen, **{"banner": shown, **facts}):
        choice = one.choice
        if one.scenario is Scenario.REJECT_ALL:
            choice = x.choice(one.scenario, outcome, proven=outcome is ChoiceOutcome.DONE)
        elif one.scenario is Scenario.ACCEPT_ALL:
            choice = replace(choice, method=method, clicks=("Accept",))
        found.append(replace(one, choice=choice))
    return found


def withdrawn(method):
    """A visit that accepted, and withdrew afterwards in a way of its own."""
    made = replace(x.choice(Scenario.WITHDRAW), method=method)
    return x.visit(Scenario.WITHDRAW, banner=x.banner(reject_clicks=None), choice=made)


REFUSAL = {
    "none on any layer": ("fires", banners(NO_REJECT)),
    "only the tool's function withdraws": ("fires", [*banners(NO_REJECT), withdrawn("api:heuristic")]),
    "a control of the page withdraws": ("silent", [*banners(NO_REJECT), withdrawn("footer:heuristic")]),
    "none on two layers": ("fires", banners(NO_REJECT, layers=2)),
    "an OK for trackers": ("fires", banners(NO_REJECT, GA, method="acknowledge")),
    "one click": ("silent", banners(ChoiceOutcome.DONE, reject=1)),
    "four clicks": ("silent", banners(ChoiceOutcome.DONE, reject=4, layers=2)),
    "done, whatever the banner says": ("silent", banners(ChoiceOutcome.DONE)),
    "found in another visit": ("silent", [*banners(NO_REJECT), x.visit(banner=x.banner(reject_clicks=2))]),
    "an OK for what is necessary": (
        "silent",
        banners(NO_REJECT, x.cookie("PHPSESSID"), method="acknowledge"),
    ),
    "nothing to accept either": (
        "silent",
        [
            replace(one, choice=x.choice(one.scenario, NO_REJECT))
            for one in banners(NO_REJECT, accept=None)
            if one.scenario is Scenario.REJECT_ALL
        ],
    ),
    "no banner": ("silent", bare(GA)),
    "not operable": ("undecided", banners(ChoiceOutcome.FAILED)),
    "gone when it was to be refused": ("undecided", banners(ChoiceOutcome.NO_BANNER)),
}


@pytest.mark.parametrize(("word", "seen"), REFUSAL.values(), ids=REFUSAL)
def test_no_reject_option(ask, word, seen):
    assert ask("no_reject_option", seen).word == word


def test_no_reject_option_tells_both_sides(ask):
    finding = ask("no_reject_option", banners(NO_REJECT, layers=2)).only
    assert (finding.subject, finding.severity) == ("banner", Severity.HIGH)
    assert finding.fact == (
        'The banner can be accepted with 1 click ("Accept"). No way to refuse was found on 2 layers.'
    )


def test_an_unreadable_banner_is_never_called_without_refusal(ask):
    """A cross-origin banner that cannot be operated: peers report a missing refusal there."""
    failed = banners(ChoiceOutcome.FAILED, GA, accept=None)
    answers = ask("no_reject_option", failed)
    assert answers.reasons == ["the banner could not be read or operated to refuse: failed"]


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.TIMEOUT, Outcome.CRASHED])
def test_a_refusal_that_was_never_tried_is_undecided(ask, outcome):
    seen = [replace(one, outcome=outcome) if one.scenario is Scenario.REJECT_ALL else one for one in banners(NO_REJECT)]
    assert ask("no_reject_option", seen).reasons == [f"no good visit reject_all: {outcome}"]


def test_a_banner_that_was_only_looked_at_is_undecided(ask):
    seen = [one for one in banners(NO_REJECT) if one.scenario is not Scenario.REJECT_ALL]
    assert ask("no_reject_option", seen).reasons == ["no visit reject_all in this run"]


def test_a_script_around_the_label_is_harmless(ask):
    seen = [replace(one, choice=replace(one.choice, clicks=("A\x00\u202e" + "b" * 500,))) for one in banners(NO_REJECT)]
    seen = [
        replace(one, choice=replace(one.choice, outcome=NO_REJECT)) if one.scenario is Scenario.REJECT_ALL else one
        for one in seen
    ]
    fact = ask("no_reject_option", seen).only.fact
    assert "\x00" not in fact
    assert len(fact) < 250

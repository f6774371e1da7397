"""claim_contradicted: each kind of statement with what falsifies it and what does not."""

from __future__ import annotations

import pytest

from auditor import examples as x
from auditor.model import Category, Coverage, DisclosureLevel, Outcome, Phase, Severity

NECESSARY, FUNCTIONAL = Category.STRICTLY_NECESSARY, Category.FUNCTIONAL
PERFORMANCE, TARGETING = Category.PERFORMANCE, Category.TARGETING
RULE = "claim_contradicted"


def policy(*claims, **facts):
    return x.declaration(DisclosureLevel.CATEGORIES, claims=claims, **facts)


def promising(label="Cookie Preferences", location="footer", kind="preferences_changeable", **facts):
    claim = x.claim(kind, None, "footer_control_present", **facts)
    return policy(claim, consent=(x.mechanism(label, location),))


ANONYMOUS = policy(x.claim("anonymous_data", PERFORMANCE, "identifier_in_cookie"))
IDENTIFIED, PLAIN = x.cookie("_ga"), x.cookie("_ga", value="1")
FOREIGN = x.cookie("intercom-id-abc", "intercom.io")
CLAIMS = {
    # anonymous
    "an identifier in measuring": ("fires", ANONYMOUS, [IDENTIFIED]),
    "an identifier in measuring storage": ("fires", ANONYMOUS, [x.storage("_hjSessionUser_1")]),
    "no personal data, and an identifier": ("fires", policy(x.claim("no_personal_data", PERFORMANCE)), [IDENTIFIED]),
    "no identifier": ("silent", ANONYMOUS, [PLAIN, x.cookie("_gat", value="1")]),
    "an identifier in advertising": ("silent", ANONYMOUS, [x.cookie("_fbp")]),
    "an identifier in an unknown item": ("silent", ANONYMOUS, [x.cookie("zq")]),
    "an identifier in a session": ("silent", ANONYMOUS, [x.cookie("PHPSESSID")]),
    "anonymous functional data": ("silent", policy(x.claim("anonymous_data", FUNCTIONAL)), [x.cookie("pll_language")]),
    "no personal data in necessary items": (
        "silent",
        policy(x.claim("no_personal_data", NECESSARY)),
        [x.cookie("PHPSESSID")],
    ),
    "no personal data at all": ("silent", policy(x.claim("no_personal_data")), [IDENTIFIED]),
    # across sites
    "the site's own functional cookie": (
        "silent",
        policy(x.claim("no_cross_site_tracking", FUNCTIONAL)),
        [x.cookie("pll_language")],
    ),
    "a third party's targeting cookie": (
        "silent",
        policy(x.claim("no_cross_site_tracking", FUNCTIONAL)),
        [x.cookie("fr", "facebook.com")],
    ),
    # inventory
    "no cookies, and one": ("fires", policy(x.claim("cookies_unused")), [PLAIN]),
    "no cookies, and a necessary one": ("fires", policy(x.claim("cookies_unused")), [x.cookie("PHPSESSID")]),
    "no cookies, and none": ("silent", policy(x.claim("cookies_unused")), []),
    "no cookies, and storage": ("silent", policy(x.claim("cookies_unused")), [x.storage("theme")]),
    "no cookies in the app": (
        "silent",
        policy(
            x.claim("cookies_unused", "app", scope_ids=("app",), subject_kind="scope"),
            scopes=(x.scope(hosts=("www.vendor.example",)), x.scope("app", "app")),
        ),
        [IDENTIFIED],
    ),
    "no advertising, and some": ("fires", policy(x.claim("category_unused", TARGETING)), [x.cookie("_fbp")]),
    "no advertising, and a pixel": (
        "fires",
        policy(x.claim("category_unused", TARGETING)),
        [x.request("https://www.facebook.com/tr/?id=1")],
    ),
    "no advertising, and measuring": ("silent", policy(x.claim("category_unused", TARGETING)), [IDENTIFIED]),
    "no advertising, and a defensible reading": (
        "silent",
        policy(x.claim("category_unused", TARGETING)),
        [x.cookie("bcookie", "linkedin.com")],
    ),
    "only necessary ones, and measuring": ("fires", policy(x.claim("only_category", NECESSARY)), [IDENTIFIED]),
    "only necessary ones, and a tracker's script": (
        "fires",
        policy(x.claim("only_category", NECESSARY)),
        [x.request("https://static.hotjar.com/c/hotjar-1.js")],
    ),
    "only necessary ones": ("silent", policy(x.claim("only_category", NECESSARY)), [x.cookie("PHPSESSID")]),
    "only necessary ones, and a language": (
        "silent",
        policy(x.claim("only_category", NECESSARY)),
        [x.cookie("pll_language")],
    ),
    "only necessary ones, and unknown ones": ("silent", policy(x.claim("only_category", NECESSARY)), [x.cookie("zq")]),
    "only performance ones": ("silent", policy(x.claim("only_category", PERFORMANCE)), [x.cookie("_fbp")]),
    # parties
    "only our own, and a third party's": (
        "fires",
        policy(x.claim("first_party_only")),
        [x.cookie("fr", "facebook.com")],
    ),
    "only our own": ("silent", policy(x.claim("first_party_only")), [IDENTIFIED, x.cookie("_fbp")]),
    "only our own necessary ones": (
        "silent",
        policy(x.claim("first_party_only", NECESSARY)),
        [x.cookie("fr", "facebook.com")],
    ),
    "only our own necessary ones, and another's": (
        "fires",
        policy(x.claim("first_party_only", NECESSARY)),
        [x.cookie("_GRECAPTCHA", "www.google.com")],
    ),
    "no third-party cookies, and one": (
        "fires",
        policy(x.claim("cookies_unused", "third_party_cookies", subject_kind="technology")),
        [x.cookie("fr", "facebook.com")],
    ),
    "no third-party cookies, and our own": (
        "silent",
        policy(x.claim("cookies_unused", "third_party_cookies", subject_kind="technology")),
        [IDENTIFIED],
    ),
    "no flash cookies": (
        "silent",
        policy(x.claim("cookies_unused", "flash_cookies", subject_kind="technology")),
        [IDENTIFIED],
    ),
    "only our own data of an account": (
        "silent",
        policy(x.claim("first_party_only", "account_data")),
        [x.cookie("fr", "facebook.com")],
    ),
    "only our own cookies of a service": (
        "silent",
        policy(x.claim("first_party_only", "Stripe", subject_kind="service")),
        [x.cookie("fr", "facebook.com")],
    ),
    "a claim about an unknown category": (
        "silent",
        policy(x.claim("category_unused", "social_media", subject_kind="category")),
        [x.cookie("_fbp")],
    ),
    "no necessary cookies": ("silent", policy(x.claim("category_unused", NECESSARY)), [x.cookie("PHPSESSID")]),
    "no cookies of a category": ("fires", policy(x.claim("cookies_unused", TARGETING)), [x.cookie("_fbp")]),
    "functional cookies that follow, said of all": ("silent", policy(x.claim("no_cross_site_tracking")), [FOREIGN]),
    # lifetimes
    "session cookies, and a persistent one": ("fires", policy(x.claim("session_only")), [IDENTIFIED]),
    "most are session cookies, and a persistent one": (
        "silent",
        policy(x.claim("session_only", strength="qualified")),
        [IDENTIFIED],
    ),
    "session cookies": (
        "silent",
        policy(x.claim("session_only")),
        [x.cookie("zq", lifetime_seconds=None), x.storage("theme")],
    ),
    "necessary session cookies, and persistent measuring": (
        "silent",
        policy(x.claim("session_only", NECESSARY)),
        [IDENTIFIED, x.cookie("PHPSESSID", lifetime_seconds=None)],
    ),
    # what cannot be seen
    "no sale": ("silent", policy(x.claim("no_sale", None, "third_party_requests")), [x.cookie("_fbp")]),
    "no sharing": ("silent", policy(x.claim("no_third_party_sharing")), [x.cookie("_fbp")]),
    "no profiling": ("silent", policy(x.claim("no_profiling")), [x.cookie("_fbp")]),
    "aggregated": ("silent", policy(x.claim("aggregated_only", PERFORMANCE)), [IDENTIFIED]),
    "consent first": ("silent", policy(x.claim("consent_before_setting")), [IDENTIFIED]),
    "always on": ("silent", policy(x.claim("always_active", NECESSARY)), [x.cookie("_fbp")]),
    "marked as not observable": (
        "silent",
        policy(x.claim("anonymous_data", PERFORMANCE, "not_observable")),
        [IDENTIFIED],
    ),
    "an admission": ("silent", policy(x.claim("third_party_cookies_used")), [x.cookie("fr", "facebook.com")]),
    # controls
    "the footer without it": ("fires", promising(), [x.control("Privacy policy"), x.control("Imprint")]),
    "no footer at all": ("fires", promising(), []),
    "inside the banner only": ("fires", promising(), [x.control("Cookie Preferences", "banner")]),
    "a similar word": ("fires", promising(), [x.control("Cookie policy")]),
    "the footer with it": ("silent", promising(), [x.control("Cookie Preferences")]),
    "in another case and with an icon": ("silent", promising(), [x.control("⚙ COOKIE  preferences")]),
    "as part of a longer text": ("silent", promising(), [x.control("Manage cookie preferences here")]),
    "under another name": ("silent", promising(), [x.control("Cookie settings")]),
    "in another case of the language": (
        "silent",
        promising(label="ustawieniach cookies"),
        [x.control("Ustawienia cookies")],
    ),
    "elsewhere on the page": ("silent", promising(), [x.control("Cookie Preferences", "page")]),
    "gone with the banner": (
        "fires",
        promising(),
        [x.control("Save cookie preferences", "page"), x.control("Imprint", phase=Phase.AFTER_ACCEPT)],
    ),
    "in the footer before the choice only": (
        "silent",
        promising(),
        [x.control("Cookie Preferences"), x.control("Imprint", phase=Phase.AFTER_ACCEPT)],
    ),
    "after consent only": ("silent", promising(), [x.control("Cookie Preferences", phase=Phase.AFTER_ACCEPT)]),
    "promised at the bottom of every page": ("fires", promising(location="page_bottom"), [x.control("Imprint")]),
    "withdrawal in the footer": ("fires", promising(kind="withdrawal_possible"), [x.control("Imprint")]),
    "promised without words": ("undecided", promising(label=None), [x.control("Imprint")]),
    "promised elsewhere": ("undecided", promising(location="policy_page"), [x.control("Imprint")]),
    "promised in the footer by another part of the policy": (
        "fires",
        policy(
            x.claim("preferences_changeable", None, "preference_control_present"),
            consent=(x.mechanism("Cookie Preferences"),),
        ),
        [x.control("Imprint")],
    ),
    "promised without a place to look": (
        "silent",
        policy(x.claim("preferences_changeable", None, "policy_page_control_present")),
        [x.control("Imprint")],
    ),
}


@pytest.mark.parametrize(("word", "declared", "seen"), CLAIMS.values(), ids=CLAIMS)
def test_claims(ask, word, declared, seen):
    assert ask(RULE, x.visits(*seen), declared).word == word


def test_a_third_partys_functional_cookie_follows_across_sites(ask):
    declared = policy(x.claim("no_cross_site_tracking", FUNCTIONAL))
    known = x.cookie("intercom-id-abc", "intercom.io")
    finding = ask(RULE, x.visits(known), declared).only
    assert finding.subject == "claim:no_cross_site_tracking"
    assert "held an identifier for intercom.io" in finding.fact
    plain = x.cookie("intercom-id-abc", "intercom.io", value="en")
    assert ask(RULE, x.visits(plain), declared).word == "silent"


def test_the_finding_names_the_cookie_and_quotes_the_claim(ask):
    declared = policy(
        x.claim("anonymous_data", PERFORMANCE, evidence=(x.quote("collect anonymous information", 13328),))
    )
    finding = ask(RULE, x.visits(IDENTIFIED), declared).only
    assert (finding.subject, finding.severity) == ("claim:anonymous_data", Severity.HIGH)
    assert finding.fact.startswith("_ga (performance, Google Analytics) holds a value shaped like a unique identifier")
    assert (finding.declaration.quote, finding.declaration.start) == ("collect anonymous information", 13328)
    assert finding.evidence[0].kind == "cookie"


def test_two_claims_falsified_by_one_identifier_are_one_finding(ask):
    both = policy(x.claim("no_personal_data", PERFORMANCE), x.claim("anonymous_data", PERFORMANCE))
    assert ask(RULE, x.visits(IDENTIFIED), both).subjects == ["claim:anonymous_data"]


def test_different_claims_are_different_findings(ask):
    both = policy(x.claim("anonymous_data", PERFORMANCE), x.claim("session_only"))
    assert ask(RULE, x.visits(IDENTIFIED), both).subjects == ["claim:anonymous_data", "claim:session_only"]


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        ({}, Severity.HIGH),
        ({"strength": "qualified"}, Severity.MEDIUM),
        ({"evidence": (x.quote("These cookies usually collect anonymous information"),)}, Severity.MEDIUM),
        ({"evidence": (x.quote("The information may be anonymised"),)}, Severity.MEDIUM),
        ({"evidence": (x.quote("De gegevens zijn meestal anoniem"),)}, Severity.MEDIUM),
        ({"evidence": (x.quote("Since May 2018 all information is anonymous, mayhem or not"),)}, Severity.HIGH),
        ({"evidence": (x.quote("Mayfair collects anonymous information"),)}, Severity.HIGH),
    ],
)
def test_softened_claims_are_medium(ask, facts, severity):
    declared = policy(x.claim("anonymous_data", PERFORMANCE, **facts))
    assert ask(RULE, x.visits(IDENTIFIED), declared).only.severity is severity


def test_the_stronger_of_two_claims_speaks(ask):
    both = policy(
        x.claim("anonymous_data", PERFORMANCE, strength="qualified"),
        x.claim("anonymous_data", PERFORMANCE, evidence=(x.quote("never shows who you are"),)),
    )
    finding = ask(RULE, x.visits(IDENTIFIED), both).only
    assert (finding.severity, finding.declaration.quote) == (Severity.HIGH, "never shows who you are")


@pytest.mark.parametrize(
    ("words", "strength", "severity"),
    [
        ("You may change your preferences at any time", "absolute", Severity.HIGH),
        ("You can change your preferences at any time", "qualified", Severity.HIGH),
        ("You can usually change your preferences in the footer", "absolute", Severity.MEDIUM),
    ],
)
def test_a_permission_does_not_soften_a_promise(ask, words, strength, severity):
    declared = promising(evidence=(x.quote(words),), strength=strength)
    finding = ask(RULE, x.visits(x.control("Imprint")), declared).only
    assert finding.severity is severity
    assert finding.fact == '"Cookie Preferences" was found on none of the pages seen in 3 visits.'
    assert finding.declaration.quote == "Cookie Preferences"


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ("Cookie Preferences in the footer of www.vendor.example", "fires"),
        ("Cookie Preferences in the footer of portal.vendor.example", "silent"),
        ("Cookie Preferences, as www.onetrust.com calls them, in the footer", "fires"),
    ],
)
def test_a_promise_that_names_a_host_is_made_of_its_pages(ask, words, word):
    binding = x.quote("On www.vendor.example we use categories 1 and 2:")
    control = x.mechanism("Cookie Preferences", evidence=(x.quote(words), binding))
    declared = policy(x.claim("preferences_changeable", None, "preference_control_present"), consent=(control,))
    assert ask(RULE, x.visits(x.control("Imprint")), declared).word == word


@pytest.mark.parametrize(("own", "word"), [(True, "silent"), (False, "fires")])
def test_the_promise_of_another_hosts_policy_is_not_that_of_a_site_with_a_policy_of_its_own(ask, own, word):
    control = x.mechanism("Cookie Preferences")
    promise = policy(x.claim("preferences_changeable", None, "preference_control_present"), consent=(control,))
    readings = [x.reading(promise, url="https://shop.vendor.example/cookies")]
    readings += [x.reading(policy(), url=f"{x.SITE}cookies")] if own else []
    assert ask(RULE, x.visits(x.control("Imprint")), *readings).word == word


def test_no_visit_could_look_for_the_control(ask):
    coverage = Coverage(collectors={"controls": "failed: no session"})
    answers = ask(RULE, x.visits(x.control("Imprint"), coverage=coverage), promising())
    assert answers.word == "undecided"
    assert "no good visit looked at the links and buttons of the page" in answers.reasons


def test_no_good_visit_at_all(ask):
    answers = ask(RULE, x.visits(outcome=Outcome.BLOCKED), promising())
    assert answers.findings == ()
    assert answers.reasons == ["no good visit accept_all: blocked; no good visit no_choice: blocked"]


def test_one_visit_that_shows_the_control_is_enough(ask):
    seen = [x.visit(), *x.visits(x.control("Cookie Preferences", phase=Phase.AFTER_REJECT))]
    assert ask(RULE, seen, promising()).word == "silent"

"""Rules about choices, records and banners: tables of small cases, with the baits that must stay silent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor import examples as x
from auditor.model import (
    Beacon,
    ChoiceOutcome,
    CookieEvent,
    Coverage,
    Outcome,
    Phase,
    Prominence,
    Scenario,
    Severity,
    StorageKind,
)

B, A, R, W = Phase.BEFORE_CHOICE, Phase.AFTER_ACCEPT, Phase.AFTER_REJECT, Phase.AFTER_WITHDRAWAL
DONE, FAILED = ChoiceOutcome.DONE, ChoiceOutcome.FAILED
NO_REJECT, NO_CONTROL = ChoiceOutcome.NO_REJECT, ChoiceOutcome.NO_CONTROL
PIXEL = "https://www.facebook.com/tr/?id=1&ev=PageView"
ADROLL = "https://d.adroll.com/pixel/A/B"
DENIED_TC = "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"


def after(scenario, *signals, proven=True, method=None, outcome=DONE, clicks=()):
    """A visit with a choice and what the records said after it."""
    phase = {Scenario.ACCEPT_ALL: A, Scenario.REJECT_ALL: R, Scenario.WITHDRAW: W}[scenario]
    said = tuple(x.signal(kind, raw, phase) for kind, raw in signals)
    made = replace(x.choice(scenario, outcome, proven=proven), method=method, clicks=clicks)
    return x.visit(scenario, choice=made, consent_signals=said)


def rejected(*signals, **facts):
    return [after(Scenario.REJECT_ALL, *signals, **facts)]


def accepted(*signals, **facts):
    return [after(Scenario.ACCEPT_ALL, *signals, **facts), x.visit(Scenario.REJECT_ALL)]


def judged(ask, rule, table):
    return {name: ask(rule, seen).word for name, (_, seen) in table.items()}


def expected(table):
    return {name: word for name, (word, _) in table.items()}


ONETRUST = "groups=C0001:1,C0002:{0},C0003:{1},C0004:{0}"
OFF = x.signal("onetrust", ONETRUST.format(0, 0))


def refused(*signals, first, **facts):
    """A refusal before which a record had been seen already."""
    return [replace(one, consent_signals=(first, *one.consent_signals)) for one in rejected(*signals, **facts)]


WRONG = {
    "functional, switched on by refusing": ("fires", refused(("onetrust", ONETRUST.format(0, 1)), first=OFF)),
    "functional, on from the start": (
        "undecided",
        refused(("onetrust", ONETRUST.format(0, 1)), first=x.signal("onetrust", ONETRUST.format(0, 1))),
    ),
    "functional, in another record than before": (
        "undecided",
        refused(("usercentrics", '{"functional/Acme":true}'), first=OFF),
    ),
    "functional, switched on by an opt-out": (
        "silent",
        refused(("onetrust", ONETRUST.format(0, 1)), first=OFF, method="opt_out"),
    ),
    "functional, told to Google only": (
        "undecided",
        refused(
            ("consent_mode", '["update",{"functionality_storage":"granted"}]'),
            first=x.signal("consent_mode", '["default",{"functionality_storage":"denied"}]'),
        ),
    ),
    "onetrust grants all": ("fires", rejected(("onetrust", ONETRUST.format(1, 1)))),
    "the click need not be proven": ("fires", rejected(("onetrust", ONETRUST.format(1, 1)), proven=False)),
    "cookiebot": (
        "fires",
        rejected(("cookiebot", "{necessary:true,statistics:true,marketing:false,method:'explicit'}")),
    ),
    "a service locked as required": ("fires", rejected(("klaro", '{"prefs":false,"adroll":true}'))),
    "a tracker in the interface's essential group": (
        "fires",
        rejected(("usercentrics", '{"essential/LinkedIn Insight Tag":true,"marketing/AdRoll":false}')),
    ),
    "a group that stays granted": ("fires", rejected(("usercentrics", '{"marketing/Acme":true}'))),
    "a tracker under functional that stays granted": (
        "fires",
        rejected(("usercentrics", '{"functional/Hotjar":true}')),
    ),
    "gcs": ("fires", rejected(("gcs", "G111"))),
    "gcs of analytics only": ("fires", rejected(("gcs", "G101"))),
    "gcd": ("fires", rejected(("gcd", "13n3n3n3n5"))),
    "consent mode updated": ("fires", rejected(("consent_mode", '["update",{"ad_storage":"granted"}]'))),
    "tc string": ("fires", rejected(("tcf", "COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA"))),
    "a hand-made record": ("fires", rejected(("custom", '{"marketing":true,"statistics":false}'))),
    "withdrawn, and still granted": ("fires", [*rejected(), after(Scenario.WITHDRAW, ("klaro", '{"adroll":true}'))]),
    "accepted, and all denied": ("fires", accepted(("klaro", '{"google-analytics":false,"adroll":false}'))),
    "sale goes on after an opt-out": ("fires", rejected(("usprivacy", "1YNN"), method="opt_out")),
    "denied": ("silent", rejected(("onetrust", ONETRUST.format(0, 0)))),
    "denied in the end": ("silent", rejected(("klaro", '{"adroll":true}'), ("klaro", '{"adroll":false}'))),
    "an empty tc string": ("silent", rejected(("tcf", DENIED_TC))),
    "granted by default, not updated": ("silent", rejected(("consent_mode", '["default",{"ad_storage":"granted"}]'))),
    "what is essential, in the interface's group of that": (
        "silent",
        rejected(
            (
                "usercentrics",
                '{"essential/Stripe":true,"essential/Google Tag Manager":true,"essential/Acme":true,"ads/Acme":false}',
            )
        ),
    ),
    "accepted, with a tracker in the essential group": (
        "silent",
        accepted(("usercentrics", '{"essential/LinkedIn Insight Tag":true,"marketing/AdRoll":true}')),
    ),
    "gcs denied": ("silent", rejected(("gcs", "G100"))),
    "gcs, granted first and denied later": ("silent", rejected(("gcs", "G111"), ("gcs", "G100"))),
    "nobody has answered": ("silent", rejected(("tarteaucitron", "!gtag=wait!facebookpixel=wait"))),
    "an unreadable record": ("silent", rejected(("onetrust", "nothing"))),
    "an opt-out keeps measuring": ("silent", rejected(("klaro", '{"google-analytics":true}'), method="opt_out")),
    "not opted out of a sale, on a European banner": ("silent", rejected(("usprivacy", "1YNN"))),
    "accepted": ("silent", accepted(("klaro", '{"google-analytics":true,"adroll":true}'))),
    "accepted in part": ("silent", accepted(("klaro", '{"google-analytics":true,"adroll":false}'))),
    "an OK that accepts nothing": ("silent", accepted(("klaro", '{"adroll":false}'), method="acknowledge")),
    "accepted, and Google is told no": ("silent", accepted(("gcs", "G100"))),
    "no click was made": ("silent", rejected(("onetrust", ONETRUST.format(1, 1)), outcome=NO_REJECT)),
    "granted before the click only": (
        "silent",
        [x.visit(Scenario.REJECT_ALL, consent_signals=(x.signal("onetrust", ONETRUST.format(1, 1)),))],
    ),
    "functional only": ("undecided", rejected(("onetrust", ONETRUST.format(0, 1)))),
    "no visit": ("undecided", [x.visit()]),
    "blocked": ("undecided", [replace(one, outcome=Outcome.BLOCKED) for one in rejected(("gcs", "G111"))]),
}


def test_choice_recorded_wrong(ask):
    assert judged(ask, "choice_recorded_wrong", WRONG) == expected(WRONG)


def test_what_is_said_of_a_wrong_record(ask):
    seen = rejected(("klaro", '{"prefs":true,"adroll":true}'), clicks=("Reject all",))
    finding = ask("choice_recorded_wrong", seen).only
    assert (finding.subject, finding.phase, finding.severity) == ("banner", R, Severity.CRITICAL)
    assert (
        finding.fact == 'After refusing with "Reject all", the record of klaro grants targeting (scenario reject_all).'
    )
    locked = ask("choice_recorded_wrong", rejected(("usercentrics", '{"essential/LinkedIn Insight Tag":true}')))
    assert locked.only.fact == (
        "After refusing, the record of usercentrics holds LinkedIn Insight Tag (targeting) as required "
        "(scenario reject_all)."
    )
    on = ask("choice_recorded_wrong", refused(("onetrust", ONETRUST.format(0, 1)), first=OFF))
    assert on.only.fact == (
        "After refusing, the record of onetrust grants functional, which it denied before (scenario reject_all)."
    )
    both = [*seen, after(Scenario.WITHDRAW, ("klaro", '{"adroll":true}'))]
    assert [one.phase for one in ask("choice_recorded_wrong", both).findings] == [R, W]


def before(*signals, **facts):
    return [x.visit(consent_signals=tuple(x.signal(*one) for one in signals), **facts)]


STORED = {
    "onetrust": ("fires", before(("onetrust", ONETRUST.format(1, 0)))),
    "onetrust, unanswered": ("fires", before(("onetrust", ONETRUST.format(1, 0) + "&interactionCount=0"))),
    "functional only": ("fires", before(("onetrust", ONETRUST.format(0, 1)))),
    "implied by cookiebot": ("fires", before(("cookiebot", "{statistics:true,method:'implied'}"))),
    "a tc string": ("fires", before(("tcf", "COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA"))),
    "hand-made flags": ("fires", before(("custom", '{"marketing":true}'))),
    "in a visit that chose later": (
        "fires",
        [x.visit(), x.visit(Scenario.REJECT_ALL, consent_signals=(x.signal("klaro", '{"adroll":true}'),))],
    ),
    "tarteaucitron waits": ("silent", before(("tarteaucitron", "!gtag=wait!facebookpixel=wait"))),
    "an empty tc string": ("silent", before(("tcf", DENIED_TC))),
    "necessary only": ("silent", before(("onetrust", "groups=C0001:1,C0002:0"))),
    "denied": ("silent", before(("klaro", '{"adroll":false}'))),
    "not opted out of a sale": ("silent", before(("usprivacy", "1YNN"))),
    "google is told yes by default": ("silent", before(("consent_mode", '["default",{"ad_storage":"granted"}]'))),
    "gcs": ("silent", before(("gcs", "G111"))),
    "after accepting": ("silent", [x.visit(), *accepted(("klaro", '{"adroll":true}'))]),
    "no consent asked in the region": ("undecided", before(("cookiebot", "-1"))),
    "a list of purposes": ("undecided", before(("custom", "statistics,marketing"))),
    "no visit": ("undecided", rejected()),
}


def test_consent_stored_before_choice(ask):
    assert judged(ask, "consent_stored_before_choice", STORED) == expected(STORED)


@pytest.mark.parametrize(
    ("raw", "jurisdictions", "severity"),
    [
        (ONETRUST.format(1, 0), ("eu",), Severity.CRITICAL),
        (ONETRUST.format(0, 1), ("eu",), Severity.MEDIUM),
        (ONETRUST.format(1, 0), ("us",), Severity.HIGH),
        (ONETRUST.format(1, 0), ("us", "uk"), Severity.CRITICAL),
    ],
)
def test_how_severe_a_stored_consent_is(ask, raw, jurisdictions, severity):
    of = x.vendor(jurisdictions=jurisdictions)
    assert ask("consent_stored_before_choice", before(("onetrust", raw)), of=of).only.severity is severity


ID = x.cookie("__adroll", "d.adroll.com")
SENT = x.request(ADROLL, phase=R, sent_cookies=("__adroll",))


def refusing(*seen, proven=True):
    return [x.visit(Scenario.REJECT_ALL, *seen, choice=x.choice(Scenario.REJECT_ALL, proven=proven))]


def test_sent_after_reject(ask):
    table = {
        "an earlier cookie": ("fires", refusing(ID, SENT)),
        "to a subdomain": ("fires", refusing(replace(ID, domain="adroll.com"), SENT)),
        "after a withdrawal": (
            "fires",
            [
                x.visit(Scenario.REJECT_ALL),
                x.visit(Scenario.WITHDRAW, replace(ID, phase=A), replace(SENT, phase=W)),
            ],
        ),
        "set after the refusal": ("silent", refusing(replace(ID, phase=R), SENT)),
        "no identifier": ("silent", refusing(x.cookie("__adroll", "d.adroll.com", value="1"), SENT)),
        "not sent": ("silent", refusing(ID, replace(SENT, sent_cookies=()))),
        "another's cookie of the same name": ("silent", refusing(replace(ID, domain="other.example"), SENT)),
        "bot protection": (
            "silent",
            refusing(x.cookie("__cf_bm", "d.adroll.com"), replace(SENT, sent_cookies=("__cf_bm",))),
        ),
        "to a font host": (
            "silent",
            refusing(
                x.cookie("NID", "google.com"),
                x.request("https://fonts.gstatic.com/a.woff2", phase=R, sent_cookies=("NID",)),
            ),
        ),
        "before the refusal": ("silent", refusing(ID, replace(SENT, phase=B))),
        "in another visit": ("silent", [x.visit(Scenario.NO_CHOICE, ID), *refusing(SENT)]),
        "unproven": ("undecided", refusing(ID, SENT, proven=False)),
    }
    assert judged(ask, "sent_after_reject", table) == expected(table)
    assert ask("sent_after_reject", table["an earlier cookie"][1]).subjects == ["service:AdRoll"]
    two = refusing(ID, replace(ID, name="__adroll_v4"), replace(SENT, sent_cookies=("__adroll", "__adroll_v4")))
    assert ask("sent_after_reject", two).only.fact.startswith(
        "__adroll and __adroll_v4, set earlier, were sent to AdRoll"
    )


def withdrawing(*seen, proven=True, outcome=DONE):
    return [x.visit(Scenario.WITHDRAW, *seen, choice=x.choice(Scenario.WITHDRAW, outcome, proven=proven))]


def by_program(visits):
    """The same choices, made through the consent tool's own function."""
    return [replace(one, choice=replace(one.choice, method="api:heuristic")) for one in visits]


GIVEN = x.cookie("_fbp", phase=A)
KEPT = x.cookie("_fbp", phase=W, event=CookieEvent.PRESENT, sent_to=("www.vendor.example",))
LOCAL = x.storage("_hjSessionUser_1", phase=A)


def test_kept_after_withdrawal(ask):
    adroll = x.cookie("__adroll", "d.adroll.com", phase=A)
    lies = replace(adroll, phase=W, event=CookieEvent.PRESENT)
    hotjar = x.request("https://static.hotjar.com/c/hotjar-1.js", phase=W)
    table = {
        "sent": ("fires", withdrawing(GIVEN, KEPT)),
        "rewritten": ("fires", withdrawing(GIVEN, replace(KEPT, event=CookieEvent.CHANGED, sent_to=()))),
        "a third party's, sent to it": ("fires", withdrawing(adroll, replace(lies, sent_to=("d.adroll.com",)))),
        "storage, its service loaded": ("fires", withdrawing(LOCAL, replace(LOCAL, phase=W), hotjar)),
        "a third party's, left unused": ("silent", withdrawing(adroll, lies)),
        "storage that merely stays": ("silent", withdrawing(LOCAL, replace(LOCAL, phase=W))),
        "deleted": ("silent", withdrawing(GIVEN, replace(KEPT, event=CookieEvent.DELETED, in_jar=False))),
        "gone at the end": ("silent", withdrawing(GIVEN, replace(KEPT, in_jar=False))),
        "there before consent": ("silent", withdrawing(replace(GIVEN, phase=B), KEPT)),
        "necessary": ("silent", withdrawing(replace(GIVEN, name="PHPSESSID"), replace(KEPT, name="PHPSESSID"))),
        "unknown": ("silent", withdrawing(replace(GIVEN, name="zq"), replace(KEPT, name="zq"))),
        "unproven": ("undecided", withdrawing(GIVEN, KEPT, proven=False)),
        "no way back": ("undecided", withdrawing(GIVEN, KEPT, outcome=NO_CONTROL)),
        "only for programs": ("undecided", by_program(withdrawing(GIVEN, KEPT))),
        "no visit": ("undecided", [x.visit(), *rejected()]),
    }
    assert judged(ask, "kept_after_withdrawal", table) == expected(table)
    finding = ask("kept_after_withdrawal", table["sent"][1]).only
    assert (finding.subject, finding.phase, finding.severity) == ("cookie:_fbp@vendor.example", W, Severity.HIGH)


def signalled(*seen, without=(), told="ok"):
    coverage = Coverage(collectors={"gpc": told})
    return [x.visit(Scenario.NO_CHOICE, *(without or seen)), x.visit(Scenario.GPC, *seen, coverage=coverage)]


US = x.vendor(jurisdictions=("us-ca",))
EU = x.vendor(jurisdictions=("eu", "uk"))
PROMISE = x.declaration(consent=(x.mechanism("We honour Global Privacy Control", mechanism="global_privacy_control"),))
REFUSAL = x.declaration(
    consent=(x.mechanism("We do not respond to Global Privacy Control", mechanism="global_privacy_control"),)
)
NAMED = x.declaration(consent=(x.mechanism("Global Privacy Control", mechanism="global_privacy_control"),))
SEES = x.request(PIXEL, beacon=Beacon.PIXEL)
ANALYTICS = x.request("https://www.google-analytics.com/g/collect")


@pytest.mark.parametrize(
    ("word", "seen", "of", "policy"),
    [
        ("fires", signalled(SEES), US, x.declaration()),
        ("fires", signalled(x.cookie("_fbp")), US, x.declaration()),
        ("fires", signalled(SEES), EU, PROMISE),
        ("silent", signalled(SEES), EU, x.declaration()),
        ("silent", signalled(SEES), EU, REFUSAL),
        ("silent", signalled(SEES), EU, NAMED),
        ("silent", signalled(SEES), x.vendor(), x.declaration()),
        ("silent", signalled(ANALYTICS), US, x.declaration()),
        ("silent", signalled(without=(SEES,)), US, x.declaration()),
        ("silent", signalled(SEES, without=(ANALYTICS,)), US, x.declaration()),
        ("silent", [x.visit()], EU, x.declaration()),
        ("undecided", signalled(SEES, told="failed: 3 of 3 requests went without Sec-GPC: 1"), US, x.declaration()),
        ("undecided", [x.visit(Scenario.NO_CHOICE, SEES)], US, x.declaration()),
    ],
)
def test_gpc_ignored(ask, word, seen, of, policy):
    assert ask("gpc_ignored", seen, policy, of=of).word == word


def test_how_severe_an_ignored_signal_is(ask):
    for policy, severity in ((x.declaration(), Severity.MEDIUM), (PROMISE, Severity.HIGH)):
        finding = ask("gpc_ignored", signalled(SEES, x.cookie("_fbp")), policy, of=US).only
        assert (finding.subject, finding.severity) == ("service:Meta Pixel", severity)
        assert (finding.declaration is not None) is (policy is PROMISE)


def test_a_policy_that_says_what_becomes_of_the_signal(ask):
    """The sentence around the name decides, not the name."""
    for text, word in (
        ("Our site recognizes the Global Privacy Control.", "fires"),
        ("Cookies are small. We do not currently respond to Global Privacy Control signals.", "silent"),
        ("We do not sell data. We honor Global Privacy Control signals.", "fires"),
        ("You may turn on Global Privacy Control in some browsers.", "silent"),
    ):
        start = text.index("Global Privacy Control")
        quote = x.quote("Global Privacy Control", start)
        said = x.mechanism(None, mechanism="global_privacy_control", evidence=(quote,))
        policy = x.declaration(text=text, consent=(said,))
        assert ask("gpc_ignored", signalled(SEES), policy, of=EU).word == word, text


def choosing(outcome=DONE, *, scenario=Scenario.REJECT_ALL, clicks=(), method=None, proven=True, **banner):
    made = replace(x.choice(scenario, outcome, proven=proven), clicks=clicks, method=method)
    return x.visit(scenario, banner=x.banner(**banner), choice=made)


def test_reject_needs_more_clicks(ask):
    deep = {"layers": 2, "reject_clicks": 2}
    table = {
        "behind the settings": ("fires", [choosing(**deep)]),
        "unticked and saved, behind the settings": ("fires", [choosing(layers=2, reject_clicks=4)]),
        "by a rule, clicks told": ("fires", [choosing(layers=2, reject_clicks=None, clicks=("Settings", "Deny"))]),
        "one click": ("silent", [choosing()]),
        "one click in another visit": ("silent", [choosing(**deep), x.visit()]),
        "accepting takes two as well": ("silent", [choosing(accept_clicks=2, **deep)]),
        "cannot be accepted": ("silent", [choosing(accept_clicks=None, **deep)]),
        "unticked and saved on the first layer": ("silent", [choosing(reject_clicks=3, clicks=("a", "b", "Save"))]),
        "no way at all": ("silent", [choosing(NO_REJECT, reject_clicks=None, layers=2)]),
        "a separate opt-out": ("silent", [choosing(reject_clicks=None, clicks=("Do not sell",), method="opt_out")]),
        "no banner": ("silent", [x.visit(Scenario.REJECT_ALL, banner=None)]),
        "could not be operated": ("undecided", [choosing(FAILED, reject_clicks=None)]),
        "clicks not told": ("undecided", [choosing(reject_clicks=None, layers=2)]),
    }
    assert judged(ask, "reject_needs_more_clicks", table) == expected(table)
    assert "1 click" in ask("reject_needs_more_clicks", table["behind the settings"][1]).only.fact


def switched(*switches, **banner):
    return [x.visit(banner=x.banner(switches=switches, **banner))]


def test_pre_ticked(ask):
    locked = {"on": True, "locked": True}
    table = {
        "on": ("fires", switched(x.switch("Statistics", on=True), pre_ticked=1)),
        "on, a label of its own": ("fires", switched(x.switch("Our friends", on=True), pre_ticked=1)),
        "locked on": ("fires", switched(x.switch("Marketing cookies", **locked))),
        "counted only": ("fires", [x.visit(banner=x.banner(pre_ticked=2))]),
        "on a deeper layer": (
            "fires",
            [x.visit(), choosing(layers=2, reject_clicks=3, switches=(x.switch("Ads", on=True, layer=2),))],
        ),
        "locked on, and marked so": ("fires", switched(x.switch("Analytics (always required) Analytics", **locked))),
        "a service, marked so": ("fires", switched(x.switch("Google Analytics(toujours requis)", **locked))),
        "off": ("silent", switched(x.switch("Statistics", on=False))),
        "unreadable": ("silent", switched(x.switch("Statistics", on=None))),
        "necessary": ("silent", switched(x.switch("Necessary", essential=True, **locked))),
        "an objection to make": (
            "silent",
            switched(x.switch("Ads: berechtigtes Interesse", on=True), pre_ticked=0),
        ),
        "locked, a little word": ("undecided", switched(x.switch("Use of a shop", **locked))),
        "a chosen radio button": ("silent", switched(x.switch("Yes", on=True, kind="radio"))),
        "no banner": ("silent", [x.visit(banner=None)]),
        "locked on, strange label": ("undecided", switched(x.switch("Grundfunktionen der Seite", **locked))),
        "functional, marked as required": ("undecided", switched(x.switch("Functional (always required)", **locked))),
        "necessary, with a mark": ("undecided", switched(x.switch("Technical (statistics)", **locked))),
        "necessary by two names": ("undecided", switched(x.switch("Technical statistics", **locked))),
    }
    assert judged(ask, "pre_ticked", table) == expected(table)
    named = ask("pre_ticked", table["on"][1]).only
    assert named.fact == 'Before the visitor acted, 1 purpose was switched on: "Statistics" (scenario no_choice).'


def looking(accept=None, reject=None, *, distance=90.0):
    return [x.visit(banner=x.banner(prominence=Prominence(accept=accept, reject=reject, distance=distance)))]


def test_reject_less_prominent(ask):
    yes, no = x.look("Accept all"), x.look("Reject all")
    table = {
        "a text link": ("fires", looking(yes, replace(no, element="a", fill=1.0, underlined=True))),
        "a button that looks like text": ("fires", looking(yes, replace(no, fill=1.0))),
        "faint words": ("fires", looking(yes, replace(no, contrast=1.9))),
        "small words": ("fires", looking(yes, replace(no, font_px=11.0))),
        "a small button": ("fires", looking(yes, replace(no, box=(0, 0, 60, 30)))),
        "another colour": ("silent", looking(yes, replace(no, fill=1.4, contrast=4.6))),
        "a frame": ("silent", looking(yes, replace(no, fill=1.0, bordered=True))),
        "two text links": ("silent", looking(replace(yes, fill=1.0), replace(no, fill=1.0))),
        "both faint": ("silent", looking(replace(yes, contrast=2.5), replace(no, contrast=2.5))),
        "a short word": ("silent", looking(yes, replace(no, text="No", box=(0, 0, 50, 40)))),
        "the refusal stands out": ("silent", looking(replace(yes, fill=1.0), no)),
        "on pictures": ("silent", looking(replace(yes, fill=None, contrast=None), replace(no, fill=None))),
        "on a deeper layer": ("silent", looking(yes, replace(no, layer=2, fill=1.0))),
        "not there": ("silent", looking(yes, None)),
        "not measured": ("silent", [x.visit()]),
    }
    assert judged(ask, "reject_less_prominent", table) == expected(table)


def test_cookie_wall(ask):
    wall = {"wall": True, "covers": 1.0, "reject_clicks": None}
    table = {
        "no way on": ("fires", [choosing(NO_REJECT, **wall)]),
        "accept or pay": ("fires", [choosing(NO_REJECT, pay_option=True, reject_clicks=None)]),
        "can be refused": ("silent", [choosing(wall=True, covers=1.0)]),
        "can be refused, two layers down": ("silent", [choosing(layers=2, **{**wall, "reject_clicks": 2})]),
        "refused in another visit": ("silent", [choosing(NO_REJECT, **wall), choosing(DONE, **wall)]),
        "pay, accept or refuse": ("silent", [choosing(pay_option=True)]),
        "no refusal, beside the page": ("silent", [choosing(NO_REJECT, reject_clicks=None, covers=0.2)]),
        "a fixed header": ("silent", [choosing(NO_REJECT, reject_clicks=None, covers=0.1, scroll_locked=False)]),
        "no banner": ("silent", [x.visit(Scenario.REJECT_ALL, banner=None)]),
        "could not be operated": ("undecided", [choosing(FAILED, **wall)]),
        "never tried": ("undecided", [x.visit(banner=x.banner(**wall))]),
    }
    assert judged(ask, "cookie_wall", table) == expected(table)
    severities = [ask("cookie_wall", table[name][1]).only.severity for name in ("no way on", "accept or pay")]
    assert severities == [Severity.HIGH, Severity.MEDIUM]


SAVES = x.control("Save cookie preferences", "page")
LATER = x.control("Imprint", phase=Phase.AFTER_ACCEPT)
ELSEWHERE = f"{x.SITE}contact"


def test_no_withdrawal(ask):
    def back(outcome=DONE, *seen, method="footer:heuristic"):
        made = replace(x.choice(Scenario.WITHDRAW, outcome), method=method)
        return [x.visit(Scenario.WITHDRAW, *seen, choice=made)]

    table = {
        "none": ("fires", back(NO_CONTROL)),
        "only for programs": ("fires", back(DONE, method="api:heuristic")),
        "a footer that says other things": ("fires", back(NO_CONTROL, x.control("Contact"), x.control("Privacy"))),
        "a link": ("silent", back(DONE)),
        "unproven": ("silent", back(DONE)),
        "nothing to accept": ("silent", back(ChoiceOutcome.NO_ACCEPT)),
        "no banner": ("silent", back(ChoiceOutcome.NO_BANNER)),
        "a control that nothing came of": ("undecided", back(FAILED)),
        "settings without a refusal": ("undecided", back(NO_REJECT)),
        "a control seen": ("undecided", back(NO_CONTROL, x.control("Cookie settings"))),
        "a button of the banner": ("fires", back(NO_CONTROL, SAVES, LATER)),
        "a button that stays": ("undecided", back(NO_CONTROL, SAVES, LATER, replace(SAVES, phase=Phase.AFTER_ACCEPT))),
        "a button on a page not seen again": ("undecided", back(NO_CONTROL, replace(SAVES, page=ELSEWHERE), LATER)),
        "no visit": ("undecided", [x.visit()]),
        "blocked": ("undecided", [replace(back(NO_CONTROL)[0], outcome=Outcome.BLOCKED)]),
    }
    assert judged(ask, "no_withdrawal", table) == expected(table)


@pytest.mark.parametrize(
    ("word", "location", "seen"),
    [
        ("fires", "footer", ()),
        ("fires", "page_bottom", ("Contact",)),
        ("fires", "banner", ()),
        ("undecided", "footer", ("My wishes >",)),
        ("undecided", "policy_page", ()),
        ("undecided", None, ()),
    ],
)
def test_a_way_back_that_the_policy_promises(ask, word, location, seen):
    """Where the whole page was seen without it, the promise of a control in the footer is none."""
    made = x.choice(Scenario.WITHDRAW, NO_CONTROL)
    visits = [x.visit(Scenario.WITHDRAW, *map(x.control, seen), choice=made)]
    promised = x.declaration(consent=(x.mechanism("My wishes", location),))
    assert ask("no_withdrawal", visits, promised).word == word


def interests(*numbers, policy=4):
    """A core string that claims legitimate interest for purposes, and for vendors 1 to 3 in any case."""
    bits = f"{2:06b}{0:072b}{300:012b}{1:012b}{1:06b}{0:012b}{48:012b}{policy:06b}10{0:012b}{0:024b}"
    bits += "".join("1" if number in numbers else "0" for number in range(1, 25)) + f"0{0:012b}"
    bits += f"{0:016b}0" + f"{3:016b}0111" + f"{0:012b}"
    bits += "0" * (-len(bits) % 6)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(letters[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


@pytest.mark.parametrize(
    ("word", "seen"),
    [
        ("fires", before(("tcf", interests(3)))),
        ("fires", before(("tcf", interests(2, 7, 6)))),
        ("fires", before(("gpp", f"DBABMA~{interests(5)}"))),
        ("fires", [x.visit(), *rejected(("tcf", interests(4)))]),
        ("silent", before(("tcf", interests()))),
        ("silent", before(("tcf", interests(1, 2, 7, 8, 9, 10, 11)))),
        ("silent", before(("tcf", f"{interests(2)}.YAAAAAAAAAAA"))),
        ("silent", before(("klaro", '{"adroll":true}'))),
        ("undecided", []),
    ],
)
def test_tcf_legitimate_interest(ask, word, seen):
    assert ask("tcf_legitimate_interest", seen).word == word


def test_a_tracker_after_a_withdrawal(ask):
    seen = [x.visit(Scenario.REJECT_ALL), *withdrawing(replace(SEES, phase=W))]
    finding = ask("tracker_after_reject", seen).only
    assert (finding.subject, finding.phase) == ("service:Meta Pixel", W)
    unproven = [x.visit(Scenario.REJECT_ALL), *withdrawing(replace(SEES, phase=W), proven=False)]
    assert ask("tracker_after_reject", unproven).word == "undecided"


def opting_out(visits, method="opt_out"):
    """The same choices, made with a control that only opts out of the sale and sharing of data."""
    return [replace(one, choice=replace(one.choice, method=method)) for one in visits]


@pytest.mark.parametrize(
    ("rule", "analytics", "ads"),
    [
        ("after_reject", [x.cookie("_ga", phase=R)], [x.cookie("_fbp", phase=R)]),
        (
            "tracker_after_reject",
            [x.request("https://static.hotjar.com/c/hotjar-1.js", phase=R)],
            [replace(SEES, phase=R)],
        ),
    ],
)
def test_after_an_opt_out_of_sale_only_advertising_was_refused_for_sure(ask, rule, analytics, ads):
    made = {name: x.visits(*seen)[-1:] for name, seen in {"analytics": analytics, "ads": ads}.items()}
    assert [ask(rule, made[name]).word for name in made] == ["fires", "fires"]
    assert [ask(rule, opting_out(made[name])).word for name in made] == ["undecided", "fires"]
    assert [ask(rule, opting_out(made[name], "opt_out:toggles")).word for name in made] == ["undecided", "fires"]
    both = [*opting_out(made["analytics"]), *made["analytics"]]
    assert ask(rule, both).word == "fires"


def test_an_identifier_that_is_sent_or_kept_after_an_opt_out_of_sale(ask):
    hotjar = x.cookie("_hjSessionUser_1", phase=A)
    kept = replace(hotjar, phase=W, event=CookieEvent.PRESENT, sent_to=("www.vendor.example",))
    withdrawn = [withdrawing(hotjar, kept), withdrawing(GIVEN, KEPT)]
    words = [ask("kept_after_withdrawal", opting_out(visits, "footer:opt_out")).word for visits in withdrawn]
    assert words == ["undecided", "fires"]


def test_storage_kinds_are_kept_apart(ask):
    """A session entry of the same key is another item."""
    session = replace(LOCAL, kind=StorageKind.SESSION, phase=W)
    assert ask("kept_after_withdrawal", withdrawing(LOCAL, session)).word == "silent"

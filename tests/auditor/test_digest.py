"""What changed between two judgements."""

from __future__ import annotations

import pytest

from auditor.digest import Digest, covers, digest
from auditor.engine import fingerprint
from auditor.model import Finding, Phase, Presence, Severity, Undecided

SITE = "https://www.vendor.example/"


def finding(subject, severity=Severity.HIGH, presence=None, rule="before_choice"):
    return Finding(
        fingerprint=fingerprint(rule, "vendor", SITE, subject, Phase.BEFORE_CHOICE),
        rule=rule,
        rule_version=1,
        severity=severity,
        confidence=0.9,
        vendor="vendor",
        site=SITE,
        subject=subject,
        phase=Phase.BEFORE_CHOICE,
        title="t",
        fact="f",
        presence=presence,
    )


def places(found):
    names = ("new", "gone", "returned", "worse", "persisting", "unknown")
    return {name: [one.subject for one in getattr(found, name)] for name in names if getattr(found, name)}


A, B = finding("a"), finding("b")
GONE, BACK = Presence.GONE, Presence.RETURNED
CASES = {
    "nothing": ((), (), {}),
    "new": ((), (A,), {"new": ["a"]}),
    "still there": ((A,), (A,), {"persisting": ["a"]}),
    "gone": ((A, B), (B,), {"gone": ["a"], "persisting": ["b"]}),
    "gone, and said so": ((A,), (finding("a", presence=GONE),), {"gone": ["a"]}),
    "still gone": ((finding("a", presence=GONE),), (finding("a", presence=GONE),), {}),
    "back": ((finding("a", presence=GONE),), (A,), {"returned": ["a"]}),
    "back, as the store knows": ((), (finding("a", presence=BACK),), {"returned": ["a"]}),
    "back in both": ((A,), (finding("a", presence=BACK),), {"persisting": ["a"]}),
    "worse": ((finding("a", Severity.MEDIUM),), (A,), {"worse": ["a"]}),
    "milder": ((A,), (finding("a", Severity.LOW),), {"persisting": ["a"]}),
    "most severe first": (
        (),
        (finding("z", Severity.LOW), finding("b", Severity.CRITICAL), finding("a", Severity.CRITICAL)),
        {"new": ["a", "b", "z"]},
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES)
def test_digest(before, after, expected):
    assert places(digest(before, after)) == expected


def question(**facts):
    return Undecided(
        **{"rule": "before_choice", "vendor": "vendor", "site": SITE, "subject": None, "reason": "r", **facts}
    )


def test_what_was_not_decided_is_not_gone():
    assert places(digest((A,), (), (question(),))) == {"unknown": ["a"]}
    assert places(digest((A, B), (), (question(subject="a"),))) == {"gone": ["b"], "unknown": ["a"]}


@pytest.mark.parametrize(
    ("facts", "covered"),
    [
        ({}, True),
        ({"subject": "a"}, True),
        ({"subject": "b"}, False),
        ({"rule": "after_reject"}, False),
        ({"site": "https://b.example/"}, False),
        ({"vendor": "b"}, False),
    ],
)
def test_covers(facts, covered):
    assert covers(question(**facts), A) is covered


def test_an_empty_digest_is_the_default():
    assert digest((), ()) == Digest()

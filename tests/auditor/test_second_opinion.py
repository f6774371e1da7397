"""What is the same in independent fresh browsers is configuration; what differs and stays is an identifier."""

from __future__ import annotations

import pytest

from auditor import examples as x
from auditor.classify import bundled
from auditor.model import CookieEvent, Phase, Scenario

BUILD = "b1946ac92492d2347c6235b4d2611184"
FIRST, SECOND = "3f9d2c41e07b8a65", "c85a1f7e92d4b063"


def item(*values: tuple[str, ...]):
    """One cookie; the values that each visit saw in it."""
    played = [
        x.visit(
            scenario,
            *(x.cookie("token", value=value, event=event(n), at_ms=400 + n) for n, value in enumerate(seen)),
        )
        for scenario, seen in zip((Scenario.NO_CHOICE, Scenario.ACCEPT_ALL, Scenario.REJECT_ALL), values, strict=False)
    ]
    (site,) = x.evidence(played, knowledge=bundled()).sites
    (found,) = site.items
    return found


def event(n: int) -> CookieEvent:
    return CookieEvent.CHANGED if n else CookieEvent.SET


@pytest.mark.parametrize(
    ("values", "identifier", "configuration"),
    [
        pytest.param([(FIRST,)], True, False, id="one visit: the shape alone"),
        pytest.param([(FIRST,), (SECOND,)], True, False, id="another one in another browser"),
        pytest.param([(BUILD,), (BUILD,)], False, True, id="hash of a build"),
        pytest.param([(BUILD,), (BUILD,), (BUILD,)], False, True, id="hash of a build in three visits"),
        pytest.param([("pending", FIRST), ("pending", SECOND)], True, False, id="the same placeholder before it"),
        pytest.param([(BUILD, FIRST), (BUILD, SECOND)], True, False, id="a build before it"),
        pytest.param([("variant-a",), ("variant-b",)], False, False, id="bucket of a test"),
        pytest.param([("variant-b",), ("variant-b",)], False, True, id="same bucket"),
        pytest.param([("3", "4"), ("3", "5")], False, False, id="counter of a session"),
        pytest.param([("1764000000123",), ("1764000009456",)], False, False, id="moments"),
        pytest.param(
            [('{"beta":true,"at":1764000000}',), ('{"beta":true,"at":1764000055}',)], False, False, id="flags"
        ),
    ],
)
def test_second_opinion(values, identifier, configuration):
    found = item(*values)
    assert (found.identifier, found.configuration) == (identifier, configuration)


def test_storage_too():
    def seen(scenario, value):
        return x.visit(scenario, x.storage("k", value=value), x.storage("k", value=value, phase=Phase.AFTER_ACCEPT))

    (site,) = x.evidence([seen(Scenario.ACCEPT_ALL, FIRST), seen(Scenario.GPC, FIRST)], knowledge=bundled()).sites
    assert (site.items[0].identifier, site.items[0].configuration) == (False, True)
    (site,) = x.evidence([seen(Scenario.ACCEPT_ALL, FIRST), seen(Scenario.GPC, SECOND)], knowledge=bundled()).sites
    assert (site.items[0].identifier, site.items[0].configuration) == (True, False)

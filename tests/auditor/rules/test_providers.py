"""A provider of listed cookies is no service of one category: it sets cookies of several, each under its own label."""

from __future__ import annotations

import pytest

from auditor import examples as x
from auditor.policy.read import read_policy

HEADING = "| Name | Provider | Purpose | Lifespan |\n|---|---|---|---|\n"
LISTS = """# Cookie policy

We use cookies and pixels.

## Strictly necessary cookies

{heading}| __cf_bm | HubSpot | Tells people from robots | 30 minutes |

## Analytics cookies

{heading}| __hstc | HubSpot | Counts visitors | 6 months |

## Marketing cookies

{heading}| {marketing} | HubSpot | Shows relevant offers | 6 months |
"""


@pytest.fixture
def found(ask):
    """The subjects of contradictory declarations, of a policy with a cookie of HubSpot under each of three labels."""

    def read(marketing: str) -> list[str]:
        text = LISTS.format(heading=HEADING, marketing=marketing)
        policy = read_policy(text.encode(), name="policy.md")
        return ask("contradictory_declaration", x.visits(x.cookie("__hstc")), policy).subjects

    return read


def test_cookies_of_one_provider_in_several_categories_are_no_contradiction(found):
    assert found("hubspotutk") == []


def test_one_cookie_in_two_categories_is_told_of_the_cookie_alone(found):
    assert found("__hstc") == ["declaration:__hstc"]

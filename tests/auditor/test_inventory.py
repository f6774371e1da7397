"""The observed items as they are published."""

from __future__ import annotations

import pytest

from auditor import examples as x
from auditor.classify import bundled
from auditor.inventory import observed_items
from auditor.model import Category, CmpDeclaration, DisclosureLevel, Party, Phase, Scenario

GA = x.cookie("_ga", lifetime_seconds=34_560_000, declared_lifetime_seconds=63_072_000)


def items(visits, *policies):
    return {one.subject: one for one in observed_items(x.evidence(visits, *policies, knowledge=bundled()))}


def test_an_item_with_what_it_is_and_where_it_was_seen():
    found = items(x.visits(GA))["cookie:_ga@vendor.example"]
    assert (found.kind, found.name, found.domain, found.party) == ("cookie", "_ga", "vendor.example", Party.FIRST)
    assert found.classification.category is Category.PERFORMANCE
    assert found.seen_in == (
        (Scenario.NO_CHOICE, Phase.BEFORE_CHOICE),
        (Scenario.ACCEPT_ALL, Phase.BEFORE_CHOICE),
        (Scenario.REJECT_ALL, Phase.BEFORE_CHOICE),
    )
    assert (found.lifetime_seconds, found.identifier) == (63_072_000, True)
    assert (found.declared_category, found.declared_as, found.declaration) == (None, None, None)


LISTED = x.listed("_ga*", Category.TARGETING)
SERVICE = x.service("Google Analytics", Category.PERFORMANCE)
CATEGORY = x.category(Category.PERFORMANCE, label="Analytics cookies")
CMP = CmpDeclaration(cmp="onetrust", cookies=(x.listed("_ga", Category.PERFORMANCE, evidence=()),))
LEVEL = DisclosureLevel.COOKIE_LIST
DECLARED = {
    "by name": (
        x.declaration(LEVEL, cookies=(LISTED,), services=(SERVICE,), categories=(CATEGORY,)),
        Category.TARGETING,
        "_ga*",
        "_ga*",
    ),
    "by service": (
        x.declaration(services=(SERVICE,), categories=(CATEGORY,)),
        Category.PERFORMANCE,
        "Google Analytics",
        "Google Analytics",
    ),
    "by category": (x.declaration(categories=(CATEGORY,)), Category.PERFORMANCE, "Analytics cookies", "performance"),
    "by a category that reaches further": (
        x.declaration(
            categories=(x.category(Category.FUNCTIONAL, covers=(Category.FUNCTIONAL, Category.PERFORMANCE)),)
        ),
        Category.FUNCTIONAL,
        "functional",
        "functional",
    ),
    "by an unused category": (
        x.declaration(categories=(x.category(Category.PERFORMANCE, in_use="no"),)),
        None,
        None,
        None,
    ),
    "not at all": (x.declaration(), None, None, None),
}


@pytest.mark.parametrize(("policy", "category", "name", "quote"), DECLARED.values(), ids=DECLARED)
def test_the_declaration_beside_it(policy, category, name, quote):
    found = items(x.visits(GA), policy)["cookie:_ga@vendor.example"]
    assert (found.declared_category, found.declared_as) == (category, name)
    assert (found.declaration.quote if found.declaration else None) == quote


def test_a_consent_tools_declaration_has_no_quote():
    found = items(x.visits(GA, declared_by_cmp=CMP), x.declaration())["cookie:_ga@vendor.example"]
    assert (found.declared_category, found.declared_as, found.declaration) == (Category.PERFORMANCE, "_ga", None)


def test_third_party_hosts_are_items():
    visits = x.visits(
        x.request("https://www.google-analytics.com/g/collect"),
        x.request("https://www.google-analytics.com/robots.txt", phase=Phase.AFTER_ACCEPT),
        x.request("https://fonts.gstatic.com/s/a.woff2", resource_type="font"),
        x.request("https://www.vendor.example/app.js"),
    )
    found = items(visits, x.declaration(services=(SERVICE,)))
    assert sorted(found) == ["host:fonts.gstatic.com", "host:www.google-analytics.com"]
    analytics = found["host:www.google-analytics.com"]
    assert (analytics.kind, analytics.name, analytics.lifetime_seconds) == ("request", "www.google-analytics.com", None)
    assert analytics.seen_in[-2:] == (
        (Scenario.ACCEPT_ALL, Phase.AFTER_ACCEPT),
        (Scenario.REJECT_ALL, Phase.BEFORE_CHOICE),
    )
    assert (analytics.declared_as, analytics.declared_category) == ("Google Analytics", Category.PERFORMANCE)
    assert found["host:fonts.gstatic.com"].declared_as is None


def test_a_host_is_declared_by_the_category_of_its_tracker():
    visits = x.visits(x.request("https://static.hotjar.com/c/hotjar-1.js"))
    found = items(visits, x.declaration(categories=(CATEGORY,)))["host:static.hotjar.com"]
    assert (found.declared_as, found.declared_category) == ("Analytics cookies", Category.PERFORMANCE)


def test_items_come_in_a_fixed_order():
    visits = x.visits(x.cookie("b"), x.cookie("a"), x.storage("c"), x.request("https://z.example/"))
    found = observed_items(x.evidence(visits, knowledge=bundled()))
    assert [one.subject for one in found] == [
        "cookie:a@vendor.example",
        "cookie:b@vendor.example",
        "storage:local:c@https://www.vendor.example",
        "host:z.example",
    ]

"""A cookie that is missing from a list of cookies.

The rule fires where the policy or the consent tool lists cookies for this site's scope and a cookie was observed that
matches none of them: by exact name, by wildcard (``_ga_*``), or by host. Names are case-sensitive; a declared host or
provider narrows the match, to where the item lives or to the company whose item it is known to be. Storage entries
are judged only where the list names storage entries as well: a list of cookies does not promise more. It is high for
the item of a known tracker, low for essential items, else medium; items that no source knows count too, since the list
is the vendor's own.

Silent: where no list is declared for the site's scope; items that match; items of a service that is declared for the
site by name, which covers its known cookies: who reads that Microsoft Advertising is used is told of `_uetvid` where
the list has only `_uetsid`. The provider of a listed cookie covers nothing: it says whose that cookie is, and narrows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import cookie, declaration, evidence, listed, visits
from auditor.model import Category, DisclosureLevel, Match, Scenario, Severity
from auditor.rule import Example, PolicyNeed, Rule
from auditor.rules._wording import appearance, item_refs, named

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.observed import Item

_STORAGE_LISTS = {"local": "local_storage", "session": "session_storage"}


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per observed item that a list of cookies leaves out."""
    return tuple(_match(item, site) for site in case.sites for item in site.items if _left_out(item, site))


def _left_out(item: Item, site: SiteEvidence) -> bool:
    declared = site.declared
    if item.kind == "cookie":
        lists = any(one.record.storage not in {"pixel", *_STORAGE_LISTS.values()} for one in declared.cookies)
    else:
        lists = any(one.record.storage == _STORAGE_LISTS.get(item.kind) for one in declared.cookies)
    return lists and not declared.cookies_naming(item) and not declared.services_covering(item)


def _match(item: Item, site: SiteEvidence) -> Match:
    count = len({one.record.match.pattern for one in site.declared.cookies})
    those = f"matches none of the {count} cookies that are" if count > 1 else "does not match the one cookie that is"
    return Match(
        subject=item.subject,
        fact=f"{named(item)} {appearance(item.sightings[0])}. It {those} listed for this site.",
        site=site.url,
        severity=_severity(item),
        category_observed=item.category,
        service=item.service,
        evidence=item_refs(item.sightings),
    )


def _severity(item: Item) -> Severity:
    if item.essential:
        return Severity.LOW
    return Severity.HIGH if item.tracking else Severity.MEDIUM


RULE = Rule(
    id="undeclared_cookie",
    version=2,
    title="Cookie that is missing from the list of cookies",
    severity=Severity.HIGH,
    legal_basis=("GDPR art. 13", "Bollinger et al. 2022, no. 5"),
    needs=frozenset({Scenario.NO_CHOICE, Scenario.ACCEPT_ALL}),
    policy=PolicyNeed.WHOLE,
    collectors=frozenset({"cookies"}),
    check=check,
    fires_on=Example(
        text="The policy lists _ga and _gid; the Meta Pixel's _fbp is set as well.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_ga"), cookie("_fbp")),
            declaration(
                DisclosureLevel.COOKIE_LIST,
                cookies=(listed("_ga", Category.PERFORMANCE), listed("_gid", Category.PERFORMANCE)),
            ),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="The policy lists _ga_*, and _ga_AB12CD34EF is set.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_ga_AB12CD34EF")),
            declaration(DisclosureLevel.COOKIE_LIST, cookies=(listed("_ga_*", Category.PERFORMANCE),)),
            knowledge=knowledge,
        ),
    ),
)

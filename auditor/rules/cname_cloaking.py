"""A tracker behind a host of the site itself.

A subdomain of the site can be made an alias (CNAME) of a tracker's host. To the browser it is the site: the tracker
gets the site's own cookies, and the visitor's protection against third parties does not see it. The rule fires for a
first-party host that was called and whose chain of CNAME records passes through the host of a known tracker.

Silent: aliases of content delivery, hosting, tag managers, players, consent tools and bot protection; of hosts that no
source knows; of the vendor's own hosts and services; hosts that could not be looked up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.domains import registrable_domain, same_site
from auditor.examples import alias, evidence, request, visit
from auditor.model import Match, Scenario, Severity
from auditor.observed import is_tracker
from auditor.rule import Example, Rule
from auditor.rules._wording import call_refs, clip, listing, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import Classification, HostAlias

_SHOWN = 5


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per first-party host that leads to a tracker."""
    return tuple(match for site in case.sites for match in _of_site(site))


def _of_site(site: SiteEvidence) -> Iterator[Match]:
    aliases = {one.host: one for visit in site.good for one in visit.aliases if one.chain}
    for host in sorted(aliases):
        found = _tracker(aliases[host], site)
        calls = [call for call in site.calls if call.request.host == host]
        if found is not None and calls:
            name, known = found
            yield Match(
                subject=f"host:{host}",
                fact=(
                    f"{clip(host)}, a host of the site, is an alias of "
                    f"{listing(map(clip, aliases[host].chain), _SHOWN)}. {clip(name)} belongs to "
                    f"{known.service or 'a known tracker'} ({words(known.category)})."
                ),
                site=site.url,
                category_observed=known.category,
                service=known.service,
                evidence=call_refs(calls),
                confidence=known.confidence,
            )


def _tracker(alias: HostAlias, site: SiteEvidence) -> tuple[str, Classification] | None:
    """The first name of a chain that is a tracker's, with what it is."""
    for name in alias.chain:
        if same_site(name, alias.host) or registrable_domain(name) in site.declared.own:
            continue
        known = site.declared.knowledge.url(f"https://{name}/", site=site.url)
        if is_tracker(known) and known.entity not in site.own_entities:
            return name, known
    return None


_HIDDEN = request("https://metrics.vendor.example/b/ss")

RULE = Rule(
    id="cname_cloaking",
    version=1,
    title="Tracker behind a host of the site itself",
    severity=Severity.HIGH,
    legal_basis=("EDPB Guidelines 2/2023",),
    needs=frozenset({Scenario.NO_CHOICE}),
    collectors=frozenset({"requests"}),
    check=check,
    fires_on=Example(
        text="metrics.vendor.example is an alias of a host of Adobe Analytics below omtrdc.net.",
        evidence=lambda knowledge: evidence(
            [visit(Scenario.NO_CHOICE, _HIDDEN, alias("metrics.vendor.example", "vendor.sc.omtrdc.net"))],
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="static.vendor.example is an alias of a host of the content network CloudFront.",
        evidence=lambda knowledge: evidence(
            [
                visit(
                    Scenario.NO_CHOICE,
                    request("https://static.vendor.example/app.js"),
                    alias("static.vendor.example", "d111111abcdef8.cloudfront.net"),
                )
            ],
            knowledge=knowledge,
        ),
    ),
)

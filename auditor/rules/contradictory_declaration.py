"""A declaration that contradicts itself.

The rule fires for a cookie or a service that is declared twice for the same site and differently: in two categories,
or with two lifetimes, within the policy or between the policy and the consent tool; for a tracker that one of the two
names and whose cookies the other lists, all in other categories; for a row of a table whose own category differs from
that of the heading it stands under, or whose lifetime differs from the one that a sentence gives the cookie outright;
and for a category that one sentence of the policy withholds from a part of the site that another describes it for. Both
passages are quoted.

Silent: the same name on another host, of another provider, for another part of the site, or once as a cookie and once
as storage; a company named for several of its services; lifetimes that differ by a tenth or less; "a few seconds",
which consent tools print for a length of nothing, against anything up to a day; a list that was scanned, and reports
the browser's limit of 400 days where the policy declares more; labels that can be read as the same; categories that a
reader would infer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import DAY, cookie, declaration, duration, evidence, listed, visits
from auditor.model import Category, DisclosureLevel, Match, Scenario, Severity
from auditor.readings import quotation
from auditor.rule import Example, PolicyNeed, Rule
from auditor.rules._conflicts import Conflict, conflicts
from auditor.rules._wording import clip, policy_ref, visit_refs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import Contradiction, DeclaredCookie, DeclaredService, EvidenceRef, Quote
    from auditor.readings import Declared, PolicyReading

_QUOTED = 300


def check(case: Evidence) -> tuple[Match, ...]:
    """One match per thing that is declared in two ways."""
    return tuple(match for site in case.sites if site.good for match in _of_site(site))


def _of_site(site: SiteEvidence) -> Iterator[Match]:
    found = {f"declaration:{clip(one.name)}": one for one in conflicts(site.declared)}
    yield from (_pair(subject, found[subject], site) for subject in found)
    names = {one.record.name for one in site.declared.cookies}
    told: dict[str, Match] = {}
    for reading in site.declared.readings:
        for contradiction in _told_by_reader(reading, names):
            subject = f"declaration:{clip(contradiction.subject)}"
            if subject not in found:
                told.setdefault(subject, _match(subject, contradiction, reading, site))
    yield from told.values()


def _told_by_reader(reading: PolicyReading, names: set[str]) -> Iterator[Contradiction]:
    """What only the reader of the document can see: headings and sentences against rows, scopes against descriptions.

    ``names`` are the cookies that are declared for the site.
    """
    declared = reading.declaration
    if declared is None:
        return
    rows = {quote for one in declared.cookies for quote in one.evidence}
    for one in declared.contradictions:
        heading = one.kind == "cookie_category_conflict" and one.evidence and one.evidence[0] not in rows
        lifetime = one.kind == "cookie_duration_conflict" and one.evidence and one.evidence[-1] not in rows
        if heading or (lifetime and one.subject in names) or one.kind == "scope_category_mismatch":
            yield one


def _pair(subject: str, found: Conflict, site: SiteEvidence) -> Match:
    one, other = found.one, found.other
    other_words = next((_one_line(quote) for quote in other.quotes()), None)
    beside = f": {other_words}" if other_words else ""
    return Match(
        subject=subject,
        fact=(f"{one.who} declares {clip(found.name)} {found.said}, {other.source} {found.said_too}{beside}."),
        site=site.url,
        category_declared=one.record.category,
        declaration=one.quoted() or other.quoted(),
        evidence=(*_refs(one, site), *_refs(other, site)),
        confidence=min(one.record.confidence, other.record.confidence),
    )


def _one_line(quote: Quote) -> str:
    """A passage within a sentence: the cells of a table are told apart by a stroke."""
    cells = (" ".join(cell.split()) for cell in quote.quote.split("\t"))
    return f'"{clip(" | ".join(cells), _QUOTED)}"'


def _refs(one: Declared[DeclaredCookie] | Declared[DeclaredService], site: SiteEvidence) -> tuple[EvidenceRef, ...]:
    if one.reading is not None:
        return (policy_ref(one.reading),)
    return visit_refs([visit for visit in site.good if visit.declared_by_cmp is not None][:1])


def _match(subject: str, one: Contradiction, reading: PolicyReading, site: SiteEvidence) -> Match:
    said = " / ".join(_one_line(quote) for quote in one.evidence[:2])
    return Match(
        subject=subject,
        fact=f"{clip(one.subject)}: {clip(one.note, _QUOTED)}. The policy says {said}.",
        site=site.url,
        declaration=quotation(one.evidence[0], reading),
        evidence=(policy_ref(reading),),
        confidence=0.75,
    )


RULE = Rule(
    id="contradictory_declaration",
    version=4,
    title="Declaration that contradicts itself",
    severity=Severity.MEDIUM,
    legal_basis=("Bollinger et al. 2022, no. 6",),
    needs=frozenset({Scenario.NO_CHOICE}),
    policy=PolicyNeed.SOME,
    check=check,
    fires_on=Example(
        text="The policy lists _ga as performance in one table and as strictly necessary in another.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_ga")),
            declaration(
                DisclosureLevel.COOKIE_LIST,
                cookies=(listed("_ga", Category.PERFORMANCE), listed("_ga", Category.STRICTLY_NECESSARY)),
            ),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="The policy lists _ga twice, once for 730 days and once for 24 months of 30 days.",
        evidence=lambda knowledge: evidence(
            visits(cookie("_ga")),
            declaration(
                DisclosureLevel.COOKIE_LIST,
                cookies=(
                    listed("_ga", duration=duration("fixed", 730 * DAY)),
                    listed("_ga", duration=duration("fixed", 720 * DAY)),
                ),
            ),
            knowledge=knowledge,
        ),
    ),
)

"""An unknown item that looks like a visitor's identifier, before the visitor has chosen anything.

No source knows these items, so nobody can say what they are for; that they recognise a visitor can be seen. The rule
fires for an item that no source knows, that held a value shaped like a unique identifier before any choice, and that
lives for more than 30 days (localStorage and IndexedDB do) or belongs or was sent to a third party. It rests on the
value's shape, so its severity is low and it is marked as heuristic.

Silent: items that any source knows, or whose name reads like a consent record, a session or protection against forged
requests; values that were the same in two fresh visits, which are settings and no identifiers; sessions and short-lived
items that stay with the site. Undecided: where the vendor declares the item as strictly necessary, since nothing that
can be seen from outside says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import DAY, cookie, evidence, visits
from auditor.model import Category, Cookie, Match, Party, Phase, Scenario, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._timing import is_declared_necessary
from auditor.rules._wording import appearance, item_refs, lifetime, what

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.observed import Item, Sighting

_LIMIT = 30 * DAY
_LASTING = frozenset({"local", "indexeddb"})
_FIRST_UNKNOWN_LAYER = 5


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per unknown identifier that was there before any choice."""
    return tuple(
        _answer(item, held, why, site)
        for site in case.sites
        for item in site.items
        if _unknown(item) and (held := _identifiers(item)) and (why := _reaches(item, held)) is not None
    )


def _unknown(item: Item) -> bool:
    """Whether no source knows an item. That its name suggests a purpose counts for it, and never against it."""
    known = item.classification
    needed = known.exempt or known.category is Category.STRICTLY_NECESSARY
    return known.layer >= _FIRST_UNKNOWN_LAYER and not needed and not item.own


def _identifiers(item: Item) -> tuple[Sighting, ...]:
    """The sightings of an identifier before any choice; none where independent visits got the same value."""
    if not item.identifier:
        return ()
    return tuple(sighting for sighting in item.seen_in(Phase.BEFORE_CHOICE) if sighting.record.value.identifier)


def _reaches(item: Item, held: tuple[Sighting, ...]) -> str | None:
    """Why an identifier matters: how long it lives, or to whom it goes; None where it does neither."""
    if item.kind in _LASTING:
        return "stays until it is deleted"
    lives = item.lifetime_seconds() or 0
    if lives > _LIMIT:
        return f"lives for {lifetime(lives)}"
    sent = any(isinstance(one.record, Cookie) and one.record.sent_to for one in held)
    return "is sent to a third party" if item.party is Party.THIRD and sent else None


def _answer(item: Item, held: tuple[Sighting, ...], why: str, site: SiteEvidence) -> Match | Doubt:
    if is_declared_necessary(item, site):
        reason = "it is declared as strictly necessary, and nothing seen from outside says otherwise"
        return Doubt(site=site.url, subject=item.subject, reason=reason)
    return Match(
        subject=item.subject,
        fact=(
            f"{what(item)}, which no source knows, {appearance(held[0])}, before any choice. Its value is shaped like "
            f"a unique identifier and {why}."
        ),
        site=site.url,
        phase=Phase.BEFORE_CHOICE,
        category_observed=Category.UNCLASSIFIED if item.category is Category.UNCLASSIFIED else None,
        service=item.service,
        evidence=item_refs(held),
        confidence=0.5,
    )


RULE = Rule(
    id="before_choice_identifier",
    version=1,
    title="Unknown identifier stored before any choice",
    severity=Severity.LOW,
    legal_basis=("ePrivacy Directive art. 5(3)", "Article 29 Working Party, Opinion 04/2012"),
    needs=frozenset({Scenario.NO_CHOICE}),
    collectors=frozenset({"cookies", "storage"}),
    check=check,
    heuristic=True,
    fires_on=Example(
        text="A cookie zq that no source knows holds 3f9a41c07be24d58a1f06c7d2e9b8354 for a year, before any choice.",
        evidence=lambda knowledge: evidence(
            visits(cookie("zq", value="3f9a41c07be24d58a1f06c7d2e9b8354")), knowledge=knowledge
        ),
    ),
    silent_on=Example(
        text="A cookie zq that no source knows holds the word dark for a year.",
        evidence=lambda knowledge: evidence(visits(cookie("zq", value="dark")), knowledge=knowledge),
    ),
)

"""Places of a policy that disagree with each other; each contradiction quotes both sides."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from auditor.model import Category, Contradiction, DeclaredParty
from auditor.policy.blocks import Block
from auditor.policy.services import sentence_purpose
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import DeclaredCategory, PolicyDeclaration, Quote
    from auditor.policy.context import Reading

FOLLOWING = 3
QUIET = (Category.STRICTLY_NECESSARY, Category.FUNCTIONAL)
LOUD = (Category.PERFORMANCE, Category.TARGETING)


def read_contradictions(reading: Reading, declaration: PolicyDeclaration) -> tuple[Contradiction, ...]:
    """Every contradiction that follows from the words of the policy, without outside knowledge."""
    found = chain(
        _scope_mismatches(reading, declaration),
        _party_conflicts(reading, declaration),
        _missing_promises(reading, declaration),
        _purpose_conflicts(reading, declaration),
    )
    unique = {(c.kind, c.subject): c for c in found}
    return tuple(unique.values())


def _scope_mismatches(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """A category is bound to one scope, yet described as working in another."""
    if len({category.scope_ids for category in declaration.categories}) < 2:
        return
    for category in declaration.categories:
        if len(category.evidence) < 2:
            continue
        described = category.evidence[-1]
        for scope in declaration.scopes:
            cues = reading.words.cues("scopes", scope.kind)
            if scope.id not in category.scope_ids and cues.first(fold(described.quote)):
                yield Contradiction(
                    kind="scope_category_mismatch",
                    subject=category.canonical.value,
                    note=f"the category is not declared for {scope.name}, yet its description speaks of it",
                    evidence=(category.evidence[0], described),
                )


def _party_conflicts(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """A category stands under a first-party heading, yet third parties set its cookies."""
    setters = {claim.subject_value: claim for claim in declaration.claims if claim.type == "third_party_sets"}
    for category in declaration.categories:
        claim = setters.get(category.canonical.value)
        heading = _party_heading(reading, category)
        if claim is None or heading is None or category.party is DeclaredParty.FIRST:
            continue
        if not any(q.start <= claim.evidence[0].start < q.end + 400 for q in category.evidence):
            continue
        if reading.words.cues("party_third").first(fold(claim.evidence[0].quote)):
            yield Contradiction(
                kind="party_conflict",
                subject=category.canonical.value,
                note="listed under first-party cookies, yet third parties may set them",
                evidence=(heading, claim.evidence[0]),
            )


def _party_heading(reading: Reading, category: DeclaredCategory) -> Quote | None:
    for _, block in reading.document.blocks():
        if block.kind == "heading" and block.view.text == category.heading:
            first = reading.words.cues("party_first").first(block.view.folded)
            return block.view.quote() if first else None
    return None


def _missing_promises(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """A list or a date that the text announces and does not give."""
    for sentence in reading.document.sentences:
        folded = sentence.view.folded
        if declaration.last_updated is None and reading.words.cues("updated_promised").first(folded):
            yield Contradiction(
                kind="promised_date_missing",
                subject="last_updated",
                note="the text refers to its date of change; it gives none",
                evidence=(sentence.view.quote(),),
            )
        promised = reading.words.cues("promised_third_parties").first(folded)
        if promised and not declaration.services and not declaration.cookies:
            yield Contradiction(
                kind="promised_list_missing",
                subject="third_parties",
                note="the text says that third parties are named; it names none",
                evidence=(sentence.view.quote(),),
            )
    if not declaration.cookies:
        yield from _empty_sections(reading)


def _empty_sections(reading: Reading) -> Iterator[Contradiction]:
    """A heading that asks which cookies are used, with nothing below it."""
    elements = reading.document.elements
    for place, block in reading.document.blocks():
        if block.kind != "heading" or not reading.words.cues("list_heading").first(block.view.folded):
            continue
        following = elements[place + 1] if place + 1 < len(elements) else None
        if following is None or (
            isinstance(following, Block) and following.kind == "heading" and following.level <= block.level
        ):
            yield Contradiction(
                kind="promised_list_missing",
                subject="cookie_list",
                note="the heading announces a list of cookies; nothing follows",
                evidence=(block.view.quote(),),
            )


def _purpose_conflicts(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Cookies limited to a quiet purpose in one sentence and given a louder one in the next."""
    sentences = reading.cookie_sentences
    for claim in declaration.claims:
        if claim.type != "purpose_limited" or claim.subject_value not in QUIET:
            continue
        at = next(n for n, s in enumerate(sentences) if s.view.quote() == claim.evidence[0])
        for sentence in sentences[at + 1 : at + 1 + FOLLOWING]:
            folded = sentence.view.folded
            also = reading.words.cues("also_used").first(folded)
            if also and sentence_purpose(reading, folded) in LOUD:
                yield Contradiction(
                    kind="category_purpose_conflict",
                    subject=str(claim.subject_value),
                    note="limited to a technical purpose, yet used for a further one",
                    evidence=(claim.evidence[0], sentence.view.quote()),
                )

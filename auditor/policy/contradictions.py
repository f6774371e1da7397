"""Places of a policy that disagree with each other, or with its own names; each contradiction quotes what it can.

What contradicts a claim is in `auditor.policy.claim_conflicts`, what only a table of cookies shows in
`auditor.policy.table_conflicts`.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category, Contradiction, DeclaredParty
from auditor.policy.blocks import Block, Table
from auditor.policy.claim_conflicts import claim_conflicts
from auditor.policy.claim_pairs import claim_pairs
from auditor.policy.frames import Statement, announces
from auditor.policy.prose_lifetimes import prose_lifetimes
from auditor.policy.purposes import sentence_purpose
from auditor.policy.row_conflicts import row_conflicts
from auditor.policy.table_conflicts import table_conflicts
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import DeclaredCategory, PolicyDeclaration, Quote
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading

FOLLOWING = 3
NEAR_QUOTE = 400
_PAGE = " .0123456789"
OF_ADS = ("ad_effect", "site_counting")
QUIET = (Category.STRICTLY_NECESSARY, Category.FUNCTIONAL)


def read_contradictions(
    reading: Reading, declaration: PolicyDeclaration, categories: Categories
) -> tuple[Contradiction, ...]:
    """Every contradiction, each kind and subject once."""
    found = chain(
        _scope_mismatches(reading, declaration),
        _party_conflicts(reading, declaration),
        _missing_promises(reading, declaration),
        _purpose_conflicts(reading, declaration),
        _counted_advertisements(reading, declaration),
        claim_conflicts(reading, declaration),
        claim_pairs(declaration),
        row_conflicts(declaration),
        table_conflicts(reading, declaration, categories),
        prose_lifetimes(reading, declaration),
    )
    unique: dict[tuple[str, str], Contradiction] = {}
    for contradiction in found:
        unique.setdefault((contradiction.kind, contradiction.subject), contradiction)
    return tuple(unique.values())


def _scope_mismatches(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """A category is bound to one scope by a sentence, yet described as working in another."""
    if len({category.scope_ids for category in declaration.categories}) < 2:
        return
    for category in declaration.categories:
        if len(category.evidence) < 2 or category.number is None:
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
        if not any(q.start <= claim.evidence[0].start < q.end + NEAR_QUOTE for q in category.evidence):
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
    named = bool(declaration.services or declaration.cookies)
    for sentence in reading.document.sentences:
        folded = sentence.view.folded
        said = Statement(reading.words, folded)
        dated = reading.words.cues("updated_promised").first(folded) or announces(said, "date")
        if declaration.last_updated is None and dated:
            yield Contradiction(
                kind="promised_date_missing",
                subject="last_updated",
                note="the text refers to its date of change; it gives none",
                evidence=(sentence.view.quote(),),
            )
        if not named and (
            reading.words.cues("promised_third_parties").first(folded) or announces(said, "third_parties")
        ):
            yield Contradiction(
                kind="promised_list_missing",
                subject="third_parties",
                note="the text says that third parties are named; it names none",
                evidence=(sentence.view.quote(),),
            )
        if not declaration.cookies and announces(said, "cookie_list") and not _is_followed(reading, sentence.place):
            yield Contradiction(
                kind="promised_list_missing",
                subject="cookie_list",
                note="the text announces a list of cookies; none follows",
                evidence=(sentence.view.quote(),),
            )
    if all(cookie.basis != "table" for cookie in declaration.cookies):
        yield from _empty_sections(reading, at_end=bool(declaration.cookies))


def _is_followed(reading: Reading, place: int) -> bool:
    """Does a list or a table stand after an element, or right before it?"""
    after = reading.document.elements[place + 1 :]
    if any(isinstance(element, Table) for element in reading.document.elements[max(0, place - 1) :]):
        return True
    return bool(after) and isinstance(after[0], Block) and after[0].kind == "item"


def _empty_sections(reading: Reading, *, at_end: bool) -> Iterator[Contradiction]:
    """A heading that asks which cookies are used, with nothing below it; ``at_end`` only where the text ends there."""
    elements = reading.document.elements
    last = {b.view.folded.strip(_PAGE): at for at, b in reading.document.blocks() if b.kind == "heading"}
    for place, block in reading.document.blocks():
        if last.get(block.view.folded.strip(_PAGE), place) > place:
            continue  # a line of the table of contents
        if block.kind != "heading" or not reading.words.cues("list_heading").first(block.view.folded):
            continue
        following = elements[place + 1] if place + 1 < len(elements) else None
        empty = isinstance(following, Block) and following.kind == "heading" and following.level <= block.level
        if following is None or (empty and not at_end):
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
        at = next((n for n, s in enumerate(sentences) if s.view.quote() == claim.evidence[0]), len(sentences))
        for sentence in sentences[at + 1 : at + 1 + FOLLOWING]:
            folded = sentence.view.folded
            also = reading.words.cues("also_used").first(folded)
            if also and sentence_purpose(reading, folded) in TRACKING:
                yield Contradiction(
                    kind="category_purpose_conflict",
                    subject=str(claim.subject_value),
                    note="limited to a technical purpose, yet used for a further one",
                    evidence=(claim.evidence[0], sentence.view.quote()),
                )


def _counted_advertisements(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Cookies named after performance that measure advertisements, and nothing of the site."""
    for category in declaration.categories:
        told = category.evidence[-1]
        if category.canonical is not Category.PERFORMANCE or category.in_use == "no" or not category.label:
            continue
        ads, counted = (reading.words.cues("concepts", name).first(fold(told.quote)) for name in OF_ADS)
        if ads is not None and counted is None and reading.labels.read(fold(category.label)) is not None:
            yield Contradiction(
                kind="category_purpose_conflict",
                subject=category.canonical.value,
                note=f"'{category.label}' cookies measure advertisements",
                evidence=(told,),
            )

"""Places of a policy that disagree with each other, or with its own names; each contradiction quotes what it can.

What only a table of cookies shows is in `auditor.policy.table_conflicts`.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from auditor.model import Category, Contradiction, DeclaredParty
from auditor.policy.blocks import Block
from auditor.policy.purposes import sentence_purpose
from auditor.policy.table_conflicts import table_conflicts
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import Claim, DeclaredCategory, DeclaredService, PolicyDeclaration, Quote
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading

FOLLOWING = 3
NEAR_QUOTE = 400
QUIET = (Category.STRICTLY_NECESSARY, Category.FUNCTIONAL)
LOUD = (Category.PERFORMANCE, Category.TARGETING)
OFTEN_OWN = ("Matomo", "Plausible", "Umami")  # tools that vendors run on their own servers


def read_contradictions(
    reading: Reading, declaration: PolicyDeclaration, categories: Categories
) -> tuple[Contradiction, ...]:
    """Every contradiction, each kind and subject once."""
    found = chain(
        _scope_mismatches(reading, declaration),
        _party_conflicts(reading, declaration),
        _missing_promises(reading, declaration),
        _purpose_conflicts(reading, declaration),
        _consent_conflicts(reading, declaration),
        _third_party_conflicts(reading, declaration),
        _denied_categories(declaration),
        table_conflicts(reading, declaration, categories),
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
        empty = isinstance(following, Block) and following.kind == "heading" and following.level <= block.level
        if following is None or empty:
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
            if also and sentence_purpose(reading, folded) in LOUD:
                yield Contradiction(
                    kind="category_purpose_conflict",
                    subject=str(claim.subject_value),
                    note="limited to a technical purpose, yet used for a further one",
                    evidence=(claim.evidence[0], sentence.view.quote()),
                )


def _consent_conflicts(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Consent is asked for, yet browsing on counts as consent, or a category beyond the necessary needs none."""
    asked = [c for c in declaration.claims if c.type == "consent_before_setting" and c.subject_kind == "document"]
    implied = next((c for c in declaration.consent if c.mechanism == "implied_consent"), None)
    if implied is not None and (conditional := _if_you_agree(reading, asked)):
        yield Contradiction(
            kind="consent_conflict",
            subject="consent",
            note="cookies wait for consent, yet going on browsing counts as consent",
            evidence=(conditional, implied.evidence[0]),
        )
    for category in declaration.categories:
        loose = category.consent == "not_required" and category.canonical is not Category.STRICTLY_NECESSARY
        if asked and loose and implied is None:
            yield Contradiction(
                kind="consent_conflict",
                subject=category.canonical.value,
                note="consent is asked for, yet this category needs none",
                evidence=(asked[0].evidence[0], category.evidence[-1]),
            )


def _if_you_agree(reading: Reading, asked: list[Claim]) -> Quote | None:
    if asked:
        return asked[0].evidence[0]
    for sentence in reading.cookie_sentences:
        if reading.words.cues("if_you_agree").first(sentence.view.folded):
            return sentence.view.quote()
    return None


def _third_party_conflicts(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Cookies are said to be the vendor's alone, yet third parties are named that measure or advertise."""
    alone = next((c for c in declaration.claims if c.type == "first_party_only" and c.subject_kind == "document"), None)
    if alone is None:
        return
    named = ((s.name, s.evidence[0]) for s in declaration.services if _sets_cookies(reading, s))
    listed = ((c.name, c.evidence[0]) for c in declaration.cookies if c.party is DeclaredParty.THIRD)
    for name, quote in chain(named, listed):
        yield Contradiction(
            kind="claim_conflict",
            subject="third_parties",
            note=f"cookies are said to be used by the vendor alone, yet {name} is named",
            evidence=(alone.evidence[0], quote),
        )
        return


def _sets_cookies(reading: Reading, service: DeclaredService) -> bool:
    """Is a service a third party's for measuring or advertising? Not one that vendors run, or that sets no cookies."""
    if service.party is not DeclaredParty.THIRD or service.category not in LOUD or service.name in OFTEN_OWN:
        return False
    return reading.words.cues("denies").first(fold(service.evidence[0].quote)) is None


def _denied_categories(declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """A category is said to be unused, or another one to be the only one, yet cookies of it are listed."""
    loud = [c for c in declaration.cookies if c.category in LOUD and c.category_basis == "stated"]
    for claim in declaration.claims:
        if claim.type not in ("category_unused", "only_category") or claim.strength != "absolute":
            continue
        only = claim.type == "only_category"
        found = [(c.name, c.evidence[0]) for c in loud if only or c.category == claim.subject_value]
        if not only:
            stated = (s for s in declaration.services if s.category == claim.subject_value and s.category_label)
            found += [(s.name, s.evidence[0]) for s in stated]
        if found and (not only or claim.subject_value == Category.STRICTLY_NECESSARY.value):
            yield Contradiction(
                kind="claim_conflict",
                subject=str(claim.subject_value),
                note=f"said to be {'the only one' if only else 'unused'}, yet {found[0][0]} is declared",
                evidence=(claim.evidence[0], found[0][1]),
            )

"""Claims of a policy that its own cookies, services, categories or other sentences contradict."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from auditor.model import TRACKING, Category, Contradiction, DeclaredParty
from auditor.policy.durations import read_duration
from auditor.policy.frames import Statement, announces
from auditor.policy.promises import promises
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import Claim, DeclaredCookie, DeclaredService, PolicyDeclaration, Quote
    from auditor.policy.context import Reading

OFTEN_OWN = ("Matomo", "Plausible", "Umami")  # tools that vendors run on their own servers
TOLERANCE = 1.05  # months and years have no exact length
DAY = 86_400
LASTING = ("fixed", "approx")


def claim_conflicts(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Every contradiction of a claim."""
    yield from _consent_conflicts(reading, declaration)
    yield from _third_party_conflicts(reading, declaration)
    yield from _sharing_conflicts(declaration)
    yield from _denied_categories(declaration)
    yield from _lifetime_conflicts(reading, declaration)
    yield from _table_title_mismatch(reading, declaration)


def _consent_conflicts(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Consent is asked for, yet browsing on counts as consent, or a category beyond the necessary needs none."""
    asked = [claim for claim in declaration.claims if claim.type == "consent_before_setting"]
    implied = next((c for c in declaration.consent if c.mechanism == "implied_consent"), None)
    conditional = (_if_you_agree(reading, asked) or _choice_of_banner(reading, declaration)) if implied else None
    if implied is not None and conditional is not None:
        yield Contradiction(
            kind="consent_conflict",
            subject="consent",
            note="cookies wait for consent, yet going on browsing counts as consent",
            evidence=(conditional, implied.evidence[0]),
        )
    elif implied is None:
        yield from _loose_categories(reading, declaration, asked)


def _loose_categories(reading: Reading, declaration: PolicyDeclaration, asked: list[Claim]) -> Iterator[Contradiction]:
    """Categories that need no consent, beside a sentence that asks for it for whatever is not necessary."""
    whole = next((c for c in asked if c.subject_kind == "document" and _beyond_necessary(reading, c)), None)
    separate = any(category.canonical is Category.STRICTLY_NECESSARY for category in declaration.categories)
    if whole is None or not separate:
        return
    loose = {c.canonical: c.evidence[-1] for c in declaration.categories if c.consent == "not_required"}
    free = (c for c in declaration.claims if c.type == "set_without_consent" and c.subject_kind == "category")
    loose = {Category(str(claim.subject_value)): claim.evidence[0] for claim in free} | loose
    for category, quote in loose.items():
        if category is not Category.STRICTLY_NECESSARY:
            yield Contradiction(
                kind="consent_conflict",
                subject=category.value,
                note="consent is asked for, yet this category needs none",
                evidence=(whole.evidence[0], quote),
            )


def _beyond_necessary(reading: Reading, claim: Claim) -> bool:
    """Does a claim speak of all that is not necessary? "Other cookies" may leave out more than the necessary ones."""
    return reading.words.cues("concepts", "beyond_necessary").first(fold(claim.evidence[0].quote)) is not None


def _if_you_agree(reading: Reading, asked: list[Claim]) -> Quote | None:
    if asked:
        whole = (claim for claim in asked if claim.subject_kind == "document")
        return next(whole, asked[0]).evidence[0]
    for sentence in reading.cookie_sentences:
        if reading.words.cues("if_you_agree").first(sentence.view.folded):
            return sentence.view.quote()
    return None


def _choice_of_banner(reading: Reading, declaration: PolicyDeclaration) -> Quote | None:
    """The sentence that lets visitors choose in a banner, rather than tell them that going on is consent."""
    quotes = {quote for one in declaration.consent if one.mechanism == "cookie_banner" for quote in one.evidence}
    told = promises(reading.words.language)
    for sentence in reading.document.sentences:
        if sentence.view.quote() not in quotes or any(told.says(sentence.view, by) for by in ("by_using", "going_on")):
            continue
        both = (told.says(sentence.view, one) for one in ("choice", "either", "opt_out"))
        if any(both) or reading.words.cues("grants", "reject").first(sentence.view.folded):
            return sentence.view.quote()
    return None


def _third_party_conflicts(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Cookies are said to be the vendor's alone, yet third parties are named that measure or advertise."""
    alone = _of_document(declaration, "first_party_only")
    if alone is None or reading.words.cues("concepts", "of_itself").first(fold(alone.evidence[0].quote)):
        return  # what a website sets itself leaves others theirs
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


def _of_document(declaration: PolicyDeclaration, kind: str) -> Claim | None:
    """The claim of a type that is about everything."""
    return next((c for c in declaration.claims if c.type == kind and c.subject_kind == "document"), None)


def _sets_cookies(reading: Reading, service: DeclaredService) -> bool:
    """Is a service a third party's for measuring or advertising? Not one that vendors run, or that sets no cookies."""
    if service.party is not DeclaredParty.THIRD or service.category not in TRACKING or service.name in OFTEN_OWN:
        return False
    return reading.words.cues("denies").first(fold(service.evidence[0].quote)) is None


def _sharing_conflicts(declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Data of cookies are said to be shared with nobody, and to be shared."""
    none, some = (
        next((c for c in declaration.claims if c.type == kind and c.subject_value is None), None)
        for kind in ("no_third_party_sharing", "shared_with_third_parties")
    )
    if none and some and none.strength == some.strength == "absolute":
        yield Contradiction(
            kind="claim_conflict",
            subject="third_parties",
            note="data are said to be shared with nobody, yet others get them",
            evidence=(none.evidence[0], some.evidence[0]),
        )


def _denied_categories(declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """A category is said to be unused, or another one to be the only one, yet cookies of it are listed."""
    loud = [c for c in declaration.cookies if c.category in TRACKING and c.category_basis == "stated"]
    for claim in declaration.claims:
        if claim.type not in ("category_unused", "only_category") or claim.strength != "absolute":
            continue
        only, places = claim.type == "only_category", set(claim.scope_ids)
        here = [c for c in loud if places.issuperset(c.scope_ids)]  # what the portal does without, the site may use
        found = [(c.name, c.evidence[0]) for c in here if only or c.category == claim.subject_value]
        if not only:
            stated = (s for s in declaration.services if s.category == claim.subject_value and s.category_label)
            found += [(s.name, s.evidence[0]) for s in stated if places.issuperset(s.scope_ids)]
        if found and (not only or claim.subject_value == Category.STRICTLY_NECESSARY.value):
            yield Contradiction(
                kind="claim_conflict",
                subject=str(claim.subject_value),
                note=f"said to be {'the only one' if only else 'unused'}, yet {found[0][0]} is declared",
                evidence=(claim.evidence[0], found[0][1]),
            )


def _lifetime_conflicts(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """No cookie is said to last longer than a time, or than the visit, yet one does."""
    for claim in declaration.claims:
        if claim.strength != "absolute" or claim.subject_kind != "document":
            continue
        longest = _longest(reading, claim)
        found = next((c for c in declaration.cookies if longest is not None and _lasts(c) > longest), None)
        if found is not None:
            yield Contradiction(
                kind="claim_conflict",
                subject=claim.type,
                note=f"no cookie is said to last so long, yet {found.name} does",
                evidence=(claim.evidence[0], found.evidence[0]),
            )


def _longest(reading: Reading, claim: Claim) -> float | None:
    """The seconds that a claim leaves to every cookie, None where it leaves out some or tells no time."""
    if claim.type == "session_only":
        return DAY
    quote = claim.evidence[0].quote
    if claim.type != "max_lifetime" or reading.words.cues("contrast").first(fold(quote)):
        return None
    stated = read_duration(quote, language=reading.words.language)
    return None if stated.seconds is None else stated.seconds * TOLERANCE


def _lasts(cookie: DeclaredCookie) -> int:
    duration = cookie.duration
    return duration.seconds or 0 if duration.kind in LASTING and cookie.storage == "cookie" else 0


def _table_title_mismatch(reading: Reading, declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Tables are announced as those of third parties' cookies, yet list the vendor's own, too."""
    own = [c for c in declaration.cookies if c.party is DeclaredParty.FIRST and c.basis == "table"]
    for sentence in reading.cookie_sentences if own else ():
        if not announces(Statement(reading.words, sentence.view.folded), "third_party_table"):
            continue
        if following := next((c for c in own if c.evidence[0].start > sentence.view.end), None):
            yield Contradiction(
                kind="table_title_mismatch",
                subject="third_parties",
                note=f"announced as cookies of third parties, yet {following.name} is the vendor's own",
                evidence=(sentence.view.quote(), following.evidence[0]),
            )
            return

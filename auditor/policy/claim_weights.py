"""Claims that say less than another one of the same document or sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    from auditor.model import Claim
    from auditor.policy.context import Reading

IN_DOCUMENT = {  # of the same subject
    "cross_site_tracking": "tracks_behaviour",
    "third_party_cookies_used": "third_party_sets",
}
IN_SENTENCE = {
    "withdrawal_possible": ("preferences_changeable", "reject_possible"),
    "preferences_changeable": ("reject_possible",),
    "purpose_limited": ("aggregated_only",),
}
"""What the first kind says includes the second: whoever is followed across sites is followed."""
ALIKE = ("anonymous_data", "no_personal_data")
BESIDE = 60


def without_lesser(
    reading: Reading, claims: Mapping[tuple[str, str, str | None], Claim], told: Set[tuple[str, int]]
) -> list[Claim]:
    """The claims, by their kind and subject, without those that another one of them includes.

    ``told`` are the kinds that each sentence claims, with where it begins: also what an earlier one has claimed.
    """
    quotes = {claim.evidence[0].start: claim.evidence[0].quote for claim in claims.values()}
    said = {one for one in told if one[0] != "withdrawal_possible" or not _changes(reading, quotes.get(one[1], ""))}
    anonymous = {(c.subject_value, c.evidence[0].start) for c in claims.values() if c.type == "anonymous_data"}
    lesser = {(IN_DOCUMENT[kind], subject, value) for kind, subject, value in claims if kind in IN_DOCUMENT}
    also = {(lesser_kind, start) for kind, start in said for lesser_kind in IN_SENTENCE.get(kind, ())}
    also |= {("withdrawal_possible", start) for _, start in told - said if ("preferences_changeable", start) in said}
    return [
        claim
        for key, claim in claims.items()
        if key not in lesser
        and not _is_anonymous_too(claim, anonymous)
        and ((claim.type, claim.evidence[0].start) not in also or _of_a_kind(claim))
    ]


def _of_a_kind(claim: Claim) -> bool:
    """Is it said of a category that it may be refused? That is more than that choices may be changed."""
    return claim.type == "reject_possible" and claim.subject_kind == "category"


def _changes(reading: Reading, quote: str) -> bool:
    """Does a sentence offer to change a choice or to withdraw it ("adjust your preferences or withdraw consent")?

    Who withdraws "by changing the settings" withdraws.
    """
    folded = fold(quote)
    change, withdraw = (reading.words.cues("concepts", name).first(folded) for name in ("change", "withdraw"))
    if change is None or withdraw is None or not change.end <= withdraw.start <= change.end + BESIDE:
        return False
    return reading.words.cues("joiner").first(folded[change.end : withdraw.start]) is not None


def _is_anonymous_too(claim: Claim, anonymous: set[tuple[str | None, int]]) -> bool:
    """Does a sentence call the data of a category both aggregated and anonymous, which says more?"""
    told = (claim.subject_value, claim.evidence[0].start)
    return claim.type == "aggregated_only" and claim.subject_kind == "category" and told in anonymous


def say_once(
    reading: Reading,
    claims: dict[tuple[str, str, str | None], Claim],
    again: Iterable[Claim],
    told: Set[tuple[str, int]],
) -> None:
    """Leaves one claim of a sentence that data identify nobody, where it does not also call them anonymous.

    Of the same claims that are made ``again``, the first of a sentence that makes no other one takes its place.
    """
    before = set(claims)
    _say_once(reading, claims)
    for claim in again:
        key, start = (claim.type, claim.subject_kind, claim.subject_value), claim.evidence[0].start
        if key in before and key not in claims and not {(kind, start) for kind in ALIKE} <= told:
            claims[key] = claim


def _say_once(reading: Reading, claims: dict[tuple[str, str, str | None], Claim]) -> None:
    said = {c.evidence[0].start: key for key, c in claims.items() if c.type == "no_personal_data"}
    for key, claim in list(claims.items()):
        bare = said.get(claim.evidence[0].start) if claim.type == "anonymous_data" else None
        folded = fold(claim.evidence[0].quote)
        if bare is None or reading.words.cues("concepts", "anonymous").first(folded):
            continue
        held = any(reading.words.cues("concepts", name).first(folded) for name in ("personal", "hold"))
        personal = bare[1] == "technology" or held
        claims.pop(key if personal else bare, None)

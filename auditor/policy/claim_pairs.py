"""Claims about one subject that exclude each other ("cannot be refused" here, "can be refused" there)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Contradiction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model import Claim, PolicyDeclaration

PAIRS = (
    ("always_active", "reject_possible", "opt_out_inconsistent"),
    ("consent_before_setting", "set_without_consent", "consent_conflict"),
    ("no_personal_data", "may_collect_personal_data", "claim_conflict"),
    ("no_personal_data", "identifies_user", "claim_conflict"),
    ("anonymous_data", "identifies_user", "claim_conflict"),
    ("no_cross_site_tracking", "cross_site_tracking", "claim_conflict"),
    ("first_party_only", "third_party_cookies_used", "claim_conflict"),
)
BESIDE = 3  # a comma between two clauses
THIRD_PARTIES = "first_party_only"


def claim_pairs(declaration: PolicyDeclaration) -> Iterator[Contradiction]:
    """Each pair of claims about the same subject in the same scopes, of which the first is absolute."""
    for first, second, kind in PAIRS:
        for one in _of(declaration, first):
            other = next((c for c in _of(declaration, second) if _same(one, c) and not _conceded(one, c)), None)
            if other is not None and one.strength == "absolute":
                yield Contradiction(
                    kind=kind,
                    subject="third_parties" if first == THIRD_PARTIES else one.subject_value or "cookies",
                    note=f"{first.replace('_', ' ')}, and {second.replace('_', ' ')}",
                    evidence=(one.evidence[0], other.evidence[0]),
                )


def _of(declaration: PolicyDeclaration, kind: str) -> Iterator[Claim]:
    return (claim for claim in declaration.claims if claim.type == kind)


def _same(one: Claim, other: Claim) -> bool:
    subject = (one.subject_kind, one.subject_value, set(one.scope_ids))
    return subject == (other.subject_kind, other.subject_value, set(other.scope_ids))


def _conceded(one: Claim, other: Claim) -> bool:
    """Does one sentence say both ("Although the data are anonymous, ...")? It knows what it sets against what."""
    first, second = sorted((one.evidence[0], other.evidence[0]), key=lambda quote: quote.start)
    return second.start - first.end <= BESIDE

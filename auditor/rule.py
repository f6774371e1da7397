"""What a rule is: a pure function from evidence to answers, with the facts that publish, test and explain it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.evidence import Evidence
    from auditor.model import Match, Scenario, Severity
    from auditor.observed import Knowledge

#: The legal bases that a rule may name (RULES.md, column "basis"); a test refuses any other.
LEGAL_BASES = frozenset(
    {
        "ePrivacy Directive art. 5(3)",
        "GDPR art. 4(11)",
        "GDPR art. 5(1)(a)",
        "GDPR art. 7",
        "GDPR art. 7(3)",
        "GDPR art. 12-13",
        "GDPR art. 13",
        "GDPR art. 13(1)(e)",
        "CJEU C-673/17 (Planet49)",
        "CJEU C-673/17 (Planet49), para. 81",
        "CNIL guidelines 2020",
        "CNIL SAN-2025-005",
        "CNIL SAN-2025-010",
        "CCPA regulations § 7025",
        "CPPA v. Honda (2025)",
        "EDPB Cookie Banner Taskforce, type A",
        "EDPB Cookie Banner Taskforce, type B",
        "EDPB Cookie Banner Taskforce, types C, D and E",
        "EDPB Cookie Banner Taskforce, type H",
        "EDPB Cookie Banner Taskforce, type I",
        "EDPB Cookie Banner Taskforce, type K",
        "EDPB Guidelines 05/2020",
        "EDPB Guidelines 2/2023",
        "IAB TCF 2.2",
        "IAB TCF policies",
        "ICO guidance on storage and access technologies",
        "Matte et al. 2020",
        "Bollinger et al. 2022, nos. 1-2",
        "Bollinger et al. 2022, no. 3",
        "Bollinger et al. 2022, no. 4",
        "Bollinger et al. 2022, no. 5",
        "Bollinger et al. 2022, no. 6",
        "Article 29 Working Party, Opinion 04/2012",
        "OWASP Session Management Cheat Sheet",
    }
)


class PolicyNeed(StrEnum):
    """How much of a vendor's policies a rule needs.

    ``none``: nothing. ``some``: it compares with what was read, and is undecided where a document stayed unread.
    ``whole``: it says that something is absent from the policy, so it claims nothing while a document is unread.
    """

    NONE = "none"
    SOME = "some"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A rule's third answer, about one subject: it cannot be decided. ``site`` None: a fact about the vendor."""

    site: str | None
    subject: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A small case that proves a rule: what it shows, in one sentence, and how its evidence is made."""

    text: str
    evidence: Callable[[Knowledge], Evidence]


def _always(_: Evidence) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    ``version`` is raised whenever the verdict on old evidence could change; ``severity`` is the highest, a match may
    carry its own. The engine, not the rule, compares the needs with what was seen: silence is an answer only where
    every scenario of ``needs`` has a visit that ended ``ok`` with none of ``collectors`` failed, the choice of every
    scenario in ``proven`` was proven (``needs`` or not, as soon as it was played), and the policies were read as
    ``policy`` asks. A match counts anyway, except that ``policy`` ``whole`` admits none while a document is unread.
    ``about_vendor``: the rule speaks of the vendor and not of its sites. ``heuristic``: it rests on shapes and rules of
    thumb, so its findings are hints to be looked at; they carry a low confidence. ``applies``: whether it is asked
    about a vendor at all; where it is not, nothing of it is undecided.
    """

    id: str
    version: int
    title: str
    severity: Severity
    legal_basis: tuple[str, ...]
    needs: frozenset[Scenario] = frozenset()
    proven: frozenset[Scenario] = frozenset()
    policy: PolicyNeed = PolicyNeed.NONE
    collectors: frozenset[str] = frozenset()
    about_vendor: bool = False
    heuristic: bool = False
    applies: Callable[[Evidence], bool] = _always
    check: Callable[[Evidence], tuple[Match | Doubt, ...]]
    fires_on: Example
    silent_on: Example

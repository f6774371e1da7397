"""No policy could be found.

The rule fires once per vendor when every address that was configured, linked, usual or listed in the sitemap answered
that there is no such document.

Silent: when at least one document was fetched. Undecided: when a server blocked, did not answer, refused, or failed,
since the policy may well be there; and when what came was too large, no text, empty, or a login page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import declaration, evidence, reading, visits
from auditor.model import EvidenceRef, Match, Outcome, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._wording import clip, listing

if TYPE_CHECKING:
    from auditor.evidence import Evidence


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """At most one answer: that no policy exists, or that this could not be found out."""
    if any(reading.declaration is not None for reading in case.readings):
        return ()
    if case.unread_policies:
        reason = "; ".join(dict.fromkeys(case.unread_policies))
        return (Doubt(site=None, subject="policy", reason=reason),)
    return (_match(case),)


def _match(case: Evidence) -> Match:
    addresses = [one.document.url or one.document.source for one in case.readings]
    addresses += [tried for one in case.readings for tried in one.document.tried]
    known = list(dict.fromkeys(address for address in addresses if address))
    tried = listing((clip(address, 200) for address in known), 8) or "every usual address"
    return Match(
        subject="policy",
        fact=f"No policy was found. Tried without success: {tried}.",
        evidence=tuple(EvidenceRef(kind="policy", url=address) for address in known[:8]),
    )


RULE = Rule(
    id="policy_missing",
    version=1,
    title="No policy could be found",
    severity=Severity.HIGH,
    legal_basis=("GDPR art. 12-13",),
    about_vendor=True,
    check=check,
    fires_on=Example(
        text="The configured address of the policy answers 404.",
        evidence=lambda knowledge: evidence(
            visits(), reading(outcome=Outcome.HTTP_ERROR, http_status=404), knowledge=knowledge
        ),
    ),
    silent_on=Example(
        text="A policy was fetched and read.",
        evidence=lambda knowledge: evidence(visits(), declaration(), knowledge=knowledge),
    ),
)

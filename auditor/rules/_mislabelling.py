"""The match that both rules on wrong labels make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Match, Severity
from auditor.observed import Item
from auditor.rules._wording import (
    appearance,
    clip,
    item_refs,
    service_in_words,
    service_refs,
    title_of,
    what,
    words,
)

if TYPE_CHECKING:
    from auditor.evidence import SiteEvidence
    from auditor.rules._labels import Mislabelled


def match_label(found: Mislabelled, site: SiteEvidence, severity: Severity | None = None) -> Match:
    """A match about an item or service and the heading under which it is declared."""
    seen, declared = found.seen, found.declared
    if isinstance(seen, Item):
        name, observed = what(seen), appearance(seen.sightings[0])
        service, refs = seen.service, item_refs(seen.sightings)
        confidence = seen.classification.confidence
    else:
        name, observed = title_of(seen), f"was observed: {service_in_words(seen)}"
        service, refs, confidence = seen.name, service_refs(seen), 0.8
    return Match(
        subject=seen.subject,
        fact=(
            f"{declared.who} declares {clip(declared.record.name)} as {words(found.said)}. "
            f"{name}, known as {words(found.known)}, {observed}."
        ),
        site=site.url,
        severity=severity,
        category_observed=found.known,
        category_declared=found.said,
        service=service,
        declaration=declared.quoted(),
        evidence=refs,
        confidence=min(confidence, declared.record.confidence),
    )

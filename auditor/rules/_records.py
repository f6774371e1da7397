"""What consent records of a visit said, phase by phase, decoded anew from what was stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.consent_strings import restate
from auditor.model import Category, ChoiceOutcome, Phase, Wanted
from auditor.rules._wording import listing, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.consent_strings import Decoded
    from auditor.evidence import SiteEvidence
    from auditor.model import Visit

#: Categories that a refusal refuses. Functional is left out where a record is held against a click: what a site calls
#: functional is commonly kept by "reject all", and that cannot be told from outside.
REFUSED = frozenset({Category.PERFORMANCE, Category.TARGETING})
NON_ESSENTIAL = REFUSED | {Category.FUNCTIONAL}

_PHASES = {
    Wanted.ACCEPT: Phase.AFTER_ACCEPT,
    Wanted.REJECT: Phase.AFTER_REJECT,
    Wanted.WITHDRAW: Phase.AFTER_WITHDRAWAL,
}
_NAMES = {
    "tcf": "the TC string",
    "gpp": "the GPP string",
    "gcs": "Google consent mode (gcs)",
    "gcd": "Google consent mode (gcd)",
    "consent_mode": "Google consent mode",
    "usprivacy": "the US Privacy string",
    "custom": "a consent record of the site's own",
}


def latest(visit: Visit, phase: Phase) -> tuple[Decoded, ...]:
    """What each kind of record said when it was last seen in a phase; unreadable ones are left out."""
    found: dict[str, Decoded] = {}
    for signal in visit.consent_signals:
        decoded = restate(signal.kind, signal.raw)
        if signal.phase is phase and decoded.error is None:
            found[signal.kind] = decoded
    return tuple(found.values())


def chosen(site: SiteEvidence) -> Iterable[tuple[Visit, Phase]]:
    """The good visits in which a choice was made, proven or not, each with the phase that follows it."""
    for visit in site.good:
        if visit.choice.outcome is ChoiceOutcome.DONE and visit.choice.wanted in _PHASES:
            yield visit, _PHASES[visit.choice.wanted]


def name_of(kind: str) -> str:
    """A kind of record in words."""
    return _NAMES.get(kind, f"the record of {kind.replace('_', ' ')}")


def categories_in_words(categories: Iterable[Category]) -> str:
    """Categories in words, in their own order."""
    given = set(categories)
    return listing(words(category) for category in Category if category in given)

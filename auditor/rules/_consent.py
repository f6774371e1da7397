"""Signs that a site has, or may have, some way to consent or to refuse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.consent_strings import record_kind
from auditor.model import ChoiceOutcome, Party, Scenario, Wanted
from auditor.services import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.evidence import SiteEvidence
    from auditor.model import ConsentSignal, Visit
    from auditor.observed import Item

#: What became of a choice on a page that has a banner or control to make it with.
_MET_A_BANNER = frozenset({ChoiceOutcome.DONE, ChoiceOutcome.NO_ACCEPT, ChoiceOutcome.NO_REJECT})

_SUBJECT = r"cookie|consent|privacy|datenschutz|tracking|voorkeuren|confidentialité|privacidad|prywatno"
_ACTION = (
    r"setting|preference|choice|manage|customi[sz]e|options|consent|einstellung|präferenz|verwalten|auswahl|"
    r"instelling|voorkeur|beheer|toestemming|wijzig|paramètre|préférence|gérer|gestion|personnaliser|choix|"
    r"configura|preferenci|ajuste|gestionar|consentimiento|impostazion|preferenz|gestisci|consenso|"
    r"preferênci|definiç|gerir|ustawieni|preferencj|zgod|zarządz|inställning|indstilling|innstilling|"
    r"samtycke|samtykke|asetu|evästeet|nastaven|nastavitv|postavk|setări|beállítás|ρυθμίσεις|настройк|revoke|"
    r"withdraw|widerruf|retirer|revoca|intrekken"
)
#: What Google's tags were told, by a page's commands or in their own requests.
_TOLD_TO_GOOGLE = frozenset({"consent_mode", "gcs", "gcd"})
#: A control for cookie preferences, by its text (at most 120 characters): names the subject and an action.
_PREFERENCES = (re.compile(_SUBJECT, re.IGNORECASE), re.compile(_ACTION, re.IGNORECASE))
_FIND_FAILED = re.compile(r"(?:^(?:failed|partial): |; )find: ")
_OPT_OUT = re.compile(r"do not (sell|share)|opt[- ]?out|your privacy choices", re.IGNORECASE)


def has_mechanism(site: SiteEvidence) -> bool:
    """Whether any good visit showed a banner, a consent tool, a consent record, or a control for preferences."""
    calls_tool = any(call.classification.role == "consent" for call in site.calls)
    return calls_tool or any(map(_is_record, site.items)) or any(map(_shows_mechanism, site.good))


def _is_record(item: Item) -> bool:
    """Whether an item is the site's own consent record; that of an embedded third party is about the third party."""
    known = item.classification.role == "consent_record" or record_kind(item.name) is not None
    return known and item.party is Party.FIRST


def is_preference_control(text: str) -> bool:
    """Whether a link or button reads like one that opens cookie preferences or an opt-out."""
    return bool(_OPT_OUT.search(text)) or all(pattern.search(text) for pattern in _PREFERENCES)


def says(text: str, labels: Sequence[str]) -> bool:
    """Whether a control's text has the words of one of the labels, whole."""
    wanted = filter(None, map(fold, labels))
    return any(f" {words} " in f" {fold(text)} " for words in wanted)


def detection_failed(site: SiteEvidence) -> str | None:
    """Why a banner or control may have been there unseen; None where an untouched visit looked for both."""
    for visit in site.good:
        if visit.choice.outcome is ChoiceOutcome.FAILED:
            return f"a choice was tried in the visit {visit.scenario} and failed"
    if any(_looked(visit) for visit in site.played(Scenario.NO_CHOICE)):
        return None
    return "no untouched visit could look for a banner and for controls"


def _looked(visit: Visit) -> bool:
    """Whether a visit looked for a banner and for controls to the end.

    The coverage of ``consent`` lists the parts that had trouble (``find: ...; rules: ...``). Looking is the part
    ``find``: a missing rule package or a click that went wrong leave it as it is.
    """
    collectors = visit.coverage.collectors
    return not _FIND_FAILED.search(collectors.get("consent", "ok")) and not collectors.get("controls", "ok").startswith(
        "failed"
    )


def _shows_mechanism(visit: Visit) -> bool:
    met = visit.choice.wanted is not Wanted.NONE and visit.choice.outcome in _MET_A_BANNER
    return bool(
        met
        or visit.banner is not None
        or visit.declared_by_cmp is not None
        or any(map(_shows_choice, visit.consent_signals))
        or any(is_preference_control(control.text) for control in visit.controls)
    )


def _shows_choice(signal: ConsentSignal) -> bool:
    """Whether a record comes from something to choose with.

    Google's tags say what they were told even where nobody can choose; only what is withheld shows that somebody might.
    """
    return signal.kind not in _TOLD_TO_GOOGLE or bool(signal.denied)

"""The refusal is there beside the acceptance, and is clearly harder to see.

The rule fires once per site where both choices stand on the same layer and the refusal is a bare text link beside an
accept button, or is clearly weaker by one of these rules of thumb, measured as the browser renders them: its text has
a contrast below 3 where the other has 4.5 or more; its text is smaller than 80 % of the other's; its area is below half
of the other's while its words are not much shorter.

Silent: two buttons in different colours, or one filled and one with a frame, that can be read equally well; choices on
different layers (see reject_needs_more_clicks). Undecided: a refusal whose look could not be measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.examples import banner, evidence, look, visit
from auditor.model import Match, Prominence, Scenario, Severity
from auditor.rule import Example, Rule
from auditor.rules._wording import clip, listing, visit_refs

if TYPE_CHECKING:
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import ControlLook, Visit

READABLE = 4.5
"""WCAG 2 contrast of text that is easily read (success criterion 1.4.3)."""
WEAK = 3.0
"""WCAG 2 contrast below which text of any size counts as hard to read."""
FILLED = 1.2
"""Contrast of a background against its surroundings from which it looks like a surface of its own."""
SMALLER = 0.8
HALF = 0.5
_SHORTER = 0.6


def check(case: Evidence) -> tuple[Match, ...]:
    """At most one match per site."""
    return tuple(match for site in case.sites if (match := _answer(site)) is not None)


def _answer(site: SiteEvidence) -> Match | None:
    for seen in site.good:
        if seen.banner is None or seen.banner.prominence is None:
            continue
        accept, reject = seen.banner.prominence.accept, seen.banner.prominence.reject
        if accept is not None and reject is not None and accept.layer == reject.layer:
            weaker = _weaknesses(accept, reject)
            return _match(site, seen, reject, weaker) if weaker else None
    return None


def _weaknesses(accept: ControlLook, reject: ControlLook) -> list[str]:
    found = []
    if _is_surface(accept) and not _is_surface(reject):
        found.append("is a bare text link beside a button")
    contrasts = (reject.contrast or READABLE, accept.contrast or 0.0)
    if contrasts[0] < WEAK and contrasts[1] >= READABLE:
        found.append(f"has a text contrast of {contrasts[0]:.1f} against {contrasts[1]:.1f}")
    if reject.font_px < SMALLER * accept.font_px:
        found.append(f"has text of {reject.font_px:g} px against {accept.font_px:g} px")
    if _area(reject) < HALF * _area(accept) and len(reject.text) >= _SHORTER * len(accept.text):
        found.append(f"covers {_area(reject):.0f} against {_area(accept):.0f} square pixels")
    return found


def _is_surface(look: ControlLook) -> bool:
    """Whether a control looks like a button: a background of its own, or a frame."""
    return look.bordered or (look.fill is not None and look.fill >= FILLED)


def _area(look: ControlLook) -> float:
    return look.box[2] * look.box[3]


def _match(site: SiteEvidence, visit: Visit, reject: ControlLook, weaker: list[str]) -> Match:
    return Match(
        subject="banner",
        fact=f'The refusal "{clip(reject.text, 40)}" {listing(weaker)} (layer {reject.layer}).',
        site=site.url,
        evidence=visit_refs([visit], "banner"),
        confidence=0.7,
    )


RULE = Rule(
    id="reject_less_prominent",
    version=1,
    title="Refusal less prominent than acceptance",
    severity=Severity.LOW,
    legal_basis=("EDPB Cookie Banner Taskforce, types C, D and E",),
    needs=frozenset({Scenario.NO_CHOICE}),
    check=check,
    fires_on=Example(
        text="A filled button accepts; beside it, a text link refuses.",
        evidence=lambda knowledge: evidence(
            [
                visit(
                    banner=banner(
                        prominence=Prominence(
                            accept=look("Accept all"), reject=look("Reject all", element="a", fill=1.0), distance=90.0
                        )
                    )
                )
            ],
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="A blue button accepts and a grey one of the same size refuses; both can be read well.",
        evidence=lambda knowledge: evidence(
            [
                visit(
                    banner=banner(
                        prominence=Prominence(
                            accept=look("Accept all", fill=5.2), reject=look("Reject all", fill=1.4), distance=120.0
                        )
                    )
                )
            ],
            knowledge=knowledge,
        ),
    ),
)

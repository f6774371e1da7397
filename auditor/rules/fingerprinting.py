"""A browser that is told apart by its canvas, graphics, sound or fonts, without consent.

Reading such traits from a visitor's device to recognise it needs consent like storing on it. The rule fires once per
script's owner that, before any choice or after a proven refusal or withdrawal, let one script do one of these:

- sound: render an oscillator offline and read its samples or compress it;
- fonts: measure text in 50 fonts or more;
- two of: draw text on a canvas twice or more and take the picture out; ask the graphics card for its name; sound;
  fonts, also by the sizes of 100 elements with a font of their own or by asking for the fonts that are installed;
- the canvas alone, where the script is a third party's.

It counts calls and cannot see what becomes of them, so it is marked as heuristic. Silent: less than that; protection
against bots and fraud, captchas and payment; what happens after consent only. Undecided: the canvas alone by a script
of the site itself, which may test for emoji; and what an unproven refusal was followed by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.domains import host_of, same_site
from auditor.evidence import REFUSALS
from auditor.examples import api, evidence, visits
from auditor.model import EvidenceRef, Match, Phase, Scenario, Severity
from auditor.rule import Doubt, Example, Rule
from auditor.rules._fingerprints import CANVAS, ENOUGH, ways
from auditor.rules._wording import WHEN, clip, listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import ApiCall, Classification, Visit

_HARMLESS = frozenset({"security", "payment", "consent"})
_PHASES = (Phase.BEFORE_CHOICE, *(phase for phase, _ in REFUSALS))
Seen = tuple["Visit", str, tuple[str, ...]]


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """One answer per script's owner and phase without consent."""
    return tuple(answer for site in case.sites for phase in _PHASES for answer in _in_phase(site, phase))


def _in_phase(site: SiteEvidence, phase: Phase) -> Iterator[Match | Doubt]:
    found: dict[str, list[Seen]] = {}
    known: dict[str, Classification] = {}
    for visit in site.good:
        for script, told in _scripts(visit, phase).items():
            classification = site.declared.knowledge.url(script, site=site.url)
            if told and not _harmless(classification):
                subject = _subject(script, classification)
                known[subject] = classification
                found.setdefault(subject, []).append((visit, script, told))
    for subject in sorted(found):
        answer = _answer(subject, found[subject], known[subject], site, phase)
        if answer is not None:
            yield answer


def _scripts(visit: Visit, phase: Phase) -> dict[str, tuple[str, ...]]:
    """The ways of each script of a visit in a phase, by its address."""
    calls: dict[str, list[ApiCall]] = {}
    for call in visit.api_calls:
        if call.phase is phase and call.script is not None and host_of(call.script) is not None:
            calls.setdefault(call.script, []).append(call)
    return {script: ways(calls[script]) for script in sorted(calls)}


def _harmless(known: Classification) -> bool:
    return known.exempt or known.role in _HARMLESS


def _subject(script: str, known: Classification) -> str:
    return f"service:{known.service}" if known.service else f"host:{host_of(script)}"


def _answer(
    subject: str, found: list[Seen], known: Classification, site: SiteEvidence, phase: Phase
) -> Match | Doubt | None:
    enough = [seen for seen in found if _is_enough(seen, site)]
    scenario = dict(REFUSALS).get(phase)
    sure = [seen for seen in enough if scenario is None or seen[0] in site.proven(scenario)]
    if sure:
        return _match(subject, sure, known, site, phase)
    if enough:
        reason = f"seen in the phase {phase} of a visit whose choice is not proven"
    elif any(told == (CANVAS,) for _, _, told in found):
        reason = "a script of the site draws text and reads the picture back, which may be a test for emoji"
    else:
        return None
    return Doubt(site=site.url, subject=subject, reason=reason)


def _is_enough(seen: Seen, site: SiteEvidence) -> bool:
    _, script, told = seen
    alone = told == (CANVAS,) and not same_site(script, site.url)
    return alone or len(told) > 1 or not ENOUGH.isdisjoint(told)


def _match(subject: str, found: list[Seen], known: Classification, site: SiteEvidence, phase: Phase) -> Match:
    told = sorted({way for _, _, each in found for way in each})
    scripts = listing(clip(script, 200) for _, script, _ in found)
    return Match(
        subject=subject,
        fact=f"{scripts} read back what tells browsers apart ({listing(told, len(told))}), {WHEN[phase]}.",
        site=site.url,
        phase=phase,
        category_observed=known.category,
        service=known.service,
        evidence=tuple(EvidenceRef(kind="visit", visit=visit.id, url=script) for visit, script, _ in found[:3]),
        confidence=0.65 if told != [CANVAS] else 0.5,
    )


RULE = Rule(
    id="fingerprinting",
    version=1,
    title="Browser told apart by its traits without consent",
    severity=Severity.HIGH,
    legal_basis=("EDPB Guidelines 2/2023",),
    needs=frozenset({Scenario.NO_CHOICE}),
    collectors=frozenset({"api_calls"}),
    check=check,
    heuristic=True,
    fires_on=Example(
        text="Before any choice a script draws text on a canvas, takes the picture out and asks for the graphics card.",
        evidence=lambda knowledge: evidence(
            visits(
                api("canvas.fillText", count=2),
                api("canvas.toDataURL"),
                api("webgl.getParameter:UNMASKED_RENDERER_WEBGL"),
            ),
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text="A chart draws its labels on a canvas and reads nothing back.",
        evidence=lambda knowledge: evidence(visits(api("canvas.fillText", count=40)), knowledge=knowledge),
    ),
)

"""The consent record says something else than what the visitor clicked.

The rule fires once per site and choice where a click was made and the record that was last seen afterwards
contradicts it: after a refusal or a withdrawal it grants performance or targeting (a service that is locked as
"required" is granted too), after an acceptance it denies all that it names. Functional purposes count after a refusal
where the same record denied them before the click: what refusing switches on was no purpose that is always on. Records
are TC and GPP strings, the cookies and storage entries of consent tools, hand-made records where they read plainly, the
consent tools' own interfaces, and what Google's tags were told (`gcs`, consent mode). The click need not be proven:
that the record contradicts it is the point.

Silent: records that say that nobody has answered yet; what was recorded before the click and has changed since. After
a "do not sell or share" only targeting counts. Undecided: a record that keeps functional purposes after a refusal and
never denied them, since those are commonly counted as necessary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.evidence import is_opt_out
from auditor.examples import choice, evidence, signal, visit
from auditor.model import Category, Match, Phase, Scenario, Severity, Wanted
from auditor.rule import Doubt, Example, Rule
from auditor.rules._records import REFUSED, categories_in_words, chosen, latest, name_of
from auditor.rules._wording import clip, listing, visit_refs, words

if TYPE_CHECKING:
    from auditor.consent_strings import Decoded
    from auditor.evidence import Evidence, SiteEvidence
    from auditor.model import Visit

#: Records that speak of one use only, or of what one company was told: after an acceptance they may well deny.
_PARTIAL = frozenset({"gcs", "gcd", "consent_mode", "usprivacy", "gpp"})
_OPT_OUTS = frozenset({"usprivacy", "gpp"})
_CHOICES = {
    Phase.AFTER_ACCEPT: "accepting",
    Phase.AFTER_REJECT: "refusing",
    Phase.AFTER_WITHDRAWAL: "withdrawing",
}


def check(case: Evidence) -> tuple[Match | Doubt, ...]:
    """At most one answer per site and kind of choice."""
    return tuple(answer for site in case.sites for phase in _CHOICES if (answer := _answer(site, phase)) is not None)


def _answer(site: SiteEvidence, phase: Phase) -> Match | Doubt | None:
    made = [visit for visit, after in chosen(site) if after is phase]
    wrong = [(visit, found) for visit in made if (found := _contradictions(visit, phase))]
    if wrong:
        return _match(site, phase, *wrong[0])
    if phase is not Phase.AFTER_ACCEPT and any(_functional_only(visit, phase) for visit in made):
        return Doubt(
            site=site.url,
            subject="banner",
            reason="after a refusal the consent record keeps functional purposes, which may be counted as necessary",
        )
    return None


def _contradictions(visit: Visit, phase: Phase) -> list[Decoded]:
    judge = _denies_all if visit.choice.wanted is Wanted.ACCEPT else _grants
    return [said for said in latest(visit, phase) if said.answered is not False and judge(said, visit)]


def _grants(said: Decoded, visit: Visit) -> bool:
    if is_opt_out(visit):
        still_sold = said.kind in _OPT_OUTS and any(given for key, given in said.items if "sale" in key)
        return still_sold or Category.TARGETING in said.granted
    return bool(said.locked or REFUSED & set(said.granted)) or _switched_on(said, visit)


def _switched_on(said: Decoded, visit: Visit) -> bool:
    """Whether a consent tool's record grants functional purposes that it denied before the click."""
    if said.kind in _PARTIAL or Category.FUNCTIONAL not in said.granted:
        return False
    given = {key for key, yes in said.items if yes}
    before = [one for one in latest(visit, Phase.BEFORE_CHOICE) if one.kind == said.kind]
    off = [one for one in before if Category.FUNCTIONAL in one.denied and Category.FUNCTIONAL not in one.granted]
    return any(key in given for one in off for key, yes in one.items if not yes)


def _denies_all(said: Decoded, visit: Visit) -> bool:
    if said.kind in _PARTIAL or visit.choice.method == "acknowledge":
        return False
    return not REFUSED & set(said.granted) and bool(REFUSED & set(said.denied))


def _functional_only(visit: Visit, phase: Phase) -> bool:
    return any(
        said.answered is not False and Category.FUNCTIONAL in said.granted and not is_opt_out(visit)
        for said in latest(visit, phase)
    )


def _said(said: Decoded, phase: Phase) -> str:
    if phase is Phase.AFTER_ACCEPT:
        return f"denies {categories_in_words(REFUSED & set(said.denied))}"
    granted = REFUSED & set(said.granted)
    if granted:
        return f"grants {categories_in_words(granted)}"
    if said.locked:
        return f"holds {listing(f'{clip(name, 40)} ({words(category)})' for name, category in said.locked)} as required"
    if said.kind not in _PARTIAL and Category.FUNCTIONAL in said.granted:
        return f"grants {words(Category.FUNCTIONAL)}, which it denied before"
    return "says that the sale of data goes on"


def _match(site: SiteEvidence, phase: Phase, visit: Visit, found: list[Decoded]) -> Match:
    parts = [f"{name_of(said.kind)} {_said(said, phase)}" for said in found]
    clicks = listing(f'"{clip(text, 40)}"' for text in visit.choice.clicks)
    clicked = f" with {clicks}" if clicks else ""
    return Match(
        subject="banner",
        fact=f"After {_CHOICES[phase]}{clicked}, {listing(parts)} (scenario {visit.scenario}).",
        site=site.url,
        phase=phase,
        evidence=visit_refs([visit], "banner"),
        confidence=0.9 if any(said.kind != "custom" for said in found) else 0.75,
    )


RULE = Rule(
    id="choice_recorded_wrong",
    version=3,
    title="Consent record contradicts the click",
    severity=Severity.CRITICAL,
    legal_basis=("Matte et al. 2020", "IAB TCF policies"),
    needs=frozenset({Scenario.REJECT_ALL}),
    check=check,
    fires_on=Example(
        text='After "Reject all", OneTrust\'s record still grants the groups for performance and targeting.',
        evidence=lambda knowledge: evidence(
            [
                visit(
                    Scenario.REJECT_ALL,
                    choice=choice(Scenario.REJECT_ALL, proven=False),
                    consent_signals=(signal("onetrust", "groups=C0001:1,C0002:1,C0004:1", Phase.AFTER_REJECT),),
                )
            ],
            knowledge=knowledge,
        ),
    ),
    silent_on=Example(
        text='After "Reject all", OneTrust\'s record keeps the necessary group only.',
        evidence=lambda knowledge: evidence(
            [
                visit(
                    Scenario.REJECT_ALL,
                    consent_signals=(signal("onetrust", "groups=C0001:1,C0002:0,C0004:0", Phase.AFTER_REJECT),),
                )
            ],
            knowledge=knowledge,
        ),
    ),
)

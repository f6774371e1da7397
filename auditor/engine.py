"""The engine: evidence and rules in, a judgement out.

Pure and deterministic: the same case file and the same version of the tool give the same audit, byte for byte. Every
rule has one of three answers about every site and subject: a finding, silence, or *undecided* with its reason. Silence
is only left where the rule's needs were met, so that "no finding" never means "not looked".
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from auditor.digest import covers
from auditor.evidence import Evidence, gather, is_by_program, is_proven
from auditor.inventory import observed_items
from auditor.model import Audit, Finding, Match, Outcome, Phase, PolicyError, Severity, Undecided
from auditor.policy.read import read_policy
from auditor.policy.wording import languages
from auditor.readings import PolicyReading, why_unread
from auditor.rule import Doubt, PolicyNeed
from auditor.rules import all_rules, rule_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.evidence import SiteEvidence
    from auditor.model import CaseFile, PolicyDeclaration, PolicyDocument, Scenario, Vendor, Visit
    from auditor.observed import Knowledge
    from auditor.rule import Rule

__all__ = ["audit", "fingerprint", "judge", "judge_case", "read_documents", "rule_facts"]

#: What a fingerprint calls the phase: findings about no phase in particular share ``none``.
_PHASE_CLASSES = {
    None: "none",
    Phase.BEFORE_CHOICE: "before",
    Phase.AFTER_ACCEPT: "after_accept",
    Phase.AFTER_REJECT: "after_reject",
    Phase.AFTER_WITHDRAWAL: "after_withdrawal",
}
_SEVERITIES = tuple(Severity)
#: The collectors that every version had: a record that names them names all that its version had.
_FIRST_COLLECTORS = frozenset({"cookies", "requests", "storage"})


def audit(case: CaseFile, classifier: Knowledge) -> Audit:
    """Judge everything that a run stored about one vendor.

    Args:
        case: the run, the vendor, its visits and its policy documents.
        classifier: ``auditor.classify.bundled()``, or another that knows more.

    Returns:
        Findings, most severe first; what could not be decided; the observed items beside what declares them; and the
        declarations of the policies that were read.
    """
    evidence = _evidence(case, classifier)
    findings, undecided = judge(evidence)
    findings = counted(findings, case, classifier)
    return Audit(
        vendor=case.vendor.id,
        run=case.run.id,
        sites_seen=tuple(site.url for site in evidence.sites if site.good),
        findings=findings,
        undecided=undecided,
        items=observed_items(evidence),
        declarations=tuple(one.declaration for one in evidence.readings if one.declaration is not None),
    )


def judge_case(case: CaseFile, classifier: Knowledge) -> tuple[tuple[Finding, ...], tuple[Undecided, ...]]:
    """The verdicts of :func:`audit` alone: findings and what is undecided."""
    return judge(_evidence(case, classifier))


def counted(findings: tuple[Finding, ...], case: CaseFile, classifier: Knowledge) -> tuple[Finding, ...]:
    """The findings with how often they were seen: each repetition of the run is judged by itself.

    What only some of them show is said to be so, and is less certain; a repetition that could not decide it does not
    count. With one repetition there is nothing to count.
    """
    numbers = sorted({visit.repetition for visit in case.visits})
    if len(numbers) < 2:
        return findings
    parts = [
        replace(case, visits=tuple(visit for visit in case.visits if visit.repetition == number)) for number in numbers
    ]
    answers = [judge_case(part, classifier) for part in parts]
    seen = [frozenset(one.fingerprint for one in found) for found, _ in answers]
    return tuple(
        _counted(
            finding,
            hits=sum(finding.fingerprint in marks for marks in seen),
            misses=sum(
                finding.fingerprint not in marks and not any(covers(question, finding) for question in questions)
                for marks, (_, questions) in zip(seen, answers, strict=True)
            ),
        )
        for finding in findings
    )


def _counted(finding: Finding, *, hits: int, misses: int) -> Finding:
    """A finding that all repetitions together show was seen once at least."""
    hits = max(hits, 1)
    total = hits + misses
    certain = finding.confidence * (1 + hits / total) / 2
    return replace(
        finding,
        fact=f"{finding.fact} Seen in {hits} of {total} repetitions.",
        confidence=round(certain, 2),
        visits_hit=hits,
        visits_total=total,
    )


def _evidence(case: CaseFile, classifier: Knowledge) -> Evidence:
    return gather(case.vendor, case.visits, read_documents(case.policies, case.vendor), classifier)


# ------------------------------------------------------------------------------------------ policies


def read_documents(documents: tuple[PolicyDocument, ...], vendor: Vendor) -> tuple[PolicyReading, ...]:
    """Each policy document with what it declares, or why that is not known. Never raises PolicyError."""
    return tuple(_read(document, vendor) for document in documents)


def _read(document: PolicyDocument, vendor: Vendor) -> PolicyReading:
    reason = why_unread(document)
    if reason is not None or document.outcome is not Outcome.OK:
        return PolicyReading(document, unread=reason)
    if document.content is None:
        return PolicyReading(
            document, unread=f"the policy at {document.source} was fetched, and its text is not stored"
        )
    try:
        declaration = _declared(
            read_policy, document.content, _file_name(document), document.url, document.content_type, vendor.name
        )
    except PolicyError as error:
        return PolicyReading(document, unread=why_unread(replace(document, problem=error.problem)))
    except Exception as error:  # noqa: BLE001 (a reader is a plugin: one document must not end the audit of a vendor)
        reason = f"the reader failed on the policy at {document.source} ({type(error).__name__})"
        return PolicyReading(document, unread=reason)
    language = declaration.document.language
    known = language.split("-", 1)[0] in languages()
    strange = f"the policy at {document.source} is written in a language that is not read yet ({language})"
    return PolicyReading(document, declaration, unread=None if known else strange)


@lru_cache(maxsize=64)
def _declared(
    reader: Callable[..., PolicyDeclaration],
    content: bytes,
    name: str | None,
    url: str | None,
    content_type: str | None,
    vendor: str,
) -> PolicyDeclaration:
    """What a document declares; the same one is judged in several runs, and again for what changed between them."""
    return reader(content, name=name, url=url, content_type=content_type, vendor=vendor)


def _file_name(document: PolicyDocument) -> str | None:
    is_file = document.url is None and document.source is not None
    return document.source.rsplit("/", 1)[-1] if is_file and document.source else None


# ------------------------------------------------------------------------------------------ judgement


def judge(
    evidence: Evidence, rules: tuple[Rule, ...] | None = None
) -> tuple[tuple[Finding, ...], tuple[Undecided, ...]]:
    """The answers of all rules, or of the given ones: findings (most severe first) and what is undecided, in order."""
    findings: list[Finding] = []
    undecided: list[Undecided] = []
    for rule in all_rules() if rules is None else rules:
        answers = _answers(rule, evidence)
        open_questions = tuple(_open_questions(rule, evidence))
        if not (rule.policy is PolicyNeed.WHOLE and evidence.unread_policies):
            findings += [_finding(rule, one, evidence.vendor.id) for one in answers if isinstance(one, Match)]
            doubts = [one for one in answers if isinstance(one, Doubt)]
            open_questions += tuple(doubts)
        undecided += [_undecided(rule, doubt, evidence.vendor.id) for doubt in open_questions]
    return tuple(sorted(findings, key=_finding_order)), tuple(sorted(set(undecided), key=_undecided_order))


def _answers(rule: Rule, evidence: Evidence) -> tuple[Match | Doubt, ...]:
    """What a rule says; when it fails, that it is undecided about every site."""
    try:
        return rule.check(evidence)
    except Exception as error:  # noqa: BLE001 (a rule is a plugin: its failure must not take the others' answers away)
        reason = f"the rule failed ({type(error).__name__})"
        sites = [None] if rule.about_vendor else [site.url for site in evidence.sites]
        return tuple(Doubt(site=site, subject=None, reason=reason) for site in sites)


def _open_questions(rule: Rule, evidence: Evidence) -> Iterator[Doubt]:
    """For every site, why silence would not be an answer of this rule."""
    if rule.about_vendor or not rule.applies(evidence):
        return
    for site in evidence.sites:
        reasons = [*_missing_visits(rule, site), *_unproven_choices(rule, site), *_failed_collectors(rule, site)]
        if rule.policy is not PolicyNeed.NONE:
            reasons += evidence.unread_policies
        if reasons:
            yield Doubt(site=site.url, subject=None, reason="; ".join(dict.fromkeys(reasons)))


def _missing_visits(rule: Rule, site: SiteEvidence) -> list[str]:
    return [_why_missing(site, scenario) for scenario in sorted(rule.needs) if not site.played(scenario)]


def _why_missing(site: SiteEvidence, scenario: Scenario) -> str:
    tried = [visit for visit in site.visits if visit.scenario is scenario]
    if not tried:
        return f"no visit {scenario} in this run"
    return f"no good visit {scenario}: {_ending(tried[-1])}"


def _ending(visit: Visit) -> str:
    return f"{visit.outcome} ({visit.failure})" if visit.failure else str(visit.outcome)


def _unproven_choices(rule: Rule, site: SiteEvidence) -> list[str]:
    reasons = []
    for scenario in sorted(rule.proven):
        visits = site.played(scenario)
        if visits and not any(map(is_proven, visits)):
            reasons.append(f"the choice of {scenario} is not proven: {_choice(visits[-1])}")
    return reasons


def _choice(visit: Visit) -> str:
    words = {
        "done": "it was made, and no independent sign confirms it",
        "no_banner": "no banner was found",
        "no_accept": "the banner had no way to accept",
        "no_reject": "the banner had no way to refuse",
        "no_control": "no control to change the choice was found",
        "failed": "it could not be made",
    }
    if is_by_program(visit):
        return "only the consent tool's own function could make it"
    return words.get(str(visit.choice.outcome), str(visit.choice.outcome))


def _failed_collectors(rule: Rule, site: SiteEvidence) -> list[str]:
    """Collectors that failed in every good visit of a scenario that the rule needs."""
    reasons = []
    for scenario in sorted(rule.needs):
        for name in sorted(rule.collectors):
            states = [_state(visit, name) for visit in site.played(scenario)]
            if states and all(state.startswith("failed") for state in states):
                reasons.append(f"the collector of {name} in the visit {scenario}: {states[-1]}")
    return reasons


def _state(visit: Visit, collector: str) -> str:
    """How a collector fared in a visit; one that evidence of an older version does not know did not look."""
    collectors = visit.coverage.collectors
    is_complete = collectors.keys() >= _FIRST_COLLECTORS
    return collectors.get(collector, "failed: it did not exist yet" if is_complete else "ok")


# ------------------------------------------------------------------------------------------- records


def fingerprint(rule: str, vendor: str, site: str | None, subject: str, phase: Phase | None) -> str:
    """The identity of a finding across runs: SHA-256, in hex, of ``rule|vendor|site|subject|phase class``."""
    parts = (rule, vendor, site or "", subject, _PHASE_CLASSES[phase])
    return hashlib.sha256("|".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _finding(rule: Rule, match: Match, vendor: str) -> Finding:
    return Finding(
        fingerprint=fingerprint(rule.id, vendor, match.site, match.subject, match.phase),
        rule=rule.id,
        rule_version=rule.version,
        severity=match.severity or rule.severity,
        confidence=round(match.confidence, 2),
        vendor=vendor,
        site=match.site,
        subject=match.subject,
        phase=match.phase,
        title=rule.title,
        fact=match.fact,
        category_observed=match.category_observed,
        category_declared=match.category_declared,
        service=match.service,
        declaration=match.declaration,
        evidence=match.evidence,
    )


def _undecided(rule: Rule, doubt: Doubt, vendor: str) -> Undecided:
    return Undecided(rule=rule.id, vendor=vendor, site=doubt.site, subject=doubt.subject, reason=doubt.reason)


def _finding_order(finding: Finding) -> tuple[int, str, str, str, str]:
    phase = _PHASE_CLASSES[finding.phase]
    return _SEVERITIES.index(finding.severity), finding.rule, finding.site or "", finding.subject, phase


def _undecided_order(undecided: Undecided) -> tuple[str, str, str, str]:
    return undecided.rule, undecided.site or "", undecided.subject or "", undecided.reason

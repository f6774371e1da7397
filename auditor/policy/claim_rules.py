"""The kinds of claims that the wording of a language tells apart, built once per language."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from auditor.policy.claim_places import Rule
from auditor.policy.cues import Cues
from auditor.policy.frames import Frame, Statement, frames, vetoes
from auditor.policy.wording import Wording, wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.cues import Found


def matches(words: Wording, folded: str) -> list[tuple[Rule, Found]]:
    """Each kind of claim that a sentence seems to make, with where: by its very words, or by the parts of a frame."""
    statement = Statement(words, folded)
    return [(rule, found) for rule, found in _found(statement) if not _vetoed(rule, statement)]


def _found(statement: Statement) -> Iterator[tuple[Rule, Found]]:
    worded, framed = _rules(statement.words.language)
    for rule in worded:
        if found := rule.cues.first(statement.folded):
            yield rule, found
    for rule, frame in framed:
        if found := statement.find(frame):
            yield rule, found


def _vetoed(rule: Rule, statement: Statement) -> bool:
    """Does the sentence also say what speaks against a claim ("not ... without consent")?"""
    return any(statement.find(frame) for frame in vetoes().get(rule.type, ()))


@lru_cache(maxsize=32)
def _rules(language: str) -> tuple[tuple[Rule, ...], tuple[tuple[Rule, Frame], ...]]:
    entries = wording(language).values("claims")
    worded = tuple(_rule(entry) for entry in entries)
    return worded, tuple((_framed(entry, entries), frame) for entry, frame in frames())


def _framed(data: dict[str, Any], worded: list[dict[str, Any]]) -> Rule:
    """The rule of a frame: what speaks against the same claim in words speaks against it here, too."""
    alike = [entry for entry in worded if entry["type"] == data["type"]]
    against = {key: [cue for entry in alike for cue in entry.get(key, ())] for key in ("unless", "despite")}
    return _rule({"cues": (), **against, **data})


def _rule(data: dict[str, Any]) -> Rule:
    return Rule(
        data["type"], Cues(data["cues"]), Cues(data.get("unless", ())), Cues(data.get("despite", ())),
        data.get("context", "cookie"), data.get("subject", "auto"), tuple(data["tests"]), bool(data.get("duration")),
    )  # fmt: skip

"""The page about the rules: `python -m auditor.rules.readme` writes ``README.md`` into this folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from auditor.model import Severity
from auditor.rules import all_rules, rule_facts

if TYPE_CHECKING:
    from auditor.model import RuleFacts
    from auditor.rule import Rule

_HEAD = """# Rules

Written by `python -m auditor.rules.readme` from the files of this folder; do not edit it by hand.

A rule answers every question in one of three ways: it fires, it is silent, or it is undecided with the reason. It
states what was measured. Whether that is lawful is for lawyers to say.
"""


def text() -> str:
    """The page, in Markdown: a table of all rules, then each one with its explanation and its two examples."""
    rules = {rule.id: rule for rule in all_rules()}
    facts = rule_facts()
    rows = ["| rule | severity | title |", "| --- | --- | --- |"]
    rows += [f"| [{one.id}](#{one.id}) | {one.severity} | {one.title} |" for one in facts]
    chapters = [_chapter(one, rules[one.id]) for one in facts]
    return "\n".join([_HEAD, *rows, "", *chapters])


def _chapter(facts: RuleFacts, rule: Rule) -> str:
    return "\n".join(
        [
            f"## {facts.id}",
            "",
            facts.explanation,
            "",
            f"- Severity: {facts.severity}{_or_less(facts)}. Version {facts.version}.{_hint(rule)}",
            f"- Basis: {'; '.join(facts.legal_basis)}.",
            f"- Silence needs: {_needs(rule)}.",
            f"- Fires: {facts.fires_on}",
            f"- Silent: {facts.silent_on}",
            "",
        ]
    )


def _or_less(facts: RuleFacts) -> str:
    return "" if facts.severity is Severity.INFO else " at most"


def _hint(rule: Rule) -> str:
    return " Rests on shapes and rules of thumb: a hint, with low confidence." if rule.heuristic else ""


def _needs(rule: Rule) -> str:
    parts = [f"a good visit `{scenario}`" for scenario in sorted(rule.needs)]
    parts += [f"a proven choice wherever `{scenario}` was played" for scenario in sorted(rule.proven)]
    parts += ["every policy read"] if rule.policy != "none" else []
    return ", ".join(parts) or "an answer about every address that was tried"


def main(folder: Path = Path(__file__).parent) -> None:
    """Write the page into a folder: that of the rules."""
    (folder / "README.md").write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()

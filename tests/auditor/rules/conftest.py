"""What the tests of the rules share: real knowledge, and the answers of one rule in three words."""

from __future__ import annotations

import pytest

from auditor import examples
from auditor.classify import bundled
from auditor.engine import judge
from auditor.rules import all_rules


@pytest.fixture(scope="session")
def knowledge():
    return bundled()


class Answers:
    """The answers of one rule about a vendor."""

    def __init__(self, findings, undecided):
        self.findings = findings
        self.undecided = undecided

    @property
    def word(self):
        """``fires``, ``undecided`` or ``silent``, as a reader of the publication would say."""
        if self.findings:
            return "fires"
        return "undecided" if self.undecided else "silent"

    @property
    def subjects(self):
        return [one.subject for one in self.findings]

    @property
    def only(self):
        (finding,) = self.findings
        return finding

    @property
    def reasons(self):
        return [one.reason for one in self.undecided]


@pytest.fixture(scope="session")
def ask(knowledge):
    """ask(rule, visits, *policies, of=vendor) -> Answers; without policies, one that was read and says little."""

    def answers(rule, seen, *policies, of=None):
        (asked,) = [one for one in all_rules() if one.id == rule]
        given = policies or (examples.declaration(),)
        evidence = examples.evidence(seen, *given, knowledge=knowledge, of=of)
        return Answers(*judge(evidence, (asked,)))

    return answers

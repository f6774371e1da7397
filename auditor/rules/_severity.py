"""Severities by category (RULES.md, columns "severity")."""

from __future__ import annotations

from auditor.model import Category, Severity

#: ``before_choice`` and ``undeclared_category``: by how much an item intrudes.
BEFORE_CHOICE = {
    Category.TARGETING: Severity.CRITICAL,
    Category.PERFORMANCE: Severity.HIGH,
    Category.FUNCTIONAL: Severity.MEDIUM,
}
#: ``tracker_before_choice``.
TRACKER_BEFORE_CHOICE = {Category.TARGETING: Severity.HIGH, Category.PERFORMANCE: Severity.MEDIUM}

#: ``after_reject``: one step above ``before_choice``, never below high.
AFTER_REJECT = {
    Category.TARGETING: Severity.CRITICAL,
    Category.PERFORMANCE: Severity.CRITICAL,
    Category.FUNCTIONAL: Severity.HIGH,
}

_STEPS = tuple(Severity)


def lowered(severity: Severity) -> Severity:
    """One step less severe; ``info`` stays."""
    return _STEPS[min(_STEPS.index(severity) + 1, len(_STEPS) - 1)]

"""The rules: one file each, found by listing this folder.

A file whose name begins with an underscore is shared by rules and is none itself. Every other file defines ``RULE``;
one that does not is a fault of the project and raises ``AttributeError``.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from auditor.model import RuleFacts

if TYPE_CHECKING:
    from types import ModuleType

    from auditor.rule import Rule

#: Files of this folder that are programs, not rules.
_PROGRAMS = frozenset({"readme"})


@cache
def modules() -> tuple[ModuleType, ...]:
    """The modules that define a rule, sorted by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(
        import_module(f"{__name__}.{name}") for name in names if not name.startswith("_") and name not in _PROGRAMS
    )


def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by id."""
    rules: list[Rule] = [module.RULE for module in modules()]
    return tuple(sorted(rules, key=lambda rule: rule.id))


def rule_facts() -> tuple[RuleFacts, ...]:
    """Every rule as it is published; its explanation is the docstring of its file. Sorted by id."""
    return tuple(_facts(module) for module in sorted(modules(), key=lambda module: str(module.RULE.id)))


def _facts(module: ModuleType) -> RuleFacts:
    rule: Rule = module.RULE
    return RuleFacts(
        id=rule.id,
        version=rule.version,
        title=rule.title,
        severity=rule.severity,
        legal_basis=rule.legal_basis,
        explanation=(module.__doc__ or "").strip(),
        fires_on=rule.fires_on.text,
        silent_on=rule.silent_on.text,
        heuristic=rule.heuristic,
    )

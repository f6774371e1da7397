"""Declared cookie names: cleaned of what stands around them, and how they match observed ones."""

from __future__ import annotations

import re

from auditor.model import NameMatch
from auditor.policy.cells import looks_like_cookie
from auditor.policy.hosts import is_host

MAX_NAME = 120
HALVES = 2
_PLACEHOLDER = re.compile(r"\{[^{}]{0,60}\}|<[^<>]{0,60}>|\[[^\[\]]{1,40}\]|\$[A-Za-z]{1,30}|[Xx]{3,}|#+")
_PARENTHESES = re.compile(r"\s*\([^()]{0,80}\)\s*$")


def name_match(name: str) -> NameMatch:
    """How a declared name matches observed ones (POLICY_SCHEMA, "Match patterns")."""
    if name.startswith("*.") and is_host(name[2:]):
        return NameMatch(kind="host", pattern=name[2:])
    pattern = re.sub(r"\*{2,}", "*", re.sub(r"(?<=\*-)X$", "*", _PLACEHOLDER.sub("*", name)))
    if pattern.startswith("_") and pattern.endswith("-"):
        pattern += "*"
    return NameMatch(kind="glob" if "*" in pattern else "exact", pattern=pattern)


def clean_name(text: str) -> str:
    """A name as declared, without explanations in parentheses, quotes, punctuation, and the space of a line break."""
    name = " ".join(_PARENTHESES.sub("", text).split()).strip("\"'“”„‘’`").rstrip(".,;:")
    halves = name.split(" ")
    if len(halves) == HALVES and all(looks_like_cookie(half) for half in halves):
        name = "".join(halves)
    return name if 0 < len(name) <= MAX_NAME else ""

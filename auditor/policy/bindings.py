"""The scope that a stretch of text names, and what is bound to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model import Category, Quote, Scope
from auditor.policy.hosts import HOST, is_host

if TYPE_CHECKING:
    from auditor.policy.context import Reading
    from auditor.policy.view import View

KINDS = ("web_portal", "website", "app", "email")
_LEADING = re.compile(
    r"^(?:the|our|your|this|all|de|het|onze|der|die|das|unser\w*|le|la|les|notre|nos|el|nuestr\w*)\s+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Bound:
    """What a sentence, table row or section binds to a scope: category numbers, or categories by their labels.

    ``local``: the quote says nothing of what other scopes declare about the same categories. ``more``: these categories
    come on top of what the document says without a place.
    """

    scope: Scope
    numbers: frozenset[str]
    categories: frozenset[Category]
    quote: Quote
    local: bool = False
    more: bool = False


def find_scope(reading: Reading, view: View, start: int, end: int) -> Scope | None:
    """The scope that a stretch of a sentence names: its noun phrase, and the hosts beside it."""
    folded = view.folded[start:end]
    found = {kind: match for kind in KINDS if (match := reading.words.cues("scopes", kind).first(folded))}
    if not found:
        return None
    kind = min(found, key=lambda name: (found[name].start, -found[name].end))
    noun = found[kind]
    hosts = tuple(m["host"].lower() for m in HOST.finditer(view.text, start, end) if is_host(m["host"]))
    begin = start + _phrase_start(view.text[start : start + noun.start])
    phrase = view.part(begin, start + noun.end)
    stop = start + noun.end
    if hosts:
        stop = max(stop, view.text.lower().rfind(hosts[-1]) + len(hosts[-1]))
    name = hosts[0] if hosts and kind == "website" else _LEADING.sub("", phrase.text)
    evidence = view.part(begin, stop).quote()
    return Scope(id=_identity(kind), kind=kind, name=name, hosts=hosts, default=False, evidence=(evidence,))


def _identity(kind: str) -> str:
    return {"web_portal": "portal", "website": "site"}.get(kind, kind)


def _phrase_start(before: str) -> int:
    """Where the noun phrase before a scope noun begins: after the last preposition."""
    matches = list(re.finditer(r"(?:^|\s)(?:on|in|for|at|within|op|auf|sur|en|su|sul|na|w|på|til)\s+", before))
    return matches[-1].end() if matches else 0

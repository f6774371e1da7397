"""Sentences that bind categories to scopes.

"Category 1 and 2 cookies on the portal, and category 2, 3 and 4 cookies on our website, www.example.com"; or, without
numbers, "on the portal we use necessary cookies only, on our website analytics and marketing cookies, too".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model import Category, Quote, Scope
from auditor.policy.hosts import HOST, is_host
from auditor.policy.prose import runs_in_use
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.context import Reading
    from auditor.policy.view import View

NEAR = 90
KINDS = ("web_portal", "website", "app", "email")
_NUMBERS = r"\d{1,2}(?:\s*(?:,|&|/|-|\w{1,4})?\s*\d{1,2}){0,8}"
_LEADING = re.compile(
    r"^(?:the|our|your|this|all|de|het|onze|der|die|das|unser\w*|le|la|les|notre|nos|el|nuestr\w*)\s+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Bound:
    """What one stretch of a sentence binds to a scope: category numbers, or categories by their labels."""

    scope: Scope
    numbers: frozenset[str]
    categories: frozenset[Category]
    quote: Quote


def bound_scopes(reading: Reading, *, by_label: bool) -> list[Bound]:
    """Every binding of the document. Labels bind only where they tell at least two scopes apart.

    ``by_label`` is False where the document lists its scopes and has headings for them.
    """
    numbered = list(_numbered(reading))
    labelled = list(_labelled(reading)) if by_label and not numbered else []
    apart = {(bound.scope.kind, bound.scope.hosts) for bound in labelled}
    return numbered + (labelled if len(apart) > 1 else [])


def _numbered(reading: Reading) -> Iterator[Bound]:
    words = "|".join(re.escape(fold(word)) for word in reading.words.values("category_word"))
    named = re.compile(rf"(?<!\w)(?:{words})\s+\d")
    groups = re.compile(
        rf"(?<!\w)(?:(?:{words})\s+)?(?P<numbers>(?<![\d.]){_NUMBERS})"
        r"(?=\s+(?:[\w\-]{1,30}\s+)?\w{0,30}(?:cookie|kakor))"
    )
    for sentence in reading.cookie_sentences:
        folded = sentence.view.folded
        matches = list(groups.finditer(folded)) if named.search(folded) else []
        edges = [match.start() for match in matches[1:]] + [len(folded)]
        for match, edge in zip(matches, edges, strict=False):
            if scope := find_scope(reading, sentence.view, match.end(), edge):
                numbers = frozenset(re.findall(r"\d{1,2}", match["numbers"]))
                yield Bound(scope, numbers, frozenset(), _quote(sentence.view))


def _labelled(reading: Reading) -> Iterator[Bound]:
    """Runs of labels, each with the scope named before it in its sentence, or after it where none is named before."""
    for sentence in reading.cookie_sentences:
        view = sentence.view
        runs = runs_in_use(reading, view.folded)
        edges = [0, *(run[-1].end for run in runs), len(view.folded)]
        for at, run in enumerate(runs):
            start, end = run[0].start, run[-1].end
            scope = find_scope(reading, view, max(edges[at], start - NEAR), start)
            scope = scope or find_scope(reading, view, end, min(edges[-1], end + NEAR))
            if scope is not None:
                yield Bound(scope, frozenset(), frozenset(word.category for word in run), _quote(view))


def _quote(view: View) -> Quote:
    """A whole sentence without its closing mark."""
    return view.part(0, len(view.text.rstrip().rstrip(":.;"))).quote()


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

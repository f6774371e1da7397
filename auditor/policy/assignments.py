"""Sentences that bind categories to scopes.

"Category 1 and 2 cookies on the portal, and category 2, 3 and 4 cookies on our website, www.example.com"; or, without
numbers, "on the portal we use necessary cookies only, on our website analytics and marketing cookies, too".

A wrong binding accuses a vendor of what it did declare. So a sentence binds only where nothing but known words (the
``links`` of ``scopes.json``) stand between every group of categories and its place, and labels bind only where
neighbouring sentences tell at least two scopes apart, or where one says that a place has these categories *only*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.model import Category
from auditor.policy.bindings import Bound
from auditor.policy.places import Place, PlaceWords, find_places, words_of
from auditor.policy.view import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model import Scope
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.view import View

MAX_GAP = 90
MAX_AFTER = 25
MAX_APART = 2
MAX_RANGE = 9
_AND = r"(?:\s*[,&/\-])?\s*(?:(?:and|und|en|et|y|e|og|och|i|or|to|bis|tot|a)\s+)?"
_NUMBERS = rf"\d{{1,2}}(?:{_AND}\s*(?<!\d)\d{{1,2}}(?!\d)){{0,8}}"
_RANGE = re.compile(r"(\d{1,2})\s*(?:-|to|bis|tot)\s*(\d{1,2})")


@dataclass(frozen=True, slots=True)
class _Group:
    """Categories that stand together in a sentence, or (``places``) places that do."""

    start: int
    end: int
    numbers: frozenset[str] = frozenset()
    categories: frozenset[Category] = frozenset()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class _Said:
    """What a sentence binds, and the place of its block; ``closed``: it says that there is nothing else."""

    place: int
    bound: tuple[Bound, ...]
    closed: bool


def same_scope(one: Scope, other: Scope) -> bool:
    """Are two scopes the same place, as far as they are described?"""
    hosts = {host.removeprefix("www.") for host in one.hosts}
    return one.kind == other.kind and (
        not one.hosts or not other.hosts or not hosts.isdisjoint(host.removeprefix("www.") for host in other.hosts)
    )


def tells_apart(scopes: Iterable[Scope]) -> bool:
    """Are there two scopes that are not the same?"""
    found = list(scopes)
    return any(not same_scope(found[0], other) for other in found[1:])


def assigned(reading: Reading, words: PlaceWords, brands: frozenset[str], *, by_label: bool) -> list[Bound]:
    """Every binding by a sentence. Labels bind only where they tell at least two scopes apart.

    ``by_label`` is False where the document lists its scopes and has headings for them.
    """
    said = [found for s in reading.cookie_sentences if (found := _Reader(reading, words, brands, s).read())]
    numbered = [bound for one in said for bound in one.bound if bound.numbers]
    if numbered or not by_label:
        return numbered
    return _contrasted(said) or _restricted(said)


def _contrasted(said: list[_Said]) -> list[Bound]:
    """The bindings of runs of neighbouring sentences that speak of several scopes."""
    runs: list[list[_Said]] = []
    for one in said:
        if runs and one.place - runs[-1][-1].place <= MAX_APART:
            runs[-1].append(one)
        else:
            runs.append([one])
    bound = [[b for one in run for b in one.bound] for run in runs]
    return [b for run in bound if tells_apart(b.scope for b in run) for b in run]


def _restricted(said: list[_Said]) -> list[Bound]:
    """The bindings of sentences that leave nothing else to a scope other than the website.

    They are local: what the rest of the document says of these categories is about the website all the same.
    """
    bound = (b for one in said if one.closed for b in one.bound)
    return [replace(b, local=True) for b in bound if b.scope.kind not in ("website", "email")]


class _Reader:
    """Reads one sentence."""

    def __init__(self, reading: Reading, words: PlaceWords, brands: frozenset[str], sentence: Sentence) -> None:
        self.reading = reading
        self.words = words
        self.brands = brands
        self.place = sentence.place
        self.view: View = sentence.view
        self.folded = sentence.view.folded
        self.numbered = False

    def read(self) -> _Said | None:
        """What the sentence binds; None where it binds nothing for certain."""
        places = find_places(self.words, self.view, self.brands)
        categories = self._numbers() if places else []
        self.numbered = bool(categories)
        categories = categories or (self._labels() if places else [])
        if not categories:
            return None
        row = self._grouped(places, categories)
        pairs = self._pairs(row)
        if not pairs or any(place.foreign for _, group in pairs for place in group.places):
            return None
        bound = tuple(b for named, group in pairs for b in self._bound(named, group))
        return _Said(self.place, bound, self._closed(pairs))

    def _bound(self, named: _Group, group: _Group) -> list[Bound]:
        whole = self.view.part(0, len(self.view.text.rstrip().rstrip(":.;"))).quote()
        scopes = merged_scopes(place.scope(self.view) for place in group.places)
        more = self._adds(named, group)
        return [Bound(scope, named.numbers, named.categories, whole, more=more) for scope in scopes]

    def _adds(self, named: _Group, group: _Group) -> bool:
        """Does it say that the place has these categories besides others ("on the portal we also use ...")?"""
        first, last = sorted((named, group), key=lambda one: one.start)
        told = self.folded[max(0, first.start - MAX_AFTER) : first.start] + " " + self.folded[first.end : last.start]
        return not self.words.also.isdisjoint(words_of(told))

    # ---------------------------------------------------------------------------------- categories

    def _numbers(self) -> list[_Group]:
        words = "|".join(re.escape(fold(word)) for word in self.reading.words.values("category_word"))
        if not re.search(rf"(?<!\w)(?:{words})\s+\d", self.folded):
            return []
        groups = re.compile(
            rf"(?<!\w)(?:{words})\s+(?P<named>{_NUMBERS})|(?<![\w.])(?P<bare>{_NUMBERS})(?=\s+\w{{0,30}}(?:cookie|kakor))"
        )
        found = groups.finditer(self.folded)
        return [_Group(m.start(), m.end(), numbers=_listed(m["named"] or m["bare"])) for m in found]

    def _labels(self) -> list[_Group]:
        if self.reading.labels.cookie.first(self.folded) is None and not self._is_list():
            return []
        known = (w for w in self.reading.labels.find(self.folded) if w.category is not Category.UNCLASSIFIED)
        return [_Group(w.start, w.end, categories=frozenset({w.category})) for w in known]

    def _is_list(self) -> bool:
        """May labels stand without the word cookie, as in "Portal: strictly necessary, functional"?"""
        return re.match(r"[^:]{3,80}:", self.folded) is not None

    # -------------------------------------------------------------------------------------- groups

    def _grouped(self, places: list[Place], categories: list[_Group]) -> list[_Group]:
        """Places and categories in order, neighbours of one sort joined."""
        spots = [_Group(place.start, place.end, places=(place,)) for place in places]
        free = [c for c in categories if not any(p.start < c.end and c.start < p.end for p in spots)]
        row: list[_Group] = []
        for one in sorted([*spots, *free], key=lambda group: group.start):
            if row and bool(row[-1].places) == bool(one.places) and self._joins(row[-1].end, one.start):
                row[-1] = _sum(row[-1], one)
            else:
                row.append(one)
        return row

    def _joins(self, start: int, end: int) -> bool:
        """Do only conjunctions and known words stand between two places or two categories?"""
        return self._known(start, end, self.words.joiners | self.words.links)

    def _known(self, start: int, end: int, allowed: frozenset[str]) -> bool:
        gap = self.folded[start:end]
        if len(gap) > MAX_GAP or ";" in gap or ". " in gap or re.search(r"\d", gap):
            return False
        for cookie in reversed(self.reading.labels.cookie.all(gap)):
            gap = gap[: cookie.start] + " " + gap[cookie.end :]
        # "uses necessary and functional cookies only (categories 1 and 3)": the labels are named before their numbers.
        labels = self.reading.labels.find(gap) if self.numbered else []
        for label in reversed(labels):
            gap = gap[: label.start] + " " + gap[label.end :]
        allowed = allowed | self.words.joiners | self.words.only if labels else allowed
        return all(word in allowed or "cookie" in word for word in words_of(gap))

    # --------------------------------------------------------------------------------------- pairs

    def _pairs(self, row: list[_Group]) -> list[tuple[_Group, _Group]]:
        """(categories, places), all in one direction; none where a group has no place or could have two."""
        spots = [at for at, group in enumerate(row) if not group.places]
        before = [(row[at], row[at - 1]) for at in spots if at and self._is_before(row[at - 1], row[at])]
        after = [(row[at], row[at + 1]) for at in spots if at + 1 < len(row) and self._is_after(row[at], row[at + 1])]
        whole = [pairs for pairs in (before, after) if len(pairs) == len(spots)]
        if len(whole) != 1 or any(self._denied(named, row) for named, _ in whole[0]):
            return []
        return whole[0]

    def _is_before(self, place: _Group, named: _Group) -> bool:
        """Whether a place stands before its categories: "on our website we use X", "our site uses X", "Website: X"."""
        if not place.places or not self._known(place.end, named.start, self.words.links):
            return False
        gap = self.folded[place.end : named.start]
        found = words_of(gap)
        opens = not words_of(self.folded[: place.start]) and gap.strip(" )]*").startswith((":", "-"))
        acts = bool(found) and not self.words.verbs.isdisjoint(found[: 1 + (found[0] in self.words.only)])
        return opens or acts or any(one.locative for one in place.places)

    def _is_after(self, named: _Group, place: _Group) -> bool:
        """Whether a place stands after its categories: "X on our website", "X (website and portal)", "X: website"."""
        if not place.places or not self._known(named.end, place.start, self.words.links):
            return False
        gap = self.folded[named.end : place.start]
        opens = not words_of(self.folded[: named.start]) and any(mark in gap for mark in ":(")
        ends = set(words_of(self.folded[place.end :])) <= self.words.only
        if opens and ends:
            return True
        uses = not self.words.verbs.isdisjoint(words_of(self.folded))
        return uses and place.places[0].locative

    def _denied(self, named: _Group, row: list[_Group]) -> bool:
        """Is it said that these categories are not used, before them or right behind their place?"""
        floor = max([0, *(group.end for group in row if group.end <= named.start)])
        limit = min([len(self.folded), *(group.start for group in row if group.start >= named.end)])
        around = self.folded[max(floor, named.start - MAX_GAP) : min(limit, named.end + MAX_AFTER)]
        if not self.words.negations.isdisjoint(words_of(around)):
            return True
        place = next((group for group in row if group.start >= named.end and group.places), None)
        behind = self.folded[place.end :] if place is not None else ""
        return behind.startswith(" ") and not self.words.negations.isdisjoint(words_of(behind)[:1])

    def _closed(self, pairs: list[tuple[_Group, _Group]]) -> bool:
        """Does the sentence say "only", and nothing after it?"""
        if len(pairs) != 1:
            return False
        first, last = sorted(pairs[0], key=lambda group: group.start)
        between = words_of(self.folded[first.end : last.start]) + words_of(self.folded[: first.start])[-3:]
        tail = [word for word in words_of(self.folded[last.end :]) if "cookie" not in word]
        return set(tail) <= self.words.only and not self.words.only.isdisjoint(between + tail)


def _listed(text: str) -> frozenset[str]:
    """The numbers of "1, 2 and 4" or "1-3"."""
    out = set(re.findall(r"\d{1,2}", text))
    for low, high in _RANGE.findall(text):
        out.update(str(n) for n in range(int(low), min(int(high), MAX_RANGE) + 1))
    return frozenset(out)


def _sum(one: _Group, other: _Group) -> _Group:
    return _Group(
        one.start, other.end, one.numbers | other.numbers, one.categories | other.categories, one.places + other.places
    )


def merged_scopes(scopes: Iterable[Scope]) -> list[Scope]:
    """Scopes of one phrase: hosts that stand together under one kind are one scope."""
    out: dict[str, Scope] = {}
    for scope in scopes:
        known = out.get(scope.kind)
        hosts = (*known.hosts, *scope.hosts) if known else scope.hosts
        out[scope.kind] = replace(known or scope, hosts=tuple(dict.fromkeys(hosts)))
    return list(out.values())

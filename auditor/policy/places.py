"""Places that a sentence names: "on our website, www.example.com", "the customer portal", "portal.example.com".

A place is a noun phrase, the hosts beside it, or one of the vendor's own hosts alone. The nouns and the few words that
may stand around them are data (``scopes.json`` and the ``scopes`` of each language file).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from auditor.model import Scope
from auditor.policy.cues import Cues
from auditor.policy.hosts import HOST, brand, is_host
from auditor.policy.view import fold
from auditor.policy.wording import FALLBACK, load

if TYPE_CHECKING:
    from auditor.policy.view import View

KINDS = ("web_portal", "website", "app", "email", "embedded_widget")
IDENTITIES = {"web_portal": "portal", "website": "site", "embedded_widget": "widget"}
MAX_BEFORE = 80
MAX_WORDS = 6
MAX_BESIDE = 30
MAX_PLACES = 40
WORD = re.compile(r"[^\W\d_]+")
_EDGE = re.compile(r"[.;:!?()\",\[\]|]")
_TAIL = re.compile(r"(?::\d{1,5})?(?:/[^\s,;)\]]{0,200})?")
_SUBDOMAINS = re.compile(
    r"[,\s]{1,3}(?:(?:and|und|en|et|y|e|incl\w{0,10})\s)?(?:(?:all|its|the|associated|alle|haar|ses|sus|deren)\s){0,3}"
    r"(?:sub-?dom[aä]in\w{0,3}|sous-domaines|subdominios|sottodomini)",
    re.IGNORECASE,
)


class PlaceWords:
    """The wording of places in one language and English, as sets of folded words."""

    def __init__(self, language: str) -> None:
        self._files = [load("scopes")[key] for key in dict.fromkeys((language, FALLBACK)) if key in load("scopes")]
        self.nouns = {kind: Cues(cue for file in self._files for cue in file["nouns"][kind]) for kind in KINDS}
        self.prepositions = self._set("prepositions")
        self.visits = tuple(sorted(self._set("visits")))
        self.determiners = self._set("determiners")
        self.verbs = self._set("verbs")
        self.joiners = self._set("joiners")
        self.links = self._set("links") | self.verbs | self.prepositions | self.determiners
        self.beside = self._set("beside") | self.determiners
        self.negations = self._set("negations") - self.prepositions  # Portuguese "no" is "in the"
        self.foreign = self._set("foreign")
        self.barred = self._set("barred")
        self.only = self._set("only")
        self.also = self._set("also")
        self.all = self._set("all")
        self.mine = self._set("mine")
        self.columns = self._set("columns")
        endings = (fold(ending) for file in self._files for ending in file.get("case_endings", ()))
        self.case_endings = tuple(endings)

    def _set(self, key: str) -> frozenset[str]:
        return frozenset(fold(word) for file in self._files for word in file[key])


@lru_cache(maxsize=32)
def place_words(language: str) -> PlaceWords:
    """The wording of places of a language; English alone where there is none."""
    return PlaceWords(language)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a view, with the offsets of its phrase there.

    ``locative``: a preposition stands before it ("on our website"), or its case says so. ``foreign``: it is somebody
    else's. ``noun``: a noun names it, not a host alone.
    """

    kind: str
    start: int
    end: int
    hosts: tuple[str, ...]
    name: str
    locative: bool
    foreign: bool
    noun: bool

    def scope(self, view: View) -> Scope:
        """The scope that the place names; its evidence is the phrase."""
        identity = IDENTITIES.get(self.kind, self.kind)
        evidence = view.part(self.start, self.end).quote()
        return Scope(id=identity, kind=self.kind, name=self.name, hosts=self.hosts, default=False, evidence=(evidence,))


@dataclass(frozen=True, slots=True)
class _Span:
    """A noun (``kind``) or a host (``host``) in a view."""

    start: int
    end: int
    kind: str | None = None
    host: str | None = None


def words_of(folded: str) -> list[str]:
    """The words of a stretch of folded text."""
    return WORD.findall(folded)


def find_places(words: PlaceWords, view: View, brands: frozenset[str]) -> list[Place]:
    """The places that a view names, in order, at most MAX_PLACES of them; ``brands`` are owners of own hosts."""
    hosts = _hosts(view)
    masked = _masked(view.folded, hosts)
    out: list[Place] = []
    for span in _spans(words, masked, hosts)[:MAX_PLACES]:
        place = _phrase(words, view, masked, span)
        before = out[-1] if out else None
        if (before is not None and place.start < before.end) or (
            before is not None and _beside(words, masked[before.end : place.start], before, place, span)
        ):
            out[-1] = _joined(before, place)
        else:
            out.append(place)
    return _owned(brands, [_with_subdomains(view, place) for place in out])


def _hosts(view: View) -> list[_Span]:
    out = []
    text = view.text.replace("*.", "  ")
    for match in HOST.finditer(text) if "." in text else ():
        if is_host(match["host"]):
            tail = _TAIL.match(text, match.end())
            out.append(_Span(match.start(), tail.end() if tail else match.end(), host=match["host"].lower()))
    return out


def _masked(folded: str, hosts: list[_Span]) -> str:
    """The text with each host as one long word, so that its dots end no phrase."""
    pieces, at = [], 0
    for span in hosts:
        pieces += [folded[at : span.start], "q" * (span.end - span.start)]
        at = span.end
    return "".join([*pieces, folded[at:]])


def _spans(words: PlaceWords, masked: str, hosts: list[_Span]) -> list[_Span]:
    """Nouns and hosts in order; of overlapping nouns the first and longest."""
    nouns = [_Span(f.start, f.end, kind=kind) for kind in KINDS for f in words.nouns[kind].all(masked)]
    kept: list[_Span] = []
    for span in sorted([*nouns, *hosts], key=lambda s: (s.start, -s.end)):
        if kept and span.start < kept[-1].end:
            continue
        if kept and _explains(words, masked, kept[-1], span):
            kept[-1] = replace(kept[-1], end=span.end, kind=span.kind)
        else:
            kept.append(span)
    return kept


def _explains(words: PlaceWords, masked: str, host: _Span, noun: _Span) -> bool:
    """Does a noun in parentheses say what kind of place the host before it is ("my.example.com (our portal)")?"""
    gap = masked[host.end : noun.start].strip()
    told = host.host is not None and noun.kind is not None and gap.startswith("(")
    return told and all(word in words.determiners or word in words.beside for word in words_of(gap))


def _phrase(words: PlaceWords, view: View, masked: str, span: _Span) -> Place:
    """The noun phrase that ends with a noun or host: back to its preposition, else to its determiner."""
    floor = max(0, span.start - MAX_BEFORE)
    edges = [m.end() for m in _EDGE.finditer(masked, floor, span.start)]
    floor = edges[-1] if edges else floor
    start, name, locative, foreign = span.start, span.start, False, False
    for match in reversed(list(WORD.finditer(masked, floor, span.start))[-MAX_WORDS:]):
        word = match[0]
        if word in words.prepositions:
            start, locative = match.start(), True
            break
        if word in words.barred or word in words.links - words.determiners:
            break
        foreign = foreign or word in words.foreign
        if word in words.determiners:
            start = match.start()
        else:
            name = match.start() if start == span.start else name
    if words.case_endings and span.kind and view.folded[span.start : span.end].endswith(words.case_endings):
        locative = True
    if not locative and (visit := _visit(words, masked[floor:start])):
        start, locative = start - visit, True
    kind = span.kind or _host_kind(span.host or "")
    hosts = (span.host,) if span.host else ()
    label = span.host or view.text[name : span.end].strip(" \"“”„«»'")
    return Place(kind, start, span.end, hosts, label, locative, foreign, span.host is None)


def _visit(words: PlaceWords, before: str) -> int:
    """The length of words such as "when you visit" at the end of a stretch, 0 where there are none."""
    text = before.rstrip()
    found = next((phrase for phrase in words.visits if text.endswith(phrase)), "")
    return len(before) - len(text) + len(found) if found else 0


def _host_kind(host: str) -> str:
    labels = host.split(".")
    return "web_portal" if len(labels) > 2 and labels[0] in load("scopes")["portal_labels"] else "website"


def _beside(words: PlaceWords, gap: str, before: Place, place: Place, span: _Span) -> bool:
    """Does a host stand beside the noun before it ("our portal (portal.example.com)"), or a noun beside its host?"""
    if len(gap) > MAX_BESIDE or ";" in gap or ":" in gap.strip(" :"):
        return False
    found = words_of(gap)
    if span.host is None:
        return bool(before.hosts) and not place.locative and not found and place.kind == before.kind and "," in gap
    if before.hosts and all(word in words.joiners for word in found):
        return place.kind == before.kind or before.kind not in ("website", "web_portal")
    return not before.hosts and all(word in words.beside for word in found)


def _joined(first: Place, second: Place) -> Place:
    """One place of a noun and its hosts, whichever came first; a host alone takes the kind of its noun."""
    noun = second if second.noun and not first.noun else first
    hosts = tuple(dict.fromkeys((*first.hosts, *second.hosts)))
    return replace(
        noun,
        start=min(first.start, second.start),
        end=max(first.end, second.end),
        hosts=hosts,
        name=hosts[0] if hosts and noun.kind == "website" else noun.name,
        locative=first.locative or second.locative,
        foreign=first.foreign or second.foreign,
        noun=first.noun or second.noun,
    )


def _with_subdomains(view: View, place: Place) -> Place:
    """A place with ``*.`` hosts where its phrase says "*.example.com" or "and its sub-domains"."""
    if not place.hosts:
        return place
    wild = [host for host in place.hosts if f"*.{host}" in view.folded[max(0, place.start - 2) : place.end]]
    match = _SUBDOMAINS.match(view.text, place.end)
    if match:
        wild = list(place.hosts)
    extra = tuple("*." + host.removeprefix("www.") for host in wild)
    return replace(place, hosts=tuple(dict.fromkeys((*place.hosts, *extra))), end=match.end() if match else place.end)


def _owned(brands: frozenset[str], places: list[Place]) -> list[Place]:
    """Places without hosts alone that are not the vendor's: those are mere mentions."""
    known = brands | {brand(host) for place in places if place.noun and not place.foreign for host in place.hosts}
    return [place for place in places if place.noun or known.issuperset(brand(host) for host in place.hosts)]

"""What the policy's statements are about: the website, a portal, an app; and what binds cookies to which of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from auditor.model import Category, Quote, Scope
from auditor.policy.assignments import assigned, same_scope
from auditor.policy.bindings import KINDS, Bound, find_scope
from auditor.policy.hosts import HostMention, brand
from auditor.policy.place_columns import bound_by_columns
from auditor.policy.place_sections import PlaceSection, place_sections
from auditor.policy.places import place_words
from auditor.policy.shared_scopes import shared_scopes
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.policy.blocks import Block
    from auditor.policy.context import Reading
    from auditor.policy.view import View

WEB = ("web_portal", "website")
MAX_HEADING_WORDS = 9
MAX_ITEM = 400
_REMARK = re.compile(r"\W{0,6}\(([^()\n]{3,50})\)")  # "my.example.com (our customer portal)"
_SUBDOMAINS = re.compile(r"[,\s]+(?:and\s+)?(?:its\s+|associated\s+)?sub-?domains", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Binding:
    """One group of categories, by number or by label, bound to one scope by one sentence."""

    numbers: frozenset[str]
    categories: frozenset[Category]
    scope_id: str
    quote: Quote
    local: bool = False

    def names(self, number: str | None, category: Category) -> bool:
        """Does the sentence name a category, wherever that is described?"""
        return not self.local and (number in self.numbers or category in self.categories)

    def allows(self, scope_ids: tuple[str, ...]) -> bool:
        """May a description with these scopes be the one of the bound category?"""
        return not self.local or self.scope_id in scope_ids


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scopes of a document and what binds categories to them; ``sections`` maps places to scope ids.

    ``general`` are the scopes that are said to have some categories besides those that stand without a place.
    """

    scopes: tuple[Scope, ...]
    bindings: tuple[Binding, ...] = ()
    sections: dict[int, tuple[str, ...]] = field(default_factory=dict)
    general: tuple[str, ...] = ()

    @property
    def default(self) -> str:
        """The id of the scope of unscoped statements."""
        return next(scope.id for scope in self.scopes if scope.default)

    @property
    def web(self) -> tuple[str, ...]:
        """Ids of the scopes that a browser can visit; the default scope always is among them."""
        return tuple(scope.id for scope in self.scopes if scope.kind in WEB or scope.default)

    def at(self, place: int) -> tuple[str, ...]:
        """The scopes of a place of the document: its section's, else the default one and those that only add to it."""
        return self.sections.get(place, tuple(dict.fromkeys((self.default, *self.general))))

    def bound_to(self, number: str | None, category: Category) -> tuple[str, ...]:
        """The scopes that binding sentences give a category; none where no sentence does."""
        return tuple(dict.fromkeys(b.scope_id for b in self.bindings if b.names(number, category)))

    def binding_quotes(self, number: str | None, category: Category) -> tuple[Quote, ...]:
        """The binding sentences that name a category."""
        return tuple(dict.fromkeys(b.quote for b in self.bindings if b.names(number, category)))


def read_scopes(reading: Reading) -> Scopes:
    """The scopes of a document. There always is a default one."""
    hosts = reading.own_hosts
    brands = frozenset(brand(mention.host) for mention in hosts)
    words = place_words(reading.words.language)
    listed = _listed_scopes(reading)
    headed = [] if listed else place_sections(reading, words, brands)
    bound = assigned(reading, words, brands, by_label=not (listed or headed))
    bound += [] if listed or headed else bound_by_columns(reading, words, brands)
    bound += [one for section in headed for one in section.bound]
    shared = [] if listed or bound else shared_scopes(reading, words, brands)
    named = [one.scope for one in bound] + listed + shared
    default = _default_scope(reading, hosts, named)
    scopes: dict[str, Scope] = {default.id: default}
    for scope in named:
        _add_scope(scopes, scope)
    bindings = tuple(_binding(scopes, one) for one in bound)
    found = tuple(scopes.values())
    sections = _sections(reading, found) if len(found) > 1 else {}
    added = [one.scope for one in bound if one.more] + shared
    general = tuple(dict.fromkeys(_add_scope(scopes, scope) for scope in added))
    return Scopes(found, bindings, sections | _section_places(scopes, headed), general)


def _binding(scopes: dict[str, Scope], bound: Bound) -> Binding:
    return Binding(bound.numbers, bound.categories, _add_scope(scopes, bound.scope), bound.quote, bound.local)


def _add_scope(scopes: dict[str, Scope], scope: Scope) -> str:
    """The id of the scope that is the same place, with the hosts of both; a new one where none is."""
    for identity, known in scopes.items():
        if same_scope(known, scope):
            hosts = tuple(dict.fromkeys((*known.hosts, *scope.hosts)))
            scopes[identity] = replace(known, hosts=hosts)
            return identity
    identity = scope.id if scope.id not in scopes else f"{scope.id}{len(scopes) + 1}"
    scopes[identity] = replace(scope, id=identity)
    return identity


def _section_places(scopes: dict[str, Scope], headed: list[PlaceSection]) -> dict[int, tuple[str, ...]]:
    """Places under headings of scopes with the ids of those."""
    out: dict[int, tuple[str, ...]] = {}
    for section in headed:
        ids = tuple(dict.fromkeys(_add_scope(scopes, scope) for scope in section.scopes))
        out.update(dict.fromkeys(section.places, ids))
    return out


# ------------------------------------------------------------------------------------------ default


def _default_scope(reading: Reading, hosts: tuple[HostMention, ...], named: list[Scope]) -> Scope:
    websites = [scope for scope in named if scope.kind == "website"]
    website = next((scope for scope in websites if scope.hosts), None)
    if website is not None:
        return replace(website, id="site", default=True)
    claimed = {host.removeprefix("www.") for scope in named for host in scope.hosts}
    free = tuple(mention for mention in hosts if mention.host.removeprefix("www.") not in claimed)
    found = _host_scope(reading, free) if free else None
    if websites:
        return found if found and found.kind == "website" else replace(websites[0], id="site", default=True)
    if found:
        return found
    if hosts:
        return replace(next(scope for scope in named if scope.hosts), default=True)
    kind, view = _named_kind(reading)
    name = reading.vendor if kind == "service" and reading.vendor else view.text
    return Scope(id="site", kind=kind, name=name, hosts=(), default=True, evidence=(view.quote(),))


def _host_scope(reading: Reading, hosts: tuple[HostMention, ...]) -> Scope:
    """The scope of the best supported host, with the other hosts of its owner."""
    first = hosts[0]
    text = reading.document.origin.text
    names = [first.host]
    if first.start >= 0 and _SUBDOMAINS.match(text, first.end):
        names.append("*." + first.host.removeprefix("www."))
    bare = first.host.removeprefix("www.")
    names.extend(h.host for h in hosts[1:] if h.host == bare or h.host.endswith("." + bare))
    kind, evidence = "website", _host_quote(reading, first)
    if first.start >= 0:
        begin = max(text.rfind("\n", 0, first.start) + 1, first.start - 60)
        told = _REMARK.match(text, first.end)
        near = (*((told[1],) if told else ()), text[begin : first.start])
        kind = next((found for stretch in near if (found := _nearest_kind(reading, stretch))), "website")
        begin += _word_start(text[begin : first.start])
        evidence = reading.document.origin.quote(begin, first.end)
    identity = "portal" if kind == "web_portal" else "site"
    return Scope(id=identity, kind=kind, name=first.host, hosts=tuple(names), default=True, evidence=(evidence,))


def _host_quote(reading: Reading, mention: HostMention) -> Quote:
    """The words of a link to a host, or the cell that names it."""
    for link in reading.document.links:
        if mention.host in link.href.lower() and link.end > link.start:
            return reading.document.origin.quote(link.start, link.end)
    for _, grid in reading.grids:
        for row in grid.records():
            cell = row.cells.get("host")
            if cell and mention.host in cell.text.lower():
                return cell.quote()
    return reading.document.sentences[0].view.quote()


def _word_start(before: str) -> int:
    """Where a quote may begin so that it does not cut a word."""
    at = before.find(" ")
    return 0 if len(before) < 60 or at < 0 else at + 1


def _nearest_kind(reading: Reading, before: str) -> str | None:
    """The kind of the scope noun that stands nearest before a host."""
    folded = fold(before)
    ends: dict[str, int] = {}
    for kind in KINDS:
        if found := reading.words.cues("scopes", kind).all(folded):
            ends[kind] = found[-1].end
    return max(ends, key=lambda kind: ends[kind]) if ends else None


def _named_kind(reading: Reading) -> tuple[str, View]:
    """Kind and words of the default scope where no host is named: what the cookie sentences, else the text, name."""
    for pool in (reading.cookie_sentences, reading.document.sentences):
        for kind in ("embedded_widget", "website", "web_portal", "app"):
            for sentence in pool:
                if found := reading.words.cues("own_scope", kind).first(sentence.view.folded):
                    return kind, sentence.view.part(found.start, found.end)
    if reading.document.sentences:
        return "website" if reading.kind == "cookie_policy" else "service", _title(reading)
    table = next(iter(reading.document.tables()))[1]
    return "website", table.views[0]


def _title(reading: Reading) -> View:
    """The first heading of the highest rank; a logo has none. The first sentence where nothing is a heading."""
    headings = [block for _, block in reading.document.blocks() if block.kind == "heading"]
    first = reading.document.sentences[0].view
    return min(headings, key=lambda block: block.level).view if headings else first


# ------------------------------------------------------------------------------- lists and headings


def _listed_scopes(reading: Reading) -> list[Scope]:
    """The scopes of a list of what the policy covers ("applies to: our website ..., our mobile application ...")."""
    run: list[Scope] = []
    for _, block in reading.document.blocks():
        scope = find_scope(reading, block.view, 0, len(block.view.text)) if _may_list(reading, block) else None
        if scope is not None:
            run.append(scope)
        elif block.kind == "item":
            continue
        elif len({scope.kind for scope in run}) > 1:
            return run
        else:
            run = []
    return run if len({scope.kind for scope in run}) > 1 else []


def _may_list(reading: Reading, block: Block) -> bool:
    folded = block.view.folded
    return (
        block.kind == "item" and len(folded) <= MAX_ITEM and reading.words.cues("scope_item").first(folded) is not None
    )


def _sections(reading: Reading, scopes: tuple[Scope, ...]) -> dict[int, tuple[str, ...]]:
    """Places under headings that name scopes ("On the portal"), with those scopes."""
    named: dict[int, tuple[str, ...]] = {}
    for place, block in reading.document.blocks():
        if block.kind == "heading" and (ids := _heading_scopes(reading, block, scopes)):
            named[place] = ids
    out: dict[int, tuple[str, ...]] = {}
    for place, chain in enumerate(reading.ancestry):
        nearest = next((at for at in (place, *chain) if at in named), None)
        if nearest is not None:
            out[place] = named[nearest]
    return out


def _heading_scopes(reading: Reading, block: Block, scopes: tuple[Scope, ...]) -> tuple[str, ...]:
    """The scopes that a heading names: by their hosts, else by their kinds in a short heading."""
    text = block.view.text.lower()
    by_host = tuple(scope.id for scope in scopes if any(host in text for host in scope.hosts))
    if by_host:
        return by_host
    folded = block.view.folded
    if len(folded.split()) > MAX_HEADING_WORDS or not reading.words.cues("scope_heading").first(folded):
        return ()
    return tuple(scope.id for scope in scopes if reading.words.cues("scopes", scope.kind).first(folded))

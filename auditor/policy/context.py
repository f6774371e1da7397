"""What every reader of one document shares: the document, its wording, and where it speaks of cookies."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from auditor.model import TRACKING
from auditor.policy.blocks import Block
from auditor.policy.cells import looks_like_cookie, split_names
from auditor.policy.column_lines import read_column_lines
from auditor.policy.denials import Denials, read_denials
from auditor.policy.flat_rows import read_flat_rows
from auditor.policy.hosts import own_hosts
from auditor.policy.kind_tables import read_kinds
from auditor.policy.led_columns import split_led
from auditor.policy.name_lists import list_places
from auditor.policy.owners import read_owners
from auditor.policy.paired_columns import split_pairs
from auditor.policy.place_names import read_place_names
from auditor.policy.records import read_records
from auditor.policy.service_names import find_services
from auditor.policy.tables import Grid, read_grid
from auditor.policy.view import fold

if TYPE_CHECKING:
    from auditor.model import DeclaredCategory
    from auditor.policy.blocks import Document, Sentence, Table
    from auditor.policy.hosts import HostMention
    from auditor.policy.labels import Labels
    from auditor.policy.service_names import KnownService
    from auditor.policy.view import View
    from auditor.policy.wording import Wording


MAX_LIST = 40
_SMALL = re.compile(r"(?<![\w.@/\-])[^\W\d_A-ZÀ-Þ]{2,40}(?![\w\-]|\.\w)")  # not the name in "acme.example"
TITLED = 8
KIND_WORDS = 3
OF_ALL = ("own_heading", "list_heading", "cookies_in_use", "definition_heading")


@dataclass(frozen=True)
class Reading:
    """One document being read. ``vendor`` and ``url`` are what the caller knows, else None."""

    document: Document
    words: Wording
    labels: Labels
    kind: str
    vendor: str | None = None
    url: str | None = None

    def mentions_storage(self, view: View) -> bool:
        """Does a stretch of text name cookies, trackers or the storage of a browser?"""
        names = ("local_storage", "session_storage")
        return self.mentions_cookies(view) or any(
            self.words.cues("technologies", name, "cues").first(view.folded) for name in names
        )

    def mentions_cookies(self, view: View) -> bool:
        """Does a stretch of text name cookies or trackers?"""
        return self.labels.cookie.first(view.folded) is not None

    @cached_property
    def _by_place(self) -> dict[int, list[Sentence]]:
        found: dict[int, list[Sentence]] = {}
        for sentence in self.document.sentences:
            found.setdefault(sentence.place, []).append(sentence)
        return found

    def sentences_at(self, place: int) -> list[Sentence]:
        """The sentences of one block."""
        return self._by_place.get(place, [])

    @cached_property
    def _evidence_starts(self) -> dict[int, tuple[DeclaredCategory, list[int]]]:
        return {}

    def is_told_in(self, view: View, category: DeclaredCategory) -> bool:
        """Does a quote that a category rests on begin in a stretch of text? It may rest on thousands."""
        known = self._evidence_starts.get(id(category))
        if known is None:  # With the category, so that no later one gets its number.
            known = self._evidence_starts[id(category)] = (category, sorted(q.start for q in category.evidence))
        starts = known[1]
        return bisect_left(starts, view.start) < bisect_left(starts, view.quote().end)

    def codes(self, view: View) -> list[tuple[int, int]]:
        """The stretches of a text that are set as code, in order."""
        found = self._codes[bisect_left(self._codes, (view.start, 0)) : bisect_left(self._codes, (view.end, 0))]
        return [(start, end) for start, end in found if end <= view.end]

    def has_link(self, view: View) -> bool:
        """Does a link begin in a text?"""
        return bisect_left(self._links, view.start) < bisect_left(self._links, view.end)

    @cached_property
    def _links(self) -> list[int]:
        return sorted(link.start for link in self.document.links)

    @cached_property
    def _codes(self) -> list[tuple[int, int]]:
        return sorted(self.document.codes)

    @cached_property
    def own_hosts(self) -> tuple[HostMention, ...]:
        """The vendor's hosts, best supported first."""
        return own_hosts(self)

    @cached_property
    def owners(self) -> frozenset[str]:
        """The vendor as a service may be named."""
        return read_owners(self)

    @cached_property
    def denials(self) -> Denials:
        """What the document says is not used."""
        return read_denials(self.document, self.words)

    def opening(self, place: int) -> str:
        """The folded introduction of the list that an item stands in; of other blocks the heading above."""
        element = self.document.elements[place]
        if isinstance(element, Block) and element.kind == "item":
            for before in reversed(self.document.elements[max(0, place - MAX_LIST) : place]):
                if isinstance(before, Block) and before.kind != "item":
                    return before.view.folded
        above = self.headings(place)
        return above[0].view.folded if above else ""

    @cached_property
    def definition_places(self) -> frozenset[int]:
        """Blocks under headings that ask what cookies are: they speak of cookies in general, not of their use."""
        cues = self.words.cues("definition_heading")
        own = [self.words.cues(key) for key in ("cookies_in_use", "list_heading", "own_heading")]
        titles = self._titles
        found: set[int] = set()
        for place, _ in self.document.blocks():
            for at in self.ancestry[place]:
                element = self.document.elements[at]
                folded = element.view.folded if isinstance(element, Block) else ""
                if at in titles or any(use.first(folded) for use in own):
                    break
                if cues.first(folded):
                    found.add(place)
                    break
        return frozenset(found)

    @cached_property
    def kind_headings(self) -> frozenset[int]:
        """Headings side by side that each seem to name a kind of cookies, known or not ("Session cookies")."""
        lines = [at for at, block in self.document.blocks() if block.kind == "heading" and self._names_kind(block.view)]
        beside = Counter(self.ancestry[at] for at in lines)
        return frozenset(at for at in lines if beside[self.ancestry[at]] > 1)

    def _names_kind(self, heading: View) -> bool:
        folded = heading.folded
        if len(folded.split()) > KIND_WORDS or folded.endswith("?") or not self.mentions_cookies(heading):
            return False
        return not self.labels.cookie.whole(folded) and not any(self.words.cues(key).first(folded) for key in OF_ALL)

    @cached_property
    def _titles(self) -> frozenset[int]:
        """Headings above most of the document: "About cookies" as a title explains nothing by itself."""
        above = Counter(at for place, _ in self.document.blocks() for at in self.ancestry[place])
        blocks = sum(1 for _ in self.document.blocks())
        return frozenset(at for at, count in above.items() if count * 2 > blocks > TITLED)

    @cached_property
    def ancestry(self) -> tuple[tuple[int, ...], ...]:
        """Per element the places of the headings above it, nearest first."""
        chains: list[tuple[int, ...]] = []
        stack: list[tuple[int, int]] = []
        for place, element in enumerate(self.document.elements):
            if isinstance(element, Block) and element.kind == "heading" and not element.chrome:
                while stack and stack[-1][0] >= element.level:
                    stack.pop()
                chains.append(tuple(at for _, at in reversed(stack)))
                stack.append((element.level, place))
            else:
                chains.append(tuple(at for _, at in reversed(stack)))
        return tuple(chains)

    def headings(self, place: int) -> list[Block]:
        """The headings above an element, nearest first."""
        found = (self.document.elements[at] for at in self.ancestry[place])
        return [element for element in found if isinstance(element, Block)]

    @cached_property
    def grids(self) -> tuple[tuple[int, Grid], ...]:
        """Every table and every record of lines with its place, columns understood, in the order of the document."""
        tables = [(place, self._grid(table)) for place, table in self.document.tables()]
        records = [(places[0], grid) for places, grid in self.records]
        return tuple(sorted(tables + records, key=lambda pair: pair[0]))

    def _grid(self, table: Table) -> Grid:
        table = split_led(self, split_pairs(self, table))
        return read_kinds(self, table, read_grid(self, table))

    @cached_property
    def column_lines(self) -> tuple[tuple[tuple[int, ...], Grid], ...]:
        """Tables printed one cell a line, each with the places of its lines."""
        return tuple(read_column_lines(self))

    @cached_property
    def records(self) -> tuple[tuple[tuple[int, ...], Grid], ...]:
        """Records printed as lines, each with the places of its lines."""
        return (*self.column_lines, *self.flat_rows, *read_records(self))

    @cached_property
    def flat_rows(self) -> tuple[tuple[tuple[int, ...], Grid], ...]:
        """Tables whose cells run together, each with the places of its lines."""
        return tuple(read_flat_rows(self))

    @cached_property
    def small_words(self) -> frozenset[str]:
        """The words that the document writes in small letters anywhere, folded."""
        return frozenset(fold(word) for word in _SMALL.findall(self.document.origin.text))

    @cached_property
    def service_list_places(self) -> frozenset[int]:
        """The items of lists of services by name."""
        return list_places(self)

    @cached_property
    def place_names(self) -> dict[str, str]:
        """The proper names of portals and apps, folded, with the kind of each."""
        return read_place_names(self)

    @cached_property
    def records_name_cookies(self) -> bool:
        """Does any record of lines carry a technical name?"""
        cells = (row.cells.get("name") for _, grid in self.records for row in grid.records())
        return any(looks_like_cookie(name.text) for cell in cells if cell for name in split_names(cell))

    @cached_property
    def names_of_blocks(self) -> dict[int, list[str]]:
        """The cookie names in the prose of blocks, by place; the reader of names fills it, each once."""
        return {}

    @cached_property
    def trackers_of_blocks(self) -> dict[int, bool]:
        """Whether blocks, or the headings above them, name a tracker, by place; `names_tracker` fills it."""
        return {}

    def names_tracker(self, place: int) -> bool:
        """Does a block, or the nearest heading above it, name a service that measures or advertises?"""
        if place not in self.trackers_of_blocks:
            element = self.document.elements[place]
            views = [element.view] if isinstance(element, Block) else []
            views += [heading.view for heading in self.headings(place)[:1]]
            self.trackers_of_blocks[place] = any(map(_has_tracker, views))
        return self.trackers_of_blocks[place]

    @cached_property
    def trackers(self) -> frozenset[KnownService]:
        """All services that measure or advertise which the document names."""
        views = [sentence.view for sentence in self.document.sentences]
        views += [view for _, grid in self.grids for row in grid.records() for view in row.cells.values()]
        found = (mention.service for view in views for mention in find_services(view))
        return frozenset(service for service in found if service.category in TRACKING)

    @cached_property
    def record_places(self) -> frozenset[int]:
        """The places of all lines of records."""
        return frozenset(place for places, _ in self.records for place in places)

    @cached_property
    def cookie_places(self) -> frozenset[int]:
        """Blocks that are about cookies: they name them, stand under a heading that does, or continue one that does."""
        places: set[int] = set()
        for place, block in self.document.blocks():
            if self.about_cookies(place) or self.mentions_cookies(block.view):
                places.add(place)
        return frozenset(places)

    def about_cookies(self, place: int) -> bool:
        """Does a place stand in a cookie policy, or under a heading about cookies, tracking, or a service for it?"""
        return self.kind != "privacy_policy" or any(self._is_topic(heading.view) for heading in self.headings(place))

    def _is_topic(self, heading: View) -> bool:
        if self.mentions_cookies(heading) or self.words.cues("tracking_topic").first(heading.folded):
            return True
        return _has_tracker(heading)

    @cached_property
    def cookie_sentences(self) -> tuple[Sentence, ...]:
        """Sentences of blocks that are about cookies."""
        return tuple(sentence for sentence in self.document.sentences if sentence.place in self.cookie_places)


def _has_tracker(view: View) -> bool:
    """Does a text name a service that measures or advertises?"""
    return any(mention.service.category in TRACKING for mention in find_services(view))

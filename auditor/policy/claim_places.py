"""The sentence that makes a claim, the kind of claim, and what it can be about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.policy.blocks import Block, Table
from auditor.policy.cookie_lists import item_names
from auditor.policy.prose_names import prose_names

if TYPE_CHECKING:
    from auditor.model import Category, DeclaredCategory
    from auditor.policy.blocks import Sentence
    from auditor.policy.categories import Categories
    from auditor.policy.context import Reading
    from auditor.policy.cues import Cues, Found
    from auditor.policy.scopes import Scopes


@dataclass(frozen=True, slots=True)
class Subject:
    """What a claim is about: its kind, value and scopes."""

    kind: str
    value: str | None
    scope_ids: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """One kind of claim as the wording files describe it; ``despite`` words outweigh those of ``unless``."""

    type: str
    cues: Cues
    unless: Cues
    despite: Cues
    context: str
    subject: str
    tests: tuple[str, ...]
    duration: bool


@dataclass(frozen=True)
class Place:
    """A sentence and the category that governs it, by its section or by its row of a table."""

    reading: Reading
    categories: Categories
    scopes: Scopes
    sentence: Sentence
    found: Found
    governing: DeclaredCategory | None

    @property
    def folded(self) -> str:
        """The sentence's folded text."""
        return self.sentence.view.folded

    @property
    def in_row(self) -> bool:
        """Does the sentence stand in a table?"""
        return isinstance(self.reading.document.elements[self.sentence.place], Table)

    @property
    def cookie(self) -> str | None:
        """The one cookie that the item or paragraph of the sentence describes."""
        block = self.reading.document.elements[self.sentence.place]
        names = item_names(self.reading, self.sentence.place, block) if isinstance(block, Block) else []
        if not names and self.sentence.place in self.reading.cookie_places:
            names = prose_names(self.reading, self.sentence.place)
        return names[0] if len(names) == 1 and "anonymize" not in names[0].lower() else None  # a setting's name

    @property
    def is_near(self) -> bool:
        """Does the sentence stand right below its category, or in a row of a table?"""
        return self.sentence.place in self.categories.near or self.in_row

    @property
    def in_cookies(self) -> bool:
        """Does the sentence stand in a part about cookies, or about a service that measures or advertises?"""
        place = self.sentence.place
        return place in self.reading.cookie_places or self.governing is not None or self.reading.names_tracker(place)

    @property
    def taken_up(self) -> bool:
        """Does the sentence say "these cookies" or the like?"""
        return self.says("anaphora") or self.says("concepts", "take_up")

    @property
    def of_some_kind(self) -> bool:
        """Does the sentence stand below one of several headings that each name a kind of cookies, known or not?"""
        return bool(self.reading.kind_headings.intersection(self.reading.ancestry[self.sentence.place][:1]))

    @property
    def general(self) -> bool:
        """Does the sentence explain what cookies are?"""
        return self.sentence.place in self.reading.definition_places

    def says(self, *path: str) -> bool:
        """Does the sentence contain a cue?"""
        return self.reading.words.cues(*path).first(self.folded) is not None


def category_subject(categories: Categories, scopes: Scopes, category: Category) -> Subject:
    """A category in the scopes in which it is declared, else on the web."""
    declared = next((c for c in categories.declared if c.canonical is category), None)
    return Subject("category", category.value, declared.scope_ids if declared else scopes.web)


def stated(place: Place, category: Category) -> Subject:
    """A category in the scopes that the sentence or its part is about; others may use it too, as is said elsewhere."""
    start, at = place.sentence.view.start, place.sentence.place
    here = [b for b in place.scopes.bindings if category in b.categories and b.quote.start <= start < b.quote.end]
    said = tuple(dict.fromkeys(binding.scope_id for binding in here)) or place.scopes.sections.get(at, ())
    named = category_subject(place.categories, place.scopes, category)
    return replace(named, scope_ids=said) if said else named

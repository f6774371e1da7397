"""A stretch of a document that the label of one category governs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.policy.blocks import Sentence
    from auditor.policy.context import Reading
    from auditor.policy.labels import Label
    from auditor.policy.view import View


@dataclass(frozen=True)
class Section:
    """A stretch of the document that one category's label governs: its own block and the places after it."""

    label: Label
    phrase: View
    place: int
    places: tuple[int, ...]
    basis: str

    def description(self, reading: Reading) -> list[Sentence]:
        """The sentences that describe the category, the label's own block included."""
        return [s for place in self._all for s in reading.sentences_at(place)]

    @property
    def _all(self) -> tuple[int, ...]:
        return (self.place, *self.places)

"""The visit's clock: when it began and which phase a moment belongs to."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.model import Phase


def now_ms() -> float:
    """Milliseconds since 1970, the clock that browser events are converted to."""
    return time.time() * 1000


@dataclass(slots=True)
class Timeline:
    """Phases of one visit by their beginning. All moments are milliseconds since 1970."""

    started_ms: float = field(default_factory=now_ms)
    _marks: list[tuple[float, Phase]] = field(default_factory=list)
    _cut_ms: float | None = None
    _gaps: list[tuple[float, float]] = field(default_factory=list)

    @property
    def started_at(self) -> datetime:
        """The visit's beginning in UTC."""
        return datetime.fromtimestamp(self.started_ms / 1000, UTC)

    @property
    def phases(self) -> tuple[tuple[float, Phase], ...]:
        """(beginning, phase), in order."""
        return tuple(self._marks)

    def begin(self, phase: Phase, at_ms: float | None = None) -> None:
        """A phase begins, now unless ``at_ms`` says when."""
        self._marks.append((now_ms() if at_ms is None else at_ms, phase))

    def cut(self, at_ms: float) -> None:
        """What happens after ``at_ms`` belongs to no phase: a choice was tried that was not the wanted one."""
        self._cut_ms = at_ms

    def exclude(self, from_ms: float, until_ms: float = math.inf) -> None:
        """What happens between two moments belongs to no phase: a challenge page stood there, not the site's."""
        self._gaps.append((from_ms, until_ms))

    def resume(self, at_ms: float) -> None:
        """A page is asked for: what was excluded without an end ends."""
        self._gaps = [(begin, min(end, max(begin, at_ms))) for begin, end in self._gaps]

    def is_over(self, at_ms: float) -> bool:
        """Whether a moment lies after the cut."""
        return self._cut_ms is not None and at_ms >= self._cut_ms

    def phase_of(self, at_ms: float) -> Phase | None:
        """The phase of a moment; ``None`` after the cut and for what was excluded.

        What came before the first phase belongs to it.
        """
        if self.is_over(at_ms) or any(begin <= at_ms < end for begin, end in self._gaps):
            return None
        current = self._marks[0][1]
        for beginning, phase in self._marks:
            if at_ms >= beginning:
                current = phase
        return current

    def since_start(self, at_ms: float) -> int:
        """Whole milliseconds from the visit's beginning, never negative."""
        return max(0, round(at_ms - self.started_ms))

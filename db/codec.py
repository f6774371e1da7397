"""How plain Python values become SQLite and JSON values and come back."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from db.reduction import clean, integer, storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from enum import StrEnum

Row = dict[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def time_to_text(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds, so that texts sort as times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def time_from_text(text: str) -> datetime:
    """The timezone-aware UTC time of `time_to_text`."""
    return datetime.fromisoformat(text)


def optional_time(moment: datetime | None) -> str | None:
    """`time_to_text`, absence kept."""
    return None if moment is None else time_to_text(moment)


def optional_time_from(text: str | None) -> datetime | None:
    """`time_from_text`, absence kept."""
    return None if text is None else time_from_text(text)


def optional_microseconds(text: str | None) -> int | None:
    """Microseconds since 1970 of `time_to_text`, absence kept: a quarter of its size."""
    return None if text is None else (time_from_text(text) - _EPOCH) // timedelta(microseconds=1)


def optional_text(text: str | None) -> str | None:
    """One line of text as stored, absence kept."""
    return None if text is None else clean(text)


def optional_integer(value: int | None) -> int | None:
    """A number that fits SQLite, absence kept."""
    return None if value is None else integer(value)


def real(value: float) -> float:
    """The number, or 0.0 where it is not finite (SQLite would store NULL)."""
    return value if math.isfinite(value) else 0.0


def dump(value: object) -> str:
    """Compact JSON; mappings keep their order, tuples become lists."""
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str, allow_nan=False))


def load(text: str) -> Any:  # noqa: ANN401 - JSON is whatever was written
    """The value of a JSON text."""
    return json.loads(text)


def texts(values: Iterable[str]) -> str:
    """A JSON list of lines of text."""
    return dump([clean(value) for value in values])


def texts_from(text: str) -> tuple[str, ...]:
    """The tuple of a JSON list of texts."""
    return tuple(load(text))


def optional_texts(values: Sequence[str]) -> str | None:
    """As `texts`, but NULL for an empty list: most observations have none."""
    return texts(values) if values else None


def optional_texts_from(text: str | None) -> tuple[str, ...]:
    """The tuple of `optional_texts`."""
    return () if text is None else texts_from(text)


def optional_word(word: StrEnum | None) -> str | None:
    """An enumeration member's value, absence kept."""
    return None if word is None else word.value

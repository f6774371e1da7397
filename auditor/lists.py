"""What holds for every list that does not come with the project: how much of it is read, and how it is refused."""

from __future__ import annotations

from auditor.model import ConsentAuditError

MAX_CHARACTERS = 20_000_000
"""Longer texts are refused."""

MAX_ROWS = 200_000
"""Longer tables are refused."""


class ListError(ConsentAuditError):
    """A list cannot be read; the text says why."""

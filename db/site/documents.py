"""Policy documents as pages: the text with every statement marked in its place, and what two versions say differently.

Offsets count Unicode code points of the stored text, end exclusive (policy-declaration/1).
"""

from __future__ import annotations

import difflib
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from db.codec import load
from db.site.queries import first, select

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from db.site.queries import Row

TEXT_LIMIT = 300_000
"""Characters of a document that its page shows."""
STATEMENT_LIMIT = 1_500
LINE_LIMIT = 2_000
_KINDS = ("scope", "category", "service", "cookie", "technology", "consent", "retention", "claim", "contradiction")


class Piece(NamedTuple):
    """A stretch of the text: the numbers of the statements it belongs to, and of those that end with it."""

    text: str
    numbers: tuple[int, ...]
    ends: tuple[int, ...]


def reading(connection: sqlite3.Connection, sha256: str) -> Row | None:
    """What was last read from a document, with its statements numbered from 1; None for an unread document."""
    head = first(
        connection,
        "SELECT g.*, a.run_id, a.vendor_id, v.name AS vendor, r.started_at FROM readings g"
        " JOIN audits a ON a.id = g.audit_id JOIN runs r ON r.id = a.run_id JOIN vendors v ON v.id = a.vendor_id"
        " WHERE g.sha256 = ? ORDER BY g.id DESC LIMIT 1",
        [sha256],
    )
    if head is None:
        return None
    declared = select(
        connection, "SELECT * FROM declarations WHERE reading_id = ? ORDER BY id LIMIT ?", [head["id"], STATEMENT_LIMIT]
    )
    numbered = [{**row, "number": number, "scopes": load(row["scopes"])} for number, row in enumerate(declared, 1)]
    return {
        **head,
        "silent_on": load(head["silent_on"]),
        "notes": load(head["notes"]),
        "statements": numbered,
        "groups": [(kind, rows) for kind in _KINDS if (rows := [row for row in numbered if row["kind"] == kind])],
    }


def annotated(text: str, statements: Sequence[Row]) -> list[Piece]:
    """The text cut where a quote begins or ends. Quotes that are not at their offsets are left out."""
    spans = [
        (row["quote_start"], row["quote_end"], row["number"])
        for row in statements
        if row["quote"]
        and row["quote_end"] <= len(text)
        and text[row["quote_start"] : row["quote_end"]] == row["quote"]
    ]
    cuts = sorted({0, len(text), *(start for start, _, _ in spans), *(end for _, end, _ in spans)})
    opening: dict[int, list[int]] = {}
    closing: dict[int, list[int]] = {}
    for start, end, number in spans:
        opening.setdefault(start, []).append(number)
        closing.setdefault(end, []).append(number)
    current: dict[int, None] = {}
    pieces = []
    for start, end in pairwise(cuts):
        for number in closing.get(start, ()):
            current.pop(number, None)
        current.update(dict.fromkeys(opening.get(start, ())))
        pieces.append(Piece(text[start:end], tuple(current), tuple(closing.get(end, ()))))
    return pieces


def compared(before: Row, after: Row) -> Row:
    """What a later version of a policy says differently: statements that came, went, and changed their meaning."""
    old, new = _meanings(before), _meanings(after)
    both = [key for key in new if key in old]
    return {
        "added": [new[key][0] for key in new if key not in old],
        "removed": [old[key][0] for key in old if key not in new],
        "changed": [(old[key][0], new[key][0]) for key in both if old[key][1] != new[key][1]],
        "same": sum(1 for key in both if old[key][1] == new[key][1]),
    }


def _meanings(reading_: Row) -> dict[tuple[str, str, str], tuple[Row, object]]:
    found: dict[tuple[str, str, str], tuple[Row, object]] = {}
    for row in reading_["statements"]:
        scope = ",".join(row["scopes"]) if row["kind"] in ("category", "service") else ""
        key = (row["kind"], row["label"].casefold(), scope)
        found.setdefault(key, (row, (row["category"], row["detail"])))
    return found


def changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    """(``+``, ``-`` or ``@``, line) of the text's changes, at most ``LINE_LIMIT``; ``@`` stands between stretches."""
    old, new = _lines(before), _lines(after)
    shown: list[tuple[str, str]] = []
    for line in islice(difflib.unified_diff(old, new, lineterm="", n=0), 2, None):  # two lines name the files
        shown.append((line[0], "" if line.startswith("@@") else line[1:]))
        if len(shown) >= LINE_LIMIT:
            break
    return shown


def _lines(text: str) -> list[str]:
    return [line.strip()[:4000] for line in text[: TEXT_LIMIT * 2].splitlines() if line.strip()][:4_000]

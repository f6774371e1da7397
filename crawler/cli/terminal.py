"""What reaches the terminal: data on stdout, talk on stderr, and nothing that a website wrote as it wrote it.

Control characters move the cursor and colour the screen, bidirectional ones reorder what is read: both are shown as
escapes. Rich's markup is never interpreted in text that is not ours.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from auditor.model import Severity

PIPE_WIDTH = 200
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}


def safe(text: object, limit: int = 500) -> str:
    r"""Text for a terminal: characters that are not seen as themselves become escapes such as ``\x1b``.

    Args:
        text: anything; ``None`` becomes ``-``.
        limit: characters after which the text is cut.
    """
    if text is None:
        return "-"
    whole = str(text)
    shown = whole if len(whole) <= limit else whole[: limit - 1] + "…"
    return "".join(map(_visible, shown))


def _visible(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    if unicodedata.category(char) in _HIDDEN:
        return char.encode("unicode_escape", "backslashreplace").decode("ascii")
    return char


def plain(text: object) -> str:
    """As :func:`safe` without a limit and without the hidden characters: for files that spreadsheets open."""
    return "".join(char for char in str(text) if unicodedata.category(char) not in _HIDDEN)


class _Talk:
    """How this process talks: in lines for people, unless something else was put here."""

    other: Callable[[str], None] | None = None


def talk_with(other: Callable[[str], None] | None) -> None:
    """Have talk written by ``other``; None: in lines for people."""
    _Talk.other = other


def talks_structured() -> bool:
    """Whether talk is not for people."""
    return _Talk.other is not None


def say(message: object) -> None:
    """Talk: one line on stderr, escaped."""
    if _Talk.other is not None:
        _Talk.other(safe(message, 2000))
        return
    sys.stderr.write(safe(message, 2000) + "\n")
    sys.stderr.flush()


def print_text(text: str) -> None:
    """Data: a line on stdout, escaped."""
    sys.stdout.write(safe(text, 100_000) + "\n")


def print_json(document: object) -> None:
    """Data: one JSON document on stdout, ASCII only, so that nothing in it can act on a terminal."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=True) + "\n")


def print_json_line(document: object) -> None:
    """Data: one JSON document on one line of stdout."""
    sys.stdout.write(json.dumps(document, ensure_ascii=True) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Data: a table on stdout, as wide as the terminal; cells are escaped, a Text is taken as it is."""
    table = Table(
        title=Text(title) if title else None, title_justify="left", box=None, pad_edge=False, header_style="bold"
    )
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(safe(cell)) for cell in row))
    console = stdout_console()
    with console.capture() as captured:
        console.print(table)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def severity_text(severity: Severity) -> Text:
    """A severity in its colour."""
    return Text(severity.value, style=_STYLES[severity.value])


def stdout_console() -> Console:
    """A console on today's stdout: tests and pipes replace it."""
    return Console(file=sys.stdout, width=_width(sys.stdout), highlight=False, markup=False, emoji=False)


def stderr_console() -> Console:
    """A console on today's stderr."""
    return Console(file=sys.stderr, width=_width(sys.stderr), highlight=False, markup=False, emoji=False)


def _width(stream: Any) -> int | None:  # noqa: ANN401 - whatever stands in for a stream
    return None if stream.isatty() else PIPE_WIDTH

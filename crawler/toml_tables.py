"""TOML files of the user as tables that are asked for their keys, so that every mistake is reported at once."""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

from auditor.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

MAX_BYTES = 1_000_000
_INDEX = re.compile(r"\[[0-9]+\]")


def read_text(path: Path) -> str:
    """The text of a configuration file. Raises ConfigError, with the file's path, where it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError((f"{path}: cannot be read: {reason}",)) from None
    if len(content) > MAX_BYTES:
        raise ConfigError((f"{path}: is larger than {MAX_BYTES} bytes",))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError((f"{path}: is not UTF-8 (byte {error.start})",)) from None


def parsed(text: str) -> dict[str, Any]:
    """A TOML document. Raises ConfigError where it is none."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        end = f"at line {len(text.splitlines()) or 1}, the end of the file"
        raise ConfigError((f"not valid TOML: {error}".replace("at end of document", end),)) from None


class Table:
    """One TOML table while it is read: keys are asked for by name, and what nobody asked for is a problem.

    ``path`` is the table's own path (``vendor[2]``), empty at the top; ``problems`` is shared by all tables of a file.
    """

    def __init__(self, values: dict[str, Any], path: str, problems: list[str]) -> None:
        self._values = values
        self._path = path
        self._known: list[str] = []
        self.problems = problems

    def at(self, key: str) -> str:
        """The path of ``key`` in this table."""
        return f"{self._path}.{key}" if self._path else key

    def has(self, key: str) -> bool:
        """Whether the file gives ``key`` here."""
        return key in self._values

    def keys(self) -> tuple[str, ...]:
        """All keys that the file gives here."""
        return tuple(self._values)

    def say(self, key: str, problem: str) -> None:
        """Note a problem of ``key``."""
        self.problems.append(f"{self.at(key)}: {problem}")

    def get(self, key: str, check: Callable[[object], T], default: T) -> T:
        """The checked value of ``key``; the default where it is absent or wrong (which is noted)."""
        self._known.append(key)
        if key not in self._values:
            return default
        try:
            return check(self._values[key])
        except ValueError as error:
            self.say(key, str(error))
            return default

    def require(self, key: str, check: Callable[[object], str]) -> str:
        """As :meth:`get`, for a key that must be there; the empty string where it is not."""
        if key not in self._values:
            self.say(key, "is required")
        return self.get(key, check, "")

    def table(self, key: str) -> Table:
        """The table under ``key``; an empty one where it is absent or no table."""
        self._known.append(key)
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            self.say(key, f"must be a table: [{key}]")
            value = {}
        return Table(value, self.at(key), self.problems)

    def tables(self, key: str, *, most: int) -> tuple[Table, ...]:
        """The array of tables under ``key``; empty where it is absent or something else."""
        self._known.append(key)
        value = self._values.get(key, [])
        if not isinstance(value, list) or len(value) > most or not all(isinstance(entry, dict) for entry in value):
            self.say(key, f"must be an array of at most {most} tables: [[{_INDEX.sub('', self.at(key))}]]")
            value = []
        return tuple(Table(entry, f"{self.at(key)}[{index}]", self.problems) for index, entry in enumerate(value))

    def finish(self) -> None:
        """Note every key that was not asked for, with the known key it resembles."""
        for key in self._values:
            if key not in self._known:
                near = difflib.get_close_matches(key[:100], self._known, n=1)
                hint = f'; did you mean "{near[0]}"?' if near else "; known are " + ", ".join(self._known)
                self.say(key, f"unknown key{hint}")

"""Wording per language, loaded from the data files in ``auditor/knowledge/policy``.

A document is read with its own language and English: German pages say "Performance" and "Marketing", too.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

from auditor.policy.cues import Cues

if TYPE_CHECKING:
    from collections.abc import Iterator

FALLBACK = "en"
_FOLDER = resources.files("auditor.knowledge") / "policy"


@lru_cache(maxsize=64)
def load(name: str) -> dict[str, Any]:
    """The data file of a language ("nl") or subject ("durations"). Raises FileNotFoundError for an unknown one."""
    return cast("dict[str, Any]", json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Languages with a wording file, as ISO 639-1 codes."""
    names = (entry.name.removesuffix(".json") for entry in _FOLDER.iterdir() if entry.name.endswith(".json"))
    return tuple(sorted(name for name in names if len(name) == 2))


class Wording:
    """The wording that one document is read with: its language first, then English."""

    def __init__(self, language: str) -> None:
        chosen = language if language in languages() else FALLBACK
        self.language = chosen
        names = dict.fromkeys((chosen, FALLBACK))
        spoken = load("claim_words")
        classes = [spoken.get(name, {}) for name in names]
        self.files = (*map(load, names), *({"concepts": words, **words.get("top", {})} for words in classes))
        self._cues: dict[tuple[str, ...], Cues] = {}
        self._own_words = frozenset(load(chosen).get("not_english", ()))

    def values(self, *path: str) -> list[Any]:
        """The entries of a list in the files (``values("labels", "functional")``), the document's language first."""
        out: list[Any] = []
        for data in self.files:
            node: Any = data
            for key in path:
                node = node.get(key, {}) if isinstance(node, dict) else {}
            if isinstance(node, list):
                out.extend(node if data is self.files[0] else self._foreign(node))
        return out

    def _foreign(self, entries: list[Any]) -> Iterator[Any]:
        """English entries without words that mean something else in the language ("no", which is "in the")."""
        for entry in entries:
            if not isinstance(entry, str) or "{" in entry or not self._own_words:
                yield entry
            elif kept := [word for word in entry.split("|") if word not in self._own_words]:
                yield "|".join(kept)

    def keys(self, *path: str) -> list[str]:
        """The keys of an object in the files, in order of first appearance."""
        out: dict[str, None] = {}
        for data in self.files:
            node: Any = data
            for key in path:
                node = node.get(key, {}) if isinstance(node, dict) else {}
            if isinstance(node, dict):
                out.update(dict.fromkeys(node))
        return list(out)

    def cues(self, *path: str) -> Cues:
        """The cues of a list in the files, compiled once."""
        if path not in self._cues:
            self._cues[path] = Cues(self.values(*path))
        return self._cues[path]


@lru_cache(maxsize=32)
def wording(language: str) -> Wording:
    """The wording for a language (English where there is none)."""
    return Wording(language)

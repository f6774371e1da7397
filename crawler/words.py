"""Words by which pages are told, in many languages, and how texts are folded to meet them."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_STAR = "\ue000"
"""Stands for a star while a phrase is folded; of private use, so in no text."""
_WORD = re.compile(rf"(?:[^\W_]|{_STAR})+")
_MAX_TEXT = 400


@cache
def read_words() -> dict[str, Any]:
    """The file ``page_words.json``: words of roles, of what is never followed, of legal pages; names of parameters."""
    text = resources.files("crawler").joinpath("page_words.json").read_text("utf-8")
    words: dict[str, Any] = json.loads(text)
    return words


def fold(text: str) -> str:
    """The words of a text with one space between them: lower case, without accents and signs."""
    if text.isascii():
        return " ".join(_WORD.findall(text[:_MAX_TEXT].lower()))
    plain = unicodedata.normalize("NFKD", text[:_MAX_TEXT].casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter) or letter in "\u3099\u309a")
    return " ".join(_WORD.findall(unicodedata.normalize("NFC", bare).translate(_LETTERS)))


def phrases(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the phrases as whole words of a folded text.

    A star stands for any letters of the same word, a space for a space or nothing.
    """
    folded = sorted({fold(word.replace("*", _STAR)) for word in words}, key=lambda word: (-len(word), word))
    parts = (re.escape(word).replace(_STAR, r"\S*").replace(r"\ ", " ?") for word in folded)
    return re.compile(rf"(?<!\S)(?:{'|'.join(parts)})(?!\S)")
